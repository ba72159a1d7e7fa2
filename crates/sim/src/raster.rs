//! An RGB picture and an anti-aliased polygon filler with exact area coverage.

use crate::geometry::{Point, point};

/// Linear-ish colour, 0.0 to 1.0 per channel; may exceed 1.0 while light is being added.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Colour {
    pub(crate) r: f32,
    pub(crate) g: f32,
    pub(crate) b: f32,
}

pub(crate) const fn rgb(r: f32, g: f32, b: f32) -> Colour {
    Colour { r, g, b }
}

/// From 8-bit values as colour pickers show them.
pub(crate) const fn hex(value: u32) -> Colour {
    rgb(((value >> 16) & 0xFF) as f32 / 255.0, ((value >> 8) & 0xFF) as f32 / 255.0, (value & 0xFF) as f32 / 255.0)
}

impl Colour {
    pub(crate) fn scale(self, k: f32) -> Self {
        rgb(self.r * k, self.g * k, self.b * k)
    }

    pub(crate) fn tint(self, by: Self) -> Self {
        rgb(self.r * by.r, self.g * by.g, self.b * by.b)
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        rgb(self.r + other.r, self.g + other.g, self.b + other.b)
    }

    /// `self` at 0, `other` at 1.
    pub(crate) fn mix(self, other: Self, t: f32) -> Self {
        rgb(self.r + (other.r - self.r) * t, self.g + (other.g - self.g) * t, self.b + (other.b - self.b) * t)
    }

    pub(crate) fn bytes(self) -> [u8; 4] {
        let byte = |v: f32| (v * 255.0 + 0.5).clamp(0.0, 255.0) as u8;
        [byte(self.r), byte(self.g), byte(self.b), 255]
    }
}

/// A picture of 8-bit RGBA pixels, `[height][width][4]`.
#[derive(Clone, Debug)]
pub(crate) struct Canvas {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<[u8; 4]>,
}

impl Canvas {
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self { width, height, pixels: vec![[0, 0, 0, 255]; width * height] }
    }

    pub(crate) fn set(&mut self, x: usize, y: usize, colour: Colour) {
        self.pixels[y * self.width + x] = colour.bytes();
    }

    pub(crate) fn blend(&mut self, x: usize, y: usize, colour: Colour, alpha: f32) {
        let pixel = &mut self.pixels[y * self.width + x];
        let weight = (alpha.clamp(0.0, 1.0) * 256.0) as i32;
        let target = colour.bytes();
        for (channel, value) in pixel.iter_mut().zip(target).take(3) {
            let old = i32::from(*channel);
            let mixed = old + (((i32::from(value) - old) * weight + 128) >> 8);
            *channel = mixed.clamp(0, 255) as u8;
        }
    }

    /// Adds light.
    pub(crate) fn add(&mut self, x: usize, y: usize, light: Colour, share: f32) {
        let weight = (share * 256.0) as i32;
        let pixel = &mut self.pixels[y * self.width + x];
        for (channel, value) in pixel.iter_mut().zip([light.r, light.g, light.b]) {
            let more = ((value * 4096.0) as i32 * weight) >> 12;
            *channel = (i32::from(*channel) + more).min(255) as u8;
        }
    }

    /// Fills an axis-parallel rectangle without anti-aliasing, cut at the edges.
    pub(crate) fn fill_rect(&mut self, x: usize, y: usize, w: usize, h: usize, colour: Colour) {
        let value = colour.bytes();
        let x_end = (x + w).min(self.width);
        for row in y..(y + h).min(self.height) {
            if x < x_end {
                self.pixels[row * self.width + x..row * self.width + x_end].fill(value);
            }
        }
    }

    /// A round glow that adds `light` at its centre and falls off to nothing at the radii.
    pub(crate) fn glow(&mut self, centre: Point, radius_x: f32, radius_y: f32, light: Colour) {
        if radius_x < 0.3 || radius_y < 0.3 || !centre.x.is_finite() || !centre.y.is_finite() {
            return;
        }
        let (x0, x1) = span(centre.x, radius_x, self.width);
        let (y0, y1) = span(centre.y, radius_y, self.height);
        for y in y0..y1 {
            let dy = (y as f32 + 0.5 - centre.y) / radius_y;
            for x in x0..x1 {
                let dx = (x as f32 + 0.5 - centre.x) / radius_x;
                let fall = 1.0 - (dx * dx + dy * dy);
                if fall > 0.0 {
                    self.add(x, y, light, fall * fall * fall);
                }
            }
        }
    }
}

fn span(centre: f32, radius: f32, limit: usize) -> (usize, usize) {
    let low = (centre - radius).floor().clamp(0.0, limit as f32) as usize;
    let high = (centre + radius).ceil().clamp(0.0, limit as f32) as usize;
    (low, high)
}

/// A rectangle of pixels, upper ends exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PixelRect {
    pub(crate) x0: usize,
    pub(crate) y0: usize,
    pub(crate) x1: usize,
    pub(crate) y1: usize,
}

