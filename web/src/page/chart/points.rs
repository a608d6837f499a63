//! Examples of two-input data as points on the plane.
//!
//! In: positions and targets. Out: discs with a rim, so that they are seen on any ground.

use lnn_runlog::Task;

use super::{
    pen::Pen,
    raster::{Rect, signed_colour},
    scale::Scale,
    series,
};
use crate::{
    page::theme::{Palette, css},
    protocol::Examples,
};

/// Draws every point in a rectangle that shows the plane from −reach to +reach. Returns the scales of both inputs.
pub fn draw_in(pen: Pen, examples: &Examples, task: Task, to: Rect, palette: &Palette) -> (Scale, Scale) {
    let reach = f64::from(examples.reach);
    let x = Scale::linear((-reach, reach), (to.x, to.x + to.width));
    let y = Scale::linear((-reach, reach), (to.y + to.height, to.y));
    draw(pen, examples, task, (x, y), palette);
    (x, y)
}

/// Draws every point in the colour of its class, or of its value on the signed scale.
fn draw(pen: Pen, examples: &Examples, task: Task, (x, y): (Scale, Scale), palette: &Palette) {
    let n_points = examples.point_targets.len();
    let radius = if n_points > 600 { 1.5 } else { 2.1 };
    let targets = examples.point_targets.iter().map(|target| f64::from(target.abs()));
    let largest = series::range(targets).map_or(1.0, |(_, largest)| largest.max(f64::MIN_POSITIVE));
    for (point, target) in examples.points.chunks_exact(2).zip(examples.point_targets.iter()) {
        let colour = if task == Task::Regression {
            signed_colour(palette, (f64::from(*target) / largest) as f32)
        } else {
            let class = *target as usize % palette.classes.len().max(1);
            palette.classes.get(class).copied().unwrap_or(palette.zero)
        };
        let at = (x.to_px(f64::from(point[0])), y.to_px(f64::from(point[1])));
        pen.disc(at, radius + 0.9, &palette.panel);
        pen.disc(at, radius, &css(colour));
    }
}
