//! What must hold in every state, and what must be reached in some.
//!
//! What enters: a state. What leaves: whether the protocol keeps its word there.

use stateright::Property;

use super::entries::{Entries, Mark};
use super::protocol::{Protocol, Rule};
use super::services::{ERRORS, PARAMETERS, Z};
use super::trainer::{Choice, Services, Trainer};
use super::world::World;

pub const SEGMENTS: &str = "segments hold every entry up to `durable` once and in order";
pub const READER: &str = "a reader sees every entry once and in order";
pub const PARAMETERS_THERE: &str = "the cursor's parameters are in Redis";
pub const NEEDED: &str = "no value is missed";
pub const CHECKPOINT: &str = "the named checkpoint is durable";
pub const DONE: &str = "a run that is done has all its steps and one end";
pub const EMPTY: &str = "a closed run leaves nothing in Redis";
pub const LATE: &str = "a cleared run gets no new values";
pub const TOKEN: &str = "an old token changes nothing in the registry";
pub const CLOSED: &str = "a run is closed";
pub const GOES_ON: &str = "a lone trainer brings the run to its end";

/// All properties.
pub fn all() -> Vec<Property<Protocol>> {
    vec![
        Property::always(SEGMENTS, |_, world: &World| {
            let log = segments(&world.services);
            log.follow(Mark::NOTHING) && log.last() == world.services.row.sealed.durable
        }),
        Property::always(READER, reader),
        Property::always(PARAMETERS_THERE, |protocol: &Protocol, world: &World| {
            is_damaged(protocol, world) || parameters_are_there(world)
        }),
        Property::always(NEEDED, |protocol: &Protocol, world: &World| {
            is_damaged(protocol, world) || !world.services.has_missed
        }),
        Property::always(CHECKPOINT, |_, world: &World| {
            let row = &world.services.row;
            row.checkpoint == 0 || Mark::step(row.checkpoint) <= row.sealed.durable
        }),
        Property::always(DONE, |protocol: &Protocol, world: &World| done(protocol, &world.services)),
        Property::always(EMPTY, |protocol: &Protocol, world: &World| {
            let is_over = world.services.row.is_closed && world.is_at_rest();
            !is_over || world.services.redis.is_empty() || was_turned_back(protocol, world)
        }),
        Property::always(LATE, |protocol: &Protocol, world: &World| {
            let redis = &world.services.redis;
            let is_over = world.services.row.is_closed && redis.cursor.is_none();
            !is_over
                || redis.values.iter().all(|kinds| kinds & (Z | ERRORS) == 0)
                || was_turned_back(protocol, world)
        }),
        Property::always(TOKEN, |_, world: &World| !world.services.old_token_wrote),
        Property::always(GOES_ON, |protocol: &Protocol, world: &World| {
            let tried = protocol.bounds.lone_everywhere || world.is_at_rest();
            !tried || {
                let n_trainers = if is_damaged(protocol, world) { 2 } else { 1 };
                lone_trainers(protocol, &world.services, n_trainers)
            }
        }),
        Property::sometimes(CLOSED, |_, world: &World| world.services.row.is_closed),
    ]
}

fn is_damaged(protocol: &Protocol, world: &World) -> bool {
    world.left.evictions < protocol.bounds.evictions || was_turned_back(protocol, world)
}

/// Redis came back as it once was: what was removed may be there until it expires.
fn was_turned_back(protocol: &Protocol, world: &World) -> bool {
    world.left.replicas < protocol.bounds.rollbacks && world.replica.is_none()
}

/// What the registry counts as the log.
fn segments(services: &Services) -> Entries {
    let n_segments = usize::from(services.row.sealed.n_segments);
    services.segments.iter().take(n_segments).flat_map(|segment| segment.iter()).collect()
}

/// Tail first, then the registry: what is in segments or behind the run's end is dropped from the tail.
fn reader(protocol: &Protocol, world: &World) -> bool {
    let (redis, row) = (&world.services.redis, &world.services.row);
    let durable = row.sealed.durable;
    let end = row.ending.filter(|_| protocol.has(Rule::ReaderComparesEnding)).map(Mark::end);
    let now = redis.cursor.filter(|cursor| cursor.is_permanent).map(|_| redis.tail);
    [now, world.read].into_iter().flatten().all(|tail| {
        let shown: Entries =
            tail.above(durable).iter().filter(|mark| end.is_none_or(|end| *mark <= end)).collect();
        shown.follow(durable)
    })
}

fn parameters_are_there(world: &World) -> bool {
    let redis = &world.services.redis;
    redis.cursor.is_none_or(|cursor| !cursor.is_permanent || redis.holds(cursor.step, PARAMETERS))
}

fn done(protocol: &Protocol, services: &Services) -> bool {
    let row = &services.row;
    let log = segments(services);
    let end = Mark::end(row.ending.unwrap_or(protocol.bounds.last));
    !row.is_done || (log.follow(Mark::NOTHING) && log.last() == end)
}

/// Whether a trainer that is started now, and that nothing disturbs, closes the run.
fn lone_trainers(protocol: &Protocol, services: &Services, n_trainers: u8) -> bool {
    let mut services = services.clone();
    // A trainer that finds values or keys gone stops; the engine starts the next one.
    for _ in 0..n_trainers {
        let mut trainer = Trainer::default();
        trainer.start(&mut services);
        let mut n_moves = 0;
        while !trainer.is_at_rest() && n_moves < 100 {
            let choices = trainer.choices(protocol, &services, false);
            trainer.advance(protocol, &mut services, choices.first().copied().unwrap_or(Choice::Next));
            n_moves += 1;
        }
    }
    services.row.is_closed && done(protocol, &services)
}
