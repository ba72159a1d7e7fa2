//! Road worlds: alignments, lanes, markings and signals.

use std::f32::consts::FRAC_PI_2;

use crate::RoadShape;
use crate::geometry::{Vec3, vec3};

/// A straight line that may turn into an arc, in the plane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alignment {
    /// Where station 0 lies.
    pub(crate) origin: (f32, f32),
    /// Radians to the right of the y axis at station 0.
    pub(crate) heading: f32,
    /// Station where the arc begins, metres.
    pub(crate) arc_from_m: f32,
    /// 1/radius of the arc, positive to the right; 0 keeps the line straight.
    pub(crate) curvature: f32,
}

impl Alignment {
    /// World position of a station and an offset to the right of the centre line.
    pub(crate) fn place(&self, s: f32, t: f32) -> (f32, f32) {
        let (x, y) = if s <= self.arc_from_m || self.curvature == 0.0 {
            (t, s)
        } else {
            let radius = 1.0 / self.curvature;
            let angle = (s - self.arc_from_m) * self.curvature;
            (radius - (radius - t) * angle.cos(), self.arc_from_m + (radius - t) * angle.sin())
        };
        let (sin, cos) = self.heading.sin_cos();
        (self.origin.0 + x * cos + y * sin, self.origin.1 + y * cos - x * sin)
    }

    pub(crate) fn place3(&self, s: f32, t: f32, z: f32) -> Vec3 {
        let (x, y) = self.place(s, t);
        vec3(x, y, z)
    }

    /// Radians to the right of the world's y axis at a station.
    pub(crate) fn heading_at(&self, s: f32) -> f32 {
        self.heading + (s - self.arc_from_m).max(0.0) * self.curvature
    }

    /// Station and offset of a world position.
    pub(crate) fn locate(&self, x: f32, y: f32) -> (f32, f32) {
        let (sin, cos) = self.heading.sin_cos();
        let (dx, dy) = (x - self.origin.0, y - self.origin.1);
        let (x, y) = (dx * cos - dy * sin, dx * sin + dy * cos);
        if y <= self.arc_from_m || self.curvature == 0.0 {
            return (y, x);
        }
        let radius = 1.0 / self.curvature;
        let sign = radius.signum();
        let (u, v) = (radius - x, y - self.arc_from_m);
        let angle = (v * sign).atan2(u * sign);
        (self.arc_from_m + angle * radius, radius - sign * u.hypot(v))
    }
}

/// What a lane is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LaneUse {
    Travel,
    /// Hard shoulder: only for vehicles in trouble.
    Shoulder,
    /// Ends at the given progress; whoever is on it must merge to the left before.
    Merge,
}

/// One lane. Vehicles count their `progress` in its direction: station for `forward`, minus station else.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    /// Metres right of the centre line.
    pub(crate) offset_m: f32,
    pub(crate) width_m: f32,
    pub(crate) forward: bool,
    pub(crate) purpose: LaneUse,
    /// The lane to the left and right as its drivers see them.
    pub(crate) left: Option<usize>,
    pub(crate) right: Option<usize>,
    /// Progress of the stop line and its signal group.
    pub(crate) stop: Option<(f32, usize)>,
    pub(crate) limit_kmh: f32,
    /// What the ground truth calls it: 1 is next to the median.
    pub(crate) number: u8,
}

/// How a ramp bends away before it runs alongside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RampBend {
    /// Station where it has become parallel.
    pub(crate) parallel_from_m: f32,
    /// Station where it ends.
    pub(crate) until_m: f32,
    /// Offset grows by this times the squared distance before `parallel_from_m`.
    pub(crate) bend: f32,
}

impl RampBend {
    pub(crate) fn extra_offset(&self, s: f32) -> f32 {
        let before = (self.parallel_from_m - s).max(0.0);
        self.bend * before * before
    }
}

/// A painted line along the road.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) offset_m: f32,
    pub(crate) width_m: f32,
    pub(crate) yellow: bool,
    /// Length of dash and gap, metres; `None` is solid.
    pub(crate) dash: Option<(f32, f32)>,
    pub(crate) from_m: f32,
    pub(crate) to_m: f32,
    /// Whether it follows the ramp's bend.
    pub(crate) on_ramp: bool,
}

