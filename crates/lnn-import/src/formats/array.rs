//! An array of a file: a name, a shape, numbers or texts, the last index running fastest.
//!
//! In: bytes of any numeric type. Out: an [`Unread`] array, of which only as many rows are read as are kept. Read next: `join.rs`,
//! which makes a table of several.

use hdf5_reader::Dataset;

use super::{hdf5, npy};
use crate::arrays::shape_text;
use crate::text::{count, shortened};
use crate::{Every, ImportError, ImportLimits, TableArray};

/// An array that is known, but not read yet.
pub(super) struct Unread {
    /// Without folder and ending.
    pub name: String,
    /// Extents; none for a single number.
    pub shape: Vec<u64>,
    /// Its values are texts.
    pub is_text: bool,
    /// The file it is in.
    pub file: String,
    pub source: Source,
}

/// Where an array's values are.
pub(super) enum Source {
    /// One after the other.
    Numbers {
        bytes: Vec<u8>,
        element: Element,
        order: Order,
    },
    /// As `NumPy` writes texts, each of the same length.
    Texts {
        bytes: Vec<u8>,
        text: npy::TextElement,
        order: Order,
    },
    Hdf5(Box<Dataset>),
}

/// Which index runs fastest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Last,
    /// As in Fortran.
    First,
}

/// Values of an array.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ArrayValues {
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

    /// Rows 0, k, 2k … of rows of `width` values.
    pub fn thinned(self, every: Every, width: usize) -> Self {
        match self {
            Self::Bytes(bytes) => Self::Bytes(thinned(bytes, every, width)),
            Self::Numbers(numbers) => Self::Numbers(thinned(numbers, every, width)),
            Self::Texts(texts) => Self::Texts(thinned(texts, every, width)),
        }
    }
}

fn thinned<T>(values: Vec<T>, every: Every, width: usize) -> Vec<T> {
    if every == Every::ALL {
        return values;
    }
    let is_kept = |idx: usize| every.keeps(idx / width.max(1));
    values.into_iter().enumerate().filter(|(idx, _)| is_kept(*idx)).map(|(_, value)| value).collect()
}

impl Unread {
    /// `x_train (209, 64, 64, 3)`.
    pub fn described(&self) -> String {
        format!("{} {}", shortened(&self.name), shape_text(&self.shape))
    }

    /// What is known of it.
    pub fn facts(&self) -> TableArray {
        TableArray { name: self.name.clone(), shape: self.shape.clone(), is_text: self.is_text, part: None }
    }

