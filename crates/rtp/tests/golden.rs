//! Captures of other implementations' RTP, compared with the elementary streams that they were made of.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::PathBuf;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use media::bitstream::{av1, nal};
use media::{AccessUnit, CodecConfig, TrackConfig, TrackId};
use rtp::{Received, SessionDescription, TrackReceiver};

fn golden(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

struct Stream {
    config: Option<TrackConfig>,
    units: Vec<AccessUnit>,
}

/// Plays a capture through the receiver.
fn receive(sdp: &str, capture: &str) -> Stream {
    let sdp = SessionDescription::parse(sdp.as_bytes()).unwrap();
    let mut receiver = TrackReceiver::new(&sdp.media[0], TrackId(0));
    let mut stream = Stream { config: sdp.media[0].track(TrackId(0)), units: Vec::new() };
    let bytes = golden(capture);
    let mut rest = &bytes[..];
    while let Some((length, tail)) = rest.split_first_chunk::<2>() {
        let (packet, tail) = tail.split_at(usize::from(u16::from_be_bytes(*length)));
        rest = tail;
        // RTCP was sent to the next port and is not in the capture.
        receiver.handle_rtp(Instant::now(), &Bytes::copy_from_slice(packet)).unwrap();
        while let Some(received) = receiver.poll() {
            match received {
                Received::Config(config) => stream.config = Some(config),
                Received::Unit(unit) => stream.units.push(unit),
                other => panic!("{capture}: {other:?}"),
            }
        }
    }
    stream
}

fn file(name: &str) -> String {
    String::from_utf8(golden(name)).unwrap()
}

/// The packets of a GStreamer payloader tell their payload type; the description is ours.
fn described(encoding: &str, fmtp: &str) -> String {
    format!("m=video 0 RTP/AVP 96\na=rtpmap:96 {encoding}\na=fmtp:96 {fmtp}\n")
}

fn nal_units(units: &[AccessUnit]) -> Vec<Vec<u8>> {
    units.iter().flat_map(|unit| nal::length_prefixed(&unit.payload)).map(<[u8]>::to_vec).collect()
}

/// Payloaders repeat parameter sets and drop delimiters, so slices are compared.
fn slices(units: impl IntoIterator<Item = Vec<u8>>, is_slice: impl Fn(&[u8]) -> bool) -> Vec<Vec<u8>> {
    units.into_iter().filter(|unit| is_slice(unit)).collect()
}

#[test]
fn h264_of_other_payloaders_is_the_source() {
    let is_slice =
        |unit: &[u8]| media::bitstream::h264::nal_unit_type(unit).is_some_and(media::bitstream::h264::is_slice);
    let source = golden("source.h264");
    let expected = slices(nal::annex_b(&source).map(<[u8]>::to_vec), is_slice);
    for (sdp, capture) in [
        (file("ffmpeg-h264.sdp"), "ffmpeg-h264.rtp"),
        (described("H264/90000", "packetization-mode=1"), "gstreamer-h264.rtp"),
    ] {
        let stream = receive(&sdp, capture);
        assert_eq!(slices(nal_units(&stream.units), is_slice), expected, "{capture}");
        assert_eq!((stream.units.len(), stream.units.iter().filter(|unit| unit.key).count()), (12, 2), "{capture}");
        let CodecConfig::H264(config) = stream.config.unwrap().codec else { panic!("{capture}") };
        assert_eq!((config.picture.width, config.picture.height), (160, 96));
    }
}

#[test]
fn h265_of_other_payloaders_is_the_source() {
    let is_slice =
        |unit: &[u8]| media::bitstream::h265::nal_unit_type(unit).is_some_and(media::bitstream::h265::is_slice);
    let source = golden("source.h265");
    let expected = slices(nal::annex_b(&source).map(<[u8]>::to_vec), is_slice);
    for (sdp, capture) in
        [(file("ffmpeg-h265.sdp"), "ffmpeg-h265.rtp"), (described("H265/90000", ""), "gstreamer-h265.rtp")]
    {
        let stream = receive(&sdp, capture);
        assert_eq!(slices(nal_units(&stream.units), is_slice), expected, "{capture}");
        assert_eq!(stream.units.len(), 8, "{capture}");
        let CodecConfig::H265(config) = stream.config.unwrap().codec else { panic!("{capture}") };
        assert_eq!((config.picture.width, config.picture.height), (160, 96));
    }
}

#[test]
fn av1_of_another_payloader_is_the_source() {
    let stream = receive(&described("AV1/90000", ""), "pion-av1.rtp");
    let source = golden("source.obu");
    let mut expected = BytesMut::new();
    for obu in av1::obus(&source).filter(|obu| obu.kind != av1::obu_type::TEMPORAL_DELIMITER) {
        av1::put_obu(&mut expected, &obu);
    }
    let received: Vec<u8> = stream.units.iter().flat_map(|unit| unit.payload.to_vec()).collect();
    assert_eq!(received, expected);
    assert_eq!(stream.units.len(), 6);
    assert!(stream.units[0].key && !stream.units[1].key);
    let CodecConfig::Av1(config) = stream.config.unwrap().codec else { panic!() };
    assert_eq!((config.picture.width, config.picture.height), (160, 96));
}

/// Raw access units of an ADTS file (ISO/IEC 13818-7 §6.2).
fn adts_units(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut units = Vec::new();
    let mut rest = bytes;
    while rest.len() >= 7 {
        let length = usize::from(rest[3] & 3) << 11 | usize::from(rest[4]) << 3 | usize::from(rest[5] >> 5);
        units.push(rest[7..length].to_vec());
        rest = &rest[length..];
    }
    units
}

#[test]
fn aac_of_other_payloaders_is_the_source() {
    let expected = adts_units(&golden("source.aac"));
    let generic =
        described("mpeg4-generic/44100/2", "mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1210");
    for (sdp, capture) in [
        (file("ffmpeg-aac.sdp"), "ffmpeg-aac.rtp"),
        (file("ffmpeg-latm.sdp"), "ffmpeg-latm.rtp"),
        (generic, "gstreamer-aac.rtp"),
    ] {
        let stream = receive(&sdp, capture);
        let units: Vec<Vec<u8>> = stream.units.iter().map(|unit| unit.payload.to_vec()).collect();
        // ffmpeg never sends the units that it still aggregates when the file ends.
        let missing = if capture == "ffmpeg-aac.rtp" { 1..4 } else { 0..1 };
        assert!(expected.starts_with(&units) && missing.contains(&(expected.len() - units.len())), "{capture}");
        let start = stream.units[0].pts.ticks;
        for (unit, index) in stream.units.iter().zip(0..) {
            assert!((unit.pts.ticks - start - 1024 * index).abs() <= 1, "{capture} {index}");
        }
    }
}

#[test]
fn mp3_of_other_payloaders_is_the_source() {
    let expected = golden("source.mp3");
    for (sdp, capture) in
        [(file("ffmpeg-mp3.sdp"), "ffmpeg-mp3.rtp"), ("m=audio 0 RTP/AVP 14".to_owned(), "gstreamer-mp3.rtp")]
    {
        let stream = receive(&sdp, capture);
        let bytes: Vec<u8> = stream.units.iter().flat_map(|unit| unit.payload.to_vec()).collect();
        let missing = if capture == "ffmpeg-mp3.rtp" { 1..500 } else { 0..1 };
        assert!(expected.starts_with(&bytes) && missing.contains(&(expected.len() - bytes.len())), "{capture}");
        let CodecConfig::Mp3(config) = stream.config.unwrap().codec else { panic!("{capture}") };
        assert_eq!((config.sample_rate_hz.get(), config.channels), (44_100, 2));
    }
}

#[test]
fn g711_of_another_payloader_is_the_source() {
    let stream = receive(&file("ffmpeg-alaw.sdp"), "ffmpeg-alaw.rtp");
    let bytes: Vec<u8> = stream.units.iter().flat_map(|unit| unit.payload.to_vec()).collect();
    assert_eq!(bytes, golden("source.alaw"));
}
