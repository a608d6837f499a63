//! Packed files: gzip around one, zip around several (.npz, folders of pictures), unpacked into memory.
//!
//! In: files. Out: the files in them, in the order of their names, with nothing packed left. What is unpacked is counted as it comes,
//! so that a small file can't become a large one unseen. Read next: `detect.rs`.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder};
use rawzip::{CompressionMethod, ZipArchive, ZipFileHeaderRecord, ZipSliceArchive};

use super::{InputFile, in_file};
use crate::csv::decode;
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
    let list = |error: &rawzip::Error| broken("its list of files", error);
    let archive = ZipArchive::from_slice(bytes).map_err(|error| list(&error))?;
    let too_many = |found| ImportError::TooManyFiles { found, limit: MAX_FILES };
    if archive.entries_hint() > MAX_FILES as u64 {
        return Err(too_many(archive.entries_hint()));
    }
    let mut files = Vec::new();
    for (idx, record) in archive.entries().enumerate() {
        let record = record.map_err(|error| list(&error))?;
        if idx >= MAX_FILES {
            return Err(too_many(idx as u64 + 1));
        }
        let name = decode(record.file_path().as_bytes()).0.into_owned();
        if record.is_dir() || is_hidden(&name) {
            continue;
        }
        let bytes = unpacked(&archive, &record, &format!("«{name}»"), left)?;
        files.push(InputFile { name, bytes });
    }
    if files.is_empty() {
        return Err(ImportError::Empty);
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// What computers put beside what people do.
fn is_hidden(name: &str) -> bool {
    let file_name = name.rsplit('/').next().unwrap_or_default();
    file_name.starts_with('.') || name.starts_with("__MACOSX/") || file_name == "Thumbs.db"
}

fn unpacked(
    archive: &ZipSliceArchive<&[u8]>,
    record: &ZipFileHeaderRecord<'_>,
    place: &str,
    left: &mut Budget,
) -> Result<Vec<u8>, ImportError> {
    if record.flags().is_encrypted() {
        return Err(broken(place, &"it is encrypted"));
    }
    let entry = archive.get_entry(record.wayfinder()).map_err(|error| broken(place, &error))?;
    match record.compression_method() {
        CompressionMethod::STORE => left.read(entry.verifying_reader(entry.data()), "zip", place),
        CompressionMethod::DEFLATE => {
            left.read(entry.verifying_reader(DeflateDecoder::new(entry.data())), "zip", place)
        }
        other => {
            let name = other.name().map_or_else(|| format!("method {}", other.as_u16()), str::to_owned);
            Err(broken(place, &format!("it is packed by {name}, deflate opens")))
        }
    }
}

fn broken(place: &str, what: &impl ToString) -> ImportError {
    ImportError::Broken { format: "zip", place: place.to_owned(), what: what.to_string().to_lowercase() }
}
