//! What files become, and what is said about those that become nothing.

#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "a test may fail; values are exact")]

mod common;

use common::{read, read_with, shown, table};
use lnn_import::{CsvOptions, Every, ImportLimits, Separator};

#[track_caller]
fn check(text: impl AsRef<[u8]>, expected: &str) {
    let text = text.as_ref();
    assert_eq!(shown(&read(text).unwrap()), expected, "{:?}", String::from_utf8_lossy(text));
}

#[track_caller]
fn refuses(bytes: impl AsRef<[u8]>, sentence: &str) {
    let error = read(bytes.as_ref()).unwrap_err().to_string();
    assert_eq!(error, sentence, "{:?}", String::from_utf8_lossy(bytes.as_ref()));
    assert!(!error.ends_with('.') && !error.starts_with(char::is_uppercase), "{error}");
}

#[test]
fn separators_are_guessed() {
    check("a,b\n1,2\n", "a b | 1 2");
    check("a;b\n1;2\n", "a b | 1 2");
    check("a\tb\n1\t2\n", "a b | 1 2");
    check("a|b\n1|2\n", "a b | 1 2");
    check("name;note\nx;\"1,2,3\"\ny;\"4,5,6\"\n", "name note | x 1,2,3 | y 4,5,6");
    check("a,b\n\"1;1;1\",2\n\"2;2;2\",3\n", "a b | 1;1;1 2 | 2;2;2 3");
    assert_eq!(table("a,b\n1,2\n").separator, Separator::Comma);
    assert_eq!(table("5,1;3,5;1,4\n4,9;3,0;1,4\n").separator, Separator::Semicolon);
}

#[test]
fn headers_are_guessed() {
    check("5.1,3.5,setosa\n4.9,3.0,setosa\n", "column 1 column 2 column 3 | 5.1 3.5 setosa | 4.9 3 setosa");
    check("x,y,class\n5.1,3.5,a\n4.9,3.0,a\n", "x y class | 5.1 3.5 a | 4.9 3 a");
    check("label,0,1\n7,10,20\n8,11,21\n", "label 0 1 | 7 10 20 | 8 11 21");
    check("0,1,2\n7,10,20\n8,11,21\n", "0 1 2 | 7 10 20 | 8 11 21");
    check("sky,play\nred,yes\nblue,no\n", "sky play | red yes | blue no");
    check("red,yes\nred,no\nblue,no\n", "column 1 column 2 | red yes | red no | blue no");
    check(",a\n0,1\n1,2\n", "column 1 a | 0 1 | 1 2");
    check("a,a,a (2)\n1,2,3\n", "a a (2) a (2) (2) | 1 2 3");
    assert!(!table("5.1,3.5\n4.9,3.0\n").has_header);
}

#[test]
fn guesses_can_be_overruled() {
    let with = |options| shown(&read_with(b"1;2\n3;4\n", options, usize::MAX).unwrap());
    assert_eq!(with(CsvOptions { has_header: Some(true), ..CsvOptions::default() }), "1 2 | 3 4");
    let error =
        read_with(b"1;2\n", CsvOptions { separator: Some(Separator::Tab), ..CsvOptions::default() }, 9)
            .unwrap_err();
    assert!(error.to_string().starts_with("the file has one column only («1;2»)"), "{error}");
    let missing = CsvOptions { missing: vec!["-999".into(), "k.A.".into()], ..CsvOptions::default() };
    let table = read_with(b"a,b\n-999,k.a.\n1,2\n", missing, usize::MAX).unwrap();
    assert_eq!(shown(&table), "a b | · · | 1 2");
}

#[test]
fn quotes_newlines_and_blank_lines_are_understood() {
    check("a,b\n\"x, \"\"y\"\"\",1\n\"two\nlines\",2\n", "a b | x, \"y\" 1 | two\nlines 2");
    check("a,b\r\n1,2\r\n\r\n  \r\n3,4", "a b | 1 2 | 3 4");
    check("a,b\r1,2\r3,4\r", "a b | 1 2 | 3 4");
    check("\u{feff}a,b\n1,2\n", "a b | 1 2");
    check("\n\na,b\n1,2,\n3,4,,\n", "a b | 1 2 | 3 4");
    check("a , b\n 1 ,\" x \"\n", "a b | 1 x");
}

