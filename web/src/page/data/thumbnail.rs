//! A made-up data set as a small picture: its points in the colours of their classes.
//!
//! In: kind, noise, seed. Out: a canvas; decoration, its button has the name.

use std::{f64::consts::TAU, rc::Rc};

use lnn_core::SyntheticKind;
use yew::prelude::*;

use crate::page::{
    canvas::{Canvas, Draw, Surface},
    theme::{Palette, css},
};

const N_POINTS: usize = 110;
/// Half the side of the square of inputs that is shown.
const REACH: f64 = 1.15;

/// Properties of [`Thumbnail`].
#[derive(Properties, Clone)]
pub struct ThumbnailProps {
    /// Which one.
    pub kind: SyntheticKind,
    /// Standard deviation of the noise.
    pub noise: f64,
    /// Seed of the points.
    pub seed: u64,
    /// Colours.
    pub palette: Rc<Palette>,
}

impl PartialEq for ThumbnailProps {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key() && Rc::ptr_eq(&self.palette, &other.palette)
    }
}

impl ThumbnailProps {
    fn key(&self) -> (SyntheticKind, u64, u64) {
        (self.kind, self.noise.to_bits(), self.seed)
    }
}

/// A canvas with some of the points.
#[component]
pub fn Thumbnail(props: &ThumbnailProps) -> Html {
    let draw = use_memo(props.clone(), |props| picture(props));
    html! { <Canvas draw={(*draw).clone()} /> }
}

fn picture(props: &ThumbnailProps) -> Draw {
    let data = props.kind.generate::<f32>(N_POINTS, props.noise, props.seed);
    let palette = props.palette.clone();
    Rc::new(move |surface: &Surface| {
        let (context, radius) = (surface.context, surface.width / 42.0);
        let scale = surface.width.min(surface.height) / (2.0 * REACH);
        for (example, target) in data.inputs().columns().into_iter().zip(data.targets()) {
            let Some(colour) = palette.classes.get(usize::from(*target > 0.5)) else { continue };
            let (Some(x1), Some(x2)) = (example.get(0), example.get(1)) else { continue };
            context.set_fill_style_str(&css(*colour));
            context.begin_path();
            let (x, y) =
                (surface.width / 2.0 + f64::from(*x1) * scale, surface.height / 2.0 - f64::from(*x2) * scale);
            let _ = context.arc(x, y, radius, 0.0, TAU);
            context.fill();
        }
    })
}
