//! A lane: one Redis, one engine, one service with its processes, and schedule after schedule on them.
//!
//! In: a [`Schedule`]. Out: its [`Outcome`]. Processes stay warm from one schedule to the next where their settings are the
//! same. Read next: `functions.rs`, which starts the processes.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use lnn_lambda::messages::{LaunchRequest, Launched};
use lnn_lambda::stores::Status;

use crate::aws::Aws;
use crate::checks::{LogFacts, StepMetrics, check_metrics, check_notified, check_run};
use crate::engine::{Ended, Engine};
use crate::fault::{Fault, FaultKind, Place};
use crate::functions::{Functions, programs};
use crate::local::Local;
use crate::ministack::MiniStack;
use crate::redis::RedisServer;
use crate::referee::{Referee, Struck};
use crate::schedule::{Schedule, Settings};
use crate::task::Task;
use crate::user::{User, Wish, stopped_at};

/// How long what was frozen may need to come to its end.
const SETTLING: Duration = Duration::from_secs(15);
/// Tries of a launch.
const MAX_LAUNCHES: u32 = 12;
/// Keys that live no longer may be waited for.
const MAX_EXPIRING_MS: i64 = 20_000;

/// What all lanes share.
pub struct World {
    /// The functions' programs.
    pub programs: PathBuf,
    /// The local AWS, past all proxies.
    pub aws: Aws,
    /// Its port.
    pub aws_port: u16,
    /// The topic's name for the world.
    pub topic_arn: String,
    _ministack: MiniStack,
}

impl World {
    /// Starts what all lanes share.
    ///
    /// # Errors
    /// A program is missing.
    pub async fn start() -> Result<Self> {
        let programs = programs()?;
        let ministack = MiniStack::start().await?;
        let aws = Aws::new(ministack.port());
        let topic_arn = aws.set_up().await?;
        Ok(Self { programs, aws, aws_port: ministack.port(), topic_arn, _ministack: ministack })
    }
}

/// What came of a schedule.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Faults that struck.
    pub struck: Vec<Struck>,
    /// How long it took.
    pub took: Duration,
    /// Steps that more than one trainer had computed.
    pub n_recomputed: u64,
    /// Whether the run ended at a number that is not finite, as it does on one machine.
    pub is_not_finite: bool,
    /// Whether it ended where its user asked for it.
    pub is_stopped: bool,
    /// Continuations.
    pub n_continued: u32,
    /// What the log told.
    pub facts: LogFacts,
    /// Keys that are about to vanish from Redis by themselves.
    pub expiring: Vec<String>,
    /// What is not as it must be.
    pub failure: Option<String>,
    /// The functions' last words, where something is not.
    pub said: Vec<String>,
}

/// What a run came to, before it is checked.
#[derive(Debug)]
pub struct Run {
    /// As `lnn-core` computes it.
    pub local: Local,
    /// What the engine saw.
    pub ended: Ended,
    /// What came of its user's wish; none where there was none.
    pub wish: Option<Wish>,
}

/// The doors of processes hold Redis too: it ends with its lane.
impl Drop for Lane {
    fn drop(&mut self) {
        self.redis.end();
    }
}

/// One schedule at a time.
pub struct Lane {
    world: Arc<World>,
    /// Its Redis.
    pub redis: Arc<RedisServer>,
    /// Who decides about its faults.
    pub referee: Arc<Referee>,
    /// What continues its runs.
    pub engine: Arc<Engine>,
    /// Its processes.
    pub functions: Functions,
}

impl Lane {
    /// A lane without a process.
    ///
    /// # Errors
    /// Redis or the service can't be started.
    pub async fn start(world: &Arc<World>) -> Result<Self> {
        let redis = Arc::new(RedisServer::start().await?);
        let referee = Arc::new(Referee::default());
        let functions = Functions::start(world, &redis, &referee).await?;
        let engine = functions.engine();
        Ok(Self { world: world.clone(), redis, referee, engine, functions })
    }

    /// Carries a schedule out, and checks what it left.
    pub async fn run(&self, schedule: &Schedule) -> Outcome {
        let begun = Instant::now();
        let mut outcome = Outcome::default();
        if let Err(error) = self.try_run(schedule, &mut outcome).await {
            outcome.failure = Some(format!("{error:#}"));
            outcome.said = self.functions.last_words();
        }
        self.referee.call_off();
        self.referee.thaw();
        if outcome.failure.is_some() {
            // The next schedule shall not suffer from this one.
            self.functions.end_all().await;
        }
        outcome.struck = self.referee.struck();
        outcome.n_recomputed = self.functions.n_recomputed();
        outcome.took = begun.elapsed();
        outcome
    }

    async fn try_run(&self, schedule: &Schedule, outcome: &mut Outcome) -> Result<()> {
        let name = schedule.run();
        let run = self.train(&name, &schedule.task, &schedule.settings, &schedule.faults).await?;
        outcome.n_continued = run.ended.n_continued;
        outcome.is_not_finite = run.local.failure.is_some();
        outcome.is_stopped = run.local.status == Status::Stopped;
        outcome.facts = self.check(&name, &schedule.task, &run).await?;
        self.metrics(&name).await?;
        outcome.expiring = self.left_over(&name).await?;
        Ok(())
    }

    /// Launches a run and waits for its end, and for everything that was frozen on the way.
    ///
    /// # Errors
    /// It has no end, or none that it should have.
    pub async fn train(&self, name: &str, task: &Task, settings: &Settings, faults: &[Fault]) -> Result<Run> {
        let request = task.launch_request(name)?;
        self.train_launched(name, task, &request, settings, faults).await
    }

