//! Compressed and packed logs: any place of them, whatever was read before, and whatever is wrong with them.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::io::Write;
use std::rc::Rc;
use std::{cell::RefCell, io::Cursor};

use flate2::{Compression, write::GzEncoder};
use lnn_runlog::files::{
    Files, Inflated, MemorySource, NamedSources, Section, Source, SourceError, SourceState, ZipFiles,
    read_up_to,
};
use lnn_runlog::{Depth, LogScan, Progress, Report};
use proptest::prelude::*;
use zip::write::SimpleFileOptions;

fn gz(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn read_all(source: &mut dyn Source) -> (Vec<u8>, Result<(), SourceError>) {
    let (mut bytes, mut chunk) = (Vec::new(), vec![0; 1000]);
    loop {
        match source.read_at(bytes.len() as u64, &mut chunk) {
            Ok(0) => return (bytes, Ok(())),
            Ok(n_read) => bytes.extend_from_slice(&chunk[..n_read]),
            Err(error) => return (bytes, Err(error)),
        }
    }
}

/// Numbers that compress a little, several megabytes of them: more than one state is kept.
fn long_text() -> Vec<u8> {
    let mut state = 1_u32;
    let mut text = String::new();
    while text.len() < 5 << 20 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.push_str(&(state >> 12).to_string());
        text.push(',');
    }
    text.into_bytes()
}

thread_local! {
    static LONG: (Vec<u8>, Vec<u8>) = {
        let text = long_text();
        let (a, b) = text.split_at(text.len() / 3);
        let packed = [gz(a), gz(b), vec![0; 512]].concat();
        (text, packed)
    };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_place_of_a_gzip_file_is_a_slice_of_its_text(
        places in prop::collection::vec((any::<prop::sample::Index>(), 1_usize..5000), 1..12),
        reads_all_first in any::<bool>(),
    ) {
        LONG.with(|(text, packed)| {
            let mut source = Inflated::gzip(MemorySource(packed.clone()));
            if reads_all_first {
                let (bytes, result) = read_all(&mut source);
                prop_assert!(result.is_ok() && bytes == *text);
            }
            for (offset, n_bytes) in places {
                let offset = offset.index(text.len());
                let expected = &text[offset..text.len().min(offset + n_bytes)];
                let found = read_up_to(&mut source, offset as u64, n_bytes).unwrap();
                prop_assert!(found == expected, "{n_bytes} bytes at {offset}");
            }
            Ok(())
        })?;
    }
}

#[test]
fn every_prefix_of_a_gzip_file_gives_a_prefix_of_its_text() {
    let text = common::log(3).text.into_bytes();
    let packed = [gz(&text[..2000]), gz(&text[2000..])].concat();
    for end in 0..packed.len() {
        let mut source = Inflated::gzip(MemorySource(packed[..end].to_vec()));
        let (bytes, result) = read_all(&mut source);
        assert!(result.is_ok() && text.starts_with(&bytes), "cut after {end}: {result:?}");
        let is_between = end == gz(&text[..2000]).len();
        assert_eq!(source.state() == SourceState::Complete, is_between, "cut after {end}");
    }
}

#[test]
fn every_flipped_byte_of_a_gzip_file_is_noticed_or_carries_nothing() {
    let text = common::log(2).text.into_bytes();
    let packed = gz(&text);
    for at in 0..packed.len() {
        for flip in [1_u8, 0x80] {
            let mut bad = packed.clone();
            bad[at] ^= flip;
            let mut source = Inflated::gzip(MemorySource(bad));
            let (bytes, result) = read_all(&mut source);
            let is_noticed = result.is_err() || source.state() != SourceState::Complete;
            // Time, system and the like stand in bytes 3 to 9; the last byte before the trailer is filled up with bits.
            let carries_nothing = (3..10).contains(&at) || at + 9 == packed.len();
            assert!(is_noticed || bytes == text && carries_nothing, "byte {at} ^ {flip}");
        }
    }
}

