//! Messages between the page and the worker that plays logs: those of the trainer, and a few more.
//!
//! Types of their own, so that the trainer, which every visitor loads, knows nothing of them.

use std::rc::Rc;

use lnn_runlog::{RecipeRecord, StepHead};
use serde::{Deserialize, Serialize};

use super::LogStatus;
use super::curves::Curves;
use crate::bulk::{Bulk, F32s};
use crate::element::Element;
use crate::protocol::{DataArrays, FromTrainer, Keyframe, ToTrainer, TrainingData};
use crate::save::SaveOrder;

/// Where a service is, and what it wants to hear from whoever asks.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Its address, without a slash at the end.
    pub address: String,
    /// The token; may be empty.
    pub token: String,
}

/// A token is not for the eyes of whoever reads a message.
impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Where a run that was played is taken up by the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum HandPoint {
    /// At its start, with the log beside.
    Start,
    /// At the step under the cursor.
    Cursor,
}

/// Page → log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToReplay {
    /// Plays a log; its files travel beside the message, unless it is fetched.
    Open {
        /// The page's number of the run.
        run: u32,
        /// The file's name, or the address that it is fetched from.
        name: String,
        /// The address of a log that is fetched.
        url: Option<String>,
        /// Which run of a log that holds several; none = the first one.
        log_run: Option<String>,
        /// The data set that the page trains on: perhaps it is the log's.
        data: Option<TrainingData>,
        /// Where the log's data set may be fetched, if it is a user's.
        data_url: Option<String>,
        /// A service that asks for a token, and may be where all of this is fetched from.
        access: Option<Access>,
    },
    /// Asks a service which runs it has, and again from time to time.
    Connect(Access),
    /// Asks for the data set and the start of the run that is played, to train it in the page.
    Hand {
        /// Where it is taken up.
        from: HandPoint,
    },
    /// Digests of the run that the page trains, to be compared.
    Compare {
        /// The page's number of that run.
        run: u32,
        /// The step of the last one.
        step: u64,
        /// Of steps that follow each other.
        digests: Bulk<u64>,
    },
    /// Plays these steps again and again; none = up to the end, once.
    Loop(Option<(u64, u64)>),
    /// A file that may be the data set of the log; it travels beside the message.
    OfferFile {
        /// Its name.
        name: String,
    },
    /// Writes a run of the page down, in a worker of its own.
    Save(Box<SaveOrder>),
    /// What a trainer is told, too.
    Do(ToTrainer),
}

/// Log → page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromReplay {
    /// What a trainer says, too.
    Tell(Rc<FromTrainer>),
    /// How far the log is read, what is wrong with it, and whether a computation agrees with it.
    Log(Rc<LogStatus>),
    /// Writing has come so far, 0..=1.
    Saving(f64),
    /// A file is written; it travels beside the message.
    Saved {
        /// Its name.
        file_name: String,
        /// What to say of it.
        sentence: String,
    },
    /// A run can't be written down; says why.
    NotSaved(String),
    /// Steps of the log, for curves.
    Records {
        /// The page's number of the run.
        run: u32,
        /// Their scores.
        heads: Vec<StepHead>,
        /// For each step, per layer: quantities by unit.
        units: Vec<Vec<F32s>>,
        /// When each was written, in milliseconds since 1970; NaN where its line doesn't say.
        times_ms: Vec<f64>,
    },
    /// The calls that computed the step under the cursor.
    Calls {
        /// The page's number of the run.
        run: u32,
        /// What to draw.
        picture: Rc<Element>,
    },
    /// The runs of a service, or why it can't be asked.
    Runs(Rc<Element>),
    /// What the page needs to train the run.
    Handed {
        /// The page's number of the run.
        run: u32,
        /// Every setting, as it began.
        recipe: Box<RecipeRecord>,
        /// Its data set.
        data: Rc<DataArrays>,
        /// Its start, where that is not the recipe's, or the state that it goes on from.
        keyframe: Option<Keyframe>,
        /// Where it is taken up.
        from: HandPoint,
    },
    /// The log holds curves of another program: all of them.
    Curves {
        /// The page's number of the run.
        run: u32,
        /// What to draw.
        curves: Rc<Curves>,
    },
}

impl From<FromTrainer> for FromReplay {
    fn from(message: FromTrainer) -> Self {
        Self::Tell(Rc::new(message))
    }
}
