//! S3, `DynamoDB` and SNS on this machine: `MiniStack` (`PyPI` `ministack`), a program of its own.
//!
//! In: `LNN_MINISTACK`, or the program on the search path. Out: a port. Read next: `aws_proxy.rs`, which stands before it.

use std::env;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::redis::free_port;

const PATIENCE: Duration = Duration::from_secs(30);

/// A `MiniStack` that ends with this value.
pub struct MiniStack {
    port: u16,
    _child: Child,
}

impl MiniStack {
    /// Starts one.
    ///
    /// # Errors
    /// It is not installed, or does not come up.
    pub async fn start() -> Result<Self> {
        let port = free_port().await?;
        let program = env::var_os("LNN_MINISTACK").unwrap_or_else(|| "ministack".into());
        let mut command = Command::new(program);
        command.env("BIND_HOST", "127.0.0.1").env("GATEWAY_PORT", port.to_string());
        command.env("LAMBDA_EXECUTOR", "local").env("LOG_LEVEL", "ERROR");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let child = command
            .spawn()
            .context("ministack can't be started: pip install ministack, or name it in LNN_MINISTACK")?;
        let until = tokio::time::Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            if tokio::time::Instant::now() > until {
                bail!("ministack does not come up");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(Self { port, _child: child })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }
}
