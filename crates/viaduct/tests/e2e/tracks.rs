//! Several sounds: each arrives as itself, told by its tone, at every output and for every player.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use testkit::clips::{Clip, TONES_HZ, path_text, words};
use testkit::hls::{Multivariant, Playlist, validate_reload};
use testkit::http::{self, Answer};
use testkit::process::Process;
use testkit::read::{self, Expect};
use testkit::upstream::{ffmpeg_sender, ffmpeg_server, free_port, python_server};
use testkit::ws::WsViewer;
use testkit::{Api, PATIENCE, Server, publish, until};

use crate::support::{closed_server, options};

fn get(server: &Server, target: &str) -> Answer {
    http::request(server.address("http"), "GET", target, &[], None)
}

fn assert_tone(heard: Result<f64, String>, sound: usize, what: &str) {
    let heard = heard.unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!((heard - TONES_HZ[sound]).abs() < 15.0, "{what}: {heard} Hz");
}

/// The first playlist with its session.
fn multivariant(server: &Server, target: &str) -> Multivariant {
    let answer = get(server, target);
    assert_eq!(answer.status, 200, "{target}: {}", answer.text());
    Multivariant::parse(&answer.text())
}

fn media(server: &Server, uri: &str) -> Playlist {
    let answer = get(server, &format!("/road/k1/{uri}"));
    assert_eq!(answer.status, 200, "{uri}: {}", answer.text());
    Playlist::parse(&answer.text())
}

/// Every output that carries both gives both, every one that carries one gives the one that was asked for.
fn assert_all_outputs(server: &Server, stream: &str) {
    let http = |path: &str| server.url("http", &format!("{stream}{path}"));
    for (sound, query) in ["", "?audio=2"].into_iter().enumerate() {
        for url in ["/index.m3u8", "/ts.m3u8", "/manifest.mpd", ".ts"].map(http) {
            assert_tone(read::ffmpeg_tone("", &url, sound), sound, &url);
        }
        assert_tone(read::ffmpeg_tone("-rtsp_transport tcp", &server.url("rtsp", stream), sound), sound, "RTSP");
        for path in [".mp4", ".flv"] {
            let url = http(&format!("{path}{query}"));
            let codecs = read::ffprobe("", &url).unwrap();
            assert_eq!(codecs.iter().filter(|codec| *codec == "aac").count(), 1, "{url}: {codecs:?}");
            assert_tone(read::ffmpeg_tone("", &url, 0), sound, &url);
        }
        let target = format!("/{stream}.mp4{query}");
        let received = WsViewer::open(server.address("http"), &target, false).collect(Duration::from_secs(4));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("received.mp4");
        std::fs::write(&file, received).unwrap();
        assert_tone(read::ffmpeg_tone("", &path_text(&file), 0), sound, &format!("WebSocket {target}"));
    }
}

#[test]
fn two_sounds_published_by_rtsp_reach_every_output() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtsp(&Clip::TwoSounds.path(), &server.url("rtsp", "road/k1"));
    api.await_live("road/k1");
    assert_all_outputs(&server, "road/k1");
    server.assert_well();
}

#[test]
fn two_sounds_of_a_transport_stream_and_of_a_file_reach_every_output() {
    let mut server = options().start();
    let api = server.sign_in();
    let port = free_port();
    let _ffmpeg = ffmpeg_sender(Clip::TwoSounds, "mpegts", &format!("udp://127.0.0.1:{port}?pkt_size=1316"));
    std::fs::copy(Clip::TwoSounds.path(), server.data().join("files/two.mp4")).unwrap();
    for (name, url) in [("udp", format!("udp://127.0.0.1:{port}")), ("file", "file:two.mp4".to_owned())] {
        api.post("/sources", &json!({ "app": "road", "name": name, "url": url, "mode": "always" }));
        api.await_live(&format!("road/{name}"));
        assert_all_outputs(&server, &format!("road/{name}"));
        let first = multivariant(&server, &format!("/road/{name}/index.m3u8"));
        let languages: Vec<_> = first.sounds.iter().map(|sound| sound.language.as_deref()).collect();
        assert_eq!(languages, [Some("zh"), Some("en")], "{name}");
    }
    server.assert_well();
}

