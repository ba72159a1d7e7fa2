//! Transport streams of FFmpeg and GStreamer, read and compared with what ffprobe says.

use std::collections::BTreeMap;
use std::path::Path;

use container::mpegts::{Demuxer, DropReason, Event, LeftOutReason, MP2_TRACK_ID, PACKET_LEN};
use media::bitstream::{aac, h264, h265, nal};
use media::{AccessUnit, CodecConfig, TrackConfig, TrackId};

use crate::clip::{self, Packet};

/// Everything that came out.
#[derive(Debug, Default)]
struct Read {
    tracks: usize,
    configs: Vec<TrackConfig>,
    units: BTreeMap<TrackId, Vec<AccessUnit>>,
    others: Vec<Event>,
    complete: bool,
}

impl Read {
    fn config(&self, track: u8) -> &CodecConfig {
        &self.configs.iter().find(|config| config.id == TrackId(track)).unwrap().codec
    }

    fn units(&self, track: u8) -> &[AccessUnit] {
        &self.units[&TrackId(track)]
    }
}

fn read_pieces<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Read {
    let mut demuxer = Demuxer::new();
    let (mut read, mut events) = (Read::default(), Vec::new());
    for piece in pieces {
        demuxer.push(piece, &mut events);
    }
    demuxer.finish(&mut events);
    read.complete = demuxer.is_complete();
    for event in events {
        match event {
            Event::Tracks(tracks) => read.tracks = tracks.len(),
            Event::Config(config) => read.configs.push(config),
            Event::Unit(unit) => read.units.entry(unit.track).or_default().push(unit),
            other => read.others.push(other),
        }
    }
    read
}

fn read(bytes: &[u8]) -> Read {
    read_pieces(bytes.chunks(1316))
}

fn read_clean(clip: &Path) -> Read {
    let read = read(&std::fs::read(clip).unwrap());
    assert!(read.others.is_empty() && read.complete, "{:?}", read.others);
    assert_eq!(read.configs.len(), read.tracks);
    read
}

/// The same number of packets, at the same times, with the same key flags.
fn assert_times(units: &[AccessUnit], packets: &[Packet], tolerance: i64) {
    assert_eq!(units.len(), packets.len());
    for (unit, packet) in units.iter().zip(packets) {
        let close = |ours: i64, theirs: i64| (ours - theirs).abs() <= tolerance;
        assert!(
            close(unit.pts.ticks, packet.pts) && close(unit.dts.unwrap().ticks, packet.dts),
            "{packet:?}, but {:?} {:?}",
            unit.pts,
            unit.dts
        );
        assert_eq!(unit.key, packet.key, "{packet:?}");
    }
}

