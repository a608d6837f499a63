//! From a request and a file to everything that a run needs.
//!
//! In: settings and bytes. Out: the job and the objects that functions read; or a sentence that says what is wrong. Read
//! next: `../job.rs`.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use lnn_core::{Activation, Cost, DataSet, Real, Recipe, Trainer};
use lnn_import::{
    CsvImporter, ImportLimits, ImportPlan, Prepared as PreparedData, Table, Task, prepare as import,
};
use lnn_runlog::{DataOrigin, HeaderRecord, data_digest, from_safetensors, to_safetensors, watched_rows};

use super::LaunchError;
use crate::job::{Job, NeuronJob};
use crate::messages::LaunchRequest;
use crate::names;
use crate::values::to_bytes;

const PROGRAM: &str = concat!("lnn-lambda ", env!("CARGO_PKG_VERSION"));

/// A function's memory is smaller than a terminal's.
pub(super) const LIMITS: ImportLimits = ImportLimits {
    n_bytes: 1 << 30,
    n_columns: 20_000,
    n_cells: 100_000_000,
    cell_bytes: 1 << 16,
    n_texts: 100_000,
    text_bytes: 1 << 28,
};

/// A run ready to be registered.
pub(super) struct Prepared {
    pub job: Job,
    /// Keys and bytes, all functions of the request.
    pub objects: Vec<(String, Vec<u8>)>,
}

pub(super) fn prepare(run: &str, request: &LaunchRequest, bytes: &[u8]) -> Result<Prepared, LaunchError> {
    let refused =
        |error: &dyn std::fmt::Display| LaunchError::Refused(format!("«{}»: {error}", request.data.name));
    let table = read(bytes).map_err(|error| refused(&error))?;
    let plan = request.plan.clone().unwrap_or_else(|| ImportPlan::guess(&table));
    match request.precision.as_str() {
        "f32" => typed::<f32>(run, request, bytes, &table, &plan),
        "f64" => typed::<f64>(run, request, bytes, &table, &plan),
        other => Err(LaunchError::Refused(format!("the precision is «{other}», possible are f32 and f64"))),
    }
}

fn read(bytes: &[u8]) -> Result<Table, lnn_import::ImportError> {
    LIMITS.check_held(bytes.len() as u64)?;
    let mut importer = CsvImporter::new(LIMITS);
    for chunk in bytes.chunks(1 << 20) {
        importer.push(chunk)?;
    }
    importer.finish()
}

fn typed<T: Real>(
    run: &str,
    request: &LaunchRequest,
    bytes: &[u8],
    table: &Table,
    plan: &ImportPlan,
) -> Result<Prepared, LaunchError> {
    let refused = |error: &dyn std::fmt::Display| LaunchError::Refused(error.to_string());
    let prepared: PreparedData<T> =
        import(table, plan).map_err(|error| refused(&format!("«{}»: {error}", request.data.name)))?;
    let recipe = match &request.recipe {
        Some(record) => Recipe::try_from(record).map_err(|error| refused(&error))?,
        None => sensible(plan),
    };
    let mut trainer =
        Trainer::new(recipe, Arc::new(prepared.train.clone())).map_err(|error| refused(&error))?;
    if let Some(text) = &request.start {
        let bytes = data_encoding::BASE64.decode(text.as_bytes()).map_err(|error| refused(&error))?;
        let snapshot = from_safetensors::<T>(&bytes).map_err(|error| refused(&error))?;
        trainer.restore(&snapshot).map_err(|error| refused(&error))?;
        if snapshot.step != 0 {
            return Err(refused(&format!(
                "the start parameters are of step {}, they must be of step 0",
                snapshot.step
            )));
        }
    }
    if request.epochs == 0 || request.units_per_neuron == Some(0) {
        return Err(refused(&"epochs and units per neuron must be at least 1"));
    }
    let job = job(run, request, plan, &prepared, &trainer)?;
    let mut objects = data_objects(&job, &prepared);
    let snapshot = to_safetensors(&trainer.snapshot()).context("the start parameters")?;
    objects.push((names::checkpoint(run, 0), snapshot));
    if kept_key(request).is_none() {
        objects.push((job.data_key.clone(), bytes.to_vec()));
    }
    let index =
        lnn_runlog::RunIndex { run: run.to_owned(), header: job.header.clone(), segments: Vec::new() };
    let index = index.to_json().context("the run's index")?;
    objects.push((names::run_index(run), index.into_bytes()));
    Ok(Prepared { job, objects })
}

