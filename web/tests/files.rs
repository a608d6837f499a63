//! What leaves the page as files comes back: weights of every format, the data set, a whole session.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may end so")]

use std::cell::Cell;
use std::rc::Rc;

use lnn_core::{DataSet, SyntheticKind};
use lnn_engine::files::{SESSION_DATA, data, session, weights};
use lnn_engine::replay::{DataWish, FromReplay, Replay};
use lnn_engine::save::{SaveForm, SaveOrder, SavedFile, Saver};
use lnn_engine::{Run, bulk::Bulk};
use lnn_import::ImportLimits;
use lnn_import::formats::read_prepared;
use lnn_runlog::files::{Files, MemorySource, ZipFiles, read_up_to};
use lnn_runlog::{DataInfo, RecipeRecord};
use lnn_web::protocol::{
    DataArrays, DataPlace, FromTrainer, HandPoint, Keyframe, Speed, StartWeights, ToTrainer, TrainingData,
};
use lnn_web::state::default_recipe;

/// A user's own data set: a spiral whose file is not at hand.
fn own() -> TrainingData {
    let all: DataSet<f32> = SyntheticKind::Spiral.generate(120, 0.05, 3);
    let (train_rows, dev_rows) = all.split_fraction(0.75, 3);
    let (train, dev) = (all.select(&train_rows), all.select(&dev_rows));
    let info = DataInfo {
        name: "mine.csv".to_owned(),
        ..DataInfo::made_up(SyntheticKind::Spiral, train_rows.len(), dev_rows.len())
    };
    let place = DataPlace { name: "mine.csv".to_owned(), is_builtin: false, plan: "{}".to_owned() };
    TrainingData::Arrays(Rc::new(DataArrays::of(info, &train, Some(&dev), Some(place), String::new())))
}

fn clock(now_ms: &Cell<f64>) -> impl Fn() -> f64 {
    move || {
        now_ms.set(now_ms.get() + 0.2);
        now_ms.get()
    }
}

fn train(run: &mut Run, n_epochs: usize) {
    let now_ms = Cell::new(0.0);
    run.handle(&ToTrainer::Speed(Speed::Full));
    for _ in 0..n_epochs {
        run.handle(&ToTrainer::StepEpoch);
        while run.is_playing() {
            run.work(&clock(&now_ms));
            run.handle(&ToTrainer::Drawn);
        }
    }
}

/// A run with a few steps, its cursor in the past.
fn under_way() -> (Run, SaveOrder) {
    let (mut run, _) = Run::start(1, &RecipeRecord::from(&default_recipe()), &own(), None).unwrap();
    train(&mut run, 3);
    let newest = run.newest_step();
    run.handle(&ToTrainer::Seek(newest - 4));
    let order = order(&mut run, SaveForm::Log);
    (run, order)
}

fn order(run: &mut Run, form: SaveForm) -> SaveOrder {
    match run.handle(&ToTrainer::Export) {
        Some(FromTrainer::Exported { outline, .. }) => SaveOrder { form, outline: *outline, data: own() },
        other => panic!("{other:?}"),
    }
}

/// The numbers of a keyframe's network, layer by layer, as a message has them.
fn numbers(order: &SaveOrder, keyframe: &Keyframe) -> Vec<f32> {
    let TrainingData::Arrays(arrays) = own() else { panic!("no arrays") };
    let inputs =
        ndarray::Array2::from_shape_vec((2, arrays.info.n_train), arrays.train_inputs.to_vec()).unwrap();
    let targets =
        ndarray::Array2::from_shape_vec((1, arrays.info.n_train), arrays.train_targets.to_vec()).unwrap();
    let recipe = lnn_core::Recipe::try_from(&order.outline.recipe).unwrap();
    let mut trainer =
        lnn_core::Trainer::<f32>::new(recipe, DataSet::new(inputs, targets).unwrap().into()).unwrap();
    trainer.restore(&lnn_core::Snapshot::from_bytes(&keyframe.snapshot).unwrap()).unwrap();
    let layers = &trainer.network().layers;
    layers.iter().flat_map(|layer| layer.weights.iter().chain(&layer.biases).copied()).collect()
}

fn message(file: &SavedFile) -> StartWeights {
    StartWeights::of(&file.file_name, &lnn_weights::read(&file.bytes).unwrap().0)
}

#[test]
fn weights_of_the_cursors_step_come_back_to_the_bit_in_every_format_that_is_read() {
    let (mut run, order) = under_way();
    let expected = numbers(&order, &order.outline.now);
    assert_eq!(order.outline.now.step, run.newest_step() - 4);
    for format in ["npz", "safetensors", "json", "onnx"] {
        let file = weights(&order, format).unwrap();
        assert_eq!(file.file_name, format!("mine-23.{format}"));
        assert!(file.sentence.contains("2-8-8-6-1 at step"), "{}", file.sentence);
        assert_eq!(*message(&file).numbers, expected, "{format}");
    }
    let program = String::from_utf8(weights(&order, "py").unwrap().bytes).unwrap();
    assert!(program.contains("import numpy"));
    assert!(weights(&order, "doc").is_err_and(|why| why.contains("npz")));
    train(&mut run, 1);
}

