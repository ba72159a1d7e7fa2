//! Program streams of FFmpeg, read and compared with what ffprobe says, and ours, read by FFmpeg.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use container::mpegps::{Arrival, Demuxer, Event, MP2_TRACK_ID, Muxer, Stats};
use container::{fmp4, mpegts};
use media::bitstream::{h264, h265, nal};
use media::{AccessUnit, CodecConfig, Frame, Muxer as _, TrackConfig, TrackId};

use crate::clip::{self, Packet};
use crate::shared;

/// Everything that came out.
#[derive(Debug, Default)]
struct Read {
    configs: Vec<TrackConfig>,
    units: BTreeMap<TrackId, Vec<AccessUnit>>,
    others: Vec<Event>,
    stats: Stats,
}

impl Read {
    fn config(&self, track: u8) -> &CodecConfig {
        &self.configs.iter().find(|config| config.id == TrackId(track)).unwrap().codec
    }

    fn units(&self, track: u8) -> &[AccessUnit] {
        &self.units[&TrackId(track)]
    }
}

fn read_cut(bytes: &[u8], cut: usize) -> Read {
    let (mut demuxer, mut events, mut read) = (Demuxer::new(), Vec::new(), Read::default());
    for piece in bytes.chunks(cut) {
        demuxer.push(&Bytes::copy_from_slice(piece), Arrival::default(), &mut events);
    }
    demuxer.finish(&mut events);
    for event in events {
        match event {
            Event::Config(config) => read.configs.push(config),
            Event::Unit(unit) => read.units.entry(unit.track).or_default().push(unit),
            other => read.others.push(other),
        }
    }
    read.stats = demuxer.stats();
    read
}

/// All that a unit says.
fn told(unit: &AccessUnit) -> (TrackId, i64, Option<i64>, bool, &Bytes) {
    (unit.track, unit.pts.ticks, unit.dts.map(|dts| dts.ticks), unit.key, &unit.payload)
}

fn read(clip: &Path) -> Read {
    let bytes = std::fs::read(clip).unwrap();
    let read = read_cut(&bytes, 1388);
    assert!(read.others.is_empty(), "{:?}", read.others);
    // In pieces of one byte, a debug build takes its time.
    let cuts = if bytes.len() < 100_000 { [1, 7, bytes.len()] } else { [997, 4096, bytes.len()] };
    for cut in cuts {
        let again = read_cut(&bytes, cut);
        assert_eq!(again.configs, read.configs, "cut at {cut}");
        assert!(again.units.values().flatten().map(told).eq(read.units.values().flatten().map(told)), "cut at {cut}");
    }
    read
}

/// The same number of packets with the same key flags, at the same times where they have time stamps: FFmpeg puts
/// several small pictures into one PES packet.
fn assert_times(units: &[AccessUnit], packets: &[(bool, Option<Packet>)], tolerance: i64) {
    assert_eq!(units.len(), packets.len());
    assert!(packets.iter().filter(|packet| packet.1.is_some()).count() > packets.len() / 2);
    for (index, (unit, (key, packet))) in units.iter().zip(packets).enumerate() {
        assert_eq!(unit.key, *key, "{packet:?}");
        let Some(packet) = packet else { continue };
        // FFmpeg gives the times of a packet also to the picture whose start code ends right in front of it.
        let next = packets.get(index + 1).and_then(|(_, next)| next.as_ref());
        if next.is_some_and(|next| next.dts == packet.dts) {
            continue;
        }
        let close = |ours: i64, theirs: i64| (ours - theirs).abs() <= tolerance;
        let (pts, dts) = (unit.pts.ticks, unit.dts.unwrap().ticks);
        assert!(close(pts, packet.pts) && close(dts, packet.dts), "{packet:?}, but {pts} {dts}");
    }
}

/// The same coded units, apart from parameter sets and delimiters.
fn assert_pictures(units: &[AccessUnit], raw: &[u8], is_left_out: fn(&[u8]) -> bool) {
    let theirs: Vec<&[u8]> = nal::annex_b(raw).filter(|unit| !is_left_out(unit)).collect();
    let ours: Vec<&[u8]> = units.iter().flat_map(|unit| nal::length_prefixed(&unit.payload)).collect();
    assert_eq!(ours.len(), theirs.len());
    assert!(ours == theirs, "the coded pictures differ");
}

