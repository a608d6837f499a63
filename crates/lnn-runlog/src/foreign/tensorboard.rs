//! `TensorBoard`'s event files, as `TensorFlow`, Keras, `PyTorch` and `tensorboardX` write them.
//!
//! In: the bytes of a file, or of each file of a run's folder, in chunks of any size. Out: a [`CurveLog`]. Read next:
//! `tensorboard/tfrecord.rs` for the framing, `tensorboard/event.rs` for the messages.
//!
//! A session that starts at a step takes back what earlier ones wrote from there on; of two values at one step the one
//! that was written later stays.

mod event;
mod tensor;
mod tfrecord;

use std::collections::{BTreeMap, HashMap};

use prost::Message;
use prost::bytes::Bytes;

use self::event::{Event, SESSION_START, Tensor, Value, next_value};
use self::tensor::ValueError;
use self::tfrecord::{FrameError, RecordReader};
use super::collector::{Collector, MAX_TAG_BYTES, MAX_TAGS};
use super::curves::{CurveLog, CurvePoint, DistributionPoint, Problems, shortened};

pub use self::tfrecord::MAX_RECORD_BYTES;

/// Kinds of other values that are told apart.
const MAX_OTHERS: usize = 20;
/// The first byte of a record of a data set, which is framed like an event: its first field has a length, an event's has not.
const EXAMPLE_KEY: u8 = 0x0a;

/// Reads an event file as its bytes arrive.
#[derive(Debug, Clone)]
pub struct EventFileReader {
    records: RecordReader,
    told: Told,
}

/// What the records told so far.
#[derive(Debug, Clone, Default)]
struct Told {
    name: String,
    collector: Collector,
    plugins: HashMap<String, Plugin>,
    /// Values that are neither numbers nor histograms, by their kind.
    others: BTreeMap<String, u64>,
    problems: Problems,
    first_time_ms: Option<f64>,
    /// The lowest step at which a session of this file starts: earlier files are taken back from there on.
    restarts_at: Option<i64>,
    n_taken_back: usize,
    /// Values whose kind is not known, shown by their shape.
    n_by_shape: u64,
    n_unread: u64,
}

/// Which of `TensorBoard`'s plugins shows a tag.
#[derive(Debug, Clone)]
enum Plugin {
    Scalars,
    Histograms,
    Other(String),
}

impl EventFileReader {
    /// A reader at the start of a file of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { records: RecordReader::new(), told: Told { name: name.into(), ..Told::default() } }
    }

    /// Takes the next bytes of the file.
    pub fn push(&mut self, chunk: &[u8]) {
        let Self { records, told } = self;
        records.push(chunk, &mut |byte, record| told.take(byte, record));
    }

    /// The file ends here, or so far: a clone of the reader tells what a file that still grows holds.
    pub fn finish(self) -> CurveLog {
        self.end().into_log()
    }

    /// The files of one run's folder as one log, in the order in which they were begun, whatever order they are given in.
    pub fn merge(name: impl Into<String>, files: impl IntoIterator<Item = Self>) -> CurveLog {
        let mut files: Vec<Told> = files.into_iter().map(Self::end).collect();
        files.sort_by(|a, b| {
            let time = |told: &Told| told.first_time_ms.unwrap_or(f64::INFINITY);
            time(a).total_cmp(&time(b)).then_with(|| a.name.cmp(&b.name))
        });
        let mut all = Told { name: name.into(), ..Told::default() };
        for file in files {
            all.append(file);
        }
        all.into_log()
    }

    fn end(self) -> Told {
        let Self { records, mut told } = self;
        records.finish(&mut |byte, record| told.take(byte, record));
        told.n_unread = records.n_unread();
        told
    }
}

/// Whether a file begins with a record that may be an event.
pub(super) fn is_event_file(first_bytes: &[u8]) -> bool {
    tfrecord::has_header(first_bytes) && first_bytes.get(tfrecord::HEADER_BYTES) != Some(&EXAMPLE_KEY)
}

impl Told {
    fn take(&mut self, byte: u64, record: Result<Vec<u8>, FrameError>) {
        let event = record.map_err(|error| error.to_string()).and_then(|data| {
            Event::decode(Bytes::from(data))
                .map_err(|error| format!("the record is whole, but no event: {error}"))
        });
        match event {
            Ok(event) => self.event(byte, &event),
            Err(why) => self.problems.push(None, byte, why),
        }
    }

    fn event(&mut self, byte: u64, event: &Event) {
        self.first_time_ms = self.first_time_ms.or(event.time_ms());
        if event.session_log.as_ref().is_some_and(|log| log.status == SESSION_START) {
            self.n_taken_back += self.collector.drop_from(event.step);
            self.restarts_at = Some(self.restarts_at.map_or(event.step, |step| step.min(event.step)));
        }
        if event.graph.is_some() || event.meta_graph.is_some() {
            self.other("graphs");
        }
        if event.run_metadata.is_some() {
            self.other("run metadata");
        }
        let mut summary = event.summary.clone().unwrap_or_default();
        while let Some(value) = next_value(&mut summary) {
            match value {
                Ok(value) => self.value(byte, event, value),
                Err(error) => {
                    let why =
                        format!("the record is whole, but a value of its summary can't be read: {error}");
                    self.problems.push(None, byte, why);
                }
            }
        }
    }

