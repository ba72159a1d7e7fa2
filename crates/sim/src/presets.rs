//! The cameras of a demonstration.

use crate::clip::ClipConfig;
use crate::conditions::{Daylight, Weather};
use crate::encode::VideoCodec;
use crate::incident::{Incident, IncidentKind};
use crate::scene::{RoadShape, SceneConfig};
use crate::sound::AudioCodec;

/// One camera of a demonstration.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoCamera {
    /// Its stream's name, `[a-z0-9-]`.
    pub name: &'static str,
    /// Title in Chinese.
    pub title_zh: &'static str,
    /// Title in English.
    pub title_en: &'static str,
    /// Latitude, degrees, WGS 84 (a made-up place on a real road).
    pub latitude: f64,
    /// Longitude, degrees.
    pub longitude: f64,
    /// What it shows.
    pub clip: ClipConfig,
}

struct Preset {
    name: &'static str,
    titles: (&'static str, &'static str),
    place: (f64, f64),
    stake: &'static str,
    label: &'static str,
    road: RoadShape,
    daylight: Daylight,
    weather: Weather,
    incident: Option<(IncidentKind, f32, bool)>,
    density: f32,
    heavy: f32,
    sway: f32,
}

/// Eight cameras with different roads, weather and incidents: 1280x720, 25 pictures per second, 20 s loops,
/// H.264 at 2 Mbit/s with A-law sound.
pub fn demo_cameras() -> Vec<DemoCamera> {
    presets().iter().zip(1..).map(|(preset, seed)| camera(preset, seed)).collect()
}

fn camera(preset: &Preset, seed: u64) -> DemoCamera {
    let incidents = preset.incident.map(|(kind, station_m, away)| Incident::new(kind, station_m, away));
    DemoCamera {
        name: preset.name,
        title_zh: preset.titles.0,
        title_en: preset.titles.1,
        latitude: preset.place.0,
        longitude: preset.place.1,
        clip: ClipConfig {
            scene: SceneConfig {
                seed: 4200 + seed,
                road: preset.road,
                daylight: preset.daylight,
                weather: preset.weather,
                incidents: incidents.into_iter().collect(),
                vehicles_per_lane_h: preset.density,
                heavy_share: preset.heavy,
                stake: preset.stake.to_owned(),
                name: preset.label.to_owned(),
                width: 1280,
                height: 720,
                fps: 25,
                cycle_ms: 20_000,
                sway_px: preset.sway,
            },
            codec: VideoCodec::H264,
            bitrate_bps: 2_000_000,
            gop: 50,
            audio: Some(AudioCodec::G711A),
        },
    }
}

fn presets() -> [Preset; 8] {
    use Daylight::{Day, Dusk, Night};
    use IncidentKind::{Crash, Debris, Pedestrian, Queue, StoppedVehicle, WrongWay};
    use RoadShape::{Bridge, Curve, Expressway, Intersection, Ramp, Tunnel};
    use Weather::{Clear, Fog, Overcast, Rain};
    [
        Preset {
            name: "k128-300-up",
            titles: ("G42 沪蓉高速 K128+300 上行", "G42 Hurong Expressway K128+300 up"),
            place: (31.7642, 118.9127),
            stake: "G42 K128+300",
            label: "UP",
            road: Expressway,
            daylight: Day,
            weather: Clear,
            incident: Some((StoppedVehicle, 66.0, true)),
            density: 900.0,
            heavy: 0.28,
            sway: 0.5,
        },
        Preset {
            name: "k131-050-down",
            titles: ("G42 沪蓉高速 K131+050 下行 弯道", "G42 Hurong Expressway K131+050 down, bend"),
            place: (31.7521, 118.9384),
            stake: "G42 K131+050",
            label: "DOWN",
            road: Curve,
            daylight: Day,
            weather: Overcast,
            incident: Some((Crash, 78.0, true)),
            density: 520.0,
            heavy: 0.25,
            sway: 0.0,
        },
        Preset {
            name: "k135-620-ramp",
            titles: ("G42 沪蓉高速 K135+620 互通匝道", "G42 Hurong Expressway K135+620 interchange ramp"),
            place: (31.7388, 118.9813),
            stake: "G42 K135+620",
            label: "RAMP",
            road: Ramp,
            daylight: Dusk,
            weather: Clear,
            incident: Some((WrongWay, 60.0, false)),
            density: 760.0,
            heavy: 0.22,
            sway: 0.0,
        },
        Preset {
            name: "k140-900-night",
            titles: ("G42 沪蓉高速 K140+900 夜间", "G42 Hurong Expressway K140+900 at night"),
            place: (31.7215, 119.0302),
            stake: "G42 K140+900",
            label: "NIGHT",
            road: Expressway,
            daylight: Night,
            weather: Clear,
            incident: Some((Pedestrian, 48.0, true)),
            density: 620.0,
            heavy: 0.34,
            sway: 0.4,
        },
        Preset {
            name: "tunnel-east-k7-200",
            titles: ("紫金隧道 东洞 K7+200", "Zijin Tunnel, east tube K7+200"),
            place: (32.0641, 118.8452),
            stake: "S88 K7+200",
            label: "TUNNEL EAST",
            road: Tunnel,
            daylight: Day,
            weather: Clear,
            incident: None,
            density: 800.0,
            heavy: 0.18,
            sway: 0.0,
        },
        Preset {
            name: "river-bridge-k21",
            titles: ("长江大桥 K21+480 雨天", "River bridge K21+480 in rain"),
            place: (32.1189, 118.7421),
            stake: "G36 K21+480",
            label: "BRIDGE",
            road: Bridge,
            daylight: Day,
            weather: Rain,
            incident: Some((Debris, 74.0, true)),
            density: 640.0,
            heavy: 0.24,
            sway: 1.1,
        },
        Preset {
            name: "crossing-zhongshan",
            titles: ("中山路 - 解放路 路口", "Zhongshan Road and Jiefang Road junction"),
            place: (32.0415, 118.7837),
            stake: "ZHONGSHAN RD",
            label: "X01",
            road: Intersection,
            daylight: Day,
            weather: Clear,
            incident: None,
            density: 800.0,
            heavy: 0.10,
            sway: 0.0,
        },
        Preset {
            name: "k146-100-queue",
            titles: ("G42 沪蓉高速 K146+100 薄雾 拥堵", "G42 Hurong Expressway K146+100, mist and queue"),
            place: (31.7019, 119.0786),
            stake: "G42 K146+100",
            label: "UP",
            road: Expressway,
            daylight: Day,
            weather: Fog,
            incident: Some((Queue, 60.0, true)),
            density: 560.0,
            heavy: 0.3,
            sway: 0.0,
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Scene;
    use std::collections::HashSet;

    #[test]
    fn every_demonstration_camera_can_be_built_and_shows_traffic() {
        let cameras = demo_cameras();
        let names: HashSet<_> = cameras.iter().map(|camera| camera.name).collect();
        assert_eq!(names.len(), cameras.len());
        for camera in cameras {
            assert!(camera.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
            let kinds: Vec<_> = camera.clip.scene.incidents.iter().map(|incident| incident.kind).collect();
            let mut scene = Scene::new(camera.clip.scene).unwrap();
            let mut seen = HashSet::new();
            for frame in (0..500).step_by(25) {
                scene.advance_to(frame);
                let truth = scene.truth();
                assert!(truth.boxes.len() >= 3, "{} frame {frame}: {}", camera.name, truth.boxes.len());
                seen.extend(truth.incidents);
            }
            assert!(kinds.iter().all(|kind| seen.contains(kind)), "{} {seen:?}", camera.name);
        }
    }
}
