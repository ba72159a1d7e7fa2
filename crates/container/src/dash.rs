//! Manifests of MPEG-DASH for live streams (ISO/IEC 23009-1, profile `isoff-live`): one period, one adaptation set
//! of one representation for each track, its segments named by number and placed by a segment timeline.
//!
//! What goes into attributes is made by the server (numbers, codec names, relative addresses), never by a peer, and
//! needs no escaping.

use std::fmt::Write;
use std::num::NonZeroU32;
use std::time::Duration;

use media::{Language, MediaKind, Timestamp};

/// One of several tracks to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// For people.
    pub label: String,
    /// To be played when nobody chose another.
    pub is_main: bool,
}

/// One track: an adaptation set with one representation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Representation {
    /// Names it within the period.
    pub id: String,
    /// Language of its sound, where it is known.
    pub language: Option<Language>,
    /// What tells it from others of its kind, where there are several.
    pub choice: Option<Choice>,
    /// Video or audio.
    pub kind: MediaKind,
    /// RFC 6381, where it has a name.
    pub codecs: Option<String>,
    /// Peak bit rate.
    pub bandwidth_bps: u64,
    /// Width and height.
    pub resolution: Option<(u32, u32)>,
    /// Pictures per 1000 seconds.
    pub frame_rate_mhz: Option<u32>,
    /// Samples of sound per second.
    pub sampling_rate_hz: Option<u32>,
    /// Ticks per second of its media.
    pub timescale: NonZeroU32,
    /// Initialisation segment, relative to the manifest.
    pub initialization: String,
    /// Segments, relative to the manifest, with `$Number$`.
    pub media: String,
    /// Number of the first segment.
    pub first: u64,
    /// Beginning and length of each segment on the stream's time line, oldest first.
    pub segments: Vec<(Timestamp, Duration)>,
}

/// A manifest as it is at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The wall clock at the origin of the stream's time line, RFC 3339.
    pub origin: String,
    /// The wall clock now, RFC 3339: players set their clocks by it.
    pub now: String,
    /// Where the manifest is read again, relative to itself.
    pub location: String,
    /// How often there is something new; `None` when the stream has ended.
    pub update_period: Option<Duration>,
    /// How far behind the newest segment a player stays.
    pub presentation_delay: Duration,
    /// Tells this period from one with other initialisation segments.
    pub period: u64,
    /// Where the period begins on the stream's time line.
    pub period_start: Timestamp,
    /// Its tracks.
    pub representations: Vec<Representation>,
}

impl Manifest {
    fn segments(&self) -> impl Iterator<Item = (Timestamp, Duration)> {
        self.representations.iter().flat_map(|each| each.segments.iter().copied())
    }

    /// From the oldest to the newest that every track has.
    fn depth(&self) -> Duration {
        let spans = self.representations.iter().filter_map(|each| {
            let ((first, _), (last, duration)) = (each.segments.first()?, each.segments.last()?);
            Some((*last + *duration).saturating_since(*first))
        });
        spans.min().unwrap_or_default()
    }

    /// The text.
    pub fn write(&self) -> String {
        let mut out =
            String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"");
        let longest = self.segments().map(|(_, duration)| duration).max().unwrap_or_default();
        let end = self.segments().map(|(start, duration)| start + duration).max().unwrap_or_default();
        put(&mut out, format_args!(" profiles=\"urn:mpeg:dash:profile:isoff-live:2011\" type=\"dynamic\""));
        put(&mut out, format_args!(" availabilityStartTime=\"{}\" publishTime=\"{}\"", self.origin, self.now));
        match self.update_period {
            Some(period) => put(&mut out, format_args!(" minimumUpdatePeriod=\"{}\"", duration(period))),
            None => put(
                &mut out,
                format_args!(" mediaPresentationDuration=\"{}\"", duration(end.saturating_since(Timestamp::ZERO))),
            ),
        }
        put(
            &mut out,
            format_args!(
                " minBufferTime=\"{}\" timeShiftBufferDepth=\"{}\" maxSegmentDuration=\"{}\" \
                 suggestedPresentationDelay=\"{}\">\n <Location>{}</Location>\n <Period id=\"{}\" start=\"{}\">\n",
                duration(longest),
                duration(self.depth()),
                duration(longest),
                duration(self.presentation_delay),
                self.location,
                self.period,
                duration(self.period_start.saturating_since(Timestamp::ZERO)),
            ),
        );
        for (index, representation) in self.representations.iter().enumerate() {
            representation.put(&mut out, index, self.period_start);
        }
        put(
            &mut out,
            format_args!(
                " </Period>\n <UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:direct:2014\" value=\"{}\"/>\n</MPD>\n",
                self.now
            ),
        );
        out
    }
}

