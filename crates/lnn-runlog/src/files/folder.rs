//! A folder of the system as files. In: its path. Out: what is in it and below; links are not followed.

use std::fs;
use std::path::{Path, PathBuf};

use super::Files;
use super::source::{FileSource, Source, SourceError};

/// Files that a folder may have.
const MAX_FILES: usize = 100_000;

/// A folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    names: Vec<String>,
    problems: Vec<String>,
}

impl Folder {
    /// Looks into a folder.
    ///
    /// # Errors
    /// It can't be read.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        fs::read_dir(path).map_err(|error| SourceError::Io(error.to_string()))?;
        let mut folder = Self { path: path.to_owned(), names: Vec::new(), problems: Vec::new() };
        folder.refresh();
        Ok(folder)
    }

    fn collect(&mut self, below: &str) {
        let Ok(entries) = fs::read_dir(self.path.join(below)) else {
            self.problems.push(format!("the folder «{below}» can't be read"));
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let name = if below.is_empty() { name } else { format!("{below}/{name}") };
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => self.collect(&name),
                Ok(kind) if kind.is_file() && self.names.len() < MAX_FILES => self.names.push(name),
                _ => {}
            }
        }
    }
}

impl Files for Folder {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn open(&mut self, name: &str) -> Result<Box<dyn Source>, SourceError> {
        if !self.names.iter().any(|known| known == name) {
            return Err(SourceError::Missing(name.to_owned()));
        }
        Ok(Box::new(FileSource::open(&self.path.join(name))?))
    }

    fn problems(&self) -> &[String] {
        &self.problems
    }

    fn refresh(&mut self) {
        (self.names, self.problems) = (Vec::new(), Vec::new());
        self.collect("");
        self.names.sort();
    }
}
