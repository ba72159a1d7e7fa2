//! Writing playlists of live streams.

use std::fmt::Write;
use std::time::Duration;

/// One partial segment (§4.4.4.9 of the successor).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// How long it is.
    pub duration: Duration,
    /// Relative to the playlist.
    pub uri: String,
    /// Whether decoding can start at its beginning.
    pub independent: bool,
}

/// What a segment is encrypted with: AES-128, the whole segment in cipher block chaining (RFC 8216 §4.3.2.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentKey {
    /// Relative to the playlist.
    pub uri: String,
    /// The initialisation vector. It is written even where it is the segment's number, because some players keep
    /// 32 bits of that.
    pub iv: u128,
}

/// One media segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// How long it is.
    pub duration: Duration,
    /// Relative to the playlist.
    pub uri: String,
    /// Its parts, while they are worth listing.
    pub parts: Vec<Part>,
    /// Whether something changes between the segment before and this one: format, time line.
    pub discontinuity: bool,
    /// URI of the initialisation segment; `None` for transport streams.
    pub map: Option<String>,
    /// What it is encrypted with. The initialisation segment never is.
    pub key: Option<SegmentKey>,
    /// When its first frame was captured or arrived, RFC 3339.
    pub date_time: Option<String>,
}

/// A live media playlist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaPlaylist {
    /// `EXT-X-TARGETDURATION` in seconds: no segment rounds to more.
    pub target_duration_s: u64,
    /// Number of the first segment.
    pub media_sequence: u64,
    /// Discontinuities before the first segment.
    pub discontinuity_sequence: u64,
    /// The longest part; `None` for a playlist without parts.
    pub part_target: Option<Duration>,
    /// Complete segments, oldest first.
    pub segments: Vec<Segment>,
    /// The segment in progress: its parts, and what would stand in front of it.
    pub pending: Option<Segment>,
    /// URI of the next part.
    pub preload_hint: Option<String>,
    /// No more segments will come.
    pub ended: bool,
}

impl MediaPlaylist {
    /// How far from the end a delta update may leave segments out (§4.4.3.8): six target durations.
    const fn skip_until_s(&self) -> u64 {
        6 * self.target_duration_s
    }

    /// How many of the oldest segments a delta update leaves out.
    fn skippable(&self) -> usize {
        let mut newer = Duration::ZERO;
        let kept = self.segments.iter().rev().take_while(|segment| {
            let inside = newer < Duration::from_secs(self.skip_until_s());
            newer += segment.duration;
            inside
        });
        self.segments.len() - kept.count()
    }

    /// The text. `query` (such as `?session=1`) is added to every URI; `delta` leaves out what the reader has.
    pub fn write(&self, query: &str, delta: bool) -> String {
        let low_latency = self.part_target.is_some();
        let version = if low_latency { 9 } else { 6 };
        let mut out = format!("#EXTM3U\n#EXT-X-VERSION:{version}\n#EXT-X-TARGETDURATION:{}\n", self.target_duration_s);
        if let Some(target) = self.part_target {
            let hold_back = target * 3;
            put(
                &mut out,
                format_args!(
                    "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL={}.0,PART-HOLD-BACK={}\n#EXT-X-PART-INF:PART-TARGET={}\n",
                    self.skip_until_s(),
                    seconds(hold_back),
                    seconds(target)
                ),
            );
        }
        put(&mut out, format_args!("#EXT-X-MEDIA-SEQUENCE:{}\n", self.media_sequence));
        if self.discontinuity_sequence > 0 {
            put(&mut out, format_args!("#EXT-X-DISCONTINUITY-SEQUENCE:{}\n", self.discontinuity_sequence));
        }
        if !low_latency {
            out.push_str("#EXT-X-INDEPENDENT-SEGMENTS\n");
        }
        let skipped = if delta && low_latency { self.skippable() } else { 0 };
        if skipped > 0 {
            put(&mut out, format_args!("#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}\n"));
        }
        let mut state = State::default();
        if let Some(last) = skipped.checked_sub(1).and_then(|last| self.segments.get(last)) {
            (state.map, state.key) = (last.map.as_deref(), last.key.as_ref());
        }
        for segment in self.segments.iter().skip(skipped) {
            state.put(&mut out, segment, query);
            put(&mut out, format_args!("#EXTINF:{},\n{}{query}\n", seconds(segment.duration), segment.uri));
        }
        if let Some(pending) = &self.pending {
            state.put(&mut out, pending, query);
        }
        if let Some(hint) = self.preload_hint.as_ref().filter(|_| low_latency && !self.ended) {
            put(&mut out, format_args!("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"{hint}{query}\"\n"));
        }
        if self.ended {
            out.push_str("#EXT-X-ENDLIST\n");
        }
        out
    }
}

/// What holds for the segments that follow.
#[derive(Default)]
struct State<'a> {
    map: Option<&'a str>,
    key: Option<&'a SegmentKey>,
}

impl<'a> State<'a> {
    /// Everything that stands before a segment's `EXTINF`.
    fn put(&mut self, out: &mut String, segment: &'a Segment, query: &str) {
        if segment.discontinuity {
            out.push_str("#EXT-X-DISCONTINUITY\n");
        }
        if self.map != segment.map.as_deref() || segment.discontinuity {
            self.map = segment.map.as_deref();
            if let Some(uri) = self.map {
                // A key holds for initialisation segments after it too (§4.3.2.4), and ours are in clear.
                self.put_key(out, None, query);
                put(out, format_args!("#EXT-X-MAP:URI=\"{uri}{query}\"\n"));
            }
        }
        self.put_key(out, segment.key.as_ref(), query);
        if let Some(date_time) = &segment.date_time {
            put(out, format_args!("#EXT-X-PROGRAM-DATE-TIME:{date_time}\n"));
        }
        for part in &segment.parts {
            let independent = if part.independent { ",INDEPENDENT=YES" } else { "" };
            put(
                out,
                format_args!(
                    "#EXT-X-PART:DURATION={},URI=\"{}{query}\"{independent}\n",
                    seconds(part.duration),
                    part.uri
                ),
            );
        }
    }
}

impl<'a> State<'a> {
    fn put_key(&mut self, out: &mut String, key: Option<&'a SegmentKey>, query: &str) {
        if self.key == key {
            return;
        }
        self.key = key;
        match key {
            Some(SegmentKey { uri, iv }) => {
                put(out, format_args!("#EXT-X-KEY:METHOD=AES-128,URI=\"{uri}{query}\",IV=0x{iv:032X}\n"));
            }
            None => out.push_str("#EXT-X-KEY:METHOD=NONE\n"),
        }
    }
}

/// How far another playlist of the stream is (§4.4.5.4 of the successor): a player that changes to it need not read it
/// first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenditionReport {
    /// Relative to the playlist.
    pub uri: String,
    /// Number of the segment that the newest part belongs to.
    pub last_segment: u64,
    /// Number of that part.
    pub last_part: u64,
}

/// What stands at the end of a playlist with parts about the others.
pub fn write_reports(reports: &[RenditionReport], query: &str) -> String {
    let mut out = String::new();
    for RenditionReport { uri, last_segment, last_part } in reports {
        put(
            &mut out,
            format_args!(
                "#EXT-X-RENDITION-REPORT:URI=\"{uri}{query}\",LAST-MSN={last_segment},LAST-PART={last_part}\n"
            ),
        );
    }
    out
}

pub(super) fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a String takes everything");
}

/// Decimal seconds to the microsecond.
fn seconds(duration: Duration) -> String {
    format!("{}.{:06}", duration.as_secs(), duration.subsec_micros())
}

#[cfg(test)]
mod tests;
