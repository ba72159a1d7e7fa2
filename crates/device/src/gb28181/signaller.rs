//! The thread of signalling: owns the platform and its sockets, does what it is told, tells what happens.

mod speech;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gb28181::manscdp::{Body, Control, Message, Notify, Query};
use gb28181::platform::{
    Answer, BroadcastId, Ending, Event, ExchangeId, Fault, Invitation, Moment, Options, Output, SessionEvent,
    SessionId, SignIn, World,
};
use gb28181::sdp::{Description, Direction, Media, SessionKind, Ssrc, StreamChoice};
use gb28181::{Id, Platform, Subject, mansrtsp};
use sip::{Dialog, Path};
use tokio::sync::{mpsc, oneshot};

use super::Shared;
use super::call::NewCall;
use super::directory::{CatalogState, Presence, Refused, catalog_state};
use super::happening::Happening;
use super::talk::NewTalk;
use super::trace::Way;
use super::welcome::{Stage, Subjects, Welcome};
use super::wire::{Arrival, Wire};
use speech::Broadcasts;
pub(super) use speech::Told;

/// Datagrams that are taken in a row before anything else has its turn.
const DATAGRAMS_IN_A_ROW: usize = 64;
/// Events of a session that its owner has not taken; further ones are dropped, but not its end.
const SESSION_EVENTS: usize = 16;
/// How often it is looked for connections without a device and sessions without an owner.
const SWEEP: Duration = Duration::from_secs(2);

/// What comes of an order or a question.
pub(super) type Reply = oneshot::Sender<Result<Box<Answer>, Fault>>;

/// What the thread is told to do.
pub(super) enum Command {
    Ask {
        device: Id,
        target: Id,
        query: Query,
        reply: Reply,
    },
    Order {
        device: Id,
        target: Id,
        control: Control,
        reply: Reply,
    },
    Invite {
        call: Box<NewCall>,
        reply: oneshot::Sender<Result<Started, Fault>>,
    },
    HangUp(SessionId),
    /// Tell a device that somebody speaks.
    Broadcast {
        device: Id,
        target: Id,
        reply: oneshot::Sender<Result<Told, Fault>>,
    },
    AcceptBroadcast {
        broadcast: BroadcastId,
        port: u16,
        ssrc: Ssrc,
    },
    EndBroadcast(BroadcastId),
    InviteToTalk {
        talk: Box<NewTalk>,
        reply: oneshot::Sender<Result<Started, Fault>>,
    },
    Control {
        session: SessionId,
        method: mansrtsp::Method,
        reply: oneshot::Sender<Result<(), Fault>>,
    },
    /// Its permit has changed or is gone.
    Dismiss(Id),
    /// Ask it for everything again.
    Welcome(Id),
}

/// An invitation that is on its way.
pub(super) struct Started {
    pub(super) session: SessionId,
    pub(super) events: mpsc::Receiver<SessionEvent>,
}

/// Who waits for an answer.
enum Waiter {
    Caller(Reply),
    Welcome(Id, Stage),
}

struct Owned {
    device: Id,
    events: mpsc::Sender<SessionEvent>,
    call_id: Option<String>,
    /// Who waits for what comes of controls, in their order.
    controls: VecDeque<oneshot::Sender<Result<(), Fault>>>,
}

/// What the platform asks its surroundings.
struct Surroundings<'a> {
    shared: &'a Shared,
    wire: &'a Wire,
}

impl World for Surroundings<'_> {
    fn admission(&self, device: &Id) -> Option<gb28181::platform::Admission> {
        self.shared.directory.admission(device)
    }

    fn own_address(&self, path: &Path) -> std::net::SocketAddr {
        self.wire.own_address(path)
    }
}

pub(super) struct Signaller {
    shared: Arc<Shared>,
    platform: Platform,
    wire: Wire,
    waiting: HashMap<ExchangeId, Waiter>,
    sessions: HashMap<SessionId, Owned>,
    broadcasts: Broadcasts,
    welcome: Welcome,
    subjects: Subjects,
    /// Sessions of before a restart, by device.
    stale: HashMap<Id, Vec<Dialog>>,
}

