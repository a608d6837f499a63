//! The mathematics of LNN.
