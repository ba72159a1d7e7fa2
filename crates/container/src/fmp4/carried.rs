//! Which tracks an fMP4 stream carries.

use media::{AacConfig, CodecConfig, MediaKind, Refusal, TrackConfig, flac};
use std::num::NonZeroU32;
use std::sync::Arc;

/// The clock of video tracks.
const VIDEO_CLOCK_HZ: NonZeroU32 = NonZeroU32::new(90_000).expect("90,000 is not zero");

/// The first video and the first audio track that MP4 has a sample entry for, and why the others are left
/// out. One of each kind is what a source buffer of a browser takes.
pub(super) fn choose(tracks: &[Arc<TrackConfig>]) -> (Vec<Arc<TrackConfig>>, Vec<Refusal>) {
    let (mut chosen, mut refusals) = (Vec::<Arc<TrackConfig>>::new(), Vec::new());
    for track in tracks {
        let taken = chosen.iter().any(|known| known.kind() == track.kind());
        let one_of_each = || taken.then(|| "fMP4 streams carry one video and one audio track".to_owned());
        match objection(&track.codec).or_else(one_of_each) {
            Some(reason) => refusals.push(Refusal { track: track.id, codec: track.codec(), reason }),
            None => chosen.push(Arc::clone(track)),
        }
    }
    chosen.sort_by_key(|track| track.kind() == MediaKind::Audio);
    (chosen, refusals)
}

/// Why a codec is not carried.
fn objection(codec: &CodecConfig) -> Option<String> {
    match codec {
        CodecConfig::Opaque(opaque) if opaque.kind == MediaKind::Data => {
            Some(format!("fMP4 carries no data track {}", opaque.id))
        }
        CodecConfig::Opaque(opaque) => Some(format!("fMP4 cannot describe the codec {}", opaque.id)),
        CodecConfig::G711A(config) | CodecConfig::G711U(config) if flac_format(codec).is_none() => Some(format!(
            "fMP4 carries G.711 as FLAC, which has no room for {} channels at {} Hz",
            config.channels, config.sample_rate_hz
        )),
        _ => None,
    }
}

/// How G.711 is carried: browsers play none in MP4, but FLAC, which keeps every sample.
pub(super) fn flac_format(codec: &CodecConfig) -> Option<flac::Format> {
    match codec {
        CodecConfig::G711A(config) | CodecConfig::G711U(config) => {
            flac::Format::new(config.sample_rate_hz, config.channels)
        }
        _ => None,
    }
}

/// What a codec is called here (RFC 6381): its own name, but for G.711, which is carried as FLAC.
pub fn codec_name(codec: &CodecConfig) -> Option<String> {
    match codec {
        CodecConfig::G711A(_) | CodecConfig::G711U(_) => Some("flac".to_owned()),
        _ => codec.rfc6381(),
    }
}

/// Whether fMP4 has a sample entry for a codec, or for what it is carried as.
pub fn carries(codec: &CodecConfig) -> bool {
    objection(codec).is_none()
}

/// The type for `MediaSource.addSourceBuffer` and `Content-Type` (RFC 6381 §3), and the tracks that it leaves
/// out. Without any track that can be carried, the type has no `codecs` parameter.
pub fn mime_type(tracks: &[Arc<TrackConfig>]) -> (String, Vec<Refusal>) {
    let (chosen, refusals) = choose(tracks);
    let container = match chosen.first() {
        Some(track) if track.kind() == MediaKind::Audio => "audio/mp4",
        _ => "video/mp4",
    };
    let codecs: Vec<String> = chosen.iter().filter_map(|track| codec_name(&track.codec)).collect();
    if codecs.is_empty() {
        return (container.to_owned(), refusals);
    }
    (format!("{container}; codecs=\"{}\"", codecs.join(",")), refusals)
}

/// Ticks per second of a track: 90 kHz for video, the sampling rate for audio.
pub fn timescale(codec: &CodecConfig) -> NonZeroU32 {
    codec.sound().map_or(VIDEO_CLOCK_HZ, |(rate, _)| rate)
}

/// How long a frame lasts, in ticks of [`timescale`], as long as no distance between two frames is known.
pub(super) fn default_duration(codec: &CodecConfig) -> u32 {
    /// 25 frames per second, in ticks of 90 kHz.
    const VIDEO: u32 = 3600;
    /// 20 ms at 48 kHz.
    const OPUS: u32 = 960;
    const MP3_MPEG1: u32 = 1152;
    const MP3_MPEG2: u32 = 576;
    match codec {
        CodecConfig::Aac(_) => AacConfig::SAMPLES_PER_UNIT,
        CodecConfig::Opus(_) => OPUS,
        CodecConfig::Mp3(config) if config.sample_rate_hz.get() < 32_000 => MP3_MPEG2,
        CodecConfig::Mp3(_) => MP3_MPEG1,
        _ => VIDEO,
    }
}
