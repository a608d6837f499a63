//! Files made to hurt: small ones that unpack to large ones, shapes beyond every memory, a million of anything, depths without
//! end. Each is refused with a number and a remedy, and before memory is spent on what it claims.

#![cfg(feature = "formats")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod common;
#[path = "common/hdf5.rs"]
mod hdf5;

use std::io::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use common::{archive, npy};
use flate2::write::{GzEncoder, ZlibEncoder};
use flate2::{Compression, Crc};
use hdf5::{ByteSet, hdf5, hdf5_of_links};
use lnn_import::formats::{InputFile, open};
use lnn_import::{Every, ImportError, ImportLimits, Offer, OpenOptions};
use parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, ParquetMetaData, ParquetMetaDataWriter, RowGroupMetaData,
};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::SchemaDescriptor;
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;
/// Memory is counted for the whole program: its tests go one by one.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

const MB: usize = 1 << 20;

/// A megabyte of file, and of what comes out of it.
fn small() -> ImportLimits {
    ImportLimits { n_bytes: MB as u64, ..ImportLimits::default() }
}

/// The error, and that no more memory was taken for it.
#[track_caller]
fn error_of(bytes: Vec<u8>, every: Every, limits: &ImportLimits, most_bytes: usize) -> ImportError {
    let file = InputFile { name: "f".to_owned(), bytes };
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let error = open(vec![file], &OpenOptions { every, ..OpenOptions::default() }, limits).unwrap_err();
    let taken = MEMORY.peak_usage().saturating_sub(before);
    assert!(taken <= most_bytes, "{taken} bytes were taken for «{error}»");
    error
}

#[track_caller]
fn refuses(bytes: Vec<u8>, limits: &ImportLimits, most_bytes: usize, sentence: &str) {
    let found = error_of(bytes, Every::ALL, limits, most_bytes).to_string();
    assert_eq!(found, sentence);
    assert!(found.contains(|c: char| c.is_ascii_digit()) && found.contains(": "), "{found}");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn what_unpacks_to_more_than_the_limit_is_not_unpacked_further() {
    let _alone = alone();
    let zeros = vec![0; 100 * MB];
    let packed = gzip(&zeros);
    assert!(packed.len() < MB, "{}", packed.len());
    let sentence = "«f»: more than 1 MB come out of its contents: unpack it, keep fewer rows, and open those";
    refuses(packed, &small(), 5 * MB, sentence);
    // Several streams, one after the other, none of them too large.
    let parts = gzip(&zeros[..MB / 2]).repeat(100);
    refuses(parts, &small(), 5 * MB, sentence);
    let bomb = archive(&[("a.npy", &zeros)]).bytes;
    let sentence = "«f»: more than 1 MB come out of «a.npy»: unpack it, keep fewer rows, and open those";
    refuses(bomb, &small(), 5 * MB, sentence);
    // Together they are, and that counts.
    let names: Vec<String> = (0..9).map(|i| format!("{i}.npy")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &zeros[..MB / 4])).collect();
    let sentence = "«f»: more than 1 MB come out of «4.npy»: unpack it, keep fewer rows, and open those";
    refuses(archive(&many).bytes, &small(), 5 * MB, sentence);
    // Archives in archives, without end.
    let inner = archive(&[("a.npy", &[0; 9])]).bytes;
    let nested = archive(&[("b.zip", &inner)]).bytes;
    let error = error_of(nested, Every::ALL, &small(), MB);
    assert_eq!(error, ImportError::PackedTwice);
}

/// The end of a zip that claims so many files.
fn zip_of(n_claimed: u64, records: &[u8]) -> Vec<u8> {
    let mut bytes = b"PK\x03\x04".to_vec();
    let start = bytes.len() as u64;
    bytes.extend(records);
    let end = bytes.len() as u64;
    bytes.extend(b"PK\x06\x06");
    bytes.extend(44_u64.to_le_bytes());
    bytes.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for number in [n_claimed, n_claimed, end - start, start] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(b"PK\x06\x07\0\0\0\0");
    bytes.extend(end.to_le_bytes());
    bytes.extend([1, 0, 0, 0]);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([0xff; 12]);
    bytes.extend([0; 2]);
    bytes
}

