//! `viaduct sim gb28181`: its devices at this server, and at a platform of the test's own; judged by FFmpeg.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gb28181::manscdp::{
    Body, Command, Control, CruiseTrackQuery, DeviceControl, HomePosition, Outcome, Query, Response as Said,
    SdCardState,
};
use gb28181::mansrtsp::Method;
use gb28181::platform::{Answer, Ending, Event, Gone};
use gb28181::ptz::{self, PtzCommand};
use serde_json::{Value, json};
use sim::barcode::Stamp;
use testkit::{Api, PATIENCE, pause, read, until};

use super::by_every_way;
use super::device::PASSWORD;
use super::platform::{Upper, Way, datagrams};
use crate::cameras::stamps;
use crate::support::BINARY;

pub(crate) const RECORDER: &str = "34020000001180000001";
const CAMERA: &str = "34020000001320000001";
const CHANNEL: &str = "34020000001310000001";
/// Channels of the recorder.
const CHANNELS: usize = 2;
const HOUR_MS: i64 = 3_600_000;
/// Pictures of a clip.
const CYCLE: u32 = 500;

pub(crate) struct Devices(Child);

impl Drop for Devices {
    fn drop(&mut self) {
        let _gone_already = self.0.kill();
        let _status = self.0.wait();
    }
}

impl Devices {
    pub(crate) fn start(server: SocketAddr, arguments: &[&str]) -> Self {
        let mut command = std::process::Command::new(BINARY);
        command.args(["sim", "gb28181", "--server", &server.to_string(), "--retry", "1s", "--heartbeat", "1s"]);
        // Drawing them takes a minute.
        if !arguments.contains(&"--no-media") {
            command.arg("--cache").arg(cache());
        }
        command.args(arguments).env("VIADUCT_SIM_PASSWORD", PASSWORD);
        Self(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap())
    }

    /// Waits until the first device says that it is signed in.
    fn await_sign_in(&mut self) {
        let mut line = String::new();
        BufReader::new(self.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.ends_with("is signed in.\n"), "{line}");
    }
}

/// The clips that all devices of these tests show, drawn once.
fn cache() -> &'static Path {
    static CACHE: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = CACHE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        for camera in &sim::demo_cameras()[..CHANNELS] {
            sim::LoopClip::load_or_encode(folder.path(), &camera.clip, |_, _| {}).unwrap();
        }
        folder
    });
    folder.path()
}

fn assert_counting(stamps: &[Stamp]) {
    let goes_on = |pair: &[Stamp]| pair[1].counter == (pair[0].counter + 1) % CYCLE;
    assert!(stamps.len() > 10 && stamps.windows(2).all(goes_on), "{stamps:?}");
}

pub(crate) fn add(api: &Api, code: &str) -> i64 {
    add_with(api, code, &json!({}))
}

fn add_with(api: &Api, code: &str, options: &Value) -> i64 {
    let device = json!({
        "name": "simulated", "organisation_id": 1, "driver": "gb28181", "address": code, "password": PASSWORD, "enabled": true,
        "options": options
    });
    api.post("/devices", &device)["id"].as_i64().unwrap()
}

pub(crate) fn await_catalog(api: &Api, code: &str) -> Value {
    let state = || Some(api.get(&format!("/gb28181/devices/{code}"))).filter(|device| device["catalog"] == "whole");
    until("the catalog", PATIENCE, state)
}

