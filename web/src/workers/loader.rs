//! The loader role.
