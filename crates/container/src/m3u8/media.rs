//! What media playlists say (RFC 8216 §4.3.2, §4.3.3, and its successor §4.4.3, §4.4.4).

use std::sync::Arc;
use std::time::Duration;

/// The segments of one form of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Media {
    /// No segment rounds to more seconds.
    pub target_duration: Duration,
    /// Number of the first segment, including those that a delta update leaves out.
    pub media_sequence: u64,
    /// Discontinuities before the first segment.
    pub discontinuity_sequence: u64,
    /// Complete segments, oldest first.
    pub segments: Vec<MediaSegment>,
    /// The segment in progress: its parts, and what is known of it before it is complete.
    pub pending: MediaSegment,
    /// What will be there next.
    pub preload_hints: Vec<PreloadHint>,
    /// The longest part; `None` for a playlist without parts.
    pub part_target: Option<Duration>,
    /// What the server can do.
    pub control: ServerControl,
    /// Segments that a delta update leaves out in front of [`Media::segments`].
    pub skipped: u64,
    /// Every segment can be decoded alone.
    pub independent_segments: bool,
    /// No more segments will come.
    pub ended: bool,
    /// What is known of the segments in front of the first `KEY` and `MAP` tag: nothing, in a delta update.
    pub(super) unkeyed: usize,
    pub(super) unmapped: usize,
}

/// One media segment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MediaSegment {
    /// Its number in the stream.
    pub sequence: u64,
    /// Segments with the same number belong to one time line.
    pub discontinuity_sequence: u64,
    /// How long it is.
    pub duration: Duration,
    /// Relative to the playlist.
    pub uri: String,
    /// Where in the resource it is; `None` when it is all of it.
    pub range: Option<ByteRange>,
    /// Something changes between the segment before and this one: format, time line.
    pub discontinuity: bool,
    /// It is missing (`EXT-X-GAP`).
    pub gap: bool,
    /// How it is encrypted.
    pub key: Option<Arc<Key>>,
    /// Its initialisation segment.
    pub map: Option<Arc<Map>>,
    /// When its first frame was made, ISO 8601, as written.
    pub date_time: Option<String>,
    /// Its parts.
    pub parts: Vec<MediaPart>,
}

/// One partial segment (successor §4.4.4.9).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MediaPart {
    /// How long it is.
    pub duration: Duration,
    /// Relative to the playlist.
    pub uri: String,
    /// Where in the resource it is.
    pub range: Option<ByteRange>,
    /// Decoding can start at its beginning.
    pub independent: bool,
    /// It is missing.
    pub gap: bool,
}

/// A piece of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// First byte.
    pub offset: u64,
    /// How many bytes.
    pub length: u64,
}

impl ByteRange {
    /// The byte behind the last.
    pub const fn end(self) -> u64 {
        self.offset.saturating_add(self.length)
    }
}

/// How segments are encrypted (§4.3.2.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// By which method.
    pub method: KeyMethod,
    /// Where the key is, relative to the playlist.
    pub uri: String,
    /// The initialisation vector, where it is not the segment's number.
    pub iv: Option<[u8; 16]>,
    /// `KEYFORMAT`; absent or `identity` for the key's 16 bytes.
    pub format: Option<String>,
}

/// By which method segments are encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyMethod {
    /// Whole segments with AES-128 in CBC mode.
    Aes128,
    /// Another one, as named: samples are encrypted, or rights are managed.
    Other(Box<str>),
}

impl Key {
    /// The initialisation vector of a segment (§5.2).
    pub fn iv_of(&self, sequence: u64) -> [u8; 16] {
        self.iv.unwrap_or_else(|| u128::from(sequence).to_be_bytes())
    }
}

/// An initialisation segment (§4.3.2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    /// Relative to the playlist.
    pub uri: String,
    /// Where in the resource it is.
    pub range: Option<ByteRange>,
}

/// What will be there next (successor §4.4.5.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreloadHint {
    /// A part, else an initialisation segment.
    pub part: bool,
    /// Relative to the playlist.
    pub uri: String,
    /// Where in the resource it begins.
    pub offset: u64,
    /// How many bytes, where that is known.
    pub length: Option<u64>,
}

/// What the server can do (successor §4.4.3.8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerControl {
    /// It holds requests until what they ask for is there.
    pub can_block_reload: bool,
    /// How far from the end a delta update leaves segments out.
    pub can_skip_until: Option<Duration>,
    /// How far from the end to play.
    pub hold_back: Option<Duration>,
    /// The same, when parts are played.
    pub part_hold_back: Option<Duration>,
}

impl Media {
    /// Completes a delta update from the playlist before it. False, and nothing is changed, when that playlist does
    /// not hold all segments that were left out: then the whole playlist must be asked for (successor §6.3.7).
    pub fn fill_from(&mut self, older: &Self) -> bool {
        let first = self.media_sequence;
        let behind = first.saturating_add(self.skipped);
        let known = older.segments.iter().filter(|segment| (first..behind).contains(&segment.sequence));
        let mut segments: Vec<MediaSegment> = known.cloned().collect();
        if u64::try_from(segments.len()) != Ok(self.skipped) {
            return false;
        }
        if let Some(last) = segments.last() {
            let (key, map) = (last.key.clone(), last.map.clone());
            let mut listed: Vec<_> = self.segments.iter_mut().chain([&mut self.pending]).collect();
            listed.iter_mut().take(self.unkeyed).for_each(|segment| segment.key.clone_from(&key));
            listed.iter_mut().take(self.unmapped).for_each(|segment| segment.map.clone_from(&map));
        }
        segments.append(&mut self.segments);
        self.segments = segments;
        (self.skipped, self.unkeyed, self.unmapped) = (0, 0, 0);
        self.number();
        true
    }

    /// Numbers can only be given once the whole playlist was seen.
    pub(super) fn number(&mut self) {
        let first = self.media_sequence.saturating_add(self.skipped);
        let mut discontinuities = self.discontinuity_sequence;
        for (segment, index) in self.segments.iter_mut().chain([&mut self.pending]).zip(0..) {
            discontinuities = discontinuities.saturating_add(u64::from(segment.discontinuity));
            segment.sequence = first.saturating_add(index);
            segment.discontinuity_sequence = discontinuities;
        }
    }
}
