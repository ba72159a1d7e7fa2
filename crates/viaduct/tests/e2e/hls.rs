//! HLS: what a playlist says over time, what a session may, and what players see.

use std::process::Command;

use serde_json::json;
use testkit::clips::Clip;
use testkit::hls::{Playlist, validate_reload};
use testkit::http::{self, Answer};
use testkit::read::{self, Expect};
use testkit::{Api, PATIENCE, Server, until};

use crate::support::{closed_server, options, publish};

const SEEN: Expect = Expect { pictures: 40, sound: true };

fn get(server: &Server, target: &str) -> Answer {
    http::request(server.address("http"), "GET", target, &[], None)
}

/// The media playlist's target, with its session.
fn begin(server: &Server, first: &str) -> String {
    let answer = get(server, first);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text();
    let media = text.lines().find(|line| !line.starts_with('#')).unwrap();
    let folder = first.split('?').next().unwrap().rsplit_once('/').unwrap().0;
    format!("{folder}/{media}")
}

fn media(server: &Server, target: &str) -> Playlist {
    let answer = get(server, target);
    assert_eq!(answer.status, 200, "{target}: {}", answer.text());
    Playlist::parse(&answer.text())
}

fn viewers(api: &Api) -> usize {
    api.get("/viewers")["items"].as_array().unwrap().len()
}

#[test]
fn players_read_both_kinds() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    for playlist in ["index.m3u8", "ts.m3u8"] {
        let url = server.url("http", &format!("road/k1/{playlist}"));
        read::ffmpeg("", &url, SEEN).unwrap();
        read::gstreamer(&url, 25).unwrap();
        read::mpv(&url, 25).unwrap();
        let mut codecs = read::ffprobe("", &url).unwrap();
        codecs.sort();
        codecs.dedup();
        assert_eq!(codecs, ["aac", "h264"], "{playlist}");
    }
    server.assert_well();
}

#[test]
fn a_low_latency_playlist_keeps_apples_rules_over_time() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    let target = begin(&server, "/road/k1/index.m3u8");
    let mut last = media(&server, &target);
    last.validate(true);
    for _ in 0..40 {
        // The next part, as a player asks for it.
        let (segment, part) = last.next_part();
        let next = media(&server, &format!("{target}&_HLS_msn={segment}&_HLS_part={part}"));
        next.validate(true);
        validate_reload(&last, &next);
        assert!(next.has(segment, part), "the answer was held until {segment}.{part} was there: {next:?}");
        last = next;
    }
    let delta = get(&server, &format!("{target}&_HLS_skip=YES")).text();
    assert!(delta.contains("#EXT-X-SERVER-CONTROL") && delta.len() <= get(&server, &target).text().len());
    for uri in last.uris() {
        let answer = get(&server, &format!("/road/k1/{uri}"));
        assert_eq!(answer.status, 200, "{uri}");
        assert!(answer.body.windows(4).any(|kind| kind == b"moof" || kind == b"moov"), "{uri}");
        assert!(answer.head.contains("immutable"), "{}", answer.head);
    }
    let hint = last.preload_hint.unwrap();
    assert_eq!(get(&server, &format!("/road/k1/{hint}")).status, 200, "what was hinted at comes");
    server.assert_well();
}

#[test]
fn requests_for_the_past_and_the_far_future_are_refused() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    let target = begin(&server, "/road/k1/index.m3u8");
    let playlist = media(&server, &target);
    let query = target.split_once('?').unwrap().1;
    for (what, status) in [
        (format!("{target}&_HLS_msn={}", playlist.next_part().0 + 100), 400),
        (format!("{target}&_HLS_part=1"), 400),
        (format!("{target}&_HLS_msn=18446744073709551615&_HLS_part=18446744073709551615"), 400),
        (format!("/road/k1/99999999.m4s?{query}"), 404),
        (format!("/road/k1/18446744073709551615.m4s?{query}"), 404),
        (format!("/road/k1/{}.9999.m4s?{query}", playlist.media_sequence), 404),
        (format!("/road/k1/init-0.mp4?{query}"), 404),
        (format!("/road/k1/init-77.mp4?{query}"), 404),
        (format!("/road/k1/0.ts?{query}"), 403),
        ("/road/k1/media.m3u8".to_owned(), 403),
        ("/road/k1/0.m4s?session=00000000000000000000000000000000".to_owned(), 403),
        (format!("/road/k2/media.m3u8?{query}"), 403),
        ("/road/nobody/index.m3u8".to_owned(), 404),
    ] {
        assert_eq!(get(&server, &what).status, status, "{what}");
    }
    server.assert_well();
}

