//! The functions themselves on this machine: the program `lnn-local`, started for a test and ended with it.
//!
//! `cargo xtask e2e` builds them and names the program in `LNN_LOCAL`. Read next: `crates/lnn-local/src/stack/mod.rs`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// How long Redis, the AWS endpoint and the functions may take to begin.
const PATIENCE: Duration = Duration::from_mins(2);

/// A running `lnn-local`.
pub struct LocalStack {
    pub url: String,
    pub token: String,
    process: Child,
}

impl LocalStack {
    /// Starts it; nothing where this is no run of `cargo xtask e2e`, which is told.
    pub fn up() -> Result<Option<Self>> {
        let Some(program) = std::env::var_os("LNN_LOCAL") else {
            println!("skipped: LNN_LOCAL names no program. `cargo xtask e2e` builds and names it");
            return Ok(None);
        };
        let mut process = Command::new(&program)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} can't be started", program.display()))?;
        let output = process.stdout.take().context("no output")?;
        // Owned from here on: whatever goes wrong below ends the program.
        let mut stack = Self { url: String::new(), token: String::new(), process };
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // Nobody listens after the start.
                let _ = tell.send(line);
            }
        });
        while stack.url.is_empty() || stack.token.is_empty() {
            let line = told.recv_timeout(PATIENCE).context("lnn-local told neither address nor token")?;
            let last = line.split_whitespace().last().unwrap_or_default().to_owned();
            if line.contains("answer at") {
                stack.url = last;
            } else if line.trim_start().starts_with("token") {
                stack.token = last;
            }
        }
        Ok(Some(stack))
    }

    /// A request to it, and the answer's JSON.
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let host = self.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let body = if body.is_null() { String::new() } else { body.to_string() };
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nHost: {host}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").context("an answer without a head")?;
        ensure!(head.split(' ').nth(1).is_some_and(|status| status.starts_with('2')), "{answer}");
        Ok(serde_json::from_str(body).unwrap_or_default())
    }
}

impl Drop for LocalStack {
    /// As Ctrl-C does, so that it ends its servers; by force where that takes too long.
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            println!("lnn-local: {error:#}");
        }
    }
}

impl LocalStack {
    fn end(&mut self) -> Result<()> {
        Command::new("kill").arg("-INT").arg(self.process.id().to_string()).status()?;
        let until = Instant::now() + Duration::from_secs(20);
        while Instant::now() < until {
            if self.process.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        self.process.kill()?;
        bail!("did not end by itself")
    }
}
