//! The kernel under every matrix product: packing a panel of the right side, and tiles of sums in registers.
//!
//! What enters: a block of the left side where it lies, a block of the right side. What leaves: their product added to a
//! block of the output. This is the one file of the crate with unsafe code: its inner loop reads the left side by
//! pointer, because a bounds check for each multiplication would cost more than the multiplication. Read next:
//! [`crate::product`], its only caller, whose sizes make every access here lie inside.

#![allow(
    unsafe_code,
    reason = "reads inside the inner loop can't be checked one by one; each has its argument beside it"
)]
#![allow(clippy::inline_always, reason = "what is done with a tile must know its width to stay in registers")]

use crate::product::Finish;
use crate::real::Real;
use ndarray::ArrayView2;
use std::marker::PhantomData;
use std::ops::Range;

/// Rows and columns of the squares that are turned while packing.
const SQUARE: usize = 4;

/// A block of a matrix, by pointer and strides, for as long as the matrix is borrowed.
#[derive(Clone, Copy)]
pub(crate) struct Operand<'a, T> {
    first: *const T,
    /// Elements from one row to the next.
    row_stride: isize,
    /// Elements from one column to the next.
    col_stride: isize,
    borrowed: PhantomData<&'a T>,
}

/// Sums of some columns: what [`Tile::add_rows`] adds to the output.
pub(crate) struct Tile<'a, T> {
    /// The right side's block, k by k, padded with zeros to whole rows of the panel.
    pub panel: &'a [T],
    /// The output column of the panel's first.
    pub first_col: usize,
    /// Columns that are not padding.
    pub n_cols: usize,
    /// Whether sums begin at zero; else they go on from the output.
    pub is_first: bool,
}

impl<'a, T: Real> Operand<'a, T> {
    pub(crate) fn new(matrix: ArrayView2<'a, T>) -> Self {
        let [row_stride, col_stride] = [matrix.strides()[0], matrix.strides()[1]];
        Self { first: matrix.as_ptr(), row_stride, col_stride, borrowed: PhantomData }
    }

    /// The block that begins at (row, col), which is only read where the caller's sizes lie inside the matrix.
    pub(crate) fn part(self, row: usize, col: usize) -> Self {
        Self { first: self.at(row, col), ..self }
    }

    /// Wrapping, so that forming an address is never undefined: only reading one needs an argument.
    fn at(self, row: usize, col: usize) -> *const T {
        let offset = row as isize * self.row_stride + col as isize * self.col_stride;
        self.first.wrapping_offset(offset)
    }

    /// Copy rows of `n_cols` columns of this block into panels of `COLS` columns, each k by k and `depth` deep. Columns that
    /// the last panel misses keep what was there: their sums are never stored.
    pub(crate) fn pack<const COLS: usize>(self, panels: &mut [T], depth: usize, n_cols: usize) {
        if self.col_stride == 1 {
            // In the order of memory, row after row.
            let (panels, _) = panels.as_chunks_mut::<COLS>();
            for k in 0..depth {
                for (idx, values) in self.row(k, n_cols).chunks(COLS).enumerate() {
                    copy_row::<T, COLS>(values, &mut panels[idx * depth + k][..values.len()]);
                }
            }
        } else if depth > 0 {
            for (idx, panel) in panels.chunks_exact_mut(depth * COLS).enumerate() {
                let first_col = idx * COLS;
                self.part(0, first_col).pack_panel::<COLS>(panel, COLS.min(n_cols - first_col));
            }
        }
    }

    /// One panel of at most `COLS` columns, as deep as there is room for.
    pub(crate) fn pack_panel<const COLS: usize>(self, panel: &mut [T], n_cols: usize) {
        let (panel, _) = panel.as_chunks_mut::<COLS>();
        if self.col_stride == 1 {
            for (k, row) in panel.iter_mut().enumerate() {
                copy_row::<T, COLS>(self.row(k, n_cols), &mut row[..n_cols]);
            }
        } else {
            self.pack_columns(panel, n_cols);
        }
    }

    /// The first columns of row k, which lie side by side.
    fn row(&self, k: usize, n_cols: usize) -> &[T] {
        // SAFETY: callers ask for rows and columns that lie inside the right matrix, where columns are side by side.
        unsafe { std::slice::from_raw_parts(self.at(k, 0), n_cols) }
    }

