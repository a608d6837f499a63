//! `lnn local up` and `lnn lambda …`, as a user types them.
//!
//! With the feature `lambda` it needs the functions' programs beside `lnn` (`cargo build --package lnn-lambda --bins`),
//! redis-server and ministack.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use common::Folder;

#[cfg(not(feature = "lambda"))]
#[test]
fn what_is_not_built_in_says_how_to_build_it_in() {
    let folder = Folder::new("lambda-missing");
    for words in ["local up", "lambda list", "lambda train --data iris"] {
        let sentence = folder.fails(words);
        assert!(sentence.ends_with("--features lnn-cli/lambda --bins»"), "{sentence}");
    }
}

#[cfg(feature = "lambda")]
mod built_in {
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Command, Output, Stdio};

    use serde_json::Value;

    use super::*;

    /// A running `lnn local up`, and commands that find it.
    struct Local {
        folder: Folder,
        child: Child,
        lines: Vec<String>,
    }

    impl Local {
        fn up(name: &str) -> Self {
            let folder = Folder::new(name);
            let mut child = lnn(&folder, "local up").stdout(Stdio::piped()).spawn().unwrap();
            let mut lines = Vec::new();
            for line in BufReader::new(child.stdout.take().unwrap()).lines() {
                lines.push(line.unwrap());
                if lines.last().unwrap().contains("Ctrl-C") {
                    break;
                }
            }
            Self { folder, child, lines }
        }

        fn run(&self, words: &str) -> Output {
            lnn(&self.folder, words).output().unwrap()
        }

        #[track_caller]
        fn succeeds(&self, words: &str) -> String {
            let output = self.run(words);
            assert_eq!(output.status.code(), Some(0), "{words}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        }

        #[track_caller]
        fn fails(&self, words: &str) -> String {
            let output = self.run(words);
            assert_eq!(output.status.code(), Some(1), "{words}");
            String::from_utf8(output.stderr).unwrap()
        }

        fn state(&self, run: &str) -> Value {
            serde_json::from_str(&self.succeeds(&format!("lambda status {run} --json"))).unwrap()
        }
    }

    impl Drop for Local {
        fn drop(&mut self) {
            // One that was waited for has no id any more.
            if matches!(self.child.try_wait(), Ok(None)) {
                let _ = Command::new("kill").arg(self.child.id().to_string()).status();
                let _ = self.child.wait();
            }
        }
    }

    fn lnn(folder: &Folder, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lnn"));
        command
            .args(words.split_whitespace())
            .current_dir(folder.path("."))
            .env("XDG_CACHE_HOME", folder.path("cache"))
            .env_remove("LNN_API")
            .env_remove("LNN_TOKEN");
        command
    }

    #[test]
    fn without_a_stack_a_sentence_says_how_to_start_one() {
        let folder = Folder::new("lambda-nowhere");
        let failure = |words: &str| {
            let output = lnn(&folder, words).output().unwrap();
            assert_eq!(output.status.code(), Some(1), "{words}");
            String::from_utf8(output.stderr).unwrap()
        };
        assert!(failure("lambda list").contains("start one with «lnn local up»"));
        assert!(failure("lambda list --api http://127.0.0.1:1").contains("--token"));
        assert!(failure("lambda list --api http://127.0.0.1:1 --token t").contains("does not answer"));
        assert!(failure("lambda list --stack production").contains("does not deploy to AWS yet"));
    }

    #[test]
    fn a_run_by_functions_is_trained_fetched_and_computed_again_to_the_bit() {
        let local = Local::up("lambda-run");
        assert!(local.lines[0].starts_with("address: http://127.0.0.1:"), "{:?}", local.lines);
        let options = "--data iris --epochs 2 --layers 5 --batch-size 32";
        let told = local.succeeds(&format!("lambda train {options} --run first --units-per-neuron layer"));
        assert!(told.contains("first: done, step 8 of 8; iris, 4-5-3, a layer a call"), "{told}");
        assert!(local.succeeds("lambda list").starts_with("first: done"));
        assert_eq!(local.state("first")["step"], 8);

        let told = local.succeeds("lambda fetch first fetched");
        assert!(told.contains("the parameters after 8 steps"), "{told}");
        let verified = local.succeeds("log verify fetched --json");
        let verified: Value = serde_json::from_str(&verified).unwrap();
        assert_eq!((&verified["agrees"], &verified["steps_compared"]), (&true.into(), &9.into()));
        local.succeeds("log check fetched");
        local.succeeds(&format!("train {options} --json --save here.npz"));
        for file in ["", ".json"] {
            let here = std::fs::read(local.folder.path(&format!("here.npz{file}"))).unwrap();
            assert_eq!(here, std::fs::read(local.folder.path(&format!("fetched/params.npz{file}"))).unwrap());
        }
        let lines = local.succeeds("lambda logs first");
        assert!(lines.lines().all(|line| line.starts_with('{')) && lines.lines().count() > 9, "{lines}");
        assert!(local.fails("lambda fetch first fetched").contains("is there already"));
    }

    #[test]
    fn a_long_run_is_left_followed_and_cancelled() {
        let local = Local::up("lambda-cancel");
        let told = local.succeeds("lambda train --data iris --epochs 1000000 --run long --detach");
        assert!(told.lines().any(|line| line == "long"), "{told}");
        assert!(local.fails("lambda status nobody").contains("there is no run «nobody»"));
        assert!(local.fails("lambda train --data iris --run Bad").contains("is no name for a run"));
        while local.state("long")["step"].as_u64().unwrap() == 0 {}
        local.succeeds("lambda cancel long");
        local.succeeds("lambda logs long --follow");
        while local.state("long")["status"] == "running" {}
        assert_eq!(local.state("long")["status"], "stopped");
    }

    #[test]
    fn nothing_is_left_after_the_end() {
        let local = Local::up("lambda-end");
        let state = local.folder.path("cache/lnn/local.json");
        assert!(state.is_file());
        let address = local.lines[0].trim_start_matches("address: http://").to_owned();
        assert!(std::net::TcpStream::connect(&address).is_ok());
        assert!(
            Command::new("kill").args(["-INT", &local.child.id().to_string()]).status().unwrap().success()
        );
        let mut local = local;
        assert_eq!(local.child.wait().unwrap().code(), Some(0));
        assert!(!state.exists() && std::net::TcpStream::connect(&address).is_err());
    }
}
