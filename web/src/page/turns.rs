//! Turns: while the network trains, what stands around its picture is renewed in turn, one view in an animation frame.
//!
//! In: views that wait, each until a time of its own. Out: at each animation frame, a call to the one that is due for
//! longest, and to all that are light. So no frame pays for several charts at once, however many there are and whenever
//! they fall due. Read next: `chart/calm.rs`, the hooks that take turns.

use std::cell::RefCell;

use web_sys::Performance;
use yew::Callback;

use super::events::on_next_frame;

/// Views that wait for their turn.
#[derive(Default)]
struct Queue {
    waiting: Vec<Waiting>,
    n_ever: u64,
    is_frame_asked: bool,
}

/// What renewing a view costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// A few numbers that change in their places.
    Light,
    /// A picture or a table: one of these a frame.
    Heavy,
}

struct Waiting {
    id: u64,
    due_ms: f64,
    weight: Weight,
    call: Callback<()>,
}

impl Queue {
    fn join(&mut self, due_ms: f64, weight: Weight, call: Callback<()>) -> u64 {
        self.n_ever += 1;
        self.waiting.push(Waiting { id: self.n_ever, due_ms, weight, call });
        self.n_ever
    }

    fn leave(&mut self, id: u64) {
        self.waiting.retain(|waiting| waiting.id != id);
    }

    /// Takes all light ones that are due, and the heavy one that is due for longest.
    fn take(&mut self, now_ms: f64) -> Vec<Callback<()>> {
        self.waiting.sort_by(|a, b| a.due_ms.total_cmp(&b.due_ms));
        let mut has_heavy = false;
        let is_its_turn = |waiting: &mut Waiting| {
            waiting.due_ms <= now_ms
                && (waiting.weight == Weight::Light || !std::mem::replace(&mut has_heavy, true))
        };
        self.waiting.extract_if(.., is_its_turn).map(|waiting| waiting.call).collect()
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
pub fn wait(due_ms: f64, weight: Weight, call: Callback<()>) -> Ticket {
    let id = QUEUE.with_borrow_mut(|queue| queue.join(due_ms, weight, call));
    ask_for_frame();
    Ticket(id)
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
            let calls = QUEUE.with_borrow_mut(|queue| {
                queue.is_frame_asked = false;
                queue.take(now_ms())
            });
            for call in calls {
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
    fn one_heavy_view_and_all_light_ones_come_in_the_order_in_which_they_are_due() {
        let called = Rc::new(RefCell::new(String::new()));
        let view = |name: char| {
            let called = called.clone();
            Callback::from(move |()| called.borrow_mut().push(name))
        };
        let mut queue = Queue::default();
        for (name, due_ms, weight) in
            [('c', 30.0, Weight::Heavy), ('a', 20.0, Weight::Heavy), ('b', 21.0, Weight::Light)]
        {
            queue.join(due_ms, weight, view(name));
        }
        let gone = queue.join(10.0, Weight::Heavy, view('x'));
        queue.leave(gone);
        let mut turn = |now_ms: f64| {
            for call in queue.take(now_ms) {
                call.emit(());
            }
            called.take()
        };
        assert_eq!([19.0, 50.0, 50.0, 50.0].map(&mut turn), ["", "ab", "c", ""]);
    }
}
