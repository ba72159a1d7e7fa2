//! Taking the pictures of plans when it is their turn.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

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

/// Between two looks at which cameras a plan is about.
const FRESH: Duration = Duration::from_secs(5);

/// Where a stream of a plan is.
#[derive(Debug)]
struct Place {
    key: StreamKey,
    turn: i64,
    /// Whether its picture is being taken.
    busy: Arc<AtomicBool>,
}

/// The streams of a plan in the order of their turns.
#[derive(Debug)]
struct Round {
    places: Vec<Place>,
    looked_at: Instant,
}

impl Round {
    fn new(plan: &Plan, streams: Vec<StreamKey>, now_ms: i64) -> Self {
        let mut round = Self { places: Vec::new(), looked_at: Instant::now() };
        round.renew(plan, streams, now_ms);
        round
    }

    fn is_of(&self, streams: &[StreamKey]) -> bool {
        self.places.len() == streams.len() && self.places.iter().zip(streams).all(|(place, key)| place.key == *key)
    }

    /// Other streams from now on. The turns that all of them are in are over: none is taken twice for that.
    fn renew(&mut self, plan: &Plan, streams: Vec<StreamKey>, now_ms: i64) {
        let mut busy: HashMap<StreamKey, Arc<AtomicBool>> =
            self.places.drain(..).map(|place| (place.key, place.busy)).collect();
        let count = streams.len();
        let place = |(index, key): (usize, StreamKey)| Place {
            turn: plan.turn(index, count, now_ms),
            busy: busy.remove(&key).unwrap_or_default(),
            key,
        };
        self.places = streams.into_iter().enumerate().map(place).collect();
    }
}

/// Holds a place until a turn is over.
struct Busy(Arc<AtomicBool>, #[expect(dead_code, reason = "gives its place back when dropped")] OwnedSemaphorePermit);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// By number and version of a plan, so that a changed one begins anew.
type Rounds = HashMap<(i64, i64), Round>;

impl Plans {
    /// Takes pictures until dropped. One task runs it.
    pub async fn run(self: Arc<Self>) {
        let mut rounds = Rounds::new();
        let slots = Arc::new(Semaphore::new(MAX_AT_ONCE));
        loop {
            let plans = self.list();
            rounds.retain(|key, _| plans.iter().any(|plan| (plan.id, plan.version) == *key));
            for plan in plans.iter().filter(|plan| plan.enabled) {
                self.look(plan, &mut rounds, &slots);
            }
            if plans.iter().any(|plan| plan.enabled) {
                tokio::time::sleep(TICK).await;
            } else {
                let _either = tokio::time::timeout(LONG_PAUSE, self.bell.notified()).await;
            }
        }
    }

    /// Starts what is due of a plan. A turn that begins while the plan may not run is not made up for.
    fn look(self: &Arc<Self>, plan: &Plan, rounds: &mut Rounds, slots: &Arc<Semaphore>) {
        let now_ms = unix_now_ms();
        let is_open = plan.schedule.as_ref().is_none_or(|schedule| schedule.is_open(self.clock.now().datetime()));
        let round =
            rounds.entry((plan.id, plan.version)).or_insert_with(|| Round::new(plan, self.streams_of(plan), now_ms));
        if round.looked_at.elapsed() >= FRESH {
            round.looked_at = Instant::now();
            let streams = self.streams_of(plan);
            if !round.is_of(&streams) {
                round.renew(plan, streams, now_ms);
            }
        }
        let count = round.places.len();
        for (index, place) in round.places.iter_mut().enumerate() {
            let turn = plan.turn(index, count, now_ms);
            if turn == std::mem::replace(&mut place.turn, turn) || !is_open {
                continue;
            }
            let slot = Arc::clone(slots).try_acquire_owned();
            let (Ok(slot), false) = (slot, place.busy.swap(true, Ordering::AcqRel)) else {
                self.lock().entry(plan.id).or_default().missed += 1;
                continue;
            };
            let busy = Busy(Arc::clone(&place.busy), slot);
            tokio::spawn(Arc::clone(self).take(plan.clone(), place.key.clone(), busy));
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
