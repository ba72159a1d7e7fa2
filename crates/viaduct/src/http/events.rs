//! The event WebSocket: topics, sequence numbers, resuming.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use api::{ClientMessage, EventMessage, ServerStats, StreamStats};
use axum::extract::State;
use axum::extract::ws::{Utf8Bytes, WebSocketUpgrade};
use axum::response::Response;
use gateway::source::SourceState;
use hub::{HubEvent, Phase, StreamKey};
use platform::people::Caller;
use platform::rights::{Action, Kind, Place};
use platform::sharing::SharingError;
use platform::unix_now_ms;
use serde_json::{Value, json};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::socket::{ClientSocket, End};
use super::streams::may;
use super::views;
use crate::process::memory_bytes;
use crate::server::App;

/// Events that can be resumed from.
const KEPT: usize = 2048;
/// Bytes of a client's message.
const MAX_MESSAGE: usize = 4 << 10;
/// Between looks at whether a listener still may, and words that a screen is on.
const CHECK: Duration = Duration::from_secs(10);
const TOPICS: [&str; 5] = ["streams", "sources", "channels", "screens", "server"];
/// How long a listener may take for one message before it is given up.
const SEND_WAIT: Duration = Duration::from_secs(20);

/// All events of this run.
pub(crate) struct EventLog {
    inner: Mutex<Inner>,
    live: broadcast::Sender<Arc<Event>>,
}

struct Inner {
    next: u64,
    kept: VecDeque<Arc<Event>>,
}

struct Event {
    to: Audience,
    seq: u64,
    topic: &'static str,
    name: String,
    data: Value,
    /// The message to those who hear all of it, written once for all of them.
    text: Utf8Bytes,
}

/// Who hears an event, of those who listen to its topic.
#[derive(Debug)]
enum Audience {
    All,
    /// The user of this number.
    User(i64),
    /// Who may view this stream.
    OfStream(StreamKey),
    /// All, but of its `items` only the streams that they may view.
    OfItems,
}

impl Event {
    fn new(to: Audience, seq: u64, topic: &'static str, name: &str, data: Value) -> Self {
        let text = message(seq, topic, name, &data);
        Self { to, seq, topic, name: name.to_owned(), data, text }
    }

    /// What a listener is told.
    fn told_to(&self, app: &App, caller: &Caller) -> Option<Utf8Bytes> {
        match &self.to {
            Audience::All => Some(self.text.clone()),
            Audience::User(user) => (*user == caller.user.id).then(|| self.text.clone()),
            Audience::OfStream(key) => may(app, caller, Action::View, key).then(|| self.text.clone()),
            Audience::OfItems if caller.may(Action::View, Kind::Stream, &Place::ROOT) => Some(self.text.clone()),
            Audience::OfItems => Some(message(self.seq, self.topic, &self.name, &self.data_for(app, caller))),
        }
    }

    fn data_for(&self, app: &App, caller: &Caller) -> Value {
        let mut data = self.data.clone();
        if let Some(items) = data.get_mut("items").and_then(Value::as_array_mut) {
            items.retain(|item| key_of(item).is_some_and(|key| may(app, caller, Action::View, &key)));
        }
        data
    }
}

fn message(seq: u64, topic: &str, event: &str, data: &Value) -> Utf8Bytes {
    let (topic, event) = (topic.to_owned(), event.to_owned());
    let message = EventMessage::Event { seq, topic, event, data: data.clone() };
    serde_json::to_string(&message).expect("our own types serialise").into()
}

/// The stream that an item is of.
fn key_of(item: &Value) -> Option<StreamKey> {
    StreamKey::new(item["app"].as_str()?, item["name"].as_str()?).ok()?.on_host(item["vhost"].as_str()?).ok()
}

