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

    pub(crate) fn is_delimiter(self, unit: &[u8]) -> bool {
        match self {
            Self::H264 => h264::nal_unit_type(unit) == Some(h264::nal_type::AUD),
            Self::H265 => h265::nal_unit_type(unit) == Some(h265::nal_type::AUD),
        }
    }

    pub(crate) fn is_filler(self, unit: &[u8]) -> bool {
        match self {
            Self::H264 => h264::nal_unit_type(unit) == Some(h264::nal_type::FILLER),
            Self::H265 => h265::nal_unit_type(unit) == Some(h265::nal_type::FILLER),
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

    /// The syntax that a parameter set has, told by its first two bytes: those of one codec stand for something in the
    /// other that no encoder sends. `None` for other units.
    pub(crate) fn of_parameter_set(unit: &[u8]) -> Option<Self> {
        /// `profile_idc` values of H.264 §7.4.2.1.1.
        const PROFILES: [u8; 12] = [66, 77, 88, 100, 110, 122, 244, 44, 83, 86, 118, 128];
        /// Layer 0 in the upper five bits of the second byte, temporal sub-layer 0 in the others (H.265 §7.4.2.2).
        const BASE_LAYER: u8 = 1;
        let &[first, second, ..] = unit else { return None };
        if second == BASE_LAYER && first & 0x81 == 0 && Self::H265.set_kind(unit).is_some() {
            return Some(Self::H265);
        }
        // Both kinds have nal_ref_idc other than 0 (H.264 §7.4.1).
        let important = first & 0x80 == 0 && first & 0x60 != 0;
        match h264::nal_unit_type(unit) {
            Some(h264::nal_type::SPS) if important && PROFILES.contains(&second) => Some(Self::H264),
            // pic_parameter_set_id and seq_parameter_set_id are small: their codes begin in the first bits.
            Some(h264::nal_type::PPS) if important && second & 0xf8 != 0 => Some(Self::H264),
            _ => None,
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

    /// One more picture goes with the last time stamp.
    pub(crate) fn one_more(&mut self) {
        if let Some((_, count)) = &mut self.last {
            *count = count.saturating_add(1);
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;

    #[test]
    fn parameter_sets_tell_their_codec() {
        for (unit, syntax) in [
            (&hex!("67640015ac")[..], Some(Syntax::H264)),
            (&hex!("2742c01f"), Some(Syntax::H264)),
            (&hex!("68ebecb22c"), Some(Syntax::H264)),
            (&hex!("28ce3c80"), Some(Syntax::H264)),
            (&hex!("40010c01"), Some(Syntax::H265)),
            (&hex!("42010101"), Some(Syntax::H265)),
            (&hex!("4401c172"), Some(Syntax::H265)),
            (&hex!("658880"), None),
            (&hex!("2601af08"), None),
            (&hex!("0601"), None),
            (&hex!("67"), None),
        ] {
            assert_eq!(Syntax::of_parameter_set(unit), syntax, "{unit:x?}");
        }
    }
}
