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

/// The form of a stream; `None` where its pictures do not travel so, or nothing does.
pub fn form(stream: &Stream) -> Option<Form> {
    if stream.reorders_pictures() {
        return None;
    }
    of_tracks(&stream.tracks().list)
}

fn of_tracks(tracks: &[Arc<TrackConfig>]) -> Option<Form> {
    let (mut names, mut refused) = (Vec::new(), Vec::new());
    for kind in [MediaKind::Video, MediaKind::Audio] {
        let mut of_kind = tracks.iter().filter(|track| track.kind() == kind).peekable();
        if of_kind.peek().is_none() {
            continue;
        }
        match of_kind.clone().find_map(|track| codec_of(track)) {
            Some(codec) => names.push(codec.to_string().to_ascii_uppercase()),
            None if kind == MediaKind::Video => return None,
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
