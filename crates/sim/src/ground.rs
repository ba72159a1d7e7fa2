//! The ground and the sky, shaded per ray: asphalt with wear and lines, verges, fields, water, walls.

use crate::RoadShape;
use crate::conditions::{Daylight, Lighting};
use crate::geometry::Vec3;
use crate::random::{fractal, hash2, noise2};
use crate::raster::{Colour, hex, rgb};
use crate::road::{JUNCTION_M, LaneUse, Network, Roadway, STOP_DISTANCE_M, TUBE_HALF_M, TUBE_HEIGHT_M};

/// A street lamp that lights the ground.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lamp {
    pub(crate) x: f32,
    pub(crate) y: f32,
    /// Whether its post and light are drawn; without, it stands beside the camera and only lights the road.
    pub(crate) standing: bool,
}

/// Everything that the shading of rays needs.
pub(crate) struct Ground<'a> {
    pub(crate) network: &'a Network,
    pub(crate) light: &'a Lighting,
    pub(crate) lamps: &'a [Lamp],
    pub(crate) seed: u32,
}

/// Surface under a bridge, metres below the deck.
const WATER_M: f32 = 26.0;
/// Nothing in a tube is seen beyond this.
const TUBE_FAR_M: f32 = 800.0;
/// Rays that hit nothing nearer are sky.
const HORIZON_M: f32 = 6000.0;

