//! Every way an import fails, each a sentence that says where, how much, and what to do about it.
//!
//! Out: [`ImportError`], shown as it is by the page and the command line. Lines and columns count from 1, as editors
//! do; bytes count from 0. Read next: `csv/importer.rs` for who raises the first half, `plan/check.rs` for the second.

use crate::Offer;
use crate::text::{count, grouped, listed, ordinal, quoted, shortened, size};

/// What a file that is no text turns out to be, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A workbook of a spreadsheet, or another zip archive.
    Zip,
    /// Compressed by gzip.
    Gzip,
    /// HDF5.
    Hdf5,
    /// NumPy's .npy.
    Npy,
    /// Apache Parquet.
    Parquet,
    /// PNG, JPEG or GIF.
    Picture,
    /// PDF.
    Pdf,
    /// None of these.
    Unknown,
}

impl FileKind {
    /// What it is and what to do, as the second half of a sentence.
    const fn remedy(self) -> &'static str {
        match self {
            Self::Zip => "it is a zip archive or a workbook: save the sheet as CSV and open that",
            Self::Gzip => "it is compressed by gzip: unpack it and open the CSV inside",
            Self::Hdf5 => "it is an HDF5 file: export the table as CSV",
            Self::Npy => "it is a NumPy array: save it with numpy.savetxt as CSV",
            Self::Parquet => "it is a Parquet file: export the table as CSV",
            Self::Picture => "it is a picture: a data set is a CSV with one row for each picture",
            Self::Pdf => "it is a PDF: export the table as CSV",
            Self::Unknown => "open a CSV or TSV text file",
        }
    }
}

