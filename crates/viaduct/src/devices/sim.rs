//! Devices that are simulated cameras inside this server: drawn while somebody watches, and they turn.

use std::collections::HashMap;
use std::num::NonZeroU8;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use base::ErrorKind;
use device::ptz::Answer;
use device::{
    Abilities, ChannelSpec, ChannelState, DeviceDriver, DeviceSpec, Field, Motion, Position, Preset, PtzControl,
    PtzError, Rect, Refused, Rendition,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hub::publisher::StopReason;
use hub::resolver::Offer;
use hub::{Hub, OpenError, StreamKey};
use sim::{ClipConfig, View, demo_cameras};

use super::turret::{self, Turret};
use crate::cameras::draw_on_demand;

/// Pictures drawn at a time: each keeps a good part of a processor core busy.
const MAX_DRAWN: usize = 16;
/// Size and rate of the sub-stream.
const SUB_SIZE: (u32, u32) = (640, 360);
const SUB_BITRATE_BPS: u32 = 500_000;

/// The driver `sim`: the address of a channel is the name of one of the demonstration's cameras.
///
/// Each channel has motors of its own, whose position survives while nobody watches. Focus and iris are not
/// simulated.
pub(crate) struct SimDriver {
    hub: Arc<Hub>,
    turrets: Mutex<HashMap<i64, Arc<Mutex<Turret>>>>,
    drawn: Arc<AtomicUsize>,
}

impl SimDriver {
    pub(crate) fn new(hub: Arc<Hub>) -> Self {
        Self { hub, turrets: Mutex::default(), drawn: Arc::default() }
    }

    /// The motors of a channel; they are made when something first asks for them.
    fn turret(&self, channel: &ChannelSpec) -> Arc<Mutex<Turret>> {
        let mut turrets = self.turrets.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || Arc::new(Mutex::new(Turret::new(Instant::now())));
        Arc::clone(turrets.entry(channel.id).or_insert_with(make))
    }

    fn start(&self, channel: &ChannelSpec, rendition: Rendition, key: &StreamKey) -> Result<Offer, OpenError> {
        if self.hub.find(key).is_some_and(|stream| stream.publisher().is_some()) {
            return Ok(Offer::Started);
        }
        let invalid = |refused: Refused| OpenError { kind: ErrorKind::InvalidInput, text: refused.text };
        let mut config = scene(channel).map_err(invalid)?;
        if rendition == Rendition::Sub {
            (config.scene.width, config.scene.height) = SUB_SIZE;
            (config.bitrate_bps, config.audio) = (SUB_BITRATE_BPS, None);
        }
        let place = Place::take(&self.drawn).ok_or_else(|| {
            let text = format!("This server draws {MAX_DRAWN} simulated pictures at a time. Close another one.");
            OpenError { kind: ErrorKind::Exhausted, text }
        })?;
        let turret = self.turret(channel);
        let (hub, key) = (Arc::clone(&self.hub), key.clone());
        let always = channel.always && rendition == Rendition::Main;
        tokio::task::spawn_blocking(move || {
            let _place = place;
            draw_on_demand(&hub, &key, &config, !always, || lock(&turret).look(Instant::now()));
        });
        Ok(Offer::Started)
    }

    /// Does something with the motors of a channel; a device answers later, this one at once.
    fn command<'a, T: Send + 'a>(
        &self,
        channel: &ChannelSpec,
        act: impl FnOnce(&mut Turret, Instant) -> Result<T, PtzError>,
    ) -> Answer<'a, T> {
        let turret = self.turret(channel);
        let answer = act(&mut lock(&turret), Instant::now());
        std::future::ready(answer).boxed()
    }
}

