//! Logs that others write. `cloudwatch/`: LNN's own lines among those that a log service kept. `curves.rs`: what logs without
//! units come to; `results_json.rs` and `tensorboard/` read them.

pub mod cloudwatch;
