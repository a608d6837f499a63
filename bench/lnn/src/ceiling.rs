//! How fast this machine multiplies and adds in WebAssembly's 128-bit registers, unfused, with no memory touched.
//!
//! In: how many chains go side by side, how often. Out: a number that depends on all of it, so that nothing can be left
//! out. A chain is sum ← sum·factor + term: each turn needs the one before, so none can be hoisted out of the loop, and
//! only other chains can fill the time that an addition takes. More chains than registers spill; the script tries several.

/// Numbers of chains that are compiled.
pub const N_CHAINS: [usize; 6] = [4, 6, 8, 10, 12, 13];

/// sum ← sum·FACTOR + TERM tends to 1: no overflow, no subnormal number.
const FACTOR: f64 = 0.999;
const TERM: f64 = 0.001;

/// Runs `n_chains` chains of vectors for `n_turns`; 0 if that number of chains isn't compiled.
pub fn run(is_f64: bool, n_chains: usize, n_turns: u32) -> f64 {
    match n_chains {
        4 => chains::<4>(is_f64, n_turns),
        6 => chains::<6>(is_f64, n_turns),
        8 => chains::<8>(is_f64, n_turns),
        10 => chains::<10>(is_f64, n_turns),
        12 => chains::<12>(is_f64, n_turns),
        13 => chains::<13>(is_f64, n_turns),
        _ => 0.0,
    }
}

fn chains<const N: usize>(is_f64: bool, n_turns: u32) -> f64 {
    // What the compiler doesn't know it can't compute beforehand.
    let (factor, term) = (std::hint::black_box(FACTOR), std::hint::black_box(TERM));
    if is_f64 {
        chains_f64::<N>(factor, term, n_turns)
    } else {
        chains_f32::<N>(factor as f32, term as f32, n_turns)
    }
}

#[cfg(target_arch = "wasm32")]
fn chains_f32<const N: usize>(factor: f32, term: f32, n_turns: u32) -> f64 {
    use core::arch::wasm32::{f32x4_add, f32x4_extract_lane, f32x4_mul, f32x4_splat};
    let mut sums: [_; N] = std::array::from_fn(|idx| f32x4_splat(idx as f32));
    let (factor, term) = (f32x4_splat(factor), f32x4_splat(term));
    for _ in 0..n_turns {
        sums = sums.map(|sum| f32x4_add(f32x4_mul(sum, factor), term));
    }
    sums.into_iter().map(|sum| f64::from(f32x4_extract_lane::<0>(sum) + f32x4_extract_lane::<3>(sum))).sum()
}

#[cfg(target_arch = "wasm32")]
fn chains_f64<const N: usize>(factor: f64, term: f64, n_turns: u32) -> f64 {
    use core::arch::wasm32::{f64x2_add, f64x2_extract_lane, f64x2_mul, f64x2_splat};
    let mut sums: [_; N] = std::array::from_fn(|idx| f64x2_splat(idx as f64));
    let (factor, term) = (f64x2_splat(factor), f64x2_splat(term));
    for _ in 0..n_turns {
        sums = sums.map(|sum| f64x2_add(f64x2_mul(sum, factor), term));
    }
    sums.into_iter().map(|sum| f64x2_extract_lane::<0>(sum) + f64x2_extract_lane::<1>(sum)).sum()
}

// Elsewhere, for tests alone: the same chains, number by number.

#[cfg(not(target_arch = "wasm32"))]
fn chains_f32<const N: usize>(factor: f32, term: f32, n_turns: u32) -> f64 {
    let turn = |sum: f32| sum * factor + term;
    (0..N).map(|idx| 2.0 * f64::from((0..n_turns).fold(idx as f32, |sum, _| turn(sum)))).sum()
}

#[cfg(not(target_arch = "wasm32"))]
fn chains_f64<const N: usize>(factor: f64, term: f64, n_turns: u32) -> f64 {
    (0..N).map(|idx| 2.0 * (0..n_turns).fold(idx as f64, |sum, _| sum * factor + term)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chain_tends_to_one() {
        for n_chains in N_CHAINS {
            for is_f64 in [false, true] {
                let sum = run(is_f64, n_chains, 20_000);
                assert!((sum - 2.0 * n_chains as f64).abs() < 1e-2, "{n_chains} chains: {sum}");
            }
        }
        assert_eq!(run(true, 5, 1), 0.0);
    }
}
