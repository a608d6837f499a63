//! The runs of a service that speaks the log API, as a list to choose from; or why there is none, and what to do.
//!
//! In: what the service answered to `GET /runs`. Out: an [`Element`] whose buttons name a log's address. The contract is
//! `docs/lambda.md`.

use std::fmt::Write;

use serde::Deserialize;

use crate::element::Element;
use crate::replay::Access;

/// More runs aren't listed.
const MAX_RUNS: usize = 200;

/// A run of the service.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct RunSummary {
    run: String,
    status: String,
    #[serde(default)]
    step: u64,
    #[serde(default)]
    last_step: u64,
    #[serde(default)]
    created_ms: f64,
    #[serde(default)]
    updated_ms: f64,
    #[serde(default)]
    data: String,
    #[serde(default)]
    layers: Vec<u64>,
    #[serde(default)]
    message: Option<String>,
}

#[derive(Deserialize)]
struct Runs {
    runs: Vec<RunSummary>,
}

/// An address as it was typed, without what doesn't belong to it.
///
/// # Errors
/// It is none; a sentence says what one looks like.
pub fn checked(address: &str) -> Result<String, String> {
    let address = address.trim().trim_end_matches('/').trim_end_matches("/runs");
    let is_web = ["https://", "http://"].iter().any(|scheme| {
        address.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
            && address.len() > scheme.len()
    });
    if is_web && !address.contains(char::is_whitespace) {
        return Ok(address.to_owned());
    }
    Err("That is no address of a log API: it begins with https://, as in https://abc123.lambda-url.eu-central-1.on.aws"
        .to_owned())
}

/// A sentence in the list's place.
pub fn problem(sentence: impl Into<String>) -> Element {
    Element::of("p", sentence).class("connect-problem").with("role", "alert")
}

/// Nothing was answered: browsers do not tell pages why.
pub fn unreachable(access: &Access) -> Element {
    problem(format!(
        "{} gave no answer that this page may read. Is the address right and the service running? If it is, its LNN_ALLOWED_ORIGINS has to name this page’s origin.",
        access.address
    ))
}

/// What the service answered, at a time in milliseconds since 1970.
pub fn answered(access: &Access, status: u16, body: &str, now_ms: f64) -> Element {
    match status {
        200 => match serde_json::from_str::<Runs>(body) {
            Ok(Runs { runs }) => list(access, runs, now_ms),
            Err(_) => problem(format!(
                "{} answered, but not as an LNN log API does. Is that the address of the function log_api?",
                access.address
            )),
        },
        401 | 403 if access.token.is_empty() => problem("This service asks for a token: type it in above."),
        401 | 403 => problem(
            "The service refuses this token: look whether it was copied whole, and whether its SHA-256 is in the service’s LNN_TOKENS.",
        ),
        404 => problem(format!("There is no log API at {}: look at the address.", access.address)),
        429 => problem("The service is asked too often at present; it is asked again in a moment."),
        500.. => problem(format!(
            "The service has failed (status {status}); it is asked again in a moment. Its own log says why."
        )),
        _ => problem(format!(
            "The service answered with status {status}: is that the address of an LNN log API?"
        )),
    }
}

fn list(access: &Access, mut runs: Vec<RunSummary>, now_ms: f64) -> Element {
    if runs.is_empty() {
        return Element::of(
            "p",
            "There is no run that this token may see. One begins with a file in training_input/.",
        )
        .class("hint");
    }
    runs.sort_by(|a, b| b.created_ms.total_cmp(&a.created_ms));
    let rows = runs.iter().take(MAX_RUNS).map(|run| row(access, run, now_ms));
    Element::new("ul").class("connect-runs").with("aria-label", "Runs").holding(rows)
}

