//! Times as `CloudWatch` writes them. In: text that begins with one. Out: milliseconds since 1970, and what follows.

/// What follows a time and says where in the world it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// `Z`.
    Utc,
    /// Such as `+00:00`.
    Offset,
    /// Nothing; `CloudWatch` means UTC.
    None,
}

/// A time at the start of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp<'a> {
    pub ms: i64,
    pub zone: Zone,
    /// Digits of the fraction of a second.
    pub n_digits: usize,
    /// What follows.
    pub rest: &'a str,
}

/// Reads `2026-11-22T11:52:39`, with `T` or a blank, a fraction or none, and a [`Zone`].
pub(super) fn stamp(text: &str) -> Option<Stamp<'_>> {
    let (year, text) = number(text, 4)?;
    let (month, text) = number(text.strip_prefix('-')?, 2)?;
    let (day, text) = number(text.strip_prefix('-')?, 2)?;
    let (hour, text) = number(text.strip_prefix(['T', ' '])?, 2)?;
    let (minute, text) = number(text.strip_prefix(':')?, 2)?;
    let (second, text) = number(text.strip_prefix(':')?, 2)?;
    let is_time = day >= 1 && day <= n_days(year, month)? && hour < 24 && minute < 60 && second <= 60;
    let (fraction_ms, n_digits, text) = fraction(text)?;
    let (zone, offset_minutes, rest) = zone(text)?;
    let minutes = (days_from_civil(year, month, day) * 24 + hour) * 60 + minute - offset_minutes;
    let ms = (minutes * 60 + second) * 1_000 + fraction_ms;
    is_time.then_some(Stamp { ms, zone, n_digits, rest })
}

/// The first `n_digits` of a text, which must be digits.
fn number(text: &str, n_digits: usize) -> Option<(i64, &str)> {
    let digits = text.get(..n_digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some((digits.parse().ok()?, text.get(n_digits..)?))
}

/// Milliseconds of `.123456`, cut as the service cuts them.
fn fraction(text: &str) -> Option<(i64, usize, &str)> {
    let Some(digits) = text.strip_prefix('.') else { return Some((0, 0, text)) };
    let n_digits = digits.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=9).contains(&n_digits) {
        return None;
    }
    let (number, rest) = number(digits, n_digits)?;
    let ms = match n_digits {
        1 => number * 100,
        2 => number * 10,
        _ => number / 10_i64.pow(n_digits as u32 - 3),
    };
    Some((ms, n_digits, rest))
}

fn zone(text: &str) -> Option<(Zone, i64, &str)> {
    if let Some(rest) = text.strip_prefix('Z') {
        return Some((Zone::Utc, 0, rest));
    }
    let Some(offset) = text.strip_prefix(['+', '-']) else { return Some((Zone::None, 0, text)) };
    let (hours, rest) = number(offset, 2)?;
    let (minutes, rest) = number(rest.strip_prefix(':')?, 2)?;
    let offset_minutes = hours * 60 + minutes;
    Some((Zone::Offset, if text.starts_with('-') { -offset_minutes } else { offset_minutes }, rest))
}

fn n_days(year: i64, month: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if is_leap { 29 } else { 28 }),
        _ => None,
    }
}

/// Days since 1970-01-01, by Howard Hinnant's `days_from_civil`; years begin in March, so that a leap day is the last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_over_five_centuries() {
        let mut expected = days_from_civil(1970, 1, 1);
        assert_eq!(expected, 0);
        for year in 1970..2470 {
            for month in 1..=12 {
                for day in 1..=n_days(year, month).unwrap() {
                    assert_eq!(days_from_civil(year, month, day), expected, "{year}-{month}-{day}");
                    expected += 1;
                }
            }
        }
        assert_eq!(days_from_civil(2370, 1, 1), 146_097, "400 years");
    }

    #[test]
    fn every_way_of_writing_a_time_gives_its_milliseconds() {
        // By `date -ud 2026-11-22T12:11:32 +%s`.
        let ms = 1_795_349_492_611;
        for text in [
            "2026-11-22T12:11:32.611Z",
            "2026-11-22 12:11:32.611",
            "2026-11-22T12:11:32.611999+00:00",
            "2026-11-22T13:41:32.611+01:30",
            "2026-11-22T07:11:32.611000-05:00",
        ] {
            assert_eq!(stamp(text).map(|stamp| (stamp.ms, stamp.rest)), Some((ms, "")), "{text}");
        }
        assert_eq!(stamp("1969-12-31T23:59:59.9Z x").map(|stamp| (stamp.ms, stamp.rest)), Some((-100, " x")));
        assert_eq!(stamp("2024-02-29T00:00:00Z").unwrap().n_digits, 0);
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "2026-11-22",
            "2026-11-22T11:52",
            "2026-13-22T11:52:39Z",
            "2026-02-29T11:52:39Z",
            "2026-11-00T11:52:39Z",
            "2026-11-22T24:52:39Z",
            "2026-11-22T11:60:39Z",
            "2026-11-22T11:52:39.Z",
            "2026-11-22T11:52:39.1234567890Z",
            "2026-11-22T11:52:39+0000",
            "2026-11-22x11:52:39Z",
            "２026-11-22T11:52:39Z",
            "+026-11-22T11:52:39Z",
        ] {
            assert_eq!(stamp(text), None, "{text}");
        }
    }
}
