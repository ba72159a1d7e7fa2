//! Parapets, barriers and towers of bridges.

use super::Furniture;
use crate::geometry::vec3;
use crate::raster::hex;
use crate::road::Roadway;

impl Furniture<'_> {
    /// Concrete parapets with a steel hand rail.
    pub(super) fn parapets(&mut self, road: &Roadway) {
        let mut s = -20.0;
        while s < 600.0 {
            for (a, b) in [(road.paved.0 - 0.8, road.paved.0 - 0.35), (road.paved.1 + 0.35, road.paved.1 + 0.8)] {
                self.block(road, (s, s + 8.0), (a, b), (0.0, 0.82), hex(0xA9ABA8));
                self.block(road, (s, s + 8.0), (a + 0.15, b - 0.15), (1.12, 1.22), hex(0x9CA6AC));
                if s < 180.0 {
                    for post in 0..4 {
                        let at = s + 2.0 * post as f32;
                        self.block(road, (at, at + 0.1), (a + 0.17, b - 0.17), (0.82, 1.12), hex(0x87929A));
                    }
                }
            }
            s += 8.0;
        }
    }

    pub(super) fn barrier(&mut self, road: &Roadway) {
        let mut s = -20.0;
        while s < 600.0 {
            self.block(road, (s, s + 8.0), (-0.3, 0.3), (0.0, 0.35), hex(0xA5A6A2));
            self.block(road, (s, s + 8.0), (-0.14, 0.14), (0.35, 0.95), hex(0xB2B3AF));
            if s < 240.0 {
                // Reflectors and anti-glare plates.
                for plate in 0..4 {
                    let at = s + 2.0 * plate as f32;
                    self.block(road, (at, at + 0.05), (-0.1, 0.1), (0.95, 1.55), hex(0x3F7A56));
                }
            }
            s += 8.0;
        }
    }

    /// Two cable-stayed towers.
    pub(super) fn pylons(&mut self, road: &Roadway) {
        for at in [190.0, 430.0] {
            let legs = [(road.paved.0 - 2.6, road.paved.0 - 0.9), (road.paved.1 + 0.9, road.paved.1 + 2.6)];
            for (a, b) in legs {
                self.block(road, (at - 1.4, at + 1.4), (a, b), (0.0, 62.0), hex(0xB9BDBE));
            }
            self.block(road, (at - 1.2, at + 1.2), (legs[0].1, legs[1].0), (17.0, 20.0), hex(0xB4B8B9));
            self.block(road, (at - 1.2, at + 1.2), (legs[0].1, legs[1].0), (55.0, 58.0), hex(0xB4B8B9));
            for (a, b) in legs {
                let t = (a + b) / 2.0;
                for cable in 1..13 {
                    let reach = cable as f32 * 9.0;
                    let top = road.alignment.place3(at, t, 30.0 + cable as f32 * 2.4);
                    for direction in [-1.0, 1.0] {
                        let foot = road.alignment.place3(at + direction * reach, t.signum() * (t.abs() - 1.0), 0.8);
                        let wide = vec3(0.0, 0.0, 0.16);
                        let side = vec3(0.05, 0.0, 0.0);
                        self.push(
                            vec![top + wide, foot + wide + side, foot + wide * -1.0 + side * -1.0, top + wide * -1.0],
                            hex(0xC9CDCF),
                            vec3(0.0, -0.7, 0.7),
                        );
                    }
                }
            }
        }
    }
}
