//! The files of a log as the worker reads them: by slices, at any place and at once.
//!
//! In: blobs, dropped or fetched. Out: [`Files`]. Read next: `replay.rs`.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Array, Uint8Array};
use lnn_runlog::files::{Files, ManySources, Source, SourceError, ZipFiles, is_zip, read_up_to};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, FileReaderSync};

use super::access::describe;

/// A dropped or fetched file, read by slices at once: workers may.
struct BlobSource {
    /// It may be replaced by a longer one.
    blob: Rc<RefCell<Blob>>,
    /// Whether it is looked at again: what can't be read now, because somebody is writing, may be read then.
    is_growing: bool,
}

impl Source for BlobSource {
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        let blob = self.blob.borrow();
        let (start, end) = (offset as f64, offset as f64 + buf.len() as f64);
        if start >= blob.size() {
            return Ok(0);
        }
        let failed = |error: JsValue| SourceError::read(offset, &describe(&error));
        let part = blob.slice_with_f64_and_f64(start, end.min(blob.size())).map_err(failed)?;
        let reader = FileReaderSync::new().map_err(failed)?;
        let buffer = match reader.read_as_array_buffer(&part) {
            Err(_) if self.is_growing => return Ok(0),
            buffer => buffer.map_err(failed)?,
        };
        let bytes = Uint8Array::new(&buffer.into());
        let n_read = (bytes.length() as usize).min(buf.len());
        if let Some(buf) = buf.get_mut(..n_read) {
            bytes.subarray(0, n_read as u32).copy_to(buf);
        }
        Ok(n_read)
    }
}

/// A whole file.
pub fn all_bytes(blob: Blob) -> Result<Vec<u8>, SourceError> {
    let n_bytes = blob.size() as usize;
    read_up_to(&mut BlobSource { blob: Rc::new(RefCell::new(blob)), is_growing: false }, 0, n_bytes)
}

/// A file, and the handle that a drop gave of it.
pub type NamedFile = (String, Blob, Option<JsValue>);

/// What came beside a message: files with their paths, and handles of those that were dropped.
pub fn named(files: Option<JsValue>) -> Vec<NamedFile> {
    let pairs = files.and_then(|files| files.dyn_into::<Array>().ok()).unwrap_or_default();
    let pair = |pair: JsValue| {
        let pair: Array = pair.dyn_into().ok()?;
        let handle = Some(pair.get(2)).filter(JsValue::is_object);
        Some((pair.get(0).as_string()?, pair.get(1).dyn_into().ok()?, handle))
    };
    pairs.iter().filter_map(pair).collect()
}

/// One archive, or files.
pub fn as_files(
    blobs: Vec<(String, Rc<RefCell<Blob>>)>,
    is_growing: bool,
) -> Result<Box<dyn Files>, SourceError> {
    if let [(_, blob)] = blobs.as_slice() {
        let mut source = BlobSource { blob: blob.clone(), is_growing };
        if is_zip(&read_up_to(&mut source, 0, 4)?) {
            return Ok(Box::new(ZipFiles::new(Box::new(source))?));
        }
    }
    let source = |blob: Rc<RefCell<Blob>>| -> Box<dyn Source> { Box::new(BlobSource { blob, is_growing }) };
    Ok(Box::new(ManySources::new(blobs.into_iter().map(|(name, blob)| (name, source(blob))).collect())))
}
