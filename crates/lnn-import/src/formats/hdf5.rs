//! HDF5 as h5py, Keras and the course write it: every numeric or text data set of every group.
//!
//! In: a file's bytes. Out: [`NamedArray`]s. The format is read by the crate `hdf5-reader`. Read next: `join.rs`.

use hdf5_reader::group::Group;
use hdf5_reader::{Dataset, Datatype, Hdf5File, OpenOptions};

use super::array::{self, ArrayValues, Element, ElementKind, NamedArray};
use crate::{ImportError, ImportLimits};

/// Groups in groups deeper than this are left alone: a link may lead back.
const MAX_DEPTH: usize = 8;
/// More data sets than these are no data set of examples.
const MAX_ARRAYS: usize = 64;

/// Reads all arrays.
///
/// # Errors
/// The file is broken, or an array is too large.
pub(super) fn read(bytes: Vec<u8>, limits: &ImportLimits) -> Result<Vec<NamedArray>, ImportError> {
    let most = limits.n_cells.saturating_mul(8);
    let options = OpenOptions { max_read_bytes: most, max_chunk_bytes: most, ..OpenOptions::default() };
    let file = Hdf5File::from_vec_with_options(bytes, options).map_err(|error| broken("its head", &error))?;
    let root = file.root_group().map_err(|error| broken("its root group", &error))?;
    let mut arrays = Vec::new();
    walk(&root, "", 0, &mut arrays, limits)?;
    Ok(arrays)
}

fn walk(
    group: &Group,
    path: &str,
    depth: usize,
    arrays: &mut Vec<NamedArray>,
    limits: &ImportLimits,
) -> Result<(), ImportError> {
    let place = || if path.is_empty() { "its root group".to_owned() } else { format!("group «{path}»") };
    let (groups, datasets) = group.members().map_err(|error| broken(&place(), &error))?;
    for dataset in &datasets {
        let name = joined(path, dataset.name());
        if arrays.len() < MAX_ARRAYS {
            arrays.extend(array(&name, dataset, limits)?);
        }
    }
    for inner in groups.iter().filter(|_| depth < MAX_DEPTH) {
        walk(inner, &joined(path, inner.name()), depth + 1, arrays, limits)?;
    }
    Ok(())
}

fn joined(path: &str, name: &str) -> String {
    let name = name.trim_start_matches('/');
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

/// A data set; none where its type is neither numbers nor texts.
fn array(name: &str, dataset: &Dataset, limits: &ImportLimits) -> Result<Option<NamedArray>, ImportError> {
    let place = format!("data set «{name}»");
    let n = array::n_elements(dataset.shape(), limits)?;
    let values = match element(dataset.dtype()) {
        Some(element) => {
            let bytes = dataset.read_native_bytes().map_err(|error| broken(&place, &error))?;
            array::decode(&bytes, element, n)?
        }
        None if matches!(dataset.dtype(), Datatype::String { .. } | Datatype::VarLen { .. }) => {
            match dataset.read_strings() {
                Ok(texts) => ArrayValues::Texts(texts),
                Err(error) => return Err(broken(&place, &error)),
            }
        }
        None => return Ok(None),
    };
    let shape = dataset.shape().iter().map(|extent| *extent as usize).collect();
    Ok(Some(NamedArray { name: name.to_owned(), shape, values }))
}

/// What numbers are once the reader has brought them to this machine's order.
fn element(datatype: &Datatype) -> Option<Element> {
    let native = cfg!(target_endian = "big");
    Some(match datatype {
        Datatype::FixedPoint { size, signed, .. } => {
            let kind = if *signed { ElementKind::Signed } else { ElementKind::Unsigned };
            Element { kind, size: usize::from(*size), is_big_endian: native }
        }
        Datatype::FloatingPoint { size, .. } => {
            Element { kind: ElementKind::Float, size: usize::from(*size), is_big_endian: native }
        }
        // h5py's bool.
        Datatype::Enum { base, .. } => return element(base),
        _ => return None,
    })
}

fn broken(place: &str, error: &hdf5_reader::error::Error) -> ImportError {
    ImportError::Broken { format: "HDF5", place: place.to_owned(), what: error.to_string() }
}
