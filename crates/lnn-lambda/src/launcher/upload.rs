//! What is too large for a request: it comes in parts before the request that names it.
//!
//! In: `PUT /uploads/{sha256}/{part}`. Out: the bytes, whole and as their name says, or a sentence. An upload is named by its
//! digest, so that a repeated part is the same part, and who can name an upload has had its bytes. Read next: `prepare.rs`.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::prepare::LIMITS;
use super::{LaunchError, Launcher};
use crate::http::HttpAnswer;
use crate::names::{self, UPLOAD_PART_BYTES};
use crate::stores::{Continue, Objects, Registry};

impl<R: Registry, O: Objects, C: Continue> Launcher<R, O, C> {
    /// Keeps a part.
    pub(super) async fn take_part(&self, sha256: &str, part: &str, body: Vec<u8>) -> HttpAnswer {
        if !is_digest(sha256) {
            let sentence =
                format!("«{sha256}» is no name of an upload: 64 small hexadecimal digits, its SHA-256");
            return HttpAnswer::error(400, &sentence);
        }
        let max_parts = LIMITS.n_bytes.div_ceil(UPLOAD_PART_BYTES as u64);
        let part_idx = part.parse().ok().filter(|idx: &usize| (*idx as u64) < max_parts);
        let Some(part_idx) = part_idx else {
            let sentence = format!("«{part}» is no number of a part: they run from 0 to {}", max_parts - 1);
            return HttpAnswer::error(400, &sentence);
        };
        if body.is_empty() || body.len() > UPLOAD_PART_BYTES {
            let sentence = format!(
                "the part has {} bytes: each but the last has {UPLOAD_PART_BYTES}, the last at least 1",
                body.len()
            );
            return HttpAnswer::error(400, &sentence);
        }
        let upload = names::upload(sha256);
        match self.objects.put(&names::upload_part(&upload, part_idx), body).await {
            Ok(()) => HttpAnswer::json(200, &json!({ "key": upload })),
            Err(error) => HttpAnswer::error(502, &error.to_string()),
        }
    }

    /// An upload's bytes.
    pub(super) async fn upload(&self, key: &str) -> Result<Vec<u8>, LaunchError> {
        let refused = |what: &dyn std::fmt::Display| {
            LaunchError::Refused(format!("the upload «{key}» {what}: upload it again"))
        };
        // Nothing else can be named, no part of an upload either.
        let Some(sha256) = key.strip_prefix(names::UPLOADS).filter(|name| is_digest(name)) else {
            return Err(LaunchError::Refused(format!("«{key}» is no upload: they are named uploads/SHA256")));
        };
        let mut bytes = Vec::new();
        for part_idx in 0.. {
            let Some(part) = self.objects.get(&names::upload_part(key, part_idx)).await? else { break };
            bytes.extend_from_slice(&part.bytes);
            LIMITS.check_held(bytes.len() as u64).map_err(|error| LaunchError::Refused(error.to_string()))?;
            if part.bytes.len() < UPLOAD_PART_BYTES {
                break;
            }
        }
        if bytes.is_empty() {
            return Err(refused(&"is not there, or not any more"));
        }
        if data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes)) != sha256 {
            return Err(refused(&format!(
                "is not what its name says: {} bytes of it are there",
                bytes.len()
            )));
        }
        Ok(bytes)
    }
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
