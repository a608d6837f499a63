//! The functions' processes of a lane: what their environment is, and what happens to calls on their way to them.
//!
//! In: settings. Out: processes whose every way to Redis and AWS leads through doors of their own. Read next: `lane.rs`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hyper::body::Bytes;
use lnn_lambda::messages::NeuronRequest;

use crate::aws::{BUCKET, TABLE};
use crate::aws_proxy::{AwsProxy, HttpClient, http_client};
use crate::engine::{Caller, Engine};
use crate::fault::{FaultKind, Function, Place};
use crate::lane::World;
use crate::redis::RedisServer;
use crate::redis_proxy::RedisProxy;
use crate::referee::Referee;
use crate::schedule::Settings;
use crate::service::{Environment, Fate, Hooks, Service};
use crate::user::TOKENS;
use crate::victim::Victim;

/// The folder of the functions' programs: `LNN_FUNCTIONS`, or where Cargo puts programs beside this one.
///
/// # Errors
/// One is not there.
pub fn programs() -> Result<PathBuf> {
    let beside = || {
        let own = std::env::current_exe().ok()?;
        let folder = own.parent()?;
        // Tests lie one folder deeper.
        let is_deeper = folder.file_name().is_some_and(|name| name == "deps");
        if is_deeper { folder.parent().map(PathBuf::from) } else { Some(folder.to_owned()) }
    };
    let folder = std::env::var_os("LNN_FUNCTIONS").map(PathBuf::from).or_else(beside);
    let folder = folder.context("this program lies nowhere")?;
    for function in Function::ALL {
        let program = folder.join(function.as_str());
        ensure!(
            program.is_file(),
            "{} is missing: cargo build --package lnn-lambda --bins",
            program.display()
        );
    }
    Ok(folder)
}

/// Lines of the functions that are kept.
const MAX_WORDS: usize = 60;
/// Of each of them.
const MAX_CHARACTERS: usize = 240;

/// The processes of a lane.
pub struct Functions {
    service: Arc<Service>,
    doors: Arc<Doors>,
}

/// What every new process is given: doors of its own, and settings.
struct Doors {
    redis: Arc<RedisServer>,
    referee: Arc<Referee>,
    client: HttpClient,
    aws_port: u16,
    topic_arn: String,
    /// Set once the service that asks for them is there.
    engine: OnceLock<Arc<Engine>>,
    invoke_port: OnceLock<u16>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    settings: Option<Settings>,
    words: VecDeque<String>,
    /// Lines of metrics.
    metrics: Vec<String>,
    /// Tokens under which each step was asked for.
    tokens: BTreeMap<u64, BTreeSet<u64>>,
}

impl Functions {
    /// A service without a process.
    ///
    /// # Errors
    /// No port is free.
    pub async fn start(world: &World, redis: &Arc<RedisServer>, referee: &Arc<Referee>) -> Result<Self> {
        let doors = Arc::new(Doors {
            redis: redis.clone(),
            referee: referee.clone(),
            client: http_client(),
            aws_port: world.aws_port,
            topic_arn: world.topic_arn.clone(),
            engine: OnceLock::new(),
            invoke_port: OnceLock::new(),
            state: Mutex::default(),
        });
        let ear = doors.clone();
        let words = Arc::new(move |line: &str| ear.hear(line));
        let service = Service::new(world.programs.clone(), Arc::new(Handle(doors.clone())), words);
        let port = service.open().await?;
        doors.invoke_port.get_or_init(|| port);
        Ok(Self { service, doors })
    }

    /// What continues the lane's runs.
    pub fn engine(&self) -> Arc<Engine> {
        let make = || Engine::new(self.caller(), self.doors.referee.clone());
        self.doors.engine.get_or_init(make).clone()
    }

    /// What calls a function past the faults of the way.
    pub fn caller(&self) -> Caller {
        let service = self.service.clone();
        Arc::new(move |name, payload| {
            let (service, function) = (service.clone(), Function::named(name));
            Box::pin(async move {
                let function = function.context("there is no such function")?;
                service.call(function, Bytes::from(payload)).await.map_err(anyhow::Error::msg)
            })
        })
    }

    /// Other settings: processes with the old ones end.
    pub async fn configure(&self, settings: &Settings) {
        let environment = |settings: &Settings| settings.environment();
        let old = self.doors.lock().settings.replace(settings.clone());
        if old.is_some_and(|old| environment(&old) != environment(settings)) {
            self.service.end_all().await;
        }
        self.service.set_limit(Function::Trainer, settings.trainer_limit);
        let mut state = self.doors.lock();
        state.words.clear();
        state.metrics.clear();
        state.tokens.clear();
        drop(state);
        self.service.most_at_once(Function::Neuron);
    }

