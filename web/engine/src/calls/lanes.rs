//! The calls of one step as lanes over time: one for each slice of units, forward and backward in the same one.
//!
//! In: the step's [`InvocationRecord`]s. Out: [`Lanes`], with the critical path: of each layer and pass the slice that
//! answered last. Read next: `picture.rs`.

use std::collections::BTreeMap;

use lnn_runlog::InvocationRecord;

use super::sums::{Parts, Sums};

/// A slice: layer, first unit, the one after the last.
pub type Slice = (usize, [usize; 2]);

/// A call in its lane.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// From the step's first call to this one.
    pub start_ms: f64,
    /// Its pieces.
    pub parts: Parts,
    /// Whether it is on the critical path.
    pub is_critical: bool,
    /// What is known of it.
    pub call: InvocationRecord,
}

impl Bar {
    /// When it was answered.
    pub fn end_ms(&self) -> f64 {
        let Parts { overhead_ms, redis_ms, compute_ms, failed_ms, .. } = self.parts;
        self.start_ms + overhead_ms + redis_ms + compute_ms + failed_ms
    }
}

/// The calls of a slice, by time.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// Whose.
    pub slice: Slice,
    /// Its calls.
    pub bars: Vec<Bar>,
}

/// A step's calls.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lanes {
    /// Lanes by layer and units.
    pub lanes: Vec<Lane>,
    /// From the first call to the last answer.
    pub span_ms: f64,
    /// The length of the critical path.
    pub critical_ms: f64,
    /// Its calls.
    pub n_critical: usize,
    /// Sums over the step.
    pub sums: Sums,
    /// Calls that do not say when or of what they were.
    pub n_without_place: usize,
}

impl Lanes {
    /// Of a step's calls, in any order.
    pub fn new(calls: Vec<InvocationRecord>) -> Self {
        let mut sums = Sums::default();
        for call in &calls {
            sums.add(call);
        }
        let n_all = calls.len();
        let placed: Vec<(Slice, f64, InvocationRecord)> = calls.into_iter().filter_map(place).collect();
        let n_without_place = n_all - placed.len();
        let origin_ms = placed.iter().map(|(_, start_ms, _)| *start_ms).fold(f64::INFINITY, f64::min);
        let mut by_slice: BTreeMap<Slice, Vec<Bar>> = BTreeMap::new();
        for (slice, start_ms, call) in placed {
            let bar =
                Bar { start_ms: start_ms - origin_ms, parts: Parts::of(&call), is_critical: false, call };
            by_slice.entry(slice).or_default().push(bar);
        }
        let mut lanes: Vec<Lane> = by_slice.into_iter().map(|(slice, bars)| Lane { slice, bars }).collect();
        for lane in &mut lanes {
            lane.bars.sort_by(|a, b| a.start_ms.total_cmp(&b.start_ms));
        }
        let ends = lanes.iter().flat_map(|lane| &lane.bars).map(Bar::end_ms);
        let span_ms = ends.fold(0.0, f64::max);
        let mut all = Self { lanes, span_ms, sums, n_without_place, ..Self::default() };
        all.mark_critical();
        all
    }

    /// Each layer of a pass waits for the slice that answers last: with its tries, it is on the critical path.
    fn mark_critical(&mut self) {
        let mut last: BTreeMap<(bool, usize), (f64, usize)> = BTreeMap::new();
        for (idx, lane) in self.lanes.iter().enumerate() {
            for bar in &lane.bars {
                let (end_ms, known) = (bar.end_ms(), last.get(&group(lane, bar)));
                if known.is_none_or(|(known_ms, _)| end_ms > *known_ms) {
                    last.insert(group(lane, bar), (end_ms, idx));
                }
            }
        }
        for (key, (end_ms, idx)) in last {
            let Some(lane) = self.lanes.get_mut(idx) else { continue };
            let layer_idx = lane.slice.0;
            let mut start_ms = end_ms;
            for bar in &mut lane.bars {
                if (is_backward(&bar.call), layer_idx) == key {
                    bar.is_critical = true;
                    self.n_critical += 1;
                    start_ms = start_ms.min(bar.start_ms);
                }
            }
            self.critical_ms += end_ms - start_ms;
        }
    }
}

fn group(lane: &Lane, bar: &Bar) -> (bool, usize) {
    (is_backward(&bar.call), lane.slice.0)
}

/// Whether a call is of the backward pass.
pub fn is_backward(call: &InvocationRecord) -> bool {
    call.pass.as_deref() == Some("backward")
}

fn place(call: InvocationRecord) -> Option<(Slice, f64, InvocationRecord)> {
    let slice = (call.layer_idx?, call.units?);
    let start_ms = call.start_ms.filter(|ms| ms.is_finite())?;
    Some((slice, start_ms, call))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(
        pass: &str,
        layer_idx: usize,
        unit: usize,
        (start_ms, duration_ms): (f64, f64),
    ) -> InvocationRecord {
        InvocationRecord {
            pass: Some(pass.to_owned()),
            layer_idx: Some(layer_idx),
            units: Some([unit, unit + 1]),
            start_ms: Some(1e12 + start_ms),
            duration_ms,
            outcome: "ok".to_owned(),
            compute_ms: Some(duration_ms / 2.0),
            redis_ms: Some(1.0),
            billed_ms: Some(1000.0),
            memory_mb: Some(1024),
            ..InvocationRecord::default()
        }
    }

    #[test]
    fn the_critical_path_goes_by_the_slice_that_answers_last_with_all_its_tries() {
        let mut failed = call("forward", 0, 1, (0.0, 6.0));
        failed.outcome = "timeout".to_owned();
        let mut again = call("forward", 0, 1, (8.0, 4.0));
        again.attempt = Some(2);
        let lanes = Lanes::new(vec![
            call("forward", 1, 0, (12.5, 5.0)),
            call("forward", 0, 0, (0.0, 9.0)),
            again,
            failed,
            call("backward", 0, 0, (18.0, 3.0)),
            call("backward", 0, 1, (18.0, 2.0)),
        ]);
        // 12 ms of layer 1 (two tries and the wait between), 5 of layer 2, 3 of the backward pass.
        assert!((lanes.critical_ms - 20.0).abs() < 1e-6, "{}", lanes.critical_ms);
        assert_eq!((lanes.n_critical, lanes.lanes.len()), (4, 3));
        assert!((lanes.span_ms - 21.0).abs() < 1e-6);
        let Sums { n_calls, n_again, n_failed, failed_ms, .. } = lanes.sums;
        assert_eq!((n_calls, n_again, n_failed), (6, 1, 1));
        assert!((failed_ms - 6.0).abs() < 1e-9);
        // 6 calls of one second with 1 GB.
        let expected = 6.0 * (0.000_016_666_7 + 0.2 / 1e6);
        assert!((lanes.sums.usd() - expected).abs() < 1e-12);
    }

    #[test]
    fn calls_without_a_place_are_counted_and_numbers_that_are_none_harm_nothing() {
        let mut odd = call("forward", 0, 0, (0.0, f64::NAN));
        odd.compute_ms = Some(-1.0);
        let mut lost = call("forward", 0, 0, (0.0, 1.0));
        lost.units = None;
        let lanes = Lanes::new(vec![odd, lost]);
        assert_eq!((lanes.n_without_place, lanes.lanes.len()), (1, 1));
        assert!(lanes.span_ms.is_finite() && lanes.critical_ms.is_finite());
        assert_eq!(Lanes::new(Vec::new()), Lanes::default());
    }
}