#[test]
fn missing_values_are_found() {
    check("a,b\n1,x\n,\nNA,N/A\nNaN,nan\nnull,?\n-,2\n", "a b | 1 x | · · | · · | · · | · · | · 2");
    let table = table("a,b\n1,x\n,\nNA,y\n");
    assert_eq!((table.columns[0].n_missing, table.columns[1].n_missing), (2, 1));
    assert!(table.columns[0].is_numeric() && !table.columns[1].is_numeric());
}

#[test]
fn columns_are_summed_up() {
    let table = table("n,t\n3,b\n1,a\n-0,b\n0,\n");
    let numbers = table.columns[0].numbers.unwrap();
    assert_eq!((numbers.min, numbers.max, numbers.mean, numbers.all_integers), (0.0, 3.0, 1.0, true));
    assert_eq!((table.columns[0].n_distinct, table.columns[1].n_distinct), (3, 2));
    let many = (0..2_000).map(|i| format!("{i}.5,1\n")).collect::<Vec<_>>().concat();
    let column = &common::table(&format!("a,b\n{many}")).columns[0];
    assert_eq!((column.n_distinct, column.n_distinct_is_exact), (1_000, false));
}

#[test]
fn numbers_before_the_first_text_become_texts() {
    check("a,b\n1.50,1\n,2\nx,3\n007,4\n", "a b | 1.5 1 | · 2 | x 3 | 7 4");
    let table = table("a,b\n1.50,1\n,2\nx,3\n");
    assert_eq!(table.columns[0].first_text, Some(("x".into(), 4)));
}

#[test]
fn decimal_commas_are_read_and_said() {
    let table = table("a;b\n1,5;x\n-0,25;y\n");
    assert_eq!(shown(&table), "a b | 1.5 x | -0.25 y");
    assert_eq!(table.warnings[0].to_string(), "numbers were read with a decimal comma (3,14)");
    check("a;b\n1,500;x\n2,250;y\n", "a b | 1,500 x | 2,250 y");
}

#[test]
fn latin1_is_read_and_said() {
    let table = read(b"city,n\nBern,1\nZ\xfcrich,2\n").unwrap();
    assert_eq!(shown(&table), "city n | Bern 1 | Zürich 2");
    let warning = table.warnings[0].to_string();
    assert_eq!(warning, "line 3 is not UTF-8: texts like it were read as Latin-1 (Windows-1252)");
}

#[test]
fn files_without_a_table_are_refused() {
    let empty = "the file is empty: choose a CSV with a header line and at least two rows";
    refuses("", empty);
    refuses("\n \n\r\n", empty);
    refuses("\u{feff}", empty);
    refuses("a,b,c\n", "the file has a header of 3 columns but no rows: add at least two rows of data");
    let one = "the file has one column only («a»): a data set needs at least one input and a target, separated by \
               comma, semicolon, tab or bar";
    refuses("a\n1\n2\n", one);
}

#[test]
fn ragged_rows_are_named_by_line() {
    let remedy = "give every line the same number, and put texts that contain the separator in quotes";
    refuses("a,b\n1,2\n3\n", &format!("line 3 has 1 cell where the first line has 2: {remedy}"));
    refuses("a,b\n1,2\n\n3,4,5\n", &format!("line 4 has 3 cells where the first line has 2: {remedy}"));
    refuses("a,b\r\n1,2\r\n3\r\n", &format!("line 3 has 1 cell where the first line has 2: {remedy}"));
    refuses("a,b\r1,2\r3\r", &format!("line 3 has 1 cell where the first line has 2: {remedy}"));
    refuses("a,b\n\"x\ny\",2\n3", &format!("line 4 has 1 cell where the first line has 2: {remedy}"));
}

#[test]
fn open_quotes_are_named_by_their_line() {
    let remedy = "is never closed: close it, or write \"\" for a quote inside a text";
    refuses("a,b\n1,\"x\n2,y\n", &format!("the quote (\") opened in line 2 {remedy}"));
    refuses("a,b\n1,2\n3,\"", &format!("the quote (\") opened in line 3 {remedy}"));
    let long = format!("a,b\n1,2\n\"{}", "x\n".repeat(40_000));
    let sentence =
        "the cell that starts in line 3 is longer than 65,536 bytes: is a closing quote (\") missing?";
    refuses(long, sentence);
}

