//! Many values at once: their range, and few points that look like all of them.
//!
//! In: values in order. Out: ranges for scales; points for a curve of a given width.

/// Smallest and largest of the finite values; none where there is none.
pub fn range(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values.into_iter().filter(|value| value.is_finite()).fold(None, |range, value| match range {
        None => Some((value, value)),
        Some((min, max)) => Some((min.min(value), max.max(value))),
    })
}

/// The range of a cost axis: with air above and below; from zero on a linear scale, over at most nine powers of ten on
/// a logarithmic one.
pub fn cost_range(costs: impl IntoIterator<Item = f64> + Clone, is_log: bool) -> (f64, f64) {
    if !is_log {
        let (min, max) = range(costs).unwrap_or((0.0, 1.0));
        let max = if max > 0.0 { max } else { 1.0 };
        return (min.min(0.0), max * 1.06);
    }
    let (min, max) = range(costs.into_iter().filter(|cost| *cost > 0.0)).unwrap_or((0.1, 1.0));
    let min = min.max(max * 1e-9);
    let air = (max / min).powf(0.08).max(1.12);
    (min / air, max * air)
}

/// At most about two points for each of `n_slots` slots along x: the smallest and the largest value of each slot, so
/// that no peak is lost. Points are (x, y) with x ascending; those with a y that is not finite are left out.
pub fn thin(points: &[(f64, f64)], n_slots: usize) -> Vec<(f64, f64)> {
    let finite = points.iter().copied().filter(|(_, y)| y.is_finite());
    if points.len() <= 2 * n_slots.max(1) {
        return finite.collect();
    }
    let (first, last) = (points[0].0, points[points.len() - 1].0);
    let slot_of = |x: f64| ((x - first) / (last - first).max(f64::MIN_POSITIVE) * n_slots as f64) as usize;
    let mut thinned = Vec::with_capacity(2 * n_slots + 2);
    let mut slot: Option<Slot> = None;
    for point in finite {
        let idx = slot_of(point.0);
        match &mut slot {
            Some(slot) if slot.idx == idx => slot.add(point),
            _ => {
                if let Some(full) = slot.replace(Slot { idx, low: point, high: point }) {
                    full.close(&mut thinned);
                }
            }
        }
    }
    if let Some(full) = slot {
        full.close(&mut thinned);
    }
    thinned
}

struct Slot {
    idx: usize,
    low: (f64, f64),
    high: (f64, f64),
}

impl Slot {
    fn add(&mut self, point: (f64, f64)) {
        if point.1 < self.low.1 {
            self.low = point;
        }
        if point.1 > self.high.1 {
            self.high = point;
        }
    }

    fn close(self, into: &mut Vec<(f64, f64)>) {
        let (first, second) =
            if self.low.0 <= self.high.0 { (self.low, self.high) } else { (self.high, self.low) };
        into.push(first);
        if first.0 < second.0 {
            into.push(second);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finite_has_no_part_in_a_range() {
        assert_eq!(range([3.0, f64::NAN, -1.0, f64::INFINITY]), Some((-1.0, 3.0)));
        assert_eq!(range([f64::NAN]), None);
    }

    #[test]
    fn a_cost_axis_holds_all_costs() {
        let (low, high) = cost_range([0.7, 0.02], true);
        assert!(low < 0.02 && low > 0.01 && high > 0.7 && high < 1.0);
        let (low, high) = cost_range([0.7, 0.02], false);
        assert!(low.abs() < 1e-12 && high > 0.7);
        let (low, high) = cost_range([0.5, 0.0], true);
        assert!(low > 0.0 && high > 0.5, "a cost of zero has no logarithm");
        assert!(cost_range([], true).0 > 0.0 && cost_range([0.0], false).1 > 0.0);
    }

    #[test]
    fn a_thinned_curve_keeps_its_peaks() {
        let points: Vec<(f64, f64)> =
            (0..10_000).map(|x| (f64::from(x), if x == 4567 { 9.0 } else { 0.0 })).collect();
        let thinned = thin(&points, 100);
        assert!(thinned.len() <= 202, "{}", thinned.len());
        assert!(thinned.contains(&(4567.0, 9.0)));
        assert!(thinned.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn a_short_curve_stays_as_it_is() {
        let points = [(0.0, 1.0), (1.0, f64::NAN), (2.0, 3.0)];
        assert_eq!(thin(&points, 100), [(0.0, 1.0), (2.0, 3.0)]);
    }
}
