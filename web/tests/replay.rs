//! Logs played without a browser: from themselves, computed again, torn, of other data.
#![allow(clippy::unwrap_used, clippy::panic, clippy::format_collect, reason = "a test may fail, and be slow")]

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use lnn_core::{DataSet, Recipe, Trainer};
use lnn_engine::replay::{DataWish, FromReplay, LogStatus, Replay};
use lnn_import::{CsvImporter, CsvOptions, Every, ImportLimits, ImportPlan, Prepared, gallery, prepare};
use lnn_runlog::files::{MemorySource, SingleFile};
use lnn_runlog::{DataOrigin, EndRecord, HeaderRecord, LogWriter, Record, Recorder, watched_rows};
use lnn_web::{
    frame::{Frame, TileContent},
    protocol::{FromTrainer, Lens, Speed, ToTrainer, ViewRequest},
    state::default_recipe,
};

fn csv() -> Vec<u8> {
    gallery::made_up(lnn_core::SyntheticKind::Spiral, 120, 0.04, 5).into_bytes()
}

fn prepared(every: Every) -> (ImportPlan, Prepared<f32>) {
    let options = CsvOptions { every, ..CsvOptions::default() };
    let mut importer = CsvImporter::with_options(ImportLimits::default(), options);
    importer.push(&csv()).unwrap();
    let table = importer.finish().unwrap();
    let plan = ImportPlan::guess(&table);
    let prepared = prepare(&table, &plan).unwrap();
    (plan, prepared)
}

/// The log of a training of some steps, line by line.
fn log(n_steps: u64) -> String {
    log_of(Every::ALL, n_steps)
}

/// The same, of a part of the rows.
fn log_of(every: Every, n_steps: u64) -> String {
    let (plan, prepared) = prepared(every);
    let recipe =
        Recipe { layers: vec![5, 4], hidden: vec![lnn_core::Activation::Tanh; 2], ..default_recipe() };
    let train: Arc<DataSet<f32>> = Arc::new(prepared.train.clone());
    let mut trainer = Trainer::new(recipe.clone(), train.clone()).unwrap();
    let info = prepared.info("mine.csv");
    let rows = watched_rows(&train, info.task);
    let origin = DataOrigin::of("mine.csv", &train, prepared.dev.as_ref());
    let header = HeaderRecord::of("test", &trainer, info)
        .with_origin(origin.planned(serde_json::to_value(plan).unwrap()))
        .watching(&train, Some(&rows));
    let mut writer = LogWriter::new(Vec::new(), "r", "w");
    let mut recorder = Recorder::new(&trainer, prepared.dev, 1, Some(&rows));
    let mut write = |record: &Record| assert!(writer.write(record, Some(1)).is_ok());
    write(&Record::Header(Box::new(header)));
    write(&Record::Step(Box::new(recorder.start(&trainer))));
    for step in 1..=n_steps {
        let record = recorder.step(&mut trainer, step == n_steps).unwrap().unwrap();
        write(&Record::Step(Box::new(record)));
    }
    let (epoch, digest) = (trainer.epoch(), trainer.network().digest());
    let reason = "done".to_owned();
    write(&Record::End(EndRecord { step: n_steps, epoch, digest, reason, message: None }));
    String::from_utf8(writer.into_inner()).unwrap()
}

/// A log and a clock that moves 0.2 ms at every look.
struct Bench {
    replay: Replay,
    clock_ms: Cell<f64>,
    frames: Vec<Rc<Frame>>,
    status: LogStatus,
    n_records: usize,
    refused: Vec<String>,
    n_started: usize,
}

impl Bench {
    fn new(text: &str) -> Self {
        Self::of_run(text, None)
    }

    fn of_run(text: &str, log_run: Option<&str>) -> Self {
        let log_run = log_run.map(str::to_owned);
        let files = SingleFile::new("run.ndjson", Box::new(MemorySource(text.as_bytes().to_vec())));
        let replay = Replay::open(1, "run.ndjson", log_run, text.len() as f64, Box::new(files)).unwrap();
        let mut bench = Self {
            replay,
            clock_ms: Cell::new(0.0),
            frames: Vec::new(),
            status: LogStatus::default(),
            n_records: 0,
            refused: Vec::new(),
            n_started: 0,
        };
        bench.tell(&ToTrainer::View(ViewRequest::default()));
        bench.work(400);
        bench
    }

    fn tell(&mut self, message: &ToTrainer) {
        let answer = self.replay.handle(message);
        self.hear(answer.into_iter().collect());
    }

    fn work(&mut self, n_turns: usize) {
        for _ in 0..n_turns {
            let clock = || {
                self.clock_ms.set(self.clock_ms.get() + 0.2);
                self.clock_ms.get()
            };
            let messages = self.replay.work(&clock);
            let has_frame = messages.iter().any(
                |message| matches!(message, FromReplay::Tell(told) if matches!(**told, FromTrainer::Frame(_))),
            );
            self.hear(messages);
            if has_frame {
                self.tell(&ToTrainer::Drawn);
            }
        }
    }

