//! Why bytes can't be had. Out: [`SourceError`], each a sentence with the place and a remedy. Read next: `gzip.rs`.

use std::fmt::Display;

/// Bytes that can't be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant's sentence is its documentation, each field appears in it")]
pub enum SourceError {
    #[error("byte {byte} can't be read ({why}): look whether the file is still there, and open it again")]
    Read { byte: u64, why: String },
    #[error("«{name}» can't be opened ({why}): look whether it is still there and may be read")]
    Open { name: String, why: String },
    #[error("there is no file «{name}» among the {n_files} that are here: list them again")]
    NotFound { name: String, n_files: usize },
    #[error(
        "the compressed data is damaged at its byte {byte}{}: {damage}; what stands before it was read, take the \
         rest from the original",
        of_member(*member)
    )]
    Damaged {
        byte: u64,
        /// Which member of a gzip file, counted from 1.
        member: Option<u64>,
        damage: Damage,
    },
    #[error(
        "«{name}» is compressed by {method}, which is not read: make the zip anew with the method «deflate», or \
         unpack it and open the folder"
    )]
    Method { name: String, method: String },
    #[error("«{name}» is encrypted: unpack it with its password and open the folder")]
    Encrypted { name: String },
    #[error("«{name}» should begin at byte {byte} of the zip, but no entry is there: make the zip anew")]
    NoEntry { name: String, byte: u64 },
    #[error("this is no zip: none of its {n_bytes} bytes begins an entry; open the file itself")]
    NoZip { n_bytes: u64 },
}

/// What is wrong with compressed data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant's sentence is its documentation, each field appears in it")]
pub enum Damage {
    #[error("no gzip member begins here")]
    NoMember,
    #[error("the header names the method {0}, where gzip knows 8 only")]
    Method(u8),
    #[error("the header has flags {0:#04x} that gzip doesn't know")]
    Flags(u8),
    #[error("the header's {field} is longer than {limit} bytes")]
    LongField { field: &'static str, limit: usize },
    #[error("the header's checksum is {stored:#06x}, but its bytes have {found:#06x}")]
    HeaderSum { stored: u16, found: u16 },
    #[error("no deflate data could stand here")]
    Deflate,
    #[error("the deflate data does not end in the {n_bytes} bytes that it was given")]
    NoEnd { n_bytes: u64 },
    #[error("the checksum should be {stored:#010x}, but the unpacked bytes have {found:#010x}")]
    Checksum { stored: u32, found: u32 },
    #[error("there should be {stored} unpacked bytes, but there are {found}")]
    Size { stored: u64, found: u64 },
}

impl SourceError {
    /// Bytes at `byte` that can't be read.
    pub fn read(byte: u64, why: &dyn Display) -> Self {
        Self::Read { byte, why: why.to_string() }
    }

    /// A file that can't be opened.
    pub fn open(name: &str, why: &dyn Display) -> Self {
        Self::Open { name: name.to_owned(), why: why.to_string() }
    }

    /// Where compressed data is damaged, in compressed bytes; none for other errors.
    pub fn damaged_byte(&self) -> Option<u64> {
        if let Self::Damaged { byte, .. } = self { Some(*byte) } else { None }
    }
}

fn of_member(member: Option<u64>) -> String {
    member.map_or_else(String::new, |member| format!(" (gzip member {member})"))
}
