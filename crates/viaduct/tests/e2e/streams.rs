//! What streams do to their viewers: strange time, changing parameters, codecs that do not fit, kicks.

use std::io::Write;
use std::time::Duration;

use container::flv::{Tag, TagKind};
use rtmp::ClientRole;
use serde_json::{Value, json};
use testkit::clips::Clip;
use testkit::flv::{FlvViewer, VideoTag, video_tag};
use testkit::http::{self, read_until_closed};
use testkit::publish::media_tags;
use testkit::read::{self, Expect};
use testkit::rtmp_peer::RtmpPeer;
use testkit::ws::{WsEvent, WsViewer};
use testkit::{Api, PATIENCE, publish, until};

use crate::support::{RtspPeer, options, publish as publish_clip, publish_tags};

fn counter(api: &Api, key: &str, name: &str) -> u64 {
    api.stream(key).unwrap()["counters"][name].as_u64().unwrap()
}

#[test]
fn a_stream_without_key_frames_is_waited_for_and_explained() {
    let mut server = options().start();
    let api = server.sign_in();
    let mut tags = media_tags(Clip::H264);
    tags.retain(|tag| video_tag(&tag.body) != VideoTag::Key);
    let _publisher = publish_tags(&server, "road/k1", tags, |at| u32::try_from(at).unwrap());
    api.await_state("road/k1", "live");
    let mut viewer = FlvViewer::open(server.address("http"), "/road/k1.flv");
    assert!(viewer.pictures(Duration::from_secs(2)).is_empty(), "pictures that cannot be decoded were sent");
    assert!(!viewer.has_ended(), "the viewer waits");
    let diagnosis = api.get("/streams/road/k1/diagnosis");
    assert_eq!(diagnosis["verdict"], "failed");
    assert!(diagnosis["summary"].as_str().unwrap().contains("key frame"), "{diagnosis}");
    assert!(diagnosis["next_step"].as_str().unwrap().contains("I-frame"), "{diagnosis}");
    server.assert_well();
}

#[test]
fn players_say_how_they_play_with_the_token_of_their_offer() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish_clip(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    let offer = api.post("/streams/road/k1/play", &json!({}));
    let url = offer["reports_url"].as_str().unwrap();
    let say = |url: &str, body: &Value| http::request(server.address("http"), "POST", url, &[], Some(body));
    let said = json!({
        "viewer": "a1", "engine": "ws-fmp4", "first_picture_ms": 420, "watched_s": 10, "stalls": 1, "stalled_ms": 900,
        "latency_ms": 810, "dropped": 3,
    });
    assert_eq!(say(url, &said).status, 204, "nobody has to be signed in");
    let with = |field: &str, value: Value| {
        let mut body = said.clone();
        body[field] = value;
        body
    };
    assert_eq!(say(url, &with("ended", json!(true))).status, 204);
    let reports = api.get("/streams/road/k1/playback-reports");
    assert_eq!(reports["items"].as_array().unwrap().len(), 1, "{reports}");
    assert_eq!((&reports["items"][0]["ended"], &reports["items"][0]["dropped"]), (&json!(true), &json!(3)));
    assert_eq!((&reports["engines"][0]["engine"], &reports["engines"][0]["stalls"]), (&json!("ws-fmp4"), &json!(1)));

    let path = url.split('?').next().unwrap();
    assert_eq!(say(path, &said).status, 401, "without the token");
    assert_eq!(say(&url.replace("/k1/", "/k2/"), &said).status, 401, "for another stream");
    let wrong = say(url, &with("watched_s", json!(u32::MAX)));
    assert_eq!((wrong.status, wrong.json()["field"].as_str()), (400, Some("watched_s")), "{}", wrong.text());
    assert_eq!(say(url, &with("viewer", json!("<b>"))).status, 400);
    assert_eq!(say(url, &with("viewer", json!("x".repeat(4000)))).status, 413);
    assert!((0..3000).any(|_| say(url, &said).status == 429), "a flood is cut");
    server.assert_well();
}

#[test]
fn the_last_engine_of_an_offer_is_hls_for_browsers_that_have_nothing_else() {
    let server = options().start();
    let api = server.sign_in();
    let _publisher = publish_clip(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    let offer = api.post("/streams/road/k1/play", &json!({}));
    let last = offer["engines"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["engine"], &last["mime"]), (&json!("ll-hls"), &json!("application/vnd.apple.mpegurl")));
    let url = format!("http://{}{}", server.address("http"), last["url"].as_str().unwrap());
    read::ffmpeg("", &url, Expect { pictures: 20, sound: true }).unwrap();
}

