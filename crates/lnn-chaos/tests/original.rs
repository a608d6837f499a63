//! What went wrong in each version of the system that LNN comes from, and that it does not go wrong here: real processes,
//! real Redis, faults where they hurt.
//!
//! Each test is a row of that history. Where `redis-server` or `ministack` is missing the tests say so and pass, or fail where
//! `LNN_REQUIRE_SERVICES` is set, as `cargo xtask test` does. With `LNN_LONG` they train longer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod cat;
mod common;

use std::time::Duration;

use common::{check, every, single_neuron, small_network, with_lane};
use lnn_chaos::fault::{Fault, FaultKind, Function, Place};
use lnn_chaos::schedule::Settings;
use lnn_chaos::task::Task;
use lnn_core::{BatchSize, Init, Optimizer};

/// Patient with nothing: what is lost is soon given again.
fn impatient() -> Settings {
    Settings { call_timeout_ms: 400, engine_timeout: Duration::from_secs(3), ..Settings::default() }
}

/// 0.0: `DynamoDB` holds no arrays and no floats.
#[test]
fn v0_0_settings_and_results_come_back_from_dynamodb_bit_for_bit() {
    with_lane(async |lane| {
        let mut task = single_neuron(6);
        task.recipe.learning_rate = 0.1 + 0.2;
        task.recipe.l2_penalty = 1.0 / 3.0;
        task.recipe.optimizer = Optimizer::Adam { beta1: 0.9 - 1e-16, beta2: 0.999, epsilon: 5e-324 };
        let run = lane.train("bits", &task, &Settings::default(), &[]).await.unwrap();
        lane.check("bits", &task, &run).await.unwrap();
        let settings = common::settings(lane, "bits").await;
        let recipe = lnn_runlog::RecipeRecord::from(&task.recipe);
        assert!(common::holds(&settings, &serde_json::to_value(&recipe).unwrap()), "{settings}");
    });
}

/// 0.1: near epoch 1,000 functions were invoked again, and epochs repeated without end.
#[test]
fn v0_1_epochs_of_one_neuron_are_logged_once_under_duplicates() {
    let is_long = common::is_long();
    let task = single_neuron(if is_long { 20_000 } else { 300 });
    with_lane(async |lane| {
        let n_calls = 2 * task.last_step() as u32;
        let mut faults = every(FaultKind::CallDoubled, Place::NeuronCall, 7, n_calls);
        faults.extend(every(FaultKind::ContinuationDoubled, Place::TrainerCall, 2, 4));
        faults.extend(every(FaultKind::ContinuationRepeated, Place::TrainerCall, 3, 4));
        let settings = Settings {
            trainer_limit: Duration::from_millis(if is_long { 60_000 } else { 1_500 }),
            engine_timeout: Duration::from_secs(90),
            patience: Duration::from_mins(if is_long { 30 } else { 1 }),
            ..Settings::default()
        };
        let run = lane.train("epochs", &task, &settings, &faults).await.unwrap();
        let facts = lane.check("epochs", &task, &run).await.unwrap();
        assert!(facts.n_duplicates > 0, "{facts:?}");
    });
}

/// 0.1.1: retries could not be switched off reliably, and a run with too many functions halted.
#[test]
fn v0_1_1_correct_whatever_the_retry_settings_and_bounded_functions_at_once() {
    with_lane(async |lane| {
        let task = small_network(4);
        for (idx, (attempts, max_calls)) in [(1, 1), (2, 3), (9, 2)].into_iter().enumerate() {
            let name = format!("retries-{idx}");
            let settings =
                Settings { call_attempts: attempts, aws_attempts: attempts, max_calls, ..impatient() };
            let mut faults = every(FaultKind::CallThrottled, Place::NeuronCall, 9, 60);
            faults.extend(every(FaultKind::CallFailed, Place::NeuronCall, 13, 60));
            faults.extend(every(FaultKind::CallAnswerLost, Place::NeuronCall, 50, 60));
            let run = lane.train(&name, &task, &settings, &faults).await.unwrap();
            lane.check(&name, &task, &run).await.unwrap();
            let at_once = lane.functions.most_at_once(Function::Neuron);
            assert!((1..=max_calls).contains(&at_once), "{at_once} calls at once, {max_calls} were allowed");
        }
    });
}

/// 0.1.2: the event that starts the next epochs sometimes never fired, or fired at once.
#[test]
fn v0_1_2_a_missed_or_doubled_continuation_changes_nothing() {
    with_lane(async |lane| {
        let task = single_neuron(60);
        let kinds = [
            FaultKind::ContinuationLost,
            FaultKind::ContinuationDoubled,
            FaultKind::ContinuationAnswerLost,
            FaultKind::ContinuationRepeated,
        ];
        let fault = |(idx, kind)| Fault {
            kind,
            place: Place::TrainerCall,
            at: idx as u32 + 1,
            pause_ms: 150,
            until_writes: 0,
        };
        let faults: Vec<Fault> = kinds.into_iter().enumerate().map(fault).collect();
        let settings = Settings {
            trainer_limit: Duration::from_millis(300),
            flush_ms: 50,
            checkpoint_ms: 50,
            ..impatient()
        };
        let run = lane.train("continued", &task, &settings, &faults).await.unwrap();
        lane.check("continued", &task, &run).await.unwrap();
        assert!(run.ended.n_continued > 0, "{:?}", run.ended);
        assert!(lane.referee.struck().len() >= 2, "{:?}", lane.referee.struck());
    });
}

