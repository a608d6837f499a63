//! How good a network is after an epoch. In: a network and both splits; out: a [`EpochLine`], as JSON or words.
//!
//! Read next: `train.rs`.

use lnn_core::{DataSet, MetricsKind, Real, TrainError, Trainer, evaluate};
use lnn_runlog::Scores;
use serde::Serialize;

/// Measured after `epoch` epochs over whole splits, dropout off, penalty left out. A dash of JSON is `null`.
#[derive(Clone, Debug, Serialize)]
pub struct EpochLine {
    epoch: u64,
    cost: f64,
    cost_dev: Option<f64>,
    accuracy: Option<f64>,
    accuracy_dev: Option<f64>,
    #[serde(flatten)]
    fit: Option<Fit>,
}

/// Regression only.
#[derive(Clone, Debug, Serialize)]
struct Fit {
    r2: f64,
    r2_dev: Option<f64>,
    rmse: f64,
    rmse_dev: Option<f64>,
}

impl EpochLine {
    /// # Errors
    ///
    /// A cost that is not finite although every step so far was: the unit where it begins.
    pub fn measure<T: Real>(
        epoch: u64,
        trainer: &Trainer<T>,
        dev: Option<&DataSet<T>>,
    ) -> Result<Self, TrainError> {
        let (network, train, cost) = (trainer.network(), trainer.train_set(), trainer.recipe().cost);
        let finite = |data: &DataSet<T>| {
            let metrics = evaluate(network, data, cost);
            if metrics.cost.is_finite() {
                Ok(metrics)
            } else {
                Err(first_non_finite(trainer, data, metrics.cost))
            }
        };
        let on_train = finite(train)?;
        let on_dev = dev.map(finite).transpose()?;
        let cost_dev = on_dev.as_ref().map(|metrics| metrics.cost);
        let fit_of = |kind: &MetricsKind| match *kind {
            MetricsKind::Regression { r2, rmse } => Some((r2, rmse)),
            MetricsKind::Classification { .. } => None,
        };
        let fit_dev = on_dev.as_ref().and_then(|metrics| fit_of(&metrics.kind));
        let fit = fit_of(&on_train.kind).map(|(r2, rmse)| Fit {
            r2,
            r2_dev: fit_dev.map(|(r2, _)| r2),
            rmse,
            rmse_dev: fit_dev.map(|(_, rmse)| rmse),
        });
        Ok(Self {
            epoch,
            cost: on_train.cost,
            cost_dev,
            accuracy: on_train.accuracy(),
            accuracy_dev: on_dev.as_ref().and_then(lnn_core::Metrics::accuracy),
            fit,
        })
    }

    /// The same, as a log tells it.
    #[cfg(feature = "lambda")]
    pub fn told(epoch: u64, train: Scores, dev: Option<Scores>) -> Self {
        let fit = train.r2.zip(train.rmse).map(|(r2, rmse)| Fit {
            r2,
            r2_dev: dev.and_then(|dev| dev.r2),
            rmse,
            rmse_dev: dev.and_then(|dev| dev.rmse),
        });
        Self {
            epoch,
            cost: train.cost,
            cost_dev: dev.map(|dev| dev.cost),
            accuracy: train.accuracy,
            accuracy_dev: dev.and_then(|dev| dev.accuracy),
            fit,
        }
    }

    /// The same for a log.
    pub fn scores(&self) -> (Scores, Option<Scores>) {
        let fit = self.fit.as_ref();
        let train = Scores {
            cost: self.cost,
            accuracy: self.accuracy,
            r2: fit.map(|fit| fit.r2),
            rmse: fit.map(|fit| fit.rmse),
        };
        let dev = self.cost_dev.map(|cost| Scores {
            cost,
            accuracy: self.accuracy_dev,
            r2: fit.and_then(|fit| fit.r2_dev),
            rmse: fit.and_then(|fit| fit.rmse_dev),
        });
        (train, dev)
    }

    /// `cost 0.1234, dev 0.2345; accuracy 0.95, dev 0.9`.
    pub fn in_words(&self) -> String {
        let pair = |name: &str, train: f64, dev: Option<f64>| {
            let dev = dev.map(|dev| format!(" (dev {dev:.4})")).unwrap_or_default();
            format!("{name} {train:.4}{dev}")
        };
        let mut words = vec![pair("cost", self.cost, self.cost_dev)];
        words.extend(self.accuracy.map(|accuracy| pair("accuracy", accuracy, self.accuracy_dev)));
        if let Some(fit) = &self.fit {
            words.push(pair("R²", fit.r2, fit.r2_dev));
            words.push(pair("RMSE", fit.rmse, fit.rmse_dev));
        }
        words.join(", ")
    }
}

/// Where numbers stop being finite on the way to a cost that is not: the next step would fail there.
fn first_non_finite<T: Real>(trainer: &Trainer<T>, data: &DataSet<T>, cost: f64) -> TrainError {
    let step = trainer.step_count() + 1;
    let forward = trainer.network().forward(data.inputs().view());
    for (layer_idx, (z, a)) in forward.pre_activations.iter().zip(&forward.activations).enumerate() {
        for (quantity, numbers) in [("pre_activation", z), ("activation", a)] {
            if let Some(((unit_idx, _), value)) = numbers.indexed_iter().find(|(_, value)| !value.is_finite())
            {
                return TrainError::NonFinite { quantity, layer_idx, unit_idx, step, value: value.to_f64() };
            }
        }
    }
    let layer_idx = forward.activations.len().saturating_sub(1);
    TrainError::NonFinite { quantity: "cost", layer_idx, unit_idx: 0, step, value: cost }
}
