//! `log_api`: runs, their logs, checkpoints and data sets, read only, for pages and terminals.
//!
//! In: an HTTP request with a token. Out: what the token may see. The log is one growing text: the listed segments, then what
//! waits in Redis. Read next: `text.rs`, `ranges.rs`.

mod ranges;
mod runs;
mod text;

use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use crate::access::{Access, Grant};
use crate::http::{HttpAnswer, HttpRequest};
use crate::live::Live;
use crate::names;
use crate::stores::{Objects, Registry, RunItem, StoreError};

use text::Segments;

/// Longest wait for new lines.
const MAX_WAIT: Duration = Duration::from_secs(20);

/// The function, with what its process keeps warm.
pub struct LogApi<L, R, O> {
    live: L,
    registry: R,
    objects: O,
    access: Access,
    segments: Segments,
}

impl<L: Live, R: Registry, O: Objects> LogApi<L, R, O> {
    /// A new process.
    pub fn new(live: L, registry: R, objects: O, access: Access) -> Self {
        Self { live, registry, objects, access, segments: Segments::default() }
    }

    /// Answers an event; `left` is the time until the function's deadline.
    ///
    /// # Errors
    /// The event is no HTTP request.
    pub async fn handle(&self, event: Value, left: Duration) -> Result<HttpAnswer> {
        let request: HttpRequest = serde_json::from_value(event)?;
        if request.method() == "OPTIONS" {
            return Ok(HttpAnswer::preflight(&self.access, &request));
        }
        let answer = match self.access.grant(request.header("authorization")) {
            None => {
                let sentence = "a token is needed: send «Authorization: Bearer TOKEN»";
                HttpAnswer::error(401, sentence).with("www-authenticate", "Bearer")
            }
            Some(_) if !matches!(request.method(), "GET" | "HEAD") => {
                HttpAnswer::error(405, "the log API is read only").with("allow", "GET, HEAD, OPTIONS")
            }
            Some(grant) => self.route(grant, &request, left).await.unwrap_or_else(|error| broken(&error)),
        };
        let answer = answer.for_origin(&self.access, &request).with("cache-control", "no-store");
        Ok(if request.method() == "HEAD" { answer.without_body() } else { answer })
    }

    async fn route(
        &self,
        grant: &Grant,
        request: &HttpRequest,
        left: Duration,
    ) -> Result<HttpAnswer, StoreError> {
        let path: Vec<&str> = request.raw_path.split('/').filter(|part| !part.is_empty()).collect();
        let (run, rest) = match path.as_slice() {
            ["runs"] => return self.runs(grant).await,
            ["runs", run, rest @ ..] => (*run, rest),
            _ => return Ok(HttpAnswer::error(404, "possible are /runs and /runs/RUN/…")),
        };
        // What may not be seen is as if it were not there.
        let item = if grant.sees(run) { self.registry.get(run).await? } else { None };
        let Some(item) = item else {
            return Ok(HttpAnswer::error(404, &format!("there is no run «{run}»")));
        };
        match rest {
            [] => self.run(&item).await,
            ["header"] => self.header(&item).await,
            ["log.ndjson"] => self.log(&item, request).await,
            ["records"] => self.records(&item, request, left).await,
            ["checkpoints"] => self.checkpoints(&item).await,
            ["checkpoints", file] => self.checkpoint(&item, file, request).await,
            ["data"] => self.data(&item, request).await,
            _ => Ok(HttpAnswer::error(404, "a run has header, log.ndjson, records, checkpoints and data")),
        }
    }

    /// The log as it is, with `Range`, `ETag` and gzip.
    async fn log(&self, item: &RunItem, request: &HttpRequest) -> Result<HttpAnswer, StoreError> {
        let log = self.log_text(&item.run).await?;
        let etag = format!("\"{}-{}\"", log.generation, log.n_bytes());
        // A log grows: what a tag of the same generation stood for is a beginning of it.
        let is_beginning = |tag: &str| {
            matches!(ranges::cursor(tag.trim_matches('"')), Some((Some(generation), n_bytes))
                if generation == log.generation && n_bytes <= log.n_bytes())
        };
        let wanted = match ranges::wanted(request, &etag, log.n_bytes(), is_beginning) {
            Ok(wanted) => wanted,
            Err(answer) => return Ok(answer.with("lnn-generation", &log.generation.to_string())),
        };
        let bytes = self.read(&log, wanted.start, wanted.end).await?;
        let answer = ranges::answer(request, &wanted, &bytes, "application/x-ndjson");
        Ok(answer.with("etag", &etag).with("lnn-generation", &log.generation.to_string()))
    }

