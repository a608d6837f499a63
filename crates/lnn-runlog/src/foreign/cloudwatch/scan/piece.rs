//! What the scanner finds. In: names of members. Out: pieces of a file with their places. Read next: `mod.rs`.

use crate::foreign::cloudwatch::problems::Why;

/// Where a byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::foreign::cloudwatch) struct Spot {
    /// The number of its line, from 1.
    pub line: u64,
    /// Its number in the file, from 0.
    pub byte: u64,
}

/// A member of an object, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::foreign::cloudwatch) enum Name {
    MessageType,
    LogStream,
    AwsLogs,
    /// `events` and `logEvents`: lists of events.
    Events,
    /// `results`: a list of rows.
    Results,
    /// `Records`: a list of packed objects.
    Records,
    /// `status`: how far a query is.
    Status,
    Other,
}

impl Name {
    pub(super) fn of(name: &[u8]) -> Self {
        match name {
            b"messageType" => Self::MessageType,
            b"logStream" => Self::LogStream,
            b"awslogs" => Self::AwsLogs,
            b"events" | b"logEvents" => Self::Events,
            b"results" => Self::Results,
            b"Records" => Self::Records,
            b"status" => Self::Status,
            _ => Self::Other,
        }
    }

    pub(super) const fn is_list(self) -> bool {
        matches!(self, Self::Events | Self::Results | Self::Records)
    }

    pub(super) const fn is_whole(self) -> bool {
        matches!(self, Self::MessageType | Self::LogStream | Self::AwsLogs | Self::Status)
    }
}

/// What is found.
#[derive(Debug)]
pub(in crate::foreign::cloudwatch) enum Piece<'a> {
    /// An object begins, or one whose start is lost.
    Start,
    /// A member, or an element of a list.
    Value { name: Name, spot: Spot, bytes: &'a [u8] },
    /// Something can't be read.
    Bad { spot: Spot, why: Why },
}

pub(in crate::foreign::cloudwatch) type PieceSink<'a> = dyn FnMut(Piece<'_>) + 'a;
