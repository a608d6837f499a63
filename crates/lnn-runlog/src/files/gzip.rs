//! What gzip puts around deflate data (RFC 1952). In: compressed bytes. Out: the lengths of headers, the sums of trailers.
//!
//! Nothing of a header is kept: names and comments are stepped over. Read next: `inflater.rs`.

use super::error::Damage;
use super::input::Input;
use super::{Source, SourceError};

/// The bytes that every member begins with: the magic number and the only method.
pub(super) const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];
/// The checksum and the size at the end of a member.
pub(super) const TRAILER_BYTES: usize = 8;
/// No name or comment is longer; what says so is damaged, or wants to be searched without end.
const MAX_FIELD_BYTES: usize = 64 << 10;

const HEADER_SUM: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

/// Why there is no whole header.
pub(super) enum NoHeader {
    /// It is not there yet.
    Cut,
    /// It is wrong at this byte.
    Damaged(u64, Damage),
    /// The bytes can't be had.
    Unread(SourceError),
}

impl From<SourceError> for NoHeader {
    fn from(error: SourceError) -> Self {
        Self::Unread(error)
    }
}

/// Where the header that begins at `start` ends.
pub(super) fn header_end<S: Source>(input: &mut Input<S>, start: u64) -> Result<u64, NoHeader> {
    let mut header = Header { input, byte: start, sum: crc32fast::Hasher::new() };
    for expected in MAGIC {
        match header.next()? {
            found if found == expected => {}
            found if header.byte == start + 3 => return Err(header.damaged(Damage::Method(found))),
            _ => return Err(header.damaged(Damage::NoMember)),
        }
    }
    let flags = header.next()?;
    if flags & RESERVED != 0 {
        return Err(header.damaged(Damage::Flags(flags & RESERVED)));
    }
    // The time, a hint of the compressor, the system.
    header.skip(6)?;
    if flags & EXTRA != 0 {
        let n_bytes = u16::from_le_bytes([header.next()?, header.next()?]);
        header.skip(usize::from(n_bytes))?;
    }
    if flags & NAME != 0 {
        header.skip_text("name")?;
    }
    if flags & COMMENT != 0 {
        header.skip_text("comment")?;
    }
    if flags & HEADER_SUM != 0 {
        let found = header.sum.clone().finalize() as u16;
        let stored = u16::from_le_bytes([header.next()?, header.next()?]);
        if stored != found {
            return Err(header.damaged(Damage::HeaderSum { stored, found }));
        }
    }
    Ok(header.byte)
}

/// The CRC-32 and the size modulo 2³² of a trailer.
pub(super) fn trailer(bytes: [u8; TRAILER_BYTES]) -> (u32, u32) {
    let [a, b, c, d, e, f, g, h] = bytes;
    (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]))
}

struct Header<'a, S> {
    input: &'a mut Input<S>,
    byte: u64,
    sum: crc32fast::Hasher,
}

impl<S: Source> Header<'_, S> {
    fn next(&mut self) -> Result<u8, NoHeader> {
        let byte = *self.input.at(self.byte)?.first().ok_or(NoHeader::Cut)?;
        self.sum.update(&[byte]);
        self.byte += 1;
        Ok(byte)
    }

    fn skip(&mut self, n_bytes: usize) -> Result<(), NoHeader> {
        (0..n_bytes).try_for_each(|_| self.next().map(|_| ()))
    }

    /// Steps over a text and the 0 that ends it.
    fn skip_text(&mut self, field: &'static str) -> Result<(), NoHeader> {
        for _ in 0..=MAX_FIELD_BYTES {
            if self.next()? == 0 {
                return Ok(());
            }
        }
        Err(self.damaged(Damage::LongField { field, limit: MAX_FIELD_BYTES }))
    }

    /// The byte that was read last is wrong.
    fn damaged(&self, damage: Damage) -> NoHeader {
        NoHeader::Damaged(self.byte - 1, damage)
    }
}
