//! The LNN page and its worker.
