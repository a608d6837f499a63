//! The words and numbers on the picture: names of inputs, outputs and layers, and the chosen example's values.
//!
//! In: header, examples, frame, layout, zoom. Out: [`Ink`], a list of texts and bars in CSS pixels. Pure. Read next:
//! `painter.rs`, which writes them.

use lnn_runlog::{InputScale, RunHeader, Task};

use super::{
    camera::Camera,
    layout::{InputBox, LayerBox, Layout, Rect},
    scale::brief,
    still::example,
    units::{activation_name, layer_name, output_name},
};
use crate::{frame::Frame, protocol::Examples};

/// Which edge of a text its x is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// The left one.
    Left,
    /// The middle.
    Centre,
    /// The right one.
    Right,
}

/// How loud a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// Names of columns.
    Quiet,
    /// Names.
    Name,
    /// Numbers, in the tabular face.
    Number,
    /// What is true of the chosen example.
    Strong,
}

/// One text, its baseline's middle at `y`.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// See `align`.
    pub x: f32,
    /// The middle of its height.
    pub y: f32,
    /// Which edge `x` is.
    pub align: Align,
    /// How loud.
    pub voice: Voice,
    /// What it says.
    pub words: String,
}

/// A bar that shows a signed value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Where.
    pub rect: Rect,
    /// Sign and size, −1..=1; drawn from the rectangle's middle.
    pub value: f32,
}

/// Words and bars.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ink {
    /// Texts.
    pub texts: Vec<Text>,
    /// Bars.
    pub bars: Vec<Bar>,
}

/// What words are made from.
pub struct Words<'a> {
    /// Names.
    pub header: &'a RunHeader,
    /// The watched examples.
    pub examples: &'a Examples,
    /// Which of them is chosen.
    pub example_idx: usize,
    /// What the network says.
    pub frame: &'a Frame,
    /// Where everything lies.
    pub layout: &'a Layout,
    /// Zoom and pan.
    pub camera: Camera,
}

/// Width of a letter of a name, on average.
const LETTER: f32 = 6.3;

