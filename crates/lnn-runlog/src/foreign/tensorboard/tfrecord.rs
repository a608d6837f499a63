//! Cuts the bytes of a `TFRecord` file into its records.
//!
//! In: chunks of any size. Out: one call for each record with the place of its first byte. Read next: `event.rs`.
//!
//! ```text
//! length: u64 | masked CRC-32C of it: u32 | data: length bytes | masked CRC-32C of the data: u32      (little endian)
//! ```

/// Longer records are passed over: no event is so long.
pub const MAX_RECORD_BYTES: u64 = 64 << 20;

/// The length and its checksum.
pub(super) const HEADER_BYTES: usize = 12;
/// A record's last bytes.
const CRC_BYTES: usize = 4;

/// Why a record can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum FrameError {
    #[error(
        "the record's length has CRC-32C {found:08x}, its bytes give {computed:08x}: it was damaged, and where the next \
         record begins is lost"
    )]
    Length { computed: u32, found: u32 },
    #[error(
        "the record has CRC-32C {found:08x}, its bytes give {computed:08x}: it was damaged and is passed over"
    )]
    Data { computed: u32, found: u32 },
    #[error("the record has {n_bytes} bytes, the limit is {MAX_RECORD_BYTES}: it is passed over")]
    TooLong { n_bytes: u64 },
    #[error("the record is cut off after {n_bytes} bytes: still being written?")]
    Cut { n_bytes: u64 },
}

/// Hears each record's data with its first byte's place, or why it can't be used.
pub(super) type RecordSink<'a> = dyn FnMut(u64, Result<Vec<u8>, FrameError>) + 'a;

/// Reads records.
#[derive(Debug, Clone)]
pub(super) struct RecordReader {
    /// Where the record begins that is being read.
    byte: u64,
    state: State,
}

#[derive(Debug, Clone)]
enum State {
    Header(Vec<u8>),
    /// The data with its checksum: so many bytes of them.
    Body(Vec<u8>, usize),
    /// Of a record of so many bytes after its header, so many are still to come.
    PassingOver {
        n_bytes: u64,
        n_left: u64,
    },
    /// So many bytes came since.
    Lost(u64),
}

impl RecordReader {
    pub fn new() -> Self {
        Self { byte: 0, state: State::Header(Vec::new()) }
    }

    /// Takes the next bytes of the file, and gives each record that they end.
    pub fn push(&mut self, mut chunk: &[u8], sink: &mut RecordSink<'_>) {
        while !chunk.is_empty() {
            chunk = match &mut self.state {
                State::Header(held) => {
                    let rest = fill(held, HEADER_BYTES, chunk);
                    self.end_header(sink);
                    rest
                }
                State::Body(held, n_bytes) => {
                    let rest = fill(held, *n_bytes, chunk);
                    self.end_body(sink);
                    rest
                }
                State::PassingOver { n_bytes, n_left } => {
                    let n_passed = (*n_left).min(chunk.len() as u64);
                    *n_left -= n_passed;
                    if *n_left == 0 {
                        self.byte += HEADER_BYTES as u64 + *n_bytes;
                        self.state = State::Header(Vec::new());
                    }
                    chunk.get(n_passed as usize..).unwrap_or_default()
                }
                State::Lost(n_bytes) => {
                    *n_bytes += chunk.len() as u64;
                    &[]
                }
            };
        }
    }

    /// The file ends here: a record that has begun is cut.
    pub fn finish(&self, sink: &mut RecordSink<'_>) {
        let n_bytes = match &self.state {
            State::Header(held) => held.len() as u64,
            State::Body(held, _) => (HEADER_BYTES + held.len()) as u64,
            State::PassingOver { n_bytes, n_left } => HEADER_BYTES as u64 + (n_bytes - n_left),
            State::Lost(_) => 0,
        };
        if n_bytes > 0 {
            sink(self.byte, Err(FrameError::Cut { n_bytes }));
        }
    }

    /// Bytes behind a damaged length, where no record is found any more.
    pub fn n_unread(&self) -> u64 {
        if let State::Lost(n_bytes) = self.state { n_bytes } else { 0 }
    }

    fn end_header(&mut self, sink: &mut RecordSink<'_>) {
        let State::Header(held) = &self.state else { return };
        let Some((length, found)) = parts(held) else { return };
        let computed = masked_crc(&length);
        let n_data = u64::from_le_bytes(length);
        self.state = if computed != found {
            sink(self.byte, Err(FrameError::Length { computed, found }));
            State::Lost(0)
        } else if n_data > MAX_RECORD_BYTES {
            sink(self.byte, Err(FrameError::TooLong { n_bytes: n_data }));
            let n_bytes = n_data.saturating_add(CRC_BYTES as u64);
            State::PassingOver { n_bytes, n_left: n_bytes }
        } else {
            State::Body(Vec::new(), n_data as usize + CRC_BYTES)
        };
    }

    fn end_body(&mut self, sink: &mut RecordSink<'_>) {
        let State::Body(held, n_bytes) = &mut self.state else { return };
        if held.len() < *n_bytes {
            return;
        }
        let byte = self.byte;
        self.byte += (HEADER_BYTES + held.len()) as u64;
        let mut data = std::mem::take(held);
        self.state = State::Header(Vec::new());
        let Some((_, crc)) = data.split_last_chunk::<CRC_BYTES>() else { return };
        let found = u32::from_le_bytes(*crc);
        data.truncate(data.len() - CRC_BYTES);
        let computed = masked_crc(&data);
        sink(byte, if computed == found { Ok(data) } else { Err(FrameError::Data { computed, found }) });
    }
}

