//! Logs of other programs, which hold curves alone: what the page is told of them.
//!
//! In: event files of `TensorBoard`, the `results.json` of LNN's ancestor. Out: [`Curves`], thinned so that a page can draw
//! them at once. Read next: `found.rs`, which files they are; `reading.rs`, how they are read; `charts.rs`.

mod charts;
mod found;
mod reading;
mod thin;

use serde::{Deserialize, Serialize};

pub use found::find;
pub use reading::CurveReading;

use crate::bulk::F64s;

/// Curves of a log, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Curves {
    /// Whether its steps are epochs.
    pub counts_epochs: bool,
    /// Names of the runs.
    pub runs: Vec<String>,
    /// One for each quantity, and for each tensor of each run; those of a group follow each other.
    pub charts: Vec<TagChart>,
    /// Where a cursor may stand: steps, ascending.
    pub steps: F64s,
    /// The same by seconds since a run began; empty where the log tells no times.
    pub seconds: F64s,
    /// What this log can't show and why, in sentences.
    pub lacks: Vec<String>,
}

/// A quantity of all runs, or the values of a tensor of one run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TagChart {
    /// What it belongs to.
    pub group: String,
    /// Its name in the log.
    pub tag: String,
    /// One for each run that has it.
    pub lines: Vec<TagLine>,
}

/// A quantity of one run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TagLine {
    /// Which of [`Curves::runs`].
    pub run_idx: usize,
    /// Points that can't be drawn: they are not finite.
    pub n_not_finite: u64,
    /// By ascending step: (`n_points`)
    pub steps: F64s,
    /// Seconds since the run began by which the point was written, (`n_points`); NaN where nobody knows.
    pub seconds: F64s,
    /// A quantity's values, or those of a tensor at each of [`PERCENTS`], each (`n_points`).
    pub levels: Vec<F64s>,
}

/// A tensor's values are shown by these: so many percent of them are lower.
pub const PERCENTS: [f64; 5] = [5.0, 25.0, 50.0, 75.0, 95.0];

impl TagLine {
    /// Where its points lie on the x axis.
    pub fn xs(&self, is_by_time: bool) -> &[f64] {
        if is_by_time { &self.seconds } else { &self.steps }
    }
}