#[test]
fn a_recorder_signs_in_and_its_channels_recordings_and_alarms_are_there() {
    for transport in ["udp", "tcp"] {
        let mut server = by_every_way("127.0.0.1:0").start();
        let api = server.sign_in();
        add(&api, RECORDER);
        let arguments = ["--nvr", "--channels", "2", "--transport", transport, "--alarms-every", "1s"];
        let mut devices = Devices::start(server.address("gb28181"), &arguments);
        devices.await_sign_in();
        let known = await_catalog(&api, RECORDER);
        assert_eq!((known["cameras"].as_u64(), known["cameras_on"].as_u64()), (Some(2), Some(2)), "{known}");
        assert_eq!(
            (known["transport"].as_str(), known["version"].as_str()),
            (Some(transport), Some("2022")),
            "{known}"
        );

        assert_counting(&stamps(&["-rtsp_transport", "tcp"], &server.url("rtsp", &format!("gb/{CHANNEL}"))));
        let heard = read::Expect { pictures: 0, sound: true };
        read::ffmpeg("-rtsp_transport tcp", &server.url("rtsp", &format!("gb/{CHANNEL}")), heard).unwrap();

        let now_ms = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
        let (from, to) = (base::rfc3339(now_ms - 4 * HOUR_MS), base::rfc3339(now_ms - HOUR_MS));
        let asked = format!("/gb28181/devices/{RECORDER}/channels/{CHANNEL}/recordings?from={from}&to={to}");
        let found = api.get(&asked);
        let recordings = found["items"].as_array().unwrap();
        assert!((3..=4).contains(&recordings.len()), "{found}");
        let stream = recordings[0]["stream"].as_str().unwrap();
        assert_counting(&stamps(&["-rtsp_transport", "tcp"], &server.url("rtsp", stream)));

        let alarms = || api.get("/gb28181/alarms")["items"].as_array().unwrap().first().cloned();
        let alarm = until("an alarm", PATIENCE, alarms);
        assert_eq!(alarm["device"].as_str(), Some(RECORDER), "{alarm}");
        server.assert_well();
    }
}

#[test]
fn a_recorder_that_is_sent_to_another_server_signs_in_there() {
    for transport in ["udp", "tcp"] {
        let (mut first, mut second) = (by_every_way("127.0.0.1:0").start(), by_every_way("127.0.0.1:0").start());
        let (sends_on, takes) = (first.sign_in(), second.sign_in());
        let there = format!("sip:34020000002000000002@{}", second.address("gb28181"));
        add_with(&sends_on, RECORDER, &json!({ "redirect": there }));
        add(&takes, RECORDER);
        let arguments = ["--nvr", "--channels", "2", "--no-media", "--transport", transport];
        let _devices = Devices::start(first.address("gb28181"), &arguments);
        let known = await_catalog(&takes, RECORDER);
        assert_eq!(
            (known["state"].as_str(), known["transport"].as_str()),
            (Some("online"), Some(transport)),
            "{known}"
        );
        assert_eq!(sends_on.get(&format!("/gb28181/devices/{RECORDER}"))["state"], "offline");
        first.assert_well();
        second.assert_well();
    }
}

#[test]
fn media_come_by_each_way_as_a_program_stream_that_others_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut upper = Upper::new();
    let _devices = Devices::start(upper.address, &["--channels", "1"]);
    upper.await_sign_in();
    for way in [Way::Udp, Way::Passive, Way::Active] {
        let taken = upper.take(CAMERA, CHANNEL, way, Duration::from_secs(3));
        assert_eq!((&taken.ssrcs[..], taken.answer.ssrc.map(|ssrc| ssrc.0)), (&[100_000_001][..], Some(100_000_001)));
        let file = folder.path().join(format!("{way:?}.ps"));
        std::fs::write(&file, &taken.stream).unwrap();
        let file = file.to_str().unwrap();
        // FFmpeg 5 does not know the stream type of G.711 and takes its stream number for MPEG; servers tell it rightly.
        assert_eq!(read::ffprobe("-f mpeg", file).unwrap(), ["h264", "mp2"], "{way:?}");
        assert_counting(&stamps(&["-f", "mpeg"], file));
    }
}

#[test]
fn recordings_are_paused_wound_and_sent_to_their_end() {
    let mut upper = Upper::new();
    let _devices = Devices::start(upper.address, &["--channels", "1"]);
    upper.await_sign_in();
    let (session, socket) = upper.play(CAMERA, CHANNEL, 60);
    let come = |time_ms| datagrams(&socket, Instant::now() + Duration::from_millis(time_ms)).len();
    assert!(come(500) > 10);
    upper.control(session, Method::Pause);
    come(200);
    assert_eq!(come(500), 0);
    upper.control(session, Method::RESUME);
    assert!(come(500) > 10);
    upper.control(session, Method::speed(4.0));
    let begin = Instant::now();
    upper.control(session, Method::seek(52.0));
    assert_eq!(upper.await_end(), Ending::Finished);
    // Eight seconds four times as fast, and what a key frame lies before.
    let took = begin.elapsed();
    assert!(took > Duration::from_millis(1500) && took < Duration::from_secs(6), "{took:?}");
}

