//! A run of the page saved as a log and opened again: nothing is lost.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may end so")]

use std::cell::Cell;
use std::io::Read;

use flate2::read::GzDecoder;
use lnn_core::SyntheticKind;
use lnn_engine::{
    Run,
    replay::{DataWish, FromReplay, Replay},
    save::{SaveForm, SaveOrder, SavedFile, Saver},
};
use lnn_runlog::files::{MemorySource, SingleFile};
use lnn_runlog::{Depth, LogReader, RecipeRecord, Report};
use lnn_web::{
    frame::Frame,
    protocol::{
        Change, FromTrainer, Keyframe, RunOutline, Speed, SyntheticData, ToTrainer, TrainingData, ViewRequest,
    },
    state::default_recipe,
};

fn spiral() -> TrainingData {
    let kind = SyntheticKind::Spiral;
    TrainingData::Synthetic(SyntheticData { kind, n_examples: 150, noise: 0.05, seed: 3, train_share: 0.8 })
}

/// A clock that moves at every look.
fn clock(now_ms: &Cell<f64>) -> impl Fn() -> f64 {
    move || {
        now_ms.set(now_ms.get() + 0.2);
        now_ms.get()
    }
}

struct Live {
    run: Run,
    now_ms: Cell<f64>,
    frame: Option<std::rc::Rc<Frame>>,
    keyframe: Option<Keyframe>,
}

impl Live {
    fn new(keyframe: Option<&Keyframe>) -> Self {
        let recipe = RecipeRecord::from(&default_recipe());
        let (run, _) = Run::start(1, &recipe, &spiral(), keyframe).unwrap();
        let mut live = Self { run, now_ms: Cell::new(0.0), frame: None, keyframe: None };
        live.run.handle(&ToTrainer::View(ViewRequest::default()));
        live.run.handle(&ToTrainer::Speed(Speed::Full));
        live
    }

    fn work(&mut self) {
        for message in self.run.work(&clock(&self.now_ms)) {
            match message {
                FromTrainer::Frame(frame) => self.frame = Some(frame),
                FromTrainer::Keyframe { keyframe, .. } => self.keyframe = Some(keyframe),
                other => panic!("{other:?}"),
            }
        }
        self.run.handle(&ToTrainer::Drawn);
    }

    fn epochs(&mut self, n_epochs: u64) {
        for _ in 0..n_epochs {
            self.run.handle(&ToTrainer::StepEpoch);
            while self.run.is_playing() {
                self.work();
            }
        }
        self.work();
    }

    /// The frame at a step.
    fn at(&mut self, step: u64) -> Frame {
        self.run.handle(&ToTrainer::Seek(step));
        (0..3).for_each(|_| self.work());
        let frame = (**self.frame.as_ref().unwrap()).clone();
        assert_eq!(frame.head.step, step);
        frame
    }

    fn outline(&mut self) -> RunOutline {
        match self.run.handle(&ToTrainer::Export) {
            Some(FromTrainer::Exported { outline, .. }) => *outline,
            other => panic!("{other:?}"),
        }
    }
}

fn save(outline: RunOutline, data: TrainingData) -> SavedFile {
    let now_ms = Cell::new(0.0);
    let mut saver =
        Saver::start(&SaveOrder { form: SaveForm::Log, outline, data }, 1_795_349_492_611.0).unwrap();
    let mut shares = vec![0.0];
    while !saver.is_done() {
        shares.push(saver.work(&clock(&now_ms)).unwrap());
    }
    assert!(shares.windows(2).all(|pair| pair[0] <= pair[1]), "{shares:?}");
    saver.finish().unwrap()
}

fn text(saved: &SavedFile) -> Vec<u8> {
    let mut text = Vec::new();
    GzDecoder::new(saved.bytes.as_slice()).read_to_end(&mut text).unwrap();
    text
}

fn report(text: &[u8]) -> Report {
    let mut reader = LogReader::new(Depth::Whole);
    reader.push(text, &mut |_| ());
    reader.finish_file(&mut |_| ());
    Report::new(&reader, &[])
}

