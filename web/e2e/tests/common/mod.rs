//! Logs for the tests of replays, and what the page says of them.
#![allow(dead_code, reason = "each test program takes what it needs")]

pub mod api;
pub mod calls;
pub mod stack;

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use lnn_core::{Activation, BatchSize, Cost, DataSet, Recipe, Trainer};
use lnn_e2e::Lnn;
use lnn_import::{CsvImporter, ImportLimits, ImportPlan, Prepared, prepare};
use lnn_runlog::{
    DataOrigin, EndRecord, FORMAT, HeaderRecord, InvocationRecord, LogWriter, RecipeRecord, Record, Recorder,
    data_digest,
};

pub const GOLDEN: &[u8] = include_bytes!("../../../../crates/lnn-runlog/tests/golden/format1.ndjson.gz");
const STEPS: &str = include_str!("../../../../crates/lnn-runlog/tests/golden/format1.steps.csv");

/// The golden log's text: iris, 12 steps.
pub fn golden() -> Result<String> {
    let mut text = String::new();
    GzDecoder::new(GOLDEN).read_to_string(&mut text)?;
    Ok(text)
}

/// A file of this test run's own.
pub fn file(name: &str, bytes: impl AsRef<[u8]>) -> Result<PathBuf> {
    let folder = lnn_e2e::out_dir().join("logs");
    fs::create_dir_all(&folder)?;
    let path = folder.join(name);
    fs::write(&path, bytes)?;
    Ok(path)
}

/// The cost of a step as the golden table has it.
pub fn cost_of(step: usize) -> Result<f64> {
    let row = STEPS.lines().nth(step + 1).context("no such step")?;
    Ok(row.split(',').nth(6).context("no cost")?.parse()?)
}

pub fn bar(lnn: &Lnn) -> Result<String> {
    let text = lnn.page.evaluate("document.querySelector('aside[aria-label=Replay]')?.textContent ?? ''")?;
    Ok(text.as_str().unwrap_or_default().to_owned())
}

pub fn wait_for_bar(lnn: &Lnn, words: &str) -> Result<()> {
    lnn.page.wait(words, || Ok(bar(lnn)?.contains(words)))
}

pub fn wait_for_step(lnn: &Lnn, step: f64) -> Result<()> {
    lnn.page.wait(&format!("step {step}"), || Ok(lnn.number("Step").is_ok_and(|found| found == step)))
}

/// The settings of a run on the iris data.
pub struct IrisRun<'a> {
    pub name: &'a str,
    pub learning_rate: f64,
    pub batch_size: usize,
    pub n_epochs: u64,
    /// Milliseconds that a step took.
    pub step_ms: u64,
}

/// The log of a training that is done here.
pub fn iris(run: &IrisRun<'_>) -> Result<String> {
    iris_with(run, &|_, _| Vec::new())
}

/// The same with calls of functions that computed it: of step and time. Where there are some, its data set is a user's.
pub fn iris_with(run: &IrisRun<'_>, calls: &dyn Fn(u64, u64) -> Vec<InvocationRecord>) -> Result<String> {
    let has_calls = !calls(1, 0).is_empty();
    let mut importer = CsvImporter::new(ImportLimits::default());
    importer.push(include_bytes!("../../../data/iris.csv"))?;
    let table = importer.finish()?;
    let plan = ImportPlan::guess(&table);
    let prepared: Prepared<f32> = prepare(&table, &plan)?;
    let recipe = Recipe {
        layers: vec![6, 5],
        hidden: vec![Activation::Tanh; 2],
        output: Activation::Softmax,
        cost: Cost::CategoricalCrossEntropy,
        learning_rate: run.learning_rate,
        batch_size: BatchSize::Of(run.batch_size),
        ..Recipe::default()
    };
    let train: Arc<DataSet<f32>> = Arc::new(prepared.train.clone());
    let mut trainer = Trainer::new(recipe.clone(), train.clone())?;
    let origin = DataOrigin {
        name: if has_calls { "flowers.csv" } else { "iris" }.to_owned(),
        is_builtin: !has_calls,
        made: None,
        digest: data_digest(&train, prepared.dev.as_ref()),
        plan: serde_json::to_value(&plan)?,
    };
    let header = HeaderRecord {
        format: FORMAT,
        program: "test".to_owned(),
        precision: "f32".to_owned(),
        recipe: RecipeRecord::from(&recipe),
        has_recipes_start: true,
        data: prepared.info("iris"),
        origin: Some(origin),
        steps_per_epoch: trainer.steps_per_epoch(),
        first_step: 0,
        every_steps: Some(1),
        watched: None,
    };
    let mut writer = LogWriter::new(Vec::new(), run.name, "test");
    let mut recorder = Recorder::new(&trainer, prepared.dev, 1, None);
    let mut time_ms = 1_795_349_492_000;
    writer.write(&Record::Header(Box::new(header)), Some(time_ms))?;
    writer.write(&Record::Step(Box::new(recorder.start(&trainer))), Some(time_ms))?;
    let last = run.n_epochs * trainer.steps_per_epoch();
    while trainer.step_count() < last {
        let record = recorder.step(&mut trainer, false)?.context("every step is due")?;
        time_ms += run.step_ms;
        for call in calls(trainer.step_count(), time_ms) {
            writer.write(&Record::Invocation(call), Some(time_ms))?;
        }
        writer.write(&Record::Step(Box::new(record)), Some(time_ms))?;
    }
    let (epoch, digest) = (trainer.epoch(), trainer.network().digest());
    let end = EndRecord { step: last, epoch, digest, reason: "done".to_owned(), message: None };
    writer.write(&Record::End(end), Some(time_ms))?;
    Ok(String::from_utf8(writer.into_inner())?)
}
