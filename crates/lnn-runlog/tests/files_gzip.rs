//! Compressed files read at any place: whole, cut, growing, damaged, or made to fill the memory.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::cell::RefCell;
use std::io::Write as _;
use std::rc::Rc;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use lnn_runlog::files::{
    Chunks, Inflated, MemorySource, RawStream, Source, SourceError, SourceState, is_gzip, is_zip, open_plain,
    read_fully,
};
use proptest::prelude::*;

const TEXT: &[u8] = include_bytes!("archives/text.txt");
const NAMED: &[u8] = include_bytes!("archives/named.gz");
const MEMBERS: &[u8] = include_bytes!("archives/members.gz");
const FIELDS: &[u8] = include_bytes!("archives/fields.gz");

fn gz(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Lines that repeat here and there, of about `n_bytes` bytes.
fn lines(n_bytes: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(n_bytes + 100);
    let mut seed = 1_u64;
    for step in 0_u64.. {
        if text.len() >= n_bytes {
            break;
        }
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        writeln!(
            text,
            "{{\"step\":{step},\"cost\":0.{},\"weights\":[{},{}]}}",
            seed >> 33,
            seed >> 50,
            seed >> 55
        )
        .unwrap();
    }
    text
}

/// Everything up to the end or the error.
fn read_all(source: impl Source) -> (Vec<u8>, SourceState, Option<SourceError>) {
    let mut chunks = Chunks::with_size(source, 0, 1000);
    let mut text = Vec::new();
    loop {
        match chunks.next_chunk() {
            Ok(Some(chunk)) => text.extend_from_slice(chunk),
            Ok(None) => return (text, chunks.source().state(), None),
            Err(error) => {
                assert_eq!(chunks.next_chunk(), Err(error.clone()), "the same error each time");
                let state = chunks.source().state();
                return (text, state, Some(error));
            }
        }
    }
}

fn unpack(compressed: &[u8]) -> (Vec<u8>, SourceState, Option<SourceError>) {
    read_all(Inflated::gzip(MemorySource(compressed)))
}

fn check_whole(compressed: &[u8], text: &[u8]) {
    let (found, state, error) = unpack(compressed);
    assert!(found == text, "{} bytes of {}", found.len(), text.len());
    assert_eq!((state, error), (SourceState::Complete, None));
}

#[test]
fn what_gzip_and_other_programs_write_is_read() {
    for compressed in [NAMED, MEMBERS, FIELDS, include_bytes!("archives/bare.gz")] {
        check_whole(compressed, TEXT);
    }
    check_whole(&gz(b""), b"");
    check_whole(&[gz(b""), gz(b"a"), gz(b""), gz(b"b")].concat(), b"ab");
    check_whole(&[gz(b"a").as_slice(), &vec![0; 70_000]].concat(), b"a");
}

#[test]
fn several_megabytes_come_out_the_same_in_any_order() {
    let text = lines(5 << 20);
    let (first, second) = text.split_at(3 << 20);
    let compressed = [gz(first), gz(second)].concat();
    check_whole(&compressed, &text);
    let mut source = Inflated::gzip(MemorySource(compressed));
    for offset in (0..text.len()).rev().step_by(777_777) {
        let mut buf = vec![0; 1000];
        let n_read = read_fully(&mut source, offset as u64, &mut buf).unwrap();
        assert!(buf[..n_read] == text[offset..(offset + 1000).min(text.len())], "at {offset}");
    }
}

proptest! {
    #[test]
    fn reading_anywhere_is_slicing(
        parts in prop::collection::vec(0_usize..200_000, 1..4),
        places in prop::collection::vec((0_usize..600_000, 0_usize..70_000), 1..20),
        reads_through_first: bool,
    ) {
        let text = lines(parts.iter().sum());
        let mut rest = text.as_slice();
        let mut compressed = Vec::new();
        for n_bytes in parts {
            let (part, after) = rest.split_at(n_bytes.min(rest.len()));
            compressed.extend(gz(part));
            rest = after;
        }
        compressed.extend(gz(rest));
        let mut source = Inflated::gzip(MemorySource(compressed));
        if reads_through_first {
            prop_assert!(read_all(&mut source).0 == text);
        }
        for (offset, n_bytes) in places {
            let mut buf = vec![0; n_bytes];
            let n_read = read_fully(&mut source, offset as u64, &mut buf).unwrap();
            let expected = text.get(offset..).unwrap_or_default();
            prop_assert!(buf[..n_read] == expected[..n_bytes.min(expected.len())]);
        }
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        unpack(&bytes);
        unpack(&[&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0], bytes.as_slice()].concat());
        unpack(&[NAMED, &bytes].concat());
    }
}

