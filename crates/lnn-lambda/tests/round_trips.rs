//! The round trips of a step that follow each other, counted at doors to a real Redis and at the calls of neurons.
//!
//! The calls of one layer are made at once and count as one. Within a call, what a neuron asks of Redis comes one after the
//! other. Each slice has a process of its own, as it has on Lambda, and that process a door of its own.

#![allow(clippy::unwrap_used, clippy::panic, clippy::large_futures, reason = "helpers of tests")]

mod common;
#[path = "round_trips/door.rs"]
mod door;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::{Bucket, Order as RunOrder, Stage, order};
use door::{Door, Order, Span};
use lnn_core::{Activation, BatchSize, Optimizer, Recipe, SyntheticKind};
use lnn_lambda::job::{Job, NeuronJob};
use lnn_lambda::live::RedisLive;
use lnn_lambda::messages::{NeuronRequest, Pass, TrainerRequest};
use lnn_lambda::neuron::{Neuron, Process};
use lnn_lambda::settings::Limits;
use lnn_lambda::stores::{CallError, Invoke};
use lnn_lambda::trainer::Trainer;
use lnn_lambda::world::Parts;
use tokio::sync::{Barrier, Mutex as AsyncMutex};

/// All calls of a layer, one way, in one step.
type Group = (u64, &'static str, usize);

/// A call that was answered.
struct Call {
    group: Group,
    span: Span,
    n_trips: u64,
}

/// A process of the neuron.
struct Instance {
    neuron: Neuron<RedisLive, Bucket>,
    door: Door,
}

/// Which process a call comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Processes {
    /// Each slice's own.
    Warm,
    /// A new one each time.
    New,
}

/// Calls of neurons, each in a process that has one call at a time.
struct Calls {
    redis_port: u16,
    objects: Bucket,
    limits: Limits,
    processes: Processes,
    order: Arc<Order>,
    warm: AsyncMutex<HashMap<(usize, usize), Arc<Instance>>>,
    /// Where the calls of a layer wait until all of them are there.
    gates: Mutex<HashMap<Group, Arc<Barrier>>>,
    seen: Arc<Mutex<Vec<Call>>>,
}

impl Calls {
    async fn start(&self) -> Arc<Instance> {
        let door = Door::open(self.redis_port, &self.order).await;
        let live = RedisLive::connect(&url(&door), self.limits.value_ttl).await.unwrap();
        let process = Process { name: "in the test".to_owned(), memory_mb: 128 };
        let neuron = Neuron::new(live, self.objects.clone(), self.limits.clone(), process);
        Arc::new(Instance { neuron, door })
    }

    async fn instance(&self, place: (usize, usize)) -> Arc<Instance> {
        if self.processes == Processes::New {
            return self.start().await;
        }
        let mut warm = self.warm.lock().await;
        if let Some(instance) = warm.get(&place) {
            return instance.clone();
        }
        let instance = self.start().await;
        warm.insert(place, instance.clone());
        instance
    }

    fn gate(&self, group: Group, n_slices: usize) -> Arc<Barrier> {
        self.gates.lock().unwrap().entry(group).or_insert_with(|| Arc::new(Barrier::new(n_slices))).clone()
    }
}

impl Invoke for Calls {
    async fn call(&self, _: &str, payload: Vec<u8>, timeout: Duration) -> Result<Vec<u8>, CallError> {
        let request: NeuronRequest = serde_json::from_slice(&payload).unwrap();
        let NeuronRequest { step, layer_idx, slice, pass, .. } = request;
        let job: NeuronJob = serde_json::from_str(request.job.get()).unwrap();
        let begin = self.order.next();
        let instance = self.instance((layer_idx, slice)).await;
        let group = (step, pass.as_str(), layer_idx);
        // Were they not made at once, none would get through.
        let gate = self.gate(group, job.shape().n_slices(layer_idx));
        let is_through = tokio::time::timeout(timeout, gate.wait()).await;
        is_through.unwrap_or_else(|_| panic!("the calls of {group:?} are not made at once"));
        let n_before = instance.door.trips().len();
        let answer = instance.neuron.handle(&request, "once").await.unwrap();
        let n_trips = (instance.door.trips().len() - n_before) as u64;
        assert_eq!(u64::from(answer.account.n_round_trips), n_trips, "what the neuron says of {group:?}");
        let span = Span { begin, end: self.order.next() };
        self.seen.lock().unwrap().push(Call { group, span, n_trips });
        Ok(serde_json::to_vec(&answer).unwrap())
    }
}

fn url(door: &Door) -> String {
    format!("redis://127.0.0.1:{}", door.port)
}

