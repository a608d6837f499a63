//! LNN's functions on one machine.