impl EventLog {
    pub(crate) fn new() -> Self {
        let inner = Mutex::new(Inner { next: 1, kept: VecDeque::new() });
        Self { inner, live: broadcast::Sender::new(KEPT) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `kept` is for events that say what changed; the once-a-second figures are not worth resuming.
    fn push(&self, topic: &'static str, name: &str, data: Value, keep: bool) {
        self.push_to(Audience::All, topic, name, data, keep);
    }

    fn push_to(&self, to: Audience, topic: &'static str, name: &str, data: Value, keep: bool) {
        let mut inner = self.lock();
        let event = Arc::new(Event::new(to, inner.next, topic, name, data));
        inner.next += 1;
        if keep {
            if inner.kept.len() == KEPT {
                inner.kept.pop_front();
            }
            inner.kept.push_back(Arc::clone(&event));
        }
        let _nobody_listens = self.live.send(event);
    }

    pub(crate) fn source_changed(&self, what: &str, key: &StreamKey) {
        self.push("sources", what, named(key), true);
    }

    /// A screen of a user is to show something.
    pub(crate) fn screen_told(&self, user: i64, data: Value) {
        self.push_to(Audience::User(user), "screens", "show", data, true);
    }

    /// Devices or channels are not what they were; which, each sees by asking.
    pub(crate) fn channels_changed(&self) {
        self.push("channels", "changed", json!({}), true);
    }

    /// Events after `seq`, or `None` when they are not all there any more.
    fn since(&self, seq: u64) -> Option<Vec<Arc<Event>>> {
        let inner = self.lock();
        if seq >= inner.next {
            return None;
        }
        let lost = inner.kept.len() == KEPT && inner.kept.front().is_some_and(|oldest| oldest.seq > seq + 1);
        (!lost).then(|| inner.kept.iter().filter(|event| event.seq > seq).cloned().collect())
    }
}

/// Once a second: figures for the console; in between: what the hub tells.
pub(crate) async fn sample(app: Arc<App>) {
    let mut hub_events = app.hub.events();
    let mut second = tokio::time::interval(Duration::from_secs(1));
    let mut last = (0, 0);
    let mut states = HashMap::new();
    loop {
        tokio::select! {
            _ = second.tick() => {
                last = publish_stats(&app, last);
                states = publish_sources(&app, &states);
            }
            event = hub_events.recv() => match event {
                Ok(event) => publish_hub_event(&app, &event),
                Err(RecvError::Lagged(lost)) => tracing::warn!(lost, "The event log lagged behind the hub."),
                Err(RecvError::Closed) => return,
            }
        }
    }
}

fn publish_hub_event(app: &App, event: &HubEvent) {
    let (name, key) = match event {
        HubEvent::Up(key) => ("up", key),
        HubEvent::Interrupted(key) | HubEvent::Changed(key) => ("changed", key),
        HubEvent::Down(key) => ("down", key),
        _ => return,
    };
    let stream = app.hub.find(key).map(|stream| views::stream(app, &stream));
    let data = stream.map_or_else(|| named(key), |stream| json!(stream));
    app.events.push_to(Audience::OfStream(key.clone()), "streams", name, data, true);
    if let Some(channel) = app.devices.of_stream(key) {
        let state = json!({ "id": channel.id, "state": app.devices.state(&channel).as_str() });
        app.events.push_to(Audience::OfStream(key.clone()), "channels", "state", state, false);
    }
}

/// Tells of the sources that do something else than a second ago, and of new ones.
fn publish_sources(app: &App, last: &HashMap<StreamKey, SourceState>) -> HashMap<StreamKey, SourceState> {
    let states = app.sources.states();
    let changed = |(key, state): &(&StreamKey, &SourceState)| last.get(key) != Some(state);
    for (key, _) in states.iter().filter(changed) {
        app.events.push("sources", "changed", named(key), false);
    }
    states
}

fn named(key: &StreamKey) -> Value {
    json!({ "vhost": key.vhost(), "app": key.app(), "name": key.name() })
}

fn publish_stats(app: &App, last: (u64, u64)) -> (u64, u64) {
    let streams = app.hub.list();
    let items: Vec<StreamStats> = streams
        .iter()
        .map(|stream| {
            let (bitrate_bps, fps) = stream.history().recent(2);
            let source = app.sources.status(stream.key()).is_some();
            StreamStats {
                vhost: stream.key().vhost().to_owned(),
                app: stream.key().app().to_owned(),
                name: stream.key().name().to_owned(),
                bitrate_bps,
                fps: f64::from(fps),
                viewers: stream.viewer_count(),
                state: views::state(&stream.phase(), source).to_owned(),
            }
        })
        .collect();
    let received = streams.iter().map(|stream| stream.counters().read().bytes).sum();
    let sent: u64 = streams.iter().map(|stream| views::sent_bytes(stream)).sum();
    let stats = ServerStats {
        streams: streams.iter().filter(|stream| stream.phase() == Phase::Live).count(),
        viewers: streams.iter().map(|stream| stream.viewer_count()).sum(),
        rate_in_bps: u64::saturating_sub(received, last.0) * 8,
        rate_out_bps: sent.saturating_sub(last.1) * 8,
        cpu_percent: app.cpu.percent(),
        memory_bytes: memory_bytes(),
    };
    let at_ms = u64::try_from(unix_now_ms()).unwrap_or(0);
    app.load.lock().unwrap_or_else(PoisonError::into_inner).add(at_ms, &stats);
    app.events.push_to(Audience::OfItems, "streams", "stats", json!({ "items": items }), false);
    app.events.push("server", "stats", json!(stats), false);
    *app.stats.lock().unwrap_or_else(PoisonError::into_inner) = stats;
    (received, sent)
}

pub(super) async fn connect(State(app): State<Arc<App>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.max_message_size(MAX_MESSAGE).on_upgrade(move |socket| async move {
        let mut socket = ClientSocket::new(socket, SEND_WAIT);
        let outcome = converse(&app, &mut socket).await;
        socket.close(outcome).await;
    })
}

async fn converse(app: &App, socket: &mut ClientSocket<EventMessage>) -> Result<(), End> {
    let Some(ClientMessage::Auth { token, topics, resume_from, screen }) = socket.first().await? else {
        return Err(socket.refuse("invalid_input", "The first message is {\"type\":\"auth\",...}.").await);
    };
    let mut visitor = socket.sign_in(app, token).await?;
    let caller = &visitor.caller;
    let on = screen.filter(|_| may_hear(caller, "screens")).map(|name| On { app, caller: caller.clone(), name });
    if let Some(Err(error)) = on.as_ref().map(On::say) {
        return Err(socket.refuse("screen", &error.to_string()).await);
    }
    let heard = |topic: &&'static str| topics.iter().any(|wanted| wanted == topic) && may_hear(caller, topic);
    let mut topics: Vec<&'static str> = TOPICS.into_iter().filter(heard).collect();
    let mut live = app.events.live.subscribe();
    let mut sent = resume(app, socket, resume_from, &topics, caller).await?;
    // A session that ends takes its event connection along.
    let mut check = tokio::time::interval(CHECK);
    loop {
        tokio::select! {
            event = live.recv() => match event {
                Ok(event) if event.seq > sent && topics.contains(&event.topic) => {
                    sent = event.seq;
                    if let Some(told) = event.told_to(app, &visitor.caller) {
                        socket.say_text(told).await?;
                    }
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => socket.say(&EventMessage::Gap).await?,
                Err(RecvError::Closed) => return Ok(()),
            },
            incoming = socket.recv() => drop(incoming?),
            _ = check.tick() => {
                on.as_ref().map(On::say);
                // Rights may have been taken meanwhile, or their time is over.
                visitor.check(app).await?;
                topics.retain(|topic| may_hear(&visitor.caller, topic));
            }
        }
    }
}

/// A screen that is on while its connection is there.
struct On<'a> {
    app: &'a App,
    caller: Caller,
    name: String,
}

impl On<'_> {
    fn say(&self) -> Result<(), SharingError> {
        self.app.screens.announce(&self.caller, &self.name)
    }
}

impl Drop for On<'_> {
    fn drop(&mut self) {
        self.app.screens.gone(&self.caller, &self.name);
    }
}

