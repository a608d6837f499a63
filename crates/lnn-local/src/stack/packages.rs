//! Functions as AWS gets them: an archive with the program `bootstrap` at its root.
//!
//! In: programs. Out: archives and their sizes. Read next: `resources.rs`.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use anyhow::{Context, Result};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

/// What AWS takes at most in one request; programs with debug information are above it.
const MAX_ARCHIVE_BYTES: u64 = 50 << 20;
/// A program's permissions.
const EXECUTABLE: u32 = 0o755;

/// How launcher and trainer come to the local AWS endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Upload {
    /// Whole, where the program is small enough for AWS; where it is not (a build for debugging), by its place.
    #[default]
    WhereItFits,
    /// Whole, however large.
    Whole,
    /// By a `bootstrap` of two lines that runs the program where it lies.
    ByPlace,
}

/// A function's archive, as it was uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The function.
    pub function: String,
    /// Its program's size.
    pub program_bytes: u64,
    /// The archive's size.
    pub archive_bytes: u64,
    /// Whether the program itself is in it.
    pub is_whole: bool,
}

/// A function's archive and what is to be said of it.
pub(super) fn pack(function: &str, program: &Path, upload: Upload) -> Result<(Package, Vec<u8>)> {
    let sentence = || format!("«{}» can't be read", program.display());
    let program_bytes = fs::metadata(program).with_context(sentence)?.len();
    let is_whole = match upload {
        Upload::WhereItFits => program_bytes <= MAX_ARCHIVE_BYTES,
        Upload::Whole => true,
        Upload::ByPlace => false,
    };
    let bootstrap = if is_whole {
        fs::read(program).with_context(sentence)?
    } else {
        let place = fs::canonicalize(program).with_context(sentence)?;
        // Single quotes keep everything but themselves.
        let place = place.display().to_string().replace('\'', r"'\''");
        format!("#!/bin/sh\nexec '{place}'\n").into_bytes()
    };
    let archive = archive(&bootstrap)?;
    let archive_bytes = archive.len() as u64;
    Ok((Package { function: function.to_owned(), program_bytes, archive_bytes, is_whole }, archive))
}

/// The archive of a program: the same bytes for the same program.
pub(super) fn archive(bootstrap: &[u8]) -> Result<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(EXECUTABLE);
    zip.start_file("bootstrap", options)?;
    zip.write_all(bootstrap)?;
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn an_archive_holds_the_program_as_an_executable_at_its_root() {
        let own = std::env::current_exe().unwrap();
        for (upload, is_whole) in [(Upload::Whole, true), (Upload::ByPlace, false)] {
            let (package, bytes) = pack("probe", &own, upload).unwrap();
            assert_eq!((package.is_whole, package.archive_bytes), (is_whole, bytes.len() as u64));
            let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
            assert_eq!(zip.len(), 1);
            let mut file = zip.by_name("bootstrap").unwrap();
            assert_eq!(file.unix_mode().unwrap() & 0o777, EXECUTABLE);
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            assert_eq!(content == fs::read(&own).unwrap(), is_whole);
        }
    }
}
