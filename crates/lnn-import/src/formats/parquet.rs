//! Apache Parquet, a table of columns.
//!
//! In: a file's bytes. Out: a [`Table`]. The format is read by the crate `parquet`, row by row. Read next: `records.rs`.

use parquet::basic::Type;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use super::records::{Value, column};
use crate::{Format, ImportError, ImportLimits, Table};

/// Reads a table.
///
/// # Errors
/// The file is broken, or has columns in columns, or too many cells.
pub(super) fn read(bytes: &[u8], limits: &ImportLimits) -> Result<Table, ImportError> {
    let reader = SerializedFileReader::new(bytes::Bytes::copy_from_slice(bytes))
        .map_err(|error| broken("its footer", &error))?;
    let metadata = reader.metadata().file_metadata();
    let fields = metadata.schema().get_fields();
    if fields.len() > limits.n_columns {
        return Err(ImportError::TooManyFields { row: 1, limit: limits.n_columns });
    }
    let n_rows = usize::try_from(metadata.num_rows()).unwrap_or(0);
    let n_columns = fields.len();
    if n_rows.saturating_mul(n_columns) > limits.n_cells {
        return Err(ImportError::TooManyCells { line: n_rows as u64, n_columns, limit: limits.n_cells });
    }
    if let Some(nested) = fields.iter().find(|field| !field.is_primitive()) {
        return Err(ImportError::NestedColumn { column: nested.name().to_owned() });
    }
    let names: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
    let is_int96 = |at: usize| fields.get(at).is_some_and(|field| field.get_physical_type() == Type::INT96);
    let mut columns: Vec<Vec<Value>> = vec![Vec::new(); n_columns];
    let rows = reader.get_row_iter(None).map_err(|error| broken("its first row", &error))?;
    for (row_idx, row) in rows.enumerate() {
        let row = row.map_err(|error| broken(&format!("row {}", row_idx + 1), &error))?;
        for (at, (_, field)) in row.get_column_iter().enumerate() {
            if let Some(values) = columns.get_mut(at) {
                values.push(if is_int96(at) { Value::Missing } else { value(field) });
            }
        }
    }
    let n_rows = columns.iter().map(Vec::len).max().unwrap_or(0);
    if n_rows == 0 {
        return Err(ImportError::HeaderOnly { n_columns });
    }
    let columns: Result<Vec<_>, _> =
        names.into_iter().zip(columns).map(|(name, values)| column(name, values, limits)).collect();
    Ok(Table::of(Format::Parquet, columns?, n_rows, *limits))
}

fn broken(place: &str, error: &parquet::errors::ParquetError) -> ImportError {
    ImportError::Broken { format: "Parquet", place: place.to_owned(), what: error.to_string() }
}

fn value(field: &Field) -> Value {
    let number = |number: f64| if number.is_nan() { Value::Missing } else { Value::Number(number) };
    match field {
        Field::Bool(is_so) => Value::Text(is_so.to_string()),
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
        Field::Str(text) => Value::Text(text.clone()),
        Field::Bytes(bytes) => Value::Text(String::from_utf8_lossy(bytes.data()).into_owned()),
        Field::Decimal(_) => Value::Text(field.to_string()),
        _ => Value::Missing,
    }
}
