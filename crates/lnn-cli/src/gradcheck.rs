//! `lnn gradcheck`: is backpropagation right for this network on these data? In: the arguments of a training; out: the
//! relative difference of the two gradients, and an error if it is too large.
//!
//! The gradient is that of the first mini-batch of the training split, in the order of the file, at the start weights,
//! with the penalty, and with the dropout masks of the first step held fixed. `ReLU` has a kink: where the two points of
//! a central difference lie on both sides of one, the numeric gradient is wrong, not the other. Parameters that
//! disagree are therefore checked again with smaller distances, and it is said how many.
//!
//! Read next: `lnn_core::gradient_check`.

use std::io::Write;

use anyhow::{Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use lnn_core::dropout::dropout_mask;
use lnn_core::random::{Stream, stream};
use lnn_core::{DataSet, GradientCheckEntry, Network, ParameterId, Recipe, gradient_check};
use ndarray::Array2;
use serde_json::json;

use crate::args::GradcheckArgs;
use crate::start::Start;

/// Parameters between two moves of the bar.
const CHUNK: usize = 64;
/// Factors on ε for parameters that disagree.
const SMALLER: [f64; 2] = [0.1, 0.01];

pub fn run(args: &GradcheckArgs) -> Result<()> {
    let start = Start::<f64>::new(&args.data, &args.recipe)?;
    let check = Check::new(&start.network, &start.train, &start.recipe);
    let parameters = chosen(&start.network, args.sample, start.recipe.seed);
    let bar = ProgressBar::new(parameters.len() as u64)
        .with_style(ProgressStyle::with_template("{bar:30} {pos}/{len} parameters, {eta} left")?);
    let mut entries = Vec::with_capacity(parameters.len());
    let mut n_kinks = 0;
    for chunk in parameters.chunks(CHUNK) {
        for mut entry in check.entries(chunk, args.difference)? {
            n_kinks += usize::from(check.again(&mut entry, args.difference, args.tolerance)?);
            entries.push(entry);
        }
        bar.inc(chunk.len() as u64);
    }
    bar.finish_and_clear();
    let relative_difference = relative_difference(&entries);
    report(args, &start, &entries, relative_difference, n_kinks)?;
    if relative_difference >= args.tolerance {
        let tolerance = args.tolerance;
        bail!(
            "the gradients differ: {relative_difference:.3e} is not below {tolerance:.1e}; try --difference or zscore"
        );
    }
    Ok(())
}

/// What is held fixed while parameters move.
struct Check<'a> {
    network: &'a Network<f64>,
    batch: DataSet<f64>,
    recipe: &'a Recipe,
    masks: Option<Vec<Array2<f64>>>,
}

impl<'a> Check<'a> {
    fn new(network: &'a Network<f64>, train: &DataSet<f64>, recipe: &'a Recipe) -> Self {
        let n_examples = recipe.batch_size.examples(train.n_examples());
        let mask = |(layer_idx, &units): (usize, &usize)| {
            dropout_mask(recipe.seed, 0, layer_idx, 0..units, n_examples, recipe.dropout)
        };
        let masks = (recipe.dropout > 0.0).then(|| recipe.layers.iter().enumerate().map(mask).collect());
        Self { network, batch: train.split_first(n_examples).0, recipe, masks }
    }

    fn entries(&self, parameters: &[ParameterId], epsilon: f64) -> Result<Vec<GradientCheckEntry>> {
        let Recipe { cost, l2_penalty, .. } = *self.recipe;
        let masks = self.masks.as_deref();
        let check =
            gradient_check(self.network, &self.batch, cost, l2_penalty, masks, Some(parameters), epsilon)?;
        Ok(check.entries)
    }

    /// Checks an entry that disagrees again, closer; true if that settled it.
    fn again(&self, entry: &mut GradientCheckEntry, epsilon: f64, tolerance: f64) -> Result<bool> {
        let distance = |entry: &GradientCheckEntry| (entry.analytic - entry.numeric).abs();
        let before = distance(entry);
        if entry.relative_difference < tolerance {
            return Ok(false);
        }
        for factor in SMALLER {
            for closer in self.entries(&[entry.parameter], epsilon * factor)? {
                if distance(&closer) < distance(entry) {
                    *entry = closer;
                }
            }
        }
        // A kink moves the numeric gradient by a share of itself; rounding moves it far less.
        Ok(before > 1e3 * distance(entry).max(1e-12))
    }
}

/// All parameters, or a sample of them in order.
fn chosen(network: &Network<f64>, sample: Option<usize>, seed: u64) -> Vec<ParameterId> {
    let all = network.parameter_ids();
    let Some(n) = sample else { return all };
    let mut picked: Vec<usize> = stream(seed, Stream::Data, 0, 0).permutation(all.len());
    picked.truncate(n.max(1));
    picked.sort_unstable();
    picked.into_iter().filter_map(|at| all.get(at).copied()).collect()
}

/// ‖analytic − numeric‖₂/(‖analytic‖₂ + ‖numeric‖₂).
fn relative_difference(entries: &[GradientCheckEntry]) -> f64 {
    let norm = |of: fn(&GradientCheckEntry) -> f64| {
        entries.iter().map(|entry| of(entry).powi(2)).sum::<f64>().sqrt()
    };
    let scale = norm(|entry| entry.analytic) + norm(|entry| entry.numeric);
    if scale > 0.0 { norm(|entry| entry.analytic - entry.numeric) / scale } else { 0.0 }
}

fn report(
    args: &GradcheckArgs,
    start: &Start<f64>,
    entries: &[GradientCheckEntry],
    relative_difference: f64,
    n_kinks: usize,
) -> Result<()> {
    let mut out = std::io::stdout();
    let mut worst: Vec<&GradientCheckEntry> = entries.iter().collect();
    worst.sort_by(|a, b| (b.analytic - b.numeric).abs().total_cmp(&(a.analytic - a.numeric).abs()));
    worst.truncate(3);
    if args.json {
        let entry = |entry: &&GradientCheckEntry| {
            let id = entry.parameter;
            json!({
                "layer": id.layer_idx + 1, "unit": id.unit_idx + 1, "input": id.input_idx.map(|idx| idx + 1),
                "analytic": entry.analytic, "numeric": entry.numeric,
                "relative_difference": entry.relative_difference,
            })
        };
        let line = json!({
            "relative_difference": relative_difference, "tolerance": args.tolerance, "n_checked": entries.len(),
            "n_kinks": n_kinks, "largest_differences": worst.iter().map(entry).collect::<Vec<_>>(),
        });
        writeln!(out, "{line}")?;
        return Ok(());
    }
    writeln!(out, "{}", start.describe())?;
    let n_all = start.network.n_parameters();
    writeln!(
        out,
        "relative difference {relative_difference:.3e} over {} of {n_all} parameters",
        entries.len()
    )?;
    if n_kinks > 0 {
        writeln!(
            out,
            "{n_kinks} of them lie beside a kink of an activation and were checked from closer by"
        )?;
    }
    for entry in worst {
        let id = entry.parameter;
        let input = id.input_idx.map_or("bias".into(), |idx| format!("weight {}", idx + 1));
        let (layer, unit) = (id.layer_idx + 1, id.unit_idx + 1);
        let (analytic, numeric) = (entry.analytic, entry.numeric);
        writeln!(
            out,
            "  layer {layer} unit {unit} {input}: analytic {analytic:.12e}, numeric {numeric:.12e}"
        )?;
    }
    Ok(())
}
