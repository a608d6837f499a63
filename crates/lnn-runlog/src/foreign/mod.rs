//! Logs that others write. `cloudwatch/`: LNN's own lines among those that a log service kept. `curves.rs`: what logs without
//! units come to; `results_json.rs` and `tensorboard/` read them.

pub mod cloudwatch;
mod curves;
mod results_json;
mod tensorboard;

pub use curves::{Bucket, Curve, CurveLog, CurvePoint, CurveProblem, Distribution, DistributionPoint};
pub use results_json::{ResultsJsonError, read_results_json};
pub use tensorboard::EventFileReader;

/// Logs without units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignKind {
    /// An event file of `TensorBoard`.
    TensorBoard,
    /// `results.json` of LNN's ancestor.
    ResultsJson,
}

/// What the first bytes of a file say; none where it is no log of these kinds.
pub fn sniff(first_bytes: &[u8]) -> Option<ForeignKind> {
    if tensorboard::is_event_file(first_bytes) {
        return Some(ForeignKind::TensorBoard);
    }
    let text = String::from_utf8_lossy(first_bytes.get(..first_bytes.len().min(4096)).unwrap_or_default());
    let key =
        text.trim_start().strip_prefix('{')?.trim_start().strip_prefix('"')?.split('"').next()?.to_owned();
    let digits = key.strip_prefix("epoch").unwrap_or_default();
    let is_epoch = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (key == "Start" || is_epoch).then_some(ForeignKind::ResultsJson)
}
