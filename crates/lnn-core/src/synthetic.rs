//! Made-up data sets with two inputs, for watching.
//!
//! What enters: a kind, a size, noise, a seed. What leaves: points in about [−1.2, 1.2]² with target 0 or 1, classes in
//! turn, so that any first part is balanced. Read next: [`crate::data`].

use crate::data::DataSet;
use crate::name::UnknownName;
use crate::random::{RandomStream, Stream, stream};
use crate::real::Real;
use ndarray::Array2;
use std::f64::consts::{PI, TAU};
use std::fmt;
use std::str::FromStr;

/// A made-up data set with two inputs and two classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SyntheticKind {
    /// Class 1 is a disc, class 0 a ring around it.
    Circle,
    /// Class 1 where both coordinates have one sign.
    Xor,
    /// Two round clouds.
    Gaussians,
    /// Two half-moons, each reaching into the other.
    Moons,
    /// Two spiral arms of one and three quarter turns.
    Spiral,
}

const KNOWN: &str = "circle, xor, gaussians, moons, spiral";

impl SyntheticKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Circle, Self::Xor, Self::Gaussians, Self::Moons, Self::Spiral];

    /// Its name in run logs, on command lines and in parsing.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Circle => "circle",
            Self::Xor => "xor",
            Self::Gaussians => "gaussians",
            Self::Moons => "moons",
            Self::Spiral => "spiral",
        }
    }

    /// `n_examples` points (at least 1), each moved by normal noise of standard deviation `noise` (in the units of
    /// the inputs; 0 to 10; not finite counts as 0). Inputs (2, `n_examples`), targets (1, `n_examples`).
    pub fn generate<T: Real>(self, n_examples: usize, noise: f64, seed: u64) -> DataSet<T> {
        let n_examples = n_examples.max(1);
        let noise = if noise.is_finite() { noise.clamp(0.0, 10.0) } else { 0.0 };
        let mut stream = stream(seed, Stream::Data, self as u64, 0);
        let mut inputs = Array2::from_elem((2, n_examples), T::ZERO);
        let mut targets = Array2::from_elem((1, n_examples), T::ZERO);
        for example in 0..n_examples {
            let class = example % 2;
            let share = (example / 2) as f64 / n_examples.div_ceil(2) as f64;
            let (x, y) = self.point(class == 1, share, &mut stream);
            inputs[[0, example]] = T::from_f64(x + noise * stream.normal());
            inputs[[1, example]] = T::from_f64(y + noise * stream.normal());
            targets[[0, example]] = T::from_usize(class);
        }
        DataSet::from_finite(inputs, targets)
    }

    /// One point of a class, before noise; `share` in [0, 1) says how far along the class's curve it lies.
    fn point(self, is_one: bool, share: f64, stream: &mut RandomStream) -> (f64, f64) {
        match self {
            Self::Circle => {
                let radius =
                    if is_one { 0.5 * stream.uniform().sqrt() } else { 0.7 + 0.3 * stream.uniform() };
                polar(radius, TAU * stream.uniform())
            }
            Self::Xor => {
                // A gap of 0.1 around the axes keeps noiseless classes apart.
                let mut away = || 0.05 + 0.95 * stream.uniform();
                let (x, y) = (away(), away());
                let flip = if stream.uniform() < 0.5 { -1.0 } else { 1.0 };
                (flip * x, if is_one { flip * y } else { -flip * y })
            }
            Self::Gaussians => {
                let centre = if is_one { 0.5 } else { -0.5 };
                (centre + 0.17 * stream.normal(), centre + 0.17 * stream.normal())
            }
            Self::Moons => {
                let (x, y) = polar(0.7, PI * share);
                if is_one { (x - 0.35, y - 0.2) } else { (0.35 - x, 0.2 - y) }
            }
            Self::Spiral => {
                let turn = if is_one { 0.0 } else { PI };
                polar(0.05 + 0.95 * share, 1.75 * TAU * share + turn)
            }
        }
    }
}

/// The point at this distance and angle from the origin.
fn polar(radius: f64, angle: f64) -> (f64, f64) {
    (radius * libm::cos(angle), radius * libm::sin(angle))
}

impl fmt::Display for SyntheticKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SyntheticKind {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let known = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        known.ok_or_else(|| UnknownName::new("data set", text, KNOWN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_balanced_and_points_near_the_unit_square() {
        for kind in SyntheticKind::ALL {
            let data = kind.generate::<f64>(400, 0.02, 1);
            assert_eq!(data.targets().iter().filter(|y| **y > 0.5).count(), 200, "{kind}");
            assert!(data.inputs().iter().all(|x| x.abs() < 1.3), "{kind}");
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_points() {
        for kind in SyntheticKind::ALL {
            assert_eq!(kind.generate::<f32>(31, 0.1, 5), kind.generate::<f32>(31, 0.1, 5));
            assert_ne!(kind.generate::<f32>(31, 0.1, 5), kind.generate::<f32>(31, 0.1, 6));
        }
    }

    #[test]
    fn any_size_and_noise_gives_a_data_set() {
        for (n_examples, noise) in [(0, 0.0), (1, -1.0), (3, f64::NAN)] {
            assert!(SyntheticKind::Spiral.generate::<f32>(n_examples, noise, 1).n_examples() >= 1);
        }
    }
}
