//! What of a stream travels by WebRTC.

use std::sync::Arc;

use hub::Stream;
use media::{MediaKind, TrackConfig};

use super::answer::codec_of;

/// The form that a stream has by WebRTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// A MIME type whose codecs have the names of session descriptions, such as `video/webrtc; codecs="H264,OPUS"`.
    pub mime: String,
    /// Codecs that are left out, each with the reason.
    pub refused: Vec<(String, String)>,
}

/// The form of a stream; `None` where its pictures do not travel so, or nothing does. `codes_sound` tells whether sounds that
/// WebRTC does not have are coded anew.
pub fn form(stream: &Stream, codes_sound: bool) -> Option<Form> {
    if stream.reorders_pictures() {
        return None;
    }
    of_tracks(&stream.tracks().list, codes_sound)
}

fn of_tracks(tracks: &[Arc<TrackConfig>], codes_sound: bool) -> Option<Form> {
    let (mut names, mut refused) = (Vec::new(), Vec::new());
    for kind in [MediaKind::Video, MediaKind::Audio] {
        let mut of_kind = tracks.iter().filter(|track| track.kind() == kind).peekable();
        if of_kind.peek().is_none() {
            continue;
        }
        match of_kind.clone().find_map(|track| codec_of(track)) {
            Some(codec) => names.push(codec.to_string().to_ascii_uppercase()),
            None if kind == MediaKind::Video => return None,
            None if codes_sound => names.push("OPUS".to_owned()),
            None => refused.extend(of_kind.map(|track| {
                let codec = track.codec().to_string();
                let reason = format!("WebRTC has no {codec}.");
                (codec, reason)
            })),
        }
    }
    let kind = if tracks.iter().any(|track| track.kind() == MediaKind::Video) { "video" } else { "audio" };
    (!names.is_empty()).then(|| Form { mime: format!("{kind}/webrtc; codecs=\"{}\"", names.join(",")), refused })
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::{AacConfig, CodecConfig, G711Config, TrackId};
    use std::num::NonZeroU32;

    fn track(id: u8, codec: CodecConfig) -> Arc<TrackConfig> {
        Arc::new(TrackConfig::new(TrackId(id), NonZeroU32::new(90_000).unwrap(), codec))
    }

    #[test]
    fn sound_passes_is_coded_anew_or_is_left_out() {
        let rate = NonZeroU32::new(8_000).unwrap();
        let g711 = track(0, CodecConfig::G711A(G711Config { sample_rate_hz: rate, channels: 1 }));
        let aac = track(1, CodecConfig::Aac(AacConfig::lc(NonZeroU32::new(48_000).unwrap(), 2).unwrap()));
        let mime = |tracks: &[Arc<TrackConfig>], codes| of_tracks(tracks, codes).map(|form| form.mime);
        assert_eq!(mime(std::slice::from_ref(&g711), false).as_deref(), Some("audio/webrtc; codecs=\"PCMA\""));
        assert_eq!(mime(std::slice::from_ref(&aac), true).as_deref(), Some("audio/webrtc; codecs=\"OPUS\""));
        assert_eq!(mime(std::slice::from_ref(&aac), false), None);
        let both = of_tracks(&[aac, g711], false).unwrap();
        assert_eq!((both.mime.as_str(), both.refused.len()), ("audio/webrtc; codecs=\"PCMA\"", 0));
    }
}