impl Signaller {
    pub(super) fn new(
        shared: Arc<Shared>,
        wire: Wire,
        secrets: ([u8; 32], [u8; 32]),
        stale: Vec<(Id, Dialog)>,
    ) -> Self {
        let settings = &shared.settings;
        let mut options = Options::new(settings.server_id.clone(), &settings.domain);
        options.heartbeat = settings.heartbeat;
        let mut by_device: HashMap<Id, Vec<Dialog>> = HashMap::new();
        for (device, dialog) in stale {
            by_device.entry(device).or_default().push(dialog);
        }
        Self {
            platform: Platform::new(options, secrets.0, secrets.1),
            shared,
            wire,
            waiting: HashMap::new(),
            sessions: HashMap::new(),
            broadcasts: Broadcasts::default(),
            welcome: Welcome::default(),
            subjects: Subjects::default(),
            stale: by_device,
        }
    }

    /// Works until nobody can tell it anything any more.
    pub(super) async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let mut sweep = tokio::time::interval(SWEEP);
        loop {
            let due = self.drain().map(tokio::time::Instant::from_std);
            let timeout = async {
                match due {
                    Some(due) => tokio::time::sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                arrival = self.wire.arrival() => self.on_arrival(arrival),
                command = commands.recv() => match command {
                    Some(command) => self.on_command(command),
                    None => return,
                },
                () = timeout => self.with(|platform, at, world| platform.handle_timeout(at, world)),
                _ = sweep.tick() => self.sweep(),
            }
        }
    }

    /// Does something with the platform.
    fn with<T>(&mut self, act: impl FnOnce(&mut Platform, Moment, &dyn World) -> T) -> T {
        let world = Surroundings { shared: &self.shared, wire: &self.wire };
        act(&mut self.platform, moment(), &world)
    }

