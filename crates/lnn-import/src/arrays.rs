//! Arrays of files, and which of them is what in a data set.
//!
//! In: the arrays there are, what somebody said of them. Out: [`ArrayOptions`], which go into [`crate::OpenOptions`]; [`TableArray`]s,
//! of which a dialog shows what was taken for what, and what else could be. Read next: `formats/assign.rs`, which guesses.

use crate::text::{grouped, shortened};
use crate::{Format, ImportError};

/// What an array is in a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrayPart {
    /// (examples, …): all but the first extent are the numbers of an example.
    Inputs,
    /// (examples), (examples, 1), (1, examples), or (examples, classes) with one 1 a row.
    Targets,
    /// Inputs of the examples that are held out.
    TestInputs,
    /// Targets of the examples that are held out.
    TestTargets,
    /// The names of classes, which targets count from 0.
    Classes,
    /// A column of a table: every array has one value for each row.
    Column,
}

/// An array of the files that a table was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableArray {
    /// In the files; the second of one name has a number.
    pub name: String,
    /// Extents; none for a single number.
    pub shape: Vec<u64>,
    /// Its values are texts.
    pub is_text: bool,
    /// What it is in the table, if anything.
    pub part: Option<ArrayPart>,
}

/// Which arrays are what; of what is not said, names and shapes tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct ArrayOptions {
    /// The inputs' name.
    pub inputs: Option<String>,
    /// The targets.
    pub targets: Option<ArrayChoice>,
    /// Inputs of the examples that are held out.
    pub test_inputs: Option<ArrayChoice>,
    /// Targets of the examples that are held out.
    pub test_targets: Option<ArrayChoice>,
}

/// One array, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum ArrayChoice {
    /// That of this name.
    Named(String),
    /// There is none.
    Absent,
}

impl ArrayPart {
    /// What can be chosen, each after what it depends on.
    pub const CHOSEN: [Self; 4] = [Self::Inputs, Self::Targets, Self::TestInputs, Self::TestTargets];

    /// As in a sentence.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inputs => "inputs",
            Self::Targets => "targets",
            Self::TestInputs => "test inputs",
            Self::TestTargets => "test targets",
            Self::Classes => "names of classes",
            Self::Column => "column",
        }
    }
}

impl TableArray {
    /// `x_train (209, 64, 64, 3)`.
    pub fn described(&self) -> String {
        format!("{} {}", shortened(&self.name), shape_text(&self.shape))
    }
}

impl ArrayOptions {
    /// Nothing was said.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// That no arrays are named where there are none.
    ///
    /// # Errors
    /// Some are.
    pub fn check_unsaid(&self, format: Format) -> Result<(), ImportError> {
        let is_said = |part: &ArrayPart| self.said(*part).is_some();
        match ArrayPart::CHOSEN.into_iter().find(is_said) {
            Some(part) => Err(ImportError::NotArrays { format: format.as_str(), part: part.as_str() }),
            None => Ok(()),
        }
    }

    /// What was said of a part: nothing, that there is none, or a name.
    pub fn said(&self, part: ArrayPart) -> Option<Option<&str>> {
        let choice = match part {
            ArrayPart::Inputs => return self.inputs.as_deref().map(Some),
            ArrayPart::Targets => &self.targets,
            ArrayPart::TestInputs => &self.test_inputs,
            ArrayPart::TestTargets => &self.test_targets,
            ArrayPart::Classes | ArrayPart::Column => return None,
        };
        choice.as_ref().map(|choice| match choice {
            ArrayChoice::Named(name) => Some(name.as_str()),
            ArrayChoice::Absent => None,
        })
    }

    /// Says what a part is, or that there is none.
    pub fn say(&mut self, part: ArrayPart, name: Option<&str>) {
        let choice = Some(name.map_or(ArrayChoice::Absent, |name| ArrayChoice::Named(name.to_owned())));
        match part {
            ArrayPart::Inputs => self.inputs = name.map(str::to_owned),
            ArrayPart::Targets => self.targets = choice,
            ArrayPart::TestInputs => self.test_inputs = choice,
            ArrayPart::TestTargets => self.test_targets = choice,
            ArrayPart::Classes | ArrayPart::Column => {}
        }
    }

    /// What is said when somebody who sees how a table's arrays were taken chooses another for a part, or none: what that part depends
    /// on stays as it is, what depends on it is guessed again.
    pub fn correcting(arrays: &[TableArray], part: ArrayPart, name: Option<&str>) -> Self {
        let mut options = Self::default();
        for before in ArrayPart::CHOSEN.into_iter().take_while(|before| *before != part) {
            options.say(before, in_use(arrays, before).map(|array| array.name.as_str()));
        }
        options.say(part, name);
        options
    }
}

/// The array that is this part.
pub fn in_use(arrays: &[TableArray], part: ArrayPart) -> Option<&TableArray> {
    arrays.iter().find(|array| array.part == Some(part))
}