#[test]
fn other_players_hear_each_sound_of_hls_and_dash() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtsp(&Clip::TwoSounds.path(), &server.url("rtsp", "road/k1"));
    api.await_live("road/k1");
    for file in ["index.m3u8", "ts.m3u8", "manifest.mpd"] {
        let url = server.url("http", &format!("road/k1/{file}"));
        for sound in 0..2 {
            assert_tone(read::mpv_tone(&url, sound), sound, &format!("mpv {file}"));
        }
        read::ffmpeg("", &url, Expect { pictures: 40, sound: true }).unwrap();
        read::mpv(&url, 25).unwrap();
        // GStreamer 1.22 loses its place in manifests of streams that are not young.
        if file != "manifest.mpd" {
            read::gstreamer(&url, 25).unwrap();
        }
    }
    for file in ["index.m3u8", "ts.m3u8"] {
        let first = multivariant(&server, &format!("/road/k1/{file}"));
        for (number, sound) in first.sounds.iter().enumerate() {
            let url = server.url("http", &format!("road/k1/{}", sound.uri.as_deref().unwrap()));
            assert_tone(read::gstreamer_tone(&url), number, &format!("GStreamer {file}"));
        }
    }
    server.assert_well();
}

#[test]
fn the_playlists_of_a_group_keep_the_rules_together() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtsp(&Clip::TwoSounds.path(), &server.url("rtsp", "road/k1"));
    api.await_live("road/k1");
    let first = multivariant(&server, "/road/k1/index.m3u8");
    assert!(first.sounds[0].default && first.codecs.len() == 2, "{first:?}");
    let mut uris: Vec<String> = first.sounds.iter().map(|sound| sound.uri.clone().unwrap()).collect();
    uris.push(first.uri);
    let mut last: Vec<Playlist> = uris.iter().map(|uri| media(&server, uri)).collect();
    for _ in 0..12 {
        for (uri, last) in uris.iter().zip(&mut last) {
            let (segment, part) = last.next_part();
            let next = media(&server, &format!("{uri}&_HLS_msn={segment}&_HLS_part={part}"));
            next.validate(true);
            validate_reload(last, &next);
            *last = next;
        }
        let targets: BTreeSet<u64> = last.iter().map(|playlist| playlist.target_s).collect();
        assert_eq!(targets.len(), 1, "[6.2.4] all have the same target duration");
    }
    for (uri, playlist) in uris.iter().zip(&last) {
        let others: BTreeSet<&String> = uris.iter().filter(|other| *other != uri).collect();
        let reported: BTreeSet<&String> = playlist.reports.iter().map(|(uri, ..)| uri).collect();
        assert_eq!(reported, others, "[B.1] each reports the others");
        for (other, segment, part) in &playlist.reports {
            let other = media(&server, other);
            assert!(other.has(*segment, *part), "{segment}.{part} was reported: {other:?}");
        }
        for piece in playlist.uris() {
            assert_eq!(get(&server, &format!("/road/k1/{piece}")).status, 200, "{piece}");
        }
    }
    assert_eq!(api.get("/viewers")["items"].as_array().unwrap().len(), 1, "one viewer, however many playlists");
    server.assert_well();
}

