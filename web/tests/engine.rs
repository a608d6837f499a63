//! The trainer behind the page, without a browser: pace, time travel, lost workers, divergence.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may end so")]

use std::cell::Cell;
use std::rc::Rc;

use lnn_core::{Recipe, SyntheticKind};
use lnn_engine::Run;
use lnn_runlog::{DecayRecord, RecipeRecord};
use lnn_web::{
    frame::Frame,
    protocol::{
        Change, FromTrainer, Keyframe, Speed, SyntheticData, ToTrainer, TrainingData, UnitId, ViewRequest,
    },
    state::default_recipe,
};

fn spiral() -> TrainingData {
    let kind = SyntheticKind::Spiral;
    TrainingData::Synthetic(SyntheticData { kind, n_examples: 200, noise: 0.05, seed: 3, train_share: 0.8 })
}

/// A run with a clock that moves 0.2 ms at every look, and all that it said.
struct Bench {
    run: Run,
    clock_ms: Cell<f64>,
    frames: Vec<Frame>,
    keyframe: Option<Keyframe>,
    diverged: Option<(String, Option<UnitId>, u64)>,
}

impl Bench {
    fn new(recipe: &Recipe) -> Self {
        Self::from_keyframe(recipe, None)
    }

    fn from_keyframe(recipe: &Recipe, keyframe: Option<&Keyframe>) -> Self {
        let (run, started) = Run::start(1, &RecipeRecord::from(recipe), &spiral(), keyframe).unwrap();
        assert!(matches!(started, FromTrainer::Started { run: 1, .. }));
        let mut bench =
            Self { run, clock_ms: Cell::new(0.0), frames: Vec::new(), keyframe: None, diverged: None };
        let selected = Some(UnitId { layer_idx: 1, unit_idx: 2 });
        bench.tell(&ToTrainer::View(ViewRequest { selected, ..ViewRequest::default() }));
        bench.tell(&ToTrainer::Speed(Speed::Full));
        bench
    }

    fn tell(&mut self, message: &ToTrainer) {
        let answer = self.run.handle(message);
        assert_eq!(answer, None, "{message:?}");
    }

    fn work(&mut self) {
        let clock = || {
            self.clock_ms.set(self.clock_ms.get() + 0.2);
            self.clock_ms.get()
        };
        for message in self.run.work(&clock) {
            match message {
                FromTrainer::Frame(frame) => {
                    self.frames.push(Rc::unwrap_or_clone(frame));
                    self.run.handle(&ToTrainer::Drawn);
                }
                FromTrainer::Keyframe { keyframe, .. } => self.keyframe = Some(keyframe),
                FromTrainer::Diverged { message, unit, step, .. } => {
                    self.diverged = Some((message, unit, step));
                }
                other => panic!("unexpected {other:?}"),
            }
        }
    }

    fn play_to(&mut self, step: u64) {
        self.tell(&ToTrainer::Play);
        while self.run.newest_step() < step {
            self.work();
        }
        self.tell(&ToTrainer::Pause);
        self.work();
    }

    fn seek(&mut self, step: u64) -> Frame {
        self.tell(&ToTrainer::Seek(step));
        self.work();
        self.frames.last().cloned().unwrap()
    }
}

/// The same picture, whatever was pressed and however fast it went.
fn assert_same_picture(found: &Frame, expected: &Frame) {
    let bare =
        |frame: &Frame| Frame { playing: false, newest_step: 0, steps_per_second: 0.0, ..frame.clone() };
    assert_eq!(bare(found), bare(expected));
}

#[test]
fn every_past_frame_comes_back_to_the_bit() {
    let mut bench = Bench::new(&default_recipe());
    bench.play_to(400);
    let shown = std::mem::take(&mut bench.frames);
    assert!(shown.len() > 5, "{} frames", shown.len());
    for frame in shown.iter().rev() {
        assert_same_picture(&bench.seek(frame.head.step), frame);
    }
}

