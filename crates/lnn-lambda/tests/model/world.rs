//! Everything that may happen between two moves of a trainer.
//!
//! What enters: a `Protocol` with its bounds. What leaves: a `stateright` model of it. Read next: `properties`.

use stateright::{Model, Property};

use super::entries::Entries;
use super::properties;
use super::protocol::{Bounds, Protocol, Rule};
use super::services::{Redis, Update, Z};
use super::trainer::{At, Choice, Services, Trainer};

/// A state of the whole system.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    pub services: Services,
    pub trainers: Vec<Trainer>,
    /// What may still happen.
    pub left: Left,
    pub is_cancelled: bool,
    /// An update of the registry that arrives once more, and its token.
    pub echo: Option<(u8, Update)>,
    /// Redis as a replica has it.
    pub replica: Option<Redis>,
    /// The tail as a reader has it who has not yet read the segments.
    pub read: Option<Entries>,
}

/// Events that may still happen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Left {
    pub crashes: u8,
    pub losses: u8,
    pub cancels: u8,
    pub evictions: u8,
    pub echoes: u8,
    pub replicas: u8,
    pub readers: u8,
}

/// An event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    Start(usize),
    Move(usize, Choice),
    /// A move whose update of the registry will arrive once more.
    MoveTwice(usize),
    Echo,
    Crash(usize),
    /// A neuron of this trainer, long frozen, writes z of this step.
    LateValue(usize, u8),
    Cancel,
    LoseRedis,
    /// A time to live is over: a provisional cursor, or values that nobody has a cursor for.
    Expire,
    DropTail,
    DropValues,
    Replicate,
    FailOver,
    ReadTail,
}

impl World {
    fn new(bounds: &Bounds) -> Self {
        Self {
            services: Services::default(),
            trainers: vec![Trainer::default(); bounds.trainers],
            left: Left {
                crashes: bounds.crashes,
                losses: bounds.losses,
                cancels: bounds.cancels,
                evictions: bounds.evictions,
                echoes: bounds.echoes,
                replicas: bounds.rollbacks,
                readers: bounds.readers,
            },
            is_cancelled: false,
            echo: None,
            replica: None,
            read: None,
        }
    }

    /// Nobody works, and nothing that expires is there.
    pub fn is_at_rest(&self) -> bool {
        self.trainers.iter().all(Trainer::is_at_rest) && self.echo.is_none() && !self.can_expire()
    }

    fn can_expire(&self) -> bool {
        let redis = &self.services.redis;
        match redis.cursor {
            Some(cursor) => !cursor.is_permanent,
            None => !redis.is_empty(),
        }
    }

    fn expire(&mut self) {
        let redis = &mut self.services.redis;
        if redis.cursor.take().is_none() {
            *redis = Redis::default();
        }
    }

    fn faults(&self, protocol: &Protocol, events: &mut Vec<Event>) {
        let (left, redis) = (&self.left, &self.services.redis);
        let possible = [
            (Event::Cancel, left.cancels > 0),
            (Event::LoseRedis, left.losses > 0 && !redis.is_empty()),
            (Event::Expire, self.can_expire()),
            (Event::DropTail, left.evictions > 0 && !redis.tail.is_empty()),
            (Event::DropValues, left.evictions > 0 && redis.values != [0; 5]),
            (Event::Replicate, left.replicas > 0 && !redis.is_empty()),
            (Event::FailOver, self.replica.as_ref().is_some_and(|replica| replica != redis)),
            (Event::Echo, self.echo.is_some()),
            (Event::ReadTail, left.readers > 0 && !redis.tail.is_empty()),
        ];
        events.extend(possible.iter().filter(|(_, may)| *may).map(|(event, _)| *event));
        if !protocol.has(Rule::PutComparesCursor) {
            let late =
                |(idx, trainer): (usize, &Trainer)| (0..trainer.step).map(move |s| Event::LateValue(idx, s));
            events.extend(self.trainers.iter().enumerate().flat_map(late));
        }
    }

    fn happen(&mut self, protocol: &Protocol, event: Event) {
        let redis = &mut self.services.redis;
        match event {
            Event::Cancel => (self.left.cancels, self.is_cancelled) = (self.left.cancels - 1, true),
            Event::LoseRedis => (self.left.losses, *redis) = (self.left.losses - 1, Redis::default()),
            Event::Expire => self.expire(),
            Event::DropTail => {
                (self.left.evictions, redis.tail) = (self.left.evictions - 1, Entries::default());
            }
            Event::DropValues => (self.left.evictions, redis.values) = (self.left.evictions - 1, [0; 5]),
            Event::Replicate => {
                (self.left.replicas, self.replica) = (self.left.replicas - 1, Some(redis.clone()));
            }
            Event::FailOver => *redis = self.replica.take().unwrap_or_default(),
            Event::ReadTail => (self.left.readers, self.read) = (self.left.readers - 1, Some(redis.tail)),
            Event::Echo => {
                if let Some((token, update)) = self.echo.take() {
                    self.services.row.update(protocol, token, update);
                }
            }
            Event::LateValue(idx, step) => {
                redis.put(protocol, self.trainers[idx].token, step, (Z, 0));
            }
            _ => {}
        }
    }
}

impl Model for Protocol {
    type State = World;
    type Action = Event;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(&self.bounds)]
    }

    fn actions(&self, world: &World, events: &mut Vec<Event>) {
        // Trainers are alike: they start in order.
        let idle = world.trainers.iter().position(|trainer| trainer.at == At::Idle);
        events.extend(idle.map(Event::Start));
        for (idx, trainer) in world.trainers.iter().enumerate() {
            let choices = trainer.choices(self, &world.services, world.is_cancelled);
            events.extend(choices.iter().map(|choice| Event::Move(idx, *choice)));
            if world.left.crashes > 0 && !choices.is_empty() {
                events.push(Event::Crash(idx));
            }
            let updates = matches!(trainer.at, At::NameSegment | At::NameCheckpoint | At::SetEnding);
            if updates && world.left.echoes > 0 {
                events.push(Event::MoveTwice(idx));
            }
        }
        world.faults(self, events);
    }

    fn next_state(&self, before: &World, event: Event) -> Option<World> {
        let mut world = before.clone();
        match event {
            Event::Start(idx) => world.trainers[idx].start(&mut world.services),
            Event::Crash(idx) => {
                world.left.crashes -= 1;
                world.trainers[idx].rest(At::Crashed);
            }
            Event::Move(idx, choice) => {
                world.trainers[idx].advance(self, &mut world.services, choice);
            }
            Event::MoveTwice(idx) => {
                let token = world.trainers[idx].token;
                let update = world.trainers[idx].advance(self, &mut world.services, Choice::Next)?;
                (world.left.echoes, world.echo) = (world.left.echoes - 1, Some((token, update)));
            }
            other => world.happen(self, other),
        }
        (world != *before).then_some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}
