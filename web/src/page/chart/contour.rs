//! The line along which a grid's values cross a level: marching squares with linear interpolation.
//!
//! In: a [`Grid`] and a level. Out: short segments between cells' centres, in shares of the grid's width and height.

use super::grid::Grid;

/// A point in shares of the grid's width and height, from the top left.
pub type Point = (f32, f32);

/// The segments of the contour, in no particular order.
pub fn contour(grid: &Grid, level: f32) -> Vec<(Point, Point)> {
    let mut segments = Vec::new();
    for y in 0..grid.height.saturating_sub(1) {
        for x in 0..grid.width.saturating_sub(1) {
            square(grid, level, (x, y), &mut segments);
        }
    }
    segments
}

/// One square between four centres: the points where its sides cross the level, joined in pairs.
fn square(grid: &Grid, level: f32, (x, y): (usize, usize), into: &mut Vec<(Point, Point)>) {
    let corners = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)];
    let heights = corners.map(|(x, y)| grid.at(x, y) - level);
    let is_above = heights.map(|height| height > 0.0);
    if is_above == [true; 4] || is_above == [false; 4] {
        return;
    }
    let crossing = |side: usize| -> Option<Point> {
        let next = (side + 1) % 4;
        if is_above[side] == is_above[next] {
            return None;
        }
        let share = heights[side] / (heights[side] - heights[next]);
        let along = |from: usize, to: usize| from as f32 + (to as f32 - from as f32) * share + 0.5;
        let (a, b) = (corners[side], corners[next]);
        Some((along(a.0, b.0) / grid.width as f32, along(a.1, b.1) / grid.height as f32))
    };
    match [crossing(0), crossing(1), crossing(2), crossing(3)] {
        // A saddle: the middle's side decides which two corners are cut off.
        [Some(top), Some(right), Some(bottom), Some(left)] => {
            let middle_is_above = heights.iter().sum::<f32>() > 0.0;
            if middle_is_above == is_above[0] {
                into.extend([(top, right), (bottom, left)]);
            } else {
                into.extend([(top, left), (right, bottom)]);
            }
        }
        sides => {
            let mut ends = sides.into_iter().flatten();
            if let (Some(from), Some(to)) = (ends.next(), ends.next()) {
                into.push((from, to));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_is_crossed_half_way() {
        let grid = Grid { values: vec![-1.0, 1.0, -1.0, 1.0], width: 2, height: 2 };
        assert_eq!(contour(&grid, 0.0), [((0.5, 0.25), (0.5, 0.75))]);
        assert_eq!(contour(&grid, 0.5), [((0.625, 0.25), (0.625, 0.75))]);
    }

    #[test]
    fn a_saddle_has_two_lines() {
        let grid = Grid { values: vec![1.0, -1.0, -1.0, 1.0], width: 2, height: 2 };
        assert_eq!(contour(&grid, 0.0).len(), 2);
    }

    #[test]
    fn level_ground_has_none() {
        let grid = Grid { values: vec![0.3; 9], width: 3, height: 3 };
        assert!(contour(&grid, 0.0).is_empty());
        assert!(contour(&Grid::default(), 0.0).is_empty());
    }
}
