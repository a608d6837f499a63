//! The trainer behind the page.
