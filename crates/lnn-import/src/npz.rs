//! Parameters as NumPy reads and writes them: an .npz with `W1 b1 W2 b2 …`, one pair for each layer.
//!
//! In and out: W (`n_units`, `n_inputs`) and b (`n_units`). In the file b is (`n_units`, 1), as in the course; (`n_units`)
//! and (1, `n_units`) are read as well, in f64 or f32, C or Fortran order, compressed or not. Only built with the
//! feature `npz`, which the command line uses. Read next: `lnn_core::Network::from_parameters`, which checks the sizes.

use std::io::{Read, Seek, Write};

use ndarray::{Array1, Array2, ArrayD, ArrayView1, ArrayView2, Axis, Ix2};
use ndarray_npy::{NpzReader, NpzWriter, ReadNpyError, ReadNpzError, WritableElement, WriteNpzError};

use crate::ImportError;

/// W (`n_units`, `n_inputs`) and b (`n_units`) of one layer.
pub type LayerParameters = (Array2<f64>, Array1<f64>);

/// Reads `W1 b1 W2 b2 …`; other arrays in the file are left alone.
///
/// # Errors
///
/// [`ImportError::Parameters`] naming the array that is missing, or of another type or shape.
pub fn read_parameters<R: Read + Seek>(reader: R) -> Result<Vec<LayerParameters>, ImportError> {
    let mut npz = NpzReader::new(reader).map_err(|_| {
        ImportError::Parameters(
            "this is no .npz file; save one with numpy.savez(\"F.npz\", W1=…, b1=…)".into(),
        )
    })?;
    let names = npz.names().map_err(|error| ImportError::Parameters(error.to_string()))?;
    let n_layers = (1..=names.len()).take_while(|layer| names.contains(&format!("W{layer}"))).count();
    if n_layers == 0 {
        let found = crate::text::listed(&names);
        return Err(ImportError::Parameters(format!("there is no array «W1»; found are {found}")));
    }
    (1..=n_layers)
        .map(|layer| {
            let (w, b) = (format!("W{layer}"), format!("b{layer}"));
            if !names.contains(&b) {
                return Err(ImportError::Parameters(format!("there is «{w}» but no «{b}»")));
            }
            Ok((matrix(&w, read_array(&mut npz, &w)?)?, vector(&b, read_array(&mut npz, &b)?)?))
        })
        .collect()
}

/// Writes the layers in order, in their own precision, without compression.
///
/// # Errors
///
/// What the writer says.
pub fn write_parameters<'a, T: WritableElement + Clone + 'a, W: Write + Seek>(
    writer: W,
    layers: impl Iterator<Item = (ArrayView2<'a, T>, ArrayView1<'a, T>)>,
) -> Result<(), ImportError> {
    let failed = |error: WriteNpzError| ImportError::Parameters(error.to_string());
    let mut npz = NpzWriter::new(writer);
    for (layer_idx, (weights, biases)) in layers.enumerate() {
        npz.add_array(format!("W{}", layer_idx + 1), &weights).map_err(failed)?;
        npz.add_array(format!("b{}", layer_idx + 1), &biases.insert_axis(Axis(1))).map_err(failed)?;
    }
    npz.finish().map(drop).map_err(failed)
}

fn read_array<R: Read + Seek>(npz: &mut NpzReader<R>, name: &str) -> Result<ArrayD<f64>, ImportError> {
    let failed = |error: ReadNpzError| {
        ImportError::Parameters(format!("array «{name}»: {error}; save it as float64 or float32"))
    };
    match npz.by_name::<ndarray::OwnedRepr<f64>, ndarray::IxDyn>(name) {
        Err(ReadNpzError::Npy(ReadNpyError::WrongDescriptor(_))) => {
            let single = npz.by_name::<ndarray::OwnedRepr<f32>, ndarray::IxDyn>(name).map_err(failed)?;
            Ok(single.mapv(f64::from))
        }
        result => result.map_err(failed),
    }
}

fn matrix(name: &str, array: ArrayD<f64>) -> Result<Array2<f64>, ImportError> {
    let shape = array.shape().to_vec();
    array.into_dimensionality::<Ix2>().map(|matrix| matrix.as_standard_layout().into_owned()).map_err(|_| {
        ImportError::Parameters(format!("array «{name}» is {shape:?}, expected (n_units, n_inputs)"))
    })
}

fn vector(name: &str, array: ArrayD<f64>) -> Result<Array1<f64>, ImportError> {
    match *array.shape() {
        [_] | [_, 1] | [1, _] => Ok(array.into_iter().collect()),
        _ => {
            let shape = array.shape();
            Err(ImportError::Parameters(format!("array «{name}» is {shape:?}, expected (n_units, 1)")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
    use std::io::Cursor;

    fn bytes_of(write: impl FnOnce(&mut NpzWriter<Cursor<&mut Vec<u8>>>)) -> Cursor<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut npz = NpzWriter::new_compressed(Cursor::new(&mut bytes));
        write(&mut npz);
        npz.finish().unwrap();
        Cursor::new(bytes)
    }

    #[track_caller]
    fn refuses(bytes: Cursor<Vec<u8>>, sentence: &str) {
        let error = read_parameters(bytes).unwrap_err().to_string();
        assert_eq!(error, format!("the parameters can't be read: {sentence}"));
    }

    #[test]
    fn what_is_written_is_read_back() {
        let layers =
            [(array![[1.5, -2.0], [0.1, 4.0]], array![0.25, -0.1]), (array![[3.0, 7.0]], array![9.0])];
        let mut bytes = Cursor::new(Vec::new());
        write_parameters(&mut bytes, layers.iter().map(|(w, b)| (w.view(), b.view()))).unwrap();
        assert_eq!(read_parameters(bytes).unwrap(), layers);
    }

    #[test]
    fn single_precision_and_other_shapes_of_biases_are_read() {
        let bytes = bytes_of(|npz| {
            npz.add_array("b1", &array![1.0_f32, 2.0]).unwrap();
            npz.add_array("W1", &array![[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]].reversed_axes().t()).unwrap();
            npz.add_array("note", &array![7_i64]).unwrap();
        });
        assert_eq!(
            read_parameters(bytes).unwrap(),
            [(array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], array![1.0, 2.0])]
        );
    }

    #[test]
    fn what_is_no_file_of_parameters_is_named() {
        let no_npz = "this is no .npz file; save one with numpy.savez(\"F.npz\", W1=…, b1=…)";
        refuses(Cursor::new(b"hello".to_vec()), no_npz);
        let other = bytes_of(|npz| npz.add_array("x", &array![1.0]).unwrap());
        refuses(other, "there is no array «W1»; found are «x»");
        let no_b = bytes_of(|npz| npz.add_array("W1", &array![[1.0]]).unwrap());
        refuses(no_b, "there is «W1» but no «b1»");
        let flat = bytes_of(|npz| {
            npz.add_array("W1", &array![1.0, 2.0]).unwrap();
            npz.add_array("b1", &array![1.0]).unwrap();
        });
        refuses(flat, "array «W1» is [2], expected (n_units, n_inputs)");
    }
}
