//! A track on its way out: its configuration, and what is said about it.

use std::num::NonZeroU32;

use bytes::Bytes;
use media::{AccessUnit, CodecConfig, Language, MediaTime, TrackConfig, TrackId};

use super::CLOCK_HZ;
use super::demux::{DropReason, Event};

const CLOCK: NonZeroU32 = NonZeroU32::new(CLOCK_HZ).expect("90,000 is not zero");

/// When a unit is shown and decoded, in ticks of 90 kHz.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) pts: i64,
    pub(super) dts: i64,
}

/// One track of the program.
#[derive(Debug)]
pub(super) struct Track {
    pub(super) id: TrackId,
    pub(super) language: Option<Language>,
    version: u32,
    config: Option<CodecConfig>,
}

impl Track {
    pub(super) const fn new(id: TrackId, language: Option<Language>) -> Self {
        Self { id, language, version: 0, config: None }
    }

    pub(super) const fn config(&self) -> Option<&CodecConfig> {
        self.config.as_ref()
    }

    /// Says so when the configuration is new.
    pub(super) fn configure(&mut self, codec: &CodecConfig, events: &mut Vec<Event>) {
        if self.config.as_ref() == Some(codec) {
            return;
        }
        self.version = self.version.saturating_add(1);
        self.config = Some(codec.clone());
        let mut config = TrackConfig::new(self.id, CLOCK, codec.clone()).in_language(self.language);
        config.version = self.version;
        events.push(Event::Config(config));
    }

    pub(super) fn unit(&self, times: Times, key: bool, payload: Bytes, events: &mut Vec<Event>) {
        events.push(Event::Unit(AccessUnit {
            track: self.id,
            pts: MediaTime::new(times.pts, CLOCK),
            dts: Some(MediaTime::new(times.dts, CLOCK)),
            key,
            payload,
            capture_utc: None,
        }));
    }

    pub(super) fn dropped(&self, reason: DropReason, events: &mut Vec<Event>) {
        events.push(Event::Dropped { track: self.id, reason });
    }
}
