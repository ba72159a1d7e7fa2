//! Draws vehicles, people and things from simple solids: lofted bodies, glass, wheels and lights.

mod shapes;

use crate::conditions::Daylight;
use crate::geometry::{Point, Vec3, convex_hull, point, vec3};
use crate::painter::Painter;
use crate::raster::{Colour, PixelRect, hex, rgb};
use crate::vehicle::ObjectKind;

/// Something to draw.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    pub(crate) kind: ObjectKind,
    pub(crate) paint: Colour,
    pub(crate) x: f32,
    pub(crate) y: f32,
    /// Radians to the right of the world's y axis.
    pub(crate) heading: f32,
    pub(crate) speed_mps: f32,
    pub(crate) braking: bool,
    pub(crate) indicating: i8,
    pub(crate) hazards: bool,
    pub(crate) track: u64,
    pub(crate) lane: u8,
    /// Light of street lamps where it is.
    pub(crate) lamp_light: Colour,
    /// 0 while it enters the scene far away, 1 later.
    pub(crate) presence: f32,
}

/// One cross section of a lofted body: distance from the middle, height, half width; metres.
type Section = (f32, f32, f32);

/// What a strip between two sections is made of.
#[derive(Clone, Copy)]
enum Skin {
    Paint,
    Glass,
    Dark,
    Own(Colour),
}

/// Vehicles smaller than this are drawn without wheels, lamps and windows, pixels of length.
const DETAIL_PX: f32 = 9.0;

/// Draws one actor; `time_ms` drives blinking and walking.
pub(crate) struct BodyPainter<'a, 'b> {
    painter: &'b mut Painter<'a>,
    actor: &'b Actor,
    forward: Vec3,
    right: Vec3,
    detailed: bool,
    time_ms: i64,
    distance: f32,
}

impl Actor {
    fn frame(&self) -> (Vec3, Vec3) {
        let (sin, cos) = self.heading.sin_cos();
        (vec3(sin, cos, 0.0), vec3(cos, -sin, 0.0))
    }

    /// The corners of its bounding box in the world.
    pub(crate) fn box_corners(&self) -> [Vec3; 8] {
        let (length, width, height) = self.kind.size_m();
        let (forward, right) = self.frame();
        let base = vec3(self.x, self.y, 0.0);
        std::array::from_fn(|index| {
            let along = if index & 1 == 0 { 0.5 } else { -0.5 };
            let across = if index & 2 == 0 { 0.5 } else { -0.5 };
            let up = if index & 4 == 0 { 0.0 } else { height };
            base + forward * (along * length) + right * (across * width) + vec3(0.0, 0.0, up)
        })
    }
}

impl<'a, 'b> BodyPainter<'a, 'b> {
    pub(crate) fn new(painter: &'b mut Painter<'a>, actor: &'b Actor, time_ms: i64) -> Self {
        let (forward, right) = actor.frame();
        let distance = (vec3(actor.x, actor.y, 0.0) - painter.camera.eye).length();
        let pixels = painter.camera.pixels_per_m(distance) * actor.kind.size_m().1;
        Self { painter, actor, forward, right, detailed: pixels > DETAIL_PX * 0.5, time_ms, distance }
    }

    /// Draws the shadow and the light on the road; goes below all bodies.
    pub(crate) fn draw_ground(&mut self) {
        self.shadow();
        if self.painter.light.lamps && !matches!(self.actor.kind, ObjectKind::Pedestrian | ObjectKind::Debris) {
            self.beam();
        }
    }

    /// Draws the body and answers with the pixels that it may have touched.
    pub(crate) fn draw(&mut self) -> Option<PixelRect> {
        self.painter.touched = None;
        match self.actor.kind {
            ObjectKind::Car => self.car(),
            ObjectKind::Suv => self.suv(),
            ObjectKind::Van => self.van(),
            ObjectKind::Bus => self.bus(),
            ObjectKind::Truck => self.truck(),
            ObjectKind::Trailer => self.trailer(),
            ObjectKind::Tanker => self.tanker(),
            ObjectKind::Motorcycle => self.motorcycle(),
            ObjectKind::Pedestrian => self.pedestrian(),
            ObjectKind::Debris => self.debris(),
        }
        self.painter.touched
    }

    /// World position of a point of the body.
    fn at(&self, l: f32, r: f32, z: f32) -> Vec3 {
        vec3(self.actor.x, self.actor.y, z) + self.forward * l + self.right * r
    }

