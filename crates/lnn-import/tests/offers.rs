//! What does not fit comes with an offer, and with the offer taken the same files open: rows 0, k, 2k … of what they hold.

#![cfg(feature = "formats")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod common;

use common::{archive, fixture, npy};
use lnn_core::random::{Stream, stream};
use lnn_import::formats::{InputFile, open};
use lnn_import::{
    CsvImporter, CsvOptions, Every, ImportError, ImportLimits, ImportPlan, Normalise, Offer, OpenOptions,
    PictureOptions, Prepared, Table, prepare,
};

fn of_cells(n_cells: usize) -> ImportLimits {
    ImportLimits { n_cells, ..ImportLimits::default() }
}

fn opened(files: &[InputFile], options: &OpenOptions, limits: &ImportLimits) -> Result<Table, ImportError> {
    open(files.to_vec(), options, limits)
}

fn with(offer: Offer, mut options: OpenOptions) -> OpenOptions {
    match offer {
        Offer::EveryRow { n } => options.every = Every::nth(n),
        Offer::PixelSide { side } => options.pictures.side = Some(side),
    }
    options
}

/// Refused, then opened as offered.
#[track_caller]
fn taken(files: &[InputFile], options: &OpenOptions, limits: &ImportLimits) -> (String, Offer, Table) {
    let error = opened(files, options, limits).unwrap_err();
    let offer = error.offer().unwrap_or_else(|| panic!("no offer: {error}"));
    let table = opened(files, &with(offer, options.clone()), limits);
    (error.to_string(), offer, table.unwrap_or_else(|again| panic!("{error}\nand with {offer:?}: {again}")))
}

#[track_caller]
fn offers_rows(files: &[InputFile], n_cells: usize, n: usize, n_rows: usize, words: &str) {
    let (sentence, offer, table) = taken(files, &OpenOptions::default(), &of_cells(n_cells));
    assert_eq!((offer, table.n_rows), (Offer::EveryRow { n }, n_rows), "{sentence}");
    assert!(sentence.contains(words), "{sentence}");
    is_thinned(files, n);
}

/// Rows 0, k, 2k … of each split are those of the whole file.
#[track_caller]
fn is_thinned(files: &[InputFile], n: usize) {
    let whole = opened(files, &OpenOptions::default(), &ImportLimits::default()).unwrap();
    let every = Every::nth(n);
    let options = OpenOptions { every, ..OpenOptions::default() };
    let thinned = opened(files, &options, &ImportLimits::default()).unwrap();
    let n_train = whole.n_train.unwrap_or(whole.n_rows);
    let rows = (0..whole.n_rows).filter(|row| every.keeps(if *row < n_train { *row } else { row - n_train }));
    let rows: Vec<usize> = rows.collect();
    assert_eq!((thinned.n_rows, thinned.reading.every), (rows.len(), every));
    assert_eq!(thinned.n_train, whole.n_train.map(|n_train| every.kept(n_train as u64) as usize));
    assert_eq!(thinned.column_names(), whole.column_names());
    for (of_thinned, of_whole) in thinned.columns.iter().zip(&whole.columns) {
        for (at, row) in rows.iter().enumerate() {
            assert_eq!(of_thinned.cell_text(at), of_whole.cell_text(*row), "{}, row {row}", of_whole.name);
        }
    }
}

#[test]
fn every_format_keeps_the_same_rows() {
    let sets: [&[&str]; 19] = [
        &["u1.npy"],
        &["be_i4.npy"],
        &["le_f2.npy"],
        &["fortran.npy"],
        &["cube.npy"],
        &["le_f8.npy", "texts.npy"],
        &["xy.npz"],
        &["split.npz"],
        &["onehot.npz"],
        &["contiguous.h5"],
        &["chunked.h5"],
        &["gzip_shuffle.h5"],
        &["latest.h5"],
        &["groups.h5"],
        &[
            "train-images-idx3-ubyte",
            "train-labels-idx1-ubyte",
            "t10k-images-idx3-ubyte.gz",
            "t10k-labels-idx1-ubyte.gz",
        ],
        &["table.csv"],
        &["table.parquet"],
        &["lines.ndjson"],
        &["columns.json"],
    ];
    for names in sets {
        let files: Vec<InputFile> = names.iter().map(|name| fixture(name)).collect();
        for n in 1..=5 {
            is_thinned(&files, n);
        }
    }
    is_thinned(&[fixture("pictures.zip")], 3);
    is_thinned(&[fixture("records.json")], 2);
}

