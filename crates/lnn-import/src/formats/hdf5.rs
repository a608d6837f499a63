//! HDF5 as h5py, Keras and the course write it: every numeric or text data set of every group.
//!
//! In: a file's bytes. Out: [`Unread`] arrays, and the kept rows of each. The format is read by the crate `hdf5-reader`. Read next:
//! `join.rs`.

use std::collections::HashSet;

use hdf5_reader::group::Group;
use hdf5_reader::{Dataset, Datatype, H5Type, Hdf5File, OpenOptions, SliceInfo, SliceInfoElem, StringSize};

use super::array::{self, ArrayValues, Element, ElementKind, Source, Unread};
use crate::text::size;
use crate::{Every, ImportError, ImportLimits};

/// Groups in groups deeper than this are left alone.
const MAX_DEPTH: usize = 8;
/// More data sets than these are no data set of examples.
const MAX_ARRAYS: usize = 64;

/// Looks at all arrays.
///
/// # Errors
/// The file is broken, or has too many.
pub(super) fn look(file: &str, bytes: Vec<u8>, limits: &ImportLimits) -> Result<Vec<Unread>, ImportError> {
    let most = limits.n_cells.saturating_mul(8);
    let options = OpenOptions { max_read_bytes: most, max_chunk_bytes: most, ..OpenOptions::default() };
    let hdf5 = Hdf5File::from_vec_with_options(bytes, options).map_err(|error| broken("its head", &error))?;
    let root = hdf5.root_group().map_err(|error| broken("its root group", &error))?;
    let mut walk = Walk { file, arrays: Vec::new(), groups: HashSet::new() };
    walk.group(&root, "", 0)?;
    Ok(walk.arrays)
}

struct Walk<'f> {
    file: &'f str,
    arrays: Vec<Unread>,
    /// Where groups were that are done: a link may lead back.
    groups: HashSet<u64>,
}

impl Walk<'_> {
    fn group(&mut self, group: &Group, path: &str, depth: usize) -> Result<(), ImportError> {
        if !self.groups.insert(group.address()) {
            return Ok(());
        }
        let place =
            || if path.is_empty() { "its root group".to_owned() } else { format!("group «{path}»") };
        let (groups, datasets) = group.members().map_err(|error| broken(&place(), &error))?;
        for dataset in datasets {
            let is_text = is_text(dataset.dtype());
            if !is_text && element(dataset.dtype()).is_none() {
                continue;
            }
            if self.arrays.len() >= MAX_ARRAYS {
                return Err(ImportError::TooManyArrays { limit: MAX_ARRAYS });
            }
            self.arrays.push(Unread {
                name: joined(path, dataset.name()),
                shape: dataset.shape().to_vec(),
                is_text,
                file: self.file.to_owned(),
                source: Source::Hdf5(Box::new(dataset)),
            });
        }
        for inner in groups.iter().filter(|_| depth < MAX_DEPTH) {
            self.group(inner, &joined(path, inner.name()), depth + 1)?;
        }
        Ok(())
    }
}

