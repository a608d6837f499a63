//! Files that are no CSV: NumPy, HDF5, IDX, pictures, JSON, Parquet, ARFF; one or several that belong together.
//!
//! ```text
//! files ──detect──▶ arrays (npy.rs, idx.rs, hdf5.rs, pictures.rs) ──join.rs──▶ Table
//!          │        records (json.rs, parquet.rs, arff.rs) ───────────────────▶ Table
//!          └─ packed (pack.rs): unpacked, then the same again
//! ```
//!
//! What a file is, its first bytes say, not its name. Everything is read from memory, and what a file claims of itself is held
//! against [`ImportLimits`] before anything is allocated. Read next: `../detect.rs`, `array.rs`, `join.rs`.

mod arff;
mod array;
mod assign;
mod columns;
mod guard;
mod hdf5;
mod idx;
mod join;
mod json;
mod meaning;
mod node;
mod npy;
mod pack;
mod parquet;
mod pictures;
mod prepared;
mod records;

pub use pictures::png;
pub use prepared::{read_prepared, write_prepared};

use array::Unread;

use crate::detect::stem;
use crate::{CsvImporter, Format, ImportError, ImportLimits, OpenOptions, Table};

/// A file with what is in it.
#[derive(Clone, Debug)]
pub struct InputFile {
    /// Its name, with its folder where it came in one (`cats/007.png`).
    pub name: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// Opens files that belong together.
///
/// # Errors
/// The first thing that is wrong, with the file it is in.
pub fn open(
    files: Vec<InputFile>,
    options: &OpenOptions,
    limits: &ImportLimits,
) -> Result<Table, ImportError> {
    let n_bytes = files.iter().map(|file| file.bytes.len() as u64).sum();
    limits.check_held(n_bytes)?;
    let mut files = pack::unpack(files, limits)?;
    let format = match files.first() {
        Some(first) => Format::of(&first.bytes).map_err(|error| in_file(&first.name, &error))?,
        None => return Err(ImportError::Empty),
    };
    let holds_arrays = matches!(format, Format::Npy | Format::Idx | Format::Hdf5);
    if !holds_arrays {
        options.arrays.check_unsaid(format)?;
    }
    let mut table = match format {
        Format::Picture => pictures::read(files, &options.pictures, options.every, limits)?,
        Format::Npy | Format::Idx | Format::Hdf5 => {
            join::table(arrays(files, limits)?, &options.arrays, options.every, limits)?
        }
        Format::Text | Format::Json | Format::Arff | Format::Parquet => {
            let file = match (files.pop(), files.as_slice()) {
                (Some(file), []) => file,
                (_, others) => return Err(ImportError::SeveralTables { n_files: others.len() + 1 }),
            };
            table_of(format, file.bytes, options, limits).map_err(|error| in_file(&file.name, &error))?
        }
        Format::Zip | Format::Gzip => return Err(ImportError::PackedTwice),
    };
    table.format = format;
    table.reading = options.clone();
    Ok(table)
}

fn table_of(
    format: Format,
    bytes: Vec<u8>,
    options: &OpenOptions,
    limits: &ImportLimits,
) -> Result<Table, ImportError> {
    match format {
        Format::Json => json::read(&bytes, options.every, limits),
        Format::Arff => arff::read(&bytes, options.every, limits),
        Format::Parquet => parquet::read(bytes, options.every, limits),
        _ => {
            let mut importer = CsvImporter::with_options(*limits, options.of_text());
            importer.expect_bytes(bytes.len() as u64);
            importer.push(&bytes)?;
            importer.finish()
        }
    }
}

/// The arrays of all files, not read yet.
///
/// # Errors
/// A file is broken, or is none with arrays.
fn arrays(files: Vec<InputFile>, limits: &ImportLimits) -> Result<Vec<Unread>, ImportError> {
    let mut all = Vec::new();
    for InputFile { name, bytes } in files {
        let stem = stem(&name);
        let read = match Format::of(&bytes) {
            Ok(Format::Npy) => npy::look(stem, &name, bytes, limits).map(|array| vec![array]),
            Ok(Format::Idx) => idx::look(stem, &name, bytes).map(|array| vec![array]),
            Ok(Format::Hdf5) => hdf5::look(&name, bytes, limits),
            Ok(other) => Err(ImportError::NotWithArrays { found: other.as_str() }),
            Err(error) => Err(error),
        };
        all.extend(read.map_err(|error| in_file(&name, &error))?);
    }
    Ok(all)
}

fn in_file(name: &str, error: &ImportError) -> ImportError {
    match error {
        ImportError::InFile { .. } => error.clone(),
        _ => ImportError::InFile { file: name.to_owned(), what: error.to_string(), offer: error.offer() },
    }
}
