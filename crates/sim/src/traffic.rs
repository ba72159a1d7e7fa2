//! Vehicles that follow, change lanes and stop: the intelligent driver model (Treiber, Hennecke and
//! Helbing 2000) with gap acceptance, driven by a timetable that repeats with the scene's cycle.
//!
//! The drivers have no randomness of their own. With a repeating timetable the flow therefore settles into
//! a pattern that repeats too, and a clip of one cycle loops without a seam.

use crate::incident::{Incident, IncidentKind, Placed};
use crate::random::Random;
use crate::raster::Colour;
use crate::road::{LaneUse, Light, Network};
use crate::vehicle::ObjectKind;

/// Simulation step, milliseconds.
pub(crate) const STEP_MS: i64 = 40;
const STEP_S: f32 = STEP_MS as f32 / 1000.0;
/// Time of a lane change, seconds.
const LANE_CHANGE_S: f32 = 3.6;
/// Vehicles that wait to enter one lane; later ones are dropped.
const MAX_WAITING: usize = 3;
/// Hardest braking, m/s².
const MAX_BRAKING: f32 = 8.0;
/// Timetables that are tried before one that does not repeat is accepted.
const TIMETABLES_TRIED: u64 = 24;
/// Longer cycles are not looped and need not repeat.
const LONGEST_LOOP_MS: i64 = 60_000;
/// A jump of this size at the seam of a loop is not seen, metres.
const SEAM_M: f32 = 0.3;
/// How many cycles before time zero are told apart in track numbers.
const EARLIER_CYCLES: i64 = 64;

/// How busy and heavy the traffic is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Demand {
    /// Vehicles per hour on one travel lane.
    pub(crate) per_lane_h: f32,
    /// Share of trucks and buses, 0 to 1.
    pub(crate) heavy_share: f32,
}

/// One line of the timetable.
#[derive(Clone, Debug)]
struct Entry {
    at_ms: i64,
    road: usize,
    lane: usize,
    kind: ObjectKind,
    paint: Colour,
    /// Wanted speed relative to the lane's limit.
    eagerness: f32,
}

/// A vehicle under way.
#[derive(Clone, Debug)]
pub(crate) struct Vehicle {
    entry: usize,
    /// Cycle in which it was due, relative to time zero.
    cycle: i64,
    pub(crate) kind: ObjectKind,
    pub(crate) paint: Colour,
    eagerness: f32,
    pub(crate) road: usize,
    pub(crate) lane: usize,
    /// The lane that it is leaving and how far the change has come, 0 to 1.
    from_lane: Option<(usize, f32)>,
    /// Metres along its direction of travel, at its middle.
    pub(crate) progress_m: f32,
    pub(crate) speed_mps: f32,
    pub(crate) braking: bool,
    /// Time since it last changed lanes.
    settled_s: f32,
}

/// The state of all vehicles at one time.
#[derive(Clone, Debug)]
pub(crate) struct Traffic {
    network: Network,
    incidents: Vec<Incident>,
    entries: Vec<Entry>,
    waiting: Vec<(usize, i64)>,
    vehicles: Vec<Vehicle>,
    cycle_ms: i64,
    time_ms: i64,
    /// Vehicles by lane, sorted by progress; rebuilt every step.
    order: Vec<Vec<Vec<usize>>>,
    placed: Vec<Placed>,
}

/// Someone or something ahead.
#[derive(Clone, Copy, Debug)]
struct Ahead {
    gap_m: f32,
    speed_mps: f32,
}

impl Traffic {
    /// Traffic at time zero, after it has settled.
    ///
    /// A few timetables lead to patterns that repeat only every other cycle or never, mostly at signals.
    /// They are passed over, so that a cycle can be looped.
    pub(crate) fn new(network: &Network, incidents: &[Incident], demand: Demand, cycle_ms: i64, seed: u64) -> Self {
        let mut attempt = 0;
        loop {
            let traffic = Self::settled(network, incidents, demand, cycle_ms, seed.wrapping_add(attempt << 32));
            attempt += 1;
            if attempt == TIMETABLES_TRIED || cycle_ms > LONGEST_LOOP_MS || traffic.repeats() {
                return traffic;
            }
        }
    }

    fn settled(network: &Network, incidents: &[Incident], demand: Demand, cycle_ms: i64, seed: u64) -> Self {
        let mut traffic = Self {
            network: network.clone(),
            incidents: incidents.to_vec(),
            entries: timetable(network, incidents, demand, cycle_ms, seed),
            waiting: vec![],
            vehicles: vec![],
            cycle_ms,
            time_ms: 0,
            order: network.roadways.iter().map(|road| vec![vec![]; road.lanes.len()]).collect(),
            placed: vec![],
        };
        traffic.warm_up();
        traffic.place_incidents();
        traffic
    }

