//! What a simulated device is: its channels, what it says to questions, and what orders do to it.

use std::net::Ipv4Addr;
use std::num::NonZeroU8;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::Context;
use device::Motion;
use gb28181::device::{Reply, World};
use gb28181::manscdp::{
    CatalogInfo, CatalogItem, ChannelState, Command, Config, Control, DeviceInfo, DeviceStatus, Guard, HomePosition,
    HomePositionAnswer, MobilePosition, Notify, OnOff, Online, Outcome, Preset, PresetPart, PtzPosition, Query,
    Recording, RecordingCause, RecordingItem, RecordingQuery, Response as Said,
};
use gb28181::platform::Moment;
use gb28181::ptz::{self, PresetAction, PtzCommand};
use gb28181::{BeijingTime, Id};
use sim::{DemoCamera, View};

use super::pictures::{Order, Receivers};
use crate::devices::turret::Turret;

/// How far recordings go back.
const RECORDED_S: i64 = 24 * 3600;
/// Length of one recording.
const RECORDING_S: i64 = 3600;
/// Bytes of a second of a recording, about.
const BYTES_PER_S: u64 = 260_000;
/// Types in codes (annex E): a recorder, a camera.
const NVR: &str = "118";
const CAMERA: &str = "131";
const NETWORK_CAMERA: &str = "132";
/// Orders of pictures to one device that are under way. Full-policy: refused.
const MAX_PICTURE_ORDERS: usize = 4;
/// Serial numbers that a code has.
const SERIALS: u32 = 1_000_000;

/// The motors of a channel, shared with who draws it.
#[derive(Debug)]
pub(super) struct Steering {
    turret: Mutex<Turret>,
    /// Whether it was ever steered: then it is drawn as it turns.
    is_steered: AtomicBool,
}

impl Steering {
    fn new() -> Self {
        Self { turret: Mutex::new(Turret::new(Instant::now())), is_steered: AtomicBool::new(false) }
    }

    fn turret(&self) -> MutexGuard<'_, Turret> {
        self.turret.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where it looks.
    pub(super) fn look(&self, now: Instant) -> View {
        self.turret().look(now)
    }

    /// Whether it was ever steered.
    pub(super) fn is_steered(&self) -> bool {
        self.is_steered.load(Ordering::Relaxed)
    }

    fn steer(&self, act: impl FnOnce(&mut Turret)) {
        self.is_steered.store(true, Ordering::Relaxed);
        act(&mut self.turret());
    }
}

/// A channel.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) id: Id,
    /// Which of the demonstration's cameras it shows.
    pub(super) scene: usize,
    pub(super) steering: Arc<Steering>,
}

/// A device.
#[derive(Debug)]
pub(super) struct Plant {
    id: Id,
    is_nvr: bool,
    channels: Vec<Channel>,
    cameras: Arc<Vec<DemoCamera>>,
    is_guarded: bool,
    is_recording: bool,
    pub(super) has_speaker: bool,
    /// Where pictures may go.
    pub(super) receivers: Receivers,
    /// Orders of pictures that are under way.
    pub(super) picture_orders: usize,
}

impl Plant {
    /// Device `number` of those that begin at a code. Its channels have the next codes of another type.
    pub(super) fn new(
        first: &Id,
        number: u32,
        channels: u32,
        is_nvr: bool,
        cameras: &Arc<Vec<DemoCamera>>,
    ) -> anyhow::Result<Self> {
        let own_type = if is_nvr { NVR } else { &first.as_str()[10..13] };
        let channel_type = if own_type == CAMERA { NETWORK_CAMERA } else { CAMERA };
        let channel = |each: u32| {
            let index = number * channels + each;
            anyhow::Ok(Channel {
                id: code(first, channel_type, index)?,
                scene: index as usize % cameras.len(),
                steering: Arc::new(Steering::new()),
            })
        };
        Ok(Self {
            id: code(first, own_type, number)?,
            is_nvr,
            channels: (0..channels).map(channel).collect::<Result<_, _>>()?,
            cameras: Arc::clone(cameras),
            is_guarded: false,
            is_recording: true,
            has_speaker: true,
            receivers: Receivers { platform: Ipv4Addr::UNSPECIFIED.into(), others: Arc::default() },
            picture_orders: 0,
        })
    }

    pub(super) const fn id(&self) -> &Id {
        &self.id
    }

    pub(super) fn channels(&self) -> &[Channel] {
        &self.channels
    }

    /// A channel; the device itself stands for its first one.
    pub(super) fn channel(&self, id: &Id) -> Option<&Channel> {
        if *id == self.id { self.channels.first() } else { self.channels.iter().find(|channel| channel.id == *id) }
    }

    /// Does what it is told.
    pub(super) fn obey(&mut self, target: &Id, control: &Control, now: Instant) {
        let Control::DeviceControl(order) = control else { return };
        match &order.command {
            Command::Guard(guard) => self.is_guarded = *guard == Guard::Set,
            Command::Record(order) => self.is_recording = order.recording != Some(Recording::Stop),
            command => {
                if let Some(channel) = self.channel(target) {
                    steer(&channel.steering, command, now);
                }
            }
        }
    }

