//! Numbers out of a tensor, and histograms out of both forms in which they are written.
//!
//! In: a [`Tensor`] or a [`Histogram`]. Out: a value, or a [`DistributionPoint`] without its step. Read next:
//! `../tensorboard.rs`.

use super::event::{Histogram, Tensor};
use crate::foreign::{Bucket, DistributionPoint};

/// Buckets of one histogram.
const MAX_BUCKETS: usize = 10_000;
/// Left edge, right edge, count.
const N_COLUMNS: usize = 3;

/// Why a value can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ValueError {
    #[error("it holds numbers of type {dtype}, which this reader does not know: write it as float32")]
    Type { dtype: i32 },
    #[error("it holds {found} numbers where its shape says {expected}: its writer is at fault")]
    Shape { expected: String, found: usize },
    #[error("it has {n_limits} bucket limits and {n_buckets} buckets: its writer is at fault")]
    Limits { n_limits: usize, n_buckets: usize },
    #[error("it has {n_buckets} buckets, the limit is {MAX_BUCKETS}: write fewer")]
    Buckets { n_buckets: usize },
}

/// The number of a tensor that holds one.
pub(super) fn number(tensor: &Tensor) -> Result<f64, ValueError> {
    let values = numbers(tensor)?;
    match (n_elements(tensor), values.as_slice()) {
        (Some(1), &[value]) => Ok(value),
        _ => Err(ValueError::Shape { expected: "1".to_owned(), found: values.len() }),
    }
}

/// A histogram of the form (`n_buckets`, 3): left edge, right edge, count.
pub(super) fn histogram_of_tensor(tensor: &Tensor) -> Result<DistributionPoint, ValueError> {
    let n_claimed = n_elements(tensor);
    if let Some(n_claimed) = n_claimed.filter(|n| *n > MAX_BUCKETS * N_COLUMNS) {
        return Err(ValueError::Buckets { n_buckets: n_claimed / N_COLUMNS });
    }
    let mut values = numbers(tensor)?;
    let dims = tensor.shape.as_ref().map_or(&[][..], |shape| &shape.dims);
    let is_table = matches!(dims, [_, columns] if columns.size == N_COLUMNS as i64);
    // Equal numbers at the end may be left out; the shape's claim is bounded above.
    if let (Some(n), Some(&last)) = (n_claimed.filter(|n| *n > values.len()), values.last()) {
        values.resize(n, last);
    }
    if !is_table || n_claimed != Some(values.len()) {
        return Err(ValueError::Shape { expected: "n x 3".to_owned(), found: values.len() });
    }
    let buckets: Vec<Bucket> =
        values.as_chunks().0.iter().map(|&[left, right, count]| Bucket { left, right, count }).collect();
    Ok(DistributionPoint {
        step: 0,
        time_ms: None,
        min: buckets.first().map_or(f64::NAN, |bucket| bucket.left),
        max: buckets.last().map_or(f64::NAN, |bucket| bucket.right),
        count: buckets.iter().map(|bucket| bucket.count).sum(),
        sum: None,
        sum_squares: None,
        buckets,
    })
}

