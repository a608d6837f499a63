//! A network at a step, with what the probes of that step saw.
//!
//! In: a trainer that has just taken a probed step. Out: [`Moment`], from which frames are made.

use lnn_core::{Ahead, Gradients, LayerProbe, Network, StepReport, TrainError, Trainer};

use crate::Run;

/// A network at a step.
///
/// At step 0 there was no step to probe: gradients and activations are then those of the first mini-batch at the start
/// weights, and no update is known.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Parameter updates done.
    pub step: u64,
    /// Passes over the data done.
    pub epoch: u64,
    /// α of the step.
    pub learning_rate: f64,
    /// Cost of the step's mini-batch before its update; none at step 0.
    pub batch_cost: Option<f64>,
    /// Parameters after the step.
    pub network: Network<f32>,
    /// Of the step's mini-batch.
    pub gradients: Option<Gradients<f32>>,
    /// What the step changed.
    pub update: Option<Gradients<f32>>,
    /// Per-unit quantities of the step.
    pub probes: Vec<LayerProbe<f32>>,
}

impl Moment {
    /// After a probed step.
    pub fn after(trainer: &Trainer<f32>, report: &StepReport<f32>, probes: Vec<LayerProbe<f32>>) -> Self {
        Self {
            step: trainer.step_count(),
            epoch: trainer.epoch(),
            learning_rate: report.learning_rate,
            batch_cost: Some(f64::from(report.cost)),
            network: trainer.network().clone(),
            gradients: trainer.last_gradients().cloned(),
            update: trainer.last_update(),
            probes,
        }
    }

    /// Before the first step.
    pub fn at_start(trainer: &Trainer<f32>) -> Self {
        let Ahead { report, probes, gradients } = trainer.look_ahead();
        Self {
            step: trainer.step_count(),
            epoch: trainer.epoch(),
            learning_rate: report.map_or(trainer.recipe().learning_rate, |report| report.learning_rate),
            batch_cost: None,
            network: trainer.network().clone(),
            gradients,
            update: None,
            probes,
        }
    }
}

impl Run {
    /// The moment under the cursor, computed again if need be.
    pub(crate) fn look(&mut self) -> Result<Moment, TrainError> {
        if let Some(moment) = &self.shown {
            return Ok(moment.clone());
        }
        let trainer = self.at_cursor();
        let moment = match trainer.step_count() {
            step if step == self.history.first_step() => Moment::at_start(trainer),
            step => {
                let mut before = self.history.trainer_at(step - 1, &self.newest)?;
                let mut probes = Vec::new();
                let report: StepReport<f32> = before.step(Some(&mut probes))?;
                Moment::after(&before, &report, probes)
            }
        };
        self.shown = Some(moment.clone());
        Ok(moment)
    }
}
