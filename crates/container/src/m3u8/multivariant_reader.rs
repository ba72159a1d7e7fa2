//! Reading multivariant playlists (RFC 8216 §4.3.4).

use super::lines::Tag;
use super::reader::Line;
use super::{MAX_ENTRIES, PlaylistError};

/// The forms that a stream comes in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Multivariant {
    /// In the order of the playlist, which is the author's preference.
    pub variants: Vec<VariantStream>,
    /// Sound, pictures and texts that variants refer to by their group.
    pub renditions: Vec<Rendition>,
    /// Every segment can be decoded alone.
    pub independent_segments: bool,
}

/// One form of the stream (§4.3.4.2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VariantStream {
    /// URI of its media playlist, relative to the multivariant playlist.
    pub uri: String,
    /// Peak bit rate.
    pub bandwidth_bps: u64,
    /// Average bit rate.
    pub average_bandwidth_bps: Option<u64>,
    /// RFC 6381.
    pub codecs: Option<String>,
    /// Width and height.
    pub resolution: Option<(u32, u32)>,
    /// Pictures per second.
    pub frame_rate: Option<f64>,
    /// Group of its sound.
    pub audio: Option<String>,
}

/// An alternative piece of the stream (§4.3.4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendition {
    /// What it is.
    pub kind: RenditionKind,
    /// The name by which variants refer to it.
    pub group: String,
    /// For people.
    pub name: String,
    /// RFC 5646.
    pub language: Option<String>,
    /// URI of its media playlist; `None` when it is in the variant's own segments.
    pub uri: Option<String>,
    /// To be played when nobody chose another.
    pub default: bool,
}

/// What a rendition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum RenditionKind {
    Audio,
    Video,
    Subtitles,
    ClosedCaptions,
}

impl Multivariant {
    /// The sounds that a variant may be heard with: its group, the default one first.
    pub fn sounds_of(&self, variant: &VariantStream) -> Vec<&Rendition> {
        let Some(group) = variant.audio.as_deref() else { return Vec::new() };
        let of_group = |it: &&Rendition| it.kind == RenditionKind::Audio && it.group == group;
        let mut sounds: Vec<_> = self.renditions.iter().filter(of_group).collect();
        sounds.sort_by_key(|it| !it.default);
        sounds
    }
}

pub(super) fn read(lines: &[Line<'_>]) -> Result<Multivariant, PlaylistError> {
    let mut playlist = Multivariant::default();
    let mut pending: Option<(VariantStream, Tag<'_>)> = None;
    for line in lines {
        match line {
            Line::Uri(_, uri) => {
                if let Some((mut variant, _)) = pending.take() {
                    variant.uri = (*uri).to_owned();
                    playlist.variants.push(variant);
                }
            }
            Line::Tag(tag) => match tag.name {
                "#EXT-X-STREAM-INF" => pending = Some((variant(tag)?, *tag)),
                "#EXT-X-MEDIA" => playlist.renditions.extend(rendition(tag)?),
                "#EXT-X-INDEPENDENT-SEGMENTS" => playlist.independent_segments = true,
                "#EXT-X-DEFINE" => return Err(PlaylistError::Unsupported { line: tag.line, tag: tag.name }),
                _ => {}
            },
        }
        if playlist.variants.len() + playlist.renditions.len() > MAX_ENTRIES {
            return Err(PlaylistError::TooManyEntries);
        }
    }
    match pending {
        Some((_, tag)) => Err(PlaylistError::NoUri { line: tag.line, tag: tag.name }),
        None if playlist.variants.is_empty() => Err(PlaylistError::Empty),
        None => Ok(playlist),
    }
}

fn variant(tag: &Tag<'_>) -> Result<VariantStream, PlaylistError> {
    let attributes = tag.attributes()?;
    Ok(VariantStream {
        uri: String::new(),
        // Tolerance: a missing BANDWIDTH, which violates §4.3.4.2 (no server recorded).
        bandwidth_bps: attributes.number("BANDWIDTH")?.unwrap_or(0),
        average_bandwidth_bps: attributes.number("AVERAGE-BANDWIDTH")?,
        codecs: attributes.owned("CODECS"),
        resolution: attributes.read("RESOLUTION", |value| {
            let (width, height) = value.split_once(['x', 'X'])?;
            Some((width.parse().ok()?, height.parse().ok()?))
        })?,
        frame_rate: attributes
            .read("FRAME-RATE", |value| value.parse().ok().filter(|rate: &f64| rate.is_finite() && *rate >= 0.0))?,
        audio: attributes.owned("AUDIO"),
    })
}

/// `None` for kinds that we do not know.
fn rendition(tag: &Tag<'_>) -> Result<Option<Rendition>, PlaylistError> {
    let attributes = tag.attributes()?;
    let kind = match attributes.required("TYPE")? {
        "AUDIO" => RenditionKind::Audio,
        "VIDEO" => RenditionKind::Video,
        "SUBTITLES" => RenditionKind::Subtitles,
        "CLOSED-CAPTIONS" => RenditionKind::ClosedCaptions,
        _ => return Ok(None),
    };
    Ok(Some(Rendition {
        kind,
        group: attributes.required("GROUP-ID")?.to_owned(),
        name: attributes.owned("NAME").unwrap_or_default(),
        language: attributes.owned("LANGUAGE"),
        uri: attributes.owned("URI"),
        default: attributes.flag("DEFAULT"),
    }))
}
