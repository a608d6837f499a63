//! The files of a folder of the machine. In: its path. Out: [`Folder`]. Read next: `listing.rs`.

use std::fs::{DirEntry, FileType};
use std::io;
use std::path::{Path, PathBuf};

use super::listing::{Listing, MAX_FILES, Problem, Problems};
use super::source::FileSource;
use super::{Files, Source, SourceError};

/// A folder with everything in it.
///
/// Links are not followed. One that stays within the folder leads to what is listed anyway, such as a link to the latest
/// run; one that leaves it is a problem.
pub struct Folder {
    /// Without links, so that it can be told whether a link leads out of it.
    root: PathBuf,
    listing: Listing<PathBuf>,
    problems: Problems,
}

impl Folder {
    /// Lists a folder.
    ///
    /// # Errors
    /// The folder can't be read. What can't be read within it is a problem only.
    pub fn new(path: &Path) -> Result<Self, SourceError> {
        let why = |error: io::Error| SourceError::open(&path.to_string_lossy(), &error);
        let root = path.canonicalize().map_err(why)?;
        let mut folder = Self { root, listing: Listing::default(), problems: Problems::default() };
        folder.refresh()?;
        Ok(folder)
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        &self.root
    }
}

impl Files for Folder {
    fn names(&self) -> &[String] {
        self.listing.names()
    }

    fn open(&mut self, name: &str) -> Result<Box<dyn Source>, SourceError> {
        Ok(Box::new(FileSource::open(self.listing.get(name)?)?))
    }

    fn problems(&self) -> &[Problem] {
        self.problems.listed()
    }

    fn refresh(&mut self) -> Result<(), SourceError> {
        let first = std::fs::read_dir(&self.root);
        first.map_err(|error| SourceError::open(&self.root.to_string_lossy(), &error))?;
        let mut walk = Walk { root: &self.root, found: Vec::new(), n_seen: 0, problems: Problems::default() };
        walk.run();
        let Walk { found, mut problems, .. } = walk;
        self.listing = Listing::new(found, &mut problems);
        self.problems = problems;
        Ok(())
    }
}

struct Walk<'a> {
    root: &'a Path,
    found: Vec<(String, PathBuf)>,
    /// Files and folders.
    n_seen: usize,
    problems: Problems,
}

impl Walk<'_> {
    fn run(&mut self) {
        let mut folders = vec![self.root.to_owned()];
        while let Some(folder) = folders.pop() {
            let entries = match std::fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    self.unread(&folder, &error);
                    continue;
                }
            };
            for entry in entries {
                self.n_seen += 1;
                if self.n_seen > MAX_FILES {
                    let why = format!(
                        "more than {MAX_FILES} files and folders are here, and not all were looked at: choose a \
                         folder with fewer"
                    );
                    return self.problems.push("", why);
                }
                match entry.and_then(|entry| Ok((entry.file_type()?, entry))) {
                    Ok((kind, entry)) => self.take(kind, &entry, &mut folders),
                    Err(error) => self.unread(&folder, &error),
                }
            }
        }
    }

    fn take(&mut self, kind: FileType, entry: &DirEntry, folders: &mut Vec<PathBuf>) {
        let path = entry.path();
        if kind.is_symlink() {
            self.link(&path);
        } else if kind.is_dir() {
            folders.push(path);
        } else if kind.is_file() {
            self.found.push((self.name(&path), path));
        }
    }

    fn link(&mut self, path: &Path) {
        match path.canonicalize() {
            Ok(target) if target.starts_with(self.root) => {}
            Ok(_) => self.problems.push(
                self.name(path),
                "this link leads out of the folder and is not followed: copy the file into the folder",
            ),
            Err(error) => self.unread(path, &error),
        }
    }

    fn unread(&mut self, path: &Path, error: &io::Error) {
        self.problems
            .push(self.name(path), format!("it can't be read: {error}; look whether it may be read"));
    }

    fn name(&self, path: &Path) -> String {
        let relative = path.strip_prefix(self.root).unwrap_or(path);
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        parts.join("/")
    }
}
