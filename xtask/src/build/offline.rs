//! The service worker: after one visit the page works without a network.
//!
//! `web/static/sw.js` holds the behaviour, `web/static/register_sw.js` starts it; this file fills in which files there
//! are. `trunk serve` has neither: while one works on the page, nothing may stand between it and its sources.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;

use super::{fingerprint::digest, name, read, write};
use crate::workspace::Workspace;

/// What `sw.js` holds until it is built.
const PLACEHOLDER: &str = "const BUILD = { digest: \"\", files: [] };";
const REGISTRATION: &str = "register_sw.js";

/// Adds the script that starts the service worker to the page.
///
/// # Errors
/// When the script or the page can't be read.
pub fn add_registration(workspace: &Workspace) -> Result<()> {
    let source = workspace.root.join("web/static").join(REGISTRATION);
    write(&workspace.dist.join(REGISTRATION), read(&source)?)?;
    let index = workspace.dist.join("index.html");
    let html = read(&index)?;
    let at = html
        .find("</head>")
        .or_else(|| html.find("<body"))
        .context("index.html has neither </head> nor <body>")?;
    let tag = format!("<script defer src=\"./{REGISTRATION}\"></script>");
    write(&index, format!("{}{tag}{}", &html[..at], &html[at..]))
}

/// Writes `dist/sw.js` with the names of all files and a digest of their contents.
///
/// # Errors
/// When a file can't be read, or the placeholder isn't there.
pub fn write_service_worker(workspace: &Workspace) -> Result<()> {
    let dist = &workspace.dist;
    let mut paths = Vec::new();
    collect(dist, &mut paths)?;
    let mut names = Vec::new();
    let mut contents = Vec::new();
    for path in paths {
        let relative = path.strip_prefix(dist)?.to_string_lossy().replace('\\', "/");
        let content = fs::read(&path).with_context(|| format!("can't read {}", path.display()))?;
        contents.extend_from_slice(digest(&content).as_bytes());
        contents.extend_from_slice(relative.as_bytes());
        // The page is asked for by its folder; a host may or may not answer to `index.html` too.
        names.push(if relative == "index.html" { String::new() } else { relative });
    }
    let source = read(&workspace.root.join("web/static/sw.js"))?;
    let files: Vec<String> = names.iter().map(|name| format!("./{name}")).collect();
    let build = json!({ "digest": digest(&contents), "files": files });
    source.find(PLACEHOLDER).with_context(|| format!("sw.js lacks the line `{PLACEHOLDER}`"))?;
    write(&dist.join("sw.js"), source.replace(PLACEHOLDER, &format!("const BUILD = {build};")))
}

fn collect(dir: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(dir).with_context(|| format!("can't list {}", dir.display()))? {
        entries.push(entry?.path());
    }
    entries.sort();
    for path in entries {
        if name(&path).starts_with('.') || name(&path) == "sw.js" {
            continue;
        }
        if path.is_dir() {
            collect(&path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}
