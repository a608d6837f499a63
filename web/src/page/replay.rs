//! A log that is played: what it is, how far it is read, whether a computation agrees with it, and the way back.
//!
//! In: a [`LogStatus`]. Out: a bar over the network, [`Action::Undo`] to go back to training. Also: which files are logs.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::File;
use yew::prelude::*;

use crate::{
    page::{
        Commands,
        chart::calm::Same,
        compare::{ChooseLog, RunSelect},
        number,
    },
    protocol::{Agreement, HandPoint, LogKind, LogStatus},
    state::{Action, MAX_BESIDE},
};

/// Properties of [`ReplayBar`].
#[derive(Properties, Clone)]
pub struct ReplayBarProps {
    /// What is known of the log.
    pub log: Rc<LogStatus>,
    /// Takes the files of a log that is to be shown beside.
    pub open_beside: Callback<Vec<File>>,
    /// How to ask for something.
    pub commands: Commands,
}

impl PartialEq for ReplayBarProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.log, &other.log) && self.commands == other.commands
    }
}

/// See the module's text.
#[component]
pub fn ReplayBar(props: &ReplayBarProps) -> Html {
    let log = &props.log;
    let leave = props.commands.reform(|_: MouseEvent| Action::Undo);
    let (class, sentence) = verdict(log);
    let is_own = log.kind == LogKind::Steps;
    html! {
        <aside class="replay" aria-label="Replay">
            <div class="replay-line">
                <b class="replay-name" title={log.name.clone()}>{ &log.name }</b>
                if log.log_runs.len() > 1 {
                    <RunSelect log={Same(log.clone())} choose={props.commands.reform(Action::ChooseLogRun)} />
                }
                if log.is_reading {
                    <progress max="1" value={log.share.to_string()} aria-label="Reading the log" />
                }
                <span class="number">{ number::count(log.n_records) }{ if is_own { " records" } else { " points" } }</span>
                if log.is_growing {
                    <span>{ "not over yet" }</span>
                }
                <span class={classes!("replay-verdict", class)}>{ sentence }</span>
                <span class="replay-doors">
                    <button class="button" onclick={leave}>{ "Back to training" }</button>
                    if log.agreement.is_some() {
                        <button class="button" onclick={props.commands.reform(|_: MouseEvent| Action::TrainHere(HandPoint::Cursor))}
                            title="From the step that is shown, in this page">{ "Go on from here" }</button>
                        <button class="button" onclick={props.commands.reform(|_: MouseEvent| Action::TrainHere(HandPoint::Start))}
                            title="With its recipe and data, in this page; the log stands beside">{ "Train the same here" }</button>
                    }
                    if is_own {
                        <ChooseLog id="compare-log" name="Compare with …" open={props.open_beside.clone()} />
                    }
                </span>
            </div>
            if !log.account.is_empty() {
                <details>
                    <summary>{ if log.is_good { "Of this log" } else { "What is wrong with this log" } }</summary>
                    <ul>{ for log.account.iter().map(|sentence| html! { <li>{ sentence }</li> }) }</ul>
                </details>
            }
        </aside>
    }
}

/// Whether the log can be believed, in a sentence and a colour.
pub fn verdict(log: &LogStatus) -> (&'static str, String) {
    if log.kind == LogKind::Curves {
        return ("", "Curves of another program".to_owned());
    }
    match (&log.agreement, &log.why_not) {
        (Some(Agreement { parts_at: Some(step), .. }), _) => {
            ("bad", format!("Stops agreeing with the log at step {step}"))
        }
        (Some(Agreement { n_agreeing, .. }), _) => {
            let steps = if *n_agreeing == 1 { "step" } else { "steps" };
            let count = number::count(*n_agreeing);
            ("good", format!("Agrees with the log: {count} {steps} computed again, to the bit"))
        }
        (None, Some(why)) => ("", format!("From the log alone: {why}")),
        (None, None) if log.n_records == 0 && !log.is_reading => {
            ("", "Waiting for its first line …".to_owned())
        }
        (None, None) => ("", "Looking for its data set …".to_owned()),
    }
}

/// The name of the log among these files, if there is one.
pub fn log_name(files: &[File]) -> Option<String> {
    let names: Vec<String> = files.iter().map(File::name).collect();
    names.iter().find(|name| is_log(name)).cloned()
}

/// Whether a name is that of a log and of no data set.
pub fn is_surely_log(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("tfevents") || [".ndjson.gz", ".log"].iter().any(|ending| name.ends_with(ending))
}

/// Whether a folder with this file is a run's.
pub fn is_of_log_folder(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| path.ends_with(ending));
    let is_export = ends(&[".gz"]) && !ends(&["ubyte.gz"]);
    is_export || path.contains("tfevents") || ends(&["run.json", "results.json", ".ndjson", ".log"])
}

