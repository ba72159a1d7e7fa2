//! What stands along the road: rails, hedges, trees, lamps, gantries, signals, buildings.

use crate::RoadShape;
use crate::conditions::{Daylight, Lighting};
use crate::font;
use crate::geometry::{Camera, Vec3, vec3};
use crate::ground::Lamp;
use crate::painter::Face;
use crate::random::Random;
use crate::raster::{Colour, hex, rgb};
use crate::road::{JUNCTION_M, Network, Roadway, TUBE_HALF_M, TUBE_HEIGHT_M};

/// Collects the faces of a scene's furniture.
pub(crate) struct Furniture<'a> {
    network: &'a Network,
    light: &'a Lighting,
    camera: &'a Camera,
    lamps: &'a [Lamp],
    random: Random,
    faces: Vec<Face>,
}

/// A panel in space: its top left corner and the directions of reading and downwards, one metre long.
#[derive(Clone, Copy)]
struct Panel {
    corner: Vec3,
    along: Vec3,
    down: Vec3,
}

impl Panel {
    fn at(&self, x: f32, y: f32) -> Vec3 {
        self.corner + self.along * x + self.down * y
    }

    fn rect(&self, x: f32, y: f32, w: f32, h: f32) -> Vec<Vec3> {
        vec![
            self.at(x, y),
            self.at(x + w, y),
            self.at(x + w, y + h),
            self.at(x, y + h),
        ]
    }
}

/// Where lamps stand; they light the ground and are drawn as poles.
pub(crate) fn lamps(network: &Network) -> Vec<Lamp> {
    let spacing = match network.shape {
        RoadShape::Curve | RoadShape::Tunnel => return vec![],
        RoadShape::Intersection => 32.0,
        _ => 42.0,
    };
    let mut lamps = vec![];
    for (index, road) in network.roadways.iter().enumerate() {
        let (from, to) = if index == 0 {
            (-30.0, 460.0)
        } else {
            (-150.0, 150.0)
        };
        let mut s = from;
        while s < to {
            let in_junction = network.signals.is_some()
                && (s - if index == 0 { JUNCTION_M } else { 0.0 }).abs() < 20.0;
            // Posts beside the camera would stand in its view.
            let in_the_way = index == 0 && (-4.0..34.0).contains(&s);
            if !in_junction {
                for t in [road.paved.0 - 0.5, road.paved.1 + 0.5] {
                    let inward = t - t.signum() * 3.2;
                    let (x, y) = road.alignment.place(s, inward);
                    lamps.push(Lamp {
                        x,
                        y,
                        standing: !in_the_way,
                    });
                }
            }
            s += spacing;
        }
    }
    lamps
}

/// The faces of everything that stands along the roads of a scene.
pub(crate) fn build(
    network: &Network,
    light: &Lighting,
    camera: &Camera,
    lamps: &[Lamp],
    stake: &str,
    seed: u64,
) -> Vec<Face> {
    let mut furniture = Furniture {
        network,
        light,
        camera,
        lamps,
        random: Random::new(seed ^ 0x0F0F),
        faces: vec![],
    };
    furniture.build(stake);
    furniture.faces
}