    /// Most calls of a function at once since it was asked last.
    pub fn most_at_once(&self, function: Function) -> u64 {
        self.service.most_at_once(function) as u64
    }

    /// Steps that more than one trainer asked for.
    pub fn n_recomputed(&self) -> u64 {
        self.doors.lock().tokens.values().filter(|tokens| tokens.len() > 1).count() as u64
    }

    /// What the functions printed last.
    pub fn last_words(&self) -> Vec<String> {
        self.doors.lock().words.iter().cloned().collect()
    }

    /// The lines of metrics that the functions printed.
    pub fn metrics(&self) -> Vec<String> {
        self.doors.lock().metrics.clone()
    }

    /// Waits until no process has a call in hand.
    pub async fn settle(&self, patience: Duration) -> bool {
        self.service.settle(patience).await
    }

    /// Ends every process.
    pub async fn end_all(&self) {
        self.service.end_all().await;
    }
}

impl Doors {
    fn hear(&self, line: &str) {
        let mut state = self.lock();
        // The log's own lines are in the log.
        if line.contains(": {\"kind\":") {
            return;
        }
        // Behind the name of the process.
        if let Some((_, metrics)) = line.split_once(": ").filter(|(_, said)| said.contains("\"_aws\"")) {
            state.metrics.push(metrics.to_owned());
            return;
        }
        if state.words.len() == MAX_WORDS {
            state.words.pop_front();
        }
        state.words.push_back(line.chars().take(MAX_CHARACTERS).collect());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn open(self: Arc<Self>, victim: Arc<Victim>) -> Result<Vec<(String, String)>> {
        let (referee, server) = (self.referee.clone(), self.redis.clone());
        let redis = RedisProxy { victim: victim.clone(), referee: referee.clone(), server }.open().await?;
        let engine = self.engine.get().context("the engine is not there yet")?.clone();
        let (upstream_port, client) = (self.aws_port, self.client.clone());
        let aws = AwsProxy { victim, referee, engine, upstream_port, client }.open().await?;
        let invoke = self.invoke_port.get().context("the Invoke API is not open yet")?;
        let local = |port: u16| format!("http://127.0.0.1:{port}");
        let machine = "arn:aws:states:us-east-1:000000000000:stateMachine:lnn".to_owned();
        let mut environment = vec![
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "chaos".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "chaos".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("AWS_ENDPOINT_URL", local(aws)),
            ("AWS_ENDPOINT_URL_LAMBDA", local(*invoke)),
            ("LNN_BUCKET", BUCKET.to_owned()),
            ("LNN_TABLE", TABLE.to_owned()),
            ("LNN_TOPIC_ARN", self.topic_arn.clone()),
            ("LNN_REDIS_URL", format!("redis://127.0.0.1:{redis}")),
            ("LNN_NEURON_FUNCTION", Function::Neuron.as_str().to_owned()),
            ("LNN_STATE_MACHINE_ARN", machine),
            ("LNN_TOKENS", TOKENS.to_owned()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect::<Vec<_>>();
        let settings = self.lock().settings.clone().unwrap_or_default();
        environment.extend(settings.environment());
        Ok(environment)
    }
}

/// The doors, as the service knows them.
struct Handle(Arc<Doors>);

impl Hooks for Handle {
    fn environment(&self, victim: Arc<Victim>) -> Environment {
        Box::pin(self.0.clone().open(victim))
    }

    fn fate(&self, function: Function, payload: &[u8]) -> Fate {
        if function != Function::Neuron {
            return Fate::Run;
        }
        let request: Option<NeuronRequest> = serde_json::from_slice(payload).ok();
        let what = request.map_or_else(String::new, |request| {
            let NeuronRequest { token, step, layer_idx, slice, pass, .. } = request;
            self.0.lock().tokens.entry(step).or_default().insert(token);
            format!("step {}, {}, layer {layer_idx}, slice {slice}", step + 1, pass.as_str())
        });
        let Some(fault) = self.0.referee.meet(Place::NeuronCall, &what) else { return Fate::Run };
        match fault.kind {
            FaultKind::CallThrottled => Fate::Throttle,
            FaultKind::CallFailed => Fate::Fail,
            FaultKind::CallDelayed => Fate::Delay(Duration::from_millis(fault.pause_ms)),
            FaultKind::CallLost => Fate::Lose,
            FaultKind::CallDoubled => Fate::Double,
            FaultKind::CallAnswerLost => Fate::DropAnswer,
            _ => Fate::Run,
        }
    }
}
