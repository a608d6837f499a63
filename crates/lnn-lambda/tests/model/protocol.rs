//! The rules of the protocol, each of which can be left out to see what it is for, and the bounds of a check.
//!
//! Read next: `services` and `trainer`, which follow them.

/// A rule of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A commit is refused when its token is not the cursor's.
    CommitComparesTokens,
    /// A commit compares and writes in one script.
    CommitIsOneScript,
    /// A value is accepted under the cursor's token and step alone.
    PutComparesCursor,
    /// Values stay until the cursor has passed them.
    ValuesStayUntilPassed,
    /// Segments are written with `If-None-Match`, and one that is there is adopted.
    SegmentsAreWrittenOnce,
    /// A checkpoint is named only when its step is durable.
    FlushBeforeCheckpoint,
    /// Registry updates are conditional on the token.
    RowComparesTokens,
    /// Registry updates are conditional on what they move from as well.
    RowMovesForward,
    /// Seeding looks at the registry again before the cursor becomes permanent.
    SeedLooksAgain,
    /// A cursor becomes permanent only from the provisional one of the same token.
    OpenOnlyOwn,
    /// Steps, flushes and ends need a permanent cursor; seeding a provisional one.
    ScriptsCompareState,
    /// An entry is appended only above the highest that ever was.
    AppendAboveAppended,
    /// Who takes a cursor brings the registry's `durable` and `n_segments`, and trims the tail with them.
    ClaimBringsRow,
    /// A cursor that is beyond the run's `ending` is removed by who claims it.
    ClaimComparesEnding,
    /// `ending` is set only where nothing above it is durable.
    EndingAboveDurable,
    /// Who sets `ending` has written or adopted a segment since it acquired.
    EndingAfterFlush,
    /// The end is flushed until it is durable.
    FlushUntilDurable,
    /// A reader shows nothing behind the run's `ending`.
    ReaderComparesEnding,
    /// Cursor and tail must agree on the tail's length.
    TailIsCounted,
}

/// How segments are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// By index: a segment that is there already is adopted.
    ByIndex,
    /// By index and token: the registry says which one counts, what a fenced trainer wrote is listed nowhere.
    ByToken,
}

/// How far a check goes.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The run's last step.
    pub last: u8,
    /// Trainers that may be started, at any time.
    pub trainers: usize,
    pub crashes: u8,
    /// Times that Redis comes back empty.
    pub losses: u8,
    /// Requests to cancel.
    pub cancels: u8,
    /// Single keys that Redis drops.
    pub evictions: u8,
    /// Registry updates that arrive a second time, later.
    pub echoes: u8,
    /// Times that Redis comes back as it once was.
    pub rollbacks: u8,
    /// Readers that have read the tail and come to the segments later.
    pub readers: u8,
    /// Whether a lone trainer is tried from every state, not only from those at rest.
    pub lone_everywhere: bool,
    /// Whether a step's three calls are one move: what is between them is then left to smaller checks.
    pub whole_steps: bool,
}

impl Bounds {
    pub const NONE: Self = Self {
        last: 2,
        trainers: 2,
        crashes: 0,
        losses: 0,
        cancels: 0,
        evictions: 0,
        echoes: 0,
        rollbacks: 0,
        readers: 0,
        lone_everywhere: false,
        whole_steps: false,
    };
}

/// The protocol as it is checked.
#[derive(Clone, Copy, Debug)]
pub struct Protocol {
    pub bounds: Bounds,
    pub naming: Naming,
    /// The rule that is left out.
    pub without: Option<Rule>,
}

impl Protocol {
    pub fn has(&self, rule: Rule) -> bool {
        self.without != Some(rule)
    }
}
