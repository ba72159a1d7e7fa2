//! Who may: each refusal in the words of its own protocol.

use std::time::Duration;

use base::ErrorKind;
use rtmp::ClientRole;
use testkit::clips::Clip;
use testkit::http;
use testkit::read::{self, Expect};
use testkit::rtmp_peer::RtmpPeer;
use testkit::ws::WsViewer;
use testkit::{PATIENCE, Server, publish};

use crate::support::{H264_SDP, RtspPeer, closed_server, options};

/// What each protocol answers to publishing and playing `app/name?query`: RTMP and RTSP for both actions, then
/// HTTP-FLV, WS-FLV and WS-fMP4 for playing.
fn answers(server: &Server, path: &str, query: &str) -> [u16; 7] {
    let target = format!("{path}{query}");
    let rtmp = |role| match RtmpPeer::open(server.address("rtmp"), &target, role) {
        Ok(_) => 200,
        Err(error) => error.kind().http_status(),
    };
    let rtsp =
        |method: &str, body: &str| RtspPeer::connect(server.address("rtsp")).ask(method, &target, "", body).status;
    let http = server.address("http");
    let (name, token) = (path, query);
    let ws = |extension: &str| {
        let mut viewer = WsViewer::open(http, &format!("/{name}.{extension}{token}"), false);
        viewer.close_code(PATIENCE).map_or(0, |(code, _)| code)
    };
    [
        rtmp(ClientRole::Publish),
        rtmp(ClientRole::Play),
        rtsp("ANNOUNCE", H264_SDP),
        rtsp("DESCRIBE", ""),
        http::request(http, "GET", &format!("/{name}.flv{token}"), &[], None).status,
        ws("flv"),
        ws("mp4"),
    ]
}

#[test]
fn missing_bad_expired_and_foreign_tokens_are_refused_in_each_protocol() {
    let (mut server, api) = closed_server(&options().set("streams.play_wait_ms", "300"));
    let expired_play = api.stream_token("play", "road/k1", 1);
    let expired_publish = api.stream_token("publish", "road/k1", 1);
    let foreign = api.stream_token("play", "road/k2", 60);
    let unauthorized = [401, 401, 401, 401, 401, 4401, 4401];
    assert_eq!(answers(&server, "road/k1", ""), unauthorized, "missing");
    assert_eq!(answers(&server, "road/k1", "?token=play.road.k1.9999999999.AAAA"), unauthorized, "bad");
    // RTMP has one word for both.
    let forbidden = [401, 401, 403, 403, 403, 4403, 4403];
    assert_eq!(answers(&server, "road/k1", &format!("?token={foreign}")), forbidden, "other stream");
    testkit::pause(Duration::from_millis(1500));
    assert_eq!(answers(&server, "road/k1", &format!("?token={expired_play}")), unauthorized, "expired");
    assert_eq!(answers(&server, "road/k1", &format!("?token={expired_publish}")), unauthorized, "expired");
    let play = api.stream_token("play", "road/k1", 60);
    let [publish_rtmp, _, publish_rtsp, ..] = answers(&server, "road/k1", &format!("?token={play}"));
    assert_eq!((publish_rtmp, publish_rtsp), (401, 403), "a play token does not publish");
    assert!(api.metric("viaduct_gateway_access_denied_total") >= 30);
    server.assert_well();
}

#[test]
fn good_tokens_publish_and_play() {
    let (mut server, api) = closed_server(&options());
    let publish_token = api.stream_token("publish", "road/*", 600);
    let play_token = api.stream_token("play", "road/k1", 600);
    let _publisher =
        publish::ffmpeg_rtsp(&Clip::H264Aac.path(), &server.url("rtsp", &format!("road/k1?token={publish_token}")));
    api.await_live("road/k1");
    let expect = Expect { pictures: 25, sound: true };
    read::ffmpeg("", &server.url("http", &format!("road/k1.flv?token={play_token}")), expect).unwrap();
    read::ffmpeg("", &server.url("rtmp", &format!("road/k1?token={play_token}")), expect).unwrap();
    let rtsp = server.url("rtsp", &format!("road/k1?token={play_token}"));
    read::ffmpeg("-rtsp_transport tcp", &rtsp, expect).unwrap();
    // Players that only know user and password.
    let basic = server.url("rtsp", "road/k1").replace("rtsp://", &format!("rtsp://any:{play_token}@"));
    read::ffmpeg("-rtsp_transport tcp", &basic, expect).unwrap();
    let bearer = ("Authorization", format!("Bearer {play_token}"));
    let head = http::request(server.address("http"), "HEAD", "/road/k1.flv", &[(bearer.0, &bearer.1)], None);
    assert_eq!(head.status, 200);
    server.assert_well();
}

#[test]
fn a_session_ends_when_its_token_does() {
    let (server, api) = closed_server(&options());
    let publish_token = api.stream_token("publish", "road/k1", 600);
    let url = server.url("rtmp", &format!("road/k1?token={publish_token}"));
    let _publisher = publish::ffmpeg_rtmp(&Clip::H264.path(), &url);
    api.await_live("road/k1");
    let token = api.stream_token("play", "road/k1", 3);
    let mut viewer = WsViewer::open(server.address("http"), &format!("/road/k1.flv?token={token}"), false);
    let (code, _) = viewer.close_code(Duration::from_secs(10)).unwrap();
    assert_eq!(code, 4409);
}

#[test]
fn a_publisher_ends_when_its_token_does() {
    let (server, api) = closed_server(&options().set("streams.publisher_grace_ms", "0"));
    let token = api.stream_token("publish", "road/k1", 3);
    let _publisher = publish::ffmpeg_rtmp(&Clip::H264.path(), &server.url("rtmp", &format!("road/k1?token={token}")));
    api.await_live("road/k1");
    testkit::until("the publisher's end", Duration::from_secs(10), || api.stream("road/k1").is_none().then_some(()));
}

#[test]
fn unknown_streams_and_names_are_refused_in_each_protocol() {
    let mut server = options().set("streams.play_wait_ms", "300").start();
    let rtmp = RtmpPeer::open(server.address("rtmp"), "road/nobody", ClientRole::Play).unwrap_err();
    assert_eq!(rtmp.kind(), ErrorKind::NotFound);
    let mut rtsp = RtspPeer::connect(server.address("rtsp"));
    assert_eq!(rtsp.ask("DESCRIBE", "road/nobody", "", "").status, 404);
    let http = server.address("http");
    for extension in ["flv", "mp4"] {
        let target = format!("/road/nobody.{extension}");
        assert_eq!(http::request(http, "GET", &target, &[], None).status, 404);
        assert_eq!(WsViewer::open(http, &target, false).close_code(PATIENCE).unwrap().0, 4404);
    }
    for bad in ["api/x", "road/a.b", "road/%2e%2e"] {
        let error = RtmpPeer::open(server.address("rtmp"), bad, ClientRole::Publish).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::NotFound | ErrorKind::Conflict),
            "{bad}: {error}"
        );
        let mut peer = RtspPeer::connect(server.address("rtsp"));
        assert!(matches!(peer.ask("ANNOUNCE", bad, "", H264_SDP).status, 400 | 404), "{bad}");
    }
    for target in ["/road/a.b.flv", "/../etc/passwd", "/road/%2e%2e/x.mp4"] {
        let answer = http::request(server.address("http"), "GET", target, &[], None);
        assert!(!answer.text().contains("root:"), "{target}");
        assert!(answer.status == 404 || answer.head.contains("text/html"), "{target}: {}", answer.head);
    }
    server.assert_well();
}
