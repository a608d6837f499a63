//! Makes `index.html` fit a strict Content-Security-Policy, and writes the policy into it.
//!
//! A policy in the file itself holds on hosts that can't send headers.

use std::path::Path;

use anyhow::{Context, Result, bail};
use xtask::serve::CONTENT_SECURITY_POLICY;

use super::{read, write};

/// Moves inline scripts of `dist/index.html` to files and inserts the policy.
///
/// # Errors
/// When the page holds something that the policy forbids and that can't be moved.
pub fn apply(dist: &Path) -> Result<()> {
    let index = dist.join("index.html");
    let moved = externalise(&read(&index)?)?;
    for (name, script) in &moved.scripts {
        write(&dist.join(name), script)?;
    }
    write(&index, with_policy(&moved.html)?)
}

/// A page without inline scripts, and the scripts by file name.
struct Moved {
    html: String,
    scripts: Vec<(String, String)>,
}

fn externalise(html: &str) -> Result<Moved> {
    let mut moved = Moved { html: String::with_capacity(html.len()), scripts: Vec::new() };
    let mut rest = html;
    while let Some(begin) = rest.find("<script") {
        let script = &rest[begin..];
        let body_at = script.find('>').context("a <script is never closed in index.html")? + 1;
        let end = script.find("</script>").context("a <script> has no end in index.html")?;
        let (tag, body) = (&script[..body_at], script[body_at..end].trim());
        moved.html.push_str(&rest[..begin]);
        if body.is_empty() {
            moved.html.push_str(tag);
        } else {
            let name = script_name(moved.scripts.len());
            let open = tag.strip_suffix('>').unwrap_or(tag);
            moved.html.extend([open, " src=\"./", &name, "\">"]);
            moved.scripts.push((name, format!("{body}\n")));
        }
        rest = &script[end..];
    }
    moved.html.push_str(rest);
    for forbidden in ["<style", " style=", " onclick=", " onload=", "javascript:"] {
        if moved.html.contains(forbidden) {
            bail!("index.html holds `{forbidden}`, which the Content-Security-Policy forbids");
        }
    }
    Ok(moved)
}

fn script_name(idx: usize) -> String {
    if idx == 0 { "start.js".to_owned() } else { format!("start_{idx}.js") }
}

/// Inserts the policy as the first element of the head: it holds for what comes after it.
fn with_policy(html: &str) -> Result<String> {
    let head = html.find("<head").context("index.html has no <head>")?;
    let at = head + html[head..].find('>').context("<head is never closed in index.html")? + 1;
    let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{CONTENT_SECURITY_POLICY}\">");
    Ok(format!("{}{meta}{}", &html[..at], &html[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_scripts_move_to_files_and_others_stay() {
        let html =
            "<head><script src=\"a.js\"></script><script type=\"module\">import './b.js';</script></head>";
        let moved = externalise(html).unwrap();
        assert_eq!(
            moved.html,
            "<head><script src=\"a.js\"></script><script type=\"module\" src=\"./start.js\"></script></head>"
        );
        assert_eq!(moved.scripts, [("start.js".to_owned(), "import './b.js';\n".to_owned())]);
    }

    #[test]
    fn inline_styles_are_refused() {
        assert!(externalise("<body style=\"color:red\">").is_err());
    }

    #[test]
    fn the_policy_comes_first() {
        let html = with_policy("<html><head><meta charset=utf-8></head>").unwrap();
        assert!(html.starts_with("<html><head><meta http-equiv=\"Content-Security-Policy\""), "{html}");
    }
}
