//! Text in UTF-16, as spreadsheets save «Unicode text», on its way to UTF-8.
//!
//! In: bytes in pieces of any size, after a byte order mark. Out: the same text in UTF-8; halves of letters wait for the next piece.
//! Read next: `importer.rs`.

/// The order that a file's first two bytes tell.
pub(super) fn is_big_endian(start: &[u8]) -> Option<bool> {
    match start {
        [0xff, 0xfe, ..] => Some(false),
        [0xfe, 0xff, ..] => Some(true),
        _ => None,
    }
}

/// Turns UTF-16 into UTF-8.
pub(super) struct Utf16 {
    is_big_endian: bool,
    /// A byte without its second half.
    half: Option<u8>,
    /// The first of two units of a letter.
    high: Option<u16>,
}

impl Utf16 {
    pub const fn new(is_big_endian: bool) -> Self {
        Self { is_big_endian, half: None, high: None }
    }

    /// The text in a piece; what is no letter becomes U+FFFD.
    pub fn decode(&mut self, bytes: &[u8]) -> String {
        let all: Vec<u8> = self.half.take().into_iter().chain(bytes.iter().copied()).collect();
        let pairs = all.chunks_exact(2);
        self.half = pairs.remainder().first().copied();
        let mut units: Vec<u16> = self.high.take().into_iter().collect();
        units.extend(pairs.map(|pair| {
            let pair = [pair.first().copied().unwrap_or(0), pair.last().copied().unwrap_or(0)];
            if self.is_big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
        }));
        self.high = units.pop_if(|unit| matches!(unit, 0xd800..=0xdbff));
        char::decode_utf16(units)
            .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
            .filter(|letter| *letter != '\u{feff}')
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_the_same_however_it_is_cut() {
        let text = "größe;höhe\n1;𝄞\n";
        for is_big_endian in [false, true] {
            let bytes: Vec<u8> = text
                .encode_utf16()
                .flat_map(|unit| if is_big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect();
            for size in 1..=bytes.len() {
                let mut utf16 = Utf16::new(is_big_endian);
                let decoded: String = bytes.chunks(size).map(|piece| utf16.decode(piece)).collect();
                assert_eq!(decoded, text, "pieces of {size}");
            }
        }
    }
}
