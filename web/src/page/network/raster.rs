//! A picture in memory: the few shapes that the network is drawn from, without a call into the browser.
//!
//! In: shapes in device pixels. Out: [`Raster::bytes`], which a canvas takes at once. A network has hundreds of lines and
//! tiles a frame; drawn here they cost a fraction of what as many canvas calls do. Pure. Read next: `ribbon.rs` for
//! lines, `tile.rs` for tiles.

use crate::page::theme::Rgb;

/// Opaque pixels, row by row; a pixel is red, green, blue, alpha from the lowest byte.
#[derive(Debug, Clone, Default)]
pub struct Raster {
    width: usize,
    height: usize,
    pixels: Vec<u32>,
}

/// A colour as a pixel.
pub const fn pixel(colour: Rgb) -> u32 {
    u32::from_le_bytes([colour[0], colour[1], colour[2], 255])
}

/// `over` on `under`, `alpha` 0..=256.
#[inline]
pub fn blend(under: u32, over: u32, alpha: u32) -> u32 {
    const RED_BLUE: u32 = 0x00ff_00ff;
    const GREEN: u32 = 0x0000_ff00;
    let keep = 256 - alpha;
    let red_blue = ((under & RED_BLUE) * keep + (over & RED_BLUE) * alpha) >> 8;
    let green = ((under & GREEN) * keep + (over & GREEN) * alpha) >> 8;
    0xff00_0000 | (red_blue & RED_BLUE) | (green & GREEN)
}

/// A rectangle with round corners, in device pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoundRect {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// From left to right.
    pub width: f32,
    /// From top to bottom.
    pub height: f32,
    /// Of the corners.
    pub radius: f32,
}

impl RoundRect {
    /// The same, larger by `by` on each side.
    #[must_use]
    pub fn grown(self, by: f32) -> Self {
        Self {
            x: self.x - by,
            y: self.y - by,
            width: self.width + 2.0 * by,
            height: self.height + 2.0 * by,
            radius: if self.radius > 0.0 { (self.radius + by).max(0.0) } else { 0.0 },
        }
    }

    /// How far the corners move a row's ends in; `y` is the row's middle.
    pub fn inset(&self, y: f32) -> f32 {
        let depth = (self.y + self.radius - y).max(y - (self.y + self.height - self.radius));
        if depth <= 0.0 || self.radius <= 0.0 {
            return 0.0;
        }
        let depth = depth.min(self.radius);
        self.radius - (self.radius * self.radius - depth * depth).sqrt()
    }
}

impl Raster {
    /// Takes a size and fills it with one colour.
    pub fn clear(&mut self, width: usize, height: usize, colour: Rgb) {
        (self.width, self.height) = (width, height);
        self.pixels.clear();
        self.pixels.resize(width * height, pixel(colour));
    }

    /// Puts another picture over this one, its left edge at `left`.
    pub fn paste(&mut self, other: &Self, left: usize) {
        let width = other.width.min(self.width.saturating_sub(left));
        if width > 0 {
            let rows = self.pixels.chunks_exact_mut(self.width).zip(other.pixels.chunks_exact(other.width));
            rows.for_each(|(row, pasted)| row[left..left + width].copy_from_slice(&pasted[..width]));
        }
    }

    /// Becomes a copy of another picture.
    pub fn copy_from(&mut self, other: &Self) {
        (self.width, self.height) = (other.width, other.height);
        self.pixels.clear();
        self.pixels.extend_from_slice(&other.pixels);
    }

    /// Pixels from left to right.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Pixels from top to bottom.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Red, green, blue, alpha of each pixel.
    pub fn bytes(&self) -> &[u8] {
        bytemuck::cast_slice(&self.pixels)
    }

    /// The pixels of a row.
    pub fn row_mut(&mut self, y: usize) -> &mut [u32] {
        let start = (y * self.width).min(self.pixels.len());
        let end = (start + self.width).min(self.pixels.len());
        &mut self.pixels[start..end]
    }

    /// All pixels and the length of a row, for inner loops.
    pub fn pixels_mut(&mut self) -> (&mut [u32], usize) {
        (&mut self.pixels, self.width)
    }

    /// Fills a shape.
    pub fn fill(&mut self, shape: RoundRect, colour: Rgb, alpha: f32) {
        let (first, last) =
            (shape.y.floor().max(0.0) as usize, (shape.y + shape.height).ceil().max(0.0) as usize);
        for y in first..last.min(self.height) {
            let cover = (shape.y + shape.height).min(y as f32 + 1.0) - shape.y.max(y as f32);
            let middle = (y as f32 + 0.5).clamp(shape.y, shape.y + shape.height);
            let inset = shape.inset(middle);
            let (from, to) = (shape.x + inset, shape.x + shape.width - inset);
            self.span(y, from, to, pixel(colour), cover.clamp(0.0, 1.0) * alpha);
        }
    }

    /// A part of a row, with soft ends.
    fn span(&mut self, y: usize, from: f32, to: f32, colour: u32, alpha: f32) {
        let (from, to) = (from.max(0.0), to.min(self.width as f32));
        if to <= from {
            return;
        }
        let (first, last) = (from as usize, (to.ceil() as usize).min(self.width) - 1);
        let row = self.row_mut(y);
        let whole = (alpha * 256.0) as u32;
        if first == last {
            row[first] = blend(row[first], colour, ((to - from) * alpha * 256.0) as u32);
            return;
        }
        row[first] = blend(row[first], colour, ((first as f32 + 1.0 - from) * alpha * 256.0) as u32);
        row[last] = blend(row[last], colour, ((to - last as f32) * alpha * 256.0) as u32);
        if whole >= 256 {
            row[first + 1..last].fill(colour);
        } else {
            for under in &mut row[first + 1..last] {
                *under = blend(*under, colour, whole);
            }
        }
    }