#[test]
fn archives_of_too_many_files_are_refused_by_what_they_claim() {
    let _alone = alone();
    let sentence = "«f»: the archive has 1,099,511,627,776 files, the limit is 200,000: keep fewer";
    refuses(zip_of(1 << 40, &[]), &ImportLimits::default(), MB, sentence);
    // More than it claims: 300,000 folders.
    let mut record = b"PK\x01\x02".to_vec();
    record.resize(46, 0);
    record[28] = 2;
    record.extend(b"d/");
    let sentence = "«f»: the archive has 200,001 files, the limit is 200,000: keep fewer";
    refuses(zip_of(1_000, &record.repeat(300_000)), &ImportLimits::default(), MB, sentence);
}

fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(kind);
    crc.update(data);
    [(data.len() as u32).to_be_bytes().as_slice(), kind, data, &crc.sum().to_be_bytes()].concat()
}

fn png(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
    let head = [&width.to_be_bytes(), &height.to_be_bytes(), [8, 0, 0, 0].as_slice(), &[0]].concat();
    [
        b"\x89PNG\r\n\x1a\n".as_slice(),
        &chunk(b"IHDR", &head),
        &chunk(b"IDAT", &zlib(pixels)),
        &chunk(b"IEND", &[]),
    ]
    .concat()
}

#[test]
fn pictures_too_large_are_refused_before_a_pixel_is_unpacked() {
    let _alone = alone();
    let in_zip = |bytes: &[u8]| archive(&[("a/1.png", bytes), ("b/1.png", bytes)]).bytes;
    let sentence = |size: &str| {
        format!(
            "«a/1.png»: a picture has {size} pixels, the limit is 64,000,000 pixels: make it smaller, 64 by 64 is enough"
        )
    };
    // 12,000 lines of a filter's number and 12,000 pixels: 144 MB in less than two.
    let bomb = png(12_000, 12_000, &vec![0; 12_001 * 12_000]);
    assert!(bomb.len() < 2 * MB, "{}", bomb.len());
    refuses(in_zip(&bomb), &ImportLimits::default(), 8 * MB, &sentence("12,000 by 12,000"));
    let claims = png(2_000_000_000, 2_000_000_000, &[0; 9]);
    let memory =
        "«a/1.png»: a picture needs more memory than 488.2 MB: make it smaller, 64 by 64 pixels are enough";
    refuses(in_zip(&claims), &ImportLimits::default(), MB, memory);
    let gif = b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;";
    refuses(in_zip(gif), &ImportLimits::default(), MB, &sentence("65,535 by 65,535"));
    // A limit below that one counts too.
    let limits = ImportLimits { n_cells: 10_000, ..ImportLimits::default() };
    let found = error_of(in_zip(&png(200, 200, &vec![0; 201 * 200])), Every::ALL, &limits, MB).to_string();
    assert!(found.contains("200 by 200 pixels, the limit is 10,000 pixels"), "{found}");
}

