//! A schedule: everything random about one run of the suite, from one seed.
//!
//! In: a seed. Out: what is trained, with which settings of the functions, and which faults strike where. Read next:
//! `lane.rs`, which carries it out.

use std::time::Duration;

use crate::dice::Dice;
use crate::fault::{Fault, FaultKind, Function, Place};
use crate::task::Task;

/// How many runs are cancelled by their user.
const CANCELLED_SHARE: f64 = 1.0 / 8.0;

/// What happens in one run of the suite.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// Where everything comes from.
    pub seed: u64,
    /// What is trained.
    pub task: Task,
    /// How the functions are set.
    pub settings: Settings,
    /// What goes wrong.
    pub faults: Vec<Fault>,
}

/// Settings of the functions, and how patient the engine is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `LNN_HAND_LIMIT_BYTES`.
    pub hand_limit_bytes: u64,
    /// `LNN_FLUSH_BYTES`.
    pub flush_bytes: u64,
    /// `LNN_FLUSH_MS`.
    pub flush_ms: u64,
    /// `LNN_CHECKPOINT_MS`.
    pub checkpoint_ms: u64,
    /// `LNN_MAX_CALLS`.
    pub max_calls: u64,
    /// `LNN_CALL_TIMEOUT_MS`.
    pub call_timeout_ms: u64,
    /// `LNN_CALL_ATTEMPTS`.
    pub call_attempts: u64,
    /// `LNN_CANCEL_MS`.
    pub cancel_ms: u64,
    /// `AWS_MAX_ATTEMPTS`.
    pub aws_attempts: u64,
    /// The trainer's time limit, as the service tells it.
    pub trainer_limit: Duration,
    /// How long the engine waits for a trainer.
    pub engine_timeout: Duration,
    /// How long the run may take, whatever happens to it.
    pub patience: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            hand_limit_bytes: 131_072,
            flush_bytes: 1 << 20,
            flush_ms: 15_000,
            checkpoint_ms: 30_000,
            max_calls: 64,
            call_timeout_ms: 2_000,
            call_attempts: 5,
            cancel_ms: 2_000,
            aws_attempts: 3,
            trainer_limit: Duration::from_mins(1),
            engine_timeout: Duration::from_mins(1),
            patience: Duration::from_mins(1),
        }
    }
}

impl Settings {
    fn draw(dice: &mut Dice) -> Self {
        let is_short = dice.chance(0.3);
        let trainer_limit_ms = if is_short { dice.pick(&[900, 1_200, 2_000]) } else { 60_000 };
        Self {
            hand_limit_bytes: dice.pick(&[0, 131_072]),
            flush_bytes: dice.pick(&[1, 2_000, 1 << 20]),
            flush_ms: dice.pick(&[0, 50, 15_000]),
            checkpoint_ms: dice.pick(&[0, 50, 30_000]),
            max_calls: dice.pick(&[1, 3, 64]),
            call_timeout_ms: dice.pick(&[150, 250, 400]),
            call_attempts: dice.pick(&[1, 3, 5]),
            cancel_ms: 2_000,
            aws_attempts: dice.pick(&[1, 2]),
            trainer_limit: Duration::from_millis(trainer_limit_ms),
            engine_timeout: Duration::from_millis(dice.pick(&[600, 900, 2_500])),
            ..Self::default()
        }
    }

    /// The environment of every function.
    pub fn environment(&self) -> Vec<(String, String)> {
        let variables = [
            ("LNN_HAND_LIMIT_BYTES", self.hand_limit_bytes),
            ("LNN_FLUSH_BYTES", self.flush_bytes),
            ("LNN_FLUSH_MS", self.flush_ms),
            ("LNN_CHECKPOINT_MS", self.checkpoint_ms),
            ("LNN_MAX_CALLS", self.max_calls),
            ("LNN_CALL_TIMEOUT_MS", self.call_timeout_ms),
            ("LNN_CALL_ATTEMPTS", self.call_attempts),
            ("LNN_CANCEL_MS", self.cancel_ms),
            ("AWS_MAX_ATTEMPTS", self.aws_attempts),
        ];
        variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_string())).collect()
    }
}

