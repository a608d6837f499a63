//! A run on the stack: launched, waited for, its log read.
//!
//! In: a stack and a request. Out: the records that tell where the time went, and what the run ended with. Read next: `shares.rs`.

use std::io::Read;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use flate2::read::MultiGzDecoder;
use lnn_lambda::access::Access;
use lnn_lambda::aws::{Dynamo, S3, States, config_at};
use lnn_lambda::launcher::Launcher;
use lnn_lambda::messages::LaunchRequest;
use lnn_lambda::names;
use lnn_lambda::stores::{Objects, Registry, Status};
use lnn_local::stack::Stack;
use lnn_runlog::{InvocationRecord, LogLine, Record, RunIndex};

/// How often the registry is asked whether a run is over: seldom, as it works on the same machine.
const ASK_EVERY: Duration = Duration::from_millis(500);
const PATIENCE: Duration = Duration::from_mins(20);

/// The services of a stack.
pub struct Services {
    registry: Dynamo,
    objects: S3,
    launcher: Launcher<Dynamo, S3, States>,
}

/// What a log told.
#[derive(Default)]
pub struct Log {
    /// Every call.
    pub calls: Vec<InvocationRecord>,
    /// Digest of the parameters after the last step.
    pub digest: u64,
}

impl Services {
    /// Clients of a stack's services.
    ///
    /// # Errors
    /// The stack's settings name none.
    pub async fn of(stack: &Stack) -> Result<Self> {
        let setting = |name: &str| {
            let found = stack.env.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone()).with_context(|| format!("the stack has no {name}"))
        };
        let config = config_at(&stack.aws_url(), &setting("AWS_REGION")?).await;
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        let clients = || -> Result<(Dynamo, S3)> {
            let table = aws_sdk_dynamodb::Client::new(&config);
            let bucket = aws_sdk_s3::Client::from_conf(s3.clone());
            Ok((Dynamo::new(table, setting("LNN_TABLE")?), S3::new(bucket, setting("LNN_BUCKET")?)))
        };
        let (registry, objects) = clients()?;
        let (own_registry, own_objects) = clients()?;
        let machine = States::new(aws_sdk_sfn::Client::new(&config), setting("LNN_STATE_MACHINE_ARN")?);
        let launcher = Launcher::new(own_registry, own_objects, machine, Access::default());
        Ok(Self { registry, objects, launcher })
    }

    /// Trains, and reads the log.
    ///
    /// # Errors
    /// The run failed, takes too long, or its log can't be read.
    pub async fn train(&self, request: LaunchRequest) -> Result<Log> {
        let run = Box::pin(self.launcher.launch(request)).await?.run;
        let begun = Instant::now();
        loop {
            let item = self.registry.get(&run).await?.with_context(|| format!("{run} is not registered"))?;
            match item.status {
                Status::Done => return self.log(&run).await,
                status if status.is_over() => {
                    let message = item.ending.and_then(|ending| ending.message).unwrap_or_default();
                    bail!("{run} ended as {}: {message}", status.as_str())
                }
                _ if begun.elapsed() > PATIENCE => bail!("{run} stands at step {}", item.step),
                _ => tokio::time::sleep(ASK_EVERY).await,
            }
        }
    }

    async fn log(&self, run: &str) -> Result<Log> {
        let index = String::from_utf8(self.object(&names::run_index(run)).await?)?;
        let mut log = Log::default();
        for segment in RunIndex::from_json(&index)?.segments {
            let packed = self.object(&names::in_folder(run, &segment.file)).await?;
            let mut text = Vec::new();
            MultiGzDecoder::new(packed.as_slice()).read_to_end(&mut text)?;
            for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                match LogLine::open(line)?.record()? {
                    Record::Invocation(call) => log.calls.push(call),
                    Record::Step(step) => log.digest = step.record.head.digest,
                    _ => {}
                }
            }
        }
        Ok(log)
    }

    async fn object(&self, key: &str) -> Result<Vec<u8>> {
        let object = self.objects.get(key).await?.with_context(|| format!("{key} is not in the bucket"))?;
        Ok(object.bytes)
    }
}
