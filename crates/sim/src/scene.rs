//! A camera's world: traffic, light, a view and the pictures of it.

use serde::{Deserialize, Serialize};

use crate::backdrop::{Backdrop, Detail, Subject};
use crate::body::{Actor, BodyPainter, picture_box};
use crate::conditions::{Daylight, Lighting, Weather};
use crate::furniture;
use crate::geometry::{Camera, Point, Pose, point, vec3};
use crate::ground::{Ground, Lamp};
use crate::incident::{Incident, IncidentKind};
use crate::osd;
use crate::painter::Painter;
use crate::picture::Picture;
use crate::random::Random;
use crate::raster::{Canvas, Colour, Filler, rgb};
use crate::road::Network;
use crate::traffic::{Demand, Traffic};
use crate::truth::{FrameTruth, TruthBox};
use crate::vehicle::ObjectKind;

/// What kind of road a camera looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoadShape {
    /// Straight dual carriageway with three lanes and a hard shoulder each way.
    Expressway,
    /// Dual carriageway in a bend, two lanes each way.
    Curve,
    /// Dual carriageway with a ramp that merges from the right.
    Ramp,
    /// Urban junction with signals.
    Intersection,
    /// One tube with two lanes; traffic comes towards the camera.
    Tunnel,
    /// Cable-stayed bridge over a river, three lanes each way.
    Bridge,
}

/// Everything that decides what a camera sees. Equal configurations give equal pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SceneConfig {
    /// Everything random derives from it.
    pub seed: u64,
    /// The road.
    pub road: RoadShape,
    /// The time of day.
    pub daylight: Daylight,
    /// The weather.
    pub weather: Weather,
    /// What goes wrong.
    pub incidents: Vec<Incident>,
    /// Vehicles per hour and lane, 0 to 1600.
    pub vehicles_per_lane_h: f32,
    /// Share of trucks and buses, 0 to 1.
    pub heavy_share: f32,
    /// Burnt in at the bottom left and written on signs: road code and stake, as `G42 K128+300`. ASCII.
    pub stake: String,
    /// Burnt in behind the stake. ASCII.
    pub name: String,
    /// Luma samples per row; even, 160 to 3840.
    pub width: u32,
    /// Luma rows; even, 90 to 2160.
    pub height: u32,
    /// Pictures per second, 1 to 60.
    pub fps: u32,
    /// After this time traffic and incidents repeat, milliseconds; a multiple of 40, at least 8,000.
    pub cycle_ms: u32,
    /// How far wind moves the picture, pixels at 1280 wide; 0 keeps it still.
    pub sway_px: f32,
}

/// A configuration that no scene can be made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Width or height is odd or out of range.
    #[error("picture size must be even, 160x90 to 3840x2160")]
    Size,
    /// The frame rate is out of range.
    #[error("frame rate must be 1 to 60 pictures per second")]
    FrameRate,
    /// The cycle is too short or not a whole number of simulation steps.
    #[error("cycle must be a multiple of 40 ms from 8 s to 1 h")]
    Cycle,
}

/// Where the operator has turned the camera, relative to its home view.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Degrees to the right, -170 to 170.
    pub pan_deg: f32,
    /// Degrees upwards, -60 to 30.
    pub tilt_deg: f32,
    /// Focal length relative to home, 0.6 to 20.
    pub zoom: f32,
}

impl View {
    /// The home view.
    pub const HOME: Self = Self { pan_deg: 0.0, tilt_deg: 0.0, zoom: 1.0 };

    /// The nearest view within the limits.
    #[must_use]
    pub const fn clamped(self) -> Self {
        Self {
            pan_deg: self.pan_deg.clamp(-170.0, 170.0),
            tilt_deg: self.tilt_deg.clamp(-60.0, 30.0),
            zoom: self.zoom.clamp(0.6, 20.0),
        }
    }
}

impl SceneConfig {
    /// The view in which a part of the picture of `view` fills the picture: the part's upper left corner and its size, as shares of
    /// the picture's width and height.
    pub fn framed(&self, view: View, (x, y): (f32, f32), (width, height): (f32, f32)) -> View {
        let half = (home_pose(self.road).fov_deg / 2.0).to_radians().tan() / view.zoom;
        let right = (x + width / 2.0 - 0.5) * 2.0 * half;
        let down = (y + height / 2.0 - 0.5) * 2.0 * half * self.height as f32 / self.width as f32;
        View {
            pan_deg: view.pan_deg + right.atan().to_degrees(),
            tilt_deg: view.tilt_deg - down.atan().to_degrees(),
            zoom: view.zoom / width.max(height),
        }
        .clamped()
    }
}

