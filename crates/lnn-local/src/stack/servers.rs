//! Redis and the local AWS endpoint, as programs of their own.
//!
//! In: programs on the search path. Out: two addresses on this machine alone, with nothing kept on disk, and nothing left when
//! this process is gone, however it went. Read next: `resources.rs`.

use std::ffi::OsStr;
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// How long a server may take to begin.
const PATIENCE: Duration = Duration::from_mins(1);
const NO_REDIS: &str =
    "redis-server is missing: install Debian's package redis-server (or Redis or Valkey by other means)";
const NO_MINISTACK: &str = "ministack is missing: install it with «pip install ministack==1.5.33», or say where it is in \
                            LNN_MINISTACK";
/// Runs a program as the first of a group of processes. The group is ended when standard input is: that is when whoever
/// started it is gone, even where it could not say so.
const GUARD: &str = r#"exec 3<&0; (read -r _ <&3; kill -KILL 0) & exec "$@" </dev/null 3<&-"#;
/// Variables that would take the endpoint, or the functions that it runs, elsewhere.
const FOREIGN: [&str; 4] = ["AWS_", "LNN_", "LOCALSTACK_", "MINISTACK_"];

/// Both servers.
pub(super) struct Servers {
    redis: Server,
    ministack: Server,
    folder: PathBuf,
    redis_port: u16,
    aws_port: u16,
}

impl Servers {
    pub(super) async fn start() -> Result<Self> {
        let redis = which("redis-server").context(NO_REDIS)?;
        let given = std::env::var_os("LNN_MINISTACK").filter(|given| !given.is_empty()).map(PathBuf::from);
        let ministack = given.or_else(|| which("ministack")).context(NO_MINISTACK)?;
        let (redis_port, aws_port) = (free_port()?, free_port()?);
        let folder = folder(aws_port)?;
        let mut command = guarded(redis.as_os_str());
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"]);
        let redis = Server::spawn("redis-server", command.arg(redis_port.to_string()).current_dir(&folder))?;
        let mut command = guarded(ministack.as_os_str());
        let ministack = Server::spawn(
            "ministack",
            command
                .env("BIND_HOST", "127.0.0.1")
                .env("GATEWAY_PORT", aws_port.to_string())
                .env("TMPDIR", &folder)
                .env("LAMBDA_EXECUTOR", "local")
                .env("LAMBDA_ASYNC_RETRY_BASE_SECONDS", "0.3")
                .env("LAMBDA_ASYNC_RETRY_MAX_SECONDS", "1")
                .env("SFN_WAIT_SCALE", "0.05")
                .current_dir(&folder),
        )?;
        let mut servers = Self { redis, ministack, folder, redis_port, aws_port };
        servers.redis.wait_for(redis_port).await?;
        servers.ministack.wait_for(aws_port).await?;
        Ok(servers)
    }

    pub(super) fn redis_url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.redis_port)
    }

    pub(super) fn aws_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.aws_port)
    }

    pub(super) async fn stop(&mut self) {
        for server in [&mut self.ministack, &mut self.redis] {
            server.end_group();
            // One that has ended by itself is fine.
            let _ = server.child.wait().await;
        }
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        self.ministack.end_group();
        self.redis.end_group();
        // What can't be removed lies in the folder for temporary files.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A program with everything that it starts.
struct Server {
    name: &'static str,
    child: Child,
}

impl Server {
    fn spawn(name: &'static str, command: &mut Command) -> Result<Self> {
        let child = command.spawn().with_context(|| format!("{name} can't be started"))?;
        Ok(Self { name, child })
    }

    async fn wait_for(&mut self, port: u16) -> Result<()> {
        let (name, until) = (self.name, Instant::now() + PATIENCE);
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("{name} ended at once: {status}");
            }
            if Instant::now() > until {
                bail!("{name} does not answer on port {port}");
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        Ok(())
    }

    /// Ends the program and what it started: functions of the local endpoint are its children.
    fn end_group(&mut self) {
        // Without an id it was waited for: the group may be another's by now.
        if let Some(pid) = self.child.id().and_then(|id| Pid::from_raw(id.cast_signed())) {
            let _ = rustix::process::kill_process_group(pid, Signal::KILL);
        }
    }
}

/// A program that ends when we do.
fn guarded(program: &OsStr) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", GUARD, "sh"]).arg(program);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| FOREIGN.iter().any(|start| name.starts_with(start))) {
            command.env_remove(name);
        }
    }
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true);
    command
}

/// A folder for what the servers write.
fn folder(port: u16) -> Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("lnn-local-{}-{port}", std::process::id()));
    fs::create_dir_all(&folder).with_context(|| format!("«{}» can't be made", folder.display()))?;
    Ok(folder)
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no port is free")?;
    Ok(listener.local_addr()?.port())
}

fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}