fn lock(turret: &Mutex<Turret>) -> MutexGuard<'_, Turret> {
    turret.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One of the places to draw, until it is dropped.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(drawn: &Arc<AtomicUsize>) -> Option<Self> {
        let more = |count: usize| (count < MAX_DRAWN).then_some(count + 1);
        drawn.try_update(Ordering::AcqRel, Ordering::Acquire, more).ok()?;
        Some(Self(Arc::clone(drawn)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// What a channel shows.
fn scene(channel: &ChannelSpec) -> Result<ClipConfig, Refused> {
    let name = channel.main.as_deref().unwrap_or_default();
    let cameras = demo_cameras();
    let found = cameras.iter().find(|camera| camera.name == name);
    found.map(|camera| camera.clip.clone()).ok_or_else(|| {
        let names: Vec<_> = cameras.iter().map(|camera| camera.name).collect();
        Refused::new(Field::Main, format!("There is no simulated camera of this name; there are {}.", names.join(", ")))
    })
}

impl DeviceDriver for SimDriver {
    fn name(&self) -> &'static str {
        "sim"
    }

    fn check_device(&self, _device: &DeviceSpec) -> Result<(), Refused> {
        Ok(())
    }

    fn check_channel(&self, channel: &ChannelSpec) -> Result<(), Refused> {
        scene(channel)?;
        let sub = channel.sub.as_deref().unwrap_or_default();
        if !sub.is_empty() && Some(sub) != channel.main.as_deref() {
            return Err(Refused::new(Field::Sub, "The sub-stream shows what the main stream does; leave it empty."));
        }
        Ok(())
    }

    fn put(&self, channel: &ChannelSpec) {
        if channel.always
            && let Err(error) = self.start(channel, Rendition::Main, &channel.main_stream)
        {
            tracing::warn!(channel_id = channel.id, %error, "A simulated camera was not started.");
        }
    }

    fn remove(&self, channel: &ChannelSpec) {
        self.turrets.lock().unwrap_or_else(PoisonError::into_inner).remove(&channel.id);
        for (_, key) in channel.streams() {
            let drawn_here = |stream: &Arc<hub::Stream>| {
                stream.publisher().is_some_and(|publisher| publisher.address.protocol == crate::cameras::PROTOCOL)
            };
            if let Some(stream) = self.hub.find(key).filter(drawn_here) {
                stream.stop_publisher(StopReason::Closed);
            }
        }
    }

    fn open<'a>(&'a self, channel: &'a ChannelSpec, rendition: Rendition) -> BoxFuture<'a, Result<Offer, OpenError>> {
        let offer = channel.stream(rendition).map_or(Ok(Offer::Unknown), |key| self.start(channel, rendition, key));
        std::future::ready(offer).boxed()
    }

    fn state(&self, channel: &ChannelSpec) -> ChannelState {
        if channel.streams().any(|(_, key)| self.hub.is_live(key)) {
            ChannelState::Online
        } else {
            ChannelState::Unknown
        }
    }

    fn ptz(&self) -> Option<&dyn PtzControl> {
        Some(self)
    }
}

impl PtzControl for SimDriver {
    fn abilities(&self, _channel: &ChannelSpec) -> Abilities {
        Abilities {
            pan_tilt: true,
            zoom: true,
            presets: true,
            home: true,
            frame: true,
            position: true,
            ..Abilities::default()
        }
    }

    fn drive<'a>(&'a self, channel: &'a ChannelSpec, motion: Motion) -> Answer<'a, ()> {
        let abilities = self.abilities(channel);
        self.command(channel, |turret, now| {
            if !motion.is_valid() {
                return Err(PtzError::OutOfRange("Speeds are from -1 to 1."));
            }
            if !abilities.permit(&motion) {
                return Err(PtzError::Unsupported);
            }
            turret.drive(motion, now);
            Ok(())
        })
    }

    fn stop<'a>(&'a self, channel: &'a ChannelSpec) -> Answer<'a, ()> {
        self.command(channel, |turret, now| {
            turret.stop(now);
            Ok(())
        })
    }

    fn frame<'a>(&'a self, channel: &'a ChannelSpec, part: Rect) -> Answer<'a, ()> {
        self.command(channel, |turret, now| {
            if !part.is_valid() {
                return Err(PtzError::OutOfRange("A part lies within the picture and has an area."));
            }
            let config = scene(channel).map_err(|refused| PtzError::Refused(refused.text))?.scene;
            let view = config.framed(turret.look(now), (part.x, part.y), (part.width, part.height));
            turret.go_to(view, now);
            Ok(())
        })
    }

    fn position<'a>(&'a self, channel: &'a ChannelSpec) -> Answer<'a, Position> {
        self.command(channel, |turret, now| Ok(turret::position(turret.look(now))))
    }

    fn go_to<'a>(&'a self, channel: &'a ChannelSpec, position: Position) -> Answer<'a, ()> {
        self.command(channel, |turret, now| {
            if ![position.pan_deg, position.tilt_deg, position.zoom].iter().all(|number| number.is_finite()) {
                return Err(PtzError::OutOfRange("A position is made of numbers."));
            }
            turret.go_to(turret::view(position), now);
            Ok(())
        })
    }

    fn presets<'a>(&'a self, channel: &'a ChannelSpec) -> Answer<'a, Vec<Preset>> {
        self.command(channel, |turret, _| {
            Ok(turret.presets().map(|(number, name)| Preset { number, name: name.to_owned() }).collect())
        })
    }

    fn save_preset<'a>(&'a self, channel: &'a ChannelSpec, preset: Preset) -> Answer<'a, ()> {
        self.command(channel, |turret, now| {
            turret.save_preset(preset.number, preset.name, now);
            Ok(())
        })
    }

    fn go_to_preset<'a>(&'a self, channel: &'a ChannelSpec, number: NonZeroU8) -> Answer<'a, ()> {
        self.command(channel, |turret, now| {
            let view: View = turret.preset(number).ok_or(PtzError::NoPreset(number))?;
            turret.go_to(view, now);
            Ok(())
        })
    }

    fn remove_preset<'a>(&'a self, channel: &'a ChannelSpec, number: NonZeroU8) -> Answer<'a, ()> {
        self.command(channel, |turret, _| {
            turret.remove_preset(number);
            Ok(())
        })
    }

    fn go_home<'a>(&'a self, channel: &'a ChannelSpec) -> Answer<'a, ()> {
        self.command(channel, |turret, now| {
            turret.go_home(now);
            Ok(())
        })
    }

    fn set_home<'a>(&'a self, channel: &'a ChannelSpec) -> Answer<'a, ()> {
        self.command(channel, |turret, now| {
            turret.set_home(now);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use hub::StreamOptions;

    use super::*;

    fn camera(main: &str) -> ChannelSpec {
        let mut channel = ChannelSpec::new(1, Arc::default(), "road/k1".parse().unwrap());
        channel.main = Some(main.to_owned());
        channel.sub_stream = Some("road/k1_sub".parse().unwrap());
        channel
    }

    #[tokio::test]
    async fn it_conforms() {
        let hub = Arc::new(Hub::new(StreamOptions::default()));
        let driver = SimDriver::new(Arc::clone(&hub));
        device::conformance::check(&driver, &hub, &camera("k128-300-up")).await;
    }

    #[test]
    fn only_the_cameras_of_the_demonstration_can_be_shown() {
        let driver = SimDriver::new(Arc::new(Hub::new(StreamOptions::default())));
        let refused = driver.check_channel(&camera("k999")).unwrap_err();
        assert!(refused.field == Field::Main && refused.text.contains("k128-300-up"), "{refused}");
        let mut channel = camera("k128-300-up");
        channel.sub = Some("river-bridge-k21".to_owned());
        assert_eq!(driver.check_channel(&channel).unwrap_err().field, Field::Sub);
    }
}
