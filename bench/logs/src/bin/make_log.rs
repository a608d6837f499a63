//! `make-log FILE [--bytes N] [--checkpoint-bytes N] [--watched]`: a large run log, for trying out what reads logs.
//!
//! In: the name of a new file, F.ndjson or F.ndjson.gz. Out: the file; how far it is on standard error. Read next: `make.rs`.
//!
//! `cargo run --release -p lnn-bench-logs --bin make-log -- FILE`

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};
use lexopt::ValueExt;
use lnn_bench_logs::{LogSettings, Made, make_log};

/// Told of each time that the log has grown by this.
const TOLD_BYTES: u64 = 50_000_000;

fn main() -> Result<()> {
    let (path, settings) = arguments()?;
    let file = File::create_new(&path).with_context(|| {
        format!("«{}» can't be made: give another name, or remove it first", path.display())
    })?;
    let begun = Instant::now();
    let made = if is_gzip(&path) {
        let mut encoder = GzEncoder::new(file, Compression::default());
        let made = write(&mut encoder, settings, begun)?;
        encoder.finish()?.sync_all()?;
        made
    } else {
        write(file, settings, begun)?
    };
    tell(&made, settings, begun);
    Ok(())
}

fn arguments() -> Result<(PathBuf, LogSettings)> {
    let (mut path, mut settings) = (None, LogSettings::default());
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("bytes") => settings.n_bytes = arguments.value()?.parse()?,
            lexopt::Arg::Long("checkpoint-bytes") => {
                settings.checkpoint_bytes = arguments.value()?.parse()?;
            }
            lexopt::Arg::Long("watched") => settings.is_watched = true,
            lexopt::Arg::Value(value) if path.is_none() => path = Some(PathBuf::from(value)),
            other => return Err(other.unexpected().into()),
        }
    }
    let path = path.context("which file? make-log FILE [--bytes N] [--checkpoint-bytes N] [--watched]")?;
    let name = path.to_string_lossy();
    if !(name.ends_with(".ndjson") || is_gzip(&path)) {
        bail!("«{name}»: a log is written to F.ndjson or to F.ndjson.gz");
    }
    Ok((path, settings))
}

fn is_gzip(path: &Path) -> bool {
    path.to_string_lossy().ends_with(".ndjson.gz")
}

fn write(mut out: impl Write, settings: LogSettings, begun: Instant) -> Result<Made> {
    let mut told_bytes = 0;
    let made = make_log(&mut out, settings, &mut |made| {
        if made.n_bytes >= told_bytes {
            told_bytes = made.n_bytes + TOLD_BYTES;
            tell(made, settings, begun);
        }
    });
    made.context("the log is not made")
}

fn tell(made: &Made, settings: LogSettings, begun: Instant) {
    let mb = |bytes: u64| bytes / 1_000_000;
    let Made { n_bytes, n_steps, n_checkpoints } = made;
    let (done, all, seconds) = (mb(*n_bytes), mb(settings.n_bytes), begun.elapsed().as_secs());
    eprintln!("{done} of {all} MB: {n_steps} steps, {n_checkpoints} checkpoints, {seconds} s");
}