impl Schedule {
    /// The schedule of a seed.
    pub fn draw(seed: u64) -> Self {
        let task = Task::draw(seed);
        let mut dice = Dice::new(seed, 2);
        let mut settings = Settings::draw(&mut dice);
        let n_faults = dice.range(2..=7);
        let mut faults: Vec<Fault> = Vec::new();
        for _ in 0..n_faults {
            let fault = fault(&mut dice, &task);
            let is_taken = faults.iter().any(|other| other.place == fault.place && other.at == fault.at);
            let n_same = faults.iter().filter(|other| other.kind == fault.kind).count();
            if !is_taken && n_same < 2 {
                faults.push(fault);
            }
        }
        let mut dice = Dice::new(seed, 3);
        if dice.chance(CANCELLED_SHARE) {
            // A trainer that looks at every step must stop at the next one.
            settings.cancel_ms = 0;
            faults.extend(cancel(&mut dice, &task, &faults));
        }
        Self { seed, task, settings, faults }
    }

    /// The run's name.
    pub fn run(&self) -> String {
        format!("chaos-{}", self.seed)
    }
}

/// The user's wish, at a write of the trainer before its last commit; none where another fault has taken every place.
fn cancel(dice: &mut Dice, task: &Task, faults: &[Fault]) -> Option<Fault> {
    let (kind, place) = (FaultKind::UserCancels, Place::RedisWrite(Function::Trainer));
    let is_free = |at: &u32| !faults.iter().any(|fault| fault.place == place && fault.at == *at);
    // Without other faults the run is taken up with four writes, and each step is one more.
    let free: Vec<u32> = (3..=task.last_step() as u32 + 3).filter(is_free).collect();
    let at = (!free.is_empty()).then(|| dice.pick(&free))?;
    Some(Fault { kind, place, at, pause_ms: 0, until_writes: 0 })
}

fn fault(dice: &mut Dice, task: &Task) -> Fault {
    let disorders: Vec<FaultKind> =
        FaultKind::ALL.iter().copied().filter(|kind| *kind != FaultKind::UserCancels).collect();
    let kind = dice.pick(&disorders);
    let place = dice.pick(kind.places());
    let n_steps = task.last_step() as u32;
    let n_calls = task.n_slices() as u32 * n_steps;
    let last = match place {
        Place::RedisWrite(Function::Neuron) => n_calls * 2 / 3,
        Place::RedisWrite(_) => n_steps + 2,
        Place::AwsRequest(Function::Launcher) => 10,
        Place::AwsRequest(Function::Trainer) => 24,
        Place::AwsRequest(Function::Neuron) => 3,
        Place::NeuronCall => 2 * n_calls,
        Place::TrainerCall => 2,
        Place::Launch => 1,
    };
    // What is frozen for long is given up meanwhile, and comes back right when another has gone so far, or when all is over.
    let is_frozen = matches!(
        kind,
        FaultKind::FreezeBeforeWrite | FaultKind::FreezeAfterWrite | FaultKind::FreezeBeforeAws
    );
    let (pause, until_writes) = match dice.range(0..=9) {
        0..=6 if is_frozen => (3_000..=3_000, dice.range(1..=8)),
        7 if is_frozen => (700..=4_000, 0),
        _ => (20..=400, 0),
    };
    let pause_ms = u64::from(dice.range(pause));
    Fault { kind, place, at: dice.range(1..=last), pause_ms, until_writes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_one_schedule_and_all_seeds_give_every_fault() {
        let mut kinds = std::collections::BTreeSet::new();
        for seed in 0..200 {
            let schedule = Schedule::draw(seed);
            let again = Schedule::draw(seed);
            assert_eq!((&schedule.faults, &schedule.settings), (&again.faults, &again.settings));
            kinds.extend(schedule.faults.iter().map(|fault| fault.kind));
        }
        assert_eq!(kinds.len(), FaultKind::ALL.len());
    }

    #[test]
    fn one_run_in_eight_is_cancelled_where_the_trainer_has_steps_before_it() {
        let is_cancel = |fault: &&Fault| fault.kind == FaultKind::UserCancels;
        let cancelled: Vec<Schedule> = (0..800)
            .map(Schedule::draw)
            .filter(|schedule| schedule.faults.iter().any(|fault| is_cancel(&fault)))
            .collect();
        assert!((70..=130).contains(&cancelled.len()), "{}", cancelled.len());
        for schedule in cancelled {
            let [fault] = schedule.faults.iter().filter(is_cancel).collect::<Vec<_>>()[..] else {
                panic!("two")
            };
            assert!(u64::from(fault.at) <= schedule.task.last_step() + 3 && schedule.settings.cancel_ms == 0);
        }
    }
}
