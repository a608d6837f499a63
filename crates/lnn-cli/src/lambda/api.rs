//! The HTTP of a stack: requests with a token, answers or the sentences that say why there are none.
//!
//! In: an address and a token. Out: JSON, lines, files. Read next: `runs.rs`.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use ureq::http::Response;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};

/// Longer than the log API waits for lines.
const PATIENCE: Duration = Duration::from_mins(1);
/// Of an answer at most: functions answer with less than 6 MB.
const MAX_ANSWER_BYTES: u64 = 64 << 20;

/// A stack's address.
pub struct Api {
    agent: Agent,
    url: String,
    authorization: String,
}

/// An answer, good or bad.
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// A header, by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether to ask again may help.
    pub fn is_passing(&self) -> bool {
        matches!(self.status, 429 | 500 | 502..=504)
    }

    pub fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).context("the answer is no JSON: is this the address of a stack?")
    }

    /// The sentence of an answer that is no good one.
    pub fn sentence(&self) -> String {
        let said = self.json().ok().and_then(|value| Some(value.get("error")?.as_str()?.to_owned()));
        said.unwrap_or_else(|| format!("the answer's status is {}", self.status))
    }

    /// The same, where it is a good one.
    pub fn good(self) -> Result<Self> {
        if self.is_good() { Ok(self) } else { Err(anyhow!(self.sentence())) }
    }
}

/// A file, as far as it goes.
pub struct Part {
    pub bytes: Vec<u8>,
    /// All of the file's bytes.
    pub n_bytes: u64,
    /// Which writing of the log it belongs to.
    pub generation: Option<String>,
}

impl Api {
    pub fn new(url: &str, token: &str) -> Result<Self> {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .user_agent(concat!("lnn/", env!("CARGO_PKG_VERSION")));
        if url.starts_with("https://") {
            config = config.tls_config(tls()?);
        } else if !url.starts_with("http://") {
            bail!("«{url}» is no address: it begins with https:// or http://");
        }
        let agent = Agent::new_with_config(config.build());
        Ok(Self {
            agent,
            url: url.trim_end_matches('/').to_owned(),
            authorization: format!("Bearer {token}"),
        })
    }

    /// The address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Asks for something; an answer that says no is one too.
    pub fn ask(&self, path: &str, range: Option<&str>) -> Result<Answer> {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        request = request.header("authorization", &self.authorization);
        if let Some(range) = range {
            request = request.header("range", range);
        }
        self.answer(request.call())
    }

    /// Asks for JSON.
    pub fn get(&self, path: &str) -> Result<Value> {
        self.ask(path, None)?.good()?.json()
    }

    /// Sends JSON.
    pub fn post(&self, path: &str, body: &[u8]) -> Result<Answer> {
        let request = self.agent.post(format!("{}{path}", self.url));
        let request =
            request.header("authorization", &self.authorization).header("content-type", "application/json");
        self.answer(request.send(body))
    }

    /// A file from a byte on: as much as fits into an answer.
    pub fn part(&self, path: &str, start: u64) -> Result<Part> {
        let answer = self.ask(path, Some(&format!("bytes={start}-")))?;
        let total = answer.header("content-range").and_then(|range| range.rsplit('/').next()?.parse().ok());
        if answer.status == 416 {
            // Nothing is there beyond what we have, or nothing at all.
            let n_bytes = total.context("the answer does not say how long the file is")?;
            let generation = answer.header("lnn-generation").map(str::to_owned);
            return Ok(Part { bytes: Vec::new(), n_bytes, generation });
        }
        let answer = answer.good()?;
        if answer.status == 200 && start > 0 {
            bail!("the address gives no parts of files: is this a stack's?");
        }
        let n_bytes = total.unwrap_or(answer.body.len() as u64);
        let generation = answer.header("lnn-generation").map(str::to_owned);
        Ok(Part { bytes: answer.body, n_bytes, generation })
    }

    /// A whole file.
    pub fn file(&self, path: &str) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        loop {
            let part = self.part(path, bytes.len() as u64)?;
            let is_empty = part.bytes.is_empty();
            bytes.extend(part.bytes);
            if bytes.len() as u64 >= part.n_bytes {
                return Ok(bytes);
            }
            if is_empty {
                bail!("«{path}» ends after {} of {} bytes", bytes.len(), part.n_bytes);
            }
        }
    }

    fn answer(&self, result: Result<Response<Body>, ureq::Error>) -> Result<Answer> {
        let mut response = result.with_context(|| {
            format!("«{}» does not answer: is it running, and is the address right?", self.url)
        })?;
        let headers = response.headers().iter();
        let headers = headers
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
        let (status, headers) = (response.status().as_u16(), headers.collect());
        let body = response.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_vec();
        let body = body.with_context(|| format!("the answer of «{}» broke off", self.url))?;
        Ok(Answer { status, headers, body })
    }
}

/// The certificates that this machine trusts.
fn tls() -> Result<TlsConfig> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        bail!("no certificates are known on this machine: install ca-certificates to use https");
    }
    let certificates = found.certs.iter().map(|certificate| Certificate::from_der(certificate).to_owned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&certificates.collect::<Vec<_>>()))
        .unversioned_rustls_crypto_provider(provider)
        .build())
}
