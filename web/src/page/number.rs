//! Numbers as people read them: few digits where they change fast, all digits where they are compared.
//!
//! In: a number. Out: a string for a tabular face, with a true minus sign.

/// Four significant digits, at most nine characters: `0.09312`, `−1.204`, `3.1e−7`.
pub fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return if value.is_nan() {
            "not a number".to_owned()
        } else {
            minus(&value.to_string().replace("inf", "∞"))
        };
    }
    let size = value.abs();
    if !(1e-4..1e6).contains(&size) {
        return minus(&format!("{value:.1e}"));
    }
    let n_decimals = (3 - size.log10().floor() as i32).clamp(0, 7) as usize;
    minus(&format!("{value:.n_decimals$}"))
}

/// The same with a sign in any case: `+1.31`, `−0.870`.
pub fn signed(value: f64) -> String {
    if value < 0.0 || value.is_nan() { short(value) } else { format!("+{}", short(value)) }
}

/// A score near or below 1 with three decimals, as R²: `0.513`, `−0.012`; what is far from that, in four digits.
pub fn score(value: f64) -> String {
    match value {
        value if value.abs() < 0.0005 => "0.000".to_owned(),
        value if value.abs() < 100.0 => minus(&format!("{value:.3}")),
        value => short(value),
    }
}

/// A share as a percentage with one decimal: `97.6 %`.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A count with thin spaces between thousands, for labels (not for outputs that are read by programs).
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut grouped = String::with_capacity(digits.len() + 4);
    for (idx, digit) in digits.chars().enumerate() {
        if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

fn minus(text: &str) -> String {
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_four_significant_digits() {
        for (value, expected) in [
            (0.0, "0"),
            (0.093_123_4, "0.09312"),
            (-1.204, "−1.204"),
            (12_345.6, "12346"),
            (3.14e-7, "3.1e−7"),
            (f64::INFINITY, "∞"),
        ] {
            assert_eq!(short(value), expected);
        }
    }

    #[test]
    fn a_score_that_is_all_but_zero_is_zero() {
        let found = [6.7e-16, -6.7e-16, 0.513_4, -0.012_13, -4e7, f64::NAN].map(score);
        assert_eq!(found, ["0.000", "0.000", "0.513", "−0.012", "−4.0e7", "not a number"]);
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(count(12), "12");
    }
}
