//! `cargo run -p lnn-exact --bin golden [-- --write]`: prints the digests of the suite, or writes them down anew.
//!
//! What enters: nothing. What leaves: the text of `golden.txt`, with the number of lines that differ from the one before.

use lnn_core::TrainError;
use lnn_exact::{GOLDEN, N_STEPS, suite};
use std::fmt::Write;
use std::process::ExitCode;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden.txt");

fn main() -> ExitCode {
    let text = match text() {
        Ok(text) => text,
        Err(error) => return fail(&error.to_string()),
    };
    let n_changed = text.lines().filter(|line| !GOLDEN.lines().any(|old| old == *line)).count();
    if std::env::args().nth(1).as_deref() == Some("--write") {
        if let Err(error) = std::fs::write(PATH, &text) {
            return fail(&format!("{PATH}: {error}"));
        }
    } else {
        print!("{text}");
    }
    eprintln!("{n_changed} lines differ from those written down");
    ExitCode::SUCCESS
}

fn fail(message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::FAILURE
}

fn text() -> Result<String, TrainError> {
    let mut text = format!(
        "# Parameters and optimizer state after {N_STEPS} steps of each case of the suite, as FNV-1a digests.\n\
         # A change of any line is a change of everyone's runs: recorded runs can no longer be repeated.\n\
         # Where that is meant: cargo run -p lnn-exact --bin golden -- --write\n"
    );
    for case in suite() {
        let _ = writeln!(text, "{} {:016x}", case.name, case.digest()?);
    }
    Ok(text)
}
