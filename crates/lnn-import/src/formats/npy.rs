//! `NumPy`'s .npy, of any numeric type, order and endianness; texts too.
//!
//! In: a file's bytes. Out: an [`Unread`] array. The header is read by the crate `npyz`, once it is known to be one. Read next: `array.rs`.

use npyz::{DType, Endianness, NpyHeader, TypeChar};

use super::array::{ArrayValues, Element, ElementKind, Order, Source, Unread};
use crate::arrays::shape_text;
use crate::text::{grouped, shortened};
use crate::{ImportError, ImportLimits};

/// Of records in records no header has more.
const MAX_BRACKETS: usize = 32;

/// Texts of one length.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextElement {
    pub n_bytes: usize,
    encoding: TextEncoding,
}

#[derive(Clone, Copy, Debug)]
enum TextEncoding {
    Bytes,
    Utf32 { is_big_endian: bool },
}

/// Looks at an array.
///
/// # Errors
/// The header or the type is none.
pub(super) fn look(
    name: &str,
    file: &str,
    mut bytes: Vec<u8>,
    limits: &ImportLimits,
) -> Result<Unread, ImportError> {
    let header = checked_header(&bytes)?;
    if let Some(shape) = shape_beyond_counting(header) {
        let shape = format!("{} {}", shortened(name), shape_text(&shape));
        return Err(ImportError::ArrayTooLarge { shape, limit: limits.n_cells, every: None });
    }
    let mut rest = bytes.as_slice();
    let header = NpyHeader::from_reader(&mut rest).map_err(|error| broken(error.to_string()))?;
    let DType::Plain(element) = header.dtype() else {
        return Err(ImportError::ElementType { found: "a record of several fields".to_owned() });
    };
    let n_bytes = element.num_bytes().unwrap_or(0);
    let is_big_endian = element.endianness() == Endianness::Big;
    let n_header = bytes.len() - rest.len();
    bytes.drain(..n_header);
    let order = match header.order() {
        npyz::Order::Fortran => Order::First,
        npyz::Order::C => Order::Last,
    };
    let numbers = |kind| Element { kind, size: n_bytes, is_big_endian }.check().map(Values::Numbers);
    let texts = |encoding| match n_bytes {
        0 => Err(ImportError::ElementType { found: "texts of no letters".to_owned() }),
        _ => Ok(Values::Texts(TextElement { n_bytes, encoding })),
    };
    let values = match element.type_char() {
        TypeChar::Bool | TypeChar::Uint => numbers(ElementKind::Unsigned)?,
        TypeChar::Int => numbers(ElementKind::Signed)?,
        TypeChar::Float => numbers(ElementKind::Float)?,
        TypeChar::ByteStr => texts(TextEncoding::Bytes)?,
        TypeChar::UnicodeStr => texts(TextEncoding::Utf32 { is_big_endian })?,
        _ => return Err(ImportError::ElementType { found: element.to_string() }),
    };
    Ok(Unread {
        name: name.to_owned(),
        shape: header.shape().to_vec(),
        is_text: matches!(values, Values::Texts(_)),
        file: file.to_owned(),
        source: match values {
            Values::Numbers(element) => Source::Numbers { bytes, element, order },
            Values::Texts(text) => Source::Texts { bytes, text, order },
        },
    })
}

enum Values {
    Numbers(Element),
    Texts(TextElement),
}

fn broken(what: String) -> ImportError {
    ImportError::Broken { format: "npy", place: "its header".to_owned(), what }
}

/// A header is as long as it says, and no maze of brackets: reading it needs memory for the one and stack for the other.
fn checked_header(bytes: &[u8]) -> Result<&[u8], ImportError> {
    let (claimed, start) = match bytes.get(6..) {
        Some([1, _, a, b, ..]) => (u64::from(u16::from_le_bytes([*a, *b])), 10),
        Some([_, _, a, b, c, d, ..]) => (u64::from(u32::from_le_bytes([*a, *b, *c, *d])), 12),
        _ => return Err(broken(format!("it ends after {} bytes", bytes.len()))),
    };
    let after = bytes.get(start..).unwrap_or_default();
    let header = usize::try_from(claimed).ok().and_then(|n| after.get(..n)).ok_or_else(|| {
        broken(format!(
            "it should have {} bytes, {} are there",
            grouped(claimed),
            grouped(after.len() as u64)
        ))
    })?;
    let n_open = header.iter().filter(|b| matches!(b, b'(' | b'[' | b'{')).count();
    if n_open > MAX_BRACKETS {
        return Err(broken(format!("it has {} brackets, {MAX_BRACKETS} are enough", grouped(n_open as u64))));
    }
    Ok(header)
}

/// `'shape': (3, 4294967296, 4294967296)`: the product is out of range, which the reader of headers does not expect.
fn shape_beyond_counting(header: &[u8]) -> Option<Vec<u64>> {
    let header = String::from_utf8_lossy(header);
    let mut tuples = header.split("shape").skip(1).filter_map(|rest| rest.split_once('(')?.1.split_once(')'));
    tuples.find_map(|(extents, _)| {
        let extents: Vec<u64> = extents.split(',').filter_map(|extent| extent.trim().parse().ok()).collect();
        let n = extents.iter().try_fold(1_u64, |n, extent| n.checked_mul(*extent));
        n.is_none().then_some(extents)
    })
}

impl TextElement {
    /// # Errors
    /// One is no Unicode.
    pub fn decode(self, bytes: &[u8]) -> Result<ArrayValues, ImportError> {
        let text = |chunk: &[u8]| match self.encoding {
            TextEncoding::Bytes => Some(String::from_utf8_lossy(chunk).into_owned()),
            TextEncoding::Utf32 { is_big_endian } => utf32(chunk, is_big_endian),
        };
        let trimmed = |chunk: &[u8]| text(chunk).map(|text| text.trim_end_matches('\0').to_owned());
        let texts: Option<Vec<String>> = bytes.chunks_exact(self.n_bytes).map(trimmed).collect();
        texts
            .map(ArrayValues::Texts)
            .ok_or_else(|| ImportError::ElementType { found: "texts that are no Unicode".into() })
    }
}

fn utf32(chunk: &[u8], is_big_endian: bool) -> Option<String> {
    let letter = |four: &[u8]| {
        let four: [u8; 4] = four.try_into().ok()?;
        char::from_u32(if is_big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    };
    chunk.chunks_exact(4).map(letter).collect()
}
