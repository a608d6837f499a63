//! The metrics that a trainer prints: lines in CloudWatch's embedded format, of which CloudWatch makes metrics.
//!
//! In: lines as a process printed them. Out: what they tell; the first thing that is not as the format or this system has it.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// What CloudWatch's embedded format allows in a set of dimensions, and in a metric's values.
const MAX_DIMENSIONS: usize = 30;
/// Units that CloudWatch knows, of those that are used here.
const UNITS: [&str; 3] = ["Milliseconds", "Count", "None"];
/// Every metric with its unit.
const METRICS: [(&str, &str); 3] = [("step_ms", "Milliseconds"), ("calls", "Count"), ("cost", "None")];
/// Every member of a line. There is no other, so there is nothing of the data and no secret in it.
const MEMBERS: [&str; 6] = ["_aws", "calls", "cost", "run", "step", "step_ms"];

/// What a line tells.
#[derive(Debug, Clone, PartialEq)]
pub struct StepMetrics {
    /// The step.
    pub step: u64,
    /// How long it took.
    pub step_ms: f64,
    /// Calls of neurons, all tries.
    pub n_calls: u64,
    /// The cost of its mini-batch.
    pub cost: f64,
}

/// Reads a line of a run.
///
/// # Errors
/// It breaks a rule of the format, is of another run, or has a member more or less.
pub fn read_metrics(line: &str, run: &str) -> Result<StepMetrics> {
    let root: Value = serde_json::from_str(line).context("it is no JSON")?;
    let sets = root["_aws"]["CloudWatchMetrics"].as_array().context("it declares no metrics")?;
    let time = root["_aws"]["Timestamp"].as_u64().context("it has no time")?;
    ensure!((1_600_000_000_000..4_000_000_000_000).contains(&time), "{time} are no milliseconds since 1970");
    for set in sets {
        check_set(&root, set)?;
    }
    let [set] = sets.as_slice() else { anyhow::bail!("it declares {} sets of metrics", sets.len()) };
    ensure!(set["Namespace"] == "LNN", "its namespace is {}", set["Namespace"]);
    ensure!(set["Dimensions"] == serde_json::json!([["run"]]), "its dimensions are {}", set["Dimensions"]);
    let declared = METRICS.map(|(name, unit)| serde_json::json!({ "Name": name, "Unit": unit }));
    ensure!(set["Metrics"] == Value::from(declared.to_vec()), "its metrics are {}", set["Metrics"]);
    let members: Vec<&String> = root.as_object().context("it is no object")?.keys().collect();
    ensure!(members == MEMBERS, "its members are {members:?}");
    ensure!(root["run"] == run, "it is of the run {}", root["run"]);
    Ok(StepMetrics {
        step: root["step"].as_u64().context("its step is no number")?,
        step_ms: root["step_ms"].as_f64().context("its duration is no number")?,
        n_calls: root["calls"].as_u64().context("its calls are no number")?,
        cost: root["cost"].as_f64().context("its cost is no number")?,
    })
}

/// What CloudWatch asks of every set of metrics: all that it names is there, and of the right kind.
fn check_set(root: &Value, set: &Value) -> Result<()> {
    let namespace = set["Namespace"].as_str().context("a set has no namespace")?;
    ensure!((1..=255).contains(&namespace.len()), "«{namespace}» is no namespace");
    for dimensions in set["Dimensions"].as_array().context("a set has no dimensions")? {
        let dimensions = dimensions.as_array().context("a set of dimensions is no array")?;
        ensure!(dimensions.len() <= MAX_DIMENSIONS, "{} dimensions are too many", dimensions.len());
        for name in dimensions {
            let value = root[name.as_str().context("a dimension has no name")?].as_str();
            ensure!(value.is_some_and(|value| !value.is_empty()), "the dimension {name} has no value");
        }
    }
    for metric in set["Metrics"].as_array().context("a set has no metrics")? {
        let name = metric["Name"].as_str().context("a metric has no name")?;
        ensure!(root[name].as_f64().is_some_and(f64::is_finite), "the metric {name} is {}", root[name]);
        let unit = metric["Unit"].as_str().unwrap_or("None");
        ensure!(UNITS.contains(&unit), "«{unit}» is no unit of the metric {name}");
    }
    Ok(())
}

/// Checks the lines of a run: each is well formed, and no step is told twice, unless Redis was lost on the way and with it
/// what nobody knew to be told already.
///
/// # Errors
/// The first thing that is wrong.
pub fn check_metrics(lines: &[String], run: &str, was_put_back: bool) -> Result<Vec<StepMetrics>> {
    let mut told = Vec::new();
    for line in lines {
        told.push(read_metrics(line, run).with_context(|| format!("the metrics «{line}»"))?);
    }
    let steps: BTreeSet<u64> = told.iter().map(|metrics| metrics.step).collect();
    let is_once = steps.len() == told.len();
    ensure!(was_put_back || is_once, "a step's metrics were told twice: {told:?}");
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"_aws":{"Timestamp":1700000000000,"CloudWatchMetrics":[{"Namespace":"LNN","Dimensions":[["run"]],
        "Metrics":[{"Name":"step_ms","Unit":"Milliseconds"},{"Name":"calls","Unit":"Count"},{"Name":"cost","Unit":"None"}]}]},
        "run":"r","step":3,"step_ms":1.5,"calls":4,"cost":0.25}"#;

    #[test]
    fn a_line_is_read_and_whatever_breaks_a_rule_is_named() {
        let expected = StepMetrics { step: 3, step_ms: 1.5, n_calls: 4, cost: 0.25 };
        assert_eq!(read_metrics(LINE, "r").unwrap(), expected);
        for (from, to, sentence) in [
            (r#""run":"r""#, r#""run":"other""#, "it is of the run"),
            (r#""run":"r""#, r#""run":7"#, "dimension"),
            (r#""cost":0.25"#, r#""cost":null"#, "the metric cost is null"),
            (r#","cost":0.25"#, "", "the metric cost is null"),
            (r#""step":3"#, r#""step":3,"key":"secret""#, "its members are"),
            (r#""Unit":"Count""#, r#""Unit":"Calls""#, "is no unit"),
            (r#""Timestamp":1700000000000"#, r#""Timestamp":null"#, "it has no time"),
            (r#""LNN""#, r#""""#, "is no namespace"),
        ] {
            assert!(LINE.contains(from), "{from}");
            let error = format!("{:#}", read_metrics(&LINE.replace(from, to), "r").unwrap_err());
            assert!(error.contains(sentence), "{error}");
        }
    }

    #[test]
    fn a_step_is_told_once_unless_the_run_was_put_back() {
        let twice = [LINE.to_owned(), LINE.to_owned()];
        assert_eq!(check_metrics(&twice[..1], "r", false).unwrap().len(), 1);
        assert!(check_metrics(&twice, "r", false).is_err());
        assert_eq!(check_metrics(&twice, "r", true).unwrap().len(), 2);
    }
}