/// Where the data set stays, if it stays where it is: uploads go, and what came with the request is nowhere yet.
fn kept_key(request: &LaunchRequest) -> Option<String> {
    request.data.key.clone().filter(|key| key.starts_with(names::TRAINING_INPUT))
}

/// The default recipe with the output and cost that go with the data.
fn sensible(plan: &ImportPlan) -> Recipe {
    let (output, cost) = match plan.task {
        Task::BinaryClassification => (Activation::Sigmoid, Cost::BinaryCrossEntropy),
        Task::Classification => (Activation::Softmax, Cost::CategoricalCrossEntropy),
        Task::Regression => (Activation::Identity, Cost::SquaredError),
    };
    Recipe { output, cost, ..Recipe::default() }
}

/// The data set as the network sees it: what neurons read. Inputs example by example, targets output by output.
fn data_objects<T: Real>(job: &Job, prepared: &PreparedData<T>) -> Vec<(String, Vec<u8>)> {
    let digest = &job.neuron.data_digest;
    let parts = |prefix: &str, split: &DataSet<T>| {
        let inputs = split.inputs().t();
        [
            (names::prepared(digest, &format!("{prefix}inputs")), to_bytes(inputs.iter())),
            (names::prepared(digest, &format!("{prefix}targets")), to_bytes(split.targets().iter())),
        ]
    };
    let dev = prepared.dev.iter().flat_map(|dev| parts("dev_", dev));
    parts("", &prepared.train).into_iter().chain(dev).collect()
}

fn job<T: Real>(
    run: &str,
    request: &LaunchRequest,
    plan: &ImportPlan,
    prepared: &PreparedData<T>,
    trainer: &Trainer<T>,
) -> Result<Job, LaunchError> {
    let created_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    let header = header(request, plan, prepared, trainer).context("the log's header")?;
    let digest = data_digest(&prepared.train, prepared.dev.as_ref());
    let neuron = NeuronJob {
        run: run.to_owned(),
        created_ms,
        recipe: header.recipe.clone(),
        precision: T::NAME.to_owned(),
        n_features: prepared.train.n_features(),
        n_outputs: prepared.train.n_outputs(),
        n_train: prepared.train.n_examples(),
        data_digest: format!("{digest:016x}"),
        units_per_neuron: request.units_per_neuron,
    };
    let data_key = kept_key(request);
    Ok(Job {
        run: run.to_owned(),
        created_ms,
        n_dev: prepared.dev.as_ref().map_or(0, DataSet::n_examples),
        last_step: request.epochs.saturating_mul(trainer.steps_per_epoch()),
        steps_per_epoch: trainer.steps_per_epoch(),
        every_steps: request.every_steps.max(1),
        checkpoint_epochs: request.checkpoint_epochs.unwrap_or_else(|| request.epochs.div_ceil(10)).max(1),
        watched_rows: header.watched.as_ref().map(|watched| watched.rows.clone()),
        start_digest: format!("{:016x}", trainer.network().digest()),
        data_key: data_key
            .unwrap_or_else(|| format!("runs/{run}/data/{}", request.data.name.replace('/', "-"))),
        header,
        neuron,
    })
}

fn header<T: Real>(
    request: &LaunchRequest,
    plan: &ImportPlan,
    prepared: &PreparedData<T>,
    trainer: &Trainer<T>,
) -> serde_json::Result<HeaderRecord> {
    let data = prepared.info(&request.data.name);
    let rows = request.watched.then(|| watched_rows(&prepared.train, data.task));
    let origin = DataOrigin {
        is_builtin: request.data.is_builtin,
        made: request.data.made,
        ..DataOrigin::of(&request.data.name, &prepared.train, prepared.dev.as_ref())
    };
    Ok(HeaderRecord::of(PROGRAM, trainer, data)
        .with_start(request.start.is_none())
        .with_origin(origin.planned(serde_json::to_value(plan)?))
        .every(request.every_steps.max(1))
        .watching(&prepared.train, rows.as_deref()))
}
