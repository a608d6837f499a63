//! `results.json` of the project that came before LNN: the cost of each epoch, and when the run began and ended.
//!
//! In: the whole file. Out: a [`CurveLog`] with a curve for each quantity; its steps are epochs. Read next:
//! `results_json/visit.rs` for how JSON is read up to where it is torn.
//!
//! ```text
//! {"Start": "2018-03-01 10:11:12.131415", "epoch0": {"cost": 0.77}, "epoch1": {"cost": 0.71}, "End": "2018-03-01 10:12:09.5"}
//! ```

mod epochs;
mod resume;
mod text;
mod visit;

use self::epochs::Epochs;
use self::text::{SourceText, non_finite_blanked};
use super::curves::{CurveLog, shortened};

/// Larger files are refused.
pub const MAX_RESULTS_BYTES: usize = 64 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A file that is no `results.json`, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant's sentence is its documentation, each field appears in it")]
pub enum ResultsJsonError {
    #[error("the file is empty: choose the results.json that the training wrote")]
    Empty,
    #[error("the file has {n_bytes} bytes, the limit is {limit}: keep every tenth epoch, or split the file")]
    TooLarge { n_bytes: usize, limit: usize },
    #[error(
        "the file holds neither a \"Start\" nor an \"epoch0\": choose the results.json that the training wrote"
    )]
    NoResults,
}

/// Reads a file, as far as it is whole: what is torn or damaged is listed in [`CurveLog::problems`].
///
/// # Errors
/// It is no such file at all, or too large. A file that is cut right after its first key is one without curves.
pub fn read_results_json(bytes: &[u8]) -> Result<CurveLog, ResultsJsonError> {
    let (n_bytes, limit) = (bytes.len(), MAX_RESULTS_BYTES);
    if n_bytes > limit {
        return Err(ResultsJsonError::TooLarge { n_bytes, limit });
    }
    if bytes.trim_ascii().is_empty() {
        return Err(ResultsJsonError::Empty);
    }
    if !without_mark(bytes).trim_ascii_start().starts_with(b"{") {
        return Err(ResultsJsonError::NoResults);
    }
    let source = SourceText::new(bytes);
    let mut epochs = Epochs::default();
    visit::read(&source, &non_finite_blanked(bytes), &mut epochs);
    if epochs.is_empty() && !is_results(bytes) {
        return Err(ResultsJsonError::NoResults);
    }
    Ok(epochs.into_log())
}

/// Whether a file begins as a `results.json` does.
pub(super) fn is_results(first_bytes: &[u8]) -> bool {
    let text = without_mark(first_bytes).trim_ascii_start();
    let key = text.strip_prefix(b"{").and_then(|text| text.trim_ascii_start().strip_prefix(b"\""));
    let Some(key) = key else { return false };
    let end = memchr::memchr(b'"', key);
    let key = end.and_then(|end| key.get(..end)).and_then(|key| std::str::from_utf8(key).ok());
    key.is_some_and(|key| matches!(key, "Start" | "End") || epoch_number(key).is_some())
}

/// 12 of `epoch12`.
fn epoch_number(key: &str) -> Option<i64> {
    let digits = key.strip_prefix("epoch")?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)
}

/// `«cost» of epoch 7`.
fn member(key: &str, epoch: i64) -> String {
    format!("«{}» of epoch {epoch}", shortened(key))
}
