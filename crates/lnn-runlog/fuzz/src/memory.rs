//! How much memory a reader holds. In: what is to be done, and how much it may hold. Out: its result, or a panic.

use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Does `work`, and panics if it held more than `max_bytes` at any time.
pub fn within<T>(max_bytes: usize, work: impl FnOnce() -> T) -> T {
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let result = work();
    let held = HEAP.peak_usage().saturating_sub(before);
    assert!(held <= max_bytes, "{held} bytes were held at once, {max_bytes} are allowed");
    result
}
