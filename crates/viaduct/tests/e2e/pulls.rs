//! Pulling from independent servers by every scheme that a URL may have.

use serde_json::{Value, json};
use testkit::clips::{Clip, path_text, words};
use testkit::process::Process;
use testkit::publish::gstreamer_camera_by;
use testkit::read::{self, Expect};
use testkit::tls::TlsFront;
use testkit::upstream::{HlsServer, ffmpeg_sender, ffmpeg_server, free_port, python_server};
use testkit::{Api, PATIENCE, Server, http, until};

use crate::support::options;

const SEEN: Expect = Expect { pictures: 50, sound: true };

fn add(api: &Api, url: &str, mode: &str) {
    api.post("/sources", &json!({ "app": "road", "name": "cam", "url": url, "mode": mode }));
}

fn failure(api: &Api) -> Value {
    until("the failure", PATIENCE, || Some(api.get("/sources/road/cam")).filter(|source| source["failures"] != 0))
}

fn watch(server: &Server) {
    read::ffmpeg("", &server.url("http", "road/cam.mp4"), SEEN).unwrap();
}

#[test]
fn an_encrypted_camera_is_pulled_once_its_certificate_is_named() {
    let (_camera, port) = gstreamer_camera_by(Clip::H264Aac, "tcp", "viewer", "secret one");
    let front = TlsFront::start(port);
    let mut server = options().start();
    let api = server.sign_in();
    let url = format!("rtsps://viewer:secret%20one@127.0.0.1:{}/stream", front.port);
    add(&api, &url, "always");
    let refused = failure(&api);
    let next_step = refused["last_error"]["next_step"].as_str().unwrap();
    let plain = front.fingerprint.replace(':', "").to_lowercase();
    assert!(next_step.contains(&format!("#sha256={plain}")), "{refused}");
    assert_eq!(refused["state"], "failed", "asking again helps nobody");

    let input =
        json!({ "app": "road", "name": "cam", "mode": "always", "url": format!("{url}#sha256={}", "00".repeat(32)) });
    assert_eq!(api.send("PUT", "/sources/road/cam", Some(&input)).status, 200);
    let refused = failure(&api);
    assert!(refused["last_error"]["text"].as_str().unwrap().contains("another certificate"), "{refused}");

    let input =
        json!({ "app": "road", "name": "cam", "mode": "always", "url": format!("{url}#sha256={}", front.fingerprint) });
    assert_eq!(api.send("PUT", "/sources/road/cam", Some(&input)).status, 200);
    watch(&server);
    server.assert_well();
}

#[test]
fn rtmps_is_pulled_from_ffmpeg_behind_openssl() {
    let (_ffmpeg, port, _) = ffmpeg_server(Clip::H264Aac, "flv", "rtmp");
    let front = TlsFront::start(port);
    let mut server = options().start();
    let api = server.sign_in();
    add(&api, &format!("rtmps://127.0.0.1:{}/live/cam#sha256={}", front.port, front.fingerprint), "always");
    watch(&server);
    server.assert_well();
}

#[test]
fn http_flv_is_pulled_from_ffmpeg_plain_and_encrypted() {
    for encrypted in [false, true] {
        let (_ffmpeg, port, url) = ffmpeg_server(Clip::H264Aac, "flv", "http");
        let mut server = options().start();
        let api = server.sign_in();
        let front = encrypted.then(|| TlsFront::start(port));
        let url = match &front {
            Some(front) => format!("https://127.0.0.1:{}/live/cam.flv#sha256={}", front.port, front.fingerprint),
            None => url,
        };
        add(&api, &url, "always");
        watch(&server);
        server.assert_well();
    }
}

#[test]
fn http_ts_is_pulled_from_ffmpeg_with_h264_and_h265() {
    for clip in [Clip::H264Aac, Clip::H265Aac] {
        let (_ffmpeg, _, url) = ffmpeg_server(clip, "mpegts", "http");
        let mut server = options().start();
        let api = server.sign_in();
        add(&api, &url, "always");
        watch(&server);
        assert_eq!(api.stream("road/cam").unwrap()["publisher"]["protocol"], "http-pull");
        server.assert_well();
    }
}

