//! Hedges and trees.

use super::Furniture;
use crate::geometry::{Vec3, vec3};
use crate::painter::Face;
use crate::raster::{Colour, hex};
use crate::road::{JUNCTION_M, Roadway};

impl Furniture<'_> {
    /// Anti-glare bushes on the median with a low kerb.
    pub(super) fn hedge(&mut self, road: &Roadway) {
        let mut s = -20.0;
        let half = road.median_half_m;
        while s < 430.0 {
            self.block(road, (s, s + 4.0), (-half, half), (0.0, 0.18), hex(0xA9A8A2));
            s += 4.0;
        }
        s = -18.0;
        while s < 420.0 {
            let (x, y) = road.alignment.place(s, self.random.range(-0.15, 0.15));
            let size = self.random.range(0.62, 0.86);
            self.foliage(vec3(x, y, 0.2 + size), size, size * 1.05, if s < 150.0 { 12 } else { 5 }, hex(0x2F4A2B));
            s += 1.7 + s.max(0.0) * 0.004;
        }
        for side in [-1.0, 1.0] {
            s = -24.0;
            while s < 500.0 {
                self.rail_piece(road, s, side * (half - 0.1));
                s += 4.0;
            }
        }
    }

    /// A ball of leaf blobs, lit from above.
    pub(super) fn foliage(&mut self, centre: Vec3, radius: f32, height: f32, blobs: usize, colour: Colour) {
        let toward = self.camera.eye - centre;
        let distance = toward.length();
        let right = vec3(toward.y, -toward.x, 0.0).normal() * -1.0;
        let up = vec3(0.0, 0.0, 1.0);
        let lamp = self.lamp_light(centre);
        for index in 0..blobs {
            let share = index as f32 / blobs.max(1) as f32;
            // The first blobs form the dark body, the last ones the lit tufts.
            let angle = self.random.range(0.0, std::f32::consts::TAU);
            let out = self.random.unit().sqrt() * 0.72;
            let (dx, dz) = (angle.cos() * out * radius, angle.sin() * out * height);
            let size = radius * (0.62 - 0.3 * share) * self.random.range(0.8, 1.15);
            let lift = 0.52 + 0.34 * (dz / height) + 0.26 * share + self.random.range(-0.09, 0.09);
            let sun_side = (right.dot(self.light.sun_direction) * dx / radius * 0.3).clamp(-0.2, 0.2);
            let lit = self.light.ambient.plus(self.light.sun).plus(lamp).scale((lift + sun_side).max(0.12));
            let middle = centre + right * dx + up * dz;
            let wobble = self.random.range(0.0, 6.0);
            let corners = (0..9)
                .map(|corner| {
                    let a = corner as f32 / 9.0 * std::f32::consts::TAU;
                    let r = size * (1.0 + 0.22 * (a * 3.0 + wobble).sin());
                    middle + right * (a.cos() * r) + up * (a.sin() * r * 0.92)
                })
                .collect();
            if self.camera.depth(centre) < 1.0 {
                return;
            }
            self.faces.push(Face {
                corners,
                colour: self.light.through_air(colour.tint(lit).scale(1.35), distance),
                alpha: 1.0,
                depth: distance - share * radius,
            });
        }
    }

    pub(super) fn tree(&mut self, x: f32, y: f32, height: f32, poplar: bool, blobs: usize) {
        let trunk = 0.12 + height * 0.012;
        let toward = (self.camera.eye - vec3(x, y, 0.0)).normal();
        let right = vec3(-toward.y, toward.x, 0.0).normal();
        let base = vec3(x, y, 0.0);
        let top = base + vec3(0.0, 0.0, height * 0.6);
        let corners = vec![
            base + right * trunk,
            top + right * (trunk * 0.5),
            top + right * (-trunk * 0.5),
            base + right * -trunk,
        ];
        self.push(corners, hex(0x584A3A), toward);
        let green = [hex(0x3E5C2E), hex(0x4A6834), hex(0x365230), hex(0x56703A)][self.random.below(4)];
        let (radius, half) = if poplar { (height * 0.16, height * 0.40) } else { (height * 0.34, height * 0.34) };
        self.foliage(base + vec3(0.0, 0.0, height * 0.60), radius, half, blobs, green);
    }

    pub(super) fn trees(&mut self, road: &Roadway) {
        for side in [-1.0f32, 1.0] {
            let poplars = side > 0.0;
            let mut s = 12.0;
            while s < 700.0 {
                let edge = if side > 0.0 { road.paved.1 } else { -road.paved.0 };
                let ramp = road
                    .ramp
                    .map_or(0.0, |ramp| if side > 0.0 && s < ramp.until_m { 6.0 + ramp.extra_offset(s) } else { 0.0 });
                let t = side * (edge + 7.5 + ramp + self.random.range(0.0, 3.0));
                let (x, y) = road.alignment.place(s, t);
                let height = self.random.range(7.0, 11.5);
                if t.abs() < 90.0 && self.random.chance(0.86) {
                    self.tree(x, y, height, poplars, if s < 220.0 { 34 } else { 12 });
                }
                s += self.random.range(7.5, 12.0) + s * 0.012;
            }
            // Groves further out.
            for _ in 0..26 {
                let s = self.random.range(110.0, 900.0);
                let t = side * self.random.range(38.0, 230.0);
                let (x, y) = road.alignment.place(s.min(700.0), t);
                for _ in 0..4 {
                    let (dx, dy) = (self.random.range(-9.0, 9.0), self.random.range(-9.0, 9.0));
                    let height = self.random.range(6.0, 12.0);
                    self.tree(x + dx, y + dy, height, false, 9);
                }
            }
        }
    }

    pub(super) fn street_trees(&mut self) {
        for road in self.network.roadways.clone() {
            let middle = if road.alignment.heading == 0.0 { JUNCTION_M } else { 0.0 };
            for step in -16..26 {
                let s = middle + step as f32 * 8.0;
                if (s - middle).abs() < 27.0 {
                    continue;
                }
                for t in [road.paved.0 - 1.9, road.paved.1 + 1.9] {
                    let (x, y) = road.alignment.place(s, t);
                    if y > 38.0 {
                        let height = self.random.range(5.0, 7.0);
                        self.tree(x, y, height, false, 30);
                    }
                }
            }
        }
    }
}