/// Something that takes its time, and how many round trips it is: calls, and requests to Redis.
#[derive(Debug, Clone, Copy)]
struct Leg {
    span: Span,
    n_calls: u64,
    n_requests: u64,
}

/// The most round trips of legs each of which begins after the one before has ended.
fn longest(legs: &[Leg], weight: impl Fn(&Leg) -> u64) -> u64 {
    let mut legs = legs.to_vec();
    legs.sort_by_key(|leg| leg.span.begin);
    let mut best: Vec<u64> = Vec::new();
    for (idx, leg) in legs.iter().enumerate() {
        let before = (0..idx).filter(|other| legs[*other].span.end < leg.span.begin);
        best.push(before.map(|other| best[other]).max().unwrap_or(0) + weight(leg));
    }
    best.into_iter().max().unwrap_or(0)
}

/// What a step came to.
#[derive(Debug)]
struct Counted {
    /// Requests to Redis within a layer's calls: most of any layer, forward and backward.
    within: BTreeMap<&'static str, u64>,
    /// Requests to Redis that follow each other, of trainer and neurons.
    n_requests: u64,
    /// Those and the calls.
    n_all: u64,
    /// 1 where the trainer needs the parameters after the step: for its record, or for a checkpoint.
    n_looks: u64,
}

struct Case {
    recipe: Recipe,
    units_per_neuron: Option<usize>,
    hand_limit_bytes: usize,
    processes: Processes,
    every_steps: u64,
}

/// Every step of a run, in their order.
async fn count(stage: &mut Stage, run: &str, case: &Case) -> Vec<Counted> {
    // Segments and checkpoints that time asks for are no part of a step.
    stage.limits = Limits {
        hand_limit_bytes: case.hand_limit_bytes,
        flush_bytes: usize::MAX,
        flush_every: Duration::from_mins(10),
        checkpoint_every: Duration::from_mins(10),
        ..stage.limits.clone()
    };
    let (train, dev) = SyntheticKind::Circle.generate::<f32>(40, 0.05, 1).split_first(30);
    let told = RunOrder {
        // A new process has a connection of its own: there are not ports for so many.
        epochs: if case.processes == Processes::New { 4 } else { 12 },
        every_steps: case.every_steps,
        ..order(run, case.recipe.clone(), case.units_per_neuron)
    };
    let job = stage.launch(&told, &train, dev.as_ref()).await;
    let (events, redis_port) = (Arc::new(Order::default()), stage.redis.port());
    let door = Door::open(redis_port, &events).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let world = Parts {
        live: RedisLive::connect(&url(&door), stage.limits.value_ttl).await.unwrap(),
        registry: stage.memory.runs.clone(),
        objects: stage.memory.bucket.clone(),
        invoke: Calls {
            redis_port,
            objects: stage.memory.bucket.clone(),
            limits: stage.limits.clone(),
            processes: case.processes,
            order: events.clone(),
            warm: AsyncMutex::default(),
            gates: Mutex::default(),
            seen: seen.clone(),
        },
        notify: stage.memory.news.clone(),
    };
    let trainer = Trainer::new(world, stage.limits.clone(), "neuron".to_owned());
    let deadline = Instant::now() + Duration::from_mins(2);
    let answer = trainer.handle(&TrainerRequest { run: run.to_owned() }, deadline).await.unwrap();
    assert_eq!((answer.status.as_str(), answer.step), ("done", job.last_step));
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    counted(&job, &seen, &door.trips())
}

fn is_looked_at(job: &Job, step: u64) -> bool {
    let has_checkpoint = step.is_multiple_of(job.steps_per_epoch * job.checkpoint_epochs);
    step.is_multiple_of(job.every_steps) || has_checkpoint
}

