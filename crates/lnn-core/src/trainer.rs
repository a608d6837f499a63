//! The training step.
//!
//! What enters: a recipe and the training data. What leaves, step by step: a better network and a [`StepReport`].
//! There is one [`Trainer::step`]; everything that trains calls it, or the functions of [`crate::unit`] it is made
//! of. A step's numbers are written beside the old ones and take their place at the very end, so a step that fails
//! leaves nothing behind. Read next: [`crate::probe`], [`crate::history`].

use crate::batch::{Batch, BatchOrder};
use crate::data::{DataSet, check_not_empty, check_targets};
use crate::error::TrainError;
use crate::network::Network;
use crate::optimizer::UpdateRule;
use crate::parameters::Gradients;
use crate::probe::{LayerProbe, Observed, probe_layers};
use crate::real::Real;
use crate::recipe::{Recipe, RecipeChange, RecipeError};
use crate::snapshot::Snapshot;
use crate::update::{Moments, State};
use crate::workspace::{Pass, Workspace};
use std::sync::Arc;

/// What is known of a step besides the units' probes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepReport<T> {
    /// Updates done, this one included: 1 for the first.
    pub step: u64,
    /// The epoch this step belongs to, 0 for the first: epochs completed before it.
    pub epoch: u64,
    /// The mini-batch inside the epoch, from 0.
    pub batch_idx: u64,
    /// Examples in the mini-batch.
    pub batch_examples: usize,
    /// Cost of the mini-batch before the update, the penalty included, dropout on.
    pub cost: T,
    /// α of this step.
    pub learning_rate: f64,
}

/// What [`Trainer::look_ahead`] saw.
#[derive(Debug, Clone)]
pub struct Ahead<T> {
    /// Of the step that would be next; none if it would fail.
    pub report: Option<StepReport<T>>,
    /// Of its mini-batch, `update_ratio` 0.
    pub probes: Vec<LayerProbe<T>>,
    /// Of its mini-batch.
    pub gradients: Option<Gradients<T>>,
}

/// A network in training.
#[derive(Debug, Clone)]
pub struct Trainer<T> {
    recipe: Recipe,
    train: Arc<DataSet<T>>,
    state: Box<State<T>>,
    /// Where a step writes before it takes the place of the state.
    next_state: Box<State<T>>,
    step_count: u64,
    order: BatchOrder,
    workspace: Workspace<T>,
    gradients: Gradients<T>,
    /// Whether gradients and `next_state` are those of the last step: its gradients, and the state before it.
    has_last_step: bool,
    changes: Vec<(u64, RecipeChange)>,
    failure: Option<TrainError>,
}

impl<T: Real> Trainer<T> {
    /// A trainer at step 0 with the recipe's start weights.
    ///
    /// # Errors
    /// The recipe is not good, or its cost is not defined for the targets.
    pub fn new(recipe: Recipe, train: Arc<DataSet<T>>) -> Result<Self, TrainError> {
        let network = Network::new(&recipe, train.n_features(), train.n_outputs())?;
        Self::with_network(recipe, train, network)
    }

    /// A trainer at step 0 with given start weights.
    ///
    /// # Errors
    /// As for [`Trainer::new`], or the network's shape is not the recipe's.
    pub fn with_parameters(
        recipe: Recipe,
        train: Arc<DataSet<T>>,
        network: Network<T>,
    ) -> Result<Self, TrainError> {
        let parameters = network.layers.into_iter().map(|layer| (layer.weights, layer.biases)).collect();
        let network = Network::from_parameters(parameters, &recipe, train.n_features(), train.n_outputs())?;
        Self::with_network(recipe, train, network)
    }

    fn with_network(recipe: Recipe, train: Arc<DataSet<T>>, network: Network<T>) -> Result<Self, TrainError> {
        check_not_empty(&train)?;
        check_targets(recipe.cost, &train)?;
        let gradients = network.parameters().zeros_like();
        let moments = Moments::zeros(recipe.optimizer, &gradients);
        let order = BatchOrder::new(train.n_examples(), recipe.batch_size, recipe.shuffle, recipe.seed);
        let state = Box::new(State { network, moments });
        Ok(Self {
            recipe,
            train,
            next_state: state.clone(),
            state,
            step_count: 0,
            order,
            workspace: Workspace::new(),
            gradients,
            has_last_step: false,
            changes: Vec::new(),
            failure: None,
        })
    }

