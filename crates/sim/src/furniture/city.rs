//! Buildings and signal posts around a junction.

use super::{Furniture, Panel};
use crate::conditions::Daylight;
use crate::geometry::vec3;
use crate::raster::{Colour, hex, rgb};
use crate::road::JUNCTION_M;

impl Furniture<'_> {
    pub(super) fn signal_posts(&mut self) {
        for road in self.network.roadways.clone() {
            let main = road.alignment.heading == 0.0;
            let middle = if main { JUNCTION_M } else { 0.0 };
            let far = middle + if main { 16.5 } else { 17.0 };
            let edge = road.paved.1 + 1.2;
            self.block(&road, (far, far + 0.24), (edge, edge + 0.24), (0.0, 6.6), hex(0x60686C));
            self.block(&road, (far, far + 0.2), (0.8, edge), (6.3, 6.55), hex(0x60686C));
            if !main {
                let near = -far;
                self.block(&road, (near, near + 0.24), (-edge - 0.24, -edge), (0.0, 6.6), hex(0x60686C));
                self.block(&road, (near, near + 0.2), (-edge, -0.8), (6.3, 6.55), hex(0x60686C));
            }
        }
    }

    pub(super) fn buildings(&mut self) {
        let plots = [
            (-62.0, 95.0, 26.0, 30.0, 46.0),
            (-30.0, 112.0, 20.0, 24.0, 30.0),
            (34.0, 108.0, 24.0, 26.0, 62.0),
            (70.0, 100.0, 26.0, 34.0, 38.0),
            (-100.0, 120.0, 30.0, 40.0, 70.0),
            (110.0, 130.0, 30.0, 40.0, 54.0),
            (-28.0, 170.0, 22.0, 40.0, 80.0),
            (30.0, 175.0, 22.0, 40.0, 48.0),
            (-64.0, 215.0, 30.0, 40.0, 96.0),
            (62.0, 225.0, 30.0, 40.0, 84.0),
            (-30.0, 265.0, 20.0, 30.0, 58.0),
            (34.0, 280.0, 24.0, 30.0, 74.0),
            (-58.0, 18.0, 20.0, 26.0, 24.0),
            (58.0, 16.0, 20.0, 26.0, 22.0),
        ];
        for (x, y, width, depth, height) in plots {
            let tone =
                [hex(0xB8ADA0), hex(0x9FA7AE), hex(0xC9C3B6), hex(0xA58F7E), hex(0x8D99A3)][self.random.below(5)];
            self.building(x, y, width, depth, height, tone);
        }
    }

    pub(super) fn building(&mut self, x: f32, y: f32, width: f32, depth: f32, height: f32, tone: Colour) {
        let (x0, x1) = (x - width / 2.0, x + width / 2.0);
        let (y0, y1) = (y - depth / 2.0, y + depth / 2.0);
        let walls = [
            (vec3(x0, y0, 0.0), vec3(x1, y0, 0.0), vec3(0.0, -1.0, 0.0)),
            (vec3(x0, y1, 0.0), vec3(x0, y0, 0.0), vec3(-1.0, 0.0, 0.0)),
            (vec3(x1, y0, 0.0), vec3(x1, y1, 0.0), vec3(1.0, 0.0, 0.0)),
        ];
        let centre = vec3(x, y, 0.0);
        let reach = (centre - self.camera.eye).length();
        for (a, b, normal) in walls {
            if normal.dot(self.camera.eye - a) <= 0.0 {
                continue;
            }
            let up = vec3(0.0, 0.0, height);
            let lit = tone.tint(self.light.on(normal));
            self.push_at(vec![a, b, b + up, a + up], lit, reach, 0.0);
            let panel = Panel { corner: a + up, along: (b - a).normal(), down: vec3(0.0, 0.0, -1.0) };
            let length = (b - a).length();
            let columns = (length / 3.2) as usize;
            let floors = (height / 3.3) as usize;
            for floor in 0..floors {
                for column in 0..columns {
                    let lamp = self.light.daylight != Daylight::Day && self.random.chance(0.32);
                    let glass = if lamp {
                        [rgb(0.95, 0.78, 0.48), rgb(0.8, 0.84, 0.9)][self.random.below(2)].scale(0.75)
                    } else {
                        let mirror = 0.25 + 0.2 * self.random.unit();
                        hex(0x2F3A45).tint(self.light.on(normal)).mix(self.light.sky_horizon, mirror)
                    };
                    let corners = panel.rect(0.7 + column as f32 * 3.2, 1.0 + floor as f32 * 3.3, 1.9, 1.7);
                    self.push_at(corners, glass, reach, 0.5);
                }
            }
        }
    }
}
