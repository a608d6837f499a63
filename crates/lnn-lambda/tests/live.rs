//! The scripts over real Redis, each by what it promises.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod common;

use common::RedisServer;
use lnn_lambda::live::{Change, Claim, Commit, Cursor, Entry, Live, RedisLive, Row, Seed, Written};
use lnn_lambda::stores::LogMark;
use lnn_lambda::values::{ValueKind, ValueName};
use std::time::Duration;

const RUN: &str = "r";

fn parameters(step: u64) -> ValueName {
    ValueName { step, kind: ValueKind::Parameters, layer_idx: 0, slice: 0 }
}

fn entry(step: u64) -> Entry {
    Entry { mark: LogMark::of_step(step), text: format!("line of step {step}\n") }
}

struct Scene {
    redis: RedisServer,
    live: RedisLive,
}

impl Scene {
    /// A run at step 0 in the hands of token 1.
    async fn opened() -> Self {
        let redis = RedisServer::start();
        let live = RedisLive::connect(&redis.url(), Duration::from_mins(1)).await.unwrap();
        let scene = Self { redis, live };
        scene.seed(1).await;
        let written = scene.live.write(RUN, 1, 0, &[(parameters(0), vec![1, 2])]).await.unwrap();
        assert_eq!(written, Written::There { n_old: 0 });
        assert_eq!(scene.live.open(RUN, 1, &[parameters(0)], Some(&entry(0))).await.unwrap(), Change::Made);
        scene
    }

    async fn seed(&self, token: u64) -> Change {
        self.live.seed(RUN, &Seed { token, cursor: &Cursor::default() }).await.unwrap()
    }

    async fn claim(&self, token: u64) -> Claim {
        self.live.claim(RUN, token, &Row::default()).await.unwrap()
    }

    async fn commit(&self, token: u64, step: u64) -> Change {
        let entry = entry(step + 1);
        let removed = step.checked_sub(1).map(parameters).into_iter().collect::<Vec<_>>();
        let commit = Commit { token, step, entry: Some(&entry), scored: "", removed: &removed };
        self.live.commit(RUN, &commit).await.unwrap()
    }

    async fn marks(&self) -> Vec<u64> {
        let tail = self.live.tail(RUN).await.unwrap().unwrap();
        tail.entries.iter().map(|entry| entry.mark.step()).collect()
    }
}

#[tokio::test]
async fn a_commit_counts_once_and_moves_one_step_for_the_newest_token_alone() {
    let scene = Scene::opened().await;
    assert_eq!(scene.commit(1, 0).await, Change::Made);
    // The answer may be lost: the same trainer says it again.
    assert_eq!(scene.commit(1, 0).await, Change::Made);
    assert_eq!(scene.marks().await, [0, 1]);
    assert_eq!(scene.commit(1, 5).await, Change::Fenced);
    let Claim::Held(cursor) = scene.claim(2).await else { panic!("not held") };
    assert_eq!(cursor.step, 1);
    assert_eq!(scene.commit(1, 1).await, Change::Fenced);
    assert_eq!(scene.claim(1).await, Claim::Fenced);
    assert_eq!(scene.commit(2, 1).await, Change::Made);
    assert_eq!(scene.marks().await, [0, 1, 2]);
}

#[tokio::test]
async fn a_value_is_written_once_and_only_for_the_step_that_is_computed() {
    let scene = Scene::opened().await;
    let write = |token, step, bytes: &'static [u8]| {
        let values = [(parameters(step + 1), bytes.to_vec())];
        let live = &scene.live;
        async move { live.write(RUN, token, step, &values).await.unwrap() }
    };
    assert_eq!(write(1, 0, b"first").await, Written::There { n_old: 0 });
    assert_eq!(write(1, 0, b"again").await, Written::There { n_old: 1 });
    let read = scene.live.read(RUN, &[parameters(1), parameters(9)]).await.unwrap();
    assert_eq!(read, [Some(b"first".to_vec()), None]);
    scene.commit(1, 0).await;
    assert_eq!(write(1, 0, b"late").await, Written::Refused);
    scene.claim(2).await;
    assert_eq!(write(1, 1, b"old token").await, Written::Refused);
    assert_eq!(write(2, 1, b"second").await, Written::There { n_old: 0 });
}

