//! What the tests of all containers share.

use bytes::{Bytes, BytesMut};
use hex_literal::hex;
use media::{
    AccessUnit, Av1Config, CodecConfig, Frame, H264Config, H265Config, Language, MediaTime, Timestamp, TrackConfig,
    TrackId,
};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Instant;

/// SPS and PPS of a 128x72 High profile stream by x264.
const H264_SPS: [u8; 25] = hex!("6764000aacd9420bf97011000003000100000300320f122596");
const H264_PPS: [u8; 5] = hex!("68ebecb22c");

pub(crate) fn h264() -> CodecConfig {
    let sets = |set: &'static [u8]| vec![Bytes::from_static(set)];
    CodecConfig::H264(H264Config::new(sets(&H264_SPS), sets(&H264_PPS)).unwrap())
}

/// The parameter sets of `h265_opus.mp4`, which x265 made.
pub(crate) fn h265() -> CodecConfig {
    let file = golden("h265_opus.mp4");
    let at = file.windows(4).position(|window| window == b"hvcC").unwrap();
    let length = usize::try_from(u32::from_be_bytes(*file[at - 4..].first_chunk().unwrap())).unwrap();
    CodecConfig::H265(H265Config::from_hvcc(&file[at + 4..at - 4 + length]).unwrap().0)
}

pub(crate) fn golden(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

pub(crate) fn hz(rate: u32) -> NonZeroU32 {
    NonZeroU32::new(rate).unwrap()
}

pub(crate) fn track(id: u8, codec: CodecConfig) -> Arc<TrackConfig> {
    Arc::new(TrackConfig::new(TrackId(id), hz(1000), codec))
}

/// A track in the language of a tag, if that is one.
pub(crate) fn spoken_track(id: u8, codec: CodecConfig, tag: &str) -> Arc<TrackConfig> {
    Arc::new(TrackConfig::new(TrackId(id), hz(1000), codec).in_language(Language::from_tag(tag)))
}

pub(crate) fn frame(track: u8, dts_ms: i64, pts_ms: i64, key: bool, payload: &[u8]) -> Frame {
    Frame {
        track: TrackId(track),
        source_ts: MediaTime::new(pts_ms, hz(1000)),
        dts: Timestamp::from_millis(dts_ms),
        pts: Timestamp::from_millis(pts_ms),
        arrival: Instant::now(),
        capture_utc: None,
        key,
        config_version: 1,
        payload: Bytes::copy_from_slice(payload),
    }
}

/// The example record of the AV1 reference decoder.
pub(crate) fn av1() -> CodecConfig {
    let record = hex!("81010c000a0b0000000cc4ff6736be4010");
    CodecConfig::Av1(Av1Config::from_av1c(&record).unwrap())
}

/// A payload that is well-formed for the codec.
pub(crate) fn payload(codec: &CodecConfig, seed: u8, len: usize) -> Vec<u8> {
    let filler = vec![seed; len.max(1)];
    match codec {
        CodecConfig::H264(_) | CodecConfig::H265(_) => {
            let mut nals = BytesMut::new();
            media::bitstream::nal::put_length_prefixed(&mut nals, &filler);
            media::bitstream::nal::put_length_prefixed(&mut nals, &[1, 2]);
            nals.to_vec()
        }
        CodecConfig::Av1(_) => [&[0x32, 1][..], &[seed]].concat(),
        CodecConfig::Mp3(_) => [&hex!("fffb10c4")[..], &filler].concat(),
        _ => filler,
    }
}

/// A unit as the hub would share it.
pub(crate) fn shared(unit: AccessUnit) -> Frame {
    Frame {
        track: unit.track,
        source_ts: unit.pts,
        dts: unit.dts.unwrap().to_timestamp(),
        pts: unit.pts.to_timestamp(),
        arrival: Instant::now(),
        capture_utc: None,
        key: unit.key,
        config_version: 1,
        payload: unit.payload,
    }
}