impl PixelRect {
    pub(crate) fn union(self, o: Self) -> Self {
        Self { x0: self.x0.min(o.x0), y0: self.y0.min(o.y0), x1: self.x1.max(o.x1), y1: self.y1.max(o.y1) }
    }
}

/// Turns polygons into coverage. Each edge leaves its signed area in an accumulation buffer; a running
/// sum over a row is then the exact coverage of each pixel.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filler {
    area: Vec<f32>,
    clipped: Vec<Point>,
    scratch: Vec<Point>,
}

impl Filler {
    /// Calls `paint(x, y, coverage)` for each pixel that the polygon covers and answers with the
    /// rectangle that it may have touched.
    pub(crate) fn cover(
        &mut self,
        polygon: &[Point],
        width: usize,
        height: usize,
        mut paint: impl FnMut(usize, usize, f32),
    ) -> Option<PixelRect> {
        self.clip(polygon, width as f32, height as f32);
        if self.clipped.len() < 3 {
            return None;
        }
        let bounds = bounds(&self.clipped, width, height)?;
        let stride = bounds.x1 - bounds.x0 + 2;
        self.area.clear();
        self.area.resize(stride * (bounds.y1 - bounds.y0), 0.0);
        let origin = point(bounds.x0 as f32, bounds.y0 as f32);
        let mut previous = *self.clipped.last()?;
        for index in 0..self.clipped.len() {
            let current = self.clipped[index];
            self.edge(previous, current, origin, stride);
            previous = current;
        }
        for (row, y) in (bounds.y0..bounds.y1).enumerate() {
            let mut sum = 0.0;
            for (column, x) in (bounds.x0..bounds.x1).enumerate() {
                sum += self.area[row * stride + column];
                let coverage = sum.abs();
                if coverage > 0.004 {
                    paint(x, y, coverage.min(1.0));
                }
            }
        }
        Some(bounds)
    }

    /// Fills a polygon; `alpha` 1.0 is opaque.
    pub(crate) fn fill(
        &mut self,
        canvas: &mut Canvas,
        polygon: &[Point],
        colour: Colour,
        alpha: f32,
    ) -> Option<PixelRect> {
        let (width, height) = (canvas.width, canvas.height);
        self.cover(polygon, width, height, |x, y, coverage| {
            canvas.blend(x, y, colour, coverage * alpha);
        })
    }

    /// Fills a polygon by adding light.
    pub(crate) fn fill_light(&mut self, canvas: &mut Canvas, polygon: &[Point], light: Colour) {
        let (width, height) = (canvas.width, canvas.height);
        self.cover(polygon, width, height, |x, y, coverage| {
            canvas.add(x, y, light, coverage);
        });
    }

    /// A straight line of the given width in pixels.
    pub(crate) fn line(&mut self, canvas: &mut Canvas, a: Point, b: Point, width: f32, colour: Colour, alpha: f32) {
        let quad = thick_line(a, b, width);
        self.fill(canvas, &quad, colour, alpha);
    }

    /// Cuts the polygon at the picture's edges (Sutherland and Hodgman).
    fn clip(&mut self, polygon: &[Point], width: f32, height: f32) {
        self.clipped.clear();
        if polygon.iter().any(|p| !p.x.is_finite() || !p.y.is_finite()) {
            return;
        }
        self.clipped.extend_from_slice(polygon);
        let edges: [fn(Point, f32) -> f32; 4] =
            [|p, _| p.x, |p, limit| limit - p.x, |p, _| p.y, |p, limit| limit - p.y];
        for (inside, limit) in edges.into_iter().zip([0.0, width, 0.0, height]) {
            if self.clipped.iter().all(|p| inside(*p, limit) >= 0.0) {
                continue;
            }
            std::mem::swap(&mut self.clipped, &mut self.scratch);
            self.clipped.clear();
            let Some(&last) = self.scratch.last() else {
                return;
            };
            let mut previous = last;
            for &current in &self.scratch {
                let (a, b) = (inside(previous, limit), inside(current, limit));
                if (a >= 0.0) != (b >= 0.0) {
                    let t = a / (a - b);
                    self.clipped.push(point(
                        previous.x + (current.x - previous.x) * t,
                        previous.y + (current.y - previous.y) * t,
                    ));
                }
                if b >= 0.0 {
                    self.clipped.push(current);
                }
                previous = current;
            }
        }
    }

    fn edge(&mut self, from: Point, to: Point, origin: Point, stride: usize) {
        if from.y == to.y {
            return;
        }
        let (direction, top, bottom) = if from.y < to.y { (1.0, from, to) } else { (-1.0, to, from) };
        let slope = (bottom.x - top.x) / (bottom.y - top.y);
        let rows = self.area.len() / stride;
        let columns = (stride - 2) as f32;
        let first = (top.y - origin.y).max(0.0);
        let last = (bottom.y - origin.y).min(rows as f32);
        let mut x = top.x - origin.x;
        for row in first as usize..(last.ceil() as usize).min(rows) {
            let y0 = first.max(row as f32);
            let y1 = last.min(row as f32 + 1.0);
            let dy = y1 - y0;
            if dy <= 0.0 {
                continue;
            }
            let x_next = x + slope * dy;
            let (left, right) = if x < x_next { (x, x_next) } else { (x_next, x) };
            let (left, right) = (left.clamp(0.0, columns), right.clamp(0.0, columns));
            self.row_edge(row * stride, left, right, direction * dy);
            x = x_next;
        }
    }