#[test]
fn infinite_numbers_are_named_by_line_and_column() {
    let sentence = |line| {
        format!(
            "line {line}, column «b» holds an infinite number: write a finite one, or leave the cell empty if it is \
             unknown"
        )
    };
    refuses("a,b\n1,2\n3,inf\n", &sentence(3));
    refuses("a,b\n1,-Infinity\n3,4\n", &sentence(2));
    refuses("a,b\n1,1e999\n3,4\n", &sentence(2));
    check("a,b\n1,inf\n3,x\n", "a b | 1 inf | 3 x");
}

#[test]
fn files_that_are_no_text_are_named() {
    let not_text = |byte, rest: &str| format!("this is not a text file (byte {byte}): {rest}");
    refuses(b"a,b\n1,\0\n", &not_text(6, "open a CSV or TSV text file"));
    refuses(b"a,\x01b\n1,2\n", &not_text(3 - 1, "open a CSV or TSV text file"));
    let zip = "it is a zip archive or a workbook: save the sheet as CSV and open that";
    refuses(b"PK\x03\x04\x14\0\x06\0", &not_text(0, zip));
    refuses(b"\x1f\x8b\x08\0", &not_text(0, "it is compressed by gzip: unpack it and open the CSV inside"));
    refuses(b"\x89HDF\r\n\x1a\n\0", &not_text(0, "it is an HDF5 file: export the table as CSV"));
}

#[test]
fn text_in_utf16_is_read_as_what_it_says() {
    for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        let utf16: Vec<u8> = "\u{feff}größe,b\n1,2\n".encode_utf16().flat_map(to_bytes).collect();
        check(utf16, "größe b | 1 2");
    }
}

#[test]
fn claimed_sizes_are_refused_before_reading() {
    let error = ImportLimits::default().check_size(2 << 30, Every::ALL).unwrap_err().to_string();
    assert_eq!(error, "the file has 2 GB, the limit is 512 MB: keep every 4th row, or leave columns out");
    assert!(ImportLimits::default().check_size(50 << 20, Every::ALL).is_ok());
}

#[test]
fn limits_hold() {
    let limits =
        ImportLimits { n_bytes: 100, n_columns: 3, n_cells: 8, cell_bytes: 10, ..ImportLimits::default() };
    let refuses = |text: &str, start: &str| {
        let mut importer = lnn_import::CsvImporter::new(limits);
        let result = importer.push(text.as_bytes()).and_then(|()| importer.finish());
        let error = result.unwrap_err().to_string();
        assert!(error.starts_with(start), "{error}");
    };
    refuses("a,b,c,d\n1,2,3,4\n", "line 1 has more than 3 columns, the most that can be used: ");
    refuses(&"1,2\n".repeat(5), "line 5 is past the limit of 8 cells (2 a row): ");
    refuses(&"1,2\n".repeat(50), "the file has 200 bytes, the limit is 100 bytes: keep every 2nd row");
    refuses("a,b\n12345678901,2\n", "the cell that starts in line 2 is longer than 10 bytes");
}

#[test]
fn twelve_thousand_columns_are_read() {
    let header: Vec<String> = (0..12_288).map(|i| format!("pixel_{i}")).chain(["cat".into()]).collect();
    let row = vec!["17"; 12_289].join(",");
    let table = table(&format!("{}\n{row}\n{row}\n", header.join(",")));
    assert_eq!((table.n_rows, table.columns.len(), table.has_header), (2, 12_289, true));
}

#[test]
fn columns_of_too_many_texts_are_kept_without_them() {
    let limits = ImportLimits { n_texts: 3, ..ImportLimits::default() };
    let mut importer = lnn_import::CsvImporter::new(limits);
    importer.push(b"a,b\nu,x\nv,x\n,x\nw,x\nz,x\nu,y\n").unwrap();
    let table = importer.finish().unwrap();
    assert_eq!(table.columns[0].values, lnn_import::ColumnValues::TooManyTexts { limit: 3 });
    assert_eq!((table.columns[0].n_missing, table.n_rows), (1, 6));
}