#[test]
fn pieces_of_hdf5_that_unpack_to_more_than_they_say_are_no_more_than_they_say() {
    let _alone = alone();
    let bomb = zlib(&vec![0; 100 * MB]);
    let file =
        |extents: &[u32]| hdf5(&[ByteSet { name: "x", shape: &[4, 4], chunk: Some((extents, &bomb)) }], &[]);
    let found = error_of(file(&[4, 4]), Every::ALL, &small(), 5 * MB).to_string();
    assert!(found.starts_with("«f»: the HDF5 file is broken at data set «x»: "), "{found}");
    assert!(found.contains("17") && found.ends_with("; get it again, or save it anew"), "{found}");
    // A piece that is larger than the whole; a terabyte of it, or beyond counting.
    let sentence =
        "«f»: more than 976.5 MB come out of data set «x»: unpack it, keep fewer rows, and open those";
    for extents in [[1 << 20, 1 << 20], [u32::MAX, u32::MAX]] {
        let error = error_of(file(&extents), Every::ALL, &ImportLimits::default(), MB);
        let found = error.to_string();
        assert!(found == sentence || found.contains("the HDF5 file is broken at data set «x»"), "{found}");
    }
    // What is honest is read.
    let honest = zlib(&(0..16).collect::<Vec<u8>>());
    let file = hdf5(&[ByteSet { name: "x", shape: &[4, 4], chunk: Some((&[4, 4], &honest)) }], &[]);
    let file = InputFile { name: "f".to_owned(), bytes: file };
    let table = open(vec![file], &OpenOptions::default(), &small()).unwrap();
    assert_eq!(common::shown(&table), "x0 x1 x2 x3 | 0 1 2 3 | 4 5 6 7 | 8 9 10 11 | 12 13 14 15");
}

#[test]
fn shapes_beyond_every_memory_are_refused_in_every_format() {
    let _alone = alone();
    let too_large = |shape: &str, remedy: &str| {
        format!(
            "an array of {shape} is more than the limit of 64,000,000 numbers: {remedy}, or fewer numbers a row"
        )
    };
    let of_hdf5 = |shape: &[u64]| hdf5(&[ByteSet { name: "x", shape, chunk: None }], &[]);
    let limits = ImportLimits::default();
    // A petabyte.
    let every = "keep every 87,960,931st row";
    let shape = "x (1,125,899,906,842,624, 4)";
    refuses(of_hdf5(&[1 << 50, 4]), &limits, MB, &too_large(shape, every));
    let numpy = |shape: &[u64]| archive(&[("x.npy", &npy("u1", shape, &[0; 8]))]).bytes;
    refuses(numpy(&[1 << 50, 4]), &limits, MB, &too_large(shape, every));
    // Products out of range, that would be 0 if nobody looked.
    for shape in [[1 << 32, 1 << 32, 1], [1 << 40, 1 << 12, 1 << 12]] {
        for file in [of_hdf5(&shape), numpy(&shape)] {
            let error = error_of(file, Every::ALL, &limits, MB);
            let found = error.to_string();
            assert!(
                found.contains("the limit of 64,000,000") || found.contains("the limit is 19,999"),
                "{found}"
            );
        }
    }
    refuses(
        numpy(&[2, 1 << 40, 1 << 40]),
        &limits,
        MB,
        &format!("«x.npy»: {}", too_large("x (2, 1,099,511,627,776, 1,099,511,627,776)", "keep fewer rows")),
    );
    let idx = |extents: &[u32]| {
        let mut bytes = vec![0, 0, 8, extents.len() as u8];
        bytes.extend(extents.iter().flat_map(|extent| extent.to_be_bytes()));
        bytes
    };
    refuses(
        idx(&[u32::MAX, 100]),
        &limits,
        MB,
        &too_large("f (4,294,967,295, 100)", "keep every 6,778th row"),
    );
    let found = error_of(idx(&[u32::MAX; 4]), Every::ALL, &limits, MB).to_string();
    assert_eq!(found, too_large(&format!("f ({})", ["4,294,967,295"; 4].join(", ")), "keep fewer rows"));
    // Within the limit, but not in the file.
    let sentence = "«f»: the numbers need 10,000,000 bytes, 0 are there: the file is cut off, get it again";
    refuses(idx(&[1_000, 10_000]), &limits, MB, sentence);
    let error = error_of(idx(&[u32::MAX, 100]), Every::nth(6_778), &limits, MB);
    assert!(error.to_string().contains("the numbers need 429,496,729,500 bytes, 0 are there"), "{error}");
}