/// A world with its camera, drawn frame by frame.
pub struct Scene {
    config: SceneConfig,
    light: Lighting,
    lamps: Vec<Lamp>,
    traffic: Traffic,
    home: Pose,
    view: View,
    backdrop: Option<(View, Detail, Backdrop)>,
    canvas: Canvas,
    filler: Filler,
    frame: u64,
}

/// Objects lower than this many pixels, or behind more haze than this, are not in the ground truth.
const SMALLEST_TRUTH_PX: f32 = 5.0;
const THICKEST_HAZE: f32 = 0.06;
/// Track numbers of scripted things start here.
const SCRIPTED_TRACKS: u64 = 1 << 40;

impl Scene {
    /// Builds the world and lets traffic settle; the first picture is not drawn yet.
    ///
    /// # Errors
    /// When the configuration is out of range.
    pub fn new(config: SceneConfig) -> Result<Self, ConfigError> {
        check(&config)?;
        let cycle_ms = i64::from(config.cycle_ms);
        let network = Network::new(config.road, cycle_ms);
        let light = Lighting::new(config.daylight, config.weather, config.road == RoadShape::Tunnel);
        let demand = Demand {
            per_lane_h: config.vehicles_per_lane_h.clamp(0.0, 1600.0),
            heavy_share: config.heavy_share.clamp(0.0, 1.0),
        };
        let traffic = Traffic::new(&network, &config.incidents, demand, cycle_ms, config.seed);
        let (width, height) = (config.width as usize, config.height as usize);
        Ok(Self {
            lamps: furniture::lamps(traffic.network()),
            light,
            traffic,
            home: home_pose(config.road),
            view: View::HOME,
            backdrop: None,
            canvas: Canvas::new(width, height),
            filler: Filler::default(),
            frame: 0,
            config,
        })
    }

    /// What it was made from.
    pub const fn config(&self) -> &SceneConfig {
        &self.config
    }

    /// Turns the camera. The next pictures are drawn coarsely until the view has been the same twice.
    pub fn set_view(&mut self, view: View) {
        self.view = view.clamped();
    }

    /// Where the camera looks.
    pub const fn view(&self) -> View {
        self.view
    }

    /// Moves the world to a frame; frames only go forward.
    pub fn advance_to(&mut self, frame: u64) {
        self.frame = frame;
        let whole = i64::try_from(self.time_ms()).unwrap_or(i64::MAX);
        self.traffic.advance_to(whole - whole % crate::traffic::STEP_MS);
    }

    /// Milliseconds since frame 0.
    pub const fn time_ms(&self) -> u64 {
        self.frame * 1000 / self.config.fps as u64
    }

    /// Draws the current frame without overlay or stamp.
    pub fn render(&mut self) -> Picture {
        self.draw();
        self.picture()
    }

    /// Draws the current frame with its overlay and, when given, the machine-readable stamp.
    pub fn render_with(&mut self, overlay: &osd::Overlay, stamp: Option<&crate::barcode::Stamp>) -> Picture {
        self.draw();
        osd::draw(&mut self.canvas, &mut self.filler, overlay);
        if let Some(stamp) = stamp {
            crate::barcode::draw(&mut self.canvas, stamp);
        }
        self.picture()
    }

    fn picture(&self) -> Picture {
        let noise = match self.light.daylight {
            Daylight::Night => 3,
            Daylight::Dusk => 2,
            Daylight::Day => 1,
        };
        Picture::from_canvas(&self.canvas, noise, self.config.seed ^ self.frame)
    }

    fn pose(&self) -> Pose {
        let zoom = self.view.zoom;
        let half = (self.home.fov_deg / 2.0).to_radians().tan() / zoom;
        Pose {
            pan_deg: self.home.pan_deg + self.view.pan_deg,
            tilt_deg: (self.home.tilt_deg - self.view.tilt_deg).clamp(-30.0, 89.0),
            fov_deg: 2.0 * half.atan().to_degrees(),
            ..self.home
        }
    }

