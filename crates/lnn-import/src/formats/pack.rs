//! Packed files: gzip around one, zip around several (.npz, folders of pictures), unpacked into memory.
//!
//! In: files. Out: the files in them, in the order of their names, with nothing packed left. What is unpacked is counted as it comes,
//! so that a small file can't become a large one unseen. Read next: `detect.rs`.

use std::io::{Cursor, Read};

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

use super::{InputFile, in_file};
use crate::text::size;
use crate::{Format, ImportError, ImportLimits};

/// More files in an archive are refused before any is unpacked.
const MAX_FILES: usize = 200_000;

/// Unpacks whatever is packed.
///
/// # Errors
/// An archive is broken or encrypted, holds no file, or too much.
pub(super) fn unpack(files: Vec<InputFile>, limits: &ImportLimits) -> Result<Vec<InputFile>, ImportError> {
    let mut left = Budget { n_bytes: limits.n_bytes, limit: limits.n_bytes };
    let mut unpacked = Vec::new();
    for file in files {
        let name = file.name.clone();
        unpacked.extend(contents(file, &mut left).map_err(|error| in_file(&name, &error))?);
    }
    Ok(unpacked)
}

/// Bytes that may still come out of archives.
struct Budget {
    n_bytes: u64,
    limit: u64,
}

impl Budget {
    /// All of a stream, as far as the budget goes.
    fn read(&mut self, source: impl Read, format: &'static str, place: &str) -> Result<Vec<u8>, ImportError> {
        let mut bytes = Vec::new();
        // One more than allowed tells that there is more.
        let n_read = source.take(self.n_bytes + 1).read_to_end(&mut bytes).map_err(|error| {
            ImportError::Broken { format, place: place.to_owned(), what: error.to_string() }
        })?;
        match self.n_bytes.checked_sub(n_read as u64) {
            Some(left) => self.n_bytes = left,
            None => {
                return Err(ImportError::UnpacksTooLarge {
                    place: place.to_owned(),
                    limit: size(self.limit),
                });
            }
        }
        Ok(bytes)
    }
}

fn contents(file: InputFile, left: &mut Budget) -> Result<Vec<InputFile>, ImportError> {
    match Format::of(&file.bytes)? {
        Format::Gzip => {
            let bytes = left.read(MultiGzDecoder::new(file.bytes.as_slice()), "gzip", "its contents")?;
            let name = file.name.strip_suffix(".gz").unwrap_or(&file.name).to_owned();
            Ok(vec![InputFile { name, bytes }])
        }
        Format::Zip => archive(&file.bytes, left),
        _ => Ok(vec![file]),
    }
}

fn archive(bytes: &[u8], left: &mut Budget) -> Result<Vec<InputFile>, ImportError> {
    let broken = |place: &str, error: &zip::result::ZipError| ImportError::Broken {
        format: "zip",
        place: place.to_owned(),
        what: error.to_string(),
    };
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken("its list of files", &error))?;
    if archive.len() > MAX_FILES {
        return Err(ImportError::TooManyFiles { found: archive.len(), limit: MAX_FILES });
    }
    let mut files = Vec::new();
    for idx in 0..archive.len() {
        let entry = archive.by_index(idx).map_err(|error| broken(&format!("file {}", idx + 1), &error))?;
        let name = entry.name().to_owned();
        let file_name = name.rsplit('/').next().unwrap_or_default();
        // What computers put beside what people do.
        let is_hidden =
            file_name.starts_with('.') || name.starts_with("__MACOSX/") || file_name == "Thumbs.db";
        if entry.is_dir() || is_hidden {
            continue;
        }
        let bytes = left.read(entry, "zip", &format!("«{name}»"))?;
        files.push(InputFile { name, bytes });
    }
    if files.is_empty() {
        return Err(ImportError::Empty);
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}