impl Words<'_> {
    /// Everything to write.
    pub fn ink(&self) -> Ink {
        let mut ink = Ink::default();
        self.inputs(&mut ink);
        self.outputs(&mut ink);
        ink
    }

    fn inputs(&self, ink: &mut Ink) {
        match &self.layout.input {
            InputBox::Plane(tiles) => {
                for (idx, name) in self.header.data.input_names.iter().take(2).enumerate() {
                    let place = self.camera.place(tiles.tile_rect(idx));
                    let (x, y) = (place.x - 8.0, place.y + place.height / 2.0);
                    let text = ellipsis(name, (x - 4.0).max(20.0));
                    ink.texts.push(Text { x, y, align: Align::Right, voice: Voice::Name, words: text });
                }
            }
            InputBox::Picture { .. } => {}
            InputBox::Names { left, top, width, pitch, n_shown, n_inputs } => {
                let values = example(self.header, self.examples, self.example_idx);
                for idx in 0..*n_shown {
                    let row =
                        Rect { x: *left, y: top + idx as f32 * pitch, width: width - 10.0, height: *pitch };
                    self.input(ink, idx, self.camera.place(row), values.get(idx).copied());
                }
                if n_inputs > n_shown {
                    let row =
                        Rect { x: *left, y: top + *n_shown as f32 * pitch, width: *width, height: *pitch };
                    let (place, text) = (self.camera.place(row), format!("… {} more", n_inputs - n_shown));
                    let y = place.y + place.height / 2.0;
                    ink.texts.push(Text {
                        x: place.x,
                        y,
                        align: Align::Left,
                        voice: Voice::Quiet,
                        words: text,
                    });
                }
            }
        }
    }

    fn input(&self, ink: &mut Ink, idx: usize, place: Rect, scaled: Option<f32>) {
        let data = &self.header.data;
        let scale = data.input_scales.get(idx).copied().unwrap_or(InputScale::NONE);
        let value = scaled.map(|scaled| tidy(scale.to_shown(f64::from(scaled))));
        let n_letters = value.as_ref().map_or(0, |value| value.chars().count());
        let y = place.y + place.height / 2.0 - 2.0;
        let name = data.input_names.get(idx).map_or("", String::as_str);
        let text = ellipsis(name, place.width - n_letters as f32 * 7.0 - 6.0);
        ink.texts.push(Text { x: place.x, y, align: Align::Left, voice: Voice::Name, words: text });
        if let (Some(text), Some(scaled)) = (value, scaled) {
            let x = place.x + place.width;
            ink.texts.push(Text { x, y, align: Align::Right, voice: Voice::Number, words: text });
            let rect = Rect { x: place.x, y: y + 8.5, width: place.width, height: 2.0 };
            ink.bars.push(Bar { rect, value: (scaled / 3.0).clamp(-1.0, 1.0) });
        }
    }

    /// Each output's name and its value at the chosen example.
    fn outputs(&self, ink: &mut Ink) {
        let Some(layer) = self.layout.layers.last() else { return };
        let data = &self.header.data;
        let target = self.examples.watched_targets.get(self.example_idx).copied();
        if layer.n_units == 1 {
            self.only_output(ink, layer, target);
            return;
        }
        if layer.text_width <= 0.0 {
            return;
        }
        for unit_idx in 0..layer.n_units {
            let place = self.camera.place(layer.tile_rect(unit_idx));
            let x =
                place.x + place.width + ((layer.pitch - layer.tile) / 2.0 * self.camera.zoom).min(14.0) + 3.0;
            let is_true = target.is_some_and(|target| target as usize == unit_idx);
            let voice = if is_true { Voice::Strong } else { Voice::Name };
            let name = output_name(data, unit_idx);
            let middle = place.y + place.height / 2.0;
            let room = layer.text_width * self.camera.zoom - 8.0;
            let value = self.output(unit_idx).map(|value| self.shown(value)).unwrap_or_default();
            if layer.pitch * self.camera.zoom >= 34.0 {
                let text = ellipsis(&name, room);
                ink.texts.push(Text { x, y: middle - 8.0, align: Align::Left, voice, words: text });
                ink.texts.push(Text {
                    x,
                    y: middle + 8.0,
                    align: Align::Left,
                    voice: Voice::Number,
                    words: value,
                });
            } else {
                let text = ellipsis(&name, room - 38.0);
                ink.texts.push(Text { x, y: middle, align: Align::Left, voice, words: text });
                let x = x + room;
                ink.texts.push(Text {
                    x,
                    y: middle,
                    align: Align::Right,
                    voice: Voice::Number,
                    words: value,
                });
            }
        }
    }

    /// Below the only output: its value at the chosen example, and what is true.
    fn only_output(&self, ink: &mut Ink, layer: &LayerBox, target: Option<f32>) {
        let Some(value) = self.output(0) else { return };
        let place = self.camera.place(layer.tile_rect(0));
        let (middle, y) = (place.x + place.width / 2.0, place.y + place.height + 24.0);
        let before = self.layout.layers.iter().nth_back(1).map_or(0.0, LayerBox::x_out);
        let room = (self.layout.width - before) * self.camera.zoom - 16.0;
        let mut line = |y: f32, voice: Voice, long: String, short: String| {
            let width = |words: &str| words.chars().count() as f32 * LETTER * 1.08;
            let words = if width(&long) <= room { long } else { short };
            // At the picture's edge a long text moves in, but not when the tile itself is off the screen.
            let most = self.layout.width - width(&words) / 2.0 - 4.0;
            let x = if self.camera.fits() { middle.min(most) } else { middle };
            ink.texts.push(Text { x, y, align: Align::Centre, voice, words });
        };
        let value = self.shown(value);
        let named = format!("{} = {value}", ellipsis(&self.single_name(), 100.0));
        line(y, Voice::Strong, named, value);
        if let Some(target) = target {
            let row = self.examples.watched_rows.get(self.example_idx).map_or(0, |row| row + 1);
            let truth = ellipsis(&self.target(target), 70.0);
            line(y + 16.0, Voice::Quiet, format!("example {row} is {truth}"), format!("is {truth}"));
        }
    }

    /// What the only output is: the chance of the second class, or the target itself.
    fn single_name(&self) -> String {
        let data = &self.header.data;
        match data.class_names.get(1).filter(|_| data.task == Task::BinaryClassification) {
            Some(class) => format!("P({})", class_name(class)),
            None => output_name(data, 0),
        }
    }

    /// The chosen example's target.
    fn target(&self, target: f32) -> String {
        let data = &self.header.data;
        match data.class_names.get(target.max(0.0) as usize).filter(|_| data.task != Task::Regression) {
            Some(class) => class_name(class),
            None => self.shown(target),
        }
    }

    /// An output at the chosen example.
    fn output(&self, unit_idx: usize) -> Option<f32> {
        let n_watched = self.examples.watched_rows.len();
        self.frame.watched_outputs.get(unit_idx * n_watched + self.example_idx).copied()
    }

    /// In the user's own unit.
    fn shown(&self, value: f32) -> String {
        match self.header.data.task {
            Task::Regression => tidy(self.header.data.target_scale.to_shown(f64::from(value))),
            _ if value == 0.0 || (value - 1.0).abs() < f32::EPSILON => format!("{value:.0}"),
            _ => format!("{value:.2}"),
        }
    }

    /// The names of the columns, at the lower edge of the box; `height` is the box's.
    pub fn columns(&self, height: f32) -> Vec<Text> {
        let n_layers = self.layout.layers.len();
        let middle = |x: f32| x * self.camera.zoom + self.camera.x;
        let mut names = vec![(middle(self.layout.input.x_mid()), "input".to_owned(), self.input_note())];
        for (idx, layer) in self.layout.layers.iter().enumerate() {
            names.push((middle(layer.x_mid()), layer_name(n_layers, idx), self.layer_note(idx, layer)));
        }
        let room = names.windows(2).map(|pair| pair[1].0 - pair[0].0).fold(f32::INFINITY, f32::min);
        let text = |x: f32, y: f32, voice: Voice, text: String| Text {
            x,
            y,
            align: Align::Centre,
            voice,
            words: text,
        };
        let mut texts = Vec::with_capacity(2 * names.len());
        for (idx, (x, name, note)) in names.into_iter().enumerate() {
            let is_inner = (1..n_layers).contains(&idx);
            let units = idx.checked_sub(1).and_then(|idx| self.layout.layers.get(idx));
            if room < 60.0 && is_inner {
                // Columns too narrow for words: the layer's number and how many units it has.
                let n_units = units.map_or(0, |layer| layer.n_units);
                texts.push(text(x, height - 26.0, Voice::Name, idx.to_string()));
                texts.push(text(x, height - 11.0, Voice::Quiet, ellipsis(&n_units.to_string(), room)));
            } else if !is_inner {
                texts.push(text(x, height - 26.0, Voice::Name, name));
                texts.push(text(x, height - 11.0, Voice::Quiet, note));
            } else {
                texts.push(text(x, height - 26.0, Voice::Name, ellipsis(&name, room)));
                texts.push(text(x, height - 11.0, Voice::Quiet, ellipsis(&note, room - 2.0)));
            }
        }
        texts
    }

    fn input_note(&self) -> String {
        if matches!(self.layout.input, InputBox::Plane(_)) {
            return format!("{} values", self.header.data.n_inputs());
        }
        match self.examples.watched_rows.get(self.example_idx) {
            Some(row) => format!("example {}", row + 1),
            None => self.header.data.n_inputs().to_string(),
        }
    }

    fn layer_note(&self, layer_idx: usize, layer: &LayerBox) -> String {
        let recipe = &self.header.recipe;
        let activation = recipe.hidden.get(layer_idx).unwrap_or(&recipe.output);
        format!("{} {}", layer.n_units, activation_name(activation))
    }
}