#[test]
fn too_many_rows_of_text_are_offered_every_kth() {
    let csv = |n: usize| InputFile {
        name: "a.csv".to_owned(),
        bytes: (0..n).map(|i| format!("{i},{},x\n", i % 7)).collect::<Vec<_>>().concat().into_bytes(),
    };
    // 1,000 rows of 3 cells in 1,000: every 4th are 250.
    offers_rows(&[csv(1_000)], 1_000, 4, 250, "keep every 4th row");
    let arff =
        "@relation r\n@attribute a numeric\n@attribute b numeric\n@data\n".to_owned() + &"1,2\n".repeat(90);
    let arff = InputFile { name: "a.arff".to_owned(), bytes: arff.into_bytes() };
    offers_rows(&[arff], 100, 2, 45, "keep every 2nd row");
}

#[test]
fn records_are_counted_to_the_last_before_an_offer_is_made() {
    let file = |name: &str, text: String| InputFile { name: name.to_owned(), bytes: text.into_bytes() };
    let records: Vec<String> = (0..100).map(|i| format!("{{\"a\": {i}, \"b\": \"t{}\"}}", i % 3)).collect();
    let sentence =
        "100 rows of 2 columns are more than the limit of 50 cells: keep every 4th row, or leave columns out";
    offers_rows(&[file("a.json", format!("[{}]", records.join(",")))], 50, 4, 25, sentence);
    offers_rows(&[file("a.ndjson", records.join("\n"))], 50, 4, 25, sentence);
    offers_rows(
        &[file("a.json", format!("{{\"data\": [{}], \"n\": 1}}", records.join(",")))],
        50,
        4,
        25,
        sentence,
    );
    let numbers: Vec<String> = (0..100).map(|i| i.to_string()).collect();
    let columns = format!("{{\"a\": [{0}], \"b\": [{0}]}}", numbers.join(","));
    offers_rows(&[file("a.json", columns)], 50, 4, 25, sentence);
    // A column that comes late counts for all rows.
    let late = records.iter().cloned().chain(["{\"c\": 1}".to_owned()]).collect::<Vec<_>>().join("\n");
    let sentence = "101 rows of 3 columns are more than the limit of 250 cells: keep every 2nd row";
    let (found, offer, table) = taken(&[file("a.ndjson", late)], &OpenOptions::default(), &of_cells(250));
    assert!(found.contains(sentence), "{found}");
    assert_eq!((offer, table.n_rows, table.columns.len()), (Offer::EveryRow { n: 2 }, 51, 3));
    offers_rows(
        &[fixture("table.parquet")],
        6,
        2,
        2,
        "4 rows of 3 columns are more than the limit of 6 cells",
    );
}

#[test]
fn arrays_are_offered_what_fits_all_of_them() {
    for name in ["u1.npy", "fortran.npy", "be_i4.npy"] {
        // Six rows of three, and a place for the label: 24 cells.
        offers_rows(&[fixture(name)], 12, 2, 3, "an array of ");
    }
    // Four and two rows of 193: 1,158 cells; of 4 rows 772.
    for name in ["contiguous.h5", "chunked.h5", "gzip_shuffle.h5", "latest.h5"] {
        offers_rows(&[fixture(name)], 800, 2, 3, "train_set_x (4, 8, 8, 3)");
        offers_rows(&[fixture(name)], 400, 4, 2, "keep every 4th row");
    }
    let idx = [
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
    ];
    offers_rows(&idx.map(fixture), 160, 2, 3, "more than the limit of 160 numbers");
    offers_rows(&[fixture("split.npz")], 14, 2, 3, "keep every 2nd row");
    offers_rows(&[fixture("groups.h5")], 8, 3, 2, "keep every 3rd row");
    // Targets of a row, and as many classes as make rows wider than the inputs do.
    let x = npy("u1", &[9, 2], &[7; 18]);
    let y: Vec<u8> = (0..9).map(|i| i % 2).collect();
    let files = archive(&[("x.npy", &x), ("y.npy", &npy("u1", &[1, 9], &y))]);
    offers_rows(&[files], 15, 2, 5, "x (9, 2)");
    let one_hot: Vec<u8> = (0..90).map(|i| u8::from(i % 10 == i / 10)).collect();
    let files = archive(&[("x.npy", &x), ("y.npy", &npy("u1", &[9, 10], &one_hot))]);
    offers_rows(&[files], 30, 3, 3, "x (9, 2)");
}

