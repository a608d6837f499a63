//! Data files in.