    /// One parameter update on the next mini-batch. With `probes`, every unit's numbers are written there.
    ///
    /// # Errors
    /// The first number that is not finite. The trainer then stands where it stood before the call, and gives the
    /// same error again until a setting is changed or a snapshot restored.
    pub fn step(&mut self, probes: Option<&mut Vec<LayerProbe<T>>>) -> Result<StepReport<T>, TrainError> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let result = self.try_step(probes);
        if let Err(error) = &result {
            self.failure = Some(error.clone());
        }
        result
    }

    fn try_step(&mut self, probes: Option<&mut Vec<LayerProbe<T>>>) -> Result<StepReport<T>, TrainError> {
        let (step, epoch) = (self.step_count + 1, self.epoch());
        let batch_idx = self.step_count % self.steps_per_epoch();
        let batch_examples = self.order.examples(batch_idx);
        let learning_rate = self.recipe.decay.learning_rate(self.recipe.learning_rate, epoch);
        let batch = self.order.batch(epoch, batch_idx);
        let (copies, drops) = (batch != Batch::All, self.recipe.dropout > 0.0);
        let network = &self.state.network;
        let (buffers, scratch) = self.workspace.buffers(network, batch_examples, copies, drops);
        let (inputs, targets) = if copies {
            self.train.gather(&batch, &mut buffers.inputs, &mut buffers.targets);
            (buffers.inputs.view(), buffers.targets.view())
        } else {
            (self.train.inputs().view(), self.train.targets().view())
        };
        buffers.forward.draw_masks(self.recipe.seed, self.step_count, self.recipe.dropout);

        let (cost, l2_penalty) = (self.recipe.cost, self.recipe.l2_penalty);
        let pass = Pass { network, inputs, targets, cost, l2_penalty, step };
        self.has_last_step = false;
        pass.forward(&mut buffers.forward, scratch)?;
        let cost = pass.cost(&buffers.forward)?;
        pass.backward(&buffers.forward, &mut buffers.errors, &mut self.gradients, scratch);
        let rule = UpdateRule::new(self.recipe.optimizer, learning_rate, step);
        let written = self.state.write_next(&rule, &self.gradients, &mut self.next_state, step);
        // No optimizer makes finite numbers of a gradient that is not: only where one failed are gradients looked at.
        written.map_err(|error| pass.check_gradients(&self.gradients).err().unwrap_or(error))?;

        if let Some(probes) = probes {
            let (next, forward, errors) = (&self.next_state.network, &buffers.forward, &buffers.errors);
            probe_layers(&Observed { network, next, forward, errors, gradients: &self.gradients }, probes);
        }
        std::mem::swap(&mut self.state, &mut self.next_state);
        self.step_count = step;
        self.has_last_step = true;
        Ok(StepReport { step, epoch, batch_idx, batch_examples, cost, learning_rate })
    }

    /// What the next step would see, without taking it: the report and probes of its mini-batch at the present
    /// parameters, with no update. The probes are empty if that step would fail.
    pub fn look_ahead(&self) -> Ahead<T> {
        let (mut ahead, mut probes) = (self.clone(), Vec::new());
        let report = ahead.step(Some(&mut probes)).ok();
        for unit in probes.iter_mut().flat_map(|layer| &mut layer.units) {
            unit.update_ratio = T::ZERO;
        }
        Ahead { report, probes, gradients: ahead.last_gradients().cloned() }
    }

    /// Updates done.
    pub fn step_count(&self) -> u64 {
        self.step_count
    }
    /// Epochs completed.
    pub fn epoch(&self) -> u64 {
        self.step_count / self.steps_per_epoch()
    }
    /// Mini-batches in an epoch, the last short one included.
    pub fn steps_per_epoch(&self) -> u64 {
        self.order.steps_per_epoch()
    }
    /// The recipe with all changes so far.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }
    /// The network as it is now.
    pub fn network(&self) -> &Network<T> {
        &self.state.network
    }
    /// What it learns from.
    pub fn train_set(&self) -> &Arc<DataSet<T>> {
        &self.train
    }
    /// Settings changed so far, each with the number of steps done before it.
    pub fn changes(&self) -> &[(u64, RecipeChange)] {
        &self.changes
    }
    /// ∂C/∂W and ∂C/∂b of the last step; none before the first step and after [`Trainer::restore`].
    pub fn last_gradients(&self) -> Option<&Gradients<T>> {
        self.has_last_step.then_some(&self.gradients)
    }
    /// ΔW and Δb of the last step; none before the first step and after [`Trainer::restore`].
    pub fn last_update(&self) -> Option<Gradients<T>> {
        self.has_last_step.then(|| self.next_state.difference(&self.state))
    }
    /// Why the next step cannot be done, if the last one failed.
    pub fn failure(&self) -> Option<&TrainError> {
        self.failure.as_ref()
    }

    /// Change a setting from the next step on.
    ///
    /// # Errors
    /// The new value is out of range; nothing changes then.
    pub fn set(&mut self, change: RecipeChange) -> Result<(), RecipeError> {
        let recipe = self.recipe.with(change);
        recipe.check()?;
        self.recipe = recipe;
        self.changes.push((self.step_count, change));
        self.failure = None;
        Ok(())
    }

    /// Everything needed to come back to this step.
    pub fn snapshot(&self) -> Snapshot<T> {
        Snapshot {
            step: self.step_count,
            seed: self.recipe.seed,
            learning_rate: self.recipe.learning_rate,
            decay: self.recipe.decay,
            l2_penalty: self.recipe.l2_penalty,
            dropout: self.recipe.dropout,
            parameters: self.state.network.parameters(),
            first_moment: self.state.moments.first.clone(),
            second_moment: self.state.moments.second.clone(),
        }
    }

    /// Go to the step of a snapshot of this run (or of one with the same recipe and data).
    ///
    /// # Errors
    /// The snapshot is of another seed, optimizer or network; nothing changes then.
    pub fn restore(&mut self, snapshot: &Snapshot<T>) -> Result<(), TrainError> {
        snapshot.check_fits(&self.recipe, &self.gradients.shapes())?;
        for (layer, (weights, biases)) in self
            .state
            .network
            .layers
            .iter_mut()
            .zip(snapshot.parameters.weights.iter().zip(&snapshot.parameters.biases))
        {
            layer.weights.assign(weights);
            layer.biases.assign(biases);
        }
        self.state.moments =
            Moments { first: snapshot.first_moment.clone(), second: snapshot.second_moment.clone() };
        self.recipe.learning_rate = snapshot.learning_rate;
        self.recipe.decay = snapshot.decay;
        self.recipe.l2_penalty = snapshot.l2_penalty;
        self.recipe.dropout = snapshot.dropout;
        self.step_count = snapshot.step;
        self.changes.retain(|(step, _)| *step <= snapshot.step);
        (self.has_last_step, self.failure) = (false, None);
        Ok(())
    }

    /// Take over the record of changes of a recomputed run.
    pub(crate) fn set_changes(&mut self, changes: &[(u64, RecipeChange)]) {
        self.changes = changes.to_vec();
    }
}