fn h264_left_out(unit: &[u8]) -> bool {
    use h264::nal_type::{AUD, PPS, SPS};
    matches!(h264::nal_unit_type(unit), Some(AUD | PPS | SPS))
}

fn h265_left_out(unit: &[u8]) -> bool {
    use h265::nal_type::{AUD, PPS, SPS, VPS};
    matches!(h265::nal_unit_type(unit), Some(AUD | PPS | SPS | VPS))
}

fn concatenated(units: &[AccessUnit]) -> Vec<u8> {
    units.iter().flat_map(|unit| unit.payload.to_vec()).collect()
}

/// Checksums of all decoded pictures and samples of a file, in order, without their times.
fn hashes(path: &Path, stream: &str) -> Vec<String> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-i", path.to_str().unwrap(), "-map", stream])
        .args(["-fps_mode", "passthrough", "-f", "framemd5", "-"])
        .stdin(Stdio::null())
        .output()
        .expect("ffmpeg is a required tool of the tests");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{}: {complaints}", path.display());
    let text = String::from_utf8(output.stdout).unwrap();
    let hash = |line: &str| line.rsplit(',').next().map(|hash| hash.trim().to_owned());
    text.lines().filter(|line| !line.starts_with('#')).filter_map(hash).collect()
}

const H264: &str = "-map 0:v -c:v libx264 -g 20 -bf 2 -b:v 300k -pix_fmt yuv420p";
const H265: &str = "-map 0:v -c:v libx265 -x265-params keyint=20:bframes=2:open-gop=0:log-level=none -pix_fmt yuv420p";
const MP2: &str = "-map 2:a -c:a mp2 -b:a 128k";

#[test]
fn h264_and_mp2_of_ffmpegs_formats_are_read_as_ffprobe_reads_them() {
    for (format, name) in
        [("vob", "h264.vob"), ("svcd", "h264.svcd.mpg"), ("mpeg", "h264.mpg"), ("dvd", "h264.dvd.mpg")]
    {
        let clip = clip::ffmpeg(name, &format!("{H264} {MP2} -f {format}"));
        let read = read(&clip);
        assert!(matches!(read.config(0), CodecConfig::H264(config) if config.picture.width == 320), "{format}");
        assert!(matches!(read.config(1), CodecConfig::Opaque(config) if &*config.id == MP2_TRACK_ID), "{format}");
        let packets = clip::probed(&clip, "v:0");
        assert_eq!(packets.len(), 50);
        assert_times(read.units(0), &packets, 1);
        assert_pictures(read.units(0), &clip::raw(&clip, "0:v", "h264"), h264_left_out);
        assert_times(read.units(1), &clip::probed(&clip, "a:0"), 8);
        assert!(concatenated(read.units(1)) == clip::raw(&clip, "0:a", "data"), "{format}");
        assert_eq!(read.stats.resyncs, 0, "{}", read.stats);
    }
}

#[test]
fn h265_of_ffmpeg_is_read() {
    let clip = clip::ffmpeg("h265.vob", &format!("{H265} -b:v 2M -f vob"));
    let read = read(&clip);
    assert!(matches!(read.config(0), CodecConfig::H265(_)));
    assert_times(read.units(0), &clip::probed(&clip, "v:0"), 1);
    assert_pictures(read.units(0), &clip::raw(&clip, "0:v", "hevc"), h265_left_out);
}

#[test]
fn slices_and_delimiters_and_mp3_of_ffmpeg_are_read() {
    let clip = clip::ffmpeg("slices.vob", &format!("{H264} -slices 4 -aud 1 -map 1:a -c:a libmp3lame -b:a 64k -f vob"));
    let read = read(&clip);
    assert_times(read.units(0), &clip::probed(&clip, "v:0"), 1);
    assert_pictures(read.units(0), &clip::raw(&clip, "0:v", "h264"), h264_left_out);
    assert!(read.units(0).iter().all(|unit| nal::length_prefixed(&unit.payload).count() >= 4));
    assert!(matches!(read.config(1), CodecConfig::Mp3(config) if config.sample_rate_hz.get() == 44_100));
    assert_times(read.units(1), &clip::probed(&clip, "a:0"), 8);
    assert!(concatenated(read.units(1)) == clip::raw(&clip, "0:a", "data"));
}

