//! `lnn log export`: a log as tables for pandas and others: `steps`, `units` (a row for each unit and step) and `epochs`.
//!
//! Read next: `table.rs`.

use std::fs;
use std::io::Write;

use anyhow::{Context, Result, bail};
use lnn_runlog::{LayerRecord, LoggedStep, Quantity, Record, RunLedger, Scores};

use super::open::OpenLog;
use super::table::{Column, Rows, TableFile};
use crate::args::{ExportArgs, TableFormat};

/// Rows held before they are written.
const GROUP_ROWS: usize = 100_000;

pub fn run(args: &ExportArgs) -> Result<()> {
    let mut log = OpenLog::open(&args.log)?;
    log.scan(&mut |_| ())?;
    let runs: Vec<RunLedger> = log.runs(args.run.as_deref())?;
    let is_parquet = args.format == TableFormat::Parquet;
    let ending = if is_parquet { "parquet" } else { "csv" };
    fs::create_dir_all(&args.to).with_context(|| format!("«{}» can't be made", args.to.display()))?;
    let table = |name: &str| TableFile::create(&args.to.join(format!("{name}.{ending}")), is_parquet);
    let (mut steps, mut units, mut epochs) = (table("steps")?, table("units")?, table("epochs")?);
    let (mut step_rows, mut unit_rows, mut epoch_rows) = (step_columns(), unit_columns(), epoch_columns());
    let (mut n_steps, mut n_units) = (0, 0);
    for run in &runs {
        for place in run.steps.iter() {
            let (record, time_ms) = log.record(place.place, place.n_bytes)?;
            let Record::Step(step) = record else { bail!("the log changed while it was read: begin again") };
            add_step(&mut step_rows, &run.run, &step, time_ms);
            n_steps += 1;
            n_units += add_units(&mut unit_rows, &run.run, &step);
            for (rows, file) in [(&mut step_rows, &mut steps), (&mut unit_rows, &mut units)] {
                if rows.len >= GROUP_ROWS {
                    file.write(rows)?;
                    rows.clear();
                }
            }
        }
        for epoch in run.epochs.values() {
            let epoch = epoch.value;
            let [train, dev] = [Some(epoch.train), epoch.dev].map(score_cells);
            let mut cells = vec![text(&run.run), whole(epoch.epoch), whole(epoch.step)];
            cells.extend(train.into_iter().chain(dev));
            epoch_rows.add(cells);
        }
    }
    for (rows, file) in [(&step_rows, &mut steps), (&unit_rows, &mut units), (&epoch_rows, &mut epochs)] {
        file.write(rows)?;
    }
    [steps, units, epochs].into_iter().try_for_each(TableFile::finish)?;
    let folder = args.to.display();
    writeln!(std::io::stdout(), "{n_steps} steps and {n_units} rows of units in «{folder}», as {ending}")?;
    Ok(())
}

/// One value on its way into a column.
enum Cell {
    Whole(Option<i64>),
    Double(Option<f64>),
    Single(Option<f32>),
    Text(Option<String>),
}

impl Rows {
    /// Adds a row, one cell for each column.
    fn add(&mut self, cells: Vec<Cell>) {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            match (column, cell) {
                (Column::Whole(values), Cell::Whole(value)) => values.push(value),
                (Column::Double(values), Cell::Double(value)) => values.push(value),
                (Column::Single(values), Cell::Single(value)) => values.push(value),
                (Column::Text(values), Cell::Text(value)) => values.push(value),
                // Columns and cells are listed side by side below.
                (column, _) => column.push_unknown(),
            }
        }
        self.len += 1;
    }
}

impl Column {
    fn push_unknown(&mut self) {
        match self {
            Self::Whole(values) => values.push(None),
            Self::Double(values) => values.push(None),
            Self::Single(values) => values.push(None),
            Self::Text(values) => values.push(None),
        }
    }
}

