//! HDF5 as h5py, Keras and the course write it: every numeric or text data set of every group.
//!
//! In: a file's bytes. Out: [`Unread`] arrays, and the kept rows of each. The format is read by the crate `hdf5-reader`. Read next:
//! `join.rs`.

use std::collections::HashSet;

use hdf5_reader::error::Error;
use hdf5_reader::group::Group;
use hdf5_reader::{
    ByteOrder, Dataset, Datatype, H5Type, Hdf5File, OpenOptions, SliceInfo, SliceInfoElem, StringPadding,
    StringSize,
};

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
    let most = most(limits);
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

/// The rows that are kept, whose number was held against the limit. Only what they lie in is unpacked.
///
/// # Errors
/// The file is broken, or unpacks to too much.
pub(super) fn values(
    place: &str,
    dataset: &Dataset,
    every: Every,
    limits: &ImportLimits,
) -> Result<ArrayValues, ImportError> {
    let broken = |error| beyond(place, &error, limits);
    let is_byte = matches!(dataset.dtype(), Datatype::FixedPoint { size: 1, signed: false, .. });
    match element(dataset.dtype()) {
        Some(_) if is_byte => kept::<u8>(dataset, every).map(ArrayValues::Bytes).map_err(broken),
        Some(element) => {
            element.check()?;
            let numbers = kept::<Number>(dataset, every).map_err(broken)?;
            Ok(ArrayValues::Numbers(numbers.into_iter().map(|Number(number)| number).collect()))
        }
        None => texts(place, dataset, every, limits),
    }
}

/// Rows 0, k, 2k …
fn kept<T: H5Type>(dataset: &Dataset, every: Every) -> Result<Vec<T>, Error> {
    let mut selection = SliceInfo::all(dataset.ndim());
    if let Some(rows) = selection.selections.first_mut() {
        *rows = SliceInfoElem::Slice { start: 0, end: u64::MAX, step: every.get() as u64 };
    }
    let array = dataset.read_slice::<T>(&selection)?;
    let n_values = array.len();
    if !array.is_standard_layout() {
        return Ok(array.into_iter().collect());
    }
    // As they lie.
    let (mut values, first) = array.into_raw_vec_and_offset();
    values.drain(..first.unwrap_or(0).min(values.len()));
    values.truncate(n_values);
    Ok(values)
}

/// A number of any type.
#[derive(Clone)]
struct Number(f64);

impl H5Type for Number {
    fn hdf5_type() -> Datatype {
        f64::hdf5_type()
    }

    fn from_bytes(bytes: &[u8], datatype: &Datatype) -> Result<Self, Error> {
        let number = element(datatype).and_then(|element| array::number(bytes, element));
        number.map(Self).ok_or_else(|| Error::InvalidData("it is no number".to_owned()))
    }

    fn element_size(datatype: &Datatype) -> usize {
        element(datatype).map_or(0, |element| element.size)
    }
}

/// A text of one length, or where in the file one is.
#[derive(Clone)]
struct Raw(Vec<u8>);

impl H5Type for Raw {
    fn hdf5_type() -> Datatype {
        u8::hdf5_type()
    }

    fn from_bytes(bytes: &[u8], _: &Datatype) -> Result<Self, Error> {
        Ok(Self(bytes.to_vec()))
    }

    fn element_size(_: &Datatype) -> usize {
        1
    }
}

/// Many texts may lie in one place of the file, so their letters are counted.
fn texts(
    place: &str,
    dataset: &Dataset,
    every: Every,
    limits: &ImportLimits,
) -> Result<ArrayValues, ImportError> {
    let broken = |error| beyond(place, &error, limits);
    let is_fixed = matches!(dataset.dtype(), Datatype::String { size: StringSize::Fixed(_), .. });
    let is_padded = matches!(dataset.dtype(), Datatype::String { padding: StringPadding::SpacePad, .. });
    let mut n_bytes_left = limits.text_bytes;
    let text = |Raw(raw): Raw| {
        let bytes = if is_fixed { Ok(raw) } else { dataset.resolve_vlen_reference_bytes(&raw, 1) };
        let bytes = bytes.map_err(broken)?;
        n_bytes_left = n_bytes_left.checked_sub(bytes.len()).ok_or_else(|| ImportError::UnpacksTooLarge {
            place: place.to_owned(),
            limit: size(limits.text_bytes as u64),
        })?;
        let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
        let text = if is_padded { text.trim_ascii_end() } else { text };
        Ok(String::from_utf8_lossy(text).into_owned())
    };
    let raw = kept::<Raw>(dataset, every).map_err(broken)?;
    raw.into_iter().map(text).collect::<Result<_, _>>().map(ArrayValues::Texts)
}

/// Bytes that may be unpacked at once: what is kept, or a piece of which some is.
fn most(limits: &ImportLimits) -> usize {
    limits.n_cells.saturating_mul(16).max(usize::try_from(limits.n_bytes).unwrap_or(usize::MAX))
}

/// What is too large is so for our limit; everything else is broken.
fn beyond(place: &str, error: &Error, limits: &ImportLimits) -> ImportError {
    let mut cause = error;
    while let Error::Context { source, .. } = cause {
        cause = source;
    }
    if matches!(cause, Error::ResourceLimit(_)) {
        return ImportError::UnpacksTooLarge { place: place.to_owned(), limit: size(most(limits) as u64) };
    }
    broken(place, error)
}

/// A type of numbers as it is in the file.
fn element(datatype: &Datatype) -> Option<Element> {
    let (kind, size, order) = match datatype {
        Datatype::FixedPoint { size, signed: false, byte_order } => (ElementKind::Unsigned, size, byte_order),
        Datatype::FixedPoint { size, signed: true, byte_order } => (ElementKind::Signed, size, byte_order),
        Datatype::FloatingPoint { size, byte_order, .. } => (ElementKind::Float, size, byte_order),
        // h5py's bool.
        Datatype::Enum { base, .. } => return element(base),
        _ => return None,
    };
    Some(Element { kind, size: usize::from(*size), is_big_endian: *order == ByteOrder::BigEndian })
}

fn broken(place: &str, error: &Error) -> ImportError {
    ImportError::Broken { format: "HDF5", place: place.to_owned(), what: error.to_string() }
}