#[test]
fn a_codec_that_a_container_cannot_carry_is_told_and_the_others_go_on() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish_clip(&server, "road/k1", Clip::Adpcm);
    api.await_live("road/k1");
    let refused = http::request(server.address("http"), "GET", "/road/k1.mp4", &[], None);
    assert_eq!((refused.status, refused.json()["code"].as_str()), (415, Some("unsupported")), "{}", refused.text());
    let mut viewer = WsViewer::open(server.address("http"), "/road/k1.mp4", false);
    let (code, reason) = viewer.close_code(PATIENCE).unwrap();
    assert!(code == 4415 && reason.contains("codec"), "{code} {reason}");
    let expect = Expect { pictures: 0, sound: true };
    read::ffmpeg("", &server.url("http", "road/k1.flv"), expect).unwrap();
    server.assert_well();
}

#[test]
fn a_refused_sound_track_does_not_keep_the_picture_back() {
    let server = options().start();
    let api = server.sign_in();
    let _publisher = publish_clip(&server, "road/k1", Clip::H264Adpcm);
    api.await_live("road/k1");
    let mut viewer = WsViewer::open(server.address("http"), "/road/k1.mp4", false);
    let Some(WsEvent::Text(text)) = viewer.next(PATIENCE) else { panic!("no announcement") };
    let tracks: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(tracks["refused"].as_array().map(Vec::len), Some(1), "{tracks}");
    let expect = Expect { pictures: 25, sound: false };
    read::ffmpeg("", &server.url("http", "road/k1.mp4"), expect).unwrap();
}

/// Publishes with a clock that does what `stamp` says; the viewer must not notice.
fn watch_through(stamp: impl Fn(i64) -> u32 + Send + 'static, counters: &[&str]) {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish_tags(&server, "road/k1", media_tags(Clip::H264Aac), stamp);
    api.await_live("road/k1");
    let mut viewer = FlvViewer::open(server.address("http"), "/road/k1.flv");
    let pictures = viewer.pictures(Duration::from_secs(6));
    assert!(pictures.len() > 120, "{} pictures in 6 s", pictures.len());
    let steps: Vec<i64> = pictures.windows(2).map(|pair| pair[1].timestamp_ms - pair[0].timestamp_ms).collect();
    assert!(steps.iter().all(|step| (0..500).contains(step)), "the viewer's clock: {steps:?}");
    let stream = api.stream("road/k1").unwrap();
    let sum: u64 = counters.iter().map(|name| stream["counters"][*name].as_u64().unwrap()).sum();
    assert!((1..=4).contains(&sum), "{counters:?} of {}", stream["counters"]);
    assert_eq!(stream["state"], "live");
    server.assert_well();
}

#[test]
fn a_clock_that_jumps_forward_is_repaired_and_counted() {
    watch_through(|at| u32::try_from(if at < 3000 { at } else { at + 50_000_000 }).unwrap(), &["jumps"]);
}

#[test]
fn a_clock_that_jumps_back_is_repaired_and_counted() {
    watch_through(|at| u32::try_from(if at < 3000 { at + 50_000_000 } else { at }).unwrap(), &["jumps"]);
}

#[test]
fn a_clock_that_wraps_goes_on() {
    // RTMP's 32-bit milliseconds wrap after 49.7 days; the session unrolls them, so nothing is to be repaired.
    let mut server = options().start();
    let api = server.sign_in();
    let stamp = |at: i64| u32::try_from(at).unwrap().wrapping_sub(3000);
    let _publisher = publish_tags(&server, "road/k1", media_tags(Clip::H264Aac), stamp);
    api.await_live("road/k1");
    let mut viewer = FlvViewer::open(server.address("http"), "/road/k1.flv");
    let pictures = viewer.pictures(Duration::from_secs(5));
    assert!(pictures.len() > 100, "{} pictures in 5 s", pictures.len());
    assert!(pictures.windows(2).all(|pair| (0..500).contains(&(pair[1].timestamp_ms - pair[0].timestamp_ms))));
    assert_eq!(counter(&api, "road/k1", "jumps"), 0);
    server.assert_well();
}

