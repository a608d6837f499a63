//! What stands in a zip before each entry, and how to find entries where the directory at the end is missing.
//!
//! In: a [`Source`](super::Source). Out: [`ZipEntry`]s. A zip that is cut, or still being written, has whole entries in front, and they
//! are found from there. Read next: `zip.rs`.

use memchr::memmem;

use super::input::Input;
use super::source::Shared;
use super::{MAX_FILES, SourceError};

/// A zip whose bytes are read ahead.
pub(super) type ZipInput = Input<Shared>;

const LOCAL: [u8; 4] = *b"PK\x03\x04";
const DIRECTORY: [u8; 4] = *b"PK\x01\x02";
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
const HEADER_BYTES: usize = 30;
/// The extra field that holds sizes beyond 4 GiB.
const LONG_SIZES: u16 = 1;

/// An entry of a zip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZipEntry {
    /// Where its own header begins; the data comes after it.
    pub header_byte: u64,
    /// How it is compressed: 0 = not at all, 8 = deflate.
    pub method: u16,
    /// Whether a password is needed.
    pub is_encrypted: bool,
    /// The data's length in the zip; none if the zip is cut before it says so.
    pub compressed_size: Option<u64>,
    /// The unpacked length, if known.
    pub size: Option<u64>,
    /// The unpacked bytes' CRC-32, if known.
    pub crc: Option<u32>,
}

/// The header before an entry's data.
pub(super) struct LocalHeader {
    pub entry: ZipEntry,
    pub data_byte: u64,
    name_length: usize,
    /// Whether checksum and sizes come after the data.
    has_descriptor: bool,
}

/// The header at `byte`; none if there is no whole one.
pub(super) fn local_header(input: &mut ZipInput, byte: u64) -> Result<Option<LocalHeader>, SourceError> {
    let mut fixed = [0; HEADER_BYTES];
    if input.peek(byte, &mut fixed)? < HEADER_BYTES || !fixed.starts_with(&LOCAL) {
        return Ok(None);
    }
    let (flags, method) = (u16_at(&fixed, 6), u16_at(&fixed, 8));
    let (name_length, extra_length) = (u16_at(&fixed, 26), u16_at(&fixed, 28));
    let data_byte =
        byte.saturating_add(HEADER_BYTES as u64 + u64::from(name_length) + u64::from(extra_length));
    let entry = ZipEntry {
        header_byte: byte,
        method,
        is_encrypted: flags & 1 != 0,
        compressed_size: Some(u64::from(u32_at(&fixed, 18))),
        size: Some(u64::from(u32_at(&fixed, 22))),
        crc: Some(u32_at(&fixed, 14)),
    };
    let has_descriptor = flags & (1 << 3) != 0;
    Ok(Some(LocalHeader { entry, data_byte, name_length: name_length.into(), has_descriptor }))
}

/// What was found without the directory.
#[derive(Default)]
pub(super) struct Walked {
    pub entries: Vec<(Vec<u8>, ZipEntry)>,
    /// Whether the zip ends within the last entry.
    pub is_last_cut: bool,
}

/// Looks for entries from the start of a zip of `n_bytes` bytes.
pub(super) fn walk(input: &mut ZipInput, n_bytes: u64) -> Result<Walked, SourceError> {
    let mut walked = Walked::default();
    let mut byte = 0;
    while walked.entries.len() < MAX_FILES && !walked.is_last_cut && !begins(input, byte, DIRECTORY)? {
        let Some(start) = find(input, byte, LOCAL)? else { break };
        match local_header(input, start)? {
            Some(header) if header.name_length > 0 && header.data_byte <= n_bytes => {
                byte = take(input, &header, n_bytes, &mut walked)?;
            }
            _ => byte = start + LOCAL.len() as u64,
        }
    }
    Ok(walked)
}