/// A file, plan or table that can't be used, and why.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant's sentence is its documentation, each field appears in it")]
pub enum ImportError {
    #[error("the file is empty: choose a CSV with a header line and at least two rows")]
    Empty,
    #[error("the file has a header of {} but no rows: add at least two rows of data", count(*n_columns, "column"))]
    HeaderOnly { n_columns: usize },
    #[error(
        "the file has one column only («{}»): a data set needs at least one input and a target, separated by comma, \
         semicolon, tab or bar",
        shortened(name)
    )]
    OneColumn { name: String },
    #[error(
        "line {line} has {} where the first line has {}: give every line the same number, and put texts that contain \
         the separator in quotes", count(*found, "cell"), grouped(*expected as u64)
    )]
    RaggedRow { line: u64, found: usize, expected: usize },
    #[error("this is not a text file (byte {byte}): {}", kind.remedy())]
    Binary { byte: u64, kind: FileKind },
    #[error(
        "line {line} has more than {} columns, the most that can be used: leave columns out or average neighbouring \
         ones", grouped(*limit as u64)
    )]
    TooManyColumns { line: u64, limit: usize },
    #[error(
        "the file has {}, the limit is {}: {}, or leave columns out",
        size(*n_bytes), size(*limit), every_row(*every, "keep fewer rows")
    )]
    TooLarge { n_bytes: u64, limit: u64, every: Option<usize> },
    #[error(
        "line {line} is past the limit of {} cells ({} a row): {}, or leave columns out",
        grouped(*limit as u64), grouped(*n_columns as u64), every_row(*every, "keep fewer rows")
    )]
    TooManyCells { line: u64, n_columns: usize, limit: usize, every: Option<usize> },
    #[error(
        "{} of {} are more than the limit of {} cells: {}, or leave columns out",
        count_of(*n_rows, "row"), count(*n_columns, "column"), grouped(*limit as u64), every_row(*every, "keep fewer rows")
    )]
    TooManyRecords { n_rows: u64, n_columns: usize, limit: usize, every: Option<usize> },
    #[error(
        "the cell that starts in line {line} is longer than {} bytes: is a closing quote (\") missing?",
        grouped(*limit as u64)
    )]
    CellTooLong { line: u64, limit: usize },
    #[error(
        "the quote (\") opened in line {line} is never closed: close it, or write \"\" for a quote inside a text"
    )]
    UnterminatedQuote { line: u64 },
    #[error(
        "line {line}, column «{}» holds an infinite number: write a finite one, or leave the cell empty if it is \
         unknown",
        shortened(column)
    )]
    Infinite { line: u64, column: String },

    #[error("the plan has {found} columns, the table has {expected}: make the plan for this table")]
    PlanMismatch { found: usize, expected: usize },
    #[error("there is no column «{}»: the columns are {}", shortened(name), listed(available))]
    UnknownColumn { name: String, available: Vec<String> },
    #[error("no column is the target: choose the one the network shall learn to predict")]
    NoTarget,
    #[error("«{}» and «{}» are both the target: keep one", shortened(first), shortened(second))]
    SeveralTargets { first: String, second: String },
    #[error("no column is an input: choose at least one numeric or categorical column besides the target")]
    NoInput,
    #[error(
        "column «{}» holds text («{}» in line {line}): treat it as categories, or leave it out",
        shortened(column),
        shortened(text)
    )]
    TextAsNumber { column: String, text: String, line: u64 },
    #[error(
        "column «{}» has {} different {what}, a target can have {limit} classes: choose another target or leave it out",
        shortened(column), at_least(*found, *exact)
    )]
    TooManyClasses { column: String, found: usize, exact: bool, what: &'static str, limit: usize },
    #[error(
        "column «{}» is «{}» in every row: there is nothing to learn, choose another target",
        shortened(column),
        shortened(class)
    )]
    OneClass { column: String, class: String },
    #[error("column «{}» has {found} classes, two are needed: choose classification", shortened(column))]
    NotTwoClasses { column: String, found: usize },
    #[error(
        "column «{}» holds text and the task is regression: choose classification or a numeric target",
        shortened(column)
    )]
    RegressionOfTexts { column: String },
    #[error(
        "column «{}» has more than {} different values, too many for categories: leave it out",
        shortened(column), grouped(*limit as u64)
    )]
    TooManyTexts { column: String, limit: usize },
    #[error(
        "the inputs become {} columns (categories have one each), the limit is {}: leave out the column with most \
         categories, «{}»", grouped(*found as u64), grouped(*limit as u64), shortened(largest)
    )]
    TooManyInputs { found: usize, limit: usize, largest: String },
    #[error(
        "{} inputs of {} rows are more than the limit of {} numbers: {}, or fewer inputs",
        grouped(*n_inputs as u64), grouped(*n_rows as u64), grouped(*limit as u64), every_row(*every, "keep fewer rows")
    )]
    DataSetTooLarge { n_inputs: usize, n_rows: usize, limit: usize, every: Option<usize> },
    #[error("the split of {fraction} is not between 0 and 1: 0.8 trains on 80 % of the rows")]
    BadFraction { fraction: f64 },
    #[error("the first {n} rows can't be the training split of a file with {}", count(*n_rows, "row"))]
    BadFirst { n: usize, n_rows: usize },
    #[error("the factor {factor} can't scale inputs: it must be a finite number and not 0")]
    BadFactor { factor: f64 },
    #[error("no row is left for training: {} had missing values; fill them in, or choose a value for them", count(*n_dropped, "row"))]
    NoRowsLeft { n_dropped: usize },
    #[error("column «{}» has no value in the training rows: leave it out", shortened(column))]
    NoValues { column: String },
    #[error(
        "column «{}» of the training data is missing: this file has {}",
        shortened(name),
        listed(available)
    )]
    MissingColumn { name: String, available: Vec<String> },
    #[error(
        "«{}» has a number beyond the range of {precision}: normalise it, or compute in f64",
        shortened(name)
    )]
    OutOfRange { name: String, precision: &'static str },
    #[error("«{}»: {what}", shortened(file))]
    InFile { file: String, what: String, offer: Option<Offer> },
    #[error(
        "the {format} file is broken at {}: {}; get it again, or save it anew",
        quoted(place),
        quoted(what)
    )]
    Broken { format: &'static str, place: String, what: String },
    #[error(
        "an array of {shape} is more than the limit of {} numbers: {}, or fewer numbers a row",
        grouped(*limit as u64), every_row(*every, "keep fewer rows")
    )]
    ArrayTooLarge { shape: String, limit: usize, every: Option<usize> },
    #[error("{array} holds no examples: save at least two, each with at least one number")]
    NoExamples { array: String },
    #[error("the file has more than {limit} arrays: keep those of the data set, inputs and targets")]
    TooManyArrays { limit: usize },
    #[error(
        "the numbers need {} bytes, {} are there: the file is cut off, get it again",
        grouped(*expected), grouped(*found)
    )]
    ArrayCutOff { expected: u64, found: u64 },
    #[error(
        "the type of the numbers is {}: save whole numbers, floats, truth values or texts",
        quoted(found)
    )]
    ElementType { found: String },
    #[error(
        "which array holds the inputs is not clear; there are {found}: name them X and y, or x_train, y_train, x_test \
         and y_test"
    )]
    UnclearArrays { found: String },
    #[error(
        "no array is named «{}», which should be the {part}; there are {found}: choose one of them",
        shortened(name)
    )]
    UnknownArray { name: String, part: &'static str, found: String },
    #[error("the array «{}» can't be two things at once: choose another for one of them", shortened(name))]
    ArrayTwice { name: String },
    #[error("there are no arrays to choose the {part} from, it is {format}: leave that choice out")]
    NotArrays { format: &'static str, part: &'static str },
    #[error("{array} holds texts, and inputs are numbers: choose another array for the inputs")]
    TextInputs { array: String },
    #[error("{targets} can't be test targets without {missing}: choose those too")]
    LonelyTestTargets { targets: String, missing: &'static str },
    #[error(
        "{first} and {second} do not belong together: they need the same number of examples, and of numbers an example"
    )]
    ArraysDiffer { first: String, second: String },
    #[error("of {train} and {test} one holds numbers and the other texts: save both targets as one of these")]
    MixedTargets { train: String, test: String },
    #[error(
        "{array} has several numbers a row, and not one 1 among zeros: save the number of the class, or a target a file"
    )]
    NotOneHot { array: String },
    #[error("{inputs} is there to test on, but no labels of it: add them, or leave it out")]
    NoTestTargets { inputs: String },
    #[error("it is {found}, and the other files are arrays: open files of one kind together")]
    NotWithArrays { found: &'static str },
    #[error("{n_files} tables were opened at once: open them one by one")]
    SeveralTables { n_files: usize },
    #[error("the data set can't be written ({what}): keep fewer rows")]
    NotWritten { what: String },
    #[error("it is packed twice: unpack it once, and open what comes out")]
    PackedTwice,
    #[error("more than {limit} come out of {}: unpack it, keep fewer rows, and open those", quoted(place))]
    UnpacksTooLarge { place: String, limit: String },
    #[error("the archive has {} files, the limit is {}: keep fewer", grouped(*found), grouped(*limit as u64))]
    TooManyFiles { found: u64, limit: usize },
    #[error(
        "{} of {side} by {side} pixels, {} numbers each, are more than the limits of {} numbers and {} inputs: {}, grey \
         instead of colour, or fewer pictures",
        count(*n_pictures, "picture"), grouped(*n_inputs as u64), grouped(*limit as u64), grouped(*input_limit as u64),
        smaller_pictures(*offer)
    )]
    TooManyPixels {
        n_pictures: usize,
        side: usize,
        n_inputs: usize,
        limit: usize,
        input_limit: usize,
        offer: Option<Offer>,
    },
    #[error(
        "a picture has {} by {} pixels, the limit is {} pixels: make it smaller, {side} by {side} is enough",
        grouped(u64::from(*width)), grouped(u64::from(*height)), grouped(*limit)
    )]
    PictureTooLarge { width: u32, height: u32, limit: u64, side: usize },
    #[error("a picture needs more memory than {}: make it smaller, {side} by {side} pixels are enough", size(*limit))]
    PictureMemory { limit: u64, side: usize },
    #[error(
        "{} but no classes: put the pictures of each class into a folder of its name (a folder for each class), in a zip \
         archive, or begin their names with it (cat001.png)",
        count(*n_pictures, "picture")
    )]
    NoClasses { n_pictures: usize },
    #[error("there are no records: an array of objects, or an object in each line, is wanted")]
    NoRecords,
    #[error("records are nested deeper than {limit} levels: flatten them first")]
    TooDeep { limit: usize },
    #[error(
        "a single record or object has more than {} values: write one record a line, or an array of records",
        grouped(*limit as u64)
    )]
    TooManyValues { limit: usize },
    #[error("row {row} has more than {} columns, the most that can be used: leave columns out", grouped(*limit as u64))]
    TooManyFields { row: u64, limit: usize },
    #[error("the columns are compressed by {found}: save them with snappy, gzip or lz4, or not compressed")]
    Compression { found: &'static str },
    #[error("column «{}» holds lists or records: flatten it first", shortened(column))]
    NestedColumn { column: String },
    #[error(
        "row {row}, column «{}» holds an infinite number: write a finite one, or none",
        shortened(column)
    )]
    InfiniteInRow { row: u64, column: String },
    #[error("the table makes no data set: {0}")]
    DataSet(String),
}

