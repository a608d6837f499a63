//! Text in UTF-16, as spreadsheets save «Unicode text», on its way to UTF-8.
//!
//! In: bytes in pieces of any size. Out: the same text in UTF-8; halves of letters wait for the next piece. A byte order mark
//! tells the order; without one it is where the zeros stand. Read next: `importer.rs`.

/// So many bytes are looked at for the order.
pub(super) const LOOKED_AT: usize = 1024;
/// One unit in so many is a letter, digit or separator of ASCII, in any script's tables.
const ASCII_SHARE: usize = 8;

/// The order that a file's first bytes tell; none where it is no UTF-16.
pub(super) fn is_big_endian(start: &[u8]) -> Option<bool> {
    match start {
        [0xff, 0xfe, ..] => return Some(false),
        [0xfe, 0xff, ..] => return Some(true),
        _ => {}
    }
    [false, true].into_iter().find(|is_big_endian| looks_like(start, *is_big_endian))
}

/// ASCII among the units, each with its zero where this order has it, and no other zero.
fn looks_like(start: &[u8], is_big_endian: bool) -> bool {
    let (mut n_ascii, mut n_units) = (0, 0);
    for pair in start.chunks_exact(2) {
        let [first, second] = [pair.first().copied().unwrap_or(0), pair.last().copied().unwrap_or(0)];
        let (high, low) = if is_big_endian { (first, second) } else { (second, first) };
        let is_text = matches!(low, b'\t' | b'\n' | b'\r' | b' '..=b'~');
        match (high, low) {
            (0, _) if is_text => n_ascii += 1,
            (0, 0xa0..) | (1.., 1..) => {}
            // U+0100, U+0200 …: letters too, but seldom.
            (1.., 0) if n_ascii > 0 => {}
            _ => return false,
        }
        n_units += 1;
    }
    n_ascii >= 2 && n_ascii * ASCII_SHARE >= n_units
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

    #[track_caller]
    fn check(bytes: &[u8], expected: Option<bool>) {
        assert_eq!(is_big_endian(bytes), expected, "{bytes:?}");
    }

    #[test]
    fn the_order_is_told_by_a_mark_or_by_zeros() {
        for text in ["a,b\n1,2\n", "größe;höhe\n1;2\n", "имя;возраст\nАнна;31\n", "高さ,重さ\n1,2\n3,4\n"]
        {
            for mark in ["", "\u{feff}"] {
                let units = || [mark, text].concat().encode_utf16().collect::<Vec<_>>();
                check(&units().into_iter().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), Some(false));
                check(&units().into_iter().flat_map(u16::to_be_bytes).collect::<Vec<_>>(), Some(true));
            }
            check(text.as_bytes(), None);
        }
        check(b"", None);
        check(b"a,b\n1,\0\n", None);
        check(b"a,b\n\0\0", None);
        check(b"\x01\0\x02\0\x03\0a\0b\0", None);
    }

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
