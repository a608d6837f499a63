//! The numbers of a network: `f32` for the live view, `f64` for gradient checks and reference runs.
//!
//! What enters and leaves: numbers. The elementary functions come from one pure-Rust implementation (`elementary.rs`
//! and `libm`), so that every machine gives the same bits; √, |x|, + − · / are exact in IEEE 754 everywhere. Nothing here is
//! ever fused into one multiply-add. Read next: [`crate::product`].

#![allow(
    clippy::inline_always,
    reason = "only inside its loop can the compiler compute several numbers side by side"
)]

use crate::elementary;
use crate::product::{Finish, Scratch, in_panels};
use ndarray::ArrayView2;
use std::fmt::{Debug, Display, LowerExp};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// A floating-point number a network computes with: `f32` or `f64`.
pub trait Real:
    Copy
    + PartialOrd
    + Debug
    + Default
    + Display
    + LowerExp
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Sum
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// `"f32"` or `"f64"`.
    const NAME: &'static str;
    /// Bytes of one number: 4 or 8.
    const BYTES: usize;

    /// The nearest number of this type.
    fn from_f64(value: f64) -> Self;
    /// The same value, exactly.
    fn to_f64(self) -> f64;
    /// The nearest number of this type to a count.
    fn from_usize(count: usize) -> Self;
    /// eˣ.
    #[must_use]
    fn exp(self) -> Self;
    /// tanh x.
    #[must_use]
    fn tanh(self) -> Self;
    /// ln x, the natural logarithm.
    #[must_use]
    fn ln(self) -> Self;
    /// ln(1 + x) for x ≥ 0, accurate for small x.
    #[must_use]
    fn ln_1p(self) -> Self;
    /// √x.
    #[must_use]
    fn sqrt(self) -> Self;
    /// |x|.
    #[must_use]
    fn abs(self) -> Self;
    /// Neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// The bits of the number, in the low 32 or in all 64 bits.
    fn to_bits64(self) -> u64;
    /// The number with these bits; the inverse of [`Real::to_bits64`].
    fn from_bits64(bits: u64) -> Self;

    /// out ← left · right: what [`crate::product::product`] does, in a tile that suits this type. A method, so that it
    /// is compiled once, with this crate's optimisation, and not in every crate that trains.
    #[doc(hidden)]
    fn product(
        left: ArrayView2<'_, Self>,
        right: ArrayView2<'_, Self>,
        finish: Finish<'_, Self>,
        out: &mut [Self],
        scratch: &mut Scratch<Self>,
    );

    /// The smallest and the largest of some numbers that are all finite; zeros where there is none.
    fn bounds(values: &[Self]) -> (Self, Self) {
        let first = values.first().copied().unwrap_or_default();
        values.iter().fold((first, first), |(min, max), &value| {
            (if value < min { value } else { min }, if value > max { value } else { max })
        })
    }

    /// The larger of two numbers; the second where they are equal or not comparable.
    #[must_use]
    fn larger(self, other: Self) -> Self {
        if self > other { self } else { other }
    }
}

