//! Rules of source files.

use super::{Finding, SourceFile};

/// Lines of one file, tests not counted.
const MAX_LINES: usize = 400;

/// Where colours are written down; everything else names them.
const COLOUR_FILES: [&str; 2] = ["tokens.rs", "palette.rs"];

/// Left-overs of debugging, and words that have one standard name instead. Cut in two so as not to find themselves.
const FORBIDDEN: [(&str, &str); 5] = [
    (concat!("db", "g!("), "is a left-over of debugging"),
    (concat!("to", "do!("), "is unfinished work"),
    (concat!("unimple", "mented!("), "is unfinished work"),
    (concat!("FIX", "ME"), "is unfinished work: file an issue"),
    (concat!("itera", "tion"), "is ambiguous: say step or epoch (GLOSSARY.md)"),
];

/// What computes a·b + c with one rounding, or lets the compiler reorder sums (`ARCHITECTURE.md`, invariant 1).
const INEXACT: [&str; 6] = ["mul_add", "fma(", "fmaf(", "relaxed_", "_fast(", "algebraic"];
/// The same, asked of the compiler.
const INEXACT_TARGETS: [&str; 2] = ["relaxed-simd", "+fma"];

/// Everything that the rules have to say about `file`.
pub fn check(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    if file.extension() == "rs" {
        findings.extend(opens_with_its_purpose(file));
        findings.extend(is_short(file));
    }
    let mut in_tests = false;
    for (idx, line) in file.text.lines().enumerate() {
        in_tests |= line.trim() == "#[cfg(test)]";
        let messages = [
            forbidden_word(file, line),
            unnumbered_task(line),
            if in_tests { None } else { colour(file, line) },
            inline_style(file, line),
            inexact(file, line),
        ];
        findings.extend(messages.into_iter().flatten().map(|message| Finding { line: idx + 1, message }));
    }
    findings
}

fn opens_with_its_purpose(file: &SourceFile) -> Option<Finding> {
    let first = file.text.lines().next().unwrap_or("");
    let message = "opens with no `//!` line that says what enters, what leaves, what to read next";
    (!first.starts_with("//! ")).then(|| Finding { line: 1, message: message.to_owned() })
}

fn is_short(file: &SourceFile) -> Option<Finding> {
    if file.path.split('/').any(|part| part == "tests") {
        return None;
    }
    let n_lines = file.text.lines().take_while(|line| line.trim() != "#[cfg(test)]").count();
    let message = format!("has {n_lines} lines without its tests; split it at {MAX_LINES}");
    (n_lines > MAX_LINES).then_some(Finding { line: MAX_LINES, message })
}

fn forbidden_word(file: &SourceFile, line: &str) -> Option<String> {
    // The documents that state the rule must be able to name the word.
    if matches!(file.path.as_str(), "GLOSSARY.md" | "CODE_STYLE.md") {
        return None;
    }
    let lower = line.to_lowercase();
    let found = FORBIDDEN.iter().find(|(word, _)| line.contains(word) || lower.contains(word));
    found.map(|(word, why)| format!("`{word}` {why}"))
}

fn unnumbered_task(line: &str) -> Option<String> {
    let word = concat!("TO", "DO");
    let (before, after) = line.split_once(word)?;
    let is_word = !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric);
    let is_numbered =
        after.strip_prefix("(#").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    (is_word && !is_numbered).then(|| format!("{word} without an issue: write {word}(#12)"))
}

fn colour(file: &SourceFile, line: &str) -> Option<String> {
    let name = file.path.rsplit('/').next().unwrap_or("");
    let may_name_colours = COLOUR_FILES.contains(&name) || name.ends_with("_tests.rs");
    if !file.path.starts_with("web/src/") || file.extension() != "rs" || may_name_colours {
        return None;
    }
    let code = line.split("//").next().unwrap_or("");
    // `rgb({red} …` writes a colour that comes from elsewhere.
    let is_number = |rest: &str| rest.trim_start().starts_with(|c: char| c.is_ascii_digit());
    let is_function =
        ["rgb(", "rgba(", "hsl(", "oklch("].iter().any(|name| code.split(name).skip(1).any(is_number));
    let is_hexadecimal = code.split("\"#").skip(1).any(|rest| {
        let n_digits = rest.chars().take_while(char::is_ascii_hexdigit).count();
        matches!(n_digits, 3 | 4 | 6 | 8) && rest[n_digits..].starts_with('"')
    });
    (is_function || is_hexadecimal).then(|| "hard-coded colour: use a token of the style sheet".to_owned())
}

