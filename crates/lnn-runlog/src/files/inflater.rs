//! Unpacks compressed bytes forwards, one window after the other. In: [`Input`]. Out: the last 32 KiB of unpacked bytes.
//!
//! It is a value: a clone of it continues from where it was made, which is what makes places in the middle reachable.
//! Read next: `inflated.rs`.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_HAS_MORE_INPUT;
use miniz_oxide::inflate::core::{DecompressorOxide, TINFL_LZ_DICT_SIZE, decompress};

use super::error::Damage;
use super::gzip::{NoHeader, TRAILER_BYTES, header_end, trailer};
use super::input::Input;
use super::source::copy;
use super::{Source, SourceError};

/// How far back deflate data refers, and so how many unpacked bytes are held.
pub(super) const WINDOW_BYTES: usize = TINFL_LZ_DICT_SIZE;

/// What is known from elsewhere of a stream of deflate data without a wrapping, such as a zip's entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RawStream {
    /// How many compressed bytes there are; none if the stream ends where it says so.
    pub compressed_size: Option<u64>,
    /// The unpacked bytes' CRC-32, if known.
    pub crc: Option<u32>,
    /// How many unpacked bytes there are, if known.
    pub size: Option<u64>,
}

/// What stands around the deflate data.
#[derive(Clone, Copy)]
pub(super) enum Wrapping {
    Gzip,
    Raw(RawStream),
}

/// What came of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moved {
    /// It went on.
    On,
    /// The bytes end too early; there may be more later.
    Cut,
    /// The bytes end where they may.
    End,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Header,
    Body,
    Trailer,
    Padding,
}

/// The state of unpacking after some compressed bytes.
#[derive(Clone)]
pub(super) struct Inflater {
    decompressor: DecompressorOxide,
    /// Unpacked byte n stands at n modulo the window's length.
    window: Box<[u8]>,
    wrapping: Wrapping,
    phase: Phase,
    /// Bytes unpacked so far.
    inflated: u64,
    /// Compressed bytes taken so far.
    compressed: u64,
    /// Counted from 1.
    member: u64,
    member_start: u64,
    crc: crc32fast::Hasher,
}

impl Inflater {
    pub fn new(wrapping: Wrapping) -> Self {
        let phase = if matches!(wrapping, Wrapping::Gzip) { Phase::Header } else { Phase::Body };
        Self {
            decompressor: DecompressorOxide::new(),
            window: vec![0; WINDOW_BYTES].into_boxed_slice(),
            wrapping,
            phase,
            inflated: 0,
            compressed: 0,
            member: 1,
            member_start: 0,
            crc: crc32fast::Hasher::new(),
        }
    }

    /// Bytes unpacked so far.
    pub fn inflated(&self) -> u64 {
        self.inflated
    }

    /// Compressed bytes taken so far.
    pub fn compressed(&self) -> u64 {
        self.compressed
    }

    /// The first unpacked byte that is still held.
    pub fn held_from(&self) -> u64 {
        self.inflated.saturating_sub(WINDOW_BYTES as u64)
    }

    /// Copies unpacked bytes from `offset` on, as far as they are held.
    pub fn copy_held(&self, offset: u64, buf: &mut [u8]) -> usize {
        if !(self.held_from()..self.inflated).contains(&offset) {
            return 0;
        }
        let n_held = ((self.inflated - offset) as usize).min(buf.len());
        let (start, buf) = (place(offset), buf.get_mut(..n_held).unwrap_or_default());
        let n_first = copy(self.window.get(start..).unwrap_or_default(), buf);
        // Around the window's end.
        n_first + copy(&self.window, buf.get_mut(n_first..).unwrap_or_default())
    }

    /// Goes on by at most one window.
    pub fn advance<S: Source>(&mut self, input: &mut Input<S>) -> Result<Moved, SourceError> {
        match self.phase {
            Phase::Header => self.header(input),
            Phase::Body => self.body(input),
            Phase::Trailer => self.trailer(input),
            Phase::Padding => self.padding(input),
        }
    }