#[test]
fn a_transport_stream_is_received_by_udp_from_independent_senders() {
    for (form, to, listen) in [
        ("mpegts", "udp://127.0.0.1:PORT?pkt_size=1316", "udp://127.0.0.1:PORT"),
        (
            "mpegts",
            "udp://239.255.77.9:PORT?pkt_size=1316&localaddr=127.0.0.1",
            "udp://@239.255.77.9:PORT?interface=127.0.0.1",
        ),
        ("rtp_mpegts", "rtp://127.0.0.1:PORT", "udp://0.0.0.0:PORT?source=127.0.0.1"),
    ] {
        let port = free_port().to_string();
        let mut server = options().start();
        let api = server.sign_in();
        let _ffmpeg = ffmpeg_sender(Clip::H264Aac, form, &to.replace("PORT", &port));
        add(&api, &listen.replace("PORT", &port), "always");
        watch(&server);
        let publisher = api.stream("road/cam").unwrap()["publisher"].clone();
        assert_eq!(publisher["protocol"], "udp", "{publisher}");
        server.assert_well();
    }
}

#[test]
fn a_port_that_hears_nothing_or_is_our_own_is_explained() {
    let server = options().start();
    let api = server.sign_in();
    let own = server.address("http").port();
    for (url, part) in [(format!("udp://127.0.0.1:{own}"), "own"), ("udp://192.0.2.7:5000".to_owned(), "address")] {
        let report = api.post("/probe", &json!({ "url": url, "timeout_ms": 3000 }));
        let summary = report["summary"].as_str().unwrap().to_lowercase();
        assert!(report["ok"] == false && summary.contains(part), "{report}");
    }
}