/// A histogram of the older form. As `TensorBoard` shows it: without the empty buckets at both ends, and the outer edges, which
/// may be as far away as numbers go, are the least and the greatest value.
pub(super) fn histogram(histogram: &Histogram) -> Result<DistributionPoint, ValueError> {
    let Histogram { min, max, count, sum, sum_squares, bucket_limit, bucket } = histogram;
    let (n_limits, n_buckets) = (bucket_limit.len(), bucket.len());
    if n_limits != n_buckets {
        return Err(ValueError::Limits { n_limits, n_buckets });
    }
    if n_buckets > MAX_BUCKETS {
        return Err(ValueError::Buckets { n_buckets });
    }
    let start = bucket.iter().position(|count| *count > 0.0).unwrap_or(n_buckets);
    let end = bucket.iter().rposition(|count| *count > 0.0).map_or(n_buckets, |last| last + 1);
    let counts = bucket.get(start..end).unwrap_or_default();
    let inner_edges = bucket_limit.get(start..end.saturating_sub(1)).unwrap_or_default();
    let lefts = std::iter::once(min).chain(inner_edges);
    let rights = inner_edges.iter().chain(std::iter::once(max));
    let edges = lefts.zip(rights).zip(counts);
    Ok(DistributionPoint {
        step: 0,
        time_ms: None,
        min: if counts.is_empty() { f64::NAN } else { *min },
        max: if counts.is_empty() { f64::NAN } else { *max },
        count: *count,
        sum: Some(*sum),
        sum_squares: Some(*sum_squares),
        buckets: edges.map(|((&left, &right), &count)| Bucket { left, right, count }).collect(),
    })
}

/// As the shape says; a tensor without one is a number. None where it is too large to count.
fn n_elements(tensor: &Tensor) -> Option<usize> {
    let dims = tensor.shape.iter().flat_map(|shape| &shape.dims);
    dims.map(|dim| usize::try_from(dim.size).ok()).try_fold(1_usize, |n, size| n.checked_mul(size?))
}

/// All numbers that are there.
fn numbers(tensor: &Tensor) -> Result<Vec<f64>, ValueError> {
    let content = tensor.content.as_ref();
    // The numbers of `types.proto`. 64-bit integers beyond 2^53 are rounded, as in every curve.
    Ok(match tensor.dtype {
        1 => either(content, |bytes| f32::from_le_bytes(bytes).into(), &tensor.float_val, f64::from),
        2 => either(content, f64::from_le_bytes, &tensor.double_val, |value| value),
        3 => either(content, |bytes| i32::from_le_bytes(bytes).into(), &tensor.int_val, f64::from),
        4 => either(content, |bytes| u8::from_le_bytes(bytes).into(), &tensor.int_val, f64::from),
        5 => either(content, |bytes| i16::from_le_bytes(bytes).into(), &tensor.int_val, f64::from),
        6 => either(content, |bytes| i8::from_le_bytes(bytes).into(), &tensor.int_val, f64::from),
        9 => {
            either(content, |bytes| i64::from_le_bytes(bytes) as f64, &tensor.int64_val, |value| value as f64)
        }
        10 => either(
            content,
            |bytes| u8::from_le_bytes(bytes).into(),
            &tensor.bool_val,
            |value| u8::from(value).into(),
        ),
        17 => either(content, |bytes| u16::from_le_bytes(bytes).into(), &tensor.int_val, f64::from),
        22 => either(content, |bytes| u32::from_le_bytes(bytes).into(), &tensor.uint32_val, f64::from),
        23 => either(
            content,
            |bytes| u64::from_le_bytes(bytes) as f64,
            &tensor.uint64_val,
            |value| value as f64,
        ),
        dtype => return Err(ValueError::Type { dtype }),
    })
}

