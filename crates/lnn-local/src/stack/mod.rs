//! Everything that a run on Lambda needs, on this machine.
//!
//! In: where the functions' programs are. Out: a [`Stack`] with an address and a token. `MiniStack` keeps objects, items and
//! topics, and its Step Functions and S3 events call launcher and trainer there; neurons and the log API run in our own
//! service, which is quick enough for thousands of calls a minute. Read next: `servers.rs`, `resources.rs`.

mod packages;
mod resources;
mod servers;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::gateway::{Gateway, Route};
use crate::service::{AtTimeout, FunctionConfig, Service};

pub use packages::{Package, Upload};

use resources::Resources;
use servers::Servers;

/// The programs of the functions.
const PROGRAMS: [&str; 4] = ["launcher", "trainer", "neuron", "log_api"];
/// The neuron's memory setting: what a data set of pictures fits into.
const NEURON_MEMORY_MB: u32 = 256;
/// Lambda's longest time limit.
const TRAINER_TIMEOUT_S: i32 = 900;

/// How a stack is to be.
#[derive(Debug, Clone, Default)]
pub struct StackOptions {
    /// The folder with the programs `launcher`, `trainer`, `neuron` and `log_api`; beside this program where none is given.
    pub functions: Option<PathBuf>,
    /// The port of its address; any free one where none is given.
    pub port: Option<u16>,
    /// The token; a random one where none is given.
    pub token: Option<String>,
    /// Settings of the functions besides those that the stack itself makes (`LNN_FLUSH_MS`, …).
    pub settings: Vec<(String, String)>,
    /// The trainer's time limit in seconds; 900 where none is given.
    pub trainer_timeout_s: Option<i32>,
    /// How launcher and trainer are uploaded.
    pub upload: Upload,
}

/// A running stack; gone when it is dropped.
pub struct Stack {
    /// The log API's address; the launcher's is `…/launch`.
    pub url: String,
    /// What may see, launch and stop every run.
    pub token: String,
    /// The neurons and the log API.
    pub service: Arc<Service>,
    /// Settings of the functions, with which any of them can be run by hand.
    pub env: Vec<(String, String)>,
    /// Launcher and trainer, as they were uploaded.
    pub packages: Vec<Package>,
    gateway: Gateway,
    servers: Servers,
}

impl Stack {
    /// Starts everything.
    ///
    /// # Errors
    /// A program is missing (the sentence says what to install), a port is taken, or a resource can't be made.
    pub async fn up(options: StackOptions) -> Result<Self> {
        let folder = functions_folder(options.functions.as_ref())?;
        let token = match options.token.clone() {
            Some(token) => token,
            None => random_token()?,
        };
        let servers = Servers::start().await?;
        let service = Service::open().await?;
        let resources = Resources::make(&servers.aws_url()).await?;
        let env = environment(&options, &token, &servers, &service, &resources);
        for (name, memory_mb, max_processes) in
            [("neuron", NEURON_MEMORY_MB, 256), ("log_api", 512, 32), ("launcher", 1024, 4)]
        {
            service.register(FunctionConfig {
                name: name.to_owned(),
                program: folder.join(name),
                env: env.clone(),
                memory_mb,
                timeout: Duration::from_mins(2),
                max_processes,
                at_timeout: AtTimeout::Kill,
            });
        }
        let timeout_s = options.trainer_timeout_s.unwrap_or(TRAINER_TIMEOUT_S);
        let packages = resources.functions(&folder, &env, options.upload, timeout_s).await?;
        let routes = vec![Route::new("/launch", "launcher"), Route::new("", "log_api")];
        let gateway = Gateway::open(service.clone(), routes, options.port.unwrap_or(0)).await?;
        Ok(Self { url: gateway.url(), token, service, env, packages, gateway, servers })
    }

    /// Redis, for looking into it.
    pub fn redis_url(&self) -> String {
        self.servers.redis_url()
    }

    /// The local AWS endpoint.
    pub fn aws_url(&self) -> String {
        self.servers.aws_url()
    }

    /// Ends everything.
    pub async fn down(mut self) {
        drop(self.gateway);
        self.service.close().await;
        self.servers.stop().await;
    }
}

fn functions_folder(given: Option<&PathBuf>) -> Result<PathBuf> {
    let beside = || {
        let own = std::env::current_exe().ok()?;
        let folder = own.parent()?;
        // Tests and examples lie one folder deeper.
        let is_deeper = folder.file_name().is_some_and(|name| name == "deps" || name == "examples");
        if is_deeper { folder.parent().map(PathBuf::from) } else { Some(folder.to_owned()) }
    };
    let folder =
        given.cloned().or_else(beside).context("this program lies nowhere: say where the functions are")?;
    // The programs are started from other folders than this one.
    let folder =
        folder.canonicalize().with_context(|| format!("there is no folder «{}»", folder.display()))?;
    for name in PROGRAMS {
        let program = folder.join(name);
        ensure!(
            program.is_file(),
            "the function «{}» is missing: build it with «cargo build --package lnn-lambda --bins»",
            program.display()
        );
    }
    Ok(folder)
}

fn environment(
    options: &StackOptions,
    token: &str,
    servers: &Servers,
    service: &Service,
    resources: &Resources,
) -> Vec<(String, String)> {
    let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(token.as_bytes()));
    let grants = serde_json::json!([{ "sha256": sha256, "runs": ["*"], "launch": true }]);
    let mut env: Vec<(String, String)> = [
        ("AWS_REGION", resources::REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ("AWS_ENDPOINT_URL", servers.aws_url()),
        ("AWS_ENDPOINT_URL_LAMBDA", service.url()),
        ("LNN_BUCKET", resources::BUCKET.to_owned()),
        ("LNN_TABLE", resources::TABLE.to_owned()),
        ("LNN_REDIS_URL", servers.redis_url()),
        ("LNN_NEURON_FUNCTION", "neuron".to_owned()),
        ("LNN_STATE_MACHINE_ARN", resources::machine_arn()),
        ("LNN_TOPIC_ARN", resources.topic_arn.clone()),
        ("LNN_TOKENS", grants.to_string()),
        ("LNN_ALLOWED_ORIGINS", "*".to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    env.extend(options.settings.iter().cloned());
    env
}

/// 32 random bytes.
fn random_token() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no random numbers: {error}"))?;
    Ok(data_encoding::BASE64URL_NOPAD.encode(&bytes))
}
