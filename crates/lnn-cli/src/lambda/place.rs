//! Which stack is meant: what the command line says, the environment, or what runs on this machine.
//!
//! In: options, `LNN_API`, `LNN_TOKEN`, a small file that `lnn local up` leaves. Out: an [`Api`]. Read next: `api.rs`.

use std::env;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::api::Api;
use crate::lambda_args::WhereArgs;

/// What `lnn local up` leaves for others to find.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    pub url: String,
    pub token: String,
    pub pid: u32,
}

/// The file of a running stack; removed when it is dropped, unless another took its place.
pub struct StateFile {
    path: PathBuf,
    running: Running,
}

impl StateFile {
    /// Only its owner may read it: it holds a token.
    pub fn write(running: Running) -> Result<Self> {
        let path = path()?;
        let sentence = || format!("«{}» can't be written", path.display());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(sentence)?;
        }
        let part = path.with_extension(format!("{}.part", running.pid));
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&part)
            .with_context(sentence)?;
        file.write_all(serde_json::to_string(&running)?.as_bytes()).with_context(sentence)?;
        fs::rename(&part, &path).with_context(sentence)?;
        Ok(Self { path, running })
    }
}

impl Drop for StateFile {
    fn drop(&mut self) {
        if read(&self.path).as_ref() == Some(&self.running) {
            // If it stays, the next one overwrites it.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The stack that is meant.
pub fn api(args: &WhereArgs) -> Result<Api> {
    if let Some(stack) = &args.stack {
        bail!(
            "«{stack}» can't be looked up: this lnn does not deploy to AWS yet; give the stack's address and a token with --api and --token"
        );
    }
    let given = |option: &Option<String>, name: &str| {
        option.clone().or_else(|| env::var(name).ok()).filter(|text| !text.is_empty())
    };
    let running = path().ok().and_then(|path| read(&path));
    let (url, token) = choose(given(&args.api, "LNN_API"), given(&args.token, "LNN_TOKEN"), running)?;
    Api::new(&url, &token)
}

/// A token that was found belongs to the address that it was found with, and goes to no other.
fn choose(url: Option<String>, token: Option<String>, running: Option<Running>) -> Result<(String, String)> {
    match (url, token, running) {
        (Some(url), Some(token), _) => Ok((url, token)),
        (Some(url), None, Some(running)) if url.trim_end_matches('/') == running.url => {
            Ok((url, running.token))
        }
        (Some(url), None, _) => bail!("a token for «{url}» is needed: give --token, or set LNN_TOKEN"),
        (None, token, Some(running)) => Ok((running.url, token.unwrap_or(running.token))),
        (None, _, None) => {
            bail!("no stack is known: start one with «lnn local up», or give --api and --token")
        }
    }
}

fn read(path: &Path) -> Option<Running> {
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}

/// In the user's cache folder.
fn path() -> Result<PathBuf> {
    let folder = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = folder("XDG_CACHE_HOME").or_else(|| {
        let home = folder("HOME")?;
        Some(home.join(if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" }))
    });
    let cache = cache.context("no folder for small files is known: set XDG_CACHE_HOME or HOME")?;
    Ok(cache.join("lnn").join("local.json"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_was_found_goes_to_its_own_address_alone() {
        let running = || Some(Running { url: "http://a".into(), token: "found".into(), pid: 1 });
        let text = |text: &str| Some(text.to_owned());
        let pair = |url: &str, token: &str| (url.to_owned(), token.to_owned());
        assert_eq!(choose(None, None, running()).unwrap(), pair("http://a", "found"));
        assert_eq!(choose(text("http://a/"), None, running()).unwrap(), pair("http://a/", "found"));
        assert_eq!(choose(text("http://b"), text("t"), running()).unwrap(), pair("http://b", "t"));
        assert_eq!(choose(None, text("t"), running()).unwrap(), pair("http://a", "t"));
        assert!(choose(text("http://b"), None, running()).unwrap_err().to_string().contains("http://b"));
        assert!(choose(None, text("t"), None).is_err());
    }
}