/// One carriageway or pair of them along one alignment.
#[derive(Clone, Debug)]
pub(crate) struct Roadway {
    pub(crate) alignment: Alignment,
    pub(crate) lanes: Vec<Lane>,
    pub(crate) lines: Vec<Line>,
    /// Paved from and to, metres right of the centre line.
    pub(crate) paved: (f32, f32),
    /// Half the width of the median; 0 where there is none.
    pub(crate) median_half_m: f32,
    /// Stations between which vehicles live.
    pub(crate) extent: (f32, f32),
    pub(crate) ramp: Option<RampBend>,
    /// Stations without lines: the middle of a junction.
    pub(crate) bare: Option<(f32, f32)>,
}

impl Roadway {
    /// Offset of a lane's centre at a station.
    pub(crate) fn lane_offset(&self, lane: usize, s: f32) -> f32 {
        let lane = &self.lanes[lane];
        match (lane.purpose, &self.ramp) {
            (LaneUse::Merge, Some(ramp)) => lane.offset_m + ramp.extra_offset(s),
            _ => lane.offset_m,
        }
    }
}

/// Where a signal group stands in its cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Light {
    Green,
    Yellow,
    Red,
}

/// Two-phase signals with a fixed cycle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signals {
    pub(crate) cycle_ms: i64,
}

impl Signals {
    const YELLOW_MS: i64 = 2500;
    const ALL_RED_MS: i64 = 1000;

    /// The light of a group (0 the main road, 1 the cross road) at a time.
    pub(crate) fn light(&self, group: usize, time_ms: i64) -> Light {
        let lost = Self::YELLOW_MS + Self::ALL_RED_MS;
        let green = self.cycle_ms - 2 * lost;
        let main = green * 3 / 5;
        let at = time_ms.rem_euclid(self.cycle_ms);
        let (start, length) = if group == 0 { (0, main) } else { (main + lost, green - main) };
        match at - start {
            passed if passed < 0 => Light::Red,
            passed if passed < length => Light::Green,
            passed if passed < length + Self::YELLOW_MS => Light::Yellow,
            _ => Light::Red,
        }
    }
}

/// The roads of one scene.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    pub(crate) shape: RoadShape,
    pub(crate) roadways: Vec<Roadway>,
    pub(crate) signals: Option<Signals>,
}

/// Chinese expressways: 3.75 m lanes, 6 m dashes with 9 m gaps (GB 5768.3).
const LANE_M: f32 = 3.75;
const EXPRESSWAY_DASH: Option<(f32, f32)> = Some((6.0, 9.0));
/// Urban roads: 2 m dashes, 4 m gaps.
const URBAN_DASH: Option<(f32, f32)> = Some((2.0, 4.0));
const SHOULDER_M: f32 = 3.0;
const MARGIN_M: f32 = 0.75;
const EVERYWHERE: (f32, f32) = (-1.0e6, 1.0e6);

impl Network {
    pub(crate) fn new(shape: RoadShape, cycle_ms: i64) -> Self {
        let roadways = match shape {
            RoadShape::Expressway => vec![dual(3, 0.0, 0.0, 1.5)],
            RoadShape::Curve => vec![dual(2, 70.0, 1.0 / 420.0, 1.5)],
            RoadShape::Ramp => vec![with_ramp(dual(2, 0.0, 0.0, 1.5))],
            RoadShape::Bridge => vec![dual(3, 0.0, 0.0, 0.6)],
            RoadShape::Tunnel => vec![tube()],
            RoadShape::Intersection => junction(),
        };
        let signals = (shape == RoadShape::Intersection).then_some(Signals { cycle_ms });
        Self { shape, roadways, signals }
    }
}

fn line(offset_m: f32, yellow: bool, dash: Option<(f32, f32)>) -> Line {
    Line { offset_m, width_m: 0.18, yellow, dash, from_m: EVERYWHERE.0, to_m: EVERYWHERE.1, on_ramp: false }
}

fn lane(offset_m: f32, forward: bool, number: usize) -> Lane {
    Lane {
        offset_m,
        width_m: LANE_M,
        forward,
        purpose: LaneUse::Travel,
        left: None,
        right: None,
        stop: None,
        limit_kmh: 110.0,
        number: u8::try_from(number).expect("roads have few lanes"),
    }
}

