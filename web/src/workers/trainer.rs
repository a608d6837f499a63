//! The trainer role.
