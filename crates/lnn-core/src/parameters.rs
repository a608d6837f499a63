//! Arrays shaped like a network's parameters: its gradients, moments and updates.
//!
//! What enters: a network's shape. What leaves: one array of weights and one of biases for each layer. Read next:
//! [`crate::network`].

use crate::real::Real;
use ndarray::{Array1, Array2};

/// One number for each parameter of a network, layer by layer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parameters<T> {
    /// For each layer, `(n_units, n_inputs)`.
    pub weights: Vec<Array2<T>>,
    /// For each layer, `(n_units)`.
    pub biases: Vec<Array1<T>>,
}

/// ∂C/∂W and ∂C/∂b of each layer, the penalty included.
pub type Gradients<T> = Parameters<T>;

impl<T: Real> Parameters<T> {
    /// Zeros in the shape of `self`.
    #[must_use]
    pub fn zeros_like(&self) -> Self {
        Self {
            weights: self.weights.iter().map(|w| Array2::from_elem(w.dim(), T::ZERO)).collect(),
            biases: self.biases.iter().map(|b| Array1::from_elem(b.dim(), T::ZERO)).collect(),
        }
    }

    /// How many numbers these are.
    pub fn len(&self) -> usize {
        self.weights.iter().map(Array2::len).sum::<usize>()
            + self.biases.iter().map(Array1::len).sum::<usize>()
    }

    /// Whether there is no number at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The shape of each layer's weights, `(n_units, n_inputs)`.
    pub fn shapes(&self) -> Vec<(usize, usize)> {
        self.weights.iter().map(Array2::dim).collect()
    }

    /// Every number in the order W¹ b¹ W² b² …, weights row by row.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        let layers = self.weights.iter().zip(&self.biases);
        layers.flat_map(|(weights, biases)| weights.iter().chain(biases).copied())
    }
}

/// FNV-1a (64 bit, Fowler, Noll & Vo) over the little-endian bytes of the numbers: a short proof that two networks
/// agree to the bit. Not a defence against forgery.
pub fn digest<T: Real>(numbers: impl Iterator<Item = T>) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    for number in numbers {
        for byte in &number.to_bits64().to_le_bytes()[..T::BYTES] {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_the_published_fnv_1a() {
        // 0.5_f32 is 00 00 00 3f; the digest of no bytes is the offset basis.
        assert_eq!(digest(std::iter::empty::<f32>()), 0xcbf2_9ce4_8422_2325);
        let by_hand = [0_u64, 0, 0, 0x3f]
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ byte).wrapping_mul(0x0000_0100_0000_01b3));
        assert_eq!(digest([0.5_f32].into_iter()), by_hand);
        assert_ne!(digest([0.0_f64].into_iter()), digest([-0.0_f64].into_iter()));
    }
}
