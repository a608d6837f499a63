//! Apache Parquet, a table of columns.
//!
//! In: a file's bytes. Out: a [`Table`]. The format is read by the crate `parquet`, a piece of a column after the other, behind a fence: it
//! panics on some damaged files. Read next: `records.rs`, `guard.rs`.

use parquet::basic::{Compression, ConvertedType, Repetition};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::schema::types::{ColumnDescPtr, TypePtr};

use super::guard;
use super::records::{NewColumn, Records};
use crate::csv::Value;
use crate::names::Unique;
use crate::text::{grouped, shortened, size};
use crate::{Every, Format, ImportError, ImportLimits, Table};

/// Values of a column that are held beside it.
const N_AT_ONCE: usize = 8_192;

/// Reads a table.
///
/// # Errors
/// The file is broken, or has columns in columns, or too many cells.
pub(super) fn read(bytes: Vec<u8>, every: Every, limits: &ImportLimits) -> Result<Table, ImportError> {
    let reader = fenced(|| "its footer".to_owned(), || SerializedFileReader::new(bytes::Bytes::from(bytes)))?;
    let metadata = reader.metadata();
    check_size(metadata, every, limits)?;
    let schema = metadata.file_metadata().schema_descr();
    let in_groups = metadata.row_groups().iter().map(|group| usize::try_from(group.num_rows()).unwrap_or(0));
    let in_groups: Vec<usize> = in_groups.collect();
    let mut records = Records::new(limits, every);
    records.expect_rows(in_groups.iter().sum());
    let names = Unique::of(schema.columns().iter().map(|column| column.name().to_owned()));
    for (column_idx, (description, name)) in schema.columns().iter().zip(&names.names).enumerate() {
        let Some(values) = records.new_column(name)? else { continue };
        let mut column = Column { description, values, n_read: 0 };
        for (group_idx, &n_rows) in in_groups.iter().enumerate() {
            let chunk = || reader.get_row_group(group_idx)?.get_column_reader(column_idx);
            let chunk = fenced(|| column.place(), chunk)?;
            column.read(chunk, n_rows)?;
        }
    }
    match records.finish(Format::Parquet) {
        Ok(mut table) => {
            table.warnings.extend(names.warnings());
            Ok(table)
        }
        Err(ImportError::NoRecords) => Err(ImportError::HeaderOnly { n_columns: schema.num_columns() }),
        Err(error) => Err(error),
    }
}

/// A column that is being read.
struct Column<'a> {
    description: &'a ColumnDescPtr,
    values: NewColumn<'a>,
    n_read: usize,
}

impl Column<'_> {
    fn place(&self) -> String {
        let name = shortened(self.description.name());
        format!("column «{name}», row {}", grouped(self.n_read as u64 + 1))
    }

    /// The column's values in a row group.
    fn read(&mut self, chunk: ColumnReader, n_rows: usize) -> Result<(), ImportError> {
        let about = self.description.clone();
        match chunk {
            ColumnReader::BoolColumnReader(chunk) => self.take(chunk, n_rows, |it| Ok(Field::Bool(*it))),
            ColumnReader::Int32ColumnReader(chunk) => {
                self.take(chunk, n_rows, |it| Ok(Field::convert_int32(&about, *it)))
            }
            ColumnReader::Int64ColumnReader(chunk) => {
                self.take(chunk, n_rows, |it| Ok(Field::convert_int64(&about, *it)))
            }
            ColumnReader::FloatColumnReader(chunk) => self.take(chunk, n_rows, |it| Ok(Field::Float(*it))),
            ColumnReader::DoubleColumnReader(chunk) => self.take(chunk, n_rows, |it| Ok(Field::Double(*it))),
            ColumnReader::ByteArrayColumnReader(chunk) => self.take(chunk, n_rows, |it| of_bytes(it, &about)),
            ColumnReader::FixedLenByteArrayColumnReader(chunk) => {
                self.take(chunk, n_rows, |it| of_bytes(it, &about))
            }
            // Points in time as old programs alone write them.
            ColumnReader::Int96ColumnReader(chunk) => self.take(chunk, n_rows, |_| Ok(Field::Null)),
        }
    }

    fn take<T: DataType>(
        &mut self,
        mut chunk: ColumnReaderImpl<T>,
        n_rows: usize,
        field: impl Fn(&T::T) -> parquet::errors::Result<Field>,
    ) -> Result<(), ImportError> {
        let is_never_missing = self.description.max_def_level() == 0;
        let (mut levels, mut values) = (Vec::new(), Vec::new());
        let mut left = n_rows;
        while left > 0 {
            let place = self.place();
            let to = &mut self.values;
            let work = || {
                levels.clear();
                values.clear();
                let n_wanted = left.min(N_AT_ONCE);
                let (n_read, ..) = chunk.read_records(n_wanted, Some(&mut levels), None, &mut values)?;
                if n_read == 0 {
                    return Err(ParquetError::EOF(format!(
                        "{} more rows should be there",
                        grouped(left as u64)
                    )));
                }
                let mut values = values.iter();
                for row in 0..n_read.min(left) {
                    if is_never_missing || levels.get(row).is_some_and(|level| *level > 0) {
                        let missed = || ParquetError::EOF("a value should be there".to_owned());
                        push(&field(values.next().ok_or_else(missed)?)?, to);
                    } else {
                        to.push(Value::Missing);
                    }
                }
                Ok(n_read.min(left))
            };
            let n_read = fenced(|| place, work)?;
            self.n_read += n_read;
            left -= n_read;
        }
        Ok(())
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
    let is_nested = |field: &&TypePtr| {
        !field.is_primitive() || field.get_basic_info().repetition() == Repetition::REPEATED
    };
    if let Some(nested) = fields.iter().find(is_nested) {
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

/// Texts as they are, and what else bytes stand for.
fn of_bytes(bytes: &ByteArray, about: &ColumnDescPtr) -> parquet::errors::Result<Field> {
    match about.converted_type() {
        ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON => {
            let text = std::str::from_utf8(bytes.data());
            text.map_err(|error| ParquetError::General(format!("a text is no UTF-8: {error}")))?;
            Ok(Field::Bytes(bytes.clone()))
        }
        _ => Field::convert_byte_array(about, bytes.clone()),
    }
}

fn push(field: &Field, to: &mut NewColumn<'_>) {
    let number = |number: f64| if number.is_nan() { Value::Missing } else { Value::Number(number) };
    to.push(match field {
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
        Field::Bytes(bytes) => Value::Text(bytes.data()),
        Field::Bool(_) | Field::Decimal(_) => return to.push(Value::Text(field.to_string().as_bytes())),
        _ => Value::Missing,
    });
}
