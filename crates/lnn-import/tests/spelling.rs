//! However numbers, dates and letters are written: decimal commas, points between thousands, days of every style, every
//! encoding; and files so long or so wide that guesses have to hold.

#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test may fail; values are exact")]

mod common;

use std::fmt::Write as _;

use common::{read, read_with, shown, table};
use lnn_import::{
    ColumnValues, CsvImporter, CsvOptions, DateStyle, ImportLimits, ImportWarning, Separator, Table,
};

fn numbers(table: &Table, at: usize) -> &[f64] {
    match &table.columns[at].values {
        ColumnValues::Numeric(numbers) => numbers,
        other => panic!("column {at} is {other:?}"),
    }
}

fn warnings(table: &Table) -> Vec<String> {
    table.warnings.iter().map(ToString::to_string).collect()
}

const COMMA: &str = "numbers were read with a decimal comma (3,14)";

#[test]
fn decimal_commas_go_with_every_separator_but_the_comma() {
    for separator in [";", "\t", "|"] {
        let text = "price;n;name\n1,5;10;a\n-0,25;20;b\n,5;30;c\n".replace(';', separator);
        let table = table(&text);
        assert_eq!(shown(&table), "price n name | 1.5 10 a | -0.25 20 b | 0.5 30 c", "{separator}");
        assert!(table.decimal_comma);
        assert_eq!(warnings(&table), [COMMA]);
    }
    // Between commas only where somebody says so, and quotes hold them.
    let quoted = b"a,b\n\"1,5\",x\n\"2,25\",y\n";
    assert!(!read(quoted).unwrap().columns[0].is_numeric());
    let options = CsvOptions { decimal_comma: Some(true), ..CsvOptions::default() };
    assert_eq!(shown(&read_with(quoted, options, 5).unwrap()), "a b | 1.5 x | 2.25 y");
}

#[test]
fn thousands_are_read_where_they_can_be_nothing_else() {
    let table = table("a;b;c\n1.234,5;10 000;1.234\n-12.345.678,25;2 500 000,75;999\n0,5;7;20.000\n");
    assert_eq!(numbers(&table, 0), [1234.5, -12_345_678.25, 0.5]);
    assert_eq!(numbers(&table, 1), [10_000.0, 2_500_000.75, 7.0]);
    assert_eq!(numbers(&table, 2), [1234.0, 999.0, 20_000.0]);
    let thousands = "points were read as between thousands, such as in «1.234» in line 2";
    assert_eq!(warnings(&table), [COMMA, thousands]);
    // Spaces that break no line, as UTF-8 and as Latin-1.
    let table = common::table("a;b\n1\u{a0}234,5;x\n1\u{202f}000\u{202f}000;y\n");
    assert_eq!(numbers(&table, 0), [1234.5, 1_000_000.0]);
    let latin_1 = read(b"a;b\n1\xa0234,5;x\n2\xa0000,5;y\n").unwrap();
    assert_eq!(numbers(&latin_1, 0), [1234.5, 2000.5]);
}

#[test]
fn what_could_be_either_is_left_as_it_was() {
    // English thousands or three decimals: texts, as nothing tells.
    assert_eq!(shown(&table("a;b\n1,500;x\n2,250;y\n")), "a b | 1,500 x | 2,250 y");
    // A zero before the comma tells.
    assert_eq!(shown(&table("a;b\n1,500;x\n0,250;y\n")), "a b | 1.5 x | 0.25 y");
    // Decimal points somewhere: commas are none, and points stay points.
    let table = table("a;b\n1,5;3.15\n2,5;1.234\n");
    assert!(!table.decimal_comma && !table.columns[0].is_numeric());
    assert_eq!(numbers(&table, 1), [3.15, 1.234]);
    // Without a decimal comma anywhere, a point is one.
    assert_eq!(numbers(&common::table("a;b\n1.234;x\n5.678;y\n"), 0), [1.234, 5.678]);
    for (said, expected) in [(true, [1.5, 2.25]), (false, [f64::NAN; 2])] {
        let options = CsvOptions { decimal_comma: Some(said), ..CsvOptions::default() };
        let table = read_with(b"a;b\n1,500;x\n2,250;y\n", options, 4).unwrap();
        assert_eq!((table.decimal_comma, table.columns[0].is_numeric()), (said, said));
        if said {
            assert_eq!(numbers(&table, 0), expected);
        }
    }
}

#[test]
fn a_decimal_comma_far_down_is_found() {
    let mut text = "a;b\n".to_owned();
    (0..150).for_each(|i| writeln!(text, "{i};x{}", i % 3).unwrap());
    text += "1,5;x\n";
    assert_eq!(numbers(&table(&text), 0)[150], 1.5);
}

