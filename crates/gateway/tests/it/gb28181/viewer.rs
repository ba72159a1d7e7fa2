//! What a pull delivers, kept.

use std::time::Instant;

use gateway::pull::{PullFailure, PullSink, Wish};
use hub::Leg;
use media::{AccessUnit, MediaKind, TrackConfig, TrackId};

/// Takes what a pull delivers until it has enough.
#[derive(Debug)]
pub(super) struct Viewer {
    /// Pictures after which it leaves.
    pub(super) enough: usize,
    pub(super) wishes: Vec<Wish>,
    pub(super) steps: Vec<(Leg, bool, String)>,
    pub(super) tracks: Vec<TrackConfig>,
    pub(super) units: Vec<AccessUnit>,
    pub(super) bytes: usize,
    pub(super) lost: u64,
}

impl Viewer {
    pub(super) fn of(enough: usize) -> Self {
        let (steps, tracks, units) = (Vec::new(), Vec::new(), Vec::new());
        Self { enough, wishes: Vec::new(), steps, tracks, units, bytes: 0, lost: 0 }
    }

    /// The track of a kind.
    pub(super) fn track(&self, kind: MediaKind) -> TrackId {
        self.tracks.iter().find(|track| track.kind() == kind).unwrap_or_else(|| panic!("{self:#?}")).id
    }

    pub(super) fn units_of(&self, kind: MediaKind) -> Vec<&AccessUnit> {
        let track = self.track(kind);
        self.units.iter().filter(|unit| unit.track == track).collect()
    }

    fn pictures(&self) -> usize {
        let is_picture = |unit: &&AccessUnit| {
            self.tracks.iter().any(|track| track.id == unit.track && track.kind() == MediaKind::Video)
        };
        self.units.iter().filter(is_picture).count()
    }

    /// Whether a step says this.
    pub(super) fn was_told(&self, leg: Leg, ok: bool, part: &str) -> bool {
        self.steps.iter().any(|step| step.0 == leg && step.1 == ok && step.2.contains(part))
    }
}

impl PullSink for Viewer {
    fn step(&mut self, leg: Leg, ok: bool, text: &str) {
        self.steps.push((leg, ok, text.to_owned()));
    }

    fn tracks(&mut self, tracks: Vec<TrackConfig>) -> Result<(), PullFailure> {
        for track in tracks {
            self.tracks.retain(|known| known.id != track.id);
            self.tracks.push(track);
        }
        Ok(())
    }

    fn unit(&mut self, unit: AccessUnit, _now: Instant) {
        assert!(self.tracks.iter().any(|track| track.id == unit.track), "a unit of a track that was not told");
        self.units.push(unit);
    }

    fn received(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    fn lost(&mut self, packets: u64) {
        self.lost += packets;
    }

    fn wish(&mut self) -> Option<Wish> {
        if self.pictures() >= self.enough { Some(Wish::Stop) } else { self.wishes.pop() }
    }
}
