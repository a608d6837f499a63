//! Reads the JSON of a `results.json` up to where it is torn, and on after that.
//!
//! In: the file's text. Out: each member of each epoch, as it comes, into [`Epochs`]: what was read before an error stays.
//! Read next: `epochs.rs`.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::epochs::{Epochs, Found};
use super::resume::next_entry;
use super::text::{SourceText, Spot};
use super::{epoch_number, without_mark};
use crate::foreign::curves::shortened;

/// Reads `text`, which is `source` but for what a JSON reader can't read.
pub(super) fn read(source: &SourceText<'_>, text: &[u8], epochs: &mut Epochs) {
    let mut start = text.len() - without_mark(text).len();
    let mut piece = Cow::Borrowed(text);
    loop {
        let Some(rest) = piece.get(start..) else { return };
        let mut reader = serde_json::Deserializer::from_slice(rest);
        let places = Places { source, start: rest.as_ptr() as usize, offset: start };
        let file = FileVisitor { places, epochs: &mut *epochs };
        let Err(error) = reader.deserialize_map(file).and_then(|()| reader.end()) else { return };
        let byte = places.of_error(&error, rest);
        if places.is_cut(&error, rest) {
            epochs.problem(
                places.source.spot(byte),
                "the file ends here, within an entry: still being written, or cut?",
            );
            return;
        }
        // The place that the reader names is that in the rest of the file.
        let why = error.to_string();
        let why = why.split(" at line ").next().unwrap_or_default();
        let why = format!("this is no JSON ({why}): what can be read after it is kept");
        epochs.problem(places.source.spot(byte), &why);
        let Some(next) = next_entry(text, start + 2, byte) else { return };
        // An object is made to begin right before it.
        start = next - 1;
        if let Some(byte) = piece.to_mut().get_mut(start) {
            *byte = b'{';
        }
    }
}

/// Tells where in the file a borrowed part of the text is.
#[derive(Clone, Copy)]
struct Places<'a> {
    source: &'a SourceText<'a>,
    /// The address of the text that is read, and where it is in the file.
    start: usize,
    offset: usize,
}

impl Places<'_> {
    fn byte(&self, part: &str) -> usize {
        part.as_ptr() as usize - self.start + self.offset
    }

    fn spot(&self, part: &str) -> Spot {
        self.source.spot(self.byte(part))
    }

    /// Whether the error is that the file ends: also within a number, which JSON calls a bad one.
    fn is_cut(&self, error: &serde_json::Error, rest: &[u8]) -> bool {
        let ends_in_number = matches!(rest.last(), Some(b'.' | b'e' | b'E' | b'+' | b'-'));
        error.classify() == Category::Eof
            || (ends_in_number && self.of_position(error, rest) >= self.offset + rest.len())
    }

    /// The byte where the JSON reader found an error.
    fn of_error(&self, error: &serde_json::Error, rest: &[u8]) -> usize {
        let end = self.offset + rest.len();
        if self.is_cut(error, rest) { end } else { self.of_position(error, rest).saturating_sub(1).min(end) }
    }

    /// From the line and column in the rest of the file.
    fn of_position(&self, error: &serde_json::Error, rest: &[u8]) -> usize {
        let line_start = match error.line() {
            0 | 1 => 0,
            line => memchr::memchr_iter(b'\n', rest).nth(line - 2).map_or(0, |end| end + 1),
        };
        self.offset + line_start + error.column()
    }

    /// Whether the file ends right behind this part: of a number there may be more to come.
    fn is_torn(&self, part: &str) -> bool {
        self.byte(part) + part.len() >= self.source.bytes().len()
    }
}

/// A key with its place.
fn key_of(raw: &RawValue) -> Cow<'_, str> {
    let quoted = raw.get();
    let plain =
        quoted.strip_prefix('"').and_then(|key| key.strip_suffix('"')).filter(|key| !key.contains('\\'));
    plain.map_or_else(|| serde_json::from_str::<String>(quoted).unwrap_or_default().into(), Cow::Borrowed)
}

struct FileVisitor<'a> {
    places: Places<'a>,
    epochs: &'a mut Epochs,
}

impl<'de> Visitor<'de> for FileVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of epochs")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let first = map.next_key()?;
        entries(self.places, self.epochs, first, map)
    }
}

/// Reads entries of the file, of which the first one's key is read.
fn entries<'de, A: MapAccess<'de>>(
    places: Places<'_>,
    epochs: &mut Epochs,
    first: Option<&'de RawValue>,
    mut map: A,
) -> Result<(), A::Error> {
    let mut next = first;
    while let Some(raw) = next {
        let (key, spot) = (key_of(raw), places.spot(raw.get()));
        if let Some(number) = epoch_number(&key) {
            epochs.begin(number, spot);
            map.next_value_seed(EpochSeed { places, epochs: &mut *epochs, spot })?;
            epochs.end();
        } else {
            let value = map.next_value::<&RawValue>()?.get();
            match key.as_ref() {
                "Start" => epochs.start(&text_of(value), spot),
                "End" => epochs.finish(&text_of(value), spot),
                _ => epochs.other_entry(&key),
            }
        }
        next = map.next_key()?;
    }
    Ok(())
}

/// A text without its quotes; anything else as it is written.
fn text_of(value: &str) -> String {
    serde_json::from_str(value).unwrap_or_else(|_| value.to_owned())
}

/// The value of one epoch.
struct EpochSeed<'a> {
    places: Places<'a>,
    epochs: &'a mut Epochs,
    spot: Spot,
}

impl<'de> DeserializeSeed<'de> for EpochSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl EpochSeed<'_> {
    fn no_object(self) {
        self.epochs.problem(self.spot, "this epoch is no object such as {\"cost\": 0.77}: it is left out");
    }

    fn member(&mut self, key: &str, spot: Spot, value: &str) {
        let in_source = {
            let byte = self.places.byte(value);
            self.places.source.bytes().get(byte..byte + value.len()).unwrap_or_default()
        };
        let found = match value.as_bytes().first() {
            // Blanked: see `non_finite_blanked`.
            Some(b'"') if in_source.first() != Some(&b'"') => Found::NotFinite,
            Some(b'"') => Found::Text(text_of(value)),
            Some(b'-' | b'0'..=b'9') if self.places.is_torn(value) => return,
            Some(b'-' | b'0'..=b'9') => Found::of_number(value),
            _ => Found::Other,
        };
        self.epochs.member(key, found, spot);
    }
}

impl<'de> Visitor<'de> for EpochSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an epoch")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(raw) = map.next_key::<&RawValue>()? {
            let (key, spot) = (key_of(raw), self.places.spot(raw.get()));
            if epoch_number(&key).is_some() {
                // What follows up to the next closing brace belongs to the file then, not to this epoch.
                let key = shortened(&key);
                let why = format!(
                    "«{key}» is inside another epoch: is a closing }} missing? It is read as if that was there"
                );
                self.epochs.problem(spot, &why);
                return entries(self.places, self.epochs, Some(raw), map);
            }
            let value = map.next_value::<&RawValue>()?.get();
            self.member(&key, spot, value);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.no_object();
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.no_object();
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.no_object();
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.no_object();
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.no_object();
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.no_object();
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.no_object();
        Ok(())
    }
}
