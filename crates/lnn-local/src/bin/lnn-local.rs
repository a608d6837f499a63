//! `lnn-local`: LNN's functions on this machine, until Ctrl-C.

use std::io::Write;

use anyhow::Result;
use lnn_local::stack::{Stack, StackOptions};

#[tokio::main]
async fn main() -> Result<()> {
    let stack = Stack::up(StackOptions::default()).await?;
    let text = format!(
        "LNN's functions answer at  {}\n                 token     {}\nCtrl-C ends them.\n",
        stack.url, stack.token
    );
    std::io::stdout().write_all(text.as_bytes())?;
    tokio::signal::ctrl_c().await?;
    stack.down().await;
    Ok(())
}
