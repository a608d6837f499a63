//! Packed objects: Base64 of gzip of JSON, as a subscription gives them to functions and to Kinesis.
//!
//! In: the JSON around them. Out: the unpacked bytes, a piece at a time, never more than was agreed. Read next: `json.rs`.

use std::borrow::Cow;
use std::io::Read;

use data_encoding::BASE64;
use flate2::read::MultiGzDecoder;
use serde::Deserialize;

use super::problems::Why;

/// All packed data of a file together: a small file can't fill the memory's or the user's time.
pub(super) const MAX_UNPACKED_BYTES: u64 = 256 << 20;
const PIECE_BYTES: usize = 64 << 10;

/// `{"data":"…"}`.
#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    data: Cow<'a, str>,
}

/// `{"kinesis":{"data":"…"}}`.
#[derive(Deserialize)]
struct KinesisRecord<'a> {
    #[serde(borrow)]
    kinesis: Data<'a>,
}

/// The bytes in what `awslogs` holds.
pub(super) fn of_awslogs(bytes: &[u8]) -> Result<Vec<u8>, Why> {
    let data: Data<'_> = serde_json::from_slice(bytes)
        .map_err(|error| Why::NotRead { what: "the packed data of a subscription", error })?;
    BASE64.decode(data.data.as_bytes()).map_err(Why::Base64)
}

/// The bytes in an element of `Records`.
pub(super) fn of_kinesis(bytes: &[u8]) -> Result<Vec<u8>, Why> {
    let record: KinesisRecord<'_> =
        serde_json::from_slice(bytes).map_err(|error| Why::NotRead { what: "a record of Kinesis", error })?;
    BASE64.decode(record.kinesis.data.as_bytes()).map_err(Why::Base64)
}

/// Gives the unpacked bytes, and takes their number off `n_left`.
pub(super) fn unpack(packed: &[u8], n_left: &mut u64, sink: &mut dyn FnMut(&[u8])) -> Result<(), Why> {
    match packed.first() {
        Some(b'{' | b'[') => {
            sink(packed);
            return Ok(());
        }
        Some(0x1f) => {}
        _ => return Err(Why::NotGzip),
    }
    let mut decoder = MultiGzDecoder::new(packed);
    let mut piece = vec![0; PIECE_BYTES];
    let mut n_bytes = 0;
    loop {
        let n_read = match decoder.read(&mut piece) {
            Ok(n_read) => n_read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Why::Gzip { n_bytes, error }),
        };
        if n_read == 0 {
            return Ok(());
        }
        *n_left = n_left.checked_sub(n_read as u64).ok_or(Why::TooMuch(MAX_UNPACKED_BYTES))?;
        n_bytes += n_read as u64;
        sink(piece.get(..n_read).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn no_more_is_unpacked_than_agreed() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![b' '; 1 << 20]).unwrap();
        let packed = encoder.finish().unwrap();
        for (agreed, is_enough) in [(1 << 20, true), ((1 << 20) - 1, false), (0, false)] {
            let (mut n_left, mut n_bytes) = (agreed, 0);
            let result = unpack(&packed, &mut n_left, &mut |bytes| n_bytes += bytes.len());
            assert_eq!(result.is_ok(), is_enough, "{agreed}");
            assert!(n_bytes as u64 <= agreed);
        }
    }

    #[test]
    fn damaged_packs_say_what_is_wrong() {
        let why = |bytes: &[u8]| unpack(bytes, &mut 1_000, &mut |_| ()).unwrap_err().to_string();
        assert!(why(b"").contains("neither gzip nor JSON"));
        assert!(why(b"\x1f\x8b\x08").contains("after 0 unpacked bytes"));
        assert!(of_awslogs(br#"{"data":"a"}"#).unwrap_err().to_string().contains("no Base64"));
        assert!(of_awslogs(br#"{"dat":"a"}"#).unwrap_err().to_string().contains("missing field `data`"));
        assert!(of_kinesis(br#"{"s3":1}"#).unwrap_err().to_string().contains("missing field `kinesis`"));
    }
}