impl ImportError {
    /// What would fit instead, where that is known: with it the same files open.
    pub fn offer(&self) -> Option<Offer> {
        match self {
            Self::TooLarge { every, .. }
            | Self::TooManyCells { every, .. }
            | Self::TooManyRecords { every, .. }
            | Self::DataSetTooLarge { every, .. }
            | Self::ArrayTooLarge { every, .. } => every.map(|n| Offer::EveryRow { n }),
            Self::TooManyPixels { offer, .. } | Self::InFile { offer, .. } => *offer,
            _ => None,
        }
    }
}

/// `keep every 3rd row`, or what else can be done where no number of rows fits.
fn every_row(every: Option<usize>, otherwise: &str) -> String {
    every.map_or_else(|| otherwise.to_owned(), |n| format!("keep every {} row", ordinal(n as u64)))
}

fn smaller_pictures(offer: Option<Offer>) -> String {
    match offer {
        Some(Offer::PixelSide { side }) => format!("choose {side} pixels a side"),
        Some(Offer::EveryRow { n }) => format!("keep every {} picture", ordinal(n as u64)),
        None => "choose fewer pixels a side".to_owned(),
    }
}

/// `1 row`, `1,200 rows`, of any number.
fn count_of(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(n), if n == 1 { "" } else { "s" })
}

/// `10,000`, or `more than 100,000` where counting stopped.
fn at_least(n: usize, exact: bool) -> String {
    format!("{}{}", if exact { "" } else { "more than " }, grouped(n as u64))
}
