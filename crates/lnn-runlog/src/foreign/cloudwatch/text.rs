//! The forms of plain text: a time before the first line of each event.
//!
//! In: bytes. Out: messages. Lines without a time belong to the event before them. At most one line is held. Read next:
//! `time.rs`, then `json.rs` for the other forms.

use std::borrow::Cow;

use super::problems::{Problem, Problems, Why};
use super::scan::Spot;
use super::time::{Zone, stamp};
use super::{Message, MessageSink};
use crate::index::Place;
use crate::line::MAX_LINE_BYTES;
use crate::lines::Lines;

#[derive(Debug, Clone)]
pub(super) struct TextReader {
    lines: Lines,
    state: State,
}

/// What is known of the event that is being read.
#[derive(Debug, Clone)]
struct State {
    is_tail: bool,
    given_stream: Option<String>,
    stream: Option<String>,
    timestamp_ms: Option<i64>,
    problems: Problems,
}

/// The start of a line, and its text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head<'a> {
    pub timestamp_ms: i64,
    pub stream: Option<&'a str>,
    pub text: &'a str,
}

/// `2026-11-22T11:52:39.000Z message`. Any other number of digits is a time that the function itself printed.
pub(super) fn export_head(line: &str) -> Option<Head<'_>> {
    let stamp = stamp(line).filter(|stamp| stamp.zone == Zone::Utc && stamp.n_digits == 3)?;
    Some(Head { timestamp_ms: stamp.ms, stream: None, text: after_blank(stamp.rest)? })
}

/// `2026-11-22T11:52:39.123000+00:00 stream message`; with `--format short` `2026-11-22T11:52:39 message`.
pub(super) fn tail_head(line: &str) -> Option<Head<'_>> {
    let stamp = stamp(line)?;
    let rest = after_blank(stamp.rest)?;
    match (stamp.zone, stamp.n_digits) {
        (Zone::Offset, _) => {
            let (stream, text) = rest.split_once(' ').unwrap_or((rest, ""));
            Some(Head { timestamp_ms: stamp.ms, stream: Some(stream), text })
        }
        (Zone::None, 0) => Some(Head { timestamp_ms: stamp.ms, stream: None, text: rest }),
        _ => None,
    }
}

/// One blank stands between; more of them are the message's.
fn after_blank(rest: &str) -> Option<&str> {
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(' ') }
}

impl TextReader {
    pub(super) fn of_export(stream: Option<&str>) -> Self {
        Self::new(false, stream)
    }

    pub(super) fn of_tail(stream: Option<&str>) -> Self {
        Self::new(true, stream)
    }

    fn new(is_tail: bool, stream: Option<&str>) -> Self {
        let given_stream = stream.map(str::to_owned);
        let state = State {
            is_tail,
            stream: given_stream.clone(),
            given_stream,
            timestamp_ms: None,
            problems: Problems::default(),
        };
        Self { lines: Lines::new(0), state }
    }

    pub(super) fn push(&mut self, chunk: &[u8], sink: &mut MessageSink<'_>) {
        let Self { lines, state } = self;
        lines.push(chunk, &mut |place, line| state.take(place, line.ok(), sink));
    }

    pub(super) fn finish(&mut self, sink: &mut MessageSink<'_>) -> Vec<Problem> {
        let Self { lines, state } = self;
        lines.finish(&mut |place, line| state.take(place, line.ok(), sink));
        state.problems.take()
    }
}

impl State {
    fn take(&mut self, place: Place, line: Option<&[u8]>, sink: &mut MessageSink<'_>) {
        let Some(line) = line else {
            // Its time went by with it, and the lines behind it may be its own.
            self.timestamp_ms = None;
            self.stream.clone_from(&self.given_stream);
            let spot = Spot { line: place.line, byte: place.byte };
            self.problems.add(spot, &Why::TooLong(MAX_LINE_BYTES));
            return;
        };
        let line = if place.line == 1 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
        // A damaged text goes on as it can be read: whoever checks it will say what is wrong.
        let line = String::from_utf8_lossy(line);
        let head = if self.is_tail { tail_head(&line) } else { export_head(&line) };
        let text = match head {
            Some(Head { timestamp_ms, stream, text }) => {
                self.timestamp_ms = Some(timestamp_ms);
                self.set_stream(stream);
                text
            }
            None => line.as_ref(),
        };
        if !text.is_empty() {
            sink(Message {
                text: Cow::Borrowed(text),
                stream: self.stream.as_deref(),
                timestamp_ms: self.timestamp_ms,
                line: place.line,
                byte: place.byte,
            });
        }
    }

    fn set_stream(&mut self, stream: Option<&str>) {
        let stream = stream.or(self.given_stream.as_deref());
        if self.stream.as_deref() != stream {
            self.stream = stream.map(str::to_owned);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_another_form_belongs_to_the_message() {
        let text = |line: &'static str| export_head(line).map(|head| head.text);
        assert_eq!(text("2026-11-22T11:52:39.000Z  two blanks"), Some(" two blanks"));
        assert_eq!(text("2026-11-22T11:52:39.000Z"), Some(""));
        assert_eq!(text("2026-11-22T11:52:39.000Z\t8a24\tINFO\tx"), None);
        assert_eq!(text("2026-11-22T11:52:39Z x"), None);
        assert_eq!(text("2026-11-22T11:52:39.123456Z x"), None);
        let tail = |line: &'static str| tail_head(line).map(|head| (head.stream, head.text));
        assert_eq!(
            tail("2026-11-22T11:52:39.123000+00:00 a/[$LATEST]b c d"),
            Some((Some("a/[$LATEST]b"), "c d"))
        );
        assert_eq!(tail("2026-11-22T11:52:39+00:00 a"), Some((Some("a"), "")));
        assert_eq!(tail("2026-11-22T11:52:39 START x"), Some((None, "START x")));
        assert_eq!(tail("2026-11-22T11:52:39.000Z x"), None);
    }
}