    /// The same with a launch of one's own.
    ///
    /// # Errors
    /// As [`Lane::train`].
    pub async fn train_launched(
        &self,
        name: &str,
        task: &Task,
        request: &LaunchRequest,
        settings: &Settings,
        faults: &[Fault],
    ) -> Result<Run> {
        let own = task.clone();
        let local = tokio::task::spawn_blocking(move || Local::train(&own));
        self.functions.configure(settings).await;
        self.engine.set_timeout(settings.engine_timeout);
        self.referee.begin(faults);
        let user = self.user(name);
        self.referee.serve(&user);
        self.launch(name, request).await.context("the launch")?;
        let ended = self.engine.ended(name, settings.patience).await?;
        self.referee.call_off();
        self.referee.thaw();
        ensure!(self.engine.settle(SETTLING).await, "a call of the engine has no end");
        ensure!(self.functions.settle(SETTLING).await, "a process that ran again has no end");
        let mut local = local.await??;
        let wish = user.wish();
        if let Some(step) = stopped_at(&ended, wish, &local)? {
            local = Local::train_until(task, Some(step))?;
        }
        Ok(Run { local, ended, wish })
    }

    fn user(&self, run: &str) -> Arc<User> {
        Arc::new(User {
            run: run.to_owned(),
            caller: self.functions.caller(),
            redis: self.redis.clone(),
            aws: self.world.aws.clone(),
            wish: Mutex::default(),
        })
    }

    async fn launch(&self, name: &str, request: &LaunchRequest) -> Result<()> {
        let fault = self.referee.meet(Place::Launch, name);
        let payload = serde_json::to_vec(request)?;
        let beside = fault.map(|fault| {
            let wait = match fault.kind {
                FaultKind::LaunchRepeated => Duration::from_millis(fault.pause_ms),
                _ => Duration::ZERO,
            };
            let (caller, payload) = (self.functions.caller(), payload.clone());
            tokio::spawn(async move {
                tokio::time::sleep(wait).await;
                caller("launcher", payload).await
            })
        });
        let mut failures = Vec::new();
        for _ in 0..MAX_LAUNCHES {
            match (self.functions.caller())("launcher", payload.clone()).await {
                Ok(answer) => {
                    let launched: Launched = serde_json::from_slice(&answer)
                        .with_context(|| String::from_utf8_lossy(&answer).into_owned())?;
                    ensure!(launched.run == name, "the launcher speaks of «{}»", launched.run);
                    if let Some(beside) = beside {
                        // What became of it does not matter, as long as it is over.
                        let _ = tokio::time::timeout(SETTLING, beside).await;
                    }
                    return Ok(());
                }
                Err(error) => failures.push(format!("{error:#}")),
            }
        }
        bail!("no launch in {MAX_LAUNCHES} tries: {failures:?}")
    }

    /// Everything that must be true of a run that is over.
    ///
    /// # Errors
    /// The first thing that is not.
    pub async fn check(&self, name: &str, task: &Task, Run { local, ended, wish }: &Run) -> Result<LogFacts> {
        let expected = local.status.as_str();
        match &ended.answer {
            Ok(answer) => ensure!(
                answer.status == expected && answer.step == local.last_step,
                "the trainer's last answer is {answer:?}, one machine: {expected} at {}",
                local.last_step
            ),
            Err(why) => bail!("{why}: {:?}", ended.failures),
        }
        let facts = check_run(&self.world.aws, name, task, local, *wish).await?;
        check_notified(&self.referee, name, local)?;
        Ok(facts)
    }

    /// What a run's trainers printed as metrics, as far as it has been heard.
    ///
    /// # Errors
    /// A line is not as it must be, or a step is told twice.
    pub async fn metrics(&self, name: &str) -> Result<Vec<StepMetrics>> {
        let was_put_back = self.world.aws.run_item(name).await?.generation > 1;
        let mut lines = self.functions.metrics();
        // The last words of the run before may come late.
        lines.retain(|line| line.contains(&format!("\"run\":\"{name}\"")));
        check_metrics(&lines, name, was_put_back)
    }

    /// Keys of a run that are still in Redis, and will vanish soon.
    ///
    /// # Errors
    /// One will not.
    pub async fn left_over(&self, name: &str) -> Result<Vec<String>> {
        let of_run = format!("lnn:{{{name}}}:");
        let mut expiring = Vec::new();
        for (key, ttl_ms) in self.redis.keys().await? {
            ensure!(key.starts_with("lnn:{"), "a key in Redis is nobody's: {key}");
            if key.starts_with(&of_run) {
                ensure!((0..=MAX_EXPIRING_MS).contains(&ttl_ms), "left in Redis for {ttl_ms} ms: {key}");
                expiring.push(key);
            }
        }
        Ok(expiring)
    }

    /// The local AWS, past all proxies.
    pub fn aws(&self) -> &Aws {
        &self.world.aws
    }

    /// Waits for keys that vanish by themselves, and ends everything.
    ///
    /// # Errors
    /// A key did not vanish.
    pub async fn end(&self) -> Result<()> {
        self.functions.end_all().await;
        let until = Instant::now() + Duration::from_millis(MAX_EXPIRING_MS as u64 + 1_000);
        loop {
            let keys = self.redis.keys().await?;
            if keys.is_empty() {
                return Ok(());
            }
            ensure!(Instant::now() < until, "left in Redis: {keys:?}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}
