//! The `results.json` of the project that came before: whole, torn anywhere, damaged, and what is no such file.

#![allow(clippy::unwrap_used, reason = "a test whose file can't be read fails")]

use lnn_runlog::foreign::{
    Curve, CurveLog, ForeignKind, MAX_POINTS, MAX_RESULTS_BYTES, ResultsJsonError, read_results_json, sniff,
};

/// 2018-03-01 10:11:12.131415 in Greenwich.
const START_MS: f64 = 1_519_899_072_131.415;

const WHOLE: &str = r#"{
  "Start": "2018-03-01 10:11:12.131415",
  "epoch0": {"cost": 0.77, "accuracy": 0.5, "time": "2018-03-01 10:11:13"},
  "epoch1": {"cost": "0.71", "accuracy": 1},
  "epoch10": {"cost": 6.5e-1},
  "epoch2": {"cost": 0.69},
  "End": "2018-03-01 10:12:09.5"
}
"#;

fn read(text: &str) -> CurveLog {
    let log = read_results_json(text.as_bytes()).unwrap();
    assert!(log.curves.iter().all(|curve| curve.points.windows(2).all(|pair| pair[0].step < pair[1].step)));
    log
}

fn values(curve: &Curve) -> Vec<(i64, f64)> {
    curve.points.iter().map(|point| (point.step, point.value)).collect()
}

/// The costs, and each problem's line and a part of its sentence.
fn check(text: &str, costs: &[(i64, f64)], problems: &[(u64, &str)]) {
    let log = read(text);
    let found = log.curves.iter().find(|curve| curve.tag == "cost").map(values).unwrap_or_default();
    assert_eq!(found, costs, "{text}");
    assert_eq!(log.problems.len(), problems.len(), "{text}: {:?}", log.problems);
    for (problem, (line, why)) in log.problems.iter().zip(problems) {
        assert!(problem.line == Some(*line) && problem.why.contains(why), "{text}: {problem:?}");
    }
}

#[test]
fn a_whole_file_gives_each_quantity_by_epoch() {
    let log = read(WHOLE);
    assert_eq!((log.started_ms, log.ended_ms), (Some(START_MS), Some(1_519_899_129_500.0)));
    let tags: Vec<&str> = log.curves.iter().map(|curve| curve.tag.as_str()).collect();
    assert_eq!(tags, ["cost", "accuracy"]);
    assert_eq!(values(&log.curves[0]), [(0, 0.77), (1, 0.71), (2, 0.69), (10, 0.65)]);
    assert_eq!(values(&log.curves[1]), [(0, 0.5), (1, 1.0)]);
    assert_eq!(log.curves[0].points[0].time_ms, Some(1_519_899_073_000.0));
    assert_eq!(log.curves[0].points[1].time_ms, None);
    assert!(log.problems.is_empty() && log.distributions.is_empty());
}