#[tokio::test]
async fn old_values_go_with_the_commit_after_next_and_everything_at_the_end() {
    let scene = Scene::opened().await;
    scene.live.write(RUN, 1, 0, &[(parameters(1), vec![3])]).await.unwrap();
    scene.commit(1, 0).await;
    assert!(scene.live.read(RUN, &[parameters(0)]).await.unwrap()[0].is_some());
    scene.live.write(RUN, 1, 1, &[(parameters(2), vec![4])]).await.unwrap();
    scene.commit(1, 1).await;
    assert!(scene.live.read(RUN, &[parameters(0)]).await.unwrap()[0].is_none());
    assert!(scene.live.read(RUN, &[parameters(1)]).await.unwrap()[0].is_some());
    let names = [parameters(1), parameters(2)];
    scene.claim(2).await;
    assert_eq!(scene.live.clear(RUN, 1, &names).await.unwrap(), Change::Fenced);
    assert_eq!(scene.live.clear(RUN, 2, &names).await.unwrap(), Change::Made);
    assert_eq!(scene.redis.keys(), Vec::<String>::new());
    assert_eq!(scene.commit(2, 2).await, Change::Lost);
}

#[tokio::test]
async fn a_run_is_put_back_by_the_newest_alone_and_not_over_a_living_one() {
    let scene = Scene::opened().await;
    assert_eq!(scene.seed(2).await, Change::Fenced, "it lives");
    scene.live.clear(RUN, 1, &[parameters(0)]).await.unwrap();
    assert_eq!(scene.seed(3).await, Change::Made);
    assert_eq!(scene.seed(2).await, Change::Fenced, "a newer one is at it");
    assert_eq!(scene.claim(4).await, Claim::Absent, "provisional is as good as absent");
    // A value that vanished in between is noticed.
    assert_eq!(scene.live.open(RUN, 3, &[parameters(0)], None).await.unwrap(), Change::Lost);
    assert!(scene.live.tail(RUN).await.unwrap().is_none());
}

#[tokio::test]
async fn what_is_put_back_vanishes_by_itself_until_it_is_opened() {
    let scene = Scene::opened().await;
    scene.live.clear(RUN, 1, &[parameters(0)]).await.unwrap();
    scene.seed(2).await;
    scene.live.write(RUN, 2, 0, &[(parameters(0), vec![1])]).await.unwrap();
    let mut connection = redis::Client::open(scene.redis.url()).unwrap().get_connection().unwrap();
    for key in scene.redis.keys() {
        let seconds: i64 = redis::cmd("TTL").arg(&key).query(&mut connection).unwrap();
        assert!((0..=20).contains(&seconds), "{key} lives {seconds} s");
    }
}

#[tokio::test]
async fn the_registry_says_which_lines_are_in_segments() {
    let scene = Scene::opened().await;
    scene.commit(1, 0).await;
    scene.commit(1, 1).await;
    let row = Row { durable: Some(LogMark::of_step(1)), n_segments: 1, log_bytes: 9, generation: 1 };
    let Claim::Held(cursor) = scene.live.claim(RUN, 2, &row).await.unwrap() else { panic!("not held") };
    assert_eq!((cursor.durable, cursor.n_segments, cursor.log_bytes), (row.durable, 1, 9));
    assert_eq!(scene.marks().await, [2]);
    let later = Cursor { durable: Some(LogMark::of_step(2)), n_segments: 2, ..cursor };
    assert_eq!(scene.live.flushed(RUN, 2, &later).await.unwrap(), Change::Made);
    assert_eq!(scene.marks().await, [] as [u64; 0]);
}

#[tokio::test]
async fn lines_that_vanished_are_noticed_before_a_gap_gets_into_the_log() {
    let scene = Scene::opened().await;
    let mut connection = redis::Client::open(scene.redis.url()).unwrap().get_connection().unwrap();
    let _: i64 = redis::cmd("DEL").arg("lnn:{r}:tail").query(&mut connection).unwrap();
    assert_eq!(scene.commit(1, 0).await, Change::Lost);
    assert_eq!(scene.claim(2).await, Claim::Absent);
}

#[tokio::test]
async fn the_end_is_told_once() {
    let scene = Scene::opened().await;
    let end = Entry { mark: LogMark::of_end(0), text: "the end\n".to_owned() };
    for _ in 0..2 {
        assert_eq!(scene.live.end(RUN, 1, &end).await.unwrap(), Change::Made);
    }
    let tail = scene.live.tail(RUN).await.unwrap().unwrap();
    assert_eq!(tail.entries, [entry(0), end]);
}