#[test]
fn going_on_from_the_past_gives_the_same_future() {
    let mut bench = Bench::new(&default_recipe());
    bench.play_to(300);
    let newest = bench.seek(300);
    bench.seek(120);
    bench.tell(&ToTrainer::StepBatch);
    while bench.run.is_playing() {
        bench.work();
    }
    assert_eq!(bench.run.newest_step(), 121, "the future after step 120 was dropped");
    bench.play_to(300);
    assert_same_picture(&bench.seek(300), &newest);
}

#[test]
fn of_many_wishes_for_a_step_only_the_last_is_computed_and_playing_goes_on_from_it() {
    let mut bench = Bench::new(&default_recipe());
    bench.play_to(200);
    let n_frames = bench.frames.len();
    for step in [10, 20, 30] {
        bench.tell(&ToTrainer::Seek(step));
    }
    bench.work();
    assert_eq!((bench.frames.len(), bench.frames[n_frames].head.step), (n_frames + 1, 30));
    bench.tell(&ToTrainer::Seek(50));
    bench.tell(&ToTrainer::StepBatch);
    while bench.run.is_playing() {
        bench.work();
    }
    assert_eq!(bench.run.newest_step(), 51);
}

#[test]
fn long_work_is_told_in_advance_as_long_as_it_took_before() {
    let mut bench = Bench::new(&default_recipe());
    bench.work();
    assert!(bench.run.forecast_ms() < 100.0, "small steps are nothing to speak of");
    // From now on every look at the clock is 20 seconds after the last one.
    bench.tell(&ToTrainer::Play);
    for _ in 0..20 {
        let clock = || {
            bench.clock_ms.set(bench.clock_ms.get() + 20_000.0);
            bench.clock_ms.get()
        };
        bench.run.work(&clock);
        bench.run.handle(&ToTrainer::Drawn);
    }
    let forecast_ms = bench.run.forecast_ms();
    assert!(forecast_ms > 15_000.0, "{forecast_ms} ms for a step that takes 20 seconds and more");
    bench.tell(&ToTrainer::Seek(15));
    assert!(bench.run.forecast_ms() > 15_000.0, "a past step is computed again");
}

#[test]
fn live_brings_the_newest_step_back_and_keeps_it() {
    let mut bench = Bench::new(&default_recipe());
    bench.play_to(50);
    let newest_step = bench.run.newest_step();
    assert_eq!(bench.seek(10).head.step, 10);
    bench.tell(&ToTrainer::Live);
    bench.work();
    let frame = bench.frames.last().unwrap();
    assert_eq!((frame.head.step, frame.newest_step), (newest_step, newest_step));
}

#[test]
fn settings_changed_on_the_way_are_part_of_the_past() {
    let mut bench = Bench::new(&default_recipe());
    bench.play_to(60);
    bench.tell(&ToTrainer::Change(Change::LearningRate(0.001)));
    bench.tell(&ToTrainer::Change(Change::Dropout(0.2)));
    bench.tell(&ToTrainer::Change(Change::Decay(DecayRecord::Exponential { rate: 0.5 })));
    bench.play_to(140);
    let shown = std::mem::take(&mut bench.frames);
    for frame in &shown {
        assert_same_picture(&bench.seek(frame.head.step), frame);
    }
    let head = shown.last().unwrap().head;
    assert_eq!(head.learning_rate, 0.001 * 0.5_f64.powi(((head.step - 1) / 5) as i32));
}

#[test]
fn a_lost_worker_goes_on_from_the_keyframe_to_the_same_bits() {
    let mut first = Bench::new(&default_recipe());
    first.play_to(150);
    let keyframe = first.keyframe.clone().unwrap();
    let mut second = Bench::from_keyframe(&default_recipe(), Some(&keyframe));
    assert_eq!(second.run.newest_step(), keyframe.step);
    assert_same_picture(&second.seek(40), &first.seek(40));
    first.tell(&ToTrainer::Live);
    second.tell(&ToTrainer::Live);
    first.play_to(400);
    second.play_to(400);
    assert_same_picture(&second.seek(390), &first.seek(390));
}

