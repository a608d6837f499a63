//! Names files by their content: `page.js` → `page.0123456789abcdef.js`, with every reference to it rewritten.
//!
//! A page and a worker of different builds can thus never meet, whatever a host or a browser caches. Files are renamed
//! before those that refer to them, so that a changed leaf changes every name up to `index.html`, which keeps its own.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::{files, has_extension, name, read, write};

/// Files that refer to others, after those they refer to. What ends alike is independent of each other.
const ORDER: [fn(&Path) -> bool; 5] = [
    |path| has_extension(path, "wasm"),
    |path| has_extension(path, "css"),
    |path| has_extension(path, "js") && !is_loader(path) && !is_start(path),
    is_loader,
    is_start,
];

fn is_loader(path: &Path) -> bool {
    name(path).ends_with("_loader.js")
}

fn is_start(path: &Path) -> bool {
    has_extension(path, "js") && name(path).starts_with("start")
}

/// Renames the scripts, modules and style sheets of `dist`.
///
/// # Errors
/// When a file can't be read or written.
pub fn fingerprint(dist: &Path) -> Result<()> {
    let mut renamed: Vec<(String, String)> = Vec::new();
    let all = files(dist)?;
    for stage in ORDER {
        let mut of_stage = Vec::new();
        for path in all.iter().filter(|path| stage(path)) {
            if !has_extension(path, "wasm") {
                rewrite(path, &renamed)?;
            }
            let content = fs::read(path).with_context(|| format!("can't read {}", path.display()))?;
            let new_name = hashed_name(name(path), &digest(&content));
            fs::rename(path, dist.join(&new_name))
                .with_context(|| format!("can't rename {}", path.display()))?;
            of_stage.push((name(path).to_owned(), new_name));
        }
        renamed.append(&mut of_stage);
    }
    rewrite(&dist.join("index.html"), &renamed)
}

/// 64 bits of SHA-256, as hexadecimal digits: enough to tell builds apart.
pub fn digest(content: &[u8]) -> String {
    let number =
        Sha256::digest(content).iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{number:016x}")
}

fn hashed_name(name: &str, digest: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{digest}.{extension}"),
        None => format!("{name}.{digest}"),
    }
}

fn rewrite(path: &Path, renamed: &[(String, String)]) -> Result<()> {
    let mut text = read(path)?;
    for (old, new) in renamed {
        text = replace_name(&text, old, new);
    }
    write(path, text)
}

/// Replaces `old` where it stands as a whole file name.
fn replace_name(text: &str, old: &str, new: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(old) {
        let end = at + old.len();
        let whole = !rest[..at].ends_with(is_part) && !rest[end..].starts_with(is_part);
        result.push_str(&rest[..at]);
        result.push_str(if whole { new } else { old });
        rest = &rest[end..];
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_names_are_replaced() {
        let text = "import './page.js'; './homepage.js' page.json page.js";
        assert_eq!(
            replace_name(text, "page.js", "page.1.js"),
            "import './page.1.js'; './homepage.js' page.json page.1.js"
        );
    }

    #[test]
    fn a_changed_leaf_changes_every_name_up_to_the_page() {
        let build = |module: &str| {
            let dir = std::env::temp_dir().join(format!("lnn-fingerprint-{}-{module}", std::process::id()));
            fs::create_dir_all(&dir).unwrap();
            for (file, content) in [
                ("worker_bg.wasm", module),
                ("worker.js", "new URL('worker_bg.wasm', import.meta.url)"),
                ("worker_loader.js", "import init from './worker.js'"),
                ("index.html", "<meta name=lnn-worker content=./worker_loader.js>"),
            ] {
                fs::write(dir.join(file), content).unwrap();
            }
            fingerprint(&dir).unwrap();
            let html = fs::read_to_string(dir.join("index.html")).unwrap();
            let loader = html.split("./").nth(1).unwrap().trim_end_matches('>').to_owned();
            assert!(dir.join(&loader).is_file(), "{loader}");
            fs::remove_dir_all(&dir).unwrap();
            html
        };
        assert_ne!(build("a"), build("b"));
        assert_eq!(build("a"), build("a"));
    }
}