#[test]
fn the_log_says_what_it_lacks() {
    let lacks = read(WHOLE).lacks.join("\n");
    for part in ["Costs by epoch only", "No values by unit", "No recipe and no weights", "taken as UTC"] {
        assert!(lacks.contains(part), "{part}: {lacks}");
    }
    assert!(!lacks.contains("when the run ended"), "{lacks}");
    let lacks = read(r#"{"epoch0": {"cost": 1, "note": "x", "list": [1]}, "rate": 0.1}"#).lacks.join("\n");
    for part in ["when the run ended", "«rate»", "2 values of epochs are no numbers"] {
        assert!(lacks.contains(part), "{part}: {lacks}");
    }
}

#[test]
fn every_prefix_keeps_what_is_whole_and_names_the_cut() {
    let whole = read(WHOLE);
    let n_whole = WHOLE.trim_end().len();
    for end in 0..=WHOLE.len() {
        let text = &WHOLE[..end];
        let log = match read_results_json(text.as_bytes()) {
            Ok(log) => log,
            Err(error) => {
                let is_before_start = end < WHOLE.find("415\"").unwrap() + 4;
                assert!(is_before_start, "{error} in {text}");
                continue;
            }
        };
        // What was read is part of the whole, and each number that is followed by something is there.
        for curve in &log.curves {
            let all = whole.curves.iter().find(|other| other.tag == curve.tag).unwrap();
            assert!(values(curve).iter().all(|point| values(all).contains(point)), "{text}: {curve:?}");
        }
        let n_costs =
            ["0.77,", "0.71\",", "6.5e-1}", "0.69}"].iter().filter(|cost| text.contains(*cost)).count();
        let found = log.curves.first().map_or(0, |curve| curve.points.len());
        assert!(found >= n_costs, "{text}: {found} of {n_costs}");
        assert_eq!(log.problems.is_empty(), end >= n_whole, "{text}");
        if let Some(problem) = log.problems.first() {
            let line = 1 + text.matches('\n').count() as u64;
            assert_eq!((problem.line, problem.byte), (Some(line), end as u64), "{text}");
            assert!(problem.why.contains("cut"), "{}", problem.why);
        }
    }
}

#[test]
fn a_number_that_the_end_cuts_is_not_taken() {
    check(r#"{"epoch0": {"cost": 0.5}, "epoch1": {"cost": 0.4"#, &[(0, 0.5)], &[(1, "the file ends here")]);
    check(r#"{"epoch0": {"cost": 0.5}, "epoch1": {"cost": "0.4"#, &[(0, 0.5)], &[(1, "the file ends here")]);
    check(r#"{"epoch0": {"cost": 0.5, "time": 1"#, &[(0, 0.5)], &[(1, "the file ends here")]);
}

#[test]
fn what_comes_after_a_damaged_place_is_kept() {
    let costs = [(0, 0.5), (2, 0.3)];
    let damage = "{\"epoch0\": {\"cost\": 0.5},\n\"epoch1\": {\"cost\": @@},\n\"epoch2\": {\"cost\": 0.3}}";
    check(damage, &costs, &[(2, "no JSON")]);
    let log = read(damage);
    assert_eq!(log.problems[0].byte as usize, damage.find('@').unwrap());
    check(
        "{\"epoch0\": {\"cost\": 0.5},\n\"epoch1: {\"cost\": 1},\n\"epoch2\": {\"cost\": 0.3}}",
        &costs,
        &[(2, "no JSON")],
    );
    // Two runs one after the other.
    check("{\"epoch0\": {\"cost\": 0.5}}{\"epoch2\": {\"cost\": 0.3}}", &costs, &[(1, "no JSON")]);
    check(
        "{\"epoch0\": {\"cost\": 0.5}, \"epoch1\": {\"epoch2\": {\"cost\": 1}}}",
        &[(0, 0.5)],
        &[(1, "inside another")],
    );
}

#[test]
fn what_is_there_twice_is_told_and_the_last_one_counts() {
    check(r#"{"epoch0": {"cost": 1}, "epoch0": {"cost": 2}}"#, &[(0, 2.0)], &[(1, "epoch 0 is there twice")]);
    check(r#"{"epoch0": {"cost": 1, "cost": 2}}"#, &[(0, 2.0)], &[(1, "«cost» of epoch 0 is there twice")]);
    // What the last one does not have is gone.
    let log = read(r#"{"epoch0": {"accuracy": 1}, "epoch0": {"cost": 2}}"#);
    assert_eq!(log.curves.iter().map(|curve| curve.tag.as_str()).collect::<Vec<_>>(), ["cost"]);
}

#[test]
fn what_is_no_finite_number_is_left_out_and_told() {
    let text = "{\"epoch0\": {\"cost\": NaN},\n\"epoch1\": {\"cost\": -Infinity},\n\"epoch2\": {\"cost\": 1e999},\n\"epoch3\": {\"cost\": 0.1}}";
    check(text, &[(3, 0.1)], &[(1, "finite"), (2, "finite"), (3, "finite")]);
    check(r#"{"epoch0": {"cost": "nan"}}"#, &[], &[(1, "finite")]);
    for epoch in ["0.77", "[1, [2]]", "null", "true", "\"0.77\"", "-3"] {
        check(
            &format!("{{\"epoch0\": {epoch}, \"epoch1\": {{\"cost\": 1}}}}"),
            &[(1, 1.0)],
            &[(1, "no object")],
        );
    }
    check(r#"{"Start": "yesterday", "epoch0": {"cost": 1}}"#, &[(0, 1.0)], &[(1, "«yesterday», no time")]);
}

#[test]
fn what_is_no_such_file_is_an_error() {
    let check = |text: &str, part: &str| {
        let error = read_results_json(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    };
    check("", "empty");
    check(" \n", "empty");
    for text in ["cost,epoch\n1,2", "[1]", "{}", "{\"a\": 1}", "\u{0}\u{1}", "{\"kind\":\"step\"", "{"] {
        check(text, "neither");
    }
    check("{\"Start\": \"2018", "line 1 (byte 15) is torn before the first whole entry");
    let error = read_results_json(&vec![b' '; MAX_RESULTS_BYTES + 1]).unwrap_err();
    assert_eq!(
        error,
        ResultsJsonError::TooLarge { n_bytes: MAX_RESULTS_BYTES + 1, limit: MAX_RESULTS_BYTES }
    );
}

#[test]
fn any_byte_may_be_wrong() {
    for at in 0..WHOLE.len() {
        for byte in [0, b'"', b'{', b'}', b',', b'\\', b'\n', 0xff] {
            let mut bad = WHOLE.as_bytes().to_vec();
            bad[at] = byte;
            if let Ok(log) = read_results_json(&bad) {
                assert!(log.problems.iter().all(|problem| problem.byte <= bad.len() as u64));
            }
        }
    }
}

#[test]
fn large_files_take_linear_time_and_bounded_memory() {
    use std::fmt::Write as _;
    let n_epochs = 300_000;
    let mut text = String::from("{\"Start\": \"2018-03-01 10:11:12\"");
    for epoch in 0..n_epochs {
        // Every third epoch is damaged.
        let cost = if epoch % 3 == 1 { "?" } else { "0.5" };
        write!(text, ",\n\"epoch{epoch}\": {{\"cost\": {cost}}}").unwrap();
    }
    let log = read(&text);
    let points = &log.curves[0].points;
    assert!(points.len() <= MAX_POINTS + 1 && points.len() > MAX_POINTS / 4);
    assert_eq!((points[0].step, points[points.len() - 1].step), (0, n_epochs - 1));
    assert!(log.lacks.iter().any(|lack| lack.contains("thinned evenly")));
    assert!(log.problems.last().unwrap().why.contains("not listed"));
}

#[test]
fn a_results_file_is_known_by_its_first_bytes() {
    assert_eq!(sniff(&WHOLE.as_bytes()[..64], "any.json"), Some(ForeignKind::ResultsJson));
    assert_eq!(values(&read(&format!("\u{feff}{WHOLE}")).curves[0]).len(), 4);
}