#[test]
fn a_run_starts_from_the_weights_of_a_file_and_its_log_tells_of_them() {
    let (_, order) = under_way();
    let file = weights(&order, "onnx").unwrap();
    let record = RecipeRecord::from(&default_recipe());
    let (mut run, _) = Run::start_from(1, &record, &own(), Some(&message(&file)), None).unwrap();
    let begun = self::order(&mut run, SaveForm::Log);
    assert_eq!(numbers(&begun, &begun.outline.now), *message(&file).numbers);
    train(&mut run, 2);
    let log = saved(&self::order(&mut run, SaveForm::Log));
    let (agreeing, _) = played(log.bytes, false);
    assert_eq!(agreeing, (run.newest_step() + 1, None), "computed again from what the log holds");
    let other = StartWeights { sizes: vec![2, 3, 1], ..message(&file) };
    let refused = Run::start_from(1, &record, &own(), Some(&other), None);
    assert!(refused.is_err_and(
        |error| error.to_string().contains("weights of layer 1") || error.to_string().contains("layers")
    ));
    let short = StartWeights { numbers: Bulk(vec![0.0; 3]), ..message(&file) };
    let refused = Run::start_from(1, &record, &own(), Some(&short), None);
    assert!(refused.is_err_and(|error| error.to_string().contains("3 numbers came")));
}

fn saved(order: &SaveOrder) -> SavedFile {
    let now_ms = Cell::new(0.0);
    let mut saver = Saver::start(order, 1_795_349_492_611.0).unwrap();
    while !saver.is_done() {
        saver.work(&clock(&now_ms)).unwrap();
    }
    saver.finish().unwrap()
}

/// Steps that agree, and the first that does not.
type Verdict = (u64, Option<u64>);

/// Plays a log or a session to its end; tells how many steps agree, where they part, and what is handed over there.
fn played(bytes: Vec<u8>, is_session: bool) -> (Verdict, Option<(RecipeRecord, Keyframe)>) {
    let n_bytes = bytes.len() as f64;
    let mut own_data = None;
    let files: Box<dyn Files> = if is_session {
        let mut zip = ZipFiles::new(Box::new(MemorySource(bytes))).unwrap();
        own_data = Some(read_up_to(zip.open(SESSION_DATA).unwrap().as_mut(), 0, 1 << 20).unwrap());
        Box::new(zip)
    } else {
        Box::new(lnn_runlog::files::SingleFile::new("run.ndjson.gz", Box::new(MemorySource(bytes))))
    };
    let mut replay = Replay::open(1, "mine", None, n_bytes, files).unwrap();
    let now_ms = Cell::new(0.0);
    let mut verdict = (0, None);
    let mut work = |replay: &mut Replay, n_turns: usize| {
        for _ in 0..n_turns {
            for message in replay.work(&clock(&now_ms)) {
                if let FromReplay::Log(status) = message
                    && let Some(agreement) = &status.agreement
                {
                    verdict = (agreement.n_agreeing, agreement.parts_at);
                    assert!(status.is_good, "{:?}", status.account);
                }
            }
            replay.handle(&ToTrainer::Drawn);
        }
    };
    work(&mut replay, 600);
    assert_eq!(replay.wish(), Some(DataWish::Users("mine.csv".to_owned())));
    let told = match own_data {
        Some(bytes) => replay.offer_prepared(bytes),
        None => replay.offer(&own()),
    };
    assert!(!told.is_empty(), "the data set was not taken");
    replay.handle(&ToTrainer::Live);
    replay.handle(&ToTrainer::Seek(u64::MAX));
    work(&mut replay, 3000);
    let handed = replay.hand(HandPoint::Cursor).into_iter().find_map(|message| match message {
        FromReplay::Handed { recipe, keyframe, .. } => Some((*recipe, keyframe?)),
        _ => None,
    });
    (verdict, handed)
}

#[test]
fn a_session_opens_with_its_data_agrees_to_the_bit_and_goes_on_where_it_was() {
    let (mut run, _) = under_way();
    run.handle(&ToTrainer::Live);
    let order = order(&mut run, SaveForm::Session);
    let file = session(&order, &saved(&order)).unwrap();
    assert_eq!(file.file_name, "mine-23.lnn.zip");
    let (agreeing, handed) = played(file.bytes, true);
    assert_eq!(agreeing, (run.newest_step() + 1, None));
    let (recipe, keyframe) = handed.unwrap();
    assert_eq!((keyframe.step, &keyframe.snapshot), (run.newest_step(), &order.outline.now.snapshot));
    let (mut again, _) = Run::start(2, &recipe, &own(), Some(&keyframe)).unwrap();
    train(&mut run, 2);
    train(&mut again, 2);
    let now = |run: &mut Run| self::order(run, SaveForm::Log).outline.now;
    assert_eq!(now(&mut again), now(&mut run), "both went on to the same bits");
}

#[test]
fn the_data_set_is_written_as_it_is_trained_on() {
    let (mut run, _) = under_way();
    let file = data(&order(&mut run, SaveForm::Data)).unwrap();
    assert_eq!(file.file_name, "mine-23-prepared.npz");
    let (train, dev) = read_prepared::<f32>(file.bytes, &ImportLimits::default()).unwrap();
    let TrainingData::Arrays(arrays) = own() else { panic!("no arrays") };
    assert_eq!(train.inputs().iter().copied().collect::<Vec<_>>(), *arrays.train_inputs);
    assert_eq!(dev.unwrap().targets().iter().copied().collect::<Vec<_>>(), *arrays.dev_targets);
}
