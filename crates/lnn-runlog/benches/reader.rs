//! How fast a log is read: the reader at both depths, its parts, and plain `serde_json` on the same lines, in MB a second.
//!
//! The lines are those of a 784-512-256-10 network with every step probed, made here. Each takes its turn in every round; the
//! median of the rounds is printed. Run it with `cargo bench -p lnn-runlog --bench reader`.

#![allow(clippy::unwrap_used, reason = "a benchmark may stop at once")]

use std::hint::black_box;
use std::time::Instant;

use lnn_runlog::{
    Depth, LayerRecord, LogReader, LogWriter, LoggedStep, Quantity, Record, Scores, StepHead, StepRecord,
};

const LAYERS: [usize; 3] = [512, 256, 10];
const N_STEPS: u64 = 400;
const N_ROUNDS: usize = 7;

/// Numbers between 0 and 1, always the same.
struct Numbers(u32);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / (1 << 24) as f32
    }
}

/// A log of about 30 MB.
fn log() -> Vec<u8> {
    let mut numbers = Numbers(1);
    let mut writer = LogWriter::new(Vec::new(), "large", "bench");
    for step in 0..N_STEPS {
        let layer = |n_units: &usize| {
            let values = (0..n_units * Quantity::ALL.len()).map(|_| numbers.next()).collect();
            LayerRecord::from_flat(*n_units, values).unwrap()
        };
        let layers = LAYERS.iter().map(layer).collect();
        let train = Scores { cost: 1.0 / (step + 1) as f64, accuracy: Some(0.9), r2: None, rmse: None };
        let head = StepHead {
            step,
            epoch: step / 100,
            learning_rate: 0.01,
            batch_cost: Some(train.cost * 1.1),
            train,
            dev: None,
            digest: step.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        };
        let step = LoggedStep { record: StepRecord { head, layers }, scored_step: step, watched: None };
        writer.write(&Record::Step(Box::new(step)), Some(1_795_349_492_611 + head.step)).unwrap();
    }
    writer.into_inner()
}

fn read(log: &[u8], depth: Depth) -> u64 {
    let (mut reader, mut n_records) = (LogReader::new(depth), 0);
    for chunk in log.chunks(256 << 10) {
        reader.push(chunk, &mut |entry| n_records += u64::from(black_box(entry).run_idx == 0));
    }
    reader.finish_file(&mut |_| ());
    n_records
}

fn plain_json(log: &[u8]) -> u64 {
    let lines = std::str::from_utf8(log).unwrap().lines();
    lines
        .map(|line| {
            u64::from(black_box(serde_json::from_str::<serde_json::Value>(line).unwrap()).is_object())
        })
        .sum()
}

fn checksums(log: &[u8]) -> u64 {
    log.split(|byte| *byte == b'\n').filter(|line| black_box(crc32c::crc32c(line)) != 0).count() as u64
}

/// What it is called, and what reads a log and says how many records it found.
type Contestant = (&'static str, fn(&[u8]) -> u64);

fn main() {
    let log = log();
    let mb = log.len() as f64 / 1e6;
    let contestants: [Contestant; 4] = [
        ("LogReader, whole records", |log| read(log, Depth::Whole)),
        ("LogReader, outline (what a first look needs)", |log| read(log, Depth::Outline)),
        ("serde_json::Value of each line, nothing verified", plain_json),
        ("CRC-32C of each line alone", checksums),
    ];
    let mut rates = vec![Vec::new(); contestants.len()];
    for _ in 0..N_ROUNDS {
        for ((_, run), rates) in contestants.iter().zip(&mut rates) {
            let start = Instant::now();
            assert!(run(&log) >= N_STEPS);
            rates.push(mb / start.elapsed().as_secs_f64());
        }
    }
    println!("{mb:.1} MB, {N_STEPS} steps of a 784-512-256-10 network, median of {N_ROUNDS} rounds");
    for ((name, _), mut rates) in contestants.iter().zip(rates) {
        rates.sort_by(f64::total_cmp);
        println!("  {name:<50} {:>8.0} MB/s", rates[N_ROUNDS / 2]);
    }
}
