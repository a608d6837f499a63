//! What must hold for any bytes that are opened as a data set.
//!
//! In: files, and the format that the first is to be of. Checked: a reader gives a table or one sentence, and holds little
//! memory; an offer that comes with the sentence helps; a table is whole, every k-th row of it are as many as they are called,
//! what is listed for its arrays can be chosen, and its plan becomes a data set of finite numbers that is saved and read again to the
//! bit. Read next: `lnn_import::formats::open`.

use libfuzzer_sys::Corpus;
use lnn_core::DataSet;
use lnn_import::arrays::candidates;
use lnn_import::formats::{InputFile, open, read_prepared, write_prepared};
use lnn_import::{
    ArrayOptions, ArrayPart, ColumnValues, Every, Format, ImportError, ImportLimits, ImportPlan,
    MISSING_CODE, Offer, OpenOptions, PictureOptions, Prepared, Preview, Table, TableArray, prepare,
};

use crate::memory::within;

/// Small enough that inputs of a few kilobytes reach every one of them.
pub const LIMITS: ImportLimits = ImportLimits {
    n_bytes: 2 << 20,
    n_columns: 400,
    n_cells: 40_000,
    cell_bytes: 1 << 10,
    n_texts: 200,
    text_bytes: 1 << 14,
};
/// What a reader may hold: a file within the limits several times over, and its cells.
const MAX_HELD_BYTES: usize = 64 << 20;
/// A side fits, and then a number of rows: no file needs a third offer.
const MAX_OFFERS: usize = 2;

/// Opens the files, and goes all the way to a data set; inputs of another format are not kept.
pub fn check(files: &[InputFile], wanted: &[Format]) -> Corpus {
    let is_wanted =
        files.first().is_some_and(|file| Format::of(&file.bytes).is_ok_and(|it| wanted.contains(&it)));
    if !is_wanted {
        return Corpus::Reject;
    }
    within(MAX_HELD_BYTES, || match opened(files, &OpenOptions::default()) {
        Ok(table) => {
            check_table(&table);
            check_thinned(files, &table);
            check_chosen(files, &table);
        }
        Err(error) => check_offers(files, error),
    });
    Corpus::Keep
}

fn opened(files: &[InputFile], options: &OpenOptions) -> Result<Table, ImportError> {
    let result = open(files.to_vec(), options, &LIMITS);
    if let Err(error) = &result {
        check_sentence(error);
    }
    result
}

/// One sentence, whatever the file holds.
pub fn check_sentence(error: &ImportError) {
    let sentence = error.to_string();
    let is_one = !sentence.is_empty() && sentence.len() < 1_500 && !sentence.contains(['\n', '\r']);
    assert!(is_one, "one sentence: {sentence:?}");
}

/// What is offered is taken: then the files open, or something else is wrong with them.
fn check_offers(files: &[InputFile], mut error: ImportError) {
    let mut options = OpenOptions::default();
    for _ in 0..MAX_OFFERS {
        match error.offer() {
            Some(Offer::EveryRow { n }) => options.every = Every::nth(n),
            Some(Offer::PixelSide { side }) => {
                options.pictures = PictureOptions { side: Some(side), ..options.pictures };
            }
            None => return,
        }
        match opened(files, &options) {
            Ok(table) => return check_table(&table),
            Err(next) => error = next,
        }
    }
    assert_eq!(error.offer(), None, "the offers did not help: {error}");
}

/// A table is whole, and goes on as far as it can.
pub fn check_table(table: &Table) {
    let n_rows = table.n_rows;
    assert!(table.columns.len() <= LIMITS.n_columns && n_rows * table.columns.len() <= LIMITS.n_cells);
    assert!(table.n_train.is_none_or(|n_train| n_train <= n_rows));
    for column in &table.columns {
        let n_missing = match &column.values {
            ColumnValues::Numeric(numbers) => {
                assert_eq!(numbers.len(), n_rows);
                assert!(numbers.iter().all(|number| !number.is_infinite()), "{} is finite", column.name);
                numbers.iter().filter(|number| number.is_nan()).count()
            }
            ColumnValues::Text { codes, levels } => {
                assert_eq!(codes.len(), n_rows);
                assert!(levels.is_sorted_by(|a, b| a < b) && levels.len() <= LIMITS.n_texts);
                assert!(codes.iter().all(|code| *code == MISSING_CODE || (*code as usize) < levels.len()));
                codes.iter().filter(|code| **code == MISSING_CODE).count()
            }
            ColumnValues::TooManyTexts { .. } => column.n_missing,
        };
        assert_eq!(n_missing, column.n_missing, "{} says what it misses", column.name);
        column.counts();
    }
    let mut names = table.column_names();
    names.sort_unstable();
    assert!(names.is_sorted_by(|a, b| a < b), "names are unique: {names:?}");
    Preview::of(table, 20);
    check_plan(table);
}

