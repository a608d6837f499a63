//! `lnn log verify`: the run computed again from its header, its data set and a checkpoint, and compared with the log step
//! by step.
//!
//! In: a log and its data set. Out: where the two part first, or that they agree. Read next: `open.rs`.

use std::io::Write;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use lnn_core::{DataSet, Real, Recipe, RecipeChange, Trainer};
use lnn_import::{ImportPlan, prepare};
use lnn_runlog::{
    HeaderRecord, LoggedStep, Quantity, Record, Recorder, RunLedger, StepPlace, data_digest, from_safetensors,
};
use serde::Serialize;

use super::open::OpenLog;
use crate::args::VerifyArgs;
use crate::data;
use crate::data_args::DataArgs;

/// What `lnn log verify --json` prints.
#[derive(Debug, Serialize)]
struct Outcome {
    agrees: bool,
    first_step: u64,
    last_step: u64,
    steps_compared: u64,
    steps_recomputed: u64,
    difference: Option<Difference>,
}

/// Where log and computation part.
#[derive(Debug, Serialize)]
struct Difference {
    step: u64,
    line: u64,
    byte: u64,
    what: String,
    log: String,
    recomputed: String,
}

pub fn run(args: &VerifyArgs) -> Result<()> {
    let mut log = OpenLog::open(&args.log)?;
    log.scan(&mut |_| ())?;
    let run = log.run(args.run.as_deref())?;
    let header = log
        .header(&run)
        .context("the log's header is missing: without the recipe nothing can be recomputed")?;
    let outcome = match header.precision.as_str() {
        "f32" => verify::<f32>(args, &mut log, &run, &header)?,
        "f64" => verify::<f64>(args, &mut log, &run, &header)?,
        other => bail!("the log's precision is «{other}»; f32 and f64 can be recomputed"),
    };
    tell(args, &run, &outcome)
}

fn tell(args: &VerifyArgs, run: &RunLedger, outcome: &Outcome) -> Result<()> {
    if args.json {
        writeln!(std::io::stdout(), "{}", serde_json::to_string(outcome)?)?;
    }
    let Some(Difference { step, line, what, log, recomputed, .. }) = &outcome.difference else {
        if !args.json {
            let Outcome { first_step, last_step, steps_compared, .. } = outcome;
            let name = &run.run;
            writeln!(
                std::io::stdout(),
                "run «{name}» agrees with its log to the bit: {steps_compared} steps compared, {first_step} to {last_step}"
            )?;
        }
        return Ok(());
    };
    bail!(
        "the log parts from the computation at step {step} (line {line}): {what} is {log}, computed {recomputed}"
    )
}

fn verify<T: Real>(
    args: &VerifyArgs,
    log: &mut OpenLog,
    run: &RunLedger,
    header: &HeaderRecord,
) -> Result<Outcome> {
    let (train, dev) = data_set::<T>(args, header)?;
    let recipe = Recipe::try_from(&header.recipe).context("the log's recipe can't be used")?;
    let mut trainer = Trainer::new(recipe, Arc::new(train))?;
    let from = args.from.unwrap_or_else(|| run.steps.at_or_after(0).map_or(0, |place| place.step));
    let to = args.to.unwrap_or(u64::MAX);
    start_at(log, run, header, &mut trainer, from)?;
    let every = header.every_steps.unwrap_or(1);
    let rows: Option<Vec<usize>> =
        header.watched.as_ref().map(|watched| watched.rows.iter().map(|row| *row as usize).collect());
    let n_train = trainer.train_set().n_examples();
    if rows.iter().flatten().any(|row| *row >= n_train) {
        bail!("the log watches examples beyond the data set's {n_train}: it is of other data");
    }
    let mut recorder = Recorder::new(&trainer, dev, every, rows.as_deref());
    let places: Vec<StepPlace> =
        run.steps.iter().filter(|place| (from..=to).contains(&place.step)).copied().collect();
    let mut outcome = Outcome {
        agrees: true,
        first_step: from,
        last_step: from,
        steps_compared: 0,
        steps_recomputed: 0,
        difference: None,
    };
    let began_at = trainer.step_count();
    for place in places {
        let recomputed = advance(&mut recorder, &mut trainer, run, place.step)?;
        outcome.steps_recomputed = trainer.step_count() - began_at;
        let logged = match log.record(place.place, place.n_bytes)?.0 {
            Record::Step(step) => *step,
            _ => bail!("line {} is no step any more: the log changed while it was read", place.place.line),
        };
        outcome.steps_compared += 1;
        outcome.last_step = place.step;
        let difference = difference(&logged, &recomputed, trainer.recipe().layers.len());
        if let Some((what, log, recomputed)) = difference {
            let (step, line, byte) = (place.step, place.place.line, place.place.byte);
            outcome.difference = Some(Difference { step, line, byte, what, log, recomputed });
            outcome.agrees = false;
            break;
        }
    }
    if outcome.steps_compared == 0 {
        bail!("the log has no step between {from} and {to}: nothing was compared");
    }
    Ok(outcome)
}

