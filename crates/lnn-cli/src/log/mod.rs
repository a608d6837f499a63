//! Run logs in a terminal: `lnn train --log` writes one; `lnn log` shows, checks, repairs, exports and verifies them.
//!
//! Read next: `record.rs` for writing, `open.rs` for reading.

mod check;
mod curves;
mod export;
mod open;
mod place;
mod record;
mod repair;
mod show;
mod table;
mod verify;

use anyhow::{Context, Result, bail};

#[cfg(feature = "lambda")]
pub use place::{Place, write_whole};
pub use record::RunLog;

use crate::args::LogCommand;

pub fn run(command: &LogCommand) -> Result<()> {
    let path = command.path();
    if let Some(log) = curves::open(path).with_context(|| format!("«{}»", path.display()))? {
        return match command {
            LogCommand::Show(_) => curves::show(&log),
            LogCommand::Check(_) => curves::check(&log),
            LogCommand::Export(args) => curves::export(&log, args),
            LogCommand::Repair(_) | LogCommand::Verify(_) => {
                bail!("«{}» holds curves alone: it can be shown and exported", path.display())
            }
        };
    }
    match command {
        LogCommand::Show(args) => show::run(args),
        LogCommand::Check(args) => check::run(args),
        LogCommand::Repair(args) => repair::run(args),
        LogCommand::Export(args) => export::run(args),
        LogCommand::Verify(args) => verify::run(args),
    }
}
