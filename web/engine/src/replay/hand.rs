//! The run that is played handed to the page, which trains it itself from there on; and what comes back of it.
//!
//! In: the page's wish, digests of its run. Out: [`FromReplay::Handed`]. Read next: `twin.rs`.

use lnn_runlog::RecipeRecord;

use super::{FromReplay, HandPoint, Replay};
use crate::protocol::{DataArrays, DataPlace, FromTrainer};

impl Replay {
    /// Recipe, data set and start of the run, or its state under the cursor, if they are known.
    pub fn hand(&mut self, from: HandPoint) -> Vec<FromReplay> {
        match self.handed(from) {
            Ok(handed) => vec![handed],
            Err(why) => {
                vec![FromTrainer::Refused { message: format!("It can't be trained here: {why}.") }.into()]
            }
        }
    }

    fn handed(&mut self, from: HandPoint) -> Result<FromReplay, String> {
        let header = self.header.clone().ok_or("its log has no header")?;
        let start = if header.has_recipes_start { None } else { Some(self.first_keyframe()?) };
        let run = self.run.as_mut().ok_or("its data set is not at hand")?;
        run.arrive().map_err(|error| error.to_string())?;
        let origin = header.origin.as_ref().filter(|origin| origin.made.is_none());
        let place = origin.map(|origin| DataPlace {
            name: origin.name.clone(),
            is_builtin: origin.is_builtin,
            plan: origin.plan.to_string(),
        });
        let (info, train, dev) = (header.data.clone(), run.newest.train_set(), run.dev.as_ref());
        let data = DataArrays::of(info, train, dev, place, String::new());
        let (recipe, keyframe) = match from {
            HandPoint::Start => (header.recipe.clone(), start),
            // With the settings in force there.
            HandPoint::Cursor => (RecipeRecord::from(run.at_cursor().recipe()), Some(run.now())),
        };
        Ok(FromReplay::Handed { run: self.id, recipe: Box::new(recipe), data: data.into(), keyframe, from })
    }

    /// Digests of the run that the page trains.
    pub fn compare(&mut self, run: u32, step: u64, digests: &[u64]) {
        self.twin.take(run, step, digests);
        self.is_status_stale = true;
    }

    /// Compares them with the log as far as it is read.
    pub(super) fn compare_twin(&mut self) {
        let Some(run) = super::shown(&self.scan, self.log_run.as_deref()) else { return };
        // A log that is read anew tells of its steps once more.
        if !self.is_reading {
            self.twin.compare(&run.steps);
        }
    }
}
