//! Who read the run log how fast: the rows that the terminal's table and docs/benchmark.md share.
//!
//! In: the value that `logs.rs` measured. Out: rows, and the sentences about them. Read next: `table.rs`, `document.rs`.

use std::fmt::Write;

use serde_json::Value;

use super::{digits, number, text};

const OWN: &str = "LNN, every line verified, every number";
/// Name in the JSON, and in the table.
const READERS: [(&str, &str); 5] = [
    ("whole", OWN),
    ("outline", "LNN, outline: what `lnn log check` reads"),
    ("json_value", "serde_json::Value, nothing verified"),
    ("json_struct", "serde_json, derived struct, nothing verified"),
    ("checksums", "CRC-32C alone, of each line"),
];
const TENSORBOARD: [(&str, &str); 4] = [
    ("data_server", "TensorBoard's data server, nothing verified"),
    ("data_server_checksum", "TensorBoard's data server, --checksum"),
    ("event_accumulator", "TensorBoard's EventAccumulator, Python"),
    ("event_file_loader", "TensorBoard's EventFileLoader, Python"),
];

/// How it is measured.
pub const METHOD: &str = "\
The log is that of a real training, every step probed (`bench/logs`), in one plain file. LNN and serde_json (with
`float_roundtrip`, so that numbers come back to the bit) read it from the file, line by line. TensorBoard reads an event file of
the same run that its own writer wrote: the scores of each step as scalars, and of each layer and quantity a histogram of 30
buckets over the units, which are fewer numbers than the log has; nothing is left out by sampling. It has no TensorFlow here, so
that its Python readers compute checksums in Python; the data server is what the command `tensorboard` starts, and its time is
what it says itself. × is how many times as many steps a second LNN reads.
";

/// A reader with its numbers.
struct Row {
    name: &'static str,
    mb_per_s: f64,
    steps_per_s: f64,
    /// LNN's steps a second for one of its.
    ratio: f64,
}

fn rows(logs: &Value) -> Vec<Row> {
    let own = number(&logs["steps"]) / number(&logs["seconds"]["whole"]);
    let row = |of: &Value, key: &str, name: &'static str| {
        let seconds = of["seconds"][key].as_f64()?;
        let steps_per_s = number(&of["steps"]) / seconds;
        Some(Row {
            name,
            mb_per_s: number(&of["bytes"]) / seconds / 1e6,
            steps_per_s,
            ratio: own / steps_per_s,
        })
    };
    let readers = READERS.iter().filter_map(|(key, name)| row(logs, key, name));
    readers.chain(TENSORBOARD.iter().filter_map(|(key, name)| row(&logs["tensorboard"], key, name))).collect()
}

/// `100 MB, 1,341 steps of a 784-512-256-10 network, each unit probed at each; …`.
fn headline(logs: &Value) -> String {
    let mut line = format!(
        "{} MB, {} steps of a 784-512-256-10 network, every unit probed at each",
        digits(number(&logs["bytes"]) / 1e6),
        digits(number(&logs["steps"]))
    );
    if let Some(bytes) = logs["tensorboard"]["bytes"].as_f64() {
        let _ = write!(line, "; TensorBoard's events {} MB", digits(bytes / 1e6));
    }
    line
}

fn skipped(logs: &Value) -> Option<&str> {
    logs["tensorboard"]["skipped"].as_str()
}

/// For the terminal.
pub fn add_to_table(out: &mut String, logs: &Value) {
    if logs.is_null() {
        return;
    }
    let _ = writeln!(out, "logs: {}; median of {} rounds", headline(logs), logs["rounds"]);
    let _ = writeln!(out, "    {:<46} {:>8} {:>9} {:>8}", "", "MB/s", "steps/s", "×");
    for Row { name, mb_per_s, steps_per_s, ratio } in rows(logs) {
        let ratio = if name == OWN { String::new() } else { format!("{}×", digits(ratio)) };
        let _ = writeln!(out, "    {name:<46} {:>8} {:>9} {ratio:>8}", digits(mb_per_s), digits(steps_per_s));
    }
    if let Some(why) = skipped(logs) {
        let _ = writeln!(out, "    {:<46} {:>8} {:>9} {:>8}  skipped: {why}", "TensorBoard", "–", "–", "");
    }
    if !logs["page"].is_null() {
        let _ = writeln!(out, "a log of {} MB in the page", digits(number(&logs["page"]["bytes"]) / 1e6));
    }
    for (name, value) in page_rows(&logs["page"]) {
        let _ = writeln!(out, "    {name:<46} {value:>8}");
    }
    out.push('\n');
}

/// A large log in the page: what was seen, and its number.
fn page_rows(page: &Value) -> Vec<(String, String)> {
    if page.is_null() {
        return Vec::new();
    }
    let ms = |key: &str| format!("{} ms", digits(number(&page[key])));
    let mb = |key: &str| format!("{} MB", digits(number(&page[key]) / 1e6));
    let n_seeks = number(&page["n_seeks"]);
    vec![
        ("first picture after the drop".to_owned(), ms("first_picture_ms")),
        ("all of it read".to_owned(), format!("{} s", digits(number(&page["read_ms"]) / 1e3))),
        (format!("seek, median of {n_seeks}"), ms("seek_p50_ms")),
        ("seek, p95".to_owned(), ms("seek_p95_ms")),
        ("memory of the page's process".to_owned(), mb("memory_bytes")),
        ("at its fullest, with the browser's program".to_owned(), mb("peak_memory_bytes")),
    ]
}

