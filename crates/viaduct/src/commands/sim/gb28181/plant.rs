//! What a simulated device is: its channels, what it says to questions, and what orders do to it.

mod cards;
mod steering;

use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use gb28181::device::{Reply, World};
use gb28181::manscdp::{
    BasicParam, CatalogInfo, CatalogItem, ChannelState, Command, Config, ConfigAnswer, ConfigBlocks, ConfigQuery,
    Control, DeviceInfo, DeviceStatus, Guard, HomePositionAnswer, Joined, MobilePosition, Notify, OnOff, Online,
    Outcome, Query, Recording, RecordingCause, RecordingItem, RecordingQuery, Response as Said, VideoParamOpt,
};
use gb28181::platform::Moment;
use gb28181::{BeijingTime, Id};
use sim::DemoCamera;

use super::pictures::{Order, Receivers};
use cards::Cards;
pub(super) use steering::Steering;

/// How far recordings go back.
const RECORDED_S: i64 = 24 * 3600;
/// Length of one recording.
const RECORDING_S: i64 = 3600;
/// Bytes of a second of a recording, about.
const BYTES_PER_S: u64 = 260_000;
/// Memory cards of a device.
const CARDS: usize = 2;
/// How many times as fast recordings can be fetched.
const DOWNLOAD_SPEEDS: [u16; 3] = [1, 2, 4];
/// As in `f=` (annex G).
const RESOLUTION_720P: &str = "5";
/// What a device can be configured to be.
const EXPIRATIONS_S: RangeInclusive<u32> = 60..=86_400;
const HEARTBEATS_S: RangeInclusive<u32> = 1..=3600;
const HEARTBEAT_COUNTS: RangeInclusive<u32> = 1..=100;
/// Types in codes (annex E): a recorder, a camera.
const NVR: &str = "118";
const CAMERA: &str = "131";
const NETWORK_CAMERA: &str = "132";
/// Orders of pictures to one device that are under way. Full-policy: refused.
const MAX_PICTURE_ORDERS: usize = 4;
/// Serial numbers that a code has.
const SERIALS: u32 = 1_000_000;

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
    cards: Cards,
    basic: BasicParam,
    pub(super) has_speaker: bool,
    /// Who it says that it is of.
    pub(super) maker: &'static str,
    /// Recordings are found only if all kinds are asked for.
    pub(super) finds_all_only: bool,
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
        let name = if is_nvr { "模拟录像机" } else { "模拟摄像机" };
        Ok(Self {
            id: code(first, own_type, number)?,
            is_nvr,
            channels: (0..channels).map(channel).collect::<Result<_, _>>()?,
            cameras: Arc::clone(cameras),
            is_guarded: false,
            is_recording: true,
            cards: Cards::new(CARDS, Instant::now()),
            basic: BasicParam { name: Some(name.to_owned()), ..BasicParam::default() },
            has_speaker: true,
            maker: "Viaduct",
            finds_all_only: false,
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
        match control {
            Control::DeviceConfig(config) => self.configure(config),
            Control::DeviceControl(order) => match &order.command {
                Command::Guard(guard) => self.is_guarded = *guard == Guard::Set,
                Command::Record(order) => self.is_recording = order.recording != Some(Recording::Stop),
                Command::FormatSdCard(number) => self.cards.format(*number, now),
                command => {
                    if let Some(channel) = self.channel(target) {
                        channel.steering.steer(command, now);
                    }
                }
            },
            _ => {}
        }
    }

    fn configure(&mut self, config: &Config) {
        let Some(new) = &config.blocks.basic else { return };
        let former = std::mem::take(&mut self.basic);
        self.basic = BasicParam {
            name: new.name.clone().or(former.name),
            expiration_s: new.expiration_s.or(former.expiration_s),
            heartbeat_interval_s: new.heartbeat_interval_s.or(former.heartbeat_interval_s),
            heartbeat_count: new.heartbeat_count.or(former.heartbeat_count),
            ..former
        };
    }

    /// What it is configured to be.
    pub(super) const fn basic(&self) -> &BasicParam {
        &self.basic
    }

    /// Begins with these times.
    pub(super) fn set_times(&mut self, expiration_s: u32, heartbeat_interval_s: u32, heartbeat_count: u32) {
        self.basic.expiration_s = Some(expiration_s);
        self.basic.heartbeat_interval_s = Some(heartbeat_interval_s);
        self.basic.heartbeat_count = Some(heartbeat_count);
    }

    /// Whether it can be configured so: nothing is said to be done that is not.
    fn can_be(&self, target: &Id, config: &Config) -> bool {
        let known = ConfigBlocks {
            basic: config.blocks.basic.clone(),
            snap_shot: config.blocks.snap_shot.clone(),
            ..ConfigBlocks::default()
        };
        let is_known = config.blocks == known && config.others.is_empty() && known != ConfigBlocks::default();
        let is_basic_fine = known.basic.as_ref().is_none_or(|basic| *target == self.id && has_good_times(basic));
        is_known && is_basic_fine && (known.snap_shot.is_none() || self.pictures(target, config).is_some())
    }

    fn configuration(&self, target: &Id, query: &ConfigQuery) -> ConfigAnswer {
        let asks = |part: &str| query.parts.0.iter().any(|asked| asked.eq_ignore_ascii_case(part));
        let blocks = ConfigBlocks {
            basic: (asks("BasicParam") && *target == self.id).then(|| self.basic.clone()),
            video_options: asks("VideoParamOpt").then(|| VideoParamOpt {
                download_speeds: Joined(DOWNLOAD_SPEEDS.to_vec()),
                resolutions: Joined(vec![RESOLUTION_720P.to_owned()]),
            }),
            ..ConfigBlocks::default()
        };
        let knows = blocks != ConfigBlocks::default();
        let result = if knows { Outcome::Ok } else { Outcome::Error };
        ConfigAnswer { result: Some(result), config: Config { blocks, others: Vec::new() } }
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
            name: self.basic.name.clone(),
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
            manufacturer: Some(self.maker.to_owned()),
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
            name: self.basic.name.clone(),
            result: Some(Outcome::Ok),
            manufacturer: Some(self.maker.to_owned()),
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
                let finds = !self.finds_all_only || query.cause == Some(RecordingCause::All);
                let items = if finds { recordings(channel, query, at.unix_ms / 1000) } else { Vec::new() };
                let name = self.name(channel);
                return Reply::Recordings { name, items };
            }
            Query::DeviceInfo => Some(Said::DeviceInfo(self.info())),
            Query::DeviceStatus => Some(Said::DeviceStatus(self.status(at))),
            Query::SdCards => Some(Said::SdCards(self.cards.tell(now))),
            Query::ConfigDownload(query) => Some(Said::ConfigDownload(Box::new(self.configuration(target, query)))),
            query => self.channel(target).and_then(|channel| of_motors(&channel.steering, query, now)),
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
            Control::DeviceConfig(config) => self.can_be(target, config),
            // None of it is done, and so it is said.
            Control::DeviceControl(order) => {
                !matches!(order.command, Command::Upgrade(_) | Command::Track(_) | Command::Unknown(_))
            }
            _ => false,
        }
    }

    fn has_loudspeaker(&self, target: &Id) -> bool {
        self.has_speaker && self.channel(target).is_some()
    }
}

/// What is said to a question about the motors of a channel.
fn of_motors(steering: &Steering, query: &Query, now: Instant) -> Option<Said> {
    Some(match query {
        Query::PresetQuery => Said::Presets(steering.presets()),
        Query::PtzPosition => Said::PtzPosition(steering.position(now)),
        Query::HomePosition => Said::HomePosition(HomePositionAnswer { home: Some(steering.home()) }),
        Query::CruiseTracks => Said::CruiseTracks(steering.cruises()),
        Query::CruiseTrack(asked) => Said::CruiseTrack(steering.cruise(asked.number?)?),
        _ => return None,
    })
}

/// Whether a device can keep to the times: no heartbeats without a pause, no sign-in that has ended already.
fn has_good_times(basic: &BasicParam) -> bool {
    let is_good = |value: Option<u32>, range: &RangeInclusive<u32>| value.is_none_or(|value| range.contains(&value));
    is_good(basic.expiration_s, &EXPIRATIONS_S)
        && is_good(basic.heartbeat_interval_s, &HEARTBEATS_S)
        && is_good(basic.heartbeat_count, &HEARTBEAT_COUNTS)
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