    fn alpha(&self) -> f32 {
        self.actor.presence
    }

    fn lit(&self, colour: Colour, normal: Vec3) -> Colour {
        let light = self.painter.light.on(normal).plus(self.actor.lamp_light);
        self.painter.light.through_air(colour.tint(light), self.distance)
    }

    fn skin(&self, skin: Skin, normal: Vec3) -> Colour {
        let light = self.painter.light;
        match skin {
            Skin::Paint => {
                let gloss = normal.z.max(0.0) * 0.10;
                let sky = light.sky_horizon.scale(gloss);
                let lit = self.lit(self.actor.paint.scale(0.95), normal);
                lit.plus(sky.scale((-self.distance * light.haze_density).exp()))
            }
            Skin::Glass => {
                let mirror = 0.16 + 0.28 * normal.z.max(0.0);
                let dark = hex(0x1B2227).tint(light.on(normal).plus(self.actor.lamp_light));
                light.through_air(dark.mix(light.sky_horizon, mirror), self.distance)
            }
            Skin::Dark => self.lit(hex(0x22252A), normal),
            Skin::Own(colour) => self.lit(colour, normal),
        }
    }

    fn facing(&self, normal: Vec3, on: Vec3) -> bool {
        normal.dot(self.painter.camera.eye - on) > 0.0
    }

    /// A body between cross sections, listed from the front over the top to the rear; `skins` has one
    /// entry per strip between them. Its sides are painted with `side`.
    fn loft(&mut self, sections: &[Section], skins: &[Skin], side: Skin) {
        let count = sections.len() as f32;
        let middle = sections.iter().fold((0.0, 0.0), |sum, s| (sum.0 + s.0 / count, sum.1 + s.1 / count));
        let centre = self.at(middle.0, 0.0, middle.1);
        self.silhouette(sections, side);
        let alpha = self.alpha();
        for (pair, skin) in sections.windows(2).zip(skins) {
            let [(l0, z0, w0), (l1, z1, w1)] = [pair[0], pair[1]];
            let corners = [self.at(l0, -w0, z0), self.at(l0, w0, z0), self.at(l1, w1, z1), self.at(l1, -w1, z1)];
            let mut normal = (corners[1] - corners[0]).cross(corners[3] - corners[0]).normal();
            let face_centre = (corners[0] + corners[2]) * 0.5;
            if normal.dot(face_centre - centre) < 0.0 {
                normal = normal * -1.0;
            }
            if self.facing(normal, face_centre) {
                let colour = self.skin(*skin, normal);
                self.painter.flat(&corners, colour, alpha);
            }
        }
        for sign in [-1.0, 1.0] {
            let corners: Vec<Vec3> = sections.iter().map(|(l, z, w)| self.at(*l, sign * w, *z)).collect();
            let normal = self.right * sign + vec3(0.0, 0.0, 0.12);
            if self.facing(self.right * sign, corners[0]) {
                let colour = self.skin(side, normal.normal());
                self.painter.flat(&corners, colour, alpha);
            }
        }
    }

    /// Fills the outline first, so that no background shines through between anti-aliased faces.
    fn silhouette(&mut self, sections: &[Section], side: Skin) {
        let mut points: Vec<Point> = vec![];
        for (l, z, w) in sections {
            for sign in [-1.0, 1.0] {
                points.extend(self.painter.camera.project(self.at(*l, sign * w, *z)));
            }
        }
        if points.len() < sections.len() * 2 {
            return;
        }
        let mut hull = vec![];
        convex_hull(&mut points, &mut hull);
        let colour = self.skin(side, vec3(0.0, 0.0, 0.3)).scale(0.85);
        let alpha = self.alpha();
        self.painter.flat_2d(&hull, colour, alpha);
    }

    /// A polygon on both sides, listed as (l, z, half width there).
    fn side_decal(&mut self, corners: &[Section], skin: Skin) {
        if !self.detailed {
            return;
        }
        for sign in [-1.0, 1.0] {
            let face: Vec<Vec3> = corners.iter().map(|(l, z, w)| self.at(*l, sign * (w + 0.01), *z)).collect();
            if self.facing(self.right * sign, face[0]) {
                let colour = self.skin(skin, (self.right * sign + vec3(0.0, 0.0, 0.2)).normal());
                let alpha = self.alpha();
                self.painter.flat(&face, colour, alpha);
            }
        }
    }

