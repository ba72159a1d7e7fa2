//! Entry points for fuzzing: each takes any bytes and must return; what was read must survive a round trip.

use bytes::{Bytes, BytesMut};

use crate::bitstream::{av1, h264, h265, inband, jpeg, mp3, nal};
use crate::{AacConfig, Av1Config, CodecConfig, H264Config, H265Config};

/// SPS with High profile of a 640x360 test picture, with its PPS.
const AVCC: &[u8] = b"\x01\x64\x00\x1e\xff\xe1\x00\x1a\x67\x64\x00\x1e\xac\xd9\x40\xa0\x2f\xf9\x70\x11\x00\x00\x03\x00\
\x01\x00\x00\x03\x00\x32\x0f\x16\x2d\x96\x01\x00\x06\x68\xeb\xe3\xcb\x22\xc0\xfd\xf8\xf8\x00";
/// Main profile, 1920x1080.
const HVCC: &[u8] = b"\x01\x01\x60\x00\x00\x00\x90\x00\x00\x00\x00\x00\x78\xf0\x00\xfc\xfd\xf8\xf8\x00\x00\x0f\x03\xa0\
\x00\x01\x00\x18\x40\x01\x0c\x01\xff\xff\x01\x60\x00\x00\x03\x00\x90\x00\x00\x03\x00\x00\x03\x00\x78\x95\x98\x09\xa1\x00\
\x01\x00\x2a\x42\x01\x01\x01\x60\x00\x00\x03\x00\x90\x00\x00\x03\x00\x00\x03\x00\x78\xa0\x03\xc0\x80\x10\xe5\x96\x56\x69\
\x24\xca\xf0\x16\x80\x80\x00\x00\x03\x00\x80\x00\x00\x0c\x84\xa2\x00\x01\x00\x07\x44\x01\xc1\x72\xb4\x62\x40";
/// Main profile, 640x360.
const AV1C: &[u8] = b"\x81\x01\x0c\x00\x0a\x0b\x00\x00\x00\x0c\xc4\xff\x67\x36\xbe\x40\x10";

/// SPS and `avcC` record.
pub fn h264(bytes: &[u8]) {
    let _ = h264::parse_sps(bytes);
    if let Ok((config, _)) = H264Config::from_avcc(bytes) {
        let _ = config.rfc6381();
        let (again, length_size) = H264Config::from_avcc(&config.to_avcc()).expect("our own record is read");
        assert_eq!((again, length_size), (config, 4));
    }
}

/// SPS and `hvcC` record.
pub fn h265(bytes: &[u8]) {
    let _ = h265::parse_sps(bytes);
    if let Ok((config, _)) = H265Config::from_hvcc(bytes) {
        let _ = config.rfc6381();
        let (again, length_size) = H265Config::from_hvcc(&config.to_hvcc()).expect("our own record is read");
        assert_eq!((again, length_size), (config, 4));
    }
}

/// Sequence header, `av1C` record and the OBUs of a temporal unit.
pub fn av1(bytes: &[u8]) {
    let _ = av1::is_random_access(bytes);
    let mut written = BytesMut::new();
    for obu in av1::obus(bytes) {
        av1::put_obu(&mut written, &obu);
    }
    assert_eq!(av1::obus(&written).count(), av1::obus(bytes).count());
    let _ = Av1Config::from_sequence_header(bytes);
    if let Ok(config) = Av1Config::from_av1c(bytes) {
        let _ = config.rfc6381();
        assert_eq!(Av1Config::from_av1c(&config.to_av1c()).as_ref(), Ok(&config));
    }
}

/// `AudioSpecificConfig` and MPEG audio frame headers.
pub fn audio(bytes: &[u8]) {
    let _ = AacConfig::from_specific_config(bytes);
    let _ = mp3::parse_frame_header(bytes);
}

/// Headers of JPEG pictures.
pub fn jpeg(bytes: &[u8]) {
    if let Some((width, height)) = jpeg::size(bytes) {
        assert!(width > 0 && height > 0 && bytes.starts_with(&jpeg::MAGIC));
    }
}

/// NAL units in every framing; the first byte is the length size.
pub fn nal(bytes: &[u8]) {
    assert_eq!(nal::unescape(&nal::escape(bytes)), bytes);
    let longest = nal::annex_b(bytes).map(<[u8]>::len).max();
    assert!(longest.unwrap_or(0) <= bytes.len());
    if let Some((length_size, sample)) = bytes.split_first() {
        let canonical = nal::canonical_lengths(Bytes::copy_from_slice(sample), length_size % 5);
        let mut rest = nal::length_prefixed(&canonical);
        while rest.next().is_some() {}
        let _ = rest.unread_len();
    }
}

/// An access unit with parameter sets; the first byte chooses the codec.
pub fn inband(bytes: &[u8]) {
    let Some((choice, payload)) = bytes.split_first() else { return };
    let known = "a record of a real encoder is read";
    let config = match choice % 3 {
        0 => CodecConfig::H264(H264Config::from_avcc(AVCC).expect(known).0),
        1 => CodecConfig::H265(H265Config::from_hvcc(HVCC).expect(known).0),
        _ => CodecConfig::Av1(Av1Config::from_av1c(AV1C).expect(known)),
    };
    let cleaned = inband::clean(&config, Bytes::copy_from_slice(payload));
    assert!(cleaned.payload.len() <= payload.len());
    // What is clean stays as it is.
    let again = inband::clean(&cleaned.config.unwrap_or(config), cleaned.payload.clone());
    assert_eq!(again.payload, cleaned.payload);
    assert!(again.config.is_none());
}
