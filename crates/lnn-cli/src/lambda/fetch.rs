//! `lnn lambda fetch`: everything of a run in a folder, as `lnn train --log DIR --save DIR/params.npz` would leave it.
//!
//! In: the log API. Out: a log that `lnn log verify` accepts, the data set, the newest parameters. Read next:
//! `../log/place.rs`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use lnn_core::{Real, Recipe, Trainer};
use lnn_import::{ImportPlan, prepare};
use lnn_runlog::{HeaderRecord, from_safetensors};
use ndarray_npy::WritableElement;
use serde_json::Value;

use super::api::Api;
use super::{place, runs};
use crate::data;
use crate::lambda_args::FetchArgs;
use crate::log::{Place, write_whole};
use crate::saved::{Saved, save};

pub fn run(args: &FetchArgs) -> Result<()> {
    let api = place::api(&args.place)?;
    let header: HeaderRecord = serde_json::from_value(api.get(&format!("{}/header", runs::path(&args.run)))?)
        .context("the run's header can't be read: is this lnn older than the stack?")?;
    let n_bytes = log(&api, args, &header)?;
    let newest = checkpoints(&api, args)?;
    let csv = data_set(&api, args, &header)?;
    let parameters = match &newest {
        Some(checkpoint) => match header.precision.as_str() {
            "f32" => Some(parameters::<f32>(&args.to, &header, checkpoint, &csv)?),
            "f64" => Some(parameters::<f64>(&args.to, &header, checkpoint, &csv)?),
            other => bail!("the run's precision is «{other}»; f32 and f64 can be read"),
        },
        None => None,
    };
    let mut out = std::io::stdout();
    writeln!(out, "«{}»: {:.1} MB of log", args.to.display(), n_bytes as f64 / 1e6)?;
    if let Some((path, step)) = parameters {
        writeln!(out, "«{}»: the parameters after {step} steps", path.display())?;
    }
    writeln!(out, "compute it again with «lnn log verify {} --data {}»", args.to.display(), csv.display())?;
    Ok(())
}

/// The log's lines; gives their bytes.
fn log(api: &Api, args: &FetchArgs, header: &HeaderRecord) -> Result<u64> {
    let path = format!("{}/log.ndjson", runs::path(&args.run));
    if [".ndjson", ".ndjson.gz"].iter().any(|end| args.to.to_string_lossy().ends_with(end)) {
        bail!("«{}»: a run is written to a new folder", args.to.display());
    }
    let mut place = Place::create(&args.to, &args.run, header)?;
    let style = ProgressStyle::with_template("{bar:30} {bytes} of {total_bytes}, {eta} left")?;
    let bar = ProgressBar::new(0).with_style(style);
    let (mut n_bytes, mut rest, mut generation) = (0, Vec::new(), None);
    loop {
        let part = api.part(&path, n_bytes)?;
        if generation.is_some() && part.generation != generation {
            bail!(
                "the last lines were written anew meanwhile: remove «{}» and fetch again",
                args.to.display()
            );
        }
        generation = part.generation;
        rest.extend_from_slice(&part.bytes);
        n_bytes += part.bytes.len() as u64;
        bar.set_length(part.n_bytes);
        bar.set_position(n_bytes);
        let whole = rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        for line in rest[..whole].split_inclusive(|byte| *byte == b'\n') {
            place.write_all(line).context("the log can't be written")?;
        }
        rest.drain(..whole);
        if part.bytes.is_empty() || n_bytes >= part.n_bytes {
            bar.finish_and_clear();
            place.finish().context("the log can't be written")?;
            return Ok(n_bytes);
        }
    }
}

/// Every checkpoint; gives the newest one's file.
fn checkpoints(api: &Api, args: &FetchArgs) -> Result<Option<PathBuf>> {
    let folder = format!("{}/checkpoints", runs::path(&args.run));
    let list = api.get(&folder)?;
    let list = list.get("checkpoints").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut steps: Vec<u64> = list.iter().filter_map(|one| one.get("step")?.as_u64()).collect();
    steps.sort_unstable();
    let mut newest = None;
    for step in steps {
        let name = format!("{step:06}.safetensors");
        let bytes = api.file(&format!("{folder}/{name}"))?;
        let path = args.to.join("checkpoints").join(&name);
        write_whole(&path, &bytes).with_context(|| format!("«{}» can't be written", path.display()))?;
        newest = Some(path);
    }
    Ok(newest)
}

/// The data set as it was uploaded.
fn data_set(api: &Api, args: &FetchArgs, header: &HeaderRecord) -> Result<PathBuf> {
    let bytes = api.file(&format!("{}/data", runs::path(&args.run)))?;
    // What a name says comes from elsewhere: it is a file in our folder and nothing else.
    let name = Path::new(&header.data.name).file_name().map_or_else(|| "data.csv".into(), PathBuf::from);
    let name = if name.extension().is_some() { name } else { name.with_extension("csv") };
    let path = args.to.join("data").join(name);
    let written = fs::create_dir_all(args.to.join("data")).and_then(|()| write_whole(&path, &bytes));
    written.with_context(|| format!("«{}» can't be written", path.display()))?;
    Ok(path)
}

/// The newest parameters as `lnn predict` wants them; gives their file and step.
fn parameters<T: Real + WritableElement>(
    folder: &Path,
    header: &HeaderRecord,
    checkpoint: &Path,
    csv: &Path,
) -> Result<(PathBuf, u64)> {
    let origin = header.origin.as_ref().context("the run doesn't say how its data set was prepared")?;
    let plan: ImportPlan = serde_json::from_value(origin.plan.clone())
        .context("the run's plan for its data set can't be read")?;
    let prepared = prepare::<T>(&data::read_file(csv)?, &plan)?;
    let recipe = Recipe::try_from(&header.recipe).context("the run's recipe can't be used")?;
    let saved = Saved::new::<T>(&recipe, &prepared.preparation);
    let mut trainer = Trainer::new(recipe, Arc::new(prepared.train))?;
    let snapshot = from_safetensors::<T>(&fs::read(checkpoint)?)
        .with_context(|| format!("«{}» can't be read", checkpoint.display()))?;
    trainer.restore(&snapshot)?;
    let path = folder.join("params.npz");
    save(&path, trainer.network(), &saved)?;
    Ok((path, snapshot.step))
}
