//! What a trainer prints for CloudWatch: one well formed line a recorded step, however often the run is taken up again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod common;

use std::time::{Duration, Instant};

use common::{every, single_neuron, small_network, with_lane};
use lnn_chaos::checks::StepMetrics;
use lnn_chaos::fault::{Fault, FaultKind, Function, Place};
use lnn_chaos::lane::{Lane, Run};
use lnn_chaos::schedule::Settings;
use lnn_chaos::task::Task;

/// Trains, checks the run, and gives what was printed when the last step's line has come through its pipe.
async fn printed(
    lane: &Lane,
    name: &str,
    task: &Task,
    settings: &Settings,
    faults: &[Fault],
) -> (Run, Vec<StepMetrics>) {
    let run = lane.train(name, task, settings, faults).await.unwrap();
    lane.check(name, task, &run).await.unwrap();
    lane.functions.end_all().await;
    let until = Instant::now() + Duration::from_secs(5);
    loop {
        let metrics = lane.metrics(name).await.unwrap();
        let is_whole = metrics.iter().any(|line| line.step == run.local.last_step);
        if is_whole || Instant::now() > until {
            return (run, metrics);
        }
        tokio::task::yield_now().await;
    }
}

/// Each recorded step but the start, once.
fn check_once(run: &Run, metrics: &[StepMetrics]) {
    let mut steps: Vec<u64> = metrics.iter().map(|line| line.step).collect();
    steps.sort_unstable();
    let recorded: Vec<u64> = run.local.steps.iter().map(|step| step.step).filter(|step| *step > 0).collect();
    assert_eq!(steps, recorded);
}

#[test]
fn each_recorded_step_is_one_line_with_its_cost_and_calls_and_nothing_else() {
    with_lane(async |lane| {
        for every_steps in [1, 3] {
            let task = Task { every_steps, ..small_network(4) };
            let name = format!("told-{every_steps}");
            let (run, metrics) = printed(lane, &name, &task, &Settings::default(), &[]).await;
            check_once(&run, &metrics);
            let n_calls = 2 * task.n_slices() as u64;
            for (line, cost) in metrics.iter().zip(&run.local.costs) {
                assert_eq!((line.n_calls, line.cost.to_bits()), (n_calls, cost.to_bits()), "{line:?}");
                assert!(line.step_ms > 0.0, "{line:?}");
            }
        }
    });
}

#[test]
fn a_run_taken_up_by_many_trainers_tells_each_step_once() {
    with_lane(async |lane| {
        let mut faults = every(FaultKind::ContinuationDoubled, Place::TrainerCall, 2, 40);
        faults.extend(every(FaultKind::ContinuationRepeated, Place::TrainerCall, 3, 40));
        faults.extend(every(FaultKind::FreezeAfterWrite, Place::RedisWrite(Function::Trainer), 25, 50));
        let settings = Settings {
            trainer_limit: Duration::from_millis(900),
            engine_timeout: Duration::from_secs(10),
            ..Settings::default()
        };
        let (run, metrics) = printed(lane, "again", &single_neuron(200), &settings, &faults).await;
        assert!(run.ended.n_continued > 0, "{:?}", run.ended);
        check_once(&run, &metrics);
    });
}

#[test]
fn steps_computed_again_after_redis_was_lost_are_not_told_again() {
    with_lane(async |lane| {
        let task = small_network(5);
        // Every step's lines are in a segment before the next is committed, which Redis does not live to see: the 20th write is
        // the fourth commit. The run is put back at its start.
        let settings = Settings { flush_bytes: 1, ..Settings::default() };
        let emptied = Fault {
            kind: FaultKind::RedisEmptied,
            place: Place::RedisWrite(Function::Trainer),
            at: 20,
            pause_ms: 0,
            until_writes: 0,
        };
        let (run, metrics) = printed(lane, "emptied", &task, &settings, &[emptied]).await;
        assert_eq!(lane.referee.struck().len(), 1);
        assert_eq!(lane.aws().run_item("emptied").await.unwrap().generation, 2, "it was put back");
        check_once(&run, &metrics);
    });
}
