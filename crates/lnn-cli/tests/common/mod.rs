//! Runs the program as a user does, in a folder of its own.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses some of them; a test may fail")]

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

/// A fresh folder, removed when the test ends.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file.
    pub fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.path(name), content).unwrap();
        self
    }

    /// Runs `lnn` with these words.
    pub fn lnn(&self, words: &str) -> Output {
        let words = words.split_whitespace();
        Command::new(env!("CARGO_BIN_EXE_lnn")).args(words).current_dir(&self.0).output().unwrap()
    }

    /// Runs it, demands success, returns standard output.
    #[track_caller]
    pub fn succeeds(&self, words: &str) -> String {
        let output = self.lnn(words);
        assert_eq!(output.status.code(), Some(0), "{words}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs it, demands exit code 1 and one sentence, returns it without the word "error".
    #[track_caller]
    pub fn fails(&self, words: &str) -> String {
        let output = self.lnn(words);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{words}: {stderr}");
        assert!(stderr.lines().count() == 1 && !stderr.contains("panicked"), "{stderr}");
        stderr.trim_end().strip_prefix("error: ").unwrap().to_owned()
    }

    /// The epoch lines of a training.
    #[track_caller]
    pub fn epochs(&self, words: &str) -> Vec<Value> {
        lines(&self.succeeds(&format!("train --json {words}")))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Each line a value.
pub fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A number in a value.
#[track_caller]
pub fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap()
}
