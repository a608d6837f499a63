//! Is it text at all? In: the first bytes of a file; out: an error that names what it is instead.
//!
//! Read next: `importer.rs`.

use crate::{FileKind, ImportError};

const SIGNATURES: &[(&[u8], FileKind)] = &[
    (b"PK\x03\x04", FileKind::Zip),
    (b"\x1f\x8b", FileKind::Gzip),
    (b"\x89HDF", FileKind::Hdf5),
    (b"\x93NUMPY", FileKind::Npy),
    (b"PAR1", FileKind::Parquet),
    (b"\x89PNG", FileKind::Picture),
    (b"\xff\xd8\xff", FileKind::Picture),
    (b"GIF8", FileKind::Picture),
    (b"%PDF", FileKind::Pdf),
];

/// Refuses what its first bytes give away, and control characters that no text editor writes.
pub(super) fn check_start(start: &[u8]) -> Result<(), ImportError> {
    if let Some(&(_, kind)) = SIGNATURES.iter().find(|(signature, _)| start.starts_with(signature)) {
        return Err(ImportError::Binary { byte: 0, kind });
    }
    // Tab to carriage return are layout, 0x1a ends files of DOS, 0x1b colours terminals.
    let control = |&b: &u8| b < 0x20 && !matches!(b, 0x09..=0x0d | 0x1a | 0x1b);
    match start.iter().position(control) {
        Some(byte) => Err(ImportError::Binary { byte: byte as u64, kind: FileKind::Unknown }),
        None => Ok(()),
    }
}

/// Refuses a NUL anywhere: no text has one. `first_byte` is the position of the chunk in the file.
pub(super) fn check_no_nul(chunk: &[u8], first_byte: u64) -> Result<(), ImportError> {
    match chunk.iter().position(|&b| b == 0) {
        Some(at) => Err(ImportError::Binary { byte: first_byte + at as u64, kind: FileKind::Unknown }),
        None => Ok(()),
    }
}
