//! Pictures of streams, looked at by FFmpeg, with workers that die.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use container::flv::Tag;
use testkit::clips::{Clip, path_text};
use testkit::http::{self, Answer};
use testkit::publish::{ffmpeg_rtsp, gstreamer_rtsp, media_tags};
use testkit::{PATIENCE, Server, picture, process};

use crate::support::{options, publish, publish_tags, workers};

/// A picture in grey, as FFmpeg decodes it, scaled to the size of the clips.
pub(crate) fn decoded(bytes: &[u8], extension: &str) -> (Vec<u8>, String) {
    let folder = tempfile::tempdir().unwrap();
    let (file, grey) = (folder.path().join(format!("picture.{extension}")), folder.path().join("grey"));
    std::fs::write(&file, bytes).unwrap();
    let probe = ["-v", "error", "-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0"];
    let (ok, out, messages) =
        process::run("ffprobe", probe.map(str::to_owned).into_iter().chain([path_text(&file)]), PATIENCE);
    assert!(ok, "{messages}");
    let scale = format!("scale={}:{}", picture::WIDTH, picture::HEIGHT);
    let arguments = [
        "-v",
        "error",
        "-nostdin",
        "-i",
        &path_text(&file),
        "-vf",
        &scale,
        "-pix_fmt",
        "gray",
        "-f",
        "rawvideo",
        &path_text(&grey),
    ]
    .map(str::to_owned);
    let (ok, _, messages) = process::run("ffmpeg", arguments, PATIENCE);
    assert!(ok, "{messages}");
    (std::fs::read(&grey).unwrap(), out.trim().to_owned())
}

fn get(server: &Server, path: &str) -> Answer {
    http::request(server.address("http"), "GET", path, &[], None)
}

#[test]
fn the_latest_key_frame_of_each_codec_is_a_picture_in_each_form() {
    let mut server = options().start();
    let api = server.sign_in();
    let _h264 = publish(&server, "road/h264", Clip::H264Aac);
    let _h265 = gstreamer_rtsp(Clip::H265Aac, &server.url("rtsp", "road/h265"));
    let _av1 =
        testkit::publish::viaduct_push(crate::support::BINARY, &Clip::Av1.path(), &server.url("rtmp", "road/av1"));
    for name in ["h264", "h265", "av1"] {
        api.await_live(&format!("road/{name}"));
        for (extension, content_type, codec) in
            [("jpg", "image/jpeg", "mjpeg"), ("png", "image/png", "png"), ("webp", "image/webp", "webp")]
        {
            let answer = get(&server, &format!("/road/{name}.{extension}"));
            assert_eq!(answer.status, 200, "{name}.{extension}: {}", answer.text());
            assert!(answer.head.to_lowercase().contains(&format!("content-type: {content_type}")), "{}", answer.head);
            let (grey, probed) = decoded(&answer.body, extension);
            assert_eq!(probed, format!("{codec},384,216"), "{name}.{extension}");
            assert_eq!(picture::read(&grey) % 25, 0, "{name}.{extension}: key frames are every 25 pictures");
        }
        let small = get(&server, &format!("/road/{name}.jpg?width=192&quality=90"));
        let (grey, probed) = decoded(&small.body, "jpg");
        assert_eq!((probed.as_str(), picture::read(&grey) % 25), ("mjpeg,192,108", 0));
    }
    assert_eq!(api.metric("viaduct_vision_workers_died_total"), 0);
    server.assert_well();
}

#[test]
fn a_camera_that_nobody_watches_is_started_for_a_picture_and_nobody_is_listed_for_it() {
    let mut server = options().start();
    let api = server.sign_in();
    let upstream = options().start();
    let _camera = ffmpeg_rtsp(&Clip::H264.path(), &upstream.url("rtsp", "cam/k1"));
    upstream.sign_in().await_live("cam/k1");
    let source =
        serde_json::json!({ "app": "road", "name": "k1", "url": upstream.url("rtsp", "cam/k1"), "mode": "on_demand" });
    api.post("/sources", &source);
    let answer = get(&server, "/road/k1.jpg");
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(picture::read(&decoded(&answer.body, "jpg").0) % 25, 0);
    assert_eq!(api.get("/streams/road/k1")["viewers"], 0);
    server.assert_well();
}

#[test]
fn what_gives_no_picture_says_why() {
    let mut server = options().set("streams.play_wait_ms", "500").start();
    let api = server.sign_in();
    let _sound = publish(&server, "road/sound", Clip::Aac);
    api.await_state("road/sound", "live");
    for (path, status, text) in [
        ("/road/none.jpg", 404, "Nobody publishes"),
        ("/road/sound.jpg", 415, "no video"),
        ("/road/sound.jpg?width=0", 400, "width"),
    ] {
        let answer = get(&server, path);
        assert!(answer.status == status && answer.text().contains(text), "{path}: {} {}", answer.status, answer.text());
    }
    let mut lacking = options().set("media.worker_path", "/nonexistent/worker").start();
    let _camera = publish(&lacking, "road/k1", Clip::H264);
    lacking.sign_in().await_live("road/k1");
    let answer = get(&lacking, "/road/k1.jpg");
    assert!(answer.status == 503 && answer.text().contains("media.worker_path"), "{}", answer.text());
    lacking.assert_well();
    server.assert_well();
}