impl Furniture<'_> {
    fn build(&mut self, stake: &str) {
        let road = self.network.roadways[0].clone();
        match self.network.shape {
            RoadShape::Tunnel => return self.tunnel(&road),
            RoadShape::Intersection => {
                self.buildings();
                self.street_trees();
                self.signal_posts();
            }
            RoadShape::Bridge => {
                self.parapets(&road);
                self.barrier(&road);
                self.pylons(&road);
            }
            _ => {
                self.rails(&road);
                self.hedge(&road);
                self.trees(&road);
            }
        }
        self.lamp_posts();
        if self.network.shape != RoadShape::Intersection {
            self.gantry(&road, 118.0, stake);
            self.small_signs(&road, stake);
        }
    }

    fn push(&mut self, corners: Vec<Vec3>, colour: Colour, normal: Vec3) {
        let mut centre = vec3(0.0, 0.0, 0.0);
        for corner in &corners {
            centre = centre + *corner;
        }
        centre = centre * (1.0 / corners.len() as f32);
        let lit = colour.tint(self.light.on(normal).plus(self.lamp_light(centre)));
        self.push_bright(corners, centre, lit);
    }

    fn push_bright(&mut self, corners: Vec<Vec3>, centre: Vec3, lit: Colour) {
        let depth = self.camera.depth(centre);
        if depth < 0.5 {
            return;
        }
        let distance = (centre - self.camera.eye).length();
        self.faces.push(Face {
            corners,
            colour: self.light.through_air(lit, distance),
            alpha: 1.0,
            depth: distance,
        });
    }

    fn lamp_light(&self, p: Vec3) -> Colour {
        if self.light.daylight == Daylight::Day {
            return Colour::default();
        }
        let near: f32 = self
            .lamps
            .iter()
            .map(|lamp| {
                let square = ((p.x - lamp.x).powi(2) + (p.y - lamp.y).powi(2)) / 120.0;
                if square < 6.0 {
                    1.0 / (1.0 + square)
                } else {
                    0.0
                }
            })
            .sum();
        rgb(1.0, 0.8, 0.52).scale(near.min(1.0) * 0.32)
    }

    /// A box standing on the ground; `a` to `b` is its axis, half widths to the side.
    fn block(
        &mut self,
        road: &Roadway,
        s: (f32, f32),
        t: (f32, f32),
        z: (f32, f32),
        colour: Colour,
    ) {
        let at = |s, t, z| road.alignment.place3(s, t, z);
        let heading = road.alignment.heading_at((s.0 + s.1) / 2.0);
        let forward = vec3(heading.sin(), heading.cos(), 0.0);
        let right = vec3(heading.cos(), -heading.sin(), 0.0);
        let sides = [
            (
                vec![
                    at(s.0, t.0, z.0),
                    at(s.0, t.1, z.0),
                    at(s.0, t.1, z.1),
                    at(s.0, t.0, z.1),
                ],
                forward * -1.0,
            ),
            (
                vec![
                    at(s.1, t.0, z.0),
                    at(s.1, t.1, z.0),
                    at(s.1, t.1, z.1),
                    at(s.1, t.0, z.1),
                ],
                forward,
            ),
            (
                vec![
                    at(s.0, t.0, z.0),
                    at(s.1, t.0, z.0),
                    at(s.1, t.0, z.1),
                    at(s.0, t.0, z.1),
                ],
                right * -1.0,
            ),
            (
                vec![
                    at(s.0, t.1, z.0),
                    at(s.1, t.1, z.0),
                    at(s.1, t.1, z.1),
                    at(s.0, t.1, z.1),
                ],
                right,
            ),
            (
                vec![
                    at(s.0, t.0, z.1),
                    at(s.1, t.0, z.1),
                    at(s.1, t.1, z.1),
                    at(s.0, t.1, z.1),
                ],
                vec3(0.0, 0.0, 1.0),
            ),
            (
                vec![
                    at(s.0, t.0, z.0),
                    at(s.1, t.0, z.0),
                    at(s.1, t.1, z.0),
                    at(s.0, t.1, z.0),
                ],
                vec3(0.0, 0.0, -1.0),
            ),
        ];
        for (corners, normal) in sides {
            if normal.dot(self.camera.eye - corners[0]) > 0.0 {
                self.push(corners, colour, normal);
            }
        }
    }

    /// W-beam guard rails along both edges.
    fn rails(&mut self, road: &Roadway) {
        let mut s = -24.0;
        while s < 520.0 {
            for t in [road.paved.0 - 0.35, road.paved.1 + 0.35] {
                let beside_ramp = road.ramp.is_some_and(|ramp| t > 0.0 && s < ramp.until_m);
                if beside_ramp {
                    continue;
                }
                self.rail_piece(road, s, t);
            }
            if let Some(ramp) = road.ramp
                && s < ramp.until_m
            {
                let merge = road.paved.1 + 3.6;
                self.rail_piece(road, s, merge + ramp.extra_offset(s));
            }
            s += 4.0;
        }
    }

    fn rail_piece(&mut self, road: &Roadway, s: f32, t: f32) {
        if s < 160.0 {
            self.block(
                road,
                (s - 0.06, s + 0.06),
                (t - 0.06, t + 0.06),
                (0.0, 0.72),
                hex(0x7C8285),
            );
        }
        let extra = |at: f32| match road.ramp {
            Some(ramp) if t > road.paved.1 + 1.0 => ramp.extra_offset(at) - ramp.extra_offset(s),
            _ => 0.0,
        };
        let heading = road.alignment.heading_at(s);
        let normal = vec3(heading.cos(), -heading.sin(), 0.0) * -t.signum();
        for (low, high, tilt, shade) in [
            (0.42, 0.53, -0.6, 1.0),
            (0.53, 0.64, 0.7, 1.0),
            (0.64, 0.75, 0.9, 1.06),
        ] {
            let corners = vec![
                road.alignment.place3(s, t, low),
                road.alignment.place3(s + 4.0, t + extra(s + 4.0), low),
                road.alignment.place3(s + 4.0, t + extra(s + 4.0), high),
                road.alignment.place3(s, t, high),
            ];
            self.push(
                corners,
                hex(0xB9BFC2).scale(shade),
                (normal + vec3(0.0, 0.0, tilt)).normal(),
            );
        }
    }

    /// Anti-glare bushes on the median with a low kerb.
    fn hedge(&mut self, road: &Roadway) {
        let mut s = -20.0;
        let half = road.median_half_m;
        while s < 430.0 {
            self.block(
                road,
                (s, s + 4.0),
                (-half, half),
                (0.0, 0.18),
                hex(0xA9A8A2),
            );
            s += 4.0;
        }
        s = -18.0;
        while s < 420.0 {
            let (x, y) = road.alignment.place(s, self.random.range(-0.15, 0.15));
            let size = self.random.range(0.62, 0.86);
            self.foliage(
                vec3(x, y, 0.2 + size),
                size,
                size * 1.05,
                if s < 150.0 { 12 } else { 5 },
                hex(0x2F4A2B),
            );
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
    fn foliage(&mut self, centre: Vec3, radius: f32, height: f32, blobs: usize, colour: Colour) {
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
            let sun_side =
                (right.dot(self.light.sun_direction) * dx / radius * 0.3).clamp(-0.2, 0.2);
            let lit = self
                .light
                .ambient
                .plus(self.light.sun)
                .plus(lamp)
                .scale((lift + sun_side).max(0.12));
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
                colour: self
                    .light
                    .through_air(colour.tint(lit).scale(1.35), distance),
                alpha: 1.0,
                depth: distance - share * radius,
            });
        }
    }

    fn tree(&mut self, x: f32, y: f32, height: f32, poplar: bool, blobs: usize) {
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
        let green =
            [hex(0x3E5C2E), hex(0x4A6834), hex(0x365230), hex(0x56703A)][self.random.below(4)];
        let (radius, half) = if poplar {
            (height * 0.16, height * 0.40)
        } else {
            (height * 0.34, height * 0.34)
        };
        self.foliage(
            base + vec3(0.0, 0.0, height * 0.60),
            radius,
            half,
            blobs,
            green,
        );
    }

    fn trees(&mut self, road: &Roadway) {
        for side in [-1.0f32, 1.0] {
            let poplars = side > 0.0;
            let mut s = 12.0;
            while s < 700.0 {
                let edge = if side > 0.0 {
                    road.paved.1
                } else {
                    -road.paved.0
                };
                let ramp = road.ramp.map_or(0.0, |ramp| {
                    if side > 0.0 && s < ramp.until_m {
                        6.0 + ramp.extra_offset(s)
                    } else {
                        0.0
                    }
                });
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

    fn street_trees(&mut self) {
        for road in self.network.roadways.clone() {
            let middle = if road.alignment.heading == 0.0 {
                JUNCTION_M
            } else {
                0.0
            };
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

    fn lamp_posts(&mut self) {
        for road in self.network.roadways.clone() {
            let index = usize::from(road.alignment.heading != 0.0);
            let lamps: Vec<Lamp> = self.lamps.to_vec();
            for lamp in lamps {
                let (s, t) = road.alignment.locate(lamp.x, lamp.y);
                let edge = road.paved.1.min(-road.paved.0);
                if !lamp.standing
                    || (t.abs() - edge + 2.7).abs() > 0.3
                    || index == 1 && s.abs() > 155.0
                {
                    continue;
                }
                let outer = t + t.signum() * 3.2;
                let width = if s < 200.0 { 0.09 } else { 0.14 };
                self.block(
                    &road,
                    (s - width, s + width),
                    (outer - width, outer + width),
                    (0.0, 9.6),
                    hex(0x8F9598),
                );
                let (a, b) = if t < outer { (t, outer) } else { (outer, t) };
                self.block(
                    &road,
                    (s - 0.06, s + 0.06),
                    (a, b),
                    (9.6, 9.75),
                    hex(0x8F9598),
                );
                let lit = self.light.lamps && self.light.daylight != Daylight::Day;
                let (from, to) = (t - 0.6, t + 0.6);
                let corners: Vec<Vec3> = [(-0.2, from), (0.2, from), (0.2, to), (-0.2, to)]
                    .map(|(ds, t)| road.alignment.place3(s + ds, t, 9.55))
                    .to_vec();
                if lit {
                    let centre = road.alignment.place3(s, t, 9.5);
                    self.push_bright(corners, centre, rgb(1.3, 1.12, 0.8));
                } else {
                    self.block(
                        &road,
                        (s - 0.2, s + 0.2),
                        (from, to),
                        (9.55, 9.7),
                        hex(0xC8CCCE),
                    );
                }
            }
        }
    }

    /// Concrete parapets with a steel hand rail.
    fn parapets(&mut self, road: &Roadway) {
        let mut s = -20.0;
        while s < 600.0 {
            for (a, b) in [
                (road.paved.0 - 0.8, road.paved.0 - 0.35),
                (road.paved.1 + 0.35, road.paved.1 + 0.8),
            ] {
                self.block(road, (s, s + 8.0), (a, b), (0.0, 0.82), hex(0xA9ABA8));
                self.block(
                    road,
                    (s, s + 8.0),
                    (a + 0.15, b - 0.15),
                    (1.12, 1.22),
                    hex(0x9CA6AC),
                );
                if s < 180.0 {
                    for post in 0..4 {
                        let at = s + 2.0 * post as f32;
                        self.block(
                            road,
                            (at, at + 0.1),
                            (a + 0.17, b - 0.17),
                            (0.82, 1.12),
                            hex(0x87929A),
                        );
                    }
                }
            }
            s += 8.0;
        }
    }

    fn barrier(&mut self, road: &Roadway) {
        let mut s = -20.0;
        while s < 600.0 {
            self.block(road, (s, s + 8.0), (-0.3, 0.3), (0.0, 0.35), hex(0xA5A6A2));
            self.block(
                road,
                (s, s + 8.0),
                (-0.14, 0.14),
                (0.35, 0.95),
                hex(0xB2B3AF),
            );
            if s < 240.0 {
                // Reflectors and anti-glare plates.
                for plate in 0..4 {
                    let at = s + 2.0 * plate as f32;
                    self.block(
                        road,
                        (at, at + 0.05),
                        (-0.1, 0.1),
                        (0.95, 1.55),
                        hex(0x3F7A56),
                    );
                }
            }
            s += 8.0;
        }
    }

    /// Two cable-stayed towers.
    fn pylons(&mut self, road: &Roadway) {
        for at in [190.0, 430.0] {
            let legs = [
                (road.paved.0 - 2.6, road.paved.0 - 0.9),
                (road.paved.1 + 0.9, road.paved.1 + 2.6),
            ];
            for (a, b) in legs {
                self.block(
                    road,
                    (at - 1.4, at + 1.4),
                    (a, b),
                    (0.0, 62.0),
                    hex(0xB9BDBE),
                );
            }
            self.block(
                road,
                (at - 1.2, at + 1.2),
                (legs[0].1, legs[1].0),
                (17.0, 20.0),
                hex(0xB4B8B9),
            );
            self.block(
                road,
                (at - 1.2, at + 1.2),
                (legs[0].1, legs[1].0),
                (55.0, 58.0),
                hex(0xB4B8B9),
            );
            for (a, b) in legs {
                let t = (a + b) / 2.0;
                for cable in 1..13 {
                    let reach = cable as f32 * 9.0;
                    let top = road.alignment.place3(at, t, 30.0 + cable as f32 * 2.4);
                    for direction in [-1.0, 1.0] {
                        let foot = road.alignment.place3(
                            at + direction * reach,
                            t.signum() * (t.abs() - 1.0),
                            0.8,
                        );
                        let wide = vec3(0.0, 0.0, 0.16);
                        let side = vec3(0.05, 0.0, 0.0);
                        self.push(
                            vec![
                                top + wide,
                                foot + wide + side,
                                foot + wide * -1.0 + side * -1.0,
                                top + wide * -1.0,
                            ],
                            hex(0xC9CDCF),
                            vec3(0.0, -0.7, 0.7),
                        );
                    }
                }
            }
        }
    }

    /// A sign bridge over the carriageway that leads away, readable from the camera.
    fn gantry(&mut self, road: &Roadway, s: f32, stake: &str) {
        let steel = hex(0x9BA1A4);
        let right = road.ramp.map_or(road.paved.1 + 1.2, |_| road.paved.1 + 5.4);
        for t in [0.0, right] {
            self.block(
                road,
                (s - 0.2, s + 0.2),
                (t - 0.2, t + 0.2),
                (0.0, 8.3),
                steel,
            );
        }
        for z in [6.9, 8.1] {
            self.block(
                road,
                (s - 0.12, s + 0.12),
                (-0.2, right + 0.2),
                (z, z + 0.2),
                steel,
            );
        }
        let mut t = 0.0;
        while t < right {
            self.block(road, (s - 0.08, s + 0.08), (t, t + 0.1), (6.9, 8.2), steel);
            t += 1.5;
        }
        let code = stake.split_whitespace().next().unwrap_or("G42");
        let (names, numbers) = match self.network.shape {
            RoadShape::Bridge => (["RIVER", "CITY W"], ["2 KM", "9 KM"]),
            RoadShape::Ramp => (["SERVICE", "AIRPORT"], ["1 KM", "36 KM"]),
            _ => (["WUHAN", "NANJING"], ["52 KM", "218 KM"]),
        };
        const PANEL_M: f32 = 6.6;
        for (index, from) in [1.2, 8.6].into_iter().enumerate() {
            if from + PANEL_M > right + 1.0 {
                continue;
            }
            let panel = self.panel(road, s - 0.25, from, 9.7);
            self.sign_face(panel, PANEL_M, 3.5, hex(0x0B6B43), 0.0);
            self.text(panel, 0.45, 0.5, 1.0, names[index], hex(0xF4F6F4));
            self.text(panel, 0.45, 2.0, 1.0, numbers[index], hex(0xF4F6F4));
            if numbers[index].len() < 6 {
                let plate = Panel {
                    corner: panel.at(PANEL_M - 2.2, 1.85),
                    ..panel
                };
                self.sign_face(plate, 1.9, 1.3, hex(0xB3202A), 0.5);
                self.text(plate, 0.28, 0.36, 0.6, code, hex(0xF4F6F4));
            }
        }
    }

    fn panel(&self, road: &Roadway, s: f32, t: f32, top: f32) -> Panel {
        let heading = road.alignment.heading_at(s);
        Panel {
            corner: road.alignment.place3(s, t, top),
            along: vec3(heading.cos(), -heading.sin(), 0.0),
            down: vec3(0.0, 0.0, -1.0),
        }
    }

    /// A panel with a white rim; `nearer_m` lifts it over what it is mounted on.
    fn sign_face(&mut self, panel: Panel, width: f32, height: f32, colour: Colour, nearer_m: f32) {
        let toward = (self.camera.eye - panel.corner).normal();
        let normal = vec3(toward.x, toward.y, 0.25).normal();
        // Sheeting throws light back: signs are brighter than what is around them at night.
        let glow = if self.light.daylight == Daylight::Night {
            0.55
        } else {
            0.12
        };
        for (inset, colour) in [(0.0, hex(0xEFF2EF)), (0.09, colour)] {
            let corners = panel.rect(inset, inset, width - 2.0 * inset, height - 2.0 * inset);
            let lit = colour.tint(self.light.on(normal).plus(rgb(glow, glow, glow)));
            self.push_sorted(corners, lit, panel.corner, nearer_m + 0.02 + inset);
        }
    }

    /// Adds a face whose order within its sign is given by `nearer_m`.
    fn push_sorted(&mut self, corners: Vec<Vec3>, lit: Colour, reference: Vec3, nearer_m: f32) {
        let before = self.faces.len();
        self.push_bright(corners, reference, lit);
        if let Some(face) = self.faces.get_mut(before) {
            face.depth -= nearer_m;
        }
    }

    fn text(&mut self, panel: Panel, x: f32, y: f32, size: f32, text: &str, colour: Colour) {
        let lit = if self.light.daylight == Daylight::Night {
            colour.scale(0.8)
        } else {
            colour.scale(0.95)
        };
        for (index, character) in text.chars().enumerate() {
            let left = x + index as f32 * size * font::ADVANCE * 0.86;
            for stroke in font::glyph(character) {
                for pair in stroke.windows(2) {
                    let quad = crate::raster::thick_line(pair[0], pair[1], 0.15);
                    let corners = quad
                        .iter()
                        .map(|p| panel.at(left + p.x * size * 0.86, y + p.y * size))
                        .collect();
                    self.push_sorted(corners, lit, panel.corner, 0.9);
                }
            }
        }
    }

    /// Stake plate and speed limit at the right edge.
    fn small_signs(&mut self, road: &Roadway, stake: &str) {
        let t = road.ramp.map_or(road.paved.1 + 0.9, |_| road.paved.1 + 5.0);
        let code = stake.split_whitespace().nth(1).unwrap_or("K128");
        self.block(
            road,
            (46.0, 46.1),
            (t + 0.85, t + 0.95),
            (0.0, 2.6),
            hex(0x9BA1A4),
        );
        let panel = self.panel(road, 45.9, t, 3.0);
        self.sign_face(panel, 1.9, 0.85, hex(0x0B6B43), 0.0);
        self.text(
            panel,
            0.12,
            0.22,
            0.40,
            &code.chars().take(5).collect::<String>(),
            hex(0xF4F6F4),
        );
        let s = 74.0;
        self.block(
            road,
            (s, s + 0.1),
            (t + 0.55, t + 0.65),
            (0.0, 4.3),
            hex(0x9BA1A4),
        );
        let limit = self.panel(road, s - 0.1, t + 0.6, 3.6);
        for (radius, colour, nearer) in [(0.75, hex(0xC3202B), 0.05), (0.58, hex(0xF2F3F0), 0.2)] {
            let corners = (0..20)
                .map(|index| {
                    let angle = index as f32 / 20.0 * std::f32::consts::TAU;
                    limit.at(angle.cos() * radius, angle.sin() * radius)
                })
                .collect();
            let lit = colour.tint(
                self.light
                    .on(vec3(0.0, -1.0, 0.2))
                    .plus(rgb(0.12, 0.12, 0.12)),
            );
            self.push_sorted(corners, lit, limit.corner, nearer);
        }
        let text = if self.network.shape == RoadShape::Bridge {
            "80"
        } else {
            "120"
        };
        let width = text.len() as f32 * 0.5 * font::ADVANCE * 0.86;
        self.text(limit, -width / 2.0 + 0.03, -0.27, 0.5, text, hex(0x15171A));
    }

    fn signal_posts(&mut self) {
        for road in self.network.roadways.clone() {
            let main = road.alignment.heading == 0.0;
            let middle = if main { JUNCTION_M } else { 0.0 };
            let far = middle + if main { 16.5 } else { 17.0 };
            let edge = road.paved.1 + 1.2;
            self.block(
                &road,
                (far, far + 0.24),
                (edge, edge + 0.24),
                (0.0, 6.6),
                hex(0x60686C),
            );
            self.block(
                &road,
                (far, far + 0.2),
                (0.8, edge),
                (6.3, 6.55),
                hex(0x60686C),
            );
            if !main {
                let near = -far;
                self.block(
                    &road,
                    (near, near + 0.24),
                    (-edge - 0.24, -edge),
                    (0.0, 6.6),
                    hex(0x60686C),
                );
                self.block(
                    &road,
                    (near, near + 0.2),
                    (-edge, -0.8),
                    (6.3, 6.55),
                    hex(0x60686C),
                );
            }
        }
    }

    fn buildings(&mut self) {
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
            let tone = [
                hex(0xB8ADA0),
                hex(0x9FA7AE),
                hex(0xC9C3B6),
                hex(0xA58F7E),
                hex(0x8D99A3),
            ][self.random.below(5)];
            self.building(x, y, width, depth, height, tone);
        }
    }

    fn building(&mut self, x: f32, y: f32, width: f32, depth: f32, height: f32, tone: Colour) {
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
            let panel = Panel {
                corner: a + up,
                along: (b - a).normal(),
                down: vec3(0.0, 0.0, -1.0),
            };
            let length = (b - a).length();
            let columns = (length / 3.2) as usize;
            let floors = (height / 3.3) as usize;
            for floor in 0..floors {
                for column in 0..columns {
                    let lamp = self.light.daylight != Daylight::Day && self.random.chance(0.32);
                    let glass = if lamp {
                        [rgb(0.95, 0.78, 0.48), rgb(0.8, 0.84, 0.9)][self.random.below(2)]
                            .scale(0.75)
                    } else {
                        let mirror = 0.25 + 0.2 * self.random.unit();
                        hex(0x2F3A45)
                            .tint(self.light.on(normal))
                            .mix(self.light.sky_horizon, mirror)
                    };
                    let corners = panel.rect(
                        0.7 + column as f32 * 3.2,
                        1.0 + floor as f32 * 3.3,
                        1.9,
                        1.7,
                    );
                    self.push_at(corners, glass, reach, 0.5);
                }
            }
        }
    }

    fn push_at(&mut self, corners: Vec<Vec3>, lit: Colour, distance: f32, nearer_m: f32) {
        if corners
            .iter()
            .all(|corner| self.camera.depth(*corner) < 0.5)
        {
            return;
        }
        self.faces.push(Face {
            corners,
            colour: self.light.through_air(lit, distance),
            alpha: 1.0,
            depth: distance - nearer_m,
        });
    }

    /// Jet fans, lane signals and emergency cabinets.
    fn tunnel(&mut self, road: &Roadway) {
        for at in [58.0, 150.0] {
            for t in [-1.5, 1.5] {
                self.drum(road, at, t, TUBE_HEIGHT_M - 0.75, 0.55, 4.0);
            }
        }
        for (s, lane_t) in [
            (36.0, -1.875),
            (36.0, 1.875),
            (110.0, -1.875),
            (110.0, 1.875),
        ] {
            let panel = self.panel(road, s, lane_t - 0.4, TUBE_HEIGHT_M - 0.35);
            self.push_sorted(
                panel.rect(0.0, 0.0, 0.8, 0.8),
                rgb(0.05, 0.05, 0.06),
                panel.corner,
                0.0,
            );
            // A red cross: this is the side that oncoming traffic does not read.
            for (a, b) in [((0.15, 0.15), (0.65, 0.65)), ((0.65, 0.15), (0.15, 0.65))] {
                let quad = crate::raster::thick_line(
                    crate::geometry::point(a.0, a.1),
                    crate::geometry::point(b.0, b.1),
                    0.12,
                );
                let corners = quad.iter().map(|p| panel.at(p.x, p.y)).collect();
                self.push_sorted(corners, rgb(1.0, 0.16, 0.12), panel.corner, 0.3);
            }
        }
        let mut s = 25.0;
        while s < 320.0 {
            for (t, colour) in [
                (-TUBE_HALF_M + 0.05, hex(0xB8352C)),
                (TUBE_HALF_M - 0.15, hex(0x1F8F4E)),
            ] {
                self.block(road, (s, s + 1.0), (t, t + 0.1), (0.9, 1.9), colour);
            }
            s += 50.0;
        }
    }

    /// A cylinder along the road.
    fn drum(&mut self, road: &Roadway, s: f32, t: f32, z: f32, radius: f32, length: f32) {
        let ring = |s: f32, index: usize| {
            let angle = index as f32 / 12.0 * std::f32::consts::TAU;
            road.alignment
                .place3(s, t + angle.cos() * radius, z + angle.sin() * radius)
        };
        for index in 0..12 {
            let angle = (index as f32 + 0.5) / 12.0 * std::f32::consts::TAU;
            let normal = vec3(angle.cos(), 0.0, angle.sin());
            let corners = vec![
                ring(s, index),
                ring(s + length, index),
                ring(s + length, index + 1),
                ring(s, index + 1),
            ];
            if normal.dot(self.camera.eye - corners[0]) > 0.0 {
                self.push(corners, hex(0xA8AAA6), normal);
            }
        }
        let mouth: Vec<Vec3> = (0..12).map(|index| ring(s, index)).collect();
        self.push_sorted(
            mouth,
            rgb(0.12, 0.12, 0.12),
            road.alignment.place3(s, t, z),
            0.3,
        );
    }
}