    /// Whether every vehicle has a successor in its place one cycle later.
    fn repeats(&self) -> bool {
        let mut later = self.clone();
        later.advance_to(self.time_ms + self.cycle_ms);
        later.vehicles.len() == self.vehicles.len()
            && self.vehicles.iter().all(|vehicle| {
                later.vehicles.iter().any(|other| {
                    other.entry == vehicle.entry
                        && other.cycle == vehicle.cycle + 1
                        && other.lane == vehicle.lane
                        && (other.progress_m - vehicle.progress_m).abs() < SEAM_M
                })
            })
    }

    /// Runs whole cycles until the slowest vehicle of the first cycle has left.
    fn warm_up(&mut self) {
        let queue = self.incidents.iter().any(|incident| incident.kind == IncidentKind::Queue);
        let slowest_mps = if queue { 2.4 } else { 9.0 };
        let longest_m = self.network.roadways.iter().map(|road| road.extent.1 - road.extent.0).fold(0.0, f32::max);
        let needed_ms = (longest_m / slowest_mps * 1000.0) as i64;
        let cycles = (needed_ms / self.cycle_ms + 4).min(EARLIER_CYCLES - 1);
        self.time_ms = -cycles * self.cycle_ms;
        self.advance_to(0);
    }

    pub(crate) const fn time_ms(&self) -> i64 {
        self.time_ms
    }

    pub(crate) fn vehicles(&self) -> &[Vehicle] {
        &self.vehicles
    }

    pub(crate) const fn network(&self) -> &Network {
        &self.network
    }

    /// What the incidents have put on the road.
    pub(crate) fn placed(&self) -> &[Placed] {
        &self.placed
    }

    /// A number that follows a vehicle from entry to exit, also across the seam of a loop.
    pub(crate) fn track(&self, vehicle: &Vehicle) -> u64 {
        let cycle = u64::try_from(vehicle.cycle + EARLIER_CYCLES).unwrap_or(0);
        1 + vehicle.entry as u64 + cycle * self.tracks_per_cycle()
    }

