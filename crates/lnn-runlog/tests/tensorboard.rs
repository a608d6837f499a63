//! Event files that other programs wrote, against what `TensorBoard`'s own reader finds in them (`tensorboard/make.py`).

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use lnn_runlog::foreign::{CurveLog, EventFileReader, ForeignKind, sniff};
use serde_json::Value;

const FILES: [(&[u8], &str); 2] = [
    (include_bytes!("tensorboard/torch_like.tfevents"), include_str!("tensorboard/torch_like.json")),
    (include_bytes!("tensorboard/keras_like.tfevents"), include_str!("tensorboard/keras_like.json")),
];

fn read(bytes: &[u8], chunk_bytes: usize) -> CurveLog {
    let mut reader = EventFileReader::default();
    bytes.chunks(chunk_bytes).for_each(|chunk| reader.push(chunk));
    reader.finish()
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

#[test]
fn every_point_is_the_one_that_tensorboard_reads() {
    for (bytes, expected) in FILES {
        let expected: Value = serde_json::from_str(expected).unwrap();
        for chunk_bytes in [1, 7, bytes.len()] {
            let log = read(bytes, chunk_bytes);
            assert!(log.problems.is_empty(), "{:?}", log.problems);
            for (tag, points) in expected["curves"].as_object().unwrap() {
                let points = points.as_array().unwrap();
                assert_eq!(log.curves[tag].points.len(), points.len(), "{tag}");
                for (found, expected) in log.curves[tag].points.iter().zip(points) {
                    assert_eq!(Some(found.step), expected[0].as_i64());
                    assert!(close(found.time_ms.unwrap(), expected[1].as_f64().unwrap()));
                    match expected[2].as_f64() {
                        Some(expected) => assert_eq!(found.value, expected, "{tag} at {}", found.step),
                        None => assert!(!found.value.is_finite()),
                    }
                }
            }
            for (tag, points) in expected["distributions"].as_object().unwrap() {
                let points = points.as_array().unwrap();
                assert_eq!(log.distributions[tag].points.len(), points.len(), "{tag}");
                for (found, expected) in log.distributions[tag].points.iter().zip(points) {
                    let count: f64 = found.buckets.iter().map(|bucket| bucket.count).sum();
                    let found = [found.step as f64, count, found.min, found.max];
                    for (found, expected) in found.iter().zip(expected.as_array().unwrap()) {
                        assert!(close(*found, expected.as_f64().unwrap()), "{tag}: {found} {expected}");
                    }
                }
            }
        }
    }
}

#[test]
fn buckets_follow_each_other_and_lie_between_the_ends() {
    for (bytes, _) in FILES {
        for distribution in read(bytes, bytes.len()).distributions.values() {
            for point in &distribution.points {
                assert!(point.buckets.windows(2).all(|pair| pair[0].right <= pair[1].left + 1e-12));
                let ends = (point.buckets[0].left, point.buckets.last().unwrap().right);
                assert!(close(ends.0, point.min) && close(ends.1, point.max), "{ends:?} {point:?}");
            }
        }
    }
}

#[test]
fn every_prefix_opens_and_a_cut_is_told() {
    for (bytes, _) in FILES {
        let whole = read(bytes, bytes.len());
        let mut n_whole = 0;
        for end in 0..bytes.len() {
            let log = read(&bytes[..end], bytes.len());
            n_whole += usize::from(log.problems.is_empty());
            assert!(
                log.problems.iter().all(|problem| problem.why.starts_with("the file ends within a record"))
            );
            for (tag, curve) in &log.curves {
                let is_known = |point| whole.curves[tag].points.contains(point) || point.step >= 6;
                assert!(curve.points.iter().all(|point| point.value.is_nan() || is_known(point)));
            }
        }
        assert!(n_whole > 5, "a file cut between two records is whole");
    }
}

#[test]
fn every_flipped_byte_is_told_and_the_rest_is_read() {
    let (bytes, _) = FILES[1];
    for at in 0..bytes.len() {
        let mut bad = bytes.to_vec();
        bad[at] ^= 0x11;
        let problems = read(&bad, bad.len()).problems;
        assert!(!problems.is_empty() && problems[0].byte <= at as u64, "byte {at}");
    }
    // In the data of the second record: only that one is lost.
    let mut bad = bytes.to_vec();
    let second = 16 + usize::from(bytes[0]) + 12;
    bad[second + 3] ^= 1;
    let log = read(&bad, bad.len());
    assert_eq!((log.problems.len(), log.problems[0].byte), (1, second as u64 - 12));
    assert!(log.problems[0].why.contains("checksum"), "{:?}", log.problems);
    assert!(log.curves["epoch_loss"].points.len() > 8);
}

#[test]
fn event_files_are_told_by_their_first_bytes() {
    assert!(FILES.iter().all(|(bytes, _)| sniff(bytes) == Some(ForeignKind::TensorBoard)));
    assert_eq!(sniff(b"{\n \"epoch12\": {\"cost\": 1}}"), Some(ForeignKind::ResultsJson));
    assert_eq!(sniff(b"{\"Start\": \"2018"), Some(ForeignKind::ResultsJson));
    for other in [b"{\"kind\":\"header\"".as_slice(), b"a,b\n1,2\n", b"", b"{\"epochs\": 3}"] {
        assert_eq!(sniff(other), None);
    }
}
