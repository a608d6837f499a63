//! Which format a file has, by its first bytes, and the way to its reader or writer.
//!
//! In: bytes, or a network and a [`Format`]. Out: the other one. Read next: `npz.rs`, `safetensors.rs`, `json.rs`,
//! `onnx/mod.rs`, `hdf5.rs`, `program.rs`.

use std::str::FromStr;

use crate::{DenseNetwork, WeightsError, hdf5, json, npz, onnx, program, safetensors};

/// A kind of file that holds a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// NumPy's archive of arrays: `W1 b1 W2 b2 …`.
    Npz,
    /// Hugging Face's tensors with a header in JSON.
    Safetensors,
    /// LNN's own, for people and programs that read nothing else.
    Json,
    /// Open Neural Network Exchange.
    Onnx,
    /// HDF5, as the course and Keras write it.
    Hdf5,
    /// A Python program that predicts with NumPy alone.
    Program,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Npz, Self::Safetensors, Self::Json, Self::Onnx, Self::Hdf5, Self::Program];
    /// Those that can be written.
    pub const WRITTEN: [Self; 5] = [Self::Npz, Self::Safetensors, Self::Json, Self::Onnx, Self::Program];

    /// The usual ending of its files' names, and its name on command lines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Npz => "npz",
            Self::Safetensors => "safetensors",
            Self::Json => "json",
            Self::Onnx => "onnx",
            Self::Hdf5 => "h5",
            Self::Program => "py",
        }
    }

    /// As people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Npz => ".npz",
            Self::Safetensors => "safetensors",
            Self::Json => "LNN's JSON",
            Self::Onnx => "ONNX",
            Self::Hdf5 => "HDF5",
            Self::Program => "NumPy program",
        }
    }

    /// What to do about a damaged file.
    pub(crate) const fn remedy(self) -> &'static str {
        match self {
            Self::Npz => "copy it again, or save one with numpy.savez(\"F.npz\", W1=…, b1=…)",
            Self::Safetensors => "copy it again, or save one with safetensors.torch.save_file",
            Self::Json => "copy it again, or make one with lnn weights convert",
            Self::Onnx => "copy it again, or export the network once more",
            Self::Hdf5 => "copy it again, or save the weights once more",
            Self::Program => "make one with lnn weights convert",
        }
    }

    /// By the ending of a file's name.
    pub fn of_name(name: &str) -> Option<Self> {
        let ending = name.rsplit_once('.')?.1.to_ascii_lowercase();
        match ending.as_str() {
            "hdf5" => Some(Self::Hdf5),
            ending => ending.parse().ok(),
        }
    }

    /// By the first bytes of a file. ONNX has no mark of its own: what begins with a field of its first message may be it.
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        // A number of at most 100 MB, then JSON.
        let header = bytes.split_first_chunk::<8>().map(|(n, rest)| (u64::from_le_bytes(*n), rest));
        match bytes {
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Some(Self::Npz),
            [0x89, b'H', b'D', b'F', ..] => Some(Self::Hdf5),
            _ if header.is_some_and(|(n, rest)| n <= 100_000_000 && rest.first() == Some(&b'{')) => {
                Some(Self::Safetensors)
            }
            _ if bytes.trim_ascii_start().first() == Some(&b'{') => Some(Self::Json),
            [0x08 | 0x12 | 0x1a | 0x22 | 0x28 | 0x32 | 0x3a | 0x42, ..] => Some(Self::Onnx),
            _ => None,
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|format| format.as_str() == text);
        known.ok_or_else(|| {
            format!("{text:?} is no format of weights: write npz, safetensors, json, onnx or py")
        })
    }
}

/// A network from the bytes of a file, and which format that was; what the bytes look like decides, not the name.
///
/// # Errors
/// The file is damaged, or holds something else than a dense network.
pub fn read(bytes: &[u8]) -> Result<(DenseNetwork, Format), WeightsError> {
    let format = Format::of_bytes(bytes).ok_or(WeightsError::Unknown)?;
    read_as(bytes, format).map(|network| (network, format))
}

/// A network from the bytes of a file of a known format.
///
/// # Errors
/// The file is damaged, of another format, or holds something else than a dense network.
pub fn read_as(bytes: &[u8], format: Format) -> Result<DenseNetwork, WeightsError> {
    let network = match format {
        Format::Npz => npz::read(bytes),
        Format::Safetensors => safetensors::read(bytes),
        Format::Json => json::read(bytes),
        Format::Onnx => onnx::read(bytes),
        Format::Hdf5 => hdf5::read(bytes),
        Format::Program => Err(WeightsError::WriteOnly(format)),
    }?;
    network.check()?;
    Ok(network)
}

/// The bytes of a file; `name` is what the network is called in formats that have a name for it.
///
/// # Errors
/// The network is none, something that the format needs is not known, or the format is only read.
pub fn write(network: &DenseNetwork, format: Format, name: &str) -> Result<Vec<u8>, WeightsError> {
    network.check()?;
    match format {
        Format::Npz => npz::write(network),
        Format::Safetensors => safetensors::write(network),
        Format::Json => json::write(network),
        Format::Onnx => onnx::write(network, name),
        Format::Program => program::write(network, name),
        Format::Hdf5 => Err(WeightsError::ReadOnly(format)),
    }
}
