//! One NumPy array: a header that is a Python dictionary, then numbers.
//!
//! In and out: the bytes of an .npy file, version 1 to 3 of the format. Read next: `npz.rs`.

use crate::named::Named;
use crate::numbers::{Budget, NumberType, encode};
use crate::{Precision, WeightsError};

const MAGIC: &[u8] = b"\x93NUMPY";
const EXPECTED: &str = "an array of real numbers";
/// NumPy aligns the numbers so.
const ALIGNMENT: usize = 64;

/// What the header says.
struct Header {
    number_type: NumberType,
    is_big_endian: bool,
    is_fortran: bool,
    shape: Vec<usize>,
}

/// An array from the bytes of an .npy file.
///
/// # Errors
/// They are none, cut, or of a type that holds no real numbers.
pub(crate) fn read(name: &str, bytes: &[u8], budget: &mut Budget) -> Result<Named, WeightsError> {
    let damaged = || WeightsError::array(name, "a damaged array", EXPECTED);
    let (header, body) = split(bytes).ok_or_else(damaged)?;
    let field = |key: &str| value_of(header, key).ok_or_else(damaged);
    let descr = field("descr")?;
    let (number_type, is_big_endian) =
        number_type(descr).ok_or_else(|| WeightsError::array(name, format!("of type {descr}"), EXPECTED))?;
    let is_fortran = field("fortran_order")? == "True";
    let shape = shape(field("shape")?).ok_or_else(damaged)?;
    let header = Header { number_type, is_big_endian, is_fortran, shape };
    let n = budget.take(name, &header.shape)?;
    let n_bytes = n * number_type.n_bytes();
    if body.len() != n_bytes {
        let found = format!("cut: {} of {n_bytes} bytes", body.len());
        return Err(WeightsError::array(name, found, format!("{n} numbers")));
    }
    let values = header.values(body);
    Ok(Named { name: name.to_owned(), shape: header.shape, values, precision: number_type.precision() })
}

impl Header {
    /// Row by row, whatever the order in the file.
    fn values(&self, body: &[u8]) -> Vec<f64> {
        let values = self.number_type.decode(body, self.is_big_endian);
        match *self.shape {
            [n_rows, n_columns] if self.is_fortran => {
                let row = |row: usize| (0..n_columns).map(move |column| column * n_rows + row);
                (0..n_rows).flat_map(row).filter_map(|at| values.get(at).copied()).collect()
            }
            _ => values,
        }
    }
}

/// The text of the header, and what follows it.
fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let ([major, _minor], rest) = rest.split_first_chunk::<2>()?;
    let (n_bytes, rest) = if *major == 1 {
        let (n, rest) = rest.split_first_chunk::<2>()?;
        (usize::from(u16::from_le_bytes(*n)), rest)
    } else {
        let (n, rest) = rest.split_first_chunk::<4>()?;
        (u32::from_le_bytes(*n) as usize, rest)
    };
    let (header, body) = rest.split_at_checked(n_bytes)?;
    Some((std::str::from_utf8(header).ok()?, body))
}

/// What stands behind `'key':` up to the comma that ends it; a tuple whole.
fn value_of<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    let (_, behind) = header.split_once(&format!("'{key}':"))?;
    let behind = behind.trim_start();
    let n_bytes = match behind.as_bytes().first()? {
        b'(' => behind.find(')')? + 1,
        b'[' => behind.find(']')? + 1,
        _ => behind.find([',', '}'])?,
    };
    behind.get(..n_bytes).map(str::trim)
}

