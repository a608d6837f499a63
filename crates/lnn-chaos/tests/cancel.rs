//! A run that its user stops in the middle, over HTTP, of the launcher: it ends at one step, and what it leaves is what a
//! training on one machine has that is stopped there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod common;

use std::time::Duration;

use common::{small_network, with_lane};
use lnn_chaos::fault::{Fault, FaultKind, Function, Place};
use lnn_chaos::lane::{Lane, Run};
use lnn_chaos::schedule::Settings;
use lnn_chaos::user::Wish;
use lnn_lambda::stores::Status;

fn settings() -> Settings {
    Settings { cancel_ms: 0, ..Settings::default() }
}

fn fault(kind: FaultKind, at: u32) -> Fault {
    let place = match kind {
        FaultKind::ContinuationDoubled => Place::TrainerCall,
        _ => Place::RedisWrite(Function::Trainer),
    };
    Fault { kind, place, at, pause_ms: 500, until_writes: 3 }
}

/// Trains, and checks everything that lasts.
async fn trained(lane: &Lane, name: &str, settings: &Settings, faults: &[Fault]) -> Run {
    let task = small_network(20);
    let run = lane.train(name, &task, settings, faults).await.unwrap();
    lane.check(name, &task, &run).await.unwrap();
    lane.left_over(name).await.unwrap();
    run
}

#[test]
fn a_run_is_stopped_at_the_step_after_its_users_wish() {
    with_lane(async |lane| {
        for at in [3, 12, 25] {
            let name = format!("cancel-{at}");
            let run = trained(lane, &name, &settings(), &[fault(FaultKind::UserCancels, at)]).await;
            let Some(Wish::Taken { limit }) = run.wish else { panic!("{:?}", run.wish) };
            assert_eq!((run.local.status, run.local.last_step <= limit), (Status::Stopped, true), "{limit}");
            assert!(
                run.local.last_step < 40 && (at < 12 || run.local.last_step > 0),
                "{}",
                run.local.last_step
            );
            let checkpoint = lnn_lambda::names::checkpoint(&name, run.local.last_step);
            assert!(lane.aws().object(&checkpoint).await.unwrap().is_some(), "{checkpoint}");
            assert!(lane.left_over(&name).await.unwrap().is_empty(), "left in Redis");
        }
    });
}

#[test]
fn a_wish_outlives_a_lost_redis_two_trainers_and_a_killed_one() {
    with_lane(async |lane| {
        for (name, disorder) in [
            ("cancel-emptied", FaultKind::RedisEmptied),
            ("cancel-killed", FaultKind::KillAfterWrite),
            ("cancel-frozen", FaultKind::FreezeBeforeWrite),
        ] {
            let settings = Settings {
                flush_bytes: 1,
                engine_timeout: Duration::from_secs(3),
                call_timeout_ms: 400,
                ..settings()
            };
            let faults = [
                fault(FaultKind::ContinuationDoubled, 1),
                fault(FaultKind::UserCancels, 20),
                fault(disorder, 21),
            ];
            let run = trained(lane, name, &settings, &faults).await;
            assert_eq!(run.local.status, Status::Stopped, "{:?} {:?}", run.wish, run.ended);
        }
    });
}

#[test]
fn a_run_that_is_put_back_below_its_log_goes_on_to_the_logs_end_before_it_stops() {
    with_lane(async |lane| {
        // The 20th write is a commit, and every step before it is in a segment: the run is put back at its start, and the wish
        // comes with the second write of that.
        let settings = Settings { flush_bytes: 1, ..settings() };
        let faults = [fault(FaultKind::RedisEmptied, 20), fault(FaultKind::UserCancels, 22)];
        let run = trained(lane, "cancel-behind", &settings, &faults).await;
        assert_eq!(lane.aws().run_item("cancel-behind").await.unwrap().generation, 2, "it was put back");
        assert_eq!((run.local.status, run.local.last_step), (Status::Stopped, 3), "{:?}", run.wish);
    });
}

#[test]
fn a_trainer_that_goes_on_in_spite_of_the_wish_is_found_out() {
    with_lane(async |lane| {
        // The run is over long before its trainer looks.
        let settings = Settings { cancel_ms: 600_000, ..Settings::default() };
        let task = small_network(4);
        let faults = [fault(FaultKind::UserCancels, 14)];
        let error = lane.train("cancel-deaf", &task, &settings, &faults).await.unwrap_err();
        assert!(format!("{error:#}").contains("it was to stop at step"), "{error:#}");
    });
}
