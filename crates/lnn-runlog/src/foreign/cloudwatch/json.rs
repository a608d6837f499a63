//! The forms of JSON: what the scanner finds, as messages.
//!
//! In: bytes. Out: messages. One reader reads all of them, as each list has a name of its own. Read next: `scan/mod.rs`,
//! `packed.rs`, `events.rs`, `insights.rs`.

use std::borrow::Cow;

use super::events::Event;
use super::insights::{Row, check_status};
use super::packed::{self, MAX_UNPACKED_BYTES};
use super::problems::{Problem, Problems, Why};
use super::scan::{Name, Piece, Scanner, Spot};
use super::{Message, MessageSink, give};

#[derive(Debug, Clone)]
pub(super) struct JsonReader {
    scanner: Scanner,
    object: Object,
    shared: Shared,
}

/// What is known of the object that is being read.
#[derive(Debug, Clone, Default)]
struct Object {
    /// Its `logStream`, where it stands before the events.
    stream: Option<String>,
    /// Whether the service only tries whether anybody listens.
    is_control: bool,
    /// Of a packed object: where in the file it is packed.
    packed_at: Option<Spot>,
}

/// What is one for the whole file.
#[derive(Debug, Clone)]
struct Shared {
    given_stream: Option<String>,
    problems: Problems,
    n_unpacked_left: u64,
}

impl JsonReader {
    pub(super) fn new(stream: Option<&str>) -> Self {
        let shared = Shared {
            given_stream: stream.map(str::to_owned),
            problems: Problems::default(),
            n_unpacked_left: MAX_UNPACKED_BYTES,
        };
        Self { scanner: Scanner::default(), object: Object::default(), shared }
    }

    pub(super) fn push(&mut self, chunk: &[u8], sink: &mut MessageSink<'_>) {
        let Self { scanner, object, shared } = self;
        scanner.push(chunk, &mut |piece| shared.take(object, piece, sink));
    }

    pub(super) fn finish(&mut self, sink: &mut MessageSink<'_>) -> Vec<Problem> {
        let Self { scanner, object, shared } = self;
        scanner.finish(&mut |piece| shared.take(object, piece, sink));
        shared.problems.take()
    }
}

impl Shared {
    fn take(&mut self, object: &mut Object, piece: Piece<'_>, sink: &mut MessageSink<'_>) {
        let (name, spot, bytes) = match piece {
            Piece::Start => {
                *object = Object { packed_at: object.packed_at, ..Object::default() };
                return;
            }
            Piece::Bad { spot, why } => {
                // What comes next may belong to another object, whose name was lost.
                *object = Object { packed_at: object.packed_at, ..Object::default() };
                return self.bad(object, spot, why);
            }
            Piece::Value { name, spot, bytes } => (name, spot, bytes),
        };
        let result = match name {
            Name::MessageType => {
                object.is_control = bytes == b"\"CONTROL_MESSAGE\"";
                Ok(())
            }
            Name::LogStream => {
                object.stream = serde_json::from_slice(bytes).ok();
                Ok(())
            }
            Name::Events if object.is_control => Ok(()),
            Name::Events => self.take_event(object, spot, bytes, sink),
            Name::Results => self.take_row(object, spot, bytes, sink),
            Name::Status => check_status(bytes),
            Name::AwsLogs if object.packed_at.is_none() => {
                packed::of_awslogs(bytes).and_then(|packed| self.take_packed(&packed, spot, sink))
            }
            Name::Records if object.packed_at.is_none() => {
                packed::of_kinesis(bytes).and_then(|packed| self.take_packed(&packed, spot, sink))
            }
            Name::AwsLogs | Name::Records | Name::Other => Ok(()),
        };
        if let Err(why) = result {
            self.bad(object, spot, why);
        }
    }

    fn bad(&mut self, object: &Object, spot: Spot, why: Why) {
        match object.packed_at {
            Some(packed_at) => self.problems.add(packed_at, &Why::Within { spot, why: Box::new(why) }),
            None => self.problems.add(spot, &why),
        }
    }

    fn take_event(
        &self,
        object: &Object,
        spot: Spot,
        bytes: &[u8],
        sink: &mut MessageSink<'_>,
    ) -> Result<(), Why> {
        let Event { message, timestamp, stream } =
            serde_json::from_slice(bytes).map_err(|error| Why::NotRead { what: "a log event", error })?;
        let stream = stream.as_deref().or(object.stream.as_deref());
        self.give(object, spot, (&message, stream, timestamp), sink);
        Ok(())
    }

    fn take_row(
        &self,
        object: &Object,
        spot: Spot,
        bytes: &[u8],
        sink: &mut MessageSink<'_>,
    ) -> Result<(), Why> {
        let row = Row::read(bytes)
            .map_err(|error| Why::NotRead { what: "a row of CloudWatch Logs Insights", error })?;
        let message = row.message.ok_or(Why::NoMessage)?;
        self.give(object, spot, (&message, row.stream.as_deref(), row.timestamp_ms), sink);
        Ok(())
    }

    fn give(
        &self,
        object: &Object,
        spot: Spot,
        (text, stream, timestamp_ms): (&str, Option<&str>, Option<i64>),
        sink: &mut MessageSink<'_>,
    ) {
        let Spot { line, byte } = object.packed_at.unwrap_or(spot);
        let stream = stream.or(self.given_stream.as_deref());
        give(text, &Message { text: Cow::Borrowed(""), stream, timestamp_ms, line, byte }, sink);
    }

    /// Reads the objects that are packed in one; what is packed once more in them is not looked for.
    fn take_packed(&mut self, packed: &[u8], spot: Spot, sink: &mut MessageSink<'_>) -> Result<(), Why> {
        let mut scanner = Scanner::default();
        let mut object = Object { packed_at: Some(spot), ..Object::default() };
        let mut n_left = self.n_unpacked_left;
        let result = packed::unpack(packed, &mut n_left, &mut |bytes| {
            scanner.push(bytes, &mut |piece| self.take(&mut object, piece, sink));
        });
        // Of a damaged pack the end is missing anyway: one problem is enough.
        if result.is_ok() {
            scanner.finish(&mut |piece| self.take(&mut object, piece, sink));
        }
        self.n_unpacked_left = n_left;
        result
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use data_encoding::BASE64;

    use super::*;

    #[test]
    fn a_small_file_can_not_fill_the_memory() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![b' '; 100_000]).unwrap();
        let data = BASE64.encode(&encoder.finish().unwrap());
        let event = r#"{"logEvents":[{"message":"a"}]}"#;
        let text = format!(r#"{{"awslogs":{{"data":"{data}"}}}}{event}"#).repeat(5);
        let mut reader = JsonReader::new(None);
        reader.shared.n_unpacked_left = 250_000;
        let mut n_messages = 0;
        reader.push(text.as_bytes(), &mut |_| n_messages += 1);
        let problems = reader.finish(&mut |_| ());
        assert_eq!((n_messages, problems.len()), (5, 3));
        assert!(problems.iter().all(|it| it.why.contains("more than 256 MiB")), "{problems:?}");
    }
}
