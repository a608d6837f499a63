//! `lnn predict`: what a trained network makes of each row of a file. In: parameters, what was saved beside them, a
//! file; out: one line for each row, CSV or JSON, in the order of the file; on standard error how many are right, if
//! the file knows.
//!
//! Read next: `saved.rs`.

use std::io::{BufWriter, Write};

use anyhow::Result;
use lnn_core::{Activation, Network, Real, Recipe};
use lnn_import::{Encoded, Preparation, Prepared, Table, Task, prepare};
use lnn_weights::{DenseNetwork, Precision};
use ndarray::{Array2, ArrayView1};
use serde_json::{Map, Value, json};

use crate::args::{Auto, PredictArgs};
use crate::{data, settings, start, weights};

/// What is needed besides parameters and data.
struct Model {
    network: DenseNetwork,
    hidden: Vec<Activation>,
    output: Activation,
    single: bool,
    preparation: Preparation,
}

pub fn run(args: &PredictArgs) -> Result<()> {
    let (network, _) = weights::load(&args.params)?;
    let table = data::read(&args.data)?;
    let model = model(args, &table, network)?;
    if model.single { predict::<f32>(args, &table, &model) } else { predict::<f64>(args, &table, &model) }
}

/// As it was saved; where nothing was, the arguments say what the training was.
fn model(args: &PredictArgs, table: &Table, network: DenseNetwork) -> Result<Model> {
    let stated = start::hidden_activations(&network);
    let output = network.layers.last().and_then(|layer| layer.activation);
    let single = network.precision == Precision::F32;
    if let (Some(hidden), Some(output), Some(preparation)) = (&stated, output, &network.preparation) {
        let (hidden, preparation) = (hidden.clone(), preparation.clone());
        return Ok(Model { network, hidden, output, single, preparation });
    }
    let mut plan = data::plan(table, &args.data)?;
    let asked = match (args.output, output) {
        (Auto::Auto, Some(stated)) => Auto::Given(stated),
        (asked, _) => asked,
    };
    let (output, _) = settings::choose_task(&mut plan, table, asked, Auto::Auto);
    let prepared: Prepared<f64> = prepare(table, &plan)?;
    let hidden = match stated.filter(|_| args.hidden.is_empty()) {
        Some(stated) => stated,
        None => settings::hidden_activations(&args.hidden, network.layers.len().saturating_sub(1))?,
    };
    Ok(Model { hidden, output, single: false, preparation: prepared.preparation, network })
}

fn predict<T: Real>(args: &PredictArgs, table: &Table, model: &Model) -> Result<()> {
    let preparation = &model.preparation;
    let layers = start::hidden_layers(&model.network);
    let recipe = Recipe { layers, hidden: model.hidden.clone(), output: model.output, ..Recipe::default() };
    let recipe = Recipe { cost: lnn_core::Cost::SquaredError, ..recipe };
    let (n_inputs, n_outputs) = (preparation.n_inputs(), preparation.n_outputs());
    let network = Network::from_parameters(start::converted(&model.network), &recipe, n_inputs, n_outputs)?;
    let encoded: Encoded<T> = preparation.encode(table)?;
    if encoded.n_unknown > 0 {
        crate::note(&format!(
            "note: {} values are categories that the training did not have",
            encoded.n_unknown
        ));
    }
    let outputs = network.predict(encoded.inputs.view()).mapv(Real::to_f64);
    let predictions = Predictions { preparation, outputs: &outputs };
    predictions.write(args.json, table.n_rows, &encoded.rows)?;
    if let Some(targets) = encoded.targets {
        predictions.say_how_good(&targets.mapv(Real::to_f64));
    }
    Ok(())
}

struct Predictions<'a> {
    preparation: &'a Preparation,
    /// (`n_outputs`, `n_examples`)
    outputs: &'a Array2<f64>,
}

