//! HLS and DASH that are cut before anybody asks, where a rule says so.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::clips::Clip;
use testkit::hls::Playlist;
use testkit::read::{self, Expect};
use testkit::{Api, PATIENCE, Server, ServerOptions, http, until};

use crate::support::{options, publish};

/// Segments of a second, as the key frames of the clips are apart.
fn short_segments() -> ServerOptions {
    options().set("hls.segment_ms", "1000").set("streams.publisher_grace_ms", "0")
}

fn get(server: &Server, target: &str) -> String {
    let answer = http::request(server.address("http"), "GET", target, &[], None);
    assert_eq!(answer.status, 200, "{target}: {}", answer.text());
    answer.text()
}

/// The first media playlist that a new viewer gets.
fn first_playlist(server: &Server, stream: &str) -> Playlist {
    let text = get(server, &format!("/{stream}/index.m3u8"));
    let media = text.lines().find(|line| !line.starts_with('#')).unwrap();
    Playlist::parse(&get(server, &format!("/{stream}/{media}")))
}

fn complete(playlist: &Playlist) -> usize {
    playlist.segments.iter().filter(|segment| segment.duration.is_some()).count()
}

/// Segments of the pictures that the first manifest names: `r` repeats one so many times more.
fn in_manifest(text: &str) -> u64 {
    let timeline = text.split("<SegmentTimeline>").nth(1).unwrap().split("</SegmentTimeline>").next().unwrap();
    let repeats =
        |line: &str| line.split("r=\"").nth(1).map_or(0, |rest| rest.split('"').next().unwrap().parse().unwrap());
    timeline.split("<S ").skip(1).map(|line| 1 + repeats(line)).sum()
}

fn packagers(api: &Api) -> u64 {
    api.metric("viaduct_gateway_open_packagers")
}

fn add_rule(api: &Api, pattern: &str, settings: &Value) -> Value {
    api.post("/applications", &json!({ "pattern": pattern, "settings": settings }))["id"].clone()
}

#[test]
fn the_first_viewer_finds_a_whole_window_and_without_the_rule_does_not() {
    let mut server = short_segments().start();
    let api = server.sign_in();
    add_rule(&api, "ahead/*", &json!({ "hls_always": true }));
    let publisher = publish(&server, "ahead/k1", Clip::H264Aac);
    let _other = publish(&server, "road/k1", Clip::H264Aac);
    api.await_live("ahead/k1");
    api.await_live("road/k1");
    until("one of HLS and two of DASH", PATIENCE, || (packagers(&api) == 3).then_some(()));
    let cached = || api.stream("ahead/k1").map_or(0, |stream| stream["counters"]["key_frames"].as_u64().unwrap());
    until("six seconds", PATIENCE, || (cached() >= 7).then_some(()));
    assert_eq!(packagers(&api), 3, "the other stream waits until somebody asks");

    let ahead = first_playlist(&server, "ahead/k1");
    ahead.validate(true);
    let on_demand = first_playlist(&server, "road/k1");
    assert!(complete(&ahead) >= 5, "{} segments", complete(&ahead));
    assert!(complete(&on_demand) <= 2, "{} segments", complete(&on_demand));
    let (ahead, on_demand) =
        (in_manifest(&get(&server, "/ahead/k1/manifest.mpd")), in_manifest(&get(&server, "/road/k1/manifest.mpd")));
    assert!(ahead >= 5 && on_demand <= 3, "{ahead} and {on_demand} segments of DASH");
    let url = server.url("http", "ahead/k1/index.m3u8");
    read::ffmpeg("", &url, Expect { pictures: 100, sound: true }).unwrap();
    let mut codecs = read::ffprobe("", &url).unwrap();
    codecs.sort();
    codecs.dedup();
    assert_eq!(codecs, ["aac", "h264"]);

    publisher.stop().crash();
    until("the stream's end", PATIENCE, || api.stream("ahead/k1").is_none().then_some(()));
    drop(_other);
    until("the end of cutting", PATIENCE * 3, || (packagers(&api) == 0).then_some(()));
    server.assert_well();
}

#[test]
fn a_rule_counts_for_running_streams_and_only_for_outputs_that_are_on() {
    let mut server = short_segments().start();
    let api = server.sign_in();
    let _publisher = publish(&server, "road/k1", Clip::H264Aac);
    let _sound = publish(&server, "road/adpcm", Clip::Adpcm);
    api.await_live("road/k1");
    api.await_live("road/adpcm");
    assert_eq!(packagers(&api), 0);
    let id = add_rule(&api, "road/*", &json!({ "hls_always": true, "outputs": ["hls", "flv"] }));
    // The sound of the other stream has no place in HLS.
    until("HLS alone", PATIENCE, || (packagers(&api) >= 1).then_some(()));
    testkit::pause(Duration::from_secs(2));
    assert_eq!(packagers(&api), 1);
    let effective = api.get("/streams/road/k1/settings");
    assert_eq!((&effective["settings"]["hls_always"], &effective["settings"]["record"]), (&json!(true), &json!(false)));
    assert_eq!(api.send("DELETE", &format!("/applications/{id}"), None).status, 204);
    until("the end of cutting", PATIENCE * 3, || (packagers(&api) == 0).then_some(()));
    assert_eq!(api.stream("road/k1").unwrap()["state"], "live");
    server.assert_well();
}
