//! IDX, the format of MNIST: two zeros, a type, the number of dimensions, the extents, the numbers, all big endian.
//!
//! In: a file's bytes. Out: a [`NamedArray`]. Source: <http://yann.lecun.com/exdb/mnist/>. Read next: `array.rs`.

use super::array::{self, Element, ElementKind, NamedArray};
use crate::{ImportError, ImportLimits};

/// Reads an array.
///
/// # Errors
/// The type is unknown, or extents or numbers are missing.
pub(super) fn read(name: &str, bytes: &[u8], limits: &ImportLimits) -> Result<NamedArray, ImportError> {
    let broken = |place: &str, what: &str| ImportError::Broken {
        format: "IDX",
        place: place.to_owned(),
        what: what.to_owned(),
    };
    let [0, 0, code, n_dims, rest @ ..] = bytes else {
        return Err(broken("its first four bytes", "they are none of an IDX file"));
    };
    let (kind, size) = match code {
        0x08 => (ElementKind::Unsigned, 1),
        0x09 => (ElementKind::Signed, 1),
        0x0b => (ElementKind::Signed, 2),
        0x0c => (ElementKind::Signed, 4),
        0x0d => (ElementKind::Float, 4),
        0x0e => (ElementKind::Float, 8),
        _ => return Err(ImportError::ElementType { found: format!("type {code:#04x}") }),
    };
    let n_bytes = 4 * usize::from(*n_dims);
    let (extents, numbers) =
        rest.split_at_checked(n_bytes).ok_or_else(|| broken("its extents", "the file ends among them"))?;
    let shape: Vec<u64> = extents
        .chunks_exact(4)
        .map(|four| four.iter().fold(0, |n, byte| n << 8 | u64::from(*byte)))
        .collect();
    let n = array::n_elements(&shape, limits)?;
    let values = array::decode(numbers, Element { kind, size, is_big_endian: true }, n)?;
    let shape = shape.iter().map(|extent| *extent as usize).collect();
    Ok(NamedArray { name: name.to_owned(), shape, values })
}