/// Whether these are the first bytes of a `TFRecord` file, as far as its first length can tell.
pub(super) fn has_header(first_bytes: &[u8]) -> bool {
    let header = first_bytes.get(..HEADER_BYTES).and_then(parts);
    header.is_some_and(|(length, crc)| masked_crc(&length) == crc)
}

/// CRC-32C, turned and shifted so that data that holds checksums can be summed up safely.
fn masked_crc(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// The length's bytes and the checksum that is given for them.
fn parts(header: &[u8]) -> Option<([u8; 8], u32)> {
    let (length, crc) = header.split_first_chunk::<8>()?;
    Some((*length, u32::from_le_bytes(crc.try_into().ok()?)))
}

/// Moves bytes over until so many are held; what is left of them.
fn fill<'a>(held: &mut Vec<u8>, n_bytes: usize, chunk: &'a [u8]) -> &'a [u8] {
    let (taken, rest) = chunk.split_at(chunk.len().min(n_bytes.saturating_sub(held.len())));
    held.extend_from_slice(taken);
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(data: &[u8]) -> Vec<u8> {
        let length = (data.len() as u64).to_le_bytes();
        let crc = |bytes: &[u8]| masked_crc(bytes).to_le_bytes();
        [&length[..], &crc(&length), data, &crc(data)].concat()
    }

    fn read(bytes: &[u8], chunk_bytes: usize) -> Vec<(u64, Result<Vec<u8>, FrameError>)> {
        let (mut reader, mut found) = (RecordReader::new(), Vec::new());
        let mut sink = |byte, record| found.push((byte, record));
        bytes.chunks(chunk_bytes).for_each(|chunk| reader.push(chunk, &mut sink));
        reader.finish(&mut sink);
        found
    }

    #[test]
    fn records_are_the_same_whatever_the_chunks() {
        let bytes = [frame(b"one"), frame(b""), frame(b"three")].concat();
        let expected = [(0, Ok(b"one".to_vec())), (19, Ok(Vec::new())), (35, Ok(b"three".to_vec()))];
        for chunk_bytes in 1..=bytes.len() {
            assert_eq!(read(&bytes, chunk_bytes), expected, "chunks of {chunk_bytes}");
        }
    }

    #[test]
    fn a_record_by_hand() {
        // `tf.io.TFRecordWriter` on b"abc"; the checksum of the length is RFC 3720's CRC of 03 00 … 00, masked.
        assert_eq!(masked_crc(b"123456789"), 0xe306_9283_u32.rotate_right(15).wrapping_add(0xa282_ead8));
        assert_eq!(frame(b"abc").len(), 8 + 4 + 3 + 4);
    }

    #[test]
    fn after_damaged_data_the_next_record_is_read() {
        let mut bytes = [frame(b"one"), frame(b"two")].concat();
        bytes[13] ^= 1;
        let found = read(&bytes, 5);
        assert!(matches!(found[0], (0, Err(FrameError::Data { .. }))));
        assert_eq!(found[1], (19, Ok(b"two".to_vec())));
    }

    #[test]
    fn after_a_damaged_length_nothing_is_read() {
        let mut bytes = [frame(b"one"), frame(b"two")].concat();
        bytes[20] ^= 1;
        let found = read(&bytes, 5);
        assert_eq!(found.len(), 2);
        assert!(matches!(found[1], (19, Err(FrameError::Length { .. }))));
    }

    #[test]
    fn a_very_long_record_is_passed_over_without_being_held() {
        let n_data = MAX_RECORD_BYTES + 1;
        let length = n_data.to_le_bytes();
        let mut reader = RecordReader::new();
        let mut found = Vec::new();
        let mut sink = |byte, record: Result<Vec<u8>, FrameError>| found.push((byte, record));
        reader.push(&length, &mut sink);
        reader.push(&masked_crc(&length).to_le_bytes(), &mut sink);
        let chunk = vec![7; 1 << 20];
        let mut n_left = n_data as usize + CRC_BYTES;
        while n_left > 0 {
            let n_bytes = n_left.min(chunk.len());
            reader.push(&chunk[..n_bytes], &mut sink);
            n_left -= n_bytes;
        }
        reader.push(&frame(b"next"), &mut sink);
        reader.finish(&mut sink);
        assert_eq!(found[0], (0, Err(FrameError::TooLong { n_bytes: n_data })));
        assert_eq!(found[1], (n_data + 16, Ok(b"next".to_vec())));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn a_length_that_only_claims_takes_no_memory() {
        let length = MAX_RECORD_BYTES.to_le_bytes();
        let mut bytes = [&length[..], &masked_crc(&length).to_le_bytes()].concat();
        bytes.push(1);
        assert_eq!(read(&bytes, 64), [(0, Err(FrameError::Cut { n_bytes: 13 }))]);
        let length = u64::MAX.to_le_bytes();
        let bytes = [&length[..], &masked_crc(&length).to_le_bytes(), b"rest"].concat();
        let expected = [Err(FrameError::TooLong { n_bytes: u64::MAX }), Err(FrameError::Cut { n_bytes: 16 })];
        assert_eq!(read(&bytes, 64).into_iter().map(|(_, record)| record).collect::<Vec<_>>(), expected);
    }
}
