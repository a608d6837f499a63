//! Finds events in JSON of any length, without keeping more than one of them.
//!
//! In: bytes of JSON objects, one behind the other. Out: each element of their lists of events, and the few other members
//! that matter, as soon as it is whole. Everything else is only checked for its quotes and brackets. After a damaged place
//! it goes on at the next thing that looks like an object or an event: `damage.rs`. Read next: `../json.rs` who reads them.

mod damage;
mod opening;
mod piece;

use damage::LOOK_BACK;
use opening::{Opening, opening};
pub(super) use piece::{Name, Piece, PieceSink, Spot};

use super::problems::Why;

/// Longer events are passed over.
pub(super) const MAX_EVENT_BYTES: usize = 64 << 20;
/// Logs need six. Each open bracket has a bit, and may be the start of another try behind a damaged place.
const MAX_DEPTH: u32 = 32;
/// Bytes taken over at once.
const PIECE_BYTES: usize = 256 << 10;

/// What the next byte belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between objects.
    Between,
    /// Behind a damaged place.
    Lost,
    Value,
    FirstValue,
    Name,
    FirstName,
    Colon,
    AfterValue,
    Text {
        is_name: bool,
    },
    Escape {
        is_name: bool,
    },
    Word,
}

/// A value that is kept until it is whole.
#[derive(Debug, Clone, Copy)]
struct Kept {
    from: Spot,
    depth: u32,
}

#[derive(Debug, Clone)]
pub(super) struct Scanner {
    max_event_bytes: usize,
    /// The bytes from `n_dropped` on.
    held: Vec<u8>,
    n_dropped: u64,
    at: Spot,
    state: State,
    depth: u32,
    /// For each open bracket, the last one lowest: whether it is an object's.
    objects: u64,
    /// Of the object's last member.
    name: Name,
    /// The quote that opened the last text.
    quote: Spot,
    kept: Option<Kept>,
    /// Where to look for another object if this one turns out to be damaged; nothing before it is read again.
    retry_from: Option<Spot>,
    /// The farthest place that turned out to be damaged, and how often it was come to.
    damage: Option<(u64, u32)>,
}

impl Default for Scanner {
    fn default() -> Self {
        Self::with_limit(MAX_EVENT_BYTES)
    }
}

impl Scanner {
    fn with_limit(max_event_bytes: usize) -> Self {
        let start = Spot { line: 1, byte: 0 };
        Self {
            max_event_bytes,
            held: Vec::new(),
            n_dropped: 0,
            at: start,
            state: State::Between,
            depth: 0,
            objects: 0,
            name: Name::Other,
            quote: start,
            kept: None,
            retry_from: None,
            damage: None,
        }
    }

    /// Takes the next bytes.
    pub(super) fn push(&mut self, chunk: &[u8], sink: &mut PieceSink<'_>) {
        for piece in chunk.chunks(PIECE_BYTES) {
            self.held.extend_from_slice(piece);
            while self.step(false, sink) {}
            self.drop_read(sink);
        }
    }

    /// No byte follows.
    pub(super) fn finish(&mut self, sink: &mut PieceSink<'_>) {
        loop {
            while self.step(true, sink) {}
            if matches!(self.state, State::Between | State::Lost) {
                return;
            }
            self.fail(Why::End, sink);
        }
    }

    /// The bytes from here on that are there.
    fn rest(&self) -> &[u8] {
        self.bytes_from(self.at)
    }

    fn bytes_from(&self, spot: Spot) -> &[u8] {
        let idx = spot.byte.checked_sub(self.n_dropped).and_then(|idx| usize::try_from(idx).ok());
        idx.and_then(|idx| self.held.get(idx..)).unwrap_or_default()
    }

    /// Reads on; tells whether there is more that can be read now.
    fn step(&mut self, is_end: bool, sink: &mut PieceSink<'_>) -> bool {
        let Some(&byte) = self.rest().first() else { return false };
        self.check_length(sink);
        match self.state {
            State::Lost => return self.look_for_opening(is_end, sink),
            State::Text { is_name } => self.read_text(is_name, sink),
            State::Escape { is_name } if b"\"\\/bfnrtu".contains(&byte) => {
                self.at.byte += 1;
                self.state = State::Text { is_name };
            }
            State::Escape { .. } => self.unexpected("an escaped character", sink),
            State::Word => self.read_word(sink),
            _ if byte.is_ascii_whitespace() => {
                let is_blank = |byte: &&u8| byte.is_ascii_whitespace();
                self.skip(self.rest().iter().take_while(is_blank).count());
            }
            State::Between => self.read_between(byte, sink),
            State::FirstValue if byte == b']' => self.close(sink),
            State::Value | State::FirstValue => return self.read_value(byte, is_end, sink),
            State::Name | State::FirstName if byte == b'"' => self.open_text(true),
            State::FirstName if byte == b'}' => self.close(sink),
            State::Name | State::FirstName => self.unexpected("the name of a member", sink),
            State::Colon if byte == b':' => {
                self.at.byte += 1;
                self.state = State::Value;
            }
            State::Colon => self.unexpected("a colon", sink),
            State::AfterValue => self.read_after_value(byte, sink),
        }
        true
    }

