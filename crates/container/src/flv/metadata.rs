//! `onMetaData`.

use bytes::{Bytes, BytesMut};
use media::{CodecConfig, TrackConfig};

use super::{HevcForm, codec_id, four_cc};
use crate::amf0::{self, Object, Value};

/// What a publisher says about its stream, in its own words; nothing here is needed to decode.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata {
    /// The properties of `onMetaData`.
    pub properties: Object,
}

impl Metadata {
    /// Declared frames per second, where it is a sane number.
    pub fn frame_rate(&self) -> Option<f64> {
        self.properties.number("framerate").filter(|rate| rate.is_finite() && *rate > 0.0)
    }

    /// The encoder's name.
    pub fn encoder(&self) -> Option<&str> {
        self.properties.text("encoder")
    }
}

/// The body of an `onMetaData` script tag.
pub(super) fn write_body(video: Option<&TrackConfig>, audio: Option<&TrackConfig>, hevc: HevcForm) -> Bytes {
    let mut properties = Object::new().with("duration", 0.0);
    if let Some(track) = video {
        if let Some(picture) = track.codec.picture() {
            properties = properties.with("width", f64::from(picture.width)).with("height", f64::from(picture.height));
            if let Some(rate) = picture.frame_rate_mhz {
                properties = properties.with("framerate", f64::from(rate.get()) / 1000.0);
            }
        }
        properties = properties.with("videocodecid", video_codec_id(&track.codec, hevc));
    }
    if let Some(track) = audio {
        if let Some((rate, channels)) = track.codec.sound() {
            properties = properties
                .with("audiosamplerate", f64::from(rate.get()))
                .with("audiosamplesize", 16.0)
                .with("audiochannels", f64::from(channels))
                .with("stereo", channels > 1);
        }
        properties = properties.with("audiocodecid", audio_codec_id(&track.codec));
    }
    let properties = properties.with("encoder", "Viaduct");
    let mut body = BytesMut::with_capacity(320);
    amf0::write_str(&mut body, "onMetaData");
    amf0::write(&mut body, &Value::EcmaArray(properties));
    body.freeze()
}

fn video_codec_id(codec: &CodecConfig, hevc: HevcForm) -> f64 {
    match codec {
        CodecConfig::H265(_) if hevc == HevcForm::Domestic => f64::from(codec_id::H265_DOMESTIC),
        CodecConfig::H265(_) => f64::from(u32::from_be_bytes(four_cc::HEVC)),
        CodecConfig::Av1(_) => f64::from(u32::from_be_bytes(four_cc::AV1)),
        _ => f64::from(codec_id::H264),
    }
}

fn audio_codec_id(codec: &CodecConfig) -> f64 {
    match codec {
        CodecConfig::G711A(_) => f64::from(codec_id::G711_A),
        CodecConfig::G711U(_) => f64::from(codec_id::G711_U),
        CodecConfig::Mp3(_) => f64::from(codec_id::MP3),
        CodecConfig::Opus(_) => f64::from(u32::from_be_bytes(four_cc::OPUS)),
        _ => f64::from(codec_id::AAC),
    }
}
