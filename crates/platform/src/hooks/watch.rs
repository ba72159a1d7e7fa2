//! What happens in the hub, put into notices.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::rfc3339;
use hub::publisher::StopReason;
use hub::{Hub, HubEvent, Phase, SessionRecord, Stream, StreamKey};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use super::message::stream as named;
use super::{HookEvent, Hooks};
use crate::{unix_ms, unix_now_ms};

/// Nobody has watched for this long: the question goes out, once.
const QUIET: Duration = Duration::from_secs(10);
/// How often that is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How often the server says that it is alive.
const KEEPALIVE: Duration = Duration::from_secs(60);
/// Sessions in one notice.
const MAX_SESSIONS: usize = 500;

impl Hooks {
    /// Tells what happens in the hub until dropped. One task runs it.
    pub async fn watch(self: Arc<Self>, hub: Arc<Hub>, version: &str) {
        let started_at = rfc3339(unix_now_ms());
        let about = json!({ "version": version, "started_at": started_at });
        self.notify(HookEvent::ServerStarted, None, &about);
        let mut events = hub.events();
        let mut look = tokio::time::interval(LOOK);
        let mut alive = tokio::time::interval_at((Instant::now() + KEEPALIVE).into(), KEEPALIVE);
        let mut unwatched = Unwatched::default();
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Ok(event) => self.on_event(&hub, &event, &mut unwatched),
                    Err(RecvError::Lagged(lost)) => tracing::warn!(lost, "Web hooks lagged behind the hub; notices are missing."),
                    Err(RecvError::Closed) => return,
                },
                _ = look.tick() => {
                    for key in unwatched.due(Instant::now()) {
                        tokio::spawn(Arc::clone(&self).no_viewers(Arc::clone(&hub), key));
                    }
                }
                _ = alive.tick() => {
                    let (hooks, data) = (Arc::clone(&self), alive_data(&hub, version));
                    tokio::spawn(async move { hooks.keep_alive(&data).await });
                }
            }
        }
    }

    fn on_event(&self, hub: &Hub, event: &HubEvent, unwatched: &mut Unwatched) {
        match event {
            HubEvent::Up(key) => {
                let Some(stream) = hub.find(key) else { return };
                unwatched.count(key, stream.viewer_count());
                self.notify(HookEvent::StreamUp, Some(key), &up_data(&stream, self.rules.effective(key).records()));
            }
            HubEvent::Down(key) => {
                unwatched.forget(key);
                self.notify(HookEvent::StreamDown, Some(key), &named(key));
            }
            HubEvent::Viewers(key) => {
                let live = hub.find(key).filter(|stream| stream.phase() == Phase::Live);
                match live {
                    Some(stream) => unwatched.count(key, stream.viewer_count()),
                    None => unwatched.forget(key),
                }
            }
            HubEvent::Failed { key, kind, text } => {
                let mut data = named(key);
                data["kind"] = kind.as_str().into();
                data["text"] = text.as_str().into();
                self.notify(HookEvent::SourceFailed, Some(key), &data);
            }
            _ => {}
        }
    }

    async fn no_viewers(self: Arc<Self>, hub: Arc<Hub>, key: StreamKey) {
        if !self.ask_no_viewers(&key, QUIET).await.close {
            return;
        }
        if let Some(stream) = hub.find(&key).filter(|stream| stream.viewer_count() == 0) {
            tracing::info!(stream = %key, "A web hook closes a stream that nobody watches.");
            stream.stop_publisher(StopReason::Idle);
        }
    }

    /// Tells of ended sessions, many at a time: what traffic is billed by.
    pub fn sessions_ended(&self, records: &[SessionRecord]) {
        // A hook may want some streams only, so each gets a selection of its own by way of its pattern.
        for hook in self.wanting(HookEvent::SessionsEnded, None) {
            let wanted: Vec<&SessionRecord> = records.iter().filter(|record| hook.pattern.fits(&record.key)).collect();
            for some in wanted.chunks(MAX_SESSIONS) {
                let sessions: Vec<Value> = some.iter().map(|record| session_data(record)).collect();
                self.notify_one(&hook, HookEvent::SessionsEnded, &json!({ "sessions": sessions }));
            }
        }
    }
}

fn up_data(stream: &Stream, record: bool) -> Value {
    let tracks: Vec<Value> = stream
        .tracks()
        .list
        .iter()
        .map(|track| {
            let size = track.codec.picture().map(|picture| (picture.width, picture.height));
            json!({ "codec": track.codec().to_string(), "width": size.map(|size| size.0), "height": size.map(|size| size.1) })
        })
        .collect();
    let mut data = named(stream.key());
    let publisher = stream.publisher();
    data["protocol"] = publisher.as_ref().map(|publisher| publisher.address.protocol).into();
    data["address"] = publisher.map(|publisher| publisher.address.peer).into();
    data["tracks"] = tracks.into();
    data["record"] = record.into();
    data
}

fn session_data(record: &SessionRecord) -> Value {
    let mut data = named(&record.key);
    data["id"] = record.id.into();
    data["protocol"] = record.protocol.into();
    data["subject"] = record.subject.clone().into();
    data["address"] = record.address.to_string().into();
    data["since"] = rfc3339(unix_ms(record.since)).into();
    data["duration_ms"] = record.duration_ms.into();
    data["bytes"] = record.bytes.into();
    data
}

fn alive_data(hub: &Hub, version: &str) -> Value {
    let streams = hub.list();
    let viewers: usize = streams.iter().map(|stream| stream.viewer_count()).sum();
    let live = streams.iter().filter(|stream| stream.phase() == Phase::Live).count();
    json!({ "version": version, "streams": live, "viewers": viewers })
}

/// Since when streams have no viewers.
#[derive(Debug, Default)]
struct Unwatched {
    since: HashMap<StreamKey, Option<Instant>>,
}

impl Unwatched {
    fn count(&mut self, key: &StreamKey, viewers: usize) {
        if viewers > 0 {
            self.since.remove(key);
        } else {
            self.since.entry(key.clone()).or_insert_with(|| Some(Instant::now()));
        }
    }

    fn forget(&mut self, key: &StreamKey) {
        self.since.remove(key);
    }

    /// Streams whose time has come; each is named once until somebody has watched it.
    fn due(&mut self, now: Instant) -> Vec<StreamKey> {
        let mut due = Vec::new();
        for (key, since) in &mut self.since {
            if since.is_some_and(|since| now.saturating_duration_since(since) >= QUIET) {
                *since = None;
                due.push(key.clone());
            }
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_named_once_until_somebody_has_watched_it() {
        let key: StreamKey = "road/k1".parse().unwrap();
        let mut unwatched = Unwatched::default();
        unwatched.count(&key, 0);
        assert!(unwatched.due(Instant::now()).is_empty());
        let later = Instant::now() + QUIET * 2;
        assert_eq!(unwatched.due(later), std::slice::from_ref(&key));
        unwatched.count(&key, 0);
        assert!(unwatched.due(later).is_empty(), "once");
        unwatched.count(&key, 1);
        unwatched.count(&key, 0);
        assert_eq!(unwatched.due(Instant::now() + QUIET * 2), [key]);
    }
}