    /// Passes over bytes between which lines may end.
    fn skip(&mut self, n_bytes: usize) {
        let bytes = self.rest().get(..n_bytes).unwrap_or_default();
        self.at.line += memchr::memchr_iter(b'\n', bytes).count() as u64;
        self.at.byte += n_bytes as u64;
    }

    /// Objects may follow each other, stand in a list, and have byte order marks before them.
    fn read_between(&mut self, byte: u8, sink: &mut PieceSink<'_>) {
        match byte {
            b'{' => self.open_object(sink),
            b'[' | b',' | b']' | 0xef | 0xbb | 0xbf => self.skip(1),
            _ => self.unexpected("an object", sink),
        }
    }

    fn open_object(&mut self, sink: &mut PieceSink<'_>) {
        sink(Piece::Start);
        (self.depth, self.objects, self.name) = (1, 1, Name::Other);
        self.at.byte += 1;
        self.retry_from = Some(self.at);
        self.state = State::FirstName;
    }

    fn read_value(&mut self, byte: u8, is_end: bool, sink: &mut PieceSink<'_>) -> bool {
        if byte == b'{' {
            match opening(self.rest(), is_end) {
                Opening::Unsure => return false,
                Opening::Object { is_certain: true } => {
                    self.fail(Why::Cut, sink);
                    return true;
                }
                _ => {}
            }
        }
        if let Some((_, wanted)) = self.wanted_bracket().filter(|(bracket, _)| *bracket != byte) {
            self.unexpected(wanted, sink);
            return true;
        }
        if !matches!(byte, b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') {
            self.unexpected("a value", sink);
            return true;
        }
        if self.is_wanted() {
            self.kept = Some(Kept { from: self.at, depth: self.depth });
            self.retry_from = Some(Spot { byte: self.at.byte + 1, ..self.at });
        }
        match byte {
            b'{' | b'[' if self.depth == MAX_DEPTH => self.fail(Why::TooDeep(MAX_DEPTH), sink),
            b'{' | b'[' => {
                self.depth += 1;
                self.objects = self.objects << 1 | u64::from(byte == b'{');
                self.at.byte += 1;
                self.state = if byte == b'{' { State::FirstName } else { State::FirstValue };
            }
            b'"' => self.open_text(false),
            _ => self.state = State::Word,
        }
        true
    }

    /// What events are made of: any other value is damage, and a bracket too many would take all that follows with it.
    fn wanted_bracket(&self) -> Option<(u8, &'static str)> {
        match (self.name, self.depth) {
            (Name::Results, 3) if self.objects.trailing_zeros() >= 2 => Some((b'{', "a cell of a row")),
            (Name::Results, 2) if !self.is_in_object() => Some((b'[', "a row")),
            (Name::Events | Name::Records, 2) if !self.is_in_object() => Some((b'{', "an event")),
            _ => None,
        }
    }

    /// Whether the value that begins here is one that is given whole.
    fn is_wanted(&self) -> bool {
        match self.depth {
            1 => self.name.is_whole(),
            2 => self.name.is_list() && !self.is_in_object(),
            _ => false,
        }
    }

    const fn is_in_object(&self) -> bool {
        self.objects & 1 == 1
    }

    fn open_text(&mut self, is_name: bool) {
        self.quote = self.at;
        if self.kept.is_none() {
            self.retry_from = Some(self.at);
        }
        self.at.byte += 1;
        self.state = State::Text { is_name };
    }

    fn read_text(&mut self, is_name: bool, sink: &mut PieceSink<'_>) {
        let rest = self.rest();
        let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\\') || *byte < b' ');
        let byte = end.and_then(|end| rest.get(end).copied());
        self.at.byte += end.unwrap_or(rest.len()) as u64;
        match byte {
            None => {}
            Some(b'\\') => {
                self.at.byte += 1;
                self.state = State::Escape { is_name };
            }
            Some(b'"') if is_name => {
                if self.depth == 1 {
                    let n_bytes = (self.at.byte - self.quote.byte) as usize;
                    self.name = self.bytes_from(self.quote).get(1..n_bytes).map_or(Name::Other, Name::of);
                }
                self.at.byte += 1;
                self.state = State::Colon;
            }
            Some(b'"') => {
                self.at.byte += 1;
                self.end_value(sink);
            }
            Some(_) => self.unexpected("the end of a text, a quote,", sink),
        }
    }

    /// A number, `true`, `false` or `null`; what is wrong within it shows when it is read.
    fn read_word(&mut self, sink: &mut PieceSink<'_>) {
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let rest = self.rest();
        let end = rest.iter().position(|byte| !is_word(byte));
        self.at.byte += end.unwrap_or(rest.len()) as u64;
        if end.is_some() {
            self.end_value(sink);
        }
    }

