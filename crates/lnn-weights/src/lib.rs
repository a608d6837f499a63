//! Weights in, weights out: a dense network read from the files of other programs, and written for them.
//!
//! ```text
//! bytes ──read──▶ DenseNetwork ──write──▶ bytes
//!        (npz, safetensors, LNN's JSON, ONNX, HDF5)      (npz, safetensors, JSON, ONNX, a NumPy program)
//! ```
//!
//! Nothing here opens a file: bytes come and go as slices, so the page's worker and the command line share all of it. A
//! broken file is a sentence with the place and the remedy ([`WeightsError`]), never a panic, and nothing is allocated for
//! what a file merely claims to hold. Read next: `network.rs`, `format.rs`, then one file for each format.

mod description;
mod error;
mod format;
mod hdf5;
mod json;
mod named;
mod network;
mod npy;
mod npz;
mod numbers;
mod onnx;
mod order;
mod program;
mod safetensors;

pub use description::Description;
pub use error::WeightsError;
pub use format::{Format, read, read_as, write};
pub use network::{DenseLayer, DenseNetwork, Precision};
