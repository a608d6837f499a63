//! Which array is what: as somebody said, else as names say, else as shapes do.
//!
//! In: [`Unread`] arrays, [`ArrayOptions`]. Out: [`Parts`], and what else there is. Read next: `meaning.rs`, which reads names;
//! `join.rs`, which makes a table of the parts.

use std::collections::HashMap;

use super::array::Unread;
use super::meaning::meaning;
use crate::arrays::{are_targets, n_rows, width};
use crate::names::Unique;
use crate::text::listed;
use crate::{ArrayOptions, ArrayPart, ImportError, TableArray};

/// Inputs and targets of a split.
pub(super) struct Pair {
    pub inputs: Unread,
    pub targets: Option<Unread>,
}

/// What arrays are.
pub(super) enum Parts {
    /// Those of a data set.
    Splits(Box<Splits>),
    /// Each is a column of a table: their names and shapes say nothing, but all have one value for each row.
    Columns(Vec<Unread>),
}

/// The parts of a data set.
pub(super) struct Splits {
    pub train: Pair,
    pub test: Option<Pair>,
    pub classes: Option<Unread>,
    /// Neither names nor anybody said which the inputs are.
    pub is_by_shape: bool,
    /// Nor which the targets are.
    pub has_guessed_targets: bool,
}

/// Tells which array is what. The [`TableArray`]s are all there are, in their order.
///
/// # Errors
/// No array can be the inputs, or there is none of a name that was said.
pub(super) fn assign(
    mut arrays: Vec<Unread>,
    said: &ArrayOptions,
) -> Result<(Parts, Vec<TableArray>), ImportError> {
    let unique = Unique::of(arrays.iter().map(|array| array.name.clone()));
    arrays.iter_mut().zip(unique.names).for_each(|(array, name)| array.name = name);
    let mut all: Vec<TableArray> = arrays.iter().map(Unread::facts).collect();
    let unclear = ImportError::UnclearArrays { found: described(&all) };
    let (mut slots, mut others) = Slots::said(arrays, said, &all)?;
    if said.is_default()
        && let Some(n) = rows_of_columns(&others)
    {
        let (columns, _): (Vec<_>, Vec<_>) = others.into_iter().partition(|array| is_column(array, n));
        mark(&mut all, columns.iter().map(|array| (array, ArrayPart::Column)));
        return Ok((Parts::Columns(columns), all));
    }
    others = slots.take_by_name(others, said);
    let is_by_shape = slots.take_by_shape(&mut others, said);
    slots.guess_targets(said, |slots, n| slots.classes_as_targets(n, None));
    slots.pair_test(&mut others, said);
    let splits = slots.splits(said, is_by_shape)?.ok_or(unclear)?;
    let mut parts = vec![(&splits.train.inputs, ArrayPart::Inputs)];
    parts.extend(splits.train.targets.as_ref().map(|array| (array, ArrayPart::Targets)));
    parts.extend(splits.test.as_ref().map(|test| (&test.inputs, ArrayPart::TestInputs)));
    let test_targets = splits.test.as_ref().and_then(|test| test.targets.as_ref());
    parts.extend(test_targets.map(|array| (array, ArrayPart::TestTargets)));
    parts.extend(splits.classes.as_ref().map(|array| (array, ArrayPart::Classes)));
    mark(&mut all, parts.into_iter());
    Ok((Parts::Splits(Box::new(splits)), all))
}

fn described(arrays: &[TableArray]) -> String {
    listed(&arrays.iter().map(TableArray::described).collect::<Vec<_>>())
}

fn mark<'a>(all: &mut [TableArray], parts: impl Iterator<Item = (&'a Unread, ArrayPart)>) {
    let parts: HashMap<&str, ArrayPart> = parts.map(|(array, part)| (array.name.as_str(), part)).collect();
    for array in all {
        array.part = parts.get(array.name.as_str()).copied();
    }
}

/// What can be the targets of so many rows. Several numbers a row may be classes, one number surely is what is learned.
fn targets_of(n_rows: u64, is_text: Option<bool>, others: &mut Vec<Unread>) -> Option<Unread> {
    let is_one = |array: &Unread| matches!(*array.shape, [_] | [_, 1] | [1, _]);
    let fits = |array: &Unread| can_be_targets(array, n_rows, is_text);
    let idx = others.iter().position(|array| is_one(array) && fits(array));
    idx.or_else(|| others.iter().position(fits)).map(|idx| others.remove(idx))
}

/// Those to train on may be numbers or texts; those to test on are what these are.
fn can_be_targets(array: &Unread, n_rows: u64, is_text: Option<bool>) -> bool {
    are_targets(&array.shape, n_rows) && is_text.is_none_or(|is_text| is_text == array.is_text)
}