/// A dual carriageway with hard shoulders; traffic keeps to the right.
fn dual(per_side: usize, arc_from_m: f32, curvature: f32, median_half_m: f32) -> Roadway {
    let mut lanes = vec![];
    let mut lines = vec![];
    let inner = median_half_m + MARGIN_M;
    let outer = inner + per_side as f32 * LANE_M;
    for forward in [true, false] {
        let side = if forward { 1.0 } else { -1.0 };
        let base = lanes.len();
        for index in 0..=per_side {
            let shoulder = index == per_side;
            let centre = if shoulder { outer + SHOULDER_M / 2.0 } else { inner + (index as f32 + 0.5) * LANE_M };
            let mut one = lane(side * centre, forward, index + 1);
            one.left = index.checked_sub(1).map(|left| base + left);
            one.right = (!shoulder).then_some(base + index + 1);
            one.limit_kmh = 118.0 - 14.0 * index as f32;
            if shoulder {
                one.purpose = LaneUse::Shoulder;
                one.width_m = SHOULDER_M;
            }
            lanes.push(one);
        }
        lines.push(line(side * inner, true, None));
        for index in 1..per_side {
            lines.push(line(side * (inner + index as f32 * LANE_M), false, EXPRESSWAY_DASH));
        }
        lines.push(line(side * outer, false, None));
    }
    let edge = outer + SHOULDER_M;
    Roadway {
        alignment: Alignment { origin: (0.0, 0.0), heading: 0.0, arc_from_m, curvature },
        lanes,
        lines,
        paved: (-edge, edge),
        median_half_m,
        extent: (-40.0, 620.0),
        ramp: None,
        bare: None,
    }
}

/// Adds a ramp that joins the right carriageway.
fn with_ramp(mut road: Roadway) -> Roadway {
    let ramp = RampBend { parallel_from_m: 75.0, until_m: 210.0, bend: 0.0042 };
    // The merging lane takes the place of the hard shoulder.
    let shoulder = road
        .lanes
        .iter()
        .position(|lane| lane.forward && lane.purpose == LaneUse::Shoulder)
        .expect("a dual carriageway has shoulders");
    let edge = road.paved.1 - SHOULDER_M;
    let merge = &mut road.lanes[shoulder];
    merge.purpose = LaneUse::Merge;
    merge.width_m = LANE_M;
    merge.offset_m = edge + LANE_M / 2.0;
    merge.limit_kmh = 70.0;
    for one in &mut road.lines {
        if (one.offset_m - edge).abs() < 0.01 {
            one.from_m = ramp.until_m;
        }
    }
    let along =
        |offset_m: f32, dash, from_m, to_m, on_ramp| Line { from_m, to_m, on_ramp, ..line(offset_m, false, dash) };
    // Wide short dashes where merging is allowed, solid lines before the nose (GB 5768.3 §5).
    road.lines.push(Line { width_m: 0.4, ..along(edge, Some((3.0, 3.0)), ramp.parallel_from_m, ramp.until_m, false) });
    road.lines.push(along(edge, None, EVERYWHERE.0, ramp.parallel_from_m, false));
    road.lines.push(along(edge + 0.1, None, EVERYWHERE.0, ramp.parallel_from_m, true));
    road.lines.push(along(edge + LANE_M, None, EVERYWHERE.0, ramp.until_m, true));
    road.ramp = Some(ramp);
    road
}

/// One tube of a tunnel; traffic comes towards the camera.
fn tube() -> Roadway {
    let lanes = [1.875, -1.875]
        .into_iter()
        .enumerate()
        .map(|(index, offset_m)| {
            let mut one = lane(offset_m, false, index + 1);
            one.left = (index == 1).then_some(0);
            one.right = (index == 0).then_some(1);
            one.limit_kmh = 80.0 - 8.0 * index as f32;
            one
        })
        .collect();
    Roadway {
        alignment: Alignment { origin: (0.0, 0.0), heading: 0.0, arc_from_m: 60.0, curvature: 1.0 / 900.0 },
        lanes,
        lines: vec![line(-LANE_M, false, None), line(0.0, false, EXPRESSWAY_DASH), line(LANE_M, true, None)],
        paved: (-TUBE_HALF_M, TUBE_HALF_M),
        median_half_m: 0.0,
        extent: (-30.0, 420.0),
        ramp: None,
        bare: None,
    }
}

