//! What each column of a table means: input, target or nothing; numbers or categories; what fills its gaps.
//!
//! In: a [`Table`]; out: an [`ImportPlan`], guessed (`guess.rs`), corrected by whoever knows better, and checked
//! (`check.rs`) as it is corrected. Read next: `../prepare/mod.rs`, which carries it out.

mod check;
mod guess;

pub use check::PlanProblem;

use crate::{Column, ColumnValues, ImportError, OpenOptions, Table};

/// The way from a table to a data set.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ImportPlan {
    /// One for each column of the table, in its order.
    pub columns: Vec<ColumnPlan>,
    /// What is learned.
    pub task: Task,
    /// What is done to numeric inputs.
    pub normalise: Normalise,
    /// Regression: the target is brought to mean 0 and standard deviation 1 too.
    pub normalise_target: bool,
    /// Which rows train.
    pub split: Split,
    /// Of the shuffle that [`Split::Fraction`] makes.
    pub seed: u64,
    /// How the files of the table are read, as far as somebody chose.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "OpenOptions::is_default"))]
    pub reading: OpenOptions,
}

/// What one column is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ColumnPlan {
    /// As in the table.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// How its values are read. A numeric target is regressed, a categorical one classified.
    pub kind: Kind,
    /// What fills its gaps; a row without a target is always left out.
    pub missing: Missing,
}

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Role {
    /// The network sees it.
    Input,
    /// The network learns it; exactly one column.
    Target,
    /// Left out.
    Ignore,
}

/// How values are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Kind {
    /// As quantities.
    Numeric,
    /// As names; an input gets one 0/1 column for each.
    Categorical,
}

/// What fills a gap. Statistics are those of the training rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Missing {
    /// Rows with a gap here are left out.
    DropRow,
    /// The mean; numbers only.
    Mean,
    /// The median; numbers only.
    Median,
    /// The most frequent value; of equals the first in order.
    MostFrequent,
    /// A category of its own; for numbers the mean, and an extra 0/1 input that tells.
    OwnCategory,
}

/// What is learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Task {
    /// Two classes, one output: the second class in order is 1.
    BinaryClassification,
    /// Two or more classes, one output each.
    Classification,
    /// A number.
    Regression,
}

/// What is done to numeric inputs; 0/1 columns of categories stay as they are.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Normalise {
    /// Nothing.
    None,
    /// Mean 0, standard deviation 1 over the training rows, each column for itself.
    ZScore,
    /// 0 to 1 over the training rows, each column for itself.
    MinMax,
    /// Multiplied by one number, 1/255 for pictures; computed as a division by its reciprocal, so that 1/255 gives
    /// the same bits as dividing by 255.
    Factor(f64),
}

/// Which rows train; the others are the dev split.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Split {
    /// This share, chosen by a seeded shuffle; 1 for all.
    Fraction(f64),
    /// The first rows of the file, in their order.
    First(usize),
}

/// Which column to predict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum TargetChoice {
    /// A column named like a target, else the last that is no identifier.
    #[default]
    Guess,
    /// The last column.
    Last,
    /// This one.
    Name(String),
}

impl ImportPlan {
    /// Every classification target has at most this many classes.
    pub const MAX_CLASSES: usize = 200;

    /// A plan for a table nobody has commented on.
    pub fn guess(table: &Table) -> Self {
        guess::plan(table, guess::target(table))
    }

    /// A plan with a target someone named.
    ///
    /// # Errors
    ///
    /// [`ImportError::UnknownColumn`] if the name is not in the table.
    pub fn guess_with(table: &Table, target: &TargetChoice) -> Result<Self, ImportError> {
        let target_idx = match target {
            TargetChoice::Guess => guess::target(table),
            TargetChoice::Last => table.columns.len().saturating_sub(1),
            TargetChoice::Name(name) => table.column(name)?.0,
        };
        Ok(guess::plan(table, target_idx))
    }