    /// Track numbers that one cycle uses up.
    pub(crate) const fn tracks_per_cycle(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Steps until `time_ms`.
    pub(crate) fn advance_to(&mut self, time_ms: i64) {
        while self.time_ms < time_ms {
            self.step();
        }
    }

    fn step(&mut self) {
        let now = self.time_ms;
        self.place_incidents();
        self.sort();
        self.enter(now);
        let accelerations: Vec<f32> = (0..self.vehicles.len()).map(|index| self.acceleration(index)).collect();
        let wishes: Vec<Option<usize>> =
            (0..self.vehicles.len()).map(|index| self.lane_wish(index, accelerations[index])).collect();
        for (index, vehicle) in self.vehicles.iter_mut().enumerate() {
            let acceleration = accelerations[index];
            vehicle.braking = acceleration < -0.7 || vehicle.speed_mps < 0.3;
            let speed = (vehicle.speed_mps + acceleration * STEP_S).max(0.0);
            vehicle.progress_m += (vehicle.speed_mps + speed) / 2.0 * STEP_S;
            vehicle.speed_mps = speed;
            vehicle.settled_s += STEP_S;
            if let Some((_, done)) = &mut vehicle.from_lane {
                // Nobody slides sideways while standing.
                *done += STEP_S / LANE_CHANGE_S * (speed / 3.0).min(1.0);
                if *done >= 1.0 {
                    vehicle.from_lane = None;
                }
            } else if let Some(lane) = wishes[index] {
                vehicle.from_lane = Some((vehicle.lane, 0.0));
                vehicle.lane = lane;
                vehicle.settled_s = 0.0;
            }
        }
        let network = &self.network;
        self.vehicles.retain(|vehicle| {
            let road = &network.roadways[vehicle.road];
            let end = if road.lanes[vehicle.lane].forward { road.extent.1 } else { -road.extent.0 };
            vehicle.progress_m < end
        });
        self.time_ms += STEP_MS;
    }

    fn place_incidents(&mut self) {
        self.placed.clear();
        for incident in &self.incidents {
            incident.placed(&self.network, self.time_ms, self.cycle_ms, &mut self.placed);
        }
    }

    fn sort(&mut self) {
        for lane in self.order.iter_mut().flatten() {
            lane.clear();
        }
        for (index, vehicle) in self.vehicles.iter().enumerate() {
            self.order[vehicle.road][vehicle.lane].push(index);
            if let Some((lane, done)) = vehicle.from_lane
                && done < 0.6
            {
                self.order[vehicle.road][lane].push(index);
            }
        }
        let vehicles = &self.vehicles;
        for lane in self.order.iter_mut().flatten() {
            lane.sort_by(|a, b| vehicles[*a].progress_m.total_cmp(&vehicles[*b].progress_m));
        }
    }

    /// Lets those whose time has come in, when there is room.
    fn enter(&mut self, now: i64) {
        let in_cycle = now.rem_euclid(self.cycle_ms);
        let cycle = now.div_euclid(self.cycle_ms);
        for (index, entry) in self.entries.iter().enumerate() {
            if entry.at_ms >= in_cycle && entry.at_ms < in_cycle + STEP_MS {
                let ahead = self
                    .waiting
                    .iter()
                    .filter(|(other, _)| {
                        self.entries[*other].lane == entry.lane && self.entries[*other].road == entry.road
                    })
                    .count();
                if ahead < MAX_WAITING {
                    self.waiting.push((index, cycle));
                }
            }
        }
        let mut still_waiting = vec![];
        for (index, cycle) in std::mem::take(&mut self.waiting) {
            let entry = self.entries[index].clone();
            let blocked = still_waiting.iter().any(|(other, _): &(usize, i64)| {
                let other = &self.entries[*other];
                other.lane == entry.lane && other.road == entry.road
            });
            match self.entry_speed(&entry).filter(|_| !blocked) {
                Some(speed_mps) => {
                    let vehicle = Vehicle {
                        entry: index,
                        cycle,
                        kind: entry.kind,
                        paint: entry.paint,
                        eagerness: entry.eagerness,
                        road: entry.road,
                        lane: entry.lane,
                        from_lane: None,
                        progress_m: self.entry_progress(&entry),
                        speed_mps,
                        braking: false,
                        settled_s: 0.0,
                    };
                    self.vehicles.push(vehicle);
                    self.order[entry.road][entry.lane].insert(0, self.vehicles.len() - 1);
                }
                None => still_waiting.push((index, cycle)),
            }
        }
        self.waiting = still_waiting;
    }

    fn entry_progress(&self, entry: &Entry) -> f32 {
        let road = &self.network.roadways[entry.road];
        if road.lanes[entry.lane].forward { road.extent.0 } else { -road.extent.1 }
    }

    /// The speed at which a vehicle can enter now; `None` when there is no room.
    fn entry_speed(&self, entry: &Entry) -> Option<f32> {
        let progress = self.entry_progress(entry);
        let wanted = self.wanted_speed(entry.road, entry.lane, entry.kind, entry.eagerness, progress);
        let Some(first) = self.order[entry.road][entry.lane].first() else {
            return Some(wanted);
        };
        let leader = &self.vehicles[*first];
        let gap = leader.progress_m - progress - (leader.kind.size_m().0 + entry.kind.size_m().0) / 2.0;
        let speed = wanted.min(leader.speed_mps + (gap - 6.0).max(0.0) * 0.15);
        (gap > 3.0 + speed * 0.8).then_some(speed)
    }

    fn wanted_speed(&self, road: usize, lane: usize, kind: ObjectKind, eagerness: f32, progress: f32) -> f32 {
        let one = &self.network.roadways[road].lanes[lane];
        let limit = if kind.is_heavy() { one.limit_kmh.min(84.0) } else { one.limit_kmh };
        let mut speed = limit / 3.6 * eagerness;
        if road == 0 {
            for incident in &self.incidents {
                if incident.kind == IncidentKind::Queue && incident.away == one.forward {
                    // A wave of slower and faster crawling that travels against the traffic.
                    let phase = self.time_ms as f32 / self.cycle_ms as f32 + progress / 130.0;
                    speed = speed.min(4.6 + 2.6 * (phase * std::f32::consts::TAU).sin());
                }
            }
        }
        speed.max(0.8)
    }

    /// Whoever is next in a lane, seen from a position.
    fn ahead(&self, road: usize, lane: usize, progress: f32, length: f32, exclude: Option<usize>) -> Option<Ahead> {
        let order = &self.order[road][lane];
        let from = order.partition_point(|index| self.vehicles[*index].progress_m <= progress);
        let vehicle = order[from..].iter().find(|index| Some(**index) != exclude).map(|index| {
            let other = &self.vehicles[*index];
            Ahead {
                gap_m: other.progress_m - progress - (other.kind.size_m().0 + length) / 2.0,
                speed_mps: other.speed_mps,
            }
        });
        let obstacle =
            self.obstacle(road, lane, progress).map(|at| Ahead { gap_m: at - progress - length / 2.0, speed_mps: 0.0 });
        match (vehicle, obstacle) {
            (Some(a), Some(b)) => Some(if a.gap_m < b.gap_m { a } else { b }),
            (a, b) => a.or(b),
        }
    }

    /// Progress of the nearest thing ahead that blocks the lane for good.
    fn obstacle(&self, road_index: usize, lane_index: usize, progress: f32) -> Option<f32> {
        let road = &self.network.roadways[road_index];
        let lane = &road.lanes[lane_index];
        let mut nearest: Option<f32> = None;
        let mut consider = |at: f32| {
            if at > progress && nearest.is_none_or(|old| at < old) {
                nearest = Some(at);
            }
        };
        if let (LaneUse::Merge, Some(ramp)) = (lane.purpose, &road.ramp) {
            consider(ramp.until_m - 4.0);
        }
        if road_index == 0 {
            for thing in self.placed.iter().filter(|thing| thing.blocks) {
                let reach = (lane.width_m + thing.kind.size_m().1) / 2.0 - 0.2;
                if (thing.t - road.lane_offset(lane_index, thing.s)).abs() < reach {
                    consider(if lane.forward { thing.s } else { -thing.s } - thing.kind.size_m().0 / 2.0 - 3.0);
                }
            }
        }
        nearest
    }

    fn acceleration(&self, index: usize) -> f32 {
        let vehicle = &self.vehicles[index];
        let wanted = self.wanted_speed(vehicle.road, vehicle.lane, vehicle.kind, vehicle.eagerness, vehicle.progress_m);
        let length = vehicle.kind.size_m().0;
        let mut result = follow(vehicle, wanted, None);
        let lanes = [Some(vehicle.lane), vehicle.from_lane.filter(|(_, done)| *done < 0.5).map(|(lane, _)| lane)];
        for lane in lanes.into_iter().flatten() {
            if let Some(ahead) = self.ahead(vehicle.road, lane, vehicle.progress_m, length, Some(index)) {
                result = result.min(follow(vehicle, wanted, Some(ahead)));
            }
        }
        if let Some(ahead) = self.stop_line(vehicle, length) {
            result = result.min(follow(vehicle, wanted, Some(ahead)));
        }
        result.max(-MAX_BRAKING)
    }

    /// A red light acts like a standing vehicle at the stop line.
    fn stop_line(&self, vehicle: &Vehicle, length: f32) -> Option<Ahead> {
        let (at, group) = self.network.roadways[vehicle.road].lanes[vehicle.lane].stop?;
        let gap_m = at - vehicle.progress_m - length / 2.0;
        let braking_m = vehicle.speed_mps * vehicle.speed_mps / (2.0 * 3.5);
        let stops = match self.network.signals?.light(group, self.time_ms) {
            Light::Green => false,
            Light::Yellow => gap_m > braking_m,
            Light::Red => gap_m > braking_m * 0.5,
        };
        (stops && gap_m > -0.5).then_some(Ahead { gap_m: gap_m + 1.0, speed_mps: 0.0 })
    }

    /// The lane that a driver wants to change to now.
    fn lane_wish(&self, index: usize, acceleration: f32) -> Option<usize> {
        let vehicle = &self.vehicles[index];
        let road = &self.network.roadways[vehicle.road];
        let lane = &road.lanes[vehicle.lane];
        if vehicle.from_lane.is_some() || vehicle.speed_mps < 1.0 {
            return None;
        }
        if let Some((at, _)) = lane.stop
            && (0.0..70.0).contains(&(at - vehicle.progress_m))
        {
            return None;
        }
        let forced = self
            .obstacle(vehicle.road, vehicle.lane, vehicle.progress_m)
            .is_some_and(|at| at - vehicle.progress_m < 170.0)
            && self.may_merge(vehicle);
        if !forced && (vehicle.settled_s < 6.0 || lane.purpose != LaneUse::Travel) {
            return None;
        }
        let wanted = self.wanted_speed(vehicle.road, vehicle.lane, vehicle.kind, vehicle.eagerness, vehicle.progress_m);
        let held_up = acceleration < 0.15 && vehicle.speed_mps < wanted * 0.86;
        for (side, is_left) in [(lane.left, true), (lane.right, false)] {
            let Some(target) = side else { continue };
            if road.lanes[target].purpose != LaneUse::Travel {
                continue;
            }
            let keeps_right = !is_left && vehicle.kind.is_heavy() && vehicle.settled_s > 8.0;
            if !(forced || held_up && (is_left || !vehicle.kind.is_heavy()) || keeps_right) {
                continue;
            }
            if self.has_gap(index, target, forced, wanted) {
                return Some(target);
            }
        }
        None
    }

    /// Whether the ramp already runs alongside.
    fn may_merge(&self, vehicle: &Vehicle) -> bool {
        let road = &self.network.roadways[vehicle.road];
        match (road.lanes[vehicle.lane].purpose, &road.ramp) {
            (LaneUse::Merge, Some(ramp)) => vehicle.progress_m > ramp.parallel_from_m + 12.0,
            _ => true,
        }
    }

    fn has_gap(&self, index: usize, target: usize, forced: bool, wanted: f32) -> bool {
        let vehicle = &self.vehicles[index];
        let length = vehicle.kind.size_m().0;
        if let Some(ahead) = self.ahead(vehicle.road, target, vehicle.progress_m, length, Some(index)) {
            let needed = 3.0 + vehicle.speed_mps * if forced { 0.35 } else { 0.8 };
            let gains = forced || follow(vehicle, wanted, Some(ahead)) > 0.25;
            if ahead.gap_m < needed || !gains {
                return false;
            }
        }
        let order = &self.order[vehicle.road][target];
        let upto = order.partition_point(|other| self.vehicles[*other].progress_m <= vehicle.progress_m);
        order[..upto].iter().rev().find(|other| **other != index).is_none_or(|other| {
            let behind = &self.vehicles[*other];
            let gap = vehicle.progress_m - behind.progress_m - (behind.kind.size_m().0 + length) / 2.0;
            let closing = (behind.speed_mps - vehicle.speed_mps).max(0.0);
            gap > 2.5 + behind.speed_mps * if forced { 0.3 } else { 0.7 } + closing * closing / 5.0
        })
    }
}

impl Vehicle {
    /// Station and offset on its roadway, and radians to the right of the road's direction.
    pub(crate) fn pose(&self, network: &Network) -> (f32, f32, f32) {
        let road = &network.roadways[self.road];
        let forward = road.lanes[self.lane].forward;
        let s = if forward { self.progress_m } else { -self.progress_m };
        let at = |s: f32| {
            let target = road.lane_offset(self.lane, s);
            match self.from_lane {
                Some((from, done)) => {
                    let smooth = done * done * (3.0 - 2.0 * done);
                    road.lane_offset(from, s) * (1.0 - smooth) + target * smooth
                }
                None => target,
            }
        };
        let mut yaw = ((at(s + 0.5) - at(s - 0.5)) / 1.0).atan();
        if let Some((from, done)) = self.from_lane {
            let shift = road.lanes[self.lane].offset_m - road.lanes[from].offset_m;
            let sideways = shift * 6.0 * done * (1.0 - done) / LANE_CHANGE_S * (self.speed_mps / 3.0).min(1.0);
            let turn = (sideways / self.speed_mps.max(3.0)).atan();
            yaw += if forward { turn } else { -turn };
        }
        if !forward {
            yaw += std::f32::consts::PI;
        }
        (s, at(s), yaw)
    }

