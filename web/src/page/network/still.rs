//! What stays the same from frame to frame: the inputs' own tiles and the data points over the output.
//!
//! In: header, examples, the chosen example. Out: [`Still`]. Pure. Read next: `scene.rs`.

use lnn_runlog::{RunHeader, Task};

use super::layout::{InputKind, Plan};
use crate::{page::example_picture::planes, protocol::Examples};

/// Points drawn over a map at most; beyond, every k-th.
const MAX_POINTS: usize = 800;
/// Cells along a side of an input's tile.
pub const INPUT_CELLS: usize = 16;

/// A data point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// From left to right, 0..=1 of the map.
    pub x: f32,
    /// From top to bottom, 0..=1 of the map.
    pub y: f32,
    /// Its class; for regression the target's place between smallest and largest, −1..=1, in `level`.
    pub class: usize,
    /// See `class`.
    pub level: Option<f32>,
}

/// What stays the same.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Still {
    /// Two tiles of `INPUT_CELLS` × `INPUT_CELLS` bytes: x₁ and x₂ over the plane.
    pub plane: Vec<u8>,
    /// The chosen example as a picture, one plane a channel, 0..=255; empty where it is none.
    pub picture: Vec<Vec<u8>>,
    /// Data points.
    pub points: Vec<Point>,
    /// The chosen example among data of two inputs, as a point.
    pub chosen: Option<Point>,
    /// Whether the one output is the share of the second of two classes.
    pub is_two_class: bool,
    /// Examples a mini-batch; none = all.
    pub batch_size: Option<usize>,
}

impl Still {
    /// Works it out.
    pub fn new(header: &RunHeader, examples: &Examples, example_idx: usize) -> Self {
        let chosen = example(header, examples, example_idx);
        let is_plane = examples.reach > 0.0;
        let levels = levels(header.data.task, &examples.point_targets);
        let every = (examples.point_targets.len() / MAX_POINTS).max(1);
        let points = examples.points.chunks_exact(2).zip(levels).step_by(every);
        let target = examples.watched_targets.get(example_idx).copied().unwrap_or(0.0);
        Self {
            plane: plane(),
            picture: planes(&header.data, chosen),
            points: points.map(|(xy, (class, level))| point(xy, class, level, examples.reach)).collect(),
            chosen: (is_plane && chosen.len() == 2)
                .then(|| point(chosen, target.max(0.0) as usize, None, examples.reach)),
            is_two_class: header.data.task == Task::BinaryClassification && header.recipe.output == "sigmoid",
            batch_size: header.recipe.batch_size,
        }
    }
}

/// How a network's picture is to be laid out in a box.
pub fn plan(header: &RunHeader, examples: &Examples, width: f32, height: f32) -> Plan {
    let data = &header.data;
    let input = match data.picture {
        _ if examples.reach > 0.0 => InputKind::Plane,
        Some((height, width)) => InputKind::Picture { height, width, n_channels: data.picture_channels },
        None => InputKind::Names { n_inputs: data.n_inputs() },
    };
    let longest = |names: &[String]| names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let n_outputs = data.n_outputs();
    Plan {
        width,
        height,
        input,
        input_chars: longest(&data.input_names),
        layers: header.recipe.layers.iter().copied().chain([n_outputs]).collect(),
        output_chars: longest(&data.class_names),
    }
}

/// The chosen watched example's inputs, scaled; empty where they stayed in the worker.
pub fn example<'a>(header: &RunHeader, examples: &'a Examples, example_idx: usize) -> &'a [f32] {
    let n_inputs = header.data.n_inputs();
    examples.watched_inputs.get(example_idx * n_inputs..(example_idx + 1) * n_inputs).unwrap_or_default()
}

fn point(xy: &[f32], class: usize, level: Option<f32>, reach: f32) -> Point {
    Point { x: 0.5 + 0.5 * xy[0] / reach, y: 0.5 - 0.5 * xy[1] / reach, class, level }
}

/// Class, or place between the smallest and the largest target.
fn levels(task: Task, targets: &[f32]) -> impl Iterator<Item = (usize, Option<f32>)> {
    let smallest = targets.iter().copied().fold(f32::INFINITY, f32::min);
    let largest = targets.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let span = (largest - smallest).max(f32::MIN_POSITIVE);
    targets.iter().map(move |target| match task {
        Task::Regression => (0, Some(2.0 * (target - smallest) / span - 1.0)),
        _ => (target.max(0.0) as usize, None),
    })
}

fn plane() -> Vec<u8> {
    let byte = |idx: usize| (1.0 + 254.0 * idx as f32 / (INPUT_CELLS - 1) as f32).round() as u8;
    let cells = |value: fn(usize, usize) -> usize| {
        (0..INPUT_CELLS * INPUT_CELLS).map(move |cell| byte(value(cell % INPUT_CELLS, cell / INPUT_CELLS)))
    };
    cells(|x, _| x).chain(cells(|_, y| INPUT_CELLS - 1 - y)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_rise_to_the_right_and_upwards() {
        let cells = plane();
        let (x1, x2) = cells.split_at(INPUT_CELLS * INPUT_CELLS);
        assert_eq!((x1[0], x1[INPUT_CELLS - 1]), (1, 255));
        assert_eq!((x2[0], x2[INPUT_CELLS * (INPUT_CELLS - 1)]), (255, 1));
    }

    #[test]
    fn targets_of_a_regression_lie_between_both_ends() {
        let found: Vec<_> = levels(Task::Regression, &[10.0, 20.0, 30.0]).map(|(_, level)| level).collect();
        assert_eq!(found, [Some(-1.0), Some(0.0), Some(1.0)]);
    }
}