impl Predictions<'_> {
    /// One line for each row of the file; empty where a gap that nothing fills left the row out.
    fn write(&self, as_json: bool, n_rows: usize, rows: &[usize]) -> Result<()> {
        let mut out = BufWriter::new(std::io::stdout().lock());
        let classes = &self.preparation.target.class_names;
        if !as_json {
            let titles = classes.iter().map(|class| quoted(&format!("probability of {class}")));
            let header: Vec<String> =
                [quoted(&self.preparation.target.name)].into_iter().chain(titles).collect();
            writeln!(out, "{}", header.join(","))?;
        }
        let mut examples = rows.iter().zip(self.outputs.columns()).peekable();
        for row in 0..n_rows {
            let outputs =
                examples.next_if(|(example_row, _)| **example_row == row).map(|(_, outputs)| outputs);
            if as_json {
                writeln!(out, "{}", self.json(row, outputs))?;
            } else {
                writeln!(out, "{}", self.csv(outputs))?;
            }
        }
        Ok(out.flush()?)
    }

    fn csv(&self, outputs: Option<ArrayView1<'_, f64>>) -> String {
        let Some(outputs) = outputs else {
            return ",".repeat(self.preparation.target.class_names.len());
        };
        if self.preparation.task == Task::Regression {
            return self.number(&outputs).to_string();
        }
        let probabilities =
            self.probabilities(&outputs).into_iter().map(|probability| probability.to_string());
        [quoted(self.class(&outputs))].into_iter().chain(probabilities).collect::<Vec<_>>().join(",")
    }

    /// Rows count from 1.
    fn json(&self, row: usize, outputs: Option<ArrayView1<'_, f64>>) -> Value {
        let Some(outputs) = outputs else { return json!({ "row": row + 1, "prediction": null }) };
        if self.preparation.task == Task::Regression {
            return json!({ "row": row + 1, "prediction": self.number(&outputs) });
        }
        let classes = self.preparation.target.class_names.iter().cloned();
        let probabilities: Map<String, Value> =
            classes.zip(self.probabilities(&outputs).into_iter().map(Value::from)).collect();
        json!({ "row": row + 1, "prediction": self.class(&outputs), "probabilities": probabilities })
    }

    /// In the units of the file.
    fn number(&self, outputs: &ArrayView1<'_, f64>) -> f64 {
        self.preparation.target.scaling.undo(outputs.first().copied().unwrap_or(f64::NAN))
    }

    /// One for each class.
    fn probabilities(&self, outputs: &ArrayView1<'_, f64>) -> Vec<f64> {
        match (self.preparation.task, outputs.first()) {
            (Task::BinaryClassification, Some(second)) => vec![1.0 - second, *second],
            _ => outputs.to_vec(),
        }
    }

    fn class(&self, outputs: &ArrayView1<'_, f64>) -> &str {
        let class_idx = self.class_idx(outputs);
        self.preparation.target.class_names.get(class_idx).map_or("", String::as_str)
    }

    /// The first of the largest; of two classes the second at 0.5 and above, as accuracy is counted in training.
    fn class_idx(&self, outputs: &ArrayView1<'_, f64>) -> usize {
        if self.preparation.task == Task::BinaryClassification {
            return usize::from(outputs.first().is_some_and(|&second| second >= 0.5));
        }
        let best =
            |best: (usize, f64), (i, &value): (usize, &f64)| if value > best.1 { (i, value) } else { best };
        outputs.iter().enumerate().fold((0, f64::NEG_INFINITY), best).0
    }

    /// On standard error, so that the predictions alone can be piped on.
    fn say_how_good(&self, targets: &Array2<f64>) {
        let n = targets.ncols() as f64;
        let pairs = || self.outputs.columns().into_iter().zip(targets.columns());
        if self.preparation.task == Task::Regression {
            let squares =
                pairs().map(|(output, target)| (self.number(&output) - self.number(&target)).powi(2));
            crate::note(&format!("RMSE {} on {n} rows", (squares.sum::<f64>() / n).sqrt()));
        } else {
            let n_right =
                pairs().filter(|(output, target)| self.class_idx(output) == self.class_idx(target)).count();
            crate::note(&format!("accuracy {} on {n} rows", n_right as f64 / n));
        }
    }
}

/// A cell of a CSV file.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
