//! A real Redis on this machine, which can be restarted empty.
//!
//! In: nothing but the program `redis-server` on the search path. Out: a port. Read next: `redis_proxy.rs`.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::sync::Mutex;

use crate::resp::frame_len;

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A Redis that ends with this value.
pub struct RedisServer {
    port: u16,
    child: Mutex<Child>,
}

impl RedisServer {
    /// Starts an empty one.
    ///
    /// # Errors
    /// There is no `redis-server`, or it does not come up.
    pub async fn start() -> Result<Self> {
        let port = free_port().await?;
        let child = spawn(port)?;
        let server = Self { port, child: Mutex::new(child) };
        server.wait().await?;
        Ok(server)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Kills it and starts an empty one in its place.
    ///
    /// # Errors
    /// It does not come up again.
    pub async fn restart_empty(&self) -> Result<()> {
        let mut child = self.child.lock().await;
        child.kill().await.context("Redis can't be ended")?;
        *child = spawn(self.port)?;
        self.wait().await
    }

    /// Ends it, whoever still holds it.
    pub fn end(&self) {
        if let Ok(mut child) = self.child.try_lock() {
            // One that has ended has ended.
            let _ = child.start_kill();
        }
    }

    /// Every key with the milliseconds that it has to live; -1 for ever.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn keys(&self) -> Result<Vec<(String, i64)>> {
        let answer = self.ask("KEYS *\r\n").await?;
        let text = String::from_utf8_lossy(&answer).into_owned();
        // *N, then for each key its length and itself.
        let names = text.split("\r\n").skip(2).step_by(2).filter(|name| !name.is_empty());
        let mut keys = Vec::new();
        for name in names {
            let answer = self.ask(&format!("PTTL {name}\r\n")).await?;
            let text = String::from_utf8_lossy(&answer);
            let ttl_ms = text.trim_start_matches(':').trim().parse().context("PTTL answers no number")?;
            // -2: gone meanwhile.
            if ttl_ms != -2 {
                keys.push((name.to_owned(), ttl_ms));
            }
        }
        Ok(keys)
    }

    /// The committed step of a run, as its cursor has it; none where it has no cursor.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn cursor_step(&self, run: &str) -> Result<Option<u64>> {
        let answer = self.ask(&format!("HGET lnn:{{{run}}}:cursor step\r\n")).await?;
        let text = String::from_utf8_lossy(&answer).into_owned();
        // Its length, then itself.
        text.split("\r\n")
            .nth(1)
            .filter(|step| !step.is_empty())
            .map(str::parse)
            .transpose()
            .with_context(|| format!("the cursor stands at «{text}»"))
    }

    async fn ask(&self, command: &str) -> Result<Vec<u8>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        stream.write_all(command.as_bytes()).await?;
        let mut answer = Vec::new();
        while frame_len(&answer).ok().flatten().is_none() {
            if stream.read_buf(&mut answer).await? == 0 {
                bail!("Redis ended the connection");
            }
        }
        Ok(answer)
    }

    async fn wait(&self) -> Result<()> {
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            match self.ask("PING\r\n").await {
                Ok(answer) if answer.starts_with(b"+PONG") => return Ok(()),
                _ if tokio::time::Instant::now() > until => bail!("redis-server does not answer"),
                _ => tokio::time::sleep(Duration::from_millis(3)).await,
            }
        }
    }
}

/// A port that nobody listens at.
///
/// # Errors
/// There is none.
pub async fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0").await.context("no port is free")?.local_addr()?.port())
}

fn spawn(port: u16) -> Result<Child> {
    let mut command = Command::new("redis-server");
    command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port.to_string()]);
    // Where it is told to keep nothing, it keeps nothing; the folder is for its peace of mind.
    command.arg("--dir").arg(std::env::temp_dir());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    command.spawn().context("redis-server can't be started: install Redis (apt install redis-server)")
}
