//! The checksums that a fuzzer can't guess: put where they belong, so that what they protect is looked at too.
//!
//! In: bytes of a run log or of an event file. Out: the same with right checksums. The format is written down here a second
//! time, so that a mistake in the readers is not made by both. Read next: `expected.rs`.

const SEAL: &[u8] = b",\"crc32c\":\"";

/// The body of a line that ends with a seal in form, and the checksum that the seal tells.
pub fn open(line: &[u8]) -> Option<(&[u8], u32)> {
    let body_and_seal = line.strip_suffix(b"\"}")?;
    let (rest, digits) = body_and_seal.split_at_checked(body_and_seal.len().checked_sub(8)?)?;
    let digits = std::str::from_utf8(digits).ok()?;
    let is_small = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let crc = u32::from_str_radix(digits, 16).ok().filter(|_| is_small)?;
    Some((rest.strip_suffix(SEAL)?, crc))
}

/// Seals each line anew that has the start of a seal.
pub fn reseal_lines(text: &[u8]) -> Vec<u8> {
    let mut resealed = Vec::with_capacity(text.len() + 32);
    for (idx, line) in text.split(|byte| *byte == b'\n').enumerate() {
        if idx > 0 {
            resealed.push(b'\n');
        }
        match line.windows(SEAL.len()).rposition(|window| window == SEAL) {
            Some(at) => {
                let body = &line[..at];
                resealed.extend_from_slice(body);
                resealed.extend_from_slice(SEAL);
                resealed.extend_from_slice(format!("{:08x}\"}}", crc32c::crc32c(body)).as_bytes());
            }
            None => resealed.extend_from_slice(line),
        }
    }
    resealed
}

/// Gives each record of an event file the checksums of its length and its data, as far as records follow each other.
pub fn reseal_records(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let mut at = 0;
    while let Some(length) = bytes.get(at..at + 8) {
        let crc = masked_crc(length);
        let n_data = u64::from_le_bytes(length.try_into().unwrap_or_default());
        let Some(stored) = bytes.get_mut(at + 8..at + 12) else { break };
        stored.copy_from_slice(&crc);
        let (start, n_data) = (at + 12, usize::try_from(n_data).unwrap_or(usize::MAX));
        let Some(end) = start.checked_add(n_data).filter(|end| *end < bytes.len()) else { break };
        let crc = masked_crc(&bytes[start..end]);
        let Some(stored) = bytes.get_mut(end..end + 4) else { break };
        stored.copy_from_slice(&crc);
        at = end + 4;
    }
    bytes
}

/// `TFRecord`'s checksum: turned, and moved by a constant.
fn masked_crc(bytes: &[u8]) -> [u8; 4] {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8).to_le_bytes()
}