/// 0.1.3: two duplicates that read before either wrote both ran.
#[test]
fn v0_1_3_check_and_write_are_one_step() {
    with_lane(async |lane| {
        let task = single_neuron(40);
        let mut faults = every(FaultKind::ContinuationDoubled, Place::TrainerCall, 1, 60);
        // The first of two is held with a commit in its hand until the other has gone on.
        faults.extend(every(FaultKind::FreezeBeforeWrite, Place::RedisWrite(Function::Trainer), 10, 30));
        let settings = Settings {
            trainer_limit: Duration::from_secs(3),
            engine_timeout: Duration::from_secs(6),
            ..impatient()
        };
        let run = lane.train("two", &task, &settings, &faults).await.unwrap();
        lane.check("two", &task, &run).await.unwrap();
        assert!(lane.left_over("two").await.unwrap().is_empty());
    });
}

/// 0.2: units in no order, layers begun before the one below was whole, a wrong cost.
#[test]
fn v0_2_the_numbers_of_one_machine_always() {
    with_lane(async |lane| {
        let mut task = small_network(4);
        task.recipe.layers = vec![5, 4, 3];
        task.recipe.hidden = vec![lnn_core::Activation::Relu; 3];
        let kinds = [FaultKind::CallDelayed, FaultKind::CallLost, FaultKind::CallDoubled];
        let faults: Vec<Fault> = kinds
            .into_iter()
            .zip([11, 23, 31])
            .map(|(kind, at)| Fault { kind, place: Place::NeuronCall, at, pause_ms: 100, until_writes: 0 })
            .collect();
        let run = lane.train("deep", &task, &impatient(), &faults).await.unwrap();
        lane.check("deep", &task, &run).await.unwrap();
        cat::check(lane).await;
    });
}

/// 0.2.1: values that were still needed were deleted, and there was room for 15 mini-batches.
#[test]
fn v0_2_1_any_number_of_mini_batches_and_nothing_deleted_that_is_needed() {
    let mut task = small_network(2);
    task.recipe.batch_size = BatchSize::Of(1);
    task.recipe.l2_penalty = 0.7;
    task.recipe.init = Init::Xavier;
    assert!(task.last_step() / task.epochs > 16);
    with_lane(async |lane| {
        let kill = |at| Fault {
            kind: FaultKind::KillAfterWrite,
            place: Place::RedisWrite(Function::Trainer),
            at,
            pause_ms: 0,
            until_writes: 0,
        };
        let settings = Settings { hand_limit_bytes: 0, ..impatient() };
        let run = lane.train("batches", &task, &settings, &[kill(5), kill(21)]).await.unwrap();
        lane.check("batches", &task, &run).await.unwrap();
    });
}

/// 0.2.2: the cost became NaN, and nobody knew where.
#[test]
fn v0_2_2_adam_rmsprop_momentum_converge_and_the_first_non_finite_value_is_named() {
    with_lane(async |lane| {
        for optimizer in [Optimizer::adam(), Optimizer::rmsprop(), Optimizer::momentum()] {
            let mut task = single_neuron(120);
            task.recipe.optimizer = optimizer;
            task.recipe.learning_rate = 0.3;
            let name = format!("converge-{}", optimizer.as_str());
            let run = lane.train(&name, &task, &Settings::default(), &[]).await.unwrap();
            let facts = lane.check(&name, &task, &run).await.unwrap();
            let (first, last) = (run.local.costs.first().unwrap(), run.local.costs.last().unwrap());
            assert!(last < &(first * 0.6), "{optimizer:?}: {first} became {last}, {facts:?}");
        }
        let task = Task { precision: "f32", ..diverging() };
        let run = lane.train("named", &task, &impatient(), &[]).await.unwrap();
        let failure = run.local.failure.clone().expect("it diverges");
        assert!(
            failure.contains("layer") && failure.contains("unit") && failure.contains("step"),
            "{failure}"
        );
        lane.check("named", &task, &run).await.unwrap();
        assert_eq!(check(lane, "named").await.as_deref(), Some(failure.as_str()));
    });
}

/// A network that does not stay finite.
fn diverging() -> Task {
    let mut task = small_network(10);
    task.recipe.hidden = vec![lnn_core::Activation::Relu; task.recipe.layers.len()];
    task.recipe.optimizer = Optimizer::Sgd;
    task.recipe.learning_rate = 1e30;
    task
}
