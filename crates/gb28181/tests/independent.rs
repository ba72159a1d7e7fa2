//! The published crate `gb28181-rs`, written by others, reads what we write, and we read what it writes.
//!
//! It reads no MANSRTSP (its playback control is XML of its own), and of presets and cruises it takes the seventh
//! byte of the steering bytes for the number, where the worked vectors have the sixth: those are not compared.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use gb28181::manscdp::{
    AlarmReport, Body, Broadcast, ChannelState, Command, Config, ConfigBlocks, Control, DeviceControl, DragZoom, Guard,
    HomePosition, IFrameSpelling, Message, Notify, OnOff, Outcome, PrecisePosition, PtzControl, Query, Received,
    Recording, RecordingControl, RecordingQuery, Response, SdCardState, SnapShotConfig, VideoParam,
};
use gb28181::mansrtsp::Mansrtsp;
use gb28181::ptz::{Auxiliary, Focus, Iris, Lens, Motion, Pan, PtzCommand, Tilt, Zoom};
use gb28181::{BeijingTime, Charset, Id, Version};
use gb28181_rs::client;
use gb28181_rs::info_query as info;
use gb28181_rs::manscdp as theirs;
use gb28181_rs::{SipMessage, sip};

const DEVICE: &str = "34020000001320000001";
const DOMAIN: &str = "3402000000";
const HOST: &str = "192.0.2.20";

fn id() -> Id {
    Id::new(DEVICE).unwrap()
}

fn written(body: Body) -> String {
    String::from_utf8(Message::new(7, id(), body).write(Charset::Utf8, Version::V2022)).unwrap()
}

fn control(command: Command) -> theirs::DeviceControl {
    let text = written(Body::Control(Control::DeviceControl(DeviceControl { command, info: None })));
    let read = theirs::parse_device_control(&text).unwrap_or_else(|| panic!("not read: {text}"));
    assert_eq!((read.sn.as_str(), read.device_id.as_str()), ("7", DEVICE));
    read
}

/// Reads a message that they have built.
fn received(message: &SipMessage) -> Received {
    Message::parse(message.body.as_bytes()).unwrap()
}

#[expect(clippy::needless_pass_by_value, reason = "it is built for this call")]
fn response(message: SipMessage) -> Response {
    let received = received(&message);
    assert_eq!((received.cut, received.repairs), (false, 0));
    assert_eq!((received.message.sn, received.message.device_id), (7, Some(id())));
    match received.message.body {
        Body::Response(response) => response,
        other => panic!("no response but {other:?}"),
    }
}

#[test]
fn they_read_our_orders() {
    use theirs::DeviceControlKind as Kind;
    assert_eq!(control(Command::IFrame(IFrameSpelling::IFrame)).kind, Kind::ForceIFrame);
    assert_eq!(control(Command::TeleBoot).kind, Kind::TeleBoot);
    assert_eq!(control(Command::ResetAlarm).kind, Kind::ResetAlarm);
    assert_eq!(control(Command::Guard(Guard::Set)).kind, Kind::Guard(true));
    let recording = RecordingControl { recording: Some(Recording::Stop), stream: Some(1) };
    assert_eq!(control(Command::Record(recording)).kind, Kind::Record(false));
    assert_eq!(control(Command::FormatSdCard(2)).kind, Kind::FormatSDCard(2));
    let home = HomePosition { enabled: Some(true), reset_s: Some(60), preset: Some(3) };
    let expected = Kind::HomePosition { enabled: 1, reset_time: Some(60), preset_index: Some(3) };
    assert_eq!(control(Command::HomePosition(home)).kind, expected);
    let position = PrecisePosition { pan_degrees: Some(12.5), tilt_degrees: None, zoom: Some(2.0) };
    let expected = theirs::PtzPrecise { pan: Some(12.5), tilt: None, zoom: Some(2.0) };
    assert_eq!(control(Command::Precise(position)).kind, Kind::PTZPrecise(expected));
    let zoom = DragZoom {
        window_width: Some(1920),
        window_height: Some(1080),
        centre_x: Some(900),
        centre_y: Some(500),
        box_width: Some(200),
        box_height: Some(100),
    };
    let Kind::DragZoom(read) = control(Command::DragZoomOut(zoom)).kind else {
        panic!("a box");
    };
    assert_eq!((read.zoom_in, read.length, read.mid_point_y, read.length_y), (false, 1920, 500, 100));
}

