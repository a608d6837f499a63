//! A fence around libraries that panic on damaged files.
//!
//! In: a piece of work. Out: its result, or nothing where it panicked, without a word on standard error. Where a panic ends the
//! program whatever anybody does, as in WebAssembly, whoever started the program has to tell. Only for libraries: what panics in
//! our own code is a mistake to be seen. The crate `parquet` does: <https://github.com/apache/arrow-rs/issues/9742>.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static IS_WITHIN: Cell<bool> = const { Cell::new(false) };
}
static SILENCE: Once = Once::new();

/// Does `work`. What it has changed when it panics must not be used any more.
pub(super) fn within<T>(work: impl FnOnce() -> T) -> Option<T> {
    SILENCE.call_once(|| {
        let say = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_WITHIN.get() {
                say(info);
            }
        }));
    });
    IS_WITHIN.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    IS_WITHIN.set(false);
    result.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::panic, reason = "that is what is fenced in")]
    fn a_panic_is_no_result_and_others_are_heard() {
        assert_eq!(within(|| 7), Some(7));
        assert_eq!(within(|| -> u8 { panic!("never shown") }), None);
        assert!(!IS_WITHIN.get());
    }
}
