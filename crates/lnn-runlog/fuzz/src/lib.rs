//! What the fuzz targets have in common. In: bytes that a target was given. Out: what the readers made of them, and checks
//! that hold for any bytes.
//!
//! A target is a program of `fuzz_targets/`; `cargo xtask fuzz` builds and runs all of them. Read next: `outcome.rs`, then
//! `fuzz_targets/log.rs`.

pub mod data;
pub mod expected;
pub mod little_log;
pub mod memory;
pub mod outcome;
pub mod seals;
pub mod weights;