impl Ground<'_> {
    /// The colour that a ray from `eye` sees. `ray` need not be of unit length.
    pub(crate) fn see(&self, eye: Vec3, ray: Vec3) -> Colour {
        if self.network.shape == RoadShape::Tunnel {
            return self.tunnel(eye, ray);
        }
        if ray.z < 0.0 {
            let reach = -eye.z / ray.z;
            let distance = reach * ray.length();
            if distance < HORIZON_M {
                let (x, y) = (eye.x + ray.x * reach, eye.y + ray.y * reach);
                if self.network.shape == RoadShape::Bridge && !self.on_deck(x, y) {
                    return self.water(eye, ray);
                }
                return self.lit_ground(x, y, distance, ray);
            }
        }
        self.sky(ray)
    }

    fn on_deck(&self, x: f32, y: f32) -> bool {
        let road = &self.network.roadways[0];
        let (_, t) = road.alignment.locate(x, y);
        t > road.paved.0 - 0.9 && t < road.paved.1 + 0.9
    }

    fn lit_ground(&self, x: f32, y: f32, distance: f32, ray: Vec3) -> Colour {
        let (surface, paved) = self.surface(x, y, distance);
        let mut lit = self.light.ambient.plus(self.light.sun.scale(self.light.sun_direction.z.max(0.0)));
        if self.light.lamps {
            lit = lit.plus(self.lamp_light(x, y));
        }
        let mut colour = surface.tint(lit);
        if self.light.wet && paved {
            colour = self.wet(colour, x, y, distance, ray);
        }
        self.light.through_air(colour, distance)
    }

    pub(crate) fn lamp_light(&self, x: f32, y: f32) -> Colour {
        let mut sum = 0.0;
        for lamp in self.lamps {
            let (dx, dy) = (x - lamp.x, y - lamp.y);
            let square = (dx * dx + dy * dy) / 130.0;
            if square < 9.0 {
                let fall = 1.0 / (1.0 + square);
                sum += fall * fall * (1.0 - square / 9.0);
            }
        }
        let strength = if self.light.daylight == Daylight::Night { 1.35 } else { 0.35 };
        rgb(1.0, 0.80, 0.52).scale(sum.min(1.3) * strength)
    }

    /// A film of water mirrors the sky where one looks along it; puddles mirror more.
    fn wet(&self, dry: Colour, x: f32, y: f32, distance: f32, ray: Vec3) -> Colour {
        let glance = (-ray.z / ray.length()).clamp(0.0, 1.0);
        let mirror = (1.0 - glance).powi(5);
        let puddle = fractal(self.seed + 90, x * 0.35, y * 0.08);
        let share = (mirror * (0.30 + 0.55 * puddle)).min(0.75);
        let ripple = if distance < 60.0 { noise2(self.seed + 91, x * 3.0, y * 1.2) * 0.06 } else { 0.03 };
        dry.scale(0.62).mix(self.light.sky_horizon.scale(0.92 + ripple), share)
    }

    /// Own colour of the ground and whether it is paved.
    fn surface(&self, x: f32, y: f32, distance: f32) -> (Colour, bool) {
        if self.network.shape == RoadShape::Intersection
            && let Some(colour) = self.junction(x, y, distance)
        {
            return (colour, true);
        }
        for road in &self.network.roadways {
            let (s, t) = road.alignment.locate(x, y);
            if t > road.paved.0 && t < road.paved.1 || on_ramp(road, s, t) {
                return (self.paved(road, s, t, distance), true);
            }
        }
        (self.roadside(x, y, distance), false)
    }

    fn paved(&self, road: &Roadway, s: f32, t: f32, distance: f32) -> Colour {
        if t.abs() < road.median_half_m - 0.05 {
            return self.median(s, t, distance);
        }
        let colour = self.asphalt(road, s, t, distance);
        match self.paint(road, s, t) {
            Some(paint) => {
                // Paint wears off where wheels cross it.
                let wear = if distance < 150.0 { noise2(self.seed + 5, s * 1.7, t * 9.0) } else { 0.5 };
                colour.mix(paint, 0.72 + 0.26 * wear)
            }
            None => colour,
        }
    }

    fn asphalt(&self, road: &Roadway, s: f32, t: f32, distance: f32) -> Colour {
        let broad = fractal(self.seed + 1, s * 0.02, t * 0.12);
        let mut grey = 0.335 + 0.07 * (broad - 0.5);
        if distance < 110.0 {
            let fine = noise2(self.seed + 2, s * 11.0, t * 11.0) - 0.5;
            grey += 0.055 * fine * (1.0 - distance / 110.0);
        }
        // Each lane is laid on its own day.
        let strip = (t / 3.75).floor() as i32;
        grey += 0.022 * (hash2(self.seed + 3, strip, (s / 160.0).floor() as i32) - 0.5);
        for (index, lane) in road.lanes.iter().enumerate() {
            let across = t - road.lane_offset(index, s);
            if across.abs() < lane.width_m / 2.0 && lane.purpose != LaneUse::Shoulder {
                let track = (across.abs() - 0.82) / 0.34;
                grey += 0.026 * (-track * track).exp();
                let oil = across / 0.45;
                grey -= 0.034 * (-oil * oil).exp() * (0.6 + 0.8 * noise2(self.seed + 4, s * 0.05, t));
                break;
            }
        }
        if self.network.shape == RoadShape::Bridge {
            let joint = (s / 40.0 - (s / 40.0).round()).abs() * 40.0;
            if joint < 0.22 {
                grey = 0.16;
            }
        } else if distance < 220.0 {
            // Sealed cracks.
            let wander = noise2(self.seed + 6, t * 0.4, (s / 23.0).floor());
            let crack = (s / 23.0 - (s / 23.0).floor() - 0.5) * 23.0 + (wander - 0.5) * 5.0;
            if crack.abs() < 0.05 && hash2(self.seed + 7, (s / 23.0).floor() as i32, strip) > 0.62 {
                grey *= 0.72;
            }
        }
        rgb(grey * 0.99, grey, grey * 1.01)
    }

    fn paint(&self, road: &Roadway, s: f32, t: f32) -> Option<Colour> {
        if road.bare.is_some_and(|(from, to)| s > from && s < to) {
            return None;
        }
        for line in &road.lines {
            if s < line.from_m || s > line.to_m {
                continue;
            }
            let extra = match &road.ramp {
                Some(ramp) if line.on_ramp => ramp.extra_offset(s),
                _ => 0.0,
            };
            if (t - line.offset_m - extra).abs() > line.width_m / 2.0 {
                continue;
            }
            if let Some((dash, gap)) = line.dash
                && s.rem_euclid(dash + gap) > dash
            {
                continue;
            }
            return Some(if line.yellow { hex(0xE2B33C) } else { hex(0xEDEEEA) });
        }
        let ramp = road.ramp.as_ref()?;
        self.chevrons(road, ramp.parallel_from_m, s, t)
    }

    /// The hatched gore before a ramp joins.
    fn chevrons(&self, road: &Roadway, nose: f32, s: f32, t: f32) -> Option<Colour> {
        let merge = road.lanes.iter().position(|lane| lane.purpose == LaneUse::Merge)?;
        let left = road.lanes[merge].offset_m - road.lanes[merge].width_m / 2.0;
        let right = road.lane_offset(merge, s) - road.lanes[merge].width_m / 2.0;
        let hatched = s < nose && s > nose - 34.0 && t > left + 0.3 && t < right - 0.3;
        let phase = (s - (t - left) * 1.2).rem_euclid(3.2);
        (hatched && phase < 1.1).then_some(hex(0xEDEEEA))
    }

    fn median(&self, s: f32, t: f32, distance: f32) -> Colour {
        let grain = if distance < 120.0 { noise2(self.seed + 8, s * 5.0, t * 5.0) } else { 0.5 };
        hex(0x6B6A55).scale(0.75 + 0.4 * grain)
    }

    fn roadside(&self, x: f32, y: f32, distance: f32) -> Colour {
        match self.network.shape {
            RoadShape::Intersection => return self.pavement(x, y, distance),
            RoadShape::Bridge => return hex(0xA6A8A6),
            _ => {}
        }
        let road = &self.network.roadways[0];
        let (s, t) = road.alignment.locate(x, y);
        let edge = if t > 0.0 { t - road.paved.1 } else { road.paved.0 - t };
        if edge < 0.55 {
            return hex(0x9D9C96).scale(0.9 + 0.15 * noise2(self.seed + 9, s * 1.5, t));
        }
        let tufts = if distance < 160.0 { fractal(self.seed + 10, x * 1.6, y * 1.6) } else { 0.5 };
        let patches = fractal(self.seed + 11, x * 0.06, y * 0.06);
        let verge = hex(0x55693A).mix(hex(0x7D7E48), (patches * 1.5 - 0.35).clamp(0.0, 1.0)).scale(0.72 + 0.5 * tufts);
        if edge < 14.0 {
            return verge;
        }
        // Fields: rectangles of crops with rows.
        let (u, v) = (x * 0.94 + y * 0.34, y * 0.94 - x * 0.34);
        let (cell_u, cell_v) = ((u / 46.0).floor() as i32, (v / 78.0).floor() as i32);
        const CROPS: [u32; 6] = [0x6B8A3E, 0x8C9A4A, 0xA89A58, 0x5C7B3C, 0x93854F, 0x74924A];
        let crop = CROPS[(hash2(self.seed + 12, cell_u, cell_v) * 6.0) as usize % 6];
        let ridge = (u.rem_euclid(46.0)).min(v.rem_euclid(78.0));
        if ridge < 1.4 {
            return hex(0x6E6C48).scale(0.8 + 0.3 * tufts);
        }
        let rows = if distance < 140.0 { (u * 2.6).sin() * 0.06 * (1.0 - distance / 140.0) } else { 0.0 };
        let field = hex(crop).scale(0.82 + 0.22 * patches + 0.14 * (tufts - 0.5) + rows);
        verge.mix(field, ((edge - 14.0) / 5.0).clamp(0.0, 1.0))
    }

    fn pavement(&self, x: f32, y: f32, distance: f32) -> Colour {
        let main = &self.network.roadways[0];
        let cross = &self.network.roadways[1];
        let (_, t0) = main.alignment.locate(x, y);
        let (_, t1) = cross.alignment.locate(x, y);
        let edge = (t0.abs() - main.paved.1).min(t1.abs() - cross.paved.1);
        if edge < 0.3 {
            return hex(0xB9B8B2);
        }
        if edge > 6.0 {
            let tufts = fractal(self.seed + 13, x * 0.9, y * 0.9);
            return hex(0x5E7042).scale(0.7 + 0.55 * tufts);
        }
        let tile = hash2(self.seed + 14, (x / 0.6).floor() as i32, (y / 0.6).floor() as i32);
        let base = if (1.5..2.1).contains(&edge) { hex(0xB99B4B) } else { hex(0xA39C92) };
        let contrast = if distance < 70.0 { 0.14 } else { 0.03 };
        base.scale(0.92 + contrast * (tile - 0.5))
    }

    /// The paint of the junction: stop lines, zebra crossings, arrows.
    fn junction(&self, x: f32, y: f32, distance: f32) -> Option<Colour> {
        let white = hex(0xE6E7E3);
        let zones = [(0, STOP_DISTANCE_M, JUNCTION_M), (1, STOP_DISTANCE_M + 5.0, 0.0)];
        for (index, stop, middle) in zones {
            let road = &self.network.roadways[index];
            let (s, t) = road.alignment.locate(x, y);
            if t.abs() > road.paved.1 - 0.4 {
                continue;
            }
            let from_middle = (s - middle).abs();
            let before = s < middle;
            // Drivers on the right half approach from smaller stations.
            let approaching = (t > 0.0) == before;
            if approaching && (stop - 0.4..stop).contains(&from_middle) {
                return Some(self.asphalt(road, s, t, distance).mix(white, 0.9));
            }
            if (stop - 5.2..stop - 1.4).contains(&from_middle) && t.rem_euclid(1.1) < 0.52 {
                return Some(self.asphalt(road, s, t, distance).mix(white, 0.85));
            }
            if approaching && (stop + 6.0..stop + 11.0).contains(&from_middle) {
                for (lane_index, lane) in road.lanes.iter().enumerate() {
                    let across = t - lane.offset_m;
                    if across.abs() < 1.0 && arrow(across, from_middle - stop - 6.0) && lane_index < 99 {
                        return Some(self.asphalt(road, s, t, distance).mix(white, 0.85));
                    }
                }
            }
        }
        None
    }

    fn sky(&self, ray: Vec3) -> Colour {
        let length = ray.length();
        let up = (ray.z / length).max(0.0);
        let blend = (up * 2.6).min(1.0).powf(0.62);
        let mut colour = self.light.sky_horizon.mix(self.light.sky_top, blend);
        if self.light.clouds > 0.0 && up > 0.004 {
            let (u, v) = (ray.x / (ray.z + 0.05 * length), ray.y / (ray.z + 0.05 * length));
            let body = fractal(self.seed + 20, u * 0.55, v * 0.55);
            let threshold = 0.72 - 0.42 * self.light.clouds;
            let cover = ((body - threshold) * 4.0).clamp(0.0, 1.0) * (up * 9.0).min(1.0) * 0.8;
            let bright = match self.light.daylight {
                Daylight::Day => self.light.sky_horizon.mix(rgb(0.97, 0.97, 0.97), 0.6),
                Daylight::Dusk => hex(0xB87A66).mix(self.light.sky_top, up),
                Daylight::Night => hex(0x1C1D29),
            };
            colour = colour.mix(bright.scale(0.9 + 0.16 * body), cover);
        }
        colour
    }

    fn water(&self, eye: Vec3, ray: Vec3) -> Colour {
        let reach = -(eye.z + WATER_M) / ray.z;
        let distance = reach * ray.length();
        if distance > HORIZON_M {
            return self.sky(ray);
        }
        let (x, y) = (eye.x + ray.x * reach, eye.y + ray.y * reach);
        let stretch = 1.0 + distance / 90.0;
        let wave = fractal(self.seed + 30, x * 0.35 / stretch, y * 0.16 / stretch);
        let glance = (-ray.z / ray.length()).clamp(0.0, 1.0);
        let mirror = (0.18 + 0.75 * (1.0 - glance).powi(4)).min(0.9);
        let deep = hex(0x3F5A5C).tint(self.light.ambient.scale(1.25));
        let colour = deep.scale(0.8 + 0.4 * wave).mix(self.light.sky_horizon, mirror * (0.55 + 0.55 * wave));
        self.light.through_air(colour, distance)
    }

    /// The inside of a tube: floor and ceiling are planes, the bent walls are found by marching.
    fn tunnel(&self, eye: Vec3, ray: Vec3) -> Colour {
        let alignment = &self.network.roadways[0].alignment;
        let unit = ray.normal();
        let plane = if unit.z < 0.0 { 0.0 } else { TUBE_HEIGHT_M };
        let limit = if unit.z.abs() > 1e-5 { ((plane - eye.z) / unit.z).min(TUBE_FAR_M) } else { TUBE_FAR_M };
        let wall = self.wall_distance(eye, unit, limit);
        let at_wall = wall.is_some();
        let distance = wall.unwrap_or(limit);
        let p = eye + unit * distance;
        let (s, t) = alignment.locate(p.x, p.y);
        let colour = if at_wall {
            self.tunnel_wall(s, p.z, distance)
        } else if unit.z < 0.0 {
            self.tunnel_floor(s, t, distance)
        } else {
            self.tunnel_ceiling(s, t)
        };
        self.light.through_air(colour, distance)
    }

    /// How far the wall of the tube is along a ray of unit length; `None` beyond `limit`.
    pub(crate) fn wall_distance(&self, eye: Vec3, unit: Vec3, limit: f32) -> Option<f32> {
        let alignment = &self.network.roadways[0].alignment;
        let mut distance = 0.0f32;
        while distance < limit {
            let p = eye + unit * distance;
            let (_, t) = alignment.locate(p.x, p.y);
            let clearance = TUBE_HALF_M - t.abs();
            if clearance < 0.004 + distance * 2e-4 {
                return Some(distance);
            }
            distance += clearance.max(0.02);
        }
        None
    }

    fn tunnel_floor(&self, s: f32, t: f32, distance: f32) -> Colour {
        let road = &self.network.roadways[0];
        if t.abs() > 4.75 {
            return hex(0x8D8C86).scale(0.62);
        }
        let lamps = 0.86 + 0.14 * (s * std::f32::consts::TAU / 9.0).cos();
        let shine = 0.10 * (1.0 - (t.abs() - 3.0).abs() / 3.0).max(0.0);
        self.paved(road, s, t, distance).scale(0.95 * lamps).plus(rgb(1.0, 0.93, 0.78).scale(shine * 0.5))
    }

    fn tunnel_wall(&self, s: f32, z: f32, distance: f32) -> Colour {
        let lamps = 0.84 + 0.16 * (s * std::f32::consts::TAU / 9.0).cos();
        let upward = (0.45 + z / TUBE_HEIGHT_M * 0.75).min(1.1);
        let dirt = fractal(self.seed + 40, s * 0.12, z * 0.8);
        let mut base = if z < 0.35 {
            hex(0xB8A13A).scale(if s.rem_euclid(2.0) < 1.0 { 1.0 } else { 0.25 })
        } else if z < 3.0 {
            hex(0xD9D5C9).scale(0.82 + 0.24 * dirt * (z / 3.0 + 0.3))
        } else if z < 3.18 {
            hex(0x2F6EA8)
        } else {
            hex(0x85827A).scale(0.75 + 0.25 * dirt)
        };
        if distance < 80.0 && (0.35..3.0).contains(&z) && (s.rem_euclid(2.4) < 0.05 || z.rem_euclid(0.9) < 0.03) {
            base = base.scale(0.82);
        }
        base.scale(0.98 * lamps * upward)
    }

    fn tunnel_ceiling(&self, s: f32, t: f32) -> Colour {
        let fixture = (t.abs() - 3.4).abs() < 0.22 && s.rem_euclid(4.5) < 1.9;
        if fixture {
            return rgb(1.25, 1.18, 1.0);
        }
        let glow = (-((t.abs() - 3.4) / 0.9).powi(2)).exp();
        let cable = (t.abs() - 1.2).abs() < 0.12;
        let base = if cable { 0.22 } else { 0.34 };
        hex(0xA09A8C).scale(base + 0.30 * glow)
    }
}

/// A straight-ahead arrow 5 m long; `along` counts from its tip side at the stop line.
fn arrow(across: f32, along: f32) -> bool {
    if along < 2.0 { across.abs() < along * 0.32 } else { across.abs() < 0.14 }
}

/// The pavement that follows a ramp's bend.
fn on_ramp(road: &Roadway, s: f32, t: f32) -> bool {
    let Some(ramp) = &road.ramp else { return false };
    let Some(merge) = road.lanes.iter().position(|lane| lane.purpose == LaneUse::Merge) else {
        return false;
    };
    let across = t - road.lane_offset(merge, s);
    let gore = s > ramp.parallel_from_m - 34.0 && t > 0.0 && across < 0.0;
    s < ramp.until_m && (gore || across > -2.3) && across < 3.6
}
