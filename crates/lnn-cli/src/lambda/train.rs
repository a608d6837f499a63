//! `lnn lambda train`: plan and recipe as `lnn train` makes them, and a run by functions.
//!
//! In: the options of `lnn train`. Out: a launched run, followed to its end by a progress bar. Read next: `runs.rs`,
//! `../start.rs`.

use std::io::Write;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use lnn_core::{Real, Trainer};
use lnn_lambda::messages::{LaunchData, LaunchRequest, Launched};
use lnn_runlog::{RecipeRecord, to_safetensors};
use serde_json::Value;

use super::api::Api;
use super::{place, runs};
use crate::args::{InitArg, Precision};
use crate::data;
use crate::lambda_args::LambdaTrainArgs;
use crate::start::Start;

/// A request has at most 6 MB, and base64 makes four bytes of three.
const MAX_DATA_BYTES: usize = 4_000_000;
/// Between two looks at a run.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Tries of a look before the address counts as gone.
const LOOK_TRIES: u32 = 60;

pub fn run(args: &LambdaTrainArgs) -> Result<()> {
    if args.log.to.is_some() {
        bail!(
            "a run by functions always has a log: leave --log away, and get it with «lnn lambda fetch RUN DIR»"
        );
    }
    let api = place::api(&args.place)?;
    let request = match args.precision {
        Precision::F32 => request::<f32>(args)?,
        Precision::F64 => request::<f64>(args)?,
    };
    let answer = api.post("/launch/runs", &serde_json::to_vec(&request)?)?.good()?;
    let launched: Launched = serde_json::from_slice(&answer.body)
        .context("the launcher's answer makes no sense: is this the address of a stack?")?;
    let how = if launched.is_new { "launched" } else { "was launched before, by the same request" };
    crate::note(&format!("run «{}» {how}, at {}", launched.run, api.url()));
    if args.detach {
        writeln!(std::io::stdout(), "{}", launched.run)?;
        return Ok(());
    }
    follow(&api, &launched.run)
}

/// What the launcher is asked for.
fn request<T: Real>(args: &LambdaTrainArgs) -> Result<LaunchRequest> {
    let start = Start::<T>::new(&args.data, &args.recipe)?;
    writeln!(std::io::stdout(), "{}", start.describe())?;
    let bytes = data::bytes(&args.data)?;
    if bytes.len() > MAX_DATA_BYTES {
        bail!(
            "the data set has {:.1} MB, a request at most {:.0}: upload it to training_input/ in the stack's bucket, which starts a run too",
            bytes.len() as f64 / 1e6,
            MAX_DATA_BYTES as f64 / 1e6
        );
    }
    let (name, is_builtin) = data::name(&args.data);
    let given = match args.recipe.init {
        InitArg::File(_) => Some(start_parameters(&start)?),
        InitArg::Rule(_) => None,
    };
    Ok(LaunchRequest {
        run: args.log.run.clone(),
        data: LaunchData {
            name,
            base64: Some(data_encoding::BASE64.encode(&bytes)),
            key: None,
            is_builtin,
            made: data::made(&args.data),
        },
        recipe: Some(RecipeRecord::from(&start.recipe)),
        plan: Some(start.plan),
        precision: T::NAME.to_owned(),
        epochs: args.epochs,
        units_per_neuron: args.units_per_neuron.units(),
        every_steps: args.log.every,
        checkpoint_epochs: args.log.checkpoint,
        watched: args.log.watched,
        start: given,
    })
}

/// The parameters of a file, with the optimizer at its beginning.
fn start_parameters<T: Real>(start: &Start<T>) -> Result<String> {
    let trainer = Trainer::with_parameters(start.recipe.clone(), start.train.clone(), start.network.clone())?;
    Ok(data_encoding::BASE64.encode(&to_safetensors(&trainer.snapshot())?))
}

/// Shows how far a run is until it ends, or until Ctrl-C, which leaves it running.
fn follow(api: &Api, run: &str) -> Result<()> {
    let interrupts = interrupts()?;
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} steps, {eta} left; {msg}")?);
    let last = loop {
        let state = runs::state(api, run, LOOK_TRIES)?;
        show(&bar, &state);
        if runs::is_over(&state) {
            break state;
        }
        match interrupts.recv_timeout(LOOK_EVERY) {
            Err(RecvTimeoutError::Timeout) => {}
            // Without whoever listens for Ctrl-C it ends us by itself: the look goes on.
            Err(RecvTimeoutError::Disconnected) => thread::sleep(LOOK_EVERY),
            Ok(()) => {
                bar.abandon();
                crate::note(&format!(
                    "run «{run}» goes on without us: follow it with «lnn lambda logs {run} --follow» or «lnn lambda status {run}», stop it with «lnn lambda cancel {run}»"
                ));
                return Ok(());
            }
        }
    };
    bar.finish_and_clear();
    ended(run, &last)
}

fn show(bar: &ProgressBar, state: &Value) {
    let number = |name: &str| state.get(name).and_then(Value::as_u64).unwrap_or_default();
    bar.set_length(number("last_step"));
    bar.set_position(number("step"));
    bar.set_message(state.get("status").and_then(Value::as_str).unwrap_or_default().to_owned());
}

fn ended(run: &str, state: &Value) -> Result<()> {
    if state.get("status").and_then(Value::as_str) == Some("failed") {
        let message = state.get("message").and_then(Value::as_str).unwrap_or("its log says more");
        bail!("run «{run}» failed: {message}");
    }
    let mut out = std::io::stdout();
    writeln!(out, "{}", runs::in_words(state))?;
    writeln!(out, "get its log and parameters with «lnn lambda fetch {run} DIR»")?;
    Ok(())
}

/// A word for each Ctrl-C.
fn interrupts() -> Result<Receiver<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (sender, receiver) = channel();
    thread::spawn(move || {
        runtime.block_on(async { while tokio::signal::ctrl_c().await.is_ok() && sender.send(()).is_ok() {} });
    });
    Ok(receiver)
}
