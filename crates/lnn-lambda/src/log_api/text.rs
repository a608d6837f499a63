//! A run's log as one text: listed segments, then the lines that wait in Redis.
//!
//! In: registry and tail. Out: any bytes of the text. The tail is read first: what moves into a segment in between is then there
//! twice, which the segments' mark tells, never missing. Read next: `ranges.rs`.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use flate2::read::MultiGzDecoder;

use super::LogApi;
use crate::live::Live;
use crate::names;
use crate::stores::{LogMark, Objects, Registry, SegmentItem, StoreError};

/// Decompressed bytes that are kept.
const MAX_KEPT_BYTES: usize = 64 << 20;

/// Decompressed segments, newest last.
#[derive(Default)]
pub(super) struct Segments {
    kept: Mutex<VecDeque<(String, Arc<Vec<u8>>)>>,
}

/// The log at one moment.
pub(super) struct LogText {
    pub run: String,
    pub generation: u64,
    pub is_ended: bool,
    segments: Vec<SegmentItem>,
    tail: Vec<u8>,
}

impl LogText {
    fn n_segment_bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.n_bytes).sum()
    }

    pub fn n_bytes(&self) -> u64 {
        self.n_segment_bytes() + self.tail.len() as u64
    }
}

impl<L: Live, R: Registry, O: Objects> LogApi<L, R, O> {
    /// The log as it is now.
    pub(super) async fn log_text(&self, run: &str) -> Result<LogText, StoreError> {
        let tail = self.live.tail(run).await?;
        let item = self.registry.get(run).await?;
        let item = item.ok_or_else(|| StoreError::Foreign {
            place: format!("run «{run}»"),
            message: "it is not there any more".to_owned(),
        })?;
        let mut segments = self.registry.segments(run).await?;
        // Listed since the item was read: another look will show it.
        segments.truncate(item.n_segments as usize);
        // A run that is put back changes its generation in the registry first: an older tail does not count any more.
        let entries = tail.filter(|tail| tail.generation == item.generation).map(|tail| tail.entries);
        // What lies beyond the run's end was taken back when Redis was lost.
        let end = item.ending.as_ref().map(|ending| LogMark::of_end(ending.step));
        let is_shown = |mark: LogMark| {
            item.durable.is_none_or(|durable| mark > durable) && end.is_none_or(|end| mark <= end)
        };
        let entries = entries.unwrap_or_default();
        let waiting = entries.iter().filter(|entry| is_shown(entry.mark));
        let tail: Vec<u8> = waiting.flat_map(|entry| entry.text.bytes()).collect();
        Ok(LogText {
            run: run.to_owned(),
            generation: item.generation,
            is_ended: item.status.is_over(),
            segments,
            tail,
        })
    }

    /// The bytes from `start` to before `end`, which must be within the log.
    pub(super) async fn read(&self, log: &LogText, start: u64, end: u64) -> Result<Vec<u8>, StoreError> {
        let mut bytes = Vec::with_capacity((end - start) as usize);
        let mut place = 0;
        for segment in &log.segments {
            let (from, to) = (start.max(place), end.min(place + segment.n_bytes));
            if from < to {
                let text = self.segment(&log.run, segment).await?;
                bytes.extend_from_slice(part(&text, from - place, to - place));
            }
            place += segment.n_bytes;
        }
        let (from, to) = (start.max(place), end);
        if from < to {
            bytes.extend_from_slice(part(&log.tail, from - place, to - place));
        }
        Ok(bytes)
    }

    async fn segment(&self, run: &str, segment: &SegmentItem) -> Result<Arc<Vec<u8>>, StoreError> {
        let key = names::in_folder(run, &segment.file);
        if let Some(text) = self.segments.get(&key) {
            return Ok(text);
        }
        let foreign = |message: String| StoreError::Foreign { place: format!("«{key}»"), message };
        let object = self.objects.get(&key).await?;
        let object = object.ok_or_else(|| foreign("it is missing".to_owned()))?;
        let mut text = Vec::new();
        let decoder = MultiGzDecoder::new(object.bytes.as_slice());
        // The registry knows how long it is: a longer one is none of ours.
        decoder
            .take(segment.n_bytes + 1)
            .read_to_end(&mut text)
            .map_err(|error| foreign(error.to_string()))?;
        if text.len() as u64 != segment.n_bytes {
            return Err(foreign(format!("it has not the {} bytes that are listed", segment.n_bytes)));
        }
        Ok(self.segments.keep(&key, text))
    }
}

fn part(text: &[u8], from: u64, to: u64) -> &[u8] {
    text.get(from as usize..to as usize).unwrap_or_default()
}

impl Segments {
    fn get(&self, key: &str) -> Option<Arc<Vec<u8>>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(name, _)| name == key).map(|(_, text)| Arc::clone(text))
    }

    fn keep(&self, key: &str, text: Vec<u8>) -> Arc<Vec<u8>> {
        let text = Arc::new(text);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back((key.to_owned(), Arc::clone(&text)));
        while kept.len() > 1 && kept.iter().map(|(_, text)| text.len()).sum::<usize>() > MAX_KEPT_BYTES {
            kept.pop_front();
        }
        text
    }
}
