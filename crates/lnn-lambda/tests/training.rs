//! Runs by the handlers of trainer and neuron over real Redis: the bits, the log and what is left are those of one machine.

#![allow(clippy::unwrap_used, clippy::panic, clippy::large_futures, reason = "helpers of tests")]

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Order, Stage, order};
use lnn_core::{
    Activation, BatchSize, Cost, DataSet, Optimizer, Real, Recipe, SyntheticKind, Trainer as Engine,
};
use lnn_lambda::job::Job;
use lnn_lambda::messages::{TrainerAnswer, TrainerRequest};
use lnn_lambda::names;
use lnn_lambda::stores::{Objects, Registry, Status};
use lnn_runlog::{LogLine, LoggedStep, Record, Recorder, from_safetensors};

fn soon(seconds: f64) -> Instant {
    Instant::now() + Duration::from_secs_f64(seconds)
}

fn data<T: Real>() -> (DataSet<T>, DataSet<T>) {
    let (train, dev) = SyntheticKind::Circle.generate::<T>(60, 0.05, 1).split_first(45);
    (train, dev.unwrap())
}

async fn drive(stage: &Stage, run: &str, seconds: f64) -> TrainerAnswer {
    let trainer = stage.trainer().await;
    let request = TrainerRequest { run: run.to_owned() };
    for _ in 0..200 {
        let answer = trainer.handle(&request, soon(seconds)).await.unwrap();
        if answer.status != "continue" {
            return answer;
        }
    }
    panic!("the run does not end");
}

/// The records of a log in the bucket.
async fn records(stage: &Stage, run: &str) -> Vec<Record> {
    let mut records = Vec::new();
    let keys = stage.memory.bucket.list(&format!("runs/{run}/log/")).await.unwrap();
    for (key, _) in keys {
        let object = stage.memory.bucket.get(&key).await.unwrap().unwrap();
        let mut text = Vec::new();
        std::io::Read::read_to_end(
            &mut flate2::read::MultiGzDecoder::new(object.bytes.as_slice()),
            &mut text,
        )
        .unwrap();
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let line = LogLine::open(line.trim_ascii_end()).unwrap();
            records.push(line.record().unwrap());
        }
    }
    records
}

/// The steps that a training on this machine records.
fn steps_here<T: Real>(job: &Job, train: &DataSet<T>, dev: &DataSet<T>) -> (Vec<LoggedStep>, Engine<T>) {
    let recipe = job.neuron.recipe().unwrap();
    let mut engine = Engine::new(recipe, Arc::new(train.clone())).unwrap();
    let mut recorder = Recorder::new(&engine, Some(dev.clone()), job.every_steps, None);
    let mut steps = vec![recorder.start(&engine)];
    while engine.step_count() < job.last_step {
        let is_last = engine.step_count() + 1 == job.last_step;
        steps.extend(recorder.step(&mut engine, is_last).unwrap());
    }
    (steps, engine)
}

async fn check<T: Real>(stage: &Stage, order: Order, seconds: f64) {
    let (train, dev) = data::<T>();
    let job = stage.launch(&order, &train, Some(&dev)).await;
    let answer = drive(stage, &order.run, seconds).await;
    assert_eq!((answer.status.as_str(), answer.step), ("done", job.last_step));

    let (steps, engine) = steps_here(&job, &train, &dev);
    let found: Vec<LoggedStep> = records(stage, &order.run)
        .await
        .into_iter()
        .filter_map(|record| match record {
            Record::Step(step) => Some(*step),
            _ => None,
        })
        .collect();
    assert_eq!(found.len(), steps.len(), "{}", order.run);
    for (found, step) in found.iter().zip(&steps) {
        // NaN of unknown scores is not itself: compared as text.
        assert_eq!(format!("{found:?}"), format!("{step:?}"), "{}", order.run);
    }
    let params =
        stage.memory.bucket.get(&names::result(&order.run, "params.safetensors")).await.unwrap().unwrap();
    let snapshot = from_safetensors::<T>(&params.bytes).unwrap();
    assert_eq!(snapshot.parameters, engine.network().parameters());
    for file in ["params.npz", "params.safetensors"] {
        let offered = stage.memory.bucket.get(&names::predict_input(file)).await.unwrap().unwrap();
        // Where every run is as old as the others, names decide.
        let newest = offered.metadata["lnn-order"].split_once(' ').unwrap().1.to_owned();
        assert!(newest >= order.run, "{newest}, {}", order.run);
        let result = stage.memory.bucket.get(&names::result(&newest, file)).await.unwrap().unwrap();
        assert_eq!(offered.bytes, result.bytes, "{file}");
    }
    let item = stage.memory.runs.get(&order.run).await.unwrap().unwrap();
    assert_eq!((item.status, item.is_closed), (Status::Done, true));
    assert_eq!(stage.redis.keys(), Vec::<String>::new());
}