/// Whether somebody may listen to a topic.
fn may_hear(caller: &Caller, topic: &str) -> bool {
    let kind = match topic {
        "streams" => Kind::Stream,
        "sources" => Kind::Source,
        "channels" => Kind::Channel,
        "screens" => Kind::View,
        _ => Kind::Server,
    };
    caller.may_somewhere(Action::View, kind)
}

/// Says hello, then what was missed; returns the last sequence number sent.
async fn resume(
    app: &App,
    socket: &mut ClientSocket<EventMessage>,
    resume_from: Option<u64>,
    topics: &[&'static str],
    caller: &Caller,
) -> Result<u64, End> {
    let seq = app.events.lock().next - 1;
    socket.say(&EventMessage::Hello { seq }).await?;
    let Some(from) = resume_from else { return Ok(seq) };
    match app.events.since(from) {
        None => socket.say(&EventMessage::Gap).await?,
        Some(missed) => {
            let told = missed.iter().filter(|event| topics.contains(&event.topic));
            for told in told.filter_map(|event| event.told_to(app, caller)) {
                socket.say_text(told).await?;
            }
        }
    }
    Ok(seq)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_resumes_where_it_was_unless_too_much_happened() {
        let log = EventLog::new();
        for i in 0..10 {
            log.push("streams", "up", json!(i), true);
        }
        let missed = log.since(7).unwrap();
        assert_eq!(missed.iter().map(|event| event.seq).collect::<Vec<_>>(), [8, 9, 10]);
        assert!(log.since(99).is_none(), "a number of another run");
        for i in 0..KEPT {
            log.push("streams", "up", json!(i), true);
        }
        assert!(log.since(7).is_none());
    }
}
