//! The part of a view that does not move: rendered once per pose and kept.

use crate::RoadShape;
use crate::conditions::{Daylight, Lighting};
use crate::furniture;
use crate::geometry::{Camera, Pose, point, vec3};
use crate::ground::{Ground, Lamp};
use crate::painter::{Occluders, Painter};
use crate::random::{fractal, hash2};
use crate::raster::{Canvas, Filler, hex, rgb};
use crate::road::Network;

/// How much work a backdrop may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// While the camera turns: one ray for four pixels.
    Draft,
    /// Four rays per pixel, sixteen near the horizon.
    Full,
}

/// The still picture of one pose, and what of it stands in front of moving things.
#[derive(Clone, Debug)]
pub(crate) struct Backdrop {
    pub(crate) canvas: Canvas,
    pub(crate) occluders: Occluders,
}

/// What a backdrop shows.
pub(crate) struct Subject<'a> {
    pub(crate) network: &'a Network,
    pub(crate) light: &'a Lighting,
    pub(crate) lamps: &'a [Lamp],
    pub(crate) stake: &'a str,
    pub(crate) seed: u64,
}

impl Backdrop {
    pub(crate) fn render(subject: &Subject<'_>, pose: &Pose, width: usize, height: usize, detail: Detail) -> Self {
        let camera = Camera::new(pose, width, height);
        let mut canvas = Canvas::new(width, height);
        let ground = Ground {
            network: subject.network,
            light: subject.light,
            lamps: subject.lamps,
            seed: (subject.seed & 0xFFFF) as u32,
        };
        cast(&ground, &camera, &mut canvas, detail);
        let mut occluders = Occluders::new(width, height);
        let mut filler = Filler::default();
        let mut painter = Painter::new(&mut canvas, &mut filler, &camera, subject.light);
        if subject.network.shape != RoadShape::Tunnel {
            horizon(subject, &camera, pose, &mut painter);
        }
        let mut faces =
            furniture::build(subject.network, subject.light, &camera, subject.lamps, subject.stake, subject.seed);
        shadows(subject, &faces, &mut painter);
        painter.faces(&mut faces, &mut occluders);
        if subject.light.lamps && subject.light.daylight != Daylight::Day {
            lamp_glows(subject, &camera, &mut canvas);
        }
        Self { canvas, occluders }
    }
}

fn cast(ground: &Ground<'_>, camera: &Camera, canvas: &mut Canvas, detail: Detail) {
    let (step, fewest) = match detail {
        Detail::Draft => (2, 1),
        Detail::Full => (1, 2),
    };
    let horizon = camera.horizon_y();
    for y in (0..canvas.height).step_by(step) {
        // Lines of the road get thin towards the horizon.
        let below = (y as f32 - horizon) / canvas.height as f32;
        let far = (-0.01..0.16).contains(&below) && detail == Detail::Full;
        let rays = if far { 4 } else { fewest };
        for x in (0..canvas.width).step_by(step) {
            let mut sum = rgb(0.0, 0.0, 0.0);
            for sub_y in 0..rays {
                for sub_x in 0..rays {
                    let offset = |sub: usize| (sub as f32 + 0.5) / rays as f32 * step as f32;
                    let p = point(x as f32 + offset(sub_x), y as f32 + offset(sub_y));
                    sum = sum.plus(ground.see(camera.eye, camera.ray(p)));
                }
            }
            let colour = sum.scale(1.0 / (rays * rays) as f32);
            for fill_y in y..(y + step).min(canvas.height) {
                for fill_x in x..(x + step).min(canvas.width) {
                    canvas.set(fill_x, fill_y, colour);
                }
            }
        }
    }
}

/// Hills or a skyline at the end of the world.
fn horizon(subject: &Subject<'_>, camera: &Camera, pose: &Pose, painter: &mut Painter<'_>) {
    let light = subject.light;
    let seed = (subject.seed & 0xFFFF) as u32;
    let city = matches!(subject.network.shape, RoadShape::Bridge | RoadShape::Intersection);
    let half = pose.fov_deg * 0.62;
    let steps = 220;
    let azimuth = |step: usize| (pose.pan_deg - half + 2.0 * half * step as f32 / steps as f32).to_radians();
    for (layer, (distance, height, dark)) in [(3200.0, 210.0, 0.30), (1900.0, 105.0, 0.48)].into_iter().enumerate() {
        let green = hex(0x4E6450).tint(light.ambient.plus(light.sun.scale(0.5)));
        let clear = (-distance * light.haze_density * 0.42).exp() * dark * 2.0;
        let colour = light.sky_horizon.mix(light.haze, 0.35).mix(green, clear.min(0.8));
        for step in 0..steps {
            let ridge = |at: f32| {
                let wave = fractal(seed + 50 + layer as u32, at * (5.0 + 3.0 * layer as f32), 0.3);
                (wave - 0.28).max(0.02) * height * if city { 0.45 } else { 1.0 }
            };
            let (a, b) = (azimuth(step), azimuth(step + 1));
            let foot = |at: f32, z: f32| vec3(at.sin() * distance, at.cos() * distance, z) + camera.eye;
            let base = -camera.eye.z - if city { 12.0 } else { 0.0 };
            let corners = [foot(a, base), foot(a, ridge(a)), foot(b + 0.0006, ridge(b)), foot(b + 0.0006, base)];
            painter.flat(&corners, colour, 1.0);
        }
    }
    if city {
        skyline(subject, camera, pose, painter, seed);
    }
}

