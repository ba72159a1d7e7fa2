//! Clips and live cameras as other programs see them. Tests with `ffmpeg` and `ffprobe` say so and pass
//! where the programs are not installed.

use std::path::Path;
use std::process::{Command, Stdio};

use media::CodecConfig;
use media::bitstream::nal::length_prefixed;
use openh264::formats::YUVSource;
use sim::{
    AudioCodec, ClipConfig, ClipFileError, Daylight, EncodeError, Incident, IncidentKind, LiveCamera, LoopClip,
    ObjectKind, RoadShape, Scene, SceneConfig, VideoCodec, View, Weather, barcode, sei,
};

fn scene(width: u32, height: u32) -> SceneConfig {
    SceneConfig {
        seed: 5,
        road: RoadShape::Expressway,
        daylight: Daylight::Day,
        weather: Weather::Clear,
        incidents: vec![Incident::new(IncidentKind::StoppedVehicle, 60.0, true)],
        vehicles_per_lane_h: 900.0,
        heavy_share: 0.2,
        stake: "G42 K128+300".to_owned(),
        name: "UP".to_owned(),
        width,
        height,
        fps: 5,
        cycle_ms: 8_000,
        sway_px: 0.0,
    }
}

fn clip_config(width: u32, height: u32) -> ClipConfig {
    ClipConfig {
        scene: scene(width, height),
        codec: VideoCodec::H264,
        bitrate_bps: width * height * 5 / 12,
        gop: 10,
        audio: Some(AudioCodec::G711A),
    }
}

fn installed(program: &str) -> bool {
    let found = Command::new(program).arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        eprintln!("{program} is not installed: skipped");
    }
    found
}

/// Luma planes as `ffmpeg` decodes them, scaled when a size is given.
#[expect(clippy::unwrap_used, reason = "a test's helper")]
fn ffmpeg_luma(stream: &Path, format: &str, size: (usize, usize)) -> Vec<Vec<u8>> {
    let output = Command::new("ffmpeg")
        .args(["-hide_banner", "-nostdin", "-loglevel", "warning", "-xerror", "-f", format, "-i"])
        .arg(stream)
        .args(["-vf", &format!("scale={}:{}", size.0, size.1), "-pix_fmt", "gray", "-f", "rawvideo", "-"])
        .output()
        .unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaints}");
    // Without a container there are no time stamps; that is the only remark allowed.
    assert!(complaints.lines().all(|line| line.contains("timestamp") || line.contains("deprecated")), "{complaints}");
    output.stdout.chunks_exact(size.0 * size.1).map(<[u8]>::to_vec).collect()
}

#[test]
fn the_bar_code_survives_coding_scaling_and_two_decoders() {
    let directory = tempfile::tempdir().unwrap();
    for (width, height) in [(1280, 720), (640, 360)] {
        let clip = LoopClip::encode(&clip_config(width, height), |_, _| {}).unwrap();
        let stream = clip.annex_b();
        let mut decoder = openh264::decoder::Decoder::new().unwrap();
        let mut counters = vec![];
        for packet in openh264::nal_units(&stream) {
            if let Some(picture) = decoder.decode(packet).unwrap() {
                let (w, h) = picture.dimensions();
                let stamp = barcode::read(picture.y(), w, h, picture.strides().0).expect("a stamp in every picture");
                assert_eq!(stamp.unix_ms, u64::from(stamp.counter) * 200);
                counters.push(stamp.counter);
            }
        }
        counters.extend(decoder.flush_remaining().unwrap().iter().filter_map(|picture| {
            let (w, h) = picture.dimensions();
            barcode::read(picture.y(), w, h, picture.strides().0).map(|stamp| stamp.counter)
        }));
        assert_eq!(counters, (0..40).collect::<Vec<_>>());
        if installed("ffmpeg") {
            let path = directory.path().join("clip.h264");
            std::fs::write(&path, &stream).unwrap();
            for size in [(width as usize, height as usize), (320, 180)] {
                let read: Vec<_> = ffmpeg_luma(&path, "h264", size)
                    .iter()
                    .map(|luma| barcode::read(luma, size.0, size.1, size.0).map(|stamp| stamp.counter))
                    .collect();
                assert_eq!(read, (0..40).map(Some).collect::<Vec<_>>(), "{width} at {size:?}");
            }
        }
    }
}

