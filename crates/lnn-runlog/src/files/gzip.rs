//! Compressed bytes with access to any place: a gzip file (RFC 1952) of any number of members, or one deflate stream.
//!
//! In: a source of compressed bytes. Out: a source of what they hold. While it is read for the first time, the state of the
//! decompression is kept at distances that grow with the file; going to a place costs at most one distance. Checksums and
//! sizes are verified on the way. A file that ends in the middle gives all it has, and goes on when it has grown.

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

use super::source::{Source, SourceError, SourceState, read_up_to};

/// Compressed bytes read at once.
const INPUT_BYTES: usize = 64 << 10;
/// States kept at most, of about 43 kB each.
const MAX_STATES: usize = 128;
/// The first distance between them, in inflated bytes.
const FIRST_DISTANCE: u64 = 1 << 20;
/// A longer header is none that a program writes.
const MAX_HEADER_BYTES: usize = 128 << 10;

/// What compressed bytes hold, as a source.
pub struct Inflated<S> {
    source: S,
    /// A block of compressed bytes and where it begins.
    input: (u64, Vec<u8>),
    cursor: Cursor,
    /// By ascending place; the first is the start.
    states: Vec<Cursor>,
    distance: u64,
    /// The inflated byte from which on nothing can be read, and why.
    failure: Option<(u64, SourceError)>,
    is_cut: bool,
}

/// A place in both, and how the decompression stands there.
#[derive(Clone)]
struct Cursor {
    input_at: u64,
    output_at: u64,
    phase: Phase,
}

#[derive(Clone)]
enum Phase {
    /// Before a member's header; the first one must be there.
    Header {
        member: u64,
    },
    Body {
        member: Option<u64>,
        state: Box<InflateState>,
        crc: crc32fast::Hasher,
        n_bytes: u64,
    },
    /// Before a member's checksum and size.
    Trailer {
        member: u64,
        crc: u32,
        n_bytes: u64,
    },
    /// After the last byte; the checksum of a stream that has none of its own.
    End {
        crc: u32,
    },
}

/// What a deflate stream in an archive must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// CRC-32 of the inflated bytes.
    pub crc: u32,
    /// Inflated bytes.
    pub n_bytes: u64,
}

impl<S: Source> Inflated<S> {
    /// A gzip file.
    pub fn gzip(source: S) -> Self {
        Self::new(source, Phase::Header { member: 1 })
    }

    /// A deflate stream without a header, as archives have it.
    pub fn deflate(source: S) -> Self {
        Self::new(source, body(None))
    }

    fn new(source: S, phase: Phase) -> Self {
        let cursor = Cursor { input_at: 0, output_at: 0, phase };
        let states = vec![cursor.clone()];
        let input = (0, Vec::new());
        Self { source, input, cursor, states, distance: FIRST_DISTANCE, failure: None, is_cut: false }
    }

    /// Goes to the nearest known state before a place, unless the cursor is nearer.
    fn go_before(&mut self, offset: u64) {
        let n_before = self.states.partition_point(|state| state.output_at <= offset);
        let Some(state) = n_before.checked_sub(1).and_then(|idx| self.states.get(idx)) else { return };
        if self.cursor.output_at > offset || state.output_at > self.cursor.output_at {
            self.cursor = state.clone();
        }
    }

    /// Inflates the next bytes; 0 at the end, or where compressed bytes are missing.
    fn produce(&mut self, out: &mut [u8]) -> Result<usize, SourceError> {
        loop {
            let n_written = match &self.cursor.phase {
                Phase::Header { member } => {
                    let member = *member;
                    if !self.read_header(member)? {
                        return Ok(0);
                    }
                    0
                }
                Phase::Body { .. } => match self.inflate(out)? {
                    Some(n_written) => n_written,
                    None => return Ok(0),
                },
                Phase::Trailer { member, crc, n_bytes } => {
                    let (member, crc, n_bytes) = (*member, *crc, *n_bytes);
                    if !self.read_trailer(member, crc, n_bytes)? {
                        return Ok(0);
                    }
                    0
                }
                Phase::End { .. } => return Ok(0),
            };
            if n_written > 0 {
                self.keep_state();
                return Ok(n_written);
            }
        }
    }

