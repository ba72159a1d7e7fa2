//! The sound of a stream in another codec: heard by FFmpeg, in time with the picture, and gone when nobody listens.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use container::fmp4::{Demuxer, Event};
use media::MediaKind;
use serde_json::json;
use testkit::clips::{Clip, TONES_HZ, path_text, words};
use testkit::read::{self, Expect};
use testkit::ws::{WsEvent, WsViewer};
use testkit::{Api, PATIENCE, Server, process, publish, until};

use crate::support::{options, workers};

/// How long a stream is watched to see when its sounds are.
const WATCHED: Duration = Duration::from_secs(5);

fn tone(server: &Server, scheme: &str, target: &str) -> f64 {
    read::ffmpeg_tone("", &server.url(scheme, target), 0).unwrap_or_else(|error| panic!("{target}: {error}"))
}

fn running(api: &Api) -> u64 {
    api.metric("viaduct_vision_sounds_running")
}

#[test]
fn every_sound_is_heard_in_every_codec() {
    let mut server = options().start();
    let api = server.sign_in();
    let clips = [
        (Clip::H264Aac, "road/aac"),
        (Clip::H265Opus, "road/opus"),
        (Clip::H264G711, "road/g711a"),
        (Clip::H264G711U, "road/g711u"),
        (Clip::Mp3, "road/mp3"),
    ];
    let _publishers = clips.map(|(clip, stream)| publish::ffmpeg_rtsp(&clip.path(), &server.url("rtsp", stream)));
    for (_, stream) in clips {
        api.await_live(stream);
        for codec in ["aac", "opus", "g711a", "g711u"] {
            let hz = tone(&server, "http", &format!("{stream}.mp4?sound={codec}"));
            assert!((hz - TONES_HZ[0]).abs() < 10.0, "{stream} as {codec}: {hz} Hz");
        }
    }
    assert_eq!(api.metric("viaduct_vision_sounds_started_total"), 16, "none is made of itself");
    assert_eq!(api.metric("viaduct_vision_sounds_failures_total"), 0);
    // Each container, with its picture.
    let seen = Expect { pictures: 40, sound: true };
    for (scheme, target) in [
        ("http", "road/g711a.flv?sound=aac"),
        ("rtmp", "road/g711a?sound=aac"),
        ("http", "road/g711u.ts?sound=aac"),
        ("http", "road/aac.flv?sound=g711a"),
        ("http", "road/aac.mp4?sound=opus"),
    ] {
        read::ffmpeg("", &server.url(scheme, target), seen).unwrap();
        let hz = tone(&server, scheme, target);
        assert!((hz - TONES_HZ[0]).abs() < 10.0, "{target}: {hz} Hz");
    }
    let codecs = |target: &str| read::ffprobe("", &server.url("http", target)).unwrap();
    assert_eq!(codecs("road/g711a.flv?sound=aac"), ["h264", "aac"]);
    assert_eq!(codecs("road/aac.mp4?sound=opus"), ["h264", "opus"]);
    assert_eq!(codecs("road/aac.flv?sound=g711u"), ["h264", "pcm_mulaw"]);
    assert_eq!(codecs("road/aac.flv?sound=vorbis"), ["h264", "aac"], "an unknown one is as none");
    until("the end of all sounds", PATIENCE, || (running(&api) == 0).then_some(()));
    server.assert_well();
}

/// Half a minute of pictures with a beep of 1 kHz at the beginning of each second.
fn beeps(codec: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("beeps.mkv");
    let mut arguments = words("-v error -nostdin -y -f lavfi -i testsrc2=size=192x108:rate=25:duration=30 -f lavfi -i");
    arguments.push("aevalsrc=if(lt(mod(t\\,1)\\,0.1)\\,0.5*sin(2*PI*1000*t)\\,0):s=48000:d=30".to_owned());
    arguments.extend(words("-c:v libx264 -preset ultrafast -bf 0 -g 25 -pix_fmt yuv420p"));
    arguments.extend(words(codec));
    arguments.push(path_text(&path));
    let (ok, _, messages) = process::run("ffmpeg", &arguments, PATIENCE);
    assert!(ok, "{messages}");
    path
}

/// What a viewer by WebSocket saw for a while.
struct Watched {
    bytes: Vec<u8>,
    /// Time of the first access unit of sound in seconds, on the time line of the stream.
    start_s: f64,
    /// How long after its beginning each unit came, on a clock that all viewers share.
    delays_s: Vec<f64>,
}

fn watch(server: &Server, target: &str, origin: Instant) -> Watched {
    let mut viewer = WsViewer::open(server.address("http"), target, false);
    let (mut demuxer, mut events) = (Demuxer::new(), Vec::new());
    let mut watched = Watched { bytes: Vec::new(), start_s: f64::NAN, delays_s: Vec::new() };
    let (mut sound, begun) = (None, Instant::now());
    while begun.elapsed() < WATCHED {
        let Some(WsEvent::Binary(bytes)) = viewer.next(PATIENCE) else { continue };
        let now_s = origin.elapsed().as_secs_f64();
        watched.bytes.extend_from_slice(&bytes);
        demuxer.push(&bytes, &mut events).unwrap();
        for event in events.drain(..) {
            match event {
                Event::Config(track) if track.kind() == MediaKind::Audio => sound = Some(track.id),
                Event::Unit(unit) if Some(unit.track) == sound => {
                    let at_s = unit.pts.to_timestamp().as_micros() as f64 / 1e6;
                    if watched.delays_s.is_empty() {
                        watched.start_s = at_s;
                    }
                    watched.delays_s.push(now_s - at_s);
                }
                _ => {}
            }
        }
    }
    watched
}