#[test]
fn a_picture_needs_the_permission_to_play() {
    let (mut server, api) = crate::support::closed_server(&options());
    let token = api.stream_token("publish", "road/k1", 600);
    let _camera = publish(&server, &format!("road/k1?token={token}"), Clip::H264);
    api.await_live("road/k1");
    assert_eq!(get(&server, "/road/k1.jpg").status, 401);
    assert_eq!(get(&server, &format!("/road/k1.jpg?token={token}")).status, 403);
    let token = api.stream_token("play", "road/k1", 600);
    assert_eq!(get(&server, &format!("/road/k1.jpg?token={token}")).status, 200);
    server.assert_well();
}

/// Key frames whose slices hold noise, one after the other more of it.
fn garbled(mut tags: Vec<Tag>) -> Vec<Tag> {
    let mut noise = 0x9E37_79B9_7F4A_7C15_u64;
    for (number, tag) in tags.iter_mut().filter(|tag| tag.body.starts_with(&[0x17, 1])).enumerate() {
        let mut body = tag.body.to_vec();
        let mut at = 5;
        while at + 5 < body.len() {
            let length = u32::from_be_bytes(body[at..at + 4].try_into().unwrap()) as usize;
            let is_slice = body[at + 4] & 31 == 5;
            let kept = at + 5 + [0, 1, 4, 16, 200][number % 5];
            for byte in body[..at + 4 + length].iter_mut().skip(kept).filter(|_| is_slice) {
                noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                *byte = (noise >> 56) as u8 | 1;
            }
            at += 4 + length;
        }
        tag.body = body.into();
    }
    tags
}

#[test]
fn key_frames_of_noise_give_a_sentence_or_a_picture_and_harm_nobody() {
    let mut server = options().start();
    let api = server.sign_in();
    let _good = publish(&server, "road/good", Clip::H264);
    let _bad = publish_tags(&server, "road/bad", garbled(media_tags(Clip::H264)), |at| u32::try_from(at).unwrap());
    api.await_live("road/good");
    api.await_live("road/bad");
    for number in 0..60 {
        let bad = get(&server, &format!("/road/bad.jpg?width={}", 100 + number));
        assert!(matches!(bad.status, 200 | 415 | 503), "{}", bad.text());
        let good = get(&server, &format!("/road/good.jpg?height={}", 216 + number));
        assert_eq!(good.status, 200, "{}", good.text());
        assert_eq!(picture::read(&decoded(&good.body, "jpg").0) % 25, 0);
    }
    server.assert_well();
}

/// Each of the thousand is another picture, so that none is had for nothing.
#[test]
fn workers_that_are_killed_in_the_middle_of_a_thousand_pictures_cost_none_or_a_sentence() {
    const PICTURES: usize = 1000;
    let mut server = options().start();
    let api = server.sign_in();
    let _camera = publish(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    let (next, taken, refused, done) =
        (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let askers: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= PICTURES {
                            return;
                        }
                        let (width, quality) = (32 + number % 300, 1 + number / 300);
                        let answer = get(&server, &format!("/road/k1.jpg?width={width}&quality={quality}"));
                        if answer.status == 200 {
                            assert!(answer.body.starts_with(b"\xff\xd8") && answer.body.ends_with(b"\xff\xd9"));
                            taken.fetch_add(1, Ordering::Relaxed);
                        } else {
                            assert_eq!(answer.status, 503, "{}", answer.text());
                            assert!(answer.json()["detail"].as_str().unwrap().contains("media worker"));
                            refused.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                })
            })
            .collect();
        let killer = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for worker in workers(&server) {
                    process::run("kill", ["-KILL", &worker], PATIENCE);
                }
                testkit::pause(Duration::from_millis(100));
            }
        });
        let outcomes: Vec<_> = askers.into_iter().map(|asker| asker.join()).collect();
        done.store(true, Ordering::Relaxed);
        killer.join().unwrap();
        outcomes.into_iter().for_each(|outcome| outcome.unwrap());
    });
    let (taken, refused) = (taken.into_inner(), refused.into_inner());
    assert_eq!(taken + refused, PICTURES, "every one is answered");
    assert!(taken > PICTURES / 2, "{taken} of {PICTURES}");
    assert!(api.metric("viaduct_vision_workers_died_total") > 0, "{taken} taken");
    assert_eq!(get(&server, "/road/k1.jpg?width=300&quality=99").status, 200);
    server.assert_well();
}
