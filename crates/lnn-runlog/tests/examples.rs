//! The example in `examples/` runs.

#[path = "../../../examples/04_read_a_run_log.rs"]
mod read_a_run_log;

#[test]
fn a_damaged_log_is_read_by_the_example() {
    assert!(read_a_run_log::main().is_ok());
}