#[test]
fn one_session_is_granted_for_all_sounds_encrypted_or_for_caches() {
    let (mut server, api) = closed_server(&options());
    let rule = json!({ "pattern": "road/*", "settings": { "encrypt_hls": true } });
    assert_eq!(api.send("POST", "/applications", Some(&rule)).status, 201);
    let publish_token = api.stream_token("publish", "road/k1", 600);
    let target = server.url("rtsp", &format!("road/k1?token={publish_token}"));
    let _publisher = publish::ffmpeg_rtsp(&Clip::TwoSounds.path(), &target);
    api.await_live("road/k1");
    let token = api.stream_token("play", "road/k1", 600);
    for file in ["index.m3u8", "ts.m3u8"] {
        let url = server.url("http", &format!("road/k1/{file}?token={token}"));
        for sound in 0..2 {
            assert_tone(read::ffmpeg_tone("", &url, sound), sound, file);
        }
        let first = multivariant(&server, &format!("/road/k1/{file}?token={token}"));
        for sound in &first.sounds {
            let playlist = media(&server, sound.uri.as_deref().unwrap());
            playlist.validate(false);
            let (key, _) = playlist.segments.last().unwrap().key.clone().expect("a key");
            assert_eq!(get(&server, &format!("/road/k1/{key}")).body.len(), 16);
            let anonymous = key.split('?').next().unwrap();
            assert_eq!(get(&server, &format!("/road/k1/{anonymous}")).status, 403);
        }
        cut_all(&api);
        assert_eq!(get(&server, &format!("/road/k1/{}", first.sounds[1].uri.as_deref().unwrap())).status, 403, "cut");
    }
    let shared = multivariant(&server, &format!("/t/{token}/road/k1/index.m3u8"));
    for uri in shared.sounds.iter().map(|sound| sound.uri.as_deref().unwrap()).chain([shared.uri.as_str()]) {
        assert_eq!(get(&server, &format!("/t/{token}/road/k1/{uri}")).status, 200, "{uri}");
        assert_eq!(get(&server, &format!("/road/k1/{uri}")).status, 403, "{uri}");
    }
    // Those that were cut are forgotten with the next look at who is there.
    until("all who show one token to be one", PATIENCE, || {
        (api.get("/viewers")["items"].as_array().unwrap().len() == 1).then_some(())
    });
    server.assert_well();
}

fn cut_all(api: &Api) {
    for viewer in api.get("/viewers")["items"].as_array().unwrap() {
        assert_eq!(api.send("DELETE", &format!("/viewers/{}", viewer["id"]), None).status, 204);
    }
}

#[test]
fn sound_alone_can_be_the_second() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtsp(&Clip::TwoSounds.path(), &server.url("rtsp", "road/k1"));
    api.await_live("road/k1");
    for (sound, file) in ["audio.m3u8", "audio2.m3u8"].into_iter().enumerate() {
        assert_tone(read::ffmpeg_tone("", &server.url("http", &format!("road/k1/{file}")), 0), sound, file);
    }
    assert_eq!(get(&server, "/road/k1/audio3.m3u8").status, 415);
    server.assert_well();
}

#[test]
fn sounds_without_pictures_are_a_group_too() {
    let mut server = options().start();
    let api = server.sign_in();
    let file = server.data().join("files/radio.mp4");
    let source = path_text(&Clip::TwoSounds.path());
    let arguments = ["-v", "error", "-i", &source, "-map", "0:a", "-c", "copy", "-t", "20", &path_text(&file)];
    assert!(testkit::process::run("ffmpeg", arguments, PATIENCE).0);
    api.post("/sources", &json!({ "app": "road", "name": "k1", "url": "file:radio.mp4", "mode": "always" }));
    api.await_live("road/k1");
    let tracks = api.stream("road/k1").unwrap()["tracks"].clone();
    assert_eq!([&tracks[0]["language"], &tracks[1]["language"]], ["zh", "en"], "{tracks}");
    for (sound, file) in [(0, "index.m3u8"), (1, "index.m3u8"), (1, "ts.m3u8"), (1, "manifest.mpd")] {
        let url = server.url("http", &format!("road/k1/{file}"));
        assert_tone(read::ffmpeg_tone("", &url, sound), sound, file);
    }
    let first = multivariant(&server, "/road/k1/index.m3u8");
    assert_eq!(first.sounds[0].uri.as_ref(), Some(&first.uri), "what is heard where nobody chooses");
    media(&server, &first.uri).validate(true);

    // And on to another server, which finds each sound once.
    let edge = options().start();
    let edge_api = edge.sign_in();
    let url = server.url("http", "road/k1/index.m3u8");
    edge_api.post("/sources", &json!({ "app": "road", "name": "k1", "url": url, "mode": "always" }));
    edge_api.await_live("road/k1");
    assert_eq!(edge_api.stream("road/k1").unwrap()["tracks"].as_array().unwrap().len(), 2);
    for sound in 0..2 {
        assert_tone(read::ffmpeg_tone("", &edge.url("http", "road/k1.ts"), sound), sound, "edge");
    }
    server.assert_well();
}

