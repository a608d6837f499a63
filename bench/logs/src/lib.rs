//! Large run logs, for tests and benchmarks of everything that reads them.
//!
//! In: how long it shall be. Out: the log of a real training, the same bytes each time. `make.rs` trains and
//! writes, `data.rs` makes up what is learned. `bin/make_log.rs` is the command. Read next: [`make_log`].

mod data;
mod make;

pub use data::{N_CLASSES, N_FEATURES, TenClasses};
pub use make::{HIDDEN, LogSettings, Made, MakeError, make_log};