/// The log played with what it wishes for, at a step.
fn replayed(text: &[u8], steps: &[u64]) -> (Vec<Frame>, u64, Option<u64>) {
    let files = SingleFile::new("run.ndjson", Box::new(MemorySource(text.to_vec())));
    let mut replay = Replay::open(1, "run.ndjson", None, text.len() as f64, Box::new(files)).unwrap();
    let now_ms = Cell::new(0.0);
    let (mut frames, mut newest, mut verdict) = (Vec::new(), None, (0, None));
    let mut work = |replay: &mut Replay, n_turns: usize| {
        for _ in 0..n_turns {
            for message in replay.work(&clock(&now_ms)) {
                match message {
                    FromReplay::Tell(told) => {
                        if let FromTrainer::Frame(frame) = &*told {
                            newest = Some((**frame).clone());
                        }
                    }
                    FromReplay::Log(status) => {
                        if let Some(agreement) = &status.agreement {
                            verdict = (agreement.n_agreeing, agreement.parts_at);
                        }
                    }
                    _ => {}
                }
            }
            replay.handle(&ToTrainer::Drawn);
        }
        newest.clone()
    };
    work(&mut replay, 600);
    match replay.wish() {
        Some(DataWish::Made(bytes)) => drop(replay.offer_file("", &bytes)),
        other => panic!("{other:?}"),
    }
    for step in steps {
        replay.handle(&ToTrainer::Seek(*step));
        frames.extend(work(&mut replay, 1500));
    }
    replay.handle(&ToTrainer::Live);
    work(&mut replay, 3000);
    (frames, verdict.0, verdict.1)
}

/// All that views show but what depends on the moment: pace, the page's number of the run.
fn shown(frame: &Frame) -> Frame {
    Frame { run: 0, playing: false, steps_per_second: 0.0, ..frame.clone() }
}

#[test]
fn a_saved_run_is_opened_again_with_every_bit() {
    let mut live = Live::new(None);
    live.epochs(4);
    live.run.handle(&ToTrainer::Change(Change::LearningRate(0.005)));
    live.epochs(3);
    live.run.handle(&ToTrainer::Change(Change::Dropout(0.1)));
    live.run.handle(&ToTrainer::Change(Change::L2Penalty(0.02)));
    live.epochs(3);
    let last = live.run.newest_step();
    let steps = [0, 1, 7, last / 2, last];
    let saved = save(live.outline(), spiral());
    assert_eq!(
        (saved.file_name.as_str(), saved.sentence.as_str()),
        (
            "spiral-23.ndjson.gz",
            &*format!(
                "Saved spiral-23.ndjson.gz: {} steps, every step. Drop it on this page to replay it.",
                last + 1
            )
        )
    );
    let text = text(&saved);
    let report = report(&text);
    assert!(report.is_good() && report.complete, "{report:?}");
    let (frames, n_agreeing, parts_at) = replayed(&text, &steps);
    assert_eq!((n_agreeing, parts_at), (last + 1, None));
    for (step, frame) in steps.iter().zip(&frames) {
        assert_eq!(shown(&live.at(*step)), shown(frame), "step {step}");
    }
}

#[test]
fn a_run_that_began_at_a_keyframe_is_saved_from_there() {
    let mut live = Live::new(None);
    live.epochs(2);
    live.run.handle(&ToTrainer::Change(Change::LearningRate(0.1)));
    live.epochs(1);
    let keyframe = live.keyframe.clone().unwrap();
    assert!(keyframe.has_changes && keyframe.step > 0);
    let mut again = Live::new(Some(&keyframe));
    again.epochs(3);
    let (first, last) = (keyframe.step, again.run.newest_step());
    let saved = save(again.outline(), spiral());
    let n_steps = last - first + 1;
    assert!(saved.sentence.contains(&format!(": {n_steps} steps,")), "{}", saved.sentence);
    let text = text(&saved);
    assert!(report(&text).is_good());
    let (frames, n_agreeing, parts_at) = replayed(&text, &[first + 2, last]);
    assert_eq!((n_agreeing, parts_at), (n_steps, None));
    assert_eq!(shown(&again.at(last)), shown(&frames[1]));
}

#[test]
fn an_order_that_cannot_be_followed_is_refused_with_a_sentence() {
    let mut outline = Live::new(None).outline();
    outline.recipe.cost = "envy".to_owned();
    let refused =
        Saver::start(&SaveOrder { form: SaveForm::Log, outline, data: spiral() }, 0.0).err().unwrap();
    assert!(refused.contains("envy"), "{refused}");
}