#[test]
fn ffprobe_sees_the_declared_stream_and_no_errors() {
    if !installed("ffprobe") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("clip.h264");
    let clip = LoopClip::encode(&clip_config(640, 360), |_, _| {}).unwrap();
    // Two passes with SEI: the seam and the messages are part of what is probed.
    let CodecConfig::H264(config) = &clip.tracks()[0].codec else { panic!("not H.264") };
    let mut stream = vec![];
    for n in 0..80 {
        let unit = clip.unit(n, Some(1_800_000_000_000_000));
        let sets = config.sps.iter().chain(&config.pps).filter(|_| unit.video.key).map(|set| &set[..]);
        for nal in sets.chain(length_prefixed(&unit.video.payload)) {
            stream.extend([0, 0, 0, 1]);
            stream.extend(nal);
        }
    }
    std::fs::write(&path, &stream).unwrap();
    let output = Command::new("ffprobe")
        .args(["-v", "warning", "-count_frames", "-show_entries"])
        .args(["stream=codec_name,width,height,has_b_frames,color_space,nb_read_frames", "-of", "csv=p=0", "-i"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "h264,640,360,0,bt709,80");
}

#[test]
fn frames_carry_their_number_and_time_and_share_bytes_without() {
    let clip = LoopClip::encode(&clip_config(320, 180), |_, _| {}).unwrap();
    for n in [0, 7, 39, 40, 4_000_000_007] {
        let unit = clip.unit(n, Some(1_800_000_000_000_000 + 5));
        let stamp = sei::read(&unit.video.payload, VideoCodec::H264).unwrap();
        assert_eq!((stamp.counter, stamp.unix_us), (n, 1_800_000_000_000_005));
        assert_eq!(unit.video.pts.ticks, i64::try_from(n).unwrap() * 18_000);
        assert_eq!(unit.video.key, n % 10 == 0);
        let shared = clip.unit(n, None).video.payload;
        assert_eq!(shared.as_ptr(), clip.unit(n + 40, None).video.payload.as_ptr());
        assert!(unit.video.payload.ends_with(&shared));
    }
    // Five packets of 40 ms belong to a picture of 200 ms, without gap over the seam.
    let mut expected = 0;
    for n in 0..100 {
        for packet in clip.unit(n, None).audio {
            assert_eq!((packet.pts.ticks, packet.payload.len()), (expected, 320));
            expected += 320;
        }
    }
    assert_eq!(expected, 100 * 1600);
}

#[test]
fn the_seam_of_a_loop_is_no_bigger_than_any_other_step() {
    let mut config = scene(320, 180);
    config.fps = 25;
    let mut world = Scene::new(config).unwrap();
    let luma: Vec<Vec<u8>> = (0..=200)
        .map(|frame| {
            world.advance_to(frame);
            world.render().y
        })
        .collect();
    let step = |a: &[u8], b: &[u8]| {
        a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>() as f64 / a.len() as f64
    };
    let largest = luma.windows(2).take(199).map(|pair| step(&pair[0], &pair[1])).fold(0.0, f64::max);
    let seam = step(&luma[199], &luma[0]);
    assert!(seam <= largest * 1.05, "{seam} {largest}");
    // Only sensor noise tells a picture from the one a cycle later.
    assert!(step(&luma[0], &luma[200]) < 1.2, "{}", step(&luma[0], &luma[200]));
}

#[test]
fn tracks_of_ground_truth_continue_over_the_seam() {
    let clip = LoopClip::encode(&clip_config(640, 360), |_, _| {}).unwrap();
    let (before, after) = (clip.truth(39), clip.truth(40));
    let mut followed = 0;
    for object in before.boxes.iter().filter(|object| object.kind != ObjectKind::Pedestrian) {
        if let Some(same) = after.boxes.iter().find(|other| other.track == object.track) {
            followed += 1;
            assert_eq!(same.kind, object.kind);
            assert!((same.distance_m - object.distance_m).abs() < 9.0, "{object:?} {same:?}");
        }
    }
    assert!(followed * 10 >= before.boxes.len() * 7, "{followed} of {}", before.boxes.len());
}

#[test]
fn equal_seeds_draw_equal_pixels() {
    let draw = |seed| {
        let mut world = Scene::new(SceneConfig { seed, ..scene(320, 180) }).unwrap();
        world.advance_to(17);
        world.render()
    };
    assert_eq!(draw(5), draw(5));
    assert_ne!(draw(5).y, draw(6).y);
}

#[test]
fn boxes_of_ground_truth_hold_the_pixels_that_vehicles_change() {
    let busy = SceneConfig { incidents: vec![], ..scene(640, 360) };
    let mut empty = Scene::new(SceneConfig { vehicles_per_lane_h: 0.0, ..busy.clone() }).unwrap();
    let still = empty.render().y;
    let mut world = Scene::new(busy).unwrap();
    world.advance_to(20);
    let moving = world.render().y;
    let truth = world.truth();
    assert!(truth.boxes.len() >= 5, "{}", truth.boxes.len());
    for object in truth.boxes.iter().filter(|object| object.h > 0.03) {
        let (x0, y0) = ((object.x * 640.0) as usize, (object.y * 360.0) as usize);
        let (w, h) = ((object.w * 640.0) as usize, (object.h * 360.0) as usize);
        let changed = (y0..y0 + h)
            .flat_map(|y| (x0..x0 + w).map(move |x| y * 640 + x))
            .filter(|index| still[*index].abs_diff(moving[*index]) > 10)
            .count();
        assert!(changed * 10 > w * h * 3, "{object:?}: {changed} of {}", w * h);
    }
}

#[test]
fn a_saved_clip_is_loaded_and_damage_or_change_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let config = clip_config(320, 180);
    let mut drawn = 0;
    let clip = LoopClip::load_or_encode(directory.path(), &config, |_, _| drawn += 1).unwrap();
    assert_eq!(drawn, 40);
    let again = LoopClip::load_or_encode(directory.path(), &config, |_, _| drawn += 1).unwrap();
    assert_eq!(drawn, 40);
    assert_eq!(again.tracks(), clip.tracks());
    assert_eq!(again.annex_b(), clip.annex_b());
    assert_eq!(again.truth(95), clip.truth(95));
    assert_eq!(again.unit(3, None).audio[0].payload, clip.unit(3, None).audio[0].payload);
    let path = directory.path().join(config.file_name());
    let other = ClipConfig { gop: 20, ..config.clone() };
    assert!(matches!(LoopClip::load(&path, &other), Err(ClipFileError::Stale { .. })));
    let whole = std::fs::read(&path).unwrap();
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    std::fs::write(&path, &damaged).unwrap();
    assert!(matches!(LoopClip::load(&path, &config), Err(ClipFileError::Damaged { .. })));
    for length in [0, 5, 30, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).unwrap();
        assert!(LoopClip::load(&path, &config).is_err());
    }
}

