//! `moof`: the samples of one fragment (ISO/IEC 14496-12 §8.8).

use bytes::Bytes;

use super::Mp4Error;
use super::boxes::{Fields, child, children};
use super::movie::{Defaults, Track};
use super::sample_table::Sample;

/// Samples of one fragment of a file; an hour of 60 fps video with sound has fewer.
pub(crate) const MAX_FILE_SAMPLES: usize = 500_000;

/// Gives each sample of a fragment with its track's position. `moof_offset` is where the fragment begins in
/// the file, `next_dts` holds where each track's time line stands, for fragments without `tfdt`. More than `limit`
/// samples are an error.
pub(crate) fn samples(
    moof: &Bytes,
    moof_offset: u64,
    tracks: &[Track],
    next_dts: &mut [i64],
    limit: usize,
    mut each: impl FnMut(usize, Sample),
) -> Result<(), Mp4Error> {
    let mut left = limit;
    for (kind, traf) in children(moof) {
        if &kind != b"traf" {
            continue;
        }
        let header = Header::parse(&child(&traf, b"tfhd").ok_or(Mp4Error::Malformed("tfhd"))?, moof_offset)?;
        let Some(index) = tracks.iter().position(|track| track.number == header.track) else {
            continue;
        };
        let defaults = header.defaults(tracks[index].defaults);
        if let Some(time) = child(&traf, b"tfdt") {
            let (version, _, mut fields) = Fields::full(&time, "tfdt")?;
            next_dts[index] = fields.sized(version)?.cast_signed();
        }
        let mut position = header.base;
        for (kind, trun) in children(&traf) {
            if &kind == b"trun" {
                let run = Run { base: header.base, defaults };
                run.samples(&trun, &mut position, &mut next_dts[index], &mut left, |sample| each(index, sample))?;
            }
        }
    }
    Ok(())
}

/// `tfhd`.
struct Header {
    track: u32,
    base: u64,
    duration: Option<u32>,
    size: Option<u32>,
    flags: Option<u32>,
}

impl Header {
    fn parse(tfhd: &Bytes, moof_offset: u64) -> Result<Self, Mp4Error> {
        let (_, present, mut fields) = Fields::full(tfhd, "tfhd")?;
        let track = fields.u32()?;
        // Without a base, offsets count from the fragment; so they do with default-base-is-moof.
        let base = if present & 1 != 0 { fields.u64()? } else { moof_offset };
        if present & 2 != 0 {
            fields.skip(4)?;
        }
        let mut optional = |bit: u32| (present & bit != 0).then(|| fields.u32()).transpose();
        Ok(Self { track, base, duration: optional(8)?, size: optional(0x10)?, flags: optional(0x20)? })
    }

    fn defaults(&self, track: Defaults) -> Defaults {
        Defaults {
            duration: self.duration.unwrap_or(track.duration),
            size: self.size.unwrap_or(track.size),
            flags: self.flags.unwrap_or(track.flags),
        }
    }
}

/// `trun`.
struct Run {
    base: u64,
    defaults: Defaults,
}

impl Run {
    fn samples(
        &self,
        trun: &Bytes,
        position: &mut u64,
        dts: &mut i64,
        left: &mut usize,
        mut each: impl FnMut(Sample),
    ) -> Result<(), Mp4Error> {
        const IS_NON_SYNC: u32 = 0x1_0000;
        let (_, present, mut fields) = Fields::full(trun, "trun")?;
        let count = fields.u32()?;
        if present & 1 != 0 {
            let offset = i64::from(fields.i32()?);
            *position = self.base.checked_add_signed(offset).ok_or(Mp4Error::Malformed("trun"))?;
        }
        let mut first_flags = (present & 4 != 0).then(|| fields.u32()).transpose()?;
        for _ in 0..count {
            *left = left.checked_sub(1).ok_or(Mp4Error::TooLarge("fragment"))?;
            let mut optional = |bit: u32, default: u32| {
                if present & bit != 0 { fields.u32() } else { Ok(default) }
            };
            let duration = optional(0x100, self.defaults.duration)?;
            let size = optional(0x200, self.defaults.size)?;
            let flags = optional(0x400, first_flags.take().unwrap_or(self.defaults.flags))?;
            let composition = optional(0x800, 0)?.cast_signed();
            each(Sample { offset: *position, size, dts: *dts, composition, key: flags & IS_NON_SYNC == 0 });
            *position = position.checked_add(u64::from(size)).ok_or(Mp4Error::Malformed("trun"))?;
            *dts = dts.saturating_add(i64::from(duration));
        }
        Ok(())
    }
}