impl Real for f32 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const NAME: &'static str = "f32";
    const BYTES: usize = 4;

    fn from_f64(value: f64) -> Self {
        value as Self
    }
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    fn from_usize(count: usize) -> Self {
        count as Self
    }
    #[inline(always)]
    fn exp(self) -> Self {
        elementary::exp_f32(self)
    }
    #[inline(always)]
    fn tanh(self) -> Self {
        elementary::tanh_f32(self)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        elementary::ln_f32(self)
    }
    #[inline(always)]
    fn ln_1p(self) -> Self {
        elementary::ln_1p_f32(self)
    }
    fn sqrt(self) -> Self {
        Self::sqrt(self)
    }
    fn abs(self) -> Self {
        Self::abs(self)
    }
    fn product(
        left: ArrayView2<'_, Self>,
        right: ArrayView2<'_, Self>,
        finish: Finish<'_, Self>,
        out: &mut [Self],
        scratch: &mut Scratch<Self>,
    ) {
        // Eight vectors of sums: WebAssembly's engines keep so many in registers beside the factors, and a ninth spills all.
        // A mini-batch of ten fits in one wider tile, which is worth more.
        if (9..=12).contains(&right.ncols()) {
            in_panels::<Self, 3, 12>(left, right, finish, out, scratch);
        } else {
            in_panels::<Self, 4, 8>(left, right, finish, out, scratch);
        }
    }
    /// As whole numbers of the same order, which are compared several at once and without a branch.
    fn bounds(values: &[Self]) -> (Self, Self) {
        if values.is_empty() {
            return (0.0, 0.0);
        }
        let turned = |bits: i32| bits ^ ((bits >> 31) & i32::MAX);
        let (min, max) = values.iter().fold((i32::MAX, i32::MIN), |(min, max), value| {
            let place = turned(value.to_bits().cast_signed());
            (min.min(place), max.max(place))
        });
        let number = |place| Self::from_bits(turned(place).cast_unsigned());
        (number(min), number(max))
    }
    fn is_finite(self) -> bool {
        Self::is_finite(self)
    }
    fn to_bits64(self) -> u64 {
        u64::from(self.to_bits())
    }
    fn from_bits64(bits: u64) -> Self {
        Self::from_bits(bits as u32)
    }
}

impl Real for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const NAME: &'static str = "f64";
    const BYTES: usize = 8;

    fn from_f64(value: f64) -> Self {
        value
    }
    fn to_f64(self) -> f64 {
        self
    }
    fn from_usize(count: usize) -> Self {
        count as Self
    }
    fn exp(self) -> Self {
        libm::exp(self)
    }
    #[inline(always)]
    fn tanh(self) -> Self {
        elementary::tanh_f64(self)
    }
    fn ln(self) -> Self {
        libm::log(self)
    }
    fn ln_1p(self) -> Self {
        libm::log1p(self)
    }
    fn sqrt(self) -> Self {
        Self::sqrt(self)
    }
    fn abs(self) -> Self {
        Self::abs(self)
    }
    fn product(
        left: ArrayView2<'_, Self>,
        right: ArrayView2<'_, Self>,
        finish: Finish<'_, Self>,
        out: &mut [Self],
        scratch: &mut Scratch<Self>,
    ) {
        in_panels::<Self, 4, 4>(left, right, finish, out, scratch);
    }
    fn is_finite(self) -> bool {
        Self::is_finite(self)
    }
    fn to_bits64(self) -> u64 {
        self.to_bits()
    }
    fn from_bits64(bits: u64) -> Self {
        Self::from_bits(bits)
    }
}

/// baseᵉ by repeated squaring: a fixed chain of multiplications, so the same bits everywhere (the platform's `pow`
/// is not). The chain has at most 2·64 products.
pub fn power(base: f64, exponent: u64) -> f64 {
    let (mut result, mut square, mut rest) = (1.0, base, exponent);
    while rest > 0 {
        if rest & 1 == 1 {
            result *= square;
        }
        square *= square;
        rest >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_survive_the_round_trip() {
        for value in [0.0, -0.0, 1.5, -3.25e-300, f64::INFINITY] {
            assert_eq!(f64::from_bits64(value.to_bits64()).to_bits(), value.to_bits());
        }
        assert_eq!(f32::from_bits64(1.5_f32.to_bits64()).to_bits(), 1.5_f32.to_bits());
    }

    #[test]
    fn power_agrees_with_repeated_multiplication() {
        assert_eq!(power(0.5, 10).to_bits(), (1.0_f64 / 1024.0).to_bits());
        assert_eq!(power(0.9, 0).to_bits(), 1.0_f64.to_bits());
        let by_logarithm = libm::exp(1000.0 * libm::log(0.999));
        assert!((power(0.999, 1000) / by_logarithm - 1.0).abs() < 1e-12);
    }
}
