//! Who speaks where: one at a time to each device.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gb28181::Id;
use tokio::sync::watch;

use super::TalkError;
use super::file::{FileEnd, FileState, Playing};
use crate::gb28181::{Gb28181, Shared};

/// Devices whose last file is remembered; over it all are forgotten.
const MAX_ENDS: usize = 4096;

/// Who speaks to a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speaker {
    /// Number of the user.
    pub user: i64,
    /// Name to tell others.
    pub name: String,
    /// Milliseconds since 1970 in UTC.
    pub since_unix_ms: i64,
}

/// Who has the floor of a device, and what is played there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub speaker: Speaker,
    /// The file that is played; `None` for a microphone.
    pub file: Option<FileState>,
}

#[derive(Debug)]
struct Held {
    speaker: Speaker,
    file: Option<Arc<Playing>>,
}

/// All floors that are held.
#[derive(Debug)]
pub(in crate::gb28181) struct Floors {
    held: Mutex<HashMap<Id, Held>>,
    ends: Mutex<HashMap<Id, FileEnd>>,
    changes: watch::Sender<u64>,
}

impl Default for Floors {
    fn default() -> Self {
        Self { held: Mutex::default(), ends: Mutex::default(), changes: watch::Sender::new(0) }
    }
}

impl Floors {
    fn lock(&self) -> MutexGuard<'_, HashMap<Id, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ends(&self) -> MutexGuard<'_, HashMap<Id, FileEnd>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_change(&self) {
        self.changes.send_modify(|number| *number += 1);
    }
}

/// The right to speak to a device, until it is dropped.
pub(super) struct Floor {
    shared: Arc<Shared>,
    device: Id,
}

impl Floor {
    pub(super) fn take(shared: &Arc<Shared>, device: &Id, speaker: Speaker) -> Result<Self, TalkError> {
        match shared.floors.lock().entry(device.clone()) {
            Entry::Occupied(other) => return Err(TalkError::Taken(other.get().speaker.name.clone())),
            Entry::Vacant(place) => drop(place.insert(Held { speaker, file: None })),
        }
        shared.floors.ends().remove(device);
        shared.floors.note_change();
        Ok(Self { shared: Arc::clone(shared), device: device.clone() })
    }

    pub(super) fn note_file(&self, playing: &Arc<Playing>) {
        if let Some(held) = self.shared.floors.lock().get_mut(&self.device) {
            held.file = Some(Arc::clone(playing));
        }
        self.shared.floors.note_change();
    }

    pub(super) fn note_progress(&self) {
        self.shared.floors.note_change();
    }

    pub(super) fn note_end(&self, end: FileEnd) {
        let mut ends = self.shared.floors.ends();
        if ends.len() >= MAX_ENDS {
            ends.clear();
        }
        ends.insert(self.device.clone(), end);
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        self.shared.floors.lock().remove(&self.device);
        self.shared.floors.note_change();
    }
}

impl Gb28181 {
    /// Who speaks to a device now.
    pub fn holder(&self, device: &Id) -> Option<Holder> {
        let held = self.shared.floors.lock();
        let held = held.get(device)?;
        Some(Holder { speaker: held.speaker.clone(), file: held.file.as_ref().map(|playing| playing.state()) })
    }

    /// What became of the last file that was played to a device, until somebody speaks to it again.
    pub fn last_file(&self, device: &Id) -> Option<FileEnd> {
        self.shared.floors.ends().get(device).cloned()
    }

    /// Ends the file that is played to a device; `false` when none is.
    pub fn stop_file(&self, device: &Id) -> bool {
        let held = self.shared.floors.lock();
        let playing = held.get(device).and_then(|held| held.file.as_ref());
        playing.inspect(|playing| playing.stop()).is_some()
    }

    /// Changes whenever somebody begins or ends to speak to any device, and each second while a file is played.
    pub fn floors_changed(&self) -> watch::Receiver<u64> {
        self.shared.floors.changes.subscribe()
    }
}