impl Choice {
    /// In the order that the schema has them.
    fn elements(&self) -> String {
        let role = if self.is_main { "main" } else { "alternate" };
        format!(
            "   <Label>{}</Label>\n   <Role schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"{role}\"/>\n",
            self.label
        )
    }
}

impl Representation {
    fn put(&self, out: &mut String, index: usize, period_start: Timestamp) {
        let kind = if self.kind == MediaKind::Audio { "audio" } else { "video" };
        let language = self.language.map(|language| format!(" lang=\"{language}\"")).unwrap_or_default();
        let choice = self.choice.as_ref().map(Choice::elements).unwrap_or_default();
        put(
            out,
            format_args!(
                "  <AdaptationSet id=\"{index}\" contentType=\"{kind}\" mimeType=\"{kind}/mp4\" segmentAlignment=\"true\" \
                 startWithSAP=\"1\"{language}>\n{choice}   <SegmentTemplate timescale=\"{}\" presentationTimeOffset=\"{}\" \
                 startNumber=\"{}\" initialization=\"{}\" media=\"{}\">\n    <SegmentTimeline>\n",
                self.timescale,
                self.ticks(period_start),
                self.first,
                self.initialization,
                self.media,
            ),
        );
        for (start, length) in &self.segments {
            let (begin, end) = (self.ticks(*start), self.ticks(*start + *length));
            put(out, format_args!("     <S t=\"{begin}\" d=\"{}\"/>\n", end - begin));
        }
        put(
            out,
            format_args!(
                "    </SegmentTimeline>\n   </SegmentTemplate>\n   <Representation id=\"{}\" bandwidth=\"{}\"",
                self.id, self.bandwidth_bps
            ),
        );
        if let Some(codecs) = &self.codecs {
            put(out, format_args!(" codecs=\"{codecs}\""));
        }
        if let Some((width, height)) = self.resolution {
            put(out, format_args!(" width=\"{width}\" height=\"{height}\""));
        }
        match self.frame_rate_mhz {
            Some(rate) if rate % 1000 == 0 => put(out, format_args!(" frameRate=\"{}\"", rate / 1000)),
            Some(rate) => put(out, format_args!(" frameRate=\"{rate}/1000\"")),
            None => {}
        }
        if let Some(rate) = self.sampling_rate_hz {
            put(out, format_args!(" audioSamplingRate=\"{rate}\""));
        }
        out.push_str("/>\n  </AdaptationSet>\n");
    }

    /// What stands before the origin was put there by a repaired jump and is at the origin in the media too.
    fn ticks(&self, at: Timestamp) -> i64 {
        at.to_ticks(self.timescale).max(0)
    }
}

