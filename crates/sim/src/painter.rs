//! Draws lit polygons of the world into a picture.

use crate::conditions::Lighting;
use crate::geometry::{Camera, Point, Vec3};
use crate::raster::{Canvas, Colour, Filler, PixelRect};

/// One polygon of the world with its colour as seen through the air.
#[derive(Clone, Debug)]
pub(crate) struct Face {
    pub(crate) corners: Vec<Vec3>,
    pub(crate) colour: Colour,
    pub(crate) alpha: f32,
    /// Distance by which faces are sorted, metres.
    pub(crate) depth: f32,
}

/// What stands in front of moving things: colour, alpha and distance per pixel.
#[derive(Clone, Debug)]
pub(crate) struct Occluders {
    width: usize,
    colour: Vec<[u8; 4]>,
    depth: Vec<f32>,
}

impl Occluders {
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self { width, colour: vec![[0; 4]; width * height], depth: vec![f32::MAX; width * height] }
    }

    fn cover(&mut self, x: usize, y: usize, colour: Colour, alpha: f32, depth: f32) {
        let index = y * self.width + x;
        let old = &mut self.colour[index];
        let new = colour.bytes();
        let old_alpha = f32::from(old[3]) / 255.0;
        let total = alpha + old_alpha * (1.0 - alpha);
        for channel in 0..3 {
            let mixed = f32::from(new[channel]) * alpha + f32::from(old[channel]) * old_alpha * (1.0 - alpha);
            old[channel] = (mixed / total.max(1e-3)).clamp(0.0, 255.0) as u8;
        }
        old[3] = (total * 255.0).clamp(0.0, 255.0) as u8;
        self.depth[index] = self.depth[index].min(depth);
    }

    /// Puts back what stands nearer than `depth` within a rectangle that something has been drawn into.
    pub(crate) fn restore(&self, canvas: &mut Canvas, rect: PixelRect, depth: f32) {
        for y in rect.y0..rect.y1 {
            for x in rect.x0..rect.x1 {
                let index = y * self.width + x;
                if self.depth[index] < depth {
                    let [r, g, b, alpha] = self.colour[index];
                    let pixel = &mut canvas.pixels[index];
                    let weight = i32::from(alpha);
                    for (old, new) in pixel.iter_mut().zip([r, g, b]) {
                        let value = i32::from(*old) * (255 - weight) + i32::from(new) * weight;
                        *old = (value / 255).clamp(0, 255) as u8;
                    }
                }
            }
        }
    }
}

/// Draws into one picture from one camera.
pub(crate) struct Painter<'a> {
    pub(crate) canvas: &'a mut Canvas,
    pub(crate) filler: &'a mut Filler,
    pub(crate) camera: &'a Camera,
    pub(crate) light: &'a Lighting,
    /// What has been touched since it was last taken.
    pub(crate) touched: Option<PixelRect>,
    pub(crate) scratch: Vec<Point>,
}

impl<'a> Painter<'a> {
    pub(crate) fn new(canvas: &'a mut Canvas, filler: &'a mut Filler, camera: &'a Camera, light: &'a Lighting) -> Self {
        Self { canvas, filler, camera, light, touched: None, scratch: vec![] }
    }

    /// Fills a polygon of the world with a colour as it reaches the lens.
    pub(crate) fn flat(&mut self, corners: &[Vec3], colour: Colour, alpha: f32) {
        self.camera.project_polygon(corners, &mut self.scratch);
        let rect = self.filler.fill(self.canvas, &self.scratch, colour, alpha);
        self.touch(rect);
    }

    /// Fills a polygon of the picture.
    pub(crate) fn flat_2d(&mut self, polygon: &[Point], colour: Colour, alpha: f32) {
        let rect = self.filler.fill(self.canvas, polygon, colour, alpha);
        self.touch(rect);
    }

    /// Adds light to a polygon of the world.
    pub(crate) fn shine(&mut self, corners: &[Vec3], light: Colour) {
        self.camera.project_polygon(corners, &mut self.scratch);
        self.filler.fill_light(self.canvas, &self.scratch, light);
    }

    fn touch(&mut self, rect: Option<PixelRect>) {
        if let Some(rect) = rect {
            self.touched = Some(self.touched.map_or(rect, |old| old.union(rect)));
        }
    }

    /// Draws faces from far to near and records them as occluders.
    pub(crate) fn faces(&mut self, faces: &mut [Face], occluders: &mut Occluders) {
        faces.sort_by(|a, b| b.depth.total_cmp(&a.depth));
        for face in faces {
            self.camera.project_polygon(&face.corners, &mut self.scratch);
            let canvas = &mut *self.canvas;
            let (width, height) = (canvas.width, canvas.height);
            self.filler.cover(&self.scratch, width, height, |x, y, coverage| {
                canvas.blend(x, y, face.colour, coverage * face.alpha);
                occluders.cover(x, y, face.colour, coverage * face.alpha, face.depth);
            });
        }
    }
}
