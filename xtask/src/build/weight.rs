//! The page's weight: what a visitor downloads before the first training step, with a limit.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};

use super::{files, name};

/// All of first paint and first training step, compressed.
const LIMIT_BYTES: usize = 700_000;
/// Read later or by the browser alone, so not counted.
const NOT_COUNTED: [&str; 2] = ["sw.js", "icon.svg"];
/// Loaded when the first file is opened, a data set or a log: after the first training step.
const ON_DEMAND: &str = "reader";

/// Prints every file's size and fails above the limit.
///
/// # Errors
/// When the page is too heavy.
pub fn check(dist: &Path) -> Result<()> {
    println!("    {:<40} {:>10} {:>10}", "page weight", "bytes", "gzip -9");
    let (mut total, mut total_compressed) = (0, 0);
    for path in &counted(dist)? {
        let content = fs::read(path).with_context(|| format!("can't read {}", path.display()))?;
        let n_compressed = compressed(&content)?;
        println!("    {:<40} {:>10} {n_compressed:>10}", name(path), content.len());
        total += content.len();
        total_compressed += n_compressed;
    }
    println!("    {:<40} {total:>10} {total_compressed:>10}", "total");
    if total_compressed > LIMIT_BYTES {
        bail!("the page weighs {total_compressed} bytes compressed; the limit is {LIMIT_BYTES}");
    }
    Ok(())
}

/// The page's weight alone, in bytes.
///
/// # Errors
/// When a file can't be read.
pub fn compressed_total(dist: &Path) -> Result<usize> {
    let mut total = 0;
    for path in &counted(dist)? {
        total += compressed(&fs::read(path).with_context(|| format!("can't read {}", path.display()))?)?;
    }
    Ok(total)
}

fn counted(dist: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = files(dist)?;
    let fonts = dist.join("fonts");
    if fonts.is_dir() {
        paths.extend(files(&fonts)?);
    }
    paths.retain(|path| !NOT_COUNTED.contains(&name(path)) && !name(path).starts_with(ON_DEMAND));
    Ok(paths)
}

fn compressed(content: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?.len())
}
