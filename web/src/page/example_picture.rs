//! An example whose inputs are pixels, as a picture in its own colours.
//!
//! In: the example's inputs, scaled, and what is known of them. Out: one plane of bytes a channel, and the picture of it.

use lnn_runlog::{DataInfo, InputScale};

use super::{
    chart::raster::Picture,
    theme::{Palette, mix},
};

/// One plane a channel, 0..=255, in the user's own numbers, from the example's smallest to its largest; empty where the
/// inputs are no picture or not there.
pub fn planes(data: &DataInfo, inputs: &[f32]) -> Vec<Vec<u8>> {
    if data.picture.is_none() || inputs.is_empty() {
        return Vec::new();
    }
    let shown = |(idx, value): (usize, &f32)| {
        let scale = data.input_scales.get(idx).copied().unwrap_or(InputScale::NONE);
        scale.to_shown(f64::from(*value))
    };
    let values: Vec<f64> = inputs.iter().enumerate().map(shown).collect();
    let (min, max) = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), value| (min.min(*value), max.max(*value)));
    let span = (max - min).max(f64::MIN_POSITIVE);
    let n_channels = data.picture_channels.max(1) as usize;
    let plane = |channel: usize| {
        let of_channel = values.iter().skip(channel).step_by(n_channels);
        of_channel.map(|value| (255.0 * (value - min) / span) as u8).collect()
    };
    (0..n_channels).map(plane).collect()
}

/// The picture: grey from paper to ink, or red, green and blue as they are.
pub fn picture(data: &DataInfo, inputs: &[f32], palette: &Palette) -> Option<Picture> {
    let (height, width) = data.picture?;
    let rgba = match &planes(data, inputs)[..] {
        [grey] => grey
            .iter()
            .flat_map(|value| {
                let [r, g, b] =
                    mix(palette.zero, super::theme::parse(&palette.ink), f32::from(*value) / 255.0);
                [r, g, b, 255]
            })
            .collect(),
        [red, green, blue] => {
            red.iter().zip(green).zip(blue).flat_map(|((r, g), b)| [*r, *g, *b, 255]).collect()
        }
        _ => return None,
    };
    Some(Picture { rgba, width: width as usize, height: height as usize })
}

#[cfg(test)]
mod tests {
    use lnn_runlog::Task;

    use super::*;

    fn data(picture: Option<(u32, u32)>, picture_channels: u32) -> DataInfo {
        DataInfo {
            name: String::new(),
            task: Task::BinaryClassification,
            input_names: Vec::new(),
            input_scales: Vec::new(),
            target_name: String::new(),
            class_names: Vec::new(),
            target_scale: InputScale::NONE,
            picture,
            picture_channels,
            n_train: 1,
            n_dev: 0,
        }
    }

    #[test]
    fn a_grey_picture_uses_the_whole_range() {
        assert_eq!(planes(&data(Some((1, 3)), 1), &[-1.0, 0.0, 1.0]), [[0, 127, 255]]);
        assert_eq!(planes(&data(Some((1, 2)), 1), &[3.0, 3.0]), [[0, 0]]);
        assert!(planes(&data(None, 1), &[3.0, 3.0]).is_empty());
    }

    #[test]
    fn the_channels_of_a_pixel_lie_side_by_side_and_share_one_range() {
        let inputs = [0.0, 1.0, 0.5, 1.0, 0.0, 0.0];
        assert_eq!(planes(&data(Some((1, 2)), 3), &inputs), [[0, 255], [255, 0], [127, 0]]);
    }

    #[test]
    fn columns_that_were_scaled_apart_are_shown_in_their_own_numbers() {
        let mut info = data(Some((1, 2)), 1);
        info.input_scales =
            vec![InputScale { shift: 10.0, scale: 1.0 }, InputScale { shift: 0.0, scale: 5.0 }];
        assert_eq!(planes(&info, &[0.0, 1.0]), [[255, 0]], "10 and 5");
    }
}
