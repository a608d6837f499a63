//! What is wrong with a file, place by place. In: places and reasons. Out: a list that can't grow without bound.

use super::scan::Spot;

/// Problems that are listed; one more entry tells how many follow.
pub const MAX_PROBLEMS: usize = 1_000;

/// A place of a file that can't be read. What is good before and after it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The number of the line, from 1.
    pub line: u64,
    /// The byte in the file, from 0.
    pub byte: u64,
    /// What is wrong there, and what to do about it.
    pub why: String,
}

/// Why something can't be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Why {
    #[error(
        "the JSON is damaged: {wanted} was expected and «{}» was found; what can be read behind it is read, \
         fetch the file again for the rest", .found.escape_ascii()
    )]
    Unexpected { wanted: &'static str, found: u8 },
    #[error("an object is cut and another one begins: fetch the file again for what is missing")]
    Cut,
    #[error("the file ends within a JSON object: it was cut, fetch it again for what is missing")]
    End,
    #[error("brackets are nested more than {0} deep, which no log is: it is passed over")]
    TooDeep(u32),
    #[error("a text that begins here is longer than {} MiB, which no event is: it is passed over", .0 >> 20)]
    TooLong(usize),
    #[error("this is not {what} ({error}): it is passed over")]
    NotRead { what: &'static str, error: serde_json::Error },
    #[error(
        "the row has no @message: ask for it, for example with the query «fields @timestamp, @message, @logStream»"
    )]
    NoMessage,
    #[error(
        "the query is «{0}», rows may be missing: ask for its results again when it is «Complete», and use that file"
    )]
    QueryRuns(&'static str),
    #[error(
        "the query ended as «{0}», rows may be missing: run it again, over less time if it took too long"
    )]
    QueryEnded(&'static str),
    #[error("the packed data is damaged, it is no Base64 ({0}): fetch the file again")]
    Base64(data_encoding::DecodeError),
    #[error("the packed data is neither gzip nor JSON: only what CloudWatch Logs delivers can be read")]
    NotGzip,
    #[error("the packed data is damaged after {n_bytes} unpacked bytes ({error}): fetch the file again")]
    Gzip { n_bytes: u64, error: std::io::Error },
    #[error(
        "the packed data of the file is more than {} MiB when unpacked, the rest of it is passed over: split the file",
        .0 >> 20
    )]
    TooMuch(u64),
    #[error("within the packed data, line {} byte {}: {why}", .spot.line, .spot.byte)]
    Within { spot: Spot, why: Box<Why> },
}

/// The list.
#[derive(Debug, Clone, Default)]
pub(super) struct Problems {
    listed: Vec<Problem>,
    /// The first that is not listed, and how many are not.
    more: Option<(Spot, u64)>,
}

impl Problems {
    pub(super) fn add(&mut self, spot: Spot, why: &Why) {
        if self.listed.len() < MAX_PROBLEMS {
            self.listed.push(Problem { line: spot.line, byte: spot.byte, why: why.to_string() });
        } else {
            let (_, n_more) = self.more.get_or_insert((spot, 0));
            *n_more += 1;
        }
    }

    pub(super) fn take(&mut self) -> Vec<Problem> {
        let mut problems = std::mem::take(&mut self.listed);
        if let Some((Spot { line, byte }, n_more)) = self.more.take() {
            let why = format!("{n_more} more problems from here on are not listed");
            problems.push(Problem { line, byte, why });
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_problems_are_listed_and_the_rest_is_counted() {
        let mut problems = Problems::default();
        for byte in 0..1_234 {
            problems.add(Spot { line: 1, byte }, &Why::NotGzip);
        }
        let listed = problems.take();
        assert_eq!(listed.len(), MAX_PROBLEMS + 1);
        let last = listed.last().unwrap();
        assert_eq!((last.byte, last.why.as_str()), (1_000, "234 more problems from here on are not listed"));
        assert!(problems.take().is_empty());
    }
}