#[test]
fn a_clock_that_runs_backwards_does_not_stop_the_picture() {
    let mut server = options().start();
    let api = server.sign_in();
    let stamp = |at: i64| u32::try_from(10_000_000 - at).unwrap();
    let _publisher = publish_tags(&server, "road/k1", media_tags(Clip::H264), stamp);
    api.await_live("road/k1");
    let mut viewer = FlvViewer::open(server.address("http"), "/road/k1.flv");
    let pictures = viewer.pictures(Duration::from_secs(4));
    assert!(pictures.len() > 80, "{} pictures in 4 s", pictures.len());
    assert!(pictures.windows(2).all(|pair| pair[1].timestamp_ms >= pair[0].timestamp_ms));
    let stream = api.stream("road/k1").unwrap();
    let repairs = |name: &str| stream["counters"][name].as_u64().unwrap();
    assert!(repairs("rollbacks") + repairs("jumps") > 10, "{}", stream["counters"]);
    server.assert_well();
}

/// Two seconds of one clip, then another one, as one stream.
fn spliced(first: Clip, then: Clip) -> Vec<Tag> {
    let mut tags: Vec<Tag> = media_tags(first).into_iter().take_while(|tag| tag.timestamp_ms < 4000).collect();
    tags.extend(media_tags(then).into_iter().map(|tag| Tag { timestamp_ms: tag.timestamp_ms + 4000, ..tag }));
    tags
}

#[test]
fn parameters_that_change_reach_every_kind_of_viewer() {
    let mut server = options().start();
    let api = server.sign_in();
    let tags = spliced(Clip::H264, Clip::H264Small);
    let _publisher = publish_tags(&server, "road/k1", tags, |at| u32::try_from(at).unwrap());
    api.await_live("road/k1");
    let mut flv = FlvViewer::open(server.address("http"), "/road/k1.flv");
    let mut ws = WsViewer::open(server.address("http"), "/road/k1.mp4", false);
    let mut rtmp = RtmpPeer::open(server.address("rtmp"), "road/k1", ClientRole::Play).unwrap();
    let mut announced = Vec::new();
    let mut init_after_announcement = 0;
    let mut previous_was_text = false;
    while announced.len() < 2 || previous_was_text {
        match ws.next(Duration::from_secs(15)).expect("a second announcement") {
            WsEvent::Text(text) => {
                announced.push(serde_json::from_str::<Value>(&text).unwrap()["tracks"][0]["width"].clone());
                previous_was_text = true;
            }
            WsEvent::Binary(bytes) => {
                init_after_announcement += u32::from(previous_was_text && &bytes[4..8] == b"ftyp");
                previous_was_text = false;
            }
            WsEvent::Closed(how) => panic!("closed: {how:?}"),
        }
    }
    assert_eq!((announced, init_after_announcement), (vec![Value::from(384), Value::from(192)], 2));
    let first = flv.next_video(VideoTag::SequenceHeader, PATIENCE).unwrap();
    let second = flv.next_video(VideoTag::SequenceHeader, PATIENCE).unwrap();
    assert_ne!(first.body, second.body, "the new parameters");
    assert_eq!(video_tag(&flv.next(PATIENCE).unwrap().body), VideoTag::Key, "then a key frame");
    let mut headers = Vec::new();
    while headers.len() < 2 {
        let tag = rtmp.next(PATIENCE).expect("tags");
        if tag.kind == TagKind::Video && video_tag(&tag.body) == VideoTag::SequenceHeader {
            headers.push(tag.body);
        }
    }
    assert_eq!(headers, [first.body, second.body]);
    assert!(counter(&api, "road/k1", "config_changes") >= 1);
    server.assert_well();
}

#[test]
fn ffmpeg_watches_through_a_change_of_parameters() {
    let server = options().start();
    let api = server.sign_in();
    let tags = spliced(Clip::H264Small, Clip::H264);
    let _publisher = publish_tags(&server, "road/k1", tags, |at| u32::try_from(at).unwrap());
    api.await_live("road/k1");
    // Scaled to one size, all pictures of the second clip are found behind those of the first.
    let arguments = testkit::clips::words(&format!(
        "-v error -nostdin -i {} -frames:v 220 -vf scale=384:216 -fps_mode passthrough -pix_fmt gray -f rawvideo pipe:1",
        server.url("rtmp", "road/k1")
    ));
    let mut process = testkit::process::Process::start("ffmpeg", arguments);
    let bytes = process.output(Duration::from_secs(40));
    let numbers = testkit::picture::read_all(&bytes, testkit::picture::HEIGHT);
    let known: Vec<usize> = numbers.into_iter().rev().take(60).collect();
    assert!(known.windows(2).filter(|pair| pair[0] == pair[1] + 1).count() > 50, "{known:?}");
}