    fn hear(&mut self, messages: Vec<FromReplay>) {
        for message in messages {
            match message {
                FromReplay::Log(status) => self.status = (*status).clone(),
                FromReplay::Records { heads, .. } => self.n_records += heads.len(),
                FromReplay::Curves { .. } => self.refused.push("taken for another program's log".to_owned()),
                FromReplay::Tell(told) => match &*told {
                    FromTrainer::Frame(frame) => self.frames.push(frame.clone()),
                    FromTrainer::Refused { message } => self.refused.push(message.clone()),
                    FromTrainer::Started { .. } => self.n_started += 1,
                    _ => {}
                },
                FromReplay::Calls { .. } | FromReplay::Runs(_) | FromReplay::Handed { .. } => {
                    panic!("nobody asked for it")
                }
                FromReplay::Saving(_) | FromReplay::Saved { .. } | FromReplay::NotSaved(_) => {
                    panic!("nothing is saved here")
                }
            }
        }
    }

    fn offer(&mut self, bytes: &[u8]) {
        let answers = self.replay.offer_file("mine.csv", bytes);
        self.hear(answers);
        self.work(1200);
    }

    fn seek(&mut self, step: u64) -> Rc<Frame> {
        self.tell(&ToTrainer::Seek(step));
        self.work(3000);
        let frame = self.frames.last().unwrap().clone();
        assert_eq!(frame.head.step, step);
        frame
    }
}

#[test]
fn a_log_alone_shows_every_step_and_goes_on_to_its_end() {
    let mut bench = Bench::new(&log(60));
    assert_eq!(bench.replay.wish(), Some(DataWish::Users("mine.csv".to_owned())));
    assert!(bench.status.is_good && !bench.status.is_reading, "{:?}", bench.status);
    assert_eq!((bench.n_started, bench.n_records), (1, 62));
    for step in [17, 3, 60, 0] {
        let frame = bench.seek(step);
        assert_eq!((frame.newest_step, frame.units.len()), (60, 3));
        assert!(frame.tiles.iter().all(|tile| tile.content == TileContent::Watched && tile.width == 8));
    }
    bench.tell(&ToTrainer::Speed(Speed::StepsPerSecond(60.0)));
    bench.tell(&ToTrainer::Play);
    bench.work(20_000);
    let steps: Vec<u64> = bench.frames.iter().map(|frame| frame.head.step).collect();
    assert!((0..=60).all(|step| steps.contains(&step)), "{steps:?}");
    assert!(!bench.frames.last().unwrap().playing);
}

#[test]
fn with_its_data_set_every_step_is_computed_again_and_agrees() {
    let text = log(60);
    let mut alone = Bench::new(&text);
    let mut bench = Bench::new(&text);
    bench.offer(&csv());
    assert_eq!(bench.n_started, 2);
    for step in [40, 12, 60, 1] {
        let (from_log, again) = (alone.seek(step), bench.seek(step));
        assert_eq!((from_log.head, &from_log.units), (again.head, &again.units));
        assert!(again.edges.iter().all(|edges| !edges.from.is_empty()), "weights are there again");
        assert_eq!(again.newest_step, 60);
    }
    bench.work(100);
    let agreement = bench.status.agreement.clone().unwrap();
    assert_eq!((agreement.n_agreeing, agreement.parts_at), (61, None));
    // On from the end: from the start again.
    bench.tell(&ToTrainer::Speed(Speed::Full));
    bench.tell(&ToTrainer::Play);
    bench.work(2000);
    assert_eq!(bench.frames.last().unwrap().head.step, 60);
    assert!(!bench.frames.last().unwrap().playing);
}

#[test]
fn a_log_of_every_third_row_finds_them_in_the_whole_file() {
    let mut bench = Bench::new(&log_of(Every::nth(3), 10));
    bench.offer(&csv());
    bench.seek(10);
    bench.work(300);
    assert_eq!(bench.status.agreement.clone().unwrap().n_agreeing, 11);
}

#[test]
fn another_data_set_is_refused_and_the_log_is_shown_all_the_same() {
    let mut bench = Bench::new(&log(10));
    bench.offer(b"x1,x2,class\n1,2,0\n3,4,1\n2,2,1\n5,1,0\n");
    let why = bench.status.why_not.clone().unwrap();
    assert!(why.contains("drop that file"), "{why}");
    bench.offer(b"a,b\n1,2\n");
    assert!(bench.status.why_not.clone().unwrap().contains("is not the data set of this run"));
    assert_eq!(bench.seek(7).head.step, 7);
    bench.offer(&csv());
    bench.seek(10);
    bench.work(300);
    assert_eq!(bench.status.agreement.clone().unwrap().n_agreeing, 11);
}

