//! Runs by functions: on AWS Lambda, or on this machine.
//!
//! In: the commands. Out: requests to a stack's address. Read next: `place.rs` for which address, `train.rs`.

mod api;
mod fetch;
mod local;
mod place;
mod runs;
mod train;

use anyhow::Result;

use crate::lambda_args::{LambdaCommand, LocalCommand};

/// `lnn local …`
pub fn local(command: &LocalCommand) -> Result<()> {
    match command {
        LocalCommand::Up(args) => local::up(args),
    }
}

/// `lnn lambda …`
pub fn run(command: &LambdaCommand) -> Result<()> {
    match command {
        LambdaCommand::Train(args) => train::run(args),
        LambdaCommand::List(args) => runs::list(args),
        LambdaCommand::Status(args) => runs::status(args),
        LambdaCommand::Logs(args) => runs::logs(args),
        LambdaCommand::Fetch(args) => fetch::run(args),
        LambdaCommand::Cancel(args) => runs::cancel(args),
    }
}
