//! Chunks of a rendition to parts and segments in memory.
//!
//! A segment begins at a place where decoding can begin, so it may be longer than its target when key frames are
//! rare. A part ends with the last picture before its target; its duration is known when the next picture comes.
//!
//! What was given a number never changes under it, so a segment that ends before its time keeps its number.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use container::m3u8::{MediaPlaylist, Part, Segment, SegmentKey};
use hub::Chunk;
use media::Timestamp;

use super::encryption::{Keys, SegmentCipher, initialisation_vector};

/// Bytes of one segment; a longer one ends there, and what follows is left out until the next key frame, as with a
/// GOP that outgrew its cap.
const MAX_SEGMENT_LEN: usize = 64 << 20;
/// Bytes of all complete segments; beyond it the oldest go before their time.
const MAX_KEPT_LEN: usize = 256 << 20;
/// Complete segments that are kept beyond the playlist for players that are late.
const KEPT_BEHIND: usize = 3;
/// Complete segments whose parts are listed: three targets and more say nothing to a player at the live edge.
const SEGMENTS_WITH_PARTS: usize = 3;
/// The distance of pictures until two were seen.
const FIRST_FRAME: Duration = Duration::from_millis(40);
/// Distances beyond this are no distance of pictures.
const MAX_FRAME: Duration = Duration::from_secs(2);

/// What is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// A segment lasts at least this long.
    pub(crate) segment: Duration,
    /// A part lasts about this long; `None` without parts.
    pub(crate) part: Option<Duration>,
    /// Segments in the playlist.
    pub(crate) listed: usize,
    /// What the names of initialisation segments and keys begin with.
    pub(crate) prefix: String,
    /// What the names of segments and parts begin with.
    pub(crate) segment_prefix: String,
    /// Extension of segments and parts; transport streams have no initialisation segment.
    pub(crate) extension: &'static str,
    /// Whether initialisation segments are needed.
    pub(crate) has_map: bool,
    /// Whether segments are encrypted. There are no parts then: a part of an encrypted segment would have to be
    /// encrypted for itself, and the segment made of them again.
    pub(crate) encrypted: bool,
}

struct PartData {
    bytes: Bytes,
    duration: Duration,
    independent: bool,
}

struct SegmentData {
    parts: Vec<PartData>,
    duration: Duration,
    discontinuity: bool,
    /// Number of its initialisation segment.
    map: u64,
    /// Number of its key, if it is encrypted.
    key: Option<u64>,
    start: Timestamp,
    /// Bytes of all parts.
    len: usize,
}

/// An initialisation segment.
struct Map {
    /// Of the first segment that it is for, which is its own too.
    number: u64,
    bytes: Bytes,
    /// Where that segment begins.
    start: Timestamp,
}

/// The complete segments of the newest initialisation segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Timeline {
    /// Number of the initialisation segment.
    pub(crate) map: u64,
    /// From where on it counts: the place of its first segment, or the beginning of the stream for the first one.
    pub(crate) map_start: Timestamp,
    /// Number of the first segment.
    pub(crate) first: u64,
    /// Beginning and length of each.
    pub(crate) segments: Vec<(Timestamp, Duration)>,
    /// The most bits per second of a segment.
    pub(crate) peak_bps: u64,
    /// No more will come.
    pub(crate) ended: bool,
}

/// What a request for a piece of the stream finds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Here it is, in pieces.
    Bytes(Vec<Bytes>),
    /// It will come soon.
    NotYet,
    /// It is gone, or never was.
    Never,
}

/// The segments of one rendition.
pub(crate) struct Segmenter {
    shape: Shape,
    segments: VecDeque<SegmentData>,
    /// Number of the first kept segment.
    first: u64,
    /// Discontinuities of segments that are gone.
    discontinuities: u64,
    /// Initialisation segments with the number of the first segment that each is for, which is theirs too.
    maps: VecDeque<Map>,
    /// Tracks that the current segment was made of.
    generation: Option<u64>,
    current: Option<SegmentData>,
    chunks: Vec<Bytes>,
    /// The keys of encrypted segments, and the segment in progress.
    keys: Keys,
    cipher: Option<SegmentCipher>,
    part_start: Timestamp,
    part_independent: bool,
    /// Bytes of the complete segments.
    kept_len: usize,
    /// The next segment does not continue the one before.
    broken: bool,
    frame: Duration,
    last_picture: Option<Timestamp>,
    part_target: Option<Duration>,
    target_s: u64,
    ended: bool,
}

