//! What a run's log says of a prepared data set. In: a [`Prepared`]; out: a [`DataInfo`]. Only built with the feature `log`.

use lnn_core::{DataSet, Real};
use lnn_runlog::{DataInfo, InputScale};

use crate::{Prepared, Scaling, Task};

impl<T: Real> Prepared<T> {
    /// Names, scales, classes and sizes, under the name that people call the data set.
    pub fn info(&self, name: &str) -> DataInfo {
        let scale = |scaling: &Scaling| InputScale { shift: scaling.shift, scale: scaling.scale };
        let preparation = &self.preparation;
        DataInfo {
            name: name.to_owned(),
            task: match preparation.task {
                Task::BinaryClassification => lnn_runlog::Task::BinaryClassification,
                Task::Classification => lnn_runlog::Task::Classification,
                Task::Regression => lnn_runlog::Task::Regression,
            },
            input_names: self.input_names.clone(),
            input_scales: preparation.input_scalings().iter().map(scale).collect(),
            target_name: preparation.target.name.clone(),
            class_names: preparation.target.class_names.clone(),
            target_scale: scale(&preparation.target.scaling),
            picture: self.picture.map(|picture| (picture.height as u32, picture.width as u32)),
            picture_channels: self.picture.map_or(1, |picture| picture.channels as u32),
            n_train: self.train.n_examples(),
            n_dev: self.dev.as_ref().map_or(0, DataSet::n_examples),
        }
    }
}
