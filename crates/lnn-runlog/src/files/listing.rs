//! Names in order, each with where its bytes are, and sources that have a name from elsewhere.
//!
//! In: names and sources, such as a browser gives for files that were dropped. Out: [`ManySources`], [`SingleFile`],
//! [`Problem`]. Read next: `zip.rs`, `folder.rs`.

use super::source::Shared;
use super::{Files, Source, SourceError};
use crate::MAX_LISTED;

/// More files are no log, but a folder that was chosen by mistake.
pub const MAX_FILES: usize = 100_000;

/// Something that keeps files, or a part of them, from being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which file, or which of its entries; empty if it is about all of them.
    pub name: String,
    /// What is wrong, and what to do.
    pub why: String,
}

/// The first [`MAX_LISTED`] problems.
#[derive(Debug, Clone, Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    pub fn push(&mut self, name: impl Into<String>, why: impl Into<String>) {
        if self.0.len() < MAX_LISTED {
            self.0.push(Problem { name: name.into(), why: why.into() });
        }
    }

    pub fn listed(&self) -> &[Problem] {
        &self.0
    }
}

/// Sorted names, each with an item.
#[derive(Debug, Clone, Default)]
pub(super) struct Listing<T> {
    names: Vec<String>,
    items: Vec<T>,
}

impl<T> Listing<T> {
    /// Sorts by name. Of the same name the last one stays, as in a zip that something was added to.
    pub fn new(mut named: Vec<(String, T)>, problems: &mut Problems) -> Self {
        if named.len() > MAX_FILES {
            problems.push("", format!("more than {MAX_FILES} files are here: choose a folder with fewer"));
            named.truncate(MAX_FILES);
        }
        named.reverse();
        named.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut listing = Self { names: Vec::new(), items: Vec::new() };
        for (name, item) in named {
            if listing.names.last() == Some(&name) {
                problems
                    .push(name, "this name is here more than once: the last one is read, rename the others");
            } else {
                listing.names.push(name);
                listing.items.push(item);
            }
        }
        listing
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub fn get(&self, name: &str) -> Result<&T, SourceError> {
        let place = self.names.binary_search_by(|known| known.as_str().cmp(name));
        place
            .ok()
            .and_then(|place| self.items.get(place))
            .ok_or_else(|| SourceError::NotFound { name: name.to_owned(), n_files: self.names.len() })
    }
}

/// A relative name with `/` between its parts; none for a folder, an error for what leaves the place it is in.
pub(super) fn clean(name: &str) -> Result<Option<String>, &'static str> {
    let name = name.replace('\\', "/");
    if name.is_empty() || name.ends_with('/') {
        return Ok(None);
    }
    let mut parts = Vec::new();
    for part in name.split('/') {
        match part {
            ".." => return Err("its name leads out of the folder by «..»: rename it"),
            "" | "." => {}
            _ if parts.is_empty() && is_drive(part) => {}
            _ => parts.push(part),
        }
    }
    Ok(Some(parts.join("/")).filter(|name| !name.is_empty()))
}

fn is_drive(part: &str) -> bool {
    matches!(part.as_bytes(), [letter, b':'] if letter.is_ascii_alphabetic())
}

/// Without the folder that all are in, so that a folder and the zip of it give the same names.
pub(super) fn without_top<T>(named: &mut [(String, T)]) {
    let top = named.first().and_then(|(name, _)| name.split_once('/')).map(|(top, _)| format!("{top}/"));
    let Some(top) = top else { return };
    if named.iter().all(|(name, _)| name.starts_with(&top)) {
        for (name, _) in named {
            name.drain(..top.len());
        }
    }
}

/// Sources with names, such as the files of a folder that was dropped on a page.
pub struct ManySources {
    listing: Listing<Shared>,
    problems: Problems,
}

impl ManySources {
    /// Names may be absolute and use `\`; a folder that all of them are in is left out.
    pub fn new(sources: Vec<(String, Box<dyn Source>)>) -> Self {
        let mut problems = Problems::default();
        let mut named = Vec::new();
        for (name, source) in sources {
            match clean(&name) {
                Ok(Some(name)) => named.push((name, Shared::new(source))),
                Ok(None) => {}
                Err(why) => problems.push(name, why),
            }
        }
        without_top(&mut named);
        Self { listing: Listing::new(named, &mut problems), problems }
    }
}

impl Files for ManySources {
    fn names(&self) -> &[String] {
        self.listing.names()
    }

    fn open(&mut self, name: &str) -> Result<Box<dyn Source>, SourceError> {
        Ok(Box::new(self.listing.get(name)?.clone()))
    }

    fn problems(&self) -> &[Problem] {
        self.problems.listed()
    }
}

/// One source and its name.
pub struct SingleFile {
    names: [String; 1],
    source: Shared,
}

impl SingleFile {
    /// Calls `source` by the last part of `name`.
    pub fn new(name: &str, source: Box<dyn Source>) -> Self {
        let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
        Self { names: [last.to_owned()], source: Shared::new(source) }
    }
}

impl Files for SingleFile {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn open(&mut self, name: &str) -> Result<Box<dyn Source>, SourceError> {
        if self.names.iter().any(|known| known == name) {
            return Ok(Box::new(self.source.clone()));
        }
        Err(SourceError::NotFound { name: name.to_owned(), n_files: self.names.len() })
    }

    fn problems(&self) -> &[Problem] {
        &[]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemorySource;

    fn sources(names: &[&str]) -> ManySources {
        let named = names.iter().enumerate().map(|(idx, name)| {
            let source: Box<dyn Source> = Box::new(MemorySource(vec![idx as u8]));
            ((*name).to_owned(), source)
        });
        ManySources::new(named.collect())
    }

    fn first_byte(files: &mut dyn Files, name: &str) -> u8 {
        let mut buf = [0];
        assert_eq!(files.open(name).unwrap().read_at(0, &mut buf), Ok(1));
        buf[0]
    }

    #[test]
    fn names_are_relative_sorted_and_without_the_folder_that_all_are_in() {
        assert_eq!(sources(&["run/b", "run/a", "run/c/d", "run/"]).names(), ["a", "b", "c/d"]);
        assert_eq!(sources(&["/run/b", "C:\\other\\a", "./x//y"]).names(), ["other/a", "run/b", "x/y"]);
        assert_eq!(sources(&["run/a", "runs/a"]).names(), ["run/a", "runs/a"]);
        assert_eq!(sources(&["run/a", "run"]).names(), ["run", "run/a"]);
        assert_eq!(sources(&[]).names(), [""; 0]);
    }

    #[test]
    fn a_name_that_leads_out_or_comes_twice_is_a_problem() {
        let mut files = sources(&["a", "../b", "c/../../d", "a", "e..f"]);
        assert_eq!(files.names(), ["a", "e..f"]);
        assert_eq!(first_byte(&mut files, "a"), 3);
        let problems: Vec<_> = files.problems().iter().map(|problem| problem.name.as_str()).collect();
        assert_eq!(problems, ["../b", "c/../../d", "a"]);
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = sources(&["a"]).open("b").err().unwrap();
        assert_eq!(error.to_string(), "there is no file «b» among the 1 that are here: list them again");
        let mut single = SingleFile::new("C:\\runs\\log.jsonl", Box::new(MemorySource(b"x")));
        assert_eq!(single.names(), ["log.jsonl"]);
        assert_eq!(first_byte(&mut single, "log.jsonl"), b'x');
        assert!(single.open("runs").is_err());
    }
}
