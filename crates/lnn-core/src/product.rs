//! Matrix products with one fixed chain of additions per element.
//!
//! What enters: two matrices of any strides. What leaves: their product, row-major. Each element is
//! ((0 + l₀r₀) + l₁r₁) + … over k strictly ascending, every term a multiply and then an add. Tiles, panels and depth
//! blocks only choose *which* elements are computed side by side, and partial sums pass through memory unrounded, so
//! no choice here changes a bit of any element. The compiler can't either: Rust has no fast-math, an optimizer may
//! neither reassociate a sum nor fuse `a + b * c`, and no target here is asked for fused instructions.
//! Read next: `kernel.rs`, the tiles; [`crate::unit`], which uses nothing else.

use crate::kernel::{Operand, Tile};
use crate::real::Real;
use ndarray::ArrayView2;

/// Terms summed before moving to the next columns: a packed panel of this depth just fills the first-level cache, and
/// beginning and ending a tile take little beside it.
const DEPTH: usize = 1024;
/// Bytes of panels packed together, row by row of the right side as it lies in memory: half a second-level cache.
const BLOCK_BYTES: usize = 1 << 18;
/// Bytes of a cache line: where the first panel begins, so that no vector lies across two.
const LINE_BYTES: usize = 64;

/// Memory for packed panels, kept between products so that a step allocates nothing.
#[derive(Debug, Default)]
pub struct Scratch<T> {
    panels: Vec<T>,
    /// The first number at the beginning of a cache line.
    start: usize,
}

impl<T: Real> Scratch<T> {
    fn panels(&mut self, len: usize) -> &mut [T] {
        if self.panels.len() < self.start + len {
            let spare = LINE_BYTES / T::BYTES;
            self.panels = vec![T::ZERO; len + spare];
            self.start = self.panels.as_ptr().align_offset(LINE_BYTES).min(spare);
        }
        &mut self.panels[self.start..self.start + len]
    }
}

/// A copy has no memory of its own yet: other memory begins its cache lines elsewhere.
impl<T> Clone for Scratch<T> {
    fn clone(&self) -> Self {
        Self { panels: Vec::new(), start: 0 }
    }
}

/// What is done to each element once its sum is complete, while it is still in a register.
#[derive(Debug, Clone, Copy)]
pub enum Finish<'a, T> {
    /// Nothing.
    Keep,
    /// Add the row's bias.
    AddBias(&'a [T]),
    /// Divide by a count.
    DivideBy(T),
    /// Divide by a count, then add so much of the weight in the same place, `(n_rows, n_cols)`.
    DivideAndShrink {
        /// The count.
        count: T,
        /// How much of the weight.
        shrink: T,
        /// The weights.
        weights: ArrayView2<'a, T>,
    },
}

/// out ← left · right. `left` (n, k), `right` (k, m), `out` n·m numbers, row-major.
///
/// Each operand may be a transposed or sliced view: `product(errors, activations.t(), …)` is δ·Aᵀ.
pub fn product<T: Real>(
    left: ArrayView2<'_, T>,
    right: ArrayView2<'_, T>,
    out: &mut [T],
    scratch: &mut Scratch<T>,
) {
    product_then(left, right, Finish::Keep, out, scratch);
}

/// The same, each element finished.
pub fn product_then<T: Real>(
    left: ArrayView2<'_, T>,
    right: ArrayView2<'_, T>,
    finish: Finish<'_, T>,
    out: &mut [T],
    scratch: &mut Scratch<T>,
) {
    debug_assert_eq!(left.ncols(), right.nrows(), "the inner sizes of a product differ");
    debug_assert_eq!(left.nrows() * right.ncols(), out.len(), "the product has another size");
    T::product(left, right, finish, out, scratch);
}

