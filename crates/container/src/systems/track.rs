//! A track on its way out: its configuration, and what is said about it.

use bytes::Bytes;
use media::{AccessUnit, CodecConfig, Language, MediaKind, MediaTime, TrackConfig, TrackId};

use super::{CLOCK, DropReason};

/// What every demuxer says of a track; each has an event for it.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    Config(TrackConfig),
    Unit(AccessUnit),
    Dropped { track: TrackId, reason: DropReason },
}

/// When a unit is shown and decoded, in ticks of 90 kHz.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) pts: i64,
    pub(crate) dts: i64,
}

impl Times {
    /// The same so much later.
    pub(crate) fn later(self, ticks: i64) -> Self {
        Self { pts: self.pts.saturating_add(ticks), dts: self.dts.saturating_add(ticks) }
    }
}

/// One track of the program.
#[derive(Debug)]
pub(crate) struct Track {
    pub(crate) id: TrackId,
    pub(crate) language: Option<Language>,
    version: u32,
    config: Option<CodecConfig>,
}

impl Track {
    pub(crate) const fn new(id: TrackId, language: Option<Language>) -> Self {
        Self { id, language, version: 0, config: None }
    }

    pub(crate) const fn config(&self) -> Option<&CodecConfig> {
        self.config.as_ref()
    }

    /// Says so when the configuration is new.
    pub(crate) fn configure<E: From<Item>>(&mut self, codec: &CodecConfig, events: &mut Vec<E>) {
        if self.config.as_ref() == Some(codec) {
            return;
        }
        self.version = self.version.saturating_add(1);
        self.config = Some(codec.clone());
        let mut config = TrackConfig::new(self.id, CLOCK, codec.clone()).in_language(self.language);
        config.version = self.version;
        events.push(Item::Config(config).into());
    }

    pub(crate) fn unit<E: From<Item>>(&self, times: Times, key: bool, payload: Bytes, events: &mut Vec<E>) {
        let unit = AccessUnit {
            track: self.id,
            pts: MediaTime::new(times.pts, CLOCK),
            dts: Some(MediaTime::new(times.dts, CLOCK)),
            key,
            payload,
            capture_utc: None,
        };
        events.push(Item::Unit(unit).into());
    }

    pub(crate) fn dropped<E: From<Item>>(&self, reason: DropReason, events: &mut Vec<E>) {
        events.push(Item::Dropped { track: self.id, reason }.into());
    }
}

/// The first video track is 0 and the first audio track 1, over all reconnects; the others follow from 2. `None` when
/// there are `max` tracks.
pub(crate) fn free_id(kind: MediaKind, used: &[TrackId], max: usize) -> Option<TrackId> {
    let first = TrackId(if kind == MediaKind::Video { 0 } else { 1 });
    let others = (2..).map(TrackId).take(max.saturating_sub(2));
    std::iter::once(first).chain(others).find(|id| !used.contains(id))
}
