//! Ticks: the round values at which an axis has a line, and what is written there.
//!
//! In: a range and how many ticks there is room for. Out: values in ascending order; short labels.

use super::scale::Scale;

/// Round values (1, 2 or 5 times a power of ten apart) inside a range, about `n_wanted` of them.
pub fn linear((from, to): (f64, f64), n_wanted: usize) -> Vec<f64> {
    let width = to - from;
    if !(width.is_finite() && width > 0.0) || n_wanted == 0 {
        return Vec::new();
    }
    let step = round_step(width / n_wanted as f64);
    let first = (from / step - 1e-9).ceil() as i64;
    let last = (to / step + 1e-9).floor() as i64;
    (first..=last).take(64).map(|idx| idx as f64 * step).collect()
}

/// The same, whole numbers only: for steps and epochs.
pub fn whole((from, to): (f64, f64), n_wanted: usize) -> Vec<f64> {
    let mut ticks = linear((from, to), n_wanted);
    ticks.retain(|tick| tick.fract() == 0.0);
    ticks
}

/// Powers of ten, every so many of them, or 1, 2 and 5 times them where there are few; linear ones in a narrow range.
pub fn log((from, to): (f64, f64), n_wanted: usize) -> Vec<f64> {
    if !(from > 0.0 && to > from && to.is_finite()) || n_wanted == 0 {
        return Vec::new();
    }
    let (first, last) = (from.log10().floor() as i32, to.log10().ceil() as i32);
    let inside = |factors: &[f64]| -> Vec<f64> {
        let all =
            (first..=last).flat_map(|power| factors.iter().map(move |factor| factor * 10_f64.powi(power)));
        all.filter(|tick| *tick >= from * 0.999_999 && *tick <= to * 1.000_001).collect()
    };
    for factors in [&[1.0, 2.0, 5.0][..], &[1.0, 3.0], &[1.0]] {
        let ticks = inside(factors);
        if (2..=n_wanted).contains(&ticks.len()) {
            return ticks;
        }
    }
    let powers = inside(&[1.0]);
    if powers.len() > n_wanted {
        let every = powers.len().div_ceil(n_wanted);
        return powers.into_iter().rev().step_by(every).collect::<Vec<_>>().into_iter().rev().collect();
    }
    if inside(&[1.0, 2.0, 5.0]).len() < 2 { linear((from, to), n_wanted) } else { powers }
}

/// Either; a few more than wanted where there would be fewer than two.
pub fn ticks(is_log: bool, range: (f64, f64), n_wanted: usize) -> Vec<f64> {
    let ticks = |n_wanted: usize| if is_log { log(range, n_wanted) } else { linear(range, n_wanted) };
    let n_wanted = n_wanted.max(2);
    (n_wanted..n_wanted + 4).map(ticks).find(|ticks| ticks.len() >= 2).unwrap_or_else(|| ticks(n_wanted))
}

/// Those ticks that are at least so many pixels apart, from the largest value on.
pub fn apart(ticks: &[f64], scale: Scale, least_px: f64) -> Vec<f64> {
    let mut kept: Vec<f64> = Vec::with_capacity(ticks.len());
    for tick in ticks.iter().rev() {
        let is_clear =
            kept.last().is_none_or(|last| (scale.to_px(*last) - scale.to_px(*tick)).abs() >= least_px);
        if is_clear {
            kept.push(*tick);
        }
    }
    kept.reverse();
    kept
}

/// A tick's value in few characters: `0.05`, `20`, `1e−4`.
pub fn label(value: f64) -> String {
    let size = value.abs();
    if size < 1e-12 {
        return "0".to_owned();
    }
    let text = if (1e-3..1e5).contains(&size) {
        let n_decimals = (2 - size.log10().floor() as i32).clamp(0, 6) as usize;
        let text = format!("{value:.n_decimals$}");
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    } else {
        format!("{value:.0e}")
    };
    text.replace('-', "−")
}

/// 1, 2 or 5 times a power of ten, not below `at_least`.
fn round_step(at_least: f64) -> f64 {
    let power = 10_f64.powi(at_least.log10().floor() as i32);
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= at_least * 0.999_999);
    factor.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: &[f64]) -> Vec<String> {
        ticks.iter().map(|tick| label(*tick)).collect()
    }

    #[test]
    fn linear_ticks_are_round() {
        assert_eq!(labels(&linear((0.0, 1.04), 4)), ["0", "0.5", "1"]);
        assert_eq!(labels(&linear((0.0, 1284.0), 5)), ["0", "500", "1000"]);
        assert_eq!(labels(&linear((-0.31, 0.29), 3)), ["−0.2", "0", "0.2"]);
        assert_eq!(labels(&linear((0.1, 0.7), 6)), ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"]);
    }

    #[test]
    fn logarithmic_ticks_are_as_many_as_fit() {
        assert_eq!(labels(&log((0.01, 1.0), 3)), ["0.01", "0.1", "1"]);
        assert_eq!(labels(&log((0.09, 0.7), 4)), ["0.1", "0.2", "0.5"]);
        assert_eq!(labels(&log((1e-9, 1.0), 4)), ["1e−9", "1e−6", "0.001", "1"]);
        assert_eq!(labels(&log((0.41, 0.46), 3)), ["0.42", "0.44", "0.46"]);
    }

    #[test]
    fn a_narrow_range_still_has_two_ticks() {
        assert_eq!(labels(&ticks(true, (0.28, 0.89), 3)), ["0.4", "0.6", "0.8"]);
        for range in [(0.28, 0.89), (0.31, 0.33), (0.9, 1.1), (0.012, 0.7)] {
            assert!((2..=6).contains(&ticks(true, range, 3).len()), "{range:?}");
        }
    }

    #[test]
    fn ticks_that_would_touch_are_left_out() {
        let scale = Scale::log((0.2, 1.0), (40.0, 0.0));
        assert_eq!(labels(&apart(&[0.2, 0.4, 0.6, 0.8, 1.0], scale, 12.0)), ["0.2", "0.6", "1"]);
        assert!(apart(&[], scale, 12.0).is_empty());
    }

    #[test]
    fn nothing_is_ticked_in_an_empty_or_endless_range() {
        assert!(linear((1.0, 1.0), 4).is_empty() && linear((0.0, f64::INFINITY), 4).is_empty());
        assert!(log((0.0, 1.0), 4).is_empty() && log((f64::NAN, 1.0), 4).is_empty());
    }

    #[test]
    fn whole_ticks_leave_out_halves() {
        assert_eq!(labels(&whole((0.0, 1.5), 4)), ["0", "1"]);
    }
}
