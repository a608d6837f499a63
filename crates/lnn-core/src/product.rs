//! Matrix products with one fixed chain of additions per element.
//!
//! What enters: two matrices of any strides. What leaves: their product, row-major. Each element is
//! ((0 + l₀r₀) + l₁r₁) + … over k strictly ascending, every term a multiply and then an add. Tiles, panels and depth
//! blocks only choose *which* elements are computed side by side, and partial sums pass through memory unrounded, so
//! no choice here changes a bit of any element. Read next: [`crate::unit`], which uses nothing else.

use crate::real::Real;
use ndarray::{ArrayView2, Axis, s};

/// Rows of a tile: each number of the right side, once loaded, serves this many rows.
const TILE_ROWS: usize = 4;
/// Terms summed before moving to the next columns: a packed panel of this depth stays in the first-level cache.
const DEPTH: usize = 256;

/// Memory for the packed operands, kept between products so that a step allocates nothing.
#[derive(Debug, Clone, Default)]
pub struct Scratch<T> {
    left: Vec<T>,
    right: Vec<T>,
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
    debug_assert_eq!(left.ncols(), right.nrows(), "the inner sizes of a product differ");
    debug_assert_eq!(left.nrows() * right.ncols(), out.len(), "the product has another size");
    T::product(left, right, out, scratch);
}

/// The product in panels of `COLS` columns, for [`Real::product`]: the depth in blocks, the columns in panels.
pub(crate) fn in_panels<T: Real, const COLS: usize>(
    left: ArrayView2<'_, T>,
    right: ArrayView2<'_, T>,
    out: &mut [T],
    scratch: &mut Scratch<T>,
) {
    let depth = left.ncols().min(right.nrows());
    let n_cols = right.ncols();
    out.fill(T::ZERO);
    for k in (0..depth).step_by(DEPTH) {
        let k_end = depth.min(k + DEPTH);
        pack_left(left.slice(s![.., k..k_end]), &mut scratch.left);
        for col in (0..n_cols).step_by(COLS) {
            let width = COLS.min(n_cols - col);
            pack_right::<T, COLS>(right.slice(s![k..k_end, col..col + width]), &mut scratch.right);
            add_panel::<T, COLS>(&scratch.left, &scratch.right, k_end - k, out, n_cols, col);
        }
    }
}

/// Left rows in groups of [`TILE_ROWS`], each group stored k by k; the rows that are left over follow one by one.
fn pack_left<T: Real>(left: ArrayView2<'_, T>, packed: &mut Vec<T>) {
    let (n_rows, depth) = left.dim();
    packed.clear();
    packed.resize(n_rows * depth, T::ZERO);
    let grouped = n_rows - n_rows % TILE_ROWS;
    for (idx, row) in left.outer_iter().enumerate() {
        let (start, stride) = if idx < grouped {
            (idx / TILE_ROWS * TILE_ROWS * depth + idx % TILE_ROWS, TILE_ROWS)
        } else {
            (idx * depth, 1)
        };
        for (slot, &value) in packed[start..].iter_mut().step_by(stride).zip(row) {
            *slot = value;
        }
    }
}

/// A panel of at most `COLS` right columns, stored k by k; missing columns are zero and never stored back.
fn pack_right<T: Real, const COLS: usize>(right: ArrayView2<'_, T>, packed: &mut Vec<T>) {
    packed.clear();
    packed.resize(right.nrows() * COLS, T::ZERO);
    if right.strides()[1] == 1 {
        for (slots, row) in packed.chunks_exact_mut(COLS).zip(right.outer_iter()) {
            for (slot, &value) in slots.iter_mut().zip(row) {
                *slot = value;
            }
        }
    } else {
        for (idx, column) in right.axis_iter(Axis(1)).enumerate() {
            for (slot, &value) in packed[idx..].iter_mut().step_by(COLS).zip(column) {
                *slot = value;
            }
        }
    }
}

/// Add one depth block of one panel to the columns `col..` of every row of `out`.
fn add_panel<T: Real, const COLS: usize>(
    left: &[T],
    right: &[T],
    depth: usize,
    out: &mut [T],
    n_cols: usize,
    col: usize,
) {
    let groups = out.chunks_mut(TILE_ROWS * n_cols);
    for (out_rows, left_rows) in groups.zip(left.chunks(TILE_ROWS * depth)) {
        if out_rows.len() == TILE_ROWS * n_cols {
            add_tile::<T, TILE_ROWS, COLS>(left_rows, right, out_rows, n_cols, col);
        } else {
            for (out_row, left_row) in out_rows.chunks_mut(n_cols).zip(left_rows.chunks(depth)) {
                add_tile::<T, 1, COLS>(left_row, right, out_row, n_cols, col);
            }
        }
    }
}

/// One tile of `ROWS` × `COLS` sums: taken from `out`, carried on, put back.
fn add_tile<T: Real, const ROWS: usize, const COLS: usize>(
    left: &[T],
    right: &[T],
    out: &mut [T],
    n_cols: usize,
    col: usize,
) {
    let width = COLS.min(n_cols - col);
    let mut sums = [[T::ZERO; COLS]; ROWS];
    for (row, out_row) in sums.iter_mut().zip(out.chunks(n_cols)) {
        row[..width].copy_from_slice(&out_row[col..col + width]);
    }
    accumulate(left, right, &mut sums);
    for (row, out_row) in sums.iter().zip(out.chunks_mut(n_cols)) {
        out_row[col..col + width].copy_from_slice(&row[..width]);
    }
}

/// The inner loop: all sums of a tile stay in registers while k ascends. Never inlined, because the copies of varying
/// width around it would keep the sums in memory.
#[inline(never)]
fn accumulate<T: Real, const ROWS: usize, const COLS: usize>(
    left: &[T],
    right: &[T],
    tile: &mut [[T; COLS]; ROWS],
) {
    let mut sums = *tile;
    let (left, _) = left.as_chunks::<ROWS>();
    let (right, _) = right.as_chunks::<COLS>();
    for (column, values) in left.iter().zip(right) {
        for (row, &factor) in sums.iter_mut().zip(column) {
            *row = std::array::from_fn(|col| row[col] + factor * values[col]);
        }
    }
    *tile = sums;
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
        for k in [255, 256, 257, 513, 1000] {
            check(5, k, 6);
        }
    }

    #[test]
    fn random_shapes_give_the_bits_of_the_plain_triple_loop() {
        let mut shapes = stream(7, Stream::Data, 1, 0);
        for _ in 0..60 {
            let mut size = |limit: u64| 1 + shapes.below(limit) as usize;
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
