//! `cargo xtask tidy`: the rules of `CODE_STYLE.md` that a program can check.
//!
//! Each rule is a function from a file to the sentences it has to say. `rules.rs` holds those of source files,
//! `links.rs` the one of documents.

mod links;
mod rules;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// What no rule looks at.
const SKIPPED: [&str; 4] = [".git", "target", "dist", "node_modules"];
const CHECKED: [&str; 10] = ["rs", "md", "toml", "html", "css", "js", "yml", "yaml", "py", "sh"];

/// A text file of the checkout.
pub struct SourceFile {
    /// From the root, with forward slashes.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl SourceFile {
    /// The part of the name after the last full stop.
    pub fn extension(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, extension)| extension)
    }
}

/// Something to be put right.
pub struct Finding {
    /// Counted from 1.
    pub line: usize,
    /// One sentence.
    pub message: String,
}

/// Checks every file under `root`.
///
/// # Errors
/// When a file breaks a rule or can't be read.
pub fn tidy(root: &Path) -> Result<()> {
    let mut paths = Vec::new();
    collect(root, &mut paths)?;
    let mut n_findings = 0;
    for path in &paths {
        // Texts that are not UTF-8 are data of tests.
        let Ok(text) = fs::read_to_string(path) else { continue };
        let file = SourceFile { path: path.strip_prefix(root)?.to_string_lossy().replace('\\', "/"), text };
        let mut findings = rules::check(&file);
        findings.extend(links::check(&file, root));
        for finding in &findings {
            println!("    {}:{}: {}", file.path, finding.line, finding.message);
        }
        n_findings += findings.len();
    }
    if n_findings > 0 {
        bail!("{n_findings} places are not tidy");
    }
    println!("    {} files are tidy", paths.len());
    Ok(())
}

fn collect(dir: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(dir).with_context(|| format!("can't list {}", dir.display()))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
        if SKIPPED.contains(&name) {
            continue;
        }
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().and_then(|it| it.to_str()).is_some_and(|it| CHECKED.contains(&it)) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(())
}
