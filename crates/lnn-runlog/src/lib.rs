//! The run log.