    fn value(&mut self, byte: u64, event: &Event, mut value: Value) {
        let tag = if value.tag.is_empty() {
            std::mem::take(&mut value.node_name)
        } else {
            std::mem::take(&mut value.tag)
        };
        self.learn_plugin(&tag, &value);
        let (step, time_ms) = (event.step, event.time_ms());
        let result = if let Some(number) = value.number {
            self.collector.point(&tag, CurvePoint { step, time_ms, value: number.into() });
            Ok(())
        } else if let Some(histogram) = &value.histogram {
            tensor::histogram(histogram).map(|point| self.distribution(&tag, event, point))
        } else if value.image.is_some() {
            self.other("images");
            Ok(())
        } else if value.audio.is_some() {
            self.other("audio");
            Ok(())
        } else {
            self.tensor(&tag, event, &value)
        };
        if let Err(error) = result {
            self.problems.push(
                None,
                byte,
                format!("«{}» at step {step} can't be shown: {error}", shortened(&tag)),
            );
        }
    }

    /// Metadata comes with the first value of a tag, and often with no other.
    fn learn_plugin(&mut self, tag: &str, value: &Value) {
        let Some(plugin) = value.plugin() else { return };
        let is_within = self.plugins.len() < MAX_TAGS && tag.len() <= MAX_TAG_BYTES;
        if is_within && !self.plugins.contains_key(tag) {
            let plugin = match plugin {
                "scalars" => Plugin::Scalars,
                "histograms" => Plugin::Histograms,
                other => Plugin::Other(shortened(other)),
            };
            self.plugins.insert(tag.to_owned(), plugin);
        }
    }

    fn tensor(&mut self, tag: &str, event: &Event, value: &Value) -> Result<(), ValueError> {
        match (self.plugins.get(tag), &value.tensor) {
            (Some(Plugin::Scalars), Some(tensor)) => {
                let value = tensor::number(tensor)?;
                self.collector.point(tag, CurvePoint { step: event.step, time_ms: event.time_ms(), value });
            }
            (Some(Plugin::Histograms), Some(tensor)) => {
                let point = tensor::histogram_of_tensor(tensor)?;
                self.distribution(tag, event, point);
            }
            (Some(Plugin::Other(plugin)), _) => {
                let plugin = plugin.clone();
                self.other(&plugin);
            }
            (None, Some(tensor)) => self.tensor_of_no_known_kind(tag, event, tensor),
            _ => self.other("values of no known kind"),
        }
        Ok(())
    }

    /// The record that said the kind may be damaged, or in an earlier file.
    fn tensor_of_no_known_kind(&mut self, tag: &str, event: &Event, tensor: &Tensor) {
        if let Ok(value) = tensor::number(tensor) {
            self.n_by_shape += 1;
            self.collector.point(tag, CurvePoint { step: event.step, time_ms: event.time_ms(), value });
        } else if let Ok(point) = tensor::histogram_of_tensor(tensor) {
            self.n_by_shape += 1;
            self.distribution(tag, event, point);
        } else {
            self.other("values of no known kind");
        }
    }

    fn distribution(&mut self, tag: &str, event: &Event, point: DistributionPoint) {
        self.collector
            .distribution(tag, DistributionPoint { step: event.step, time_ms: event.time_ms(), ..point });
    }

    fn other(&mut self, kind: &str) {
        self.count_other(kind, 1);
    }

    fn count_other(&mut self, kind: &str, n: u64) {
        let is_told_apart = self.others.len() < MAX_OTHERS || self.others.contains_key(kind);
        *self.others.entry(if is_told_apart { kind } else { "other kinds" }.to_owned()).or_default() += n;
    }

    /// Takes what a later file told.
    fn append(&mut self, later: Self) {
        if let Some(step) = later.restarts_at {
            self.n_taken_back += self.collector.drop_from(step);
        }
        self.collector.append(later.collector);
        self.problems.append(&later.name, later.problems);
        self.first_time_ms = self.first_time_ms.or(later.first_time_ms);
        self.n_taken_back += later.n_taken_back;
        self.n_by_shape += later.n_by_shape;
        self.n_unread += later.n_unread;
        later.others.iter().for_each(|(kind, n)| self.count_other(kind, *n));
    }

    fn into_log(self) -> CurveLog {
        let mut log = CurveLog { name: self.name, started_ms: self.first_time_ms, ..CurveLog::default() };
        log.lacks.push(
            "No values by unit or by example: a TensorBoard log has numbers by step, and histograms of whole tensors.".to_owned(),
        );
        log.lacks.push(
            "No recipe, data set or weights that training could go on from: nothing can be computed again."
                .to_owned(),
        );
        if !self.others.is_empty() {
            let others: Vec<String> = self.others.iter().map(|(kind, n)| format!("{kind} ({n})")).collect();
            log.lacks.push(format!("In the log, but not shown: {}.", others.join(", ")));
        }
        if self.n_taken_back > 0 {
            let n = self.n_taken_back;
            log.lacks.push(format!(
                "{n} points were taken back by a session that started again at an earlier step."
            ));
        }
        if self.n_by_shape > 0 {
            let n = self.n_by_shape;
            log.lacks.push(format!(
                "{n} values are taken for numbers or histograms by their shape: what they are is not said."
            ));
        }
        if self.n_unread > 0 {
            let n = self.n_unread;
            log.lacks.push(format!(
                "{n} bytes behind a damaged length are not read: where a record begins is lost there."
            ));
        }
        self.collector.finish(&mut log);
        log.problems = self.problems.into_list();
        log
    }
}