    /// One edge within one row: `weight` is its signed height.
    fn row_edge(&mut self, base: usize, left: f32, right: f32, weight: f32) {
        let first = left.floor();
        let index = base + first as usize;
        if right <= first + 1.0 {
            let covered = 1.0 - ((left + right) * 0.5 - first);
            self.area[index] += weight * covered;
            self.area[index + 1] += weight * (1.0 - covered);
            return;
        }
        // The edge crosses several pixels: integrate the trapezium of each.
        let per_pixel = 1.0 / (right - left);
        let mut done = 0.0;
        let mut cell = first;
        let mut at = index;
        while cell < right {
            let from = left.max(cell);
            let to = right.min(cell + 1.0);
            let share = (to - from) * per_pixel;
            let covered = done + share * (1.0 - ((from + to) * 0.5 - cell));
            // `covered` is the coverage of this pixel; what came before was `done` of the last pixel's sum.
            self.area[at] += weight * (covered - done);
            self.area[at + 1] += weight * (done + share - covered);
            done += share;
            cell += 1.0;
            at += 1;
        }
    }
}

/// The quadrilateral of a line.
pub(crate) fn thick_line(a: Point, b: Point, width: f32) -> [Point; 4] {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let length = (dx * dx + dy * dy).sqrt().max(1e-6);
    let (nx, ny) = (-dy / length * width / 2.0, dx / length * width / 2.0);
    [point(a.x + nx, a.y + ny), point(b.x + nx, b.y + ny), point(b.x - nx, b.y - ny), point(a.x - nx, a.y - ny)]
}

/// The pixels that a polygon may touch; `None` when there are none.
pub(crate) fn bounds(polygon: &[Point], width: usize, height: usize) -> Option<PixelRect> {
    let mut low = point(f32::MAX, f32::MAX);
    let mut high = point(f32::MIN, f32::MIN);
    for p in polygon {
        low = point(low.x.min(p.x), low.y.min(p.y));
        high = point(high.x.max(p.x), high.y.max(p.y));
    }
    let rect = PixelRect {
        x0: low.x.floor().max(0.0) as usize,
        y0: low.y.floor().max(0.0) as usize,
        x1: (high.x.ceil().max(0.0) as usize).min(width),
        y1: (high.y.ceil().max(0.0) as usize).min(height),
    };
    (rect.x0 < rect.x1 && rect.y0 < rect.y1).then_some(rect)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered_area(polygon: &[Point]) -> f32 {
        let mut sum = 0.0;
        Filler::default().cover(polygon, 64, 48, |_, _, coverage| sum += coverage);
        sum
    }

    #[test]
    fn coverage_is_the_area_of_the_polygon() {
        for (polygon, area) in [
            (vec![point(2.25, 3.5), point(10.75, 3.5), point(10.75, 8.25), point(2.25, 8.25)], 8.5 * 4.75),
            (vec![point(5.0, 5.0), point(50.0, 9.0), point(20.0, 40.0)], 757.5),
            (vec![point(20.0, 40.0), point(50.0, 9.0), point(5.0, 5.0)], 757.5),
            (vec![point(1.2, 1.1), point(60.7, 1.9), point(60.7, 2.4), point(1.2, 1.6)], 29.75),
        ] {
            let found = covered_area(&polygon);
            assert!((found - area).abs() < area * 0.01, "{found} for {area}");
        }
    }

    #[test]
    fn polygons_that_leave_the_picture_are_cut() {
        let big = [point(-100.0, -100.0), point(300.0, -100.0), point(300.0, 300.0), point(-100.0, 300.0)];
        assert!((covered_area(&big) - 64.0 * 48.0).abs() < 1.0);
        assert_eq!(covered_area(&[point(-9.0, 0.0), point(-1.0, 0.0), point(-5.0, 9.0)]), 0.0);
        assert_eq!(covered_area(&[point(f32::NAN, 0.0), point(1.0, 0.0), point(5.0, 9.0)]), 0.0);
    }

    #[test]
    fn edges_in_pixels_have_partial_coverage() {
        let mut cells = vec![];
        let square = [point(1.5, 1.0), point(3.25, 1.0), point(3.25, 2.0), point(1.5, 2.0)];
        Filler::default().cover(&square, 8, 8, |x, y, coverage| cells.push((x, y, coverage)));
        assert_eq!(cells, vec![(1, 1, 0.5), (2, 1, 1.0), (3, 1, 0.25)]);
    }
}
