//! The loader: reads a file in chunks, guesses what it holds, and makes the data set of a plan.
//!
//! In: [`ToLoader`] envelopes, with the file beside. Out: [`FromLoader`] envelopes. It lives in a worker of its own, so
//! that no file can disturb the network that is being trained. Read next: `plan.rs`.

use std::{cell::RefCell, rc::Rc};

use js_sys::Uint8Array;
use lnn_import::formats::{self, InputFile};
use lnn_import::{CsvImporter, Format, ImportError, ImportLimits, ImportPlan, Table, prepare};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, DedicatedWorkerGlobalScope, MessageEvent, Response};

use super::{beside, blobs::named, open, plan, seal, which, which::MayBeWeights};
use crate::protocol::{FromLoader, Offer, Plan, ReadChoice, StartWeights, ToLoader};

/// Bytes read at once; progress is told after each.
const CHUNK_BYTES: f64 = 4.0 * 1024.0 * 1024.0;

/// What can go wrong, as a sentence.
#[derive(Debug, thiserror::Error)]
enum LoadError {
    #[error("{0}")]
    Import(#[from] ImportError),
    #[error("the file could not be read ({0}): it may have been moved or changed, choose it again")]
    Read(String),
    #[error("the data set could not be fetched ({0}): look at the connection and try again")]
    Fetch(String),
    #[error("no file is open: drop one first")]
    NoFile,
    #[error("{0}")]
    Weights(#[from] lnn_weights::WeightsError),
}

#[derive(Default)]
struct Loader {
    name: String,
    /// With their paths.
    files: Vec<(String, Blob)>,
    /// How they are read.
    choice: ReadChoice,
    table: Option<Table>,
}

type Shared = Rc<RefCell<Loader>>;

/// Listens from now on.
pub fn start(scope: &DedicatedWorkerGlobalScope) {
    let shared = Shared::default();
    let posting = scope.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let (shared, scope, envelope) = (shared.clone(), posting.clone(), event.data());
        spawn_local(async move {
            let answer = match open::<ToLoader>(&envelope) {
                Ok(message) => follow(&shared, &scope, message, beside(&envelope)).await,
                Err(error) => Err(LoadError::Read(error.to_string())),
            };
            let name = shared.borrow().name.clone();
            let failed = |error| {
                let offer = offer(&name, &error, &shared.borrow().choice);
                FromLoader::Failed { message: sentence(&name, &error), offer }
            };
            post(&scope, &answer.unwrap_or_else(failed));
        });
    });
    scope.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
    post(scope, &FromLoader::Ready);
}

fn post(scope: &DedicatedWorkerGlobalScope, message: &FromLoader) {
    if let Ok(envelope) = seal(message, None) {
        let _ = scope.post_message_with_transfer(&envelope.value, &envelope.transfer);
    }
}

/// Whose file it is, then what is wrong.
fn sentence(name: &str, error: &LoadError) -> String {
    match error {
        // It names the file itself, one of several maybe.
        LoadError::Import(ImportError::InFile { .. }) => format!("{error}."),
        _ => format!("{name}: {error}."),
    }
}

/// What would let files be read that could not be.
fn offer(name: &str, error: &LoadError, choice: &ReadChoice) -> Option<Offer> {
    let LoadError::Import(error) = error else { return None };
    let (words, choice) = match error.offer()? {
        lnn_import::Offer::EveryRow { n } => {
            (format!("Read 1 row in {n}"), ReadChoice { every: Some(n), ..choice.clone() })
        }
        lnn_import::Offer::PixelSide { side } => {
            (format!("Read at {side} × {side} pixels"), ReadChoice { side: Some(side), ..choice.clone() })
        }
    };
    Some(Offer { name: name.to_owned(), words, choice })
}

async fn follow(
    shared: &Shared,
    scope: &DedicatedWorkerGlobalScope,
    message: ToLoader,
    files: Option<JsValue>,
) -> Result<FromLoader, LoadError> {
    match message {
        ToLoader::OpenFile { name, may_be_log } => {
            let files: Vec<_> = named(files).into_iter().map(|(name, blob, _)| (name, blob)).collect();
            *shared.borrow_mut() = Loader { name, files: files.clone(), ..Loader::default() };
            if may_be_log && is_log(&files).await? {
                return Ok(FromLoader::IsLog);
            }
            let may_be = match files.as_slice() {
                [(name, blob)] => which::weights(name, &start_of(blob).await?),
                _ => None,
            };
            read(shared, scope, ReadChoice::default(), may_be).await
        }
        ToLoader::Reread(choice) => read(shared, scope, choice, None).await,
        ToLoader::OpenShipped { url, name } => {
            shared.borrow_mut().name.clone_from(&name);
            let mut importer = CsvImporter::new(ImportLimits::default());
            importer.push(&fetch(scope, &url).await?)?;
            let table = importer.finish()?;
            let guess = ImportPlan::guess(&table);
            let place = plan::place(&name, Some(&url), &guess);
            Ok(FromLoader::Prepared(Rc::new(plan::arrays(&name, &prepare(&table, &guess)?, place))))
        }
        ToLoader::Prepare(choice) => make(shared, &choice),
    }
}