#[test]
fn a_live_camera_shows_the_clock_and_turns() {
    let mut camera = LiveCamera::new(scene(320, 180), 400_000, 10, true, 480).unwrap();
    let mut decoder = openh264::decoder::Decoder::new().unwrap();
    let mut seen = vec![];
    for n in 0..12u64 {
        if n == 6 {
            camera.set_view(View { pan_deg: 25.0, tilt_deg: -3.0, zoom: 2.0 });
            camera.force_key();
        }
        let (unit, truth) = camera.next_unit(1_800_000_000_000 + n * 200).unwrap();
        assert_eq!(truth.frame, n);
        assert_eq!(unit.audio[0].payload.len(), 1600);
        assert_eq!(unit.video.key, [0, 6].contains(&n), "{n}");
        let CodecConfig::H264(config) = &camera.tracks()[0].codec else { panic!("not H.264") };
        let mut stream = vec![];
        let sets = config.sps.iter().chain(&config.pps).filter(|_| unit.video.key).map(|set| &set[..]);
        for nal in sets.chain(length_prefixed(&unit.video.payload)) {
            stream.extend([0, 0, 0, 1]);
            stream.extend(nal);
        }
        if let Some(picture) = decoder.decode(&stream).unwrap() {
            seen.push((
                barcode::read(picture.y(), 320, 180, picture.strides().0).unwrap(),
                picture.y()[..60_000 / 2].to_vec(),
            ));
        }
    }
    assert!(seen.len() >= 11);
    for (n, (stamp, _)) in seen.iter().enumerate() {
        assert_eq!(stamp.unix_ms, 1_800_000_000_000 + n as u64 * 200);
    }
    let change: u64 = seen[5].1.iter().zip(&seen[6].1).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    assert!(change / 30_000 > 8, "{change}");
}

