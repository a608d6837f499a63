//! Around a launch request: names, defaults, and the registry's item.
//!
//! In: requests. Out: the same, complete. Read next: `prepare.rs`.

use serde_json::{Value, json};

use super::{LaunchError, short_digest};
use crate::job::Job;
use crate::messages::LaunchRequest;
use crate::stores::RunItem;

/// Longest name of a run.
const MAX_NAME: usize = 64;

/// Settings without data, completed.
pub(super) fn with_data(mut settings: Value, name: &str, key: &str) -> Result<LaunchRequest, LaunchError> {
    let refused =
        |what: &dyn std::fmt::Display| LaunchError::Refused(format!("the settings can't be read: {what}"));
    let members = settings.as_object_mut().ok_or_else(|| refused(&"they are no object"))?;
    members.insert("data".to_owned(), json!({ "name": name, "key": key }));
    serde_json::from_value(settings).map_err(|error| refused(&error))
}

/// A run's name from a file's name and what makes it unique.
pub(super) fn derived_name(file: &str, unique: &str) -> String {
    let stem = file.split('.').next().unwrap_or(file).to_lowercase();
    let stem: String = stem
        .chars()
        .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' })
        .take(MAX_NAME - 9)
        .collect();
    let stem = stem.trim_matches('-');
    let stem = if stem.is_empty() { "run" } else { stem };
    format!("{stem}-{}", short_digest(unique))
}

/// A name must do for keys, table and state machine alike.
pub(super) fn check_name(run: &str) -> Result<(), LaunchError> {
    let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
    let starts_well = run.starts_with(|c: char| c.is_ascii_alphanumeric());
    if run.len() <= MAX_NAME && starts_well && run.chars().all(is_good) && !run.contains("..") {
        return Ok(());
    }
    Err(LaunchError::Refused(format!(
        "«{run}» is no name for a run: up to {MAX_NAME} small letters, digits, «-», «_» and «.», a letter or digit first"
    )))
}

/// A run that nobody has taken up yet.
pub(super) fn item(job: &Job) -> RunItem {
    let shape = job.neuron.shape();
    let layers: Vec<usize> = [shape.n_features].into_iter().chain(shape.units).collect();
    let settings = json!({
        "data": job.header.data.name,
        "layers": layers,
        "units_per_neuron": job.neuron.units_per_neuron,
        "precision": job.neuron.precision,
        "recipe": job.neuron.recipe,
        "every_steps": job.every_steps,
        "data_digest": job.neuron.data_digest,
    });
    RunItem::launched(&job.run, job.created_ms, job.last_step, settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_for_keys_and_state_machines() {
        assert!(check_name("cat-1.b_c").is_ok());
        for bad in ["", "-a", "A", "a b", "a/b", "..", "a..b", "ä", &"a".repeat(65)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
        let name = derived_name("Cats & Dogs.v2.csv", "key etag");
        assert!(check_name(&name).is_ok() && name.starts_with("cats---dogs-"), "{name}");
        assert_eq!(name, derived_name("Cats & Dogs.v2.csv", "key etag"));
        assert!(check_name(&derived_name(&"ü".repeat(200), "x")).is_ok());
    }
}
