//! A unit's tile: a small sheet of bytes enlarged to its place, in the colours of the signed scale.
//!
//! In: bytes of a sheet (1..=255, 128 = zero) and a shape in device pixels. Out: pixels. Pure. Read next: `scene.rs`.

use super::raster::{Raster, RoundRect, blend, pixel};
use crate::page::theme::Rgb;

/// A colour for each byte.
pub type Lut = [u32; 256];

/// The colours of a scale as pixels.
pub fn lut(colours: &[Rgb; 256]) -> Lut {
    std::array::from_fn(|idx| pixel(colours[idx]))
}

/// The signed scale stretched by a square root, so that small values show beside large ones.
pub fn root_lut(colours: &[Rgb; 256]) -> Lut {
    std::array::from_fn(|idx| {
        let value = (idx.max(1) as f32 - 128.0) / 127.0;
        pixel(colours[(128.0 + 127.0 * value.abs().sqrt().copysign(value)).round() as usize & 255])
    })
}

/// The colours for shares between two classes: 0 as the first class, ½ as zero, 1 as the second.
pub fn two_class_lut(colours: &[Rgb; 256]) -> Lut {
    std::array::from_fn(|idx| pixel(colours[1 + 2 * idx.saturating_sub(128).min(127)]))
}

/// Where one pixel reads: two neighbouring cells and how much of the second, 0..=256.
type Tap = (u16, u16, u16);

/// How pixels read cells, for all tiles of one sheet.
#[derive(Debug, Clone, Default)]
pub struct Sampler {
    columns: Vec<Tap>,
    rows: Vec<Tap>,
    n_cols: usize,
    /// A row of cells between two rows, times 256.
    between: Vec<u16>,
    /// The colours of the row of pixels that is being drawn.
    colours: Vec<u32>,
}

impl Sampler {
    /// From `n_cols` × `n_rows` cells to `width` × `height` pixels; smooth between cells, or every cell by itself.
    pub fn new(n_cols: usize, n_rows: usize, width: usize, height: usize, is_smooth: bool) -> Self {
        Self {
            columns: taps(n_cols, width, is_smooth),
            rows: taps(n_rows, height, is_smooth),
            n_cols,
            between: vec![0; n_cols],
            colours: vec![0; width],
        }
    }

    /// Draws one tile; `cells` are its bytes. Corners are round as the shape says.
    pub fn draw(&mut self, raster: &mut Raster, cells: &[u8], left: i32, top: i32, radius: f32, lut: &Lut) {
        self.draw_rows(raster, (left, top), radius, |sampler, tap| sampler.read_row(cells, tap, lut));
    }

    /// Draws a picture of three planes: red, green, blue.
    pub fn draw_in_colours(
        &mut self,
        raster: &mut Raster,
        planes: [&[u8]; 3],
        left: i32,
        top: i32,
        radius: f32,
    ) {
        let luts: [Lut; 3] = std::array::from_fn(|channel| {
            std::array::from_fn(|value| {
                let mut colour = [0; 3];
                colour[channel] = value as u8;
                pixel(colour)
            })
        });
        self.draw_rows(raster, (left, top), radius, |sampler, tap| {
            let mut mixed = vec![0; sampler.colours.len()];
            for (plane, lut) in planes.iter().zip(&luts) {
                if !sampler.read_row(plane, tap, lut) {
                    return false;
                }
                mixed.iter_mut().zip(&sampler.colours).for_each(|(mixed, colour)| *mixed |= colour);
            }
            sampler.colours = mixed;
            true
        });
    }

    /// Row by row; `read` fills `colours`, and says false where the cells are too few.
    fn draw_rows(
        &mut self,
        raster: &mut Raster,
        (left, top): (i32, i32),
        radius: f32,
        mut read: impl FnMut(&mut Self, Tap) -> bool,
    ) {
        let (width, height) = (self.columns.len(), self.rows.len());
        let shape = RoundRect { x: 0.0, y: 0.0, width: width as f32, height: height as f32, radius };
        let n_skipped = usize::try_from(-top).unwrap_or(0);
        let mut drawn = None;
        for y in n_skipped..height {
            let Some(target_y) = usize::try_from(top + y as i32).ok().filter(|y| *y < raster.height()) else {
                break;
            };
            let tap = self.rows[y];
            if drawn.replace(tap) != Some(tap) && !read(self, tap) {
                return;
            }
            self.copy_row(raster.row_mut(target_y), left, shape.inset(y as f32 + 0.5));
        }
    }

    /// Reads the colours of a row of pixels; false where the cells are too few.
    fn read_row(&mut self, cells: &[u8], (upper, lower, share): Tap, lut: &Lut) -> bool {
        let row_of =
            |row: u16| cells.get(usize::from(row) * self.n_cols..(usize::from(row) + 1) * self.n_cols);
        let (Some(upper), Some(lower)) = (row_of(upper), row_of(lower)) else { return false };
        for ((between, upper), lower) in self.between.iter_mut().zip(upper).zip(lower) {
            // At most 255 · 256, which fits.
            *between = u16::from(*upper) * (256 - share) + u16::from(*lower) * share;
        }
        for (colour, (a, b, right)) in self.colours.iter_mut().zip(&self.columns) {
            let (a, b) = (self.between[usize::from(*a)], self.between[usize::from(*b)]);
            let value = u32::from(a) * u32::from(256 - right) + u32::from(b) * u32::from(*right);
            *colour = lut[((value + (1 << 15)) >> 16) as usize & 255];
        }
        true
    }

