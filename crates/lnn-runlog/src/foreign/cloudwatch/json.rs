//! Messages in JSON objects, one after the other in a file, of any size.
//!
//! In: chunks. Out: messages, as soon as the event that holds them is there: the elements of the arrays in a top-level object
//! are taken one by one, so that memory does not grow with the file. Where an object is broken or cut, reading goes on at the
//! next one that begins a line.

use std::io::Read;

use serde::Deserialize;

use super::{MessageSink, Problem, give_lines};
use crate::MAX_LINE_BYTES;

/// Bytes that all packed deliveries of a file may come to.
const MAX_UNPACKED_BYTES: u64 = 256 << 20;
/// What stands around the elements: names, tokens, or a packed delivery.
const MAX_OUTER_BYTES: usize = 64 << 20;

/// Finds messages in JSON objects.
#[derive(Default)]
pub struct JsonMessages {
    at: At,
    scan: Scan,
    /// The element that is being collected, and where it began.
    element: Option<(At, Vec<u8>)>,
    /// The top-level object without its elements, and where it began.
    outer: Vec<u8>,
    outer_at: At,
    problems: Vec<Problem>,
    n_unpacked: u64,
    is_packed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct At {
    line: u64,
    byte: u64,
    column: u64,
}

impl Default for At {
    fn default() -> Self {
        Self { line: 1, byte: 0, column: 0 }
    }
}

/// Where the scanner stands in the structure.
#[derive(Debug, Clone, Copy, Default)]
struct Scan {
    depth: u32,
    is_in_string: bool,
    is_escaped: bool,
    /// Whether what opened at depth 2 is an array: its elements are taken one by one.
    is_in_list: bool,
}

/// An event of any of the forms.
#[derive(Deserialize)]
struct Event {
    message: Option<String>,
    kinesis: Option<Packed>,
}

#[derive(Deserialize)]
struct Packed {
    data: String,
}

/// A top-level object of a delivery to a function.
#[derive(Deserialize)]
struct Outer {
    awslogs: Option<Packed>,
    status: Option<String>,
}

/// A cell of Logs Insights.
#[derive(Deserialize)]
struct Cell {
    field: Option<String>,
    value: Option<String>,
}

impl JsonMessages {
    pub(super) fn push(&mut self, chunk: &[u8], sink: &mut MessageSink<'_>) {
        for byte in chunk {
            self.take(*byte, sink);
            self.at.byte += 1;
            self.at.column += 1;
            if *byte == b'\n' {
                self.at.line += 1;
                self.at.column = 0;
            }
        }
    }

    pub(super) fn finish(&mut self, _: &mut MessageSink<'_>) -> Vec<Problem> {
        if self.scan.depth > 0 {
            self.give_up("the file ends within this object: it was cut");
        }
        std::mem::take(&mut self.problems)
    }

    fn take(&mut self, byte: u8, sink: &mut MessageSink<'_>) {
        let is_cut = self.scan.depth > 0
            && if self.scan.is_in_string { byte == b'\n' } else { byte == b'{' && self.at.column == 0 };
        if is_cut {
            self.give_up("the object is broken off: the next one is read");
        }
        let before = self.scan.depth;
        if before == 0 {
            if byte != b'{' {
                return;
            }
            self.outer_at = self.at;
            self.outer.clear();
        }
        self.follow(byte);
        let is_element = self.scan.is_in_list && (before > 2 || self.scan.depth > 2);
        if !is_element {
            self.outer.push(byte);
            if self.outer.len() > MAX_OUTER_BYTES {
                self.give_up("the object is too large to be one of CloudWatch Logs");
                return;
            }
        } else if before == 2 {
            self.element = Some((self.at, vec![byte]));
        } else if let Some((_, element)) = &mut self.element {
            element.push(byte);
            if element.len() > MAX_LINE_BYTES {
                self.give_up("an event is longer than any record");
                return;
            }
        }
        if is_element && self.scan.depth == 2 {
            self.outer.push(b'0');
            if let Some((at, element)) = self.element.take() {
                self.end_element(at, &element, sink);
            }
        }
        if before > 0 && self.scan.depth == 0 {
            self.end_outer(sink);
        }
    }

