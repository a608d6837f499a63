//! What a file is, by what is in it.
//!
//! In: its first bytes. Out: a [`Format`]. Read next: `formats/mod.rs`.

use crate::{FileKind, ImportError};

/// A format that opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// CSV or TSV.
    Text,
    /// `NumPy`'s .npy, also in an .npz.
    Npy,
    /// HDF5.
    Hdf5,
    /// What MNIST is in.
    Idx,
    /// PNG, JPEG, WebP, BMP or GIF.
    Picture,
    /// Records in JSON, or one in each line.
    Json,
    /// Apache Parquet.
    Parquet,
    /// Weka's ARFF.
    Arff,
    /// Several files in one: .npz, pictures.
    Zip,
    /// One file, packed.
    Gzip,
}

/// So many bytes are looked at.
const N_LOOKED_AT: usize = 4096;

const SIGNATURES: &[(&[u8], Format)] = &[
    (b"\x93NUMPY", Format::Npy),
    (b"\x89HDF\r\n\x1a\n", Format::Hdf5),
    (b"PAR1", Format::Parquet),
    (b"PK\x03\x04", Format::Zip),
    (b"PK\x05\x06", Format::Zip),
    (b"\x1f\x8b", Format::Gzip),
    (b"\x89PNG\r\n\x1a\n", Format::Picture),
    (b"\xff\xd8\xff", Format::Picture),
    (b"GIF8", Format::Picture),
    (b"BM", Format::Picture),
];

impl Format {
    /// What begins like this.
    ///
    /// # Errors
    /// It is empty, or a file that does not open here.
    pub fn of(bytes: &[u8]) -> Result<Self, ImportError> {
        let start = bytes.get(..N_LOOKED_AT).unwrap_or(bytes);
        if start.is_empty() {
            return Err(ImportError::Empty);
        }
        if start.starts_with(b"%PDF") {
            return Err(ImportError::Binary { byte: 0, kind: FileKind::Pdf });
        }
        if let Some((_, format)) = SIGNATURES.iter().find(|(signature, _)| is_cut(start, signature)) {
            return Err(ImportError::Broken {
                format: if *format == Self::Picture { "picture" } else { format.as_str() },
                place: "its first bytes".to_owned(),
                what: format!("it ends after {}", crate::text::count(start.len(), "byte")),
            });
        }
        let known = SIGNATURES.iter().find(|(signature, _)| start.starts_with(signature));
        Ok(match known {
            // Two letters are no proof.
            Some((b"BM", _)) if is_text(start) => Self::Text,
            Some((_, format)) => *format,
            None if start.starts_with(b"RIFF") && start.get(8..12) == Some(b"WEBP") => Self::Picture,
            None if is_idx(start) => Self::Idx,
            // HDF5 may begin later, after a block of the user's own.
            None if hdf5_starts_later(bytes) => Self::Hdf5,
            None => of_text(start),
        })
    }

    /// Whether what begins like this is for [`crate::CsvImporter`], which takes a file piece by piece, and says itself what is wrong with
    /// what is no text.
    pub fn is_streamed(bytes: &[u8]) -> bool {
        match Self::of(bytes) {
            Ok(format) => format == Self::Text,
            Err(error) => !matches!(error, ImportError::Broken { .. }),
        }
    }

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "csv",
            Self::Npy => "npy",
            Self::Hdf5 => "hdf5",
            Self::Idx => "idx",
            Self::Picture => "pictures",
            Self::Json => "json",
            Self::Parquet => "parquet",
            Self::Arff => "arff",
            Self::Zip => "zip",
            Self::Gzip => "gzip",
        }
    }
}

/// Whether a whole file is the beginning of a signature, and of nothing else: one letter may begin a text, and one 0xff its mark.
fn is_cut(file: &[u8], signature: &[u8]) -> bool {
    let may_be_text = matches!(file, [0xff | b' '..=b'~']);
    !may_be_text && file.len() < signature.len() && signature.starts_with(file)
}