    /// Copies the colours into a row of the picture, its ends moved in by `inset`.
    fn copy_row(&self, row: &mut [u32], left: i32, inset: f32) {
        let width = self.columns.len();
        let cut = inset.ceil() as usize;
        let first = cut.max(usize::try_from(-left).unwrap_or(0));
        let room = usize::try_from(row.len() as i32 - left).unwrap_or(0);
        let last = width.saturating_sub(cut).min(room);
        if first < last {
            let start = (left + first as i32) as usize;
            row[start..start + last - first].copy_from_slice(&self.colours[first..last]);
        }
        let soft = ((cut as f32 - inset) * 256.0) as u32;
        if soft > 0 && (1..=width).contains(&cut) {
            for x in [cut - 1, width - cut] {
                let target = usize::try_from(left + x as i32).ok().and_then(|x| row.get_mut(x));
                if let (Some(under), Some(colour)) = (target, self.colours.get(x)) {
                    *under = blend(*under, *colour, soft);
                }
            }
        }
    }
}

fn taps(n_cells: usize, n_pixels: usize, is_smooth: bool) -> Vec<Tap> {
    let last = n_cells.saturating_sub(1);
    let tap = |idx: usize| {
        let at = (idx as f32 + 0.5) * n_cells as f32 / n_pixels as f32;
        if !is_smooth {
            let cell = (at as usize).min(last) as u16;
            return (cell, cell, 0);
        }
        let at = (at - 0.5).clamp(0.0, last as f32);
        let cell = at as usize;
        (cell as u16, (cell + 1).min(last) as u16, ((at - cell as f32) * 256.0) as u16)
    };
    (0..n_pixels).map(tap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey() -> Lut {
        lut(&std::array::from_fn(|idx| [idx as u8; 3]))
    }

    fn drawn(mut sampler: Sampler, cells: &[u8], left: i32, top: i32, radius: f32) -> Vec<u8> {
        let mut raster = Raster::default();
        raster.clear(8, 8, [0, 0, 0]);
        sampler.draw(&mut raster, cells, left, top, radius, &grey());
        raster.bytes().chunks(4).map(|pixel| pixel[0]).collect()
    }

    #[test]
    fn cells_become_squares_of_pixels() {
        let pixels = drawn(Sampler::new(2, 2, 4, 4, false), &[10, 20, 30, 40], 2, 2, 0.0);
        assert_eq!(pixels[2 * 8 + 2..2 * 8 + 6], [10, 10, 20, 20]);
        assert_eq!(pixels[5 * 8 + 2..5 * 8 + 6], [30, 30, 40, 40]);
        assert_eq!(pixels[0], 0);
    }

    #[test]
    fn a_smooth_tile_rises_evenly_between_cells() {
        let pixels = drawn(Sampler::new(2, 1, 8, 1, true), &[0, 200], 0, 0, 0.0);
        assert!(pixels[..8].windows(2).all(|pair| pair[0] <= pair[1]), "{:?}", &pixels[..8]);
        assert_eq!((pixels[0], pixels[7]), (0, 200));
    }

    #[test]
    fn tiles_over_any_edge_are_cut_off_there() {
        let sampler = Sampler::new(3, 3, 6, 6, true);
        for (left, top) in [(-3, -3), (5, 5), (-9, 2), (20, 20), (2, -9), (-1, 7)] {
            assert_eq!(drawn(sampler.clone(), &[200; 9], left, top, 2.0).len(), 64);
        }
        assert_eq!(drawn(sampler, &[200; 9], -3, -3, 0.0)[..4], [200, 200, 200, 0]);
    }

    #[test]
    fn three_planes_are_mixed_to_colours() {
        let mut raster = Raster::default();
        raster.clear(8, 8, [0, 0, 0]);
        let planes: [&[u8]; 3] = [&[200, 0], &[10, 90], &[0, 255]];
        Sampler::new(2, 1, 8, 8, false).draw_in_colours(&mut raster, planes, 0, 0, 0.0);
        assert_eq!(raster.bytes()[..4], [200, 10, 0, 255]);
        assert_eq!(raster.bytes()[28..32], [0, 90, 255, 255]);
    }

    #[test]
    fn too_few_bytes_draw_nothing_instead_of_failing() {
        assert!(drawn(Sampler::new(3, 3, 6, 6, true), &[], 0, 0, 0.0).iter().all(|pixel| *pixel == 0));
    }

    #[test]
    fn a_share_of_one_half_is_the_middle_of_two_classes() {
        let colours = std::array::from_fn(|idx| [idx as u8; 3]);
        let lut = two_class_lut(&colours);
        assert_eq!((lut[128] & 255, lut[255] & 255), (1, 255));
        assert!((lut[192] & 255).abs_diff(128) <= 2);
    }
}