fn counted(job: &Job, seen: &[Call], trips: &[Span]) -> Vec<Counted> {
    let begin_of = |step| seen.iter().filter(|call| call.group.0 == step).map(|call| call.span.begin).min();
    // What comes after the last step's calls is the end of the run too: all but that step's commit is left out.
    let steps = (0..job.last_step - 1).map(|step| {
        let (begin, end) = (begin_of(step).unwrap(), begin_of(step + 1).unwrap());
        let mut groups: BTreeMap<Group, Leg> = BTreeMap::new();
        for call in seen.iter().filter(|call| call.group.0 == step) {
            let leg = Leg { span: call.span, n_calls: 1, n_requests: call.n_trips };
            let group = groups.entry(call.group).or_insert(leg);
            group.span.begin = group.span.begin.min(leg.span.begin);
            group.span.end = group.span.end.max(leg.span.end);
            group.n_requests = group.n_requests.max(leg.n_requests);
        }
        let own = trips.iter().filter(|trip| (begin..end).contains(&trip.begin));
        let own = own.map(|span| Leg { span: *span, n_calls: 0, n_requests: 1 });
        let legs: Vec<Leg> = groups.values().copied().chain(own).collect();
        let within =
            |pass| groups.iter().filter(move |(group, _)| group.1 == pass).map(|(_, leg)| leg.n_requests);
        Counted {
            within: [Pass::Forward, Pass::Backward]
                .map(|pass| (pass.as_str(), within(pass.as_str()).max().unwrap()))
                .into(),
            n_requests: longest(&legs, |leg| leg.n_requests),
            n_all: longest(&legs, |leg| leg.n_calls + leg.n_requests),
            n_looks: u64::from(is_looked_at(job, step + 1)),
        }
    });
    steps.collect()
}

fn recipes() -> Vec<Recipe> {
    let deep = Recipe {
        layers: vec![6, 5, 3],
        hidden: vec![Activation::Tanh; 3],
        batch_size: BatchSize::Of(10),
        ..Recipe::default()
    };
    let neuron = Recipe { layers: vec![], hidden: vec![], batch_size: BatchSize::Full, ..deep.clone() };
    let penalised =
        Recipe { l2_penalty: 0.1, optimizer: Optimizer::momentum(), dropout: 0.2, ..deep.clone() };
    vec![neuron, deep, penalised]
}

/// Checks every step of runs of all kinds against what a step with so many layers may need.
async fn check(hand_limit_bytes: usize, bound: impl Fn(&Counted, u64) -> Result<(), String>) {
    let mut stage = Stage::new();
    let case = |recipe: &Recipe, units_per_neuron, processes, every_steps| Case {
        recipe: recipe.clone(),
        units_per_neuron,
        hand_limit_bytes,
        processes,
        every_steps,
    };
    // The scripts are in Redis once a run has used them.
    count(
        &mut stage,
        "first",
        &Case { hand_limit_bytes: 0, ..case(&recipes()[0], None, Processes::Warm, 1) },
    )
    .await;
    let mut n_steps = 0;
    for (idx, recipe) in recipes().iter().enumerate() {
        for (name, units_per_neuron) in [("units", Some(1)), ("pairs", Some(2)), ("layers", None)] {
            for (processes, every_steps) in
                [(Processes::Warm, 1), (Processes::Warm, 2), (Processes::New, 1), (Processes::New, 2)]
            {
                let run = format!("{name}-{idx}-{processes:?}-{every_steps}").to_lowercase();
                let case = case(recipe, units_per_neuron, processes, every_steps);
                for (step, counted) in count(&mut stage, &run, &case).await.iter().enumerate() {
                    let n_layers = recipe.layers.len() as u64 + 1;
                    let fault = bound(counted, n_layers).err();
                    assert_eq!(fault, None, "{run}, step {}, {n_layers} layers: {counted:?}", step + 1);
                    n_steps += 1;
                }
            }
        }
    }
    println!("{n_steps} steps");
}

fn expect(what: &str, n: u64, range: std::ops::RangeInclusive<u64>) -> Result<(), String> {
    if range.contains(&n) { Ok(()) } else { Err(format!("{what}: {n}, not {range:?}")) }
}

#[tokio::test]
async fn with_values_in_hand_a_step_has_two_round_trips_a_layer_each_way_calls_and_commit_included() {
    check(1 << 17, |counted, n_layers| {
        // Forward a call alone, backward a call in which the next parameters are written; then the commit.
        expect("requests forward", counted.within["forward"], 0..=0)?;
        expect("requests backward", counted.within["backward"], 1..=1)?;
        expect("requests", counted.n_requests, n_layers + 1..=n_layers + 1)?;
        expect("calls and requests", counted.n_all, 3 * n_layers + 1..=2 * 2 * n_layers)
    })
    .await;
}

#[tokio::test]
async fn with_values_in_redis_a_layer_has_two_requests_each_way_at_most() {
    check(0, |counted, n_layers| {
        for (pass, n_requests) in &counted.within {
            expect(pass, *n_requests, 1..=2)?;
        }
        // Besides the layers the commit, and before it a look at the parameters where somebody needs them.
        let beside = 1 + counted.n_looks;
        expect("requests", counted.n_requests, 1..=2 * 2 * n_layers + beside)?;
        expect("calls and requests", counted.n_all, 1..=2 * (1 + 2) * n_layers + beside)
    })
    .await;
}
