//! The `results.json` of the project that came before: whole, torn anywhere, damaged, and what is no such file.

#![allow(clippy::unwrap_used, reason = "a test whose file can't be read fails")]

use lnn_runlog::foreign::{
    Curve, CurveLog, ForeignKind, MAX_POINTS, MAX_RESULTS_BYTES, ResultsJsonError, read_results_json, sniff,
};

/// 2018-03-01 10:11:12.131415 in Greenwich.
const START_MS: f64 = 1_519_899_072_131.415;

/// 2018-03-01 10:12:09.5.
const END_MS: f64 = 1_519_899_129_500.0;

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
    assert_eq!((log.started_ms, log.ended_ms), (Some(START_MS), Some(END_MS)));
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
    let lacks = read(r#"{"epoch0": {"cost": 1, "note": "x", "list": [1]}, "rate": 0.1, "a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1}"#).lacks.join("\n");
    for part in ["when the run ended", "«rate»", "«d» and 2 more", "2 values of epochs are no numbers"] {
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
                assert!(!text.contains("\"Start\""), "{error} in {text}");
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
    // Within a list that never ends.
    check("{\"epoch0\": {\"cost\": 0.5, \"a\": [1, \"epoch2\": {\"cost\": 0.3}}", &costs, &[(1, "no JSON")]);
    // After damage in the last epoch.
    let log = read("{\"epoch0\": {\"cost\": ?}, \"End\": \"2018-03-01 10:12:09.5\"}");
    assert_eq!(log.ended_ms, Some(END_MS));
}

#[test]
fn after_a_lost_brace_epochs_and_times_are_still_read() {
    check(
        "{\"epoch0\": {\"cost\": 0.5}, \"epoch1\": {\"epoch2\": {\"cost\": 1}}}",
        &[(0, 0.5), (2, 1.0)],
        &[(1, "«epoch2» is inside another")],
    );
    let log = read(&WHOLE.replacen("1},", "1 ,", 1));
    assert_eq!(values(&log.curves[0]), [(0, 0.77), (1, 0.71), (2, 0.69), (10, 0.65)]);
    assert_eq!(log.ended_ms, Some(END_MS));
    let whys: Vec<(u64, &str)> = log.problems.iter().map(|p| (p.line.unwrap(), p.why.as_str())).collect();
    assert!(
        matches!(whys[..], [(5, inside), (9, cut)] if inside.contains("inside") && cut.contains("ends here"))
    );

    // Deeper than any reader follows.
    let n_epochs = 1_000;
    let epochs: Vec<String> = (0..n_epochs).map(|epoch| format!("\"epoch{epoch}\": {{\"cost\": 1")).collect();
    let log = read(&format!("{{{}", epochs.join(",")));
    assert!(log.curves[0].points.len() > n_epochs * 9 / 10, "{}", log.curves[0].points.len());
}

#[test]
fn a_byte_that_is_wrong_takes_no_epoch_with_it_but_its_neighbours() {
    let text = WHOLE.replace("\n  ", " ").replace('\n', "");
    for text in [WHOLE, &text] {
        let entries: Vec<usize> = text.match_indices("\"epoch").map(|(at, _)| at).collect();
        let end = text.find("\"End").unwrap();
        let epochs = [(0, 0.77), (1, 0.71), (10, 0.65), (2, 0.69)];
        for at in entries[0]..end {
            for byte in [0, b' ', b'"', b'{', b'}', b'[', b']', b',', b':', b'\\', b'\n', b'x', 0xff] {
                let mut bad = text.as_bytes().to_vec();
                bad[at] = byte;
                let log = read_results_json(&bad).unwrap();
                let hit = entries.iter().rposition(|start| *start <= at).unwrap();
                // The damaged name of a quantity makes one of its own.
                let costs = log.curves.iter().find(|curve| curve.tag == "cost");
                let points = costs.map(values).unwrap_or_default();
                for (idx, epoch) in epochs.iter().enumerate() {
                    let is_near = idx.abs_diff(hit) <= 1;
                    let place = format!("epoch {}, {} at {at}", epoch.0, byte as char);
                    assert!(is_near || points.contains(epoch), "{place}: {points:?} {:?}", log.problems);
                }
                let is_near_end = hit == entries.len() - 1;
                assert!(is_near_end || log.ended_ms == Some(END_MS), "{byte} at {at}: {:?}", log.problems);
            }
        }
    }
}

#[test]
fn what_is_there_twice_is_told_and_the_last_one_counts() {
    check(r#"{"epoch0": {"cost": 1}, "epoch0": {"cost": 2}}"#, &[(0, 2.0)], &[(1, "epoch 0 is there twice")]);
    check(r#"{"epoch0": {"cost": 1, "cost": 2}}"#, &[(0, 2.0)], &[(1, "«cost» of epoch 0 is there twice")]);
    check(r#"{"epoch0": {"cost": "x", "cost": 2}}"#, &[(0, 2.0)], &[(1, "«cost» of epoch 0 is there twice")]);
    check(r#"{"epoch0": {"cost": 1, "cost": "x"}}"#, &[], &[(1, "«cost» of epoch 0 is there twice")]);
    check(r#"{"epoch0": {"cost": 1, "cost": 2, "cost": 3}}"#, &[(0, 3.0)], &[(1, "twice"), (1, "twice")]);
    check(r#"{"epoch0": {}, "epoch0": {"cost": 2}}"#, &[(0, 2.0)], &[(1, "epoch 0 is there twice")]);
    // A whole epoch is not lost to an empty or torn one.
    check(r#"{"epoch0": {"cost": 1}, "epoch0": {}}"#, &[(0, 1.0)], &[(1, "epoch 0 is there twice")]);
    for key in ["Start", "End"] {
        let text =
            format!(r#"{{"{key}": "never", "{key}": "2018-03-01 10:12:09.5", "epoch0": {{"cost": 1}}}}"#);
        check(&text, &[(0, 1.0)], &[(1, "no time"), (1, "is there twice")]);
        let log = read(&text);
        assert_eq!(log.started_ms.or(log.ended_ms), Some(END_MS));
    }
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
    let error = read_results_json(&vec![b' '; MAX_RESULTS_BYTES + 1]).unwrap_err();
    assert_eq!(
        error,
        ResultsJsonError::TooLarge { n_bytes: MAX_RESULTS_BYTES + 1, limit: MAX_RESULTS_BYTES }
    );
}

#[test]
fn a_file_that_is_cut_before_its_first_whole_entry_is_one_without_curves() {
    for text in ["{\"Start\"", "{\n\"Start\": \"2018", "{\"epoch0\": {\"cost\": 0.5"] {
        let log = read(text);
        assert!(log.curves.is_empty() && log.problems.len() == 1, "{log:?}");
        assert_eq!(
            (log.problems[0].line, log.problems[0].byte),
            (Some(text.lines().count() as u64), text.len() as u64)
        );
    }
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
    assert!(points.len() <= MAX_POINTS && points.len() > MAX_POINTS / 4);
    assert_eq!((points[0].step, points[points.len() - 1].step), (0, n_epochs - 1));
    assert!(log.lacks.iter().any(|lack| lack.contains("thinned evenly")));
    assert!(log.problems.last().unwrap().why.contains("not listed"));

    let exactly = 2 * MAX_POINTS;
    let epochs: Vec<String> =
        (0..exactly).map(|epoch| format!("\"epoch{epoch}\": {{\"cost\": 1}}")).collect();
    let n_points = read(&format!("{{{}}}", epochs.join(","))).curves[0].points.len();
    assert!(n_points <= MAX_POINTS, "{n_points}");
}

#[test]
fn a_results_file_is_known_by_its_first_bytes() {
    assert_eq!(sniff(&WHOLE.as_bytes()[..64], "any.json"), Some(ForeignKind::ResultsJson));
    assert_eq!(values(&read(&format!("\u{feff}{WHOLE}")).curves[0]).len(), 4);
}
