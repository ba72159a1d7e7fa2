//! Taking the pictures of plans when it is their turn.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hub::StreamKey;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{LastFailure, LastTaken, Plan, Plans};
use crate::snapshots::{Order, Origin, SnapshotError};
use crate::unix_now_ms;

/// Between two looks at whose turn it is.
const TICK: Duration = Duration::from_millis(100);
/// Without any plan.
const LONG_PAUSE: Duration = Duration::from_secs(60);
/// Pictures of plans that are taken at the same time; further turns are missed.
const MAX_AT_ONCE: usize = 64;

/// Where a stream of a plan is.
#[derive(Debug)]
struct Place {
    turn: i64,
    /// Whether its picture is being taken.
    busy: Arc<AtomicBool>,
}

/// Holds a place until a turn is over.
struct Busy(Arc<AtomicBool>, #[expect(dead_code, reason = "gives its place back when dropped")] OwnedSemaphorePermit);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// By number and version of a plan, so that a changed one begins anew.
type Places = HashMap<(i64, i64), Vec<Place>>;

impl Plans {
    /// Takes pictures until dropped. One task runs it.
    pub async fn run(self: Arc<Self>) {
        let mut places = Places::new();
        let slots = Arc::new(Semaphore::new(MAX_AT_ONCE));
        loop {
            let plans = self.list();
            places.retain(|key, _| plans.iter().any(|plan| (plan.id, plan.version) == *key));
            for plan in plans.iter().filter(|plan| plan.enabled) {
                self.look(plan, &mut places, &slots);
            }
            if plans.iter().any(|plan| plan.enabled) {
                tokio::time::sleep(TICK).await;
            } else {
                let _either = tokio::time::timeout(LONG_PAUSE, self.bell.notified()).await;
            }
        }
    }

    /// Starts what is due of a plan. A turn that begins while the plan may not run is not made up for.
    fn look(self: &Arc<Self>, plan: &Plan, places: &mut Places, slots: &Arc<Semaphore>) {
        let now_ms = unix_now_ms();
        let is_open = plan.schedule.as_ref().is_none_or(|schedule| schedule.is_open(self.clock.now().datetime()));
        let places = places.entry((plan.id, plan.version)).or_insert_with(|| {
            let place = |index| Place { turn: plan.turn(index, now_ms), busy: Arc::default() };
            (0..plan.streams.len()).map(place).collect()
        });
        for (index, (place, key)) in places.iter_mut().zip(&plan.streams).enumerate() {
            let turn = plan.turn(index, now_ms);
            if turn == std::mem::replace(&mut place.turn, turn) || !is_open {
                continue;
            }
            let slot = Arc::clone(slots).try_acquire_owned();
            let (Ok(slot), false) = (slot, place.busy.swap(true, Ordering::AcqRel)) else {
                self.lock().entry(plan.id).or_default().missed += 1;
                continue;
            };
            let busy = Busy(Arc::clone(&place.busy), slot);
            tokio::spawn(Arc::clone(self).take(plan.clone(), key.clone(), busy));
        }
    }

    async fn take(self: Arc<Self>, plan: Plan, key: StreamKey, _busy: Busy) {
        let order = Order {
            form: plan.form,
            quality: plan.quality,
            max_width: plan.max_width,
            max_height: plan.max_height,
            overlay: plan.overlay,
            label: None,
            origin: Origin::Plan,
            taken_by: plan.name.clone(),
            plan_id: Some(plan.id),
            keep_days: Some(plan.keep_days),
            since: None,
        };
        match self.snapshots.take(&key, &order).await {
            Ok(row) => {
                self.note_taken(&plan, LastTaken { snapshot_id: row.id, at_ms: row.taken_at_ms });
                if let Some(target) = plan.target_id
                    && let Err(error) = self.uploads.enqueue(row.id, target).await
                {
                    self.note_failure(&plan, &key, error.to_string(), false);
                }
            }
            Err(error) => self.note_failure(&plan, &key, error.to_string(), SnapshotError::is_offline(&error)),
        }
    }

    fn note_taken(&self, plan: &Plan, taken: LastTaken) {
        let mut status = self.lock();
        let status = status.entry(plan.id).or_default();
        status.taken += 1;
        status.last_taken = Some(taken);
    }

    fn note_failure(&self, plan: &Plan, key: &StreamKey, text: String, is_offline: bool) {
        tracing::debug!(plan = plan.name, stream = %key, text, "A turn of a plan gave no picture.");
        let mut status = self.lock();
        let status = status.entry(plan.id).or_default();
        if is_offline {
            status.skipped += 1;
        } else {
            status.failed += 1;
        }
        status.last_failure = Some(LastFailure { stream: key.to_string(), at_ms: unix_now_ms(), text });
    }
}