#[test]
fn pictures_that_a_live_camera_leaves_out_leave_their_time_behind() {
    let mut camera = LiveCamera::new(scene(320, 180), 400_000, 10, true, 480).unwrap();
    let mut next = |skipped| {
        camera.skip(skipped);
        let (unit, truth) = camera.next_unit(0).unwrap();
        (truth.frame, unit.video.pts.ticks, unit.audio[0].pts.ticks)
    };
    let (first, second, third) = (next(0), next(0), next(3));
    let picture = (second.1 - first.1, second.2 - first.2);
    assert_eq!((third.0, third.1 - second.1, third.2 - second.2), (5, 4 * picture.0, 4 * picture.1));
}

#[test]
fn h265_and_aac_come_from_ffmpeg_and_decode() {
    if !installed("ffmpeg") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let config = ClipConfig { codec: VideoCodec::H265, audio: Some(AudioCodec::Aac), ..clip_config(640, 360) };
    let clip = match LoopClip::encode(&config, |_, _| {}) {
        // Some builds come without libx265.
        Err(sim::ClipError::Encode(EncodeError::Ffmpeg { message, .. })) if message.contains("libx265") => {
            return;
        }
        other => other.unwrap(),
    };
    assert!(matches!(clip.tracks()[0].codec, CodecConfig::H265(_)));
    assert_eq!(clip.tracks()[1].codec.rfc6381().as_deref(), Some("mp4a.40.2"));
    let unit = clip.unit(41, Some(77));
    assert_eq!(sei::read(&unit.video.payload, VideoCodec::H265).unwrap().counter, 41);
    let packets: usize = (0..40).map(|n| clip.unit(n, None).audio.len()).sum();
    assert_eq!(packets, 125);
    let path = directory.path().join("clip.h265");
    std::fs::write(&path, clip.annex_b()).unwrap();
    let read: Vec<_> = ffmpeg_luma(&path, "hevc", (320, 180))
        .iter()
        .map(|luma| barcode::read(luma, 320, 180, 320).map(|stamp| stamp.counter))
        .collect();
    assert_eq!(read, (0..40).map(Some).collect::<Vec<_>>());
    let file = directory.path().join(config.file_name());
    clip.save(&file, &config).unwrap();
    assert_eq!(LoopClip::load(&file, &config).unwrap().tracks(), clip.tracks());
}

#[test]
fn configurations_out_of_range_are_refused() {
    for broken in [
        SceneConfig { width: 641, ..scene(640, 360) },
        SceneConfig { height: 20, ..scene(640, 360) },
        SceneConfig { fps: 0, ..scene(640, 360) },
        SceneConfig { cycle_ms: 8_010, ..scene(640, 360) },
    ] {
        assert!(Scene::new(broken).is_err());
    }
    assert!(LoopClip::encode(&ClipConfig { gop: 0, ..clip_config(320, 180) }, |_, _| {}).is_err());
}
