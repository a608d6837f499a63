//! Runs that finish at once, in every order of their looks and writes: predictions are made with the newest one's parameters,
//! and never with one run's npz and another's safetensors.

#![allow(clippy::unwrap_used, clippy::panic, clippy::large_futures, reason = "helpers of tests")]

mod common;

use std::collections::BTreeMap;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use common::{Bucket, MiniStack, News, Runs, Tails, job, limits, order};
use futures_util::future::join_all;
use lnn_core::{Recipe, SyntheticKind, Trainer as Engine};
use lnn_lambda::messages::{TrainerAnswer, TrainerRequest};
use lnn_lambda::names;
use lnn_lambda::stores::{
    CallError, Ending, Invoke, Object, Objects, Put, Registry, RunChange, RunItem, Status, StoreError,
};
use lnn_lambda::trainer::Trainer;
use lnn_lambda::world::Parts;

const FILES: [&str; 2] = ["params.npz", "params.safetensors"];

/// Calls of neurons, of which there are none any more.
struct Nobody;

impl Invoke for Nobody {
    async fn call(&self, _: &str, _: Vec<u8>, _: Duration) -> Result<Vec<u8>, CallError> {
        unreachable!()
    }
}

/// A bucket in which each look at what is offered, and each write of it, waits for its turn.
#[derive(Clone)]
struct InTurn<O>(O);