const WHOLE: Column = Column::Whole(Vec::new());
const DOUBLE: Column = Column::Double(Vec::new());
const SINGLE: Column = Column::Single(Vec::new());
const TEXT: Column = Column::Text(Vec::new());

fn text(value: &str) -> Cell {
    Cell::Text(Some(value.to_owned()))
}

/// Parquet's numbers are signed; a step beyond 2⁶³ is none that was ever computed.
fn whole(value: u64) -> Cell {
    Cell::Whole(i64::try_from(value).ok())
}

fn double(value: f64) -> Cell {
    Cell::Double(Some(value).filter(|value| value.is_finite()))
}

fn score_columns(names: [&'static str; 4]) -> [(&'static str, Column); 4] {
    names.map(|name| (name, DOUBLE))
}

const TRAIN: [&str; 4] = ["train_cost", "train_accuracy", "train_r2", "train_rmse"];
const DEV: [&str; 4] = ["dev_cost", "dev_accuracy", "dev_r2", "dev_rmse"];

fn score_cells(scores: Option<Scores>) -> [Cell; 4] {
    let of = |pick: fn(&Scores) -> Option<f64>| Cell::Double(scores.as_ref().and_then(pick));
    [
        of(|scores| Some(scores.cost).filter(|cost| cost.is_finite())),
        of(|scores| scores.accuracy),
        of(|scores| scores.r2),
        of(|scores| scores.rmse),
    ]
}

fn step_columns() -> Rows {
    let mut columns = vec![
        ("run", TEXT),
        ("step", WHOLE),
        ("epoch", WHOLE),
        ("time_ms", WHOLE),
        ("learning_rate", DOUBLE),
        ("batch_cost", DOUBLE),
        ("scored_step", WHOLE),
    ];
    columns.extend(score_columns(TRAIN));
    columns.extend(score_columns(DEV));
    columns.push(("digest", TEXT));
    Rows::new(&columns)
}

fn add_step(rows: &mut Rows, run: &str, step: &LoggedStep, time_ms: Option<u64>) {
    let head = step.record.head;
    let mut cells = vec![
        text(run),
        whole(head.step),
        whole(head.epoch),
        Cell::Whole(time_ms.and_then(|time| i64::try_from(time).ok())),
        double(head.learning_rate),
        Cell::Double(head.batch_cost),
        whole(step.scored_step),
    ];
    cells.extend(score_cells(Some(head.train)));
    cells.extend(score_cells(head.dev));
    cells.push(text(&format!("{:016x}", head.digest)));
    rows.add(cells);
}

fn unit_columns() -> Rows {
    let mut columns = vec![("run", TEXT), ("step", WHOLE), ("layer", WHOLE), ("unit", WHOLE)];
    columns.extend(Quantity::ALL.map(|quantity| (quantity.as_str(), SINGLE)));
    Rows::new(&columns)
}

/// Layers and units are counted from 1, as on the page; the last layer is the output layer.
fn add_units(rows: &mut Rows, run: &str, step: &LoggedStep) -> usize {
    let layers = step.record.layers.iter().enumerate();
    layers.map(|(layer_idx, layer)| add_layer(rows, run, step.record.head.step, layer_idx, layer)).sum()
}

fn add_layer(rows: &mut Rows, run: &str, step: u64, layer_idx: usize, layer: &LayerRecord) -> usize {
    for unit_idx in 0..layer.n_units() {
        let mut cells = vec![text(run), whole(step), whole(layer_idx as u64 + 1), whole(unit_idx as u64 + 1)];
        cells.extend(Quantity::ALL.map(|quantity| {
            let value = layer.get(quantity).get(unit_idx).copied();
            Cell::Single(value.filter(|value| value.is_finite()))
        }));
        rows.add(cells);
    }
    layer.n_units()
}

fn epoch_columns() -> Rows {
    let mut columns = vec![("run", TEXT), ("epoch", WHOLE), ("step", WHOLE)];
    columns.extend(score_columns(TRAIN));
    columns.extend(score_columns(DEV));
    Rows::new(&columns)
}
