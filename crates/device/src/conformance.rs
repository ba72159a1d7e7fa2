//! What every driver must do. Its tests call [`check`] with a device and channel that the driver can use.
//!
//! Time may be virtual: what moves is waited for with tokio's clock.

use std::num::NonZeroU8;
use std::time::Duration;

use hub::{Hub, StreamKey};

use crate::driver::{ChannelState, DeviceDriver};
use crate::ptz::{Abilities, Motion, Position, Preset, PtzControl, PtzError, Rect};
use crate::spec::ChannelSpec;

/// Longest that a camera may take to a position, and to stand still after a stop.
const SETTLE: Duration = Duration::from_secs(30);
/// How long a camera is driven.
const DRIVEN: Duration = Duration::from_millis(600);
/// Idle channels that must cost nothing to speak of.
const IDLE_CHANNELS: i64 = 2000;
const PRESET: NonZeroU8 = NonZeroU8::new(7).unwrap();

/// Checks a driver with a channel that it can use and that is not to run always.
///
/// # Panics
/// When the driver does not conform.
pub async fn check(driver: &dyn DeviceDriver, hub: &Hub, channel: &ChannelSpec) {
    names(driver);
    assert_eq!(driver.check_device(&channel.device), Ok(()), "the suite is given a device that can be used");
    assert_eq!(driver.check_channel(channel), Ok(()), "the suite is given a channel that can be used");
    idle_channels(driver, hub, channel);
    driver.put(channel);
    if let Some(control) = driver.ptz() {
        steering(control, channel).await;
    }
    driver.remove(channel);
    driver.remove(channel);
}

fn names(driver: &dyn DeviceDriver) {
    let name = driver.name();
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    assert!(!name.is_empty() && name.bytes().all(fits), "{name:?} is no name of a driver");
}

/// Channels that nobody watches start no stream, and are not said to be online.
fn idle_channels(driver: &dyn DeviceDriver, hub: &Hub, channel: &ChannelSpec) {
    let before = hub.list().len();
    let channels: Vec<ChannelSpec> = (1..=IDLE_CHANNELS).map(|number| numbered(channel, number)).collect();
    channels.iter().for_each(|each| driver.put(each));
    for each in channels.iter().step_by(100) {
        let state = driver.state(each);
        assert_ne!(state, ChannelState::Online, "nobody has asked for {each:?}");
        if let ChannelState::Offline { why } = state {
            assert!(why.ends_with('.'), "{why:?} is no sentence");
        }
    }
    assert_eq!(hub.list().len(), before, "idle channels have streams");
    channels.iter().for_each(|each| driver.remove(each));
}

fn numbered(channel: &ChannelSpec, number: i64) -> ChannelSpec {
    let key = |kind: &str| StreamKey::new("conformance", &format!("{kind}-{number}")).expect("it is a name");
    let sub_stream = channel.sub_stream.as_ref().map(|_| key("sub"));
    ChannelSpec { id: 1_000_000 + number, main_stream: key("main"), sub_stream, ..channel.clone() }
}

async fn steering(control: &dyn PtzControl, channel: &ChannelSpec) {
    let abilities = control.abilities(channel);
    assert_eq!(control.stop(channel).await, Ok(()), "a camera that stands still is stopped");
    refusals(control, channel, abilities).await;
    if abilities.presets {
        presets(control, channel).await;
    }
    if abilities.position && abilities.pan_tilt {
        motion(control, channel).await;
    }
    if abilities.position && abilities.home && abilities.pan_tilt {
        home(control, channel).await;
    }
}

/// What a camera cannot do is refused as that, and what it can is not.
async fn refusals(control: &dyn PtzControl, channel: &ChannelSpec, abilities: Abilities) {
    let still = Motion::STILL;
    for (able, motion) in [
        (abilities.pan_tilt, Motion { pan: 0.1, ..still }),
        (abilities.zoom, Motion { zoom: 0.1, ..still }),
        (abilities.focus, Motion { focus: 0.1, ..still }),
        (abilities.iris, Motion { iris: 0.1, ..still }),
    ] {
        agrees(able, &control.drive(channel, motion).await, &format!("{motion:?}"));
    }
    assert_eq!(control.stop(channel).await, Ok(()));
    if abilities.pan_tilt {
        let too_fast = control.drive(channel, Motion { pan: f32::NAN, ..still }).await;
        assert!(matches!(too_fast, Err(PtzError::OutOfRange(_))), "{too_fast:?}");
    }
    agrees(abilities.position, &control.position(channel).await, "position");
    agrees(abilities.presets, &control.presets(channel).await, "presets");
    let centre = Rect { x: 0.25, y: 0.25, width: 0.5, height: 0.5 };
    agrees(abilities.frame, &control.frame(channel, centre).await, "frame");
    if abilities.frame {
        let nothing = control.frame(channel, Rect { width: 0.0, ..centre }).await;
        assert!(matches!(nothing, Err(PtzError::OutOfRange(_))), "{nothing:?}");
    }
    agrees(abilities.home, &control.go_home(channel).await, "home");
    agrees(abilities.kept_cruises, &control.kept_cruises(channel).await, "kept cruises");
    if !abilities.cruises {
        agrees(false, &control.start_cruise(channel, vec![]).await, "cruise");
    }
    assert_eq!(control.stop(channel).await, Ok(()));
}

