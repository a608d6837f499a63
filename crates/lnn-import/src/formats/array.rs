//! An array of a file: a name, a shape, numbers or texts, the last index running fastest.
//!
//! In: bytes of any numeric type. Out: a [`NamedArray`]. Read next: `join.rs`, which makes a table of several.

use crate::text::grouped;
use crate::{ImportError, ImportLimits};

/// An array with its name in its file.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedArray {
    /// Without folder and ending.
    pub name: String,
    /// Extents; none for a single number.
    pub shape: Vec<usize>,
    /// As many as the extents' product.
    pub values: ArrayValues,
}

/// Values of an array.
#[derive(Clone, Debug, PartialEq)]
pub enum ArrayValues {
    /// Numbers 0 to 255, as pictures have.
    Bytes(Vec<u8>),
    /// Numbers of any other type.
    Numbers(Vec<f64>),
    /// Texts.
    Texts(Vec<String>),
}

impl ArrayValues {
    /// A value as a number; texts are none.
    pub fn number(&self, idx: usize) -> Option<f64> {
        match self {
            Self::Bytes(bytes) => bytes.get(idx).map(|byte| f64::from(*byte)),
            Self::Numbers(numbers) => numbers.get(idx).copied(),
            Self::Texts(_) => None,
        }
    }
}

/// A type of numbers in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element {
    pub kind: ElementKind,
    /// Bytes of one.
    pub size: usize,
    pub is_big_endian: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ElementKind {
    Unsigned,
    Signed,
    Float,
}

/// How many elements a shape has, and whether that is allowed.
///
/// # Errors
/// The product is out of range, or above the limit of cells.
pub(super) fn n_elements(shape: &[u64], limits: &ImportLimits) -> Result<usize, ImportError> {
    let n = shape.iter().try_fold(1_u64, |n, extent| n.checked_mul(*extent));
    match n.and_then(|n| usize::try_from(n).ok()) {
        Some(n) if n <= limits.n_cells => Ok(n),
        _ => Err(ImportError::ArrayTooLarge {
            shape: shape_text(shape),
            limit: limits.n_cells,
            every: n.map_or(0, |n| n.div_ceil(limits.n_cells.max(1) as u64)),
        }),
    }
}

/// `(209, 64, 64, 3)`.
pub(super) fn shape_text(shape: &[u64]) -> String {
    match shape {
        [] => "()".to_owned(),
        [n] => format!("({},)", grouped(*n)),
        _ => format!("({})", shape.iter().map(|n| grouped(*n)).collect::<Vec<_>>().join(", ")),
    }
}

/// Numbers of one type.
///
/// # Errors
/// There are fewer bytes than elements need.
pub(super) fn decode(bytes: &[u8], element: Element, n: usize) -> Result<ArrayValues, ImportError> {
    let n_bytes = n.saturating_mul(element.size);
    let Some(bytes) = bytes.get(..n_bytes) else {
        return Err(ImportError::ArrayCutOff { expected: n_bytes as u64, found: bytes.len() as u64 });
    };
    if element.size == 1 && element.kind == ElementKind::Unsigned {
        return Ok(ArrayValues::Bytes(bytes.to_vec()));
    }
    let number = |chunk: &[u8]| number(chunk, element);
    let numbers: Option<Vec<f64>> = bytes.chunks_exact(element.size.max(1)).map(number).collect();
    numbers.map(ArrayValues::Numbers).ok_or_else(|| ImportError::ElementType {
        found: format!("{}-byte {:?}", element.size, element.kind),
    })
}

