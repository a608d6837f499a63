//! Norms of the layers' gradients over the run and their shades, kept beside the records so that each is computed once.
//!
//! In: the timeline's records. Out: for each layer and pixel a place on the colour scale. Read next: `picture.rs`.

use std::rc::Rc;

use lnn_runlog::StepRecord;

use crate::page::chart::{scale::Scale, series};

/// The palest place on the colour scale that is still told from the panel.
const PALEST: f64 = 14.0;
/// Powers of ten that the colour scale spans at most.
const DECADES: i32 = 6;

/// One record's norms and shades, one a layer.
#[derive(Debug)]
struct Column {
    record: Rc<StepRecord>,
    norms: Vec<f32>,
    shades: Vec<u8>,
}

impl Column {
    fn shade(&mut self, range: Option<(f64, f64)>) {
        let Some(range) = range else { return };
        let depth = Scale::log(range, (PALEST, 255.0));
        self.shades = self.norms.iter().map(|norm| shade(depth, *norm)).collect();
    }
}

/// The norms of all records of a timeline.
#[derive(Debug, Default)]
pub struct Columns {
    columns: Vec<Column>,
    range: Option<(f64, f64)>,
}

impl Columns {
    /// Takes over what the timeline holds now; only new records are looked into.
    pub fn follow(&mut self, records: &[Rc<StepRecord>]) {
        let mut old = std::mem::take(&mut self.columns).into_iter().peekable();
        self.columns = records
            .iter()
            .map(|record| {
                while old.next_if(|column| column.record.head.step < record.head.step).is_some() {}
                old.next_if(|column| Rc::ptr_eq(&column.record, record)).unwrap_or_else(|| Column {
                    record: record.clone(),
                    norms: record.layers.iter().map(lnn_runlog::LayerRecord::gradient_norm).collect(),
                    shades: Vec::new(),
                })
            })
            .collect();
        let range = range(&self.columns);
        let is_rescaled = range != std::mem::replace(&mut self.range, range);
        for column in self.columns.iter_mut().filter(|column| is_rescaled || column.shades.is_empty()) {
            column.shade(range);
        }
    }

    /// Powers of ten around the norms that there are: the ends of the colour scale.
    pub fn range(&self) -> Option<(f64, f64)> {
        self.range
    }

    /// Places on the colour scale, 0..=255: `n_layers` rows of one byte a pixel, each from the record nearest to it.
    pub fn shades(&self, axis: Scale, pixels: std::ops::Range<usize>, n_layers: usize) -> Vec<u8> {
        let width = pixels.len();
        let mut shades = vec![0; width * n_layers];
        if self.range.is_none() {
            return shades;
        }
        let step_of = |idx: usize| self.columns[idx].record.head.step as f64;
        let mut idx = 0;
        for (x, pixel) in pixels.enumerate() {
            let step = axis.to_value(pixel as f64 + 0.5);
            while idx + 1 < self.columns.len()
                && (step_of(idx + 1) - step).abs() <= (step_of(idx) - step).abs()
            {
                idx += 1;
            }
            for (layer_idx, shade) in self.columns[idx].shades.iter().take(n_layers).enumerate() {
                shades[layer_idx * width + x] = *shade;
            }
        }
        shades
    }

    /// The norms of the record nearest before a step.
    pub fn at(&self, step: u64) -> &[f32] {
        let after = self.columns.partition_point(|column| column.record.head.step <= step);
        self.columns.get(after.saturating_sub(1)).map_or(&[], |column| &column.norms)
    }
}

fn range(columns: &[Column]) -> Option<(f64, f64)> {
    let norms = columns.iter().flat_map(|column| &column.norms).map(|norm| f64::from(*norm));
    let (min, max) = series::range(norms.filter(|norm| *norm > 0.0))?;
    // A power of ten itself is its own end, though a single-precision one lies beside it.
    let high = (max.log10() - 1e-6).ceil() as i32;
    let low = ((min.log10() + 1e-6).floor() as i32).clamp(high - DECADES, high - 1);
    Some((10_f64.powi(low), 10_f64.powi(high)))
}

fn shade(depth: Scale, norm: f32) -> u8 {
    if norm.is_nan() || norm == f32::INFINITY {
        return 255;
    }
    if norm <= 0.0 { 0 } else { depth.to_px(f64::from(norm)).round() as u8 }
}

#[cfg(test)]
mod tests {
    use lnn_runlog::{LayerRecord, Quantity, Scores, StepHead};

    use super::*;

    fn record(step: u64, norm: f32) -> Rc<StepRecord> {
        let train = Scores { cost: 1.0, accuracy: None, r2: None, rmse: None };
        let head =
            StepHead { step, epoch: 0, learning_rate: 0.1, batch_cost: None, train, dev: None, digest: 0 };
        let mut values = vec![0.0; Quantity::ALL.len()];
        values[Quantity::GradientNorm as usize] = norm;
        Rc::new(StepRecord { head, layers: LayerRecord::from_flat(1, values).into_iter().collect() })
    }

    #[test]
    fn records_that_stay_are_not_computed_again() {
        let (a, b, c) = (record(0, 0.1), record(1, 0.2), record(2, 0.3));
        let mut columns = Columns::default();
        columns.follow(&[a.clone(), b.clone()]);
        let before = columns.columns[0].norms.as_ptr();
        columns.follow(&[a, c, record(3, 0.4)]);
        assert_eq!(columns.columns[0].norms.as_ptr(), before);
        assert_eq!(columns.columns.iter().map(|c| c.norms[0]).collect::<Vec<_>>(), [0.1, 0.3, 0.4]);
    }

    #[test]
    fn another_record_of_the_same_step_takes_its_place() {
        let mut columns = Columns::default();
        columns.follow(&[record(5, 0.1)]);
        columns.follow(&[record(5, 0.7)]);
        assert_eq!(columns.at(9), [0.7]);
    }

    #[test]
    fn colour_follows_the_logarithm_of_the_norm() {
        let mut columns = Columns::default();
        columns.follow(&[record(0, 1e-4), record(10, 1e-2), record(20, 1.0)]);
        assert_eq!(columns.range().map(|(low, high)| ((low * 1e4).round(), high.round())), Some((1.0, 1.0)));
        let axis = Scale::linear((0.0, 20.0), (0.0, 21.0));
        let shades = columns.shades(axis, 0..21, 1);
        assert_eq!((shades[0], shades[20]), (PALEST as u8, 255));
        assert_eq!(shades[10], 134, "half way between the ends");
    }

    #[test]
    fn zero_stays_blank_and_what_is_not_a_number_shouts() {
        let mut columns = Columns::default();
        columns.follow(&[record(0, 0.0), record(1, f32::NAN), record(2, 0.5)]);
        let shades = columns.shades(Scale::linear((0.0, 3.0), (0.5, 3.5)), 0..3, 1);
        assert_eq!(&shades[..2], [0, 255]);
        assert_eq!(Columns::default().shades(Scale::linear((0.0, 3.0), (0.0, 3.0)), 0..3, 2), [0; 6]);
    }
}