    /// Lines after a cursor, waiting for new ones where asked to.
    async fn records(
        &self,
        item: &RunItem,
        request: &HttpRequest,
        left: Duration,
    ) -> Result<HttpAnswer, StoreError> {
        let after = ranges::query(request, "after").unwrap_or_default();
        let Some((generation, start)) = ranges::cursor(&after) else {
            return Ok(HttpAnswer::error(
                400,
                &format!("«{after}» is no cursor: take the one of the answer before"),
            ));
        };
        let wait_ms = ranges::query(request, "wait_ms").and_then(|text| text.parse().ok()).unwrap_or(0);
        // What is left must do for the answer too.
        let wait =
            Duration::from_millis(wait_ms).min(MAX_WAIT).min(left.saturating_sub(Duration::from_secs(2)));
        let begun = std::time::Instant::now();
        loop {
            let log = self.log_text(&item.run).await?;
            // The first byte is the first one in every generation.
            let is_stale = start > 0 && generation.is_some_and(|generation| generation != log.generation);
            if is_stale {
                let sentence = "lines after this cursor were written anew: read the log from its beginning";
                return Ok(
                    HttpAnswer::error(410, sentence).with("lnn-generation", &log.generation.to_string())
                );
            }
            if start < log.n_bytes() || log.is_ended || begun.elapsed() >= wait {
                return self.lines(request, &log, start).await;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn lines(
        &self,
        request: &HttpRequest,
        log: &text::LogText,
        start: u64,
    ) -> Result<HttpAnswer, StoreError> {
        // Where Redis was lost and nobody took the run up yet, the log may be shorter than it was: the cursor waits.
        let end = log.n_bytes().min(start + ranges::MAX_BYTES).max(start);
        let mut bytes = self.read(log, start, end).await?;
        // Whole lines alone, unless one is longer than an answer.
        if end < log.n_bytes()
            && let Some(last) = bytes.iter().rposition(|byte| *byte == b'\n')
        {
            bytes.truncate(last + 1);
        }
        let next = start + bytes.len() as u64;
        let is_ended = log.is_ended && next == log.n_bytes();
        Ok(ranges::packed(request, &bytes, "application/x-ndjson")
            .with("lnn-cursor", &format!("{}-{next}", log.generation))
            .with("lnn-generation", &log.generation.to_string())
            .with("lnn-ended", if is_ended { "true" } else { "false" }))
    }

    async fn checkpoint(
        &self,
        item: &RunItem,
        file: &str,
        request: &HttpRequest,
    ) -> Result<HttpAnswer, StoreError> {
        let step: Option<u64> = file.strip_suffix(".safetensors").and_then(|step| step.parse().ok());
        let Some(step) = step else { return Ok(HttpAnswer::error(404, "a checkpoint is STEP.safetensors")) };
        let key = names::checkpoint(&item.run, step);
        self.object(&key, request, "application/octet-stream", None).await
    }

    /// An object of the bucket, with `Range` and `ETag`.
    async fn object(
        &self,
        key: &str,
        request: &HttpRequest,
        kind: &str,
        name: Option<&str>,
    ) -> Result<HttpAnswer, StoreError> {
        let Some(object) = self.objects.get(key).await? else {
            return Ok(HttpAnswer::error(404, "this run has no such file"));
        };
        let n_bytes = object.bytes.len() as u64;
        let etag = format!("\"{}\"", object.etag.trim_matches('"'));
        let wanted = match ranges::wanted(request, &etag, n_bytes, |_| false) {
            Ok(wanted) => wanted,
            Err(answer) => return Ok(answer),
        };
        let bytes = &object.bytes[wanted.start as usize..wanted.end as usize];
        let answer = ranges::answer(request, &wanted, bytes, kind).with("etag", &etag);
        Ok(match name {
            Some(name) => answer.with("content-disposition", &ranges::attachment(name)),
            None => answer,
        })
    }
}

fn broken(error: &StoreError) -> HttpAnswer {
    HttpAnswer::error(502, &format!("{error}; try again in a moment"))
}
