//! One run: steps at the user's pace, a cursor over all of its past, and a frame whenever the page wants one.
//!
//! In: [`ToTrainer`] commands and the time. Out: [`FromTrainer`] messages. Past steps are computed again from keyframes:
//! they show the very bits that were there. Read next: `frames.rs` for what a frame holds.

use lnn_core::{Cadence, DataSet, History, Recipe, RecipeChange, TrainError, Trainer};
use lnn_runlog::{FORMAT, RecipeRecord, RunHeader};

use crate::protocol::{
    Bytes, Change, FromTrainer, Keyframe, Speed, StartWeights, ToTrainer, TrainingData, UnitId, ViewRequest,
};
use crate::{
    follow::Followed,
    forecast::Tempo,
    moment::Moment,
    pace::{FramePace, Meter, Pace},
    scores::StepScores,
    start::{Splits, StartError, network, recipe, splits},
    watch::Watch,
};

/// Keyframes may take so much memory.
const HISTORY_BYTES: usize = 96 << 20;
/// A slice of work between two looks at new messages.
const SLICE_MS: f64 = 8.0;
/// One run.
pub struct Run {
    pub(crate) id: u32,
    pub(crate) header: RunHeader,
    pub(crate) dev: Option<DataSet<f32>>,
    pub(crate) watch: Watch,
    pub(crate) newest: Trainer<f32>,
    pub(crate) history: History<f32>,
    /// What the cursor shows; none until a frame asks for it.
    pub(crate) shown: Option<Moment>,
    /// The cursor's trainer, where the cursor is not at the newest step.
    pub(crate) past: Option<Trainer<f32>>,
    /// Where the cursor is wanted; computed when there is time, so that only the last of many wishes costs anything.
    pub(crate) sought: Option<u64>,
    pub(crate) cadence: Cadence,
    pub(crate) scores: Option<StepScores>,
    pub(crate) tempo: Tempo,
    pub(crate) view: ViewRequest,
    pace: Pace,
    pub(crate) meter: Meter,
    /// Trains on by itself, up to this step.
    pub(crate) until: Option<u64>,
    pub(crate) is_stale: bool,
    pub(crate) page_is_ready: bool,
    frame_pace: FramePace,
    pub(crate) last_keyframe_ms: f64,
    /// The log that the run follows, where it is computed again.
    pub(crate) log: Option<Followed>,
    /// Digests of the newest steps that no frame has told yet.
    pub(crate) trail: Vec<u64>,
    /// How it began: to be run again.
    pub(crate) began: (RecipeRecord, Option<Keyframe>),
}

impl Run {
    /// Sets up a run, paused at step 0 or at the keyframe.
    ///
    /// # Errors
    /// If recipe, data and keyframe don't go together, with a sentence.
    pub fn start(
        id: u32,
        record: &RecipeRecord,
        data: &TrainingData,
        keyframe: Option<&Keyframe>,
    ) -> Result<(Self, FromTrainer), StartError> {
        Self::start_from(id, record, data, None, keyframe)
    }

    /// The same from the weights of a file, if there are some.
    ///
    /// # Errors
    /// As [`Run::start`]; or the weights are of another network.
    pub fn start_from(
        id: u32,
        record: &RecipeRecord,
        data: &TrainingData,
        weights: Option<&StartWeights>,
        keyframe: Option<&Keyframe>,
    ) -> Result<(Self, FromTrainer), StartError> {
        Self::with_splits(id, record, splits(data)?, (weights, keyframe))
    }

    /// The same on a data set that is there.
    ///
    /// # Errors
    /// As [`Run::start`].
    pub fn with_splits(
        id: u32,
        record: &RecipeRecord,
        splits: Splits,
        (weights, keyframe): (Option<&StartWeights>, Option<&Keyframe>),
    ) -> Result<(Self, FromTrainer), StartError> {
        let recipe = recipe(record)?;
        let Splits { train, dev, info } = splits;
        let mut newest = match weights {
            Some(weights) => {
                Trainer::with_parameters(recipe.clone(), train.clone(), network(&recipe, weights)?)?
            }
            None => Trainer::new(recipe, train.clone())?,
        };
        // Nothing but this state tells how it began.
        let start = weights.map(|_| Keyframe {
            step: 0,
            snapshot: Bytes::from(newest.snapshot().to_bytes()),
            has_changes: true,
        });
        let mut history = History::new(HISTORY_BYTES);
        if !keyframe.is_some_and(|keyframe| keyframe.has_changes) {
            history.record(&newest);
        }
        if let Some(keyframe) = keyframe {
            newest.restore(&lnn_core::Snapshot::from_bytes(&keyframe.snapshot)?)?;
            history.record(&newest);
        }
        let watch = Watch::new(&train, &info);
        let examples = watch.examples(&train, info.task);
        let n_scored = info.n_train + info.n_dev;
        let batch_examples = newest.recipe().batch_size.examples(info.n_train);
        let cadence = Cadence::new(newest.network().n_parameters(), n_scored, batch_examples);
        let header =
            RunHeader { format: FORMAT, run: format!("run {id}"), recipe: record.clone(), data: info };
        let started = FromTrainer::Started { run: id, header: Box::new(header.clone()), examples };
        let run = Self {
            id,
            header,
            dev,
            watch,
            newest,
            history,
            shown: None,
            past: None,
            sought: None,
            cadence,
            scores: None,
            tempo: Tempo::default(),
            view: ViewRequest::default(),
            pace: Pace::new(Speed::DEFAULT),
            meter: Meter::default(),
            until: None,
            is_stale: true,
            page_is_ready: true,
            frame_pace: FramePace::default(),
            last_keyframe_ms: f64::NEG_INFINITY,
            log: None,
            trail: Vec::new(),
            began: (record.clone(), keyframe.filter(|keyframe| keyframe.has_changes).cloned().or(start)),
        };
        Ok((run, started))
    }