    /// A rectangle on the front (`l` > 0) or rear plane.
    fn end_decal(&mut self, l: f32, r: (f32, f32), z: (f32, f32), skin: Skin) {
        if !self.detailed {
            return;
        }
        let normal = self.forward * l.signum();
        let face = [self.at(l, r.0, z.0), self.at(l, r.1, z.0), self.at(l, r.1, z.1), self.at(l, r.0, z.1)];
        if self.facing(normal, face[0]) {
            let colour = self.skin(skin, normal);
            let alpha = self.alpha();
            self.painter.flat(&face, colour, alpha);
        }
    }

    fn wheels(&mut self, axles: &[f32], half_width: f32, radius: f32) {
        for sign in [-1.0, 1.0] {
            if !self.facing(self.right * sign, self.at(0.0, sign * half_width, radius)) {
                continue;
            }
            for axle in axles {
                for (share, colour) in [(1.0, 0x15161A), (0.58, 0x8E9499), (0.22, 0x3A3D42)] {
                    if share < 1.0 && !self.detailed {
                        break;
                    }
                    let ring: Vec<Vec3> = (0..10)
                        .map(|index| {
                            let angle = index as f32 / 10.0 * std::f32::consts::TAU;
                            let r = radius * share;
                            self.at(axle + angle.cos() * r, sign * (half_width + 0.012), radius + angle.sin() * r)
                        })
                        .collect();
                    let colour = self.lit(hex(colour), self.right * sign);
                    let alpha = self.alpha();
                    self.painter.flat(&ring, colour, alpha);
                }
            }
        }
    }

    /// Head and tail lamps, indicators and the number plate.
    fn lamps(&mut self, front: f32, rear: f32, half_width: f32, z: f32, plate: u32) {
        let lit = self.painter.light.lamps;
        let inner = half_width - 0.34;
        let blink = (self.time_ms / 360) % 2 == 0;
        for sign in [-1.0f32, 1.0] {
            let r = if sign < 0.0 { (-half_width + 0.04, -inner) } else { (inner, half_width - 0.04) };
            self.end_decal(front, r, (z - 0.09, z + 0.09), Skin::Own(hex(0xD9E2E8)));
            let red = if self.actor.braking { rgb(1.5, 0.16, 0.12) } else { rgb(0.66, 0.07, 0.07) };
            self.end_decal(rear, r, (z - 0.10, z + 0.10), Skin::Own(red));
            let side = if sign < 0.0 { -1 } else { 1 };
            if blink && (self.actor.hazards || self.actor.indicating == side) {
                self.emit(front + 0.03, sign * (half_width - 0.1), z, rgb(1.0, 0.55, 0.05), 0.14);
                self.emit(rear - 0.03, sign * (half_width - 0.1), z, rgb(1.0, 0.55, 0.05), 0.14);
            }
            let middle = sign * (half_width - 0.2);
            if lit {
                self.emit(front + 0.03, middle, z, rgb(1.0, 0.96, 0.86), 0.17);
                self.emit(rear - 0.03, middle, z, rgb(0.72, 0.06, 0.05), 0.10);
            }
            if self.actor.braking {
                self.emit(rear - 0.03, middle, z, rgb(0.85, 0.09, 0.06), 0.13);
            }
        }
        for l in [front, rear] {
            self.end_decal(l + l.signum() * 0.012, (-0.24, 0.24), (z - 0.32, z - 0.16), Skin::Own(hex(plate)));
        }
    }

    /// A lamp with its glow; seen only from the side that it shines to.
    fn emit(&mut self, l: f32, r: f32, z: f32, colour: Colour, size_m: f32) {
        let p = self.at(l, r, z);
        let toward = (self.painter.camera.eye - p).normal();
        let angle = toward.dot(self.forward * l.signum());
        if angle < 0.05 {
            return;
        }
        let Some(at) = self.painter.camera.project(p) else {
            return;
        };
        let light = self.painter.light;
        let clear = (-self.distance * light.haze_density).exp();
        let pixels = self.painter.camera.pixels_per_m(self.distance);
        let dark = match light.daylight {
            Daylight::Night => 1.0,
            Daylight::Dusk => 0.65,
            Daylight::Day => 0.38,
        };
        let strength = clear * self.alpha() * (0.35 + 0.65 * angle);
        let core = (pixels * size_m).clamp(0.7, 30.0);
        let canvas = &mut *self.painter.canvas;
        canvas.glow(at, core * 1.5, core * 1.3, colour.scale(1.5 * strength));
        canvas.glow(at, core * 5.0, core * 4.2, colour.scale(0.30 * strength * dark));
        if light.wet
            && let Some(mirror) = self.painter.camera.project(vec3(p.x, p.y, -p.z))
        {
            self.painter.canvas.glow(mirror, core * 1.6, core * 11.0, colour.scale(0.42 * strength * dark));
        }
    }

