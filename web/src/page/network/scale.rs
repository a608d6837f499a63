//! The logarithmic scale of the rings: three decades that follow the run slowly, so that a ring that grows has grown.
//!
//! In: the largest value of each frame. Out: [`Decades`]. Pure.

/// Decades that the scale spans.
const SPAN: i32 = 3;
/// A frame's largest value must lie outside for so long before the scale follows.
const PATIENCE_MS: f64 = 1500.0;

/// The ends of a logarithmic scale, as powers of ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decades {
    /// Exponent of the smallest value that is told from nothing.
    pub from: i32,
    /// Exponent of the value at which a ring is full.
    pub to: i32,
}

impl Default for Decades {
    fn default() -> Self {
        Self { from: -1 - SPAN, to: -1 }
    }
}

impl Decades {
    /// Where a value lies, 0..=1; none for zero and for what is no number.
    pub fn level(self, value: f32) -> Option<f32> {
        if value.is_nan() || value <= 0.0 {
            return None;
        }
        let share = (value.log10() - self.from as f32) / (self.to - self.from) as f32;
        Some(share.clamp(0.0, 1.0))
    }
}

/// A scale that follows.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RingScale {
    decades: Option<Decades>,
    /// Since when the values don't fit.
    since_ms: Option<f64>,
}

impl RingScale {
    /// Follows a frame whose largest value is `largest`.
    pub fn follow(&mut self, largest: f32, now_ms: f64) -> Decades {
        let current = self.decades.unwrap_or_default();
        if !largest.is_finite() || largest <= 0.0 {
            return current;
        }
        let fitting = largest.log10().ceil().clamp(-30.0, 30.0) as i32;
        let wanted = Decades { from: fitting - SPAN, to: fitting };
        let Some(decades) = self.decades else {
            self.decades = Some(wanted);
            return wanted;
        };
        // Downwards only when more than the uppermost decade stands empty: one empty decade is no reason to move.
        if fitting <= decades.to && fitting >= decades.to - 1 {
            self.since_ms = None;
            return decades;
        }
        let since_ms = *self.since_ms.get_or_insert(now_ms);
        if now_ms - since_ms >= PATIENCE_MS {
            let step = if fitting > decades.to { fitting } else { decades.to - 1 };
            *self = Self { decades: Some(Decades { from: step - SPAN, to: step }), since_ms: None };
        }
        self.decades.unwrap_or_default()
    }

    /// Forgets: another run, another quantity.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

/// A power of ten, as people write it.
pub fn power_of_ten(exponent: i32) -> String {
    match exponent {
        0 => "1".to_owned(),
        1 => "10".to_owned(),
        _ => format!("1e{exponent}").replace('-', "−"),
    }
}

/// Two or three significant digits: `0.12`, `−3.1`, `250`, `3.1e−5`.
pub fn brief(value: f32) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let size = value.abs();
    let text = if !value.is_finite() {
        return crate::page::number::short(f64::from(value));
    } else if !(1e-2..1e4).contains(&size) {
        format!("{value:.1e}")
    } else {
        let n_decimals = (1 - size.log10().floor() as i32).clamp(0, 3) as usize;
        format!("{value:.n_decimals$}")
    };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_even_steps_per_decade() {
        let decades = Decades { from: -4, to: -1 };
        for (value, expected) in [(1e-4, 0.0), (1e-1, 1.0), (1e-6, 0.0), (5.0, 1.0)] {
            let found = decades.level(value).unwrap();
            assert!((found - expected).abs() < 1e-5, "{value}: {found}");
        }
        assert!((decades.level(1e-3).unwrap() - 1.0 / 3.0).abs() < 1e-5);
        assert_eq!((decades.level(0.0), decades.level(f32::NAN)), (None, None));
    }

    #[test]
    fn the_scale_waits_before_it_follows() {
        let mut scale = RingScale::default();
        assert_eq!(scale.follow(0.05, 0.0).to, -1);
        assert_eq!(scale.follow(0.5, 100.0).to, -1, "one large step is an outlier");
        assert_eq!(scale.follow(0.5, 1000.0).to, -1);
        assert_eq!(scale.follow(0.5, 1700.0).to, 0);
        assert_eq!(scale.follow(0.02, 1800.0).to, 0, "an empty decade is no reason");
        assert_eq!(scale.follow(1e-6, 2000.0).to, 0);
        assert_eq!(scale.follow(1e-6, 4000.0).to, -1, "downwards one decade at a time");
    }

    #[test]
    fn numbers_are_brief() {
        for (value, expected) in
            [(0.123_4, "0.12"), (-3.12, "−3.1"), (250.4, "250"), (3.1e-5, "3.1e−5"), (0.0, "0"), (1.0, "1.0")]
        {
            assert_eq!(brief(value), expected);
        }
        assert_eq!(power_of_ten(-4), "1e−4");
    }
}