async fn read(
    shared: &Shared,
    scope: &DedicatedWorkerGlobalScope,
    choice: ReadChoice,
    may_be: Option<MayBeWeights>,
) -> Result<FromLoader, LoadError> {
    let (name, files) = {
        let mut loader = shared.borrow_mut();
        loader.choice = choice.clone();
        (loader.name.clone(), loader.files.clone())
    };
    let bytes_total: f64 = files.iter().map(|(_, blob)| blob.size()).sum();
    let limits = ImportLimits::default();
    let mut progress = Progress { scope, bytes_read: 0.0, bytes_total };
    let table = match files.as_slice() {
        [] => return Err(LoadError::NoFile),
        [(_, blob)] if may_be.is_none() && is_csv(blob).await? => {
            limits.check_size(bytes_total as u64, plan::options(&choice).every)?;
            read_csv(blob, &choice, &mut progress).await?
        }
        _ => {
            limits.check_held(bytes_total as u64)?;
            let mut all = Vec::new();
            for (name, blob) in files {
                let mut bytes = Vec::with_capacity(blob.size() as usize);
                progress
                    .read(&blob, |chunk| {
                        bytes.extend_from_slice(chunk);
                        Ok(())
                    })
                    .await?;
                all.push(InputFile { name, bytes });
            }
            if let (Some(may_be), [file]) = (may_be, all.as_slice())
                && let Some(weights) = weights_of(file, may_be)?
            {
                return Ok(FromLoader::Weights(weights));
            }
            formats::open(all, &plan::options(&choice), &limits)?
        }
    };
    let preview = plan::preview(&name, &table, &choice);
    shared.borrow_mut().table = Some(table);
    Ok(FromLoader::Preview(Box::new(preview)))
}

async fn read_csv(blob: &Blob, choice: &ReadChoice, progress: &mut Progress<'_>) -> Result<Table, LoadError> {
    let mut importer = CsvImporter::with_options(ImportLimits::default(), plan::options(choice).csv);
    importer.expect_bytes(blob.size() as u64);
    progress.read(blob, |bytes| importer.push(bytes)).await?;
    Ok(importer.finish()?)
}

/// How far reading has come, told after each chunk.
struct Progress<'a> {
    scope: &'a DedicatedWorkerGlobalScope,
    bytes_read: f64,
    bytes_total: f64,
}

impl Progress<'_> {
    /// Hands a file on, chunk by chunk.
    async fn read(
        &mut self,
        blob: &Blob,
        mut take: impl FnMut(&[u8]) -> Result<(), ImportError>,
    ) -> Result<(), LoadError> {
        let (mut start, n_bytes) = (0.0, blob.size());
        while start < n_bytes {
            let end = (start + CHUNK_BYTES).min(n_bytes);
            take(&chunk(blob, start, end).await?)?;
            self.bytes_read += end - start;
            start = end;
            let (bytes_read, bytes_total) = (self.bytes_read, self.bytes_total);
            post(self.scope, &FromLoader::Progress { bytes_read, bytes_total });
        }
        Ok(())
    }
}

/// Whether a file is CSV, which is read piece by piece, and complains of itself.
async fn is_csv(blob: &Blob) -> Result<bool, LoadError> {
    Ok(Format::is_streamed(&start_of(blob).await?))
}

/// The network in a file, if it holds one and no data set.
fn weights_of(file: &InputFile, may_be: MayBeWeights) -> Result<Option<Rc<StartWeights>>, LoadError> {
    match lnn_weights::read_as(&file.bytes, may_be.format) {
        Ok(network) => Ok(Some(Rc::new(StartWeights::of(&file.name, &network)))),
        Err(error) if may_be.is_surely => Err(error.into()),
        Err(_) => Ok(None),
    }
}

/// As much of a file as tells what it is.
async fn start_of(blob: &Blob) -> Result<Vec<u8>, LoadError> {
    chunk(blob, 0.0, blob.size().min(which::N_LOOKED_AT)).await
}

/// Whether files are a run's log, by what is in the first of them.
async fn is_log(files: &[(String, Blob)]) -> Result<bool, LoadError> {
    let Some((name, blob)) = files.first() else { return Ok(false) };
    let start = start_of(blob).await?;
    // The names in an archive stand at its end.
    let end = (blob.size() - which::N_LOOKED_AT).max(0.0);
    let end = chunk(blob, end, blob.size()).await?;
    Ok(which::is_log(name, &start, &end))
}

fn make(shared: &Shared, choice: &Plan) -> Result<FromLoader, LoadError> {
    let loader = shared.borrow();
    let table = loader.table.as_ref().ok_or(LoadError::NoFile)?;
    let plan = plan::import_plan(table, choice);
    let place = plan::place(&loader.name, None, &plan);
    Ok(FromLoader::Prepared(Rc::new(plan::arrays(&loader.name, &prepare(table, &plan)?, place))))
}

async fn chunk(file: &Blob, start: f64, end: f64) -> Result<Vec<u8>, LoadError> {
    let refused = |error: JsValue| LoadError::Read(describe(&error));
    let blob: Blob = file.slice_with_f64_and_f64(start, end).map_err(refused)?;
    let buffer = JsFuture::from(blob.array_buffer()).await.map_err(refused)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

async fn fetch(scope: &DedicatedWorkerGlobalScope, url: &str) -> Result<Vec<u8>, LoadError> {
    let refused = |error: JsValue| LoadError::Fetch(describe(&error));
    // A worker's addresses are relative to its script, which lies beside the page.
    let response = JsFuture::from(scope.fetch_with_str(url)).await.map_err(refused)?;
    let response: Response = response.unchecked_into();
    if !response.ok() {
        return Err(LoadError::Fetch(format!("status {}", response.status())));
    }
    let buffer = JsFuture::from(response.array_buffer().map_err(refused)?).await.map_err(refused)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// A thrown value in words.
fn describe(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(|| format!("{error:?}"), |error| error.message().into())
}
