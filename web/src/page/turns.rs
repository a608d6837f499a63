//! Turns: while the network trains, what stands around its picture is renewed in turn, one view in an animation frame.
//!
//! In: views that wait, each until a time of its own. Out: at each animation frame, a call to one that is due. So no frame
//! pays for several charts at once, however many there are and whenever they fall due. Read next: `chart/calm.rs`, the
//! hooks that take turns.

use std::cell::RefCell;

use web_sys::Performance;
use yew::Callback;

use super::events::on_next_frame;

/// From one animation frame to the next, about.
const FRAME_MS: f64 = 16.0;
/// A turn waits at most so long for a frame without a picture.
const MAX_PATIENCE_MS: f64 = 50.0;

/// Views that wait for their turn.
#[derive(Default)]
struct Queue {
    waiting: Vec<Waiting>,
    n_ever: u64,
    is_frame_asked: bool,
    taken_at_ms: f64,
    pictures: Pictures,
}

/// When the network's picture was painted, and how often it is.
#[derive(Debug, Clone, Copy)]
struct Pictures {
    last_ms: f64,
    every_ms: f64,
}

impl Default for Pictures {
    fn default() -> Self {
        Self { last_ms: f64::NEG_INFINITY, every_ms: 0.0 }
    }
}

impl Pictures {
    fn painted(&mut self, now_ms: f64) {
        let passed_ms = (now_ms - self.last_ms).min(MAX_PATIENCE_MS * 4.0);
        *self = Self { last_ms: now_ms, every_ms: 0.7 * self.every_ms + 0.3 * passed_ms };
    }

    /// Whether the frame that begins now has one again, while others have none. Large networks come to fewer than one a
    /// frame, and each takes longer.
    fn are_expected(&self, now_ms: f64) -> bool {
        let next_ms = self.last_ms + self.every_ms - now_ms;
        self.every_ms > 1.5 * FRAME_MS && (-0.5 * FRAME_MS..FRAME_MS).contains(&next_ms)
    }
}

/// Who goes first of those that are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The run's headline numbers.
    First,
    /// Everything else, in the order in which it is due.
    Other,
}

struct Waiting {
    id: u64,
    due_ms: f64,
    rank: Rank,
    call: Callback<()>,
}

impl Queue {
    fn join(&mut self, due_ms: f64, rank: Rank, call: Callback<()>) -> u64 {
        self.n_ever += 1;
        self.waiting.push(Waiting { id: self.n_ever, due_ms, rank, call });
        self.n_ever
    }

    fn leave(&mut self, id: u64) {
        self.waiting.retain(|waiting| waiting.id != id);
    }

    /// Takes the first of those that are due; none where none is.
    fn take(&mut self, now_ms: f64) -> Option<Callback<()>> {
        let due = self.waiting.iter().enumerate().filter(|(_, waiting)| waiting.due_ms <= now_ms);
        let in_order = |a: &Waiting, b: &Waiting| a.rank.cmp(&b.rank).then(a.due_ms.total_cmp(&b.due_ms));
        let (idx, next) = due.min_by(|a, b| in_order(a.1, b.1))?;
        if self.pictures.are_expected(now_ms) && now_ms < next.due_ms + MAX_PATIENCE_MS {
            return None;
        }
        self.taken_at_ms = now_ms;
        Some(self.waiting.remove(idx).call)
    }
}

thread_local! {
    static QUEUE: RefCell<Queue> = RefCell::default();
    static CLOCK: Option<Performance> = web_sys::window().and_then(|window| window.performance());
}

/// A place in the queue; dropped, it is given up.
pub struct Ticket(u64);

impl Drop for Ticket {
    fn drop(&mut self) {
        QUEUE.with_borrow_mut(|queue| queue.leave(self.0));
    }
}

/// Waits for a turn, at `due_ms` or later.
pub fn wait(due_ms: f64, rank: Rank, call: Callback<()>) -> Ticket {
    let id = QUEUE.with_borrow_mut(|queue| queue.join(due_ms, rank, call));
    ask_for_frame();
    Ticket(id)
}

/// Whether a view had its turn in this animation frame, so that what can wait should.
pub fn was_taken() -> bool {
    QUEUE.with_borrow(|queue| now_ms() - queue.taken_at_ms < FRAME_MS - 2.0)
}

/// The network's picture is painted now.
pub fn picture_painted() {
    QUEUE.with_borrow_mut(|queue| queue.pictures.painted(now_ms()));
}

/// Milliseconds of the clock that turns go by.
pub fn now_ms() -> f64 {
    CLOCK.with(|clock| clock.as_ref().map_or(0.0, Performance::now))
}

fn ask_for_frame() {
    let is_needed = QUEUE.with_borrow_mut(|queue| {
        !queue.waiting.is_empty() && !std::mem::replace(&mut queue.is_frame_asked, true)
    });
    if is_needed {
        on_next_frame(Callback::from(|()| {
            let call = QUEUE.with_borrow_mut(|queue| {
                queue.is_frame_asked = false;
                queue.take(now_ms())
            });
            if let Some(call) = call {
                call.emit(());
            }
            ask_for_frame();
        }));
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, rc::Rc};

    use super::*;

    #[test]
    fn one_view_a_frame_comes_headlines_first_then_what_is_due_for_longest() {
        let called = Rc::new(RefCell::new(String::new()));
        let view = |name: char| {
            let called = called.clone();
            Callback::from(move |()| called.borrow_mut().push(name))
        };
        let mut queue = Queue::default();
        for (name, due_ms, rank) in
            [('c', 30.0, Rank::Other), ('b', 20.0, Rank::Other), ('a', 21.0, Rank::First)]
        {
            queue.join(due_ms, rank, view(name));
        }
        let gone = queue.join(10.0, Rank::Other, view('x'));
        queue.leave(gone);
        let mut turn = |now_ms: f64| {
            if let Some(call) = queue.take(now_ms) {
                call.emit(());
            }
            called.take()
        };
        assert_eq!([19.0, 50.0, 50.0, 50.0, 50.0].map(&mut turn), ["", "a", "b", "c", ""]);
    }

    #[test]
    fn a_view_waits_for_a_frame_without_a_picture_but_not_for_long() {
        let mut queue = Queue::default();
        for time_ms in [0.0, 50.0, 100.0, 150.0, 200.0, 250.0, 300.0] {
            queue.pictures.painted(time_ms);
        }
        queue.join(340.0, Rank::Other, Callback::noop());
        assert!(queue.take(346.0).is_none(), "the next picture is due at 350");
        queue.pictures.painted(351.0);
        assert!(queue.take(362.0).is_some());
        queue.join(300.0, Rank::Other, Callback::noop());
        assert!(queue.take(396.0).is_some(), "it has waited long enough");
    }

    #[test]
    fn where_every_frame_has_a_picture_nothing_waits_for_another() {
        let mut queue = Queue::default();
        for frame in 0..20 {
            queue.pictures.painted(16.7 * f64::from(frame));
        }
        queue.join(300.0, Rank::Other, Callback::noop());
        assert!(queue.take(330.0).is_some());
    }
}
