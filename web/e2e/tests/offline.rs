//! The service worker, with two builds of a tiny page: what a visitor has keeps working, and newer builds arrive.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use lnn_e2e::{Page, Viewport};
use serde_json::json;
use xtask::serve::Site;

/// Writes a build whose page says `version` and reads it again from `version.txt`.
fn build(dir: &Path, version: &str) -> Result<()> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../static");
    let worker = fs::read_to_string(sources.join("sw.js"))?;
    let placeholder = "const BUILD = { digest: \"\", files: [] };";
    assert!(worker.contains(placeholder));
    let script = format!("script-{version}.js");
    let files = json!({ "digest": version, "files": ["./", format!("./{script}"), "./version.txt", "./register_sw.js"] });
    fs::write(dir.join("sw.js"), worker.replace(placeholder, &format!("const BUILD = {files};")))?;
    fs::copy(sources.join("register_sw.js"), dir.join("register_sw.js"))?;
    fs::write(dir.join(script), format!("document.title = '{version}';"))?;
    fs::write(dir.join("version.txt"), version)?;
    let html = format!(
        "<!doctype html><html lang=en><head><title>?</title><link rel=icon href='data:,'>\
         <script defer src=script-{version}.js></script><script defer src=register_sw.js></script></head>\
         <body><button>Touch</button></body></html>"
    );
    Ok(fs::write(dir.join("index.html"), html)?)
}

/// A visitor whose browser has taken build `one` for offline use.
fn visit(name: &str) -> Result<(Page, Site, PathBuf)> {
    let dir = std::env::temp_dir().join(format!("lnn-offline-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir)?;
    build(&dir, "one")?;
    let site = Site::serve(&dir, "/p/", 0)?;
    let page = Page::open(&site.url(), &Viewport::DESKTOP)?;
    page.wait_until("navigator.serviceWorker.controller?.state === 'activated'")?;
    Ok((page, site, dir))
}

fn caches(page: &Page) -> Result<Vec<String>> {
    let keys = page.evaluate("caches.keys()")?;
    let keys = keys.as_array().context("no list")?;
    Ok(keys.iter().filter_map(|key| Some(key.as_str()?.rsplit(' ').next()?.to_owned())).collect())
}

#[test]
fn an_untouched_page_takes_a_newer_build_at_once() -> Result<()> {
    let (page, _site, dir) = visit("untouched")?;
    build(&dir, "two")?;
    page.reload()?;
    page.wait_until("document.title === 'two'")?;
    page.wait("only the newer cache", || Ok(caches(&page)? == ["two"]))?;
    page.set_offline(true)?;
    page.reload()?;
    page.wait_until("document.title === 'two'")?;
    assert_eq!(page.evaluate("fetch('version.txt?x').then((it) => it.text())")?, json!("two"));
    page.check_clean()
}

#[test]
fn a_page_in_use_keeps_its_own_files_until_the_next_load() -> Result<()> {
    let (page, _site, dir) = visit("touched")?;
    page.role("button").name("Touch").click()?;
    build(&dir, "two")?;
    fs::remove_file(dir.join("script-one.js"))?;
    page.evaluate("navigator.serviceWorker.getRegistration().then((it) => it.update()).then(() => null)")?;
    page.wait("both caches", || Ok(caches(&page)?.len() == 2))?;
    page.wait_until("navigator.serviceWorker.getRegistration().then((it) => !it.installing && !it.waiting)")?;
    page.wait_until("navigator.serviceWorker.controller?.state === 'activated'")?;
    assert_eq!(
        page.evaluate("[document.title, navigator.userActivation.hasBeenActive]")?,
        json!(["one", true])
    );
    assert_eq!(page.evaluate("fetch('script-one.js').then((it) => it.status)")?, json!(200));
    page.reload()?;
    page.wait_until("document.title === 'two'")?;
    page.wait("only the newer cache", || Ok(caches(&page)? == ["two"]))?;
    page.check_clean()
}
