//! What goes wrong: every kind of fault, where it may strike, and one fault of a schedule.
//!
//! In: nothing. Out: [`FaultKind`], [`Fault`] and the [`Place`]s where they are met. Read next: `referee.rs`.

use std::fmt;

/// Which function a process is an instance of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Function {
    /// Registers runs.
    Launcher,
    /// Drives the steps.
    Trainer,
    /// Computes slices.
    Neuron,
}

impl Function {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Launcher, Self::Trainer, Self::Neuron];

    /// Its name in the service, and that of its program.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Launcher => "launcher",
            Self::Trainer => "trainer",
            Self::Neuron => "neuron",
        }
    }

    /// The function of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| function.as_str() == name)
    }
}

/// Where a fault may strike. Events of each place are counted from 1 in each schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// A command that writes to Redis, from a process of this function.
    RedisWrite(Function),
    /// A request to S3, `DynamoDB`, SNS or Step Functions, from a process of this function.
    AwsRequest(Function),
    /// A call of a neuron, in the service.
    NeuronCall,
    /// A call of the trainer, in the engine that continues runs.
    TrainerCall,
    /// The launch.
    Launch,
}

macro_rules! fault_kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $words:literal,)+) => {
        /// A kind of fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum FaultKind { $($(#[doc = $doc])+ $name,)+ }

        impl FaultKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// In words.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $words,)+ }
            }
        }
    };
}

fault_kinds! {
    /// The process is killed with a write to Redis in its hand.
    KillBeforeWrite = "killed before a write to Redis",
    /// The write is done, the process never learns it.
    KillAfterWrite = "killed after a write to Redis",
    /// The process is stopped, and the write goes through when it runs again.
    FreezeBeforeWrite = "frozen before a write to Redis",
    /// The write is done; the process learns it when it runs again.
    FreezeAfterWrite = "frozen after a write to Redis",
    /// The write takes its time.
    DelayWrite = "write to Redis delayed",
    /// The connection ends before the write.
    DropBeforeWrite = "connection to Redis lost before a write",
    /// The connection ends after the write.
    DropAfterWrite = "connection to Redis lost after a write",
    /// Redis is another one, and empty.
    RedisEmptied = "Redis restarted empty",
    /// 503, nothing done.
    AwsUnavailable = "AWS answered 503",
    /// 500, nothing done.
    AwsFailure = "AWS answered 500",
    /// Too many requests, nothing done.
    AwsThrottled = "AWS throttled",
    /// Done, but the answer is lost.
    AwsAnswerLost = "AWS's answer lost",
    /// Done, late.
    AwsDelayed = "AWS delayed",
    /// The process is killed with a request in its hand.
    KillBeforeAws = "killed before a request to AWS",
    /// The request is done, the process never learns it.
    KillAfterAws = "killed after a request to AWS",
    /// The process is stopped, and the request goes through when it runs again.
    FreezeBeforeAws = "frozen before a request to AWS",
    /// Too many calls.
    CallThrottled = "neuron throttled",
    /// 500, not run.
    CallFailed = "neuron's call failed",
    /// Run late.
    CallDelayed = "neuron's call delayed",
    /// Neither run nor answered.
    CallLost = "neuron's call lost",
    /// Run twice, with the same request id.
    CallDoubled = "neuron run twice",
    /// Run, but never answered.
    CallAnswerLost = "neuron's answer lost",
    /// The engine's call never reaches a trainer.
    ContinuationLost = "continuation lost",
    /// Two trainers at once.
    ContinuationDoubled = "continuation doubled at once",
    /// The same call again, later: a trainer that nobody waits for.
    ContinuationRepeated = "continuation repeated later",
    /// The trainer's answer is lost, and it is called again.
    ContinuationAnswerLost = "continuation's answer lost",
    /// The launcher is called twice at once.
    LaunchDoubled = "launch doubled at once",
    /// The launcher is called again when the run is on its way.
    LaunchRepeated = "launch repeated later",
    /// The run's user asks for its end while the trainer has a write in hand.
    UserCancels = "cancelled by its user",
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FaultKind {
    /// The places where it may strike.
    pub const fn places(self) -> &'static [Place] {
        const WRITES: &[Place] = &[Place::RedisWrite(Function::Trainer), Place::RedisWrite(Function::Neuron)];
        const REQUESTS: &[Place] = &[
            Place::AwsRequest(Function::Trainer),
            Place::AwsRequest(Function::Launcher),
            Place::AwsRequest(Function::Trainer),
            Place::AwsRequest(Function::Neuron),
        ];
        match self {
            Self::KillBeforeWrite
            | Self::KillAfterWrite
            | Self::FreezeBeforeWrite
            | Self::FreezeAfterWrite
            | Self::DelayWrite
            | Self::DropBeforeWrite
            | Self::DropAfterWrite
            | Self::RedisEmptied => WRITES,
            Self::AwsUnavailable
            | Self::AwsFailure
            | Self::AwsThrottled
            | Self::AwsAnswerLost
            | Self::AwsDelayed
            | Self::KillBeforeAws
            | Self::KillAfterAws
            | Self::FreezeBeforeAws => REQUESTS,
            Self::CallThrottled
            | Self::CallFailed
            | Self::CallDelayed
            | Self::CallLost
            | Self::CallDoubled
            | Self::CallAnswerLost => &[Place::NeuronCall],
            Self::ContinuationLost
            | Self::ContinuationDoubled
            | Self::ContinuationRepeated
            | Self::ContinuationAnswerLost => &[Place::TrainerCall],
            Self::LaunchDoubled | Self::LaunchRepeated => &[Place::Launch],
            Self::UserCancels => &[Place::RedisWrite(Function::Trainer)],
        }
    }
}

/// A fault of a schedule: it strikes once, if its event comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// What happens.
    pub kind: FaultKind,
    /// Where.
    pub place: Place,
    /// At which event of the place, 1 for the first.
    pub at: u32,
    /// How long what waits or is frozen does so at most.
    pub pause_ms: u64,
    /// What is frozen runs again when trainers have written so often to Redis meanwhile; 0 = only when the time is over.
    pub until_writes: u32,
}