fn is_text(start: &[u8]) -> bool {
    !start.iter().any(|byte| *byte < 0x20 && !byte.is_ascii_whitespace())
}

/// Two zeros, a known type, one to four dimensions.
fn is_idx(start: &[u8]) -> bool {
    matches!(start, [0, 0, 0x08 | 0x09 | 0x0b..=0x0e, 1..=4, ..])
}

fn hdf5_starts_later(bytes: &[u8]) -> bool {
    let starts = (9..=20).map(|power| 1_usize << power);
    starts.into_iter().any(|at| bytes.get(at..at + 8) == Some(b"\x89HDF\r\n\x1a\n"))
}

/// JSON begins with a bracket; ARFF with `@relation`, after comments.
fn of_text(start: &[u8]) -> Format {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let text = start.trim_ascii_start();
    if matches!(text.first(), Some(b'{' | b'[')) {
        return Format::Json;
    }
    let first_words = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_start);
    let first = first_words.into_iter().find(|line| !line.is_empty() && line.first() != Some(&b'%'));
    let is_arff =
        first.is_some_and(|line| line.get(..9).is_some_and(|word| word.eq_ignore_ascii_case(b"@relation")));
    if is_arff { Format::Arff } else { Format::Text }
}

/// A file's name without folder and endings: `x_train` of `data/x_train.npy.gz`.
#[cfg(feature = "formats")]
pub(crate) fn stem(name: &str) -> &str {
    let file = name.rsplit('/').next().unwrap_or(name);
    let known = [".gz", ".npy", ".idx", ".h5", ".hdf5"];
    let mut stem = file;
    while let Some(shorter) = known.iter().find_map(|ending| stem.strip_suffix(ending)) {
        stem = shorter;
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: Format) {
        assert_eq!(Format::of(bytes), Ok(expected), "{:?}", String::from_utf8_lossy(bytes));
    }

    #[test]
    fn a_format_is_known_by_its_first_bytes() {
        check(b"\x93NUMPY\x01\x00", Format::Npy);
        check(b"\x00\x00\x08\x03\x00\x00\x00\x05", Format::Idx);
        check(b"RIFF\x00\x00\x00\x00WEBPVP8 ", Format::Picture);
        check(b"BMI,age\n1,2\n", Format::Text);
        check(b"BM\x36\x00\x00\x00\x00\x00", Format::Picture);
        check(b"  [{\"a\": 1}]", Format::Json);
        check(b"% a comment\n\n@RELATION iris\n", Format::Arff);
        check(b"a,b\n1,2\n", Format::Text);
        let mut later = vec![b' '; 512];
        later.extend(b"\x89HDF\r\n\x1a\n");
        check(&later, Format::Hdf5);
        assert_eq!(Format::of(b""), Err(ImportError::Empty));
    }

    #[test]
    fn a_file_that_ends_within_its_signature_is_broken() {
        for start in [&b"\x93"[..], b"\x93NUM", b"\x89HDF", b"PK\x03", b"\x1f", b"GI", b"\xff\xd8"] {
            let error = Format::of(start).unwrap_err().to_string();
            assert!(error.contains("is broken at its first bytes: it ends after"), "{error}");
            assert!(!Format::is_streamed(start), "{error}");
        }
        for text in [&b"P"[..], b"B", b"\xff", b"PK,", b"\xff\xfe", b"G\n"] {
            check(text, Format::Text);
        }
        assert!(Format::is_streamed(b"%PDF") && Format::is_streamed(b"") && !Format::is_streamed(b"{}"));
    }

    #[cfg(feature = "formats")]
    #[test]
    fn a_stem_has_no_folder_and_no_ending() {
        assert_eq!(stem("data/x_train.npy.gz"), "x_train");
        assert_eq!(stem("train-images-idx3-ubyte.gz"), "train-images-idx3-ubyte");
    }
}
