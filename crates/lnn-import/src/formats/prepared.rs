//! A data set as a network sees it, in an .npz: `x_train y_train x_test y_test`, examples as rows, as other tools have them.
//!
//! In and out: both splits, bit for bit. Read next: `npy.rs`, which reads its arrays.

use std::io::{Cursor, Write};

use lnn_core::{DataSet, Real};
use ndarray::Array2;
use npyz::{AutoSerialize, WriteOptions, WriterBuilder};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::pack::unpack;
use super::{InputFile, arrays};
use crate::{Every, ImportError, ImportLimits};

/// The bytes of an .npz of both splits.
///
/// # Errors
/// It would be larger than an archive can be.
pub fn write_prepared<T: Real + AutoSerialize>(
    train: &DataSet<T>,
    dev: Option<&DataSet<T>>,
) -> Result<Vec<u8>, ImportError> {
    let failed = |error: &dyn std::fmt::Display| ImportError::NotWritten { what: error.to_string() };
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (split, data) in [("train", Some(train)), ("test", dev)] {
        let Some(data) = data else { continue };
        for (part, columns) in [("x", data.inputs()), ("y", data.targets())] {
            let bytes = npy(columns).map_err(|error| failed(&error))?;
            zip.start_file(format!("{part}_{split}.npy"), options).map_err(|error| failed(&error))?;
            zip.write_all(&bytes).map_err(|error| failed(&error))?;
        }
    }
    Ok(zip.finish().map_err(|error| failed(&error))?.into_inner())
}

/// Examples, which are columns here, as the rows of an .npy.
fn npy<T: Real + AutoSerialize>(columns: &Array2<T>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let rows = columns.t();
    let shape = [rows.nrows() as u64, rows.ncols() as u64];
    let mut writer = WriteOptions::new().default_dtype().shape(&shape).writer(&mut bytes).begin_nd()?;
    writer.extend(rows.iter())?;
    writer.finish()?;
    Ok(bytes)
}

/// Both splits of an .npz that [`write_prepared`] made.
///
/// # Errors
/// It is broken, too large, or another .npz.
pub fn read_prepared<T: Real>(
    bytes: Vec<u8>,
    limits: &ImportLimits,
) -> Result<(DataSet<T>, Option<DataSet<T>>), ImportError> {
    let files = unpack(vec![InputFile { name: "data.npz".to_owned(), bytes }], limits)?;
    let mut arrays = arrays(files, limits)?;
    let mut columns = |name: &str| -> Result<Option<Array2<T>>, ImportError> {
        let Some(idx) = arrays.iter().position(|array| array.name == name) else { return Ok(None) };
        let array = arrays.swap_remove(idx);
        let [n_rows, n_columns] = *array.shape.as_slice() else { return Ok(None) };
        let (n_rows, n_columns) = (n_rows as usize, n_columns as usize);
        let values = array.read(Every::ALL, limits)?;
        let number = |(column, row)| T::from_f64(values.number(row * n_columns + column).unwrap_or(f64::NAN));
        Ok(Some(Array2::from_shape_fn((n_columns, n_rows), number)))
    };
    let mut split = |name: &str| -> Result<Option<DataSet<T>>, ImportError> {
        match (columns(&format!("x_{name}"))?, columns(&format!("y_{name}"))?) {
            (Some(inputs), Some(targets)) => DataSet::new(inputs, targets).map(Some).map_err(|error| {
                ImportError::Broken { format: "npz", place: format!("x_{name}"), what: error.to_string() }
            }),
            _ => Ok(None),
        }
    };
    let train = split("train")?.ok_or_else(|| ImportError::Broken {
        format: "npz",
        place: "its list of arrays".to_owned(),
        what: "x_train or y_train is missing".to_owned(),
    })?;
    Ok((train, split("test")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(n: usize) -> DataSet<f32> {
        let inputs =
            Array2::from_shape_fn((3, n), |(row, column)| (row as f32 + 0.1) / (column as f32 + 3.0));
        DataSet::new(inputs, Array2::from_shape_fn((2, n), |(row, column)| f32::from(row == column % 2)))
            .unwrap()
    }

    #[test]
    fn what_is_written_is_read_to_the_bit() {
        let (train, dev) = (data(5), data(2));
        let bytes = write_prepared(&train, Some(&dev)).unwrap();
        let (train_again, dev_again) = read_prepared::<f32>(bytes, &ImportLimits::default()).unwrap();
        assert_eq!(train_again.inputs(), train.inputs());
        assert_eq!(train_again.targets(), train.targets());
        assert_eq!(dev_again.unwrap().inputs(), dev.inputs());
        let (_, none) =
            read_prepared::<f32>(write_prepared(&train, None).unwrap(), &ImportLimits::default()).unwrap();
        assert!(none.is_none());
    }

    #[test]
    fn another_archive_is_refused_with_what_is_missing() {
        let bytes = include_bytes!("../../tests/fixtures/xy.npz").to_vec();
        let error = read_prepared::<f32>(bytes, &ImportLimits::default()).unwrap_err().to_string();
        assert!(error.contains("x_train or y_train is missing"), "{error}");
    }
}
