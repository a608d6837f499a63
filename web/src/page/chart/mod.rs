//! What every chart of the page is made of: scales, ticks, thinned series, grids of values, and pens to draw them with.
//!
//! | file | what it is |
//! |---|---|
//! | [`scale`], [`ticks`] | from values to pixels and back; where to put the gridlines and what to write at them |
//! | [`series`] | ranges of many values; few points in the place of many |
//! | [`grid`], [`contour`] | values on a plane: smooth between the cells; the line where they cross a level |
//! | [`pen`], [`curve`], [`bars`], [`points`], [`raster`], [`trace`] | lines, axes, bars, points and pictures on a canvas |
//! | [`calm`] | a value that changes no more often than people can read |
//!
//! The first six are pure and tested natively. Read next: `scale.rs`.

pub mod bars;
pub mod calm;
pub mod contour;
pub mod curve;
pub mod grid;
pub mod pen;
pub mod points;
pub mod raster;
pub mod scale;
pub mod series;
pub mod ticks;
pub mod trace;