    /// Whether there is something to do without a new message.
    pub fn is_busy(&self) -> bool {
        self.until.is_some() || (self.is_stale && self.page_is_ready)
    }

    /// Whether the trainer goes on by itself.
    pub fn is_playing(&self) -> bool {
        self.until.is_some()
    }

    /// The newest step of the run.
    pub fn newest_step(&self) -> u64 {
        self.newest.step_count()
    }

    /// The settings in force.
    pub(crate) fn recipe(&self) -> &Recipe {
        self.newest.recipe()
    }

    /// Follows a command.
    pub fn handle(&mut self, message: &ToTrainer) -> Option<FromTrainer> {
        let result = match message {
            ToTrainer::Play => self.go_on(u64::MAX),
            ToTrainer::StepBatch => self.go_on(1),
            ToTrainer::StepEpoch => self.go_on(self.newest.steps_per_epoch()),
            ToTrainer::Pause => {
                self.halt();
                Ok(())
            }
            ToTrainer::Speed(speed) => {
                self.pace.set(*speed);
                Ok(())
            }
            ToTrainer::Seek(step) => {
                self.halt();
                self.sought = Some((*step).clamp(self.history.first_step(), self.newest.step_count()));
                Ok(())
            }
            ToTrainer::Live => {
                (self.past, self.sought) = (None, None);
                self.forget_shown();
                Ok(())
            }
            ToTrainer::Change(change) => self.change(*change),
            ToTrainer::View(view) => {
                if view.digests && !self.view.digests {
                    self.trail = vec![self.newest.network().digest()];
                }
                self.view = *view;
                self.is_stale = true;
                Ok(())
            }
            ToTrainer::Drawn => {
                self.page_is_ready = true;
                Ok(())
            }
            ToTrainer::Export => match self.arrive() {
                Ok(()) => return Some(self.export()),
                Err(error) => Err(error),
            },
            ToTrainer::CheckGradient(unit) => match self.arrive() {
                Ok(()) => return Some(self.check_gradient(*unit)),
                Err(error) => Err(error),
            },
            ToTrainer::Start { .. } | ToTrainer::Ping => Ok(()),
        };
        result.err().map(|error| FromTrainer::Refused { message: error.to_string() })
    }

    /// Trains on from the cursor's step, up to the end of a span of `n_steps` counted from its start.
    pub(crate) fn go_on(&mut self, n_steps: u64) -> Result<(), TrainError> {
        self.rewind_at_end();
        self.arrive()?;
        if let Some(past) = self.past.take() {
            self.history.truncate_after(past.step_count());
            self.newest = past;
            self.trail.clear();
            self.scores = None;
        }
        let step = self.newest.step_count();
        let until = if n_steps == u64::MAX { u64::MAX } else { (step / n_steps + 1) * n_steps };
        self.until = Some(self.within_log(until)).filter(|until| *until > step);
        self.pace.resume();
        self.meter.reset();
        Ok(())
    }

    pub(crate) fn halt(&mut self) {
        self.until = None;
        self.end_hurry();
        self.meter.reset();
        self.is_stale = true;
        self.last_keyframe_ms = f64::NEG_INFINITY;
    }

    pub(crate) fn forget_shown(&mut self) {
        self.shown = None;
        self.is_stale = true;
    }

    /// Moves the cursor to where it is wanted, if that was not done yet.
    pub(crate) fn arrive(&mut self) -> Result<(), TrainError> {
        let Some(step) = self.sought.take() else { return Ok(()) };
        self.past = None;
        if step < self.newest.step_count() {
            self.past = Some(self.history.trainer_at(step, &self.newest)?);
        }
        self.forget_shown();
        Ok(())
    }

