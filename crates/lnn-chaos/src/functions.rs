//! The functions' processes of a lane: what their environment is, and what happens to calls on their way to them.
//!
//! In: settings. Out: processes whose every way to Redis and AWS leads through doors of their own. Read next: `lane.rs`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use hyper::body::Bytes;
use lnn_lambda::messages::NeuronRequest;
use lnn_local::service::{
    After, AtTimeout, Before, CallFailure, CallInfo, Fate, FunctionConfig, Interference, ProcessEnv,
    ProcessHandle, Service,
};

use crate::aws::{BUCKET, TABLE};
use crate::aws_proxy::{AwsProxy, HttpClient, http_client};
use crate::engine::{Caller, Engine};
use crate::fault::{Fault, FaultKind, Function, Place};
use crate::lane::World;
use crate::redis::RedisServer;
use crate::redis_proxy::RedisProxy;
use crate::referee::Referee;
use crate::schedule::Settings;
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
const MEMORY_MB: u32 = 256;
/// The time limit of launcher and neuron; the trainer's is a schedule's.
const LIMIT: Duration = Duration::from_mins(1);

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
    invoke_url: OnceLock<String>,
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
    /// Processes that are about to start, by their numbers.
    victims: HashMap<u64, Arc<Victim>>,
    /// Calls whose answers are to be lost, by their numbers.
    unanswered: HashSet<u64>,
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
            invoke_url: OnceLock::new(),
            state: Mutex::default(),
        });
        let service = Service::open().await?;
        for function in Function::ALL {
            service.register(FunctionConfig {
                name: function.as_str().to_owned(),
                program: world.programs.join(function.as_str()),
                env: Vec::new(),
                memory_mb: MEMORY_MB,
                timeout: LIMIT,
                max_processes: usize::MAX,
                at_timeout: AtTimeout::Kill,
            });
        }
        service.interfere(Arc::new(Handle(doors.clone())));
        doors.invoke_url.get_or_init(|| service.url());
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
            let (service, name, id) = (service.clone(), name.to_owned(), service.request_id());
            Box::pin(async move { Ok(service.call(&name, Bytes::from(payload), id).await?.to_vec()) })
        })
    }

    /// Other settings: processes with the old ones end.
    pub async fn configure(&self, settings: &Settings) {
        let environment = |settings: &Settings| settings.environment();
        let old = self.doors.lock().settings.replace(settings.clone());
        if old.is_some_and(|old| environment(&old) != environment(settings)) {
            self.service.end_all().await;
        }
        self.service.set_timeout(Function::Trainer.as_str(), settings.trainer_limit);
        let mut state = self.doors.lock();
        state.words.clear();
        state.metrics.clear();
        state.tokens.clear();
        drop(state);
        self.most_at_once(Function::Neuron);
    }

    /// Most calls of a function at once since it was asked last.
    pub fn most_at_once(&self, function: Function) -> u64 {
        self.service.most_at_once(function.as_str()) as u64
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

    /// Waits until no call is on its way or in a process's hand.
    pub async fn settle(&self, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        while self.service.n_running() > 0 {
            if Instant::now() > until {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        true
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

    async fn open(&self, victim: Arc<Victim>) -> Result<Vec<(String, String)>> {
        let (referee, server) = (self.referee.clone(), self.redis.clone());
        let redis = RedisProxy { victim: victim.clone(), referee: referee.clone(), server }.open().await?;
        let engine = self.engine.get().context("the engine is not there yet")?.clone();
        let (upstream_port, client) = (self.aws_port, self.client.clone());
        let aws = AwsProxy { victim, referee, engine, upstream_port, client }.open().await?;
        let invoke = self.invoke_url.get().context("the Invoke API is not open yet")?;
        let local = |port: u16| format!("http://127.0.0.1:{port}");
        let machine = "arn:aws:states:us-east-1:000000000000:stateMachine:lnn".to_owned();
        let mut environment = vec![
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "chaos".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "chaos".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("AWS_ENDPOINT_URL", local(aws)),
            ("AWS_ENDPOINT_URL_LAMBDA", invoke.clone()),
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

impl Handle {
    /// The fault that strikes a call of a neuron on its way.
    fn fault(&self, call: &CallInfo<'_>) -> Option<Fault> {
        if call.function != Function::Neuron.as_str() {
            return None;
        }
        let request: Option<NeuronRequest> = serde_json::from_slice(call.payload).ok();
        let what = request.map_or_else(String::new, |request| {
            let NeuronRequest { token, step, layer_idx, slice, pass, .. } = request;
            self.0.lock().tokens.entry(step).or_default().insert(token);
            format!("step {}, {}, layer {layer_idx}, slice {slice}", step + 1, pass.as_str())
        });
        self.0.referee.meet(Place::NeuronCall, &what)
    }
}

impl Interference for Handle {
    fn before(&self, call: &CallInfo<'_>) -> Before {
        let Some(fault) = self.fault(call) else { return Before::default() };
        match fault.kind {
            FaultKind::CallThrottled => Before::fate(Fate::Throttle),
            FaultKind::CallFailed => Before::fate(Fate::Fail),
            FaultKind::CallDelayed => {
                Before { delay: Duration::from_millis(fault.pause_ms), fate: Fate::Deliver }
            }
            FaultKind::CallLost => Before::fate(Fate::Silence),
            FaultKind::CallDoubled => Before::fate(Fate::Twice { after: Duration::ZERO }),
            FaultKind::CallAnswerLost => {
                self.0.lock().unanswered.insert(call.number);
                Before::default()
            }
            _ => Before::default(),
        }
    }

    fn after(&self, call: &CallInfo<'_>, _answer: &Result<Bytes, CallFailure>) -> After {
        After { is_dropped: self.0.lock().unanswered.remove(&call.number), ..After::default() }
    }

    fn process_env<'a>(&'a self, function: &'a str, number: u64) -> ProcessEnv<'a> {
        Box::pin(async move {
            let victim = Arc::new(Victim::new(Function::named(function).context("nobody's process")?));
            self.0.lock().victims.insert(number, victim.clone());
            self.0.open(victim).await
        })
    }

    fn process_started(&self, process: &ProcessHandle, number: u64) {
        if let Some(victim) = self.0.lock().victims.remove(&number) {
            victim.started(process.pid().unwrap_or_default());
        }
    }

    fn printed(&self, process: &ProcessHandle, line: &str) {
        self.0.hear(&format!("{} {}: {line}", process.function(), process.pid().unwrap_or_default()));
    }
}
