//! Dates in cells: days since 1970-01-01, where a column leaves no doubt how it writes them.
//!
//! In: texts. Out: the styles that a text can be read in, and its number in one of them. `3/4/2024` can be two days; a column of
//! such cells alone stays text. ISO 8601 may have a time of day, and a place in the day's turn, `2024-05-01T12:30:00+02:00`.
//! Read next: `column.rs`.

use std::fmt;

use time::{Date, Month};

/// The Julian day of 1970-01-01.
const JULIAN_DAY_OF_1970: i32 = 2_440_588;
const SECONDS_OF_A_DAY: f64 = 86_400.0;

/// A way to write dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum DateStyle {
    /// `2024-05-01`, also `2024-05-01T12:30:00Z`.
    Iso,
    /// `01.05.2024`.
    Points,
    /// `01/05/2024` is the first of May.
    DayFirst,
    /// `05/01/2024` is the first of May.
    MonthFirst,
}

impl DateStyle {
    const ALL: [Self; 4] = [Self::Iso, Self::Points, Self::DayFirst, Self::MonthFirst];
}

impl fmt::Display for DateStyle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Iso => "year-month-day",
            Self::Points => "day.month.year",
            Self::DayFirst => "day/month/year",
            Self::MonthFirst => "month/day/year",
        })
    }
}

/// A set of styles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DateStyles(u8);

impl DateStyles {
    /// Before any text was seen.
    pub const ALL: Self = Self(0b1111);

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    const fn has(self, style: DateStyle) -> bool {
        self.0 & (1 << style as u8) != 0
    }

    /// The only one there is.
    pub fn single(self) -> Option<DateStyle> {
        let mut styles = DateStyle::ALL.into_iter().filter(|style| self.has(*style));
        styles.next().filter(|_| styles.next().is_none())
    }
}

/// The styles in which a text is a date.
pub(super) fn styles(text: &str) -> DateStyles {
    let in_style = |style: &DateStyle| days(text, *style).is_some();
    let bits = DateStyle::ALL.into_iter().filter(in_style).map(|style| 1 << style as u8);
    DateStyles(bits.sum())
}

/// Days since 1970-01-01, with the time of day as their fraction.
pub(super) fn days(text: &str, style: DateStyle) -> Option<f64> {
    match style {
        DateStyle::Iso => iso(text),
        DateStyle::Points => parts(text, '.').and_then(|[day, month, year]| day_number(year, month, day)),
        DateStyle::DayFirst => parts(text, '/').and_then(|[day, month, year]| day_number(year, month, day)),
        DateStyle::MonthFirst => parts(text, '/').and_then(|[month, day, year]| day_number(year, month, day)),
    }
}

/// Two numbers of one or two digits, and a year of four.
fn parts(text: &str, separator: char) -> Option<[u32; 3]> {
    let mut texts = text.split(separator);
    let mut next = |lengths: std::ops::RangeInclusive<usize>| {
        let part = texts.next()?;
        number(part).filter(|_| lengths.contains(&part.len()))
    };
    let parts = [next(1..=2)?, next(1..=2)?, next(4..=4)?];
    texts.next().is_none().then_some(parts)
}

fn number(digits: &str) -> Option<u32> {
    if digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse().ok() } else { None }
}

fn day_number(year: u32, month: u32, day: u32) -> Option<f64> {
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(i32::try_from(year).ok()?, month, u8::try_from(day).ok()?).ok()?;
    Some(f64::from(date.to_julian_day() - JULIAN_DAY_OF_1970))
}

fn iso(text: &str) -> Option<f64> {
    let (date, rest) = text.split_at_checked(10)?;
    let mut fields = date.split('-');
    let mut next = |n_digits: usize| fields.next().filter(|it| it.len() == n_digits).and_then(number);
    let day = day_number(next(4)?, next(2)?, next(2)?)?;
    if rest.is_empty() {
        return Some(day);
    }
    let time = rest.strip_prefix(['T', 't', ' '])?;
    let zone_at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (time, zone) = time.split_at(zone_at);
    Some(day + (seconds(time.trim_end())? - zone_seconds(zone)?) / SECONDS_OF_A_DAY)
}

