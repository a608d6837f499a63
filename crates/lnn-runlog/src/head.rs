//! The head of a log, made of a trainer and what is known of its data: in one place, so that all programs say the same.
//!
//! In: a trainer that stands before the first step to be recorded. Out: a [`HeaderRecord`]. Read next: `recorder.rs`.

use lnn_core::{DataSet, Real, Trainer};

use crate::{DataInfo, DataOrigin, FORMAT, HeaderRecord, RecipeRecord, WatchedExamples, data_digest, label};

impl HeaderRecord {
    /// The header of a run in which every step is recorded, from the recipe's start weights or from where the trainer stands; of a
    /// data set whose origin nobody knows, and without watched examples.
    pub fn of<T: Real>(program: &str, trainer: &Trainer<T>, data: DataInfo) -> Self {
        Self {
            format: FORMAT,
            program: program.to_owned(),
            precision: T::NAME.to_owned(),
            recipe: RecipeRecord::from(trainer.recipe()),
            has_recipes_start: true,
            data,
            origin: None,
            steps_per_epoch: trainer.steps_per_epoch(),
            first_step: trainer.step_count(),
            every_steps: Some(1),
            watched: None,
        }
    }

    /// The same with start weights of its own, unless it has the recipe's.
    #[must_use]
    pub fn with_start(self, has_recipes_start: bool) -> Self {
        Self { has_recipes_start, ..self }
    }

    /// The same with the data set's origin.
    #[must_use]
    pub fn with_origin(self, origin: DataOrigin) -> Self {
        Self { origin: Some(origin), ..self }
    }

    /// The same where every so manyth step is recorded.
    #[must_use]
    pub fn every(self, every_steps: u64) -> Self {
        Self { every_steps: Some(every_steps), ..self }
    }

    /// The same where steps are watched on these rows of the training split, as the [`crate::Recorder`] is told.
    #[must_use]
    pub fn watching<T: Real>(self, train: &DataSet<T>, rows: Option<&[usize]>) -> Self {
        let task = self.data.task;
        let watched = rows.map(|rows| WatchedExamples {
            rows: rows.iter().map(|row| *row as u32).collect(),
            targets: rows.iter().map(|row| label(train, task, *row)).collect(),
        });
        Self { watched, ..self }
    }
}

impl DataOrigin {
    /// A data set of this name, as it was prepared; how is not known.
    pub fn of<T: Real>(name: impl Into<String>, train: &DataSet<T>, dev: Option<&DataSet<T>>) -> Self {
        Self {
            name: name.into(),
            is_builtin: false,
            made: None,
            digest: data_digest(train, dev),
            plan: serde_json::Value::Null,
        }
    }

    /// The same with what columns became inputs by, in the importer's words.
    #[must_use]
    pub fn planned(self, plan: serde_json::Value) -> Self {
        Self { plan, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Task;
    use lnn_core::{BatchSize, Recipe, SyntheticKind};
    use std::sync::Arc;

    #[test]
    fn a_header_says_what_its_trainer_is() {
        let (train, dev) = SyntheticKind::Circle.generate::<f64>(40, 0.05, 1).split_first(30);
        let dev = dev.unwrap();
        let recipe = Recipe { batch_size: BatchSize::Of(8), learning_rate: 1.0 / 3.0, ..Recipe::default() };
        let mut trainer = Trainer::new(recipe.clone(), Arc::new(train.clone())).unwrap();
        trainer.step(None).unwrap();
        let plain = HeaderRecord::of("test 1", &trainer, DataInfo::made_up(SyntheticKind::Circle, 30, 10));
        assert_eq!(
            (plain.format, plain.program.as_str(), plain.precision.as_str()),
            (FORMAT, "test 1", "f64")
        );
        assert_eq!(Recipe::try_from(&plain.recipe).unwrap(), recipe);
        assert_eq!((plain.steps_per_epoch, plain.first_step, plain.every_steps), (4, 1, Some(1)));
        assert_eq!((plain.has_recipes_start, &plain.origin, &plain.watched), (true, &None, &None));

        let origin = DataOrigin::of("mine.csv", &train, Some(&dev)).planned(serde_json::json!({"a": 1}));
        let full =
            plain.clone().with_start(false).with_origin(origin).every(5).watching(&train, Some(&[2, 7]));
        let origin = full.origin.as_ref().unwrap();
        assert_eq!((origin.name.as_str(), origin.is_builtin, &origin.made), ("mine.csv", false, &None));
        assert_eq!(origin.digest, data_digest(&train, Some(&dev)));
        assert_eq!(origin.plan, serde_json::json!({"a": 1}));
        let targets = [2, 7].map(|row| label(&train, Task::BinaryClassification, row));
        let watched = WatchedExamples { rows: vec![2, 7], targets: targets.to_vec() };
        assert_eq!(
            (full.has_recipes_start, full.every_steps, &full.watched),
            (false, Some(5), &Some(watched))
        );
        assert_eq!(full.watching(&train, None).watched, None);
    }
}