/// A class that is named by a number is called `class 1`.
fn class_name(name: &str) -> String {
    if name.parse::<f64>().is_ok() { format!("class {name}") } else { name.to_owned() }
}

/// A value of the user's data: whole numbers as such, others with three digits.
fn tidy(value: f64) -> String {
    let rounded = (value * 1000.0).round() / 1000.0;
    if (rounded - rounded.round()).abs() < 1e-9 && rounded.abs() < 1e6 {
        return format!("{:.0}", rounded + 0.0).replace('-', "−");
    }
    let size = value.abs();
    if (0.1..1e4).contains(&size) {
        let n_decimals = (2 - size.log10().floor() as i32).clamp(0, 3) as usize;
        return format!("{value:.n_decimals$}").replace('-', "−");
    }
    brief(value as f32)
}

/// As much of a name as fits a width.
pub fn ellipsis(name: &str, width: f32) -> String {
    let n_fitting = (width / LETTER).max(1.0) as usize;
    if name.chars().count() <= n_fitting {
        return name.to_owned();
    }
    let mut short: String = name.chars().take(n_fitting.saturating_sub(1).max(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_by_letters_not_bytes() {
        assert_eq!(ellipsis("größte Länge", 45.0), "größte…");
        assert_eq!(ellipsis("x₁", 45.0), "x₁");
    }

    #[test]
    fn values_are_shown_as_in_the_file() {
        for (value, expected) in
            [(5.1, "5.10"), (3.0, "3"), (-2.0, "−2"), (1234.5, "1234"), (0.000_2, "0"), (0.25, "0.250")]
        {
            assert_eq!(tidy(value), expected);
        }
    }
}