#[test]
fn headers_of_numpy_take_no_more_than_they_have() {
    let _alone = alone();
    let broken = |what: &str| {
        format!("«f»: the npy file is broken at its header: {what}; get it again, or save it anew")
    };
    let claim = b"\x93NUMPY\x02\x00\xff\xff\xff\xff{".to_vec();
    refuses(claim, &ImportLimits::default(), MB, &broken("it should have 4,294,967,295 bytes, 1 are there"));
    // Brackets that would need as many frames of the stack.
    let mut maze = b"\x93NUMPY\x02\x00".to_vec();
    maze.extend(5_000_000_u32.to_le_bytes());
    maze.extend(vec![b'('; 5_000_000]);
    refuses(maze, &ImportLimits::default(), MB, &broken("it has 5,000,000 brackets, 32 are enough"));
    // Texts without letters take no bytes in the file, and each a place in memory.
    let texts = archive(&[
        ("x.npy", &npy("u1", &[60_000_000, 1], &[0; 9])),
        ("y.npy", &npy("S0", &[60_000_000], &[])),
    ]);
    let error = error_of(texts.bytes, Every::ALL, &ImportLimits::default(), MB);
    assert!(matches!(error, ImportError::InFile { .. }), "{error}");
}

/// A Parquet file without a row that claims as many.
fn parquet_of(message: &str, n_rows: i64) -> Vec<u8> {
    let schema = Arc::new(SchemaDescriptor::new(Arc::new(parse_message_type(message).unwrap())));
    let columns =
        schema.columns().iter().map(|column| ColumnChunkMetaData::builder(column.clone()).build().unwrap());
    let group = RowGroupMetaData::builder(schema.clone()).set_num_rows(n_rows);
    let group = group.set_column_metadata(columns.collect()).build().unwrap();
    let file = FileMetaData::new(2, n_rows, None, None, schema, None);
    let mut bytes = b"PAR1".to_vec();
    ParquetMetaDataWriter::new(&mut bytes, &ParquetMetaData::new(file, vec![group])).finish().unwrap();
    bytes
}

#[test]
fn parquet_is_held_to_what_its_footer_claims() {
    let _alone = alone();
    let message = "message m { required double a; required double b; }";
    let limits = ImportLimits::default();
    let sentence = "«f»: 4,611,686,018,427,387,904 rows of 2 columns are more than the limit of 64,000,000 cells: keep every \
                    144,115,188,076th row, or leave columns out";
    refuses(parquet_of(message, 1 << 62), &limits, MB, sentence);
    let found = error_of(parquet_of(message, -1), Every::ALL, &limits, MB).to_string();
    assert!(found.contains("18,446,744,073,709,551,615 rows of 2 columns"), "{found}");
    // The offer is right for the size; that there is no row shows when they are read.
    let again = error_of(parquet_of(message, 1 << 62), Every::nth(144_115_188_076), &limits, MB);
    let sentence = "«f»: the Parquet file is broken at column «a», row 1: EOF: 4,611,686,018,427,387,904 more rows should \
                    be there; get it again, or save it anew";
    assert_eq!(again.to_string(), sentence);
    let columns: Vec<String> = (0..30_000).map(|i| format!("required double c{i};")).collect();
    let sentence = "«f»: row 1 has more than 20,000 columns, the most that can be used: leave columns out";
    refuses(parquet_of(&format!("message m {{ {} }}", columns.concat()), 9), &limits, 40 * MB, sentence);
}