/// The arrays that a part could be, that which it is among them, with what the parts before it are.
pub fn candidates(arrays: &[TableArray], part: ArrayPart) -> Vec<&TableArray> {
    let parts_before = || ArrayPart::CHOSEN.into_iter().take_while(|it| *it != part);
    let is_free = |array: &&TableArray| !parts_before().any(|it| array.part == Some(it));
    let inputs_of = |part| in_use(arrays, part);
    let targets = in_use(arrays, ArrayPart::Targets);
    let are_of = |array: &TableArray, inputs: &TableArray| are_targets(&array.shape, n_rows(&inputs.shape));
    let fits = |array: &&TableArray| match part {
        ArrayPart::Inputs => are_inputs(array),
        ArrayPart::Targets => inputs_of(ArrayPart::Inputs).is_some_and(|inputs| are_of(array, inputs)),
        ArrayPart::TestInputs => {
            let is_alike =
                |inputs: &TableArray| are_inputs(array) && width(&array.shape) == width(&inputs.shape);
            // Names of classes are labels of as many examples only to somebody who says so.
            let can_be_labels =
                |other: &&TableArray| other.name != array.name && other.part != Some(ArrayPart::Classes);
            let mut others = arrays.iter().filter(is_free).filter(can_be_labels);
            inputs_of(ArrayPart::Inputs).is_some_and(is_alike)
                && targets.is_none_or(|targets| {
                    others.any(|other| other.is_text == targets.is_text && are_of(other, array))
                })
        }
        ArrayPart::TestTargets => {
            targets.is_some_and(|targets| targets.is_text == array.is_text)
                && inputs_of(ArrayPart::TestInputs).is_some_and(|inputs| are_of(array, inputs))
        }
        ArrayPart::Classes | ArrayPart::Column => false,
    };
    arrays.iter().filter(is_free).filter(fits).collect()
}

fn are_inputs(array: &TableArray) -> bool {
    !array.is_text && n_rows(&array.shape) > 0 && width(&array.shape).is_some_and(|width| width > 0)
}

/// Examples of an array of inputs.
pub(crate) fn n_rows(shape: &[u64]) -> u64 {
    shape.first().copied().unwrap_or(0)
}

/// Numbers of an example; none where they are beyond counting.
pub(crate) fn width(shape: &[u64]) -> Option<u64> {
    shape.iter().skip(1).try_fold(1_u64, |n, extent| n.checked_mul(*extent))
}

/// Whether targets, that may be (n), (n, 1), (1, n) or (n, k), are those of so many rows.
pub(crate) fn are_targets(shape: &[u64], n_rows: u64) -> bool {
    match *shape {
        [n] | [n, _] if n == n_rows => true,
        [1, n] => n == n_rows,
        _ => false,
    }
}

/// More extents no array has that anybody trains on.
const MAX_SHOWN: usize = 6;

/// `(209, 64, 64, 3)`.
pub(crate) fn shape_text(shape: &[u64]) -> String {
    match shape {
        [] => "()".to_owned(),
        [n] => format!("({},)", grouped(*n)),
        _ => {
            let shown: Vec<String> = shape.iter().take(MAX_SHOWN).map(|n| grouped(*n)).collect();
            format!("({}{})", shown.join(", "), if shape.len() > MAX_SHOWN { ", …" } else { "" })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(name: &str, shape: &[u64], part: Option<ArrayPart>) -> TableArray {
        TableArray { name: name.to_owned(), shape: shape.to_vec(), is_text: name == "words", part }
    }

    fn arrays() -> Vec<TableArray> {
        vec![
            array("a", &[6, 2, 2], Some(ArrayPart::Inputs)),
            array("b", &[6], Some(ArrayPart::Targets)),
            array("c", &[4, 4], Some(ArrayPart::TestInputs)),
            array("d", &[1, 4], Some(ArrayPart::TestTargets)),
            array("e", &[6, 3], None),
            array("words", &[6], None),
            array("f", &[], None),
        ]
    }

    #[track_caller]
    fn check(part: ArrayPart, expected: &[&str]) {
        let arrays = arrays();
        let names: Vec<&str> = candidates(&arrays, part).iter().map(|array| array.name.as_str()).collect();
        assert_eq!(names, expected, "{part:?}");
    }

    #[test]
    fn what_can_be_chosen_fits_what_stays() {
        check(ArrayPart::Inputs, &["a", "b", "c", "d", "e"]);
        check(ArrayPart::Targets, &["b", "e", "words"]);
        // (1, 4) are the targets of (4, 4); of (1, 4) there are none.
        check(ArrayPart::TestInputs, &["c"]);
        check(ArrayPart::TestTargets, &["d"]);
    }

    #[test]
    fn a_correction_keeps_what_it_depends_on_and_leaves_the_rest_to_guessing() {
        let said = ArrayOptions::correcting(&arrays(), ArrayPart::Targets, Some("e"));
        let expected = ArrayOptions {
            inputs: Some("a".to_owned()),
            targets: Some(ArrayChoice::Named("e".to_owned())),
            ..ArrayOptions::default()
        };
        assert_eq!(said, expected);
        let said = ArrayOptions::correcting(&arrays(), ArrayPart::TestInputs, None);
        assert_eq!(said.said(ArrayPart::Targets), Some(Some("b")));
        assert_eq!(said.said(ArrayPart::TestInputs), Some(None));
        assert_eq!(said.said(ArrayPart::TestTargets), None);
    }
}
