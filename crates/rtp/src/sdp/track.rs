//! Media sections and track configurations, both ways.

use std::num::NonZeroU32;

use bytes::Bytes;
use media::bitstream::h264;
use media::{
    AacConfig, CodecConfig, G711Config, H264Config, H265Config, MediaKind, OpaqueConfig, OpusConfig, TrackConfig,
    TrackId,
};

use super::mapping::VIDEO_CLOCK_HZ;
use super::{MediaDescription, SessionDescription, fmtp};
use crate::payload::{
    AacFormat, DOCUMENT_NAMES, Depacketizer, FOREIGN_PREFIX, Format, LatmFormat, parse_stream_mux_config,
};

/// First payload type of the dynamic range (RFC 3551 §6).
const FIRST_DYNAMIC_TYPE: u8 = 96;

const OPUS_CLOCK_HZ: NonZeroU32 = NonZeroU32::new(48_000).expect("not zero");

impl MediaDescription {
    /// The track as far as the description tells it. `None` for codecs whose parameters come in-band: the
    /// depacketizer then yields the configuration.
    pub fn track(&self, id: TrackId) -> Option<TrackConfig> {
        self.resolve().1.map(|codec| TrackConfig::new(id, self.clock_hz, codec).in_language(self.language))
    }

    /// Reads this section's packets.
    pub fn depacketizer(&self, id: TrackId) -> Depacketizer {
        let (format, codec) = self.resolve();
        Depacketizer::new(id, self.clock_hz, &format, codec.is_some())
    }

    fn resolve(&self) -> (Format, Option<CodecConfig>) {
        let parameters = self.parameters();
        match self.encoding.to_ascii_lowercase().as_str() {
            "h264" => (Format::H264, self.h264()),
            // Tolerance: "HEVC" is not registered, but sent.
            "h265" | "hevc" => {
                let donl = parameters.number::<u32>("sprop-max-don-diff").is_some_and(|value| value > 0);
                (Format::H265 { donl }, self.h265())
            }
            "av1" => (Format::Av1, None),
            "mpeg4-generic" => self.aac().unwrap_or_else(|| self.foreign()),
            "mp4a-latm" => self.latm().unwrap_or_else(|| self.foreign()),
            "pcma" => (Format::Single, Some(CodecConfig::G711A(self.g711()))),
            "pcmu" => (Format::Single, Some(CodecConfig::G711U(self.g711()))),
            "opus" => {
                // RFC 7587 §7: rtpmap always says two channels; sprop-stereo tells what is sent.
                let channels = if parameters.get("sprop-stereo") == Some("1") { 2 } else { 1 };
                (Format::Single, Some(CodecConfig::Opus(OpusConfig { channels })))
            }
            "mpa" => (Format::Mpa, None),
            name if DOCUMENT_NAMES.contains(&name) => {
                (Format::Document, Some(self.opaque(MediaKind::Data, name.to_owned())))
            }
            _ => self.foreign(),
        }
    }

    fn h264(&self) -> Option<CodecConfig> {
        let (sps, pps) = self
            .parameters()
            .nal_units("sprop-parameter-sets")
            .into_iter()
            .filter(|unit| matches!(h264::nal_unit_type(unit), Some(h264::nal_type::SPS | h264::nal_type::PPS)))
            .partition(|unit| h264::nal_unit_type(unit) == Some(h264::nal_type::SPS));
        H264Config::new(sps, pps).ok().map(CodecConfig::H264)
    }

    fn h265(&self) -> Option<CodecConfig> {
        let parameters = self.parameters();
        let sets = |name| parameters.nal_units(name);
        H265Config::new(sets("sprop-vps"), sets("sprop-sps"), sets("sprop-pps")).ok().map(CodecConfig::H265)
    }

