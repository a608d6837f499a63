//! Tables for other programs: columns of one type each, written row group by row group as CSV or Parquet.
//!
//! In: [`Rows`]. Out: a file. An empty cell (CSV) or a null (Parquet) is a number that is not known. Read next: `export.rs`.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

/// The values of one column.
#[derive(Debug, Clone)]
pub enum Column {
    Whole(Vec<Option<i64>>),
    Double(Vec<Option<f64>>),
    Single(Vec<Option<f32>>),
    Text(Vec<Option<String>>),
}

/// Some rows of a table.
#[derive(Debug, Clone)]
pub struct Rows {
    pub names: Vec<&'static str>,
    pub columns: Vec<Column>,
    pub len: usize,
}

/// A file that a table is written to.
pub enum TableFile {
    Csv { writer: Box<csv::Writer<File>>, has_header: bool },
    Parquet { file: Option<File>, writer: Option<Box<SerializedFileWriter<File>>> },
}

impl Rows {
    /// No rows yet.
    pub fn new(columns: &[(&'static str, Column)]) -> Self {
        let (names, columns) = columns.iter().cloned().unzip();
        Self { names, columns, len: 0 }
    }

    /// Forgets the rows and keeps the columns.
    pub fn clear(&mut self) {
        self.len = 0;
        for column in &mut self.columns {
            match column {
                Column::Whole(values) => values.clear(),
                Column::Double(values) => values.clear(),
                Column::Single(values) => values.clear(),
                Column::Text(values) => values.clear(),
            }
        }
    }
}

impl Column {
    fn cell(&self, row: usize) -> String {
        fn text<T: ToString>(values: &[Option<T>], row: usize) -> String {
            values.get(row).and_then(Option::as_ref).map(ToString::to_string).unwrap_or_default()
        }
        match self {
            Self::Whole(values) => text(values, row),
            Self::Double(values) => text(values, row),
            Self::Single(values) => text(values, row),
            Self::Text(values) => text(values, row),
        }
    }

    fn parquet_type(&self) -> &'static str {
        match self {
            Self::Whole(_) => "INT64",
            Self::Double(_) => "DOUBLE",
            Self::Single(_) => "FLOAT",
            Self::Text(_) => "BYTE_ARRAY",
        }
    }
}

impl TableFile {
    /// Makes a file that is not there yet.
    pub fn create(path: &Path, is_parquet: bool) -> Result<Self> {
        let file = File::create_new(path).with_context(|| {
            format!("«{}» can't be made: give --to another folder, or remove it first", path.display())
        })?;
        Ok(if is_parquet {
            Self::Parquet { file: Some(file), writer: None }
        } else {
            Self::Csv { writer: Box::new(csv::Writer::from_writer(file)), has_header: false }
        })
    }

    /// Writes rows; at least once for each file, so that an empty table has its columns too.
    pub fn write(&mut self, rows: &Rows) -> Result<()> {
        match self {
            Self::Csv { writer, has_header } => {
                if !*has_header {
                    writer.write_record(&rows.names)?;
                    *has_header = true;
                }
                for row in 0..rows.len {
                    writer.write_record(rows.columns.iter().map(|column| column.cell(row)))?;
                }
            }
            Self::Parquet { file, writer } => {
                if let Some(file) = file.take() {
                    *writer = Some(Box::new(SerializedFileWriter::new(file, schema(rows)?, properties())?));
                }
                if let Some(writer) = writer.as_mut().filter(|_| rows.len > 0) {
                    let mut group = writer.next_row_group()?;
                    rows.columns.iter().try_for_each(|column| write_column(&mut group, column))?;
                    group.close()?;
                }
            }
        }
        Ok(())
    }

    pub fn finish(self) -> Result<()> {
        match self {
            Self::Csv { mut writer, .. } => writer.flush()?,
            Self::Parquet { writer, .. } => {
                if let Some(writer) = writer {
                    writer.close()?;
                }
            }
        }
        Ok(())
    }
}

fn properties() -> Arc<WriterProperties> {
    Arc::new(WriterProperties::builder().set_compression(Compression::SNAPPY).build())
}

fn schema(rows: &Rows) -> Result<Arc<parquet::schema::types::Type>> {
    let columns = rows.names.iter().zip(&rows.columns).map(|(name, column)| {
        let text = if matches!(column, Column::Text(_)) { " (UTF8)" } else { "" };
        format!("optional {} {name}{text};", column.parquet_type())
    });
    let message = format!("message lnn {{ {} }}", columns.collect::<Vec<_>>().join(" "));
    Ok(Arc::new(parse_message_type(&message)?))
}

fn write_column(group: &mut SerializedRowGroupWriter<'_, File>, column: &Column) -> Result<()> {
    match column {
        Column::Whole(values) => write_values::<Int64Type, _>(group, values, |value| *value),
        Column::Double(values) => write_values::<DoubleType, _>(group, values, |value| *value),
        Column::Single(values) => write_values::<FloatType, _>(group, values, |value| *value),
        Column::Text(values) => {
            write_values::<ByteArrayType, _>(group, values, |text: &String| ByteArray::from(text.as_str()))
        }
    }
}

fn write_values<T: DataType, V>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    values: &[Option<V>],
    to_parquet: impl Fn(&V) -> T::T,
) -> Result<()> {
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let known: Vec<T::T> = values.iter().flatten().map(to_parquet).collect();
    column.typed::<T>().write_batch(&known, Some(&levels), None)?;
    column.close()?;
    Ok(())
}