#[test]
fn a_kick_ends_the_viewer_in_the_words_of_its_protocol() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish_clip(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    let mut flv = FlvViewer::open(server.address("http"), "/road/k1.flv");
    let mut ws = WsViewer::open(server.address("http"), "/road/k1.mp4", false);
    let mut rtmp = RtmpPeer::open(server.address("rtmp"), "road/k1", ClientRole::Play).unwrap();
    let mut rtsp = RtspPeer::connect(server.address("rtsp"));
    assert_eq!(rtsp.play("road/k1"), 200);
    let mut stays = FlvViewer::open(server.address("http"), "/road/k1.flv");
    let viewers = until("five viewers", PATIENCE, || {
        let viewers = api.get("/streams/road/k1/viewers")["items"].as_array().unwrap().clone();
        (viewers.len() == 5).then_some(viewers)
    });
    let last = viewers.iter().map(|viewer| viewer["id"].as_u64().unwrap()).max().unwrap();
    for viewer in viewers.iter().filter(|viewer| viewer["id"] != last) {
        assert_eq!(api.send("DELETE", &format!("/viewers/{}", viewer["id"]), None).status, 204);
    }
    assert_eq!(ws.close_code(PATIENCE).unwrap().0, 4409);
    assert!(flv.await_end(PATIENCE) && rtmp.await_end(PATIENCE));
    assert!(read_until_closed(rtsp.socket(), PATIENCE).1);
    assert!(stays.pictures(Duration::from_secs(2)).len() > 25, "the one that was not kicked");
    assert_eq!(api.send("DELETE", "/viewers/99999", None).status, 404);
    server.assert_well();
}

#[test]
fn a_kicked_publisher_ends_with_its_viewers() {
    let server = options().start();
    let api = server.sign_in();
    let mut publisher = publish::ffmpeg_rtmp(&Clip::H264.path(), &server.url("rtmp", "road/k1"));
    api.await_live("road/k1");
    let mut viewer = FlvViewer::open(server.address("http"), "/road/k1.flv");
    assert_eq!(api.send("DELETE", "/streams/road/k1/publisher", None).status, 204);
    assert!(viewer.await_end(Duration::from_secs(8)), "the viewer sees the end");
    publisher.wait(PATIENCE);
    until("the stream to be forgotten", PATIENCE, || api.stream("road/k1").is_none().then_some(()));
}

#[test]
fn viewers_may_leave_in_order_or_not() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish_clip(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    // RFC 6455 §5.5.1: a close is answered with a close.
    let mut ws = http::connect(server.address("http"));
    let upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    ws.write_all(format!("GET /road/k1.flv HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n").as_bytes()).unwrap();
    testkit::pause(Duration::from_millis(500));
    ws.write_all(&[0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8]).unwrap();
    let (bytes, closed) = read_until_closed(&mut ws, PATIENCE);
    assert!(closed && bytes.ends_with(&[0x88, 2, 0x03, 0xE8]), "{:?}", &bytes[bytes.len().saturating_sub(8)..]);
    // RFC 2326 §10.7: TEARDOWN is answered.
    let mut rtsp = RtspPeer::connect(server.address("rtsp"));
    assert_eq!(rtsp.play("road/k1"), 200);
    rtsp.socket().write_all(b"TEARDOWN rtsp://x/road/k1 RTSP/1.0\r\nCSeq: 77\r\n\r\n").unwrap();
    let (bytes, closed) = read_until_closed(rtsp.socket(), PATIENCE);
    let answered = bytes.windows(8).any(|window| window == b"CSeq: 77");
    assert!(closed && answered, "closed: {closed}, answered: {answered}");
    for _ in 0..10 {
        drop(FlvViewer::open(server.address("http"), "/road/k1.flv"));
    }
    until("nobody watching", PATIENCE, || (api.stream("road/k1")?["viewers"] == 0).then_some(()));
    server.assert_well();
}

#[test]
fn a_player_may_come_before_the_publisher() {
    let mut server = options().start();
    let api = server.sign_in();
    let mut early = WsViewer::open(server.address("http"), "/road/k1.flv", false);
    let rtmp = {
        let address = server.address("rtmp");
        std::thread::spawn(move || RtmpPeer::open(address, "road/k1", ClientRole::Play).is_ok())
    };
    testkit::pause(Duration::from_secs(1));
    let _publisher = publish_clip(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    assert!(matches!(early.next(PATIENCE), Some(WsEvent::Binary(_))));
    assert!(rtmp.join().unwrap());
    server.assert_well();
}