impl Segmenter {
    /// `key_distance` is what is known of the distance of key frames; `first` numbers the first segment; `breaks` counts
    /// the discontinuities before it.
    pub(crate) fn new(shape: Shape, key_distance: Option<Duration>, first: u64, breaks: u64) -> Self {
        let longest = key_distance.unwrap_or_default().max(shape.segment);
        Self {
            shape,
            segments: VecDeque::new(),
            first,
            discontinuities: breaks,
            maps: VecDeque::new(),
            generation: None,
            current: None,
            chunks: Vec::new(),
            keys: Keys::default(),
            cipher: None,
            part_start: Timestamp::ZERO,
            part_independent: false,
            kept_len: 0,
            broken: false,
            frame: FIRST_FRAME,
            last_picture: None,
            part_target: None,
            target_s: rounded_s(longest),
            ended: false,
        }
    }

    /// Number of the segment in progress.
    fn next(&self) -> u64 {
        self.first + self.segments.len() as u64
    }

    /// Takes one chunk.
    pub(crate) fn push(&mut self, chunk: &Chunk) {
        if chunk.urgent {
            self.learn(chunk.dts);
            self.cut(chunk);
        }
        let body = self.without_map(&chunk.body);
        let Some(current) = &mut self.current else { return };
        current.len += body.len();
        let outgrown = current.len > MAX_SEGMENT_LEN;
        match &mut self.cipher {
            Some(cipher) => cipher.push(&body),
            None => self.chunks.push(body),
        }
        if outgrown {
            self.interrupt();
        }
    }

    /// What comes next does not continue what came: the segment in progress ends here.
    pub(crate) fn interrupt(&mut self) {
        if let Some(last) = self.last_picture.take() {
            self.finish_segment(last + self.frame);
        }
        self.broken = true;
    }

    fn learn(&mut self, dts: Timestamp) {
        if let Some(last) = self.last_picture.replace(dts) {
            let distance = dts.saturating_since(last);
            if !distance.is_zero() && distance < MAX_FRAME {
                self.frame = distance;
            }
        }
    }

    /// Ends what a picture at this place ends, and begins what it begins.
    fn cut(&mut self, chunk: &Chunk) {
        let map = chunk.header.as_ref().filter(|_| self.shape.has_map);
        let new_map = map.filter(|map| self.maps.back().is_none_or(|last| last.bytes != **map));
        let changed = self.generation != Some(chunk.generation) || new_map.is_some();
        let begins = chunk.header.is_some()
            && self.current.as_ref().is_none_or(|current| {
                changed || chunk.dts.saturating_since(current.start) + self.frame >= self.shape.segment
            });
        if begins {
            self.finish_segment(chunk.dts);
            if let Some(map) = new_map {
                // The first counts from the beginning of the stream: GStreamer 1.22 takes a period that begins later for one whose
                // segments come that much later.
                let start = if self.maps.is_empty() { Timestamp::ZERO } else { chunk.dts };
                self.maps.push_back(Map { number: self.next(), bytes: map.clone(), start });
            }
            let discontinuity = self.broken || changed && self.generation.is_some();
            self.broken = false;
            self.generation = Some(chunk.generation);
            let map = self.maps.back().map_or(0, |map| map.number);
            let (parts, duration, start) = (Vec::new(), Duration::ZERO, chunk.dts);
            let key = self.shape.encrypted.then(|| self.keys.begin(self.next())).map(|(number, cipher)| {
                self.cipher = Some(cipher);
                number
            });
            self.current = Some(SegmentData { parts, duration, discontinuity, map, key, start, len: 0 });
            self.begin_part(chunk.dts, true);
            self.put_tables(chunk);
        } else if self.current.is_some() && self.part_is_due(chunk.dts) {
            self.finish_part(chunk.dts);
            self.begin_part(chunk.dts, chunk.header.is_some());
        }
    }

