//! Reading media playlists (RFC 8216 §4.3.2, §4.3.3, and its successor §4.4.3, §4.4.4).

use std::sync::Arc;
use std::time::Duration;

use super::lines::{Tag, seconds};
use super::media::{ByteRange, Key, KeyMethod, Map, Media, MediaPart, MediaSegment, PreloadHint, ServerControl};
use super::reader::Line;
use super::{MAX_ENTRIES, PlaylistError};

pub(super) fn read(lines: &[Line<'_>]) -> Result<Media, PlaylistError> {
    let mut reader = Reader::default();
    for line in lines {
        match line {
            Line::Uri(line, uri) => reader.uri(*line, uri)?,
            Line::Tag(tag) => reader.tag(tag)?,
        }
        if reader.entries > MAX_ENTRIES {
            return Err(PlaylistError::TooManyEntries);
        }
    }
    reader.finish()
}

/// What holds for the segment to come.
#[derive(Default)]
struct Reader<'a> {
    playlist: Media,
    target: Option<u64>,
    /// Segments and parts.
    entries: usize,
    /// `EXTINF`.
    duration: Option<(Duration, Tag<'a>)>,
    next: MediaSegment,
    range: Option<(Tag<'a>, RangeText)>,
    keyed: bool,
    mapped: bool,
    /// Where the last byte range of a segment, and of a part, ended in which resource.
    last_range: Option<(String, u64)>,
    last_part_range: Option<(String, u64)>,
}

/// A byte range as written: length, and offset unless it follows the one before.
type RangeText = (u64, Option<u64>);

impl<'a> Reader<'a> {
    fn tag(&mut self, tag: &Tag<'a>) -> Result<(), PlaylistError> {
        let playlist = &mut self.playlist;
        match tag.name {
            "#EXTINF" => {
                let duration = tag.value.split(',').next().and_then(seconds).ok_or(tag.bad())?;
                self.duration = Some((duration, *tag));
            }
            "#EXT-X-TARGETDURATION" => {
                // Tolerance: a fraction, which §4.3.3.1 does not allow; it is rounded up.
                let target = seconds(tag.value).ok_or(tag.bad())?;
                self.target = Some(target.as_secs() + u64::from(target.subsec_nanos() > 0));
            }
            "#EXT-X-MEDIA-SEQUENCE" => playlist.media_sequence = tag.number()?,
            "#EXT-X-DISCONTINUITY-SEQUENCE" => playlist.discontinuity_sequence = tag.number()?,
            "#EXT-X-DISCONTINUITY" => self.next.discontinuity = true,
            "#EXT-X-GAP" => self.next.gap = true,
            "#EXT-X-ENDLIST" => playlist.ended = true,
            "#EXT-X-INDEPENDENT-SEGMENTS" => playlist.independent_segments = true,
            "#EXT-X-PROGRAM-DATE-TIME" => self.next.date_time = Some(tag.value.to_owned()),
            "#EXT-X-BYTERANGE" => self.range = Some((*tag, range_text(tag.value).ok_or(tag.bad())?)),
            "#EXT-X-KEY" => (self.next.key, self.keyed) = (key(tag)?.map(Arc::new), true),
            "#EXT-X-MAP" => (self.next.map, self.mapped) = (Some(Arc::new(map(tag)?)), true),
            "#EXT-X-PART" => self.part(tag)?,
            "#EXT-X-PART-INF" => playlist.part_target = Some(tag.attributes()?.required_duration("PART-TARGET")?),
            "#EXT-X-SERVER-CONTROL" => playlist.control = control(tag)?,
            "#EXT-X-PRELOAD-HINT" => {
                self.entries += 1;
                playlist.preload_hints.extend(preload_hint(tag)?);
            }
            "#EXT-X-SKIP" => {
                let skipped = tag.attributes()?.number("SKIPPED-SEGMENTS")?;
                playlist.skipped = skipped.ok_or(tag.bad_attribute("SKIPPED-SEGMENTS"))?;
            }
            "#EXT-X-DEFINE" => return Err(PlaylistError::Unsupported { line: tag.line, tag: tag.name }),
            _ => {}
        }
        Ok(())
    }

    /// Tolerance: a URI without `EXTINF`, which violates §4.3.2.1, is passed over.
    fn uri(&mut self, line: usize, uri: &str) -> Result<(), PlaylistError> {
        let range = self.range.take();
        let Some((duration, _)) = self.duration.take() else { return Ok(()) };
        self.entries += 1;
        let range = range.map(|(_, text)| follow(&mut self.last_range, uri, text, line)).transpose()?;
        let playlist = &mut self.playlist;
        playlist.unkeyed += usize::from(!self.keyed);
        playlist.unmapped += usize::from(!self.mapped);
        // Key and map hold until they are changed; everything else is for one segment.
        let (key, map) = (self.next.key.clone(), self.next.map.clone());
        let mut segment = std::mem::replace(&mut self.next, MediaSegment { key, map, ..MediaSegment::default() });
        (segment.duration, segment.uri, segment.range) = (duration, uri.to_owned(), range);
        playlist.segments.push(segment);
        Ok(())
    }

    fn part(&mut self, tag: &Tag<'_>) -> Result<(), PlaylistError> {
        self.entries += 1;
        let attributes = tag.attributes()?;
        let uri = attributes.required("URI")?.to_owned();
        let range = attributes.read("BYTERANGE", range_text)?;
        let range = range.map(|text| follow(&mut self.last_part_range, &uri, text, tag.line)).transpose()?;
        self.next.parts.push(MediaPart {
            duration: attributes.required_duration("DURATION")?,
            uri,
            range,
            independent: attributes.flag("INDEPENDENT"),
            gap: attributes.flag("GAP"),
        });
        Ok(())
    }

    fn finish(mut self) -> Result<Media, PlaylistError> {
        if let Some((_, tag)) = self.duration {
            return Err(PlaylistError::NoUri { line: tag.line, tag: tag.name });
        }
        let playlist = &mut self.playlist;
        playlist.pending = self.next;
        playlist.number();
        if playlist.skipped > 0 {
            playlist.unkeyed += usize::from(!self.keyed);
            playlist.unmapped += usize::from(!self.mapped);
        } else {
            (playlist.unkeyed, playlist.unmapped) = (0, 0);
        }
        // Tolerance: a missing EXT-X-TARGETDURATION, which §4.3.3.1 requires: the longest segment says it.
        let longest = playlist.segments.iter().map(|segment| segment.duration).max().unwrap_or_default();
        let target_s = self.target.unwrap_or(longest.as_secs() + u64::from(longest.subsec_nanos() > 0));
        playlist.target_duration = Duration::from_secs(target_s);
        Ok(self.playlist)
    }
}

/// A range without an offset begins where the one before it ended.
fn follow(
    last: &mut Option<(String, u64)>,
    uri: &str,
    (length, offset): RangeText,
    line: usize,
) -> Result<ByteRange, PlaylistError> {
    let continued = last.as_ref().filter(|(known, _)| known == uri).map(|(_, end)| *end);
    let offset = offset.or(continued).ok_or(PlaylistError::RangeWithoutStart { line })?;
    let range = ByteRange { offset, length };
    *last = Some((uri.to_owned(), range.end()));
    Ok(range)
}

/// `n[@o]` (§4.3.2.2).
fn range_text(text: &str) -> Option<RangeText> {
    match text.split_once('@') {
        Some((length, offset)) => Some((length.trim().parse().ok()?, Some(offset.trim().parse().ok()?))),
        None => Some((text.trim().parse().ok()?, None)),
    }
}

fn key(tag: &Tag<'_>) -> Result<Option<Key>, PlaylistError> {
    let attributes = tag.attributes()?;
    let method = match attributes.required("METHOD")? {
        "NONE" => return Ok(None),
        "AES-128" => KeyMethod::Aes128,
        other => KeyMethod::Other(other.into()),
    };
    let uri = match method {
        KeyMethod::Aes128 => attributes.required("URI")?.to_owned(),
        KeyMethod::Other(_) => attributes.owned("URI").unwrap_or_default(),
    };
    Ok(Some(Key { method, uri, iv: attributes.read("IV", vector)?, format: attributes.owned("KEYFORMAT") }))
}

/// `0x` and up to 32 digits.
fn vector(text: &str) -> Option<[u8; 16]> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?;
    let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    hexadecimal.then(|| u128::from_str_radix(digits, 16).ok()).flatten().map(u128::to_be_bytes)
}

fn map(tag: &Tag<'_>) -> Result<Map, PlaylistError> {
    let attributes = tag.attributes()?;
    let range = attributes.read("BYTERANGE", range_text)?;
    // The successor's §4.4.4.5: without an offset it begins at 0.
    let range = range.map(|(length, offset)| ByteRange { offset: offset.unwrap_or(0), length });
    Ok(Map { uri: attributes.required("URI")?.to_owned(), range })
}

fn control(tag: &Tag<'_>) -> Result<ServerControl, PlaylistError> {
    let attributes = tag.attributes()?;
    Ok(ServerControl {
        can_block_reload: attributes.flag("CAN-BLOCK-RELOAD"),
        can_skip_until: attributes.duration("CAN-SKIP-UNTIL")?,
        hold_back: attributes.duration("HOLD-BACK")?,
        part_hold_back: attributes.duration("PART-HOLD-BACK")?,
    })
}

/// `None` for kinds that we do not know.
fn preload_hint(tag: &Tag<'_>) -> Result<Option<PreloadHint>, PlaylistError> {
    let attributes = tag.attributes()?;
    let part = match attributes.required("TYPE")? {
        "PART" => true,
        "MAP" => false,
        _ => return Ok(None),
    };
    Ok(Some(PreloadHint {
        part,
        uri: attributes.required("URI")?.to_owned(),
        offset: attributes.number("BYTERANGE-START")?.unwrap_or(0),
        length: attributes.number("BYTERANGE-LENGTH")?,
    }))
}
