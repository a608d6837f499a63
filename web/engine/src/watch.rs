//! Which examples views show: up to 64 of each class in turn, in the order of their classes, the same for a whole run.
//!
//! In: the training split. Out: [`Watch`] with their inputs and targets, and the plane of two inputs.

use lnn_core::DataSet;
use lnn_runlog::{DataInfo, Task};
use ndarray::Array2;

use crate::{bulk::Bulk, protocol::Examples};

/// Watched examples fit an 8 × 8 grid.
pub const MAX_WATCHED: usize = 64;
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
        let rows = balanced_rows(train, info.task);
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

/// Class (0, 1, …) or target value of an example.
fn label(data: &DataSet<f32>, task: Task, example_idx: usize) -> f32 {
    let targets = data.targets();
    match task {
        Task::Classification => {
            (0..targets.nrows()).find(|class| targets[[*class, example_idx]] > 0.5).unwrap_or(0) as f32
        }
        Task::BinaryClassification | Task::Regression => targets[[0, example_idx]],
    }
}

/// The first examples of each class, as many of each as there is room for; for regression every k-th, by target.
fn balanced_rows(train: &DataSet<f32>, task: Task) -> Vec<usize> {
    let n_examples = train.n_examples();
    let labels: Vec<f32> = (0..n_examples).map(|row| label(train, task, row)).collect();
    let mut rows: Vec<usize> = if task.is_classification() {
        let mut seen = std::collections::BTreeMap::<u32, usize>::new();
        let mut ranked: Vec<(usize, usize)> = Vec::with_capacity(n_examples);
        for (row, class) in labels.iter().enumerate() {
            let rank = seen.entry(*class as u32).or_insert(0);
            ranked.push((*rank, row));
            *rank += 1;
        }
        ranked.sort_unstable();
        ranked.into_iter().take(MAX_WATCHED).map(|(_, row)| row).collect()
    } else {
        let n_watched = n_examples.min(MAX_WATCHED);
        (0..n_watched).map(|idx| idx * n_examples / n_watched).collect()
    };
    rows.sort_by(|a, b| labels[*a].total_cmp(&labels[*b]).then(a.cmp(b)));
    rows
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

    fn two_classes(n_examples: usize) -> DataSet<f32> {
        let inputs = Array2::from_shape_fn((2, n_examples), |(i, j)| (i + j) as f32 / n_examples as f32);
        let targets = Array2::from_shape_fn((1, n_examples), |(_, j)| f32::from(u8::from(j % 5 == 0)));
        DataSet::new(inputs, targets).unwrap()
    }

    #[test]
    fn a_rare_class_is_watched_as_much_as_a_frequent_one() {
        let data = two_classes(1000);
        let rows = balanced_rows(&data, Task::BinaryClassification);
        assert_eq!(rows.len(), MAX_WATCHED);
        let positive = rows.iter().filter(|row| data.targets()[[0, **row]] == 1.0).count();
        assert_eq!(positive, MAX_WATCHED / 2);
        assert!(rows[..MAX_WATCHED / 2].iter().all(|row| data.targets()[[0, *row]] == 0.0));
    }

    #[test]
    fn the_planes_first_cell_is_top_left() {
        let plane = plane(4, 2.0);
        assert_eq!((plane[[0, 0]], plane[[1, 0]]), (-1.5, 1.5));
        assert_eq!((plane[[0, 15]], plane[[1, 15]]), (1.5, -1.5));
    }
}