    /// Reads the rows that are kept.
    ///
    /// # Errors
    /// They are more than the limit of cells, there are too few of them in the file, or it is broken.
    pub fn read(self, every: Every, limits: &ImportLimits) -> Result<ArrayValues, ImportError> {
        let mut kept = self.shape.clone();
        if let Some(n_rows) = kept.first_mut() {
            *n_rows = every.kept(*n_rows);
        }
        n_elements(&kept, limits)?;
        let place = format!("data set «{}»", self.name);
        let read = match self.source {
            Source::Numbers { bytes, element, order } => {
                let rows = Rows { shape: &self.shape, order, every, element_bytes: element.size };
                rows.of(bytes).and_then(|bytes| decode(bytes, element))
            }
            Source::Texts { bytes, text, order } => {
                let rows = Rows { shape: &self.shape, order, every, element_bytes: text.n_bytes };
                rows.of(bytes).and_then(|bytes| text.decode(&bytes))
            }
            Source::Hdf5(dataset) => hdf5::values(&place, &dataset, every, limits),
        };
        read.map_err(|error| super::in_file(&self.file, &error))
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

impl Element {
    /// Whether numbers have this size; before anything is read.
    ///
    /// # Errors
    /// No number has.
    pub fn check(self) -> Result<Self, ImportError> {
        let is_known = match self.kind {
            ElementKind::Float => matches!(self.size, 2 | 4 | 8),
            ElementKind::Unsigned | ElementKind::Signed => (1..=8).contains(&self.size),
        };
        if is_known { Ok(self) } else { Err(self.unknown()) }
    }

    fn unknown(self) -> ImportError {
        let kind = match self.kind {
            ElementKind::Float => "floats",
            ElementKind::Unsigned | ElementKind::Signed => "whole numbers",
        };
        ImportError::ElementType { found: format!("{kind} of {}", count(self.size, "byte")) }
    }
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
fn n_elements(shape: &[u64], limits: &ImportLimits) -> Result<usize, ImportError> {
    let n = shape.iter().try_fold(1_u64, |n, extent| n.checked_mul(*extent));
    let n = n.and_then(|n| usize::try_from(n).ok()).filter(|n| *n <= limits.n_cells);
    n.ok_or_else(|| ImportError::ArrayTooLarge {
        shape: shape_text(shape),
        limit: limits.n_cells,
        every: None,
    })
}

/// The rows of an array that are kept, among the bytes of all.
struct Rows<'a> {
    shape: &'a [u64],
    order: Order,
    every: Every,
    element_bytes: usize,
}

impl Rows<'_> {
    /// Their bytes, the last index fastest. No more is allocated than they need.
    fn of(&self, mut bytes: Vec<u8>) -> Result<Vec<u8>, ImportError> {
        let all = self.shape.iter().try_fold(self.element_bytes as u64, |n, extent| n.checked_mul(*extent));
        let n_bytes = all.and_then(|all| usize::try_from(all).ok()).filter(|n_bytes| *n_bytes <= bytes.len());
        let Some(n_bytes) = n_bytes else {
            let (expected, found) = (all.unwrap_or(u64::MAX), bytes.len() as u64);
            return Err(ImportError::ArrayCutOff { expected, found });
        };
        bytes.truncate(n_bytes);
        let is_as_wanted = self.order == Order::Last && self.every == Every::ALL;
        let (Some((n_rows, inner)), false) = (self.shape.split_first(), bytes.is_empty() || is_as_wanted)
        else {
            return Ok(bytes);
        };
        // Each extent is at most as large as the bytes that are there.
        let (n_rows, inner) = (*n_rows as usize, inner.iter().map(|n| *n as usize).collect::<Vec<_>>());
        let width = inner.iter().product::<usize>();
        let rows = (0..n_rows).step_by(self.every.get());
        if self.order == Order::Last {
            let n_bytes = width * self.element_bytes;
            let row = |row: usize| bytes.get(row * n_bytes..(row + 1) * n_bytes).unwrap_or_default();
            return Ok(rows.flat_map(row).copied().collect());
        }
        let mut kept =
            Vec::with_capacity(self.every.kept(n_rows as u64) as usize * width * self.element_bytes);
        let columns = in_order_of_last(&inner);
        for row in rows {
            for column in &columns {
                let at = (row + column * n_rows) * self.element_bytes;
                kept.extend_from_slice(bytes.get(at..at + self.element_bytes).unwrap_or_default());
            }
        }
        Ok(kept)
    }
}

/// Where the elements of a shape lie whose first index runs fastest, in the order in which the last one does.
fn in_order_of_last(shape: &[usize]) -> Vec<usize> {
    let mut strides = Vec::with_capacity(shape.len());
    let mut stride = 1;
    for extent in shape {
        strides.push(stride);
        stride *= extent;
    }
    let mut index = vec![0; shape.len()];
    let mut places = Vec::with_capacity(stride);
    for _ in 0..stride {
        places.push(index.iter().zip(&strides).map(|(idx, stride)| idx * stride).sum());
        for (idx, extent) in index.iter_mut().zip(shape).rev() {
            *idx += 1;
            if *idx < *extent {
                break;
            }
            *idx = 0;
        }
    }
    places
}

/// Numbers of one type.
///
/// # Errors
/// They are of a size that no number has.
fn decode(bytes: Vec<u8>, element: Element) -> Result<ArrayValues, ImportError> {
    if element.size == 1 && element.kind == ElementKind::Unsigned {
        return Ok(ArrayValues::Bytes(bytes));
    }
    let number = |chunk: &[u8]| number(chunk, element);
    let numbers: Option<Vec<f64>> = bytes.chunks_exact(element.size.max(1)).map(number).collect();
    numbers.map(ArrayValues::Numbers).ok_or_else(|| element.unknown())
}

/// A number, if there is one of this size.
pub(super) fn number(chunk: &[u8], element: Element) -> Option<f64> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], kind: ElementKind, is_big_endian: bool, expected: f64) {
        let element = Element { kind, size: bytes.len(), is_big_endian };
        let values = decode(bytes.to_vec(), element).unwrap();
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

    #[track_caller]
    fn kept(bytes: &[u8], shape: &[u64], order: Order, every: usize, expected: &[u8]) {
        let rows = Rows { shape, order, every: Every::nth(every), element_bytes: 1 };
        assert_eq!(rows.of(bytes.to_vec()).unwrap(), expected);
    }

    #[test]
    fn rows_are_kept_in_either_order() {
        // [[1, 2, 3], [4, 5, 6], [7, 8, 9]], and with its first index fastest.
        let (last, first) = ([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 4, 7, 2, 5, 8, 3, 6, 9]);
        kept(&last, &[3, 3], Order::Last, 1, &last);
        kept(&first, &[3, 3], Order::First, 1, &last);
        kept(&last, &[3, 3], Order::Last, 2, &[1, 2, 3, 7, 8, 9]);
        kept(&first, &[3, 3], Order::First, 2, &[1, 2, 3, 7, 8, 9]);
        kept(&first, &[9], Order::First, 4, &[1, 5, 9]);
        kept(&[7], &[], Order::First, 4, &[7]);
        // [[[1, 2], [3, 4]], [[5, 6], [7, 8]]].
        kept(&[1, 5, 3, 7, 2, 6, 4, 8], &[2, 2, 2], Order::First, 1, &[1, 2, 3, 4, 5, 6, 7, 8]);
        let cut = Rows { shape: &[3, 3], order: Order::Last, every: Every::nth(2), element_bytes: 2 };
        assert_eq!(cut.of(last.to_vec()), Err(ImportError::ArrayCutOff { expected: 18, found: 9 }));
    }

    #[test]
    fn a_shape_beyond_every_memory_is_refused_before_it_is_made() {
        for shape in [[u64::MAX, 3], [1 << 32, 1 << 32], [1 << 40, 1]] {
            let error = n_elements(&shape, &ImportLimits::default()).unwrap_err();
            assert!(error.to_string().contains("64,000,000"), "{error}");
        }
        assert_eq!(n_elements(&[], &ImportLimits::default()), Ok(1));
    }
}