    /// The pictures that a configuration orders of a channel, if they can be taken.
    pub(super) fn pictures(&self, target: &Id, config: &Config) -> Option<(&Channel, Order)> {
        let channel = self.channel(target).filter(|_| self.picture_orders < MAX_PICTURE_ORDERS)?;
        let order = Order::of(config.blocks.snap_shot.as_ref()?, &self.receivers)?;
        Some((channel, order))
    }

    fn name(&self, channel: &Channel) -> String {
        self.cameras[channel.scene].title_zh.to_owned()
    }

    fn catalog(&self) -> Vec<CatalogItem> {
        let recorder = CatalogItem {
            device_id: Some(self.id.clone()),
            name: Some("模拟录像机".to_owned()),
            parental: Some(true),
            ..self.item()
        };
        let channels = self.channels.iter().map(|channel| {
            let camera = &self.cameras[channel.scene];
            let mut item = CatalogItem {
                device_id: Some(channel.id.clone()),
                name: Some(self.name(channel)),
                parental: Some(false),
                longitude: Some(camera.longitude),
                latitude: Some(camera.latitude),
                info: Some(Box::new(CatalogInfo { ptz_type: Some(1), ..CatalogInfo::default() })),
                ..self.item()
            };
            item.parents.0 = vec![self.id.clone()];
            item
        });
        self.is_nvr.then_some(recorder).into_iter().chain(channels).collect()
    }

    /// What all items have in common.
    fn item(&self) -> CatalogItem {
        CatalogItem {
            manufacturer: Some("Viaduct".to_owned()),
            model: Some("SIM".to_owned()),
            owner: Some("Owner".to_owned()),
            civil_code: Some(self.id.as_str()[..6].to_owned()),
            address: Some("Address".to_owned()),
            safety_way: Some(0),
            register_way: Some(1),
            secrecy: Some(0),
            state: Some(ChannelState::On),
            ..CatalogItem::default()
        }
    }

    fn status(&self, at: Moment) -> DeviceStatus {
        DeviceStatus {
            result: Some(Outcome::Ok),
            online: Some(Online::Online),
            status: Some(Outcome::Ok),
            encoding: Some(OnOff::On),
            recording: Some(if self.is_recording { OnOff::On } else { OnOff::Off }),
            clock: BeijingTime::from_unix_ms(at.unix_ms),
            ..DeviceStatus::default()
        }
    }

    fn info(&self) -> DeviceInfo {
        DeviceInfo {
            name: Some(if self.is_nvr { "模拟录像机" } else { "模拟摄像机" }.to_owned()),
            result: Some(Outcome::Ok),
            manufacturer: Some("Viaduct".to_owned()),
            model: Some("SIM".to_owned()),
            firmware: Some(env!("CARGO_PKG_VERSION").to_owned()),
            channels: u32::try_from(self.channels.len()).ok(),
            ..DeviceInfo::default()
        }
    }
}

impl World for Plant {
    fn answer(&self, at: Moment, target: &Id, query: &Query) -> Reply {
        let now = at.now;
        let said = match query {
            Query::Catalog(_) => return Reply::Catalog(self.catalog()),
            Query::RecordInfo(query) => {
                let Some(channel) = self.channel(target) else { return Reply::Nothing };
                let (name, items) = (self.name(channel), recordings(channel, query, at.unix_ms / 1000));
                return Reply::Recordings { name, items };
            }
            Query::DeviceInfo => Some(Said::DeviceInfo(self.info())),
            Query::DeviceStatus => Some(Said::DeviceStatus(self.status(at))),
            Query::PresetQuery => self.channel(target).map(|channel| Said::Presets(presets(&channel.steering))),
            Query::PtzPosition => {
                self.channel(target).map(|channel| Said::PtzPosition(position(channel.steering.look(now))))
            }
            Query::HomePosition => {
                let home = HomePosition { enabled: Some(false), ..HomePosition::default() };
                Some(Said::HomePosition(HomePositionAnswer { home: Some(home) }))
            }
            _ => None,
        };
        said.map_or(Reply::Nothing, |said| Reply::Said(Box::new(said)))
    }

    fn position(&self, at: Moment, target: &Id) -> Option<Notify> {
        let camera = &self.cameras[self.channel(target)?.scene];
        Some(Notify::MobilePosition(MobilePosition {
            time: BeijingTime::from_unix_ms(at.unix_ms),
            longitude: Some(camera.longitude),
            latitude: Some(camera.latitude),
            speed_km_h: Some(0.0),
            ..MobilePosition::default()
        }))
    }

    fn takes(&self, target: &Id, control: &Control) -> bool {
        match control {
            Control::DeviceConfig(config) => {
                config.blocks.snap_shot.is_none() || self.pictures(target, config).is_some()
            }
            _ => true,
        }
    }

