//! The files in a zip. In: a [`Source`]. Out: [`ZipFiles`], whose entries are sources again.
//!
//! The directory at the zip's end says what is in it; where that is missing or wrong, entries are looked for from the
//! start. Read next: `zip_local.rs`.

use std::io;

use rawzip::{MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ReaderAt, ZipLocator};

use super::inflater::RawStream;
use super::input::Input;
use super::listing::{Listing, MAX_FILES, Problem, Problems, clean, without_top};
use super::source::{Section, Shared, measure};
use super::zip_local::{ZipEntry, begins_entry, local_header, walk};
use super::{Files, Inflated, Source, SourceError};

/// How far from the end the directory's end is looked for: more than the longest comment after it.
const END_SEARCH_BYTES: u64 = 128 << 10;
/// What a Mac adds beside each file; it is of no use elsewhere.
const MAC_FOLDER: &str = "__MACOSX/";
const STORED: u16 = 0;
const DEFLATE: u16 = 8;

/// The files in a zip. A folder that all of them are in is left out of their names.
///
/// The checksums of deflated entries are verified as they are read; those of stored ones are not.
pub struct ZipFiles {
    source: Shared,
    listing: Listing<ZipEntry>,
    problems: Problems,
}

impl ZipFiles {
    /// Lists what is in a zip.
    ///
    /// # Errors
    /// The source can't be read, or nothing in it is of a zip. What is wrong with a part of it is a problem only.
    pub fn new(source: Box<dyn Source>) -> Result<Self, SourceError> {
        let mut source = Shared::new(source);
        let n_bytes = measure(&mut source)?;
        let mut names = Names::default();
        if let Err(Undirected { why }) = directory(&source, n_bytes, &mut names)? {
            names = Names::default();
            without_directory(&source, n_bytes, &why, &mut names)?;
        }
        let Names { mut named, mut problems } = names;
        without_top(&mut named);
        Ok(Self { source, listing: Listing::new(named, &mut problems), problems })
    }

    /// What the zip says of an entry.
    ///
    /// # Errors
    /// There is no entry of this name.
    pub fn entry(&self, name: &str) -> Result<ZipEntry, SourceError> {
        self.listing.get(name).copied()
    }
}

impl Files for ZipFiles {
    fn names(&self) -> &[String] {
        self.listing.names()
    }

    fn open(&mut self, name: &str) -> Result<Box<dyn Source>, SourceError> {
        let entry = self.entry(name)?;
        if entry.is_encrypted {
            return Err(SourceError::Encrypted { name: name.to_owned() });
        }
        let header = local_header(&mut Input::new(self.source.clone()), entry.header_byte)?
            .ok_or_else(|| SourceError::NoEntry { name: name.to_owned(), byte: entry.header_byte })?;
        let n_bytes = entry.compressed_size.unwrap_or(u64::MAX);
        let data = Section::new(self.source.clone(), header.data_byte, n_bytes);
        match entry.method {
            STORED => Ok(Box::new(data)),
            DEFLATE => {
                let ZipEntry { compressed_size, size, crc, .. } = entry;
                Ok(Box::new(Inflated::raw(data, RawStream { compressed_size, crc, size })))
            }
            method => Err(SourceError::Method { name: name.to_owned(), method: method_name(method) }),
        }
    }

    fn problems(&self) -> &[Problem] {
        self.problems.listed()
    }
}

/// `zstd`, or `method 7`.
fn method_name(method: u16) -> String {
    let known = rawzip::CompressionMethod::new(method).name();
    known.map_or_else(|| format!("method {method}"), str::to_lowercase)
}

/// Entries with names that can be used.
#[derive(Default)]
struct Names {
    named: Vec<(String, ZipEntry)>,
    problems: Problems,
}

impl Names {
    fn take(&mut self, name: &[u8], entry: ZipEntry) {
        let name = String::from_utf8_lossy(name);
        match clean(&name) {
            Ok(Some(name)) if name.starts_with(MAC_FOLDER) => {}
            Ok(Some(name)) => self.named.push((name, entry)),
            Ok(None) => {}
            Err(why) => self.problems.push(name, why),
        }
    }
}

/// The directory is of no use.
struct Undirected {
    why: String,
}

