//! Notices: stored, then delivered hook by hook, in order, again and again.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use base::Backoff;
use db::{DeliveryRow, DeliveryState};
use hub::StreamKey;
use serde_json::Value;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{AbortHandle, JoinSet};

use super::{Hook, HookError, HookEvent, HookReply, Hooks, message};
use crate::unix_now_ms;

const FIRST_DELAY: Duration = Duration::from_secs(1);
const MAX_DELAY: Duration = Duration::from_secs(300);
/// A notice is given up when it is this old.
const GIVE_UP_AFTER: Duration = Duration::from_secs(24 * 3600);
/// Notices that wait for one hook; the oldest are dropped beyond it.
const MAX_WAITING: i64 = 10_000;
/// Deliveries that are done and kept to be looked at, for one hook.
const MAX_DONE: i64 = 1000;
/// Rows written in one transaction.
const BATCH: usize = 500;
/// How long a worker sleeps at most without being woken.
const LONG_SLEEP: Duration = Duration::from_secs(60);
/// Pause after the database failed.
const DATABASE_PAUSE: Duration = Duration::from_secs(2);
/// Characters of an answer that are kept.
const EXCERPT_LEN: usize = 500;

/// The beginning of an answer as text.
fn excerpt(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(EXCERPT_LEN).collect()
}

impl Hooks {
    /// Tells every hook that wants to know. Never waits: a notice that finds the queue full is dropped, counted
    /// and logged.
    pub fn notify(&self, event: HookEvent, key: Option<&StreamKey>, data: &Value) {
        for hook in self.wanting(event, key) {
            self.notify_one(&hook, event, data);
        }
    }

    pub(super) fn notify_one(&self, hook: &Hook, event: HookEvent, data: &Value) {
        let body = self.envelope(event, data);
        self.log(DeliveryRow::pending(hook.id, event.as_str(), body, unix_now_ms()));
    }

    /// Sends a sign of life, which is not worth storing.
    pub async fn keep_alive(&self, data: &Value) {
        for hook in self.wanting(HookEvent::Keepalive, None) {
            if let Err(reason) = self.attempt(&hook, &mut self.sign_of_life(&hook, data), None).await {
                tracing::debug!(hook = hook.id, reason, "A sign of life was not taken.");
            }
        }
    }

    /// Passes a row on to the database.
    pub(super) fn log(&self, row: DeliveryRow) {
        if self.notices.try_send(row).is_err() && self.dropped.fetch_add(1, Ordering::Relaxed).is_multiple_of(1000) {
            tracing::error!("The database cannot keep up with web hooks; deliveries are dropped.");
        }
    }

