//! `lnn local up`: the functions, Redis and a local AWS endpoint, until Ctrl-C.
//!
//! In: options. Out: an address and a token, printed, and a small file for other commands. Read next: `place.rs`.

use std::io::Write;

use anyhow::{Context, Result};
use lnn_local::stack::{Package, Stack, StackOptions};
use tokio::signal::unix::{SignalKind, signal};

use super::place::{Running, StateFile};
use crate::lambda_args::UpArgs;

/// Bytes of a megabyte.
const MB: f64 = 1_000_000.0;

pub fn up(args: &UpArgs) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("no threads can be started")?;
    runtime.block_on(run(args))
}

async fn run(args: &UpArgs) -> Result<()> {
    let options = StackOptions {
        functions: args.functions.clone(),
        port: args.port,
        token: args.token.clone(),
        ..StackOptions::default()
    };
    crate::note("starting Redis, the local AWS endpoint and the functions …");
    // Whoever is interrupted before this takes the servers along: they end with us.
    let stack = Box::pin(Stack::up(options)).await?;
    let running = Running { url: stack.url.clone(), token: stack.token.clone(), pid: std::process::id() };
    let told = match StateFile::write(running) {
        Ok(file) => tell(&stack).map(|()| Some(file)),
        // Its address and token can be typed, too.
        Err(error) => {
            crate::note(&format!("note: {error:#}: give --api and --token to other commands"));
            tell(&stack).map(|()| None)
        }
    };
    let ended = match told {
        Ok(_file) => interrupted().await,
        Err(error) => Err(error),
    };
    crate::note("ending everything …");
    stack.down().await;
    ended
}

fn tell(stack: &Stack) -> Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "address: {}", stack.url)?;
    writeln!(out, "token: {}", stack.token)?;
    for Package { function, program_bytes, archive_bytes, is_whole } in &stack.packages {
        let (program, archive) = (*program_bytes as f64 / MB, *archive_bytes as f64 / MB);
        if *is_whole {
            writeln!(out, "{function}: {program:.1} MB, as an archive {archive:.1} MB")?;
        } else {
            writeln!(out, "{function}: {program:.1} MB, too large for AWS: run where it lies")?;
        }
    }
    writeln!(out, "train with «lnn lambda train --data iris», end with Ctrl-C")?;
    out.flush()?;
    Ok(())
}

/// Waits until this program is asked to end.
async fn interrupted() -> Result<()> {
    let (mut terminate, mut hang_up) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    tokio::select! {
        asked = tokio::signal::ctrl_c() => asked?,
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
    Ok(())
}
