//! What stands along the road: rails, hedges, trees, lamps, gantries, signals, buildings.

mod bridge;
mod city;
mod planting;
mod signs;
mod tube;

use crate::RoadShape;
use crate::conditions::{Daylight, Lighting};
use crate::geometry::{Camera, Vec3, vec3};
use crate::ground::Lamp;
use crate::painter::Face;
use crate::random::Random;
use crate::raster::{Colour, hex, rgb};
use crate::road::{JUNCTION_M, Network, Roadway};

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
        vec![self.at(x, y), self.at(x + w, y), self.at(x + w, y + h), self.at(x, y + h)]
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
        let (from, to) = if index == 0 { (-30.0, 460.0) } else { (-150.0, 150.0) };
        let mut s = from;
        while s < to {
            let in_junction = network.signals.is_some() && (s - if index == 0 { JUNCTION_M } else { 0.0 }).abs() < 20.0;
            // Posts beside the camera would stand in its view.
            let in_the_way = index == 0 && (-4.0..34.0).contains(&s);
            if !in_junction {
                for t in [road.paved.0 - 0.5, road.paved.1 + 0.5] {
                    let inward = t - t.signum() * 3.2;
                    let (x, y) = road.alignment.place(s, inward);
                    lamps.push(Lamp { x, y, standing: !in_the_way });
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
    let mut furniture = Furniture { network, light, camera, lamps, random: Random::new(seed ^ 0x0F0F), faces: vec![] };
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
        self.faces.push(Face { corners, colour: self.light.through_air(lit, distance), alpha: 1.0, depth: distance });
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
                if square < 6.0 { 1.0 / (1.0 + square) } else { 0.0 }
            })
            .sum();
        rgb(1.0, 0.8, 0.52).scale(near.min(1.0) * 0.32)
    }

    /// A box standing on the ground; `a` to `b` is its axis, half widths to the side.
    fn block(&mut self, road: &Roadway, s: (f32, f32), t: (f32, f32), z: (f32, f32), colour: Colour) {
        let at = |s, t, z| road.alignment.place3(s, t, z);
        let heading = road.alignment.heading_at((s.0 + s.1) / 2.0);
        let forward = vec3(heading.sin(), heading.cos(), 0.0);
        let right = vec3(heading.cos(), -heading.sin(), 0.0);
        let sides = [
            (vec![at(s.0, t.0, z.0), at(s.0, t.1, z.0), at(s.0, t.1, z.1), at(s.0, t.0, z.1)], forward * -1.0),
            (vec![at(s.1, t.0, z.0), at(s.1, t.1, z.0), at(s.1, t.1, z.1), at(s.1, t.0, z.1)], forward),
            (vec![at(s.0, t.0, z.0), at(s.1, t.0, z.0), at(s.1, t.0, z.1), at(s.0, t.0, z.1)], right * -1.0),
            (vec![at(s.0, t.1, z.0), at(s.1, t.1, z.0), at(s.1, t.1, z.1), at(s.0, t.1, z.1)], right),
            (vec![at(s.0, t.0, z.1), at(s.1, t.0, z.1), at(s.1, t.1, z.1), at(s.0, t.1, z.1)], vec3(0.0, 0.0, 1.0)),
            (vec![at(s.0, t.0, z.0), at(s.1, t.0, z.0), at(s.1, t.1, z.0), at(s.0, t.1, z.0)], vec3(0.0, 0.0, -1.0)),
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
            self.block(road, (s - 0.06, s + 0.06), (t - 0.06, t + 0.06), (0.0, 0.72), hex(0x7C8285));
        }
        let extra = |at: f32| match road.ramp {
            Some(ramp) if t > road.paved.1 + 1.0 => ramp.extra_offset(at) - ramp.extra_offset(s),
            _ => 0.0,
        };
        let heading = road.alignment.heading_at(s);
        let normal = vec3(heading.cos(), -heading.sin(), 0.0) * -t.signum();
        for (low, high, tilt, shade) in [(0.42, 0.53, -0.6, 1.0), (0.53, 0.64, 0.7, 1.0), (0.64, 0.75, 0.9, 1.06)] {
            let corners = vec![
                road.alignment.place3(s, t, low),
                road.alignment.place3(s + 4.0, t + extra(s + 4.0), low),
                road.alignment.place3(s + 4.0, t + extra(s + 4.0), high),
                road.alignment.place3(s, t, high),
            ];
            self.push(corners, hex(0xB9BFC2).scale(shade), (normal + vec3(0.0, 0.0, tilt)).normal());
        }
    }

    fn lamp_posts(&mut self) {
        for road in self.network.roadways.clone() {
            let index = usize::from(road.alignment.heading != 0.0);
            let lamps: Vec<Lamp> = self.lamps.to_vec();
            for lamp in lamps {
                let (s, t) = road.alignment.locate(lamp.x, lamp.y);
                let edge = road.paved.1.min(-road.paved.0);
                if !lamp.standing || (t.abs() - edge + 2.7).abs() > 0.3 || index == 1 && s.abs() > 155.0 {
                    continue;
                }
                let outer = t + t.signum() * 3.2;
                let width = if s < 200.0 { 0.09 } else { 0.14 };
                self.block(&road, (s - width, s + width), (outer - width, outer + width), (0.0, 9.6), hex(0x8F9598));
                let (a, b) = if t < outer { (t, outer) } else { (outer, t) };
                self.block(&road, (s - 0.06, s + 0.06), (a, b), (9.6, 9.75), hex(0x8F9598));
                let lit = self.light.lamps && self.light.daylight != Daylight::Day;
                let (from, to) = (t - 0.6, t + 0.6);
                let corners: Vec<Vec3> = [(-0.2, from), (0.2, from), (0.2, to), (-0.2, to)]
                    .map(|(ds, t)| road.alignment.place3(s + ds, t, 9.55))
                    .to_vec();
                if lit {
                    let centre = road.alignment.place3(s, t, 9.5);
                    self.push_bright(corners, centre, rgb(1.3, 1.12, 0.8));
                } else {
                    self.block(&road, (s - 0.2, s + 0.2), (from, to), (9.55, 9.7), hex(0xC8CCCE));
                }
            }
        }
    }

    fn push_at(&mut self, corners: Vec<Vec3>, lit: Colour, distance: f32, nearer_m: f32) {
        if corners.iter().all(|corner| self.camera.depth(*corner) < 0.5) {
            return;
        }
        self.faces.push(Face {
            corners,
            colour: self.light.through_air(lit, distance),
            alpha: 1.0,
            depth: distance - nearer_m,
        });
    }
}