fn number(chunk: &[u8], element: Element) -> Option<f64> {
    let mut wide = [0; 8];
    let size = chunk.len();
    for (idx, byte) in chunk.iter().enumerate() {
        // Little endian in the low bytes.
        let at = if element.is_big_endian { size - 1 - idx } else { idx };
        *wide.get_mut(at)? = *byte;
    }
    let bits = u64::from_le_bytes(wide);
    Some(match (element.kind, size) {
        (ElementKind::Unsigned, 1..=8) => bits as f64,
        (ElementKind::Signed, 1..=8) => {
            let unused = 64 - 8 * size as u32;
            ((bits << unused) as i64 >> unused) as f64
        }
        (ElementKind::Float, 2) => half(bits as u16),
        (ElementKind::Float, 4) => f64::from(f32::from_bits(bits as u32)),
        (ElementKind::Float, 8) => f64::from_bits(bits),
        _ => return None,
    })
}

/// IEEE 754's binary16.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    match exponent {
        0 => sign * fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN,
        _ => sign * (1.0 + fraction / 1024.0) * 2_f64.powi(exponent - 15),
    }
}

/// An array whose first index runs fastest, as its transpose.
pub(super) fn from_fortran(values: &ArrayValues, shape: &[usize]) -> ArrayValues {
    match values {
        ArrayValues::Bytes(bytes) => ArrayValues::Bytes(reordered(bytes, shape)),
        ArrayValues::Numbers(numbers) => ArrayValues::Numbers(reordered(numbers, shape)),
        ArrayValues::Texts(texts) => ArrayValues::Texts(reordered(texts, shape)),
    }
}

fn reordered<T: Clone>(values: &[T], shape: &[usize]) -> Vec<T> {
    let mut strides = Vec::with_capacity(shape.len());
    let mut stride = 1;
    for extent in shape {
        strides.push(stride);
        stride *= extent;
    }
    let mut index = vec![0; shape.len()];
    let mut out = Vec::with_capacity(values.len());
    for _ in 0..values.len() {
        let at: usize = index.iter().zip(&strides).map(|(idx, stride)| idx * stride).sum();
        out.extend(values.get(at).cloned());
        for (idx, extent) in index.iter_mut().zip(shape).rev() {
            *idx += 1;
            if *idx < *extent {
                break;
            }
            *idx = 0;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], kind: ElementKind, is_big_endian: bool, expected: f64) {
        let element = Element { kind, size: bytes.len(), is_big_endian };
        let values = decode(bytes, element, 1).unwrap();
        assert_eq!(values.number(0).unwrap().to_bits(), expected.to_bits(), "{bytes:?}");
    }

    #[test]
    fn numbers_of_every_type_and_order_are_read() {
        check(&[200], ElementKind::Unsigned, false, 200.0);
        check(&[0xfe], ElementKind::Signed, false, -2.0);
        check(&[0x01, 0x02], ElementKind::Unsigned, true, 258.0);
        check(&[0xff, 0xff, 0xff, 0x80], ElementKind::Signed, true, -128.0);
        check(&(-3_i64).to_le_bytes(), ElementKind::Signed, false, -3.0);
        check(&1.5_f32.to_be_bytes(), ElementKind::Float, true, 1.5);
        check(&0.1_f64.to_le_bytes(), ElementKind::Float, false, 0.1);
        check(&0x3c01_u16.to_le_bytes(), ElementKind::Float, false, 1.0 + 1.0 / 1024.0);
        check(&0x8001_u16.to_le_bytes(), ElementKind::Float, false, -(2_f64.powi(-24)));
        check(&0x7c00_u16.to_le_bytes(), ElementKind::Float, false, f64::INFINITY);
    }

    #[test]
    fn the_order_of_fortran_becomes_that_of_c() {
        // [[1, 2, 3], [4, 5, 6]], first index fastest.
        let values = ArrayValues::Bytes(vec![1, 4, 2, 5, 3, 6]);
        assert_eq!(from_fortran(&values, &[2, 3]), ArrayValues::Bytes(vec![1, 2, 3, 4, 5, 6]));
    }

    #[test]
    fn a_shape_beyond_every_memory_is_refused_before_it_is_made() {
        let error = n_elements(&[u64::MAX, 3], &ImportLimits::default()).unwrap_err();
        assert!(error.to_string().contains("64,000,000"), "{error}");
        assert_eq!(n_elements(&[], &ImportLimits::default()), Ok(1));
    }
}