#[test]
fn a_forged_step_is_where_log_and_computation_part() {
    let forged: String = log(20)
        .lines()
        .map(|line| {
            let at = line.find("\"digest\":\"").filter(|_| line.contains("\"step\":13,"));
            let line = at.map_or(line.to_owned(), |at| {
                format!("{}0123456789abcdef{}", &line[..at + 10], &line[at + 26..])
            });
            let body = line.rsplit_once(",\"crc32c\"").unwrap().0;
            format!("{body},\"crc32c\":\"{:08x}\"}}\n", crc32c::crc32c(body.as_bytes()))
        })
        .collect();
    let mut bench = Bench::new(&forged);
    bench.offer(&csv());
    bench.seek(20);
    bench.work(300);
    let agreement = bench.status.agreement.clone().unwrap();
    assert_eq!((agreement.n_agreeing, agreement.parts_at), (20, Some(13)));
}

#[test]
fn a_torn_log_shows_what_it_has_and_says_what_is_missing() {
    let text = log(30);
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    lines.remove(10);
    let torn = lines.concat();
    let mut bench = Bench::new(&torn[..torn.len() - 700]);
    assert!(!bench.status.is_good);
    let account = bench.status.account.join(" ");
    for part in ["Step 9 is missing.", "Lines missing: 1.", "has no end", "the file ends within this line"] {
        assert!(account.contains(part), "{account}");
    }
    bench.tell(&ToTrainer::Seek(9));
    bench.work(50);
    assert_eq!(bench.frames.last().unwrap().head.step, 8, "the step before is shown");
    let headless: String = lines[1..].concat();
    let bench = Bench::new(&headless);
    assert!(bench.refused[0].contains("no header"), "{:?}", bench.refused);
    assert!(Bench::new("hello\n").refused[0].contains("Is this the right file?"));
}

#[test]
fn every_lens_of_a_log_shows_something() {
    let mut bench = Bench::new(&log(5));
    for (lens, width) in [(Lens::Activation, 8), (Lens::Gradient, 8), (Lens::Weight, 1), (Lens::Update, 1)] {
        bench.tell(&ToTrainer::View(ViewRequest { lens, ..ViewRequest::default() }));
        let frame = bench.seek(4);
        assert!(frame.tiles.iter().all(|tile| tile.width == width && !tile.pixels.is_empty()));
    }
}

/// Steps in the order in which they were shown, each once where it stood still.
fn course(bench: &Bench, from: usize) -> Vec<u64> {
    let mut steps: Vec<u64> = bench.frames[from..].iter().map(|frame| frame.head.step).collect();
    steps.dedup();
    steps
}

#[test]
fn a_span_is_played_again_and_again_alone_and_computed() {
    for has_data in [false, true] {
        let mut bench = Bench::new(&log(60));
        if has_data {
            bench.offer(&csv());
        }
        bench.seek(25);
        bench.tell(&ToTrainer::Speed(Speed::StepsPerSecond(60.0)));
        bench.replay.repeat(Some((20, 30)));
        let from = bench.frames.len();
        bench.tell(&ToTrainer::Play);
        bench.work(30_000);
        let steps = course(&bench, from);
        assert!(steps.iter().all(|step| (20..=30).contains(step)), "{has_data} {steps:?}");
        assert!(steps.windows(2).filter(|pair| pair[1] < pair[0]).count() >= 3, "{has_data} {steps:?}");
        assert!(bench.frames.last().unwrap().playing);
        // Without a span it goes on to the end.
        bench.replay.repeat(None);
        bench.work(30_000);
        assert_eq!(bench.frames.last().unwrap().head.step, 60, "{has_data}");
        assert!(!bench.frames.last().unwrap().playing);
        // From behind it, playing begins at its start.
        bench.replay.repeat(Some((5, 8)));
        bench.tell(&ToTrainer::Play);
        bench.work(3000);
        assert!((5..=8).contains(&bench.frames.last().unwrap().head.step), "{has_data}");
        if has_data {
            bench.tell(&ToTrainer::Pause);
            bench.work(200);
            assert_eq!(bench.status.agreement.clone().unwrap().parts_at, None);
        }
    }
}

#[test]
fn any_run_of_a_log_with_several_can_be_shown() {
    let other = log(12)
        .lines()
        .map(|line| {
            let body =
                line.rsplit_once(",\"crc32c\"").unwrap().0.replace("\"run\":\"r\"", "\"run\":\"second\"");
            format!("{body},\"crc32c\":\"{:08x}\"}}\n", crc32c::crc32c(body.as_bytes()))
        })
        .collect::<String>();
    let first = log(30);
    let interleaved: String = first
        .split_inclusive('\n')
        .zip(other.split_inclusive('\n').chain(std::iter::repeat("")))
        .flat_map(|(a, b)| [a, b])
        .collect();
    let bench = Bench::new(&interleaved);
    assert_eq!((bench.status.log_run.as_str(), bench.status.log_runs.len()), ("r", 2));
    assert_eq!(bench.frames.last().unwrap().newest_step, 30);
    let mut bench = Bench::of_run(&interleaved, Some("second"));
    assert_eq!((bench.status.log_run.as_str(), bench.n_records), ("second", 14));
    assert_eq!(bench.seek(12).newest_step, 12);
    bench.offer(&csv());
    bench.seek(11);
    bench.work(300);
    assert_eq!(bench.status.agreement.clone().unwrap().parts_at, None);
    assert!(Bench::of_run(&interleaved, Some("third")).refused[0].contains("«third»"));
}