    /// Makes another column the target; the former one becomes what it would have been. Everything else stays.
    pub fn set_target(&mut self, table: &Table, column_idx: usize) {
        let guessed = guess::plan(table, column_idx);
        for (at, (column, guess)) in self.columns.iter_mut().zip(guessed.columns).enumerate() {
            if at == column_idx || column.role == Role::Target {
                *column = guess;
            }
        }
        self.task = guessed.task;
    }

    /// Reads the target as numbers or as classes, and the task with it.
    pub fn set_target_kind(&mut self, table: &Table, kind: Kind) {
        if let Some(target_idx) = self.target_idx()
            && let Some(column) = self.columns.get_mut(target_idx)
        {
            column.kind = kind;
            self.task = table.columns.get(target_idx).map_or(self.task, |values| guess::task(values, kind));
        }
    }

    /// Position of the target, if there is one.
    pub fn target_idx(&self) -> Option<usize> {
        self.columns.iter().position(|column| column.role == Role::Target)
    }

    /// Everything that keeps the plan from being carried out; empty if nothing does.
    pub fn check(&self, table: &Table) -> Vec<PlanProblem> {
        check::problems(self, table)
    }

    /// Inputs the data set will have: one for a numeric column, one for each category of a categorical one.
    pub fn n_inputs(&self, table: &Table) -> usize {
        let inputs = self.columns.iter().zip(&table.columns).filter(|(plan, _)| plan.role == Role::Input);
        inputs.map(|(plan, column)| plan.n_inputs(column)).fold(0, usize::saturating_add)
    }
}

impl ColumnPlan {
    /// Inputs that this column becomes if it is one.
    fn n_inputs(&self, column: &Column) -> usize {
        let has_gaps = column.n_missing > 0;
        match self.kind {
            Kind::Numeric => 1 + usize::from(has_gaps && self.missing == Missing::OwnCategory),
            Kind::Categorical => {
                column.n_distinct + usize::from(has_gaps && self.missing.is_own_category_of_texts())
            }
        }
    }
}

impl Missing {
    /// Texts have no mean or median: those choices mean a category of its own too.
    pub(crate) const fn is_own_category_of_texts(self) -> bool {
        matches!(self, Self::OwnCategory | Self::Mean | Self::Median)
    }

    /// The choices that make sense for a column, the usual one first.
    pub const fn choices(kind: Kind) -> &'static [Self] {
        match kind {
            Kind::Numeric => {
                &[Self::Mean, Self::Median, Self::MostFrequent, Self::OwnCategory, Self::DropRow]
            }
            Kind::Categorical => &[Self::OwnCategory, Self::MostFrequent, Self::DropRow],
        }
    }

    /// What the choice does, in a few words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DropRow => "leave the row out",
            Self::Mean => "use the mean",
            Self::Median => "use the median",
            Self::MostFrequent => "use the most frequent value",
            Self::OwnCategory => "a category of its own",
        }
    }
}

impl Task {
    /// Its name in a sentence.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BinaryClassification => "binary classification",
            Self::Classification => "classification",
            Self::Regression => "regression",
        }
    }

    /// The target is one of a number of classes.
    pub const fn is_classification(self) -> bool {
        !matches!(self, Self::Regression)
    }
}

/// Texts of the column are no numbers: the cell that shows it.
fn text_as_number(column: &Column) -> Option<ImportError> {
    match (&column.values, &column.first_text) {
        (ColumnValues::Numeric(_), _) => None,
        (_, Some((text, line))) => {
            Some(ImportError::TextAsNumber { column: column.name.clone(), text: text.clone(), line: *line })
        }
        (_, None) => Some(ImportError::NoValues { column: column.name.clone() }),
    }
}

pub(crate) fn require_numbers(column: &Column) -> Result<&[f64], ImportError> {
    match (&column.values, text_as_number(column)) {
        (ColumnValues::Numeric(numbers), _) => Ok(numbers),
        (_, Some(error)) => Err(error),
        (_, None) => Ok(&[]),
    }
}
