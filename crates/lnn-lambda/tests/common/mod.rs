//! A world for tests: registry, bucket, calls and news in memory, Redis for real.

#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests"
)]

mod memory;
mod ministack;
mod redis_server;
mod tail;

pub use memory::{Bucket, Calls, Memory, News, Runs};
pub use ministack::{Aws, MiniStack};
pub use redis_server::RedisServer;
pub use tail::Tails;

use std::sync::Arc;
use std::time::Duration;

use lnn_core::{DataSet, Real, Recipe, Trainer as Engine};
use lnn_lambda::job::{Job, NeuronJob};
use lnn_lambda::live::RedisLive;
use lnn_lambda::names;
use lnn_lambda::neuron::{Neuron, Process};
use lnn_lambda::settings::Limits;
use lnn_lambda::stores::{Objects, Registry, RunItem};
use lnn_lambda::trainer::Trainer;
use lnn_lambda::values::to_bytes;
use lnn_lambda::world::Parts;
use lnn_runlog::{DataInfo, HeaderRecord, InputScale, RecipeRecord, Task, data_digest, to_safetensors};

/// Small limits, so that everything happens within few steps.
pub fn limits() -> Limits {
    Limits {
        max_calls: 8,
        call_timeout: Duration::from_secs(5),
        call_attempts: 5,
        hand_limit_bytes: 1 << 17,
        flush_bytes: 20_000,
        flush_every: Duration::from_secs(3),
        checkpoint_every: Duration::from_secs(5),
        cancel_every: Duration::from_secs(2),
        value_ttl: Duration::from_mins(1),
    }
}

/// How a run is to be trained.
pub struct Order {
    pub run: String,
    pub recipe: Recipe,
    pub epochs: u64,
    pub units_per_neuron: Option<usize>,
    pub every_steps: u64,
}

/// Six passes, every step in the log.
pub fn order(run: &str, recipe: Recipe, units_per_neuron: Option<usize>) -> Order {
    Order { run: run.to_owned(), recipe, epochs: 6, units_per_neuron, every_steps: 1 }
}

pub type World = Parts<RedisLive, Runs, Bucket, Calls, News>;

/// Everything of one test.
pub struct Stage {
    pub memory: Memory,
    pub redis: RedisServer,
    pub limits: Limits,
}

impl Stage {
    pub fn new() -> Self {
        Self { memory: Memory::default(), redis: RedisServer::start(), limits: limits() }
    }

    pub async fn live(&self) -> RedisLive {
        RedisLive::connect(&self.redis.url(), self.limits.value_ttl).await.unwrap()
    }

    /// A process of the trainer, with neurons in this very process.
    pub async fn trainer(&self) -> Trainer<World> {
        let process = Process { name: "in the test".to_owned(), memory_mb: 128 };
        let neuron = Neuron::new(self.live().await, self.memory.bucket.clone(), self.limits.clone(), process);
        let world = Parts {
            live: self.live().await,
            registry: self.memory.runs.clone(),
            objects: self.memory.bucket.clone(),
            invoke: Calls::new(Arc::new(neuron)),
            notify: self.memory.news.clone(),
        };
        Trainer::new(world, self.limits.clone(), "neuron".to_owned())
    }

    /// What the launcher leaves.
    pub async fn launch<T: Real>(&self, order: &Order, train: &DataSet<T>, dev: Option<&DataSet<T>>) -> Job {
        let engine = Engine::new(order.recipe.clone(), Arc::new(train.clone())).unwrap();
        let digest = format!("{:016x}", data_digest(train, dev));
        let objects = &self.memory.bucket;
        for (set, prefix) in [(Some(train), ""), (dev, "dev_")] {
            let Some(set) = set else { continue };
            let (inputs, targets) = (to_bytes(set.inputs().t().iter()), to_bytes(set.targets().iter()));
            objects.put(&names::prepared(&digest, &format!("{prefix}inputs")), inputs).await.unwrap();
            objects.put(&names::prepared(&digest, &format!("{prefix}targets")), targets).await.unwrap();
        }
        let job = job(order, &engine, digest, dev.map_or(0, DataSet::n_examples));
        let snapshot = to_safetensors(&engine.snapshot()).unwrap();
        objects.put(&names::checkpoint(&job.run, 0), snapshot).await.unwrap();
        objects.put(&names::job(&job.run), serde_json::to_vec(&job).unwrap()).await.unwrap();
        assert!(
            self.memory
                .runs
                .register(&RunItem::launched(&job.run, 1, job.last_step, serde_json::Value::Null))
                .await
                .unwrap()
        );
        job
    }
}

/// The job of an order.
pub fn job<T: Real>(order: &Order, engine: &Engine<T>, data_digest: String, n_dev: usize) -> Job {
    let train = engine.train_set();
    let neuron = NeuronJob {
        run: order.run.clone(),
        created_ms: 1,
        recipe: RecipeRecord::from(&order.recipe),
        precision: T::NAME.to_owned(),
        n_features: train.n_features(),
        n_outputs: train.n_outputs(),
        n_train: train.n_examples(),
        data_digest,
        units_per_neuron: order.units_per_neuron,
    };
    Job {
        run: order.run.clone(),
        created_ms: 1,
        n_dev,
        last_step: order.epochs * engine.steps_per_epoch(),
        steps_per_epoch: engine.steps_per_epoch(),
        every_steps: order.every_steps,
        checkpoint_epochs: order.epochs.div_ceil(10).max(1),
        watched_rows: None,
        header: header(order, engine, n_dev),
        start_digest: format!("{:016x}", engine.network().digest()),
        data_key: "training_input/test.csv".to_owned(),
        neuron,
    }
}

fn header<T: Real>(order: &Order, engine: &Engine<T>, n_dev: usize) -> HeaderRecord {
    let n_features = engine.train_set().n_features();
    let info = DataInfo {
        name: "test".to_owned(),
        task: Task::BinaryClassification,
        input_names: (0..n_features).map(|idx| format!("x{idx}")).collect(),
        input_scales: vec![InputScale::NONE; n_features],
        target_name: "y".to_owned(),
        class_names: vec!["0".to_owned(), "1".to_owned()],
        target_scale: InputScale::NONE,
        picture: None,
        picture_channels: 1,
        n_train: engine.train_set().n_examples(),
        n_dev,
    };
    HeaderRecord::of("lnn-lambda test", engine, info).every(order.every_steps)
}
