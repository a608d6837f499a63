//! The rule of documents: a relative link leads to a file that is there.

use std::path::Path;

use super::{Finding, SourceFile};

/// Links of a Markdown file that lead nowhere.
pub fn check(file: &SourceFile, root: &Path) -> Vec<Finding> {
    if file.extension() != "md" {
        return Vec::new();
    }
    let path = root.join(&file.path);
    let dir = path.parent().unwrap_or(root);
    let mut findings = Vec::new();
    let mut in_code = false;
    for (idx, line) in file.text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        let broken = targets(line).into_iter().filter(|target| is_relative(target)).filter(|target| {
            let file = target.split('#').next().unwrap_or("");
            !file.is_empty() && !dir.join(file).exists()
        });
        findings.extend(
            broken.map(|target| Finding {
                line: idx + 1,
                message: format!("the link `{target}` leads nowhere"),
            }),
        );
    }
    findings
}

/// What stands behind `](`, `src="` and `href="`.
fn targets(line: &str) -> Vec<&str> {
    let mut targets = Vec::new();
    for (open, close) in [("](", ')'), ("src=\"", '"'), ("href=\"", '"')] {
        for rest in line.split(open).skip(1) {
            if let Some((target, _)) = rest.split_once(close) {
                // A link may carry a title: `[text](file "title")`.
                targets.push(target.split(" \"").next().unwrap_or(target).trim());
            }
        }
    }
    targets
}

fn is_relative(target: &str) -> bool {
    !(target.starts_with('#')
        || target.starts_with("mailto:")
        || target.contains("://")
        || target.contains('`'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_relative_links_to_missing_files_are_found() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let check =
            |text: &str| check(&SourceFile { path: "a.md".to_owned(), text: text.to_owned() }, root).len();
        assert_eq!(check("[x](Cargo.toml) [y](src/main.rs#top) [z](https://example.org) [w](#here)"), 0);
        assert_eq!(check("[x](nowhere.md) <img src=\"nothing.png\">"), 2);
        assert_eq!(check("```\n[x](nowhere.md)\n```"), 0);
    }
}