fn joined(path: &str, name: &str) -> String {
    let name = name.trim_start_matches('/');
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

const fn is_text(datatype: &Datatype) -> bool {
    matches!(datatype, Datatype::String { .. } | Datatype::VarLen { .. })
}

/// The rows that are kept, whose number was held against the limit.
///
/// # Errors
/// The file is broken, or its texts unpack to too much.
pub(super) fn values(
    place: &str,
    dataset: &Dataset,
    every: Every,
    limits: &ImportLimits,
) -> Result<ArrayValues, ImportError> {
    let read = match element(dataset.dtype()) {
        Some(element) if every == Every::ALL || dataset.ndim() == 0 => {
            let bytes = dataset.read_native_bytes().map_err(|error| broken(place, &error))?;
            return array::decode(&bytes, element.check()?);
        }
        Some(element) => kept_numbers(dataset, element, every),
        None => return texts(place, dataset, every, limits),
    };
    read.map_err(|error| broken(place, &error))
}

/// Only what these rows lie in is unpacked.
fn kept_numbers(
    dataset: &Dataset,
    element: Element,
    every: Every,
) -> Result<ArrayValues, hdf5_reader::error::Error> {
    let is_plain = matches!(dataset.dtype(), Datatype::FixedPoint { .. } | Datatype::FloatingPoint { .. });
    Ok(match (element.kind, element.size) {
        (ElementKind::Unsigned, 1) if is_plain => ArrayValues::Bytes(kept::<u8>(dataset, every)?),
        (ElementKind::Unsigned, 2) if is_plain => numbers::<u16>(dataset, every, f64::from)?,
        (ElementKind::Unsigned, 4) if is_plain => numbers::<u32>(dataset, every, f64::from)?,
        (ElementKind::Unsigned, 8) if is_plain => numbers::<u64>(dataset, every, |it| it as f64)?,
        (ElementKind::Signed, 1) if is_plain => numbers::<i8>(dataset, every, f64::from)?,
        (ElementKind::Signed, 2) if is_plain => numbers::<i16>(dataset, every, f64::from)?,
        (ElementKind::Signed, 4) if is_plain => numbers::<i32>(dataset, every, f64::from)?,
        (ElementKind::Signed, 8) if is_plain => numbers::<i64>(dataset, every, |it| it as f64)?,
        (ElementKind::Float, 4) if is_plain => numbers::<f32>(dataset, every, f64::from)?,
        (ElementKind::Float, 8) if is_plain => numbers::<f64>(dataset, every, |it| it)?,
        // Truth values, halves: whole, as far as the reader's own limit goes.
        _ => {
            let bytes = dataset.read_native_bytes()?;
            let width = width(dataset);
            match array::decode(&bytes, element) {
                Ok(values) => values.thinned(every, width),
                Err(error) => return Err(hdf5_reader::error::Error::InvalidData(error.to_string())),
            }
        }
    })
}

fn numbers<T: H5Type>(
    dataset: &Dataset,
    every: Every,
    number: impl Fn(T) -> f64,
) -> Result<ArrayValues, hdf5_reader::error::Error> {
    Ok(ArrayValues::Numbers(kept::<T>(dataset, every)?.into_iter().map(number).collect()))
}

/// Rows 0, k, 2k …
fn kept<T: H5Type>(dataset: &Dataset, every: Every) -> Result<Vec<T>, hdf5_reader::error::Error> {
    let mut selection = SliceInfo::all(dataset.ndim());
    if let Some(rows) = selection.selections.first_mut() {
        *rows = SliceInfoElem::Slice { start: 0, end: u64::MAX, step: every.get() as u64 };
    }
    Ok(dataset.read_slice::<T>(&selection)?.into_iter().collect())
}

/// Texts of one length, or such as lie elsewhere in the file: many may lie in one place, so their letters are counted.
fn texts(
    place: &str,
    dataset: &Dataset,
    every: Every,
    limits: &ImportLimits,
) -> Result<ArrayValues, ImportError> {
    let broken = |error| broken(place, &error);
    let width = width(dataset);
    if let Datatype::String { size: StringSize::Fixed(_), .. } = dataset.dtype() {
        let texts = dataset.read_strings().map_err(broken)?;
        return Ok(ArrayValues::Texts(texts).thinned(every, width));
    }
    let references = dataset.read_raw_bytes().map_err(broken)?;
    let (mut texts, mut n_bytes_left) = (Vec::new(), limits.text_bytes);
    for (idx, reference) in references.chunks_exact(dataset.vlen_reference_size()).enumerate() {
        if !every.keeps(idx / width.max(1)) {
            continue;
        }
        let bytes = dataset.resolve_vlen_reference_bytes(reference, 1).map_err(broken)?;
        n_bytes_left = n_bytes_left.checked_sub(bytes.len()).ok_or_else(|| ImportError::UnpacksTooLarge {
            place: place.to_owned(),
            limit: size(limits.text_bytes as u64),
        })?;
        texts.push(String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned());
    }
    Ok(ArrayValues::Texts(texts))
}

/// Values of a row; of what has none it may be anything.
fn width(dataset: &Dataset) -> usize {
    dataset.shape().iter().skip(1).fold(1, |n: usize, extent| n.saturating_mul(*extent as usize))
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