    /// Deliveries that were dropped because the database could not keep up, since the start.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    fn sign_of_life(&self, hook: &Hook, data: &Value) -> DeliveryRow {
        let body = self.envelope(HookEvent::Keepalive, data);
        DeliveryRow::pending(hook.id, HookEvent::Keepalive.as_str(), body, unix_now_ms())
    }

    /// Posts a row to its hook, after a place among `places`, and notes in it what came of that. Only a status of
    /// 200 to 299 is a success.
    pub(super) async fn attempt(
        &self,
        hook: &Hook,
        row: &mut DeliveryRow,
        places: Option<&Semaphore>,
    ) -> Result<HookReply, String> {
        let started = Instant::now();
        let call = async {
            let _place = match places {
                Some(places) => Some(places.acquire().await.map_err(|_| "the server is stopping".to_owned())?),
                None => None,
            };
            self.sender.call(message::call(hook, &row.event, row.body.clone())).await
        };
        let called =
            tokio::time::timeout(hook.timeout, call).await.unwrap_or_else(|_| Err("no answer in time".to_owned()));
        row.attempts += 1;
        row.duration_ms = Some(i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX));
        row.status = called.as_ref().ok().map(|reply| i64::from(reply.status));
        let outcome = called.and_then(|reply| match reply.status {
            200..=299 => Ok(reply),
            status => Err(format!("HTTP status {status}: {}", excerpt(&reply.body))),
        });
        row.answer = Some(outcome.as_ref().map_or_else(String::clone, |reply| excerpt(&reply.body)));
        outcome
    }

    /// A hook's deliveries before `before`, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`HookError::Storage`], or when there is no such hook.
    pub async fn deliveries(&self, id: i64, before: i64, limit: i64) -> Result<Vec<DeliveryRow>, HookError> {
        self.find(id).ok_or(HookError::NotFound)?;
        Ok(self.database.deliveries(id, before, limit).await?)
    }

    /// How many deliveries of a hook wait, were taken, were given up.
    ///
    /// # Errors
    /// [`HookError::Storage`].
    pub async fn delivery_counts(&self, id: i64) -> Result<(i64, i64, i64), HookError> {
        Ok(self.database.delivery_counts(id).await?)
    }

    /// Delivers a notice again now, whatever came of it before.
    ///
    /// # Errors
    /// When there is no such delivery, or it was a question: nobody waits for its answer any more.
    pub async fn retry(&self, hook_id: i64, id: i64) -> Result<(), HookError> {
        let found = self.database.deliveries(hook_id, id.saturating_add(1), 1).await?;
        let row = found.first().filter(|row| row.id == id).ok_or(HookError::NotFound)?;
        if HookEvent::parse(&row.event).is_some_and(HookEvent::is_question) {
            return Err(HookError::Question);
        }
        if !self.database.retry_delivery(hook_id, id, unix_now_ms()).await? {
            return Err(HookError::NotFound);
        }
        self.bell.notify_waiters();
        Ok(())
    }

    /// Posts a made-up event to a hook at once; the row, which is not stored, tells what came of it.
    ///
    /// # Errors
    /// When there is no such hook.
    pub async fn test(&self, id: i64) -> Result<DeliveryRow, HookError> {
        let hook = self.find(id).ok_or(HookError::NotFound)?;
        let mut row = self.sign_of_life(&hook, &serde_json::json!({ "test": true }));
        // What came of it is in the row.
        let _outcome = self.attempt(&hook, &mut row, None).await;
        Ok(row)
    }

    /// Stores and delivers until dropped. One task runs it; a second call returns at once.
    pub async fn run(self: Arc<Self>) {
        let outbox = self.outbox.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        let Some(outbox) = outbox else { return };
        let writer = Arc::clone(&self);
        tokio::join!(writer.write(outbox), self.supervise());
    }

    async fn write(&self, mut outbox: mpsc::Receiver<DeliveryRow>) {
        let mut batch = Vec::new();
        while outbox.recv_many(&mut batch, BATCH).await > 0 {
            while let Err(error) = self.database.add_deliveries(&batch).await {
                tracing::error!(%error, "Deliveries to web hooks cannot be stored; trying again.");
                tokio::time::sleep(DATABASE_PAUSE).await;
            }
            let mut ids: Vec<i64> = batch.drain(..).map(|row| row.hook_id).collect();
            ids.sort_unstable();
            ids.dedup();
            for id in ids {
                match self.database.trim_deliveries(id, MAX_DONE, MAX_WAITING).await {
                    Ok(0) => {}
                    Ok(dropped) => {
                        tracing::warn!(
                            hook = id,
                            dropped,
                            "A web hook takes nothing; its oldest notices were dropped."
                        );
                    }
                    Err(error) => tracing::error!(%error, "Old deliveries cannot be removed."),
                }
            }
            self.bell.notify_waiters();
        }
    }

    /// One worker for each hook that is there.
    async fn supervise(self: Arc<Self>) {
        // They end with this future.
        let mut running = JoinSet::new();
        let mut workers: HashMap<i64, AbortHandle> = HashMap::new();
        loop {
            let rung = self.bell.notified();
            while running.try_join_next().is_some() {}
            workers.retain(|_, worker| !worker.is_finished());
            for hook in self.hooks().iter().filter(|hook| hook.enabled) {
                workers.entry(hook.id).or_insert_with(|| running.spawn(Arc::clone(&self).work(hook.id)));
            }
            let _either = tokio::time::timeout(LONG_SLEEP, rung).await;
        }
    }

    /// Delivers to one hook until it is removed or switched off.
    async fn work(self: Arc<Self>, id: i64) {
        let mut backoff = Backoff::new(FIRST_DELAY, MAX_DELAY);
        loop {
            let rung = self.bell.notified();
            let Some(hook) = self.find(id).filter(|hook| hook.enabled) else { return };
            let sleep = match self.database.next_delivery(id).await {
                Ok(Some(row)) => match u64::try_from(row.next_attempt_ms.unwrap_or(0) - unix_now_ms()) {
                    Ok(wait_ms) if wait_ms > 0 => Duration::from_millis(wait_ms),
                    _ => {
                        self.deliver(&hook, row, &mut backoff).await;
                        continue;
                    }
                },
                Ok(None) => LONG_SLEEP,
                Err(error) => {
                    tracing::error!(%error, "Deliveries to web hooks cannot be read; trying again.");
                    DATABASE_PAUSE
                }
            };
            let _either = tokio::time::timeout(sleep, rung).await;
        }
    }

    async fn deliver(&self, hook: &Hook, mut row: DeliveryRow, backoff: &mut Backoff) {
        match self.attempt(hook, &mut row, None).await {
            Ok(_) => {
                backoff.reset();
                (row.state, row.next_attempt_ms) = (DeliveryState::Delivered, None);
            }
            Err(reason) => {
                let delay = backoff.next_delay(rand::random());
                let age = Duration::from_millis(u64::try_from(unix_now_ms() - row.created_at_ms).unwrap_or(0));
                tracing::warn!(
                    hook = hook.id,
                    event = row.event,
                    reason,
                    attempts = row.attempts,
                    "A web hook did not take a notice."
                );
                if age >= GIVE_UP_AFTER {
                    (row.state, row.next_attempt_ms) = (DeliveryState::Failed, None);
                } else {
                    row.next_attempt_ms = Some(unix_now_ms() + i64::try_from(delay.as_millis()).unwrap_or(0));
                }
            }
        }
        while let Err(error) = self.database.update_delivery(&row).await {
            tracing::error!(%error, "A delivery cannot be stored; trying again.");
            tokio::time::sleep(DATABASE_PAUSE).await;
        }
    }
}
