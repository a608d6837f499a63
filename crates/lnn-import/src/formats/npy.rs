//! `NumPy`'s .npy, of any numeric type, order and endianness; texts too.
//!
//! In: a file's bytes. Out: a [`NamedArray`]. The header is read by the crate `npyz`. Read next: `array.rs`.

use npyz::{DType, Endianness, NpyHeader, Order, TypeChar};

use super::array::{self, ArrayValues, Element, ElementKind, NamedArray};
use crate::{ImportError, ImportLimits};

/// Reads an array.
///
/// # Errors
/// The header or the type is none, or numbers are missing.
pub(super) fn read(name: &str, bytes: &[u8], limits: &ImportLimits) -> Result<NamedArray, ImportError> {
    let mut rest = bytes;
    let header = NpyHeader::from_reader(&mut rest).map_err(|error| ImportError::Broken {
        format: "npy",
        place: "its header".to_owned(),
        what: error.to_string(),
    })?;
    let DType::Plain(element) = header.dtype() else {
        return Err(ImportError::ElementType { found: "a record of several fields".to_owned() });
    };
    let n = array::n_elements(header.shape(), limits)?;
    let size = element.num_bytes().unwrap_or(0);
    let is_big_endian = element.endianness() == Endianness::Big;
    let numbers = |kind| array::decode(rest, Element { kind, size, is_big_endian }, n);
    let values = match element.type_char() {
        TypeChar::Bool | TypeChar::Uint => numbers(ElementKind::Unsigned)?,
        TypeChar::Int => numbers(ElementKind::Signed)?,
        TypeChar::Float => numbers(ElementKind::Float)?,
        TypeChar::ByteStr => texts(rest, size, n, |chunk| Some(String::from_utf8_lossy(chunk).into_owned()))?,
        TypeChar::UnicodeStr => texts(rest, size, n, |chunk| utf32(chunk, is_big_endian))?,
        _ => return Err(ImportError::ElementType { found: element.to_string() }),
    };
    let shape: Vec<usize> = header.shape().iter().map(|extent| *extent as usize).collect();
    let values = if header.order() == Order::Fortran { array::from_fortran(&values, &shape) } else { values };
    Ok(NamedArray { name: name.to_owned(), shape, values })
}

fn texts(
    bytes: &[u8],
    size: usize,
    n: usize,
    text: impl Fn(&[u8]) -> Option<String>,
) -> Result<ArrayValues, ImportError> {
    let n_bytes = n.saturating_mul(size);
    let cut_off = ImportError::ArrayCutOff { expected: n_bytes as u64, found: bytes.len() as u64 };
    let bytes = bytes.get(..n_bytes).ok_or(cut_off)?;
    if size == 0 {
        return Ok(ArrayValues::Texts(vec![String::new(); n]));
    }
    let texts: Option<Vec<String>> = bytes.chunks_exact(size).map(text).collect();
    let texts =
        texts.ok_or_else(|| ImportError::ElementType { found: "texts that are no Unicode".into() })?;
    Ok(ArrayValues::Texts(texts.into_iter().map(|text| text.trim_end_matches('\0').to_owned()).collect()))
}

fn utf32(chunk: &[u8], is_big_endian: bool) -> Option<String> {
    let letter = |four: &[u8]| {
        let four: [u8; 4] = four.try_into().ok()?;
        char::from_u32(if is_big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    };
    chunk.chunks_exact(4).map(letter).collect()
}
