//! What the registry says of a run that is over.
//!
//! In: the run's items as `DynamoDB` holds them, read by code of our own. Out: the first thing that is wrong.

use anyhow::{Context, Result, bail, ensure};
use lnn_lambda::stores::{LogMark, RunItem, SegmentItem};
use lnn_runlog::RecipeRecord;
use serde_json::{Map, Number, Value};

use super::LogFacts;
use crate::aws::Aws;
use crate::local::Local;
use crate::task::Task;
use crate::user::Wish;

/// Checks a run's items.
///
/// # Errors
/// The first thing that is wrong.
pub async fn check(
    aws: &Aws,
    run: &str,
    expected: (&Task, &Local, Option<Wish>),
    facts: &LogFacts,
) -> Result<()> {
    let items = aws.items(run).await?;
    let runs: Vec<&Value> = items.iter().filter(|item| item["item"]["S"] == "run").collect();
    let [item] = runs[..] else { bail!("it has {} runs of this name", runs.len()) };
    let item: RunItem = read(item)?;
    check_item(&item, expected)?;
    let log = (item.n_segments, item.log_bytes);
    ensure!(log == (facts.n_segments, facts.n_bytes), "it speaks of {log:?} segments and bytes: {facts:?}");

    let segments = items.iter().filter(|item| item["item"]["S"] != "run").map(read::<SegmentItem>);
    let segments: Vec<SegmentItem> = segments.collect::<Result<_>>()?;
    let listed: Vec<&String> = segments.iter().map(|segment| &segment.file).collect();
    ensure!(
        listed == facts.files.iter().collect::<Vec<_>>(),
        "it lists {listed:?}, run.json {:?}",
        facts.files
    );
    let is_in_order = segments.iter().enumerate().all(|(idx, segment)| segment.idx == idx as u64)
        && segments.windows(2).all(|pair| pair[0].mark < pair[1].mark);
    ensure!(is_in_order, "its segments are in no order: {segments:?}");
    let sum: u64 = segments.iter().map(|segment| segment.n_bytes).sum();
    ensure!(sum == item.log_bytes, "its segments have {sum} bytes, it says {}", item.log_bytes);
    Ok(())
}

fn check_item(item: &RunItem, (task, local, wish): (&Task, &Local, Option<Wish>)) -> Result<()> {
    let status = local.status;
    let is_over = item.is_closed && item.is_notified;
    match wish {
        None => ensure!(!item.is_cancelled, "nobody asked for its end: {item:?}"),
        Some(Wish::Taken { .. }) => ensure!(item.is_cancelled, "its user's wish was lost: {item:?}"),
        // An answer that was lost may have said that it was taken.
        Some(Wish::TooLate) => {}
    }
    ensure!(item.status == status && is_over, "it is not over as it should be: {item:?}");
    let steps = (item.step, item.last_step);
    ensure!(steps == (local.last_step, task.last_step()), "it stands at steps {steps:?}: {item:?}");
    ensure!(item.durable == Some(LogMark::of_end(local.last_step)), "its log goes to {:?}", item.durable);
    let ending = item.ending.as_ref().context("it has no ending")?;
    let found = (ending.status, ending.step, &ending.message);
    ensure!(found == (status, local.last_step, &local.failure), "it ended otherwise: {ending:?}");

    let recipe = serde_json::to_value(RecipeRecord::from(&task.recipe))?;
    let settings = &item.settings;
    ensure!(settings["recipe"] == recipe, "its recipe is {}, not {recipe}", settings["recipe"]);
    ensure!(settings["precision"] == task.precision, "its precision is {}", settings["precision"]);
    let units = serde_json::to_value(task.units_per_neuron)?;
    ensure!(settings["units_per_neuron"] == units, "a neuron has {} units", settings["units_per_neuron"]);

    let result = item.result.as_ref().context("it has no result")?;
    let digest = format!("{:016x}", local.digest);
    ensure!(result["digest"] == digest, "its digest is {}, not {digest}", result["digest"]);
    for (split, scores) in [("train", Some(local.train)), ("dev", local.dev)] {
        let expected = serde_json::to_value(scores)?;
        ensure!(result[split] == expected, "its scores on {split} are {}, not {expected}", result[split]);
    }
    Ok(())
}

/// An item, from what `DynamoDB` answers.
///
/// # Errors
/// It is none of ours.
pub fn read<T: serde::de::DeserializeOwned>(item: &Value) -> Result<T> {
    let members = item.as_object().context("an item is no object")?;
    let plain: Result<Map<String, Value>> =
        members.iter().map(|(name, value)| Ok((name.clone(), plain(value)?))).collect();
    Ok(serde_json::from_value(Value::Object(plain?))?)
}

/// A value without `DynamoDB`'s letters for kinds. Numbers that it can't hold stand there as their bits.
fn plain(attribute: &Value) -> Result<Value> {
    let (kind, value) =
        attribute.as_object().and_then(|members| members.iter().next()).context("an attribute is empty")?;
    let text = value.as_str().unwrap_or_default();
    Ok(match kind.as_str() {
        "NULL" => Value::Null,
        "BOOL" | "S" => value.clone(),
        "N" => match text.parse::<u64>() {
            Ok(whole) => Value::from(whole),
            Err(_) => Number::from_f64(text.parse()?).map_or(Value::Null, Value::Number),
        },
        "L" => Value::Array(value.as_array().into_iter().flatten().map(plain).collect::<Result<_>>()?),
        "M" => {
            let members = value.as_object().context("a map is no object")?;
            if let (1, Some(bits)) = (members.len(), members.get("f64").and_then(|bits| bits["S"].as_str())) {
                let number = f64::from_bits(u64::from_str_radix(bits, 16)?);
                return Ok(Number::from_f64(number).map_or(Value::Null, Value::Number));
            }
            let members = members.iter().map(|(name, value)| Ok((name.clone(), plain(value)?)));
            Value::Object(members.collect::<Result<_>>()?)
        }
        kind => bail!("an attribute is of the kind {kind}"),
    })
}
