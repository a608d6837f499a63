//! `results.json` of LNN's ancestor: the cost of every epoch, and when the run began and ended.
//!
//! ```text
//! {"Start": "2018-03-01 10:11:12.131415", "epoch0": {"cost": 0.77}, "epoch1": {"cost": 0.76}, …, "End": "2018-03-03 …"}
//! ```
//!
//! In: the file's bytes, perhaps cut. Out: a [`CurveLog`] with a curve for each number of an epoch. Read next: `curves.rs`.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::curves::{CurveLog, CurvePoint};

/// A larger file is none that the ancestor wrote.
const MAX_BYTES: usize = 64 << 20;

/// A file that is no `results.json`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResultsJsonError {
    /// Too large.
    #[error("the file has {found} bytes, a results.json at most {}", MAX_BYTES)]
    TooLarge {
        /// Its bytes.
        found: usize,
    },
    /// No epoch in it.
    #[error("there is no \"epoch0\": {{…}} in the file ({0}): it is no results.json of a training")]
    NoEpochs(String),
}

/// Reads a `results.json`; of a cut one everything before the cut.
///
/// # Errors
/// It is none.
pub fn read_results_json(bytes: &[u8]) -> Result<CurveLog, ResultsJsonError> {
    if bytes.len() > MAX_BYTES {
        return Err(ResultsJsonError::TooLarge { found: bytes.len() });
    }
    let mut entries = Vec::new();
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let failure = Entries(&mut entries).deserialize(&mut json).and_then(|()| json.end()).err();
    let mut log = CurveLog::default();
    let mut names = HashSet::new();
    for (name, value) in &entries {
        if !names.insert(name.as_str()) {
            log.problem(None, 0, format!("\"{name}\" is there twice: the last one counts"));
        }
        match (name.as_str(), epoch_of(name), value) {
            ("Start", _, Value::String(time)) => log.began_ms = time_ms(time),
            ("End", _, Value::String(time)) => log.ended_ms = time_ms(time),
            (_, Some(epoch), Value::Object(members)) => add_epoch(&mut log, epoch, members),
            _ => {
                let why = format!("\"{name}\" is neither Start, End nor an epoch: it is left out");
                log.problem(None, 0, why);
            }
        }
    }
    let why = failure.as_ref().map_or("it is whole".to_owned(), ToString::to_string);
    if log.curves.is_empty() {
        return Err(ResultsJsonError::NoEpochs(why));
    }
    if let Some(failure) = failure {
        let line = failure.line() as u64;
        log.problem(Some(line), byte_of(bytes, &failure), format!("{why}: everything before is shown"));
    }
    log.lacks = lacks(&log);
    log.tell_thinned();
    Ok(log)
}

fn lacks(log: &CurveLog) -> Vec<String> {
    let mut lacks = vec![
        "This log holds costs by epoch only: no activations, gradients or weights of any unit were recorded.".to_owned(),
        "It has neither recipe nor checkpoints, so nothing can be computed again; train with lnn to see inside.".to_owned(),
    ];
    if log.ended_ms.is_none() {
        lacks.push("It has no End: the training was going on, or was cut off.".to_owned());
    }
    lacks
}

fn add_epoch(log: &mut CurveLog, epoch: i64, members: &serde_json::Map<String, Value>) {
    let text_time = members.values().filter_map(Value::as_str).find_map(time_ms);
    for (name, value) in members {
        let number = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        if let Some(value) = number {
            // A second value of the same epoch takes the place of the first: it stood later in the file.
            log.add_value(name, CurvePoint { step: epoch, time_ms: text_time, value });
        }
    }
}

