//! NumPy's .npz: a zip with one .npy for each of `W1 b1 W2 b2 …`.
//!
//! In and out: W (`n_units`, `n_inputs`); b is written as (`n_units`, 1), as in the course, and read as a vector or row as
//! well. Read next: `npy.rs`.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::error::LARGER;
use crate::named::to_layers;
use crate::network::MAX_PARAMETERS;
use crate::numbers::Budget;
use crate::order::FileOrder;
use crate::{DenseNetwork, Format, WeightsError, npy};

/// All arrays of a file together: as many numbers as a network may have, and their headers.
const MAX_BYTES: u64 = 8 * MAX_PARAMETERS + (1 << 20);
/// Arrays of a file; a network has two for each layer.
const MAX_ARRAYS: usize = 2_000;

pub(crate) fn read(bytes: &[u8]) -> Result<DenseNetwork, WeightsError> {
    let damaged = |why: &dyn std::fmt::Display| WeightsError::damaged(Format::Npz, why);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    if archive.len() > MAX_ARRAYS {
        return Err(WeightsError::TooMany { found: archive.len(), limit: MAX_ARRAYS });
    }
    let (mut n_bytes_left, mut budget) = (MAX_BYTES, Budget::network());
    let mut arrays = Vec::new();
    for idx in 0..archive.len() {
        let file = archive.by_index(idx).map_err(|error| damaged(&error))?;
        let Some(name) = file.name().strip_suffix(".npy").map(str::to_owned) else { continue };
        let mut unpacked = Vec::new();
        // One byte more than may be: what reaches it is too large. Nothing is set aside for what the file claims.
        file.take(n_bytes_left + 1).read_to_end(&mut unpacked).map_err(|error| damaged(&error))?;
        let n_bytes = unpacked.len() as u64;
        if n_bytes > n_bytes_left {
            let what = format!("«{}», with all before it,", crate::error::shortened(&name));
            let (found, limit) = (MAX_PARAMETERS + 1, MAX_PARAMETERS);
            return Err(WeightsError::TooLarge { what, found, limit, remedy: LARGER });
        }
        n_bytes_left -= n_bytes;
        // What is no array of numbers may stand beside weights.
        match npy::read(&name, &unpacked, &mut budget) {
            Ok(array) => arrays.push(array),
            Err(error) if is_weights(&name) || matches!(error, WeightsError::TooLarge { .. }) => {
                return Err(error);
            }
            Err(_) => {}
        }
    }
    let (layers, precision) = to_layers(arrays, &[], FileOrder::Kept)?;
    DenseNetwork::new(layers.into_iter().map(|(_, layer)| layer).collect(), precision)
}

fn is_weights(name: &str) -> bool {
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    name.strip_prefix(['W', 'b']).is_some_and(is_number)
        || ["weight", "bias", "kernel"].iter().any(|part| name.ends_with(part))
}

pub(crate) fn write(network: &DenseNetwork) -> Result<Vec<u8>, WeightsError> {
    let failed =
        |why: &dyn std::fmt::Display| WeightsError::Write { format: Format::Npz, why: why.to_string() };
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (idx, layer) in network.layers.iter().enumerate() {
        let biases = npy::write((layer.biases.len(), 1), &layer.biases, network.precision);
        let arrays =
            [("W", npy::write(layer.weights.dim(), &layer.weights, network.precision)), ("b", biases)];
        for (letter, bytes) in arrays {
            zip.start_file(format!("{letter}{}.npy", idx + 1), options).map_err(|error| failed(&error))?;
            zip.write_all(&bytes).map_err(|error| failed(&error))?;
        }
    }
    zip.finish().map(Cursor::into_inner).map_err(|error| failed(&error))
}
