//! What an engine that is no browser may call: how many cases there are, and the digest of one.
//!
//! What enters and leaves: plain numbers, so that the module needs nothing from its host.

#![allow(unsafe_code, reason = "a name that others call is promised not to be anyone else's")]

use crate::suite;

/// Cases in the suite.
#[unsafe(no_mangle)]
pub extern "C" fn exact_n_cases() -> u32 {
    suite().len() as u32
}

/// The digest of a case; 0 where there is none.
#[unsafe(no_mangle)]
pub extern "C" fn exact_digest(case_idx: u32) -> u64 {
    suite().get(case_idx as usize).and_then(|case| case.digest().ok()).unwrap_or(0)
}