/// The product in tiles of `ROWS` rows and `COLS` columns, for [`Real::product`]: the depth in blocks, the columns in
/// panels, the rows in tiles.
pub(crate) fn in_panels<T: Real, const ROWS: usize, const COLS: usize>(
    left: ArrayView2<'_, T>,
    right: ArrayView2<'_, T>,
    finish: Finish<'_, T>,
    out: &mut [T],
    scratch: &mut Scratch<T>,
) {
    let (n_rows, depth, n_cols) = (left.nrows(), left.ncols().min(right.nrows()), right.ncols());
    let out = &mut out[..n_rows * n_cols];
    let (left, right) = (Operand::new(left), Operand::new(right));
    if n_cols <= COLS && depth <= DEPTH {
        // Small networks are made of such products: nothing here may cost more than the sums.
        let panel = scratch.panels(depth * COLS);
        right.pack_panel::<COLS>(panel, n_cols);
        let tile = Tile { panel, first_col: 0, n_cols, is_first: true };
        return tile.add_rows::<ROWS, COLS>(left, n_rows, finish, out, n_cols);
    }
    // An empty sum is one empty block, so that it is finished too.
    for k in (0..depth.max(1)).step_by(DEPTH) {
        let block_depth = DEPTH.min(depth - k);
        let finish = if k + block_depth == depth { finish } else { Finish::Keep };
        let max_cols = (BLOCK_BYTES / T::BYTES / block_depth.max(1)).next_multiple_of(COLS);
        for first_col in (0..n_cols).step_by(max_cols) {
            let block_cols = max_cols.min(n_cols - first_col);
            let panel_len = block_depth * COLS;
            let panels = scratch.panels(panel_len * block_cols.div_ceil(COLS));
            right.part(k, first_col).pack::<COLS>(panels, block_depth, block_cols);
            for (idx, col) in (0..block_cols).step_by(COLS).enumerate() {
                let tile = Tile {
                    panel: &panels[idx * panel_len..(idx + 1) * panel_len],
                    first_col: first_col + col,
                    n_cols: COLS.min(block_cols - col),
                    is_first: k == 0,
                };
                tile.add_rows::<ROWS, COLS>(left.part(0, k), n_rows, finish, out, n_cols);
            }
        }
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Stream, stream};
    use ndarray::Array2;

    fn random_matrix(rows: usize, cols: usize, seed: u64) -> Array2<f64> {
        let mut stream = stream(seed, Stream::Data, 0, 0);
        Array2::from_shape_simple_fn((rows, cols), || stream.normal())
    }

    /// The definition: one chain per element, k ascending.
    fn naive<T: Real>(left: &Array2<T>, right: &Array2<T>) -> Vec<T> {
        let mut out = Vec::new();
        for i in 0..left.nrows() {
            for j in 0..right.ncols() {
                let mut sum = T::ZERO;
                for k in 0..left.ncols() {
                    sum += left[[i, k]] * right[[k, j]];
                }
                out.push(sum);
            }
        }
        out
    }

    fn check(n: usize, k: usize, m: usize) {
        let left = random_matrix(n, k, (n * 31 + k) as u64);
        let right = random_matrix(k, m, (m * 17 + k) as u64);
        check_pair(&left, &right);
        check_pair(&left.mapv(|v| v as f32), &right.mapv(|v| v as f32));
    }

    fn check_pair<T: Real>(left: &Array2<T>, right: &Array2<T>) {
        let expected: Vec<u64> = naive(left, right).iter().map(|v| v.to_bits64()).collect();
        let mut scratch = Scratch::default();
        let mut out = vec![T::ONE; expected.len()];
        let left_columns = left.t().as_standard_layout().into_owned();
        let right_columns = right.t().as_standard_layout().into_owned();
        for left in [left.view(), left_columns.t()] {
            for right in [right.view(), right_columns.t()] {
                product(left, right, &mut out, &mut scratch);
                let found: Vec<u64> = out.iter().map(|v| v.to_bits64()).collect();
                assert_eq!(found, expected, "({:?})·({:?})", left.dim(), right.dim());
            }
        }
    }

    #[test]
    fn every_shape_gives_the_bits_of_the_plain_triple_loop() {
        for n in [1, 2, 3, 4, 5, 7, 8, 9] {
            for m in [1, 2, 3, 4, 5, 8, 9, 17] {
                for k in [1, 2, 7, 64] {
                    check(n, k, m);
                }
            }
        }
    }

    #[test]
    fn depth_blocks_do_not_change_the_bits() {
        for k in [1023, 1024, 1025, 2500] {
            check(5, k, 6);
        }
    }

    #[test]
    fn random_shapes_give_the_bits_of_the_plain_triple_loop() {
        let mut shapes = stream(7, Stream::Data, 1, 0);
        for _ in 0..60 {
            let mut size = |limit: u32| 1 + shapes.below(limit) as usize;
            check(size(40), size(300), size(70));
        }
    }

    #[test]
    fn an_empty_sum_is_zero() {
        let mut out = [1.0_f64; 6];
        let (left, right) = (Array2::zeros((2, 0)), Array2::zeros((0, 3)));
        product(left.view(), right.view(), &mut out, &mut Scratch::default());
        assert_eq!(out.map(f64::to_bits), [0; 6]);
    }
}