    /// False where the header is not wholly there.
    fn read_header(&mut self, member: u64) -> Result<bool, SourceError> {
        let at = self.cursor.input_at;
        let bytes = read_up_to(&mut self.source, at, MAX_HEADER_BYTES)?;
        if member > 1 && bytes.iter().all(|byte| *byte == 0) {
            // Nothing more, or the padding of a tape; what may still come is looked at next time.
            return Ok(false);
        }
        match header_bytes(&bytes) {
            Ok(Some(n_bytes)) => {
                self.cursor.input_at += n_bytes as u64;
                self.cursor.phase = body(Some(member));
                Ok(true)
            }
            Ok(None) if bytes.len() < MAX_HEADER_BYTES => {
                self.is_cut = true;
                Ok(false)
            }
            Ok(None) => Err(damaged(at, format!("the header of member {member} has no end"))),
            Err(why) => Err(damaged(at, format!("member {member} {why}"))),
        }
    }

    /// None where compressed bytes are missing.
    fn inflate(&mut self, out: &mut [u8]) -> Result<Option<usize>, SourceError> {
        let at = self.cursor.input_at;
        if !(self.input.0..self.input.0 + self.input.1.len() as u64).contains(&at) {
            self.input = (at, read_up_to(&mut self.source, at, INPUT_BYTES)?);
        }
        let input = self.input.1.get((at - self.input.0) as usize..).unwrap_or_default();
        let Phase::Body { member, state, crc, n_bytes } = &mut self.cursor.phase else { return Ok(Some(0)) };
        let result = inflate(state, input, out, MZFlush::None);
        let is_starved = input.is_empty() && result.bytes_written == 0;
        crc.update(out.get(..result.bytes_written).unwrap_or_default());
        *n_bytes += result.bytes_written as u64;
        self.cursor.input_at += result.bytes_consumed as u64;
        self.cursor.output_at += result.bytes_written as u64;
        match result.status {
            Ok(MZStatus::StreamEnd) => {
                let (crc, n_bytes) = (crc.clone().finalize(), *n_bytes);
                self.cursor.phase = match *member {
                    Some(member) => Phase::Trailer { member, crc, n_bytes },
                    None => Phase::End { crc },
                };
                Ok(Some(result.bytes_written))
            }
            Ok(_) | Err(MZError::Buf) if !is_starved => Ok(Some(result.bytes_written)),
            Ok(_) | Err(MZError::Buf) => {
                self.is_cut = true;
                Ok(None)
            }
            Err(_) => Err(damaged(self.cursor.input_at, "it is no deflate stream there".to_owned())),
        }
    }

    /// False where the trailer is not wholly there.
    fn read_trailer(&mut self, member: u64, crc: u32, n_bytes: u64) -> Result<bool, SourceError> {
        let at = self.cursor.input_at;
        let bytes = read_up_to(&mut self.source, at, 8)?;
        let (Some(found_crc), Some(found_size)) = (word(&bytes, 0), word(&bytes, 4)) else {
            self.is_cut = true;
            return Ok(false);
        };
        if (found_crc, found_size) != (crc, n_bytes as u32) {
            let why = format!(
                "member {member} has the CRC-32 {found_crc:08x} and {found_size} bytes, what it holds {crc:08x} and {n_bytes}"
            );
            return Err(damaged(at, why));
        }
        self.cursor.input_at += 8;
        self.cursor.phase = Phase::Header { member: member + 1 };
        Ok(true)
    }

    fn keep_state(&mut self) {
        let last = self.states.last().map_or(0, |state| state.output_at);
        if self.cursor.output_at < last.saturating_add(self.distance) {
            return;
        }
        self.states.push(self.cursor.clone());
        if self.states.len() > MAX_STATES {
            self.distance *= 2;
            let mut idx = 0;
            self.states.retain(|_| {
                idx += 1;
                idx % 2 == 1
            });
        }
    }
}