#[test]
fn a_sound_that_is_gone_keeps_nobody_from_the_others() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtsp(&Clip::TwoSounds.path(), &server.url("rtsp", "road/k1"));
    api.await_live("road/k1");
    let first = get(&server, "/road/k1/index.m3u8").text();
    let folder = tempfile::tempdir().unwrap();
    let here = server.url("http", "road/k1/");
    let list = first.replace("URI=\"", &format!("URI=\"{here}")).replace("\nvideo-", &format!("\n{here}video-"));
    std::fs::write(folder.path().join("list.m3u8"), list.replace("audio2-media", "audio7-media")).unwrap();
    let (_python, port) = python_server(folder.path());
    let url = format!("http://127.0.0.1:{port}/list.m3u8");
    api.post("/sources", &json!({ "app": "road", "name": "k2", "url": url, "mode": "always" }));
    api.await_live("road/k2");
    read::ffmpeg("", &server.url("http", "road/k2.mp4"), Expect { pictures: 100, sound: true }).unwrap();
    assert_tone(read::ffmpeg_tone("", &server.url("http", "road/k2.ts"), 0), 0, "the first");
    assert_eq!(api.stream("road/k2").unwrap()["tracks"].as_array().unwrap().len(), 2);
    server.assert_well();
}

#[test]
fn all_sounds_of_a_pulled_playlist_and_of_a_pulled_transport_stream_arrive() {
    let folder = tempfile::tempdir().unwrap();
    let here = path_text(folder.path());
    let mut arguments = words("-v error -nostdin -re -stream_loop -1 -i");
    arguments.push(path_text(&Clip::TwoSounds.path()));
    arguments
        .extend(words("-map 0 -c copy -f hls -hls_time 2 -hls_list_size 5 -hls_flags delete_segments -var_stream_map"));
    arguments.push("a:0,agroup:s,language:zh,default:yes a:1,agroup:s,language:en v:0,agroup:s".to_owned());
    arguments.extend(words("-master_pl_name live.m3u8"));
    arguments.push(format!("{here}/%v.m3u8"));
    let _ffmpeg = Process::start("ffmpeg", arguments);
    let (_python, port) = python_server(folder.path());
    until("two segments", PATIENCE, || {
        let text = std::fs::read_to_string(folder.path().join("2.m3u8")).ok()?;
        (text.matches("#EXTINF").count() >= 2 && folder.path().join("live.m3u8").exists()).then_some(())
    });
    let (_server, _, ts) = ffmpeg_server(Clip::TwoSounds, "mpegts", "http");
    let mut server = options().start();
    let api = server.sign_in();
    for (name, url) in [("hls", format!("http://127.0.0.1:{port}/live.m3u8")), ("ts", ts)] {
        api.post("/sources", &json!({ "app": "road", "name": name, "url": url, "mode": "always" }));
        let stream = format!("road/{name}");
        api.await_live(&stream);
        for sound in 0..2 {
            let url = server.url("http", &format!("{stream}.ts"));
            assert_tone(read::ffmpeg_tone("", &url, sound), sound, &url);
        }
        let first = multivariant(&server, &format!("/{stream}/index.m3u8"));
        let languages: Vec<_> = first.sounds.iter().map(|sound| sound.language.as_deref()).collect();
        assert_eq!(languages, [Some("zh"), Some("en")], "{name}");
    }
    server.assert_well();
}
