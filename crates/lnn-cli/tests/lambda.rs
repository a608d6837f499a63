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
    use std::time::{Duration, Instant};

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
            let is_up = lines.last().is_some_and(|line| line.contains("Ctrl-C"));
            assert!(
                is_up,
                "it did not start: are the functions built, redis-server and ministack installed?"
            );
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

    /// Asks again and again, but not for ever.
    #[track_caller]
    fn until(what: &str, mut is_so: impl FnMut() -> bool) {
        let begun = Instant::now();
        while !is_so() {
            assert!(begun.elapsed() < Duration::from_mins(1), "{what}");
        }
    }

    fn lnn(folder: &Folder, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lnn"));
        command
            .args(words.split_whitespace())
            .current_dir(folder.path("."))
            .env("XDG_CACHE_HOME", folder.path("cache"))
            .env("TMPDIR", folder.path("."))
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
        assert!(failure("lambda train --data iris --stack production").contains("--api and --token"));
        // What can't be written at the end is said before anybody is asked.
        std::fs::write(folder.path("taken"), "").unwrap();
        for (words, sentence) in [
            ("--save nowhere/p.npz", "give --save a file in a folder that exists"),
            ("--log taken", "is there already"),
            ("--log nowhere/l.ndjson", "in a folder that exists"),
            ("--log l.zip", "a log is written to a new folder"),
        ] {
            let said = failure(&format!("lambda train --data iris {words}"));
            assert!(said.contains(sentence), "{words}: {said}");
        }
        let both = lnn(&folder, "lambda train --data iris --detach --save p.npz").output().unwrap();
        assert_eq!(both.status.code(), Some(2));
    }

    #[test]
    fn a_stack_that_went_without_a_word_is_known_to_be_gone() {
        let folder = Folder::new("lambda-gone");
        std::fs::create_dir_all(folder.path("cache/lnn")).unwrap();
        let left = r#"{"url":"http://127.0.0.1:1","token":"t","pid":1}"#;
        std::fs::write(folder.path("cache/lnn/local.json"), left).unwrap();
        let output = lnn(&folder, "lambda list").output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && said.contains("start it again"), "{said}");
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

    /// Rows of a file of one's own, with a column that is no number and one to leave out.
    fn shop() -> String {
        let row = |idx: usize| {
            let (weight, colour) = ((idx * 37 % 101) as f64 / 7.0, ["red", "green", "blue"][idx % 3]);
            format!("{idx},{weight},{},{colour}\n", if weight > 6.0 { "dear" } else { "cheap" })
        };
        "number,weight,price,colour\n".to_owned() + &(0..90).map(row).collect::<String>()
    }

    /// A file that is too large for a request.
    fn wide() -> String {
        let names: Vec<String> = (0..900).map(|idx| format!("pixel_{idx}")).collect();
        let number =
            |row: usize, column: usize| format!("{}.5", 100_000 + (row * 7919 + column * 104_729) % 900_001);
        let row = |row: usize| {
            let numbers: Vec<String> = (0..900).map(|column| number(row, column)).collect();
            format!("{},{}\n", numbers.join(","), ["cat", "dog", "cow"][row % 3])
        };
        format!("{},animal\n{}", names.join(","), (0..550).map(row).collect::<String>())
    }

    #[test]
    fn every_option_of_train_means_the_same_to_the_bit() {
        let local = Local::up("lambda-options");
        for (name, rows) in [("shop.csv", shop()), ("wide.csv", wide())] {
            std::fs::write(local.folder.path(name), rows).unwrap();
        }
        // No CSV: functions get its table as one.
        let pictures = concat!(env!("CARGO_MANIFEST_DIR"), "/../lnn-import/tests/fixtures/gzip_shuffle.h5");
        std::fs::copy(pictures, local.folder.path("pictures.h5")).unwrap();
        local.succeeds("train --data wide.csv --layers 6,4 --epochs 1 --seed 8 --json --save begun.npz");
        for (idx, options) in [
            "--data iris --epochs 3 --layers 5,4 --normalise zscore --seed 7 --optimizer momentum --momentum 0.8 \
             --l2 0.1 --precision f64 --shuffle none --split first:100 --batch-size full",
            "--data diabetes --epochs 2 --layers 6 --normalise minmax --normalise-target --hidden tanh --dropout 0.2 \
             --optimizer rmsprop --learning-rate 0.02 --decay exponential:0.9 --init xavier --log-watched",
            "--data circle --examples 70 --noise 0.2 --seed 5 --epochs 4 --layers none --log-checkpoint 2",
            "--data shop.csv --target price --split 1 --epochs 2 --layers 3 --cost squared_error --output sigmoid \
             --hidden leaky_relu --units-per-neuron 2",
            "--data wide.csv --normalise 1/1000000 --init begun.npz --epochs 1 --batch-size 128 --units-per-neuron 3",
            "--data pictures.h5 --normalise 1/255 --layers 4,3 --epochs 3 --precision f64 --units-per-neuron 2",
        ]
        .into_iter()
        .enumerate()
        {
            let by_functions = format!("{options} --run options-{idx} --json --save there.npz --log there-{idx}");
            let there = local.succeeds(&format!("lambda train {by_functions}"));
            let (alone, _) = options.split_once(" --units").unwrap_or((options, ""));
            let here = local.succeeds(&format!("train {alone} --json --save here.npz"));
            assert_eq!(there, here, "{options}");
            for file in ["", ".json"] {
                let read = |name: &str| std::fs::read(local.folder.path(&format!("{name}.npz{file}"))).unwrap();
                assert!(read("there") == read("here"), "{options}: {file}");
            }
            local.succeeds(&format!("log check there-{idx}"));
            // A file's log knows its name alone.
            let data = options.split(' ').nth(1).filter(|name| name.contains('.'));
            let data = data.map(|name| format!("--data {name}")).unwrap_or_default();
            let verified = local.succeeds(&format!("log verify there-{idx} --json {data}"));
            assert!(verified.contains(r#""agrees":true"#), "{options}: {verified}");
        }
        // The data set was a run's own, wherever it came from.
        local.succeeds("lambda fetch options-4 fetched");
        let data = std::fs::read_to_string(local.folder.path("fetched/data/wide.csv")).unwrap();
        assert!(data == wide() && data.len() > 4_000_000);
        // The same words again are the same run; others under its name are refused.
        let again = local.run(
            "lambda train --data circle --examples 70 --noise 0.2 --seed 5 --epochs 4 --layers none \
                               --log-checkpoint 2 --run options-2",
        );
        let said = String::from_utf8(again.stderr).unwrap();
        assert!(
            again.status.success() && said.contains("was launched before, by the same request"),
            "{said}"
        );
        assert!(local.fails("lambda train --data iris --run options-2").contains("give another name"));
    }

    #[test]
    fn a_run_that_fails_says_where_and_leaves_its_last_good_parameters() {
        let local = Local::up("lambda-fails");
        let options = "--data diabetes --optimizer sgd --learning-rate 1e12 --layers 4 --epochs 3";
        let there =
            local.fails(&format!("lambda train {options} --run bad --save there.npz --log log.ndjson"));
        let here = local.fails(&format!("train {options} --save here.npz"));
        assert!(there.contains("run «bad» failed") && here.contains("is not finite"), "{there} {here}");
        let read = |name: &str| std::fs::read(local.folder.path(name)).unwrap();
        assert!(read("there.npz") == read("here.npz"));
        assert!(String::from_utf8(read("log.ndjson")).unwrap().contains(r#""kind":"end""#));
        assert_eq!(local.state("bad")["status"], "failed");
    }

    #[test]
    fn ctrl_c_leaves_the_run_running_and_says_how_to_go_on() {
        let local = Local::up("lambda-interrupted");
        for (run, json) in [("bar", ""), ("lines", "--json")] {
            let words = format!("lambda train --data iris --epochs 1000000 --run {run} {json}");
            let mut child =
                lnn(&local.folder, &words).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
            until("the run", || local.run(&format!("lambda status {run}")).status.success());
            until("a step", || local.state(run)["step"].as_u64().unwrap() > 0);
            assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
            assert_eq!(child.wait().unwrap().code(), Some(130), "{words}");
            let said = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
            assert!(said.contains(&format!("«lnn lambda cancel {run}»")), "{said}");
            assert_eq!(local.state(run)["status"], "running");
            local.succeeds(&format!("lambda cancel {run}"));
        }
    }

    #[test]
    fn a_long_run_is_left_followed_and_cancelled() {
        let local = Local::up("lambda-cancel");
        let told = local.succeeds("lambda train --data iris --epochs 1000000 --run long --detach");
        assert_eq!(told, "long\n");
        assert!(local.fails("lambda status nobody").contains("«lnn lambda list» shows those that there are"));
        assert!(local.fails("lambda list --token wrong").contains("give another with --token"));
        assert!(local.fails("lambda train --data iris --token wrong").contains("give another with --token"));
        assert!(local.fails("lambda train --data iris --run Bad").contains("is no name for a run"));
        until("a step", || local.state("long")["step"].as_u64().unwrap() > 0);
        local.succeeds("lambda cancel long");
        local.succeeds("lambda logs long --follow");
        until("the end", || local.state("long")["status"] == "stopped");
        // The same words find it, and say that it did not come to its end.
        let said = local.fails("lambda train --data iris --epochs 1000000 --run long");
        assert!(said.contains("somebody stopped it"), "{said}");
    }

    /// What is in a folder, which is the one for temporary files too.
    fn left_in(folder: &Folder) -> Vec<String> {
        let entries = std::fs::read_dir(folder.path(".")).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }

    fn interrupt(child: &mut Child) -> Option<i32> {
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        child.wait().unwrap().code()
    }

    #[test]
    fn nothing_is_left_after_the_end() {
        // Whoever presses Ctrl-C at once is in no other case.
        for _ in 0..5 {
            let mut local = Local::up("lambda-end");
            let state = local.folder.path("cache/lnn/local.json");
            let address = local.lines[0].trim_start_matches("address: http://").to_owned();
            assert_eq!(interrupt(&mut local.child), Some(0));
            assert!(!state.exists() && std::net::TcpStream::connect(&address).is_err());
            assert_eq!(left_in(&local.folder), ["cache"]);
        }
    }

    #[test]
    fn nothing_is_left_of_a_start_that_is_interrupted() {
        let folder = Folder::new("lambda-start");
        let mut child = lnn(&folder, "local up").stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        said.read_line(&mut String::new()).unwrap();
        until("the servers' folder", || !left_in(&folder).is_empty());
        assert_eq!(interrupt(&mut child), Some(0));
        assert_eq!(left_in(&folder), Vec::<String>::new());
    }
}
