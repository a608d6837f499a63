//! `lnn log show`: what a log holds, for people.
//!
//! Read next: `check.rs`.

use std::io::Write;

use anyhow::{Context, Result, bail};
use lnn_runlog::{HeaderRecord, Quantity, Record, RunLedger, Scores};

use super::check::in_words;
use super::open::OpenLog;
use crate::args::ShowArgs;

/// Epochs shown.
const N_EPOCHS: usize = 12;

pub fn run(args: &ShowArgs) -> Result<()> {
    let mut log = OpenLog::open(&args.log)?;
    log.scan(&mut |_| ())?;
    let mut out = std::io::stdout();
    if let Some(step) = args.step {
        return show_step(&mut log, args, step, &mut out);
    }
    for run in log.runs(args.run.as_deref())? {
        let header = log.header(&run);
        writeln!(out, "run «{}»", run.run)?;
        if let Some(header) = &header {
            writeln!(out, "{}", recipe(header))?;
        }
        for line in epochs(&run) {
            writeln!(out, "{line}")?;
        }
        for note in &run.notes {
            writeln!(out, "  note: {}", note.value.text)?;
        }
        let checkpoints: Vec<String> = run.checkpoints.keys().map(u64::to_string).collect();
        if !checkpoints.is_empty() {
            writeln!(out, "  checkpoints at steps {}", checkpoints.join(", "))?;
        }
    }
    writeln!(out, "{}", in_words(&log.report()))?;
    Ok(())
}

fn recipe(header: &HeaderRecord) -> String {
    let HeaderRecord { recipe, data, precision, program, steps_per_epoch, .. } = header;
    let units = |n: &usize| n.to_string();
    let mut sizes = vec![data.n_inputs().to_string()];
    sizes.extend(recipe.layers.iter().map(units));
    sizes.push(data.n_outputs().to_string());
    let optimizer = serde_json::to_value(recipe.optimizer).ok();
    let optimizer = optimizer.as_ref().and_then(|value| value.get("name")?.as_str()).unwrap_or("?");
    let batch = recipe.batch_size.map_or("all examples".to_owned(), |n| format!("{n} examples"));
    format!(
        "  «{}»: {} train, {} dev; network {}, {} → {}; {}\n  {optimizer}, learning rate {}, λ {}, dropout {}, {batch} a step, \
         {steps_per_epoch} steps an epoch, seed {}; {precision}, by {program}",
        data.name,
        data.n_train,
        data.n_dev,
        sizes.join("-"),
        recipe.hidden.join(" "),
        recipe.output,
        recipe.cost,
        recipe.learning_rate,
        recipe.l2_penalty,
        recipe.dropout,
        recipe.seed
    )
}

/// Some epochs, evenly over the run, the last one always.
fn epochs(run: &RunLedger) -> Vec<String> {
    let all: Vec<_> = run.epochs.values().collect();
    let distance = all.len().div_ceil(N_EPOCHS).max(1);
    let scores = |name: &str, scores: &Scores| {
        let accuracy = scores.accuracy.map(|accuracy| format!(" accuracy {accuracy:.4}")).unwrap_or_default();
        let r2 = scores.r2.map(|r2| format!(" R² {r2:.4}")).unwrap_or_default();
        format!("{name} cost {:.6}{accuracy}{r2}", scores.cost)
    };
    let is_shown = |idx: usize| (all.len() - 1 - idx).is_multiple_of(distance);
    all.iter()
        .enumerate()
        .filter(|(idx, _)| is_shown(*idx))
        .map(|(_, epoch)| {
            let epoch = epoch.value;
            let dev = epoch.dev.map(|dev| format!("; {}", scores("dev", &dev))).unwrap_or_default();
            format!("  epoch {:>5}: {}{dev}", epoch.epoch, scores("train", &epoch.train))
        })
        .collect()
}

fn show_step(log: &mut OpenLog, args: &ShowArgs, step: u64, out: &mut impl Write) -> Result<()> {
    let run = log.run(args.run.as_deref())?;
    let Some(place) = run.steps.get(step) else {
        let near = [run.steps.at_or_before(step), run.steps.at_or_after(step)];
        let near: Vec<String> = near.into_iter().flatten().map(|place| place.step.to_string()).collect();
        bail!("the log has no step {step}; nearest are {}", near.join(" and "));
    };
    let (record, _) = log.record(place.place, place.n_bytes)?;
    let Record::Step(step) = record else { bail!("the log changed while it was read: begin again") };
    let head = step.record.head;
    let batch = head.batch_cost.map_or("–".to_owned(), |cost| format!("{cost:.6}"));
    writeln!(
        out,
        "step {}, epoch {}, α {}, cost of the mini-batch {batch}, digest {:016x}",
        head.step, head.epoch, head.learning_rate, head.digest
    )?;
    let n_layers = step.record.layers.len();
    let header = run.header.as_ref().context("").ok();
    let n_hidden = header.map_or(n_layers.saturating_sub(1), |header| header.value.recipe.layers.len());
    for (layer_idx, layer) in step.record.layers.iter().enumerate() {
        let name = if layer_idx == n_hidden {
            "output layer".to_owned()
        } else {
            format!("layer {}", layer_idx + 1)
        };
        writeln!(out, "{name}: {}", Quantity::ALL.map(Quantity::as_str).join(" "))?;
        for unit_idx in 0..layer.n_units() {
            let values = Quantity::ALL.map(|quantity| {
                layer.get(quantity).get(unit_idx).map_or("–".to_owned(), |value| format!("{value:.4e}"))
            });
            writeln!(out, "{:>5}  {}", unit_idx + 1, values.join("  "))?;
        }
    }
    Ok(())
}
