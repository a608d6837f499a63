//! Logs that tell which calls computed a run, played without a browser; and logs that are written anew.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use lnn_core::{DataSet, Recipe, Trainer};
use lnn_engine::calls::Sums;
use lnn_engine::element::Element;
use lnn_engine::replay::{FromReplay, LogStatus, Replay};
use lnn_import::{CsvImporter, ImportLimits, ImportPlan, Prepared, gallery, prepare};
use lnn_runlog::files::{SingleFile, Source, SourceError};
use lnn_runlog::{
    EndRecord, FORMAT, HeaderRecord, InvocationRecord, LogWriter, RecipeRecord, Record, Recorder,
};
use lnn_web::{protocol::FromTrainer, protocol::ToTrainer, state::default_recipe};

const N_CALLS: u64 = 4;

/// A log's text by lines: a header, step 0, then for each step its calls and the step.
fn log(n_steps: u64) -> Vec<String> {
    let csv = gallery::made_up(lnn_core::SyntheticKind::Spiral, 60, 0.04, 5).into_bytes();
    let mut importer = CsvImporter::new(ImportLimits::default());
    importer.push(&csv).unwrap();
    let table = importer.finish().unwrap();
    let prepared: Prepared<f32> = prepare(&table, &ImportPlan::guess(&table)).unwrap();
    let recipe = Recipe { layers: vec![2], hidden: vec![lnn_core::Activation::Tanh], ..default_recipe() };
    let train: Arc<DataSet<f32>> = Arc::new(prepared.train.clone());
    let mut trainer = Trainer::new(recipe.clone(), train).unwrap();
    let header = HeaderRecord {
        format: FORMAT,
        program: "test".to_owned(),
        precision: "f32".to_owned(),
        recipe: RecipeRecord::from(&recipe),
        has_recipes_start: true,
        data: prepared.info("mine.csv"),
        origin: None,
        steps_per_epoch: trainer.steps_per_epoch(),
        first_step: 0,
        every_steps: Some(1),
        watched: None,
    };
    let mut writer = LogWriter::new(Vec::new(), "r", "w");
    let mut recorder = Recorder::new(&trainer, prepared.dev, 1, None);
    let mut write = |record: &Record| assert!(writer.write(record, Some(1)).is_ok());
    write(&Record::Header(Box::new(header)));
    write(&Record::Step(Box::new(recorder.start(&trainer))));
    for step in 1..=n_steps {
        (0..N_CALLS).for_each(|idx| write(&Record::Invocation(call(step, idx))));
        let record = recorder.step(&mut trainer, step == n_steps).unwrap().unwrap();
        write(&Record::Step(Box::new(record)));
    }
    let (epoch, digest) = (trainer.epoch(), trainer.network().digest());
    write(&Record::End(EndRecord { step: n_steps, epoch, digest, reason: "done".to_owned(), message: None }));
    let text = String::from_utf8(writer.into_inner()).unwrap();
    text.split_inclusive('\n').map(str::to_owned).collect()
}

/// Two units of one layer, forward, then both of them backward.
fn call(step: u64, idx: u64) -> InvocationRecord {
    let start_ms = (1000 * step) as f64 + if idx < 2 { 0.0 } else { 20.0 };
    InvocationRecord {
        function: "neuron".to_owned(),
        step: Some(step),
        duration_ms: 10.0,
        outcome: "ok".to_owned(),
        pass: Some(if idx < 2 { "forward" } else { "backward" }.to_owned()),
        layer_idx: Some(0),
        units: Some([(idx % 2) as usize, (idx % 2) as usize + 1]),
        attempt: Some(1),
        start_ms: Some(start_ms),
        compute_ms: Some(4.0),
        redis_ms: Some(2.0),
        billed_ms: Some(7.0),
        memory_mb: Some(1024),
        ..InvocationRecord::default()
    }
}

/// A file that somebody else writes.
#[derive(Clone, Default)]
struct Written(Rc<RefCell<Vec<u8>>>);

impl Source for Written {
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        let bytes = self.0.borrow();
        let rest = bytes.get(offset as usize..).unwrap_or_default();
        let n_read = rest.len().min(buf.len());
        buf[..n_read].copy_from_slice(&rest[..n_read]);
        Ok(n_read)
    }
}

struct Bench {
    file: Written,
    replay: Replay,
    clock_ms: Cell<f64>,
    status: LogStatus,
    step: u64,
    newest_step: u64,
    n_calls_told: usize,
    calls: Rc<Element>,
    refused: Vec<String>,
}

