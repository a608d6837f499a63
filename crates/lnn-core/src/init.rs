//! Start weights.
//!
//! What enters: a layer's size and the recipe's seed. What leaves: its weights W `(n_units, n_inputs)`, normally
//! distributed around 0 with the scale of the chosen rule; biases start at 0. Read next: [`crate::network`].

use crate::name::{UnknownName, number, split_name};
use crate::random::{Stream, stream};
use crate::real::Real;
use ndarray::Array2;
use std::fmt;
use std::str::FromStr;

/// The scale of the start weights: W = randn · scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Init {
    /// All zero: every unit of a layer stays the same for ever. For showing exactly that, and for no hidden layer.
    Zeros,
    /// The same scale in every layer, 0.01 by default.
    Constant(f64),
    /// `1/√n_in`, the course's; `LeCun` et al. 1998.
    InverseSqrt,
    /// `√(2/(n_in+n_out))`, Glorot & Bengio 2010, eq. 16; for tanh and sigmoid.
    Xavier,
    /// `√(2/n_in)`, He et al. 2015, eq. 10; for `ReLU`.
    He,
}

const KNOWN: &str = "zeros, constant or constant:0.01, inverse_sqrt, xavier, he";
const CONSTANT_SCALE: f64 = 0.01;

impl Init {
    /// Every rule, with default scale.
    pub const ALL: [Self; 5] =
        [Self::Zeros, Self::Constant(CONSTANT_SCALE), Self::InverseSqrt, Self::Xavier, Self::He];

    /// Its name in run logs, on command lines and in parsing.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Zeros => "zeros",
            Self::Constant(_) => "constant",
            Self::InverseSqrt => "inverse_sqrt",
            Self::Xavier => "xavier",
            Self::He => "he",
        }
    }

    /// The standard deviation of the weights of a layer with `n_inputs` inputs and `n_units` units.
    pub fn scale(self, n_inputs: usize, n_units: usize) -> f64 {
        match self {
            Self::Zeros => 0.0,
            Self::Constant(scale) => scale,
            Self::InverseSqrt => 1.0 / (n_inputs as f64).sqrt(),
            Self::Xavier => (2.0 / (n_inputs + n_units) as f64).sqrt(),
            Self::He => (2.0 / n_inputs as f64).sqrt(),
        }
    }

    /// W `(n_units, n_inputs)` of layer `layer_idx`, drawn row by row in `f64` and then rounded to `T`.
    pub fn weights<T: Real>(self, n_units: usize, n_inputs: usize, layer_idx: usize, seed: u64) -> Array2<T> {
        let scale = self.scale(n_inputs, n_units);
        let mut stream = stream(seed, Stream::Init, layer_idx as u64, 0);
        // Zeros must be +0, and drawing nothing for them is the only way they differ from a scale of 0.
        if self == Self::Zeros {
            return Array2::from_elem((n_units, n_inputs), T::ZERO);
        }
        Array2::from_shape_simple_fn((n_units, n_inputs), || T::from_f64(stream.normal() * scale))
    }
}

/// `xavier`, `constant:0.01` …: parses back to the same rule.
impl fmt::Display for Init {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(scale) => write!(f, "constant:{scale}"),
            other => f.write_str(other.as_str()),
        }
    }
}

impl FromStr for Init {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let unknown = || UnknownName::new("start of weights", text, KNOWN);
        let (name, numbers) = split_name(text);
        match (name, numbers.len()) {
            ("constant", 1) => Ok(Self::Constant(number(&numbers, 0, unknown)?)),
            (_, 0) => Self::ALL.into_iter().find(|init| init.as_str() == name).ok_or_else(unknown),
            _ => Err(unknown()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_have_the_scale_of_their_rule() {
        for init in [Init::Constant(0.01), Init::InverseSqrt, Init::Xavier, Init::He] {
            let weights = init.weights::<f64>(80, 120, 1, 3);
            let variance = weights.iter().map(|w| w * w).sum::<f64>() / weights.len() as f64;
            let ratio = variance.sqrt() / init.scale(120, 80);
            assert!((ratio - 1.0).abs() < 0.03, "{init}: {ratio}");
        }
        assert!(Init::Zeros.weights::<f64>(3, 4, 0, 1).iter().all(|w| w.to_bits() == 0));
    }

    #[test]
    fn each_layer_has_its_own_numbers_and_f32_rounds_those_of_f64() {
        let (first, second) = (Init::He.weights::<f64>(2, 3, 0, 1), Init::He.weights::<f64>(2, 3, 1, 1));
        assert_ne!(first, second);
        assert_eq!(Init::He.weights::<f32>(2, 3, 0, 1), first.mapv(|w| w as f32));
    }

    #[test]
    fn names_parse_back() {
        for init in [Init::Zeros, Init::Constant(0.3), Init::InverseSqrt, Init::Xavier, Init::He] {
            assert_eq!(init.to_string().parse(), Ok(init));
        }
        assert_eq!("constant".parse(), Ok(Init::Constant(0.01)));
        for bad in ["", "xavier:2", "constant:x", "constant:1:2"] {
            assert!(bad.parse::<Init>().is_err(), "{bad:?}");
        }
    }
}