#[test]
fn they_read_our_steering_bytes() {
    let read = |command: PtzCommand| theirs::parse_ptz_command(&command.to_hex());
    let motion = Motion {
        pan: Some(Pan::Right),
        tilt: Some(Tilt::Up),
        zoom: Some(Zoom::Out),
        pan_speed: 0x80,
        tilt_speed: 0x40,
        zoom_speed: 8,
    };
    // Their speed of zooming is the whole seventh byte.
    let bits = theirs::PTZ_RIGHT | theirs::PTZ_UP | theirs::PTZ_ZOOM_OUT;
    let expected = theirs::PtzCommand::Move { bits, pan_speed: 0x80, tilt_speed: 0x40, zoom_speed: 0x80 };
    assert_eq!(read(PtzCommand::Motion(motion)), expected);
    assert!(read(PtzCommand::Motion(Motion::STOP)).is_stop());
    let lens = Lens { focus: Some(Focus::Near), iris: Some(Iris::Close), focus_speed: 9, iris_speed: 8 };
    let bits = theirs::PTZ_FOCUS_NEAR | theirs::PTZ_IRIS_CLOSE;
    let expected = theirs::PtzCommand::Lens { bits, focus_speed: 9, iris_speed: 8 };
    assert_eq!(read(PtzCommand::Lens(lens)), expected);
    let wiper = PtzCommand::Auxiliary(Auxiliary { number: Auxiliary::WIPER, on: true });
    assert_eq!(read(wiper), theirs::PtzCommand::AuxSwitch { number: 1, on: true });
    let steering = control(Command::Ptz(PtzControl::from(PtzCommand::Motion(motion))));
    assert!(matches!(steering.kind, theirs::DeviceControlKind::Ptz(theirs::PtzCommand::Move { .. })));
}

fn config(blocks: ConfigBlocks) -> String {
    written(Body::Control(Control::DeviceConfig(Box::new(Config { blocks, others: Vec::new() }))))
}

#[test]
fn they_read_our_configurations() {
    use theirs::DeviceConfigKind as Kind;
    let read = |blocks| theirs::parse_device_config(&config(blocks)).unwrap().kind;
    assert_eq!(read(ConfigBlocks { mirror: Some(3), ..ConfigBlocks::default() }), Kind::FrameMirror(3));
    let report = AlarmReport { motion: Some(true), field: Some(false) };
    let expected = Kind::AlarmReport { motion_detection: 1, field_detection: 0 };
    assert_eq!(read(ConfigBlocks { alarm_report: Some(report), ..ConfigBlocks::default() }), expected);
    let video = VideoParam {
        stream: Some(0),
        codec: Some("5".to_owned()),
        resolution: Some("6".to_owned()),
        frame_rate: Some("25".to_owned()),
        bitrate_type: Some("1".to_owned()),
        bitrate_kbps: Some("4096".to_owned()),
    };
    let Kind::VideoParamAttribute(read) = read(ConfigBlocks { video: vec![video], ..ConfigBlocks::default() }) else {
        panic!("video parameters");
    };
    assert_eq!((read.num, read.items.len(), read.items[0].video_format.as_str()), (Some(1), 1, "5"));
    let snap_shot = SnapShotConfig {
        count: Some(3),
        interval_s: Some(5),
        upload_url: Some("http://192.0.2.10/up?a=1&b=2".to_owned()),
        session: Some("0123456789abcdef0123456789abcdef".to_owned()),
    };
    let text = config(ConfigBlocks { snap_shot: Some(snap_shot), ..ConfigBlocks::default() });
    assert!(theirs::parse_config_snapshot(&text).is_some(), "{text}");
}

