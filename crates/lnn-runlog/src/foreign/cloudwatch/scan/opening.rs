//! Where reading can go on after a damaged place. In: bytes from a bracket on. Out: what seems to begin there.
//!
//! Within texts of JSON every quote has a backslash, so `{"messageType"` stands only where an object begins. Read next:
//! `damage.rs`.

use super::piece::Name;

/// Bytes looked at: a bracket, blanks, a name, a colon, the start of a value.
const MAX_BYTES: usize = 256;

/// What begins at a bracket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    /// More bytes would tell.
    Unsure,
    /// Nothing known.
    None,
    /// An object of `CloudWatch`, certainly or perhaps.
    Object { is_certain: bool },
    /// An element of such a list.
    Element(Name),
}

/// Looks at bytes that begin with a bracket; at the file's end nothing more follows them.
pub(super) fn opening(bytes: &[u8], is_end: bool) -> Opening {
    let is_all = is_end || bytes.len() >= MAX_BYTES;
    let bytes = bytes.get(..MAX_BYTES).unwrap_or(bytes);
    match look(bytes) {
        Look::Known(opening) => opening,
        Look::Short if is_all => Opening::None,
        Look::Short => Opening::Unsure,
    }
}

enum Look {
    Known(Opening),
    Short,
}

fn look(bytes: &[u8]) -> Look {
    let (bytes, is_row) = match bytes.split_first() {
        Some((b'[', rest)) => (rest.trim_ascii_start(), true),
        _ => (bytes, false),
    };
    let Some((first, rest)) = bytes.split_first() else { return Look::Short };
    let Some((quote, rest)) = rest.trim_ascii_start().split_first() else {
        return if *first == b'{' { Look::Short } else { Look::Known(Opening::None) };
    };
    if (*first, *quote) != (b'{', b'"') {
        return Look::Known(Opening::None);
    }
    let Some(end) = memchr::memchr2(b'"', b'\\', rest) else { return Look::Short };
    let (name, rest) = rest.split_at(end);
    if is_row {
        let is_cell = matches!(name, b"field" | b"value");
        return Look::Known(if is_cell { Opening::Element(Name::Results) } else { Opening::None });
    }
    match known(name) {
        Some(Known::Element(name)) => Look::Known(Opening::Element(name)),
        Some(Known::Head) => Look::Known(Opening::Object { is_certain: false }),
        Some(Known::Object(values)) => {
            let rest = rest.get(1..).unwrap_or_default().trim_ascii_start();
            match rest.split_first() {
                None => Look::Short,
                Some((b':', rest)) => look_at_value(rest.trim_ascii_start(), values),
                Some(_) => Look::Known(Opening::None),
            }
        }
        None => Look::Known(Opening::None),
    }
}

fn look_at_value(value: &[u8], values: &[&str]) -> Look {
    if values.iter().any(|start| value.starts_with(start.as_bytes())) {
        Look::Known(Opening::Object { is_certain: true })
    } else if values.iter().any(|start| start.as_bytes().starts_with(value)) {
        Look::Short
    } else {
        Look::Known(Opening::None)
    }
}

enum Known {
    /// The first member of an object, with the starts that its value may have: no event begins so.
    Object(&'static [&'static str]),
    /// A member of an object that may be found elsewhere.
    Head,
    Element(Name),
}

fn known(name: &[u8]) -> Option<Known> {
    match name {
        b"messageType" => Some(Known::Object(&["\"DATA_MESSAGE\"", "\"CONTROL_MESSAGE\""])),
        b"awslogs" => Some(Known::Object(&["{"])),
        b"logEvents" | b"events" | b"results" | b"Records" | b"searchedLogStreams" => {
            Some(Known::Object(&["["]))
        }
        b"owner"
        | b"logGroup"
        | b"logStream"
        | b"subscriptionFilters"
        | b"nextToken"
        | b"nextForwardToken"
        | b"nextBackwardToken"
        | b"queryLanguage"
        | b"statistics"
        | b"status" => Some(Known::Head),
        b"id" | b"timestamp" | b"message" | b"logStreamName" | b"ingestionTime" | b"eventId" => {
            Some(Known::Element(Name::Events))
        }
        b"kinesis" | b"eventSource" => Some(Known::Element(Name::Records)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openings_are_known_by_their_first_name() {
        let object = |is_certain| Opening::Object { is_certain };
        for (bytes, expected) in [
            (r#"{"messageType":"DATA_MESSAGE""#, object(true)),
            ("{\n  \"events\": [\n", object(true)),
            (r#"{"events":"a text""#, Opening::None),
            (r#"{"messageType":"DATA""#, Opening::None),
            (r#"{"owner":"#, object(false)),
            (r#"{"id":"3","#, Opening::Element(Name::Events)),
            (r#"{ "kinesis" :"#, Opening::Element(Name::Records)),
            (r#"[ {"field":"@ptr""#, Opening::Element(Name::Results)),
            (r#"[[{"field":"@ptr""#, Opening::None),
            (r#"{"kind":"step"#, Opening::None),
            (r#"{\"id\":"#, Opening::None),
            ("{1", Opening::None),
            ("[1", Opening::None),
        ] {
            let bytes = bytes.as_bytes();
            assert_eq!(opening(bytes, false), expected, "{}", bytes.escape_ascii());
            for end in 1..bytes.len() {
                let seen = opening(&bytes[..end], false);
                assert!(seen == Opening::Unsure || seen == expected, "{seen:?} of {end} bytes");
                assert_ne!(opening(&bytes[..end], true), Opening::Unsure);
            }
        }
        assert_eq!(opening(format!("{{{}", " ".repeat(300)).as_bytes(), false), Opening::None);
    }
}