impl Bench {
    fn new(lines: &[String], waits: bool) -> Self {
        let file = Written::default();
        *file.0.borrow_mut() = lines.concat().into_bytes();
        let files = SingleFile::new("run.ndjson", Box::new(file.clone()));
        let mut replay = Replay::open(1, "run.ndjson", None, 1.0, Box::new(files)).unwrap();
        if waits {
            replay.wait_for_start();
        }
        let mut bench = Self {
            file,
            replay,
            clock_ms: Cell::new(0.0),
            status: LogStatus::default(),
            step: 0,
            newest_step: 0,
            n_calls_told: 0,
            calls: Rc::default(),
            refused: Vec::new(),
        };
        bench.work();
        bench
    }

    fn work(&mut self) {
        for _ in 0..3000 {
            let clock = &self.clock_ms;
            let now = move || {
                clock.set(clock.get() + 0.2);
                clock.get()
            };
            for message in self.replay.work(&now) {
                match message {
                    FromReplay::Log(status) => self.status = (*status).clone(),
                    FromReplay::Calls { picture, .. } => {
                        (self.calls, self.n_calls_told) = (picture, self.n_calls_told + 1);
                    }
                    FromReplay::Tell(told) => match &*told {
                        FromTrainer::Frame(frame) => {
                            (self.step, self.newest_step) = (frame.head.step, frame.newest_step);
                            self.replay.handle(&ToTrainer::Drawn);
                        }
                        FromTrainer::Refused { message } => self.refused.push(message.clone()),
                        _ => {}
                    },
                    _ => {}
                }
            }
        }
    }

    fn seek(&mut self, step: u64) -> String {
        self.replay.handle(&ToTrainer::Seek(step));
        self.work();
        self.calls.words()
    }

    fn write(&mut self, lines: &[String]) {
        *self.file.0.borrow_mut() = lines.concat().into_bytes();
    }
}

#[test]
fn the_calls_of_the_shown_step_are_told_with_sums_up_to_it() {
    let mut bench = Bench::new(&log(5), false);
    assert!(bench.calls.words().contains("none is recorded of step 0"), "{}", bench.calls.words());
    let words = bench.seek(3);
    // Two layers of 10 ms, with 10 ms between them that are nobody's.
    for part in
        ["Calls of step 3: 4 in 30.0 ms", "20.0 ms of 30.0 ms, 2 calls", "Calls so far 12", "40 %", "20 %"]
    {
        assert!(words.contains(part), "{part}: {words}");
    }
    let mut sums = Sums::default();
    (1..=3).for_each(|step| (0..N_CALLS).for_each(|idx| sums.add(&call(step, idx))));
    assert!((sums.gb_s - 12.0 * 0.007).abs() < 1e-9);
    assert!(words.contains(&format!("{:.8}", sums.usd())[..9]), "{words}");
    let n_told = bench.n_calls_told;
    bench.work();
    assert_eq!(bench.n_calls_told, n_told, "nothing changed");
}

#[test]
fn calls_that_come_late_are_counted_and_shown_with_their_step() {
    let mut lines = log(4);
    // Of step 2 the second call, of step 3 the first.
    let moved = [lines.remove(8), lines.remove(11)];
    let at = lines.len() - 1;
    lines.splice(at..at, moved);
    let mut bench = Bench::new(&lines, false);
    for (step, n_so_far) in [(1, 4), (2, 8), (3, 12), (4, 16)] {
        let words = bench.seek(step);
        assert!(words.contains(&format!("Calls of step {step}: 4 in")), "{words}");
        assert!(words.contains(&format!("Calls so far {n_so_far} ")), "{words}");
    }
}

#[test]
fn a_log_that_is_written_anew_is_read_again_and_what_is_shown_stays() {
    let lines = log(6);
    let up_to = |step: usize| 2 + 5 * step;
    let mut bench = Bench::new(&lines[..up_to(4)], false);
    bench.replay.handle(&ToTrainer::Live);
    bench.work();
    assert_eq!((bench.step, bench.status.is_growing), (4, true));
    // The lines of steps 3 and 4 are lost.
    bench.write(&lines[..up_to(2)]);
    bench.replay.read_anew();
    bench.work();
    bench.write(&lines);
    bench.replay.read_on();
    bench.work();
    assert_eq!((bench.step, bench.newest_step), (6, 6));
    assert!(bench.status.is_good && !bench.status.is_growing, "{:?}", bench.status);
    assert!(bench.calls.words().contains("Calls so far 24"), "{}", bench.calls.words());
    assert!(bench.refused.is_empty(), "{:?}", bench.refused);
}

#[test]
fn a_log_without_a_line_is_waited_for_where_a_service_will_write_it() {
    let lines = log(2);
    assert_eq!(Bench::new(&[], false).refused.len(), 1);
    let mut bench = Bench::new(&[], true);
    bench.replay.handle(&ToTrainer::Live);
    bench.write(&lines[..1]);
    bench.replay.read_on();
    bench.work();
    assert!(bench.refused.is_empty(), "{:?}", bench.refused);
    bench.write(&lines);
    bench.replay.read_on();
    bench.work();
    assert_eq!((bench.step, bench.refused.len()), (2, 0));
}
