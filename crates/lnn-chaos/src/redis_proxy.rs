//! What stands between one process and Redis: command by command, and any write may be the one at which a fault strikes.
//!
//! In: a process' connections. Out: commands to the real server, one at a time, and answers back. So a process is killed
//! between any two of its writes, with no word about it in the program itself. Read next: `aws_proxy.rs`.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::fault::{Fault, FaultKind, Place};
use crate::redis::RedisServer;
use crate::referee::Referee;
use crate::resp::{command_name, frame_len, is_write};
use crate::victim::Victim;

/// A door to Redis for one process.
pub struct RedisProxy {
    /// Whose door it is.
    pub victim: Arc<Victim>,
    /// Who decides.
    pub referee: Arc<Referee>,
    /// What is behind.
    pub server: Arc<RedisServer>,
}

/// Whether a connection goes on.
#[derive(PartialEq, Eq)]
enum Then {
    GoOn,
    End,
}

impl RedisProxy {
    /// Opens the door; gives its port.
    ///
    /// # Errors
    /// No port is free.
    pub async fn open(self) -> Result<u16> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no port for a Redis proxy")?;
        let port = listener.local_addr()?.port();
        let proxy = Arc::new(self);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let proxy = proxy.clone();
                // A connection that ends in an error has ended: the process sees it, and so does Redis.
                tokio::spawn(async move { proxy.serve(client).await.ok() });
            }
        });
        Ok(port)
    }

    async fn serve(&self, client: TcpStream) -> Result<()> {
        let upstream = TcpStream::connect(("127.0.0.1", self.server.port())).await?;
        client.set_nodelay(true)?;
        upstream.set_nodelay(true)?;
        let (mut client, mut upstream) = (Wire::new(client), Wire::new(upstream));
        while let Some(command) = client.frame().await? {
            let name = command_name(&command);
            let place = Place::RedisWrite(self.victim.function);
            let fault = if is_write(&name) { self.referee.meet(place, &name) } else { None };
            if let Some(fault) = fault
                && self.before(fault).await? == Then::End
            {
                return Ok(());
            }
            upstream.stream.write_all(&command).await?;
            let Some(answer) = upstream.frame().await? else { bail!("Redis is gone") };
            if let Some(fault) = fault
                && self.after(fault).await == Then::End
            {
                return Ok(());
            }
            client.stream.write_all(&answer).await?;
        }
        Ok(())
    }

    async fn before(&self, fault: Fault) -> Result<Then> {
        match fault.kind {
            FaultKind::KillBeforeWrite => {
                self.victim.kill();
                return Ok(Then::End);
            }
            FaultKind::DropBeforeWrite => return Ok(Then::End),
            FaultKind::FreezeBeforeWrite => self.referee.freeze(&self.victim, fault).await,
            FaultKind::DelayWrite => tokio::time::sleep(Duration::from_millis(fault.pause_ms)).await,
            FaultKind::RedisEmptied => self.server.restart_empty().await?,
            FaultKind::UserCancels => self.referee.cancel().await?,
            _ => {}
        }
        Ok(Then::GoOn)
    }

    async fn after(&self, fault: Fault) -> Then {
        match fault.kind {
            FaultKind::KillAfterWrite => {
                self.victim.kill();
                Then::End
            }
            FaultKind::DropAfterWrite => Then::End,
            FaultKind::FreezeAfterWrite => {
                self.referee.freeze(&self.victim, fault).await;
                Then::GoOn
            }
            _ => Then::GoOn,
        }
    }
}

/// A connection and what has come of it.
struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Wire {
    fn new(stream: TcpStream) -> Self {
        Self { stream, buffer: Vec::with_capacity(16 << 10) }
    }

    /// The next command or answer; none where the other side has ended.
    async fn frame(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            let Ok(len) = frame_len(&self.buffer) else { bail!("this is not Redis' protocol") };
            if let Some(len) = len {
                let rest = self.buffer.split_off(len);
                return Ok(Some(std::mem::replace(&mut self.buffer, rest)));
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Ok(None);
            }
        }
    }
}
