//! Apache Parquet, a table of columns.
//!
//! In: a file's bytes. Out: a [`Table`]. The format is read by the crate `parquet`, row by row, behind a fence: it panics on
//! some damaged files. Read next: `records.rs`, `guard.rs`.

use parquet::basic::{Compression, Type};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use super::guard;
use super::records::Records;
use crate::csv::Value;
use crate::text::{grouped, size};
use crate::{Every, Format, ImportError, ImportLimits, Table};

/// Reads a table.
///
/// # Errors
/// The file is broken, or has columns in columns, or too many cells.
pub(super) fn read(bytes: Vec<u8>, every: Every, limits: &ImportLimits) -> Result<Table, ImportError> {
    let reader = fenced(|| "its footer".to_owned(), || SerializedFileReader::new(bytes::Bytes::from(bytes)))?;
    check_size(reader.metadata(), every, limits)?;
    let fields = reader.metadata().file_metadata().schema().get_fields();
    let mut records = Records::new(limits, every);
    let mut places = Vec::with_capacity(fields.len());
    for field in fields {
        let place = records.column(field.name())?;
        places.push((place, field.get_physical_type() == Type::INT96));
    }
    let mut rows = fenced(|| "its first row".to_owned(), || reader.get_row_iter(None))?;
    for number in 1_u64.. {
        let Some(row) = fenced(|| format!("row {}", grouped(number)), || rows.next().transpose())? else {
            break;
        };
        if !records.keeps_next() {
            records.skip_row();
            continue;
        }
        let mut fields: Vec<Option<&Field>> = vec![None; places.len()];
        for ((place, is_int96), (_, field)) in places.iter().zip(row.get_column_iter()) {
            if let Some(value) = fields.get_mut(*place).filter(|_| !is_int96) {
                *value = Some(field);
            }
        }
        let texts: Vec<Option<String>> = fields.iter().map(|field| field.and_then(written)).collect();
        records.push_row(|idx| match (fields.get(idx), texts.get(idx)) {
            (_, Some(Some(text))) => Value::Text(text.as_bytes()),
            (Some(Some(field)), _) => value(field),
            _ => Value::Missing,
        });
    }
    match records.finish(Format::Parquet) {
        Err(ImportError::NoRecords) => Err(ImportError::HeaderOnly { n_columns: places.len() }),
        result => result,
    }
}

/// What the footer claims, before a page is unpacked.
fn check_size(metadata: &ParquetMetaData, every: Every, limits: &ImportLimits) -> Result<(), ImportError> {
    let fields = metadata.file_metadata().schema().get_fields();
    let (n_columns, limit) = (fields.len(), limits.n_cells);
    if n_columns > limits.n_columns {
        return Err(ImportError::TooManyFields { row: 1, limit: limits.n_columns });
    }
    let of_groups = |n: fn(&RowGroupMetaData) -> i64| {
        metadata
            .row_groups()
            .iter()
            .map(|group| u64::try_from(n(group)).unwrap_or(u64::MAX))
            .fold(0, u64::saturating_add)
    };
    let n_rows = u64::try_from(metadata.file_metadata().num_rows()).unwrap_or(u64::MAX);
    let n_rows = n_rows.max(of_groups(RowGroupMetaData::num_rows));
    if u128::from(every.kept(n_rows)) * n_columns as u128 > limit as u128 {
        let every = Every::fitting(&[n_rows], n_columns as u64, limit as u64);
        return Err(ImportError::TooManyRecords { n_rows, n_columns, limit, every });
    }
    if let Some(nested) = fields.iter().find(|field| !field.is_primitive()) {
        return Err(ImportError::NestedColumn { column: nested.name().to_owned() });
    }
    let columns = metadata.row_groups().iter().flat_map(RowGroupMetaData::columns);
    if let Some(found) = columns.into_iter().find_map(|column| unread(column.compression())) {
        return Err(ImportError::Compression { found });
    }
    let n_bytes = of_groups(|group| {
        group.columns().iter().map(ColumnChunkMetaData::uncompressed_size).fold(0, i64::saturating_add)
    });
    if n_bytes > limits.n_bytes {
        return Err(ImportError::UnpacksTooLarge {
            place: "the file".to_owned(),
            limit: size(limits.n_bytes),
        });
    }
    Ok(())
}

/// Compressions that no Rust alone unpacks, or that add more to a page than they are met.
const fn unread(compression: Compression) -> Option<&'static str> {
    match compression {
        Compression::BROTLI(_) => Some("Brotli"),
        Compression::LZO => Some("LZO"),
        Compression::ZSTD(_) => Some("Zstandard"),
        _ => None,
    }
}

/// What the crate says of a place, and that it gave up where it panics.
fn fenced<T>(
    place: impl FnOnce() -> String,
    work: impl FnOnce() -> parquet::errors::Result<T>,
) -> Result<T, ImportError> {
    let broken = |what: String| ImportError::Broken { format: "Parquet", place: place(), what };
    match guard::within(work) {
        Some(result) => result.map_err(|error| broken(error.to_string())),
        None => Err(broken("its bytes contradict each other".to_owned())),
    }
}

/// Texts that have to be made.
fn written(field: &Field) -> Option<String> {
    match field {
        Field::Bool(_) | Field::Decimal(_) => Some(field.to_string()),
        _ => None,
    }
}

fn value(field: &Field) -> Value<'_> {
    let number = |number: f64| if number.is_nan() { Value::Missing } else { Value::Number(number) };
    match field {
        Field::Byte(it) => number(f64::from(*it)),
        Field::Short(it) => number(f64::from(*it)),
        Field::Int(it) | Field::Date(it) | Field::TimeMillis(it) => number(f64::from(*it)),
        Field::Long(it) | Field::TimestampMillis(it) | Field::TimestampMicros(it) | Field::TimeMicros(it) => {
            number(*it as f64)
        }
        Field::UByte(it) => number(f64::from(*it)),
        Field::UShort(it) => number(f64::from(*it)),
        Field::UInt(it) => number(f64::from(*it)),
        Field::ULong(it) => number(*it as f64),
        Field::Float(it) => number(f64::from(*it)),
        Field::Float16(it) => number(f64::from(it.to_f32())),
        Field::Double(it) => number(*it),
        Field::Str(text) => Value::Text(text.as_bytes()),
        Field::Bytes(bytes) => Value::Text(bytes.data()),
        _ => Value::Missing,
    }
}
