//! Everything before the first step: data sets, recipe and start weights. Shared by `train.rs` and `gradcheck.rs`.
//!
//! Read next: `train.rs`.

use std::sync::Arc;

use anyhow::{Result, bail};
use lnn_core::{Activation, Network, Real, Recipe};
use lnn_import::{ImportPlan, Prepared, Table, Task, prepare};
use lnn_weights::DenseNetwork;
use ndarray::{Array1, Array2};

use crate::args::{Auto, InitArg, RecipeArgs};
use crate::data_args::DataArgs;
use crate::{data, settings, weights};

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
        let given = match &args.init {
            InitArg::File(path) => Some(weights::load(path)?.0),
            InitArg::Rule(_) => None,
        };
        let output = output(args, given.as_ref(), plan.task);
        let output_and_cost = settings::choose_task(&mut plan, &table, output, args.cost);
        let prepared: Prepared<T> = prepare(&table, &plan)?;
        let layers = layers(args, given.as_ref())?;
        let mut recipe = settings::recipe(args, layers, data_args.seed, output_and_cost)?;
        if let Some(stated) = given.as_ref().and_then(hidden_activations).filter(|_| args.hidden.is_empty()) {
            recipe.hidden = stated;
            recipe.check()?;
        }
        let train = Arc::new(prepared.train.clone());
        let (n_features, n_outputs) = (train.n_features(), train.n_outputs());
        let network = match given {
            Some(given) => Network::from_parameters(converted(&given), &recipe, n_features, n_outputs)?,
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

/// Given parameters in the precision of the run.
pub fn converted<T: Real>(given: &DenseNetwork) -> Vec<(Array2<T>, Array1<T>)> {
    given
        .layers
        .iter()
        .map(|layer| (layer.weights.mapv(T::from_f64), layer.biases.mapv(T::from_f64)))
        .collect()
}

/// Units of the hidden layers in given parameters.
pub fn hidden_layers(given: &DenseNetwork) -> Vec<usize> {
    let n_hidden = given.layers.len().saturating_sub(1);
    given.layers.iter().take(n_hidden).map(|layer| layer.biases.len()).collect()
}

/// What the file says of its hidden layers, if it does.
pub fn hidden_activations(given: &DenseNetwork) -> Option<Vec<Activation>> {
    let n_hidden = given.layers.len().saturating_sub(1);
    given.layers.iter().take(n_hidden).map(|layer| layer.activation).collect()
}

/// As asked for; else what the file given to --init says, if it suits the data; else what does.
fn output(args: &RecipeArgs, given: Option<&DenseNetwork>, task: Task) -> Auto<Activation> {
    let suits = |stated: &Activation| match task {
        Task::BinaryClassification => matches!(stated, Activation::Sigmoid | Activation::Softmax),
        Task::Classification => *stated == Activation::Softmax,
        Task::Regression => !matches!(stated, Activation::Sigmoid | Activation::Softmax),
    };
    let stated = given.and_then(|given| given.layers.last()?.activation).filter(suits);
    match (args.output, args.cost, stated) {
        (Auto::Auto, Auto::Auto, Some(stated)) => Auto::Given(stated),
        _ => args.output,
    }
}

fn layers(args: &RecipeArgs, given: Option<&DenseNetwork>) -> Result<Vec<usize>> {
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
