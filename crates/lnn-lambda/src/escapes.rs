//! Names in addresses and headers: what is neither letter, digit nor one of `-._~` is `%` and two hexadecimal digits.
//!
//! In: texts. Out: the same, escaped or not (RFC 3986). Read next: `http.rs`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `a b/c` is `a%20b%2Fc`: one part of a path, whatever is in it.
pub fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// `a%20b+c` is `a b c`: as S3's events write keys.
pub fn unescaped(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_escaped_is_one_part_of_a_path() {
        assert_eq!(escaped("a-b_c.1~"), "a-b_c.1~");
        assert_eq!(escaped("../x?y ä"), "..%2Fx%3Fy%20%C3%A4");
    }

    #[test]
    fn keys_of_events_are_unescaped() {
        assert_eq!(unescaped("training_input/a+b%C3%A4%2Bc.csv"), "training_input/a bä+c.csv");
        assert_eq!(unescaped("100%"), "100%");
    }
}
