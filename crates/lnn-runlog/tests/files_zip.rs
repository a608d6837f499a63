//! Zips: whole, cut, damaged, of several programs, and with entries that can't be used.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::io::{Cursor, Write as _};

use lnn_runlog::files::{
    Chunks, Files as _, MAX_FILES, MemorySource, Source, SourceError, SourceState, ZipFiles, read_fully,
};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const TEXT: &[u8] = include_bytes!("archives/text.txt");
const PYTHON: &[u8] = include_bytes!("archives/python.zip");
const PIPED: &[u8] = include_bytes!("archives/piped.zip");
const LONG: &[u8] = include_bytes!("archives/long.zip");
const SYSTEM: &[u8] = include_bytes!("archives/system.zip");

const DEFLATED: CompressionMethod = CompressionMethod::Deflated;
const STORED: CompressionMethod = CompressionMethod::Stored;

fn zip(entries: &[(&str, &[u8], CompressionMethod)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text, method) in entries {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(*method)).unwrap();
        writer.write_all(text).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn open(bytes: &[u8]) -> Result<ZipFiles, SourceError> {
    ZipFiles::new(Box::new(MemorySource(bytes.to_vec())))
}

fn read(zip: &mut ZipFiles, name: &str) -> Result<(Vec<u8>, SourceState), SourceError> {
    let mut chunks = Chunks::with_size(zip.open(name)?, 0, 1000);
    let mut text = Vec::new();
    while let Some(chunk) = chunks.next_chunk()? {
        text.extend_from_slice(chunk);
    }
    let state = chunks.source().state();
    Ok((text, state))
}

/// A zip with these entries and nothing to complain of.
fn check(bytes: &[u8], expected: &[(&str, &[u8])]) {
    let mut zip = open(bytes).unwrap();
    let names: Vec<_> = expected.iter().map(|(name, _)| *name).collect();
    assert_eq!(zip.names(), names);
    assert_eq!(zip.problems(), []);
    for (name, text) in expected {
        assert!(read(&mut zip, name) == Ok((text.to_vec(), SourceState::Complete)), "{name}");
    }
}

#[test]
fn what_zip_and_python_write_is_read() {
    let python = [("log.jsonl", TEXT), ("stored.txt", &TEXT[..500]), ("sub/größe.txt", b"8")];
    check(PYTHON, &python);
    check(PIPED, &[("log.jsonl", TEXT), ("stored.txt", &TEXT[..500])]);
    check(LONG, &[("log.jsonl", TEXT)]);
    check(SYSTEM, &[("eight.txt", b"8"), ("log.jsonl", TEXT)]);
    check(&zip(&[]), &[]);
    check(&[b"#!/bin/sh\n", PYTHON].concat(), &python);
}

#[test]
fn entries_are_read_at_any_place_and_beside_each_other() {
    let mut zip = open(PYTHON).unwrap();
    let mut deflated = zip.open("log.jsonl").unwrap();
    let mut stored = zip.open("stored.txt").unwrap();
    for offset in [400, 0, 499, 250] {
        for source in [&mut deflated, &mut stored] {
            let mut buf = [0; 50];
            let n_read = read_fully(source, offset, &mut buf).unwrap();
            let start = offset as usize;
            assert!(n_read > 0 && buf[..n_read] == TEXT[start..start + n_read]);
        }
    }
    let entry = zip.entry("stored.txt").unwrap();
    assert_eq!((entry.method, entry.size, entry.compressed_size), (0, Some(500), Some(500)));
}

#[test]
fn a_zip_that_is_cut_gives_the_entries_in_front() {
    for bytes in [PYTHON, PIPED, LONG, SYSTEM] {
        let mut whole = open(bytes).unwrap();
        let names = whole.names().to_vec();
        let mut most = 0;
        for n_bytes in 0..bytes.len() {
            let Ok(mut zip) = open(&bytes[..n_bytes]) else {
                assert!(most == 0, "entries get lost at {n_bytes}");
                continue;
            };
            assert!(!zip.problems().is_empty(), "{n_bytes} bytes");
            let found = zip.names().to_vec();
            // The folder that all are in shows only when there are two entries.
            most = most.max(found.len());
            assert_eq!(found.len(), most);
            for name in &found {
                assert!(names.contains(name));
                let (text, _) = read(&mut zip, name).unwrap();
                // Without its size, data that is stored ends where what describes it may begin.
                let text = [&b"PK\x07"[..], b"PK", b"P"]
                    .iter()
                    .find_map(|end| text.strip_suffix(*end))
                    .unwrap_or(&text);
                assert!(read(&mut whole, name).unwrap().0.starts_with(text), "{n_bytes} bytes, {name}");
            }
        }
        assert_eq!(most, names.len());
    }
}

#[test]
fn whole_entries_of_a_cut_zip_are_verified_and_the_cut_one_is_said_to_be_so() {
    let bytes = zip(&[("a", TEXT, DEFLATED), ("b", b"bbb", STORED), ("c", TEXT, DEFLATED)]);
    let cut = bytes.windows(4).rposition(|window| window == b"PK\x03\x04").unwrap() + 200;
    let mut zip = open(&bytes[..cut]).unwrap();
    assert_eq!(zip.names(), ["a", "b", "c"]);
    assert!(read(&mut zip, "a") == Ok((TEXT.to_vec(), SourceState::Complete)));
    assert_eq!(read(&mut zip, "b"), Ok((b"bbb".to_vec(), SourceState::Complete)));
    let (text, state) = read(&mut zip, "c").unwrap();
    assert!(TEXT.starts_with(&text) && matches!(state, SourceState::Growing { .. }));
    let problems: Vec<_> = zip.problems().iter().map(|problem| problem.name.as_str()).collect();
    assert_eq!(problems, ["", "c"]);
    assert!(zip.problems()[0].why.contains("3 entries were found from its start"));
}

#[test]
fn a_zip_within_a_cut_zip_does_not_pass_for_the_whole() {
    let inner = zip(&[("inner", b"i", STORED)]);
    let bytes = zip(&[("a", b"aaa", STORED), ("inner.zip", &inner, STORED), ("b", b"b", STORED)]);
    let end = bytes.windows(inner.len()).position(|window| window == inner).unwrap() + inner.len();
    let zip = open(&bytes[..end]).unwrap();
    assert_eq!(zip.names(), ["a", "inner.zip"]);
    assert_eq!(zip.problems().len(), 1);
}

#[test]
fn no_flipped_byte_makes_it_panic_and_deflated_text_is_never_wrong_in_silence() {
    for bytes in [PYTHON, PIPED, LONG] {
        for byte in 0..bytes.len() {
            for flip in [1, 0xff] {
                let mut flipped = bytes.to_vec();
                flipped[byte] ^= flip;
                let Ok(mut zip) = open(&flipped) else { continue };
                for name in zip.names().to_vec() {
                    let is_deflated = zip.entry(&name).is_ok_and(|entry| entry.method == 8);
                    if let Ok((text, SourceState::Complete)) = read(&mut zip, &name) {
                        assert!(!is_deflated || text == TEXT, "byte {byte} flipped by {flip}: {name}");
                    }
                }
            }
        }
    }
}

#[test]
fn names_that_lead_out_are_refused_and_others_made_relative() {
    let bytes = zip(&[
        ("../outside", b"1", STORED),
        ("a/../../outside", b"2", STORED),
        ("/root/file", b"3", STORED),
        ("C:\\dir\\file", b"4", STORED),
        ("./here", b"5", STORED),
        ("__MACOSX/._here", b"6", STORED),
    ]);
    let mut zip = open(&bytes).unwrap();
    assert_eq!(zip.names(), ["dir/file", "here", "root/file"]);
    assert_eq!(read(&mut zip, "root/file").unwrap().0, b"3");
    let problems: Vec<_> = zip.problems().iter().map(|problem| problem.name.as_str()).collect();
    assert_eq!(problems, ["../outside", "a/../../outside"]);
    assert!(zip.open("../outside").is_err());
}

#[test]
fn what_is_not_read_is_named_with_a_remedy() {
    let mut zip = open(include_bytes!("archives/methods.zip")).unwrap();
    let message = |zip: &mut ZipFiles, name| zip.open(name).err().unwrap().to_string();
    assert!(
        message(&mut zip, "bzip2.txt").starts_with("«bzip2.txt» is compressed by bzip2, which is not read")
    );
    assert!(message(&mut zip, "lzma.txt").contains("the method «deflate»"));
    assert!(read(&mut zip, "deflated.txt").unwrap().0 == TEXT);
    let mut zip = open(include_bytes!("archives/encrypted.zip")).unwrap();
    assert!(message(&mut zip, "log.jsonl").starts_with("«log.jsonl» is encrypted"));
    assert!(matches!(open(b"no zip at all"), Err(SourceError::NoZip { n_bytes: 13 })));
    assert!(matches!(open(b""), Err(SourceError::NoZip { n_bytes: 0 })));
}

#[test]
fn numbers_that_a_zip_claims_take_no_memory() {
    // The directory's end states 65,535 entries, a length and a place near 4 GiB.
    let mut bytes = zip(&[("a", TEXT, DEFLATED)]);
    let end = bytes.len() - 22;
    bytes[end + 8..end + 20].fill(0xff);
    let mut zip = open(&bytes).unwrap();
    assert!(read(&mut zip, "a").unwrap().0 == TEXT);
    assert_eq!(zip.problems().len(), 1);
}

#[test]
fn a_source_that_fails_is_no_torn_zip() {
    struct Failing;
    impl Source for Failing {
        fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
            if buf.len() > 1 {
                return Err(SourceError::read(offset, &"the disk is gone"));
            }
            MemorySource(PYTHON).read_at(offset, buf)
        }
    }
    assert!(matches!(ZipFiles::new(Box::new(Failing)), Err(SourceError::Read { .. })));
}