/// From the content where there is one, else from the list.
fn either<const N: usize, T: Copy>(
    content: &[u8],
    of_bytes: impl Fn([u8; N]) -> f64,
    list: &[T],
    of_item: impl Fn(T) -> f64,
) -> Vec<f64> {
    if content.is_empty() {
        list.iter().map(|item| of_item(*item)).collect()
    } else {
        content.as_chunks().0.iter().map(|bytes| of_bytes(*bytes)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::{Dim, Shape};
    use super::*;

    fn shape(dims: &[i64]) -> Shape {
        Shape { dims: dims.iter().map(|&size| Dim { size }).collect() }
    }

    #[test]
    fn a_number_is_read_from_either_form() {
        let check = |tensor: &Tensor, expected: f64| assert_eq!(number(tensor), Ok(expected), "{tensor:?}");
        check(&Tensor { dtype: 1, float_val: vec![0.1], ..Tensor::default() }, f64::from(0.1_f32));
        check(
            &Tensor { dtype: 1, content: 0.1_f32.to_le_bytes().to_vec().into(), ..Tensor::default() },
            f64::from(0.1_f32),
        );
        check(&Tensor { dtype: 2, double_val: vec![0.1], shape: Some(shape(&[])), ..Tensor::default() }, 0.1);
        check(
            &Tensor { dtype: 9, int64_val: vec![-7], shape: Some(shape(&[1, 1])), ..Tensor::default() },
            -7.0,
        );
        check(
            &Tensor { dtype: 9, content: (-7_i64).to_le_bytes().to_vec().into(), ..Tensor::default() },
            -7.0,
        );
        check(&Tensor { dtype: 10, bool_val: vec![true], ..Tensor::default() }, 1.0);
        check(
            &Tensor { dtype: 5, content: (-2_i16).to_le_bytes().to_vec().into(), ..Tensor::default() },
            -2.0,
        );
    }

    #[test]
    fn what_is_no_number_is_named() {
        let error = |tensor: Tensor| number(&tensor).unwrap_err().to_string();
        assert!(error(Tensor { dtype: 1, ..Tensor::default() }).contains("0 numbers where its shape says 1"));
        assert!(
            error(Tensor { dtype: 1, float_val: vec![1.0], shape: Some(shape(&[2])), ..Tensor::default() })
                .contains("1 numbers")
        );
        assert!(error(Tensor { dtype: 7, ..Tensor::default() }).contains("type 7"));
    }

    #[test]
    fn a_table_is_a_histogram_and_its_claims_are_bounded() {
        let table = |dims: &[i64], double_val: Vec<f64>| Tensor {
            dtype: 2,
            double_val,
            shape: Some(shape(dims)),
            ..Tensor::default()
        };
        let point = histogram_of_tensor(&table(&[2, 3], vec![-1.0, 0.0, 2.0, 0.0, 4.0, 3.0])).unwrap();
        assert_eq!((point.min, point.max, point.count, point.sum), (-1.0, 4.0, 5.0, None));
        assert_eq!(point.buckets[1], Bucket { left: 0.0, right: 4.0, count: 3.0 });
        assert_eq!(histogram_of_tensor(&table(&[30, 3], vec![0.0])).unwrap().buckets.len(), 30);
        let empty = histogram_of_tensor(&table(&[0, 3], Vec::new())).unwrap();
        assert!(empty.buckets.is_empty() && empty.min.is_nan());
        for dims in [&[i64::MAX, 3][..], &[1 << 40, 1 << 40], &[-1, 3], &[3, 2], &[6], &[1, 3]] {
            assert!(histogram_of_tensor(&table(dims, vec![0.0; 6])).is_err(), "{dims:?}");
        }
    }

    #[test]
    fn empty_buckets_at_the_ends_go_and_the_outer_edges_are_the_extremes() {
        let whole = Histogram {
            min: -0.5,
            max: 2.5,
            count: 4.0,
            sum: 3.0,
            sum_squares: 9.0,
            bucket_limit: vec![-1.0, 0.0, 1.0, f64::MAX],
            bucket: vec![0.0, 1.0, 0.0, 3.0],
        };
        let point = histogram(&whole).unwrap();
        let edges: Vec<(f64, f64, f64)> = point.buckets.iter().map(|b| (b.left, b.right, b.count)).collect();
        assert_eq!(edges, [(-0.5, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 2.5, 3.0)]);
        let empty = histogram(&Histogram { bucket: vec![0.0; 4], ..whole.clone() }).unwrap();
        assert!(empty.buckets.is_empty() && empty.max.is_nan());
        let torn = histogram(&Histogram { bucket: vec![1.0; 3], ..whole }).unwrap_err().to_string();
        assert!(torn.contains("4 bucket limits and 3 buckets"));
    }
}