#[test]
fn a_channel_that_is_steered_turns_and_is_drawn_as_it_looks() {
    let mut upper = Upper::new();
    let _devices = Devices::start(upper.address, &["--channels", "1"]);
    upper.await_sign_in();
    let motion = ptz::Motion { pan: Some(ptz::Pan::Right), pan_speed: 255, ..ptz::Motion::STOP };
    let preset = ptz::Preset { action: ptz::PresetAction::Set, number: 3 };
    for command in [PtzCommand::Motion(motion), PtzCommand::Motion(ptz::Motion::STOP), PtzCommand::Preset(preset)] {
        let command = Command::Ptz(command.into());
        let order = Control::DeviceControl(DeviceControl { command, info: None });
        assert_eq!(upper.say(CAMERA, CHANNEL, Body::Control(order)), Answer::Taken);
        pause(Duration::from_millis(300));
    }
    let answer = upper.say(CAMERA, CHANNEL, Body::Query(Query::PtzPosition));
    let Answer::Said(Said::PtzPosition(position)) = answer else { panic!("{answer:?}") };
    assert!(position.pan_degrees.is_some_and(|pan| pan > 1.0 && pan < 90.0), "{position:?}");
    let answer = upper.say(CAMERA, CHANNEL, Body::Query(Query::PresetQuery));
    let Answer::Presets(presets) = answer else { panic!("{answer:?}") };
    assert_eq!(presets.items.iter().map(|preset| preset.number).collect::<Vec<_>>(), [Some(3)]);

    // A camera that is drawn shows the time of day, a clip its own.
    let folder = tempfile::tempdir().unwrap();
    let taken = upper.take(CAMERA, CHANNEL, Way::Udp, Duration::from_secs(5));
    let file = folder.path().join("live.ps");
    std::fs::write(&file, &taken.stream).unwrap();
    let shown = stamps(&["-f", "mpeg"], file.to_str().unwrap());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    assert!(shown.iter().all(|stamp| now - Duration::from_millis(stamp.unix_ms) < PATIENCE), "{shown:?}");
    assert!(shown.windows(2).all(|pair| pair[1].counter > pair[0].counter), "{shown:?}");
}

fn order(command: Command) -> Body {
    Body::Control(Control::DeviceControl(DeviceControl { command, info: None }))
}

/// The message that was said in return, if one was.
fn said(answer: Answer) -> Option<Said> {
    if let Answer::Said(said) = answer { Some(said) } else { None }
}