#[test]
fn a_gzip_file_is_read_on_when_it_grows() {
    struct Growing(Rc<RefCell<Vec<u8>>>);
    impl Source for Growing {
        fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
            MemorySource(self.0.borrow().clone()).read_at(offset, buf)
        }
    }
    let text = common::log(4).text.into_bytes();
    let packed = [gz(&text[..3000]), gz(&text[3000..])].concat();
    let shared = Rc::new(RefCell::new(Vec::new()));
    let mut source = Inflated::gzip(Growing(shared.clone()));
    let mut found = Vec::new();
    for byte in packed {
        shared.borrow_mut().push(byte);
        found.extend(read_up_to(&mut source, found.len() as u64, 10_000).unwrap());
    }
    assert_eq!(found, text);
    assert_eq!(source.state(), SourceState::Complete);
}

#[test]
fn zeros_without_end_need_no_memory() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let block = vec![0_u8; 1 << 20];
    (0..200).for_each(|_| encoder.write_all(&block).unwrap());
    let mut source = Inflated::gzip(MemorySource(encoder.finish().unwrap()));
    let (mut n_bytes, mut chunk) = (0_u64, vec![1; 1 << 16]);
    loop {
        match source.read_at(n_bytes, &mut chunk).unwrap() {
            0 => break,
            n_read => n_bytes += n_read as u64,
        }
    }
    assert_eq!(n_bytes, 200 << 20);
    let mut last = [1];
    assert_eq!(source.read_at((200 << 20) - 1, &mut last), Ok(1));
    assert_eq!((last, source.read_at(200 << 20, &mut last)), ([0], Ok(0)));
}

#[test]
fn a_section_ends_where_it_should() {
    let source = MemorySource(b"abcdefgh".to_vec());
    let mut section = Section { source, start: 2, n_bytes: 3 };
    assert_eq!(read_up_to(&mut section, 1, 100), Ok(b"de".to_vec()));
    assert_eq!(read_up_to(&mut section, 9, 100), Ok(Vec::new()));
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
    let files = ZipFiles::open(Box::new(MemorySource(segments(&text)))).unwrap();
    assert!(files.problems()[0].contains("«../outside»"), "{:?}", files.problems());
    let report = report_of(Box::new(files));
    assert!(report.is_good(), "{report:?}");
}

#[test]
fn an_archive_cut_anywhere_gives_what_is_whole() {
    let text = common::log(3).text;
    let archive = segments(&text);
    let mut found = Vec::new();
    for end in (0..archive.len()).step_by(7) {
        let Ok(mut files) = ZipFiles::open(Box::new(MemorySource(archive[..end].to_vec()))) else { continue };
        let names = files.names().to_vec();
        found.push(names.len());
        for name in names {
            let _ = files.open(&name).map(|mut source| read_all(&mut source));
        }
    }
    assert!(found.windows(2).all(|pair| pair[0] <= pair[1]), "{found:?}");
    assert_eq!(found.last(), Some(&4));
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
    let report = report_of(Box::new(ZipFiles::open(Box::new(MemorySource(archive))).unwrap()));
    assert!(report.n_bad_lines > 0 && report.missing_lines > 0, "{report:?}");
    assert_eq!(report.runs[0].last_step, Some(6));
    assert!(
        report.bad_lines.iter().any(|bad| bad.file.as_deref() == Some("log/000000.ndjson.gz")),
        "{report:?}"
    );
}

#[test]
fn a_missing_segment_is_named() {
    let text = common::log(9).text;
    let parts: Vec<String> = common::lines(&text).chunks(4).map(<[&str]>::concat).collect();
    let mut files = NamedSources::default();
    for idx in [0, 2, 3] {
        let part = parts[idx].clone().into_bytes();
        files
            .add(&format!("log/{idx:06}.ndjson"), Box::new(move || Ok(Box::new(MemorySource(part.clone())))));
    }
    let report = report_of(Box::new(files));
    assert_eq!(report.remarks, ["segments are missing: log/000001.ndjson.gz"]);
    assert_eq!((report.missing_steps, report.missing_lines), (vec![(3, 6)], 4));
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
    let files = lnn_runlog::files::Folder::open(&folder).unwrap();
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