/// The data set as the run saw it; refuses another one.
fn data_set<T: Real>(args: &VerifyArgs, header: &HeaderRecord) -> Result<(DataSet<T>, Option<DataSet<T>>)> {
    let origin = header.origin.as_ref().context("the log doesn't say how its data set was prepared")?;
    let is_given = !args.data.is_empty();
    let data = match (is_given, origin.is_builtin) {
        (true, _) => args.data.clone(),
        (false, true) => vec![origin.name.clone()],
        (false, false) => bail!("the run trained on «{}»: give that file to --data", origin.name),
    };
    let made = origin.made;
    let data_args = DataArgs {
        seed: made.map_or(1, |made| made.seed),
        examples: made.map_or(500, |made| made.n_examples),
        noise: made.map(|made| made.noise),
        ..DataArgs::of(data)
    };
    let plan: ImportPlan = serde_json::from_value(origin.plan.clone())
        .context("the log's plan of the data set can't be read by this version")?;
    let options = args.read.over(plan.reading.clone());
    let table = if is_given {
        data::read_as(&data_args, &options)?
    } else {
        data::read_builtin(&data_args, &options)?
    };
    let prepared = prepare::<T>(&table, &plan)
        .with_context(|| format!("«{}» can't be prepared as the log says", data_args.first()))?;
    let found = data_digest(&prepared.train, prepared.dev.as_ref());
    if found != origin.digest {
        bail!(
            "«{}» is not the data set of the run: its digest is {found:016x}, the log has {:016x} for «{}»",
            data_args.first(),
            origin.digest,
            origin.name
        );
    }
    Ok((prepared.train, prepared.dev))
}

/// Brings the trainer to the nearest checkpoint at or before a step, or leaves it at the recipe's start.
fn start_at<T: Real>(
    log: &mut OpenLog,
    run: &RunLedger,
    header: &HeaderRecord,
    trainer: &mut Trainer<T>,
    from: u64,
) -> Result<()> {
    // The start needs no checkpoint, and a run compared from its start needs none that its own end made.
    let must = !header.has_recipes_start;
    if from == 0 && !must {
        return Ok(());
    }
    // The step of a checkpoint is compared by the step after it: its own record needs the step before.
    let before = if must && from == 0 { 0 } else { from.saturating_sub(1) };
    for (step, checkpoint) in run.checkpoints.range(..=before).rev() {
        match log.checkpoint(checkpoint) {
            Ok(bytes) => {
                let snapshot = from_safetensors::<T>(&bytes)
                    .with_context(|| format!("the checkpoint of step {step} can't be read"))?;
                if snapshot.digest() != checkpoint.value.digest {
                    bail!(
                        "the checkpoint of step {step} is not the one that the log names: its digest differs"
                    );
                }
                return Ok(trainer.restore(&snapshot)?);
            }
            Err(error) => crate::note(&format!("note: {error:#}; an earlier one is taken")),
        }
    }
    if must {
        bail!("the run's start weights came from a file, and the log has no checkpoint of them");
    }
    Ok(())
}

/// Computes up to a step, with the changes of settings that were made on the way.
fn advance<T: Real>(
    recorder: &mut Recorder<T>,
    trainer: &mut Trainer<T>,
    run: &RunLedger,
    step: u64,
) -> Result<LoggedStep> {
    if trainer.step_count() == step {
        return Ok(recorder.start(trainer));
    }
    loop {
        let now = trainer.step_count();
        for change in run.changes.iter().filter(|change| change.value.step == now) {
            let recipe = Recipe::try_from(&change.value.recipe)?;
            for change in [
                RecipeChange::LearningRate(recipe.learning_rate),
                RecipeChange::Decay(recipe.decay),
                RecipeChange::L2Penalty(recipe.l2_penalty),
                RecipeChange::Dropout(recipe.dropout),
            ] {
                trainer.set(change)?;
            }
        }
        let computed = recorder.step(trainer, now + 1 == step);
        let computed = computed.with_context(|| format!("step {} can't be recomputed", now + 1))?;
        if let Some(computed) = computed.filter(|computed| computed.record.head.step == step) {
            return Ok(computed);
        }
    }
}

/// The first number that differs: its name, in the log, recomputed.
fn difference(log: &LoggedStep, computed: &LoggedStep, n_hidden: usize) -> Option<(String, String, String)> {
    let (a, b) = (&log.record.head, &computed.record.head);
    let hex = |digest: u64| format!("{digest:016x}");
    if a.digest != b.digest {
        return Some(("the digest of the parameters".to_owned(), hex(a.digest), hex(b.digest)));
    }
    let units = log.record.layers.iter().zip(&computed.record.layers).enumerate();
    for (layer_idx, (a, b)) in units {
        let layer = if layer_idx == n_hidden { "output".to_owned() } else { (layer_idx + 1).to_string() };
        for quantity in Quantity::ALL {
            let pairs = a.get(quantity).iter().zip(b.get(quantity)).enumerate();
            for (unit_idx, (a, b)) in pairs {
                // What is not finite stands as null in the log, what a writer left out is not known.
                if a.to_bits() != b.to_bits() && !a.is_nan() {
                    let what = format!("{} of layer {layer}, unit {}", quantity.as_str(), unit_idx + 1);
                    return Some((what, a.to_string(), b.to_string()));
                }
            }
        }
    }
    let scores = |step: &LoggedStep| {
        let head = step.record.head;
        (head.epoch, head.learning_rate, head.batch_cost, head.train, head.dev, step.scored_step)
    };
    // Begun at a checkpoint, the scores of an earlier step are not known.
    let is_scored = !computed.record.head.train.cost.is_nan();
    let differs = (is_scored && scores(log) != scores(computed)) || log.watched != computed.watched;
    differs
        .then(|| ("the scores".to_owned(), format!("{:?}", scores(log)), format!("{:?}", scores(computed))))
}