#[test]
fn they_read_our_broadcast_and_answer_our_questions() {
    let target = Id::new("34020000001370000001").unwrap();
    let broadcast = Notify::Broadcast(Broadcast { source: Some(id()), target: Some(target.clone()) });
    let read = theirs::parse_broadcast_notify(&written(Body::Notify(broadcast))).unwrap();
    assert_eq!((read.sn, read.source_id.as_str(), read.target_id.as_str()), (7, DEVICE, target.as_str()));
    let answer = Message::parse(theirs::build_broadcast_response(7, DEVICE, true).as_bytes()).unwrap().message;
    let Body::Response(Response::Broadcast(answer)) = answer.body else {
        panic!("an acknowledgement");
    };
    assert_eq!(answer.result, Some(Outcome::Ok));

    let range = RecordingQuery {
        start: BeijingTime::parse("2026-11-28T08:00:00"),
        end: BeijingTime::parse("2026-11-28T09:00:00"),
        ..RecordingQuery::default()
    };
    for query in [Query::Catalog(Default::default()), Query::DeviceInfo, Query::DeviceStatus, Query::RecordInfo(range)]
    {
        let cmd_type = Body::Query(query.clone()).cmd_type().to_owned();
        let body = written(Body::Query(query));
        let request = format!(
            "MESSAGE sip:{DEVICE}@{HOST}:5060 SIP/2.0\r\nVia: SIP/2.0/UDP {HOST}:5060;rport;branch=z9hG4bK1\r\n\
             From: <sip:{DOMAIN}@{DOMAIN}>;tag=1\r\nTo: <sip:{DEVICE}@{HOST}>\r\nCall-ID: 1\r\nCSeq: 1 MESSAGE\r\n\
             Content-Type: Application/MANSCDP+xml\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let (ok, answer) = client::dispatch_inbound_message(&SipMessage::parse(&request).unwrap()).unwrap();
        assert_eq!(ok.status_code.map(|code| code.code()), Some(200), "{cmd_type}");
        if let Some(answer) = answer {
            let read = Message::parse(answer.body.as_bytes()).unwrap().message;
            assert_eq!((read.sn, read.body.cmd_type()), (7, cmd_type.as_str()));
        }
    }
}

#[test]
fn we_read_their_catalog_with_attributes_and_fields_in_odd_places() {
    let item = theirs::ChannelItem {
        device_id: DEVICE.to_owned(),
        name: "G4 <南> & 东".to_owned(),
        manufacturer: "Maker".to_owned(),
        model: "M1".to_owned(),
        owner: String::new(),
        civil_code: String::new(),
        address: String::new(),
        parental: 0,
        parent_id: String::new(),
        safety_way: 0,
        register_way: 1,
        secrecy: 0,
        status: "ON".to_owned(),
        ip_address: String::new(),
        port: 0,
        longitude: 0.0,
        latitude: 0.0,
        ptz_type: Some(3),
        photoelectric_imaging_type: Some(2),
    };
    let built = client::build_catalog_response_page("7", DEVICE, DOMAIN, HOST, 5060, 1, &[item], 5).unwrap();
    let Response::Catalog(part) = response(built) else {
        panic!("a catalog");
    };
    let item = &part.items[0];
    assert_eq!((part.total, item.name.as_deref(), item.state), (Some(5), Some("G4 <南> & 东"), Some(ChannelState::On)));
    let info = item.info.as_deref().unwrap();
    assert_eq!((info.ptz_type, info.imaging_type.as_deref()), (Some(3), Some("2")));
}

#[test]
fn we_read_their_answers() {
    let device = theirs::DeviceItem {
        device_id: DEVICE.to_owned(),
        name: "Camera".to_owned(),
        manufacturer: "Maker".to_owned(),
        model: "M1".to_owned(),
        firmware: "1.0".to_owned(),
    };
    let built = client::build_device_info_response("7", DEVICE, DOMAIN, HOST, 5060, 1, &device).unwrap();
    assert!(matches!(response(built), Response::DeviceInfo(info) if info.firmware.as_deref() == Some("1.0")));

    let built = client::build_device_status_response("7", DEVICE, DOMAIN, HOST, 5060, 1).unwrap();
    let Response::DeviceStatus(status) = response(built) else {
        panic!("a status");
    };
    assert!(status.online.is_some() && status.encoding != Some(OnOff::Off));

    let presets = [("1".to_owned(), "gate".to_owned()), ("2".to_owned(), "road".to_owned())];
    let built = client::build_preset_list_response("7", DEVICE, DOMAIN, HOST, 5060, 1, &presets).unwrap();
    assert!(matches!(response(built), Response::Presets(part) if part.items[1].number == Some(2)));

    let built = client::build_device_config_response(true, "7", DEVICE, DOMAIN, HOST, 5060, 1).unwrap();
    assert!(matches!(response(built), Response::DeviceConfig(answer) if answer.result == Some(Outcome::Ok)));

    let basic = client::BasicParamBlock {
        name: Some("Camera".to_owned()),
        expiration: Some(3600),
        heartbeat_interval: Some(60),
        heartbeat_count: Some(3),
    };
    let built = client::build_config_download_response(
        "7",
        DEVICE,
        Some(&basic),
        Some(("1/2/4", "5/6")),
        DOMAIN,
        HOST,
        5060,
        1,
    )
    .unwrap();
    let Response::ConfigDownload(answer) = response(built) else {
        panic!("a configuration");
    };
    assert_eq!(answer.config.blocks.basic.unwrap().heartbeat_count, Some(3));
    assert_eq!(answer.config.blocks.video_options.unwrap().download_speeds.0, [1, 2, 4]);
}

#[test]
fn we_read_their_recordings() {
    let item = client::RecordItem {
        device_id: DEVICE.to_owned(),
        name: "r".to_owned(),
        file_path: "/r/1".to_owned(),
        address: String::new(),
        start_time: "2026-11-28T08:00:00".to_owned(),
        end_time: "2026-11-28T09:00:00".to_owned(),
        secrecy: "0".to_owned(),
        r#type: "time".to_owned(),
    };
    let built = client::build_recordinfo_response_page("7", DEVICE, DOMAIN, HOST, 5060, 1, &[item], 2).unwrap();
    let Response::RecordInfo(part) = response(built) else {
        panic!("recordings");
    };
    assert_eq!((part.total, part.items[0].start), (Some(2), BeijingTime::parse("2026-11-28T08:00:00")));
}

#[test]
fn we_read_their_answers_of_2022() {
    let home = info::HomePositionInfo { enabled: 1, reset_time_secs: Some(60), preset_index: Some(3) };
    let built = client::build_home_position_query_response("7", DEVICE, Some(&home), DOMAIN, HOST, 5060, 1).unwrap();
    assert!(
        matches!(response(built), Response::HomePosition(answer) if answer.home.as_ref().unwrap().preset == Some(3))
    );

    let tracks = [info::CruiseTrackInfo { number: 1, name: "night".to_owned() }];
    let built = client::build_cruise_track_list_response("7", DEVICE, Some(&tracks), DOMAIN, HOST, 5060, 1).unwrap();
    assert!(matches!(response(built), Response::CruiseTracks(list) if list.items[0].name.as_deref() == Some("night")));

    let points = vec![info::CruisePointInfo { preset_index: 2, stay_time_secs: 10, speed: 5 }];
    let detail = info::CruiseTrackDetail { number: 1, name: "night".to_owned(), points };
    let built = client::build_cruise_track_response("7", DEVICE, Some(&detail), DOMAIN, HOST, 5060, 1).unwrap();
    assert!(matches!(response(built), Response::CruiseTrack(track) if track.points[0].stay_s == Some(10)));

    let position = info::PtzPositionInfo {
        pan: Some(12.5),
        tilt: Some(-3.0),
        zoom: Some(2.0),
        horizontal_field_angle: None,
        vertical_field_angle: None,
        max_view_distance: Some(300.0),
    };
    let built = client::build_ptz_position_response("7", DEVICE, Some(&position), DOMAIN, HOST, 5060, 1).unwrap();
    assert!(matches!(response(built), Response::PtzPosition(it) if it.tilt_degrees == Some(-3.0)));

    let card = info::SdCardInfo {
        id: 1,
        hdd_name: "sd".to_owned(),
        status: "formatting".to_owned(),
        format_progress: Some(40),
        capacity_mb: 64_000,
        free_space_mb: 1,
    };
    let built = client::build_sd_card_status_response("7", DEVICE, Some(&[card]), DOMAIN, HOST, 5060, 1).unwrap();
    assert!(
        matches!(response(built), Response::SdCards(cards) if cards.cards[0].state == Some(SdCardState::Formatting))
    );
}

#[test]
fn we_read_their_notifications() {
    let built = client::build_keepalive_notify("7", DEVICE, DOMAIN, HOST, 5060, "OK", 1).unwrap();
    let Body::Notify(Notify::Keepalive(alive)) = received(&built).message.body else {
        panic!("a heartbeat");
    };
    assert_eq!(alive.status, Some(Outcome::Ok));

    let files = ["a".to_owned(), "b".to_owned()];
    let text = theirs::build_upload_snapshot_finished(7, DEVICE, "session", &files).to_xml().unwrap();
    let Body::Notify(Notify::SnapShotFinished(finished)) = Message::parse(text.as_bytes()).unwrap().message.body else {
        panic!("pictures: {text}");
    };
    assert_eq!(finished.list.unwrap().files, files);

    let text = theirs::build_device_upgrade_result(7, DEVICE, "session", false, "1.0", "02").to_xml().unwrap();
    let Body::Notify(Notify::DeviceUpgradeResult(result)) = Message::parse(text.as_bytes()).unwrap().message.body
    else {
        panic!("a result: {text}");
    };
    assert_eq!((result.outcome, result.reason.as_deref()), (Some(Outcome::Error), Some("02")));

    let ended = sip::build_media_status_info_request(DEVICE, HOST, 5060, DOMAIN, HOST, "1", 1, 1, false);
    assert_eq!(Mansrtsp::parse(ended.body.as_bytes()), Ok(Mansrtsp::Finished));
}
