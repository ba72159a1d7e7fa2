//! What is to be known of H.264 and H.265 to cut a byte stream into pictures, to configure its track, and to time
//! pictures that have no time stamp.

use bytes::Bytes;
use media::bitstream::inband::{self, Cleaned};
use media::bitstream::{h264, h265, nal};
use media::{CodecConfig, H264Config, H265Config};

use super::CLOCK_HZ;

/// Parameter sets of one kind remembered while the track has no configuration.
const MAX_PENDING_SETS: usize = 16;
/// Pictures further apart than this say nothing about how long one is shown.
const MAX_DURATION: i64 = 10 * CLOCK_HZ as i64;
/// 25 pictures per second, as long as nothing better is known.
const DEFAULT_DURATION: i64 = CLOCK_HZ as i64 / 25;

/// Which syntax a stream has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    H264,
    H265,
}

impl Syntax {
    pub(crate) fn is_slice(self, unit: &[u8]) -> bool {
        match self {
            Self::H264 => h264::nal_unit_type(unit).is_some_and(h264::is_slice),
            Self::H265 => h265::nal_unit_type(unit).is_some_and(h265::is_slice),
        }
    }

    /// Whether a unit behind a slice belongs to the next picture (H.264 §7.4.1.2.3, H.265 §7.4.2.4.4).
    pub(crate) fn begins_picture(self, unit: &[u8]) -> bool {
        match self {
            Self::H264 => {
                use h264::nal_type::{AUD, IDR, PPS, SEI, SLICE, SPS};
                match h264::nal_unit_type(unit) {
                    // first_mb_in_slice ue(v) is 0 exactly when its first bit is 1.
                    Some(SLICE | IDR) => unit.get(1).is_some_and(|byte| byte & 0x80 != 0),
                    kind => matches!(kind, Some(AUD | SPS | PPS | SEI)),
                }
            }
            Self::H265 => {
                use h265::nal_type::{AUD, PPS, SEI_PREFIX, SPS, VPS};
                match h265::nal_unit_type(unit) {
                    // first_slice_segment_in_pic_flag
                    Some(kind) if h265::is_slice(kind) => unit.get(2).is_some_and(|byte| byte & 0x80 != 0),
                    kind => matches!(kind, Some(AUD | VPS | SPS | PPS | SEI_PREFIX)),
                }
            }
        }
    }

    /// Type of a parameter set; `None` for everything else.
    pub(crate) fn set_kind(self, unit: &[u8]) -> Option<u8> {
        match self {
            Self::H264 => {
                use h264::nal_type::{PPS, SPS};
                h264::nal_unit_type(unit).filter(|kind| matches!(*kind, SPS | PPS))
            }
            Self::H265 => {
                use h265::nal_type::{PPS, SPS, VPS};
                h265::nal_unit_type(unit).filter(|kind| matches!(*kind, VPS | SPS | PPS))
            }
        }
    }
}

/// Parameter sets of a stream, until they suffice for a configuration.
#[derive(Debug)]
pub(crate) struct ParameterSets {
    syntax: Syntax,
    pending: Vec<Bytes>,
}

impl ParameterSets {
    pub(crate) const fn new(syntax: Syntax) -> Self {
        Self { syntax, pending: Vec::new() }
    }

    pub(crate) const fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// The picture without its parameter sets, and the configuration where it is new; `None` as long as there is
    /// none.
    pub(crate) fn clean(
        &mut self,
        picture: Bytes,
        current: Option<&CodecConfig>,
    ) -> Option<(Option<CodecConfig>, Cleaned)> {
        if let Some(current) = current {
            let mut cleaned = inband::clean(current, picture);
            return Some((cleaned.config.take(), cleaned));
        }
        for unit in nal::length_prefixed(&picture) {
            self.remember(unit);
        }
        let config = self.first_config()?;
        self.pending.clear();
        let cleaned = inband::clean(&config, picture);
        Some((Some(config), cleaned))
    }

    /// A parameter set: the newest come last.
    fn remember(&mut self, unit: &[u8]) {
        let kind = self.syntax.set_kind(unit);
        let known = || self.pending.iter().any(|known| known == unit);
        if kind.is_none() || unit.len() > h264::MAX_PARAMETER_SET_LEN || known() {
            return;
        }
        if self.pending.iter().filter(|known| self.syntax.set_kind(known) == kind).count() >= MAX_PENDING_SETS {
            self.pending.clear();
        }
        self.pending.push(Bytes::copy_from_slice(unit));
    }

    fn first_config(&self) -> Option<CodecConfig> {
        let sets = |kind| self.pending.iter().filter(|set| self.syntax.set_kind(set) == Some(kind)).cloned().collect();
        match self.syntax {
            Syntax::H264 => {
                use h264::nal_type::{PPS, SPS};
                H264Config::new(sets(SPS), sets(PPS)).ok().map(CodecConfig::H264)
            }
            Syntax::H265 => {
                use h265::nal_type::{PPS, SPS, VPS};
                H265Config::new(sets(VPS), sets(SPS), sets(PPS)).ok().map(CodecConfig::H265)
            }
        }
    }
}

/// How long a picture is shown, for those that have no time stamp of their own.
#[derive(Debug)]
pub(crate) struct Pace {
    /// Decoding time of the last picture with a time stamp, and how many came from it on.
    last: Option<(i64, usize)>,
    duration: Option<i64>,
}

impl Pace {
    pub(crate) const fn new() -> Self {
        Self { last: None, duration: None }
    }

    /// After a loss the distance to the next picture says nothing.
    pub(crate) fn forget(&mut self) {
        self.last = None;
    }

    /// A time stamp, and how many pictures go with it.
    pub(crate) fn learn(&mut self, dts: i64, pictures: usize) {
        if let Some((last, count)) = self.last {
            let distance = dts.saturating_sub(last);
            let count = i64::try_from(count).unwrap_or(i64::MAX).max(1);
            if (1..=MAX_DURATION).contains(&distance) {
                self.duration = Some((distance / count).max(1));
            }
        }
        self.last = Some((dts, pictures));
    }

    /// In ticks of 90 kHz.
    pub(crate) fn duration(&self, config: Option<&CodecConfig>) -> i64 {
        let declared = || {
            let rate = config?.picture()?.frame_rate_mhz?;
            Some(i64::from(CLOCK_HZ) * 1000 / i64::from(rate.get()))
        };
        self.duration.or_else(declared).filter(|ticks| *ticks > 0).unwrap_or(DEFAULT_DURATION)
    }
}