    fn draw(&mut self) {
        let pose = self.pose();
        let (width, height) = (self.config.width as usize, self.config.height as usize);
        let camera = Camera::new(&pose, width, height);
        self.refresh_backdrop(&pose, width, height);
        let (_, _, backdrop) = self.backdrop.as_ref().expect("it was refreshed just now");
        let sway = self.sway();
        copy_moved(&backdrop.canvas, &mut self.canvas, sway);
        let camera = camera.shaken(sway);
        let mut actors = self.actors();
        actors.sort_by(|a, b| distance(b, &camera).total_cmp(&distance(a, &camera)));
        let time_ms = i64::try_from(self.time_ms()).unwrap_or(i64::MAX);
        {
            let mut painter = Painter::new(&mut self.canvas, &mut self.filler, &camera, &self.light);
            for actor in &actors {
                BodyPainter::new(&mut painter, actor, time_ms).draw_ground();
            }
            for actor in &actors {
                let rect = BodyPainter::new(&mut painter, actor, time_ms).draw();
                if let Some(rect) = rect {
                    backdrop.occluders.restore(painter.canvas, rect, distance(actor, &camera));
                }
            }
        }
        self.signals(&camera, time_ms);
        if self.config.weather == Weather::Rain && self.config.road != RoadShape::Tunnel {
            self.rain();
        }
    }

    fn refresh_backdrop(&mut self, pose: &Pose, width: usize, height: usize) {
        let same = self.backdrop.as_ref().is_some_and(|(view, _, _)| *view == self.view);
        let detail = match &self.backdrop {
            Some((_, Detail::Full, _)) if same => return,
            Some(_) if !same => Detail::Draft,
            _ => Detail::Full,
        };
        let subject = Subject {
            network: self.traffic.network(),
            light: &self.light,
            lamps: &self.lamps,
            stake: &self.config.stake,
            seed: self.config.seed,
        };
        let backdrop = Backdrop::render(&subject, pose, width, height, detail);
        self.backdrop = Some((self.view, detail, backdrop));
    }

    /// Wind on the mast, in whole swings per cycle so that loops close.
    fn sway(&self) -> Point {
        let size = self.config.sway_px * self.config.width as f32 / 1280.0;
        if size == 0.0 {
            return point(0.0, 0.0);
        }
        let cycle = u64::from(self.config.cycle_ms);
        let phase = (self.time_ms() % cycle) as f32 / cycle as f32 * std::f32::consts::TAU;
        let seconds = (cycle / 1000) as f32;
        let swing = |per_second: f32, shift: f32| (phase * (seconds * per_second).round() + shift).sin();
        point(
            size * (0.6 * swing(0.7, 0.0) + 0.4 * swing(1.9, 1.0)),
            size * (0.5 * swing(1.1, 2.0) + 0.3 * swing(2.6, 0.5)),
        )
    }

    /// All that moves or may move, at the current time.
    fn actors(&self) -> Vec<Actor> {
        let network = self.traffic.network();
        let late_s = (i64::try_from(self.time_ms()).unwrap_or(i64::MAX) - self.traffic.time_ms()) as f32 / 1000.0;
        let ground = Ground { network, light: &self.light, lamps: &self.lamps, seed: 0 };
        let eye = self.home.eye;
        let hidden = |x: f32, y: f32| {
            let to = vec3(x, y, 1.2) - eye;
            network.shape == RoadShape::Tunnel && ground.wall_distance(eye, to.normal(), to.length() - 1.0).is_some()
        };
        let mut actors = vec![];
        for vehicle in self.traffic.vehicles() {
            let road = &network.roadways[vehicle.road];
            let mut moved = vehicle.clone();
            moved.progress_m += vehicle.speed_mps * late_s;
            let (s, t, yaw) = moved.pose(network);
            let (x, y) = road.alignment.place(s, t);
            if hidden(x, y) {
                continue;
            }
            let lane = &road.lanes[vehicle.lane];
            let start = if lane.forward { road.extent.0 } else { -road.extent.1 };
            let end = if lane.forward { road.extent.1 } else { -road.extent.0 };
            let entered = (moved.progress_m - start).min(end - moved.progress_m);
            actors.push(Actor {
                kind: vehicle.kind,
                paint: vehicle.paint,
                x,
                y,
                heading: road.alignment.heading_at(s) + yaw,
                speed_mps: vehicle.speed_mps,
                braking: vehicle.braking,
                indicating: vehicle.indicating(network),
                hazards: false,
                track: self.traffic.track(vehicle),
                lane: lane.number,
                lamp_light: ground.lamp_light_if_lit(x, y),
                presence: (entered / 25.0).clamp(0.0, 1.0),
            });
        }
        let road = &network.roadways[0];
        for (index, thing) in self.traffic.placed().iter().enumerate() {
            let (x, y) = road.alignment.place(thing.s, thing.t);
            actors.push(Actor {
                kind: thing.kind,
                paint: thing.paint,
                x,
                y,
                heading: road.alignment.heading_at(thing.s) + thing.yaw,
                speed_mps: thing.speed_mps,
                braking: false,
                indicating: 0,
                hazards: thing.hazards,
                track: SCRIPTED_TRACKS + index as u64,
                lane: thing.lane,
                lamp_light: ground.lamp_light_if_lit(x, y),
                presence: 1.0,
            });
        }
        actors
    }

