//! `moov`: the tracks of a file.

use bytes::Bytes;
use media::bitstream::nal;
use media::{AccessUnit, CodecConfig, MediaKind, MediaTime, TrackConfig, TrackId};
use std::num::NonZeroU32;

use super::Mp4Error;
use super::boxes::{Fields, child, children, descendant};
use super::sample_table::{Sample, SampleTable};
use super::{language, sample_entry};

/// Tracks of one file that are read; the others are left out.
const MAX_TRACKS: usize = 16;

/// What a file says about itself.
#[derive(Debug)]
pub(crate) struct Movie {
    pub(crate) tracks: Vec<Track>,
    /// Whether samples are in fragments.
    pub(crate) fragmented: bool,
}

/// One video or audio track.
#[derive(Debug)]
pub(crate) struct Track {
    pub(crate) config: TrackConfig,
    /// `track_ID`.
    pub(crate) number: u32,
    /// Size of the samples' length fields, for H.264 and H.265.
    pub(crate) length_size: Option<u8>,
    /// What the edit list adds to every time stamp, in ticks.
    pub(crate) shift: i64,
    pub(crate) samples: SampleTable,
    pub(crate) defaults: Defaults,
}

impl Track {
    /// A sample with its content.
    pub(crate) fn unit(&self, sample: &Sample, payload: Bytes) -> AccessUnit {
        let dts = self.dts(sample);
        let clock_hz = self.config.clock_hz;
        AccessUnit {
            track: self.config.id,
            pts: MediaTime::new(dts.saturating_add(i64::from(sample.composition)), clock_hz),
            dts: Some(MediaTime::new(dts, clock_hz)),
            key: sample.key,
            payload: match self.length_size {
                Some(size) => nal::canonical_lengths(payload, size),
                None => payload,
            },
            capture_utc: None,
        }
    }

    /// When a sample is decoded, in ticks.
    pub(crate) const fn dts(&self, sample: &Sample) -> i64 {
        sample.dts.saturating_add(self.shift)
    }
}

/// Defaults for the samples of fragments (`trex`, `tfhd`).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Defaults {
    pub(crate) duration: u32,
    pub(crate) size: u32,
    pub(crate) flags: u32,
}

impl Movie {
    pub(crate) fn parse(moov: &Bytes) -> Result<Self, Mp4Error> {
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
    fields.sized(version)?;
    let language = language::unpacked(fields.u16()?);

    let stbl = required(&[b"mdia", b"minf", b"stbl"], "stbl")?;
    let stsd = child(&stbl, b"stsd").ok_or(Mp4Error::Malformed("stsd"))?;
    let (codec, length_size): (CodecConfig, _) = sample_entry::parse(&stsd, kind)?;
    let edits = descendant(trak, &[b"edts", b"elst"]);
    let shift = edits.map_or(Ok(0), |edits| edit_shift(&edits, clock_hz, movie_timescale))?;
    Ok(Some(Track {
        config: TrackConfig::new(id, clock_hz, codec).in_language(language),
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
            let (clock, movie_clock) = (u128::from(clock_hz.get()), u128::from(movie_timescale));
            let ticks = (u128::from(duration) * clock + movie_clock / 2) / movie_clock;
            delay = delay.saturating_add(i64::try_from(ticks).unwrap_or(i64::MAX));
        }
    }
    Ok(delay)
}