    fn on_arrival(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Datagram(from, length) => {
                let mut next = Some((from, length));
                for _ in 0..DATAGRAMS_IN_A_ROW {
                    let Some((from, length)) = next else { return };
                    self.on_datagram(from, length);
                    self.drain();
                    next = self.wire.try_datagram();
                }
                if let Some((from, length)) = next {
                    self.on_datagram(from, length);
                }
            }
            Arrival::Bytes(name, bytes) => {
                let (messages, is_over) = self.wire.messages(Instant::now(), name, &bytes);
                for (path, message) in messages {
                    self.shared.trace.note(Way::In, &path, &message.write());
                    self.with(|platform, at, world| platform.handle_message(at, path, message, world));
                    self.drain();
                }
                if is_over {
                    self.close(name);
                }
            }
            Arrival::Closed(name) => self.close(name),
            Arrival::Nothing => {}
        }
    }

    fn on_datagram(&mut self, from: std::net::SocketAddr, length: usize) {
        let Some((path, bytes)) = self.wire.datagram(Instant::now(), from, length) else { return };
        let bytes = bytes.to_vec();
        self.shared.trace.note(Way::In, &path, &bytes);
        self.with(|platform, at, world| platform.handle_datagram(at, path, &bytes, world));
    }

    fn close(&mut self, name: u64) {
        self.wire.close(name);
        self.with(|platform, at, world| platform.connection_closed(at, name, world));
    }

    fn sweep(&mut self) {
        for name in self.wire.strangers(Instant::now()) {
            self.close(name);
        }
        // Whoever owned these is gone, and its word was lost.
        let orphans: Vec<SessionId> =
            self.sessions.iter().filter(|(_, owned)| owned.events.is_closed()).map(|(id, _)| *id).collect();
        for session in orphans {
            self.with(|platform, at, world| platform.hang_up(at, session, world));
        }
        for broadcast in self.broadcasts.orphans() {
            self.end_broadcast(broadcast);
        }
        self.shared.note_counters(&self.platform, &self.wire, self.sessions.len() + self.broadcasts.count());
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Ask { device, target, query, reply } => {
                let asked = self.with(|platform, at, world| platform.ask(at, &device, &target, query, world));
                self.wait(asked, Waiter::Caller(reply));
            }
            Command::Order { device, target, control, reply } => {
                let ordered = self.with(|platform, at, world| platform.order(at, &device, &target, control, world));
                self.wait(ordered, Waiter::Caller(reply));
            }
            Command::Invite { call, reply } => {
                let started = self.invite(&call);
                self.hand_over(started, reply);
            }
            Command::InviteToTalk { talk, reply } => {
                let started = self.invite_to_talk(&talk);
                self.hand_over(started, reply);
            }
            Command::HangUp(session) => {
                self.with(|platform, at, world| platform.hang_up(at, session, world));
            }
            Command::Broadcast { device, target, reply } => self.broadcast(device, &target, reply),
            Command::AcceptBroadcast { broadcast, port, ssrc } => self.accept_broadcast(broadcast, port, ssrc),
            Command::EndBroadcast(broadcast) => self.end_broadcast(broadcast),
            Command::Control { session, method, reply } => {
                let sent = self.with(|platform, at, world| platform.control(at, session, method, world));
                match (sent, self.sessions.get_mut(&session)) {
                    (Ok(()), Some(owned)) => owned.controls.push_back(reply),
                    // Whoever asked does not wait any more.
                    (sent, _) => drop(reply.send(sent)),
                }
            }
            Command::Dismiss(device) => self.platform.dismiss(&device),
            Command::Welcome(device) => self.welcome.add(device),
        }
    }

    /// An invitation that nobody waits for any more is given up.
    fn hand_over(&mut self, started: Result<Started, Fault>, reply: oneshot::Sender<Result<Started, Fault>>) {
        if let Err(Ok(unheard)) = reply.send(started) {
            self.with(|platform, at, world| platform.hang_up(at, unheard.session, world));
        }
    }

    fn wait(&mut self, sent: Result<ExchangeId, Fault>, waiter: Waiter) {
        match sent {
            Ok(exchange) => drop(self.waiting.insert(exchange, waiter)),
            Err(fault) => self.answer(waiter, Err(fault)),
        }
    }

    fn answer(&mut self, waiter: Waiter, answer: Result<Box<Answer>, Fault>) {
        match waiter {
            // Whoever asked does not wait any more.
            Waiter::Caller(reply) => drop(reply.send(answer)),
            Waiter::Welcome(device, stage) => self.on_welcomed(&device, stage, answer),
        }
    }

    fn invite(&mut self, call: &NewCall) -> Result<Started, Fault> {
        let device = self.platform.device(&call.wanted.device).ok_or(Fault::NotSignedIn)?;
        let (path, profile) = (device.path, device.profile);
        let own = self.wire.own_address(&path).ip();
        let wanted = &call.wanted;
        let mut media = Media::video(call.port, profile.video_payloads());
        media.transport = call.transport;
        media.setup = call.setup;
        media.direction = Some(Direction::RecvOnly);
        media.stream = profile.stream.map(|attribute| StreamChoice { attribute, number: wanted.stream });
        media.download_speed = wanted.span.and_then(|span| span.download_speed).map(u16::from);
        let server = self.shared.settings.server_id.clone();
        let history = wanted.span.map(|span| (span.start_unix_s, span.end_unix_s));
        let offer = Description {
            owner: Some(server.clone()),
            address: Some(own.to_string()),
            kind: match wanted.span {
                None => SessionKind::Play,
                Some(span) if span.download_speed.is_some() => SessionKind::Download,
                Some(_) => SessionKind::Playback,
            },
            source: wanted
                .span
                .map(|_| gb28181::sdp::RecordingSource::Channel { channel: wanted.channel.clone(), cause: 0 }),
            start_unix_s: history.map_or(0, |(start, _)| start),
            end_unix_s: history.map_or(0, |(_, end)| end),
            media: vec![media],
            ssrc: Some(call.ssrc),
            parameters: None,
        };
        let subject = Subject {
            sender: wanted.channel.clone(),
            sender_sequence: call.ssrc.to_string(),
            receiver: server,
            receiver_sequence: "0".to_owned(),
        };
        let invitation = Invitation { device: wanted.device.clone(), channel: wanted.channel.clone(), subject, offer };
        let session = self.with(|platform, at, world| platform.invite(at, &invitation, world))?;
        let (events, heard) = mpsc::channel(SESSION_EVENTS);
        self.sessions
            .insert(session, Owned { device: wanted.device.clone(), events, call_id: None, controls: VecDeque::new() });
        Ok(Started { session, events: heard })
    }

    /// Sends and tells all that there is; the time at which the platform wants to be called.
    fn drain(&mut self) -> Option<Instant> {
        loop {
            match self.platform.poll_output() {
                Output::Timeout(due) if !self.greet_next() => return due,
                Output::Timeout(_) => {}
                Output::Transmit(transmit) => {
                    self.shared.trace.note(Way::Out, &transmit.path, &transmit.bytes);
                    if let Some(stuck) = self.wire.send(&transmit) {
                        self.close(stuck);
                    }
                }
                Output::Event(event) => self.on_event(event),
            }
        }
    }

    fn on_event(&mut self, event: Event) {
        let now = moment().unix_ms;
        match event {
            Event::SignedIn { device, how } => self.on_signed_in(now, device, how),
            Event::Gone { device, why } => {
                self.shared.directory.note_gone(&device);
                self.shared.tell(Happening::Gone { device, why });
            }
            Event::Refused { device, from, why } => {
                tracing::info!(%device, %from, ?why, "A device was not let in.");
                self.shared.directory.note_refused(Refused { device, from, why, at_unix_ms: now, times: 1 });
            }
            Event::Heartbeat { device, keepalive } => {
                let Some(presence) = self.shared.directory.presence(&device) else { return };
                presence.note_heard(now);
                let faulty = keepalive.faulty.map(|faulty| faulty.devices).unwrap_or_default();
                presence.tell(|told| told.faulty = faulty);
            }
            Event::Notice { device, message } => self.on_notice(&device, *message),
            Event::Progress { exchange, progress } => {
                let Some(Waiter::Welcome(device, _)) = self.waiting.get(&exchange) else { return };
                let of = progress.announced.and_then(|of| usize::try_from(of).ok());
                if let Some(presence) = self.shared.directory.presence(device) {
                    presence.tell(|told| told.catalog = CatalogState::Coming { items: progress.received, of });
                }
            }
            Event::Answered { exchange, answer } => {
                if let Some(waiter) = self.waiting.remove(&exchange) {
                    self.answer(waiter, answer);
                }
            }
            Event::Session { session, what } => self.on_session(session, what),
            Event::Broadcast { broadcast, what } => self.on_broadcast(broadcast, what),
            _ => {}
        }
    }

    fn on_signed_in(&mut self, now: i64, device: Id, how: SignIn) {
        let Some(record) = self.platform.device(&device) else { return };
        let path = record.path;
        let server = self.wire.own_address(&path).ip();
        self.shared.directory.note_present(&device, Presence::new(now, record, server));
        self.wire.note_known(&path);
        if how == SignIn::Renewed {
            return;
        }
        tracing::info!(%device, at = %super::directory::place(&path), ?how, "A device signed in.");
        for dialog in self.stale.remove(&device).unwrap_or_default() {
            let call_id = dialog.call_id.clone();
            // What cannot be told now, the device has forgotten by itself when it times out.
            let _untold = self.with(|platform, at, world| platform.end_stale(at, &device, dialog, world));
            self.shared.dialogs.ended(&call_id);
        }
        self.shared.tell(Happening::SignedIn { device: device.clone() });
        self.welcome.add(device);
    }

    fn on_notice(&mut self, device: &Id, message: Message) {
        let Body::Notify(notify) = message.body else {
            if let Body::Response(gb28181::manscdp::Response::Catalog(part)) = message.body {
                self.shared.directory.note_changes(device, &part.items);
            }
            return;
        };
        let of = message.device_id.unwrap_or_else(|| device.clone());
        match notify {
            Notify::Catalog(part) => {
                self.shared.directory.note_changes(device, &part.items);
                self.shared.tell(Happening::CatalogChanged { device: device.clone() });
            }
            Notify::Alarm(alarm) => {
                self.shared.tell(Happening::Alarm { device: device.clone(), source: of, alarm: Box::new(alarm) });
            }
            Notify::MobilePosition(position) => {
                self.shared.tell(Happening::Moved { device: device.clone(), source: of, position: Box::new(position) });
            }
            Notify::DeviceUpgradeResult(told) => self.shared.upgrades.finish(device, told),
            Notify::SnapShotFinished(finished) => {
                self.shared.tell(Happening::SnapShots { device: device.clone(), finished: Box::new(finished) });
            }
            _ => {}
        }
    }

    fn on_session(&mut self, session: SessionId, what: SessionEvent) {
        let Some(owned) = self.sessions.get_mut(&session) else { return };
        match &what {
            SessionEvent::Established { dialog, .. } => {
                owned.call_id = Some(dialog.call_id.clone());
                self.shared.dialogs.began(&owned.device, dialog);
            }
            SessionEvent::Ended(why) => {
                let Some(owned) = self.sessions.remove(&session) else { return };
                // One whose device is gone is told when it comes back.
                if let Some(call_id) = owned.call_id.filter(|_| *why != Ending::DeviceGone) {
                    self.shared.dialogs.ended(&call_id);
                }
                let _not_listening = owned.events.try_send(what);
                return;
            }
            SessionEvent::Controlled(outcome) => {
                if let Some(reply) = owned.controls.pop_front() {
                    // Whoever asked does not wait any more.
                    let _unheard = reply.send(outcome.clone().map(drop));
                }
                return;
            }
            _ => {}
        }
        let _not_listening = owned.events.try_send(what);
    }

    /// Asks who is next for what is to be known of it; `false` when nobody is.
    fn greet_next(&mut self) -> bool {
        let Some((device, stage)) = self.welcome.next() else { return false };
        if let Some(query) = stage.query() {
            let asked = self.with(|platform, at, world| platform.ask(at, &device, &device, query, world));
            self.wait(asked, Waiter::Welcome(device, stage));
            return true;
        }
        let moves = self.shared.directory.asks_positions(&device);
        for query in self.subjects.of(&device, moves) {
            // A device that knows no subscriptions is asked for its catalog when somebody looks.
            let _refused = self.with(|platform, at, world| platform.subscribe(at, &device, &device, query, world));
        }
        self.welcome.done(&device);
        true
    }

    fn on_welcomed(&mut self, device: &Id, stage: Stage, answer: Result<Box<Answer>, Fault>) {
        let is_gone = matches!(answer, Err(Fault::NotSignedIn));
        self.take_answer(device, stage, answer);
        if is_gone {
            self.welcome.done(device);
        } else {
            self.welcome.advance(device, stage);
        }
    }

    fn take_answer(&self, device: &Id, stage: Stage, answer: Result<Box<Answer>, Fault>) {
        use gb28181::manscdp::Response;
        let Some(presence) = self.shared.directory.presence(device) else { return };
        match answer.map(|answer| *answer) {
            Ok(Answer::Said(Response::DeviceInfo(info))) => self.shared.directory.note_info(device, &info),
            Ok(Answer::Said(Response::DeviceStatus(status))) => {
                let ahead = status.clock.map(|time| time.unix_ms() - moment().unix_ms);
                presence.tell(|told| told.clock_ahead_ms = ahead);
            }
            Ok(Answer::Catalog(collected)) => {
                let state = catalog_state(&collected.completeness, collected.items.len());
                self.shared.directory.note_catalog(device, &collected.items, state);
                self.shared.tell(Happening::CatalogChanged { device: device.clone() });
            }
            Err(fault) if stage == Stage::Catalog => {
                presence
                    .tell(|told| told.catalog = CatalogState::Partial(format!("The catalog did not come: {fault}.")));
            }
            _ => {}
        }
    }
}

fn moment() -> Moment {
    let unix_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    Moment { now: Instant::now(), unix_ms: i64::try_from(unix_ms).unwrap_or(i64::MAX) }
}