#[test]
fn a_million_columns_are_refused_in_every_format() {
    let _alone = alone();
    let limits = ImportLimits::default();
    let sentence = "«f»: row 1 has more than 20,000 columns, the most that can be used: leave columns out";
    let members: Vec<String> = (0..1_000_000).map(|i| format!("\"c{i}\": 1")).collect();
    let record = format!("{{{}}}", members.join(","));
    refuses(format!("[{record}]").into_bytes(), &limits, 150 * MB, sentence);
    refuses(record.into_bytes(), &limits, 150 * MB, sentence);
    let list = format!("[[{}]]", vec!["1"; 1_000_000].join(","));
    refuses(list.into_bytes(), &limits, 150 * MB, sentence);
    let attributes = format!("@relation r\n{}@data\n1\n", "@attribute a numeric\n".repeat(1_000_000));
    let found = error_of(attributes.into_bytes(), Every::ALL, &limits, 150 * MB).to_string();
    assert!(
        found.contains("more than 20,000 columns, the most that can be used: leave columns out"),
        "{found}"
    );
    let sentence = "the inputs become 1,000,000 columns (categories have one each), the limit is 19,999: leave out the \
                    column with most categories, «x»";
    refuses(archive(&[("x.npy", &npy("u1", &[2, 1_000_000], &[0; 9]))]).bytes, &limits, MB, sentence);
}

#[test]
fn data_sets_without_number_and_groups_without_end_are_refused() {
    let _alone = alone();
    let sentence = "«f»: the file has more than 64 arrays: keep those of the data set, inputs and targets";
    refuses(hdf5_of_links(60_000), &ImportLimits::default(), 80 * MB, sentence);
    // Each group is the root group again, at every depth: 50⁸ of them.
    let loops: Vec<String> = (0..50).map(|i| format!("g{i}")).collect();
    let set = ByteSet { name: "x", shape: &[4, 4], chunk: None };
    let file = InputFile { name: "f".to_owned(), bytes: hdf5(&[set], &loops) };
    let table = open(vec![file], &OpenOptions::default(), &small()).unwrap();
    assert_eq!((table.n_rows, table.columns.len()), (4, 4));
}

#[test]
fn json_is_read_no_deeper_and_held_no_longer_than_needed() {
    let _alone = alone();
    let too_deep = "«f»: records are nested deeper than 8 levels: flatten them first";
    let deep = |open: &str, close: &str, n: usize| open.repeat(n) + "1" + &close.repeat(n);
    for n in [13, 100, 128, 1_000_000] {
        refuses(deep("[", "]", n).into_bytes(), &ImportLimits::default(), MB, too_deep);
        refuses(deep("{\"a\":", "}", n).into_bytes(), &ImportLimits::default(), MB, too_deep);
        let second = format!("[{{\"a\": 1}}, {{\"a\": {}}}]", deep("[", "]", n));
        refuses(second.into_bytes(), &ImportLimits::default(), MB, too_deep);
    }
    refuses("[".repeat(MB).into_bytes(), &small(), MB, too_deep);
    // One record with more values than memory was meant for.
    let values = format!("{{\"a\": [{}], \"b\": 1}}", vec!["0"; 400_000].join(","));
    let sentence = "«f»: a single record or object has more than 131,072 values: write one record a line, or an array of records";
    refuses(values.into_bytes(), &small(), 20 * MB, sentence);
    // As many in records are no more than their columns.
    let records = format!("[{}]", vec!["[0,1]"; 160_000].join(","));
    let file = InputFile { name: "f".to_owned(), bytes: records.into_bytes() };
    assert_eq!(open(vec![file], &OpenOptions::default(), &small()).unwrap().n_rows, 160_000);
}

#[test]
fn an_offer_for_a_claim_is_one_even_where_the_file_then_shows_its_lie() {
    let _alone = alone();
    let file = archive(&[("x.npy", &npy("u1", &[1 << 50, 4], &[0; 8]))]).bytes;
    let error = error_of(file.clone(), Every::ALL, &ImportLimits::default(), MB);
    let Some(Offer::EveryRow { n }) = error.offer() else { panic!("{error}") };
    let again = error_of(file, Every::nth(n), &ImportLimits::default(), MB).to_string();
    let sentence = "«x.npy»: the numbers need 4,503,599,627,370,496 bytes, 8 are there: the file is cut off, get it again";
    assert_eq!(again, sentence);
}