    /// The pool of the headlights on the road.
    fn beam(&mut self) {
        let light = self.painter.light;
        let strength = match light.daylight {
            Daylight::Night => 0.030,
            Daylight::Dusk => 0.009,
            Daylight::Day => return,
        } * (-self.distance * light.haze_density).exp();
        let front = self.actor.kind.size_m().0 / 2.0;
        // Many faint layers make a soft edge.
        let layers = if self.distance < 90.0 { 10 } else { 3 };
        let strength = strength * 12.0 / layers as f32;
        for layer in 0..layers {
            let share = layer as f32 / (layers - 1) as f32;
            let (reach, spread) = (38.0 - 30.0 * share, 3.1 - 2.1 * share);
            let centre = front + 1.0 + reach / 2.0;
            let ring: Vec<Vec3> = (0..14)
                .map(|index| {
                    let angle = index as f32 / 14.0 * std::f32::consts::TAU;
                    self.at(centre + angle.cos() * reach / 2.0, angle.sin() * spread, 0.0)
                })
                .collect();
            self.painter.shine(&ring, rgb(1.0, 0.95, 0.82).scale(strength));
        }
    }

    fn shadow(&mut self) {
        let light = self.painter.light;
        let (length, width, height) = self.actor.kind.size_m();
        let (half_l, half_w) = (length / 2.0 * 0.97, width / 2.0 * 0.96);
        let fade = (-self.distance * light.haze_density).exp() * self.actor.presence;
        let black = rgb(0.03, 0.035, 0.04);
        if light.shadow > 0.3 && light.daylight != Daylight::Night {
            let sun = light.sun_direction;
            let mut points = vec![];
            let top = if height < 2.0 { height * 0.92 } else { height };
            for (z, shrink) in [(0.0, 1.0), (height * 0.6, 1.0), (top, if height < 2.0 { 0.62 } else { 0.98 })] {
                for (l, r) in [(1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (-1.0, 1.0)] {
                    let p = self.at(l * half_l * shrink, r * half_w, 0.0);
                    let reach = z / sun.z.max(0.32);
                    let ground = vec3(p.x - sun.x * reach, p.y - sun.y * reach, 0.0);
                    points.extend(self.painter.camera.project(ground));
                }
            }
            if points.len() == 12 {
                let mut hull = vec![];
                convex_hull(&mut points, &mut hull);
                self.painter.flat_2d(&hull, black, light.shadow * fade);
            }
        }
        for (grow, alpha) in [(0.45, 0.16), (0.2, 0.22), (-0.05, 0.42)] {
            let (l, r) = (half_l + grow, half_w + grow);
            let corners = [
                self.at(l, r * 0.8, 0.0),
                self.at(l * 0.94, r, 0.0),
                self.at(-l * 0.94, r, 0.0),
                self.at(-l, r * 0.8, 0.0),
                self.at(-l, -r * 0.8, 0.0),
                self.at(-l * 0.94, -r, 0.0),
                self.at(l * 0.94, -r, 0.0),
                self.at(l, -r * 0.8, 0.0),
            ];
            self.painter.flat(&corners, black, alpha * fade);
        }
    }
}

/// The smallest upright rectangle of picture points around a box; `None` when a corner is behind the lens.
pub(crate) fn picture_box(corners: &[Vec3], camera: &crate::geometry::Camera) -> Option<(Point, Point)> {
    let mut low = point(f32::MAX, f32::MAX);
    let mut high = point(f32::MIN, f32::MIN);
    for corner in corners {
        let p = camera.project(*corner)?;
        low = point(low.x.min(p.x), low.y.min(p.y));
        high = point(high.x.max(p.x), high.y.max(p.y));
    }
    Some((low, high))
}
