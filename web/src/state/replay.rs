//! A log in the place of a run: opened, shown, left again.
//!
//! In: [`Action::OpenLog`](super::Action), what the log's worker says. Out: the next state. Read next: `effects.rs`.

use std::rc::Rc;

use lnn_core::Recipe;
use lnn_runlog::{LayerRecord, Quantity, RecipeRecord, RunClock, RunHeader, StepHead, StepRecord, Timeline};

use super::{Awaited, DataSource, State};
use crate::{
    bulk::F32s,
    protocol::{DataArrays, Examples, FromReplay, HandPoint, Keyframe, LogStatus},
};

impl State {
    /// From now on a log is played; the run before can be brought back.
    pub(super) fn open_log(&mut self, name: &str) {
        if self.replay.is_none() {
            self.remember();
        }
        (self.curves, self.calls) = (None, None);
        self.await_run();
        self.gradient_report = None;
        self.notice = None;
        self.sheet = None;
        self.setup.keyframe = None;
        self.span = None;
        let status =
            LogStatus { run: self.run, name: name.to_owned(), is_reading: true, ..LogStatus::default() };
        self.replay = Some(Rc::new(status));
    }

    /// Whether frames are made of a log alone.
    pub fn is_log_alone(&self) -> bool {
        self.replay.as_ref().is_some_and(|log| log.agreement.is_none())
    }

    /// The settings of the log's run; where it is begun again with its data set, what is shown goes on.
    pub(super) fn adopt(&mut self, header: &Rc<RunHeader>, examples: &Rc<Examples>) -> bool {
        if self.replay.is_none() {
            return false;
        }
        if let Ok(recipe) = Recipe::try_from(&header.recipe) {
            self.setup.recipe = Rc::new(recipe);
        }
        let goes_on = self.own_frame().is_some();
        if goes_on {
            (self.header, self.examples) = (Some(header.clone()), examples.clone());
        }
        goes_on
    }

    /// What only a log's worker says.
    pub(super) fn hear_replay(&mut self, message: &FromReplay) {
        match message {
            FromReplay::Log(status) if status.run == self.run => self.replay = Some(status.clone()),
            FromReplay::Records { run, heads, units, times_ms }
                if *run == self.run && self.own_frame().is_some() =>
            {
                take_records(&mut self.timeline, heads, units);
                take_times(&mut self.clock, heads, times_ms);
            }
            FromReplay::Curves { run, curves } if *run == self.run => {
                self.curves = Some(curves.clone());
                // There is no run whose first frame could come.
                self.awaited = Awaited::Nothing;
            }
            FromReplay::Calls { run, picture } if *run == self.run => self.calls = Some(picture.clone()),
            FromReplay::Handed { run, recipe, data, keyframe, from } if *run == self.run => {
                self.train_here(recipe, data, keyframe.clone(), *from);
            }
            _ => {}
        }
    }

    /// The log's run is trained in the page: from its start on, with the log beside, or on from the cursor.
    fn train_here(
        &mut self,
        recipe: &RecipeRecord,
        data: &Rc<DataArrays>,
        keyframe: Option<Keyframe>,
        from: HandPoint,
    ) {
        let (Some(log), Ok(recipe)) = (self.replay.clone(), Recipe::try_from(recipe)) else { return };
        if from == HandPoint::Cursor
            || self.open_beside(&log.name, self.log_url.clone(), Some(log.log_run.clone()))
        {
            self.begin(Rc::new(recipe), Rc::new(DataSource::Arrays(data.clone())));
            self.setup.keyframe = keyframe.map(Rc::new);
        }
    }
}

/// Steps of a log, for curves.
pub(super) fn take_records(timeline: &mut Rc<Timeline>, heads: &[StepHead], units: &[Vec<F32s>]) {
    let timeline = Rc::make_mut(timeline);
    for (head, layers) in heads.iter().zip(units) {
        let layer = |flat: &F32s| LayerRecord::from_flat(flat.len() / Quantity::ALL.len(), flat.to_vec());
        let layers = layers.iter().filter_map(layer).collect();
        timeline.push(Rc::new(StepRecord { head: *head, layers }));
    }
}

/// And when they were taken.
pub(super) fn take_times(clock: &mut Rc<RunClock>, heads: &[StepHead], times_ms: &[f64]) {
    let clock = Rc::make_mut(clock);
    heads.iter().zip(times_ms).for_each(|(head, time_ms)| clock.push(head.step, *time_ms));
}