/// `'<f8'`.
fn number_type(descr: &str) -> Option<(NumberType, bool)> {
    let descr = descr.strip_prefix('\'')?.strip_suffix('\'')?;
    let mut characters = descr.chars();
    let is_big_endian = match characters.next()? {
        '>' => true,
        '<' | '=' | '|' => false,
        _ => return None,
    };
    let number_type = match characters.as_str() {
        "f2" => NumberType::F16,
        "f4" => NumberType::F32,
        "f8" => NumberType::F64,
        "i1" => NumberType::Signed(1),
        "i2" => NumberType::Signed(2),
        "i4" => NumberType::Signed(4),
        "i8" => NumberType::Signed(8),
        "u1" | "b1" => NumberType::Unsigned(1),
        "u2" => NumberType::Unsigned(2),
        "u4" => NumberType::Unsigned(4),
        "u8" => NumberType::Unsigned(8),
        _ => return None,
    };
    Some((number_type, is_big_endian))
}

/// `(5, 3)`, `(5,)`, `()`; 8 dimensions are more than any array of weights has.
fn shape(text: &str) -> Option<Vec<usize>> {
    let inside = text.strip_prefix('(')?.strip_suffix(')')?;
    let sizes = inside.split(',').map(str::trim).filter(|size| !size.is_empty());
    let shape: Vec<usize> =
        sizes.take(9).map(|size| size.trim_end_matches('L').parse().ok()).collect::<Option<_>>()?;
    (shape.len() <= 8).then_some(shape)
}

/// The bytes of an .npy file, in C order.
pub(crate) fn write<'a>(
    shape: (usize, usize),
    values: impl IntoIterator<Item = &'a f64>,
    precision: Precision,
) -> Vec<u8> {
    let descr = match precision {
        Precision::F32 => "<f4",
        Precision::F64 => "<f8",
    };
    let (n_rows, n_columns) = shape;
    let header =
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({n_rows}, {n_columns}), }}");
    let n_before = MAGIC.len() + 4;
    let n_bytes = (n_before + header.len() + 1).next_multiple_of(ALIGNMENT) - n_before;
    let mut bytes = MAGIC.to_vec();
    bytes.extend([1, 0]);
    bytes.extend((n_bytes as u16).to_le_bytes());
    bytes.extend(format!("{header:<width$}\n", width = n_bytes - 1).bytes());
    bytes.extend(encode(values, precision));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn bytes(dictionary: &str, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(dictionary.len()).unwrap().to_le_bytes();
        [MAGIC, &[1, 0], &length, dictionary.as_bytes(), body].concat()
    }

    #[test]
    fn what_is_written_is_read_and_aligned() {
        let values = [1.5, -2.0, 0.25, 4.0, 5.0, 6.0];
        let written = write((2, 3), &values, Precision::F32);
        assert_eq!(written.len(), 64 * 2 + 24);
        let array = read("W1", &written, &mut Budget::network()).unwrap();
        assert_eq!((array.shape, array.values.as_slice()), (vec![2, 3], values.as_slice()));
    }

    #[test]
    fn fortran_order_and_big_endian_numbers_are_read() {
        let header = "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }\n";
        let written = bytes(header, &[0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6]);
        let array = read("W1", &written, &mut Budget::network()).unwrap();
        assert_eq!(array.values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    }

    #[test]
    fn what_is_no_array_of_numbers_is_a_sentence() {
        let refuses = |dictionary: &str, body: &[u8], sentence: &str| {
            assert_eq!(
                read("W1", &bytes(dictionary, body), &mut Budget::network()).unwrap_err().to_string(),
                sentence
            );
        };
        let text = "{'descr': '<U5', 'fortran_order': False, 'shape': (2,), }";
        refuses(text, &[], "«W1» is of type '<U5', expected is an array of real numbers");
        let cut = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }";
        refuses(cut, &[0; 9], "«W1» is cut: 9 of 16 bytes, expected is 2 numbers");
        let huge = "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999, 99999999999), }";
        let sentence = format!(
            "«W1», with all before it, has {} numbers, the limit is 64000000: this is larger than any network that can \
             be trained here",
            u64::MAX
        );
        refuses(huge, &[], &sentence);
        refuses("{'descr': '<f8'", &[], "«W1» is a damaged array, expected is an array of real numbers");
    }
}