    /// One panel of columns that don't: squares are turned in registers where columns lie k after k.
    fn pack_columns<const COLS: usize>(self, panel: &mut [[T; COLS]], n_cols: usize) {
        let n_squares = if self.row_stride == 1 { panel.len() / SQUARE } else { 0 };
        let n_turned = n_cols / SQUARE * SQUARE;
        let (squares, rest) = panel.split_at_mut(n_squares * SQUARE);
        for (idx, rows) in squares.as_chunks_mut::<SQUARE>().0.iter_mut().enumerate() {
            let first = self.part(idx * SQUARE, 0);
            for col in (0..n_turned).step_by(SQUARE) {
                // SAFETY: these columns and rows lie inside the right matrix, k after k in each column.
                let columns: [[T; SQUARE]; SQUARE] =
                    std::array::from_fn(|c| unsafe { first.at(0, col + c).cast::<[T; SQUARE]>().read() });
                for (row, turned) in rows.iter_mut().zip(turn(columns)) {
                    copy_row::<T, SQUARE>(&turned, &mut row[col..][..SQUARE]);
                }
            }
            first.pack_singly(rows, n_turned..n_cols);
        }
        self.part(n_squares * SQUARE, 0).pack_singly(rest, 0..n_cols);
    }

    /// Some columns of a panel, number by number.
    fn pack_singly<const COLS: usize>(self, panel: &mut [[T; COLS]], cols: Range<usize>) {
        for (k, row) in panel.iter_mut().enumerate() {
            for col in cols.clone() {
                // SAFETY: row k and these columns lie inside the right matrix.
                row[col] = unsafe { self.at(k, col).read() };
            }
        }
    }
}

impl<T: Real> Tile<'_, T> {
    /// Add the products of `n_rows` rows of `left` with the panel to the output, whose rows are `stride` apart, in tiles of
    /// `ROWS` rows, two to four.
    pub(crate) fn add_rows<const ROWS: usize, const COLS: usize>(
        &self,
        left: Operand<'_, T>,
        n_rows: usize,
        finish: Finish<'_, T>,
        out: &mut [T],
        stride: usize,
    ) {
        let (panel, _) = self.panel.as_chunks::<COLS>();
        let mut row = 0;
        while row + ROWS <= n_rows {
            self.add::<ROWS, COLS>(left, panel, row, finish, out, stride);
            row += ROWS;
        }
        while row + 2 <= n_rows {
            self.add::<2, COLS>(left, panel, row, finish, out, stride);
            row += 2;
        }
        if row < n_rows {
            self.add::<1, COLS>(left, panel, row, finish, out, stride);
        }
    }

    /// One tile: taken from the output, carried on, finished, put back.
    #[inline(always)]
    fn add<const R: usize, const COLS: usize>(
        &self,
        left: Operand<'_, T>,
        panel: &[[T; COLS]],
        row: usize,
        finish: Finish<'_, T>,
        out: &mut [T],
        stride: usize,
    ) {
        let first = |idx: usize| (row + idx) * stride + self.first_col;
        let before = (!self.is_first).then(|| {
            let mut sums = [[T::ZERO; COLS]; R];
            for (idx, sums) in sums.iter_mut().enumerate() {
                copy_row::<T, COLS>(&out[first(idx)..][..self.n_cols], sums);
            }
            sums
        });
        // SAFETY: R rows from this one on lie inside the left matrix, each with as many columns as the panel is deep.
        let mut sums = unsafe { accumulate::<T, R, COLS>(left.part(row, 0), panel, before.as_ref()) };
        for (idx, sums) in sums.iter_mut().enumerate() {
            finish.apply(row + idx, self.first_col, self.n_cols, sums);
            copy_row::<T, COLS>(&sums[..self.n_cols], &mut out[first(idx)..][..self.n_cols]);
        }
    }
}

/// The inner loop: all sums of a tile stay in registers while k ascends; one multiply and one add for each. They go on
/// from `before`, or begin at zero.
///
/// Never inlined, because the copies of varying width around it would keep the sums in memory.
///
/// # Safety
/// `R` rows of `left`, each of `panel.len()` columns, may be read.
#[inline(never)]
unsafe fn accumulate<T: Real, const R: usize, const COLS: usize>(
    left: Operand<'_, T>,
    panel: &[[T; COLS]],
    before: Option<&[[T; COLS]; R]>,
) -> [[T; COLS]; R] {
    let mut sums = before.copied().unwrap_or([[T::ZERO; COLS]; R]);
    let mut factors: [*const T; R] = std::array::from_fn(|row| left.at(row, 0));
    for values in panel {
        for (sums, factor) in sums.iter_mut().zip(&mut factors) {
            // SAFETY: the caller's promise: the pointer has moved at most panel.len() − 1 columns from its row's first.
            let value = unsafe { factor.read() };
            *factor = factor.wrapping_offset(left.col_stride);
            *sums = std::array::from_fn(|col| sums[col] + value * values[col]);
        }
    }
    sums
}