    fn change(&mut self, change: Change) -> Result<(), TrainError> {
        self.arrive()?;
        if let Some(past) = self.past.take() {
            self.history.truncate_after(past.step_count());
            self.newest = past;
            self.trail.clear();
            self.forget_shown();
        }
        self.newest.set(RecipeChange::from(change))?;
        self.header.recipe = RecipeRecord::from(self.newest.recipe());
        Ok(())
    }

    fn check_gradient(&self, unit: UnitId) -> FromTrainer {
        let trainer = self.at_cursor();
        let (network, recipe) = (trainer.network(), trainer.recipe());
        let step = trainer.step_count();
        match crate::check::check(network, step, trainer.train_set(), recipe.cost, recipe.l2_penalty, unit) {
            Ok(report) => FromTrainer::GradientChecked(report),
            Err(message) => FromTrainer::Refused { message },
        }
    }

    /// Works for a moment: steps that are due, then a frame if the page wants one.
    pub fn work(&mut self, clock: &dyn Fn() -> f64) -> Vec<FromTrainer> {
        let mut messages = Vec::new();
        let step_before = self.newest.step_count();
        if let Err(error) = self.arrive() {
            messages.push(FromTrainer::Refused { message: error.to_string() });
        }
        if let Some(until) = self.until
            && let Err(error) = self.train(until, clock)
        {
            self.halt();
            messages.push(self.diverged(&error));
        }
        let now_ms = clock();
        // After a slice without a probe the next slice has one: cheaper than to compute the step again.
        let is_ready = self.shown.is_some() || self.newest.step_count() == step_before;
        if is_ready && self.wants_frame(now_ms) {
            self.frame_pace.begin(now_ms);
            match self.make_frame() {
                Ok(frame) => messages.push(FromTrainer::Frame(frame.into())),
                Err(error) => messages.push(FromTrainer::Refused { message: error.to_string() }),
            }
            self.is_stale = false;
            self.page_is_ready = false;
        }
        messages.extend(self.keyframe(now_ms));
        messages
    }

    /// What [`Run::work`] gave is on its way: making and sending it is what a frame costs.
    pub fn sent(&mut self, now_ms: f64) {
        self.frame_pace.end(now_ms);
    }

    fn train(&mut self, until: u64, clock: &dyn Fn() -> f64) -> Result<(), TrainError> {
        let start_ms = clock();
        let due = self.pace.steps_due(start_ms, self.newest.steps_per_epoch());
        let due = due.filter(|_| !self.is_hurrying()).unwrap_or(u64::MAX);
        let due = due.min(until - self.newest.step_count());
        let (mut n_done, mut n_scored) = (0_u64, 0_u64);
        while n_done < due {
            let now_ms = clock();
            let is_last = n_done + 1 == due || now_ms - start_ms >= SLICE_MS;
            let ends_run = self.newest.step_count() + 1 == until;
            let is_probed = is_last && (ends_run || self.is_frame_due(now_ms));
            n_scored += u64::from(self.step(is_probed)?);
            n_done += 1;
            if is_last {
                break;
            }
        }
        self.tempo.learn(
            n_done as f64 * self.step_work() + n_scored as f64 * self.score_work(),
            clock() - start_ms,
        );
        self.pace.paid(n_done);
        self.meter.count(n_done, clock());
        if self.newest.step_count() >= until && !self.begins_again()? {
            self.halt();
        }
        Ok(())
    }

    /// One step; the last one of a slice is probed if a frame may follow. Tells whether scores were due.
    fn step(&mut self, is_probed: bool) -> Result<bool, TrainError> {
        self.shown = None;
        self.is_stale = true;
        self.change_as_logged()?;
        if is_probed {
            let mut probes = Vec::new();
            let report = self.newest.step(Some(&mut probes))?;
            self.shown = Some(Moment::after(&self.newest, &report, probes));
        } else {
            self.newest.step(None)?;
        }
        self.history.record(&self.newest);
        if self.view.digests {
            self.trail.push(self.newest.network().digest());
        }
        self.compare_with_log(is_probed);
        let is_scored = !self.cadence.is_every_step() && self.is_scored(self.newest.step_count());
        if is_scored {
            self.scores = Some(self.score(&self.newest));
        }
        Ok(is_scored)
    }

    fn wants_frame(&self, now_ms: f64) -> bool {
        self.is_stale && self.page_is_ready && (!self.is_playing() || self.is_frame_due(now_ms))
    }

    /// Whether the page may have another frame while training goes on.
    fn is_frame_due(&self, now_ms: f64) -> bool {
        self.page_is_ready && self.frame_pace.is_due(now_ms, &self.pace)
    }
}
