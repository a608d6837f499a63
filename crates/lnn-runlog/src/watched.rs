//! Which examples are watched: up to 64 of each class in turn, in the order of their classes, the same for a whole run.
//!
//! In: the training split. Out: rows of it. Read next: `recorder.rs`.

use lnn_core::{DataSet, Real};

use crate::Task;

/// Watched examples fit an 8 × 8 grid.
pub const MAX_WATCHED: usize = 64;

/// Class (0, 1, …) or target value of an example.
pub fn label<T: Real>(data: &DataSet<T>, task: Task, example_idx: usize) -> f32 {
    let targets = data.targets();
    match task {
        Task::Classification => {
            let is_its = |class: &usize| targets[[*class, example_idx]].to_f64() > 0.5;
            (0..targets.nrows()).find(is_its).unwrap_or(0) as f32
        }
        Task::BinaryClassification | Task::Regression => targets[[0, example_idx]].to_f64() as f32,
    }
}

/// The first examples of each class, as many of each as there is room for; for regression every k-th, by target.
pub fn watched_rows<T: Real>(train: &DataSet<T>, task: Task) -> Vec<usize> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn two_classes(n_examples: usize) -> DataSet<f32> {
        let inputs = Array2::from_shape_fn((2, n_examples), |(i, j)| (i + j) as f32 / n_examples as f32);
        let targets = Array2::from_shape_fn((1, n_examples), |(_, j)| f32::from(u8::from(j % 5 == 0)));
        DataSet::new(inputs, targets).unwrap()
    }

    #[test]
    fn a_rare_class_is_watched_as_much_as_a_frequent_one() {
        let data = two_classes(1000);
        let rows = watched_rows(&data, Task::BinaryClassification);
        assert_eq!(rows.len(), MAX_WATCHED);
        let positive = rows.iter().filter(|row| data.targets()[[0, **row]] == 1.0).count();
        assert_eq!(positive, MAX_WATCHED / 2);
        assert!(rows[..MAX_WATCHED / 2].iter().all(|row| data.targets()[[0, *row]] == 0.0));
    }
}
