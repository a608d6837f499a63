//! `lnn data show` and `lnn data convert`: a data set of any format, looked into or written anew.
//!
//! In: files. Out: what the page's preview shows, for people or as a line of JSON; a CSV, or an .npz of what a network sees. Read
//! next: `data.rs`, which opens files.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use lnn_import::formats::write_prepared;
use lnn_import::{
    ArrayPart, Column, ImportPlan, Kind, Normalise, Preparation, Prepared, Role, Table, TargetChoice, prepare,
};
use serde_json::{Value, json};

use crate::data;
use crate::data_args::{DataArgs, DataCommand, DataConvertArgs, DataShowArgs};

/// So many columns are listed for people.
const N_LISTED: usize = 20;

pub fn run(command: &DataCommand) -> Result<()> {
    match command {
        DataCommand::Show(args) => show(args),
        DataCommand::Convert(args) => convert(args),
    }
}

fn show(args: &DataShowArgs) -> Result<()> {
    let table = data::read(&DataArgs { read: args.read.clone(), ..DataArgs::of(args.files.clone()) })?;
    let plan = plan(&table, args.target.as_deref())?;
    let prepared = prepare::<f64>(&table, &plan);
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", facts(&table, &plan, prepared.as_ref().ok()))?;
        return prepared.map(drop).map_err(Into::into);
    }
    writeln!(out, "{}", table.describe())?;
    for array in &table.arrays {
        writeln!(out, "  array {}: {}", array.described(), array.part.map_or("left out", ArrayPart::as_str))?;
    }
    for (column, planned) in table.columns.iter().zip(&plan.columns).take(N_LISTED) {
        writeln!(out, "  {}", words(column, planned.role, planned.kind))?;
    }
    if let Some(more) = table.columns.len().checked_sub(N_LISTED).filter(|more| *more > 0) {
        writeln!(out, "  and {more} columns more")?;
        if let Some((column, planned)) = table
            .columns
            .iter()
            .zip(&plan.columns)
            .skip(N_LISTED)
            .find(|(_, planned)| planned.role == Role::Target)
        {
            writeln!(out, "  {}", words(column, planned.role, planned.kind))?;
        }
    }
    let prepared = prepared?;
    for (class, n) in class_counts(&table, &prepared) {
        writeln!(out, "  class «{class}»: {n} example{}", if n == 1 { "" } else { "s" })?;
    }
    let (n_train, n_dev) = sizes(&prepared);
    writeln!(
        out,
        "{}: {} inputs{}; {n_train} examples to train on, {n_dev} held out",
        prepared.preparation.task.as_str(),
        prepared.train.n_features(),
        prepared.picture.map_or(String::new(), |it| format!(
            " (pictures of {} × {} × {})",
            it.height, it.width, it.channels
        )),
    )?;
    Ok(())
}

fn plan(table: &Table, target: Option<&str>) -> Result<ImportPlan> {
    let choice = match target {
        None => TargetChoice::Guess,
        Some("last") if !table.columns.iter().any(|column| column.name == "last") => TargetChoice::Last,
        Some(name) => TargetChoice::Name(name.to_owned()),
    };
    Ok(ImportPlan::guess_with(table, &choice)?)
}

fn words(column: &Column, role: Role, kind: Kind) -> String {
    let role = match role {
        Role::Input => "",
        Role::Target => ", the target",
        Role::Ignore => ", left out",
    };
    let values = match (&column.numbers, kind) {
        (Some(numbers), Kind::Numeric) => {
            format!("{} to {}, mean {:.4}", numbers.min, numbers.max, numbers.mean)
        }
        _ => format!(
            "{}{} different values",
            if column.n_distinct_is_exact { "" } else { "more than " },
            column.n_distinct
        ),
    };
    let missing = match column.n_missing {
        0 => String::new(),
        n => format!(", {n} missing"),
    };
    format!("{}: {values}{missing}{role}", column.name)
}

fn facts(table: &Table, plan: &ImportPlan, prepared: Option<&Prepared<f64>>) -> Value {
    let target = plan.columns.iter().find(|column| column.role == Role::Target);
    let columns: Vec<Value> = table.columns.iter().zip(&plan.columns).map(|(column, plan)| {
        json!({
            "name": column.name,
            "role": match plan.role { Role::Input => "input", Role::Target => "target", Role::Ignore => "ignore" },
            "kind": match plan.kind { Kind::Numeric => "numeric", Kind::Categorical => "categorical" },
            "missing": column.n_missing,
            "distinct": column.n_distinct,
            "min": column.numbers.map(|it| it.min),
            "max": column.numbers.map(|it| it.max),
            "mean": column.numbers.map(|it| it.mean),
        })
    }).collect();
    let classes: Option<Vec<Value>> =
        prepared.filter(|it| it.preparation.task.is_classification()).map(|prepared| {
            class_counts(table, prepared)
                .into_iter()
                .map(|(class, n)| json!({ "name": class, "n_examples": n }))
                .collect()
        });
    let (n_train, n_test) = prepared.map_or((0, 0), sizes);
    let n_inputs = plan.columns.iter().filter(|column| column.role == Role::Input).count();
    json!({
        "format": table.format.as_str(),
        "n_examples": table.n_rows,
        "n_features": prepared.map_or(n_inputs, |it| it.train.n_features()),
        "columns": columns,
        "target": target.map(|column| &column.name),
        "classes": classes,
        "splits": { "train": n_train, "test": n_test },
        "warnings": table.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn sizes<T>(prepared: &Prepared<T>) -> (usize, usize) {
    (prepared.train_rows.len(), prepared.dev_rows.len())
}

/// How many rows each class has; none where no classes are learned.
fn class_counts(table: &Table, prepared: &Prepared<f64>) -> Vec<(String, usize)> {
    let Preparation { task, target, .. } = &prepared.preparation;
    let column = table.columns.iter().find(|column| column.name == target.name);
    column.filter(|_| task.is_classification()).map(Column::counts).unwrap_or_default()
}

fn convert(args: &DataConvertArgs) -> Result<()> {
    let Some((to, from)) = args.files.split_last() else { bail!("which files? lnn data convert IN OUT") };
    let table = data::read(&DataArgs { read: args.read.clone(), ..DataArgs::of(from.to_vec()) })?;
    let path = Path::new(to);
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    let create = || File::create(path).with_context(|| format!("«{to}» can't be written"));
    match ending.as_deref() {
        Some("csv") => data::write_csv(&table, BufWriter::new(create()?)),
        Some("npz") => {
            let mut plan = plan(&table, args.target.as_deref())?;
            plan.normalise = args.normalise;
            plan.normalise_target &= args.normalise != Normalise::None;
            let prepared = prepare::<f64>(&table, &plan)?;
            let bytes = write_prepared(&prepared.train, prepared.dev.as_ref())?;
            std::fs::write(path, bytes).with_context(|| format!("«{to}» can't be written"))
        }
        _ => bail!("«{to}»: data sets are written to F.csv or to F.npz"),
    }
}