#[test]
fn two_hundred_megabytes_of_zeros_in_a_zip_are_read_without_being_held() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("zeros", SimpleFileOptions::default().compression_method(DEFLATED)).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..200 {
        writer.write_all(&zeros).unwrap();
    }
    let mut zip = open(&writer.finish().unwrap().into_inner()).unwrap();
    let mut chunks = Chunks::new(zip.open("zeros").unwrap(), 0);
    while chunks.next_chunk().unwrap().is_some() {}
    assert_eq!((chunks.offset(), chunks.source().state()), (200 << 20, SourceState::Complete));
}

#[test]
fn a_directory_that_is_damaged_in_the_middle_loses_no_entry() {
    let mut bytes = PYTHON.to_vec();
    let second = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bytes[second] ^= 1;
    let mut zip = open(&bytes).unwrap();
    assert_eq!(zip.names(), ["log.jsonl", "stored.txt", "sub/größe.txt"]);
    assert_eq!(zip.problems().len(), 1);
    assert!(read(&mut zip, "log.jsonl") == Ok((TEXT.to_vec(), SourceState::Complete)));
}

#[test]
fn of_too_many_entries_the_first_hundred_thousand_are_listed() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in 0..=MAX_FILES {
        let options = SimpleFileOptions::default().compression_method(STORED);
        writer.start_file(format!("{entry:06}"), options).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    let directory = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    for bytes in [&bytes, &bytes[..directory]] {
        let zip = open(bytes).unwrap();
        assert_eq!((zip.names().len(), zip.problems().len()), (MAX_FILES, 1));
        assert_eq!(zip.names()[MAX_FILES - 1], "099999");
    }
}