/// For docs/benchmark.md.
pub fn add_to_document(out: &mut String, logs: &Value) {
    if logs.is_null() {
        return;
    }
    let _ = writeln!(out, "\n## Reading a run log\n\n{}.\n", headline(logs));
    let _ = writeln!(out, "| | MB/s | steps/s | × |\n|---|---:|---:|---:|");
    for Row { name, mb_per_s, steps_per_s, ratio } in rows(logs) {
        let (mb_per_s, steps_per_s, ratio) = (digits(mb_per_s), digits(steps_per_s), digits(ratio));
        let _ = match name {
            OWN => writeln!(out, "| **{name}** | **{mb_per_s}** | **{steps_per_s}** | |"),
            _ => writeln!(out, "| {name} | {mb_per_s} | {steps_per_s} | {ratio} |"),
        };
    }
    if let Some(why) = skipped(logs) {
        let _ = writeln!(out, "| TensorBoard | | | skipped: {why} |");
    }
    let page = &logs["page"];
    if !page.is_null() {
        let size = digits(number(&page["bytes"]) / 1e6);
        let _ = writeln!(out, "\nA log of {size} MB dropped on the page:\n\n| | |\n|---|---:|");
    }
    for (name, value) in page_rows(page) {
        let _ = writeln!(out, "| {name} | {value} |");
    }
}

/// A sentence for every other reader that is faster. Checksums alone are no reader.
pub fn losses(logs: &Value) -> Vec<String> {
    let is_other = |row: &Row| row.name.starts_with("TensorBoard") || row.name.starts_with("serde_json");
    let faster = rows(logs).into_iter().filter(|row| is_other(row) && row.ratio < 1.0);
    let sentence = |row: Row| {
        let (rate, own) = (digits(row.steps_per_s), digits(row.steps_per_s * row.ratio));
        format!("logs: {} reads {rate} steps a second, LNN {own}.", row.name)
    };
    faster.map(sentence).collect()
}

/// `TensorBoard 2.21.0, its data server 0.7.2, Python 3.11.7`.
pub fn versions(logs: &Value) -> Option<String> {
    let versions = &logs["tensorboard"]["versions"];
    versions.is_object().then(|| {
        let [own, server, python] = ["tensorboard", "data_server", "python"].map(|key| text(&versions[key]));
        format!("TensorBoard {own}, its data server {server}, Python {python}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn logs() -> Value {
        json!({ "bytes": 100e6, "steps": 1000, "rounds": 3, "seconds": { "whole": 0.5, "json_value": 1.0 },
            "tensorboard": { "bytes": 30e6, "steps": 1000, "seconds": { "data_server": 0.1, "event_file_loader": 5.0 },
                "versions": { "tensorboard": "2", "data_server": "1", "python": "3" } } })
    }

    #[test]
    fn everybodys_rate_is_of_its_own_file_and_the_ratio_of_the_steps() {
        let mut table = String::new();
        add_to_table(&mut table, &logs());
        for part in
            ["200     2,000", "100     1,000    2.00×", "300    10,000   0.200×", "6.00       200    10.0×"]
        {
            assert!(table.contains(part), "{part}\n{table}");
        }
        let mut document = String::new();
        add_to_document(&mut document, &logs());
        assert!(document.contains("nothing verified | 300 | 10,000 | 0.200 |"), "{document}");
        assert_eq!(versions(&logs()).unwrap(), "TensorBoard 2, its data server 1, Python 3");
    }

    #[test]
    fn what_a_page_makes_of_a_large_log_is_told() {
        let page = json!({ "bytes": 1e9, "first_picture_ms": 812.0, "read_ms": 9000.0, "n_seeks": 200,
            "seek_p50_ms": 20.0, "seek_p95_ms": 33.0, "memory_bytes": 1.2e8, "peak_memory_bytes": 3.5e8 });
        let logs = json!({ "bytes": 1, "steps": 1, "seconds": {}, "page": page });
        let (mut table, mut document) = (String::new(), String::new());
        add_to_table(&mut table, &logs);
        add_to_document(&mut document, &logs);
        for part in ["first picture after the drop", "812 ms", "33.0 ms", "120 MB", "350 MB", "9.00 s"] {
            assert!(table.contains(part) && document.contains(part), "{part}\n{table}\n{document}");
        }
    }

    #[test]
    fn who_is_faster_is_said() {
        let losses = losses(&logs());
        assert_eq!(losses.len(), 1, "{losses:?}");
        assert!(losses[0].contains("data server, nothing verified reads 10,000 steps a second, LNN 2,000"));
    }

    #[test]
    fn a_peer_that_is_not_there_is_skipped_with_the_reason() {
        let logs =
            json!({ "bytes": 1, "steps": 1, "seconds": {}, "tensorboard": { "skipped": "no python3" } });
        let mut table = String::new();
        add_to_table(&mut table, &logs);
        assert!(table.contains("skipped: no python3"), "{table}");
        let mut nothing = String::new();
        add_to_table(&mut nothing, &Value::Null);
        assert_eq!(nothing, "");
    }
}
