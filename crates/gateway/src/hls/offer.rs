//! What a viewer of a stream is offered: its pictures and its sounds, in the playlists that the first one names.

use std::sync::Arc;

use container::fmp4;
use container::m3u8::{RenditionReport, Sound, Variant, write_multivariant};
use hub::Stream;
use media::{MediaKind, TrackConfig};

use super::kind::Kind;
use super::packager::Packager;
use crate::context::Gateway;

/// Bit rate that a multivariant playlist names before it was measured.
const UNKNOWN_BANDWIDTH_BPS: u64 = 2_000_000;

/// The playlists of one stream in one container.
pub(super) struct Offer {
    /// What the variant leads to.
    main: Kind,
    main_tracks: Vec<Arc<TrackConfig>>,
    /// Its sounds where it has several, the default one first.
    sounds: Vec<(Kind, Arc<TrackConfig>)>,
}

impl Offer {
    /// What `asked` leads to: one playlist with all in it, unless there is more than one sound to choose from.
    pub(super) fn new(stream: &Stream, asked: Kind) -> Self {
        let tracks = stream.tracks();
        let sounds = asked.sounds(&tracks.list);
        let alone = matches!(asked, Kind::Audio(_) | Kind::TsAudio(_));
        if alone || sounds.len() < 2 {
            return Self { main: asked, main_tracks: asked.tracks(&tracks.list), sounds: Vec::new() };
        }
        let pictures = if asked.is_ts() { Kind::TsVideo } else { Kind::Video };
        let main_tracks = pictures.tracks(&tracks.list);
        let main = if main_tracks.is_empty() { sounds[0].0 } else { pictures };
        Self { main, main_tracks, sounds }
    }

    /// What every player begins with.
    pub(super) fn first(&self) -> impl Iterator<Item = Kind> {
        let sound = self.sounds.first().map(|(kind, _)| *kind).filter(|kind| *kind != self.main);
        std::iter::once(self.main).chain(sound)
    }

    /// All that it leads to.
    pub(super) fn kinds(&self) -> impl Iterator<Item = Kind> {
        let sounds = self.sounds.iter().map(|(kind, _)| *kind).filter(|kind| *kind != self.main);
        std::iter::once(self.main).chain(sounds)
    }

    /// The multivariant playlist; `query` stands behind all addresses.
    pub(super) fn write(&self, stream: &Stream, query: &str) -> String {
        let address = |kind: Kind| format!("{}{query}", kind.media_playlist());
        let sounds: Vec<Sound> = self
            .sounds
            .iter()
            .zip(1..)
            .map(|((kind, track), number)| Sound {
                name: sound_name(number, track),
                language: track.language,
                channels: track.codec.sound().map(|(_, channels)| channels),
                uri: address(*kind),
            })
            .collect();
        write_multivariant(&[self.variant(stream, address(self.main))], &sounds)
    }

    fn variant(&self, stream: &Stream, uri: String) -> Variant {
        let picture = self.main_tracks.iter().find_map(|track| track.codec.picture());
        let (bitrate_bps, fps) = stream.history().recent(5);
        let measured = bitrate_bps + bitrate_bps / 5;
        Variant {
            bandwidth_bps: if measured == 0 { UNKNOWN_BANDWIDTH_BPS } else { measured },
            codecs: self.codecs(),
            resolution: picture.map(|picture| (picture.width, picture.height)),
            frame_rate: picture
                .and_then(|picture| picture.frame_rate_mhz)
                .map(|mhz| f64::from(mhz.get()) / 1000.0)
                .or((fps > 0.0 && picture.is_some()).then(|| f64::from(fps))),
            uri,
        }
    }

    /// Every codec that a player of the variant may meet, once (§4.4.6.2 of the successor of RFC 8216).
    fn codecs(&self) -> Option<String> {
        // What has no name of its own has one in fragmented MP4 at most.
        let is_named = |track: &&Arc<TrackConfig>| !self.main.is_ts() || track.codec.rfc6381().is_some();
        let main_tracks: Vec<_> = self.main_tracks.iter().filter(is_named).cloned().collect();
        let mut names: Vec<String> = codecs(&main_tracks).into_iter().collect();
        for track in self.sounds.iter().map(|(_, track)| track).filter(is_named) {
            names.extend(fmp4::codec_name(&track.codec).filter(|name| !names.contains(name)));
        }
        (!names.is_empty()).then(|| names.join(","))
    }
}

/// For people, who see the language beside it.
pub(super) fn sound_name(number: u8, track: &TrackConfig) -> String {
    match track.language {
        Some(language) => format!("{number} ({language})"),
        None => number.to_string(),
    }
}

/// The names of codecs in fragmented MP4 (RFC 6381), where all have one.
pub(super) fn codecs(tracks: &[Arc<TrackConfig>]) -> Option<String> {
    let (mime, _) = fmp4::mime_type(tracks);
    mime.split_once("codecs=\"").map(|(_, rest)| rest.trim_end_matches('"').to_owned())
}

/// Why a kind has none of the tracks.
pub(super) fn why_nothing(kind: Kind, tracks: &[Arc<TrackConfig>]) -> String {
    let is_sound = matches!(kind, Kind::Audio(_) | Kind::TsAudio(_));
    let (_, refusals) = fmp4::mime_type(tracks);
    let of_kind = |id| tracks.iter().any(|track| track.id == id && (track.kind() == MediaKind::Audio) == is_sound);
    let carried = |id| tracks.iter().any(|track| track.id == id && fmp4::carries(&track.codec));
    let reasons = refusals.into_iter().filter(|refusal| of_kind(refusal.track) && !carried(refusal.track));
    let reasons: Vec<String> = reasons.map(|refusal| refusal.reason).collect();
    match (reasons.is_empty(), is_sound) {
        (false, _) => reasons.join(" "),
        (true, true) => "The stream has no sound of this number.".to_owned(),
        (true, false) => "The stream has no pictures.".to_owned(),
    }
}

/// Gives all playlists of a stream with several sounds the same target, and says how far the others are.
pub(super) fn keep_together(gateway: &Gateway, packager: &Packager) -> Vec<RenditionReport> {
    if matches!(packager.kind(), Kind::Fmp4 | Kind::Ts) {
        return Vec::new();
    }
    let offer = Offer::new(packager.stream(), if packager.kind().is_ts() { Kind::Ts } else { Kind::Fmp4 });
    if offer.sounds.is_empty() {
        return Vec::new();
    }
    let running = offer.kinds().filter(|kind| *kind != packager.kind());
    let running = running.filter_map(|kind| gateway.hls.find(packager.stream().key(), kind));
    let others: Vec<_> = running.filter(|other| Arc::ptr_eq(other.stream(), packager.stream())).collect();
    if let Some(target) = others.iter().map(|other| other.target()).max() {
        packager.raise_target(target);
    }
    let report = |other: &Arc<Packager>| {
        let (last_segment, last_part) = other.look(|segmenter| segmenter.newest_part())?;
        Some(RenditionReport { uri: other.kind().media_playlist(), last_segment, last_part })
    };
    others.iter().filter_map(report).collect()
}
