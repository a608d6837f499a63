//! Fingers: real touch events at the place where an element is.

use anyhow::Result;
use serde_json::json;

use crate::{Element, Page};

/// A place in the viewport, in CSS pixels.
type Place = (f64, f64);

const N_MOVES: u32 = 8;

impl Element<'_> {
    /// Touches its centre with one finger and lets go.
    ///
    /// # Errors
    /// When the element is gone.
    pub fn tap(&self) -> Result<()> {
        let place = self.rect()?.centre();
        self.page().touch("touchStart", &[place])?;
        self.page().touch("touchEnd", &[])
    }

    /// Moves one finger from its centre by so many CSS pixels.
    ///
    /// # Errors
    /// When the element is gone.
    pub fn swipe_by(&self, dx: f64, dy: f64) -> Result<()> {
        let (x, y) = self.rect()?.centre();
        self.page().touch("touchStart", &[(x, y)])?;
        for idx in 1..=N_MOVES {
            let share = f64::from(idx) / f64::from(N_MOVES);
            self.page().touch("touchMove", &[(x + dx * share, y + dy * share)])?;
        }
        self.page().touch("touchEnd", &[])
    }

    /// Moves two fingers on a line through its centre, in the direction (`dx`, `dy`), from so far apart to so far apart, each
    /// in CSS pixels. The second finger comes a moment after the first, as fingers do.
    ///
    /// # Errors
    /// When the element is gone.
    pub fn pinch(&self, (dx, dy): (f64, f64), from: f64, to: f64) -> Result<()> {
        let (x, y) = self.rect()?.centre();
        let length = dx.hypot(dy);
        let fingers = |apart: f64| {
            let (dx, dy) = (dx / length * apart / 2.0, dy / length * apart / 2.0);
            [(x - dx, y - dy), (x + dx, y + dy)]
        };
        self.page().touch("touchStart", &fingers(from)[..1])?;
        self.page().touch("touchStart", &fingers(from))?;
        for idx in 1..=N_MOVES {
            let share = f64::from(idx) / f64::from(N_MOVES);
            self.page().touch("touchMove", &fingers(from + (to - from) * share))?;
        }
        self.page().touch("touchEnd", &fingers(to)[..1])?;
        self.page().touch("touchEnd", &[])
    }
}

impl Page {
    fn touch(&self, kind: &str, fingers: &[Place]) -> Result<()> {
        let points: Vec<_> =
            fingers.iter().enumerate().map(|(id, (x, y))| json!({ "x": x, "y": y, "id": id })).collect();
        self.call("Input.dispatchTouchEvent", json!({ "type": kind, "touchPoints": points })).map(drop)
    }
}
