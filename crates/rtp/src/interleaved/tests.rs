//! The muxer's bytes, read back by the receiver.

use super::*;
use std::time::Instant;

use bytes::Bytes;
use media::bitstream::nal::put_length_prefixed;
use media::{CodecConfig, G711Config, H264Config};

use crate::{Packet, Received, TrackReceiver, parse_compound, tracks_to_description};

const VIDEO: InterleavedTrack =
    InterleavedTrack { track: TrackId(0), channel: 0, ssrc: 10, first_sequence: 65_535, timestamp_offset: u32::MAX };
const AUDIO: InterleavedTrack =
    InterleavedTrack { track: TrackId(1), channel: 2, ssrc: 11, first_sequence: 5, timestamp_offset: 0 };
/// 2023-11-14.
const WALL_US: i64 = 1_700_000_000_000_000;

fn tracks() -> Vec<Arc<TrackConfig>> {
    let sps = Bytes::from_static(&[0x67, 0x42, 0xc0, 0x0a, 0xda, 0x10, 0x99]);
    let pps = Bytes::from_static(&[0x68, 0xce, 0x3c, 0x80]);
    let video = CodecConfig::H264(H264Config::new(vec![sps], vec![pps]).unwrap());
    let rate = NonZeroU32::new(8000).unwrap();
    let audio = CodecConfig::G711A(G711Config { sample_rate_hz: rate, channels: 1 });
    // The source's clock (RTMP) is not the RTP clock.
    let source_clock = NonZeroU32::new(1000).unwrap();
    vec![
        Arc::new(TrackConfig::new(TrackId(0), source_clock, video)),
        Arc::new(TrackConfig::new(TrackId(1), source_clock, audio)),
    ]
}

fn frame(track: u8, millis: i64, key: bool, payload: Bytes) -> Frame {
    let clock = NonZeroU32::new(1000).unwrap();
    Frame {
        track: TrackId(track),
        source_ts: media::MediaTime::new(millis, clock),
        dts: Timestamp::from_millis(millis),
        pts: Timestamp::from_millis(millis),
        arrival: Instant::now(),
        capture_utc: None,
        key,
        config_version: 1,
        payload,
    }
}

fn picture(key: bool, length: usize) -> Bytes {
    let mut unit = vec![if key { 0x65 } else { 0x41 }, 0x88];
    unit.resize(length, 7);
    let mut payload = BytesMut::new();
    put_length_prefixed(&mut payload, &unit);
    payload.freeze()
}

fn frames(bytes: &[u8]) -> Vec<(u8, Bytes)> {
    let mut rest = bytes;
    let mut out = Vec::new();
    while !rest.is_empty() {
        assert_eq!(rest[0], b'$');
        let length = usize::from(u16_at(rest, 2));
        out.push((rest[1], Bytes::copy_from_slice(&rest[4..4 + length])));
        rest = &rest[4 + length..];
    }
    out
}

#[test]
fn frames_come_back_with_their_times_and_capture_times() {
    for packet_bytes in [76, 1400, 65_535] {
        let tracks = tracks();
        let mut muxer = InterleavedMuxer::new(&[VIDEO, AUDIO], WALL_US, "viaduct").with_max_packet_bytes(packet_bytes);
        assert!(muxer.set_tracks(&tracks).is_empty());
        let mut out = BytesMut::new();
        muxer.write_header(&mut out);
        assert!(out.is_empty());
        for millis in [0, 40, 80, 6000] {
            muxer.write_frame(&frame(0, millis, millis == 0, picture(millis == 0, 5000)), &mut out);
            muxer.write_frame(&frame(1, millis, true, Bytes::from_static(&[0xD5; 320])), &mut out);
        }
        let sdp = tracks_to_description("x", tracks.iter().map(|track| &**track)).write();
        let sdp = crate::SessionDescription::parse(sdp.as_bytes()).unwrap();
        let mut receivers =
            [TrackReceiver::new(&sdp.media[0], TrackId(0)), TrackReceiver::new(&sdp.media[1], TrackId(1))];
        let mut units = [Vec::new(), Vec::new()];
        let mut reports = 0;
        for (channel, bytes) in frames(&out) {
            let at = usize::from(channel / 2);
            if channel % 2 == 1 {
                assert!(parse_compound(&bytes).all(|packet| packet.is_ok()));
                receivers[at].handle_rtcp(Instant::now(), &bytes);
                reports += 1;
                continue;
            }
            receivers[at].handle_rtp(Instant::now(), &bytes).unwrap();
            while let Some(received) = receivers[at].poll() {
                let Received::Unit(unit) = received else { panic!("{received:?}") };
                units[at].push(unit);
            }
        }
        assert_eq!(reports, 4);
        let [video, audio] = units;
        let spaced: Vec<i64> = video.iter().map(|unit| unit.pts.ticks - video[0].pts.ticks).collect();
        assert_eq!(spaced, [0, 3600, 7200, 540_000]);
        let spaced: Vec<i64> = audio.iter().map(|unit| unit.pts.ticks).collect();
        assert_eq!(spaced, [0, 320, 640, 48_000]);
        assert_eq!(video[2].payload, picture(false, 5000));
        assert!(video[0].key && video[0].payload.ends_with(&picture(true, 5000)));
        let captured: Vec<i64> = video.iter().map(|unit| unit.capture_utc.unwrap().unix_us - WALL_US).collect();
        assert_eq!(captured, [0, 40_000, 80_000, 6_000_000]);
    }
}

#[test]
fn positions_name_the_first_packet_of_each_channel() {
    let mut muxer = InterleavedMuxer::new(&[VIDEO, AUDIO], WALL_US, "viaduct");
    muxer.set_tracks(&tracks());
    assert_eq!(muxer.position(TrackId(0)).unwrap().sequence, 65_535);
    let mut out = BytesMut::new();
    muxer.write_frame(&frame(0, 0, true, picture(true, 4000)), &mut out);
    muxer.write_frame(&frame(1, 20, true, Bytes::from_static(&[0xD5; 160])), &mut out);
    let video = Position { channel: 0, sequence: 65_535, timestamp: u32::MAX };
    let audio = Position { channel: 2, sequence: 5, timestamp: 160 };
    assert_eq!(positions(&out), [video, audio]);
    assert_eq!(muxer.position(TrackId(1)).unwrap().sequence, 6);
    for end in 0..out.len() {
        assert!(positions(&out[..end]).len() <= 2);
    }
}

#[test]
fn tracks_without_a_channel_are_refused_and_their_frames_write_nothing() {
    let mut muxer = InterleavedMuxer::new(&[VIDEO], WALL_US, "viaduct");
    let refusals = muxer.set_tracks(&tracks());
    assert_eq!((refusals.len(), refusals[0].track), (1, TrackId(1)));
    let mut out = BytesMut::new();
    muxer.write_frame(&frame(1, 0, true, Bytes::from_static(&[0xD5; 160])), &mut out);
    assert!(out.is_empty());
}

#[test]
fn a_packet_of_the_largest_size_is_well_formed() {
    let mut muxer = InterleavedMuxer::new(&[VIDEO], WALL_US, "viaduct").with_max_packet_bytes(65_535);
    muxer.set_tracks(&tracks());
    let mut out = BytesMut::new();
    muxer.write_frame(&frame(0, 0, true, picture(true, 200_000)), &mut out);
    assert!(frames(&out).iter().filter(|(channel, _)| *channel == 0).all(|(_, bytes)| Packet::parse(bytes).is_ok()));
}
