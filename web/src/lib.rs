//! The LNN page and its worker: one Yew application over records, one Web Worker over the engine.
//!
//! | module | what it is |
//! |---|---|
//! | [`protocol`], [`frame`], [`bulk`] | every message between page and workers, from the crate `lnn-engine` |
//! | [`state`] | the page's one state and its reducer |
//! | [`page`] | the views; functions of the state |
//! | [`workers`] | the workers: the trainer; the readers of data sets and of logs |
//!
//! Read next: `engine/src/protocol.rs`, `state.rs`.

pub mod page;
pub mod state;
pub mod workers;

pub use lnn_engine::{bulk, frame, protocol};
