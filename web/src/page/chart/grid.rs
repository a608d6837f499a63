//! Values in the cells of a rectangle, and what lies between the cells' centres.
//!
//! In: a tile's bytes. Out: smooth values of any resolution, for pictures and contours. Read next: `contour.rs`.

/// Numbers in rows, the top one first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Grid {
    /// Row by row.
    pub values: Vec<f32>,
    /// Cells from left to right.
    pub width: usize,
    /// Cells from top to bottom.
    pub height: usize,
}

impl Grid {
    /// A tile's bytes, 1..=255, as numbers −1..=1; none where their number doesn't fit.
    pub fn from_bytes(bytes: &[u8], width: usize, height: usize) -> Option<Self> {
        if width == 0 || height == 0 || bytes.len() != width * height {
            return None;
        }
        let values = bytes.iter().map(|byte| (f32::from((*byte).max(1)) - 128.0) / 127.0).collect();
        Some(Self { values, width, height })
    }

    /// The same for shares of the second of two classes: 0 becomes −1, ½ becomes 0, 1 stays. `scale` is the tile's.
    #[must_use]
    pub fn as_shares(mut self, scale: f32) -> Self {
        self.values.iter_mut().for_each(|value| *value = 2.0 * *value * scale - 1.0);
        self
    }

    /// The value of a cell.
    pub fn at(&self, x: usize, y: usize) -> f32 {
        self.values.get(y * self.width + x).copied().unwrap_or(0.0)
    }

    /// The same picture in more cells, linear between the old centres (and level beyond the outer ones).
    #[must_use]
    pub fn resized(&self, width: usize, height: usize) -> Self {
        let columns: Vec<Between> = (0..width).map(|x| Between::new(x, width, self.width)).collect();
        let mut values = Vec::with_capacity(width * height);
        for y in 0..height {
            let row = Between::new(y, height, self.height);
            let (upper, lower) = (row.low * self.width, row.high * self.width);
            values.extend(columns.iter().map(|column| {
                let at = |start: usize| {
                    let (left, right) = (self.values[start + column.low], self.values[start + column.high]);
                    left + (right - left) * column.share
                };
                let (top, bottom) = (at(upper), at(lower));
                top + (bottom - top) * row.share
            }));
        }
        Self { values, width, height }
    }
}

/// Two neighbouring cells and how far between their centres a new cell's centre lies.
struct Between {
    low: usize,
    high: usize,
    share: f32,
}

impl Between {
    fn new(idx: usize, n_new: usize, n_old: usize) -> Self {
        let last = n_old.saturating_sub(1);
        let at = ((idx as f32 + 0.5) * n_old as f32 / n_new.max(1) as f32 - 0.5).clamp(0.0, last as f32);
        let low = (at as usize).min(last);
        Self { low, high: (low + 1).min(last), share: at - low as f32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_byte_is_zero_and_the_ends_are_one() {
        let grid = Grid::from_bytes(&[1, 128, 255, 0], 4, 1).unwrap();
        assert_eq!(grid.values, [-1.0, 0.0, 1.0, -1.0]);
        assert_eq!(Grid::from_bytes(&[1, 2, 3], 2, 2), None);
        assert_eq!(Grid::from_bytes(&[], 0, 0), None);
    }

    #[test]
    fn an_undecided_share_is_the_middle_of_the_scale() {
        let grid = Grid { values: vec![0.0, 0.25, 0.5], width: 3, height: 1 };
        assert_eq!(grid.as_shares(2.0).values, [-1.0, 0.0, 1.0]);
    }

    #[test]
    fn a_larger_picture_is_linear_between_centres() {
        let grid = Grid { values: vec![0.0, 1.0], width: 2, height: 1 };
        assert_eq!(grid.resized(4, 2).values, [0.0, 0.25, 0.75, 1.0, 0.0, 0.25, 0.75, 1.0]);
        assert_eq!(grid.resized(2, 1), grid);
    }

    #[test]
    fn one_cell_fills_any_picture() {
        let grid = Grid { values: vec![0.5], width: 1, height: 1 };
        assert_eq!(grid.resized(2, 2).values, [0.5; 4]);
    }
}
