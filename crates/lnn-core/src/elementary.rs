//! eˣ, tanh x, ln x and ln(1 + x) in a few multiplications and additions, the same bits on every machine.
//!
//! What enters and leaves: single numbers. The functions for `f32` have no branch, so that the compiler computes several
//! numbers side by side wherever they are mapped over a slice; for `f64` only tanh is here, the others are `libm`'s.
//! Errors are at most 2 ulp (units in the last place), and each function is monotone: `tests/elementary.rs` measures
//! both. Coefficients are interpolations at Chebyshev nodes by `tests/reference/elementary.py`. Read next:
//! [`crate::activation`].

#![allow(
    clippy::inline_always,
    reason = "only inside its loop can the compiler compute several numbers side by side"
)]

/// Added and subtracted, it rounds a small `f32` to a whole number, which then stands in the lowest bits.
const ROUND: f32 = 12_582_912.0;
/// ln 2 in two parts: the first has so few bits that its product with an exponent is exact.
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
/// Where tanh changes from a polynomial to exponentials.
const TANH_SMALL: f64 = 0.625;

/// eˣ: x = n·ln 2 + r with |r| ≤ ½ ln 2, then eˣ = 2ⁿ·eʳ.
#[inline(always)]
pub(crate) fn exp_f32(x: f32) -> f32 {
    // Beyond these the result is infinite or zero all the same. A comparison that NaN fails lets it through.
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < -104.0 { -104.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let exponent = shifted.to_bits().wrapping_sub(ROUND.to_bits()).cast_signed();
    let r = (x - n * LN_2[0]) - n * LN_2[1];
    // (eʳ − 1 − r)/r²
    let q = horner_f32(r, [0.000_198_919_8, 0.001_393_454_2, 0.008_333_31, 0.041_666_457, 0.166_666_67, 0.5]);
    let e_r = (r * r * q + r) + 1.0;
    // In two factors, because 2ⁿ alone may be too large or too small to be a number.
    let half = exponent >> 1;
    e_r * power_of_two(half) * power_of_two(exponent.wrapping_sub(half))
}

/// tanh x: x + x³·p(x²) near zero, else 1 − 2/(e²ˣ + 1), which is monotone because each operation in it is.
#[inline(always)]
pub(crate) fn tanh_f32(x: f32) -> f32 {
    let size = x.abs();
    let z = size * size;
    // (tanh x/x − 1)/x²
    let p = horner_f32(
        z,
        [0.002_292_744_8, -0.008_343_945, 0.021_768_919, -0.053_959_26, 0.133_333_04, -0.333_333_33],
    );
    let small = size + size * (z * p);
    let large = 1.0 - 2.0 / (exp_f32(size + size) + 1.0);
    let value = if size < TANH_SMALL as f32 { small } else { large };
    value.copysign(x)
}

/// The same for `f64`.
pub(crate) fn tanh_f64(x: f64) -> f64 {
    let size = x.abs();
    let value = if size < TANH_SMALL {
        let z = size * size;
        size + size * (z * horner_f64(z))
    } else {
        1.0 - 2.0 / (libm::exp(size + size) + 1.0)
    };
    value.copysign(x)
}

/// ln x: x = 2ⁿ·m with √½ ≤ m < √2, then ln x = n·ln 2 + ln m.
#[inline(always)]
pub(crate) fn ln_f32(x: f32) -> f32 {
    let is_tiny = x < f32::MIN_POSITIVE;
    let scaled = if is_tiny { x * 8_388_608.0 } else { x };
    let (n, m) = split(scaled);
    let value = ln_of_parts(n as f32 - if is_tiny { 23.0 } else { 0.0 }, m - 1.0);
    // The ends: ln ∞ = ∞, ln 0 = −∞, no logarithm of NaN or below zero.
    let value = if x < f32::INFINITY { value } else { x };
    let value = if x == 0.0 { f32::NEG_INFINITY } else { value };
    if x < 0.0 { f32::NAN } else { value }
}

/// ln(1 + x) for x ≥ 0: 1 + x = 2ⁿ·(1 + f) with f from x itself, so that nothing is lost where x is small.
#[inline(always)]
pub(crate) fn ln_1p_f32(x: f32) -> f32 {
    let (n, m) = split(1.0 + x);
    let scale = power_of_two(-n);
    // From 2²⁴ on the sum is x, and its m is exact.
    let f = if n < 24 { x * scale + (scale - 1.0) } else { m - 1.0 };
    let value = ln_of_parts(n as f32, f);
    if x < f32::INFINITY { value } else { x }
}

/// n and m of x = 2ⁿ·m with √½ ≤ m < √2, for normal x > 0.
#[inline(always)]
fn split(x: f32) -> (i32, f32) {
    let n = x.to_bits().wrapping_sub(std::f32::consts::FRAC_1_SQRT_2.to_bits()).cast_signed() >> 23;
    (n, f32::from_bits(x.to_bits().wrapping_sub((n << 23).cast_unsigned())))
}

/// n·ln 2 + ln(1 + f) for √½ ≤ 1 + f < √2.
#[inline(always)]
fn ln_of_parts(n: f32, f: f32) -> f32 {
    // (ln(1 + f) − f + f²/2)/f³
    let p = horner_f32(
        f,
        [
            0.069_716_12,
            -0.114_797_34,
            0.116_854_2,
            -0.124_256_87,
            0.142_490_58,
            -0.166_678_02,
            0.200_007_16,
            -0.249_999_97,
            0.333_333_3,
        ],
    );
    let f_squared = f * f;
    let rest = f * (f_squared * p) + n * LN_2[1] - 0.5 * f_squared;
    (f + rest) + n * LN_2[0]
}

/// 2ⁿ for −126 ≤ n ≤ 127.
#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) << 23).cast_unsigned())
}

/// A polynomial, its highest coefficient first.
#[inline(always)]
fn horner_f32<const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    coefficients.into_iter().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

/// (tanh x/x − 1)/x² from z = x² ≤ 0.625².
fn horner_f64(z: f64) -> f64 {
    const COEFFICIENTS: [f64; 12] = [
        6.485_163_482_793_113e-6,
        -3.120_110_142_579_74e-5,
        9.257_116_129_556_769e-5,
        -0.000_237_590_649_605_556_2,
        0.000_589_660_657_775_704_3,
        -0.001_455_775_412_047_805_5,
        0.003_592_121_751_154_962_2,
        -0.008_863_235_103_240_878,
        0.021_869_488_519_008_305,
        -0.053_968_253_967_896_99,
        0.133_333_333_333_330_42,
        -0.333_333_333_333_333_3,
    ];
    COEFFICIENTS.into_iter().fold(0.0, |sum, coefficient| sum * z + coefficient)
}