/// `HH:MM`, `HH:MM:SS`, `HH:MM:SS.fff`.
fn seconds(time: &str) -> Option<f64> {
    let mut fields = time.split(':');
    let mut two_digits = |most: u32| {
        let field = fields.next().filter(|it| it.len() == 2)?;
        number(field).filter(|number| *number <= most)
    };
    let minutes = two_digits(23)? * 60 + two_digits(59)?;
    let Some(seconds) = fields.next() else { return Some(f64::from(minutes * 60)) };
    let (whole, fraction) = seconds.split_once(['.', ',']).unwrap_or((seconds, "0"));
    let is_right = whole.len() == 2 && (1..=9).contains(&fraction.len()) && fields.next().is_none();
    let whole = number(whole).filter(|whole| is_right && *whole < 60)?;
    let fraction = f64::from(number(fraction)?) / 10_f64.powi(fraction.len() as i32);
    Some(f64::from(minutes * 60 + whole) + fraction)
}

/// How far ahead of UTC clocks are: `Z`, `+02:00`, `+0200`, `+02`.
fn zone_seconds(zone: &str) -> Option<f64> {
    if matches!(zone, "" | "Z" | "z") {
        return Some(0.0);
    }
    let (sign, digits) = zone.split_at_checked(1)?;
    let digits: String = digits.split(':').collect();
    let (hours, minutes) = match digits.len() {
        2 => (number(&digits)?, 0),
        4 => (number(digits.get(..2)?)?, number(digits.get(2..)?)?),
        _ => return None,
    };
    let ahead = f64::from((hours * 60 + minutes) * 60);
    (hours < 24 && minutes < 60).then_some(if sign == "-" { -ahead } else { ahead })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, style: DateStyle, expected: f64) {
        assert_eq!(days(text, style), Some(expected), "{text}");
    }

    #[test]
    fn days_are_counted_from_1970() {
        check("1970-01-01", DateStyle::Iso, 0.0);
        check("1969-12-31", DateStyle::Iso, -1.0);
        // `date -d 2024-02-29 +%s` / 86400.
        check("2024-02-29", DateStyle::Iso, 19_782.0);
        check("29.2.2024", DateStyle::Points, 19_782.0);
        check("29/02/2024", DateStyle::DayFirst, 19_782.0);
        check("2/29/2024", DateStyle::MonthFirst, 19_782.0);
        check("0001-01-01", DateStyle::Iso, -719_162.0);
    }

    #[test]
    fn times_are_fractions_of_a_day_in_utc() {
        check("1970-01-02T12:00", DateStyle::Iso, 1.5);
        check("1970-01-02 06:00:00", DateStyle::Iso, 1.25);
        check("1970-01-01T00:00:00.5Z", DateStyle::Iso, 0.5 / 86_400.0);
        check("1970-01-01T02:00:00+02:00", DateStyle::Iso, 0.0);
        check("1970-01-01T20:30:00-0330", DateStyle::Iso, 1.0);
        check("1970-01-01 18:00:00+00", DateStyle::Iso, 0.75);
    }

    #[test]
    fn what_is_no_day_is_no_date() {
        for text in [
            "2023-02-29",
            "2024-13-01",
            "2024-5-1",
            "20240501",
            "24-05-01",
            "2024-05-01T24:00",
            "2024-05-01T12",
            "2024-05-01T12:00:60",
            "2024-05-01T12:00+25",
            "2024-05-01x",
            "32.1.2024",
            "1.2.24",
            "1.2.2024.",
            "1/2",
            "13/13/2024",
            "٢٠٢٤-٠٥-٠١",
            "2024-05-0é",
            "",
            "1.234.567",
        ] {
            assert!(styles(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_day_that_could_be_a_month_has_two_styles() {
        assert_eq!(styles("3/4/2024").single(), None);
        assert_eq!(styles("3/4/2024").and(styles("13/4/2024")).single(), Some(DateStyle::DayFirst));
        assert_eq!(styles("3/4/2024").and(styles("4/13/2024")).single(), Some(DateStyle::MonthFirst));
        assert!(styles("13/4/2024").and(styles("4/13/2024")).is_empty());
        assert_eq!(DateStyles::ALL.and(styles("2024-05-01")).single(), Some(DateStyle::Iso));
    }
}
