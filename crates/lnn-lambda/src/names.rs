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

/// Where users' data sets go: each that arrives there starts a run.
pub const TRAINING_INPUT: &str = "training_input/";

/// Where the launcher puts what is too large for a request, until it is asked for. Nothing that arrives there starts a run.
pub const UPLOADS: &str = "uploads/";

/// Bytes of each part of an upload but the last, which has fewer. As base64 in an event it stays below Lambda's 6 MB.
pub const UPLOAD_PART_BYTES: usize = 4 << 20;

/// An upload, by the hexadecimal SHA-256 of its bytes.
pub fn upload(sha256: &str) -> String {
    format!("{UPLOADS}{sha256}")
}

/// A part of an upload, from 0.
pub fn upload_part(upload: &str, part_idx: usize) -> String {
    format!("{upload}/{part_idx:06}")
}