    /// The heads of the traffic signals.
    fn signals(&mut self, camera: &Camera, time_ms: i64) {
        let Some(signals) = self.traffic.network().signals else {
            return;
        };
        let network = self.traffic.network().clone();
        for (group, road) in network.roadways.iter().enumerate() {
            let light = signals.light(group, time_ms);
            for head in crate::signal_head::heads(road, group) {
                let mut painter = Painter::new(&mut self.canvas, &mut self.filler, camera, &self.light);
                head.draw(&mut painter, light);
            }
        }
    }

    /// Streaks of falling drops and a veil.
    fn rain(&mut self) {
        let mut random = Random::new(self.config.seed ^ (self.frame << 20));
        let (width, height) = (self.canvas.width as f32, self.canvas.height as f32);
        let scale = height / 720.0;
        for _ in 0..320 {
            let near = random.unit();
            let x = random.range(-20.0, width);
            let y = random.range(-40.0, height);
            let length = (9.0 + 34.0 * near * near) * scale;
            let thick = (0.6 + 1.1 * near * near) * scale.max(0.5);
            let from = point(x, y);
            let to = point(x + length * 0.14, y + length);
            let bright = self.light.sky_horizon.scale(1.02).plus(rgb(0.05, 0.05, 0.05));
            self.filler.line(&mut self.canvas, from, to, thick, bright, 0.10 + 0.16 * near);
        }
    }

    /// What is in the current picture. Advance first; drawing is not needed.
    pub fn truth(&self) -> FrameTruth {
        let (width, height) = (self.config.width as f32, self.config.height as f32);
        let camera =
            Camera::new(&self.pose(), self.config.width as usize, self.config.height as usize).shaken(self.sway());
        let mut boxes = vec![];
        let mut incidents: Vec<IncidentKind> = vec![];
        for actor in self.actors() {
            let Some((low, high)) = picture_box(&actor.box_corners(), &camera) else {
                continue;
            };
            let (x0, x1) = (low.x.clamp(0.0, width), high.x.clamp(0.0, width));
            let (y0, y1) = (low.y.clamp(0.0, height), high.y.clamp(0.0, height));
            let away = distance(&actor, &camera);
            let clear = (-away * self.light.haze_density).exp();
            let whole = (high.x - low.x) * (high.y - low.y);
            let seen = (x1 - x0) * (y1 - y0);
            if (y1 - y0).min(x1 - x0) < SMALLEST_TRUTH_PX
                || clear < THICKEST_HAZE
                || actor.presence < 0.5
                || seen < whole * 0.15
            {
                continue;
            }
            if actor.track >= SCRIPTED_TRACKS {
                self.note_incident(&actor, &mut incidents);
            }
            boxes.push(TruthBox {
                track: actor.track,
                kind: actor.kind,
                x: x0 / width,
                y: y0 / height,
                w: (x1 - x0) / width,
                h: (y1 - y0) / height,
                speed_kmh: actor.speed_mps * 3.6,
                lane: actor.lane,
                distance_m: away,
            });
        }
        if self.config.incidents.iter().any(|incident| incident.kind == IncidentKind::Queue) {
            incidents.push(IncidentKind::Queue);
        }
        FrameTruth { frame: self.frame, time_ms: self.time_ms(), boxes, incidents }
    }

    /// A scripted thing that can be seen shows its incident.
    fn note_incident(&self, actor: &Actor, incidents: &mut Vec<IncidentKind>) {
        for incident in &self.config.incidents {
            let shows = match incident.kind {
                IncidentKind::Pedestrian => actor.kind == ObjectKind::Pedestrian && actor.speed_mps > 0.1,
                IncidentKind::WrongWay => actor.kind == ObjectKind::Van && actor.speed_mps > 1.0,
                IncidentKind::Debris => actor.kind == ObjectKind::Debris,
                IncidentKind::Crash => actor.kind == ObjectKind::Suv && actor.hazards,
                IncidentKind::StoppedVehicle => actor.kind == ObjectKind::Car && actor.hazards,
                IncidentKind::Queue => false,
            };
            if shows && !incidents.contains(&incident.kind) {
                incidents.push(incident.kind);
            }
        }
    }

