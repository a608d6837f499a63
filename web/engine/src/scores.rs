//! Cost and accuracy over whole splits, as often as they are affordable.
//!
//! In: a network at a step. Out: [`Scores`] of both splits and an [`Outcome`]. Which steps are scored says
//! [`lnn_core::Cadence`].

use lnn_core::{Cost, DataSet, Metrics, MetricsKind, Network, Real, TrainError, Trainer, evaluate};
use lnn_runlog::{DataInfo, Scores, Task};
use ndarray::Array2;

use crate::{bulk::Bulk, frame::Outcome, run::Run};

/// Predicted and actual values shown for regression, per split.
const MAX_FIT: usize = 200;

/// Scores of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepScores {
    /// The step that was scored.
    pub step: u64,
    /// Over the training split.
    pub train: Scores,
    /// Over the dev split.
    pub dev: Option<Scores>,
    /// Beyond scores.
    pub outcome: Outcome,
}

impl Run {
    pub(crate) fn score(&self, trainer: &Trainer<f32>) -> StepScores {
        let cost = trainer.recipe().cost;
        score(
            trainer.network(),
            trainer.step_count(),
            trainer.train_set(),
            self.dev.as_ref(),
            cost,
            &self.header.data,
        )
    }

    /// The scores that belong to a step, computed again if need be.
    pub(crate) fn scores_of(&mut self, step: u64) -> Result<StepScores, TrainError> {
        let scored = self.cadence.scored_step(step).max(self.history.first_step());
        if let Some(scores) = self.scores.as_ref().filter(|scores| scores.step == scored) {
            return Ok(scores.clone());
        }
        let trainer = self.at_cursor();
        let scores = if trainer.step_count() == scored {
            self.score(trainer)
        } else {
            self.score(&self.history.trainer_at(scored, &self.newest)?)
        };
        self.scores = Some(scores.clone());
        Ok(scores)
    }
}

/// Scores a network.
pub fn score(
    network: &Network<f32>,
    step: u64,
    train: &DataSet<f32>,
    dev: Option<&DataSet<f32>>,
    cost: Cost,
    info: &DataInfo,
) -> StepScores {
    let train_metrics = evaluate(network, train, cost);
    let dev_metrics = dev.map(|dev| evaluate(network, dev, cost));
    let outcome = match info.task {
        Task::Regression => fit(network, train, dev, info),
        _ => Outcome::Confusion {
            n_classes: info.class_names.len(),
            train: confusion(&train_metrics),
            dev: dev_metrics.as_ref().map(confusion).unwrap_or_default(),
        },
    };
    StepScores {
        step,
        train: Scores::from(&train_metrics),
        dev: dev_metrics.as_ref().map(Scores::from),
        outcome,
    }
}

fn confusion(metrics: &Metrics) -> Vec<u32> {
    match &metrics.kind {
        MetricsKind::Classification { confusion, .. } => {
            confusion.iter().map(|count| *count as u32).collect()
        }
        MetricsKind::Regression { .. } => Vec::new(),
    }
}

fn fit(network: &Network<f32>, train: &DataSet<f32>, dev: Option<&DataSet<f32>>, info: &DataInfo) -> Outcome {
    let (mut actual, mut predicted) = (Vec::new(), Vec::new());
    let shown = |values: &Array2<f32>| -> Vec<f32> {
        values.row(0).iter().map(|value| info.target_scale.to_shown(value.to_f64()) as f32).collect()
    };
    let mut add = |split: &DataSet<f32>| {
        let rows: Vec<usize> = (0..split.n_examples().min(MAX_FIT)).collect();
        let some = split.select(&rows);
        actual.extend(shown(some.targets()));
        predicted.extend(shown(&network.predict(some.inputs().view())));
        rows.len()
    };
    let n_train = add(train);
    if let Some(dev) = dev {
        add(dev);
    }
    Outcome::Fit { actual: Bulk(actual), predicted: Bulk(predicted), n_train }
}
