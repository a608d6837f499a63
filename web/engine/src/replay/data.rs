//! The data set of a logged run: where it may be had, and whether one is it.
//!
//! In: a log's header, bytes of a file. Out: both splits as the run saw them.

use std::sync::Arc;

use lnn_import::formats::{self, InputFile};
use lnn_import::gallery::{self, Origin};
use lnn_import::{ImportLimits, ImportPlan, Prepared, prepare};
use lnn_runlog::{HeaderRecord, data_digest};

use crate::start::Splits;

/// Where a run's data set may be had.
#[derive(Debug, Clone, PartialEq)]
pub enum DataWish {
    /// It is made up: these are the bytes of its file.
    Made(Vec<u8>),
    /// It is shipped with the page under this file name.
    Shipped(&'static str),
    /// The user has it, under this name.
    Users(String),
}

impl DataWish {
    /// What would let a run be computed again.
    ///
    /// # Errors
    /// Nothing would; a sentence says why.
    pub(super) fn of(header: &HeaderRecord) -> Result<Self, String> {
        if header.precision != "f32" {
            return Err(format!("it was computed in {}, and this page computes in f32", header.precision));
        }
        let Some(origin) = &header.origin else {
            return Err("its log doesn't name its data set".to_owned());
        };
        let entry = gallery::find(&origin.name).filter(|_| origin.is_builtin);
        Ok(match (entry.map(|entry| entry.origin), origin.made) {
            (Some(Origin::Synthetic { kind, .. }), Some(made)) if made.n_examples <= MAX_MADE => {
                Self::Made(gallery::made_up(kind, made.n_examples, made.noise, made.seed).into_bytes())
            }
            (Some(Origin::File { file_name, .. }), _) => Self::Shipped(file_name),
            _ => Self::Users(origin.name.clone()),
        })
    }
}

/// Made-up examples that a page makes.
const MAX_MADE: usize = 100_000;

/// A file prepared as the log says.
pub(super) fn prepared(header: &HeaderRecord, bytes: &[u8]) -> Result<Splits, String> {
    let origin = header.origin.as_ref().ok_or("the log doesn't say how it was prepared")?;
    let file = InputFile { name: origin.name.clone(), bytes: bytes.to_vec() };
    let plan: ImportPlan = serde_json::from_value(origin.plan.clone())
        .map_err(|error| format!("the log's plan can't be read ({error})"))?;
    let table = formats::open(vec![file], &plan.reading, &ImportLimits::default());
    let table = table.map_err(|error| error.to_string())?;
    let prepared: Prepared<f32> = prepare(&table, &plan).map_err(|error| error.to_string())?;
    let info = prepared.info(&origin.name);
    Ok(Splits { train: Arc::new(prepared.train), dev: prepared.dev, info })
}

/// Whether a data set is the run's.
pub(super) fn check(header: &HeaderRecord, splits: &Splits) -> Result<(), String> {
    let origin = header.origin.as_ref().ok_or("its log doesn't name its data set")?;
    let found = data_digest(&splits.train, splits.dev.as_ref());
    if found == origin.digest {
        return Ok(());
    }
    Err(format!(
        "the data set at hand has the digest {found:016x}, the run's «{}» has {:016x}: drop that file to compute the run again",
        origin.name, origin.digest
    ))
}
