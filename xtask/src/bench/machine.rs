//! What was measured on: processor, cores, memory, system, compiler, commit.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use serde_json::{Value, json};

use super::text;
use crate::process::output;

/// Whatever can be found out.
pub fn describe(root: &Path) -> Value {
    let n_cores = thread::available_parallelism().map_or(0, usize::from);
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let processor = field(&cpuinfo, "model name").unwrap_or("unknown processor");
    let kilobytes: f64 = field(&meminfo, "MemTotal").map(digits_of).unwrap_or_default();
    let git = |arguments: &[&str]| output(Command::new("git").current_dir(root).args(arguments));
    let is_changed =
        git(&["status", "--porcelain", "--untracked-files=no"]).is_some_and(|text| !text.is_empty());
    let commit = git(&["rev-parse", "--short=12", "HEAD"]).unwrap_or_default();
    json!({
        "processor": processor,
        "cores": n_cores,
        "memory_gib": (kilobytes / 1024.0 / 1024.0).round(),
        "system": format!("{OS} {ARCH}"),
        "rustc": output(Command::new("rustc").arg("--version").current_dir(root)),
        "commit": if is_changed { format!("{commit} with changes") } else { commit },
    })
}

/// The same in a line.
pub fn in_words(root: &Path) -> String {
    let machine = describe(root);
    let part = |name: &str| text(&machine[name]);
    format!(
        "{}, {} cores, {} GiB, {}, {}, commit {}",
        part("processor"),
        machine["cores"],
        machine["memory_gib"],
        part("system"),
        part("rustc"),
        part("commit")
    )
}

/// The value of the first line `name: value`.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim())
}

fn digits_of(text: &str) -> f64 {
    text.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_the_systems_files_are_read() {
        let text = "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n";
        assert_eq!(field(text, "model name"), Some("Some CPU @ 2 GHz"));
        assert_eq!(field(text, "bogus"), None);
        assert_eq!(digits_of("24689000 kB"), 24_689_000.0);
    }
}
