//! The corpora that are kept with the sources: a zip for each target in crates/lnn-runlog/fuzz/corpora.
//!
//! In: what runs have learned. Out: the fewest inputs that reach as much, so that the next machine starts where the last one
//! stopped. An input has no name of its own.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use zip::write::SimpleFileOptions;
use zip::{DateTime, ZipArchive, ZipWriter};

use crate::process::run;

/// Of a target, before it is packed; the longest inputs are left out.
const MAX_KEPT_BYTES: usize = 120_000;

fn archive(root: &Path, target: &str) -> PathBuf {
    root.join("crates/lnn-runlog/fuzz/corpora").join(format!("{target}.zip"))
}

/// Writes the kept inputs of a target, if there are any, into a folder.
///
/// # Errors
/// The archive is broken, or the folder can't be written.
pub fn unpack(root: &Path, target: &str, dir: &Path) -> Result<()> {
    let path = archive(root, target);
    if !path.exists() {
        return Ok(());
    }
    for (name, bytes) in contents(&path)? {
        fs::write(dir.join(format!("kept-{name}")), bytes)?;
    }
    Ok(())
}

/// The files of a zip, each with its name.
///
/// # Errors
/// It is missing or broken.
pub fn contents(path: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let read = || -> Result<_> {
        let mut zip = ZipArchive::new(File::open(path)?)?;
        let mut all = Vec::with_capacity(zip.len());
        for idx in 0..zip.len() {
            let mut file = zip.by_index(idx)?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            all.push((file.name().replace('/', "-"), bytes));
        }
        Ok(all)
    };
    read().with_context(|| format!("can't unpack {}", path.display()))
}

/// Keeps what a run has learned beside what was known before.
///
/// # Errors
/// libFuzzer fails, or the archive can't be written.
pub fn keep(root: &Path, target: &str, program: &Path, dir: &Path) -> Result<()> {
    let fewest = dir.join("fewest");
    if fewest.is_dir() {
        fs::remove_dir_all(&fewest)?;
    }
    fs::create_dir_all(&fewest)?;
    let mut merge = Command::new(program);
    merge.args(["-merge=1", "-verbosity=0"]).arg(&fewest).args([dir.join("corpus"), dir.join("seeds")]);
    run(&mut merge)?;
    let mut inputs = Vec::new();
    for entry in fs::read_dir(&fewest)? {
        inputs.push(fs::read(entry?.path())?);
    }
    inputs.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    let mut n_bytes = 0;
    inputs.retain(|input| {
        n_bytes += input.len();
        n_bytes <= MAX_KEPT_BYTES
    });
    let path = archive(root, target);
    fs::create_dir_all(path.parent().unwrap_or(root))?;
    let file = File::create(&path).with_context(|| format!("can't write {}", path.display()))?;
    pack(file, &inputs)?;
    println!("    {target}: {} inputs are kept in {}", inputs.len(), path.display());
    Ok(())
}

/// The same inputs always make the same bytes.
fn pack(file: File, inputs: &[Vec<u8>]) -> Result<()> {
    let mut zip = ZipWriter::new(file);
    let options = SimpleFileOptions::default().last_modified_time(DateTime::default());
    for (idx, input) in inputs.iter().enumerate() {
        zip.start_file(idx.to_string(), options)?;
        zip.write_all(input)?;
    }
    zip.finish()?;
    Ok(())
}
