//! `TFRecord` framing: length, its checksum, data, their checksum. In: chunks. Out: records.
//!
//! `u64` length, `u32` masked CRC-32C of the length, data, `u32` masked CRC-32C of the data, all little-endian.

/// A longer record is no event.
const MAX_RECORD_BYTES: u64 = 64 << 20;
const HEAD_BYTES: usize = 12;

/// What comes next in a file.
pub(super) enum Step {
    /// The data of a whole record.
    Record(Vec<u8>),
    /// Something that can't be read.
    Bad(String),
    /// The next record is not wholly there.
    NeedsMore,
}

/// Cuts bytes into records.
#[derive(Default)]
pub(super) struct Framing {
    held: Vec<u8>,
    /// Bytes of `held` that are done with.
    n_done: usize,
    /// Where `held` begins in the file.
    start: u64,
    is_lost: bool,
}

impl Framing {
    pub(super) fn push(&mut self, chunk: &[u8]) {
        if self.is_lost {
            return;
        }
        self.start += self.n_done as u64;
        self.held.drain(..self.n_done);
        self.n_done = 0;
        self.held.extend_from_slice(chunk);
    }

    /// Where the next record begins.
    pub(super) fn at(&self) -> u64 {
        self.start + self.n_done as u64
    }

    /// Bytes of a record that is not wholly there.
    pub(super) fn n_pending(&self) -> Option<usize> {
        Some(self.held.len() - self.n_done).filter(|n_bytes| *n_bytes > 0 && !self.is_lost)
    }

    pub(super) fn next_record(&mut self) -> Step {
        if self.is_lost {
            return Step::NeedsMore;
        }
        let rest = self.held.get(self.n_done..).unwrap_or_default();
        if rest.len() < HEAD_BYTES {
            return Step::NeedsMore;
        }
        let length = number(rest, 0, 8);
        if !has_right_length(rest) {
            let why = "the record's length has a wrong checksum: where the next one begins is not known, nothing after it is read";
            return self.lose(why.to_owned());
        }
        if length > MAX_RECORD_BYTES {
            let why = format!(
                "the record has {length} bytes, more than an event can have: nothing after it is read"
            );
            return self.lose(why);
        }
        let length = length as usize;
        let (Some(data), true) =
            (rest.get(HEAD_BYTES..HEAD_BYTES + length), rest.len() >= HEAD_BYTES + length + 4)
        else {
            return Step::NeedsMore;
        };
        let step = if u64::from(masked_crc(data)) == number(rest, HEAD_BYTES + length, 4) {
            Step::Record(data.to_vec())
        } else {
            Step::Bad(
                "the record's checksum is wrong: it was damaged on its way, the next one is read".to_owned(),
            )
        };
        self.n_done += HEAD_BYTES + length + 4;
        step
    }

    fn lose(&mut self, why: String) -> Step {
        self.is_lost = true;
        self.held = Vec::new();
        self.start += self.n_done as u64;
        self.n_done = 0;
        Step::Bad(why)
    }
}

/// Whether a record's head is right.
pub(super) fn has_right_length(head: &[u8]) -> bool {
    let length = head.get(..8);
    head.len() >= HEAD_BYTES
        && length.is_some_and(|length| u64::from(masked_crc(length)) == number(head, 8, 4))
}

/// CRC-32C, turned and shifted so that a checksum of a checksum is none.
fn masked_crc(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

fn number(bytes: &[u8], at: usize, n_bytes: usize) -> u64 {
    let bytes = bytes.get(at..at + n_bytes).unwrap_or_default();
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}
