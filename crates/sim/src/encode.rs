//! Coded video: H.264 in this process, H.265 through the `ffmpeg` program.

use std::num::NonZeroU32;

use bytes::{Bytes, BytesMut};
use media::bitstream::nal::{annex_b, put_length_prefixed};
use media::bitstream::{h264, h265};
use media::{CodecConfig, H264Config, H265Config, ParseError, TrackConfig, TrackId};
use openh264::encoder::{
    BitRate, Complexity, Encoder, EncoderConfig, FrameRate, IntraFramePeriod, Profile, RateControlMode, UsageType,
    VuiConfig,
};
use openh264::formats::YUVSlices;
use openh264::{OpenH264API, Timestamp};
use serde::{Deserialize, Serialize};

use crate::picture::Picture;

/// Ticks per second of all video time stamps.
pub const VIDEO_CLOCK_HZ: NonZeroU32 = NonZeroU32::new(90_000).expect("90,000 is not zero");
/// The track of the pictures.
pub const VIDEO_TRACK: TrackId = TrackId(0);
/// The track of the sound.
pub const AUDIO_TRACK: TrackId = TrackId(1);

/// How pictures are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VideoCodec {
    /// ITU-T H.264, coded in this process.
    H264,
    /// ITU-T H.265; needs the `ffmpeg` program with libx265.
    H265,
}

/// Why pictures or sound could not be coded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The H.264 encoder refused.
    #[error("H.264 encoder failed")]
    H264(#[source] openh264::Error),
    /// The `ffmpeg` program could not be started.
    #[error("the ffmpeg program is needed for {what} and could not be started")]
    NoFfmpeg {
        /// H.265 or AAC.
        what: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// The `ffmpeg` program failed.
    #[error("ffmpeg failed to encode {what}: {message}")]
    Ffmpeg {
        /// H.265 or AAC.
        what: &'static str,
        /// The end of what it wrote to its standard error.
        message: String,
    },
    /// The encoder's output is not what was asked for.
    #[error("encoded {what} is not usable")]
    Output {
        /// H.264, H.265 or AAC.
        what: &'static str,
    },
    /// The encoder's parameter sets cannot be parsed.
    #[error("encoder wrote unusable parameter sets")]
    Parameters(#[from] ParseError),
}

/// One coded picture: canonical payload without parameter sets.
#[derive(Clone, Debug)]
pub(crate) struct CodedPicture {
    pub(crate) payload: Bytes,
    pub(crate) key: bool,
}

/// The H.264 encoder: one slice per picture, no B-frames, deblocking on, key frames at fixed distance.
pub(crate) struct H264Encoder {
    encoder: Encoder,
    config: Option<H264Config>,
    fps: u32,
    frames: u64,
}

impl H264Encoder {
    pub(crate) fn new(bitrate_bps: u32, gop: u32, fps: u32) -> Result<Self, EncodeError> {
        let config = EncoderConfig::new()
            .bitrate(BitRate::from_bps(bitrate_bps))
            .max_frame_rate(FrameRate::from_hz(fps as f32))
            .rate_control_mode(RateControlMode::Bitrate)
            .usage_type(UsageType::CameraVideoRealTime)
            .intra_frame_period(IntraFramePeriod::from_num_frames(gop))
            .profile(Profile::High)
            .complexity(Complexity::Low)
            .num_threads(1)
            .skip_frames(false)
            // Key frames come when they are due, as on a camera.
            .scene_change_detect(false)
            .vui(VuiConfig::bt709());
        let encoder = Encoder::with_api_config(OpenH264API::from_source(), config).map_err(EncodeError::H264)?;
        Ok(Self { encoder, config: None, fps, frames: 0 })
    }

    pub(crate) fn encode(&mut self, picture: &Picture) -> Result<CodedPicture, EncodeError> {
        let (width, half) = (picture.width, picture.width / 2);
        let planes = (&picture.y[..], &picture.u[..], &picture.v[..]);
        let source = YUVSlices::new(planes, (width, picture.height), (width, half, half));
        let at = Timestamp::from_millis(self.frames * 1000 / u64::from(self.fps));
        self.frames += 1;
        let stream = self.encoder.encode_at(&source, at).map_err(EncodeError::H264)?.to_vec();
        let (mut sps, mut pps) = (vec![], vec![]);
        let mut payload = BytesMut::with_capacity(stream.len() + 16);
        let mut key = false;
        for nal in annex_b(&stream) {
            match h264::nal_unit_type(nal) {
                Some(h264::nal_type::SPS) => sps.push(Bytes::copy_from_slice(nal)),
                Some(h264::nal_type::PPS) => pps.push(Bytes::copy_from_slice(nal)),
                Some(kind) => {
                    key |= kind == h264::nal_type::IDR;
                    put_length_prefixed(&mut payload, nal);
                }
                None => {}
            }
        }
        if !sps.is_empty() && self.config.is_none() {
            self.config = Some(H264Config::new(sps, pps)?);
        }
        if payload.is_empty() {
            return Err(EncodeError::Output { what: "H.264" });
        }
        Ok(CodedPicture { payload: payload.freeze(), key })
    }

    pub(crate) fn force_key(&mut self) {
        self.encoder.force_intra_frame();
    }

    /// Known after the first picture.
    pub(crate) fn track(&self) -> Result<TrackConfig, EncodeError> {
        let config = self.config.clone().ok_or(EncodeError::Output { what: "H.264" })?;
        Ok(TrackConfig::new(VIDEO_TRACK, VIDEO_CLOCK_HZ, CodecConfig::H264(config)))
    }
}

/// Splits an H.265 byte stream with access unit delimiters into pictures.
pub(crate) fn split_h265(stream: &[u8]) -> Result<(TrackConfig, Vec<CodedPicture>), EncodeError> {
    use h265::nal_type::{AUD, PPS, SPS, VPS};
    let (mut vps, mut sps, mut pps) = (vec![], vec![], vec![]);
    let mut pictures: Vec<CodedPicture> = vec![];
    let mut current = BytesMut::new();
    let mut key = false;
    let mut finish = |current: &mut BytesMut, key: &mut bool| {
        if !current.is_empty() {
            let payload = current.split().freeze();
            pictures.push(CodedPicture { payload, key: *key });
        }
        *key = false;
    };
    for nal in annex_b(stream) {
        let keep = |sets: &mut Vec<Bytes>| {
            if sets.is_empty() {
                sets.push(Bytes::copy_from_slice(nal));
            }
        };
        match h265::nal_unit_type(nal) {
            Some(AUD) => finish(&mut current, &mut key),
            Some(VPS) => keep(&mut vps),
            Some(SPS) => keep(&mut sps),
            Some(PPS) => keep(&mut pps),
            Some(kind) => {
                key |= h265::is_random_access(kind);
                put_length_prefixed(&mut current, nal);
            }
            None => {}
        }
    }
    finish(&mut current, &mut key);
    let config = H265Config::new(vps, sps, pps)?;
    let track = TrackConfig::new(VIDEO_TRACK, VIDEO_CLOCK_HZ, CodecConfig::H265(config));
    Ok((track, pictures))
}
