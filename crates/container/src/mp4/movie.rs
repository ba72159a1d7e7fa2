//! `moov`: the tracks of a file.

use bytes::Bytes;
use media::{CodecConfig, MediaKind, TrackConfig, TrackId};
use std::num::NonZeroU32;

use super::Mp4Error;
use super::boxes::{Fields, child, children, descendant};
use super::sample_entry;
use super::sample_table::SampleTable;

/// Tracks of one file that are read; the others are left out.
const MAX_TRACKS: usize = 16;

/// What a file says about itself.
#[derive(Debug)]
pub(super) struct Movie {
    pub(super) tracks: Vec<Track>,
    /// Whether samples are in fragments.
    pub(super) fragmented: bool,
}

/// One video or audio track.
#[derive(Debug)]
pub(super) struct Track {
    pub(super) config: TrackConfig,
    /// `track_ID`.
    pub(super) number: u32,
    /// Size of the samples' length fields, for H.264 and H.265.
    pub(super) length_size: Option<u8>,
    /// What the edit list adds to every time stamp, in ticks.
    pub(super) shift: i64,
    pub(super) samples: SampleTable,
    pub(super) defaults: Defaults,
}

/// Defaults for the samples of fragments (`trex`, `tfhd`).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Defaults {
    pub(super) duration: u32,
    pub(super) size: u32,
    pub(super) flags: u32,
}

impl Movie {
    pub(super) fn parse(moov: &Bytes) -> Result<Self, Mp4Error> {
        let movie_timescale = match child(moov, b"mvhd") {
            Some(header) => {
                let (version, _, mut fields) = Fields::full(&header, "mvhd")?;
                fields.skip(if version == 1 { 16 } else { 8 })?;
                fields.u32()?
            }
            None => 0,
        };
        let mut tracks = Vec::new();
        for (kind, content) in children(moov) {
            if &kind == b"trak" && tracks.len() < MAX_TRACKS {
                let id = TrackId(u8::try_from(tracks.len()).expect("16 tracks at most"));
                tracks.extend(parse_track(&content, id, movie_timescale)?);
            }
        }
        let extends = child(moov, b"mvex");
        for (kind, content) in extends.iter().flat_map(children) {
            if &kind == b"trex" {
                let (_, _, mut fields) = Fields::full(&content, "trex")?;
                let number = fields.u32()?;
                fields.skip(4)?;
                let defaults = Defaults { duration: fields.u32()?, size: fields.u32()?, flags: fields.u32()? };
                for track in tracks.iter_mut().filter(|track| track.number == number) {
                    track.defaults = defaults;
                }
            }
        }
        Ok(Self { tracks, fragmented: extends.is_some() })
    }
}

/// `None` for tracks that are neither seen nor heard.
fn parse_track(trak: &Bytes, id: TrackId, movie_timescale: u32) -> Result<Option<Track>, Mp4Error> {
    let required = |path: &[&[u8; 4]], what| descendant(trak, path).ok_or(Mp4Error::Malformed(what));
    let handler = required(&[b"mdia", b"hdlr"], "hdlr")?;
    let kind = match handler.get(8..12) {
        Some(b"vide") => MediaKind::Video,
        Some(b"soun") => MediaKind::Audio,
        _ => return Ok(None),
    };
    let header = required(&[b"tkhd"], "tkhd")?;
    let (version, _, mut fields) = Fields::full(&header, "tkhd")?;
    fields.skip(if version == 1 { 16 } else { 8 })?;
    let number = fields.u32()?;

    let header = required(&[b"mdia", b"mdhd"], "mdhd")?;
    let (version, _, mut fields) = Fields::full(&header, "mdhd")?;
    fields.skip(if version == 1 { 16 } else { 8 })?;
    let clock_hz = NonZeroU32::new(fields.u32()?).ok_or(Mp4Error::Malformed("mdhd"))?;

    let stbl = required(&[b"mdia", b"minf", b"stbl"], "stbl")?;
    let stsd = child(&stbl, b"stsd").ok_or(Mp4Error::Malformed("stsd"))?;
    let (codec, length_size): (CodecConfig, _) = sample_entry::parse(&stsd, kind)?;
    let edits = descendant(trak, &[b"edts", b"elst"]);
    let shift = edits.map_or(Ok(0), |edits| edit_shift(&edits, clock_hz, movie_timescale))?;
    Ok(Some(Track {
        config: TrackConfig::new(id, clock_hz, codec),
        number,
        length_size,
        shift,
        samples: SampleTable::parse(&stbl)?,
        defaults: Defaults::default(),
    }))
}

/// What leading empty edits and the start of the first real one (§8.6.6) add to media time. Later edits,
/// which cut pieces out, are not followed.
fn edit_shift(elst: &Bytes, clock_hz: NonZeroU32, movie_timescale: u32) -> Result<i64, Mp4Error> {
    let (version, _, mut fields) = Fields::full(elst, "elst")?;
    let count = fields.u32()?;
    let mut delay = 0i64;
    for _ in 0..count {
        let duration = fields.sized(version)?;
        let start = if version == 1 { fields.u64()?.cast_signed() } else { i64::from(fields.i32()?) };
        fields.skip(4)?;
        if start >= 0 {
            return Ok(delay.saturating_sub(start));
        }
        if movie_timescale > 0 {
            let ticks = u128::from(duration) * u128::from(clock_hz.get()) / u128::from(movie_timescale);
            delay = delay.saturating_add(i64::try_from(ticks).unwrap_or(i64::MAX));
        }
    }
    Ok(delay)
}