#[track_caller]
fn dates(cells: &[&str], style: DateStyle, words: &str, expected: &[f64]) {
    let text =
        cells.iter().enumerate().map(|(i, cell)| format!("{cell};{i}.5\n")).collect::<Vec<_>>().concat();
    let table = table(&format!("day;y\n{text}"));
    let column = "day".to_owned();
    assert_eq!(table.warnings, [ImportWarning::Dates { column, style }], "{cells:?}");
    let sentence = format!("column «day» holds dates ({words}): they were read as days since 1970-01-01");
    assert_eq!(warnings(&table), [sentence]);
    let found: Vec<f64> = numbers(&table, 0).iter().copied().filter(|number| !number.is_nan()).collect();
    assert_eq!(found, expected);
    assert_eq!(table.columns[0].n_missing, cells.len() - expected.len());
}

#[test]
fn dates_become_days() {
    // 19,844 = 2024-05-01, by `date -u -d 2024-05-01 +%s` / 86400.
    dates(&["2024-05-01", "", "1969-12-31"], DateStyle::Iso, "year-month-day", &[19_844.0, -1.0]);
    let times = ["2024-05-01T06:00:00Z", "2024-05-01 12:00", "2024-05-01T20:00:00.000+02:00", "2024-05-01"];
    dates(&times, DateStyle::Iso, "year-month-day", &[19_844.25, 19_844.5, 19_844.75, 19_844.0]);
    dates(&["1.5.2024", "NA", "31.12.1969"], DateStyle::Points, "day.month.year", &[19_844.0, -1.0]);
    // Only what is beyond 12 tells a day from a month, anywhere in the column.
    dates(&["01/05/2024", "31/12/1969"], DateStyle::DayFirst, "day/month/year", &[19_844.0, -1.0]);
    dates(&["05/01/2024", "12/31/1969"], DateStyle::MonthFirst, "month/day/year", &[19_844.0, -1.0]);
}

#[test]
fn dates_that_leave_a_doubt_stay_texts() {
    let table = table("day;y\n01/05/2024;1\n02/06/2024;2\n01/05/2024;3\n");
    assert!(!table.columns[0].is_numeric());
    assert_eq!(table.columns[0].cell_text(0), "01/05/2024");
    let sentence = "column «day» holds dates that can be day/month or month/day: they were read as texts; write them \
                    as 2024-05-01";
    assert_eq!(warnings(&table), [sentence]);
    // Both cannot be, and neither can a column that is no date somewhere, or of two styles.
    for cells in [
        ["13/05/2024", "05/13/2024"],
        ["2024-05-01", "soon"],
        ["2024-05-01", "1.5.2024"],
        ["2024-05-01", "7"],
    ] {
        let table = common::table(&format!("day;y\n{};1\n{};2\n", cells[0], cells[1]));
        assert!(!table.columns[0].is_numeric(), "{cells:?}");
        assert_eq!((table.columns[0].cell_text(0).as_str(), warnings(&table).len()), (cells[0], 0));
    }
}

#[test]
fn headers_over_dates_are_known_and_dates_are_no_header() {
    assert!(table("day,class\n2024-05-01,a\n2024-05-02,b\n").has_header);
    let headless = table("2024-05-01,a\n2024-05-02,b\n2024-05-03,c\n");
    assert!(!headless.has_header && headless.columns[0].is_numeric());
    assert_eq!(headless.n_rows, 3);
}

#[test]
fn more_times_than_texts_are_kept_are_still_dates() {
    let limits = ImportLimits { n_texts: 100, ..ImportLimits::default() };
    let read = |last: &str| {
        let mut text = "time,y\n".to_owned();
        for i in 0..500 {
            writeln!(text, "2024-05-01T{:02}:{:02}:00,{i}", i / 60, i % 60).unwrap();
        }
        writeln!(text, "{last},1").unwrap();
        let mut importer = CsvImporter::new(limits);
        text.as_bytes().chunks(33).try_for_each(|chunk| importer.push(chunk)).unwrap();
        importer.finish().unwrap()
    };
    let times = read("2024-05-02");
    assert_eq!(
        (numbers(&times, 0).len(), numbers(&times, 0)[360], numbers(&times, 0)[500]),
        (501, 19_844.25, 19_845.0)
    );
    // One that is none: too many texts, as ever.
    let broken = read("never");
    assert_eq!(broken.columns[0].values, ColumnValues::TooManyTexts { limit: 100 });
    assert_eq!(broken.n_rows, 501);
}