#[test]
fn pictures_are_offered_a_smaller_side_and_else_fewer() {
    let files = [fixture("pictures.zip")];
    // Ten pictures of 12 × 12 × 3, and their labels.
    let (sentence, offer, table) = taken(&files, &OpenOptions::default(), &of_cells(4_000));
    assert_eq!((offer, table.columns.len()), (Offer::PixelSide { side: 11 }, 364), "{sentence}");
    assert!(sentence.contains("choose 11 pixels a side, grey instead of colour"), "{sentence}");
    let (sentence, offer, table) = taken(&files, &OpenOptions::default(), &of_cells(900));
    assert_eq!((offer, table.n_rows), (Offer::EveryRow { n: 5 }, 2), "{sentence}");
    let wide = OpenOptions {
        pictures: PictureOptions { side: Some(10_000), has_colours: None },
        ..OpenOptions::default()
    };
    let (sentence, offer, _) = taken(&files, &wide, &ImportLimits::default());
    assert_eq!(offer, Offer::PixelSide { side: 81 }, "{sentence}");
    assert!(sentence.contains("300,000,000 numbers each"), "{sentence}");
    let error = opened(&files, &OpenOptions::default(), &of_cells(300)).unwrap_err();
    assert_eq!(error.offer(), None, "{error}");
}

#[test]
fn the_size_of_a_text_is_held_against_what_is_kept_that_of_others_against_what_is_read() {
    let text = "1,2\n".repeat(100);
    let limits = ImportLimits { n_bytes: 150, ..ImportLimits::default() };
    let streamed = |every: Every, expected: Option<u64>| {
        let mut importer = CsvImporter::with_options(limits, CsvOptions { every, ..CsvOptions::default() });
        if let Some(n_bytes) = expected {
            importer.expect_bytes(n_bytes);
        }
        text.as_bytes().chunks(7).try_for_each(|chunk| importer.push(chunk))?;
        importer.finish()
    };
    let error = streamed(Every::ALL, Some(400)).unwrap_err();
    let sentence = "the file has 400 bytes, the limit is 150 bytes: keep every 3rd row, or leave columns out";
    assert_eq!((error.to_string().as_str(), error.offer()), (sentence, Some(Offer::EveryRow { n: 3 })));
    assert_eq!(limits.check_size(400, Every::ALL), Err(error));
    assert_eq!(streamed(Every::nth(3), Some(400)).unwrap().n_rows, 34);
    // Nobody said how much comes: the offers grow, until one is enough.
    let mut every = Every::ALL;
    let table = loop {
        match streamed(every, None).map_err(|error| error.offer()) {
            Ok(table) => break table,
            Err(Some(Offer::EveryRow { n })) if n > every.get() => every = Every::nth(n),
            Err(offer) => panic!("{offer:?} after {every:?}"),
        }
    };
    assert_eq!((every.get(), table.n_rows), (3, 34));
    let file = InputFile { name: "a.csv".to_owned(), bytes: text.clone().into_bytes() };
    let error = opened(&[file], &OpenOptions::default(), &limits).unwrap_err();
    assert_eq!(error.offer(), None);
    let sentence = "the file has 400 bytes, the limit is 150 bytes: keep fewer rows, or leave columns out";
    assert_eq!(error.to_string(), sentence);
}

#[test]
fn a_data_set_that_grows_past_the_limit_is_offered_fewer_rows_of_the_files() {
    let csv = (0..600).map(|i| format!("c{},{}\n", i % 20, i / 4 % 2)).collect::<Vec<_>>().concat();
    let file = InputFile { name: "a.csv".to_owned(), bytes: csv.into_bytes() };
    let prepared = |every: Every| -> Result<Prepared<f32>, ImportError> {
        let options = OpenOptions { every, ..OpenOptions::default() };
        let table = opened(std::slice::from_ref(&file), &options, &of_cells(3_000)).unwrap();
        prepare(&table, &ImportPlan::guess(&table))
    };
    // 20 categories of 600 rows are 12,000 numbers; every 3rd row has all of them too.
    let error = prepared(Every::ALL).unwrap_err();
    let sentence =
        "20 inputs of 600 rows are more than the limit of 3,000 numbers: keep every 4th row, or fewer inputs";
    assert_eq!((error.to_string().as_str(), error.offer()), (sentence, Some(Offer::EveryRow { n: 4 })));
    assert_eq!(prepared(Every::nth(4)).unwrap().train.n_examples(), 120);
    let again = prepared(Every::nth(3)).unwrap_err();
    assert_eq!(again.offer(), Some(Offer::EveryRow { n: 4 }), "{again}");
    // Prediction prepares other rows the same way.
    let table = |every: Every, n_cells: usize| {
        let options = OpenOptions { every, ..OpenOptions::default() };
        opened(std::slice::from_ref(&file), &options, &of_cells(n_cells)).unwrap()
    };
    let mut plan = ImportPlan::guess(&table(Every::ALL, 50_000));
    plan.normalise = Normalise::None;
    let preparation = prepare::<f32>(&table(Every::ALL, 50_000), &plan).unwrap().preparation;
    let Err(error) = preparation.encode::<f32>(&table(Every::ALL, 3_000)) else { panic!("it fits") };
    let Some(Offer::EveryRow { n }) = error.offer() else { panic!("{error}") };
    assert!(preparation.encode::<f32>(&table(Every::nth(n), 3_000)).is_ok());
}

