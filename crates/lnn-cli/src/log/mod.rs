//! Run logs in a terminal: `lnn train --log` writes one; `lnn log` shows, checks, repairs, exports and verifies them.
//!
//! Read next: `record.rs` for writing, `open.rs` for reading.

mod check;
mod export;
mod open;
mod place;
mod record;
mod repair;
mod show;
mod table;
mod verify;

use anyhow::Result;

pub use record::RunLog;

use crate::args::LogCommand;

pub fn run(command: &LogCommand) -> Result<()> {
    match command {
        LogCommand::Show(args) => show::run(args),
        LogCommand::Check(args) => check::run(args),
        LogCommand::Repair(args) => repair::run(args),
        LogCommand::Export(args) => export::run(args),
        LogCommand::Verify(args) => verify::run(args),
    }
}
