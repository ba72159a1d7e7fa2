//! Playlists as a player and a strict reader of the specification see them: RFC 8216 and
//! draft-pantos-hls-rfc8216bis (sections in brackets), with Apple's rules for low latency. Written from the
//! specification, apart from the writer under test.

use std::collections::BTreeMap;

/// One segment of a playlist, complete or in progress.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Segment {
    /// Seconds; `None` while it is in progress.
    pub duration: Option<f64>,
    /// Relative to the playlist; empty while it is in progress.
    pub uri: String,
    /// Seconds, URI, independence.
    pub parts: Vec<(f64, String, bool)>,
    /// What decodes it.
    pub map: Option<String>,
    /// Whether what decodes it is encrypted as well [4.4.4.4].
    pub map_is_encrypted: bool,
    /// URI of its key and the initialisation vector in hexadecimal digits, if it is encrypted.
    pub key: Option<(String, String)>,
}

/// A media playlist.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Playlist {
    /// `EXT-X-TARGETDURATION`.
    pub target_s: u64,
    /// `EXT-X-MEDIA-SEQUENCE`.
    pub media_sequence: u64,
    /// `PART-TARGET`.
    pub part_target: Option<f64>,
    /// `PART-HOLD-BACK`.
    pub part_hold_back: Option<f64>,
    /// `CAN-SKIP-UNTIL`.
    pub can_skip_until: Option<f64>,
    /// `CAN-BLOCK-RELOAD=YES`.
    pub can_block: bool,
    /// Complete segments, then the one in progress if it has parts.
    pub segments: Vec<Segment>,
    /// URI of the next part.
    pub preload_hint: Option<String>,
    /// Other playlists with the newest segment and part of each.
    pub reports: Vec<(String, u64, u64)>,
    /// `EXT-X-ENDLIST`.
    pub ended: bool,
}

/// Attributes of a tag [4.2]: names with values without their quotes.
fn attributes(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest = text;
    while let Some((name, tail)) = rest.split_once('=') {
        let (value, tail) = if let Some(quoted) = tail.strip_prefix('"') {
            let (value, tail) = quoted.split_once('"').expect("a closing quote");
            (value, tail.strip_prefix(',').unwrap_or(tail))
        } else {
            tail.split_once(',').unwrap_or((tail, ""))
        };
        assert!(found.insert(name.to_owned(), value.to_owned()).is_none(), "{name} stands twice in {text}");
        rest = tail;
    }
    found
}