    /// How many track numbers one cycle uses: add it once per loop to keep tracks apart.
    pub const fn tracks_per_cycle(&self) -> u64 {
        self.traffic.tracks_per_cycle()
    }
}

fn check(config: &SceneConfig) -> Result<(), ConfigError> {
    let even = config.width.is_multiple_of(2) && config.height.is_multiple_of(2);
    if !even || !(160..=3840).contains(&config.width) || !(90..=2160).contains(&config.height) {
        return Err(ConfigError::Size);
    }
    if !(1..=60).contains(&config.fps) {
        return Err(ConfigError::FrameRate);
    }
    let steps = i64::from(config.cycle_ms) % crate::traffic::STEP_MS;
    if steps != 0 || !(8_000..=3_600_000).contains(&config.cycle_ms) {
        return Err(ConfigError::Cycle);
    }
    Ok(())
}

fn home_pose(road: RoadShape) -> Pose {
    let (eye, pan_deg, tilt_deg, fov_deg) = match road {
        RoadShape::Expressway => (vec3(1.0, -6.0, 11.5), 2.0, 12.5, 54.0),
        RoadShape::Curve => (vec3(-14.0, 0.0, 12.0), 15.0, 11.5, 56.0),
        RoadShape::Ramp => (vec3(4.0, 4.0, 12.5), 5.5, 12.0, 56.0),
        RoadShape::Intersection => (vec3(13.0, -2.0, 11.0), -9.0, 13.5, 66.0),
        RoadShape::Tunnel => (vec3(-3.6, 0.0, 5.3), 5.0, 9.0, 62.0),
        RoadShape::Bridge => (vec3(15.5, -4.0, 13.0), -6.0, 10.0, 58.0),
    };
    Pose { eye, pan_deg, tilt_deg, fov_deg }
}

fn distance(actor: &Actor, camera: &Camera) -> f32 {
    (vec3(actor.x, actor.y, 0.0) - camera.eye).length()
}

/// Copies a picture moved by a fraction of a pixel, at most one pixel each way in practice.
fn copy_moved(from: &Canvas, to: &mut Canvas, by: Point) {
    if by.x == 0.0 && by.y == 0.0 {
        to.pixels.copy_from_slice(&from.pixels);
        return;
    }
    let (floor_x, floor_y) = ((-by.x).floor(), (-by.y).floor());
    let weight = |share: f32| (share * 256.0) as u32;
    let (wx, wy) = (weight(-by.x - floor_x), weight(-by.y - floor_y));
    let (shift_x, shift_y) = (floor_x as isize, floor_y as isize);
    let clamp = |at: isize, size: usize| at.clamp(0, size as isize - 1).unsigned_abs();
    let columns: Vec<(usize, usize)> = (0..from.width as isize)
        .map(|x| (clamp(x + shift_x, from.width), clamp(x + shift_x + 1, from.width)))
        .collect();
    for (y, row) in to.pixels.chunks_exact_mut(from.width).enumerate() {
        let source = |shift: isize| {
            let at = clamp(y as isize + shift, from.height) * from.width;
            &from.pixels[at..at + from.width]
        };
        let (upper, lower) = (source(shift_y), source(shift_y + 1));
        for (pixel, &(left, right)) in row.iter_mut().zip(&columns) {
            let packed = |bytes: [u8; 4]| u32::from_le_bytes(bytes);
            let top = between(packed(upper[left]), packed(upper[right]), wx);
            let bottom = between(packed(lower[left]), packed(lower[right]), wx);
            *pixel = between(top, bottom, wy).to_le_bytes();
        }
    }
}

/// `a` at weight 0, `b` at 256, for four channels at once: two in each half-word product.
const fn between(a: u32, b: u32, weight: u32) -> u32 {
    const EVEN: u32 = 0x00FF_00FF;
    let even = ((a & EVEN) * (256 - weight) + (b & EVEN) * weight) >> 8 & EVEN;
    let odd = ((a >> 8 & EVEN) * (256 - weight) + (b >> 8 & EVEN) * weight) & !EVEN;
    even | odd
}

impl Ground<'_> {
    /// Light of street lamps on something at a place.
    fn lamp_light_if_lit(&self, x: f32, y: f32) -> Colour {
        if self.light.lamps && self.light.daylight != Daylight::Day {
            self.lamp_light(x, y).scale(0.6)
        } else {
            Colour::default()
        }
    }
}
