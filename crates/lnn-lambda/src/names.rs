//! Names of what a run leaves in the bucket.
//!
//! In: a run's name and numbers. Out: keys. Read next: `stores.rs`.

/// What the network sees: `inputs`, `targets`, `dev_inputs` or `dev_targets` of a prepared data set. Inputs are little-endian
/// numbers example by example, targets output by output.
pub fn prepared(digest: &str, part: &str) -> String {
    format!("prepared/{digest}/{part}")
}

/// Everything the functions need to know of a run.
pub fn job(run: &str) -> String {
    format!("runs/{run}/job.json")
}

/// The log's header and segment index.
pub fn run_index(run: &str) -> String {
    format!("runs/{run}/run.json")
}

/// A segment relative to the run's folder. Only the trainer with that token writes it: what an old one writes late stands
/// under a name that the registry does not list.
pub fn segment_file(idx: u64, token: u64) -> String {
    format!("log/{idx:06}-{token}.ndjson.gz")
}

/// A file of the run's folder.
pub fn in_folder(run: &str, file: &str) -> String {
    format!("runs/{run}/{file}")
}

/// A checkpoint relative to the run's folder.
pub fn checkpoint_file(step: u64) -> String {
    format!("checkpoints/{step:06}.safetensors")
}

/// A checkpoint.
pub fn checkpoint(run: &str, step: u64) -> String {
    format!("runs/{run}/{}", checkpoint_file(step))
}

/// A result: `summary.json`, `params.npz` or `params.safetensors`.
pub fn result(run: &str, file: &str) -> String {
    format!("training_results/{run}/{file}")
}

/// The parameters that predictions are made with: `params.npz` or `params.safetensors`.
pub fn predict_input(file: &str) -> String {
    format!("predict_input/{file}")
}

/// Where users' data sets go.
pub const TRAINING_INPUT: &str = "training_input/";