impl Playlist {
    /// Reads a playlist; panics where it breaks the grammar.
    pub fn parse(text: &str) -> Self {
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("#EXTM3U"), "[4.4.1.1]");
        let mut playlist = Self::default();
        let mut current = Segment::default();
        let (mut map, mut map_is_encrypted) = (None, false);
        let mut key = None;
        for line in lines {
            let (tag, value) = line.split_once(':').unwrap_or((line, ""));
            match tag {
                "#EXT-X-TARGETDURATION" => playlist.target_s = value.parse().unwrap(),
                "#EXT-X-MEDIA-SEQUENCE" => playlist.media_sequence = value.parse().unwrap(),
                "#EXT-X-SERVER-CONTROL" => {
                    let control = attributes(value);
                    let number = |name: &str| control.get(name).map(|text| text.parse().unwrap());
                    playlist.can_block = control.get("CAN-BLOCK-RELOAD").is_some_and(|value| value == "YES");
                    playlist.part_hold_back = number("PART-HOLD-BACK");
                    playlist.can_skip_until = number("CAN-SKIP-UNTIL");
                }
                "#EXT-X-PART-INF" => playlist.part_target = Some(attributes(value)["PART-TARGET"].parse().unwrap()),
                "#EXT-X-MAP" => {
                    map = Some(attributes(value)["URI"].clone());
                    map_is_encrypted = key.is_some();
                }
                "#EXT-X-KEY" => {
                    let named = attributes(value);
                    key = (named["METHOD"] != "NONE").then(|| {
                        assert_eq!(named["METHOD"], "AES-128", "[4.4.4.4]");
                        let vector = named["IV"].strip_prefix("0x").expect("hexadecimal digits [4.2]").to_owned();
                        (named["URI"].clone(), vector)
                    });
                }
                "#EXT-X-PART" => {
                    let part = attributes(value);
                    let independent = part.get("INDEPENDENT").is_some_and(|value| value == "YES");
                    current.parts.push((part["DURATION"].parse().unwrap(), part["URI"].clone(), independent));
                    current.map.clone_from(&map);
                }
                "#EXTINF" => current.duration = Some(value.split(',').next().unwrap().parse().unwrap()),
                "#EXT-X-PRELOAD-HINT" => playlist.preload_hint = Some(attributes(value)["URI"].clone()),
                "#EXT-X-RENDITION-REPORT" => {
                    let report = attributes(value);
                    let number = |name: &str| report[name].parse().unwrap();
                    playlist.reports.push((report["URI"].clone(), number("LAST-MSN"), number("LAST-PART")));
                }
                "#EXT-X-ENDLIST" => playlist.ended = true,
                _ if line.starts_with('#') => {}
                _ => {
                    assert!(current.duration.is_some(), "a URI without EXTINF [4.4.4.1]: {line}");
                    line.clone_into(&mut current.uri);
                    current.map.clone_from(&map);
                    current.map_is_encrypted = map_is_encrypted;
                    current.key.clone_from(&key);
                    playlist.segments.push(std::mem::take(&mut current));
                }
            }
        }
        if !current.parts.is_empty() {
            playlist.segments.push(current);
        }
        playlist
    }

    /// Panics at the first broken rule.
    pub fn validate(&self, low_latency: bool) {
        let complete: Vec<&Segment> = self.segments.iter().filter(|segment| segment.duration.is_some()).collect();
        for segment in &complete {
            let duration = segment.duration.unwrap();
            assert!(duration.round() <= self.target_s as f64, "[4.4.3.1] {segment:?} in {self:?}");
        }
        if !low_latency {
            return;
        }
        let target = self.part_target.expect("[4.4.3.7] parts need their target");
        assert!(self.can_block, "[B.1] blocking reload");
        let hold_back = self.part_hold_back.expect("[4.4.3.8] parts need PART-HOLD-BACK");
        assert!(hold_back >= target * 3.0 - 1e-6, "[4.4.3.8] at least three part targets");
        assert!(self.can_skip_until.unwrap() >= 6.0 * self.target_s as f64, "[4.4.3.8] six target durations");
        assert!(self.ended != self.preload_hint.is_some(), "[B.1] a hint for the next part");
        for segment in self.segments.iter().filter(|segment| !segment.parts.is_empty()) {
            assert!(segment.map.is_some(), "[3.1.2] fragmented MP4 needs EXT-X-MAP");
            let last = segment.parts.len() - 1;
            for (index, (duration, uri, _)) in segment.parts.iter().enumerate() {
                assert!(*duration <= target + 1e-6, "[4.4.4.9] {uri} is longer than {target}: {segment:?}");
                let whole = index < last || segment.duration.is_none();
                assert!(!whole || *duration >= target * 0.85, "[4.4.4.9] {uri} of {duration} is short for {target}");
            }
            assert!(segment.parts[0].2, "a segment begins where decoding can begin");
            if let Some(duration) = segment.duration {
                let sum: f64 = segment.parts.iter().map(|part| part.0).sum();
                assert!((sum - duration).abs() < 0.001, "[4.4.4.9] the parts are the segment: {segment:?}");
            }
        }
        let recent: f64 = complete
            .iter()
            .rev()
            .filter(|segment| !segment.parts.is_empty())
            .filter_map(|segment| segment.duration)
            .sum();
        let needed = 2.0 * self.target_s as f64;
        assert!(recent >= needed || complete.len() < 3, "[4.4.4.9] parts of the last segments are listed: {self:?}");
    }

    /// Segment and part that come next.
    pub fn next_part(&self) -> (u64, u64) {
        match self.segments.last() {
            Some(last) if last.duration.is_none() => {
                (self.media_sequence + self.segments.len() as u64 - 1, last.parts.len() as u64)
            }
            _ => (self.media_sequence + self.segments.len() as u64, 0),
        }
    }

    /// Whether a part, or the segment that it became part of, is in the playlist.
    pub fn has(&self, segment: u64, part: u64) -> bool {
        self.next_part() > (segment, part)
    }

    /// Every URI in it but the hint.
    pub fn uris(&self) -> Vec<String> {
        let pieces = self.segments.iter().flat_map(|segment| {
            let parts = segment.parts.iter().map(|part| part.1.clone());
            parts.chain(segment.map.clone()).chain(segment.duration.map(|_| segment.uri.clone()))
        });
        pieces.collect()
    }
}

