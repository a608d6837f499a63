//! `lnn-local`: LNN's functions on this machine, until Ctrl-C.

use std::io::Write;

use anyhow::Result;
use lnn_local::stack::{Stack, StackOptions};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> Result<()> {
    // Listened to before anybody is told to press it.
    let mut interrupts = signal(SignalKind::interrupt())?;
    let stack = tokio::select! {
        stack = Box::pin(Stack::up(StackOptions::default())) => stack?,
        _ = interrupts.recv() => return Ok(()),
    };
    let text = format!(
        "LNN's functions answer at  {}\n                 token     {}\nCtrl-C ends them.\n",
        stack.url, stack.token
    );
    std::io::stdout().write_all(text.as_bytes())?;
    interrupts.recv().await;
    stack.down().await;
    Ok(())
}
