//! What must hold for any bytes that are read as weights.
//!
//! In: bytes and the format that they are read as. Checked: a reader gives a network that is one, or one sentence, and holds
//! little memory; what is read can be written and is read again as the same. Read next: `lnn_weights::read_as`.

use lnn_weights::{DenseNetwork, Format, read_as, write};

use crate::memory::within;

/// What a reader may hold of 64 kB: of zeros that are packed a thousand times smaller, each becomes eight bytes.
const MAX_HELD_BYTES: usize = 900 << 20;
/// Networks that are larger are not written again: it takes time, and shows nothing new.
const MAX_WRITTEN: usize = 20_000;

/// Reads, and writes what was read in every format.
pub fn check(bytes: &[u8], format: Format) {
    within(MAX_HELD_BYTES, || match read_as(bytes, format) {
        Ok(network) => check_network(&network),
        Err(error) => {
            let sentence = error.to_string();
            assert!(!sentence.contains('\n') && sentence.len() < 1_500, "one sentence: {sentence}");
        }
    });
}

fn check_network(network: &DenseNetwork) {
    network.check().expect("what is read is a network");
    if network.n_parameters() > MAX_WRITTEN {
        return;
    }
    for format in Format::WRITTEN {
        let Ok(written) = write(network, format, "fuzzed") else {
            let is_unknown = network.activations(format).is_err();
            assert!(
                is_unknown && matches!(format, Format::Onnx | Format::Program),
                "{format:?} can be written"
            );
            continue;
        };
        if format != Format::Program {
            let again = read_as(&written, format).expect("what is written is read");
            assert_eq!(layers(&again), layers(network), "{format:?} keeps every number");
        }
    }
}

/// Sizes and numbers in the precision of the network: an integer may have more digits than are kept.
fn layers(network: &DenseNetwork) -> Vec<(Vec<u64>, (usize, usize))> {
    let kept = |&number: &f64| match network.precision {
        lnn_weights::Precision::F32 => f64::from(number as f32).to_bits(),
        lnn_weights::Precision::F64 => number.to_bits(),
    };
    let layer = |layer: &lnn_weights::DenseLayer| {
        (layer.weights.iter().chain(&layer.biases).map(kept).collect(), layer.weights.dim())
    };
    network.layers.iter().map(layer).collect()
}
