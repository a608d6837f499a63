//! IDX, the format of MNIST: two zeros, a type, the number of dimensions, the extents, the numbers, all big endian.
//!
//! In: a file's bytes. Out: an [`Unread`] array. Source: <http://yann.lecun.com/exdb/mnist/>. Read next: `array.rs`.

use super::array::{Element, ElementKind, Order, Source, Unread};
use crate::ImportError;

/// Looks at an array.
///
/// # Errors
/// The type is unknown, or extents are missing.
pub(super) fn look(name: &str, file: &str, mut bytes: Vec<u8>) -> Result<Unread, ImportError> {
    let broken = |place: &str, what: &str| ImportError::Broken {
        format: "IDX",
        place: place.to_owned(),
        what: what.to_owned(),
    };
    let [0, 0, code, n_dims, rest @ ..] = bytes.as_slice() else {
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
    let shape = extents
        .chunks_exact(4)
        .map(|four| four.iter().fold(0, |n, byte| n << 8 | u64::from(*byte)))
        .collect();
    let element = Element { kind, size, is_big_endian: true };
    let n_head = bytes.len() - numbers.len();
    bytes.drain(..n_head);
    let source = Source::Numbers { bytes, element, order: Order::Last };
    Ok(Unread { name: name.to_owned(), shape, is_text: false, file: file.to_owned(), source })
}
