//! Sentences about data sets.
//!
//! In: what is known of a data set. Out: text; pure. Read next: `check.rs`, the sentences about what is wrong.

use lnn_runlog::{DataInfo, Task};

use crate::{page::number, state::DataSource};

/// `1 input`, `30 inputs`.
pub fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", number::count(n as u64), if n == 1 { one } else { many })
}

/// Beside the panel's title: which data set, and how much of it.
pub fn in_short(data: Option<&DataSource>, header: Option<&DataInfo>) -> String {
    let info = match data {
        Some(DataSource::Synthetic(synthetic)) => {
            let count = counted(synthetic.n_examples, "example", "examples");
            return format!("{}, {count}", synthetic.kind.as_str());
        }
        Some(DataSource::Arrays(arrays)) => Some(&arrays.info),
        None => header,
    };
    info.map_or_else(String::new, |info| {
        format!("{}, {}", info.name, counted(info.n_train + info.n_dev, "example", "examples"))
    })
}

/// `320 to train on, 80 held out · 2 inputs → 2 classes`.
pub fn in_full(info: &DataInfo) -> String {
    let target = match info.task {
        Task::Regression => format!("{}, a number", info.target_name),
        _ => counted(info.class_names.len().max(2), "class", "classes"),
    };
    format!(
        "{} · {} → {target}",
        split(info.n_train, info.n_dev),
        counted(info.n_inputs(), "input", "inputs")
    )
}

/// `320 train, 80 held out`, where there is little room.
pub fn split_in_short(n_train: usize, n_dev: usize) -> String {
    format!("{} train, {} held out", number::count(n_train as u64), number::count(n_dev as u64))
}

/// `320 to train on, 80 held out`.
pub fn split(n_train: usize, n_dev: usize) -> String {
    let held_out = if n_dev == 0 { "none".to_owned() } else { number::count(n_dev as u64) };
    format!("{} to train on, {held_out} held out", number::count(n_train as u64))
}

/// The names of some classes, at most six.
pub fn class_names(info: &DataInfo) -> Option<String> {
    let names = &info.class_names;
    if names.is_empty() || *names == ["0", "1"] {
        return None;
    }
    let shown = names.iter().take(6).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = if names.len() > 6 { ", …" } else { "" };
    Some(format!("{}: {shown}{more}", info.target_name))
}

/// What a separator is called.
pub const fn separator(separator: char) -> &'static str {
    match separator {
        ',' => "comma",
        ';' => "semicolon",
        '\t' => "tab",
        _ => "bar |",
    }
}

#[cfg(test)]
mod tests {
    use lnn_runlog::InputScale;

    use super::*;

    #[test]
    fn a_data_set_is_told_in_one_line() {
        let info = DataInfo {
            name: "iris.csv".to_owned(),
            task: Task::Classification,
            input_names: vec![String::new(); 4],
            input_scales: Vec::new(),
            target_name: "species".to_owned(),
            class_names: ["setosa", "versicolor", "virginica"].map(str::to_owned).to_vec(),
            target_scale: InputScale::NONE,
            picture: None,
            picture_channels: 1,
            n_train: 120,
            n_dev: 30,
        };
        assert_eq!(in_full(&info), "120 to train on, 30 held out · 4 inputs → 3 classes");
        assert_eq!(class_names(&info).as_deref(), Some("species: setosa, versicolor, virginica"));
    }
}
