//! What the tests share: a lane to run on, tasks to train, and faults at regular distances.

#![allow(dead_code, reason = "each test takes what it needs")]

mod services;

use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use lnn_chaos::dice::Dice;
use lnn_chaos::fault::{Fault, FaultKind, Place};
use lnn_chaos::lane::{Lane, World};
use lnn_chaos::task::{Task, rows};
use lnn_core::{Activation, BatchSize, Cost, Recipe, Shuffle};
use serde_json::Value;

/// One lane at a time: times are part of what is tested, and machines are small.
static ALONE: Mutex<()> = Mutex::new(());

/// Runs a test on a lane of its own; says so where there can be none.
pub fn with_lane(test: impl AsyncFnOnce(&Lane)) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    if !services::are_here(&[services::REDIS, services::MINISTACK]) {
        return;
    }
    build();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let world = Arc::new(World::start().await.unwrap());
        let lane = Lane::start(&world).await.unwrap();
        test(&lane).await;
        lane.end().await.unwrap();
    });
}

/// Whether there is time for long runs: `LNN_LONG`.
pub fn is_long() -> bool {
    std::env::var_os("LNN_LONG").is_some()
}

/// The functions' programs, built as `cargo xtask chaos` builds them; `cargo xtask test`, which has built them with everything else,
/// sets `LNN_FUNCTIONS_BUILT`.
fn build() {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        if std::env::var_os("LNN_FUNCTIONS_BUILT").is_some() {
            return;
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .args(["build", "--quiet", "--package", "lnn-lambda", "--bins"])
            .status()
            .unwrap();
        assert!(status.success(), "the functions can't be built");
    });
}

/// Logistic regression, full batch: one neuron, as it began.
pub fn single_neuron(epochs: u64) -> Task {
    let n_train = 12;
    Task {
        recipe: Recipe {
            layers: Vec::new(),
            hidden: Vec::new(),
            output: Activation::Sigmoid,
            cost: Cost::BinaryCrossEntropy,
            batch_size: BatchSize::Full,
            shuffle: Shuffle::None,
            learning_rate: 0.1,
            ..Recipe::default()
        },
        precision: "f64",
        csv: rows(&mut Dice::new(7, 7), n_train, 3, Activation::Sigmoid),
        n_train,
        epochs,
        units_per_neuron: Some(1),
        every_steps: 1,
        watched: false,
        normalise: None,
    }
}

/// Two hidden layers, one call for each unit.
pub fn small_network(epochs: u64) -> Task {
    let n_train = 20;
    Task {
        recipe: Recipe {
            layers: vec![3, 2],
            hidden: vec![Activation::Tanh; 2],
            batch_size: BatchSize::Of(10),
            ..single_neuron(1).recipe
        },
        csv: rows(&mut Dice::new(8, 8), n_train + 4, 3, Activation::Sigmoid),
        n_train,
        precision: "f32",
        epochs,
        ..single_neuron(1)
    }
}

/// A fault at every `distance`th event up to the `last`.
pub fn every(kind: FaultKind, place: Place, distance: u32, last: u32) -> Vec<Fault> {
    let fault = |n| Fault { kind, place, at: n * distance, pause_ms: 60, until_writes: 0 };
    (1..=last / distance).map(fault).collect()
}

/// The message of a run in the registry.
pub async fn check(lane: &Lane, run: &str) -> Option<String> {
    let item = lane.aws().run_item(run).await.unwrap();
    item.ending.and_then(|ending| ending.message)
}

/// The settings of a run in the registry.
pub async fn settings(lane: &Lane, run: &str) -> Value {
    lane.aws().run_item(run).await.unwrap().settings
}

/// Whether a value stands somewhere in another one, floats with all their bits.
pub fn holds(all: &Value, wanted: &Value) -> bool {
    all == wanted
        || match all {
            Value::Object(members) => members.values().any(|member| holds(member, wanted)),
            Value::Array(members) => members.iter().any(|member| holds(member, wanted)),
            _ => false,
        }
}
