//! Frames: everything that the views show of a run at the cursor's step.
//!
//! In: a [`Run`]. Out: [`Frame`]. Read next: `picture.rs`, `inspect.rs`.

use lnn_core::TrainError;
use lnn_runlog::{LayerRecord, StepHead};
use ndarray::Array2;

use crate::{
    Run,
    inspect::{inspect, sample},
    moment::Moment,
    picture::{edges, tiles},
};
use crate::{
    bulk::Bulk,
    frame::{Frame, TileSheet, UnitDetail},
};

impl Run {
    /// What to show at the cursor's step.
    ///
    /// # Errors
    /// If a past step can't be computed again.
    pub fn make_frame(&mut self) -> Result<Frame, TrainError> {
        let moment = self.look()?;
        let scores = self.scores_of(moment.step)?;
        let head = StepHead {
            step: moment.step,
            epoch: moment.epoch,
            learning_rate: moment.learning_rate,
            batch_cost: moment.batch_cost,
            train: scores.train,
            dev: scores.dev,
            digest: moment.network.digest(),
        };
        let cost = self.recipe().cost;
        let pictures = tiles(&moment, &self.watch, &self.header.data, cost, &self.view);
        let unit = pictures.selected.and_then(|tile| self.unit_detail(&moment, tile));
        let outputs: Array2<f32> = moment.network.predict(self.watch.data.inputs().view());
        Ok(Frame {
            run: self.id,
            head,
            units: moment
                .probes
                .iter()
                .map(|layer| Bulk(LayerRecord::from_probe(layer).as_flat().to_vec()))
                .collect(),
            playing: self.is_playing(),
            newest_step: self.newest.step_count(),
            steps_per_epoch: self.newest.steps_per_epoch(),
            steps_per_second: self.meter.per_second(),
            lens: self.view.lens,
            tiles: pictures.sheets,
            edges: edges(&moment, &self.view),
            watched_outputs: Bulk(outputs.iter().copied().collect()),
            unit: unit.map(Box::new),
            outcome: scores.outcome,
            digests: Bulk(std::mem::take(&mut self.trail)),
        })
    }

    fn unit_detail(&self, moment: &Moment, tile: TileSheet) -> Option<UnitDetail> {
        let sample = sample(self.newest.train_set(), &moment.network);
        let unit = self.view.selected?;
        inspect(moment, &sample, &self.watch, self.recipe().cost, unit, self.view.example_idx, tile)
    }
}
