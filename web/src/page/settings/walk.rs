//! Arrow keys in a number: a step that makes sense for what the number is.
//!
//! In: a field and the recipe in force. Out: the text after the key; pure. Read next: `number_field.rs`.

use lnn_core::Recipe;

use super::{field::Field, words::plain};

/// How an arrow key changes a number.
enum Pace {
    /// By one.
    One,
    /// By so much.
    By(f64),
    /// 1, 3, 10, 30 …; `true` where 0 lies below the smallest.
    Decade(bool),
}

impl Field {
    /// The text after an arrow key, up or down.
    pub fn nudged(self, recipe: &Recipe, n_train: usize, is_up: bool) -> String {
        let value = self.value(recipe, n_train).unwrap_or_default();
        let sign = if is_up { 1.0 } else { -1.0 };
        let pace = match self {
            _ if self.is_whole() => Pace::One,
            Self::L2Penalty => Pace::Decade(true),
            Self::LearningRate | Self::InitScale | Self::Epsilon => Pace::Decade(false),
            Self::Dropout | Self::DecayFactor => Pace::By(0.05),
            _ => Pace::By(0.01),
        };
        let next = match pace {
            Pace::One => value + sign,
            // Rounded to the pace's own decimals, so that 0.1 + 0.05 is 0.15.
            Pace::By(step) => ((value / step + sign).round() * step * 1e6).round() / 1e6,
            Pace::Decade(has_zero) => next_of_decade(value, is_up, has_zero),
        };
        if self.is_possible(next, recipe, n_train) { plain(next) } else { self.text(recipe) }
    }
}

/// The neighbour of a number among 1, 3, 10, 30 …; below 10⁻⁶ comes 0 where that is possible.
fn next_of_decade(value: f64, is_up: bool, has_zero: bool) -> f64 {
    let at = |idx: i32| {
        let digit = if idx.rem_euclid(2) == 0 { 1 } else { 3 };
        format!("{digit}e{}", idx.div_euclid(2)).parse().unwrap_or(value)
    };
    if value <= 0.0 {
        return if is_up { at(-8) } else { 0.0 };
    }
    let start = 2 * value.log10().floor() as i32;
    let is_further = |idx: &i32| {
        let difference = (at(*idx) - value) / value;
        if is_up { difference > 1e-9 } else { difference < -1e-9 }
    };
    let idx = if is_up {
        (start..start + 4).find(is_further)
    } else {
        (start - 2..start + 3).rev().find(is_further)
    };
    match idx {
        Some(idx) if idx < -12 && has_zero => 0.0,
        Some(idx) => at(idx),
        None => value,
    }
}