/// Half the width of a tunnel tube.
pub(crate) const TUBE_HALF_M: f32 = 5.4;
/// Height of its ceiling.
pub(crate) const TUBE_HEIGHT_M: f32 = 6.6;
/// Station of the middle of the junction on the main road.
pub(crate) const JUNCTION_M: f32 = 52.0;
/// From the middle of the junction to the stop lines.
pub(crate) const STOP_DISTANCE_M: f32 = 21.0;

fn junction() -> Vec<Roadway> {
    let main = urban(3, Alignment { origin: (0.0, 0.0), heading: 0.0, arc_from_m: 0.0, curvature: 0.0 }, JUNCTION_M, 0);
    let cross =
        urban(2, Alignment { origin: (0.0, JUNCTION_M), heading: FRAC_PI_2, arc_from_m: 0.0, curvature: 0.0 }, 0.0, 1);
    vec![main, cross]
}

/// An undivided urban road with a double yellow line that crosses another at `middle_m`.
fn urban(per_side: usize, alignment: Alignment, middle_m: f32, group: usize) -> Roadway {
    const URBAN_LANE_M: f32 = 3.5;
    let edge = per_side as f32 * URBAN_LANE_M + 0.5;
    let clear = if group == 0 { STOP_DISTANCE_M - 5.0 } else { STOP_DISTANCE_M };
    let stop = clear + 5.0;
    let mut lanes = vec![];
    let mut lines = vec![line(-0.15, true, None), line(0.15, true, None)];
    for forward in [true, false] {
        let side = if forward { 1.0 } else { -1.0 };
        let base = lanes.len();
        for index in 0..per_side {
            let mut one = lane(side * (index as f32 + 0.5) * URBAN_LANE_M, forward, index + 1);
            one.width_m = URBAN_LANE_M;
            one.limit_kmh = 52.0 - 3.0 * index as f32;
            one.left = index.checked_sub(1).map(|left| base + left);
            one.right = (index + 1 < per_side).then_some(base + index + 1);
            let stop_progress = if forward { middle_m - stop } else { -middle_m - stop };
            one.stop = Some((stop_progress, group));
            lanes.push(one);
        }
        for index in 1..per_side {
            let offset = side * index as f32 * URBAN_LANE_M;
            // Lane lines are solid for the last 30 m before the stop line.
            lines.push(line(offset, false, URBAN_DASH));
            let (from_m, to_m) =
                if forward { (middle_m - stop - 30.0, middle_m) } else { (middle_m, middle_m + stop + 30.0) };
            lines.push(Line { from_m, to_m, ..line(offset, false, None) });
        }
        lines.push(line(side * (edge - 0.3), false, None));
    }
    Roadway {
        alignment,
        lanes,
        lines,
        paved: (-edge, edge),
        median_half_m: 0.0,
        extent: if group == 0 { (-90.0, 330.0) } else { (-170.0, 170.0) },
        ramp: None,
        bare: Some((middle_m - stop, middle_m + stop)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_position_is_found_again_on_every_alignment() {
        for curvature in [0.0, 1.0 / 300.0, -1.0 / 250.0] {
            for heading in [0.0, FRAC_PI_2, -0.4] {
                let alignment = Alignment { origin: (3.0, -2.0), heading, arc_from_m: 50.0, curvature };
                for (s, t) in [(-20.0, 3.0), (49.0, -8.0), (120.0, 5.0), (300.0, -12.0)] {
                    let (x, y) = alignment.place(s, t);
                    let (s2, t2) = alignment.locate(x, y);
                    assert!((s - s2).abs() < 0.02 && (t - t2).abs() < 0.02, "{s} {t} {s2} {t2}");
                }
            }
        }
    }

    #[test]
    fn signals_never_show_green_to_both_roads() {
        let signals = Signals { cycle_ms: 20_000 };
        let mut greens = [0, 0];
        for time in (0..40_000).step_by(100) {
            let lights = [signals.light(0, time), signals.light(1, time)];
            assert!(lights.contains(&Light::Red));
            for group in 0..2 {
                greens[group] += usize::from(lights[group] == Light::Green);
            }
        }
        assert!(greens[0] > greens[1] && greens[1] > 50);
    }
}
