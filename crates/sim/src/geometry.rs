//! The pinhole camera. World axes: x right of the road's start, y along it, z up; metres.

use std::ops::{Add, Mul, Sub};

/// A point or direction in the world, metres.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Vec3 {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) z: f32,
}

pub(crate) const fn vec3(x: f32, y: f32, z: f32) -> Vec3 {
    Vec3 { x, y, z }
}

impl Vec3 {
    pub(crate) fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    pub(crate) fn cross(self, o: Self) -> Self {
        vec3(self.y * o.z - self.z * o.y, self.z * o.x - self.x * o.z, self.x * o.y - self.y * o.x)
    }

    pub(crate) fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    pub(crate) fn normal(self) -> Self {
        let length = self.length();
        if length > 1e-9 { self * (1.0 / length) } else { self }
    }
}

impl Add for Vec3 {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        vec3(self.x + o.x, self.y + o.y, self.z + o.z)
    }
}

impl Sub for Vec3 {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        vec3(self.x - o.x, self.y - o.y, self.z - o.z)
    }
}

impl Mul<f32> for Vec3 {
    type Output = Self;
    fn mul(self, k: f32) -> Self {
        vec3(self.x * k, self.y * k, self.z * k)
    }
}

/// A point of the picture in pixels; the centre of the top left pixel is (0.5, 0.5).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f32,
    pub(crate) y: f32,
}

pub(crate) const fn point(x: f32, y: f32) -> Point {
    Point { x, y }
}

/// Where a camera stands and looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pose {
    /// The lens.
    pub(crate) eye: Vec3,
    /// Degrees to the right of the y axis.
    pub(crate) pan_deg: f32,
    /// Degrees below the horizon.
    pub(crate) tilt_deg: f32,
    /// Horizontal field of view, degrees.
    pub(crate) fov_deg: f32,
}

/// Nothing closer than this is drawn, metres.
const NEAR_M: f32 = 0.5;

/// A pose with the size of its picture.
#[derive(Clone, Debug)]
pub(crate) struct Camera {
    pub(crate) eye: Vec3,
    right: Vec3,
    down: Vec3,
    forward: Vec3,
    /// Pixels per unit of tangent.
    pub(crate) focal_px: f32,
    centre: Point,
}

impl Camera {
    pub(crate) fn new(pose: &Pose, width: usize, height: usize) -> Self {
        let (pan, tilt) = (pose.pan_deg.to_radians(), pose.tilt_deg.to_radians());
        let forward = vec3(pan.sin() * tilt.cos(), pan.cos() * tilt.cos(), -tilt.sin());
        let right = vec3(pan.cos(), -pan.sin(), 0.0);
        let half = (pose.fov_deg.clamp(1.0, 150.0) / 2.0).to_radians();
        Self {
            eye: pose.eye,
            right,
            down: forward.cross(right),
            forward,
            focal_px: width as f32 / 2.0 / half.tan(),
            centre: point(width as f32 / 2.0, height as f32 / 2.0),
        }
    }

    /// The same camera moved by a fraction of a pixel, as a mast in the wind does.
    pub(crate) fn shaken(&self, offset: Point) -> Self {
        let mut shaken = self.clone();
        shaken.centre = point(self.centre.x + offset.x, self.centre.y + offset.y);
        shaken
    }

    /// Metres in front of the lens.
    pub(crate) fn depth(&self, p: Vec3) -> f32 {
        (p - self.eye).dot(self.forward)
    }

    /// Where a world point appears; `None` behind the lens.
    pub(crate) fn project(&self, p: Vec3) -> Option<Point> {
        let v = p - self.eye;
        let depth = v.dot(self.forward);
        (depth > NEAR_M).then(|| self.at(v, depth))
    }

    fn at(&self, v: Vec3, depth: f32) -> Point {
        let scale = self.focal_px / depth;
        point(self.centre.x + v.dot(self.right) * scale, self.centre.y + v.dot(self.down) * scale)
    }

    /// The row of the horizon in the middle of the picture.
    pub(crate) fn horizon_y(&self) -> f32 {
        self.centre.y + self.down_slope() * self.focal_px
    }

    /// Tangent of the angle from the middle of the picture down to the horizon.
    fn down_slope(&self) -> f32 {
        self.forward.z / -self.down.z
    }

