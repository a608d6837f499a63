//! Few points that look like all of them, and few numbers that look like a histogram.
//!
//! In: values in order; the buckets of a histogram. Out: which of them to keep; percentiles. Read next: `charts.rs`.

use lnn_runlog::foreign::DistributionPoint;

use super::PERCENTS;

/// Which of `n` points to keep, at most about `n_kept`: both ends, and of equal slots between them the lowest and the highest,
/// so that no peak is lost. `low` and `high` are a point's ends.
pub(super) fn kept(
    n: usize,
    n_kept: usize,
    low: impl Fn(usize) -> f64,
    high: impl Fn(usize) -> f64,
) -> Vec<usize> {
    if n <= n_kept {
        return (0..n).collect();
    }
    let n_slots = (n_kept / 2).saturating_sub(1).max(1);
    let mut all = vec![0];
    for slot in 0..n_slots {
        let (from, to) = (slot * n / n_slots, (slot + 1) * n / n_slots);
        let lowest = (from..to).min_by(|a, b| low(*a).total_cmp(&low(*b)));
        let highest = (from..to).max_by(|a, b| high(*a).total_cmp(&high(*b)));
        let (first, second) = (lowest.min(highest), lowest.max(highest));
        all.extend(first.into_iter().chain(second));
    }
    all.push(n - 1);
    all.dedup();
    all
}

/// The values below which [`PERCENTS`] of a tensor's lie, each bucket's spread evenly; none where that can't be told.
pub(super) fn percentiles(point: &DistributionPoint) -> Option<[f64; PERCENTS.len()]> {
    let counts = point.buckets.iter().map(|bucket| bucket.count.max(0.0));
    let n_values: f64 = counts.sum();
    if !(n_values.is_finite() && n_values > 0.0) {
        return None;
    }
    let levels = PERCENTS.map(|percent| level(point, percent / 100.0 * n_values));
    levels.iter().all(|level| level.is_finite()).then_some(levels)
}

/// The value below which so many lie.
fn level(point: &DistributionPoint, n_below: f64) -> f64 {
    let mut n_passed = 0.0;
    let mut last = f64::NAN;
    for bucket in point.buckets.iter().filter(|bucket| bucket.count > 0.0) {
        if n_passed + bucket.count >= n_below {
            let share = (n_below - n_passed) / bucket.count;
            return bucket.left * (1.0 - share) + bucket.right * share;
        }
        n_passed += bucket.count;
        last = bucket.right;
    }
    last
}

#[cfg(test)]
mod tests {
    use lnn_runlog::foreign::Bucket;

    use super::*;

    fn histogram(buckets: &[(f64, f64, f64)]) -> DistributionPoint {
        DistributionPoint {
            step: 0,
            time_ms: None,
            min: 0.0,
            max: 0.0,
            count: 0.0,
            sum: None,
            sum_squares: None,
            buckets: buckets.iter().map(|&(left, right, count)| Bucket { left, right, count }).collect(),
        }
    }

    #[test]
    fn a_thinned_curve_keeps_its_ends_and_peaks() {
        let value = |idx: usize| match idx {
            4567 => 9.0,
            6001 => -9.0,
            _ => (idx % 7) as f64 / 7.0,
        };
        let all = kept(10_000, 1_000, value, value);
        assert!(all.len() <= 1_000 && all.len() > 800, "{}", all.len());
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
        for idx in [0, 4567, 6001, 9_999] {
            assert!(all.contains(&idx), "{idx}");
        }
        assert_eq!(kept(3, 1_000, value, value), [0, 1, 2]);
        assert!(kept(0, 1_000, value, value).is_empty());
    }

    #[test]
    fn percentiles_of_evenly_spread_values_are_even() {
        let found = percentiles(&histogram(&[(0.0, 50.0, 50.0), (50.0, 60.0, 0.0), (60.0, 100.0, 50.0)]));
        assert_eq!(found.map(|levels| levels.map(f64::round)), Some([5.0, 25.0, 50.0, 80.0, 96.0]));
    }

    #[test]
    fn a_histogram_without_values_or_edges_has_no_percentiles() {
        for buckets in
            [&[][..], &[(0.0, 1.0, 0.0)], &[(0.0, 1.0, f64::NAN)], &[(f64::NEG_INFINITY, 1.0, 3.0)]]
        {
            assert_eq!(percentiles(&histogram(buckets)), None, "{buckets:?}");
        }
        assert_eq!(percentiles(&histogram(&[(2.0, 2.0, 7.0)])), Some([2.0; 5]));
    }
}
