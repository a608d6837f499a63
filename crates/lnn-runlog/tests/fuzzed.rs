//! What fuzzing found: a log for each, as short as it gets.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use common::{lines, log, read, reseal};

#[test]
fn no_step_is_due_after_the_last_number_that_there_is() {
    let text = log(2).text;
    let all = lines(&text);
    let last = reseal(&all[2].replace("\"step\":1", "\"step\":18446744073709551615"));
    assert_eq!(read(&[all[0], &last].concat()).report.missing_steps, [(0, u64::MAX - 1)]);
    let rare = reseal(&all[0].replace("\"every_steps\":1", "\"every_steps\":18446744073709551615"));
    let rare = reseal(&rare.replace("\"first_step\":0", "\"first_step\":1"));
    assert_eq!(read(&[&rare, all[2]].concat()).report.missing_steps, []);
}