impl<T: Real> Finish<'_, T> {
    /// Finish `n_cols` elements of one row of the product, from column `first_col` on; those beyond are padding.
    #[inline(always)]
    fn apply<const COLS: usize>(self, row: usize, first_col: usize, n_cols: usize, sums: &mut [T; COLS]) {
        match self {
            Finish::Keep => {}
            Finish::AddBias(biases) => {
                let bias = biases[row];
                *sums = std::array::from_fn(|col| sums[col] + bias);
            }
            Finish::DivideBy(count) => *sums = std::array::from_fn(|col| sums[col] / count),
            Finish::DivideAndShrink { count, shrink, weights } => {
                for (sum, col) in sums.iter_mut().zip(first_col..first_col + n_cols) {
                    *sum = *sum / count + shrink * weights[[row, col]];
                }
            }
        }
    }
}

/// Columns become rows. For four bytes a number WebAssembly has four instructions that compilers don't find by themselves.
#[inline(always)]
fn turn<T: Real>(columns: [[T; SQUARE]; SQUARE]) -> [[T; SQUARE]; SQUARE] {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    if T::BYTES == 4 {
        use std::arch::wasm32::{i32x4_shuffle, v128};
        // SAFETY: four numbers of four bytes are the sixteen bytes of a vector, and lanes move as a whole.
        let [a, b, c, d]: [v128; SQUARE] = unsafe { std::mem::transmute_copy(&columns) };
        let (a0b0a1b1, a2b2a3b3) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
        let (c0d0c1d1, c2d2c3d3) = (i32x4_shuffle::<0, 4, 1, 5>(c, d), i32x4_shuffle::<2, 6, 3, 7>(c, d));
        let rows = [
            i32x4_shuffle::<0, 1, 4, 5>(a0b0a1b1, c0d0c1d1),
            i32x4_shuffle::<2, 3, 6, 7>(a0b0a1b1, c0d0c1d1),
            i32x4_shuffle::<0, 1, 4, 5>(a2b2a3b3, c2d2c3d3),
            i32x4_shuffle::<2, 3, 6, 7>(a2b2a3b3, c2d2c3d3),
        ];
        // SAFETY: as above.
        return unsafe { std::mem::transmute_copy(&rows) };
    }
    std::array::from_fn(|k| std::array::from_fn(|c| columns[c][k]))
}

/// Copy a whole row of a tile at once, or the short one at the right edge.
#[inline(always)]
fn copy_row<T: Real, const COLS: usize>(from: &[T], to: &mut [T]) {
    match (from.first_chunk::<COLS>(), to.first_chunk_mut::<COLS>()) {
        (Some(from), Some(to)) => *to = *from,
        _ => copy_short(from, to),
    }
}

/// Copy as many numbers as there is room for. Few are copied in pieces of 16, 8, 4, 2 and 1: a call for some bytes would
/// take longer than the copy.
#[inline(always)]
pub(crate) fn copy<T: Real>(from: &[T], to: &mut [T]) {
    if to.len() < 32 {
        let (from, to) = copy_piece::<T, 16>(from, to);
        copy_short(from, to);
    } else {
        to.copy_from_slice(&from[..to.len()]);
    }
}

/// Copy fewer than 16 numbers.
#[inline(always)]
fn copy_short<T: Real>(from: &[T], to: &mut [T]) {
    let (from, to) = copy_piece::<T, 8>(from, to);
    let (from, to) = copy_piece::<T, 4>(from, to);
    let (from, to) = copy_piece::<T, 2>(from, to);
    copy_piece::<T, 1>(from, to);
}

/// Copy `N` numbers where there are as many; returns what is left.
#[inline(always)]
fn copy_piece<'f, 't, T: Real, const N: usize>(from: &'f [T], to: &'t mut [T]) -> (&'f [T], &'t mut [T]) {
    match (from.split_first_chunk::<N>(), to.len() >= N) {
        (Some((piece, from)), true) => {
            let (slot, to) = to.split_at_mut(N);
            slot.copy_from_slice(piece);
            (from, to)
        }
        _ => (from, to),
    }
}
