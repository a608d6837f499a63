//! The messages between the page and the loader: opening a file, looking at what was guessed, making the data set.
//!
//! In: [`ToLoader`]. Out: [`FromLoader`]. Read next: `lnn-import`, whose words these are.

use std::rc::Rc;

use lnn_import::{ArrayOptions, Kind, Missing, Normalise, Role};
use serde::{Deserialize, Serialize};

use crate::bulk::F32s;
use crate::protocol::{DataArrays, Element};

/// Page → loader. The files themselves travel beside the message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToLoader {
    /// Reads the files beside this message.
    OpenFile {
        /// What they are called.
        name: String,
        /// Whether they may be a run's log, by their names.
        may_be_log: bool,
    },
    /// Fetches a data set that is shipped with the page, and makes it as guessed.
    OpenShipped {
        /// Relative to the page.
        url: String,
        /// What people call it.
        name: String,
    },
    /// Reads the same files again with corrected guesses.
    Reread(ReadChoice),
    /// Makes the data set.
    Prepare(Plan),
}

/// How to read files; none = guess.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReadChoice {
    /// Of CSV: `,` `;` tab or `|`.
    pub separator: Option<char>,
    /// Of CSV: whether the first row holds names.
    pub has_header: Option<bool>,
    /// Of pictures: pixels of the square's side.
    pub side: Option<usize>,
    /// Of pictures: red, green and blue, or grey.
    pub has_colours: Option<bool>,
    /// Of arrays: which of them is what.
    pub arrays: ArrayOptions,
    /// Every how manyth row is kept; none = every one.
    pub every: Option<usize>,
}

/// A way to read what does not fit as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The files' name.
    pub name: String,
    /// What to do, as on a button.
    pub words: String,
    /// How to read them then.
    pub choice: ReadChoice,
}

/// Parameters of a dense network from a file: a run may start from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StartWeights {
    /// The file's name.
    pub name: String,
    /// Inputs, then units of each layer.
    pub sizes: Vec<usize>,
    /// The hidden layers' activations, by name, where the file says so.
    pub hidden: Vec<Option<String>>,
    /// Of each layer in order: the weights of unit after unit, then the biases.
    pub numbers: F32s,
}

/// Loader → page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromLoader {
    /// The worker listens.
    Ready,
    /// Some of the file is read.
    Progress {
        /// So far.
        bytes_read: f64,
        /// In all, 0 where unknown.
        bytes_total: f64,
    },
    /// The file is read; here is what was guessed.
    Preview(Box<Preview>),
    /// The files are a run's log, and nothing that a loader reads.
    IsLog,
    /// The data set is ready.
    Prepared(Rc<DataArrays>),
    /// The file holds no data set but a network.
    Weights(Rc<StartWeights>),
    /// It can't be read; says where and what to do.
    Failed {
        /// A sentence or two.
        message: String,
        /// What would let it be read.
        offer: Option<Offer>,
    },
}

/// What becomes of one column.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PlanColumn {
    /// What it is for.
    pub role: Role,
    /// How its cells are read.
    pub kind: Kind,
    /// What becomes of its missing values.
    pub missing: Missing,
}

/// How a table becomes a data set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// One entry a column of the table.
    pub columns: Vec<PlanColumn>,
    /// Scaling of the inputs (and of a regression's target, unless none).
    pub normalise: Normalise,
    /// What a picture's pixels are multiplied with, if the inputs were taken for pixels; else `Normalise::None`.
    pub pixel_scale: Normalise,
    /// Share of rows that is trained on, 0 < share ≤ 1.
    pub train_share: f64,
    /// The first rows are trained on, as the files themselves have it; goes before the share.
    pub train_rows: Option<usize>,
    /// Seed of the split.
    pub seed: u64,
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnPreview {
    /// From the header, or `column 3`.
    pub name: String,
    /// Whether every present cell is a number.
    pub is_numeric: bool,
    /// Cells without a value.
    pub n_missing: usize,
    /// Different values, counted up to a limit of the loader's.
    pub n_distinct: usize,
    /// Smallest, mean and largest number; none for text.
    pub range: Option<(f64, f64, f64)>,
    /// The cells of the first rows, as in the file.
    pub sample: Vec<String>,
    /// How its values are distributed; of the first columns and the guessed target alone.
    pub distribution: Option<Rc<Element>>,
    /// How many rows each value has, where these may be classes.
    pub balance: Option<Rc<Element>>,
}

/// Something that arrays of the files are in the data set, and what else it could be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArraySlot {
    /// What it is called: `Inputs`.
    pub label: String,
    /// Arrays by name and shape, or that there is none; with what each choice says.
    pub lines: Vec<(String, ArrayOptions)>,
    /// The line in force.
    pub chosen: usize,
}

/// What a file holds, and what was guessed of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// The file's name.
    pub name: String,
    /// Rows without the header.
    pub n_rows: usize,
    /// What it was read from: `csv`, `npy`, `pictures` …
    pub format: String,
    /// How it was read; separator and header are there for CSV, side and colours for pictures.
    pub choice: ReadChoice,
    /// Which array is what, where the files hold several.
    pub arrays: Vec<ArraySlot>,
    /// What people should know: another encoding, dropped lines.
    pub notes: Vec<String>,
    /// Some of the examples, where the inputs are pixels.
    pub pictures: Option<Rc<Element>>,
    /// Every column.
    pub columns: Vec<ColumnPreview>,
    /// The plan that was guessed.
    pub plan: Plan,
}
