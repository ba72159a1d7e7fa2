//! Which pieces of a media playlist come next.

use std::sync::Arc;

use container::m3u8::{ByteRange, Key, Map, Media, MediaPart, MediaSegment};

/// Segments that lie between the beginning and the live edge (RFC 8216 §6.3.3).
const BEHIND: usize = 3;
/// A playlist that ends so far before what was read is another one: the server began anew.
const RESTART_DISTANCE: u64 = 2;

/// A resource, or a part of one, to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) uri: String,
    pub(super) range: Option<ByteRange>,
    pub(super) key: Option<Arc<Key>>,
    pub(super) map: Option<Arc<Map>>,
    /// Number of its segment.
    pub(super) sequence: u64,
    /// It does not continue what was read before.
    pub(super) discontinuity: bool,
}

/// How far a playlist was read.
#[derive(Debug)]
pub(super) struct Cursor {
    /// The next segment, and the next of its parts.
    next: Option<(u64, usize)>,
    /// Whether parts are read.
    by_parts: bool,
    /// What comes next does not continue what was read.
    broken: bool,
}

impl Cursor {
    /// At the place of a playlist where playing begins.
    pub(super) fn new(media: &Media) -> Self {
        Self { next: None, by_parts: media.part_target.is_some() && media.control.can_block_reload, broken: false }
    }

    /// Where a reload may be held until: the segment and the part that come next.
    pub(super) fn blocking(&self) -> Option<(u64, usize)> {
        self.next.filter(|_| self.by_parts)
    }

    fn start(&self, media: &Media) -> (u64, usize) {
        if media.ended {
            return (media.media_sequence, 0);
        }
        if self.by_parts {
            let whole = media.segments.last().map_or(media.pending.sequence, |segment| segment.sequence);
            let part = media.pending.parts.iter().rposition(|part| part.independent);
            return part.map_or((whole, 0), |part| (media.pending.sequence, part));
        }
        let at = media.segments.len().saturating_sub(BEHIND);
        (media.segments.get(at).map_or(media.media_sequence, |segment| segment.sequence), 0)
    }

    /// What is new in a playlist.
    pub(super) fn take(&mut self, media: &Media) -> Vec<Wanted> {
        let restarted = self.next.is_some_and(|(next, _)| next > media.pending.sequence + RESTART_DISTANCE);
        let mut next = match self.next.filter(|_| !restarted) {
            Some(next) => next,
            None => self.start(media),
        };
        self.broken |= restarted;
        let mut wanted = Vec::new();
        let first = next.0;
        for segment in media.segments.iter().filter(|segment| segment.sequence >= first) {
            self.broken |= segment.sequence > next.0;
            let read = if segment.sequence == next.0 { next.1 } else { 0 };
            self.take_segment(segment, read, &mut wanted);
            next = (segment.sequence + 1, 0);
        }
        if self.by_parts && media.pending.sequence == next.0 {
            next.1 = self.take_parts(&media.pending, next.1, &mut wanted);
        }
        self.next = Some(next);
        wanted
    }

    fn take_segment(&mut self, segment: &MediaSegment, read: usize, wanted: &mut Vec<Wanted>) {
        self.broken |= segment.gap;
        if segment.gap {
            return;
        }
        if read == 0 {
            wanted.push(self.wanted(segment, &segment.uri, segment.range, segment.discontinuity));
        } else if segment.parts.len() >= read {
            self.take_parts(segment, read, wanted);
        } else {
            // The parts are not listed any more; the rest of the segment cannot be had without its beginning.
            self.broken = true;
        }
    }

    fn take_parts(&mut self, segment: &MediaSegment, read: usize, wanted: &mut Vec<Wanted>) -> usize {
        let first = segment.discontinuity && read == 0;
        for (index, part) in segment.parts.iter().enumerate().skip(read) {
            let MediaPart { uri, range, gap, .. } = part;
            self.broken |= gap;
            if !gap {
                wanted.push(self.wanted(segment, uri, *range, first && index == 0));
            }
        }
        segment.parts.len().max(read)
    }