fn is_column(array: &Unread, n: u64) -> bool {
    matches!(*array.shape, [n_rows] | [n_rows, 1] if n_rows == n)
}

/// How many rows a table of arrays has whose names and shapes are those of its columns: of several lengths that which most have.
fn rows_of_columns(arrays: &[Unread]) -> Option<u64> {
    let is_named = |array: &Unread| {
        let part = meaning(&array.name);
        matches!(part, Some(ArrayPart::Inputs | ArrayPart::TestInputs | ArrayPart::TestTargets))
    };
    let can_be_inputs =
        |array: &Unread| array.shape.len() >= 2 && !array.is_text && width(&array.shape) != Some(1);
    if arrays.iter().any(|array| is_named(array) || can_be_inputs(array)) {
        return None;
    }
    let mut n_columns: HashMap<u64, usize> = HashMap::new();
    for array in arrays {
        let n = n_rows(&array.shape);
        if n > 0 && is_column(array, n) {
            *n_columns.entry(n).or_default() += 1;
        }
    }
    let tables = n_columns.into_iter().filter(|(_, n_columns)| *n_columns > 1);
    tables.max_by_key(|(n_rows, n_columns)| (*n_columns, *n_rows)).map(|(n_rows, _)| n_rows)
}

#[derive(Default)]
struct Slots {
    inputs: Option<Unread>,
    targets: Option<Unread>,
    test_inputs: Option<Unread>,
    test_targets: Option<Unread>,
    classes: Option<Unread>,
    has_guessed_targets: bool,
}

impl Slots {
    /// What was said, and the other arrays.
    fn said(
        mut arrays: Vec<Unread>,
        said: &ArrayOptions,
        all: &[TableArray],
    ) -> Result<(Self, Vec<Unread>), ImportError> {
        let mut slots = Self::default();
        for part in ArrayPart::CHOSEN {
            let Some(Some(name)) = said.said(part) else { continue };
            let Some(idx) = arrays.iter().position(|array| array.name == name) else {
                let name = name.to_owned();
                return Err(if all.iter().any(|array| array.name == name) {
                    ImportError::ArrayTwice { name }
                } else {
                    ImportError::UnknownArray { name, part: part.as_str(), found: described(all) }
                });
            };
            // Not swap_remove: the order of the others decides which of two of one meaning is taken.
            slots.put(part, arrays.remove(idx));
        }
        Ok((slots, arrays))
    }

    fn slot(&mut self, part: ArrayPart) -> Option<&mut Option<Unread>> {
        match part {
            ArrayPart::Inputs => Some(&mut self.inputs),
            ArrayPart::Targets => Some(&mut self.targets),
            ArrayPart::TestInputs => Some(&mut self.test_inputs),
            ArrayPart::TestTargets => Some(&mut self.test_targets),
            ArrayPart::Classes => Some(&mut self.classes),
            ArrayPart::Column => None,
        }
    }

    /// What can't be put, as something is there already, comes back.
    fn put(&mut self, part: ArrayPart, array: Unread) -> Option<Unread> {
        match self.slot(part) {
            Some(slot @ None) => {
                *slot = Some(array);
                None
            }
            _ => Some(array),
        }
    }

    /// Fills what nobody spoke of by names; returns what is left.
    fn take_by_name(&mut self, arrays: Vec<Unread>, said: &ArrayOptions) -> Vec<Unread> {
        let is_open = |part| said.said(part).is_none();
        let mut others = Vec::new();
        for array in arrays {
            let part = meaning(&array.name).filter(|part| is_open(*part));
            let can_be = match part {
                Some(ArrayPart::Inputs) => !array.is_text,
                Some(ArrayPart::TestInputs) => !array.is_text && n_rows(&array.shape) > 0,
                _ => true,
            };
            match part {
                Some(part) if can_be => others.extend(self.put(part, array)),
                _ => others.push(array),
            }
        }
        if said.inputs.is_some() {
            // Names that do not fit the inputs that somebody chose belong to others.
            let shape_of =
                |array: &Option<Unread>| array.as_ref().map(|it| it.shape.clone()).unwrap_or_default();
            let mut unless = |slot: &mut Option<Unread>, part, fits: &dyn Fn(&[u64]) -> bool| {
                others.extend(slot.take_if(|array| is_open(part) && !fits(&array.shape)));
            };
            let inputs = shape_of(&self.inputs);
            unless(&mut self.targets, ArrayPart::Targets, &|shape| are_targets(shape, n_rows(&inputs)));
            unless(&mut self.test_inputs, ArrayPart::TestInputs, &|shape| width(shape) == width(&inputs));
            let inputs = shape_of(&self.test_inputs);
            unless(&mut self.test_targets, ArrayPart::TestTargets, &|shape| {
                are_targets(shape, n_rows(&inputs))
            });
        }
        others
    }

