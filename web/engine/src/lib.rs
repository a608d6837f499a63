//! The trainer behind the page: commands in, frames out. It runs on any target; time enters through arguments.
//!
//! A crate of its own, because it is compiled for speed while the page is compiled for size.
//!
//! | file | what it is |
//! |---|---|
//! | `protocol.rs`, `loading.rs`, `frame.rs`, `bulk.rs` | every message between page and workers |
//! | `start.rs` | a run set up from a recipe and a data set |
//! | `run.rs` | steps, the cursor, time travel |
//! | `telling.rs` | what the page is told besides frames |
//! | `frames.rs` | everything that the views show at the cursor's step |
//! | `pace.rs` | how many steps are due |
//! | `moment.rs` | a network at a step with what its probes saw |
//! | `watch.rs` | which examples views show |
//! | `scores.rs` | cost and accuracy over whole splits, as often as they are affordable |
//! | `picture.rs` | tiles and edges |
//! | `inspect.rs` | the chosen unit, closely |
//! | `forecast.rs` | how long the next piece of work takes |
//! | `check.rs` | gradient check of a unit |
//! | `save.rs` | a run written down as a log |
//! | `files.rs` | weights, data set and session as files |
//! | `calls/` | the calls of functions that computed a step |
//! | `connect.rs` | the runs of a service |
//! | `element.rs` | what a worker describes and the page draws |
//! | `replay/`, `follow.rs` | a log played as if it were a run, and compared with it |
//!
//! Read next: `run.rs`.

#![allow(clippy::needless_pass_by_value, reason = "array views are passed by value")]

pub mod bulk;
pub mod calls;
mod check;
pub mod connect;
pub mod element;
pub mod files;
mod follow;
mod forecast;
pub mod frame;
mod frames;
mod inspect;
mod loading;
mod moment;
mod pace;
mod picture;
pub mod protocol;
pub mod replay;
mod run;
pub mod save;
mod scores;
mod start;
mod telling;
mod watch;

pub use run::Run;