    /// Tolerance: without a readable `config` the `rtpmap` line stands for AAC-LC.
    fn aac(&self) -> Option<(Format, Option<CodecConfig>)> {
        let parameters = self.parameters();
        let config = parameters
            .hex("config")
            .and_then(|bytes| AacConfig::from_specific_config(&bytes).ok())
            .or_else(|| AacConfig::lc(self.clock_hz, self.channels).ok())?;
        let low = parameters.get("mode").is_some_and(|mode| mode.eq_ignore_ascii_case("AAC-lbr"));
        let (size, index) = if low { (6, 2) } else { (13, 3) };
        let bits = |name, default| parameters.number::<u8>(name).map_or(default, |bits| bits.min(32));
        let format = AacFormat {
            size_bits: bits("sizelength", size),
            index_bits: bits("indexlength", index),
            index_delta_bits: bits("indexdeltalength", index),
            cts_delta_bits: bits("ctsdeltalength", 0),
            dts_delta_bits: bits("dtsdeltalength", 0),
            random_access: parameters.get("randomaccessindication") == Some("1"),
            stream_state_bits: bits("streamstateindication", 0),
            auxiliary_size_bits: bits("auxiliarydatasizelength", 0),
            unit_ticks: self.unit_ticks(&config),
        };
        Some((Format::Aac(format), Some(CodecConfig::Aac(config))))
    }

    /// `cpresent=1` (the default of RFC 6416 §7.3) carries the configuration in-band, which is not read.
    fn latm(&self) -> Option<(Format, Option<CodecConfig>)> {
        let parameters = self.parameters();
        if parameters.get("cpresent") != Some("0") {
            return None;
        }
        let (subframes, config) = parse_stream_mux_config(&parameters.hex("config")?)?;
        let format = LatmFormat { subframes, unit_ticks: self.unit_ticks(&config) };
        Some((Format::Latm(format), Some(CodecConfig::Aac(config))))
    }

    /// The RTP clock may be twice the core rate (SBR).
    fn unit_ticks(&self, config: &AacConfig) -> u32 {
        let ticks = u64::from(AacConfig::SAMPLES_PER_UNIT) * u64::from(self.clock_hz.get())
            / u64::from(config.sample_rate_hz.get());
        u32::try_from(ticks).unwrap_or(AacConfig::SAMPLES_PER_UNIT)
    }

    const fn g711(&self) -> G711Config {
        G711Config { sample_rate_hz: self.clock_hz, channels: self.channels }
    }

    fn foreign(&self) -> (Format, Option<CodecConfig>) {
        let mut id = format!("{FOREIGN_PREFIX}{}", self.encoding);
        if self.channels > 1 {
            id.push_str(&format!("/{}", self.channels));
        }
        (Format::Foreign, Some(self.opaque(self.kind, id)))
    }

    fn opaque(&self, kind: MediaKind, id: String) -> CodecConfig {
        let params = Bytes::copy_from_slice(self.fmtp.as_bytes());
        CodecConfig::Opaque(OpaqueConfig { kind, id: id.into(), params })
    }