#[test]
fn every_prefix_gives_a_prefix_and_waits_for_the_rest() {
    for (compressed, text) in [(NAMED, TEXT), (FIELDS, TEXT), (&gz(b"short"), b"short")] {
        for n_bytes in 0..compressed.len() {
            let source = open_plain(Box::new(MemorySource(compressed[..n_bytes].to_vec()))).unwrap();
            let (found, state, error) = read_all(source);
            assert!(text.starts_with(&found), "{n_bytes} bytes");
            assert_eq!(error, None);
            if n_bytes > 0 {
                assert_eq!(state, SourceState::Growing { compressed_bytes: n_bytes as u64 });
            }
        }
    }
}

/// Where a flipped byte of `compressed` may do no harm: in its header, or in the last bits before the trailer.
fn carries_nothing(compressed: &[u8], byte: usize) -> bool {
    let name_end = 10 + compressed[10..].iter().position(|byte| *byte == 0).unwrap();
    // The flag of a text, the time, the hint, the system, the name.
    matches!(byte, 3..=9) || (10..name_end).contains(&byte) || byte == compressed.len() - 9
}

#[test]
fn every_flipped_byte_is_noticed() {
    for byte in 0..NAMED.len() {
        for flip in [1, 0x10, 0x80, 0xff] {
            let mut flipped = NAMED.to_vec();
            flipped[byte] ^= flip;
            let (found, state, error) = unpack(&flipped);
            let is_noticed = state != SourceState::Complete;
            let is_harmless = carries_nothing(NAMED, byte) && found == TEXT;
            assert!(is_noticed || is_harmless, "byte {byte} flipped by {flip}");
            assert!(error.is_none() || matches!(state, SourceState::Damaged(_)));
        }
    }
}

#[test]
fn a_checksum_that_is_wrong_comes_after_all_bytes_and_names_the_member() {
    let mut compressed = [gz(b"good"), gz(b"bad"), gz(b"after")].concat();
    let crc_byte = gz(b"good").len() + gz(b"bad").len() - 8;
    compressed[crc_byte] ^= 1;
    let (found, state, error) = unpack(&compressed);
    assert_eq!(found, b"goodbad");
    let error = error.unwrap();
    assert_eq!(error.damaged_byte(), Some(crc_byte as u64));
    assert!(error.to_string().contains("(gzip member 2)"), "{error}");
    assert_eq!(state, SourceState::Damaged(error));
}

#[test]
fn before_damage_every_place_can_still_be_read() {
    let text = lines(400_000);
    let mut compressed = gz(&text);
    let middle = compressed.len() / 2;
    compressed[middle..middle + 50].fill(0xff);
    let mut source = Inflated::gzip(MemorySource(compressed));
    let (found, _, error) = read_all(&mut source);
    let (end, error) = (found.len(), error.unwrap());
    assert!(error.damaged_byte().unwrap() >= middle as u64, "{error}");
    for offset in [0, 100_000, end / 2, end - 1] {
        let mut buf = vec![0; 5000];
        let n_read = read_fully(&mut source, offset as u64, &mut buf[..5000.min(end - offset)]).unwrap();
        assert!(buf[..n_read] == found[offset..offset + n_read] && n_read == 5000.min(end - offset));
        assert_eq!(source.read_at(end as u64 + 7, &mut buf), Err(error.clone()));
    }
}

#[test]
fn headers_that_gzip_does_not_know_are_refused() {
    let error = |compressed: &[u8]| unpack(compressed).2.unwrap().to_string();
    assert!(error(b"\x1f\x8b\x07").contains("method 7"));
    assert!(error(&[0x1f, 0x8b, 8, 0x20]).contains("flags 0x20"));
    assert!(error(b"text").contains("no gzip member begins here"));
    let endless_name = [&[0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 0][..], &vec![b'n'; 70_000]].concat();
    assert!(error(&endless_name).contains("name is longer than 65536 bytes"));
    let mut fields = FIELDS.to_vec();
    fields[20] ^= 1;
    assert!(error(&fields).contains("the header's checksum"));
    assert!(
        error(&[NAMED, &[0, 0, 7]].concat()).contains(&format!("byte {} (gzip member 2)", NAMED.len() + 2))
    );
}

/// A file that somebody writes to.
#[derive(Clone, Default)]
struct Written(Rc<RefCell<Vec<u8>>>);

impl Source for Written {
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        // Short reads, as a network file system gives them.
        let n_bytes = buf.len().min(100);
        MemorySource(self.0.borrow().as_slice()).read_at(offset, &mut buf[..n_bytes])
    }
}

#[test]
fn what_is_appended_is_read_from_where_it_stopped() {
    let compressed = [NAMED, &gz(b"after"), &[0; 3]].concat();
    let file = Written::default();
    let mut chunks = Chunks::new(open_plain(Box::new(file.clone())).unwrap(), 0);
    let mut found = Vec::new();
    for part in compressed.chunks(7) {
        file.0.borrow_mut().extend_from_slice(part);
        while let Some(chunk) = chunks.next_chunk().unwrap() {
            found.extend_from_slice(chunk);
        }
        let mut again = vec![0; found.len().min(300)];
        let start = found.len() / 3;
        let n_read = read_fully(chunks.source(), start as u64, &mut again).unwrap();
        assert_eq!(again[..n_read], found[start..start + n_read]);
    }
    assert!(found == [TEXT, b"after"].concat());
    assert_eq!(chunks.source().state(), SourceState::Complete);
}

