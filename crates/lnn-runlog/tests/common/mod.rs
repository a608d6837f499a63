//! Logs of real trainings, and a reader that collects everything.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses some of them; a test may fail")]

use std::sync::Arc;

use lnn_core::{DataSet, Recipe, SyntheticKind, Trainer};
use lnn_runlog::{
    CheckpointRecord, DataInfo, Depth, EndRecord, HeaderRecord, LogReader, LogWriter, NoteRecord, Record,
    Recorder, Report, Verdict,
};

/// A log and what was written to it.
#[derive(Clone)]
pub struct Log {
    pub text: String,
    pub records: Vec<Record>,
}

/// The log of a training of some steps: a header, steps 0, 1, …, a checkpoint, a note, the end.
pub fn log(n_steps: u64) -> Log {
    log_every(1, n_steps)
}

pub fn log_every(every_steps: u64, n_steps: u64) -> Log {
    let data: Arc<DataSet<f32>> = Arc::new(SyntheticKind::Circle.generate(40, 0.05, 1));
    let recipe =
        Recipe { layers: vec![3, 2], hidden: vec![lnn_core::Activation::Tanh; 2], ..Recipe::default() };
    let mut trainer = Trainer::new(recipe.clone(), data).unwrap();
    let mut recorder = Recorder::new(&trainer, None, every_steps, Some(&[0, 1, 2]));
    let mut records = vec![Record::Header(Box::new(header(&trainer, every_steps)))];
    records.push(Record::Step(Box::new(recorder.start(&trainer))));
    for step in 1..=n_steps {
        let record = recorder.step(&mut trainer, step == n_steps).unwrap();
        records.extend(record.map(|record| Record::Step(Box::new(record))));
    }
    let digest = trainer.network().digest();
    records.push(Record::Checkpoint(CheckpointRecord {
        step: n_steps,
        digest,
        file: Some("checkpoints/last.safetensors".to_owned()),
        inline: None,
    }));
    records.push(Record::Note(NoteRecord { text: "«ü» \u{1f980}\n\"".to_owned() }));
    let (epoch, reason) = (trainer.epoch(), "done".to_owned());
    records.push(Record::End(EndRecord { step: n_steps, epoch, digest, reason, message: None }));
    Log { text: write(&records), records }
}

/// The lines of some records.
pub fn write(records: &[Record]) -> String {
    let mut writer = LogWriter::new(Vec::new(), "r", "w");
    for (idx, record) in records.iter().enumerate() {
        writer.write(record, Some(1_795_349_492_611 + idx as u64)).unwrap();
    }
    String::from_utf8(writer.into_inner()).unwrap()
}

fn header(trainer: &Trainer<f32>, every_steps: u64) -> HeaderRecord {
    let info = DataInfo::made_up(SyntheticKind::Circle, 40, 0);
    HeaderRecord::of("test", trainer, info).every(every_steps)
}

/// What a reader found.
pub struct Read {
    pub report: Report,
    /// Of lines that were news.
    pub records: Vec<Record>,
    /// All good lines.
    pub kept: String,
}

pub fn read(text: &str) -> Read {
    read_bytes(&[text.as_bytes()])
}

/// Reads a file chunk by chunk, wholly and in outline: both must come to the same account.
pub fn read_bytes(chunks: &[&[u8]]) -> Read {
    let [whole, outline] = [Depth::Whole, Depth::Outline].map(|depth| {
        let (mut reader, mut records, mut kept) = (LogReader::new(depth), Vec::new(), String::new());
        let mut sink = |entry: &lnn_runlog::Entry<'_>| {
            let record = entry.record.clone().or_else(|| entry.line.record().ok());
            records.extend(record.filter(|_| entry.verdict == Verdict::New));
            kept.push_str(entry.line.text);
            kept.push('\n');
        };
        for chunk in chunks {
            reader.push(chunk, &mut sink);
        }
        reader.finish_file(&mut sink);
        Read { report: Report::new(&reader, &[]), records, kept }
    });
    assert_eq!((&whole.report, &whole.kept), (&outline.report, &outline.kept));
    whole
}

/// The lines of a log, each with its break.
pub fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// A line with the checksum that its bytes ask for.
pub fn reseal(line: &str) -> String {
    let (body, _) = line.rsplit_once(",\"crc32c\":\"").unwrap();
    format!("{body},\"crc32c\":\"{:08x}\"}}\n", crc32c::crc32c(body.as_bytes()))
}