/// Whether files that came together are logs of their own: segments of one have numbers for names.
pub fn are_separate_logs(files: &[File]) -> bool {
    files.len() > 1 && files.iter().all(|file| is_whole_log(&file.name()))
}

fn is_whole_log(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let stem = name.split('.').next().unwrap_or_default();
    let is_segment = !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_digit());
    !is_segment && [".ndjson", ".ndjson.gz", ".jsonl", ".zip"].iter().any(|ending| name.ends_with(ending))
}

fn is_log(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // Event files of TensorBoard end as their machine is called.
    name.contains("tfevents")
        || [".ndjson", ".jsonl", ".gz", ".zip", ".json", ".log"].iter().any(|ending| name.ends_with(ending))
}

/// What travels beside the message that opens a log: each of its files with its path, which a file alone forgets.
/// One that was dropped may have a handle, by which it is read on as it grows.
pub fn beside(files: Vec<(String, File)>, handle: Option<&JsValue>) -> JsValue {
    let handle = handle.cloned().unwrap_or_default();
    files.into_iter().map(|(path, file)| Array::of3(&path.into(), &file, &handle)).collect::<Array>().into()
}

/// What the page's own address asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// The log to play.
    pub log: String,
    /// Its data set.
    pub data: Option<String>,
    /// Logs to stand beside it.
    pub beside: Vec<String>,
}

/// `…/#connect=URL`: the service whose runs are asked for; never its token.
pub fn service_address() -> Option<String> {
    let hash = web_sys::window()?.location().hash().ok()?;
    js_sys::decode_uri_component(hash.strip_prefix("#connect=")?).ok()?.as_string()
}

/// `…/#log=URL`, then `&data=URL` for its data set, and `&beside=URL` for each run that stands beside it.
pub fn addresses() -> Option<Addresses> {
    in_hash(&web_sys::window()?.location().hash().ok()?, &|url| {
        js_sys::decode_uri_component(url).ok()?.as_string()
    })
}

fn in_hash(hash: &str, decode: &dyn Fn(&str) -> Option<String>) -> Option<Addresses> {
    let mut urls = hash.strip_prefix("#log=")?.split("&beside=");
    let first = urls.next()?;
    let (log, data) = first.split_once("&data=").map_or((first, None), |(log, data)| (log, Some(data)));
    Some(Addresses {
        log: decode(log)?,
        data: data.and_then(decode),
        beside: urls.filter_map(decode).take(MAX_BESIDE).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_told_from_a_data_set_by_its_name() {
        for name in [
            "run.ndjson",
            "Run.NDJSON.gz",
            "run.zip",
            "results.json",
            "export.gz",
            "events.out.tfevents.17.host",
        ] {
            assert!(is_log(name), "{name}");
        }
        for name in ["iris.csv", "iris.tsv", "data", "gz"] {
            assert!(!is_log(name), "{name}");
        }
    }

    #[test]
    fn the_pages_address_names_a_log_its_data_set_and_runs_beside() {
        let found = |hash: &str| in_hash(hash, &|url| Some(url.replace("%26", "&")));
        let all = found("#log=a.ndjson?x=1&y=2&data=b.csv&beside=c%26d&beside=e").unwrap();
        assert_eq!((all.log.as_str(), all.data.as_deref()), ("a.ndjson?x=1&y=2", Some("b.csv")));
        assert_eq!(all.beside, ["c&d", "e"]);
        assert_eq!(
            found("#log=a").unwrap(),
            Addresses { log: "a".to_owned(), data: None, beside: Vec::new() }
        );
        assert_eq!(found("#other"), None);
    }

    #[test]
    fn segments_of_one_log_are_told_from_several_logs() {
        assert!(["a.ndjson", "b.ndjson.gz", "Run.ZIP", "run-1.jsonl"].into_iter().all(is_whole_log));
        // A segment; what a service handed out, which may be in many files.
        assert!(!["000000.ndjson.gz", "export.gz", "events.json", "iris.csv"].into_iter().any(is_whole_log));
    }

    #[test]
    fn the_verdict_is_told_in_a_sentence() {
        let agreeing = |parts_at| Some(Agreement { n_agreeing: 1200, parts_at });
        let log = |agreement, why_not| LogStatus { agreement, why_not, ..LogStatus::default() };
        assert!(verdict(&log(agreeing(None), None)).1.starts_with("Agrees with the log"));
        assert_eq!(
            verdict(&log(agreeing(Some(7)), None)),
            ("bad", "Stops agreeing with the log at step 7".to_owned())
        );
        assert!(verdict(&log(None, Some("no data".to_owned()))).1.contains("log alone: no data"));
        // Launched, and nothing is written yet.
        assert!(verdict(&log(None, None)).1.starts_with("Waiting for its first line"));
        let with_lines = LogStatus { n_records: 1, ..log(None, None) };
        assert!(verdict(&with_lines).1.starts_with("Looking for its data set"));
    }
}
