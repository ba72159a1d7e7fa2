//! Fragmented MP4 over WebSocket: text messages announce tracks and failures, binary ones carry the boxes.

use std::sync::Arc;

use base::ErrorKind;
use bytes::BytesMut;
use container::fmp4;
use media::{Frame, MediaKind, Muxer, Refusal, TrackConfig};
use serde_json::{Value, json};

use super::websocket::{put_binary, put_text};

/// The muxer of `ws-fmp4`.
pub(super) struct Mp4OverWebSocket {
    boxes: fmp4::Muxer,
    announcement: String,
    scratch: BytesMut,
}

impl Mp4OverWebSocket {
    pub(super) fn new() -> Self {
        Self { boxes: fmp4::Muxer::new(), announcement: String::new(), scratch: BytesMut::new() }
    }
}

impl Muxer for Mp4OverWebSocket {
    fn set_tracks(&mut self, tracks: &[Arc<TrackConfig>]) -> Vec<Refusal> {
        let refusals = self.boxes.set_tracks(tracks);
        let (mime, _) = fmp4::mime_type(tracks);
        self.announcement = tracks_message(&mime, tracks, &refusals);
        refusals
    }

    fn write_header(&mut self, out: &mut BytesMut) {
        self.scratch.clear();
        self.boxes.write_header(&mut self.scratch);
        put_text(out, &self.announcement);
        if !self.scratch.is_empty() {
            put_binary(out, &self.scratch);
        }
    }

    fn write_frame(&mut self, frame: &Frame, out: &mut BytesMut) {
        self.scratch.clear();
        self.boxes.write_frame(frame, &mut self.scratch);
        let (init, fragment) = self.scratch.split_at(init_len(&self.scratch));
        if !init.is_empty() {
            put_text(out, &self.announcement);
            put_binary(out, init);
        }
        if !fragment.is_empty() {
            put_binary(out, fragment);
        }
    }
}

/// Bytes of the init segment (`ftyp` and `moov`) that stands before a fragment when tracks have changed.
fn init_len(boxes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(head) = boxes.get(at..).and_then(|rest| rest.first_chunk::<8>())
        && matches!(&head[4..], b"ftyp" | b"moov")
    {
        let size = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        at += usize::try_from(size).expect("32 bits fit");
    }
    at
}

fn tracks_message(mime: &str, tracks: &[Arc<TrackConfig>], refusals: &[Refusal]) -> String {
    let tracks: Vec<Value> = tracks.iter().map(|track| track_json(track)).collect();
    let refused: Vec<Value> = refusals
        .iter()
        .map(|refusal| json!({ "codec": refusal.codec.to_string(), "reason": refusal.reason }))
        .collect();
    json!({ "type": "tracks", "mime": mime, "tracks": tracks, "refused": refused }).to_string()
}

fn track_json(track: &TrackConfig) -> Value {
    let kind = match track.kind() {
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
        MediaKind::Data => "data",
    };
    let picture = track.codec.picture();
    let sound = track.codec.sound();
    json!({
        "id": track.id.0,
        "kind": kind,
        "codec": track.codec().to_string(),
        "codecs": fmp4::codec_name(&track.codec),
        "version": track.version,
        "width": picture.map(|picture| picture.width),
        "height": picture.map(|picture| picture.height),
        "frame_rate": picture.and_then(|picture| picture.frame_rate_mhz).map(|mhz| f64::from(mhz.get()) / 1000.0),
        "sample_rate_hz": sound.map(|(rate, _)| rate),
        "channels": sound.map(|(_, channels)| channels),
    })
}

/// The text message before a close.
pub(super) fn error_message(kind: ErrorKind, text: &str) -> String {
    let retry =
        matches!(kind, ErrorKind::NotFound | ErrorKind::Unavailable | ErrorKind::Timeout | ErrorKind::Exhausted);
    json!({ "type": "error", "code": kind.as_str(), "message": text, "retry": retry }).to_string()
}
