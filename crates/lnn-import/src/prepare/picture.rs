//! Are the inputs the pixels of a picture? In: the names of the inputs; out: the shape of the picture.
//!
//! Read next: `mod.rs`.

/// The smallest picture that is taken for one is 6 by 6.
const MIN_SIDE: usize = 6;

/// Inputs that are the pixels of a square picture, row by row, the channels of a pixel together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Picture {
    /// Pixels from top to bottom.
    pub height: usize,
    /// Pixels from left to right.
    pub width: usize,
    /// 1 for grey, 3 for red, green and blue.
    pub channels: usize,
}

impl Picture {
    /// A square number of inputs, or three times one, whose names differ in their digits alone (`pixel_0_1`, `x17`).
    pub fn guess(input_names: &[String]) -> Option<Self> {
        let n_inputs = input_names.len();
        let (side, channels) = [1, 3].into_iter().find_map(|channels| {
            let side = (n_inputs / channels).isqrt();
            (side >= MIN_SIDE && side * side * channels == n_inputs).then_some((side, channels))
        })?;
        let stem = |name: &String| name.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
        let first = input_names.first().map(stem)?;
        let numbered = |name: &String| name.contains(|c: char| c.is_ascii_digit()) && stem(name) == first;
        input_names.iter().all(numbered).then_some(Self { height: side, width: side, channels })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(n: usize, name: impl Fn(usize) -> String, expected: Option<(usize, usize)>) {
        let names: Vec<String> = (0..n).map(name).collect();
        assert_eq!(Picture::guess(&names).map(|picture| (picture.height, picture.channels)), expected);
    }

    #[test]
    fn numbered_columns_in_a_square_are_a_picture() {
        check(64, |i| format!("pixel_{}_{}", i / 8, i % 8), Some((8, 1)));
        check(784, |i| i.to_string(), Some((28, 1)));
        check(12_288, |i| format!("column {i}"), Some((64, 3)));
        check(25, |i| format!("x{i}"), None);
        check(65, |i| format!("x{i}"), None);
        check(36, |i| format!("{}{i}", if i < 18 { "a" } else { "b" }), None);
        check(36, |_| "x".into(), None);
    }
}