#[test]
fn a_flushed_log_can_be_read_while_it_is_written() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let mut written = Vec::new();
    for step in 0..50 {
        writeln!(encoder, "step {step}").unwrap();
        writeln!(written, "step {step}").unwrap();
        encoder.flush().unwrap();
        let (found, state, _) = unpack(encoder.get_ref());
        assert_eq!(found, written);
        assert_eq!(state, SourceState::Growing { compressed_bytes: encoder.get_ref().len() as u64 });
    }
}

#[test]
fn deflate_data_alone_is_verified_by_what_is_known_of_it() {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(TEXT).unwrap();
    let data = encoder.finish().unwrap();
    let n_data = data.len() as u64;
    let check = |compressed_size, crc, size| {
        let stream = RawStream { compressed_size, crc, size };
        let n_given = compressed_size.unwrap_or(n_data).min(n_data) as usize;
        read_all(Inflated::raw(MemorySource(&data[..n_given]), stream))
    };
    let crc = crc32fast::hash(TEXT);
    for known in [check(Some(n_data), Some(crc), Some(TEXT.len() as u64)), check(None, None, None)] {
        assert!(known.0 == TEXT && known.1 == SourceState::Complete);
    }
    for (wrong, part) in [
        (check(Some(n_data), Some(crc ^ 1), None), "checksum"),
        (check(None, Some(crc), Some(7)), "7 unpacked bytes, but there are 12192"),
    ] {
        assert!(wrong.0 == TEXT && wrong.2.unwrap().to_string().contains(part), "{part}");
    }
    let short = check(Some(n_data - 5), None, None);
    assert!(TEXT.starts_with(&short.0) && short.2.unwrap().to_string().contains("does not end"));
    let cut = check(Some(n_data + 1), Some(crc), None);
    assert!(cut.0 == TEXT && cut.1 == SourceState::Complete);
}

#[test]
fn two_hundred_megabytes_of_zeros_are_read_without_being_held() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![0; 1 << 20];
    for _ in 0..200 {
        encoder.write_all(&zeros).unwrap();
    }
    let mut chunks = Chunks::new(Inflated::gzip(MemorySource(encoder.finish().unwrap())), 0);
    while let Some(chunk) = chunks.next_chunk().unwrap() {
        assert!(chunk.iter().all(|byte| *byte == 0));
    }
    assert_eq!(chunks.offset(), 200 << 20);
    assert_eq!(chunks.source().state(), SourceState::Complete);
    let mut buf = [1; 3];
    assert_eq!(chunks.source().read_at(123_456_789, &mut buf), Ok(3));
}

#[test]
fn plain_files_stay_as_they_are_and_gzip_is_unpacked_once() {
    let open = |bytes: &[u8]| read_all(open_plain(Box::new(MemorySource(bytes.to_vec()))).unwrap());
    for plain in [&b""[..], b"{", b"{\"lnn\":1}", b"\x1fx", b"PK\x03\x04"] {
        assert_eq!(open(plain), (plain.to_vec(), SourceState::Complete, None));
    }
    let once = gz(TEXT);
    assert!(open(&once).0 == TEXT);
    assert!(open(&gz(&once)).0 == once);
    assert!(is_gzip(&once) && !is_gzip(b"\x1f") && is_zip(b"PK\x03\x04") && !is_zip(b"PK"));
}

/// `cargo test --release -p lnn-runlog --test files_gzip -- --ignored --nocapture` prints both speeds.
#[test]
#[ignore = "prints a ratio of speeds"]
fn speed_beside_flate2() {
    let text = lines(100 << 20);
    let compressed = gz(&text);
    let mut buf = vec![0; 256 << 10];
    for _ in 0..3 {
        let start = std::time::Instant::now();
        let mut reader = flate2::read::MultiGzDecoder::new(compressed.as_slice());
        let mut n_flate2 = 0;
        while let n_bytes @ 1.. = std::io::Read::read(&mut reader, &mut buf).unwrap() {
            n_flate2 += n_bytes;
        }
        let of_flate2 = start.elapsed();
        let start = std::time::Instant::now();
        let mut chunks = Chunks::new(Inflated::gzip(MemorySource(compressed.as_slice())), 0);
        while chunks.next_chunk().unwrap().is_some() {}
        let own = start.elapsed();
        assert_eq!(chunks.offset(), n_flate2 as u64);
        println!("flate2 {of_flate2:?}, here {own:?}: {:.2}", own.as_secs_f64() / of_flate2.as_secs_f64());
    }
}