impl<S: Source> Source for Inflated<S> {
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        if buf.is_empty() {
            return Ok(0);
        }
        if let Some((_, failure)) = self.failure.as_ref().filter(|(at, _)| offset >= *at) {
            return Err(failure.clone());
        }
        self.is_cut = false;
        self.go_before(offset);
        let mut passed_over = vec![0; if self.cursor.output_at < offset { INPUT_BYTES } else { 0 }];
        let result = loop {
            let left = usize::try_from(offset - self.cursor.output_at).unwrap_or(usize::MAX);
            if left == 0 {
                break self.produce(buf);
            }
            let n_bytes = left.min(passed_over.len());
            match self.produce(passed_over.get_mut(..n_bytes).unwrap_or_default()) {
                Ok(0) => break Ok(0),
                Ok(_) => {}
                Err(error) => break Err(error),
            }
        };
        if let Err(error) = &result {
            self.failure = Some((self.cursor.output_at, error.clone()));
            // The state that failed is good for nothing.
            self.cursor.clone_from(self.states.first().unwrap_or(&self.cursor.clone()));
        }
        result
    }

    fn state(&self) -> SourceState {
        if self.is_cut {
            SourceState::Cut { compressed_bytes: self.cursor.input_at }
        } else {
            SourceState::Complete
        }
    }
}

/// A deflate stream whose checksum and size an archive's directory names.
pub struct Checked<S> {
    inflated: Inflated<S>,
    expected: Expected,
    name: String,
}

impl<S: Source> Checked<S> {
    /// The entry of an archive.
    pub fn new(source: S, expected: Expected, name: &str) -> Self {
        Self { inflated: Inflated::deflate(source), expected, name: name.to_owned() }
    }
}

impl<S: Source> Source for Checked<S> {
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        let n_read = self.inflated.read_at(offset, buf)?;
        let Cursor { input_at, output_at, phase } = &self.inflated.cursor;
        let Expected { crc, n_bytes } = self.expected;
        if let Phase::End { crc: found } = *phase
            && n_read == 0
            && (*output_at, found) != (n_bytes, crc)
        {
            let name = &self.name;
            let why = format!(
                "«{name}» has {output_at} bytes with the CRC-32 {found:08x}, its directory says {n_bytes} with {crc:08x}"
            );
            return Err(damaged(*input_at, why));
        }
        Ok(n_read)
    }

    fn state(&self) -> SourceState {
        self.inflated.state()
    }
}

fn body(member: Option<u64>) -> Phase {
    Phase::Body {
        member,
        state: InflateState::new_boxed(DataFormat::Raw),
        crc: crc32fast::Hasher::new(),
        n_bytes: 0,
    }
}

fn damaged(byte: u64, why: String) -> SourceError {
    SourceError::Damaged { byte, why }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?;
    Some(bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte)))
}

/// Bytes of a member's header; none where it is not wholly there.
fn header_bytes(bytes: &[u8]) -> Result<Option<usize>, &'static str> {
    let Some(fixed) = bytes.get(..10) else {
        let is_start = [0x1f, 0x8b, 8].iter().zip(bytes).all(|(magic, byte)| magic == byte);
        return if is_start { Ok(None) } else { Err("does not begin as gzip") };
    };
    let [0x1f, 0x8b, 8, flags, ..] = *fixed else { return Err("does not begin as gzip") };
    if flags & 0xe0 != 0 {
        return Err("has flags that gzip does not know");
    }
    let mut at = 10;
    if flags & 4 != 0 {
        let Some(length) = bytes.get(at..at + 2) else { return Ok(None) };
        at += 2 + length.iter().rev().fold(0, |length, byte| length << 8 | usize::from(*byte));
    }
    for _ in 0..(flags >> 3 & 1) + (flags >> 4 & 1) {
        let end = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == 0));
        let Some(end) = end else { return Ok(None) };
        at += end + 1;
    }
    if flags & 2 != 0 {
        let Some(found) = bytes.get(at..at + 2) else { return Ok(None) };
        let crc = crc32fast::hash(bytes.get(..at).unwrap_or_default()) as u16;
        if crc.to_le_bytes() != *found {
            return Err("has a header whose checksum is wrong");
        }
        at += 2;
    }
    Ok((at <= bytes.len()).then_some(at))
}
