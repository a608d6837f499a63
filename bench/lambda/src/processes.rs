//! What programs need: memory of running ones, bytes of their archives.
//!
//! In: paths of programs. Out: numbers from /proc, and of an archive as Lambda takes it. Read next: `main.rs`.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use anyhow::{Context, Result};
use zip::write::SimpleFileOptions;

/// Most resident memory that each running process of a program had so far, in bytes (`VmHWM`).
pub fn peak_memory(program: &Path) -> Result<Vec<u64>> {
    let program = fs::canonicalize(program).with_context(|| program.display().to_string())?;
    let mut peaks = Vec::new();
    for entry in fs::read_dir("/proc").context("memory is read from /proc, which is not here")? {
        let folder = entry?.path();
        // Processes end while the list is read.
        if fs::read_link(folder.join("exe")).is_ok_and(|exe| exe == program) {
            peaks.extend(fs::read_to_string(folder.join("status")).ok().and_then(|text| peak(&text)));
        }
    }
    Ok(peaks)
}

fn peak(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

/// Bytes of a program's archive.
pub fn zipped(program: &Path) -> Result<usize> {
    let bytes = fs::read(program).with_context(|| program.display().to_string())?;
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("bootstrap", SimpleFileOptions::default().unix_permissions(0o755))?;
    std::io::Write::write_all(&mut zip, &bytes)?;
    Ok(zip.finish()?.into_inner().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_found_by_its_program() {
        let own = std::env::current_exe().unwrap();
        let peaks = peak_memory(&own).unwrap();
        assert!(!peaks.is_empty() && peaks.iter().all(|bytes| *bytes > 100_000), "{peaks:?}");
        assert!(zipped(&own).unwrap() > 1000);
    }
}