#[test]
fn an_offer_for_a_text_is_the_same_however_it_is_cut_and_enough_however_long_its_lines() {
    let mut random = stream(3, Stream::Data, 0, 0);
    let mut pick = |limit: u32| random.below(limit) as usize;
    for round in 0..60 {
        let (n_rows, n_columns) = (100 + pick(4_000), 2 + pick(5));
        let line = |row: usize, digits: usize| {
            let cells: Vec<String> =
                (0..n_columns).map(|at| format!("{:01$}", row + at, 1 + digits)).collect();
            cells.join(",") + "\n"
        };
        let text: String = (0..n_rows).map(|row| line(row, pick(6))).collect();
        let limits = of_cells(n_columns * (20 + pick(60)));
        let read = |every: Every, chunk_bytes: usize| {
            let options = CsvOptions { every, has_header: Some(round % 2 == 0), ..CsvOptions::default() };
            let mut importer = CsvImporter::with_options(limits, options);
            importer.expect_bytes(text.len() as u64);
            text.as_bytes().chunks(chunk_bytes).try_for_each(|chunk| importer.push(chunk))?;
            importer.finish()
        };
        let error = read(Every::ALL, text.len()).unwrap_err();
        for chunk_bytes in [1, 61, 4_096] {
            assert_eq!(read(Every::ALL, chunk_bytes), Err(error.clone()), "pieces of {chunk_bytes}");
        }
        let Some(Offer::EveryRow { n }) = error.offer() else { panic!("{error}") };
        let table = read(Every::nth(n), 999).unwrap_or_else(|again| panic!("{error}\nthen: {again}"));
        // And no more rows are given up than the margin costs.
        let n_most = limits.n_cells / n_columns;
        assert!(table.n_rows * 2 >= n_most, "{} of {n_most} rows, every {n}th of {n_rows}", table.n_rows);
    }
}

#[test]
fn rows_left_out_must_be_rows_all_the_same() {
    let options = OpenOptions { every: Every::nth(2), ..OpenOptions::default() };
    let file = |text: &str| [InputFile { name: "a.csv".to_owned(), bytes: text.as_bytes().to_vec() }];
    let error = opened(&file("a,b\n1,2\n3\n5,6\n"), &options, &ImportLimits::default()).unwrap_err();
    assert!(
        error.to_string().starts_with("«a.csv»: line 3 has 1 cell where the first line has 2"),
        "{error}"
    );
    let error = opened(&file("a,b\n1,2\n3,4,5\n"), &options, &ImportLimits::default()).unwrap_err();
    assert!(error.to_string().contains("line 3 has 3 cells"), "{error}");
    // Their values are of no interest, and separators at their end are forgiven.
    let table = opened(&file("a,b\n1,2\ninf,x,,\n\n5,6\n"), &options, &ImportLimits::default()).unwrap();
    assert_eq!(common::shown(&table), "a b | 1 2 | 5 6");
}

#[test]
fn offers_cross_to_the_page_and_into_options() {
    let json = |offer: Offer| serde_json::to_string(&offer).unwrap();
    assert_eq!(json(Offer::EveryRow { n: 3 }), r#"{"every_row":{"n":3}}"#);
    assert_eq!(json(Offer::PixelSide { side: 32 }), r#"{"pixel_side":{"side":32}}"#);
    let options: CsvOptions = serde_json::from_str(r#"{"every": 3}"#).unwrap();
    assert_eq!(options.every, Every::nth(3));
    let plain: CsvOptions = serde_json::from_str("{}").unwrap();
    assert_eq!(plain, CsvOptions::default());
    assert!(serde_json::from_str::<CsvOptions>(r#"{"every": 0}"#).is_err());
}

#[cfg(feature = "serde")]
#[test]
fn a_plan_says_how_its_files_were_read() {
    let options = OpenOptions {
        every: Every::nth(3),
        pictures: PictureOptions { side: Some(8), has_colours: Some(false) },
        ..OpenOptions::default()
    };
    let table = open(vec![fixture("pictures.zip")], &options, &ImportLimits::default()).unwrap();
    let json = serde_json::to_string(&ImportPlan::guess(&table)).unwrap();
    let plan: ImportPlan = serde_json::from_str(&json).unwrap();
    assert_eq!(plan.reading, options);
    let again = open(vec![fixture("pictures.zip")], &plan.reading, &ImportLimits::default()).unwrap();
    assert_eq!(again, table);
    // Nothing was chosen, nothing is said.
    let table = open(vec![fixture("table.csv")], &OpenOptions::default(), &ImportLimits::default()).unwrap();
    assert!(!serde_json::to_string(&ImportPlan::guess(&table)).unwrap().contains("reading"));
}
