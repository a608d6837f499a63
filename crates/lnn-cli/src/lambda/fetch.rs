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
use lnn_import::{ImportPlan, Prepared, prepare};
use lnn_runlog::{HeaderRecord, from_safetensors};
use serde_json::Value;

use super::api::Api;
use super::{place, runs};
use crate::data;
use crate::lambda_args::FetchArgs;
use crate::log::{Place, write_whole};
use crate::saved::{Saved, save};

pub fn run(args: &FetchArgs) -> Result<()> {
    let (api, run, to) = (place::api(&args.place)?, args.run.as_str(), args.to.as_path());
    if [".ndjson", ".ndjson.gz"].iter().any(|end| to.to_string_lossy().ends_with(end)) {
        bail!("«{}»: a run is written to a new folder", to.display());
    }
    let header = header(&api, run)?;
    let n_bytes = lines(&api, run, to, &header)?;
    let newest = checkpoints(&api, run, to)?;
    let csv = data_set(&api, run, to, &header)?;
    let parameters = match &newest {
        Some(checkpoint) => match header.precision.as_str() {
            "f32" => Some(parameters::<f32>(to, &header, checkpoint, &csv)?),
            "f64" => Some(parameters::<f64>(to, &header, checkpoint, &csv)?),
            other => bail!("the run's precision is «{other}»; f32 and f64 can be read"),
        },
        None => None,
    };
    let mut out = std::io::stdout();
    writeln!(out, "«{}»: {:.1} MB of log", to.display(), n_bytes as f64 / 1e6)?;
    if let Some((path, step)) = parameters {
        writeln!(out, "«{}»: the parameters after {step} steps", path.display())?;
    }
    writeln!(out, "compute it again with «lnn log verify {} --data {}»", to.display(), csv.display())?;
    Ok(())
}

/// The log to a new folder, with its checkpoints, or to a file without them.
pub fn log_alone(api: &Api, run: &str, to: &Path) -> Result<()> {
    lines(api, run, to, &header(api, run)?)?;
    // A folder was made for it, a file was made as one.
    if to.is_dir() {
        checkpoints(api, run, to)?;
    } else {
        crate::note(
            "note: checkpoints are files of their own and are left out: give --log a folder to keep them",
        );
    }
    Ok(())
}

/// The newest parameters, as `lnn train --save` writes them.
pub fn newest_parameters<T: Real>(
    api: &Api,
    run: &str,
    path: &Path,
    recipe: &Recipe,
    prepared: &Prepared<T>,
) -> Result<()> {
    let step = *steps(api, run)?.last().context("the run has no checkpoint")?;
    let bytes = api.file(&format!("{}/checkpoints/{step:06}.safetensors", runs::path(run)))?;
    save_checkpoint(path, &bytes, recipe, prepared).map(drop)
}

fn header(api: &Api, run: &str) -> Result<HeaderRecord> {
    let value = api.get(&format!("{}/header", runs::path(run)))?;
    serde_json::from_value(value).context("the run's header can't be read: is this lnn older than the stack?")
}

/// The log's lines; gives their bytes.
fn lines(api: &Api, run: &str, to: &Path, header: &HeaderRecord) -> Result<u64> {
    let path = format!("{}/log.ndjson", runs::path(run));
    let mut place = Place::create(to, run, header)?;
    let style = ProgressStyle::with_template("{bar:30} {bytes} of {total_bytes}, {eta} left")?;
    let bar = ProgressBar::new(0).with_style(style);
    let (mut n_bytes, mut rest, mut generation) = (0, Vec::new(), None);
    loop {
        let part = api.part(&path, n_bytes)?;
        if generation.is_some() && part.generation != generation {
            bail!("the last lines were written anew meanwhile: remove «{}» and fetch again", to.display());
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

/// Steps with a checkpoint, ascending.
fn steps(api: &Api, run: &str) -> Result<Vec<u64>> {
    let list = api.get(&format!("{}/checkpoints", runs::path(run)))?;
    let list = list.get("checkpoints").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut steps: Vec<u64> = list.iter().filter_map(|one| one.get("step")?.as_u64()).collect();
    steps.sort_unstable();
    Ok(steps)
}

/// Every checkpoint; gives the newest one's file.
fn checkpoints(api: &Api, run: &str, to: &Path) -> Result<Option<PathBuf>> {
    let mut newest = None;
    for step in steps(api, run)? {
        let name = format!("{step:06}.safetensors");
        let bytes = api.file(&format!("{}/checkpoints/{name}", runs::path(run)))?;
        let path = to.join("checkpoints").join(&name);
        write_whole(&path, &bytes).with_context(|| format!("«{}» can't be written", path.display()))?;
        newest = Some(path);
    }
    Ok(newest)
}

/// The data set as it was uploaded.
fn data_set(api: &Api, run: &str, to: &Path, header: &HeaderRecord) -> Result<PathBuf> {
    let bytes = api.file(&format!("{}/data", runs::path(run)))?;
    // What a name says comes from elsewhere: it is a file in our folder and nothing else.
    let name = Path::new(&header.data.name).file_name().map_or_else(|| "data.csv".into(), PathBuf::from);
    let name = if name.extension().is_some() { name } else { name.with_extension("csv") };
    let path = to.join("data").join(name);
    let written = fs::create_dir_all(to.join("data")).and_then(|()| write_whole(&path, &bytes));
    written.with_context(|| format!("«{}» can't be written", path.display()))?;
    Ok(path)
}

/// The newest parameters as `lnn predict` wants them; gives their file and step.
fn parameters<T: Real>(
    folder: &Path,
    header: &HeaderRecord,
    checkpoint: &Path,
    csv: &Path,
) -> Result<(PathBuf, u64)> {
    let origin = header.origin.as_ref().context("the run doesn't say how its data set was prepared")?;
    let plan: ImportPlan = serde_json::from_value(origin.plan.clone())
        .context("the run's plan for its data set can't be read")?;
    let prepared = prepare::<T>(&data::read_text(csv, &plan.reading)?, &plan)?;
    let recipe = Recipe::try_from(&header.recipe).context("the run's recipe can't be used")?;
    let path = folder.join("params.npz");
    let bytes = fs::read(checkpoint).with_context(|| format!("«{}»", checkpoint.display()))?;
    let step = save_checkpoint(&path, &bytes, &recipe, &prepared)?;
    Ok((path, step))
}

/// Writes the parameters of a checkpoint; gives its step.
fn save_checkpoint<T: Real>(
    path: &Path,
    checkpoint: &[u8],
    recipe: &Recipe,
    prepared: &Prepared<T>,
) -> Result<u64> {
    let mut trainer = Trainer::new(recipe.clone(), Arc::new(prepared.train.clone()))?;
    let snapshot = from_safetensors::<T>(checkpoint).context("the newest checkpoint can't be read")?;
    trainer.restore(&snapshot)?;
    save(path, trainer.network(), &Saved::new::<T>(recipe, &prepared.preparation))?;
    Ok(snapshot.step)
}