/// Takes an entry, and tells where the next one may begin.
fn take(
    input: &mut ZipInput,
    header: &LocalHeader,
    n_bytes: u64,
    walked: &mut Walked,
) -> Result<u64, SourceError> {
    let LocalHeader { mut entry, data_byte, name_length, has_descriptor } = *header;
    let variable_byte = entry.header_byte + HEADER_BYTES as u64;
    let mut variable = vec![0; (data_byte - variable_byte) as usize];
    input.peek(variable_byte, &mut variable)?;
    let extra = variable.split_off(name_length.min(variable.len()));
    long_sizes(&extra, &mut entry);
    if has_descriptor && entry.compressed_size == Some(0) {
        let described = find_described(input, data_byte, entry)?;
        entry = described.unwrap_or(ZipEntry { compressed_size: None, size: None, crc: None, ..entry });
    }
    let end = entry.compressed_size.and_then(|size| data_byte.checked_add(size));
    let end = end.filter(|end| *end <= n_bytes);
    walked.is_last_cut = end.is_none();
    walked.entries.push((variable, entry));
    Ok(end.unwrap_or(n_bytes))
}

/// Sizes beyond 4 GiB stand in an extra field.
fn long_sizes(mut extra: &[u8], entry: &mut ZipEntry) {
    let is_long = |size: Option<u64>| size == Some(u64::from(u32::MAX));
    while extra.len() >= 4 {
        let (id, length) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
        let field = extra.get(4..4 + length).unwrap_or_default();
        if id == LONG_SIZES && field.len() >= 16 && (is_long(entry.size) || is_long(entry.compressed_size)) {
            entry.size = Some(u64_at(field, 0));
            entry.compressed_size = Some(u64_at(field, 8));
        }
        extra = extra.get(4 + length..).unwrap_or_default();
    }
}

/// The entry with what stands after its data. It is known by the right distance from the data's start.
fn find_described(
    input: &mut ZipInput,
    data_byte: u64,
    entry: ZipEntry,
) -> Result<Option<ZipEntry>, SourceError> {
    let mut from = data_byte;
    while let Some(byte) = find(input, from, DESCRIPTOR)? {
        let mut descriptor = [0; 24];
        let n_read = input.peek(byte, &mut descriptor)?;
        let (n_data, crc) = (byte - data_byte, Some(u32_at(&descriptor, 4)));
        let with = |size| Some(ZipEntry { compressed_size: Some(n_data), size: Some(size), crc, ..entry });
        if n_read >= 24 && u64_at(&descriptor, 8) == n_data {
            return Ok(with(u64_at(&descriptor, 16)));
        }
        if n_read >= 16 && u64::from(u32_at(&descriptor, 8)) == n_data {
            return Ok(with(u32_at(&descriptor, 12).into()));
        }
        if n_read < 16 {
            // The zip is cut within it, and the data is whole.
            return Ok(Some(ZipEntry { compressed_size: Some(n_data), size: None, crc: None, ..entry }));
        }
        from = byte + 1;
    }
    Ok(None)
}

/// Whether a zip's entry begins at `byte`.
pub(super) fn begins_entry(input: &mut ZipInput, byte: u64) -> Result<bool, SourceError> {
    begins(input, byte, LOCAL)
}

fn begins(input: &mut ZipInput, byte: u64, signature: [u8; 4]) -> Result<bool, SourceError> {
    let mut found = [0; 4];
    Ok(input.peek(byte, &mut found)? == 4 && found == signature)
}

/// The first place of a signature from `byte` on.
fn find(input: &mut ZipInput, mut byte: u64, signature: [u8; 4]) -> Result<Option<u64>, SourceError> {
    loop {
        let ahead = input.at(byte)?;
        let n_ahead = ahead.len();
        if let Some(place) = memmem::find(ahead, &signature) {
            return Ok(Some(byte + place as u64));
        }
        match n_ahead {
            0 => return Ok(None),
            // It may begin in these bytes and end in the next ones.
            1..4 if begins(input, byte, signature)? => return Ok(Some(byte)),
            1..4 => byte += 1,
            _ => byte += n_ahead as u64 - 3,
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(array_at(bytes, at))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(array_at(bytes, at))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(array_at(bytes, at))
}

/// Zeros beyond the end.
fn array_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..at + N).and_then(|bytes| bytes.try_into().ok()).unwrap_or([0; N])
}
