//! Where a log is written: a folder of segments, or one file. In: whole lines; out: files that stay readable wherever the
//! program is killed.
//!
//! A folder's newest segment is plain text; it is compressed when it is full or the run ends, and only then removed, so that
//! every line is in some whole file at any time. Read next: `record.rs`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};
use lnn_runlog::{HeaderRecord, RunIndex, Segment};

/// A segment is compressed when it is longer.
const SEGMENT_BYTES: u64 = 16 << 20;
const TAKEN: &str = "is there already: give another name, or remove it first";

/// The folder or file that a log is written to.
pub enum Place {
    /// F.ndjson.
    Plain(File),
    /// F.ndjson.gz.
    Gzip(Box<GzEncoder<File>>),
    /// A folder.
    Folder(Box<Folder>),
}

/// A run's folder.
pub struct Folder {
    path: PathBuf,
    index: RunIndex,
    segment: Option<File>,
    n_bytes: u64,
    n_lines: u64,
}

impl Place {
    /// Refuses a place that can't be made, before anything is done for it.
    #[cfg(feature = "lambda")]
    pub fn check(path: &Path) -> Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let is_file = is_one_file(path)?;
        if is_file && !folder.is_dir() {
            bail!("«{}» can't be made: give --log a file in a folder that exists", path.display());
        }
        if path.exists() && (is_file || !is_empty_folder(path)) {
            bail!("«{}» {TAKEN}", path.display());
        }
        Ok(())
    }

    /// Makes a new folder or file; what is there already is left alone.
    pub fn create(path: &Path, run: &str, header: &HeaderRecord) -> Result<Self> {
        if !is_one_file(path)? {
            return Folder::create(path, run, header).map(|folder| Self::Folder(Box::new(folder)));
        }
        let file = OpenOptions::new().write(true).create_new(true).open(path);
        let file = file.with_context(|| {
            format!("«{}» can't be made: give --log another name, or remove it first", path.display())
        })?;
        if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("gz")) {
            return Ok(Self::Gzip(Box::new(GzEncoder::new(file, Compression::default()))));
        }
        Ok(Self::Plain(file))
    }

    /// Whether checkpoints are files of their own.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(&folder.path),
            _ => None,
        }
    }

    /// Makes everything readable that was written so far.
    pub fn sync(&mut self) -> io::Result<()> {
        match self {
            Self::Gzip(encoder) => encoder.flush(),
            _ => Ok(()),
        }
    }

    /// The log is complete.
    pub fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.sync_all(),
            Self::Gzip(encoder) => encoder.finish()?.sync_all(),
            Self::Folder(mut folder) => folder.compress(),
        }
    }
}

/// Whether a log is one file, by its name.
fn is_one_file(path: &Path) -> Result<bool> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    if [".ndjson", ".ndjson.gz"].iter().any(|ending| name.ends_with(ending)) {
        return Ok(true);
    }
    if [".zip", ".gz", ".json"].iter().any(|ending| name.ends_with(ending)) {
        bail!(
            "«{}»: a log is written to a new folder, to F.ndjson or to F.ndjson.gz; a folder can be zipped later",
            path.display()
        );
    }
    Ok(false)
}

fn is_empty_folder(path: &Path) -> bool {
    fs::read_dir(path).is_ok_and(|mut files| files.next().is_none())
}

impl Write for Place {
    /// Takes a whole line at a time, as [`lnn_runlog::LogWriter`] gives them.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write_all(line)?,
            Self::Gzip(encoder) => encoder.write_all(line)?,
            Self::Folder(folder) => folder.write_line(line)?,
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sync()
    }
}

impl Folder {
    fn create(path: &Path, run: &str, header: &HeaderRecord) -> Result<Self> {
        let name = path.display();
        if path.exists() && !is_empty_folder(path) {
            bail!("«{name}» {TAKEN}");
        }
        let made = fs::create_dir_all(path.join("log")).and(fs::create_dir_all(path.join("checkpoints")));
        made.with_context(|| format!("«{name}» can't be made, check the path"))?;
        let index = RunIndex { run: run.to_owned(), header: header.clone(), segments: Vec::new() };
        let folder = Self { path: path.to_owned(), index, segment: None, n_bytes: 0, n_lines: 0 };
        folder.write_index().with_context(|| format!("«{name}» can't be written"))?;
        Ok(folder)
    }

    fn write_index(&self) -> io::Result<()> {
        write_whole(&self.path.join("run.json"), self.index.to_json()?.as_bytes())
    }

    fn segment_name(&self) -> String {
        format!("log/{:06}.ndjson", self.index.segments.len())
    }

    fn write_line(&mut self, line: &[u8]) -> io::Result<()> {
        if self.n_bytes > 0 && self.n_bytes + line.len() as u64 > SEGMENT_BYTES {
            self.compress()?;
        }
        if self.segment.is_none() {
            self.segment = Some(File::create(self.path.join(self.segment_name()))?);
        }
        if let Some(segment) = &mut self.segment {
            segment.write_all(line)?;
        }
        self.n_bytes += line.len() as u64;
        self.n_lines += 1;
        Ok(())
    }

    /// Ends the newest segment: first its compressed twin is whole, then the index names it, then the plain one goes.
    fn compress(&mut self) -> io::Result<()> {
        if self.segment.take().is_none() {
            return Ok(());
        }
        let plain = self.path.join(self.segment_name());
        let name = format!("{}.gz", self.segment_name());
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        io::copy(&mut File::open(&plain)?, &mut encoder)?;
        write_whole(&self.path.join(&name), &encoder.finish()?)?;
        self.index.segments.push(Segment { file: name, n_lines: self.n_lines, n_bytes: self.n_bytes });
        self.write_index()?;
        fs::remove_file(&plain)?;
        (self.n_bytes, self.n_lines) = (0, 0);
        Ok(())
    }
}

/// To a neighbour first: a reader sees the old file or the new one, never half of it.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".part");
    let unfinished = PathBuf::from(unfinished);
    fs::write(&unfinished, bytes)?;
    fs::rename(&unfinished, path)
}
