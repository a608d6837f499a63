//! From a trainer to the records of its log: takes the steps of a run and measures those that are to be recorded.
//!
//! In: a [`Trainer`] and its data set. Out: a [`LoggedStep`] for each step that is due, with the very numbers that the page
//! shows of that step. Read next: `writer.rs`.

use lnn_core::{Cadence, DataSet, LayerProbe, Network, Real, TrainError, Trainer, evaluate};

use crate::quantised::{Quantised, WatchedValues};
use crate::step_line::LoggedStep;
use crate::{LayerRecord, Scores, StepHead, StepRecord};

/// Which steps are recorded, and what of them.
#[derive(Debug, Clone)]
pub struct Recorder<T> {
    dev: Option<DataSet<T>>,
    every_steps: u64,
    cadence: Cadence,
    /// The examples that every recorded step is watched on.
    watched: Option<DataSet<T>>,
    scored: Option<(u64, Scores, Option<Scores>)>,
    probes: Vec<LayerProbe<T>>,
}

/// What is known of a step that was taken elsewhere.
#[derive(Debug, Clone)]
pub struct ObservedStep<T> {
    /// α of the step.
    pub learning_rate: f64,
    /// Cost of its mini-batch before the update.
    pub batch_cost: f64,
    /// Of every unit.
    pub probes: Vec<LayerProbe<T>>,
}

impl<T: Real> Recorder<T> {
    /// Records every `every_steps`th step of a trainer; `watched` are rows of its training split.
    pub fn new(
        trainer: &Trainer<T>,
        dev: Option<DataSet<T>>,
        every_steps: u64,
        watched: Option<&[usize]>,
    ) -> Self {
        let train = trainer.train_set();
        let n_examples = train.n_examples();
        let n_scored = n_examples + dev.as_ref().map_or(0, DataSet::n_examples);
        let batch_examples = trainer.recipe().batch_size.examples(n_examples);
        let cadence = Cadence::new(trainer.network().n_parameters(), n_scored, batch_examples);
        let watched = watched.map(|rows| train.select(rows));
        Self { dev, every_steps: every_steps.max(1), cadence, watched, scored: None, probes: Vec::new() }
    }

    /// The record of the step where the trainer stands, before it takes another: its next mini-batch, with no update.
    pub fn start(&mut self, trainer: &Trainer<T>) -> LoggedStep {
        let ahead = trainer.look_ahead();
        let learning_rate =
            ahead.report.map_or(trainer.recipe().learning_rate, |report| report.learning_rate);
        self.probes = ahead.probes;
        self.score(trainer);
        self.record(trainer, learning_rate, None)
    }

    /// Takes a step; gives its record if it is due, or if it is the last one.
    ///
    /// # Errors
    /// What [`Trainer::step`] says.
    pub fn step(
        &mut self,
        trainer: &mut Trainer<T>,
        is_last: bool,
    ) -> Result<Option<LoggedStep>, TrainError> {
        let step = trainer.step_count() + 1;
        let is_due = is_last || step.is_multiple_of(self.every_steps);
        let report = trainer.step(is_due.then_some(&mut self.probes))?;
        if !is_due && self.cadence.scored_step(step) != step {
            return Ok(None);
        }
        // Between records only those scores are needed that a later record may show.
        if self.cadence.scored_step(step) == step && (is_due || !self.cadence.is_every_step()) {
            self.score(trainer);
        }
        Ok(is_due.then(|| self.record(trainer, report.learning_rate, Some(report.cost.to_f64()))))
    }

    /// Whether a step that is taken elsewhere is to be recorded: then its probes are needed.
    pub fn is_due(&self, step: u64, is_last: bool) -> bool {
        is_last || step.is_multiple_of(self.every_steps)
    }

    /// Whether the network is needed after a step: for its record, or for scores that later records repeat.
    pub fn needs(&self, step: u64, is_last: bool) -> bool {
        let is_scored = self.cadence.scored_step(step) == step;
        self.is_due(step, is_last) || (is_scored && !self.cadence.is_every_step())
    }

    /// Looks at a step that was taken elsewhere and is needed; `trainer` stands after it. Gives its record if it is due.
    pub fn observe(
        &mut self,
        trainer: &Trainer<T>,
        seen: ObservedStep<T>,
        is_last: bool,
    ) -> Option<LoggedStep> {
        let step = trainer.step_count();
        if self.cadence.scored_step(step) == step {
            self.score(trainer);
        }
        if !self.is_due(step, is_last) {
            return None;
        }
        self.probes = seen.probes;
        Some(self.record(trainer, seen.learning_rate, Some(seen.batch_cost)))
    }

    /// Goes on where another recorder of the same run stopped: with the scores that it had.
    pub fn resume(&mut self, scored: Option<(u64, Scores, Option<Scores>)>) {
        self.scored = scored;
    }

    /// The scores of the newest step that was scored.
    pub fn scores(&self) -> Option<(u64, Scores, Option<Scores>)> {
        self.scored
    }

    /// A cost that is not finite is recorded as such: the step was taken, and what fails is the next one.
    fn score(&mut self, trainer: &Trainer<T>) {
        let (network, cost) = (trainer.network(), trainer.recipe().cost);
        let on_train = evaluate(network, trainer.train_set(), cost);
        let on_dev = self.dev.as_ref().map(|dev| evaluate(network, dev, cost));
        self.scored =
            Some((trainer.step_count(), Scores::from(&on_train), on_dev.as_ref().map(Scores::from)));
    }

    fn record(&self, trainer: &Trainer<T>, learning_rate: f64, batch_cost: Option<f64>) -> LoggedStep {
        let unknown = Scores { cost: f64::NAN, accuracy: None, r2: None, rmse: None };
        let step = trainer.step_count();
        let (scored_step, train, dev) = self.scored.unwrap_or((step, unknown, None));
        let head = StepHead {
            step,
            epoch: trainer.epoch(),
            learning_rate,
            batch_cost,
            train,
            dev,
            digest: trainer.network().digest(),
        };
        let layers = self.probes.iter().map(LayerRecord::from_probe).collect();
        let watched = self.watched.as_ref().map(|data| watch(trainer.network(), data, trainer.recipe().cost));
        LoggedStep { record: StepRecord { head, layers }, scored_step, watched }
    }
}

/// Activations and errors of every unit on some examples.
fn watch<T: Real>(network: &Network<T>, data: &DataSet<T>, cost: lnn_core::Cost) -> WatchedValues {
    let forward = network.forward(data.inputs().view());
    let backward = network.backward(data.inputs().view(), data.targets().view(), &forward, cost, 0.0);
    let quantised = |layer: &ndarray::Array2<T>| {
        let values: Vec<f32> = layer.iter().map(|value| value.to_f64() as f32).collect();
        Quantised::new(values.iter())
    };
    WatchedValues {
        activations: forward.activations.iter().map(quantised).collect(),
        errors: backward.errors.iter().map(quantised).collect(),
    }
}
