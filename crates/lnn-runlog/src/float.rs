//! A JSON number to the nearest `f32`.
//!
//! In: bytes that begin with a number or `null`. Out: its value to the bit, and what follows it. Read next: `long_step.rs`.

/// The number at the beginning, `null` as NaN, and the bytes behind it; nothing where there is none of JSON's, or one that is
/// not finite.
pub(crate) fn parse(text: &[u8]) -> Option<(f32, &[u8])> {
    if let Some(rest) = text.strip_prefix(b"null") {
        return Some((f32::NAN, rest));
    }
    let (value, n_bytes) = fast_float2::parse_partial::<f32, _>(text).ok()?;
    let (number, rest) = text.split_at_checked(n_bytes)?;
    // The library knows more numbers than JSON: +1, .5, 5., 01, inf; and it stops before an exponent without digits.
    let unsigned = number.strip_prefix(b"-").unwrap_or(number);
    let is_json = match unsigned {
        [b'0', b'0'..=b'9', ..] => false,
        [b'0'..=b'9', ..] => has_digits_behind_point(unsigned),
        _ => false,
    };
    let is_whole = !matches!(rest, [b'e' | b'E' | b'.', ..]);
    (is_json && is_whole && value.is_finite()).then_some((value, rest))
}

fn has_digits_behind_point(number: &[u8]) -> bool {
    match memchr::memchr(b'.', number) {
        Some(at) => number.get(at + 1).is_some_and(u8::is_ascii_digit),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the standard library and serde read it, to the bit, with what follows left alone.
    fn check(text: &str) {
        let expected: f32 = text.parse().unwrap();
        let by_serde: f32 = serde_json::from_str(text).unwrap();
        let followed = format!("{text},7]");
        let (value, rest) = parse(followed.as_bytes()).unwrap();
        assert_eq!((value.to_bits(), rest), (expected.to_bits(), b",7]".as_slice()), "{text}");
        assert_eq!(value.to_bits(), by_serde.to_bits(), "{text}");
    }

    #[test]
    fn numbers_by_hand() {
        for text in ["0", "-0", "0.0", "-0.0", "1", "10", "1.5", "-2.25e3", "1E5", "1e+5", "1e-05", "0.1e1"] {
            check(text);
        }
        // The largest, the smallest normal, the smallest, and half of it.
        for text in
            ["3.4028235e38", "1.1754944e-38", "1e-45", "0.7e-45", "0.70064924e-45", "1e-99999", "0e99999"]
        {
            check(text);
        }
        // Half-way between two floats, a little less and a little more, in digits that an f64 can't tell apart.
        for text in [
            "16777217",
            "16777217.0000000001",
            "16777216.9999999999",
            "16777219",
            "0.50000002980232238769531250",
        ] {
            check(text);
        }
        check(&format!("1.{}1", "0".repeat(60)));
        check(&"123456789".repeat(4));
    }

    #[test]
    fn what_is_no_number_of_json_or_no_finite_one_is_refused() {
        for text in [
            "", "-", "+1", ".5", "5.", "01", "-01", "00", "1e", "1e+", "1.e5", "nul", "NaN", "inf", "1e39",
            "1e99999",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
        assert!(parse(b"null]").is_some_and(|(value, rest)| value.is_nan() && rest == b"]"));
    }

    #[test]
    fn a_sample_of_all_floats_and_of_their_neighbourhoods() {
        let mut bits = 0_u32;
        for _ in 0..100_000 {
            bits = bits.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let value = f32::from_bits(bits);
            if !value.is_finite() {
                continue;
            }
            check(&format!("{value:?}"));
            check(&format!("{value:.7e}"));
            check(&format!("{:.16e}", f64::from(value)));
            // Between it and the next one, exactly and shortened.
            let next = f32::from_bits(bits + 1);
            if next.is_finite() {
                let middle = f64::midpoint(f64::from(value), f64::from(next));
                check(&format!("{middle:e}"));
                check(&format!("{middle:.15e}"));
                check(&format!("{middle:.40}"));
            }
        }
    }
}
