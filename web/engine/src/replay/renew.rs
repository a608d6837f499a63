//! A log that was replaced by another one of the same run: lines that no segment held yet were lost and are written anew.
//!
//! In: the word that it is so. Out: the log is read from its start, while what is shown, and the run computed again, stay.

use super::Replay;

impl Replay {
    /// The log's files hold other lines than were read: reads from the start.
    pub fn read_anew(&mut self) {
        self.scan.restart();
        self.executed.forget();
        self.n_steps_told = 0;
        self.is_reading = true;
        self.is_status_stale = true;
    }

    /// Whoever writes the log may not have begun yet: it is waited for.
    pub fn wait_for_start(&mut self) {
        self.waits_for_start = true;
    }
}