    fn wanted(&mut self, segment: &MediaSegment, uri: &str, range: Option<ByteRange>, discontinuity: bool) -> Wanted {
        Wanted {
            uri: uri.to_owned(),
            range,
            key: segment.key.clone(),
            map: segment.map.clone(),
            sequence: segment.sequence,
            discontinuity: discontinuity | std::mem::take(&mut self.broken),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use container::m3u8::Playlist;

    fn media(text: &str) -> Media {
        match Playlist::parse(text.as_bytes()).unwrap() {
            Playlist::Media(media) => *media,
            Playlist::Multivariant(_) => unreachable!("a media playlist"),
        }
    }

    /// Segments from `first` on; `x` behind a number is a discontinuity, `-` a gap.
    fn plain(first: u64, segments: &str) -> Media {
        let mut text = format!("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:{first}\n");
        for name in segments.split_whitespace() {
            if name.ends_with('x') {
                text.push_str("#EXT-X-DISCONTINUITY\n");
            }
            if name.ends_with('-') {
                text.push_str("#EXT-X-GAP\n");
            }
            text.push_str(&format!("#EXTINF:2,\n{}.ts\n", name.trim_end_matches(['x', '-'])));
        }
        media(&text)
    }

    fn names(wanted: &[Wanted]) -> String {
        let name = |wanted: &Wanted| {
            format!("{}{}", wanted.uri.trim_end_matches(".ts"), if wanted.discontinuity { "x" } else { "" })
        };
        wanted.iter().map(name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn segments_come_once_and_what_is_missed_is_marked() {
        let first = plain(10, "10 11 12 13 14");
        let mut cursor = Cursor::new(&first);
        for (playlist, expected) in [
            (first, "12 13 14"),
            (plain(11, "11 12 13 14"), ""),
            (plain(12, "12 13 14 15 16x"), "15 16x"),
            (plain(20, "20 21"), "20x 21"),
            (plain(21, "21 22- 23"), "23x"),
            // The server began anew.
            (plain(0, "0 1 2 3"), "1x 2 3"),
        ] {
            assert_eq!(names(&cursor.take(&playlist)), expected);
        }
    }

    #[test]
    fn a_recording_is_read_from_its_beginning() {
        let mut text = plain(0, "0 1 2 3 4");
        text.ended = true;
        assert_eq!(names(&Cursor::new(&text).take(&text)), "0 1 2 3 4");
    }

    #[test]
    fn parts_are_read_as_they_come_and_the_rest_of_a_segment_behind_them() {
        let head = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-PART-INF:PART-TARGET=0.5\n\
                    #EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.5\n#EXT-X-MEDIA-SEQUENCE:7\n";
        let part = |name: &str, key: bool| {
            let independent = if key { ",INDEPENDENT=YES" } else { "" };
            format!("#EXT-X-PART:DURATION=0.5,URI=\"{name}\"{independent}\n")
        };
        let segment = |name: &str| format!("#EXTINF:1,\n{name}\n");
        let first = media(&format!("{head}{}{}", segment("7"), part("8.0", true)));
        let mut cursor = Cursor::new(&first);
        assert_eq!(names(&cursor.take(&first)), "8.0");
        assert_eq!(cursor.blocking(), Some((8, 1)));
        let both = format!("{head}{}{}{}", segment("7"), part("8.0", true), part("8.1", false));
        assert_eq!(names(&cursor.take(&media(&both))), "8.1");
        let whole = format!("{both}{}{}", segment("8"), part("9.0", true));
        assert_eq!(names(&cursor.take(&media(&whole))), "9.0");
        // Its parts are gone from the list before they were all read.
        let late = format!("{head}{}{}{}{}", segment("7"), segment("8"), segment("9"), part("10.0", true));
        assert_eq!(names(&cursor.take(&media(&late))), "10.0x");
    }
}
