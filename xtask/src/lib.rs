//! What other packages use of xtask: the static file server that `demo`, `e2e` and `bench` serve the built page with.
//!
//! The commands themselves start in `main.rs`.

pub mod serve;
