//! Lines of steps as [`LogWriter`](crate::LogWriter) writes them, read in one pass: their arrays by hand, the rest by serde.
//!
//! In: a line whose checksum is right. Out: who wrote it and its step, or nothing where anything at all is unusual; then serde
//! reads the line and says what is wrong with it, if something is. A step of a large network is nearly all numbers, and this
//! is how fast a log is read. Read next: `float.rs`.

use crate::line::Envelope;
use crate::step_line::{LoggedStep, StepMembers};
use crate::{LayerRecord, Quantity, float};

const OPENING: &[u8] = br#"{"kind":"step","#;
const LAYERS: &[u8] = br#""layers":"#;

/// Who wrote a line, and the step in it.
pub(crate) fn read(text: &str) -> Option<(Envelope<'static>, LoggedStep)> {
    let from = find_layers(text.as_bytes())?;
    let mut cursor = Cursor { rest: text.as_bytes().get(from..)? };
    let layers = cursor.layers()?;
    let to = text.len() - cursor.rest.len();
    // What is left is short, and all that serde has to say about a line is said about it too: a member twice, a wrong type.
    let rest = [text.get(..from)?, "[]", text.get(to..)?].concat();
    let envelope: Envelope<'_> = serde_json::from_str(&rest).ok()?;
    let members: StepMembers = serde_json::from_str(&rest).ok()?;
    let mut step = members.into_step();
    if envelope.kind != "step" || !step.record.layers.is_empty() {
        return None;
    }
    step.record.layers = layers;
    Some((envelope.into_owned(), step))
}

/// Where the value of the line's own member `layers` begins.
fn find_layers(text: &[u8]) -> Option<usize> {
    if !text.starts_with(OPENING) {
        return None;
    }
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        match text.get(at)? {
            b'"' if depth == 1 && text.get(at..)?.starts_with(LAYERS) => return Some(at + LAYERS.len()),
            b'"' => at += 1 + end_of_string(text.get(at + 1..)?)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        at += 1;
    }
}

/// The closing quotation mark of a string without escapes.
fn end_of_string(text: &[u8]) -> Option<usize> {
    let end = memchr::memchr2(b'"', b'\\', text)?;
    (text.get(end) == Some(&b'"')).then_some(end)
}

/// What is still to be read.
struct Cursor<'a> {
    rest: &'a [u8],
}

impl Cursor<'_> {
    fn layers(&mut self) -> Option<Vec<LayerRecord>> {
        self.pass(b"[")?;
        let mut layers = Vec::new();
        if self.pass(b"]").is_some() {
            return Some(layers);
        }
        loop {
            layers.push(self.layer()?);
            if self.pass(b",").is_none() {
                break;
            }
        }
        self.pass(b"]").map(|()| layers)
    }

    /// All quantities, in the order in which a record stores them.
    fn layer(&mut self) -> Option<LayerRecord> {
        self.pass(b"{")?;
        let (mut values, mut n_units) = (Vec::new(), 0);
        for (idx, quantity) in Quantity::ALL.into_iter().enumerate() {
            self.pass(if idx == 0 { b"\"" } else { b",\"" })?;
            self.pass(quantity.as_str().as_bytes())?;
            self.pass(b"\":[")?;
            self.numbers(&mut values)?;
            if idx == 0 {
                n_units = values.len();
                // Memory for the other arrays, but for no more numbers than the rest of the line can hold.
                let n_others = n_units * (Quantity::ALL.len() - 1);
                values.reserve_exact(n_others.min(self.rest.len() / 2));
            }
            if values.len() != n_units * (idx + 1) {
                return None;
            }
        }
        self.pass(b"}")?;
        LayerRecord::from_flat(n_units, values)
    }

    /// At least one number, and the bracket behind the last.
    fn numbers(&mut self, values: &mut Vec<f32>) -> Option<()> {
        loop {
            let (value, rest) = float::parse(self.rest)?;
            values.push(value);
            let (separator, rest) = rest.split_first()?;
            self.rest = rest;
            match separator {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    fn pass(&mut self, token: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(token)?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::{LogLine, seal};
    use crate::record::Record;

    const STEP: &str = r#"{"step":3,"epoch":1,"learning_rate":0.5,"batch_cost":null,"train":{"cost":1.5},"dev":null,"digest":"00000000000000ff","layers":[LAYER]}"#;

    fn layer(numbers: &str) -> String {
        let arrays = Quantity::ALL.map(|quantity| format!("\"{}\":[{numbers}]", quantity.as_str()));
        format!("{{{}}}", arrays.join(","))
    }

    fn line(body: &str) -> String {
        let (kind, run, writer) = ("step".into(), "r\u{e9}".into(), "w".into());
        seal(&Envelope { kind, run, writer, seq: 7, time_ms: Some(5) }, body).trim_end().to_owned()
    }

    /// What serde reads, without the short way.
    fn by_serde(line: &str) -> Option<(Envelope<'_>, LoggedStep)> {
        let members: StepMembers = serde_json::from_str(line).ok()?;
        Some((serde_json::from_str(line).ok()?, members.into_step()))
    }

    #[test]
    fn a_line_is_read_as_serde_reads_it() {
        for numbers in ["1.5,-0.0,3e-9", "0.1", "null,16777217,1.17549435e-38"] {
            let layers = format!("{},{}", layer(numbers), layer("2.0"));
            let line = line(&STEP.replace("LAYER", &layers));
            let (envelope, step) = read(&line).unwrap();
            let (expected_envelope, expected) = by_serde(&line).unwrap();
            assert_eq!(envelope, expected_envelope);
            // As text: NaN is no equal of itself.
            assert_eq!(format!("{step:?}"), format!("{expected:?}"));
        }
        let line = line(&STEP.replace("LAYER", ""));
        assert_eq!(read(&line), by_serde(&line));
    }

    #[test]
    fn whatever_is_unusual_is_left_to_serde() {
        let usual = STEP.replace("LAYER", &layer("1.5,2.5"));
        let unusual = [
            (
                "another order",
                usual.replace("activation_mean", "?").replace("activation_std", "activation_mean"),
            ),
            ("another length", usual.replacen("1.5,2.5", "1.5", 1)),
            ("no number", usual.replacen("1.5", "01.5", 1)),
            ("a space", usual.replacen("1.5,", "1.5, ", 1)),
            ("an empty array", STEP.replace("LAYER", &layer(""))),
            ("layers twice", usual.replace("\"epoch\":1", "\"layers\":[],\"epoch\":1")),
            ("a member twice", usual.replace("\"epoch\":1", "\"epoch\":1,\"epoch\":1")),
            ("layers of something else", format!("{{\"a\":{}}}", usual.replace("\"step\":3,", ""))),
            ("cut", usual.replace("]}]}", "]}]")),
        ];
        for (what, body) in unusual {
            assert_eq!(read(&line(&body)), None, "{what}");
        }
        assert!(read(&line(&usual)).is_some());
    }

    #[test]
    fn layers_within_another_member_are_not_the_steps() {
        let body = STEP.replace("LAYER", &layer("1.5"));
        let body = body.replace("\"epoch\":1", "\"epoch\":1,\"more\":{\"layers\":[]},\"word\":\"layers\"");
        let line = line(&body);
        let opened = LogLine::open(line.as_bytes()).unwrap();
        let Ok(Record::Step(step)) = opened.record() else { panic!("{line}") };
        assert_eq!(step.record.layers.len(), 1);
        assert_eq!(Some((opened.envelope.clone(), *step)), read(&line));
    }
}