fn check_plan(table: &Table) {
    let plan = ImportPlan::guess(table);
    let is_possible = plan.check(table).is_empty();
    match prepare::<f32>(table, &plan) {
        Ok(prepared) => {
            assert!(is_possible, "a plan with problems is not carried out");
            assert_eq!(plan.n_inputs(table), prepared.train.n_features());
            check_prepared(&prepared, table.n_rows);
        }
        Err(error) => check_sentence(&error),
    }
}

fn check_prepared(prepared: &Prepared<f32>, n_rows: usize) {
    let n_dev = prepared.dev.as_ref().map_or(0, DataSet::n_examples);
    assert_eq!(prepared.train.n_examples() + n_dev + prepared.n_rows_dropped, n_rows);
    let is_finite = |data: &DataSet<f32>| data.inputs().iter().chain(data.targets()).all(|it| it.is_finite());
    assert!([Some(&prepared.train), prepared.dev.as_ref()].into_iter().flatten().all(is_finite));
    let bytes = write_prepared(&prepared.train, prepared.dev.as_ref()).expect("it is small");
    let again = read_prepared::<f32>(bytes, &ImportLimits::default()).expect("what is written is read");
    let numbers = |data: &DataSet<f32>| (data.inputs().clone(), data.targets().clone());
    assert_eq!(numbers(&again.0), numbers(&prepared.train));
    assert_eq!(again.1.as_ref().map(numbers), prepared.dev.as_ref().map(numbers));
}

/// Every third row of each split are a third of it.
fn check_thinned(files: &[InputFile], whole: &Table) {
    let options = OpenOptions { every: Every::nth(3), ..OpenOptions::default() };
    // What is left may be no table: a header without rows, pictures of one class.
    let Ok(table) = opened(files, &options) else { return };
    check_table(&table);
    if whole.format == Format::Text {
        // Which of its rows is the header may be told otherwise.
        return;
    }
    let n_train = whole.n_train.unwrap_or(whole.n_rows);
    let kept = |n: usize| n.div_ceil(3);
    assert_eq!(table.n_rows, kept(n_train) + kept(whole.n_rows - n_train));
    assert_eq!(table.n_train, whole.n_train.map(kept));
}

/// What is listed for a part of the data set can be it, as far as names and shapes tell.
fn check_chosen(files: &[InputFile], table: &Table) {
    for part in ArrayPart::CHOSEN {
        let Some(last) = candidates(&table.arrays, part).pop() else { continue };
        let arrays = ArrayOptions::correcting(&table.arrays, part, Some(&last.name));
        match opened(files, &OpenOptions { arrays, ..OpenOptions::default() }) {
            Ok(chosen) => {
                check_table(&chosen);
                let is_it = |array: &TableArray| array.name == last.name && array.part == Some(part);
                assert!(chosen.arrays.iter().any(is_it), "{} is {}", last.name, part.as_str());
            }
            Err(error) => {
                let is_of_choice = matches!(
                    error,
                    ImportError::UnclearArrays { .. }
                        | ImportError::UnknownArray { .. }
                        | ImportError::ArrayTwice { .. }
                        | ImportError::NotArrays { .. }
                        | ImportError::TextInputs { .. }
                        | ImportError::LonelyTestTargets { .. }
                        | ImportError::MixedTargets { .. }
                        | ImportError::NoTestTargets { .. }
                        | ImportError::NoExamples { .. }
                );
                assert!(!is_of_choice, "{} was listed for {}: {error}", last.name, part.as_str());
            }
        }
    }
}