fn epoch_of(name: &str) -> Option<i64> {
    let digits = name.strip_prefix("epoch")?.trim_start_matches(['_', ' ']);
    digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Milliseconds since 1970 of `2018-03-01 10:11:12.131415`, taken as UTC.
pub(super) fn time_ms(text: &str) -> Option<f64> {
    let (date, time) = text.trim().split_once([' ', 'T'])?;
    let mut date = date.splitn(3, '-').map(str::parse::<i64>);
    let (year, month, day) = (date.next()?.ok()?, date.next()?.ok()?, date.next()?.ok()?);
    let mut time = time.trim_end_matches('Z').splitn(3, ':').map(str::parse::<f64>);
    let (hours, minutes, seconds) = (time.next()?.ok()?, time.next()?.ok()?, time.next()?.ok()?);
    if !((1..=12).contains(&month) && (1..=31).contains(&day) && (1..=9999).contains(&year)) {
        return None;
    }
    // Days since 1970 by Howard Hinnant's `days_from_civil`: years begin in March.
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let days =
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(((days as f64 * 24.0 + hours) * 60.0 + minutes) * 60_000.0 + seconds * 1000.0)
}

/// The byte where JSON was no longer right.
fn byte_of(bytes: &[u8], failure: &serde_json::Error) -> u64 {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').take(failure.line().saturating_sub(1));
    let before: usize = lines.map(<[u8]>::len).sum();
    ((before + failure.column()) as u64).saturating_sub(1)
}

/// Keeps what was read before an error.
struct Entries<'a>(&'a mut Vec<(String, Value)>);

impl<'de> DeserializeSeed<'de> for Entries<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with an entry for each epoch")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(entry) = map.next_entry()? {
            self.0.push(entry);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"{"Start": "2018-03-01 10:11:12.131415",
"epoch0": {"cost": 0.771749, "at": "2018-03-01 10:12:00.5"}, "epoch10": {"cost": "0.5"},
"epoch1": {"cost": 0.7600001, "accuracy": 1}, "End": "2018-03-03 00:00:00.0"}"#;

    fn costs(log: &CurveLog) -> Vec<(i64, f64)> {
        log.curves["cost"].points.iter().map(|point| (point.step, point.value)).collect()
    }

    #[test]
    fn costs_and_times_are_read_in_the_order_of_epochs() {
        let log = read_results_json(WHOLE.as_bytes()).unwrap();
        assert_eq!(costs(&log), [(0, 0.771_749), (1, 0.760_000_1), (10, 0.5)]);
        assert_eq!(log.began_ms, Some(1_519_899_072_131.415));
        assert_eq!(log.ended_ms, Some(1_520_035_200_000.0));
        assert_eq!(log.curves["cost"].points[0].time_ms, Some(1_519_899_120_500.0));
        assert_eq!(log.curves["accuracy"].points[0].value, 1.0);
        assert!(log.problems.is_empty() && log.lacks.len() == 2, "{log:?}");
    }

    #[test]
    fn a_cut_file_gives_what_was_whole_and_names_the_place() {
        for end in 0..WHOLE.len() {
            match read_results_json(&WHOLE.as_bytes()[..end]) {
                Ok(log) => {
                    let whole = [(0, 0.771_749), (1, 0.760_000_1), (10, 0.5)];
                    assert!(costs(&log).iter().all(|point| whole.contains(point)));
                    let problem = &log.problems[0];
                    assert!(problem.line.is_some() && problem.byte <= end as u64, "{problem:?}");
                }
                Err(error) => assert!(error.to_string().contains("no results.json"), "{error}"),
            }
        }
        let log = read_results_json(&WHOLE.as_bytes()[..WHOLE.len() - 60]).unwrap();
        assert_eq!((costs(&log).len(), log.problems[0].line), (2, Some(3)));
    }

    #[test]
    fn what_is_doubled_or_strange_is_said() {
        let text = r#"{"epoch0": {"cost": 1}, "epoch0": {"cost": 2}, "colour": "red"}"#;
        let log = read_results_json(text.as_bytes()).unwrap();
        assert_eq!(costs(&log), [(0, 2.0)]);
        let told: Vec<&str> = log.problems.iter().map(|problem| problem.why.as_str()).collect();
        assert_eq!(told.len(), 2);
        assert!(told[0].contains("twice") && told[1].contains("colour"), "{told:?}");
        assert!(read_results_json(b"{\"a\": 1}").is_err() && read_results_json(b"[1]").is_err());
    }
}
