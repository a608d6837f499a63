//! Redis and the local AWS endpoint, as programs of their own.
//!
//! In: programs on the search path. Out: two addresses on this machine alone, with nothing kept on disk. Read next:
//! `resources.rs`.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// How long a server may take to begin.
const PATIENCE: Duration = Duration::from_mins(1);

/// Both servers.
pub(super) struct Servers {
    redis: Child,
    ministack: Child,
    redis_port: u16,
    aws_port: u16,
}

impl Servers {
    pub(super) async fn start() -> Result<Self> {
        let (redis_port, aws_port) = (free_port()?, free_port()?);
        let missing = "is missing: install Debian's package redis-server (or Redis or Valkey by other means)";
        let redis = which("redis-server").with_context(|| format!("redis-server {missing}"))?;
        let redis = Command::new(redis)
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"])
            .arg(redis_port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("redis-server can't be started")?;
        let ministack = spawn_ministack(aws_port)?;
        let mut servers = Self { redis, ministack, redis_port, aws_port };
        wait_for("redis-server", redis_port, &mut servers.redis).await?;
        wait_for("ministack", aws_port, &mut servers.ministack).await?;
        Ok(servers)
    }

    pub(super) fn redis_url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.redis_port)
    }

    pub(super) fn aws_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.aws_port)
    }

    pub(super) async fn stop(&mut self) {
        for server in [&mut self.redis, &mut self.ministack] {
            // One that has ended by itself is fine.
            let _ = server.kill().await;
        }
    }
}

fn spawn_ministack(port: u16) -> Result<Child> {
    let given = std::env::var_os("LNN_MINISTACK").map(PathBuf::from);
    let program = given.or_else(|| which("ministack")).context(
        "ministack is missing: install it with «pip install ministack==1.5.33», or say where it is in LNN_MINISTACK",
    )?;
    Command::new(&program)
        .env("BIND_HOST", "127.0.0.1")
        .env("GATEWAY_PORT", port.to_string())
        .env("LAMBDA_EXECUTOR", "local")
        .env("LAMBDA_ASYNC_RETRY_BASE_SECONDS", "0.3")
        .env("LAMBDA_ASYNC_RETRY_MAX_SECONDS", "1")
        .env("SFN_WAIT_SCALE", "0.05")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("«{}» can't be started", program.display()))
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no port is free")?;
    Ok(listener.local_addr()?.port())
}

async fn wait_for(name: &str, port: u16, server: &mut Child) -> Result<()> {
    let until = Instant::now() + PATIENCE;
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        if let Some(status) = server.try_wait()? {
            bail!("{name} ended at once: {status}");
        }
        if Instant::now() > until {
            bail!("{name} does not answer on port {port}");
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    Ok(())
}

fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}