fn recipes() -> Vec<Recipe> {
    let adam = Recipe { layers: vec![5, 3], hidden: vec![Activation::Tanh; 2], ..Recipe::default() };
    vec![
        Recipe {
            optimizer: Optimizer::sgd(),
            layers: vec![],
            hidden: vec![],
            batch_size: BatchSize::Full,
            ..adam.clone()
        },
        Recipe { batch_size: BatchSize::Of(16), l2_penalty: 0.1, ..adam.clone() },
        Recipe {
            optimizer: Optimizer::momentum(),
            dropout: 0.3,
            batch_size: BatchSize::Of(7),
            ..adam.clone()
        },
        Recipe {
            optimizer: Optimizer::rmsprop(),
            output: Activation::Tanh,
            cost: Cost::SquaredError,
            batch_size: BatchSize::Full,
            ..adam
        },
    ]
}

#[tokio::test]
async fn every_slice_size_and_optimizer_gives_the_bits_and_the_log_of_one_machine() {
    let mut stage = Stage::new();
    for (idx, recipe) in recipes().into_iter().enumerate() {
        for (units, limit) in [(Some(1), 1 << 17), (Some(2), 0), (None, 60)] {
            stage.limits.hand_limit_bytes = limit;
            let run = format!("run-{idx}-{units:?}").replace(['(', ')'], "-").to_lowercase();
            check::<f32>(&stage, order(&run, recipe.clone(), units), 60.0).await;
            check::<f64>(&stage, order(&format!("{run}-double"), recipe.clone(), units), 60.0).await;
        }
    }
}

#[tokio::test]
async fn a_trainer_that_may_take_one_step_only_hands_over_and_nothing_is_lost() {
    let stage = Stage::new();
    for (idx, recipe) in recipes().into_iter().enumerate() {
        check::<f32>(&stage, order(&format!("short-{idx}"), recipe, Some(2)), 0.01).await;
    }
}

#[tokio::test]
async fn redis_may_be_lost_at_any_hand_over() {
    let mut stage = Stage::new();
    let (train, dev) = data::<f32>();
    let order = order("lost", recipes()[1].clone(), Some(2));
    let job = stage.launch(&order, &train, Some(&dev)).await;
    let trainer = stage.trainer().await;
    let request = TrainerRequest { run: "lost".to_owned() };
    let mut n_calls = 0;
    while trainer.handle(&request, soon(0.05)).await.is_ok_and(|answer| answer.status == "continue") {
        n_calls += 1;
        if n_calls % 3 == 0 {
            stage.redis.restart();
        }
    }
    let item = stage.memory.runs.get("lost").await.unwrap().unwrap();
    assert_eq!((item.status, item.step), (Status::Done, job.last_step));
    let (steps, _) = steps_here(&job, &train, &dev);
    let found = records(&stage, "lost").await;
    let found = found.iter().filter(|record| matches!(record, Record::Step(_))).count();
    assert_eq!(found, steps.len());
    assert_eq!(stage.redis.keys(), Vec::<String>::new());
}

#[tokio::test]
async fn the_first_number_that_is_not_finite_is_named_as_one_machine_names_it() {
    let stage = Stage::new();
    let recipe = Recipe { learning_rate: 1e30, optimizer: Optimizer::sgd(), ..recipes()[1].clone() };
    let (train, dev) = data::<f32>();
    let order = order("wild", recipe.clone(), Some(1));
    stage.launch(&order, &train, Some(&dev)).await;
    let answer = drive(&stage, "wild", 60.0).await;
    let mut engine = Engine::new(recipe, Arc::new(train)).unwrap();
    let error = loop {
        if let Err(error) = engine.step(None) {
            break error;
        }
    };
    assert_eq!((answer.status.as_str(), answer.step), ("failed", engine.step_count()));
    let item = stage.memory.runs.get("wild").await.unwrap().unwrap();
    let message = item.ending.unwrap().message.unwrap();
    assert_eq!(message, format!("training stopped in epoch {}: {error}", engine.epoch() + 1));
    let records = records(&stage, "wild").await;
    let Some(Record::End(end)) = records.last() else { panic!("no end") };
    assert_eq!((end.reason.as_str(), end.message.as_ref()), ("failed", Some(&message)));
}

#[tokio::test]
async fn a_run_that_is_asked_to_stop_ends_at_its_step_with_everything_saved() {
    let stage = Stage::new();
    let (train, dev) = data::<f32>();
    let order = Order { epochs: 100_000, ..order("endless", recipes()[1].clone(), None) };
    stage.launch(&order, &train, Some(&dev)).await;
    let trainer = stage.trainer().await;
    let request = TrainerRequest { run: "endless".to_owned() };
    assert_eq!(trainer.handle(&request, soon(1.0)).await.unwrap().status, "continue");
    assert!(stage.memory.runs.cancel("endless").await.unwrap());
    let answer = trainer.handle(&request, soon(60.0)).await.unwrap();
    assert_eq!(answer.status, "stopped");
    let records = records(&stage, "endless").await;
    let Some(Record::End(end)) = records.last() else { panic!("no end") };
    assert_eq!((end.reason.as_str(), end.step), ("stopped", answer.step));
    assert_eq!(stage.redis.keys(), Vec::<String>::new());
    assert_eq!(*stage.memory.news.told.lock().unwrap(), ["endless/stopped"]);
}
