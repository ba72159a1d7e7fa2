//! H.264 and H.265 byte streams to access units.

use bytes::{Bytes, BytesMut};
use media::bitstream::inband::{self, Cleaned};
use media::bitstream::{h264, h265, nal};
use media::{CodecConfig, H264Config, H265Config};

use super::CLOCK_HZ;
use super::demux::{DropReason, Event};
use super::track::{Times, Track};

/// Parameter sets of one kind remembered while the track has no configuration.
const MAX_PENDING_SETS: usize = 16;
/// Pictures of one PES packet.
const MAX_PICTURES: usize = 64;
/// Pictures further apart than this say nothing about how long one is shown.
const MAX_DURATION: i64 = 10 * CLOCK_HZ as i64;
/// 25 pictures per second, as long as nothing better is known.
const DEFAULT_DURATION: i64 = CLOCK_HZ as i64 / 25;

/// Which syntax a stream has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    H264,
    H265,
}

/// Reads the pictures of one stream.
#[derive(Debug)]
pub(super) struct Reader {
    syntax: Syntax,
    /// Parameter sets, until they suffice for a configuration.
    pending: Vec<Bytes>,
    /// Decoding time of the last PES packet, and how many pictures it had.
    last: Option<(i64, usize)>,
    duration: Option<i64>,
    /// Whether pictures may be pairs of fields. H.265 has none: what is coded so has a time stamp for each field.
    has_fields: bool,
}

impl Reader {
    pub(super) const fn new(syntax: Syntax) -> Self {
        Self { syntax, pending: Vec::new(), last: None, duration: None, has_fields: false }
    }

    pub(super) const fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// After a loss the distance to the next picture says nothing.
    pub(super) fn reset(&mut self) {
        self.last = None;
    }

    /// The payload of one PES packet, and of those without time stamps that follow it.
    ///
    /// Several pictures in one PES packet, which ISO/IEC 13818-1 §2.4.3.7 allows, are given the times that their frame rate makes probable.
    pub(super) fn read(&mut self, times: Times, payload: &[u8], track: &mut Track, events: &mut Vec<Event>) {
        let pictures = self.pictures(payload);
        self.learn_duration(times.dts, pictures.len());
        let mut times = times;
        for picture in pictures {
            let at = times;
            if let Some((config, cleaned)) = self.clean(picture, track.config()) {
                if let Some(config) = config {
                    track.configure(&config, events);
                }
                if !cleaned.payload.is_empty() {
                    track.unit(at, cleaned.key.unwrap_or(false), cleaned.payload, events);
                }
            } else {
                track.dropped(DropReason::MissingParameterSets, events);
            }
            let duration = self.duration(track.config());
            times = Times { pts: at.pts.saturating_add(duration), dts: at.dts.saturating_add(duration) };
        }
    }

    fn learn_duration(&mut self, dts: i64, pictures: usize) {
        if let Some((last, count)) = self.last {
            let distance = dts.saturating_sub(last);
            let count = i64::try_from(count).unwrap_or(i64::MAX).max(1);
            if (1..=MAX_DURATION).contains(&distance) {
                self.duration = Some((distance / count).max(1));
            }
        }
        self.last = Some((dts, pictures));
    }

    fn duration(&self, config: Option<&CodecConfig>) -> i64 {
        let declared = || {
            let rate = config?.picture()?.frame_rate_mhz?;
            Some(i64::from(CLOCK_HZ) * 1000 / i64::from(rate.get()))
        };
        self.duration.or_else(declared).filter(|ticks| *ticks > 0).unwrap_or(DEFAULT_DURATION)
    }

    /// The pictures in canonical form.
    fn pictures(&mut self, payload: &[u8]) -> Vec<Bytes> {
        let mut pictures = Vec::new();
        let mut picture = BytesMut::with_capacity(payload.len() + 64);
        let mut has_slice = false;
        for unit in nal::annex_b(payload) {
            // Two fields with one time stamp are one picture.
            let splits = has_slice && !self.has_fields && pictures.len() < MAX_PICTURES;
            if splits && self.begins_picture(unit) {
                pictures.push(picture.split().freeze());
                has_slice = false;
            }
            has_slice |= self.is_slice(unit);
            if self.syntax == Syntax::H264 && h264::nal_unit_type(unit) == Some(h264::nal_type::SPS) {
                self.has_fields = h264::may_have_fields(unit);
            }
            nal::put_length_prefixed(&mut picture, unit);
        }
        if !picture.is_empty() {
            pictures.push(picture.freeze());
        }
        pictures
    }

    fn is_slice(&self, unit: &[u8]) -> bool {
        match self.syntax {
            Syntax::H264 => h264::nal_unit_type(unit).is_some_and(h264::is_slice),
            Syntax::H265 => h265::nal_unit_type(unit).is_some_and(h265::is_slice),
        }
    }

    /// Whether a unit behind a slice belongs to the next picture (H.264 §7.4.1.2.3, H.265 §7.4.2.4.4).
    fn begins_picture(&self, unit: &[u8]) -> bool {
        match self.syntax {
            Syntax::H264 => {
                use h264::nal_type::{AUD, IDR, PPS, SEI, SLICE, SPS};
                match h264::nal_unit_type(unit) {
                    // first_mb_in_slice ue(v) is 0 exactly when its first bit is 1.
                    Some(SLICE | IDR) => unit.get(1).is_some_and(|byte| byte & 0x80 != 0),
                    kind => matches!(kind, Some(AUD | SPS | PPS | SEI)),
                }
            }
            Syntax::H265 => {
                use h265::nal_type::{AUD, PPS, SEI_PREFIX, SPS, VPS};
                match h265::nal_unit_type(unit) {
                    // first_slice_segment_in_pic_flag
                    Some(kind) if h265::is_slice(kind) => unit.get(2).is_some_and(|byte| byte & 0x80 != 0),
                    kind => matches!(kind, Some(AUD | VPS | SPS | PPS | SEI_PREFIX)),
                }
            }
        }
    }

    /// The picture without its parameter sets, and the configuration where it is new; `None` as long as there is
    /// none.
    fn clean(&mut self, picture: Bytes, current: Option<&CodecConfig>) -> Option<(Option<CodecConfig>, Cleaned)> {
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
        let kind = self.set_kind(unit);
        if kind.is_none() || self.pending.iter().any(|known| known == unit) {
            return;
        }
        if self.pending.iter().filter(|known| self.set_kind(known) == kind).count() >= MAX_PENDING_SETS {
            self.pending.clear();
        }
        self.pending.push(Bytes::copy_from_slice(unit));
    }

    fn set_kind(&self, unit: &[u8]) -> Option<u8> {
        if unit.len() > h264::MAX_PARAMETER_SET_LEN {
            return None;
        }
        match self.syntax {
            Syntax::H264 => {
                use h264::nal_type::{PPS, SPS};
                h264::nal_unit_type(unit).filter(|kind| matches!(*kind, SPS | PPS))
            }
            Syntax::H265 => {
                use h265::nal_type::{PPS, SPS, VPS};
                h265::nal_unit_type(unit).filter(|kind| matches!(*kind, VPS | SPS | PPS))
            }
        }
    }

    fn first_config(&self) -> Option<CodecConfig> {
        let sets = |kind| self.pending.iter().filter(|set| self.set_kind(set) == Some(kind)).cloned().collect();
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