#[test]
fn cards_home_and_cruises_are_told_as_they_are() {
    let mut upper = Upper::new();
    let _devices = Devices::start(upper.address, &["--channels", "1", "--no-media"]);
    upper.await_sign_in();
    let mut answer = |query| upper.say(CAMERA, CHANNEL, query);
    let mut ask = |query| said(answer(query));
    let cards = |ask: &mut dyn FnMut(Body) -> Option<Said>| match ask(Body::Query(Query::SdCards)) {
        Some(Said::SdCards(cards)) => cards.cards,
        other => panic!("{other:?}"),
    };
    let before = cards(&mut ask);
    assert_eq!((before.len(), before[0].state), (2, Some(SdCardState::Ok)), "{before:?}");
    assert_eq!(ask(order(Command::FormatSdCard(1))), None);
    let during = cards(&mut ask);
    assert_eq!(
        (during[0].state, during[1].state),
        (Some(SdCardState::Formatting), Some(SdCardState::Ok)),
        "{during:?}"
    );
    assert!(during[0].free_mb > before[0].free_mb && during[0].format_percent.is_some(), "{during:?}");

    let preset = |number| PtzCommand::Preset(ptz::Preset { action: ptz::PresetAction::Set, number });
    let cruise = |action| PtzCommand::Cruise(ptz::Cruise { group: 2, action });
    let add = |number| cruise(ptz::CruiseAction::Add(number));
    for command in [preset(1), preset(2), add(1), add(2), cruise(ptz::CruiseAction::Dwell(10))] {
        assert_eq!(ask(order(Command::Ptz(command.into()))), None);
    }
    let Answer::Cruises(tracks) = answer(Body::Query(Query::CruiseTracks)) else { panic!() };
    assert_eq!((tracks.items.len(), tracks.items[0].number), (1, Some(2)), "{tracks:?}");
    let mut ask = |query| said(answer(query));
    let wanted = CruiseTrackQuery { number: Some(2) };
    let Some(Said::CruiseTrack(track)) = ask(Body::Query(Query::CruiseTrack(wanted))) else { panic!() };
    assert_eq!(
        track.points.iter().map(|it| (it.preset, it.stay_s)).collect::<Vec<_>>(),
        [(Some(1), Some(10)), (Some(2), Some(10))]
    );

    let home = HomePosition { enabled: Some(true), reset_s: Some(30), preset: Some(2) };
    let said = ask(order(Command::HomePosition(home.clone())));
    assert!(matches!(said, Some(Said::DeviceControl(done)) if done.result == Some(Outcome::Ok)));
    let Some(Said::HomePosition(told)) = ask(Body::Query(Query::HomePosition)) else { panic!() };
    assert_eq!(told.home, Some(home));
}

#[test]
fn a_configuration_is_kept_and_what_cannot_be_done_is_declined() {
    let mut server = by_every_way("127.0.0.1:0").start();
    let api = server.sign_in();
    add(&api, RECORDER);
    let _devices = Devices::start(server.address("gb28181"), &["--nvr", "--channels", "1", "--no-media"]);
    await_catalog(&api, RECORDER);
    let path = format!("/gb28181/devices/{RECORDER}/configuration");
    let set = |change: Value| api.send("PUT", &path, Some(&change)).status;
    assert_eq!(set(json!({ "basic": { "name": "收费站 1", "heartbeat_interval_s": 30 } })), 204);
    let known = api.get(&format!("{path}?parts=BasicParam,VideoParamOpt"));
    let basic = &known["basic"];
    assert_eq!((&basic["name"], &basic["heartbeat_interval_s"]), (&json!("收费站 1"), &json!(30)), "{known}");
    assert_eq!(basic["expiration_s"], 3600);
    assert_eq!(known["video_options"]["download_speeds"], json!([1, 2, 4]), "{known}");
    assert!(set(json!({ "mirror": 2 })) >= 400);
    assert!(set(json!({ "basic": { "heartbeat_interval_s": 0 } })) >= 400);
    server.assert_well();
}

#[test]
fn devices_do_what_makers_do_otherwise_when_they_are_asked_to() {
    let mut upper = Upper::new();
    let quirks = [
        "--channels",
        "1",
        "--quirk",
        "ssrc-zero",
        "--quirk",
        "no-psm",
        "--quirk",
        "answer-port-zero",
        "--quirk",
        "no-y",
    ];
    let _devices = Devices::start(upper.address, &quirks);
    upper.await_sign_in();
    let taken = upper.take(CAMERA, CHANNEL, Way::Udp, Duration::from_secs(3));
    assert_eq!((&taken.ssrcs[..], taken.answer.ssrc, taken.answer.video().unwrap().port), (&[0][..], None, 0));
    assert!(!taken.stream.windows(4).any(|four| four == [0, 0, 1, 0xBC]), "there is a map");
}

