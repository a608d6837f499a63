//! What a log that is not LNN's own tells: curves, distributions, what is wrong with it and what it lacks.
//!
//! In: what the readers of the kinds found. Out: [`CurveLog`], which a page draws. Read next: `collector.rs` for how it is
//! collected within bounds, `tensorboard.rs`.

use serde::{Deserialize, Serialize};

/// Problems that are listed; of more only the number is told.
const MAX_PROBLEMS: usize = 1_000;

/// A log as curves.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CurveLog {
    /// What to call it: its file or folder.
    pub name: String,
    /// When the run began, in milliseconds since 1970, where the log says so.
    pub started_ms: Option<f64>,
    /// When the run ended, where the log says so: it may still be going on.
    pub ended_ms: Option<f64>,
    /// One for each quantity, in the order in which they appear.
    pub curves: Vec<Curve>,
    /// One for each tensor, in the order in which they appear.
    pub distributions: Vec<Distribution>,
    /// What can't be used, and why.
    pub problems: Vec<Problem>,
    /// Sentences for the reader: what this log can't show, and why.
    pub lacks: Vec<String>,
}

/// One quantity over the steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Its name in the log, e.g. `loss/train`.
    pub tag: String,
    /// By ascending step, each step once.
    pub points: Vec<CurvePoint>,
}

/// A quantity at a step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// As the log counts: steps or epochs.
    pub step: i64,
    /// When it was written, in milliseconds since 1970.
    pub time_ms: Option<f64>,
    /// May be infinite or no number, as it was written.
    pub value: f64,
}

/// The values of one tensor over the steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    /// Its name in the log, e.g. `layer1/weights`.
    pub tag: String,
    /// By ascending step, each step once.
    pub points: Vec<DistributionPoint>,
}

/// A histogram of one tensor's values at a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DistributionPoint {
    /// As the log counts.
    pub step: i64,
    /// When it was written, in milliseconds since 1970.
    pub time_ms: Option<f64>,
    /// The least value, or the left edge of the first bucket; NaN where there are no values.
    pub min: f64,
    /// The greatest value, or the right edge of the last bucket; NaN where there are no values.
    pub max: f64,
    /// Number of values.
    pub count: f64,
    /// Sum of the values, where the log tells it.
    pub sum: Option<f64>,
    /// Sum of their squares, where the log tells it.
    pub sum_squares: Option<f64>,
    /// From left to right.
    pub buckets: Vec<Bucket>,
}

/// How many values lie between two edges.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// Lower edge.
    pub left: f64,
    /// Upper edge.
    pub right: f64,
    /// Number of values between them.
    pub count: f64,
}

/// A place of the log that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// From 1; none in files that have no lines.
    pub line: Option<u64>,
    /// From 0.
    pub byte: u64,
    /// What is wrong there.
    pub why: String,
}

/// The problems of a log, of which the first are listed and the rest counted.
#[derive(Debug, Clone, Default)]
pub(super) struct Problems {
    listed: Vec<Problem>,
    n_more: u64,
    /// Where the last one is that is not listed.
    last: (Option<u64>, u64),
}

impl Problems {
    pub fn push(&mut self, line: Option<u64>, byte: u64, why: String) {
        if self.listed.len() < MAX_PROBLEMS {
            self.listed.push(Problem { line, byte, why });
        } else {
            self.n_more += 1;
            self.last = (line, byte);
        }
    }

    /// Adds those of another file, and says which.
    pub fn append(&mut self, file: &str, other: Self) {
        for problem in other.listed {
            self.push(problem.line, problem.byte, format!("«{}»: {}", shortened(file), problem.why));
        }
        if other.n_more > 0 {
            self.n_more += other.n_more;
            self.last = other.last;
        }
    }

    pub fn into_list(self) -> Vec<Problem> {
        let Self { mut listed, n_more, last: (line, byte) } = self;
        if n_more > 0 {
            listed.push(Problem { line, byte, why: format!("{n_more} more, up to here, are not listed") });
        }
        listed
    }
}

/// At most 60 characters of a name that the log chose.
pub(super) fn shortened(name: &str) -> String {
    match name.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    }
}

/// `«a», «b», «c» and 7 more`.
pub(super) fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(5);
    let shown: Vec<String> = names.take(5).map(|name| format!("«{}»", shortened(name))).collect();
    let shown = shown.join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_very_many_problems_the_number_is_told() {
        let mut problems = Problems::default();
        (0..1_500).for_each(|byte| problems.push(None, byte, "torn".to_owned()));
        let listed = problems.into_list();
        assert_eq!(listed.len(), MAX_PROBLEMS + 1);
        assert_eq!(listed.last().unwrap().byte, 1_499);
        assert!(listed.last().unwrap().why.starts_with("500 more"));
    }

    #[test]
    fn of_two_files_the_place_of_the_last_problem_is_told() {
        let [mut all, mut file] = [Problems::default(), Problems::default()];
        (0..1_500).for_each(|byte| all.push(None, byte, "torn".to_owned()));
        file.push(None, 7, "torn".to_owned());
        all.append("b", file);
        all.append("c", Problems::default());
        let last = all.into_list().pop().unwrap();
        assert_eq!((last.byte, last.why.as_str()), (7, "501 more, up to here, are not listed"));
    }

    #[test]
    fn names_are_cut_where_a_character_ends() {
        assert_eq!(shortened(&"ü".repeat(61)), format!("{}…", "ü".repeat(60)));
        assert_eq!(listed(["a"; 7].into_iter()), "«a», «a», «a», «a», «a» and 2 more");
    }
}