/// The same coded units as FFmpeg copies out, apart from parameter sets and delimiters.
fn assert_pictures(units: &[AccessUnit], raw: &[u8], is_left_out: impl Fn(&[u8]) -> bool) {
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

/// What FFmpeg copies out is our units, each behind its header.
fn assert_adts(config: &CodecConfig, units: &[AccessUnit], raw: &[u8]) {
    let CodecConfig::Aac(config) = config else { panic!("{config:?}") };
    let mut rest = raw;
    for unit in units {
        let header = aac::adts_header(config, unit.payload.len()).unwrap();
        // The buffer fullness in bytes 5 and 6 is the encoder's choice.
        assert_eq!(rest[..5], header[..5]);
        assert_eq!(rest[7..7 + unit.payload.len()], unit.payload);
        rest = &rest[7 + unit.payload.len()..];
    }
    assert!(rest.is_empty());
}

fn concatenated(units: &[AccessUnit]) -> Vec<u8> {
    units.iter().flat_map(|unit| unit.payload.to_vec()).collect()
}

const H264: &str = "-map 0:v -c:v libx264 -g 20 -bf 2 -b:v 300k -pix_fmt yuv420p";
const AAC: &str = "-map 1:a -c:a aac -b:a 64k";

#[test]
fn h264_with_b_frames_and_aac_are_read_as_ffprobe_reads_them() {
    let clip = clip::ffmpeg("h264_aac.ts", &format!("{H264} {AAC} -f mpegts"));
    let read = read_clean(&clip);
    assert!(matches!(read.config(0), CodecConfig::H264(config) if config.picture.width == 320));
    let packets = clip::packets(&clip, "v:0");
    assert_eq!(packets.len(), 50);
    assert!(packets.iter().any(|packet| packet.pts > packet.dts + 3600), "B-frames");
    assert_times(read.units(0), &packets, 0);
    assert_pictures(read.units(0), &clip::raw(&clip, "0:v", "h264"), h264_left_out);
    // FFmpeg rounds the times of frames within a PES packet down.
    assert_times(read.units(1), &clip::packets(&clip, "a:0"), 8);
    assert_adts(read.config(1), read.units(1), &clip::raw(&clip, "0:a", "adts"));
}

#[test]
fn packets_of_192_bytes_and_any_cut_give_the_same() {
    let clip = clip::ffmpeg("h264_aac.m2ts", &format!("{H264} -f mpegts -mpegts_m2ts_mode 1"));
    let bytes = std::fs::read(&clip).unwrap();
    assert_eq!((bytes[4], bytes.len() % 192), (0x47, 0));
    let read = read_clean(&clip);
    assert_times(read.units(0), &clip::packets(&clip, "v:0"), 0);
    for cut in [1, 187, 4096, bytes.len()] {
        let again = read_pieces(bytes.chunks(cut));
        assert_eq!(again.configs, read.configs);
        assert_eq!(concatenated(again.units(0)), concatenated(read.units(0)));
        assert_times(again.units(0), &clip::packets(&clip, "v:0"), 0);
    }
}

#[test]
fn interlaced_pictures_are_read_whole() {
    let options = "-map 0:v -c:v libx264 -flags +ildct+ilme -x264-params interlaced=1 -pix_fmt yuv420p -f mpegts";
    let clip = clip::ffmpeg("interlaced.ts", options);
    let read = read_clean(&clip);
    assert_times(read.units(0), &clip::packets(&clip, "v:0"), 0);
    assert_pictures(read.units(0), &clip::raw(&clip, "0:v", "h264"), h264_left_out);
}

#[test]
fn packets_with_parity_are_read() {
    let clip = clip::ffmpeg("parity.ts", &format!("{H264} {AAC} -f mpegts"));
    let plain = std::fs::read(&clip).unwrap();
    let longer: Vec<u8> = plain.chunks(PACKET_LEN).flat_map(|packet| [packet, &[0x47; 16]].concat()).collect();
    let read = read(&longer);
    assert!(read.others.is_empty());
    assert_times(read.units(0), &clip::packets(&clip, "v:0"), 0);
}

#[test]
fn h265_and_opus() {
    let options = "-map 0:v -c:v libx265 -x265-params keyint=20:bframes=2:open-gop=0:log-level=none -pix_fmt yuv420p \
        -map 2:a -c:a libopus -ac 2 -f mpegts";
    let clip = clip::ffmpeg("h265_opus.ts", options);
    let read = read_clean(&clip);
    assert!(matches!(read.config(0), CodecConfig::H265(_)));
    assert!(matches!(read.config(1), CodecConfig::Opus(config) if config.channels == 2));
    assert_times(read.units(0), &clip::packets(&clip, "v:0"), 0);
    assert_pictures(read.units(0), &clip::raw(&clip, "0:v", "hevc"), h265_left_out);
    let packets = clip::packets(&clip, "a:0");
    assert_times(read.units(1), &packets, 0);
    let sizes = |packets: &[Packet]| packets.iter().map(|packet| packet.size).collect::<Vec<_>>();
    assert_eq!(read.units(1).iter().map(|unit| unit.payload.len()).collect::<Vec<_>>(), sizes(&packets));
    assert_eq!(concatenated(read.units(1)), clip::raw(&clip, "0:a", "data"));
}

#[test]
fn two_sound_tracks_of_mpeg_audio() {
    let options = "-map 1:a -c:a:0 libmp3lame -map 2:a -c:a:1 mp2 -metadata:s:a:1 language=chi -f mpegts";
    let clip = clip::ffmpeg("mp3_mp2.ts", options);
    let read = read_clean(&clip);
    assert!(matches!(read.config(1), CodecConfig::Mp3(config) if config.sample_rate_hz.get() == 44_100));
    assert!(matches!(read.config(2), CodecConfig::Opaque(config) if &*config.id == MP2_TRACK_ID));
    for (track, stream, format) in [(1, "a:0", "mp3"), (2, "a:1", "mp2")] {
        assert_times(read.units(track), &clip::packets(&clip, stream), 8);
        let raw = clip::raw(&clip, &format!("0:{stream}"), "data");
        assert!(concatenated(read.units(track)) == raw, "{format}");
    }
}

#[test]
fn aac_in_latm_is_the_same_as_in_adts() {
    let clip = clip::ffmpeg("latm.ts", &format!("{AAC} -f mpegts -mpegts_flags latm"));
    let read = read_clean(&clip);
    assert_times(read.units(1), &clip::packets(&clip, "a:0"), 8);
    let plain = clip::ffmpeg("latm_adts.ts", &format!("{AAC} -f mpegts"));
    let plain = read_clean(&plain);
    assert_eq!(read.config(1), plain.config(1));
    assert!(concatenated(read.units(1)) == concatenated(plain.units(1)), "the coded sound differs");
}

#[test]
fn gstreamer_makes_the_same() {
    let pipeline = "mpegtsmux name=mux videotestsrc num-buffers=50 ! video/x-raw,width=320,height=180,framerate=25/1 ! \
        x264enc key-int-max=20 bframes=2 b-adapt=false ! h264parse ! mux. audiotestsrc num-buffers=86 samplesperbuffer=1024 ! \
        audio/x-raw,rate=44100,channels=1 ! avenc_aac ! aacparse ! mux. mux.";
    let clip = clip::gstreamer("gstreamer.ts", pipeline);
    let read = read_clean(&clip);
    assert_times(read.units(0), &clip::packets(&clip, "v:0"), 0);
    assert_pictures(read.units(0), &clip::raw(&clip, "0:v", "h264"), h264_left_out);
    assert_times(read.units(1), &clip::packets(&clip, "a:0"), 8);
    assert_adts(read.config(1), read.units(1), &clip::raw(&clip, "0:a", "adts"));
}

#[test]
fn time_goes_on_past_the_wrap() {
    let options = format!("{H264} {AAC} -muxdelay 0 -muxpreload 0 -output_ts_offset 95442.7 -f mpegts");
    let clip = clip::ffmpeg("wrap.ts", &options);
    let read = read_clean(&clip);
    assert!(read.units(0)[0].dts.unwrap().ticks < 1 << 33);
    assert!(read.units(0).last().unwrap().dts.unwrap().ticks > 1 << 33);
    for (track, stream) in [(0, "v:0"), (1, "a:0")] {
        // FFmpeg moves everything to one side of the wrap.
        let mut packets = clip::packets(&clip, stream);
        let shift = read.units(track)[0].dts.unwrap().ticks - packets[0].dts;
        assert_eq!(shift % (1 << 33), 0);
        for packet in &mut packets {
            packet.pts += shift;
            packet.dts += shift;
        }
        assert_times(read.units(track), &packets, 8);
    }
}

#[test]
fn parameters_that_change_in_the_middle_are_a_new_version() {
    let large = clip::ffmpeg("large.ts", &format!("{H264} {AAC} -f mpegts"));
    let small = clip::ffmpeg("small.ts", &format!("{H264} -s 160x90 {AAC} -f mpegts"));
    let both = [std::fs::read(&large).unwrap(), std::fs::read(&small).unwrap()].concat();
    let read = read(&both);
    let sizes: Vec<_> = read
        .configs
        .iter()
        .filter_map(|config| config.codec.picture().map(|picture| (config.version, picture.width, picture.height)))
        .collect();
    assert_eq!(sizes, [(1, 320, 180), (2, 160, 90)]);
    assert_eq!(read.configs.iter().filter(|config| config.id == TrackId(1)).count(), 1);
    // The counters do not go on from one file to the other; nothing else is lost than what was being put together.
    assert!(read.units(0).len() >= 99 && read.others.iter().all(|event| !matches!(event, Event::Unsynced { .. })));
}

#[test]
fn a_stream_of_another_codec_is_named() {
    let clip = clip::ffmpeg("mpeg2.ts", &format!("-map 0:v -c:v mpeg2video {AAC} -f mpegts"));
    let read = read(&std::fs::read(clip).unwrap());
    assert!(read.complete && read.units(1).len() > 80);
    let [Event::LeftOut { stream_type: 2, reason: LeftOutReason::Codec(name), .. }] = read.others[..] else {
        panic!("{:?}", read.others)
    };
    assert!(name.contains("MPEG-2"));
}

#[test]
fn lost_packets_are_counted_and_what_they_held_is_dropped() {
    let clip = clip::ffmpeg("loss.ts", &format!("{H264} {AAC} -f mpegts"));
    let bytes = std::fs::read(&clip).unwrap();
    let whole = read_clean(&clip);
    let packets: Vec<&[u8]> = bytes.chunks(PACKET_LEN).collect();
    // Every 40th packet is missing, every 7th comes twice.
    let mut damaged = Vec::new();
    let mut lost = 0;
    for (index, packet) in packets.iter().enumerate() {
        let pid = u16::from_be_bytes([packet[1] & 0x1f, packet[2]]);
        if index % 40 == 39 && (0x100..0x110).contains(&pid) {
            lost += 1;
            continue;
        }
        damaged.extend_from_slice(packet);
        if index % 7 == 0 {
            damaged.extend_from_slice(packet);
        }
    }
    let read = read(&damaged);
    let counted: u32 = read
        .others
        .iter()
        .map(|event| if let Event::Loss { packets, .. } = event { u32::from(*packets) } else { 0 })
        .sum();
    assert_eq!(counted, lost);
    for track in [0, 1] {
        let (all, left) = (whole.units(track), read.units(track));
        assert!(left.len() < all.len() && left.len() > all.len() / 4, "{} of {}", left.len(), all.len());
        for unit in left {
            assert!(all.iter().any(|whole| whole.payload == unit.payload && whole.pts == unit.pts), "{:?}", unit.pts);
        }
    }
    assert!(read.others.iter().any(|event| matches!(event, Event::Dropped { reason: DropReason::Incomplete, .. })));
}

#[test]
fn packets_out_of_order_give_no_wrong_unit() {
    let clip = clip::ffmpeg("order.ts", &format!("{H264} {AAC} -f mpegts"));
    let whole = read_clean(&clip);
    let bytes = std::fs::read(&clip).unwrap();
    let mut packets: Vec<&[u8]> = bytes.chunks(PACKET_LEN).collect();
    for at in (50..packets.len() - 1).step_by(61) {
        packets.swap(at, at + 1);
    }
    let read = read(&packets.concat());
    for track in [0, 1] {
        let all = whole.units(track);
        assert!(read.units(track).iter().all(|unit| all.iter().any(|whole| whole.payload == unit.payload)));
    }
}
