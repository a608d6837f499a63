//! How good a network is after an epoch. In: a network and both splits; out: a [`EpochLine`], as JSON or words.
//!
//! Read next: `train.rs`.

use anyhow::{Result, bail};
use lnn_core::{Cost, DataSet, MetricsKind, Network, Real, evaluate};
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
    /// A cost that is not finite, although every step so far was.
    pub fn measure<T: Real>(
        epoch: u64,
        network: &Network<T>,
        cost: Cost,
        train: &DataSet<T>,
        dev: Option<&DataSet<T>>,
    ) -> Result<Self> {
        let on_train = evaluate(network, train, cost);
        let on_dev = dev.map(|dev| evaluate(network, dev, cost));
        let cost_dev = on_dev.as_ref().map(|metrics| metrics.cost);
        for (split, cost) in [("training", Some(on_train.cost)), ("dev", cost_dev)] {
            if cost.is_some_and(|cost| !cost.is_finite()) {
                bail!(
                    "the cost of the {split} split is not finite after epoch {epoch}: lower the learning rate or scale the inputs"
                );
            }
        }
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
