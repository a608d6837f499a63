//! What leaves the page besides a log: weights for other tools, the data set as it is trained on, a whole session.
//!
//! In: a [`SaveOrder`]. Out: a [`SavedFile`]. Read next: `save.rs` for the log; `lnn_weights` for the formats.

use std::io::{Cursor, Write};

use lnn_core::{Snapshot, Trainer};
use lnn_import::formats::{read_prepared, write_prepared};
use lnn_import::{ImportLimits, Preparation};
use lnn_weights::{DenseNetwork, Format};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::protocol::{DataArrays, TrainingData};
use crate::save::{SaveOrder, SavedFile, file_stem};
use crate::start::{Splits, recipe, splits};

/// The log in a session.
const LOG: &str = "log/000000.ndjson.gz";
/// The data set in a session, as an .npz of both splits.
pub const SESSION_DATA: &str = "data.npz";
/// The settings in a session, for people.
const RECIPE: &str = "recipe.json";
/// A session without its data set, where that is larger.
const MAX_DATA_BYTES: usize = 256 << 20;

/// The parameters under the cursor, in one of [`Format::WRITTEN`] by its name.
///
/// # Errors
/// A sentence: the format is none, or can't hold the network.
pub fn weights(order: &SaveOrder, format: &str) -> Result<SavedFile, String> {
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let format: Format = format.parse()?;
    let Splits { train, info, .. } = splits(&order.data).map_err(|error| said(&error))?;
    let recipe = recipe(&order.outline.recipe).map_err(|error| said(&error))?;
    let mut trainer = Trainer::new(recipe, train).map_err(|error| said(&error))?;
    let snapshot = Snapshot::from_bytes(&order.outline.now.snapshot).map_err(|error| said(&error))?;
    trainer.restore(&snapshot).map_err(|error| said(&error))?;
    let preparation: Option<Preparation> = match &order.data {
        TrainingData::Arrays(arrays) => serde_json::from_str(&arrays.preparation).ok(),
        TrainingData::Synthetic(_) => None,
    };
    let network = DenseNetwork::trained(trainer.network(), preparation).map_err(|error| said(&error))?;
    let stem = file_stem(order, &info);
    let bytes = lnn_weights::write(&network, format, &stem).map_err(|error| said(&error))?;
    let (file_name, step) = (format!("{stem}.{}", format.as_str()), snapshot.step);
    let sentence = format!("Saved {file_name}: the network {} at step {step}.", network.sizes());
    Ok(SavedFile { file_name, bytes, sentence })
}

/// Both splits, as they are trained on.
///
/// # Errors
/// A sentence: they can't be written.
pub fn data(order: &SaveOrder) -> Result<SavedFile, String> {
    let Splits { train, dev, info } = splits(&order.data).map_err(|error| error.to_string())?;
    let bytes = write_prepared(&train, dev.as_ref()).map_err(|error| error.to_string())?;
    let file_name = format!("{}-prepared.npz", file_stem(order, &info));
    let sentence = format!(
        "Saved {file_name}: {} examples to train on, {} held out, as the network sees them.",
        info.n_train, info.n_dev
    );
    Ok(SavedFile { file_name, bytes, sentence })
}

/// A log with its data set and its settings, in one archive.
///
/// # Errors
/// A sentence: it can't be written.
pub fn session(order: &SaveOrder, log: &SavedFile) -> Result<SavedFile, String> {
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let Splits { train, dev, info } = splits(&order.data).map_err(|error| said(&error))?;
    let data = write_prepared(&train, dev.as_ref()).map_err(|error| said(&error))?;
    let recipe = serde_json::to_vec_pretty(&order.outline.recipe).map_err(|error| said(&error))?;
    let has_data = data.len() <= MAX_DATA_BYTES;
    let mut members = vec![(LOG, log.bytes.as_slice()), (RECIPE, recipe.as_slice())];
    members.extend(has_data.then_some((SESSION_DATA, data.as_slice())));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // They are packed already, or small.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in members {
        zip.start_file(name, options).map_err(|error| said(&error))?;
        zip.write_all(bytes).map_err(|error| said(&error))?;
    }
    let bytes = zip.finish().map_err(|error| said(&error))?.into_inner();
    let file_name = format!("{}.lnn.zip", file_stem(order, &info));
    let what =
        if has_data { "log, settings and data set" } else { "log and settings; its data set is too large" };
    let sentence =
        format!("Saved {file_name}: {what}. Drop it on this page to see all of it again and go on.");
    Ok(SavedFile { file_name, bytes, sentence })
}

/// The data set of a session, from the bytes of its .npz.
///
/// # Errors
/// A sentence: it is broken, or of another shape than the log says.
pub(crate) fn session_data(info: &lnn_runlog::DataInfo, bytes: Vec<u8>) -> Result<TrainingData, String> {
    let read = read_prepared::<f32>(bytes, &ImportLimits::default());
    let (train, dev) = read.map_err(|error| error.to_string())?;
    let arrays = DataArrays::of(info.clone(), &train, dev.as_ref(), None, String::new());
    Ok(TrainingData::Arrays(arrays.into()))
}