impl<O: Objects> InTurn<O> {
    async fn turn(&self, key: &str) {
        if key.starts_with("predict_input/") {
            let mut was_asked = false;
            std::future::poll_fn(|_| {
                let asked = std::mem::replace(&mut was_asked, true);
                if asked { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
    }
}

impl<O: Objects> Objects for InTurn<O> {
    async fn get(&self, key: &str) -> Result<Option<Object>, StoreError> {
        self.turn(key).await;
        self.0.get(key).await
    }
    async fn get_range(&self, key: &str, start: u64, end: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get_range(key, start, end).await
    }
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        assert!(!key.starts_with("predict_input/"), "«{key}» is written whatever stands there");
        self.0.put(key, bytes).await
    }
    async fn put_new(
        &self,
        key: &str,
        bytes: Vec<u8>,
        metadata: &BTreeMap<String, String>,
    ) -> Result<Put, StoreError> {
        self.turn(key).await;
        self.0.put_new(key, bytes, metadata).await
    }
    async fn put_over(
        &self,
        key: &str,
        bytes: Vec<u8>,
        metadata: &BTreeMap<String, String>,
        etag: &str,
    ) -> Result<Put, StoreError> {
        self.turn(key).await;
        self.0.put_over(key, bytes, metadata, etag).await
    }
    async fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, StoreError> {
        self.0.list(prefix).await
    }
    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.0.remove(key).await
    }
}

/// Runs that are done, each with results of its own, and nothing told of them yet.
#[derive(Clone)]
struct Finished<O> {
    runs: Runs,
    objects: O,
}

fn name(idx: usize) -> String {
    // Names do not follow the runs' age.
    format!("{}-run", (b'z' - idx as u8) as char)
}

impl<O: Objects + Clone> Finished<O> {
    /// So many, the oldest first.
    async fn new(objects: O, n_runs: usize) -> Self {
        let engine = Engine::new(Recipe::default(), SyntheticKind::Circle.generate::<f32>(20, 0.0, 1).into());
        let engine = engine.unwrap();
        let finished = Self { runs: Runs::default(), objects };
        for idx in 0..n_runs {
            let mut job = job(&order(&name(idx), Recipe::default(), None), &engine, "0".to_owned(), 0);
            job.created_ms = 100 + idx as u64;
            for file in FILES {
                let bytes = format!("{file} of {}", name(idx)).into_bytes();
                finished.objects.put(&names::result(&job.run, file), bytes).await.unwrap();
            }
            let text = serde_json::to_vec(&job).unwrap();
            finished.objects.put(&names::job(&job.run), text).await.unwrap();
            finished.done(&job.run, job.last_step).await;
        }
        finished
    }

    async fn done(&self, run: &str, step: u64) {
        let item = RunItem::launched(run, 1, step, serde_json::Value::Null);
        self.runs.register(&item).await.unwrap();
        let token = self.runs.acquire(run).await.unwrap().unwrap().token;
        let status = Status::Done;
        let ending = Some(Ending { step, status, message: None });
        let change = RunChange { status: Some(status), step: Some(step), ending, ..RunChange::default() };
        self.runs.change(run, token, &change).await.unwrap();
    }

    /// What a trainer does that takes a run up.
    async fn close(&self, idx: usize) -> TrainerAnswer {
        let world = Parts {
            live: Tails::default(),
            registry: self.runs.clone(),
            objects: self.objects.clone(),
            invoke: Nobody,
            notify: News::default(),
        };
        let trainer = Trainer::new(world, limits(), "neuron".to_owned());
        let deadline = Instant::now() + Duration::from_mins(1);
        trainer.handle(&TrainerRequest { run: name(idx) }, deadline).await.unwrap()
    }
}

/// The runs whose files are offered, by the files' bytes.
async fn offered(objects: &impl Objects) -> [Option<String>; 2] {
    let mut runs = [None, None];
    for (file, run) in FILES.into_iter().zip(&mut runs) {
        if let Some(object) = objects.get(&names::predict_input(file)).await.unwrap() {
            let text = String::from_utf8(object.bytes).unwrap();
            *run = Some(text.strip_prefix(&format!("{file} of ")).unwrap().to_owned());
        }
    }
    runs
}

fn both(idx: usize) -> [Option<String>; 2] {
    [Some(name(idx)), Some(name(idx))]
}

/// The result of something that never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

type Closing<'a> = Pin<Box<dyn Future<Output = TrainerAnswer> + 'a>>;

/// Who takes which turn: as far as it was decided before, else the first of those who can.
#[derive(Default)]
struct Turns {
    decided: Vec<usize>,
    /// How many could have taken each.
    n_ready: Vec<usize>,
}

impl Turns {
    fn next(&mut self, n_ready: usize) -> usize {
        self.n_ready.push(n_ready);
        let turn = self.n_ready.len() - 1;
        if turn == self.decided.len() {
            self.decided.push(0);
        }
        self.decided[turn]
    }

    /// The order after this one; none after the last.
    fn after(mut self) -> Option<Self> {
        while let Some(last) = self.decided.pop() {
            if last + 1 < self.n_ready[self.decided.len()] {
                self.decided.push(last + 1);
                return Some(Self { decided: self.decided, n_ready: Vec::new() });
            }
        }
        None
    }
}

/// Lets runs finish in an order of their turns; one of them, where that is asked, is cut off after so many.
fn finish_in(
    bucket: &Bucket,
    n_runs: usize,
    cut: Option<(usize, usize)>,
    mut next: impl FnMut(usize) -> usize,
) {
    let finished = now(Finished::new(InTurn(bucket.clone()), n_runs));
    let mut closing: Vec<(usize, usize, Closing<'_>)> =
        (0..n_runs).map(|idx| (idx, 0, Box::pin(finished.close(idx)) as Closing<'_>)).collect();
    let mut newest = [None, None];
    while !closing.is_empty() {
        let at = next(closing.len());
        let (idx, n_turns, future) = &mut closing[at];
        let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        *n_turns += 1;
        if polled.is_ready() || cut == Some((*idx, *n_turns)) {
            drop(closing.remove(at));
        }
        // Names fall with age: an older run's file never takes a newer one's place.
        let found = now(offered(bucket));
        for (found, newest) in found.iter().zip(&mut newest) {
            let is_older = newest.is_some() && (found.is_none() || *found > *newest);
            assert!(!is_older, "{newest:?} became {found:?}");
            newest.clone_from(found);
        }
    }
}

/// Every order of two runs' turns; gives how many there are.
fn in_every_order(cut: Option<(usize, usize)>, check: impl Fn(&Bucket)) -> u64 {
    let (mut turns, mut n_orders) = (Some(Turns::default()), 0);
    while let Some(mut order) = turns {
        let bucket = Bucket::default();
        finish_in(&bucket, 2, cut, |n_ready| order.next(n_ready));
        check(&bucket);
        n_orders += 1;
        turns = order.after();
    }
    n_orders
}

#[test]
fn of_two_runs_that_finish_at_once_the_newer_is_offered_whole_in_every_order() {
    let n_orders = in_every_order(None, |bucket| assert_eq!(now(offered(bucket)), both(1)));
    println!("{n_orders} orders");
    assert!(n_orders >= 70, "only {n_orders} orders");
}

#[test]
fn of_many_runs_that_finish_at_once_the_newest_is_offered_whole() {
    for seed in 0..500 {
        let (bucket, mut dice) = (Bucket::default(), fastrand::Rng::with_seed(seed));
        finish_in(&bucket, 5, None, |n_ready| dice.usize(..n_ready));
        assert_eq!(now(offered(&bucket)), both(4), "seed {seed}");
    }
}

#[test]
fn a_run_that_is_cut_off_between_its_files_is_made_whole_by_whoever_finishes_next() {
    for cut in [0, 1] {
        for n_turns in 1..=5 {
            in_every_order(Some((cut, n_turns)), |bucket| {
                // The older one too gives both files to one run.
                for idx in [1 - cut, cut] {
                    let [npz, safetensors] = now(closed_again(bucket, idx));
                    assert!(npz.is_some() && npz == safetensors, "{npz:?} {safetensors:?} after {idx}");
                }
                assert_eq!(now(offered(bucket)), both(1));
            });
        }
    }
}

/// What is offered when a run was closed once more.
async fn closed_again(bucket: &Bucket, idx: usize) -> [Option<String>; 2] {
    let again = Finished { runs: Runs::default(), objects: bucket.clone() };
    again.done(&name(idx), 1).await;
    again.close(idx).await;
    offered(bucket).await
}

#[tokio::test]
async fn an_older_run_that_finishes_late_changes_nothing() {
    let finished = Finished::new(Bucket::default(), 3).await;
    for (idx, expected) in [(1, 1), (0, 1), (2, 2), (1, 2), (0, 2)] {
        finished.close(idx).await;
        assert_eq!(offered(&finished.objects).await, both(expected), "after {}", name(idx));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_s3_too_the_newest_of_runs_that_finish_at_once_is_offered_whole() {
    let stack = MiniStack::start();
    let objects = stack.aws().await.objects;
    for round in 0..8 {
        for file in FILES {
            objects.remove(&names::predict_input(file)).await.unwrap();
        }
        let finished = Finished::new(objects.clone(), 6).await;
        // The newest begins in another place each time, the oldest comes late.
        let closing = (1..6).map(|idx| {
            let (finished, idx) = (finished.clone(), 1 + (idx + round) % 5);
            tokio::spawn(async move { finished.close(idx).await })
        });
        for closed in join_all(closing).await {
            assert_eq!(closed.unwrap().status, "done");
        }
        assert_eq!(offered(&objects).await, both(5), "round {round}");
        finished.close(0).await;
        assert_eq!(offered(&objects).await, both(5), "round {round}, late");
    }
}