/// A generator that needs no library: good enough to choose packets.
struct Lottery(u64);

impl Lottery {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

#[test]
fn losses_in_ffmpegs_streams_give_no_wrong_unit() {
    let h264 = clip::ffmpeg("loss.vob", &format!("{H264} {MP2} -f vob"));
    let slices = clip::ffmpeg("loss_slices.mpg", &format!("{H264} -slices 3 -aud 1 {MP2} -f mpeg"));
    let h265 = clip::ffmpeg("loss_h265.vob", &format!("{H265} -b:v 2M -f vob"));
    for clip in [h264, slices, h265] {
        let bytes = Bytes::from(std::fs::read(&clip).unwrap());
        let whole = read(&clip);
        let mut came = 0;
        for seed in 0..40 {
            let mut lottery = Lottery(seed);
            let percent = 1 + lottery.below(10);
            println!("{}, seed {seed}: {percent} % of the packets are lost", clip.display());
            let (mut demuxer, mut events, mut gap) = (Demuxer::new(), Vec::new(), false);
            for start in (0..bytes.len()).step_by(1388) {
                if lottery.below(100) < percent {
                    gap = true;
                    continue;
                }
                if std::mem::take(&mut gap) {
                    demuxer.lost(&mut events);
                }
                let piece = bytes.slice(start..bytes.len().min(start + 1388));
                demuxer.push(&piece, Arrival::default(), &mut events);
            }
            demuxer.finish(&mut events);
            for event in &events {
                let Event::Unit(unit) = event else { continue };
                let same = whole.units(unit.track.0).iter().find(|other| other.payload == unit.payload);
                assert!(same.is_some(), "{:?} of track {:?}", unit.pts, unit.track);
                came += 1;
            }
        }
        let sent: usize = whole.units.values().map(Vec::len).sum();
        assert!(came > 40 * sent / 4, "{came} of 40 times {sent}");
    }
}

/// Tracks and frames of a clip in a transport stream, from the origin on.
fn source(clip: &Path) -> (Vec<Arc<TrackConfig>>, Vec<Frame>) {
    let (mut demuxer, mut events) = (mpegts::Demuxer::new(), Vec::new());
    demuxer.push(&std::fs::read(clip).unwrap(), &mut events);
    demuxer.finish(&mut events);
    let (mut tracks, mut frames) = (Vec::new(), Vec::new());
    for event in events {
        match event {
            mpegts::Event::Config(config) => tracks.push(Arc::new(config)),
            mpegts::Event::Unit(unit) => frames.push(shared(unit)),
            _ => {}
        }
    }
    tracks.sort_by_key(|track| track.id);
    frames.sort_by_key(|frame| frame.dts);
    let shift = media::Timestamp::ZERO - frames[0].dts;
    for frame in &mut frames {
        frame.dts = media::Timestamp::from_micros(frame.dts.as_micros() + shift);
        frame.pts = media::Timestamp::from_micros(frame.pts.as_micros() + shift);
    }
    (tracks, frames)
}

fn write((tracks, frames): &(Vec<Arc<TrackConfig>>, Vec<Frame>), name: &str) -> PathBuf {
    let mut muxer = Muxer::new();
    assert_eq!(muxer.set_tracks(tracks), []);
    let mut out = BytesMut::new();
    muxer.write_header(&mut out);
    frames.iter().for_each(|frame| muxer.write_frame(frame, &mut out));
    let path = clip::path(name);
    std::fs::write(&path, &out).unwrap();
    path
}

/// What our demuxer gives of a program stream, as a file of another container that FFmpeg reads.
fn rewritten(program: &Path, name: &str) -> PathBuf {
    let read = read(program);
    let mut frames: Vec<Frame> = read.units.into_values().flatten().map(shared).collect();
    frames.sort_by_key(|frame| frame.dts);
    let tracks: Vec<Arc<TrackConfig>> = read.configs.into_iter().map(Arc::new).collect();
    let mut muxer = fmp4::Muxer::new();
    assert_eq!(muxer.set_tracks(&tracks), []);
    let mut out = BytesMut::new();
    muxer.write_header(&mut out);
    frames.iter().for_each(|frame| muxer.write_frame(frame, &mut out));
    let path = clip::path(name);
    std::fs::write(&path, &out).unwrap();
    path
}

/// FFmpeg decodes the source, our program stream of it, and what we read of that, to the same.
fn assert_same_through_us(clip: &Path, name: &str, streams: &[(&str, usize)]) -> PathBuf {
    let program = write(&source(clip), &format!("{name}.ps"));
    let back = rewritten(&program, &format!("{name}.mp4"));
    for (stream, count) in streams {
        let expected = hashes(clip, stream);
        assert!(expected.len() >= *count, "{stream}: {}", expected.len());
        assert_eq!(hashes(&program, stream), expected, "{stream} of the program stream");
        assert_eq!(hashes(&back, stream), expected, "{stream} after both ways");
    }
    program
}

#[test]
fn ffmpeg_decodes_our_h264_and_aac_to_the_same() {
    let clip = clip::ffmpeg("ps_source.ts", &format!("{H264} -map 1:a -c:a aac -b:a 64k -f mpegts"));
    let program = assert_same_through_us(&clip, "ps_h264_aac", &[("0:v", 50), ("0:a", 80)]);
    let (_, frames) = source(&clip);
    let packets = clip::packets(&program, "v:0");
    let video: Vec<&Frame> = frames.iter().filter(|frame| frame.track == TrackId(0)).collect();
    assert_eq!(packets.len(), video.len());
    for (packet, frame) in packets.iter().zip(video) {
        // A second of lead is in our time stamps.
        let ticks = |time: media::Timestamp| time.to_ticks(std::num::NonZeroU32::new(90_000).unwrap()) + 90_000;
        assert_eq!((packet.pts, packet.dts, packet.key), (ticks(frame.pts), ticks(frame.dts), frame.key));
    }
}

#[test]
fn ffmpeg_decodes_our_h265_and_large_frames_to_the_same() {
    let clip = clip::ffmpeg("ps_h265.ts", &format!("{H265} -f mpegts"));
    assert_same_through_us(&clip, "ps_h265", &[("0:v", 50)]);
    // Noise makes key frames of several PES packets.
    let options = "-map 0:v -vf scale=1280:720,noise=alls=80:allf=t -frames:v 6 -c:v libx264 -g 3 -b:v 40M -f mpegts";
    let clip = clip::ffmpeg("ps_large.ts", options);
    let (_, frames) = source(&clip);
    assert!(frames.iter().any(|frame| frame.payload.len() > 200_000));
    assert_same_through_us(&clip, "ps_large", &[("0:v", 6)]);
}

/// `stream` of each element that tshark sees, and how many it calls malformed.
fn dissected(path: &Path) -> (Vec<String>, usize) {
    let run = |arguments: &[&str]| {
        let output = Command::new("tshark")
            .args(["-r", path.to_str().unwrap()])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("tshark is a required tool of the tests");
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {complaints}", path.display());
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(str::to_owned).collect::<Vec<String>>()
    };
    (run(&["-T", "fields", "-e", "mpeg-pes.stream"]), run(&["-Y", "_ws.malformed"]).len())
}

#[test]
fn tshark_sees_every_pack_of_ours_and_no_malformed_one() {
    let noise = "-map 0:v -vf scale=1280:720,noise=alls=80:allf=t -frames:v 6 -c:v libx264 -g 3 -b:v 40M -f mpegts";
    let both = format!("{H264} -map 1:a -c:a aac -b:a 64k -f mpegts");
    for (name, options) in [("ps_shark", both.as_str()), ("ps_shark_large", noise)] {
        let stream = source(&clip::ffmpeg(&format!("{name}.ts"), options));
        let key_frames = stream.1.iter().filter(|frame| frame.track == TrackId(0) && frame.key).count();
        let (elements, malformed) = dissected(&write(&stream, &format!("{name}.ps")));
        let count = |stream: &str| elements.iter().filter(|element| *element == stream).count();
        assert_eq!((malformed, count("0xba")), (0, stream.1.len()), "one pack for each frame");
        assert_eq!((count("0xbb"), count("0xbc")), (key_frames, key_frames));
        let pictures: usize = stream.1.iter().filter(|frame| frame.track == TrackId(0)).count();
        assert!(count("0xe0") >= pictures && (name == "ps_shark" || count("0xe0") > pictures));
        assert_eq!(elements.len(), count("0xba") + 2 * key_frames + count("0xe0") + count("0xc0"));
    }
}

#[test]
fn g711_goes_through_us_unchanged_and_ffmpeg_reads_our_a_law() {
    for (codec, name) in [("pcm_alaw", "ps_alaw"), ("pcm_mulaw", "ps_mulaw")] {
        let options = format!("{H264} -map 1:a -ar 8000 -ac 1 -c:a {codec} -f matroska");
        let stream = crate::read_mkv(&clip::ffmpeg(&format!("{name}.mkv"), &options));
        let program = write(&stream, &format!("{name}.ps"));
        let sound = stream.1.iter().filter(|frame| frame.track == TrackId(1));
        let sent: Vec<u8> = sound.flat_map(|frame| frame.payload.to_vec()).collect();
        let back = read(&program);
        assert_eq!(back.config(1).codec(), stream.0[1].codec());
        assert!(concatenated(back.units(1)) == sent, "{codec}");
        if codec == "pcm_alaw" {
            // FFmpeg 5.1 knows no stream type of G.711, but takes sound for A-law in files that begin like a maker's.
            let file = clip::path("ps_alaw.imkh");
            std::fs::write(&file, [b"IMKH", &std::fs::read(&program).unwrap()[..]].concat()).unwrap();
            assert!(clip::raw(&file, "0:a", "data") == sent);
        }
    }
}

#[test]
fn real_cameras_go_through_us_unchanged() {
    const CLIPS: [&str; 3] = ["ahmetozlu_input_video.mp4", "imageai_traffic-mini.mp4", "udacity_test_video.mp4"];
    for (name, input) in CLIPS.iter().filter_map(|name| Some((name, clip::real(name)?))) {
        let out = clip::path(&format!("{name}.ts"));
        let status = Command::new("ffmpeg")
            .args(["-v", "error", "-nostdin", "-y", "-t", "4", "-i", input.to_str().unwrap()])
            .args(["-map", "0:v", "-c", "copy", "-f", "mpegts", out.to_str().unwrap()])
            .status()
            .expect("ffmpeg is a required tool of the tests");
        assert!(status.success());
        assert_same_through_us(&out, name, &[("0:v", 10)]);
    }
}

/// `cargo test --release -p container --test it -- --ignored --nocapture speed_of`
#[test]
#[ignore = "a measure, not a test: only an optimised build says anything"]
fn speed_of_the_demuxer_and_what_it_holds() {
    const ROUNDS: usize = 40;
    let options = "-map 0:v -vf scale=1280:720,noise=alls=20:allf=t -t 20 -c:v libx264 -preset ultrafast -g 50 -b:v 4M \
        -maxrate 4M -bufsize 4M -f mpegts";
    let clip = clip::ffmpeg("ps_speed.ts", options);
    let (tracks, frames) = source(&clip);
    let mut muxer = Muxer::new();
    muxer.set_tracks(&tracks);
    let mut packets = Vec::new();
    for frame in &frames {
        let mut out = BytesMut::new();
        muxer.write_frame(frame, &mut out);
        let pack = out.freeze();
        packets.extend((0..pack.len()).step_by(1388).map(|start| pack.slice(start..pack.len().min(start + 1388))));
    }
    let len: usize = packets.iter().map(Bytes::len).sum();
    let (mut held, mut events, mut units) = (0, Vec::new(), 0);
    let start = std::time::Instant::now();
    for _ in 0..ROUNDS {
        let mut demuxer = Demuxer::new();
        for packet in &packets {
            demuxer.push(packet, Arrival::default(), &mut events);
            held = held.max(demuxer.held_len());
            units += events.len();
            events.clear();
        }
        assert_eq!(demuxer.stats(), Stats::default());
    }
    let seconds = start.elapsed().as_secs_f64();
    let mbyte = (len * ROUNDS) as f64 / 1e6;
    let load = 125_000.0 / (mbyte * 1e6 / seconds) * 100.0;
    println!("{:.0} MB in {seconds:.2} s: {:.0} MB/s, {units} events", mbyte, mbyte / seconds);
    println!(
        "a stream of 1 Mbit/s takes {load:.4} % of a core; at most {held} bytes are held, {} beside",
        size_of::<Demuxer>()
    );
    println!(
        "{:.1} Mbit/s, frames of {} bytes at most",
        len as f64 * 8.0 / 20e6,
        frames.iter().map(|frame| frame.payload.len()).max().unwrap()
    );
}
