//! Logs read from folders, archives and files: whole, damaged, in parts, growing.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::io::{Cursor, Write};

use flate2::{Compression, write::GzEncoder};
use lnn_runlog::files::{Files, Folder, ManySources, MemorySource, Source, ZipFiles};
use lnn_runlog::{Depth, LogScan, Progress, Report};
use zip::write::SimpleFileOptions;

fn gz(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn memory(bytes: Vec<u8>) -> Box<dyn Source> {
    Box::new(MemorySource(bytes))
}

fn zip_of(entries: &[(&str, &[u8], bool)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes, is_packed) in entries {
        let method =
            if *is_packed { zip::CompressionMethod::Deflated } else { zip::CompressionMethod::Stored };
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn report_of(files: Box<dyn Files>) -> Report {
    let mut scan = LogScan::new(files, Depth::Outline).unwrap();
    while scan.advance(1000, &mut |_| ()).unwrap() == Progress::More {}
    scan.finish(&mut |_| ());
    scan.report()
}

fn segments(text: &str) -> Vec<u8> {
    let (a, b) = text.split_at(text[..text.len() / 2].rfind('\n').unwrap() + 1);
    zip_of(&[
        ("run/run.json", b"{}", true),
        ("run/log/000000.ndjson.gz", &gz(a.as_bytes()), false),
        ("run/log/000001.ndjson", b.as_bytes(), true),
        ("run/checkpoints/last.safetensors", &[1, 2, 3], true),
        ("../outside", b"x", false),
    ])
}

#[test]
fn an_archive_of_a_run_is_read_as_the_run() {
    let text = common::log(6).text;
    let files = ZipFiles::new(memory(segments(&text))).unwrap();
    assert_eq!(files.problems()[0].name, "../outside");
    let report = report_of(Box::new(files));
    assert!(report.is_good(), "{report:?}");
}

#[test]
fn a_damaged_entry_is_told_and_the_rest_of_the_run_is_read() {
    let text = common::log(6).text;
    let (a, b) = text.split_at(text[..text.len() / 2].rfind('\n').unwrap() + 1);
    let mut packed = gz(a.as_bytes());
    let middle = packed.len() / 2;
    packed[middle] ^= 0x55;
    let archive = zip_of(&[
        ("log/000000.ndjson.gz", &packed, false),
        ("log/000001.ndjson.gz", &gz(b.as_bytes()), true),
    ]);
    let report = report_of(Box::new(ZipFiles::new(memory(archive)).unwrap()));
    assert!(report.n_bad_lines > 0 && report.missing_lines > 0, "{report:?}");
    assert_eq!(report.runs[0].last_step, Some(6));
    assert!(report.bad_lines.iter().any(|bad| bad.file.as_deref() == Some("000000.ndjson.gz")), "{report:?}");
}

#[test]
fn a_missing_segment_is_named() {
    let text = common::log(9).text;
    let parts: Vec<String> = common::lines(&text).chunks(4).map(<[&str]>::concat).collect();
    let part = |idx: usize| (format!("log/{idx:06}.ndjson"), memory(parts[idx].clone().into_bytes()));
    let files = ManySources::new([0, 2, 3].map(part).into());
    let report = report_of(Box::new(files));
    assert_eq!(report.remarks, ["segments are missing: log/000001.ndjson.gz"]);
    assert_eq!((report.missing_steps, report.missing_lines), (vec![(3, 6)], 4));
}

#[test]
fn a_byte_order_mark_harms_nothing() {
    let text = common::log(3).text;
    let files =
        ManySources::new(vec![("a.ndjson".to_owned(), memory(format!("\u{feff}{text}").into_bytes()))]);
    let mut scan = LogScan::new(Box::new(files), Depth::Outline).unwrap();
    while scan.advance(1, &mut |_| ()).unwrap() == Progress::More {}
    scan.finish(&mut |_| ());
    assert!(scan.report().is_good(), "{:?}", scan.report());
    let run = scan.reader().runs()[0].clone();
    let header = run.header.unwrap();
    assert_eq!(scan.line(header.place, header.n_bytes).unwrap() + "\n", common::lines(&text)[0]);
    for place in run.steps.iter() {
        assert_eq!(
            scan.line(place.place, place.n_bytes).unwrap() + "\n",
            common::lines(&text)[place.step as usize + 1]
        );
    }
}

#[test]
fn a_log_that_grows_is_read_on_and_its_lines_found_again() {
    let text = common::log(8).text;
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("growing");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("log")).unwrap();
    let lines = common::lines(&text);
    let (first, second) = (folder.join("log/000000.ndjson"), folder.join("log/000001.ndjson"));
    std::fs::write(&first, lines[..3].concat()).unwrap();
    let files = Folder::new(&folder).unwrap();
    let mut scan = LogScan::new(Box::new(files), Depth::Outline).unwrap();
    assert_eq!(scan.advance(u64::MAX, &mut |_| ()).unwrap(), Progress::AtEnd);
    assert_eq!(scan.reader().runs()[0].steps.len(), 2);
    // The first segment grows, in the middle of a line, and is then compressed; another one begins.
    let half = lines[3].len() / 2;
    std::fs::write(&first, lines[..3].concat() + &lines[3][..half]).unwrap();
    scan.refresh();
    scan.advance(u64::MAX, &mut |_| ()).unwrap();
    assert!(scan.reader().pending().is_some());
    std::fs::write(folder.join("log/000000.ndjson.gz"), gz(lines[..6].concat().as_bytes())).unwrap();
    std::fs::remove_file(&first).unwrap();
    std::fs::write(&second, lines[6..].concat()).unwrap();
    scan.refresh();
    scan.advance(u64::MAX, &mut |_| ()).unwrap();
    scan.finish(&mut |_| ());
    assert!(scan.report().is_good(), "{:?}", scan.report());
    let places: Vec<_> = scan.reader().runs()[0].steps.iter().copied().collect();
    for place in places {
        assert_eq!(scan.line(place.place, place.n_bytes).unwrap() + "\n", lines[place.step as usize + 1]);
    }
    let _ = std::fs::remove_dir_all(&folder);
}