#[test]
fn after_a_changed_setting_a_lost_worker_offers_no_past_that_it_cannot_know() {
    let mut first = Bench::new(&default_recipe());
    first.play_to(50);
    first.tell(&ToTrainer::Change(Change::L2Penalty(0.1)));
    first.play_to(100);
    let keyframe = first.keyframe.clone().unwrap();
    assert!(keyframe.has_changes);
    let recipe = Recipe { l2_penalty: 0.1, ..default_recipe() };
    let mut second = Bench::from_keyframe(&recipe, Some(&keyframe));
    assert_eq!(second.seek(10).head.step, keyframe.step);
    second.play_to(200);
    first.play_to(200);
    assert_same_picture(&second.seek(180), &first.seek(180));
}

#[test]
fn a_step_of_an_epoch_ends_where_the_epoch_ends() {
    let mut bench = Bench::new(&default_recipe());
    bench.tell(&ToTrainer::StepBatch);
    while bench.run.is_playing() {
        bench.work();
    }
    bench.tell(&ToTrainer::StepEpoch);
    while bench.run.is_playing() {
        bench.work();
    }
    bench.work();
    let frame = bench.frames.last().unwrap();
    assert_eq!((frame.head.step, frame.head.epoch), (frame.steps_per_epoch, 1));
}

#[test]
fn a_run_that_diverges_says_where_and_keeps_its_past() {
    let recipe = Recipe {
        hidden: vec![lnn_core::Activation::Relu; 3],
        output: lnn_core::Activation::Identity,
        cost: lnn_core::Cost::SquaredError,
        optimizer: lnn_core::Optimizer::Sgd,
        learning_rate: 50.0,
        ..default_recipe()
    };
    let mut bench = Bench::new(&recipe);
    bench.tell(&ToTrainer::Play);
    while bench.run.is_playing() {
        bench.work();
    }
    bench.work();
    let (message, unit, step) = bench.diverged.clone().unwrap();
    assert!(unit.is_some(), "{message}");
    assert_eq!(bench.run.newest_step(), step - 1);
    assert!(message.contains(&format!("step {step}")) && message.contains("layer"), "{message}");
    assert_eq!(bench.seek(0).head.step, 0);
}

#[test]
fn the_gradient_check_of_a_unit_agrees() {
    let mut bench = Bench::new(&default_recipe());
    bench.play_to(20);
    for layer_idx in 0..4 {
        let unit = UnitId { layer_idx, unit_idx: 0 };
        match bench.run.handle(&ToTrainer::CheckGradient(unit)) {
            Some(FromTrainer::GradientChecked(report)) => {
                assert!(report.relative_difference < 1e-7, "{report:?}");
                assert_eq!(report.lines.len(), report.n_parameters);
            }
            other => panic!("{other:?}"),
        }
    }
    let nowhere = UnitId { layer_idx: 9, unit_idx: 0 };
    assert!(matches!(
        bench.run.handle(&ToTrainer::CheckGradient(nowhere)),
        Some(FromTrainer::Refused { .. })
    ));
}

#[test]
fn a_unit_that_does_not_exist_is_simply_not_inspected() {
    let mut bench = Bench::new(&default_recipe());
    let selected = Some(UnitId { layer_idx: 0, unit_idx: 99 });
    bench.tell(&ToTrainer::View(ViewRequest { selected, ..ViewRequest::default() }));
    bench.work();
    assert!(bench.frames.last().unwrap().unit.is_none());
}

#[test]
fn ten_steps_of_the_opening_network_have_these_bits_on_every_target() {
    let (mut run, _) = Run::start(
        1,
        &RecipeRecord::from(&default_recipe()),
        &lnn_web::state::DataSource::default().to_message(),
        None,
    )
    .unwrap();
    run.handle(&ToTrainer::StepEpoch);
    let clock = Cell::new(0.0);
    while run.is_playing() {
        clock.set(clock.get() + 20.0);
        run.work(&|| clock.get());
    }
    // The same number as in `browser.rs`.
    assert_eq!(run.make_frame().unwrap().head.digest, 9_026_889_515_165_394_255);
}