/// Lists what the directory at the end says; the outer error is the source's own.
fn directory(
    source: &Shared,
    n_bytes: u64,
    names: &mut Names,
) -> Result<Result<(), Undirected>, SourceError> {
    let reader = Reader { source: source.clone(), failed: std::cell::Cell::new(None) };
    let mut buf = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
    let located =
        ZipLocator::new().max_search_space(END_SEARCH_BYTES).locate_in_reader(&reader, &mut buf, n_bytes);
    let mut n_entries = 0_u64;
    let mut begins_at_start = false;
    let result = match located {
        Err((_, error)) => Err(error.to_string().to_lowercase()),
        Ok(archive) => {
            let mut entries = archive.entries(&mut buf);
            let end = loop {
                match entries.next_entry() {
                    Err(error) => break Err(error.to_string().to_lowercase()),
                    Ok(None) => break Ok(()),
                    Ok(Some(_)) if n_entries >= MAX_FILES as u64 => {
                        let why = format!("more than {MAX_FILES} entries are here, and not all are listed");
                        names.problems.push("", why);
                        break Ok(());
                    }
                    Ok(Some(record)) => {
                        n_entries += 1;
                        begins_at_start |= record.local_header_offset() == 0;
                        take_record(&record, names);
                    }
                }
            };
            // Without the long form of the directory's end, the number is kept modulo 65,536.
            let n_stated = archive.entries_hint();
            let is_whole = n_entries >= MAX_FILES as u64 || n_entries as u16 == n_stated as u16;
            let number = format!("it has {n_entries} entries where {n_stated} are stated");
            end.and(if is_whole { Ok(()) } else { Err(number) })
        }
    };
    if let Some(error) = reader.failed.take() {
        return Err(error);
    }
    // The end of a zip that is cut within an entry that is a zip itself looks like the whole one's end.
    if result.is_ok()
        && !begins_at_start
        && n_entries > 0
        && begins_entry(&mut Input::new(source.clone()), 0)?
    {
        return Ok(Err(Undirected { why: "it doesn't list the first entry".to_owned() }));
    }
    Ok(result.map_err(|why| Undirected { why }))
}

fn take_record(record: &rawzip::ZipFileHeaderRecord<'_>, names: &mut Names) {
    let raw = record.file_path();
    if record.mode().is_symlink() {
        let name = String::from_utf8_lossy(raw.as_bytes());
        names.problems.push(name, "it is a link and not followed: put the file itself into the zip");
        return;
    }
    let entry = ZipEntry {
        header_byte: record.local_header_offset(),
        method: record.compression_method().as_u16(),
        is_encrypted: record.flags().is_encrypted(),
        compressed_size: Some(record.compressed_size_hint()),
        size: Some(record.uncompressed_size_hint()),
        crc: Some(record.crc32()),
    };
    names.take(raw.as_bytes(), entry);
}

/// Lists what is found from the start.
fn without_directory(source: &Shared, n_bytes: u64, why: &str, names: &mut Names) -> Result<(), SourceError> {
    let walked = walk(&mut Input::new(source.clone()), n_bytes)?;
    let n_entries = walked.entries.len();
    let Some((last, _)) = walked.entries.last() else { return Err(SourceError::NoZip { n_bytes }) };
    names.problems.push(
        "",
        format!(
            "the zip's directory at its end can't be used ({why}): it is cut or still being written; {n_entries} \
             entries were found from its start, copy it again for the rest"
        ),
    );
    if walked.is_last_cut {
        names.problems.push(
            String::from_utf8_lossy(last),
            "the zip ends within this entry: what is there of it is read, copy the zip again for the rest",
        );
    }
    for (name, entry) in walked.entries {
        names.take(&name, entry);
    }
    Ok(())
}

/// A source as the zip reader wants it.
struct Reader {
    source: Shared,
    /// What the source said, which the zip reader would turn into words.
    failed: std::cell::Cell<Option<SourceError>>,
}

impl ReaderAt for &Reader {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        self.source.clone().read_at(offset, buf).map_err(|error| {
            let message = error.to_string();
            self.failed.set(Some(error));
            io::Error::other(message)
        })
    }
}
