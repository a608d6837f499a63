//! Parts of a body: `Range`, `ETag`, gzip, and the size that a function may answer.
//!
//! In: a request's headers. Out: which bytes, and the answer around them. Read next: `mod.rs`.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::escapes::escaped;
use crate::http::{HttpAnswer, HttpRequest};

/// Bytes of an answer at most: Lambda takes 6 MB, and base64 or the escapes of JSON make more of them.
pub(super) const MAX_BYTES: u64 = 3 << 20;

/// The bytes that are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub start: u64,
    /// After the last.
    pub end: u64,
    pub n_bytes: u64,
    is_range: bool,
}

/// What of `n_bytes` a request wants; the answer is one that needs no body.
///
/// `is_beginning` says of an older version's tag whether that version was a beginning of this one.
pub(super) fn wanted(
    request: &HttpRequest,
    etag: &str,
    n_bytes: u64,
    is_beginning: impl Fn(&str) -> bool,
) -> Result<Wanted, HttpAnswer> {
    if request.header("if-none-match").is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == etag)) {
        return Err(HttpAnswer { status_code: 304, ..HttpAnswer::empty() }.with("etag", etag));
    }
    let is_same = request.header("if-range").is_none_or(|tag| tag == etag || is_beginning(tag));
    let range = request.header("range").filter(|_| is_same).and_then(parse);
    let whole = Wanted { start: 0, end: n_bytes.min(MAX_BYTES), n_bytes, is_range: false };
    let Some(range) = range else { return Ok(whole) };
    let (start, end) = match range {
        Range::From(start, last) => (start, last.map_or(n_bytes, |last| last.saturating_add(1)).min(n_bytes)),
        Range::Last(n) => (n_bytes.saturating_sub(n), n_bytes),
    };
    if start >= end {
        let sentence = format!("there are {n_bytes} bytes");
        return Err(HttpAnswer::error(416, &sentence)
            .with("content-range", &format!("bytes */{n_bytes}"))
            .with("etag", etag));
    }
    Ok(Wanted { start, end: end.min(start + MAX_BYTES), n_bytes, is_range: true })
}

enum Range {
    /// First byte, and the last, if it is said.
    From(u64, Option<u64>),
    /// So many of the last bytes.
    Last(u64),
}

/// A single range; others are as if nothing had been asked.
fn parse(header: &str) -> Option<Range> {
    let (first, last) = header.trim().strip_prefix("bytes=")?.split_once('-')?;
    match (first.trim(), last.trim()) {
        ("", last) => Some(Range::Last(last.parse().ok()?)),
        (first, "") => Some(Range::From(first.parse().ok()?, None)),
        (first, last) => {
            let (first, last) = (first.parse().ok()?, last.parse().ok()?);
            (first <= last).then_some(Range::From(first, Some(last)))
        }
    }
}

/// The answer around these bytes; gzip where it may be.
pub(super) fn answer(request: &HttpRequest, wanted: &Wanted, bytes: &[u8], kind: &str) -> HttpAnswer {
    let is_part = wanted.is_range || wanted.end - wanted.start < wanted.n_bytes;
    if is_part {
        let last = wanted.end.saturating_sub(1);
        return plain(206, bytes, kind)
            .with("content-range", &format!("bytes {}-{last}/{}", wanted.start, wanted.n_bytes))
            .with("accept-ranges", "bytes");
    }
    packed(request, bytes, kind).with("accept-ranges", "bytes")
}

/// All of these bytes; gzip where it may be.
pub(super) fn packed(request: &HttpRequest, bytes: &[u8], kind: &str) -> HttpAnswer {
    let takes_gzip = request.header("accept-encoding").is_some_and(takes_gzip);
    match compressed(bytes).filter(|_| takes_gzip && bytes.len() > 1_000) {
        Some(small) => plain(200, &small, kind).with("content-encoding", "gzip"),
        None => plain(200, bytes, kind),
    }
}

/// Whether gzip is among the names, and not with a weight of 0.
fn takes_gzip(names: &str) -> bool {
    names.split(',').any(|name| {
        let (name, weight) = name.split_once(';').unwrap_or((name, ""));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok());
        name.trim().eq_ignore_ascii_case("gzip") && weight.unwrap_or(1.0_f64) > 0.0
    })
}

fn compressed(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

/// Bytes as they are: text as text, anything else as base64.
pub(super) fn plain(status_code: u16, bytes: &[u8], kind: &str) -> HttpAnswer {
    let (body, is_base64_encoded) = match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (data_encoding::BASE64.encode(bytes), true),
    };
    HttpAnswer {
        status_code,
        headers: [("content-type".to_owned(), kind.to_owned())].into(),
        body,
        is_base64_encoded,
    }
}

/// A member of the query.
pub(super) fn query(request: &HttpRequest, name: &str) -> Option<String> {
    let mut members = request.raw_query_string.split('&').filter_map(|member| member.split_once('='));
    members.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

/// Generation and byte of a cursor; none at all is the beginning.
pub(super) fn cursor(text: &str) -> Option<(Option<u64>, u64)> {
    if text.is_empty() {
        return Some((None, 0));
    }
    let (generation, byte) = text.split_once('-')?;
    Some((Some(generation.parse().ok()?), byte.parse().ok()?))
}

/// A download's name, without what could end the header; in full as RFC 6266 has it.
pub(super) fn attachment(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_graphic() && !matches!(c, '"' | '\\') || c == ' ' { c } else { '_' };
    let ascii: String = name.chars().map(safe).collect();
    let escaped = escaped(name);
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{escaped}")
}