#[test]
fn a_million_rows_are_read_with_the_sums_they_have() {
    const N: u64 = 1_000_000;
    let mut importer = CsvImporter::new(ImportLimits::default());
    let mut text = "a;b;c;d;e;f;g;h;i;class\n".to_owned();
    for row in 0..N {
        let (k, class) = (row % 1_000, if row % 4 == 0 { "one" } else { "other" });
        writeln!(text, "{row};{k},5;{};{k};{};-{k};0,25;{};2024-01-01;{class}", k * 2, row % 7, k % 2)
            .unwrap();
        if text.len() > 1 << 16 {
            importer.push(text.as_bytes()).unwrap();
            text.clear();
        }
    }
    importer.push(text.as_bytes()).unwrap();
    let table = importer.finish().unwrap();
    assert_eq!((table.n_rows as u64, table.columns.len()), (N, 10));
    let sum = |at: usize| numbers(&table, at).iter().sum::<f64>();
    let of_k = (N / 1_000 * (999 * 1_000 / 2)) as f64;
    let of_sevenths = (0..N).map(|row| row % 7).sum::<u64>() as f64;
    let n = N as f64;
    let expected = [
        (N * (N - 1) / 2) as f64,
        of_k + n / 2.0,
        of_k * 2.0,
        of_k,
        of_sevenths,
        -of_k,
        n / 4.0,
        n / 2.0,
        n * 19_723.0,
    ];
    for (at, expected) in expected.into_iter().enumerate() {
        assert_eq!(sum(at), expected, "column {at}");
    }
    let ColumnValues::Text { codes, levels } = &table.columns[9].values else { panic!("no texts") };
    assert_eq!(levels, &["one", "other"]);
    assert_eq!(codes.iter().filter(|code| **code == 0).count() as u64, N / 4);
}

#[test]
fn a_million_columns_are_refused_within_the_first_of_them() {
    for separator in [',', ';', '\t', '|'] {
        let header = (0..1_000_000).map(|i| format!("c{i}{separator}")).collect::<Vec<_>>().concat();
        let mut importer = CsvImporter::new(ImportLimits::default());
        let refused = header.as_bytes().chunks(1 << 16).position(|chunk| importer.push(chunk).is_err());
        // The guesses wait for the first megabyte; no more is read.
        assert!(refused.is_some_and(|at| at < 17), "{separator:?}: {refused:?}");
        let mut importer = CsvImporter::new(ImportLimits::default());
        let error = importer.push(header.as_bytes()).unwrap_err().to_string();
        let sentence = "line 1 has more than 20,000 columns, the most that can be used: leave columns out or average \
                        neighbouring ones";
        assert_eq!(error, sentence, "{separator:?}");
    }
}

const TEXT: &str = "größe;стать;note\r\n1,5;я;\"two\nlines, \"\"quoted\"\"\"\r\n2,5;𝄞;\"a;b\"\r\n";
const READ: &str = "größe стать note | 1.5 я two\nlines, \"quoted\" | 2.5 𝄞 a;b";

fn utf_16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

#[test]
fn one_text_in_every_encoding_is_one_table_however_it_is_cut() {
    let marked = format!("\u{feff}{TEXT}");
    let encodings = [
        TEXT.as_bytes().to_vec(),
        marked.as_bytes().to_vec(),
        utf_16(TEXT, u16::to_le_bytes),
        utf_16(TEXT, u16::to_be_bytes),
        utf_16(&marked, u16::to_le_bytes),
        utf_16(&marked, u16::to_be_bytes),
    ];
    for bytes in &encodings {
        for chunk_bytes in [1, 2, 3, 7, 1_023, 1_024, 1_025, usize::MAX] {
            let table = read_with(bytes, CsvOptions::default(), chunk_bytes).unwrap();
            assert_eq!(shown(&table), READ, "{:?}… by {chunk_bytes}", &bytes[..4]);
            assert_eq!(table.separator, Separator::Semicolon);
        }
    }
}

#[test]
fn long_texts_in_utf_16_are_whole_and_their_offers_right() {
    let text = (0..120_000).map(|i| format!("{i};{},5;ä{}\n", i % 90, i % 7)).collect::<Vec<_>>().concat();
    let plain = read(text.as_bytes()).unwrap();
    assert_eq!(plain.n_rows, 120_000);
    let limits = ImportLimits { n_cells: 120_000, ..ImportLimits::default() };
    for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        let bytes = utf_16(&text, to_bytes);
        for chunk_bytes in [4_093, 1 << 20] {
            assert_eq!(read_with(&bytes, CsvOptions::default(), chunk_bytes).unwrap(), plain);
        }
        let offer = |n_bytes: u64, chunk_bytes: usize| {
            let mut importer = CsvImporter::new(limits);
            importer.expect_bytes(n_bytes);
            bytes.chunks(chunk_bytes).try_for_each(|chunk| importer.push(chunk)).unwrap_err().offer()
        };
        // 360,000 cells in 120,000, and a margin.
        let expected = Some(lnn_import::Offer::EveryRow { n: 4 });
        assert_eq!([offer(bytes.len() as u64, 999), offer(bytes.len() as u64, 1 << 16)], [expected; 2]);
    }
}

#[test]
fn lines_may_end_in_any_way_and_quotes_hold_them() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["a,b", "\"x\ny\",1", "\"x\r\ny\",2", ""].join(end);
        assert_eq!(shown(&table(&text)), "a b | x\ny 1 | x\r\ny 2", "{end:?}");
        let blank = ["", "", "a,b", "", "1,2", "", "3,4"].join(end);
        assert_eq!(shown(&table(&blank)), "a b | 1 2 | 3 4", "{end:?}");
    }
}
