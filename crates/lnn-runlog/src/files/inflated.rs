//! Compressed bytes as a [`Source`] of unpacked ones, readable at any place. In: gzip or deflate. Out: [`Inflated`].
//!
//! On the first way through, copies of the unpacking state are kept at even distances. To read somewhere, the nearest
//! copy before it continues. There are at most 128 of them, each of about 45 kB; when there would be more, every second
//! one goes and the distance doubles. Whatever a file claims, nothing else is held. Read next: `inflater.rs`.

use super::inflater::{Inflater, Moved, RawStream, Wrapping};
use super::input::Input;
use super::{Source, SourceError, SourceState};

/// Unpacked bytes between two copies, at first.
const FIRST_INTERVAL: u64 = 1 << 20;
const MAX_MARKS: usize = 128;

/// A compressed source, unpacked where it is read.
pub struct Inflated<S> {
    input: Input<S>,
    wrapping: Wrapping,
    /// Where it was read last: the next read often continues there.
    current: Box<Inflater>,
    marks: Marks,
    state: SourceState,
    /// How far it was unpacked at any time, in compressed bytes.
    reached: u64,
    /// The first unpacked byte that can't be had, and why.
    damage: Option<(u64, SourceError)>,
}

/// States to continue from, in the order of their places.
struct Marks {
    kept: Vec<Box<Inflater>>,
    interval: u64,
    max: usize,
}

impl<S: Source> Inflated<S> {
    /// A gzip file: one member or several one after the other, with or without zeros after them.
    pub fn gzip(source: S) -> Self {
        Self::new(source, Wrapping::Gzip, FIRST_INTERVAL, MAX_MARKS)
    }

    /// Deflate data alone, from the source's first byte on.
    pub fn raw(source: S, stream: RawStream) -> Self {
        Self::new(source, Wrapping::Raw(stream), FIRST_INTERVAL, MAX_MARKS)
    }

    fn new(source: S, wrapping: Wrapping, interval: u64, max: usize) -> Self {
        Self {
            input: Input::new(source),
            wrapping,
            current: Box::new(Inflater::new(wrapping)),
            marks: Marks { kept: Vec::new(), interval, max },
            state: SourceState::Growing { compressed_bytes: 0 },
            reached: 0,
            damage: None,
        }
    }

    /// The compressed source.
    pub fn compressed(&self) -> &S {
        self.input.source()
    }

    /// Takes the state from which `offset` is reached soonest.
    fn go_to(&mut self, offset: u64) {
        let mark = self.marks.before(offset);
        let is_ahead = self.current.held_from() <= offset;
        match mark {
            Some(mark) if is_ahead && mark.inflated() <= self.current.inflated() => {}
            Some(mark) => (*self.current).clone_from(mark),
            None if is_ahead => {}
            None => *self.current = Inflater::new(self.wrapping),
        }
    }

    /// Unpacks the next bytes, and keeps account of how far they reach.
    fn advance(&mut self) -> Result<Moved, SourceError> {
        let moved = self.current.advance(&mut self.input);
        let growing = SourceState::Growing { compressed_bytes: self.input.end() };
        match &moved {
            Ok(Moved::On) => {
                self.marks.keep(&self.current);
                if self.current.compressed() > self.reached {
                    self.reached = self.current.compressed();
                    self.state = growing;
                }
            }
            Ok(Moved::Cut) => self.state = growing,
            Ok(Moved::End) => self.state = SourceState::Complete,
            Err(error @ SourceError::Damaged { .. }) => {
                self.damage.get_or_insert_with(|| (self.current.inflated(), error.clone()));
                self.state = SourceState::Damaged(error.clone());
            }
            Err(_) => {}
        }
        moved
    }
}

impl<S: Source> Source for Inflated<S> {
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        if buf.is_empty() {
            return Ok(0);
        }
        if let Some((_, error)) = self.damage.as_ref().filter(|(end, _)| *end <= offset) {
            return Err(error.clone());
        }
        self.go_to(offset);
        let mut n_read = 0;
        while let Some(rest) = buf.get_mut(n_read..).filter(|rest| !rest.is_empty()) {
            n_read += self.current.copy_held(offset.saturating_add(n_read as u64), rest);
            if n_read == buf.len() {
                break;
            }
            match self.advance() {
                Ok(Moved::On) => {}
                Ok(Moved::Cut | Moved::End) => break,
                // What came before is given first; the next call meets the error again.
                Err(_) if n_read > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(n_read)
    }

    fn state(&mut self) -> SourceState {
        self.state.clone()
    }
}

impl Marks {
    /// The last one that holds or precedes `offset`.
    fn before(&self, offset: u64) -> Option<&Inflater> {
        let n_before = self.kept.partition_point(|mark| mark.held_from() <= offset);
        self.kept.get(n_before.checked_sub(1)?).map(|mark| &**mark)
    }

    /// Keeps a copy if the last one is far enough behind.
    fn keep(&mut self, inflater: &Inflater) {
        let last = self.kept.last().map_or(0, |mark| mark.inflated());
        if inflater.inflated() < last.saturating_add(self.interval) {
            return;
        }
        if self.kept.len() >= self.max {
            // The 2nd, 4th, … stay: they stand at multiples of the doubled distance.
            let mut is_even = true;
            self.kept.retain(|_| {
                is_even = !is_even;
                is_even
            });
            self.interval = self.interval.saturating_mul(2);
            return self.keep(inflater);
        }
        self.kept.push(Box::new(inflater.clone()));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::files::MemorySource;

    #[test]
    fn few_copies_are_kept_at_even_distances_and_every_place_is_near_one() {
        let text: Vec<u8> =
            (0..3_000_000_u32).flat_map(|n| (n.wrapping_mul(2_654_435_761) >> 20).to_le_bytes()).collect();
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&text).unwrap();
        let compressed = encoder.finish().unwrap();
        let mut source = Inflated::new(MemorySource(compressed), Wrapping::Gzip, 100_000, 8);
        let mut buf = vec![0; text.len() + 1];
        assert_eq!(source.read_at(0, &mut buf), Ok(text.len()));
        assert!(buf[..text.len()] == text);

        let places: Vec<u64> = source.marks.kept.iter().map(|mark| mark.inflated()).collect();
        let interval = source.marks.interval;
        assert!((5..=8).contains(&places.len()), "{places:?}");
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]));
        // A copy is made at the end of the window in which its place lies; doubling adds those up.
        let most = interval + 16 * super::super::inflater::WINDOW_BYTES as u64;
        assert!(
            places
                .iter()
                .scan(0, |last, place| Some(place - std::mem::replace(last, *place)))
                .all(|n| n <= most)
        );
        assert!(text.len() as u64 - places.last().unwrap() <= most);

        for offset in (0..text.len()).rev().step_by(99_999) {
            let mut buf = [0; 100];
            let n_read = source.read_at(offset as u64, &mut buf).unwrap();
            assert!(n_read > 0 && buf[..n_read] == text[offset..offset + n_read]);
            assert!(
                source.current.inflated() - source.marks.before(offset as u64).map_or(0, Inflater::inflated)
                    <= most
            );
        }
        assert_eq!(source.marks.kept.len(), places.len(), "reading again keeps no more");
        assert_eq!(source.state(), SourceState::Complete);
    }
}