fn row(access: &Access, run: &RunSummary, now_ms: f64) -> Element {
    let is_over = !matches!(run.status.as_str(), "launched" | "running");
    let layers = run.layers.iter().map(u64::to_string).collect::<Vec<_>>().join("-");
    let head = Element::new("div").class("connect-name").holding([
        Element::of("b", &run.run),
        Element::of("span", &run.status).class(&format!("connect-status {}", status_class(&run.status))),
        Element::of("span", age(now_ms - run.updated_ms)).with("title", "Since something was heard of it"),
    ]);
    let about = Element::new("div").class("connect-about").holding([
        Element::of("span", &run.data),
        Element::of("span", layers).class("number").with("title", "Inputs and units of each layer"),
    ]);
    let progress = Element::new("progress")
        .with("max", run.last_step.max(1).to_string())
        .with("value", run.step.min(run.last_step.max(1)).to_string())
        .with("aria-label", format!("Steps of {}", run.run));
    let steps = Element::of("span", format!("step {} of {}", run.step, run.last_step)).class("number");
    let mut about_steps = vec![progress, steps];
    about_steps
        .extend(run.message.as_ref().map(|message| Element::of("span", message).class("connect-message")));
    let button = |what: &str, word: &str, class: &str| {
        Element::of("button", word)
            .with("type", "button")
            .class(class)
            .with("data-do", what)
            .with("name", &run.run)
            .with("value", log_address(access, &run.run))
            .with("aria-label", format!("{word}: {}", run.run))
    };
    let main = if is_over {
        button("play", "Replay", "button")
    } else {
        button("live", "Follow live", "button primary")
    };
    let beside = button("beside", "Beside", "button quiet").with("title", "Beside the run that is shown");
    Element::new("li").holding([
        Element::new("div").holding([
            head,
            about,
            Element::new("div").class("connect-steps").holding(about_steps),
        ]),
        Element::new("div").class("connect-doors").holding([main, beside]),
    ])
}

fn status_class(status: &str) -> &'static str {
    match status {
        "launched" | "running" => "running",
        "failed" => "failed",
        _ => "over",
    }
}

fn log_address(access: &Access, run: &str) -> String {
    let mut address = format!("{}/runs/", access.address);
    for byte in run.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            // Writing to a text can't fail.
            let _ = write!(address, "%{byte:02X}");
        }
    }
    address.push_str("/log.ndjson");
    address
}

/// `12 s ago`: roughly.
fn age(age_ms: f64) -> String {
    let seconds = (age_ms / 1000.0).max(0.0);
    let (value, unit) = match seconds {
        s if s < 2.0 => return "now".to_owned(),
        s if s < 90.0 => (s, "s"),
        s if s < 90.0 * 60.0 => (s / 60.0, "min"),
        s if s < 36.0 * 3600.0 => (s / 3600.0, "h"),
        s => (s / 86_400.0, "days"),
    };
    format!("{value:.0} {unit} ago")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(token: &str) -> Access {
        Access { address: "https://api".to_owned(), token: token.to_owned() }
    }

    #[test]
    fn an_address_is_taken_as_people_copy_it() {
        for (typed, expected) in [
            (" https://a.b/ ", Some("https://a.b")),
            ("http://127.0.0.1:80/runs/", Some("http://127.0.0.1:80")),
            ("a.b", None),
            ("https://", None),
            ("javascript:1", None),
            ("", None),
        ] {
            assert_eq!(checked(typed).ok().as_deref(), expected, "{typed}");
        }
    }

    #[test]
    fn every_failure_says_what_to_do() {
        let said = |token: &str, status: u16, body: &str| answered(&access(token), status, body, 0.0).words();
        assert!(said("", 401, "").contains("asks for a token"));
        assert!(said("x", 403, "").contains("refuses this token"));
        assert!(said("x", 404, "").contains("look at the address"));
        assert!(said("x", 503, "").contains("asked again"));
        assert!(said("x", 200, "<html>").contains("not as an LNN log API"));
        assert!(said("x", 200, "{\"runs\": []}").contains("training_input/"));
        assert!(unreachable(&access("")).words().contains("LNN_ALLOWED_ORIGINS"));
    }

    #[test]
    fn runs_are_listed_newest_first_with_an_address_each() {
        let body = r#"{"runs": [
            {"run": "old", "status": "done", "step": 9, "last_step": 9, "created_ms": 1, "updated_ms": 2, "data": "cats.csv", "layers": [12288, 20, 7, 5, 1]},
            {"run": "new/&", "status": "running", "step": 3, "last_step": 9, "created_ms": 5, "updated_ms": 9000, "data": "x", "layers": [2, 1], "units_per_neuron": 1, "log_bytes": 7}
        ]}"#;
        let list = answered(&access("t"), 200, body, 21_000.0);
        let words = list.words();
        assert!(words.find("new/&") < words.find("old"), "{words}");
        for part in ["12288-20-7-5-1", "cats.csv", "step 3 of 9", "12 s ago", "Follow live", "Replay"] {
            assert!(words.contains(part), "{part}: {words}");
        }
        assert!(format!("{list:?}").contains("https://api/runs/new%2F%26/log.ndjson"));
    }
}
