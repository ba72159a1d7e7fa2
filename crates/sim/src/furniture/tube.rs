//! Fans, lane signals and cabinets of tunnels.

use super::Furniture;
use crate::geometry::{Vec3, point, vec3};
use crate::raster::{hex, rgb, thick_line};
use crate::road::{Roadway, TUBE_HALF_M, TUBE_HEIGHT_M};

impl Furniture<'_> {
    /// Jet fans, lane signals and emergency cabinets.
    pub(super) fn tunnel(&mut self, road: &Roadway) {
        for at in [58.0, 150.0] {
            for t in [-1.5, 1.5] {
                self.drum(road, at, t, TUBE_HEIGHT_M - 0.75, 0.55, 4.0);
            }
        }
        for (s, lane_t) in [(36.0, -1.875), (36.0, 1.875), (110.0, -1.875), (110.0, 1.875)] {
            let panel = self.panel(road, s, lane_t - 0.4, TUBE_HEIGHT_M - 0.35);
            self.push_sorted(panel.rect(0.0, 0.0, 0.8, 0.8), rgb(0.05, 0.05, 0.06), panel.corner, 0.0);
            // A red cross: this is the side that oncoming traffic does not read.
            for (a, b) in [((0.15, 0.15), (0.65, 0.65)), ((0.65, 0.15), (0.15, 0.65))] {
                let quad = thick_line(point(a.0, a.1), point(b.0, b.1), 0.12);
                let corners = quad.iter().map(|p| panel.at(p.x, p.y)).collect();
                self.push_sorted(corners, rgb(1.0, 0.16, 0.12), panel.corner, 0.3);
            }
        }
        let mut s = 25.0;
        while s < 320.0 {
            for (t, colour) in [(-TUBE_HALF_M + 0.05, hex(0xB8352C)), (TUBE_HALF_M - 0.15, hex(0x1F8F4E))] {
                self.block(road, (s, s + 1.0), (t, t + 0.1), (0.9, 1.9), colour);
            }
            s += 50.0;
        }
    }

    /// A cylinder along the road.
    pub(super) fn drum(&mut self, road: &Roadway, s: f32, t: f32, z: f32, radius: f32, length: f32) {
        let ring = |s: f32, index: usize| {
            let angle = index as f32 / 12.0 * std::f32::consts::TAU;
            road.alignment.place3(s, t + angle.cos() * radius, z + angle.sin() * radius)
        };
        for index in 0..12 {
            let angle = (index as f32 + 0.5) / 12.0 * std::f32::consts::TAU;
            let normal = vec3(angle.cos(), 0.0, angle.sin());
            let corners =
                vec![ring(s, index), ring(s + length, index), ring(s + length, index + 1), ring(s, index + 1)];
            if normal.dot(self.camera.eye - corners[0]) > 0.0 {
                self.push(corners, hex(0xA8AAA6), normal);
            }
        }
        let mouth: Vec<Vec3> = (0..12).map(|index| ring(s, index)).collect();
        self.push_sorted(mouth, rgb(0.12, 0.12, 0.12), road.alignment.place3(s, t, z), 0.3);
    }
}