    /// The direction that a picture point looks in; not of unit length: its `forward` part is 1.
    pub(crate) fn ray(&self, p: Point) -> Vec3 {
        self.forward
            + self.right * ((p.x - self.centre.x) / self.focal_px)
            + self.down * ((p.y - self.centre.y) / self.focal_px)
    }

    /// Projects a polygon, cut at the near plane. Empty when it lies behind the lens.
    pub(crate) fn project_polygon(&self, corners: &[Vec3], out: &mut Vec<Point>) {
        out.clear();
        let Some(&last) = corners.last() else { return };
        let mut previous = last - self.eye;
        let mut previous_depth = previous.dot(self.forward);
        for corner in corners {
            let current = *corner - self.eye;
            let depth = current.dot(self.forward);
            if (depth > NEAR_M) != (previous_depth > NEAR_M) {
                let t = (NEAR_M - previous_depth) / (depth - previous_depth);
                out.push(self.at(previous + (current - previous) * t, NEAR_M));
            }
            if depth > NEAR_M {
                out.push(self.at(current, depth));
            }
            (previous, previous_depth) = (current, depth);
        }
    }

    /// Pixels that one metre spans at a depth.
    pub(crate) fn pixels_per_m(&self, depth: f32) -> f32 {
        self.focal_px / depth.max(NEAR_M)
    }
}

/// The convex hull, counter-clockwise in a y-down picture; at most `points.len()` corners.
pub(crate) fn convex_hull(points: &mut [Point], hull: &mut Vec<Point>) {
    hull.clear();
    points.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let turn = |a: Point, b: Point, c: Point| (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    let grow = |hull: &mut Vec<Point>, floor: usize, p: Point| {
        while hull.len() >= floor + 2 && turn(hull[hull.len() - 2], hull[hull.len() - 1], p) <= 0.0 {
            hull.pop();
        }
        hull.push(p);
    };
    for p in points.iter() {
        grow(hull, 0, *p);
    }
    let floor = hull.len().saturating_sub(1);
    for p in points.iter().rev().skip(1) {
        grow(hull, floor, *p);
    }
    hull.pop();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camera() -> Camera {
        let pose = Pose { eye: vec3(0.0, 0.0, 10.0), pan_deg: 5.0, tilt_deg: 12.0, fov_deg: 50.0 };
        Camera::new(&pose, 1280, 720)
    }

    #[test]
    fn a_ray_leads_back_to_the_projected_point() {
        let camera = camera();
        let p = vec3(7.0, 60.0, 0.0);
        let ray = camera.ray(camera.project(p).unwrap());
        let ground = camera.eye + ray * (-camera.eye.z / ray.z);
        assert!((ground - p).length() < 0.01, "{ground:?}");
    }

    #[test]
    fn far_things_are_higher_and_smaller() {
        let camera = camera();
        let near = camera.project(vec3(0.0, 40.0, 0.0)).unwrap();
        let far = camera.project(vec3(0.0, 400.0, 0.0)).unwrap();
        assert!(far.y < near.y);
        assert!(camera.pixels_per_m(400.0) < camera.pixels_per_m(40.0) / 9.0);
        assert_eq!(camera.project(vec3(0.0, -40.0, 0.0)), None);
    }

    #[test]
    fn polygons_are_cut_at_the_lens() {
        let camera = camera();
        let mut out = vec![];
        camera.project_polygon(&[vec3(-1.0, -50.0, 0.0), vec3(1.0, -50.0, 0.0), vec3(0.0, 50.0, 0.0)], &mut out);
        assert!(out.len() >= 3);
        camera.project_polygon(&[vec3(0.0, -9.0, 0.0), vec3(1.0, -9.0, 0.0), vec3(1.0, -8.0, 0.0)], &mut out);
        assert!(out.is_empty());
    }

    #[test]
    fn the_hull_drops_inner_points() {
        let mut points = vec![point(0.0, 0.0), point(4.0, 0.0), point(2.0, 1.0), point(4.0, 4.0), point(0.0, 4.0)];
        let mut hull = vec![];
        convex_hull(&mut points, &mut hull);
        assert_eq!(hull.len(), 4);
    }
}
