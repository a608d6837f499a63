//! Numbers and pieces of files as people read them. In: counts, sizes, lists, texts; out: pieces of a sentence. Used by errors, here
//! and in lnn-weights, and by warnings.

/// 12289 → `12,289`.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 cell`, `1,200 cells`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    format!("{} {noun}{}", grouped(n as u64), if n == 1 { "" } else { "s" })
}

/// Bytes in the largest unit that keeps a digit before the point: `2 GB`, `1.5 GB`, `512 MB`, `77 bytes`.
pub(crate) fn size(n_bytes: u64) -> String {
    let (unit, name) = match n_bytes {
        0x4000_0000.. => (0x4000_0000, "GB"),
        0x10_0000.. => (0x10_0000, "MB"),
        0x400.. => (0x400, "KB"),
        _ => return format!("{n_bytes} bytes"),
    };
    let tenths = n_bytes.saturating_mul(10) / unit;
    if tenths.is_multiple_of(10) {
        format!("{} {name}", grouped(tenths / 10))
    } else {
        format!("{}.{} {name}", grouped(tenths / 10), tenths % 10)
    }
}

/// `2nd`, `3rd`, `11th`, `1,021st`.
pub(crate) fn ordinal(n: u64) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{}{ending}", grouped(n))
}

/// At most 40 characters of a text a user wrote, so that no file can make a sentence long, and on one line.
pub(crate) fn shortened(text: &str) -> String {
    shortened_to(text, 40)
}

/// At most `n_letters` of a text from a file, on one line.
pub fn shortened_to(text: &str, n_letters: usize) -> String {
    let text: Vec<char> = on_one_line(text).take(n_letters + 1).collect();
    match text.get(..n_letters.saturating_sub(1)) {
        Some(start) if text.len() > n_letters => start.iter().chain(&['…']).collect(),
        _ => text.into_iter().collect(),
    }
}

/// A place or a library's sentence, which may quote the file: its beginning, and its end, which may name the place.
pub fn quoted(text: &str) -> String {
    let letters: Vec<char> = on_one_line(text.trim()).collect();
    match (letters.get(..140), letters.len().checked_sub(90).and_then(|start| letters.get(start..))) {
        (Some(start), Some(end)) if letters.len() > 240 => start.iter().chain(&['…']).chain(end).collect(),
        _ => letters.into_iter().collect(),
    }
}

/// Spaces for line breaks and what else is no letter, one for several.
fn on_one_line(text: &str) -> impl Iterator<Item = char> {
    let mut was_space = false;
    text.chars().filter_map(move |c| {
        let c = if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
        let is_repeated = c == ' ' && was_space;
        was_space = c == ' ';
        (!is_repeated).then_some(c)
    })
}

/// `«a», «b», «c» and 7 more`.
pub(crate) fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(5).map(|name| format!("«{}»", shortened(name))).collect();
    match names.len().saturating_sub(5) {
        0 => shown.join(", "),
        more => format!("{} and {} more", shown.join(", "), grouped(more as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(size(2 << 30), "2 GB");
        assert_eq!(size(3 << 29), "1.5 GB");
        assert_eq!(size(77), "77 bytes");
        assert_eq!(count(1, "cell"), "1 cell");
        let ordinals = [1, 2, 3, 4, 11, 12, 13, 22, 111, 1_021].map(ordinal);
        assert_eq!(
            ordinals,
            ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "22nd", "111th", "1,021st"]
        );
        assert_eq!(shortened(&"ä".repeat(50)).chars().count(), 40);
        assert_eq!(shortened(&"ä".repeat(40)), "ä".repeat(40));
        let names: Vec<String> = (0..7).map(|i| i.to_string()).collect();
        assert_eq!(listed(&names), "«0», «1», «2», «3», «4» and 2 more");
    }

    #[test]
    fn what_a_file_says_stays_short_and_on_one_line() {
        assert_eq!(shortened("a\r\n\tb"), "a b");
        assert_eq!(quoted(" syntax error\n  |\n1 | {}\u{2028}at 3\n"), "syntax error | 1 | {} at 3");
        let long = quoted(&format!("unexpected {} at line 3", "x".repeat(5_000)));
        assert!(
            long.chars().count() == 231 && long.starts_with("unexpected x") && long.ends_with("line 3"),
            "{long}"
        );
    }
}
