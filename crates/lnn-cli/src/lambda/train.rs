//! `lnn lambda train`: plan and recipe as `lnn train` makes them, and a run by functions.
//!
//! In: the options of `lnn train`. Out: a launched run, followed to its end; its log and parameters where they are asked for.
//! Read next: `upload.rs`, `follow.rs`, `../start.rs`.

use std::io::Write;

use anyhow::{Context, Result};
use lnn_core::{Real, Trainer};
use lnn_import::{ImportPlan, OpenOptions};
use lnn_lambda::messages::{LaunchData, LaunchRequest};
use lnn_runlog::{RecipeRecord, to_safetensors};
use serde_json::Value;

use super::api::Api;
use super::upload::{self, Load};
use super::{fetch, follow, place, runs};
use crate::args::{InitArg, Precision, TrainArgs};
use crate::data;
use crate::lambda_args::LambdaTrainArgs;
use crate::log::Place;
use crate::measure::EpochLine;
use crate::saved::check_folder;
use crate::start::Start;

pub fn run(args: &LambdaTrainArgs) -> Result<()> {
    match args.train.precision {
        Precision::F32 => train::<f32>(args),
        Precision::F64 => train::<f64>(args),
    }
}

fn train<T: Real>(args: &LambdaTrainArgs) -> Result<()> {
    // What can't be written at the end is said before the beginning.
    args.train.save.as_deref().map_or(Ok(()), check_folder)?;
    args.train.log.to.as_deref().map_or(Ok(()), Place::check)?;
    let api = place::api(&args.place)?;
    let start = Start::<T>::new(&args.train.data, &args.train.recipe)?;
    if !args.train.json && !args.detach {
        writeln!(std::io::stdout(), "{}", start.describe())?;
    }
    let trainer = Trainer::with_parameters(start.recipe.clone(), start.train.clone(), start.network.clone())?;
    let (launched, is_first) = upload::launch(&api, request(args, &start), &load(&args.train, &trainer)?)?;
    let run = launched.run.as_str();
    let is_told_twice = !launched.is_new && is_first;
    let how = if is_told_twice { "was launched before, by the same request" } else { "is launched" };
    crate::note(&format!("run «{run}» {how}, at {}", api.url()));
    if args.detach {
        writeln!(std::io::stdout(), "{run}")?;
        return Ok(());
    }
    let state = if args.train.json {
        follow::json(&api, run, &EpochLine::measure(0, &trainer, start.prepared.dev.as_ref())?)?
    } else {
        follow::bar(&api, run)?
    };
    // What a run that failed leaves is fetched, too.
    let is_fetched = fetched(&api, run, &args.train, &start);
    follow::good_end(run, &state).and(is_fetched)?;
    if args.train.json { Ok(()) } else { ended(&args.train, run, &state) }
}

/// What the launcher is asked for, but for what may be too large for it.
fn request<T: Real>(args: &LambdaTrainArgs, start: &Start<T>) -> LaunchRequest {
    let TrainArgs { data, epochs, log, .. } = &args.train;
    let (name, is_builtin) = data::name(data);
    // A part of a set that comes with lnn is uploaded as a set of its own.
    let is_builtin = is_builtin && !data.read.is_thinned();
    LaunchRequest {
        run: log.run.clone(),
        data: LaunchData {
            name,
            base64: None,
            key: None,
            is_builtin,
            made: data::made(data).filter(|_| is_builtin),
        },
        recipe: Some(RecipeRecord::from(&start.recipe)),
        // What is uploaded is the table as it was read.
        plan: Some(ImportPlan { reading: OpenOptions::default(), ..start.plan.clone() }),
        precision: T::NAME.to_owned(),
        epochs: *epochs,
        units_per_neuron: args.units_per_neuron.units(),
        every_steps: log.every,
        checkpoint_epochs: log.checkpoint,
        watched: log.watched,
        start: None,
        start_key: None,
    }
}

/// The data set's file, and the parameters of the file given to `--init`, with the optimizer at its beginning.
fn load<T: Real>(args: &TrainArgs, trainer: &Trainer<T>) -> Result<Load> {
    let start = match args.recipe.init {
        InitArg::File(_) => Some(to_safetensors(&trainer.snapshot())?),
        InitArg::Rule(_) => None,
    };
    Ok(Load { data: data::bytes(&args.data)?, start })
}

/// What `--log` and `--save` ask for.
fn fetched<T: Real>(api: &Api, run: &str, args: &TrainArgs, start: &Start<T>) -> Result<()> {
    let remedy = || format!("the run is over: try «lnn lambda fetch {run} DIR»");
    if let Some(to) = &args.log.to {
        fetch::log_alone(api, run, to).with_context(remedy)?;
    }
    if let Some(path) = &args.save {
        fetch::newest_parameters(api, run, path, &start.recipe, &start.prepared).with_context(remedy)?;
    }
    Ok(())
}

fn ended(args: &TrainArgs, run: &str, state: &Value) -> Result<()> {
    let mut out = std::io::stdout();
    if let Some(words) = follow::result_in_words(state) {
        writeln!(out, "{words}")?;
    }
    writeln!(out, "{}", runs::in_words(state))?;
    if args.save.is_none() && args.log.to.is_none() {
        writeln!(out, "get its log and parameters with «lnn lambda fetch {run} DIR»")?;
    }
    Ok(())
}
