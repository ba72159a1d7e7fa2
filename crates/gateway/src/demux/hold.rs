//! Holds units until all tracks of a program are known, so that they are published together.

use std::collections::VecDeque;
use std::time::Duration;

use media::{AccessUnit, TrackConfig};

use super::Item;

/// Units that wait for tracks that a program lists; a track that sends nothing for longer is done without.
const MAX_HELD: usize = 128;
/// Bytes of them.
const MAX_HELD_BYTES: usize = 16 << 20;

/// Gives out tracks in front of units.
#[derive(Default)]
pub(crate) struct Hold {
    ready: VecDeque<Item>,
    known: Vec<TrackConfig>,
    /// Whether the tracks were given out.
    announced: bool,
    /// What came before all tracks of the program were known.
    held: Vec<AccessUnit>,
    held_bytes: usize,
    /// How much media may wait, in its own time, where viewers wait for it.
    patience: Option<Duration>,
}

impl Hold {
    /// For live media: waits for no more than `patience` of it.
    pub(crate) fn live(patience: Duration) -> Self {
        Self { patience: Some(patience), ..Self::default() }
    }

    /// A track is known, or changes.
    pub(crate) fn configure(&mut self, track: TrackConfig) {
        self.known.retain(|known| known.id != track.id);
        self.known.push(track.clone());
        if self.announced {
            self.ready.push_back(Item::Tracks(vec![track]));
        }
    }

    /// A unit of a track that is known.
    pub(crate) fn unit(&mut self, unit: AccessUnit) {
        if self.announced {
            self.ready.push_back(Item::Unit(unit));
        } else {
            self.held_bytes += unit.payload.len();
            self.held.push(unit);
        }
    }

    pub(crate) fn note(&mut self, text: String) {
        self.ready.push_back(Item::Note(text));
    }

    /// To be called when all that was read has been told. `complete`: no track is missing.
    pub(crate) fn settle(&mut self, complete: bool) {
        let full = self.held.len() >= MAX_HELD || self.held_bytes >= MAX_HELD_BYTES;
        if !self.announced && (complete || full || self.is_impatient()) {
            self.announce();
        }
    }

    fn is_impatient(&self) -> bool {
        let (Some(patience), [first, .., last]) = (self.patience, &self.held[..]) else { return false };
        let time = |unit: &AccessUnit| unit.dts.unwrap_or(unit.pts).to_timestamp();
        let (first, last) = (time(first), time(last));
        // Tracks whose times have nothing to do with each other are not waited for.
        last.saturating_since(first).max(first.saturating_since(last)) >= patience
    }

    /// Gives out what was held, with all tracks in front.
    pub(crate) fn announce(&mut self) {
        if self.announced || self.known.is_empty() {
            return;
        }
        self.announced = true;
        self.ready.push_back(Item::Tracks(self.known.clone()));
        self.ready.extend(self.held.drain(..).map(Item::Unit));
    }

    pub(crate) fn next(&mut self) -> Option<Item> {
        self.ready.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use bytes::Bytes;
    use media::{AccessUnit, CodecConfig, MediaTime, TrackConfig, TrackId};

    use super::*;

    fn unit(ms: i64) -> AccessUnit {
        let pts = MediaTime::new(ms, NonZeroU32::new(1000).unwrap());
        AccessUnit { track: TrackId(1), pts, dts: None, key: true, payload: Bytes::new(), capture_utc: None }
    }

    fn sound() -> TrackConfig {
        let rate = NonZeroU32::new(8000).unwrap();
        TrackConfig::new(TrackId(1), rate, CodecConfig::G711A(media::G711Config { sample_rate_hz: rate, channels: 1 }))
    }

    /// How many units come out after so many went in.
    fn given(mut hold: Hold, times_ms: &[i64], complete: bool) -> usize {
        hold.configure(sound());
        for ms in times_ms {
            hold.unit(unit(*ms));
            hold.settle(complete);
        }
        std::iter::from_fn(|| hold.next()).filter(|item| matches!(item, Item::Unit(_))).count()
    }

    #[test]
    fn a_track_that_is_listed_and_silent_is_done_without() {
        let live = || Hold::live(Duration::from_secs(1));
        let frames: Vec<i64> = (0..26).map(|index| index * 40).collect();
        assert_eq!(given(live(), &frames[..1], true), 1);
        assert_eq!(given(live(), &frames[..25], false), 0);
        assert_eq!(given(live(), &frames, false), 26);
        assert_eq!(given(live(), &[0, 900_000], false), 2, "times that jump are not waited for");
        assert_eq!(given(Hold::default(), &frames, false), 0);
        assert_eq!(given(Hold::default(), &[0; 128], false), 128);
    }
}
