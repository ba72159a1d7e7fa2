//! What segments are made of: which tracks, in which container, under which names.

use std::sync::Arc;

use container::{fmp4, mpegts};
use hub::{Rendition, RenditionKey, Stream};
use media::{CodecConfig, MediaKind, Muxer, Picked, TrackConfig};

use super::HlsConfig;
use super::segmenter::Shape;

/// Sounds of one stream that have playlists and adaptation sets of their own; further ones are left out.
pub(super) const MAX_SOUNDS: u8 = 8;

/// One form of a stream that is cut into segments. Sounds have numbers from 1 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Pictures and the first sound in fragmented MP4, with low-latency parts.
    Fmp4,
    /// Pictures alone in fragmented MP4, for DASH and where there are several sounds.
    Video,
    /// One sound alone in fragmented MP4.
    Audio(u8),
    /// All tracks in a transport stream.
    Ts,
    /// Pictures alone in a transport stream, where there are several sounds.
    TsVideo,
    /// One sound alone in a transport stream.
    TsAudio(u8),
}

impl Kind {
    /// For sessions and accounts.
    pub(super) const fn protocol(self) -> &'static str {
        match self {
            Self::Fmp4 | Self::Video => "hls",
            Self::Audio(_) => "hls-audio",
            Self::Ts | Self::TsVideo | Self::TsAudio(_) => "hls-ts",
        }
    }

    /// What is asked of caches, for sessions and accounts.
    pub(super) const fn shared_protocol(self) -> &'static str {
        match self {
            Self::Fmp4 | Self::Video => "hls-cdn",
            Self::Audio(_) => "hls-audio-cdn",
            Self::Ts | Self::TsVideo | Self::TsAudio(_) => "hls-ts-cdn",
        }
    }

    pub(super) const fn is_ts(self) -> bool {
        matches!(self, Self::Ts | Self::TsVideo | Self::TsAudio(_))
    }

    /// Those in the same container: a session of one may go on to the others.
    pub(super) fn family(self) -> impl Iterator<Item = Self> {
        let is_ts = self.is_ts();
        let whole = if is_ts { [Self::Ts, Self::TsVideo] } else { [Self::Fmp4, Self::Video] };
        whole
            .into_iter()
            .chain((1..=MAX_SOUNDS).map(move |number| if is_ts { Self::TsAudio(number) } else { Self::Audio(number) }))
    }

    /// What the names of its files begin with; segments of a whole transport stream have their extension alone.
    pub(super) fn prefix(self) -> String {
        match self {
            Self::Fmp4 => String::new(),
            Self::Video => "video-".to_owned(),
            Self::Audio(1) => "audio-".to_owned(),
            Self::Audio(number) => format!("audio{number}-"),
            Self::Ts => "ts-".to_owned(),
            Self::TsVideo => format!("ts-{}", Self::Video.prefix()),
            Self::TsAudio(number) => format!("ts-{}", Self::Audio(number).prefix()),
        }
    }

    /// The kind that a name's prefix says, and the rest of the name.
    pub(super) fn of_name(name: &str) -> (Self, &str) {
        let (is_ts, rest) = name.strip_prefix("ts-").map_or((false, name), |rest| (true, rest));
        if let Some(rest) = rest.strip_prefix("video-") {
            return (if is_ts { Self::TsVideo } else { Self::Video }, rest);
        }
        if let Some((number, rest)) = rest.split_once('-').and_then(|(sound, rest)| Some((sound_number(sound)?, rest)))
        {
            return (if is_ts { Self::TsAudio(number) } else { Self::Audio(number) }, rest);
        }
        (if is_ts { Self::Ts } else { Self::Fmp4 }, rest)
    }

    pub(super) fn media_playlist(self) -> String {
        format!("{}media.m3u8", self.prefix())
    }

    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Fmp4 | Self::Video => "video/mp4",
            Self::Audio(_) => "audio/mp4",
            Self::Ts | Self::TsVideo | Self::TsAudio(_) => "video/mp2t",
        }
    }

    /// How segments are made; encrypted ones have no parts.
    pub(super) fn shape(self, config: HlsConfig, encrypted: bool) -> Shape {
        let has_map = !self.is_ts();
        let extension = if has_map { "m4s" } else { "ts" };
        let part = (has_map && !encrypted).then_some(config.part);
        let prefix = self.prefix();
        let segment_prefix = if self == Self::Ts { String::new() } else { prefix.clone() };
        let (segment, listed) = (config.segment, config.segments);
        Shape { segment, part, listed, prefix, segment_prefix, extension, has_map, encrypted }
    }

    /// The tracks that it has of these.
    pub(super) fn tracks(self, tracks: &[Arc<TrackConfig>]) -> Vec<Arc<TrackConfig>> {
        let of = |kind| tracks.iter().filter(move |track| track.kind() == kind && self.carries(&track.codec)).cloned();
        match self {
            Self::Fmp4 | Self::Ts => tracks.to_vec(),
            Self::Video | Self::TsVideo => of(MediaKind::Video).take(1).collect(),
            Self::Audio(number) | Self::TsAudio(number) => {
                of(MediaKind::Audio).skip(usize::from(number.saturating_sub(1))).take(1).collect()
            }
        }
    }

    /// The kinds for each of several sounds that its container carries, with their tracks.
    pub(super) fn sounds(self, tracks: &[Arc<TrackConfig>]) -> Vec<(Self, Arc<TrackConfig>)> {
        let sound = |number| if self.is_ts() { Self::TsAudio(number) } else { Self::Audio(number) };
        let carried = tracks.iter().filter(|track| track.kind() == MediaKind::Audio && self.carries(&track.codec));
        carried.zip(1..=MAX_SOUNDS).map(|(track, number)| (sound(number), Arc::clone(track))).collect()
    }

    fn carries(self, codec: &CodecConfig) -> bool {
        if self.is_ts() { mpegts::carries(codec) } else { fmp4::carries(codec) }
    }

    /// The rendition; plain viewers of the container share those that have all tracks.
    pub(super) fn rendition(self, stream: &Arc<Stream>) -> Option<Arc<Rendition>> {
        let name = match self {
            Self::Fmp4 => "http-fmp4".to_owned(),
            Self::Ts => "http-ts".to_owned(),
            _ => format!("hls:{}", self.prefix()),
        };
        stream.rendition(RenditionKey(name.into()), || self.muxer())
    }

    fn muxer(self) -> Box<dyn Muxer> {
        let choice = move |tracks: &[Arc<TrackConfig>]| self.tracks(tracks).iter().map(|track| track.id).collect();
        match self {
            Self::Fmp4 => Box::new(fmp4::Muxer::new()),
            Self::Ts => Box::new(mpegts::Muxer::new()),
            _ if self.is_ts() => Box::new(Picked::new(mpegts::Muxer::new(), choice)),
            _ => Box::new(Picked::new(fmp4::Muxer::new(), choice)),
        }
    }
}

/// `audio`, `audio2` and so on.
pub(super) fn sound_number(name: &str) -> Option<u8> {
    match name.strip_prefix("audio")? {
        "" => Some(1),
        digits if digits.starts_with(|first: char| matches!(first, '2'..='9')) => {
            digits.parse().ok().filter(|number| *number <= MAX_SOUNDS)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_kinds() {
        for kind in Kind::Fmp4.family().chain(Kind::Ts.family()) {
            assert_eq!(Kind::of_name(&format!("{}12", kind.prefix())), (kind, "12"));
        }
        for (name, kind, rest) in [
            ("audio1-12", Kind::Fmp4, "audio1-12"),
            ("audio9-1", Kind::Fmp4, "audio9-1"),
            ("ts-audio-", Kind::TsAudio(1), ""),
        ] {
            assert_eq!(Kind::of_name(name), (kind, rest));
        }
    }
}
