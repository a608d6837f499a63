//! The accessibility rules of axe-core, run in the page.

use std::env;
use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::Page;

/// A rule that the page breaks.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The rule's id: `color-contrast` …
    pub rule: String,
    /// What should be so.
    pub help: String,
    /// The elements that break it, each with the reason.
    pub elements: Vec<String>,
}

impl Page {
    /// The rules of WCAG 2.2 AA that the page breaks; none when axe-core is not there (no npm), which is then said.
    ///
    /// # Errors
    /// When axe-core itself fails.
    pub fn accessibility_violations(&self) -> Result<Option<Vec<Violation>>> {
        let Some(path) = env::var_os("LNN_AXE") else {
            println!("skipped: no npm, so no axe-core");
            return Ok(None);
        };
        let script = fs::read_to_string(&path).with_context(|| format!("can't read {}", path.display()))?;
        self.evaluate(&format!("{script}; null"))?;
        let tags = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']";
        let found = self.evaluate(&format!(
            "axe.run(document, {{ runOnly: {tags}, resultTypes: ['violations'] }}).then((all) => all.violations.map((it) => ({{
               id: it.id, help: it.help,
               nodes: it.nodes.map((node) => node.target.join(' ') + ': ' + node.failureSummary.replace(/\\s+/g, ' ')),
             }})))"
        ))?;
        Ok(Some(found.as_array().map(|all| all.iter().map(violation).collect()).unwrap_or_default()))
    }
}

fn violation(value: &Value) -> Violation {
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let elements =
        value["nodes"].as_array().map(|nodes| nodes.iter().map(text).collect()).unwrap_or_default();
    Violation { rule: text(&value["id"]), help: text(&value["help"]), elements }
}
