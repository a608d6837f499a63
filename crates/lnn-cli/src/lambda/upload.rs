//! A launch request with its data set: in one piece, or in parts before it where a function's 6 MB are too few.
//!
//! In: a request without data, bytes. Out: the launcher's answer. Read next: `../../../lnn-lambda/src/launcher/upload.rs`.

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use lnn_lambda::messages::{LaunchRequest, Launched};
use lnn_lambda::names::UPLOAD_PART_BYTES;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::api::Api;

/// A request is sent whole up to this size: as text in a function's event it grows, and that has 6 MB at most.
const MAX_REQUEST_BYTES: usize = 4_000_000;

/// What a request carries besides itself.
pub struct Load {
    /// The data set's file.
    pub data: Vec<u8>,
    /// Start weights as safetensors, where they are not the recipe's.
    pub start: Option<Vec<u8>>,
}

/// Launches; gives the answer and whether it is certainly the answer to this very request.
pub fn launch(api: &Api, mut request: LaunchRequest, load: &Load) -> Result<(Launched, bool)> {
    let n_bare = serde_json::to_vec(&request)?.len();
    // Base64 makes four bytes of three.
    let n_load = (load.data.len() + load.start.as_ref().map_or(0, Vec::len)).div_ceil(3) * 4;
    if n_bare + n_load <= MAX_REQUEST_BYTES {
        request.data.base64 = Some(data_encoding::BASE64.encode(&load.data));
        request.start = load.start.as_ref().map(|start| data_encoding::BASE64.encode(start));
    } else {
        request.data.key = Some(upload(api, "data set", &load.data)?);
        request.start_key =
            load.start.as_ref().map(|start| upload(api, "start weights", start)).transpose()?;
    }
    let body = serde_json::to_vec(&request)?;
    let (answer, is_first) = api.insist(|api| api.post("/launch/runs", &body))?;
    let launched = serde_json::from_slice(&answer.good()?.body)
        .context("the launcher's answer makes no sense: is this the address of a stack?")?;
    Ok((launched, is_first))
}

/// Sends bytes in parts; gives their key.
fn upload(api: &Api, what: &str, bytes: &[u8]) -> Result<String> {
    let name = data_encoding::HEXLOWER.encode(&Sha256::digest(bytes));
    let style = ProgressStyle::with_template("{bar:30} {msg}: {bytes} of {total_bytes}, {eta} left")?;
    let bar = ProgressBar::new(bytes.len() as u64).with_style(style).with_message(what.to_owned());
    let mut key = None;
    for (part_idx, part) in bytes.chunks(UPLOAD_PART_BYTES).enumerate() {
        let path = format!("/launch/uploads/{name}/{part_idx}");
        let (answer, _) = api.insist(|api| api.put(&path, part))?;
        let answer = answer.good().with_context(|| format!("the {what} can't be uploaded"))?.json()?;
        key = answer.get("key").and_then(Value::as_str).map(str::to_owned);
        bar.inc(part.len() as u64);
    }
    bar.finish_and_clear();
    key.context("the launcher does not say where the upload is: is this the address of a stack?")
}
