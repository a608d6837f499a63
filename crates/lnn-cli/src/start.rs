//! Everything before the first step: data sets, recipe and start weights. Shared by `train.rs` and `gradcheck.rs`.
//!
//! Read next: `train.rs`.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use lnn_core::{Network, Real, Recipe};
use lnn_import::npz::{LayerParameters, read_parameters};
use lnn_import::{ImportPlan, Prepared, Table, prepare};
use ndarray::{Array1, Array2};

use crate::args::{DataArgs, InitArg, RecipeArgs};
use crate::{data, settings};

/// Hidden layers of the original's first deep network.
const LAYERS: [usize; 3] = [20, 7, 5];

/// Ready for the first step.
pub struct Start<T> {
    pub table: Table,
    pub plan: ImportPlan,
    pub prepared: Prepared<T>,
    pub train: Arc<lnn_core::DataSet<T>>,
    pub recipe: Recipe,
    pub network: Network<T>,
}

impl<T: Real> Start<T> {
    pub fn new(data_args: &DataArgs, args: &RecipeArgs) -> Result<Self> {
        let table = data::read(data_args)?;
        let mut plan = data::plan(&table, data_args)?;
        let output_and_cost = settings::choose_task(&mut plan, &table, args.output, args.cost);
        let prepared: Prepared<T> = prepare(&table, &plan)?;
        let given = match &args.init {
            InitArg::File(path) => Some(parameters(path)?),
            InitArg::Rule(_) => None,
        };
        let layers = layers(args, given.as_deref())?;
        let recipe = settings::recipe(args, layers, data_args.seed, output_and_cost)?;
        let train = Arc::new(prepared.train.clone());
        let (n_features, n_outputs) = (train.n_features(), train.n_outputs());
        let network = match given {
            Some(given) => Network::from_parameters(converted(given), &recipe, n_features, n_outputs)?,
            None => Network::new(&recipe, n_features, n_outputs)?,
        };
        Ok(Self { table, plan, prepared, train, recipe, network })
    }

    /// `150 rows, 5 columns, separated by comma; classification of «species»; 120 rows train, 30 dev; network 4-20-7-5-3`.
    pub fn describe(&self) -> String {
        let units = self.network.layers.iter().map(|layer| layer.biases.len().to_string());
        let sizes: Vec<String> = [self.train.n_features().to_string()].into_iter().chain(units).collect();
        let preparation = &self.prepared.preparation;
        format!(
            "{}; {} of «{}»; {} rows train, {} dev{}; network {}, {} parameters",
            self.table.describe(),
            preparation.task.as_str(),
            preparation.target.name,
            self.prepared.train_rows.len(),
            self.prepared.dev_rows.len(),
            match self.prepared.n_rows_dropped {
                0 => String::new(),
                n => format!(", {n} left out for missing values"),
            },
            sizes.join("-"),
            self.network.n_parameters()
        )
    }
}

/// W and b of each layer from a file.
pub fn parameters(path: &Path) -> Result<Vec<LayerParameters>> {
    let name = path.display();
    let file = File::open(path).with_context(|| format!("«{name}» can't be opened, check the path"))?;
    read_parameters(file).with_context(|| format!("«{name}»"))
}

/// Given parameters in the precision of the run.
pub fn converted<T: Real>(parameters: Vec<LayerParameters>) -> Vec<(Array2<T>, Array1<T>)> {
    parameters.into_iter().map(|(w, b)| (w.mapv(T::from_f64), b.mapv(T::from_f64))).collect()
}

/// Units of the hidden layers in given parameters.
pub fn hidden_layers(parameters: &[LayerParameters]) -> Vec<usize> {
    let n_hidden = parameters.len().saturating_sub(1);
    parameters.iter().take(n_hidden).map(|(_, biases)| biases.len()).collect()
}

fn layers(args: &RecipeArgs, given: Option<&[LayerParameters]>) -> Result<Vec<usize>> {
    let asked = args.layers.as_ref().map(|layers| layers.0.clone());
    let Some(given) = given else { return Ok(asked.unwrap_or_else(|| LAYERS.to_vec())) };
    let found = hidden_layers(given);
    match asked {
        Some(asked) if asked != found => {
            bail!("--layers asks for {asked:?}, the file given to --init has {found:?}: leave --layers away")
        }
        _ => Ok(found),
    }
}
