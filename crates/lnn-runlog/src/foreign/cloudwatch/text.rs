//! Messages in lines of text, with a time before each or none. In: chunks. Out: messages.
//!
//! `2026-11-22T11:52:39.000Z <message>` in an export; `2026-11-22T11:52:39.123000+00:00 <stream> <message>` from
//! `aws logs tail`; a line without a time goes on with the message before.

use super::{Message, MessageSink, Problem};
use crate::index::Place;
use crate::line::LineError;
use crate::lines::Lines;

/// Cuts text into messages.
pub struct TextMessages {
    lines: Lines,
    is_timed: bool,
    problems: Vec<Problem>,
}

impl TextMessages {
    pub(super) fn new(is_timed: bool) -> Self {
        Self { lines: Lines::new(0), is_timed, problems: Vec::new() }
    }

    pub(super) fn push(&mut self, chunk: &[u8], sink: &mut MessageSink<'_>) {
        let Self { lines, is_timed, problems } = self;
        lines.push(chunk, &mut |place, line| give(*is_timed, place, line, problems, sink));
    }

    pub(super) fn finish(&mut self, sink: &mut MessageSink<'_>) -> Vec<Problem> {
        let Self { lines, is_timed, problems } = self;
        lines.finish(&mut |place, line| give(*is_timed, place, line, problems, sink));
        std::mem::take(problems)
    }
}

fn give(
    is_timed: bool,
    place: Place,
    line: Result<&[u8], LineError>,
    problems: &mut Vec<Problem>,
    sink: &mut MessageSink<'_>,
) {
    match line {
        Ok(line) => {
            let text = String::from_utf8_lossy(line);
            let text = if is_timed { without_time(&text) } else { &text };
            sink(Message { text: text.into(), line: place.line, byte: place.byte });
        }
        Err(error) if problems.len() < crate::MAX_LISTED => {
            problems.push(Problem { line: place.line, byte: place.byte, why: error.to_string() });
        }
        Err(_) => {}
    }
}

/// The message behind its time, and behind the name of its stream where the time has an offset, as `tail` writes it.
fn without_time(line: &str) -> &str {
    let Some(n_bytes) = time_bytes(line) else { return line };
    let (time, rest) = line.split_at(n_bytes);
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    match rest.split_once(' ') {
        Some((_, message)) if !time.ends_with('Z') => message,
        _ => rest,
    }
}

/// Bytes of the time that a line begins with: `2026-11-22T11:52:39`, a fraction, `Z` or an offset, then a blank.
pub(super) fn time_bytes(line: &str) -> Option<usize> {
    let time = line.split(' ').next()?;
    let matches = |pattern: &str| {
        let bytes = time.get(..pattern.len())?.bytes();
        bytes
            .zip(pattern.bytes())
            .all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                wanted => byte == wanted,
            })
            .then_some(pattern.len())
    };
    let fixed = matches("0000-00-00T00:00:00")?;
    let rest = time.get(fixed..)?;
    let rest =
        rest.strip_prefix('.').map_or(rest, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let is_zone = rest == "Z" || (rest.len() == 6 && rest.starts_with(['+', '-']));
    is_zone.then_some(time.len())
}
