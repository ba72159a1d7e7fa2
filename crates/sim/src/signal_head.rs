//! Traffic signal heads.

use crate::geometry::{Vec3, vec3};
use crate::painter::Painter;
use crate::raster::{Colour, hex, rgb};
use crate::road::{JUNCTION_M, Light, Roadway};

/// One head with three lamps side by side, as they hang over Chinese roads.
pub(crate) struct SignalHead {
    centre: Vec3,
    along: Vec3,
    /// Where its drivers come from.
    normal: Vec3,
}

/// The heads of one road: two per direction on the far side of the junction.
pub(crate) fn heads(road: &Roadway, group: usize) -> Vec<SignalHead> {
    let (middle, far) = if group == 0 { (JUNCTION_M, 16.5) } else { (0.0, 17.0) };
    let heading = road.alignment.heading;
    let along = vec3(heading.cos(), -heading.sin(), 0.0);
    let forward = vec3(heading.sin(), heading.cos(), 0.0);
    let mut heads = vec![];
    // The heads above the near side of the main road hang behind the camera's back.
    let sides: &[f32] = if group == 0 { &[1.0] } else { &[1.0, -1.0] };
    for &side in sides {
        for t in [road.paved.1 * 0.35, road.paved.1 * 0.8] {
            heads.push(SignalHead {
                centre: road.alignment.place3(middle + side * far - side * 0.15, side * t, 6.42),
                along: along * side,
                normal: forward * -side,
            });
        }
    }
    heads
}

impl SignalHead {
    pub(crate) fn draw(&self, painter: &mut Painter<'_>, light: Light) {
        let up = vec3(0.0, 0.0, 1.0);
        let rect = |r: f32, z: f32| {
            [
                self.centre + self.along * -r + up * -z,
                self.centre + self.along * r + up * -z,
                self.centre + self.along * r + up * z,
                self.centre + self.along * -r + up * z,
            ]
        };
        let toward = painter.camera.eye - self.centre;
        let shade = painter.light.on(self.normal);
        painter.flat(&rect(0.92, 0.36), hex(0x24272A).tint(shade), 1.0);
        if self.normal.dot(toward) <= 0.0 {
            return;
        }
        let lamps = [
            (-0.55, Light::Red, rgb(1.0, 0.12, 0.10)),
            (0.0, Light::Yellow, rgb(1.0, 0.78, 0.10)),
            (0.55, Light::Green, rgb(0.15, 1.0, 0.62)),
        ];
        for (r, state, colour) in lamps {
            let centre = self.centre + self.along * r + self.normal * 0.05;
            let disc: Vec<Vec3> = (0..12)
                .map(|index| {
                    let angle = index as f32 / 12.0 * std::f32::consts::TAU;
                    centre + self.along * (angle.cos() * 0.22) + up * (angle.sin() * 0.22)
                })
                .collect();
            let on = state == light;
            let shown: Colour = if on { colour } else { colour.scale(0.12) };
            painter.flat(&disc, shown, 1.0);
            if on && let Some(at) = painter.camera.project(centre) {
                let pixels = painter.camera.pixels_per_m(painter.camera.depth(centre));
                painter.canvas.glow(at, pixels * 1.3, pixels * 1.3, colour.scale(0.35));
            }
        }
    }
}