/// As XML Schema has durations, to the microsecond.
fn duration(length: Duration) -> String {
    format!("PT{}.{:06}S", length.as_secs(), length.subsec_micros())
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a String takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn representation(kind: MediaKind, hz: u32) -> Representation {
        let video = kind == MediaKind::Video;
        let name = if video { "video" } else { "audio" };
        Representation {
            id: name.to_owned(),
            kind,
            language: None,
            choice: None,
            codecs: Some(if video { "avc1.64001f" } else { "mp4a.40.2" }.to_owned()),
            bandwidth_bps: 1000,
            resolution: video.then_some((1280, 720)),
            frame_rate_mhz: video.then_some(25_000),
            sampling_rate_hz: (!video).then_some(hz),
            timescale: NonZeroU32::new(hz).unwrap(),
            initialization: format!("{name}-init-7.mp4?session=1"),
            media: format!("{name}-$Number$.m4s?session=1"),
            first: 7,
            segments: vec![
                (Timestamp::from_millis(4000), Duration::from_secs(2)),
                (Timestamp::from_millis(6000), Duration::from_millis(2040)),
            ],
        }
    }

    fn manifest() -> Manifest {
        Manifest {
            origin: "2026-11-26T08:00:00Z".into(),
            now: "2026-11-26T08:00:09Z".into(),
            location: "manifest.mpd?session=1".into(),
            update_period: Some(Duration::from_secs(2)),
            presentation_delay: Duration::from_secs(6),
            period: 7,
            period_start: Timestamp::from_millis(4000),
            representations: vec![representation(MediaKind::Video, 90_000), representation(MediaKind::Audio, 48_000)],
        }
    }

    #[test]
    fn several_sounds_are_told_apart() {
        let mut manifest = manifest();
        let mut second = manifest.representations[1].clone();
        second.id = "audio2".into();
        second.language = Language::from_tag("en");
        manifest.representations.push(second);
        for (sound, is_main) in manifest.representations[1..].iter_mut().zip([true, false]) {
            sound.choice = Some(Choice { label: sound.id.clone(), is_main });
        }
        let text = manifest.write();
        let choice = |label: &str, role: &str| {
            format!(
                "   <Label>{label}</Label>\n   <Role schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"{role}\"/>\n   <SegmentTemplate"
            )
        };
        assert!(text.contains(&choice("audio", "main")) && text.contains(&choice("audio2", "alternate")), "{text}");
        assert!(text.contains(" startWithSAP=\"1\" lang=\"en\">\n") && text.contains("<Representation id=\"audio2\""));
    }

    #[test]
    fn a_live_manifest_places_the_segments_of_each_track() {
        let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="dynamic" availabilityStartTime="2026-11-26T08:00:00Z" publishTime="2026-11-26T08:00:09Z" minimumUpdatePeriod="PT2.000000S" minBufferTime="PT2.040000S" timeShiftBufferDepth="PT4.040000S" maxSegmentDuration="PT2.040000S" suggestedPresentationDelay="PT6.000000S">
 <Location>manifest.mpd?session=1</Location>
 <Period id="7" start="PT4.000000S">
  <AdaptationSet id="0" contentType="video" mimeType="video/mp4" segmentAlignment="true" startWithSAP="1">
   <SegmentTemplate timescale="90000" presentationTimeOffset="360000" startNumber="7" initialization="video-init-7.mp4?session=1" media="video-$Number$.m4s?session=1">
    <SegmentTimeline>
     <S t="360000" d="180000"/>
     <S t="540000" d="183600"/>
    </SegmentTimeline>
   </SegmentTemplate>
   <Representation id="video" bandwidth="1000" codecs="avc1.64001f" width="1280" height="720" frameRate="25"/>
  </AdaptationSet>
  <AdaptationSet id="1" contentType="audio" mimeType="audio/mp4" segmentAlignment="true" startWithSAP="1">
   <SegmentTemplate timescale="48000" presentationTimeOffset="192000" startNumber="7" initialization="audio-init-7.mp4?session=1" media="audio-$Number$.m4s?session=1">
    <SegmentTimeline>
     <S t="192000" d="96000"/>
     <S t="288000" d="97920"/>
    </SegmentTimeline>
   </SegmentTemplate>
   <Representation id="audio" bandwidth="1000" codecs="mp4a.40.2" audioSamplingRate="48000"/>
  </AdaptationSet>
 </Period>
 <UTCTiming schemeIdUri="urn:mpeg:dash:utc:direct:2014" value="2026-11-26T08:00:09Z"/>
</MPD>
"#;
        assert_eq!(manifest().write(), expected);
    }

    #[test]
    fn a_stream_that_has_ended_says_how_long_it_was() {
        let text = Manifest { update_period: None, ..manifest() }.write();
        assert!(text.contains(" mediaPresentationDuration=\"PT8.040000S\"") && !text.contains("minimumUpdatePeriod"));
        let mut third = manifest();
        third.representations[0].frame_rate_mhz = Some(29_970);
        assert!(third.write().contains("frameRate=\"29970/1000\""));
    }
}
