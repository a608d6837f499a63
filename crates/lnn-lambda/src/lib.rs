//! Neurons on AWS Lambda: launcher, trainer, neuron and log API, over traits for everything outside.
//!
//! ```text
//! data set ──launcher──▶ Job ──trainer──▶ calls ──neuron──▶ values by name        (docs/lambda.md says how this stays exact)
//!                                  │ commit: one script moves the cursor
//!                                  ▼
//!                    log segments, checkpoints, results ──log_api──▶ the page
//! ```
//!
//! Read next: `values.rs` and `job.rs`, then `neuron/mod.rs`, `trainer/mod.rs`.

pub mod access;
pub mod aws;
pub mod escapes;
pub mod http;
pub mod job;
pub mod launcher;
pub mod live;
pub mod log_api;
pub mod messages;
pub mod names;
pub mod neuron;
mod scored;
pub mod settings;
pub mod stores;
pub mod trainer;
mod travels;
pub mod values;
pub mod world;

/// An error as Lambda reports it: the whole chain of causes in one sentence.
pub fn function_error(error: &anyhow::Error) -> lambda_runtime::Diagnostic {
    lambda_runtime::Diagnostic { error_type: "LnnError".to_owned(), error_message: format!("{error:#}") }
}