    /// Diagonal stripes over a shape.
    pub fn hatch(&mut self, shape: RoundRect, period: f32, colour: Rgb, alpha: f32) {
        let (colour, alpha) = (pixel(colour), (alpha * 256.0) as u32);
        let (first, last) = (shape.y.max(0.0) as usize, (shape.y + shape.height).max(0.0) as usize);
        for y in first..last.min(self.height) {
            let inset = shape.inset(y as f32 + 0.5);
            let from = (shape.x + inset).max(0.0) as usize;
            let to = ((shape.x + shape.width - inset).max(0.0) as usize).min(self.width);
            for (offset, under) in
                self.row_mut(y).get_mut(from..to).unwrap_or_default().iter_mut().enumerate()
            {
                if ((from + offset + y) as f32 % period) < period * 0.36 {
                    *under = blend(*under, colour, alpha);
                }
            }
        }
    }

    /// A filled triangle in the upper right corner of a square, with a seam towards the rest.
    pub fn corner(&mut self, right: f32, top: f32, side: f32, colour: Rgb, seam: Rgb) {
        let n_rows = side.ceil() as usize;
        for row in 0..n_rows {
            let y = top.max(0.0) as usize + row;
            if y >= self.height || top < 0.0 {
                continue;
            }
            let from = right - side + row as f32;
            self.span(y, from - 1.5, from, pixel(seam), 1.0);
            self.span(y, from, right, pixel(colour), 1.0);
        }
    }

    /// A small mark at a point: a disc, or a square on its corner.
    pub fn dot(&mut self, x: f32, y: f32, radius: f32, is_diamond: bool, colour: Rgb) {
        let colour = pixel(colour);
        let range = |at: f32, end: usize| {
            let from = (at - radius - 1.0).max(0.0) as usize;
            (from, ((at + radius + 2.0).max(0.0) as usize).min(end))
        };
        let ((x0, x1), (y0, y1)) = (range(x, self.width), range(y, self.height));
        for py in y0..y1 {
            for px in x0..x1 {
                let (dx, dy) = ((px as f32 + 0.5 - x).abs(), (py as f32 + 0.5 - y).abs());
                let away = if is_diamond { (dx + dy) * 0.8 } else { (dx * dx + dy * dy).sqrt() };
                let cover = (radius + 0.5 - away).clamp(0.0, 1.0);
                let under = &mut self.pixels[py * self.width + px];
                *under = blend(*under, colour, (cover * 256.0) as u32);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAPER: Rgb = [255, 255, 255];
    const INK: Rgb = [0, 0, 0];

    fn drawn(draw: impl Fn(&mut Raster)) -> Raster {
        let mut raster = Raster::default();
        raster.clear(20, 20, PAPER);
        draw(&mut raster);
        raster
    }

    fn darkness(raster: &Raster) -> f32 {
        raster.pixels.iter().map(|pixel| 1.0 - (pixel & 255) as f32 / 255.0).sum()
    }

    #[test]
    fn a_blend_reaches_both_colours() {
        assert_eq!(blend(pixel(PAPER), pixel([9, 8, 7]), 256), pixel([9, 8, 7]));
        assert_eq!(blend(pixel([9, 8, 7]), pixel(PAPER), 0), pixel([9, 8, 7]));
    }

    #[test]
    fn a_filled_rectangle_covers_its_area_wherever_it_lies() {
        for shift in [0.0, 0.25, 0.5, 0.75] {
            let shape = RoundRect { x: 4.0 + shift, y: 5.0 + shift, width: 8.0, height: 6.5, radius: 0.0 };
            let area = darkness(&drawn(|raster| raster.fill(shape, INK, 1.0)));
            assert!((area - 52.0).abs() < 0.8, "{area} at {shift}");
        }
    }

    #[test]
    fn round_corners_take_their_share_away() {
        let shape = RoundRect { x: 4.0, y: 4.0, width: 12.0, height: 12.0, radius: 6.0 };
        let area = darkness(&drawn(|raster| raster.fill(shape, INK, 1.0)));
        let disc = std::f32::consts::PI * 36.0;
        assert!((area - disc).abs() < 3.0, "{area}, a disc has {disc}");
    }

    #[test]
    fn shapes_beyond_every_edge_leave_the_picture_whole() {
        drawn(|raster| {
            let shape = RoundRect { x: -9.0, y: -9.0, width: 60.0, height: 60.0, radius: 5.0 };
            raster.fill(shape, INK, 0.5);
            raster.hatch(shape, 5.0, INK, 0.5);
            for (x, y) in [(-5.0, 3.0), (30.0, 3.0), (3.0, -5.0), (3.0, 30.0), (19.5, 19.5)] {
                raster.dot(x, y, 4.0, false, INK);
                raster.corner(x, y, 6.0, INK, PAPER);
                raster.fill(RoundRect { x, y, width: 8.0, height: 8.0, radius: 3.0 }, INK, 1.0);
            }
        });
    }
}