    /// Tables in front of a segment that has no initialisation segment (RFC 8216 §3.2). With pictures they are in
    /// front of every key frame already.
    fn put_tables(&mut self, chunk: &Chunk) {
        let Some(tables) = chunk.header.as_ref().filter(|tables| !self.shape.has_map && !tables.is_empty()) else {
            return;
        };
        match &mut self.cipher {
            Some(cipher) => cipher.push(tables),
            None => self.chunks.push(tables.clone()),
        }
    }

    const fn begin_part(&mut self, dts: Timestamp, independent: bool) {
        self.part_start = dts;
        self.part_independent = independent;
    }

    fn part_is_due(&mut self, dts: Timestamp) -> bool {
        let Some(wanted) = self.shape.part else { return false };
        let frame = self.frame;
        let target = *self.part_target.get_or_insert_with(|| whole_frames(wanted, frame));
        dts.saturating_since(self.part_start) + frame / 2 >= target
    }

    fn finish_part(&mut self, end: Timestamp) {
        let Some(current) = &mut self.current else { return };
        let bytes = match self.cipher.take() {
            Some(cipher) if !cipher.is_empty() => cipher.finish(),
            None if !self.chunks.is_empty() => joined(&mut self.chunks),
            _ => return,
        };
        let duration = end.saturating_since(self.part_start);
        current.parts.push(PartData { bytes, duration, independent: self.part_independent });
    }