    fn follow(&mut self, byte: u8) {
        let scan = &mut self.scan;
        if scan.is_in_string {
            match byte {
                _ if scan.is_escaped => scan.is_escaped = false,
                b'\\' => scan.is_escaped = true,
                b'"' => scan.is_in_string = false,
                _ => {}
            }
            return;
        }
        match byte {
            b'"' => scan.is_in_string = true,
            b'{' | b'[' => {
                scan.depth += 1;
                if scan.depth == 2 {
                    scan.is_in_list = byte == b'[';
                }
            }
            b'}' | b']' => scan.depth = scan.depth.saturating_sub(1),
            _ => {}
        }
    }

    fn give_up(&mut self, why: &str) {
        let at = self.outer_at;
        self.problem(at, why.to_owned());
        self.scan = Scan::default();
        self.element = None;
        self.outer = Vec::new();
    }

    fn problem(&mut self, at: At, why: String) {
        if self.problems.len() < crate::MAX_LISTED {
            self.problems.push(Problem { line: at.line, byte: at.byte, why });
        }
    }

    fn end_element(&mut self, at: At, element: &[u8], sink: &mut MessageSink<'_>) {
        if element.starts_with(b"[") {
            match serde_json::from_slice::<Vec<Cell>>(element) {
                Ok(cells) => {
                    let is_message = |cell: &&Cell| cell.field.as_deref() == Some("@message");
                    let message = cells.iter().find(is_message).and_then(|cell| cell.value.as_deref());
                    give_lines(message.unwrap_or_default(), at.line, at.byte, sink);
                }
                Err(error) => self.problem(at, format!("a row of the results can't be read: {error}")),
            }
            return;
        }
        match serde_json::from_slice::<Event>(element) {
            Ok(Event { message, kinesis }) => {
                give_lines(&message.unwrap_or_default(), at.line, at.byte, sink);
                if let Some(packed) = kinesis {
                    self.unpack(at, &packed, sink);
                }
            }
            Err(error) => self.problem(at, format!("an event can't be read: {error}")),
        }
    }

    fn end_outer(&mut self, sink: &mut MessageSink<'_>) {
        let (at, outer) = (self.outer_at, std::mem::take(&mut self.outer));
        match serde_json::from_slice::<Outer>(&outer) {
            Ok(Outer { awslogs, status }) => {
                if let Some(packed) = awslogs {
                    self.unpack(at, &packed, sink);
                }
                if status.as_deref() == Some("Running") {
                    self.problem(at, "the query was still running: ask for its results again".to_owned());
                }
            }
            Err(error) => self.problem(at, format!("the object can't be read: {error}")),
        }
    }

    /// A delivery in base64 and gzip: its messages stand where it stands.
    fn unpack(&mut self, at: At, packed: &Packed, sink: &mut MessageSink<'_>) {
        if self.is_packed {
            return self.problem(at, "a packed delivery within a packed delivery".to_owned());
        }
        let bytes = match data_encoding::BASE64.decode(packed.data.as_bytes()) {
            Ok(bytes) => bytes,
            Err(error) => return self.problem(at, format!("a delivery is no base64: {error}")),
        };
        let left = MAX_UNPACKED_BYTES.saturating_sub(self.n_unpacked);
        let mut unpacked = Vec::new();
        let result =
            flate2::read::MultiGzDecoder::new(bytes.as_slice()).take(left).read_to_end(&mut unpacked);
        self.n_unpacked += unpacked.len() as u64;
        if let Err(error) = result {
            self.problem(at, format!("a delivery is damaged: {error}"));
        } else if unpacked.len() as u64 == left {
            self.problem(
                at,
                format!("the deliveries are larger than {} MiB together", MAX_UNPACKED_BYTES >> 20),
            );
        }
        let mut inner = Self { is_packed: true, ..Self::default() };
        let mut line_byte = at.byte;
        inner.push(&unpacked, &mut |mut message| {
            message.line = at.line;
            message.byte = line_byte;
            line_byte += 1;
            sink(message);
        });
        for problem in inner.finish(sink) {
            self.problem(at, format!("in a delivery, byte {}: {}", problem.byte, problem.why));
        }
    }
}
