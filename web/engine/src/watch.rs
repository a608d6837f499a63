//! Which examples views show: up to 64 of each class in turn, in the order of their classes, the same for a whole run.
//!
//! In: the training split. Out: [`Watch`] with their inputs and targets, and the plane of two inputs.

use lnn_core::DataSet;
use lnn_runlog::{DataInfo, Task, label, watched_rows};
use ndarray::Array2;

use crate::{bulk::Bulk, protocol::Examples};

/// Points drawn over a map.
const MAX_POINTS: usize = 2000;
/// Watched inputs larger than this many numbers stay in the worker.
const MAX_WATCHED_INPUTS: usize = 1 << 20;

/// The examples that views show.
#[derive(Debug, Clone)]
pub struct Watch {
    /// Rows in the training split.
    pub rows: Vec<usize>,
    /// Those examples.
    pub data: DataSet<f32>,
    /// Half the side of the plane shown by maps, for data with two inputs.
    pub reach: Option<f32>,
}

impl Watch {
    /// Chooses the examples.
    pub fn new(train: &DataSet<f32>, info: &DataInfo) -> Self {
        let rows = watched_rows(train, info.task);
        let data = train.select(&rows);
        let reach = (train.n_features() == 2).then(|| reach(train));
        Self { rows, data, reach }
    }

    /// What the page needs of them.
    pub fn examples(&self, train: &DataSet<f32>, task: Task) -> Examples {
        let watched_targets: Vec<f32> =
            (0..self.rows.len()).map(|idx| label(&self.data, task, idx)).collect();
        let inputs = self.data.inputs();
        let watched_inputs: Vec<f32> = if inputs.len() <= MAX_WATCHED_INPUTS {
            inputs.t().iter().copied().collect()
        } else {
            Vec::new()
        };
        let (points, point_targets) =
            if self.reach.is_some() { points(train, task) } else { Default::default() };
        Examples {
            points: Bulk(points),
            point_targets: Bulk(point_targets),
            reach: self.reach.unwrap_or(0.0),
            watched_rows: self.rows.iter().map(|row| *row as u32).collect(),
            watched_inputs: Bulk(watched_inputs),
            watched_targets: Bulk(watched_targets),
        }
    }
}

/// A little more than the largest coordinate, so that no point lies on the border.
fn reach(train: &DataSet<f32>) -> f32 {
    let largest = train.inputs().iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    if largest > 0.0 { largest * 1.08 } else { 1.0 }
}

fn points(train: &DataSet<f32>, task: Task) -> (Vec<f32>, Vec<f32>) {
    let n_points = train.n_examples().min(MAX_POINTS);
    let inputs = train.inputs();
    let points = (0..n_points).flat_map(|row| [inputs[[0, row]], inputs[[1, row]]]).collect();
    (points, (0..n_points).map(|row| label(train, task, row)).collect())
}

/// The inputs at the middles of `side` × `side` cells of the plane: (2, side²), row 0 at the top.
pub fn plane(side: usize, reach: f32) -> Array2<f32> {
    let at = |idx: usize| (2.0 * (idx as f32 + 0.5) / side as f32 - 1.0) * reach;
    Array2::from_shape_fn((2, side * side), |(input, cell)| match input {
        0 => at(cell % side),
        _ => -at(cell / side),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_planes_first_cell_is_top_left() {
        let plane = plane(4, 2.0);
        assert_eq!((plane[[0, 0]], plane[[1, 0]]), (-1.5, 1.5));
        assert_eq!((plane[[0, 15]], plane[[1, 15]]), (1.5, -1.5));
    }
}
