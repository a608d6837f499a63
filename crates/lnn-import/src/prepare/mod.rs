//! Carries a plan out.

mod picture;

pub use picture::Picture;