#[test]
fn a_session_is_granted_counted_accounted_and_cut() {
    let (mut server, api) = closed_server(&options());
    let publish_token = api.stream_token("publish", "road/k1", 600);
    let _publisher = publish(&server, &format!("road/k1?token={publish_token}"), Clip::H264Aac);
    api.await_live("road/k1");
    assert_eq!(get(&server, "/road/k1/index.m3u8").status, 401);
    let token = api.stream_token("play", "road/k1", 600);
    let target = begin(&server, &format!("/road/k1/index.m3u8?token={token}"));
    let playlist = media(&server, &target);
    let uri = playlist.uris().pop().unwrap();
    let length = get(&server, &format!("/road/k1/{uri}")).body.len();
    let viewer = api.get("/viewers")["items"][0].clone();
    assert_eq!((viewer["protocol"].as_str(), viewer["user"].as_str()), (Some("hls"), Some("token")), "{viewer}");
    assert!(viewer["bytes"].as_u64().unwrap() >= length as u64);
    let other = begin(&server, &format!("/road/k1/ts.m3u8?token={token}"));
    assert_eq!(viewers(&api), 2);
    assert_eq!(api.send("DELETE", &format!("/viewers/{}", viewer["id"]), None).status, 204);
    assert_eq!(get(&server, &target).status, 403, "cut");
    assert_eq!(get(&server, &other).status, 200, "the other one goes on");
    until("a quiet viewer to be forgotten", PATIENCE, || (viewers(&api) == 0).then_some(()));
    assert_eq!(get(&server, &other).status, 403);
    let record = until("the record", PATIENCE, || {
        let sessions = api.get("/sessions");
        let items = sessions["items"].as_array().unwrap();
        items.iter().find(|each| each["protocol"] == "hls").cloned()
    });
    assert!(record["bytes"].as_u64().unwrap() >= length as u64, "{record}");
    server.assert_well();
}