/// The sounds of a multivariant playlist.
#[derive(Clone, Debug, PartialEq)]
pub struct Sound {
    /// `NAME`.
    pub name: String,
    /// `LANGUAGE`.
    pub language: Option<String>,
    /// `DEFAULT=YES`.
    pub default: bool,
    /// Of its playlist.
    pub uri: Option<String>,
}

/// A multivariant playlist with one variant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Multivariant {
    /// Of the variant's playlist.
    pub uri: String,
    /// `CODECS` of the variant.
    pub codecs: Vec<String>,
    /// In their order.
    pub sounds: Vec<Sound>,
}

impl Multivariant {
    /// Reads a playlist; panics where it breaks a rule.
    pub fn parse(text: &str) -> Self {
        let mut read = Self::default();
        let mut group = None;
        let mut chosen = Vec::new();
        for line in text.lines() {
            match line.split_once(':') {
                Some(("#EXT-X-MEDIA", value)) => {
                    let media = attributes(value);
                    assert_eq!(media["TYPE"], "AUDIO");
                    assert_eq!(*group.get_or_insert(media["GROUP-ID"].clone()), media["GROUP-ID"], "one group");
                    let is = |name: &str| media.get(name).is_some_and(|value| value == "YES");
                    let language = media.get("LANGUAGE").cloned();
                    assert!(!is("DEFAULT") || is("AUTOSELECT"), "[4.4.6.1] what is the default may be chosen");
                    if is("AUTOSELECT") {
                        assert!(!chosen.contains(&language), "[4.4.6.1.1] what may be chosen differs: {text}");
                        chosen.push(language.clone());
                    }
                    let name = media["NAME"].clone();
                    assert!(read.sounds.iter().all(|other| other.name != name), "[4.4.6.1.1] names differ: {text}");
                    let uri = media.get("URI").cloned();
                    read.sounds.push(Sound { name, language, default: is("DEFAULT"), uri });
                }
                Some(("#EXT-X-STREAM-INF", value)) => {
                    let variant = attributes(value);
                    assert_eq!(variant.get("AUDIO"), group.as_ref(), "[4.4.6.2] the group is there");
                    assert!(variant["BANDWIDTH"].parse::<u64>().unwrap() > 0);
                    read.codecs = variant["CODECS"].split(',').map(str::to_owned).collect();
                }
                _ if !line.starts_with('#') => {
                    assert!(read.uri.is_empty(), "one variant");
                    line.clone_into(&mut read.uri);
                }
                _ => {}
            }
        }
        assert!(read.sounds.iter().filter(|sound| sound.default).count() <= 1, "[4.4.6.1.1] one default");
        read
    }
}

/// What may change between two versions of a playlist [6.2.1]; panics at the first broken rule.
pub fn validate_reload(old: &Playlist, new: &Playlist) {
    assert!(new.media_sequence >= old.media_sequence, "[6.2.2] numbers only grow");
    assert_eq!(new.target_s, old.target_s, "[6.2.1] the target duration stays");
    for (index, before) in old.segments.iter().enumerate() {
        let number = old.media_sequence + index as u64;
        let Some(at) = number.checked_sub(new.media_sequence) else { continue };
        let Some(after) = new.segments.get(usize::try_from(at).unwrap()) else {
            panic!("[6.2.1] segment {number} vanished from the end");
        };
        if before.duration.is_some() {
            assert_eq!(
                (&before.uri, before.duration),
                (&after.uri, after.duration),
                "[6.2.1] segment {number} changed"
            );
        }
        for (one, other) in before.parts.iter().zip(&after.parts) {
            assert_eq!(one, other, "[6.2.1] a part of {number} changed");
        }
    }
}