    /// Describes a track for a receiver. `None` for an opaque codec that did not come by RTP.
    pub fn from_track(track: &TrackConfig, dynamic_type: u8) -> Option<Self> {
        let (encoding, channels, fmtp) = match &track.codec {
            CodecConfig::H264(config) => ("H264".to_owned(), 1, h264_parameters(config)),
            CodecConfig::H265(config) => ("H265".to_owned(), 1, h265_parameters(config)),
            CodecConfig::Av1(config) => {
                let picture = &config.picture;
                let fmtp = format!("profile={};level-idx={};tier={}", picture.profile, picture.level, config.tier);
                ("AV1".to_owned(), 1, fmtp)
            }
            CodecConfig::Aac(config) => {
                let fmtp = format!(
                    "streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config={}",
                    fmtp::hex(&config.specific_config)
                );
                ("mpeg4-generic".to_owned(), config.channels, fmtp)
            }
            CodecConfig::G711A(config) => ("PCMA".to_owned(), config.channels, String::new()),
            CodecConfig::G711U(config) => ("PCMU".to_owned(), config.channels, String::new()),
            CodecConfig::Opus(config) => {
                ("opus".to_owned(), 2, format!("sprop-stereo={}", u8::from(config.channels > 1)))
            }
            CodecConfig::Mp3(_) => ("MPA".to_owned(), 1, String::new()),
            CodecConfig::Opaque(config) => {
                let fmtp = String::from_utf8_lossy(&config.params).into_owned();
                match config.id.strip_prefix(FOREIGN_PREFIX) {
                    Some(name) => {
                        let (name, channels) = name.split_once('/').unwrap_or((name, "1"));
                        (name.to_owned(), channels.parse().unwrap_or(1), fmtp)
                    }
                    None if DOCUMENT_NAMES.contains(&&*config.id) => (config.id.to_string(), 1, fmtp),
                    None => return None,
                }
            }
        };
        Some(Self {
            kind: track.kind(),
            payload_type: static_type(&track.codec).unwrap_or(dynamic_type),
            encoding,
            clock_hz: payload_clock_hz(track),
            channels,
            fmtp,
            control: None,
            language: track.language,
            back_channel: false,
        })
    }
}

fn h264_parameters(config: &H264Config) -> String {
    let profile = config.sps[0].get(1..4).map(fmtp::hex).unwrap_or_default();
    let sets = fmtp::base64_list(config.sps.iter().chain(&config.pps));
    format!("packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={sets}")
}

fn h265_parameters(config: &H265Config) -> String {
    let list = |sets: &[Bytes]| fmtp::base64_list(sets.iter());
    format!("sprop-vps={};sprop-sps={};sprop-pps={}", list(&config.vps), list(&config.sps), list(&config.pps))
}

/// Payload types that RFC 3551 fixes.
fn static_type(codec: &CodecConfig) -> Option<u8> {
    let telephone = |config: &G711Config| config.sample_rate_hz.get() == 8000 && config.channels == 1;
    match codec {
        CodecConfig::G711A(config) if telephone(config) => Some(8),
        CodecConfig::G711U(config) if telephone(config) => Some(0),
        CodecConfig::Mp3(_) => Some(14),
        _ => None,
    }
}

/// The RTP clock that a track is sent with, whatever clock its source has.
pub fn payload_clock_hz(track: &TrackConfig) -> NonZeroU32 {
    match &track.codec {
        CodecConfig::H264(_) | CodecConfig::H265(_) | CodecConfig::Av1(_) | CodecConfig::Mp3(_) => VIDEO_CLOCK_HZ,
        CodecConfig::Aac(config) => config.sample_rate_hz,
        CodecConfig::G711A(config) | CodecConfig::G711U(config) => config.sample_rate_hz,
        CodecConfig::Opus(_) => OPUS_CLOCK_HZ,
        CodecConfig::Opaque(_) => track.clock_hz,
    }
}

/// The description of a stream: one section per track that RTP can carry, with `trackID=N` as its control
/// attribute (N is the [`TrackId`]) and payload type 96 + N unless it is a static one.
pub fn tracks_to_description<'a>(name: &str, tracks: impl IntoIterator<Item = &'a TrackConfig>) -> SessionDescription {
    let media = tracks
        .into_iter()
        .filter_map(|track| {
            let mut section = MediaDescription::from_track(track, payload_type(track))?;
            section.control = Some(format!("trackID={}", track.id.0));
            Some(section)
        })
        .collect();
    SessionDescription { name: name.to_owned(), control: Some("*".to_owned()), media }
}

/// The payload type that [`tracks_to_description`] gives a track.
pub(crate) fn payload_type(track: &TrackConfig) -> u8 {
    static_type(&track.codec).unwrap_or(FIRST_DYNAMIC_TYPE + track.id.0 % (128 - FIRST_DYNAMIC_TYPE))
}