fn skyline(subject: &Subject<'_>, camera: &Camera, pose: &Pose, painter: &mut Painter<'_>, seed: u32) {
    let light = subject.light;
    let distance = 1250.0;
    for block in -60..60 {
        let at = (block as f32 * 1.15).to_radians();
        if (at.to_degrees() - pose.pan_deg).abs() > pose.fov_deg {
            continue;
        }
        let density = hash2(seed + 60, block / 9, 3);
        let height = 14.0 + 85.0 * hash2(seed + 61, block, 0).powi(2) * (0.3 + density);
        let width = 10.0 + 18.0 * hash2(seed + 62, block, 1);
        let tone = hex(0x8C949C).scale(0.8 + 0.3 * hash2(seed + 63, block, 2));
        let base = vec3(at.sin() * distance + camera.eye.x, at.cos() * distance + camera.eye.y, -12.0);
        let side = vec3(at.cos(), -at.sin(), 0.0) * (width / 2.0);
        let up = vec3(0.0, 0.0, height + 12.0);
        let lit = tone.tint(light.ambient.plus(light.sun.scale(0.6)));
        let colour = light.through_air(lit, distance * 0.8);
        painter.flat(&[base + side * -1.0, base + side, base + side + up, base + side * -1.0 + up], colour, 1.0);
        if light.daylight != Daylight::Day {
            for window in 0..(height / 4.0) as i32 {
                let across = hash2(seed + 64, block, window) * 1.6 - 0.8;
                let p = base + side * across + vec3(0.0, 0.0, 14.0 + window as f32 * 4.0);
                if let Some(p) = camera.project(p) {
                    painter.canvas.glow(p, 1.6, 1.6, rgb(0.55, 0.42, 0.24));
                }
            }
        }
    }
}

/// Blob shadows of trees and other tall things on the ground.
fn shadows(subject: &Subject<'_>, faces: &[crate::painter::Face], painter: &mut Painter<'_>) {
    let light = subject.light;
    if subject.network.shape == RoadShape::Tunnel || light.daylight == Daylight::Night {
        return;
    }
    let sun = light.sun_direction;
    let alpha = light.shadow * 0.22;
    for face in faces {
        // Only leaf blobs and panels far above the ground cast visible shadows.
        let high = face.corners.iter().map(|corner| corner.z).fold(f32::MAX, f32::min);
        if high < 0.7 || face.depth > 320.0 || face.corners.len() < 9 {
            continue;
        }
        let corners: Vec<_> = face
            .corners
            .iter()
            .map(|corner| {
                let reach = corner.z / sun.z.max(0.3);
                vec3(corner.x - sun.x * reach, corner.y - sun.y * reach, 0.0)
            })
            .collect();
        painter.flat(&corners, rgb(0.05, 0.06, 0.07), alpha);
    }
}

fn lamp_glows(subject: &Subject<'_>, camera: &Camera, canvas: &mut Canvas) {
    let strength = if subject.light.daylight == Daylight::Night { 1.0 } else { 0.6 };
    for lamp in subject.lamps.iter().filter(|lamp| lamp.standing) {
        let p = vec3(lamp.x, lamp.y, 9.4);
        let Some(at) = camera.project(p) else {
            continue;
        };
        let pixels = camera.pixels_per_m(camera.depth(p));
        let light = rgb(0.85, 0.62, 0.34).scale(strength);
        canvas.glow(at, (pixels * 1.5).clamp(2.0, 60.0), (pixels * 1.2).clamp(2.0, 50.0), light.scale(0.8));
        canvas.glow(at, (pixels * 5.0).clamp(4.0, 140.0), (pixels * 4.0).clamp(4.0, 120.0), light.scale(0.16));
        if subject.light.wet
            && let Some(mirror) = camera.project(vec3(lamp.x, lamp.y, -9.4))
        {
            canvas.glow(mirror, (pixels * 0.5).clamp(1.0, 16.0), (pixels * 5.0).clamp(4.0, 160.0), light.scale(0.34));
        }
    }
}
