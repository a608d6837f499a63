//! Large run logs, for tests and benchmarks of everything that reads them.
//!
//! In: how long it shall be. Out: the log of a real training, the same bytes each time. `make.rs` trains and
//! writes, `data.rs` makes up what is learned. `read.rs` has all who read such a log in the benchmark. The commands are
//! `bin/make_log.rs` and `bin/read_log.rs`. Read next: [`make_log`].

mod data;
mod make;
mod read;

pub use data::{N_CLASSES, N_FEATURES, TenClasses};
pub use make::{HIDDEN, LogSettings, Made, MakeError, make_log};
pub use read::{Contestant, ReadError};
