//! Lines that stand in no file as they are: unpacked from what a service handed out.
//!
//! In: messages with their places. Out: the run log's lines among them go to a [`LogReader`], and good ones are held, to be
//! found again by their place. Read next: `scan.rs`; `foreign/cloudwatch/unwrap.rs`.

use std::collections::BTreeMap;

use crate::foreign::cloudwatch::unwrap_record;
use crate::index::Place;
use crate::reader::{Entry, LogReader};
use crate::spans::Spans;

/// Lines are held up to here.
const MAX_BYTES: usize = 256 << 20;

/// The lines and where they stand.
#[derive(Default)]
pub(crate) struct Spool {
    text: String,
    places: BTreeMap<Place, (usize, usize)>,
    /// The file and the line that messages come from at present, and the bytes of it that are places of good lines.
    current: (u32, u64),
    taken: Spans,
}

impl Spool {
    /// A good line, by its place.
    pub fn line(&self, place: Place) -> Option<&str> {
        self.places.get(&place).and_then(|(from, to)| self.text.get(*from..*to))
    }

    /// Takes a message, and gives the line that is in it to a reader.
    pub fn take(
        &mut self,
        place: Place,
        text: &str,
        reader: &mut LogReader,
        sink: &mut dyn FnMut(&Entry<'_>),
    ) {
        let Some(line) = unwrap_record(text) else { return };
        let place = self.own_place(place);
        let mut is_good = false;
        reader.push_line(place, &line, &mut |entry| {
            is_good = true;
            sink(entry);
        });
        if !is_good {
            return;
        }
        self.taken.insert(place.byte);
        if self.text.len() < MAX_BYTES {
            let from = self.text.len();
            self.text.push_str(&line);
            self.places.insert(place, (from, self.text.len()));
        }
    }

    /// Lines of one event, or packed together, stand at one place in the file: each gets one of its own. There may be very
    /// many of them, so that those before it can't be looked at one by one.
    fn own_place(&mut self, place: Place) -> Place {
        if self.current != (place.file, place.line) {
            self.current = (place.file, place.line);
            self.taken = Spans::default();
        }
        Place { byte: self.taken.first_missing(place.byte), ..place }
    }
}