/// What `openssl` makes of an encrypted segment.
fn decrypted(segment: &[u8], key: &[u8], vector: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("segment");
    std::fs::write(&file, segment).unwrap();
    let key: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut openssl = Command::new("openssl");
    openssl.args(["enc", "-d", "-aes-128-cbc", "-K", &key, "-iv", vector, "-in"]).arg(&file);
    let output = openssl.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn encrypted_segments_are_read_with_keys_that_only_viewers_get() {
    let (mut server, api) = closed_server(&options());
    let rule = json!({ "pattern": "road/*", "settings": { "encrypt_hls": true } });
    assert_eq!(api.send("POST", "/applications", Some(&rule)).status, 201);
    assert_eq!(api.get("/streams/road/k1/settings")["settings"]["encrypt_hls"], true);
    let publish_token = api.stream_token("publish", "road/k1", 600);
    let _publisher = publish(&server, &format!("road/k1?token={publish_token}"), Clip::H264Aac);
    api.await_live("road/k1");
    let token = api.stream_token("play", "road/k1", 600);
    for (first, is_clear) in [
        ("index.m3u8", (|bytes: &[u8]| &bytes[4..8] == b"moof") as fn(&[u8]) -> bool),
        ("ts.m3u8", |bytes| bytes.len().is_multiple_of(188) && bytes.chunks(188).all(|packet| packet[0] == 0x47)),
    ] {
        let target = begin(&server, &format!("/road/k1/{first}?token={token}"));
        let session = target.split_once("?session=").unwrap().1.to_owned();
        let playlist = media(&server, &target);
        playlist.validate(false);
        assert!(playlist.part_target.is_none() && playlist.preload_hint.is_none(), "{playlist:?}");
        let segment = playlist.segments.last().unwrap();
        let (key_uri, vector) = segment.key.clone().expect("a key");
        assert!(!segment.map_is_encrypted);
        let bytes = get(&server, &format!("/road/k1/{}", segment.uri)).body;
        assert_eq!(bytes, get(&server, &format!("/road/k1/{}", segment.uri)).body, "encrypted once for all");
        assert!(!is_clear(&bytes));
        let key_target = format!("/road/k1/{key_uri}");
        let key = get(&server, &key_target);
        assert_eq!((key.status, key.body.len()), (200, 16), "{}", key.text());
        assert!(key.head.contains("cache-control: no-store"), "{}", key.head);
        assert!(is_clear(&decrypted(&bytes, &key.body, &vector)), "{first}");

        let name = key_target.split('?').next().unwrap();
        for wrong in [
            name.to_owned(),
            format!("{name}?session=00000000000000000000000000000000"),
            format!("{name}?token={token}"),
            format!("{}?session={session}", name.replace("k1", "k2")),
        ] {
            let refused = get(&server, &wrong);
            assert_eq!((refused.status, refused.json()["code"].as_str()), (403, Some("forbidden")), "{wrong}");
        }
        let gone = get(&server, &format!("{}77.bin?session={session}", name.trim_end_matches(|c: char| c != '-')));
        assert_eq!(gone.status, 404, "a key that never was");
        for viewer in api.get("/viewers")["items"].as_array().unwrap() {
            assert_eq!(api.send("DELETE", &format!("/viewers/{}", viewer["id"]), None).status, 204);
        }
        assert_eq!(get(&server, &key_target).status, 403, "cut");
    }
    server.assert_well();
}

#[test]
fn players_read_both_kinds_encrypted() {
    let mut server = options().start();
    let api = server.sign_in();
    let rule = json!({ "pattern": "road/*", "settings": { "encrypt_hls": true } });
    assert_eq!(api.send("POST", "/applications", Some(&rule)).status, 201);
    let _publisher = publish(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    for playlist in ["index.m3u8", "ts.m3u8"] {
        let url = server.url("http", &format!("road/k1/{playlist}"));
        read::ffmpeg("", &url, SEEN).unwrap();
        // GStreamer 1.22 takes the initialisation segment for encrypted even where no key precedes it.
        if playlist == "ts.m3u8" {
            read::gstreamer(&url, 25).unwrap();
        }
        read::mpv(&url, 25).unwrap();
    }
    server.assert_well();
}

#[test]
fn sound_alone_h265_and_a_stream_that_ends() {
    let mut server = options().set("streams.publisher_grace_ms", "0").start();
    let api = server.sign_in();
    let publisher = publish(&server, "road/sound", Clip::Aac);
    api.await_live("road/sound");
    for playlist in ["index.m3u8", "ts.m3u8"] {
        let sound = Expect { pictures: 0, sound: true };
        read::ffmpeg("", &server.url("http", &format!("road/sound/{playlist}")), sound).unwrap();
    }
    let target = begin(&server, "/road/sound/index.m3u8");
    media(&server, &target).validate(true);
    publisher.stop().crash();
    let last = until("the end", PATIENCE, || Some(media(&server, &target)).filter(|playlist| playlist.ended));
    assert!(last.preload_hint.is_none());
    assert_eq!(
        get(&server, &format!("{target}&_HLS_msn={}", last.next_part().0 + 1)).status,
        200,
        "nothing is waited for"
    );

    let _h265 =
        testkit::publish::viaduct_push(crate::support::BINARY, &Clip::H265Aac.path(), &server.url("rtmp", "road/h265"));
    api.await_live("road/h265");
    read::ffmpeg("", &server.url("http", "road/h265/index.m3u8"), SEEN).unwrap();
    server.assert_well();
}

#[test]
fn switched_off_for_an_application_it_is_refused() {
    let server = options().start();
    let api = server.sign_in();
    let rule = json!({ "pattern": "road/*", "settings": { "outputs": ["flv"] } });
    assert_eq!(api.send("POST", "/applications", Some(&rule)).status, 201);
    let _publisher = publish(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    assert_eq!(get(&server, "/road/k1/index.m3u8").status, 403);
    assert_eq!(get(&server, "/road/k1.ts").status, 403);
}

#[test]
fn a_stream_without_key_frames_is_explained() {
    let server = options().set("streams.play_wait_ms", "1000").start();
    let api = server.sign_in();
    let mut tags = testkit::publish::media_tags(Clip::H264);
    tags.retain(|tag| testkit::flv::video_tag(&tag.body) != testkit::flv::VideoTag::Key);
    let _publisher = crate::support::publish_tags(&server, "road/k1", tags, |at| u32::try_from(at).unwrap());
    api.await_state("road/k1", "live");
    let target = begin(&server, "/road/k1/index.m3u8");
    let answer = get(&server, &target);
    assert_eq!(answer.status, 504, "{}", answer.text());
    assert!(answer.text().contains("key frame"), "{}", answer.text());
}