fn inline_style(file: &SourceFile, line: &str) -> Option<String> {
    let is_page = file.path == "index.html" || file.path.starts_with("web/src/");
    let has_style = [" style=\"", " style={", "\tstyle={"].iter().any(|style| line.contains(style));
    let message =
        "inline style: the Content-Security-Policy forbids it; set a class or a CSS property by script";
    (is_page && has_style).then(|| message.to_owned())
}

fn inexact(file: &SourceFile, line: &str) -> Option<String> {
    let words: &[&str] = match file.extension() {
        "rs" if file.path.starts_with("crates/lnn-core/src/") => &INEXACT,
        "toml" => &INEXACT_TARGETS,
        _ => return None,
    };
    let found = words.iter().find(|word| line.contains(*word))?;
    Some(format!("`{found}` gives other bits on other machines: ARCHITECTURE.md, invariant 1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> usize {
        check(&SourceFile { path: path.to_owned(), text: text.to_owned() }).len()
    }

    #[test]
    fn a_file_must_say_what_it_is() {
        assert_eq!(messages("a/src/lib.rs", "//! Sums.\n"), 0);
        assert_eq!(messages("a/src/lib.rs", "use std::io;\n"), 1);
    }

    #[test]
    fn long_files_are_found_but_their_tests_are_not_counted() {
        let long = "//! Long.\n".to_owned() + &"fn f() {}\n".repeat(MAX_LINES);
        assert_eq!(messages("a/src/lib.rs", &long), 1);
        assert_eq!(messages("a/tests/all.rs", &long), 0);
        let tested = "//! Short.\n#[cfg(test)]\n".to_owned() + &"fn f() {}\n".repeat(MAX_LINES);
        assert_eq!(messages("a/src/lib.rs", &tested), 0);
    }

    #[test]
    fn tasks_need_an_issue() {
        assert_eq!(messages("a.md", concat!("TO", "DO: later")), 1);
        assert_eq!(messages("a.md", concat!("TO", "DO(#12): later")), 0);
    }

    #[test]
    fn colours_stand_in_the_style_sheet_only() {
        assert_eq!(messages("web/src/view.rs", "//! V.\nlet c = \"#1a2b3c\";"), 1);
        assert_eq!(messages("web/src/view.rs", "//! V.\nlet c = \"rgb(1, 2, 3)\";"), 1);
        assert_eq!(messages("web/src/view.rs", "//! V.\nlet c = \"#face-down\"; // #123"), 0);
        assert_eq!(messages("web/src/view.rs", "//! V.\nlet c = format!(\"rgb({r} {g} {b})\");"), 0);
        assert_eq!(messages("web/src/view.rs", "//! V.\n#[cfg(test)]\nlet c = \"#1a2b3c\";"), 0);
        assert_eq!(messages("web/src/tokens.rs", "//! T.\nlet c = \"#1a2b3c\";"), 0);
        assert_eq!(messages("crates/a/src/lib.rs", "//! A.\nlet c = \"#1a2b3c\";"), 0);
    }

    #[test]
    fn inline_styles_are_found() {
        assert_eq!(messages("web/src/view.rs", "//! V.\n<div style={x}>"), 1);
        assert_eq!(messages("web/src/view.rs", "//! V.\n<div class={x}>"), 0);
    }

    #[test]
    fn the_engine_must_not_fuse_or_reorder() {
        let head = "//! What enters.\n";
        let core = "crates/lnn-core/src/kernel.rs";
        assert_eq!(messages(core, &format!("{head}let sum = a.mul_add(b, sum);")), 1);
        assert_eq!(messages(core, &format!("{head}f32x4_relaxed_madd(a, b, c)")), 1);
        assert_eq!(messages(core, &format!("{head}let sum = a * b + sum;")), 0);
        assert_eq!(messages(".cargo/config.toml", "target-feature=+simd128,+relaxed-simd"), 1);
        assert_eq!(messages(".cargo/config.toml", "target-feature=+simd128"), 0);
    }
}
