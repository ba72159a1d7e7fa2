//! Scripted incidents. All of them recur with the scene's cycle, so that loops close.

use serde::{Deserialize, Serialize};

use crate::raster::{Colour, hex};
use crate::road::{LaneUse, Network};
use crate::vehicle::ObjectKind;

/// Something that traffic operators must notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentKind {
    /// A vehicle with hazard lights on the hard shoulder (停车).
    StoppedVehicle,
    /// Stop-and-go traffic on all lanes of one direction (拥堵).
    Queue,
    /// A vehicle against the direction of travel (逆行).
    WrongWay,
    /// A person on the carriageway (行人).
    Pedestrian,
    /// Lost load on a lane (抛洒物).
    Debris,
    /// Two damaged vehicles that block a lane (事故).
    Crash,
}

/// One scripted incident.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// What happens.
    pub kind: IncidentKind,
    /// Metres from the camera along the road, 20 to 300.
    pub station_m: f32,
    /// Whether it concerns the carriageway that leads away from the camera.
    pub away: bool,
}

impl Incident {
    /// An incident `station_m` metres from the camera, on the side that leads away from it when `away`.
    pub const fn new(kind: IncidentKind, station_m: f32, away: bool) -> Self {
        Self { kind, station_m, away }
    }
}

/// What an incident puts on the road at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    pub(crate) kind: ObjectKind,
    pub(crate) paint: Colour,
    pub(crate) s: f32,
    pub(crate) t: f32,
    /// Radians to the right of the road's direction.
    pub(crate) yaw: f32,
    pub(crate) speed_mps: f32,
    pub(crate) hazards: bool,
    /// Whether traffic must not drive through it.
    pub(crate) blocks: bool,
    pub(crate) lane: u8,
}

/// Speed of the driver who goes the wrong way, m/s.
const WRONG_WAY_MPS: f32 = 11.0;
/// Speed of the person who crosses, m/s.
const WALK_MPS: f32 = 1.3;

impl Incident {
    /// The things on roadway 0 at a time. `cycle_ms` is when it all repeats.
    pub(crate) fn placed(&self, network: &Network, time_ms: i64, cycle_ms: i64, out: &mut Vec<Placed>) {
        let road = &network.roadways[0];
        let away = self.away && road.lanes.iter().any(|lane| lane.forward);
        let lanes: Vec<_> = road.lanes.iter().filter(|lane| lane.forward == away).collect();
        let outer = lanes.last().expect("a carriageway has lanes");
        let travel =
            lanes.iter().rfind(|lane| lane.purpose == LaneUse::Travel).expect("a carriageway has a travel lane");
        let side = if away { 1.0 } else { -1.0 };
        let direction = if away { 0.0 } else { std::f32::consts::PI };
        let s = self.station_m;
        let thing = |kind, paint: u32, t, yaw| Placed {
            kind,
            paint: hex(paint),
            s,
            t,
            yaw: direction + yaw,
            speed_mps: 0.0,
            hazards: false,
            blocks: true,
            lane: outer.number,
        };
        match self.kind {
            IncidentKind::Queue => {}
            IncidentKind::StoppedVehicle => {
                out.push(Placed { hazards: true, ..thing(ObjectKind::Car, 0xC4C9CC, outer.offset_m, 0.03) });
                out.push(Placed {
                    blocks: false,
                    ..thing(ObjectKind::Pedestrian, 0xD8812A, outer.offset_m + side * 1.9, 0.0)
                });
            }
            IncidentKind::Debris => {
                let lane = travel.number;
                out.push(Placed { lane, ..thing(ObjectKind::Debris, 0x9A7144, travel.offset_m + 0.3, 0.5) });
                out.push(Placed {
                    s: s + 2.6,
                    lane,
                    ..thing(ObjectKind::Debris, 0x87603A, travel.offset_m - 0.7, 1.2)
                });
                out.push(Placed {
                    s: s - 2.2,
                    lane,
                    ..thing(ObjectKind::Debris, 0xB08A5A, travel.offset_m + 0.9, -0.4)
                });
            }
            IncidentKind::Crash => {
                let lane = travel.number;
                let hazards = true;
                out.push(Placed { hazards, lane, ..thing(ObjectKind::Suv, 0xE9EBEC, travel.offset_m, 0.5) });
                out.push(Placed {
                    hazards,
                    lane,
                    s: s + 5.6,
                    ..thing(ObjectKind::Car, 0x7A1A1E, travel.offset_m + side * 1.2, -0.9)
                });
                for (ds, dt, coat) in [(-9.0, 2.4, 0xD8C32A), (3.0, 3.6, 0x35465C)] {
                    out.push(Placed {
                        s: s + ds,
                        blocks: false,
                        ..thing(ObjectKind::Pedestrian, coat, travel.offset_m + side * dt, 0.0)
                    });
                }
            }
            IncidentKind::WrongWay => {
                // Several may be under way when a run takes longer than a cycle.
                let far = road.extent.1 * 0.6;
                let near = -30.0;
                for lap in 0..8 {
                    let age_s = (time_ms.rem_euclid(cycle_ms) + lap * cycle_ms) as f32 / 1000.0;
                    let run = age_s * WRONG_WAY_MPS;
                    let s = if away { far - run } else { near + run };
                    if s < near || s > far {
                        break;
                    }
                    out.push(Placed {
                        s,
                        speed_mps: WRONG_WAY_MPS,
                        blocks: false,
                        ..thing(ObjectKind::Van, 0xE9EBEC, outer.offset_m, std::f32::consts::PI)
                    });
                }
            }
            IncidentKind::Pedestrian => {
                // Out to the middle of the slow lane and back.
                let start = outer.offset_m + side * 2.2;
                let reach = (start - travel.offset_m).abs().min(WALK_MPS * cycle_ms as f32 / 2300.0);
                let age_s = time_ms.rem_euclid(cycle_ms) as f32 / 1000.0;
                let there_s = reach / WALK_MPS;
                if age_s < 2.0 * there_s {
                    let walked = if age_s < there_s { age_s } else { 2.0 * there_s - age_s };
                    let turn = if age_s < there_s { -1.0 } else { 1.0 };
                    out.push(Placed {
                        speed_mps: WALK_MPS,
                        ..thing(
                            ObjectKind::Pedestrian,
                            0x4A6FA8,
                            start - side * walked * WALK_MPS,
                            turn * side * std::f32::consts::FRAC_PI_2,
                        )
                    });
                }
            }
        }
    }
}
