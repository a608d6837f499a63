//! A small log with a line of every kind, always the same. Out: [`LITTLE_LOG`]. Read next: `fuzz_targets/damaged.rs`.

use std::io::Write;
use std::sync::LazyLock;

use flate2::{Compression, write::GzEncoder};
use lnn_core::{BatchSize, Recipe, SyntheticKind, Trainer};
use lnn_runlog::{
    ChangeRecord, CheckpointRecord, DataInfo, EndRecord, EpochRecord, HeaderRecord, InvocationRecord,
    LayerRecord, LogWriter, LoggedStep, NoteRecord, Quantity, Record, Scores, StepHead, StepRecord,
};

/// When the first line was written.
const START_MS: u64 = 1_795_349_492_611;
const N_STEPS: u64 = 4;

/// Two runs, one of them by two writers, their lines interleaved.
pub static LITTLE_LOG: LazyLock<LittleLog> = LazyLock::new(LittleLog::new);

/// A log, and the same packed.
pub struct LittleLog {
    /// Each line with its break.
    pub lines: Vec<String>,
    /// All lines.
    pub text: Vec<u8>,
    /// The same as gzip.
    pub packed: Vec<u8>,
}

impl LittleLog {
    fn new() -> Self {
        let runs = [("r", "w", records(0)), ("r", "v", calls()), ("s\u{e9}", "w", records(1))];
        let runs = runs.map(|(run, writer, records)| lines(run, writer, &records));
        let n_lines = runs.iter().map(Vec::len).max().unwrap_or_default();
        let lines: Vec<String> =
            (0..n_lines).flat_map(|idx| runs.iter().filter_map(move |run| run.get(idx).cloned())).collect();
        let text = lines.concat().into_bytes();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&text).expect("memory takes all bytes");
        let packed = encoder.finish().expect("memory takes all bytes");
        Self { lines, text, packed }
    }
}

fn lines(run: &str, writer: &str, records: &[Record]) -> Vec<String> {
    let mut writer = LogWriter::new(Vec::new(), run, writer);
    for (idx, record) in records.iter().enumerate() {
        writer.write(record, Some(START_MS + idx as u64)).expect("a record is JSON");
    }
    let text = String::from_utf8(writer.into_inner()).expect("a line is text");
    text.split_inclusive('\n').map(str::to_owned).collect()
}

/// What one run tells from its header to its end.
fn records(run: u64) -> Vec<Record> {
    let header = header();
    let recipe = header.recipe.clone();
    let mut records = vec![Record::Header(Box::new(header))];
    for number in 0..=N_STEPS {
        records.push(Record::Step(Box::new(step(run, number))));
        if number == 2 {
            let train = scores(number);
            records.push(Record::Epoch(EpochRecord { epoch: 1, step: number, train, dev: None }));
            records.push(Record::Change(ChangeRecord { step: number, recipe: recipe.clone() }));
        }
    }
    let digest = digest(run, N_STEPS);
    records.push(Record::Checkpoint(CheckpointRecord {
        step: N_STEPS,
        digest,
        file: None,
        inline: Some("AAECAw==".to_owned()),
    }));
    records.push(Record::Note(NoteRecord { text: "«ü» \u{1f980}\n\"".to_owned() }));
    let reason = "done".to_owned();
    records.push(Record::End(EndRecord { step: N_STEPS, epoch: 2, digest, reason, message: None }));
    records
}

/// What a function's calls tell of the same run.
fn calls() -> Vec<Record> {
    let call = |step: u64| {
        Record::Invocation(InvocationRecord {
            function: "unit".to_owned(),
            request_id: format!("8a24-{step}"),
            step: Some(step),
            duration_ms: 1.5,
            outcome: "ok".to_owned(),
            ..InvocationRecord::default()
        })
    };
    (0..N_STEPS).map(call).collect()
}

fn header() -> HeaderRecord {
    let info = DataInfo::made_up(SyntheticKind::Circle, 4, 0);
    // Two mini-batches of four examples, which nobody trains on.
    let recipe = Recipe { batch_size: BatchSize::Of(2), ..Recipe::default() };
    let data = SyntheticKind::Circle.generate::<f32>(4, 0.0, 1);
    let trainer = Trainer::new(recipe, data.into()).expect("the default recipe goes with it");
    HeaderRecord::of("fuzz", &trainer, info)
}

fn step(run: u64, number: u64) -> LoggedStep {
    let head = StepHead {
        step: number,
        epoch: number / 2,
        learning_rate: 0.1,
        batch_cost: Some(0.7),
        train: scores(number),
        dev: None,
        digest: digest(run, number),
    };
    let values = (0..Quantity::ALL.len()).map(|idx| idx as f32 / 4.0).collect();
    let layers = LayerRecord::from_flat(1, values).into_iter().collect();
    LoggedStep { record: StepRecord { head, layers }, scored_step: number, watched: None }
}

fn scores(step: u64) -> Scores {
    Scores { cost: 1.0 / (step + 1) as f64, accuracy: Some(0.5), r2: None, rmse: None }
}

fn digest(run: u64, step: u64) -> u64 {
    (1 + run + 2 * step).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