    fn finish_segment(&mut self, end: Timestamp) {
        self.finish_part(end);
        let Some(mut segment) = self.current.take().filter(|segment| !segment.parts.is_empty()) else { return };
        segment.duration = end.saturating_since(segment.start);
        segment.len = segment.parts.iter().map(|part| part.bytes.len()).sum();
        self.target_s = self.target_s.max(rounded_s(segment.duration));
        self.kept_len += segment.len;
        self.segments.push_back(segment);
        while self.segments.len() > self.shape.listed + KEPT_BEHIND
            || self.kept_len > MAX_KEPT_LEN && self.segments.len() > 1
        {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        let Some(gone) = self.segments.pop_front() else { return };
        self.first += 1;
        self.kept_len -= gone.len;
        self.discontinuities += u64::from(gone.discontinuity);
        while self.maps.get(1).is_some_and(|map| map.number <= self.first) {
            self.maps.pop_front();
        }
        self.keys.forget_before(self.first);
    }

    /// The stream has ended: what there is becomes the last segment.
    pub(crate) fn end(&mut self) {
        self.interrupt();
        self.ended = true;
    }

    /// A rendition announces changed parameters in front of a frame; here they have a place of their own.
    fn without_map(&self, body: &Bytes) -> Bytes {
        match self.maps.back() {
            Some(Map { bytes: map, .. }) if body.len() > map.len() && body.starts_with(map) => body.slice(map.len()..),
            _ => body.clone(),
        }
    }

    /// Whether a player finds something to begin with.
    pub(crate) fn is_ready(&self) -> bool {
        !self.segments.is_empty()
    }

    /// `EXT-X-TARGETDURATION`.
    pub(crate) const fn target(&self) -> Duration {
        Duration::from_secs(self.target_s)
    }

    /// All playlists of a stream have the same target (the successor of RFC 8216, §6.2.4): that of the one with the
    /// longest segments. Returns whether this one's has changed.
    pub(crate) fn raise_target(&mut self, target: Duration) -> bool {
        let lower = self.target() < target;
        self.target_s = self.target_s.max(rounded_s(target));
        lower
    }

    /// All discontinuities up to now.
    pub(crate) fn breaks(&self) -> u64 {
        let segments = self.segments.iter().chain(&self.current);
        self.discontinuities + segments.filter(|segment| segment.discontinuity).count() as u64
    }

    /// The newest part: number of its segment, and its own.
    pub(crate) fn newest_part(&self) -> Option<(u64, u64)> {
        self.shape.part?;
        let newest = |number, segment: &SegmentData| Some((number, segment.parts.len().checked_sub(1)? as u64));
        let current = self.current.as_ref().and_then(|current| newest(self.next(), current));
        current.or_else(|| newest(self.next().checked_sub(1)?, self.segments.back()?)).filter(|_| !self.ended)
    }

    /// Whether a blocking reload for a segment, or a part of it, can be answered; `None` when it asks for what is
    /// too far in the future.
    pub(crate) fn has(&self, segment: u64, part: Option<u64>) -> Option<bool> {
        let next = self.next();
        if segment > next + 1 {
            return None;
        }
        let parts = |segment: Option<&SegmentData>| segment.map_or(0, |segment| segment.parts.len() as u64);
        let here = match part {
            Some(part) if segment == next => part < parts(self.current.as_ref()),
            // What the segment turned out not to have is the first part of the next one (§6.2.5.2).
            Some(part) if segment + 1 == next => {
                part < parts(self.complete(segment)) || parts(self.current.as_ref()) > 0
            }
            _ => segment < next,
        };
        Some(here || self.ended)
    }

    /// A whole segment.
    pub(crate) fn segment(&self, number: u64) -> Found {
        match self.complete(number) {
            Some(segment) => Found::Bytes(segment.parts.iter().map(|part| part.bytes.clone()).collect()),
            None if number == self.next() && !self.ended => Found::NotYet,
            None => Found::Never,
        }
    }

    /// One part.
    pub(crate) fn part(&self, number: u64, part: u64) -> Found {
        let index = usize::try_from(part).unwrap_or(usize::MAX);
        let next = self.next();
        let segment = if number == next { self.current.as_ref() } else { self.complete(number) };
        match segment.and_then(|segment| segment.parts.get(index)) {
            Some(part) => Found::Bytes(vec![part.bytes.clone()]),
            None if self.ended => Found::Never,
            None if number == next && index == segment.map_or(0, |segment| segment.parts.len()) => Found::NotYet,
            None if number == next + 1 && index == 0 => Found::NotYet,
            None => Found::Never,
        }
    }

    fn complete(&self, number: u64) -> Option<&SegmentData> {
        self.segments.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// An initialisation segment.
    pub(crate) fn map(&self, number: u64) -> Found {
        let map = self.maps.iter().find(|map| map.number == number);
        map.map_or(Found::Never, |map| Found::Bytes(vec![map.bytes.clone()]))
    }

    /// A key.
    pub(crate) fn key(&self, number: u64) -> Found {
        self.keys.get(number).map_or(Found::Never, |key| Found::Bytes(vec![key]))
    }

    /// What a manifest says; `None` before there is a segment.
    pub(crate) fn timeline(&self) -> Option<Timeline> {
        let hidden = self.segments.len().saturating_sub(self.shape.listed);
        let map = self.segments.back()?.map;
        let outdated = self.segments.iter().take_while(|segment| segment.map != map).count();
        let listed = || self.segments.iter().skip(hidden.max(outdated));
        let bits_per_second = |segment: &SegmentData| {
            let bits = segment.len as u128 * 8 * 1_000_000;
            u64::try_from(bits / segment.duration.as_micros().max(1)).unwrap_or(u64::MAX)
        };
        Some(Timeline {
            map,
            map_start: self.maps.iter().find(|each| each.number == map)?.start,
            first: self.first + hidden.max(outdated) as u64,
            segments: listed().map(|segment| (segment.start, segment.duration)).collect(),
            peak_bps: listed().map(bits_per_second).max()?,
            ended: self.ended,
        })
    }

    /// The playlist. `date_time` puts a place on the time line into words.
    pub(crate) fn playlist(&self, date_time: impl Fn(Timestamp) -> String) -> MediaPlaylist {
        let hidden = self.segments.len().saturating_sub(self.shape.listed);
        let hidden_breaks = self.segments.iter().take(hidden).filter(|segment| segment.discontinuity).count();
        let with_parts = self.segments.len().saturating_sub(SEGMENTS_WITH_PARTS);
        let written = |(index, segment): (usize, &SegmentData)| {
            self.written(self.first + index as u64, segment, index >= with_parts, &date_time)
        };
        let next = self.next();
        let pending = self.current.as_ref().filter(|_| self.shape.part.is_some());
        let ready = pending.map_or(0, |pending| pending.parts.len());
        let (prefix, extension) = (&self.shape.segment_prefix, self.shape.extension);
        MediaPlaylist {
            target_duration_s: self.target_s,
            media_sequence: self.first + hidden as u64,
            discontinuity_sequence: self.discontinuities + hidden_breaks as u64,
            part_target: self.shape.part.map(|wanted| self.declared_part_target(wanted)),
            segments: self.segments.iter().enumerate().skip(hidden).map(written).collect(),
            pending: pending
                .filter(|pending| !pending.parts.is_empty())
                .map(|pending| self.written(next, pending, true, &date_time)),
            preload_hint: self.shape.part.map(|_| format!("{prefix}{next}.{ready}.{extension}")),
            ended: self.ended,
        }
    }

    fn written(
        &self,
        number: u64,
        segment: &SegmentData,
        with_parts: bool,
        date_time: &impl Fn(Timestamp) -> String,
    ) -> Segment {
        let (prefix, extension) = (&self.shape.segment_prefix, self.shape.extension);
        let parts = segment.parts.iter().enumerate().filter(|_| with_parts && self.shape.part.is_some());
        Segment {
            duration: segment.duration,
            uri: format!("{prefix}{number}.{extension}"),
            parts: parts
                .map(|(index, part)| Part {
                    duration: part.duration,
                    uri: format!("{prefix}{number}.{index}.{extension}"),
                    independent: part.independent,
                })
                .collect(),
            discontinuity: segment.discontinuity,
            map: self.shape.has_map.then(|| format!("{}init-{}.mp4", self.shape.prefix, segment.map)),
            key: segment.key.map(|key| SegmentKey {
                uri: format!("{}key-{key}.bin", self.shape.prefix),
                iv: initialisation_vector(number),
            }),
            date_time: Some(date_time(segment.start)),
        }
    }

    /// The longest a part may be: what is aimed at and a little, because pictures do not come as if by clockwork.
    fn declared_part_target(&self, wanted: Duration) -> Duration {
        let aimed = self.part_target.unwrap_or(wanted);
        let newest = self.segments.iter().rev().take(SEGMENTS_WITH_PARTS).chain(&self.current);
        let longest = newest.flat_map(|segment| &segment.parts).map(|part| part.duration).max().unwrap_or_default();
        let declared = longest.max(aimed + aimed / 12);
        Duration::from_millis(u64::try_from(declared.as_micros().div_ceil(1000)).unwrap_or(u64::MAX))
    }
}

fn joined(chunks: &mut Vec<Bytes>) -> Bytes {
    let mut bytes = BytesMut::with_capacity(chunks.iter().map(Bytes::len).sum());
    chunks.drain(..).for_each(|chunk| bytes.extend_from_slice(&chunk));
    bytes.freeze()
}

/// A duration as `EXT-X-TARGETDURATION` counts it, at least one second.
fn rounded_s(duration: Duration) -> u64 {
    (duration + Duration::from_millis(500)).as_secs().max(1)
}

/// As many whole frames as fit into `wanted`, at least one.
fn whole_frames(wanted: Duration, frame: Duration) -> Duration {
    let fit = (wanted + frame / 10).as_micros() / frame.as_micros().max(1);
    frame * u32::try_from(fit.max(1)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hls::encryption::SEGMENTS_PER_KEY;

    const SHAPE: Shape = Shape {
        segment: Duration::from_secs(2),
        part: Some(Duration::from_millis(200)),
        listed: 4,
        prefix: String::new(),
        segment_prefix: String::new(),
        extension: "m4s",
        has_map: true,
        encrypted: false,
    };

    fn chunk(index: i64, frame_ms: i64, gop: i64, map: &'static str) -> Chunk {
        Chunk {
            position: index.unsigned_abs(),
            header: (index % gop == 0).then(|| Bytes::from_static(map.as_bytes())),
            body: Bytes::from(format!("[{index}]")),
            dts: Timestamp::from_millis(index * frame_ms),
            generation: 1,
            urgent: true,
        }
    }

    fn fed(frames: std::ops::Range<i64>, frame_ms: i64, gop: i64) -> Segmenter {
        let mut segmenter = Segmenter::new(SHAPE, None, 0, 0);
        frames.for_each(|index| segmenter.push(&chunk(index, frame_ms, gop, "map")));
        segmenter
    }

    /// As large as a segment may be.
    fn huge(index: i64, gop: i64) -> Chunk {
        Chunk { body: Bytes::from(vec![0; MAX_SEGMENT_LEN]), ..chunk(index, 40, gop, "map") }
    }

    fn playlist(segmenter: &Segmenter) -> MediaPlaylist {
        segmenter.playlist(|at| format!("{}", at.as_millis()))
    }

    #[test]
    fn segments_begin_at_key_frames_and_parts_are_whole_frames() {
        for (frame_ms, gop, part_ms) in [(40, 50, 200), (33, 30, 198), (20, 100, 200), (500, 4, 500)] {
            let segmenter = fed(0..1000, frame_ms, gop);
            let playlist = playlist(&segmenter);
            assert_eq!(playlist.segments.len(), 4);
            let target = playlist.part_target.unwrap();
            for segment in &playlist.segments {
                assert!((1900..=2100).contains(&segment.duration.as_millis()), "{segment:?}");
            }
            for segment in &playlist.segments[1..] {
                let sum: Duration = segment.parts.iter().map(|part| part.duration).sum();
                assert_eq!(sum, segment.duration);
                assert!(segment.parts[0].independent);
                let (_, whole) = segment.parts.split_last().unwrap();
                for part in whole {
                    assert_eq!(part.duration.as_millis(), part_ms, "{frame_ms}");
                    assert!(part.duration <= target && part.duration * 100 >= target * 85, "{target:?}");
                }
            }
        }
    }

    #[test]
    fn a_long_gop_makes_long_segments_and_says_so() {
        let segmenter = fed(0..600, 40, 250);
        let playlist = playlist(&segmenter);
        assert_eq!(playlist.segments[0].duration, Duration::from_secs(10));
        assert_eq!(playlist.target_duration_s, 10);
    }

    #[test]
    fn what_is_asked_for_is_here_comes_or_never_was() {
        let mut segmenter = fed(0..131, 40, 50);
        assert_eq!(segmenter.next(), 2);
        assert!(matches!(segmenter.segment(1), Found::Bytes(parts) if parts.len() == 10));
        assert_eq!(segmenter.segment(2), Found::NotYet);
        assert_eq!(segmenter.segment(3), Found::Never);
        assert_eq!(segmenter.part(0, 0), Found::Bytes(vec![Bytes::from("[0][1][2][3][4]")]));
        assert_eq!(segmenter.part(2, 5), Found::Bytes(vec![Bytes::from("[125][126][127][128][129]")]));
        assert_eq!(segmenter.part(2, 6), Found::NotYet);
        assert_eq!(segmenter.part(2, 7), Found::Never);
        assert_eq!(segmenter.part(3, 0), Found::NotYet, "the hint may turn out to be the next segment");
        assert_eq!((segmenter.has(2, Some(5)), segmenter.has(2, Some(6))), (Some(true), Some(false)));
        assert_eq!((segmenter.has(1, None), segmenter.has(2, None)), (Some(true), Some(false)));
        assert_eq!((segmenter.has(3, None), segmenter.has(4, None)), (Some(false), None));
        assert_eq!(segmenter.has(1, Some(10)), Some(true), "a part that never was is the next segment's first");
        assert_eq!(segmenter.map(0), Found::Bytes(vec![Bytes::from("map")]));
        assert_eq!((segmenter.map(1), segmenter.map(2)), (Found::Never, Found::Never));
        segmenter.end();
        assert!(playlist(&segmenter).ended && segmenter.has(9, None).is_none());
        assert_eq!(segmenter.segment(3), Found::Never);
    }

    #[test]
    fn a_changed_format_breaks_at_once_with_a_new_map() {
        let mut segmenter = fed(0..60, 40, 10);
        for index in 60..200 {
            segmenter.push(&Chunk { generation: 2, ..chunk(index, 40, 10, "other") });
        }
        let playlist = playlist(&segmenter);
        let breaks: Vec<_> =
            playlist.segments.iter().map(|segment| (segment.discontinuity, segment.map.clone().unwrap())).collect();
        assert_eq!(breaks[1], (false, "init-0.mp4".to_owned()), "{breaks:?}");
        assert_eq!(breaks[2], (true, "init-2.mp4".to_owned()), "{breaks:?}");
        assert_eq!(playlist.segments[1].duration, Duration::from_millis(400));
    }

    #[test]
    fn a_manifest_lists_what_the_newest_map_is_for() {
        let later = fed(100..251, 40, 50).timeline().unwrap();
        assert_eq!(
            later.map_start,
            Timestamp::ZERO,
            "the first map counts from the beginning, however old the stream is"
        );
        let mut segmenter = fed(0..251, 40, 50);
        let timeline = segmenter.timeline().unwrap();
        assert_eq!((timeline.map, timeline.map_start, timeline.first), (0, Timestamp::ZERO, 1));
        let two = Duration::from_secs(2);
        let starts = [2000, 4000, 6000, 8000].map(Timestamp::from_millis);
        assert_eq!(timeline.segments, starts.map(|start| (start, two)));
        for index in 251..601 {
            segmenter.push(&Chunk { generation: 2, ..chunk(index, 40, 50, "other") });
            assert!(segmenter.timeline().is_some());
        }
        let timeline = segmenter.timeline().unwrap();
        assert_eq!(timeline.map_start, Timestamp::from_millis(12_000), "a key frame with the other map");
        assert!(timeline.segments.len() == 4 && timeline.map + 2 == timeline.first, "{timeline:?}");
        assert!(!timeline.ended && timeline.peak_bps > 0);
    }

    #[test]
    fn old_segments_go_and_their_breaks_are_counted() {
        let mut segmenter = fed(0..60, 40, 10);
        for index in 60..1200 {
            segmenter.push(&Chunk { generation: 2, ..chunk(index, 40, 10, "other") });
        }
        let playlist = playlist(&segmenter);
        assert_eq!(playlist.discontinuity_sequence, 1);
        assert_eq!(playlist.segments.len(), 4);
        assert_eq!((segmenter.map(0), segmenter.maps.len()), (Found::Never, 1), "maps go with their last segment");
        assert_eq!(segmenter.segment(0), Found::Never);
        assert!(
            matches!(segmenter.segment(playlist.media_sequence - 1), Found::Bytes(_)),
            "kept for those who are late"
        );
    }

    #[test]
    fn a_segment_that_outgrows_its_cap_ends_and_keeps_its_number() {
        let mut segmenter = fed(0..10, 40, 1000);
        let served = segmenter.part(0, 0);
        segmenter.push(&huge(10, 1000));
        for index in 11..150 {
            segmenter.push(&chunk(index, 40, 50, "map"));
        }
        assert_eq!(segmenter.part(0, 0), served, "what was served stays as it was");
        let playlist = playlist(&segmenter);
        assert_eq!(playlist.segments[0].duration, Duration::from_millis(440));
        assert!(playlist.segments[1].discontinuity && !playlist.segments[0].discontinuity, "{playlist:?}");
    }

    #[test]
    fn large_segments_are_kept_while_there_is_room() {
        let mut segmenter = fed(0..0, 40, 50);
        for index in 0..600 {
            let last_of_gop = index % 50 == 49;
            segmenter.push(&if last_of_gop { huge(index, 50) } else { chunk(index, 40, 50, "map") });
        }
        assert!(segmenter.kept_len <= MAX_KEPT_LEN && segmenter.segments.len() >= 3, "{}", segmenter.kept_len);
        let bytes: usize =
            segmenter.segments.iter().flat_map(|segment| &segment.parts).map(|part| part.bytes.len()).sum();
        assert_eq!(bytes, segmenter.kept_len);
    }

    #[test]
    fn encrypted_segments_are_whole_and_name_their_keys() {
        let shape = Shape { part: None, encrypted: true, ..SHAPE };
        let mut segmenter = Segmenter::new(shape, None, 0, 0);
        let (second, last) = (i64::try_from(SEGMENTS_PER_KEY).unwrap(), 50 * 33 + 1);
        (0..last).for_each(|index| segmenter.push(&chunk(index, 40, 50, "map")));
        let playlist = playlist(&segmenter);
        assert!(playlist.part_target.is_none() && playlist.pending.is_none() && playlist.preload_hint.is_none());
        let keys: Vec<_> = playlist.segments.iter().map(|segment| segment.key.clone().unwrap()).collect();
        let named = |number: u64, iv| SegmentKey { uri: format!("key-{number}.bin"), iv };
        assert_eq!(keys, [named(0, 29), named(30, 30), named(30, 31), named(30, 32)]);
        let Found::Bytes(pieces) = segmenter.segment(30) else { panic!("segment {second} is there") };
        let clear: usize = (second * 50..(second + 1) * 50).map(|index| format!("[{index}]").len()).sum();
        assert_eq!((pieces.len(), pieces[0].len()), (1, clear / 16 * 16 + 16));
        assert!(matches!(segmenter.key(30), Found::Bytes(key) if key[0].len() == 16));
        assert_eq!((segmenter.key(31), segmenter.key(29)), (Found::Never, Found::Never));
        assert_eq!(segmenter.map(0), Found::Bytes(vec![Bytes::from("map")]), "in clear");
    }

    #[test]
    fn what_was_lost_on_the_way_to_the_segmenter_is_a_break() {
        let mut segmenter = fed(0..30, 40, 50);
        segmenter.interrupt();
        for index in 70..210 {
            segmenter.push(&chunk(index, 40, 50, "map"));
        }
        let playlist = playlist(&segmenter);
        assert_eq!(playlist.segments[0].duration, Duration::from_millis(1200));
        assert_eq!(playlist.segments[1].date_time.as_deref(), Some("4000"), "it goes on with a key frame");
        assert!(playlist.segments[1].discontinuity, "{playlist:?}");
    }

    #[test]
    fn segments_without_initialisation_segments_begin_with_tables() {
        let shape = Shape { has_map: false, part: None, ..SHAPE };
        let mut segmenter = Segmenter::new(shape, None, 0, 0);
        // As of sound alone: every chunk is a place to begin.
        (0..101).for_each(|index| segmenter.push(&chunk(index, 40, 1, "tables")));
        for (number, first) in [(0, "tables[0]"), (1, "tables[49]")] {
            let Found::Bytes(pieces) = segmenter.segment(number) else { panic!("segment {number} is there") };
            let text = String::from_utf8(pieces.concat()).unwrap();
            assert!(text.starts_with(first) && text.matches("tables").count() == 1, "{text}");
        }
    }

    #[test]
    fn playlists_of_one_stream_agree() {
        let mut segmenter = fed(0..130, 40, 50);
        assert_eq!(segmenter.newest_part(), Some((2, 4)), "of the segment in progress");
        assert!(segmenter.raise_target(Duration::from_secs(4)) && !segmenter.raise_target(Duration::from_secs(3)));
        assert_eq!(playlist(&segmenter).target_duration_s, 4);
        segmenter.interrupt();
        (150..200).for_each(|index| segmenter.push(&chunk(index, 40, 50, "map")));
        let other = Segmenter::new(SHAPE, None, 0, segmenter.breaks());
        assert_eq!(
            (segmenter.breaks(), playlist(&other).discontinuity_sequence),
            (1, 1),
            "what comes next has number 1"
        );
        segmenter.end();
        assert_eq!(segmenter.newest_part(), None, "nothing is waited for");
    }
}
