//! A JSON number to the nearest `f32`.
//!
//! In: bytes that begin with a number or `null`. Out: its value to the bit, and what follows it. Read next: `long_step.rs`.

/// Powers of ten that an `f64` holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];
/// Digits that a `u64` holds, whatever they are.
const MAX_DIGITS: usize = 19;
/// Integers up to here are exact in an `f64`.
const MAX_EXACT: u64 = 1 << 53;

/// The number at the beginning, `null` as NaN, and the bytes behind it; nothing where there is none, or one that is not finite.
pub(crate) fn parse(text: &[u8]) -> Option<(f32, &[u8])> {
    if let Some(rest) = text.strip_prefix(b"null") {
        return Some((f32::NAN, rest));
    }
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let mut decimal = Decimal::default();
    let mut rest = decimal.take_digits(unsigned)?;
    // JSON has no 01.
    if unsigned.first() == Some(&b'0') && decimal.n_digits > 1 {
        return None;
    }
    if let Some(fraction) = rest.strip_prefix(b".") {
        rest = decimal.take_digits(fraction)?;
        decimal.exponent = rest.len() as i32 - fraction.len() as i32;
    }
    if let Some(exponent) = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) {
        rest = decimal.take_exponent(exponent)?;
    }
    let is_negative = unsigned.len() < text.len();
    let value = match decimal.nearest() {
        Some(value) if is_negative => -value,
        Some(value) => value,
        None => std::str::from_utf8(text.get(..text.len() - rest.len())?).ok()?.parse().ok()?,
    };
    value.is_finite().then_some((value, rest))
}

/// `digits` · 10^`exponent`.
#[derive(Default)]
struct Decimal {
    digits: u64,
    n_digits: usize,
    exponent: i32,
}

impl Decimal {
    /// At least one digit; what follows.
    fn take_digits<'a>(&mut self, text: &'a [u8]) -> Option<&'a [u8]> {
        let mut rest = text;
        while let Some((byte, behind)) = rest.split_first() {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            // More digits than fit are counted, and their value is not used.
            self.digits = self.digits.wrapping_mul(10).wrapping_add(u64::from(digit));
            rest = behind;
        }
        self.n_digits += text.len() - rest.len();
        (rest.len() < text.len()).then_some(rest)
    }

    /// What stands behind `e`; what follows.
    fn take_exponent<'a>(&mut self, text: &'a [u8]) -> Option<&'a [u8]> {
        let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
        let mut exponent = Self::default();
        let rest = exponent.take_digits(digits)?;
        // One that is too long for any `f32` is left to the standard library.
        let size = if exponent.n_digits > 4 { i32::from(i16::MAX) } else { exponent.digits as i32 };
        self.exponent += if text.starts_with(b"-") { -size } else { size };
        Some(rest)
    }

    /// Its nearest `f32`, where that is easy to tell: digits and power of ten are exact in `f64`, so their product or quotient
    /// is the nearest `f64` (Clinger 1990), and rounding that again is right unless it lies half-way between two `f32`.
    fn nearest(&self) -> Option<f32> {
        let power = *POWERS.get(self.exponent.unsigned_abs() as usize)?;
        if self.n_digits > MAX_DIGITS || self.digits > MAX_EXACT {
            return None;
        }
        let digits = self.digits as f64;
        // Between 1e-22 and 9e37, or 0: no subnormal `f32`, whose half-ways lie elsewhere.
        let wide = if self.exponent < 0 { digits / power } else { digits * power };
        let is_halfway = wide.to_bits() & 0x1fff_ffff == 0x1000_0000;
        (!is_halfway).then_some(wide as f32)
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
