//! A zip archive as files. In: a source of its bytes. Out: its entries as sources with access to any place.
//!
//! The directory is read by the `zip` crate; entries are read by their place, so that a step in the middle of a large log
//! can be reached. An archive without its directory, cut on its way, is walked from its start: whole entries are found.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

use zip::{CompressionMethod, ZipArchive};

use super::Files;
use super::gzip::{Checked, Expected};
use super::source::{Section, Source, SourceError, read_up_to};

/// Entries that an archive may have.
const MAX_ENTRIES: usize = 100_000;

/// An archive's files.
pub struct ZipFiles {
    shared: Shared,
    names: Vec<String>,
    entries: BTreeMap<String, Entry>,
    problems: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    method: Method,
    start: u64,
    compressed_bytes: u64,
    expected: Expected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    Stored,
    Deflated,
    Other,
}

/// One source for the directory and all entries.
#[derive(Clone)]
struct Shared(Rc<RefCell<Box<dyn Source>>>);

impl Source for Shared {
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        self.0.borrow_mut().read_at(offset, buf)
    }

    fn n_bytes(&mut self) -> Option<u64> {
        self.0.borrow_mut().n_bytes()
    }
}

impl ZipFiles {
    /// Reads the directory of an archive.
    ///
    /// # Errors
    /// The archive can't be read at all.
    pub fn open(source: Box<dyn Source>) -> Result<Self, SourceError> {
        let shared = Shared(Rc::new(RefCell::new(source)));
        let mut files = Self { shared, names: Vec::new(), entries: BTreeMap::new(), problems: Vec::new() };
        let reader = Seekable { source: files.shared.clone(), at: 0 };
        match ZipArchive::new(io::BufReader::new(reader)) {
            Ok(archive) => files.read_directory(archive),
            Err(error) => {
                let sentence =
                    format!("the archive has no directory ({error}): it was cut; whole files in it are read");
                files.problems.push(sentence);
                files.walk()?;
            }
        }
        files.names = files.entries.keys().cloned().collect();
        Ok(files)
    }

    fn read_directory<R: Read + Seek>(&mut self, mut archive: ZipArchive<R>) {
        for idx in 0..archive.len().min(MAX_ENTRIES) {
            let file = match archive.by_index_raw(idx) {
                Ok(file) => file,
                Err(error) => {
                    self.problems.push(format!("entry {} of the archive can't be read: {error}", idx + 1));
                    continue;
                }
            };
            let method = match file.compression() {
                _ if file.encrypted() => Method::Other,
                CompressionMethod::Stored => Method::Stored,
                CompressionMethod::Deflated => Method::Deflated,
                _ => Method::Other,
            };
            let entry = Entry {
                method,
                start: file.data_start(),
                compressed_bytes: file.compressed_size(),
                expected: Expected { crc: file.crc32(), n_bytes: file.size() },
            };
            let (name, is_file) = (file.name().to_owned(), file.is_file());
            if is_file {
                self.enter(&name, entry);
            }
        }
        if archive.len() > MAX_ENTRIES {
            self.problems
                .push(format!("the archive has more than {MAX_ENTRIES} files: the first ones are read"));
        }
    }

    /// Finds entries by their own headers, as long as each is whole and says how long it is.
    fn walk(&mut self) -> Result<(), SourceError> {
        let mut at = 0_u64;
        while self.entries.len() < MAX_ENTRIES {
            let header = read_up_to(&mut self.shared, at, 30)?;
            let number = |from: usize, n_bytes: usize| {
                let bytes = header.get(from..from + n_bytes)?;
                Some(bytes.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)))
            };
            let (Some(b"PK\x03\x04"), Some(flags), Some(method)) =
                (header.get(..4), number(6, 2), number(8, 2))
            else {
                break;
            };
            let (Some(crc), Some(compressed_bytes), Some(n_bytes)) =
                (number(14, 4), number(18, 4), number(22, 4))
            else {
                break;
            };
            let (Some(name_bytes), Some(extra_bytes)) = (number(26, 2), number(28, 2)) else { break };
            // Sizes that stand behind the entry, or in a longer form, are known to the directory alone.
            if flags & 8 != 0 || compressed_bytes == u64::from(u32::MAX) {
                break;
            }
            let name = read_up_to(&mut self.shared, at + 30, name_bytes as usize)?;
            if (name.len() as u64) < name_bytes {
                break;
            }
            let start = at + 30 + name_bytes + extra_bytes;
            let end = start + compressed_bytes;
            let method = match method {
                _ if flags & 1 != 0 => Method::Other,
                0 => Method::Stored,
                8 => Method::Deflated,
                _ => Method::Other,
            };
            let expected = Expected { crc: crc as u32, n_bytes };
            let name = String::from_utf8_lossy(&name).into_owned();
            if !name.ends_with('/') {
                self.enter(&name, Entry { method, start, compressed_bytes, expected });
            }
            at = end;
        }
        Ok(())
    }

    fn enter(&mut self, name: &str, entry: Entry) {
        let name = name.replace('\\', "/");
        let is_odd = name.starts_with('/') || name.split('/').any(|part| part == "..");
        if is_odd {
            self.problems.push(format!("«{name}» points out of the archive and is left out"));
        } else {
            self.entries.insert(name.trim_start_matches("./").to_owned(), entry);
        }
    }
}

impl Files for ZipFiles {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn open(&mut self, name: &str) -> Result<Box<dyn Source>, SourceError> {
        let entry = *self.entries.get(name).ok_or_else(|| SourceError::Missing(name.to_owned()))?;
        let source = self.shared.clone();
        let section = Section { source, start: entry.start, n_bytes: entry.compressed_bytes };
        match entry.method {
            Method::Stored => Ok(Box::new(section)),
            Method::Deflated => Ok(Box::new(Checked::new(section, entry.expected, name))),
            Method::Other => Err(SourceError::Unsupported {
                name: name.to_owned(),
                found: "encrypted or packed by another method than deflate".to_owned(),
                remedy: "unpack the archive and open the folder",
            }),
        }
    }

    fn problems(&self) -> &[String] {
        &self.problems
    }
}

/// A source read as a file is.
struct Seekable {
    source: Shared,
    at: u64,
}

impl Read for Seekable {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n_read = self.source.read_at(self.at, buf).map_err(io::Error::other)?;
        self.at += n_read as u64;
        Ok(n_read)
    }
}

impl Seek for Seekable {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let size = || io::Error::other("the archive's size is not known");
        let (base, by) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(by) => (self.at, by),
            SeekFrom::End(by) => (self.source.n_bytes().ok_or_else(size)?, by),
        };
        let outside = || io::Error::new(io::ErrorKind::InvalidInput, "a place outside of the archive");
        self.at = base.checked_add_signed(by).ok_or_else(outside)?;
        Ok(self.at)
    }
}