    /// Without names the array with most numbers are the inputs, one with a number for each of its examples the targets; what names
    /// call a test split is a whole data set where there is no other. Whether shapes told the inputs.
    fn take_by_shape(&mut self, others: &mut Vec<Unread>, said: &ArrayOptions) -> bool {
        if self.inputs.is_some() && said.inputs.is_none() {
            return false;
        }
        let is_by_shape = self.inputs.is_none();
        if is_by_shape {
            let n_numbers =
                |array: &Unread| array.shape.iter().fold(1_u64, |n, extent| n.saturating_mul(*extent));
            let of_test = self.test_inputs.as_ref().map(|inputs| width(&inputs.shape));
            let fits_test = |array: &Unread| of_test.is_none_or(|of_test| of_test == width(&array.shape));
            let inputs = others
                .iter()
                .enumerate()
                .filter(|(_, array)| array.shape.len() >= 2 && !array.is_text && fits_test(array))
                .max_by_key(|(_, array)| n_numbers(array));
            let Some((idx, _)) = inputs else {
                if said.test_inputs.is_none() && said.test_targets.is_none() {
                    self.inputs = self.test_inputs.take();
                    self.targets = self.targets.take().or_else(|| self.test_targets.take());
                }
                return false;
            };
            self.inputs = Some(others.remove(idx));
        }
        self.guess_targets(said, |_, n| targets_of(n, None, others));
        is_by_shape
    }

    /// What is named `classes` may hold the class of each example, not the names of all.
    fn classes_as_targets(&mut self, n_rows: u64, is_text: Option<bool>) -> Option<Unread> {
        self.classes.take_if(|classes| can_be_targets(classes, n_rows, is_text))
    }

    /// Where there are no targets yet, and nobody said that there are none, they are what is found for so many examples.
    fn guess_targets(&mut self, said: &ArrayOptions, find: impl FnOnce(&mut Self, u64) -> Option<Unread>) {
        if self.targets.is_none() && said.said(ArrayPart::Targets).is_none() {
            let n = self.inputs.as_ref().map_or(0, |inputs| n_rows(&inputs.shape));
            self.targets = find(self, n);
            self.has_guessed_targets = self.targets.is_some();
        }
    }

    /// Test inputs need targets where there are targets to train on: what names call test inputs is none if no shape fits either.
    fn pair_test(&mut self, others: &mut Vec<Unread>, said: &ArrayOptions) {
        let is_open = |part| said.said(part).is_none();
        let Some(is_text) = self.targets.as_ref().map(|targets| targets.is_text) else { return };
        if !is_open(ArrayPart::TestTargets) {
            return;
        }
        let n = self.test_inputs.as_ref().map(|inputs| n_rows(&inputs.shape));
        if !said.is_default() || self.has_guessed_targets {
            others.extend(self.test_targets.take_if(|array| array.is_text != is_text));
        }
        if self.test_targets.is_none() && !said.is_default() {
            self.test_targets = n.and_then(|n| targets_of(n, Some(is_text), others));
        }
        if self.test_targets.is_some() {
            return;
        }
        if is_open(ArrayPart::TestInputs) {
            others.extend(self.test_inputs.take());
        } else {
            self.test_targets = n.and_then(|n| self.classes_as_targets(n, Some(is_text)));
        }
    }

    /// The parts, if there are inputs. Test targets without test inputs, or without targets to train on, are no part.
    fn splits(self, said: &ArrayOptions, is_by_shape: bool) -> Result<Option<Splits>, ImportError> {
        let Self { inputs, targets, test_inputs, test_targets, classes, has_guessed_targets } = self;
        let Some(inputs) = inputs else { return Ok(None) };
        let is_said = matches!(said.said(ArrayPart::TestTargets), Some(Some(_)));
        if let Some(array) =
            test_targets.as_ref().filter(|_| is_said && (test_inputs.is_none() || targets.is_none()))
        {
            return Err(ImportError::LonelyTestTargets {
                targets: array.described(),
                missing: if targets.is_none() { ArrayPart::Targets } else { ArrayPart::TestInputs }.as_str(),
            });
        }
        let test_targets = test_targets.filter(|_| targets.is_some());
        let test = test_inputs.map(|inputs| Pair { inputs, targets: test_targets });
        Ok(Some(Splits { train: Pair { inputs, targets }, test, classes, is_by_shape, has_guessed_targets }))
    }
}

#[cfg(test)]
#[path = "assign_tests.rs"]
mod tests;