fn agrees<T: std::fmt::Debug>(able: bool, answer: &Result<T, PtzError>, what: &str) {
    assert_eq!(able, !matches!(answer, Err(PtzError::Unsupported)), "{what}: {answer:?} against the abilities");
}

async fn presets(control: &dyn PtzControl, channel: &ChannelSpec) {
    assert_eq!(control.remove_preset(channel, PRESET).await, Ok(()), "also when there is none");
    // Some protocols have no word for it, and the camera stays where it is.
    let none = control.go_to_preset(channel, PRESET).await;
    assert!(matches!(none, Ok(()) | Err(PtzError::NoPreset(PRESET))), "{none:?}");
    let preset = Preset { number: PRESET, name: String::new() };
    assert_eq!(control.save_preset(channel, preset).await, Ok(()));
    let kept = control.presets(channel).await.expect("presets can be listed");
    assert!(kept.iter().any(|preset| preset.number == PRESET), "{kept:?}");
    assert_eq!(control.go_to_preset(channel, PRESET).await, Ok(()));
    assert_eq!(control.remove_preset(channel, PRESET).await, Ok(()));
    let left = control.presets(channel).await.expect("presets can be listed");
    assert!(left.iter().all(|preset| preset.number != PRESET), "{left:?}");
}

/// A camera turns while it is driven, in the direction that was said, and stands still after a stop.
async fn motion(control: &dyn PtzControl, channel: &ChannelSpec) {
    let start = at_rest(control, channel).await;
    for (pan, tilt) in [(0.2, 0.0), (-0.4, 0.0), (0.0, 0.1), (0.0, -0.2)] {
        let before = at_rest(control, channel).await;
        assert_eq!(control.drive(channel, Motion { pan, tilt, ..Motion::STILL }).await, Ok(()));
        tokio::time::sleep(DRIVEN).await;
        assert_eq!(control.stop(channel).await, Ok(()));
        let after = at_rest(control, channel).await;
        let (turned, raised) = (after.pan_deg - before.pan_deg, after.tilt_deg - before.tilt_deg);
        assert!(turned * pan > 0.0 || pan == 0.0, "driven at {pan}, it turned by {turned} degrees");
        assert!(raised * tilt > 0.0 || tilt == 0.0, "driven at {tilt}, it rose by {raised} degrees");
    }
    assert_eq!(control.go_to(channel, start).await, Ok(()));
    assert!(near(at_rest(control, channel).await, start), "it goes back to a position");
}

async fn home(control: &dyn PtzControl, channel: &ChannelSpec) {
    assert_eq!(control.set_home(channel).await, Ok(()));
    let home = at_rest(control, channel).await;
    assert_eq!(control.drive(channel, Motion { pan: 0.5, ..Motion::STILL }).await, Ok(()));
    tokio::time::sleep(DRIVEN).await;
    assert_eq!(control.go_home(channel).await, Ok(()), "going home ends a motion");
    assert!(near(at_rest(control, channel).await, home), "it goes home");
}

/// Where the camera is once it stands still.
async fn at_rest(control: &dyn PtzControl, channel: &ChannelSpec) -> Position {
    let pause = Duration::from_millis(200);
    let mut last = control.position(channel).await.expect("it tells its position");
    for _ in 0..SETTLE.as_millis() / pause.as_millis() {
        tokio::time::sleep(pause).await;
        let now = control.position(channel).await.expect("it tells its position");
        if now == last {
            return now;
        }
        last = now;
    }
    panic!("it does not stand still");
}

fn near(one: Position, other: Position) -> bool {
    (one.pan_deg - other.pan_deg).abs() < 0.1
        && (one.tilt_deg - other.tilt_deg).abs() < 0.1
        && (one.zoom / other.zoom - 1.0).abs() < 0.01
}