#[test]
fn faults_happen_when_they_are_asked_for() {
    let mut upper = Upper::new();
    let _devices = Devices::start(upper.address, &["--channels", "1", "--fault", "loss=20%"]);
    upper.await_sign_in();
    let (_, socket) = upper.play(CAMERA, CHANNEL, 60);
    let packets = datagrams(&socket, Instant::now() + Duration::from_secs(3));
    let number = |packet: &Vec<u8>| u16::from_be_bytes([packet[2], packet[3]]);
    let sent = usize::from(number(packets.last().unwrap()).wrapping_sub(number(&packets[0]))) + 1;
    assert!((sent * 6 / 10..sent * 9 / 10).contains(&packets.len()), "{} of {sent}", packets.len());

    let mut upper = Upper::new();
    let faults = ["--channels", "1", "--fault", "no-answer-to-invite", "--fault", "silent-after=4s"];
    let _devices = Devices::start(upper.address, &faults);
    upper.await_sign_in();
    assert!(!upper.is_answered(CAMERA, CHANNEL, Duration::from_secs(2)));
    upper.until("a heartbeat", |event| matches!(event, Event::Heartbeat { .. }).then_some(()));
    upper.until("its silence", |event| matches!(event, Event::Gone { why: Gone::Silent, .. }).then_some(()));
}

#[test]
fn devices_of_each_maker_are_imported_listed_and_watched() {
    for (maker, quirk) in [
        ("hikvision", "catalog-wrong-total"),
        ("dahua", "y-reversed"),
        ("uniview", "keepalive-bare"),
        ("huawei", "gbk-as-utf8"),
    ] {
        let mut server = by_every_way("127.0.0.1:0").start();
        let api = server.sign_in();
        add(&api, RECORDER);
        let arguments = ["--nvr", "--channels", "2", "--profile", maker, "--quirk", quirk, "--quirk", "no-expires"];
        let _devices = Devices::start(server.address("gb28181"), &arguments);
        // What is not answered is waited for before the catalog is asked for.
        let known = until(&format!("the channels of {maker}"), PATIENCE * 2, || {
            let device = api.get(&format!("/gb28181/devices/{RECORDER}"));
            (device["cameras"] == 2).then_some(device)
        });
        let named = known["manufacturer"].as_str().unwrap_or_default().to_lowercase();
        // One that answers with nothing does not say who it is; its sign-in does.
        assert!(named == maker || maker == "dahua", "{known}");
        let stream = server.url("rtsp", &format!("gb/{CHANNEL}"));
        assert_counting(&stamps(&["-rtsp_transport", "tcp"], &stream));
        let now_ms = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
        let (from, to) = (base::rfc3339(now_ms - 4 * HOUR_MS), base::rfc3339(now_ms - HOUR_MS));
        let found = api.get(&format!("/gb28181/devices/{RECORDER}/channels/{CHANNEL}/recordings?from={from}&to={to}"));
        assert!(found["items"].as_array().unwrap().len() >= 3, "{maker}: {found}");
        server.assert_well();
    }
}

#[test]
fn packets_that_change_places_and_a_clock_that_jumps_are_played() {
    for jump in ["clock-jump=1000", "clock-jump=-1000"] {
        let mut server = by_every_way("127.0.0.1:0").start();
        let api = server.sign_in();
        add(&api, RECORDER);
        let arguments = ["--nvr", "--channels", "1", "--fault", "reorder=20%", "--fault", jump];
        let _devices = Devices::start(server.address("gb28181"), &arguments);
        await_catalog(&api, RECORDER);
        let url = server.url("rtsp", &format!("gb/{CHANNEL}"));
        // The clock jumps half a second after the first picture, in the midst of what is watched.
        assert_counting(&stamps(&["-rtsp_transport", "tcp"], &url));
        server.assert_well();
    }
}

#[test]
fn a_device_whose_connection_is_half_open_is_taken_for_offline() {
    let mut server = by_every_way("127.0.0.1:0").set("gb28181.heartbeat_s", "5").start();
    let api = server.sign_in();
    add(&api, RECORDER);
    let arguments = ["--nvr", "--channels", "1", "--no-media", "--transport", "tcp", "--fault", "half-open=8s"];
    let _devices = Devices::start(server.address("gb28181"), &arguments);
    await_catalog(&api, RECORDER);
    let is_gone = || (api.get(&format!("/gb28181/devices/{RECORDER}"))["state"] == "offline").then_some(());
    until("its silence", PATIENCE, is_gone);
    server.assert_well();
}