    fn header<S: Source>(&mut self, input: &mut Input<S>) -> Result<Moved, SourceError> {
        if self.member > 1 {
            match input.at(self.compressed)?.first() {
                None => return Ok(Moved::End),
                Some(0) => {
                    self.phase = Phase::Padding;
                    return Ok(Moved::On);
                }
                Some(_) => {}
            }
        }
        match header_end(input, self.compressed) {
            Ok(end) => {
                self.compressed = end;
                self.phase = Phase::Body;
                self.decompressor.init();
                self.crc = crc32fast::Hasher::new();
                Ok(Moved::On)
            }
            Err(NoHeader::Cut) => Ok(Moved::Cut),
            Err(NoHeader::Damaged(byte, damage)) => Err(self.damaged(byte, damage)),
            Err(NoHeader::Unread(error)) => Err(error),
        }
    }

    fn body<S: Source>(&mut self, input: &mut Input<S>) -> Result<Moved, SourceError> {
        let bytes = input.at(self.compressed)?;
        let start = place(self.inflated);
        let (status, n_taken, n_given) =
            decompress(&mut self.decompressor, bytes, &mut self.window, start, TINFL_FLAG_HAS_MORE_INPUT);
        let has_moved = n_taken > 0 || n_given > 0;
        self.crc.update(self.window.get(start..start + n_given).unwrap_or_default());
        self.compressed += n_taken as u64;
        self.inflated += n_given as u64;
        match status {
            TINFLStatus::Done => self.phase = Phase::Trailer,
            // Bytes that came before the failure are given first; the next call fails again.
            _ if has_moved => {}
            TINFLStatus::NeedsMoreInput => return self.cut(),
            TINFLStatus::HasMoreOutput => {}
            _ => return Err(self.damaged(self.compressed, Damage::Deflate)),
        }
        Ok(Moved::On)
    }

    /// The bytes end within deflate data: more may come, unless it is known that these are all.
    fn cut(&self) -> Result<Moved, SourceError> {
        match self.wrapping {
            Wrapping::Raw(RawStream { compressed_size: Some(n_bytes), .. }) if self.compressed >= n_bytes => {
                Err(self.damaged(self.compressed, Damage::NoEnd { n_bytes }))
            }
            _ => Ok(Moved::Cut),
        }
    }

    fn trailer<S: Source>(&mut self, input: &mut Input<S>) -> Result<Moved, SourceError> {
        let found = self.inflated - self.member_start;
        match self.wrapping {
            Wrapping::Gzip => {
                let mut bytes = [0; TRAILER_BYTES];
                if input.peek(self.compressed, &mut bytes)? < TRAILER_BYTES {
                    return Ok(Moved::Cut);
                }
                let (crc, size) = trailer(bytes);
                self.verify(Some(crc), Some(size.into()), found & u64::from(u32::MAX))?;
                self.compressed += TRAILER_BYTES as u64;
                self.member += 1;
                self.member_start = self.inflated;
                self.phase = Phase::Header;
                Ok(Moved::On)
            }
            Wrapping::Raw(stream) => {
                self.verify(stream.crc, stream.size, found)?;
                Ok(Moved::End)
            }
        }
    }

    fn verify(&self, crc: Option<u32>, size: Option<u64>, n_found: u64) -> Result<(), SourceError> {
        let found = self.crc.clone().finalize();
        match (crc, size) {
            (Some(stored), _) if stored != found => {
                Err(self.damaged(self.compressed, Damage::Checksum { stored, found }))
            }
            (_, Some(stored)) if stored != n_found => {
                Err(self.damaged(self.compressed, Damage::Size { stored, found: n_found }))
            }
            _ => Ok(()),
        }
    }

    /// Zeros after the last member, as tapes and block devices leave them.
    fn padding<S: Source>(&mut self, input: &mut Input<S>) -> Result<Moved, SourceError> {
        let bytes = input.at(self.compressed)?;
        if bytes.is_empty() {
            return Ok(Moved::End);
        }
        let n_zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let is_padding = n_zeros == bytes.len();
        self.compressed += n_zeros as u64;
        if is_padding { Ok(Moved::On) } else { Err(self.damaged(self.compressed, Damage::NoMember)) }
    }

    fn damaged(&self, byte: u64, damage: Damage) -> SourceError {
        let member = matches!(self.wrapping, Wrapping::Gzip).then_some(self.member);
        SourceError::Damaged { byte, member, damage }
    }
}

/// Where an unpacked byte stands in the window.
fn place(byte: u64) -> usize {
    (byte % WINDOW_BYTES as u64) as usize
}
