//! The page, used in a real Chromium as a person uses it: by the roles and names that assistive technology sees, with
//! real mouse, key and drag events. A thin synchronous client of the Chrome DevTools Protocol; no sleeps in tests.
//!
//! ```no_run
//! # fn main() -> anyhow::Result<()> {
//! use lnn_e2e::{Page, Viewport};
//!
//! let page = Page::open(&lnn_e2e::page_url()?, &Viewport::DESKTOP)?;
//! page.role("button").name("Play").click()?;
//! page.wait_until("Number(document.querySelector('output[aria-label=Epoch]').textContent) > 3")?;
//! assert!(page.role("img").name_starts("Layer 1 unit").count()? > 0);
//! page.role("slider").name("Timeline").press("Home")?;
//! page.screenshot("playing")?;
//! page.check_clean()
//! # }
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `browser.rs` | starts Chromium with a fresh profile, ends it |
//! | `connection.rs` | calls, answers and events over one web socket |
//! | `page.rs` | [`Page`]: open, evaluate, wait, screenshot |
//! | `query.rs`, `element.rs` | [`Query`] and [`Element`]: found by role and name, then used and read |
//! | `mouse.rs`, `touch.rs`, `keyboard.rs`, `files.rs` | clicks, drags, wheel; taps, swipes, pinches; keys by their names; files chosen and dropped |
//! | `log.rs` | console, exceptions, policy violations, every request: [`Page::check_clean`] |
//! | `viewport.rs` | [`Viewport`]: size, colour scheme, reduced motion, touch; offline |
//! | `large_log.rs` | a large log in the page: first picture, seeks, memory |
//! | `product.rs` | [`Lnn`]: what a person does on this page, in its own words |
//! | `memory.rs`, `trace/`, `axe.rs` | heap after collection; milliseconds per frame; accessibility rules |

mod axe;
mod browser;
mod connection;
mod element;
mod files;
mod keyboard;
mod large_log;
mod log;
mod memory;
mod mouse;
mod page;
mod product;
mod query;
mod touch;
mod trace;
mod viewport;

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result};

pub use axe::Violation;
pub use element::{Element, Rect};
pub use large_log::{LargeLog, watch_large_log};
pub use log::{Message, Request};
pub use memory::{Memory, ProcessMemory};
pub use page::Page;
pub use product::Lnn;
pub use query::Query;
pub use trace::{Breakdown, FrameTimes, Profile, Trace, Watch, percentile};
pub use viewport::Viewport;

/// The address of the built page.
///
/// # Errors
/// Outside `cargo xtask e2e`, which serves the page.
pub fn page_url() -> Result<String> {
    env::var("LNN_E2E_URL").context("LNN_E2E_URL is not set: run the tests with `cargo xtask e2e`")
}

/// The folder that pictures go to.
pub fn out_dir() -> PathBuf {
    env::var_os("LNN_E2E_OUT").map_or_else(env::temp_dir, PathBuf::from)
}
