//! The LNN page and its worker: one Yew application over records, one Web Worker over the engine.
//!
//! | module | what it is |
//! |---|---|
//! | [`protocol`], [`frame`], [`bulk`] | every message between page and workers |
//! | [`engine`] | the trainer behind the page: commands in, frames out; runs on any target |
//! | [`state`] | the page's one state and its reducer |
//! | [`page`] | the views; functions of the state |
//! | [`workers`] | the two roles of the worker's script: trainer and loader |
//!
//! Read next: `protocol.rs`.

pub mod bulk;
pub mod engine;
pub mod frame;
pub mod page;
pub mod protocol;
pub mod state;
pub mod workers;