impl Watched {
    /// Where in a second the beeps begin, by what FFmpeg decodes.
    fn onset_s(&self) -> f64 {
        const RATE: f64 = 48_000.0;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("watched.mp4");
        std::fs::write(&file, &self.bytes).unwrap();
        let pcm = folder.path().join("pcm");
        let mut arguments = words("-v error -nostdin -y -i");
        arguments.push(path_text(&file));
        arguments.extend(words("-map 0:a -ac 1 -ar 48000 -f s16le"));
        arguments.push(path_text(&pcm));
        let (ok, _, messages) = process::run("ffmpeg", &arguments, PATIENCE);
        assert!(ok, "{messages}");
        let bytes = std::fs::read(&pcm).unwrap();
        let samples: Vec<i16> = bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
        let is_loud = |at: usize| samples[at].unsigned_abs() > 4000;
        let quiet_before = |at: usize| !(at - 20_000..at).any(is_loud);
        let begins = (20_000..samples.len()).find(|at| is_loud(*at) && quiet_before(*at)).expect("a beep");
        (self.start_s + begins as f64 / RATE).fract()
    }

    /// When units come at the latest that do not come late: the median of what is live, without the cached GOP.
    fn delay_s(&self) -> f64 {
        let mut live = self.delays_s[self.delays_s.len() / 2..].to_vec();
        live.sort_by(f64::total_cmp);
        live[live.len() / 2]
    }
}

#[test]
fn a_sound_that_is_coded_anew_stays_in_time_with_the_picture() {
    let mut server = options().start();
    let api = server.sign_in();
    let aac = publish::ffmpeg_rtsp(&beeps("-c:a aac -b:a 64k"), &server.url("rtsp", "road/aac"));
    api.await_live("road/aac");
    let origin = Instant::now();
    let compare = |stream: &str, codecs: &[&str]| {
        std::thread::scope(|scope| {
            let server = &server;
            let plain = scope.spawn(move || watch(server, &format!("/{stream}.mp4"), origin));
            let coded: Vec<_> = codecs
                .iter()
                .map(|codec| {
                    let target = format!("/{stream}.mp4?sound={codec}");
                    (codec, scope.spawn(move || watch(server, &target, origin)))
                })
                .collect();
            let plain = plain.join().unwrap();
            for (codec, coded) in coded {
                let coded = coded.join().unwrap();
                let apart_s = coded.onset_s() - plain.onset_s();
                let apart_s = apart_s - apart_s.round();
                let later_s = coded.delay_s() - plain.delay_s();
                println!("{stream} as {codec}: {:.1} ms apart, {:.1} ms later", apart_s * 1e3, later_s * 1e3);
                assert!(apart_s.abs() < 0.08, "{stream} as {codec}: {apart_s} s apart");
            }
        });
    };
    compare("road/aac", &["opus", "g711a"]);
    drop(aac);
    let _g711 = publish::ffmpeg_rtsp(&beeps("-c:a pcm_alaw -ar 8000 -ac 1"), &server.url("rtsp", "road/g711"));
    api.await_live("road/g711");
    compare("road/g711", &["aac", "opus"]);
    server.assert_well();
}

#[test]
fn viewers_share_one_sound_which_survives_its_worker_and_ends_after_them() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtsp(&Clip::H264Aac.path(), &server.url("rtsp", "road/k1"));
    api.await_live("road/k1");
    assert!(workers(&server).is_empty() && api.get("/streams/road/k1")["sounds"] == json!([]));
    let open = || WsViewer::open(server.address("http"), "/road/k1.mp4?sound=opus", false);
    let (mut first, mut second) = (open(), open());
    for viewer in [&mut first, &mut second] {
        assert!(matches!(viewer.next(PATIENCE), Some(WsEvent::Text(text)) if text.contains("opus")), "the tracks");
    }
    let detail = api.get("/streams/road/k1");
    assert_eq!((&detail["sounds"], &detail["viewers"]), (&json!(["opus"]), &json!(2)), "{detail}");
    assert_eq!((running(&api), workers(&server).len()), (1, 1));

    let killed = workers(&server);
    assert!(process::run("kill", &["-KILL".to_owned(), killed[0].clone()], PATIENCE).0);
    // The picture goes on meanwhile, and the sound comes back to those who are there.
    let bytes = first.collect(WATCHED);
    read::ffmpeg_bytes("mp4", &bytes, Expect { pictures: 60, sound: true }).unwrap();
    until("another worker", PATIENCE, || (workers(&server).len() == 1 && workers(&server) != killed).then_some(()));
    assert_eq!(api.metric("viaduct_vision_sounds_failures_total"), 1);
    let hz = tone(&server, "http", "road/k1.mp4?sound=opus");
    assert!((hz - TONES_HZ[0]).abs() < 10.0, "{hz} Hz");

    drop((first, second));
    until("the end of the sound", PATIENCE, || (running(&api) == 0 && workers(&server).is_empty()).then_some(()));
    assert_eq!(api.stream("road/k1").unwrap()["state"], "live");
    assert_eq!(api.metric("viaduct_vision_sounds_started_total"), 1);
    server.assert_well();
}

#[test]
fn a_missing_worker_costs_the_sound_and_says_so() {
    let server = options().set("media.worker_path", "/nonexistent/worker").start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtsp(&Clip::H264G711.path(), &server.url("rtsp", "road/k1"));
    api.await_live("road/k1");
    let answer = testkit::http::request(server.address("http"), "GET", "/road/k1.flv?sound=aac", &[], None);
    assert!(answer.status == 503 && answer.text().contains("media.worker_path"), "{}", answer.text());
    read::ffmpeg("", &server.url("http", "road/k1.flv"), Expect { pictures: 25, sound: true }).unwrap();
}