    fn has_loudspeaker(&self, target: &Id) -> bool {
        self.has_speaker && self.channel(target).is_some()
    }
}

/// A code of another type and serial number.
fn code(first: &Id, kind: &str, add: u32) -> anyhow::Result<Id> {
    let text = first.as_str();
    let serial: u32 = text[14..].parse().context("the first code has no serial number")?;
    let serial = serial.checked_add(add).filter(|serial| *serial < SERIALS);
    let serial = serial.context("serial numbers of codes have six digits: ask for fewer devices or channels")?;
    Ok(Id::new(&format!("{}{kind}{}{serial:06}", &text[..10], &text[13..14]))?)
}

/// Recordings of an hour each, of the day that is past.
fn recordings(channel: &Channel, query: &RecordingQuery, now_s: i64) -> Vec<RecordingItem> {
    let oldest_s = now_s - RECORDED_S;
    let from = query.start.map_or(oldest_s, |start| start.unix_s().max(oldest_s));
    let until = query.end.map_or(now_s, |end| end.unix_s().min(now_s));
    let first = from.div_euclid(RECORDING_S) * RECORDING_S;
    let starts = (0..).map(|hour| first + hour * RECORDING_S).take_while(|start| *start < until);
    starts
        .map(|start| {
            let end = (start + RECORDING_S).min(now_s);
            RecordingItem {
                device_id: Some(channel.id.clone()),
                name: Some(format!("{start}")),
                file_path: Some(format!("/{}/{start}.ps", channel.id)),
                start: BeijingTime::from_unix_s(start),
                end: BeijingTime::from_unix_s(end),
                secrecy: Some(0),
                cause: Some(RecordingCause::Time),
                size_bytes: u64::try_from(end - start).ok().map(|seconds| seconds * BYTES_PER_S),
                ..RecordingItem::default()
            }
        })
        .collect()
}

fn presets(steering: &Steering) -> PresetPart {
    let turret = steering.turret();
    let items: Vec<Preset> = turret
        .presets()
        .map(|(number, name)| Preset { number: Some(number.get().into()), name: Some(name.to_owned()) })
        .collect();
    PresetPart { total: u32::try_from(items.len()).ok(), items }
}

/// Clockwise from 0 to 360, downwards positive (§A.2.6.15).
fn position(view: View) -> PtzPosition {
    PtzPosition {
        pan_degrees: Some(f64::from(view.pan_deg.rem_euclid(360.0))),
        tilt_degrees: Some(f64::from(-view.tilt_deg)),
        zoom: Some(f64::from(view.zoom)),
        ..PtzPosition::default()
    }
}

fn steer(steering: &Steering, command: &Command, now: Instant) {
    match command {
        Command::Ptz(ptz) => match ptz.command() {
            Ok(PtzCommand::Motion(motion)) => steering.steer(|turret| turret.drive(speeds(motion), now)),
            Ok(PtzCommand::Preset(preset)) => {
                let name = ptz.params.as_ref().and_then(|params| params.preset_name.clone());
                steering.steer(|turret| use_preset(turret, preset, name, now));
            }
            _ => {}
        },
        Command::Precise(wanted) => steering.steer(|turret| {
            let view = turret.look(now);
            #[expect(clippy::cast_possible_truncation, reason = "angles")]
            let or = |wanted: Option<f64>, is: f32| wanted.map_or(is, |wanted| wanted as f32);
            let pan = or(wanted.pan_degrees, view.pan_deg);
            let view = View {
                pan_deg: if pan > 180.0 { pan - 360.0 } else { pan },
                tilt_deg: -or(wanted.tilt_degrees, -view.tilt_deg),
                zoom: or(wanted.zoom, view.zoom),
            };
            turret.go_to(view, now);
        }),
        _ => {}
    }
}

fn use_preset(turret: &mut Turret, preset: ptz::Preset, name: Option<String>, now: Instant) {
    let Some(number) = NonZeroU8::new(preset.number) else { return };
    match preset.action {
        PresetAction::Set => turret.save_preset(number, name.unwrap_or_else(|| format!("预置位{number}")), now),
        PresetAction::Call => {
            if let Some(view) = turret.preset(number) {
                turret.go_to(view, now);
            }
        }
        PresetAction::Delete => turret.remove_preset(number),
    }
}

fn speeds(motion: ptz::Motion) -> Motion {
    let share = |speed: u8, most: u8| f32::from(speed) / f32::from(most);
    Motion {
        pan: motion.pan.map_or(0.0, |way| if way == ptz::Pan::Left { -1.0 } else { 1.0 })
            * share(motion.pan_speed, 255),
        tilt: motion.tilt.map_or(0.0, |way| if way == ptz::Tilt::Down { -1.0 } else { 1.0 })
            * share(motion.tilt_speed, 255),
        zoom: motion.zoom.map_or(0.0, |way| if way == ptz::Zoom::Out { -1.0 } else { 1.0 })
            * share(motion.zoom_speed.min(15), 15),
        ..Motion::STILL
    }
}