    /// -1 while it changes to its left, 1 to its right, 0 else.
    pub(crate) fn indicating(&self, network: &Network) -> i8 {
        match self.from_lane {
            Some((from, done)) if done < 0.8 => {
                if network.roadways[self.road].lanes[from].left == Some(self.lane) {
                    -1
                } else {
                    1
                }
            }
            _ => 0,
        }
    }
}

/// Acceleration of the intelligent driver model.
fn follow(vehicle: &Vehicle, wanted: f32, ahead: Option<Ahead>) -> f32 {
    let (strength, comfort, headway_s) = if vehicle.kind.is_heavy() { (0.8, 1.7, 1.6) } else { (1.5, 2.2, 1.15) };
    let ratio = vehicle.speed_mps / wanted.max(0.5);
    let free = 1.0 - ratio.powi(4);
    let Some(ahead) = ahead else {
        return strength * free;
    };
    let speed = vehicle.speed_mps;
    let approach = speed * (speed - ahead.speed_mps) / (2.0 * (strength * comfort as f32).sqrt());
    let desired = 2.2 + (speed * headway_s + approach).max(0.0);
    let pressure = desired / ahead.gap_m.max(0.2);
    strength * (free - pressure * pressure)
}

fn timetable(network: &Network, incidents: &[Incident], demand: Demand, cycle_ms: i64, seed: u64) -> Vec<Entry> {
    let mut random = Random::new(seed);
    let urban = network.signals.is_some();
    let mut entries = vec![];
    for (road_index, road) in network.roadways.iter().enumerate() {
        for (lane_index, lane) in road.lanes.iter().enumerate() {
            if lane.purpose == LaneUse::Shoulder {
                continue;
            }
            let queue = road_index == 0
                && incidents
                    .iter()
                    .any(|incident| incident.kind == IncidentKind::Queue && incident.away == lane.forward);
            let per_hour = match lane.purpose {
                _ if queue => 720.0,
                LaneUse::Merge => demand.per_lane_h * 0.6,
                // What the green times of a short cycle can carry.
                _ if urban && road_index == 0 => demand.per_lane_h.min(900.0) * 0.45,
                _ if urban => demand.per_lane_h.min(900.0) * 0.22,
                _ => demand.per_lane_h,
            };
            let expected = per_hour * cycle_ms as f32 / 3.6e6;
            let count = expected.floor() as i64 + i64::from(random.chance(expected.fract()));
            let spacing = cycle_ms / count.max(1);
            let phase = (random.unit() * spacing as f32) as i64;
            for slot in 0..count {
                let jitter = (random.range(-0.3, 0.3) * spacing as f32) as i64;
                // Fast lanes carry few heavy vehicles.
                let heavy = if lane.number == 1 { 0.0 } else { demand.heavy_share * 1.4 };
                let kind = ObjectKind::pick(&mut random, if urban { heavy * 0.4 } else { heavy }, urban);
                entries.push(Entry {
                    at_ms: (phase + slot * spacing + jitter).rem_euclid(cycle_ms),
                    road: road_index,
                    lane: lane_index,
                    kind,
                    paint: kind.paint(&mut random),
                    eagerness: random.range(0.86, 1.06),
                });
            }
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RoadShape;

    const SHAPES: [RoadShape; 6] = [
        RoadShape::Expressway,
        RoadShape::Curve,
        RoadShape::Ramp,
        RoadShape::Intersection,
        RoadShape::Tunnel,
        RoadShape::Bridge,
    ];

    fn traffic(shape: RoadShape, incidents: &[Incident]) -> Traffic {
        let demand = Demand { per_lane_h: 800.0, heavy_share: 0.25 };
        Traffic::new(&Network::new(shape, 20_000), incidents, demand, 20_000, 11)
    }

    #[test]
    fn vehicles_never_drive_through_each_other() {
        for shape in SHAPES {
            let mut traffic = traffic(shape, &[]);
            for _ in 0..500 {
                traffic.step();
                traffic.sort();
                for lane in traffic.order.iter().flatten() {
                    for pair in lane.windows(2) {
                        let (a, b) = (&traffic.vehicles[pair[0]], &traffic.vehicles[pair[1]]);
                        let gap = b.progress_m - a.progress_m - (a.kind.size_m().0 + b.kind.size_m().0) / 2.0;
                        assert!(gap > -0.3, "{shape:?} gap {gap} at {}", a.progress_m);
                    }
                }
            }
        }
    }

    #[test]
    fn a_cycle_ends_as_it_began() {
        let incident = |kind| vec![Incident::new(kind, 100.0, true)];
        for (shape, incidents) in SHAPES.map(|shape| (shape, vec![])).into_iter().chain([
            (RoadShape::Expressway, incident(IncidentKind::Queue)),
            (RoadShape::Bridge, incident(IncidentKind::Crash)),
        ]) {
            assert!(traffic(shape, &incidents).repeats(), "{shape:?} {incidents:?}");
        }
    }

    #[test]
    fn traffic_stops_at_red_and_goes_at_green() {
        let mut traffic = traffic(RoadShape::Intersection, &[]);
        let (mut stopped, mut moving) = (0, 0);
        for _ in 0..500 {
            traffic.step();
            stopped += traffic.vehicles.iter().filter(|vehicle| vehicle.speed_mps < 0.2).count();
            moving += traffic.vehicles.iter().filter(|vehicle| vehicle.speed_mps > 8.0).count();
        }
        assert!(stopped > 100 && moving > 500, "{stopped} {moving}");
    }
}