    fn read_after_value(&mut self, byte: u8, sink: &mut PieceSink<'_>) {
        match (byte, self.is_in_object()) {
            (b',', is_in_object) => {
                self.at.byte += 1;
                self.state = if is_in_object { State::Name } else { State::Value };
            }
            (b'}', true) | (b']', false) => self.close(sink),
            (_, true) => self.unexpected("a comma or the end of an object", sink),
            (_, false) => self.unexpected("a comma or the end of a list", sink),
        }
    }

    fn close(&mut self, sink: &mut PieceSink<'_>) {
        self.at.byte += 1;
        self.depth -= 1;
        self.objects >>= 1;
        self.end_value(sink);
    }

    fn end_value(&mut self, sink: &mut PieceSink<'_>) {
        self.check_length(sink);
        self.state = if self.depth == 0 { State::Between } else { State::AfterValue };
        if let Some(Kept { from, .. }) = self.kept.take_if(|kept| kept.depth == self.depth) {
            let n_bytes = (self.at.byte - from.byte) as usize;
            let bytes = self.bytes_from(from).get(..n_bytes).unwrap_or_default();
            sink(Piece::Value { name: self.name, spot: from, bytes });
            // A name may be read twice, messages may not.
            let is_text = matches!(self.name, Name::MessageType | Name::LogStream);
            self.retry_from = Some(if is_text { from } else { self.at });
        }
        if self.depth == 0 {
            self.retry_from = None;
        }
    }

    /// An event that is too long is not kept any more, but read to its end.
    fn check_length(&mut self, sink: &mut PieceSink<'_>) {
        let (at, max) = (self.at.byte, self.max_event_bytes);
        if let Some(kept) = self.kept.take_if(|kept| at - kept.from.byte > max as u64) {
            sink(Piece::Bad { spot: kept.from, why: Why::TooLong(max) });
            self.retry_from = None;
        }
    }

    /// Forgets what is read.
    fn drop_read(&mut self, sink: &mut PieceSink<'_>) {
        self.check_length(sink);
        let from = self.kept.map(|kept| kept.from).or_else(|| self.near_retry()).unwrap_or(self.at);
        let n_read = from.byte.saturating_sub(self.n_dropped).min(self.held.len() as u64) as usize;
        if n_read == self.held.len() || n_read >= LOOK_BACK as usize {
            self.held.drain(..n_read);
            self.n_dropped += n_read as u64;
            self.held.shrink_to(1 << 20);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(scanner: &mut Scanner, text: &str, chunk_bytes: usize) -> (Vec<String>, Vec<(u64, String)>) {
        let (mut found, mut bad) = (Vec::new(), Vec::new());
        let mut sink = |piece: Piece<'_>| match piece {
            Piece::Start => {}
            Piece::Value { bytes, .. } => found.push(String::from_utf8_lossy(bytes).into_owned()),
            Piece::Bad { spot, why } => bad.push((spot.byte, why.to_string())),
        };
        text.as_bytes().chunks(chunk_bytes).for_each(|chunk| scanner.push(chunk, &mut sink));
        scanner.finish(&mut sink);
        (found, bad)
    }

    #[test]
    fn only_members_that_matter_are_given() {
        let text = r#"{"owner":{"x":0,"logEvents":[1]},"logStream":"s","events":{"a":[{}]},"results":[[{}],[]],"n":-1.5e+3}"#;
        for chunk_bytes in 1..text.len() {
            let (found, bad) = texts(&mut Scanner::default(), text, chunk_bytes);
            assert_eq!((found, bad), (["\"s\"", "[{}]", "[]"].map(str::to_owned).to_vec(), Vec::new()));
        }
    }

    #[test]
    fn events_that_are_too_long_are_passed_over() {
        let long = format!("{{\"message\":\"{}\"}}", "\\\"x".repeat(100_000));
        let text = format!("{{\"logEvents\":[{{\"a\":1}},{long},{{\"b\":2}}]}}");
        for chunk_bytes in [1, 1_000, text.len()] {
            let (found, bad) = texts(&mut Scanner::with_limit(200_000), &text, chunk_bytes);
            assert_eq!(found, [r#"{"a":1}"#, r#"{"b":2}"#]);
            assert!(matches!(bad.as_slice(), [(22, why)] if why.contains("longer than")), "{bad:?}");
        }
    }

    #[test]
    fn memory_does_not_depend_on_the_files_size() {
        let mut scanner = Scanner::default();
        let event = "{\"id\":\"1\",\"message\":\"a\"},".repeat(100);
        scanner.push(b"{\"logEvents\":[", &mut |_| ());
        let mut n_found = 0;
        for _ in 0..1_000 {
            scanner.push(event.as_bytes(), &mut |_| n_found += 1);
            assert!(scanner.held.capacity() < 1 << 20, "{}", scanner.held.capacity());
        }
        assert_eq!(n_found, 100_000);
        // Nor where nothing of it is of any use.
        scanner.push(b"{}],\"other\":\"", &mut |_| ());
        for byte in [b'x', b'\n', b'{'] {
            let bytes = vec![byte; 100_000];
            (0..50).for_each(|_| scanner.push(&bytes, &mut |_| ()));
            assert!(scanner.held.capacity() < 1 << 20, "{}", scanner.held.capacity());
        }
    }
}