#[test]
fn a_stream_is_relayed_by_udp_to_ffmpeg() {
    let mut server = options().start();
    let api = server.sign_in();
    let port = free_port();
    let body = json!({ "pattern": "road/k1", "target": format!("udp://127.0.0.1:{port}"), "enabled": true });
    assert_eq!(api.send("POST", "/relays", Some(&body)).status, 201);
    let _publisher = crate::support::publish(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    read::ffmpeg("-f mpegts", &format!("udp://127.0.0.1:{port}?timeout=20000000"), SEEN).unwrap();
    server.assert_well();
}

#[test]
fn files_are_cameras_by_their_bare_names_again_and_again() {
    let mut server = options().start();
    let api = server.sign_in();
    let folder = server.data().join("files");
    let short = |form: &str| {
        let file = folder.join(format!("路口 1.{form}"));
        let mut arguments = words("-v error -nostdin -y -i");
        arguments.push(path_text(&Clip::H264Aac.path()));
        arguments.extend(words("-t 2 -map 0 -c copy"));
        arguments.push(path_text(&file));
        assert!(Process::start("ffmpeg", arguments).wait(PATIENCE).success());
    };
    for form in ["mp4", "flv", "ts"] {
        short(form);
        let name = format!("cam-{form}");
        api.post(
            "/sources",
            &json!({ "app": "road", "name": name, "url": format!("file:路口 1.{form}"), "mode": "on_demand" }),
        );
        // More than two rounds: the counter of the pictures starts anew with each.
        let seen = Expect { pictures: 40, sound: true };
        read::ffmpeg("", &server.url("http", &format!("road/{name}.flv")), seen).unwrap();
        let watched = http::request(server.address("http"), "GET", &format!("/road/{name}/index.m3u8"), &[], None);
        assert_eq!(watched.status, 200, "{}", watched.text());
    }
    for url in ["file:../viaduct.db", "file:///etc/passwd", "file:a%2Fb.mp4", "file:.secret"] {
        let input = json!({ "app": "road", "name": "x", "url": url, "mode": "always" });
        assert_eq!(api.send("POST", "/sources", Some(&input)).status, 400, "{url}");
    }
    let report = api.post("/probe", &json!({ "url": "file:none.mp4", "timeout_ms": 3000 }));
    assert!(report["summary"].as_str().unwrap().contains("no file"), "{report}");
    server.assert_well();
}

#[test]
fn hls_with_transport_stream_segments_is_pulled_from_ffmpeg_in_the_clear_and_encrypted() {
    let key_info = tempfile::tempdir().unwrap();
    let encrypted = format!("-map 0 -hls_key_info_file {}/info", path_text(key_info.path()));
    for how in ["-map 0", encrypted.as_str()] {
        if how != "-map 0" {
            std::fs::write(key_info.path().join("key"), b"0123456789abcdef").unwrap();
            let info = format!("secret.key\n{}\n", path_text(&key_info.path().join("key")));
            std::fs::write(key_info.path().join("info"), info).unwrap();
        }
        let hls = HlsServer::start(Clip::H264Aac, how);
        std::fs::write(hls.folder.path().join("secret.key"), b"0123456789abcdef").unwrap();
        let playlist = std::fs::read_to_string(hls.folder.path().join("live.m3u8")).unwrap();
        assert_eq!(playlist.contains("METHOD=AES-128"), how != "-map 0", "{playlist}");
        let mut server = options().start();
        let api = server.sign_in();
        add(&api, &hls.url("live.m3u8"), "always");
        let seen = Expect { pictures: 150, sound: true };
        read::ffmpeg("", &server.url("http", "road/cam.mp4"), seen).unwrap();
        server.assert_well();
    }
}

#[test]
fn hls_with_fragmented_mp4_is_pulled_from_ffmpeg() {
    for clip in [Clip::H264Aac, Clip::H265Aac] {
        let hls = HlsServer::start(clip, "-map 0 -hls_segment_type fmp4 -hls_fmp4_init_filename init.mp4");
        let mut server = options().start();
        let api = server.sign_in();
        add(&api, &hls.url("live.m3u8"), "always");
        let seen = Expect { pictures: 100, sound: true };
        read::ffmpeg("", &server.url("http", "road/cam.mp4"), seen).unwrap();
        server.assert_well();
    }
}

#[test]
fn sound_in_a_playlist_of_its_own_is_put_beside_the_pictures() {
    // FFmpeg writes two playlists; the list of them is put beside.
    let two = "-map 0:a -hls_segment_type fmp4 -hls_fmp4_init_filename sound-init.mp4 \
               -hls_segment_filename FOLDER/sound%d.m4s FOLDER/sound.m3u8 \
               -c copy -map 0:v -f hls -hls_time 2 -hls_list_size 5 -hls_flags delete_segments -hls_segment_type fmp4";
    let hls = HlsServer::start(Clip::H264Aac, two);
    let list = "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"a\",DEFAULT=YES,URI=\"sound.m3u8\"\n\
                #EXT-X-STREAM-INF:BANDWIDTH=500000,AUDIO=\"a\"\nlive.m3u8\n";
    std::fs::write(hls.folder.path().join("index.m3u8"), list).unwrap();
    let mut server = options().start();
    let api = server.sign_in();
    add(&api, &hls.url("index.m3u8"), "always");
    let seen = Expect { pictures: 100, sound: true };
    read::ffmpeg("", &server.url("http", "road/cam.mp4"), seen).unwrap();
    assert_eq!(api.stream("road/cam").unwrap()["tracks"].as_array().unwrap().len(), 2);
    server.assert_well();
}

/// Low-latency parts: ours only, no independent packager of them is at hand.
#[test]
fn low_latency_hls_of_another_server_of_ours_is_pulled_part_by_part() {
    let origin = options().start();
    let _publisher = crate::support::publish(&origin, "road/k1", Clip::H264Aac);
    origin.sign_in().await_live("road/k1");
    let mut server = options().start();
    let api = server.sign_in();
    add(&api, &origin.url("http", "road/k1/index.m3u8"), "always");
    let seen = Expect { pictures: 100, sound: true };
    read::ffmpeg("", &server.url("http", "road/cam.mp4"), seen).unwrap();
    let asked = origin.sign_in().metric("viaduct_gateway_hls_requests_total");
    // By whole segments it would be six; a busy machine falls back to those now and then.
    assert!(asked > 10, "{asked} requests: parts are asked for one by one");
    server.assert_well();
}

#[test]
fn http_fmp4_of_another_server_is_pulled() {
    let (_ffmpeg, _, url) =
        ffmpeg_server(Clip::H264Aac, "mp4 -movflags frag_keyframe+empty_moov+default_base_moof", "http");
    let mut server = options().start();
    let api = server.sign_in();
    add(&api, &url, "always");
    watch(&server);
    server.assert_well();
}

#[test]
fn a_playlist_that_leads_astray_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (_python, port) = python_server(folder.path());
    let server = options().start();
    let api = server.sign_in();
    let variant = |uri: &str| format!("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{uri}\n");
    let media = |uri: &str| format!("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{uri}\n#EXT-X-ENDLIST\n");
    for (text, part) in [
        (variant("index.m3u8"), "another list"),
        (variant("file:///etc/passwd"), "bare name"),
        (media("file:clip.mp4"), "may not be followed"),
        (media("http://169.254.169.254/latest"), "may not be pulled"),
        (media("rtsp://127.0.0.1/x"), "may not be followed"),
        ("#EXTM3U\n".to_owned(), "neither"),
        (media("index.m3u8"), "neither MPEG-TS"),
    ] {
        std::fs::write(folder.path().join("index.m3u8"), &text).unwrap();
        let url = format!("http://127.0.0.1:{port}/index.m3u8");
        let report = api.post("/probe", &json!({ "url": url, "timeout_ms": 5000 }));
        assert!(report["ok"] == false && report["summary"].as_str().unwrap().contains(part), "{text}: {report}");
    }
}
