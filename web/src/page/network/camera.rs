//! Zoom and pan: how the layout's box maps to the screen's.
//!
//! In: gestures, in CSS pixels of the box. Out: [`Camera`]. Pure; `screen = layout · zoom + offset`.

use super::layout::Rect;

/// A zoom and an offset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Camera {
    /// 1 = the whole network fits.
    pub zoom: f32,
    /// Left edge of the layout on the screen, ≤ 0.
    pub x: f32,
    /// Its top edge, ≤ 0.
    pub y: f32,
}

/// A step of the keys and buttons.
pub const ZOOM_STEP: f32 = 1.4;
/// Height of the band at the bottom that names the layers.
const BAND: f32 = 44.0;
/// The nearest that one gets.
pub const MAX_ZOOM: f32 = 32.0;

impl Default for Camera {
    fn default() -> Self {
        Self { zoom: 1.0, x: 0.0, y: 0.0 }
    }
}

impl Camera {
    /// Whether the whole network is on the screen.
    pub fn fits(&self) -> bool {
        self.zoom <= 1.0
    }

    /// Zooms so that the point under (`x`, `y`) stays there.
    #[must_use]
    pub fn zoomed(self, factor: f32, x: f32, y: f32, size: (f32, f32)) -> Self {
        let zoom = (self.zoom * factor).clamp(1.0, MAX_ZOOM);
        let ratio = zoom / self.zoom;
        Self { zoom, x: x - (x - self.x) * ratio, y: y - (y - self.y) * ratio }.kept_inside(size)
    }

    /// Moves the picture.
    #[must_use]
    pub fn panned(self, dx: f32, dy: f32, size: (f32, f32)) -> Self {
        Self { x: self.x + dx, y: self.y + dy, ..self }.kept_inside(size)
    }

    /// Moves as little as possible so that a rectangle of the layout is on the screen, above the layers' names.
    #[must_use]
    pub fn showing(self, rect: Rect, size: (f32, f32)) -> Self {
        let pad = 16.0;
        let shift = |from: f32, length: f32, box_size: f32| {
            let (start, end) = (from - pad, from + length + pad);
            if start < 0.0 {
                -start
            } else if end > box_size {
                box_size - end
            } else {
                0.0
            }
        };
        let seen = self.place(rect);
        self.panned(shift(seen.x, seen.width, size.0), shift(seen.y, seen.height, size.1 - BAND), size)
    }

    /// A rectangle of the layout on the screen.
    pub fn place(&self, rect: Rect) -> Rect {
        Rect {
            x: rect.x * self.zoom + self.x,
            y: rect.y * self.zoom + self.y,
            width: rect.width * self.zoom,
            height: rect.height * self.zoom,
        }
    }

    /// The picture always covers the box.
    #[must_use]
    pub fn kept_inside(self, size: (f32, f32)) -> Self {
        Self {
            zoom: self.zoom,
            x: self.x.clamp(size.0 * (1.0 - self.zoom), 0.0),
            y: self.y.clamp(size.1 * (1.0 - self.zoom), 0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (f32, f32) = (800.0, 600.0);

    #[test]
    fn the_point_under_the_pointer_stays() {
        let before = Camera::default().zoomed(2.0, 400.0, 300.0, SIZE);
        let after = before.zoomed(1.5, 410.0, 290.0, SIZE);
        let world = |camera: Camera| ((410.0 - camera.x) / camera.zoom, (290.0 - camera.y) / camera.zoom);
        let ((x0, y0), (x1, y1)) = (world(before), world(after));
        assert!((x0 - x1).abs() < 0.01 && (y0 - y1).abs() < 0.01);
    }

    #[test]
    fn zooming_out_all_the_way_is_the_whole_network() {
        let camera = Camera::default().zoomed(8.0, 100.0, 100.0, SIZE).panned(-999.0, 50.0, SIZE);
        assert_eq!(camera.zoomed(0.01, 0.0, 0.0, SIZE), Camera::default());
    }

    #[test]
    fn a_unit_off_the_screen_is_brought_in() {
        let rect = Rect { x: 700.0, y: 500.0, width: 40.0, height: 40.0 };
        let camera = Camera::default().zoomed(4.0, 0.0, 0.0, SIZE).showing(rect, SIZE);
        let seen = camera.place(rect);
        assert!(seen.x >= 0.0 && seen.x + seen.width <= SIZE.0);
        assert!(seen.y >= 0.0 && seen.y + seen.height <= SIZE.1 - BAND);
    }
}
