//! The platform's side of GB/T 28181, on top of SIP (§9.1 to §9.8, §9.10, §9.11): who is signed in, what devices report,
//! what they answer to orders, questions and subscriptions, and the sessions in which they send media.
//!
//! ```text
//! datagrams, messages of connections ─┐            ┌─ Transmit (to a socket or connection)
//! orders, questions, invitations ─────┴─ Platform ─┴─ Event (signed in, gone, notice, answer, session)
//! ```
//!
//! **Drain [`Platform::poll_output`] until it says [`Output::Timeout`] after every call.** Times come from the caller,
//! and so does everything that a platform must look up: [`World`].
//!
//! An idle device costs its record and one entry in a queue of deadlines. Nothing is kept for who has not proved a
//! password, but for a bounded table of wrong ones. A device that comes from another address must prove it again.

mod broadcast;
mod deadlines;
mod device;
mod exchange;
mod failures;
mod incoming;
mod places;
mod registrar;
mod session;
mod subscription;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use base::Words;
use base::http_auth::NonceKey;
use sip::transaction::ClientId;
use sip::{Endpoint, Method, Path, Request, Transmit};

use crate::id::Id;
use crate::manscdp::{Keepalive, Message};
use crate::profile::Overrides;
use broadcast::Broadcasts;
pub use broadcast::{BroadcastEnding, BroadcastEvent, BroadcastId, INVITATION_WAIT, Listener, SoundSource};
use deadlines::Deadlines;
pub use device::Device;
pub use exchange::{Answer, ExchangeId, Fault};
use exchange::{Done, Exchanges};
use failures::Failures;
use places::Places;
use session::Sessions;
pub use session::{Ending, Invitation, SessionEvent, SessionId};
use subscription::Subscriptions;
pub use subscription::{SubscriptionEvent, SubscriptionId};

/// How long a device may take to answer a challenge.
const NONCE_AGE: Duration = Duration::from_secs(120);

/// A moment, by both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// For what takes time.
    pub now: Instant,
    /// Milliseconds since 1970 began in UTC, for what is told to devices.
    pub unix_ms: i64,
}

/// Heartbeats of a device that may be missing before it counts as gone (§9.6).
pub const MISSED_HEARTBEATS: u32 = 3;

/// Who the platform is, and what it permits.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its own code, of 20 digits.
    pub server_id: Id,
    /// Its domain, which is also the realm of passwords: usually the first ten digits of its code.
    pub domain: String,
    /// Time between heartbeats of a device, and how many may be missing (§9.6).
    pub heartbeat: Duration,
    /// Heartbeats that may be missing.
    pub missed_heartbeats: u32,
    /// Settings of SIP.
    pub sip: sip::Options,
}

impl Options {
    /// With the values of the standard: heartbeats each 60 s, of which [`MISSED_HEARTBEATS`] may be missing.
    pub fn new(server_id: Id, domain: &str) -> Self {
        Self {
            server_id,
            domain: domain.to_owned(),
            heartbeat: Duration::from_secs(60),
            missed_heartbeats: MISSED_HEARTBEATS,
            // `gb28181-rs` takes a 100 to its INVITE for the final answer; ours comes sooner than the longest time.
            sip: sip::Options { trying_after: Duration::from_millis(200), ..sip::Options::default() },
        }
    }

    /// How long a device may be silent.
    fn silence(&self) -> Duration {
        self.heartbeat * self.missed_heartbeats
    }
}

/// What the platform asks its surroundings. Answers come at once, from memory.
pub trait World {
    /// How the device may sign in; `None` for one that is not permitted at all.
    fn admission(&self, device: &Id) -> Option<Admission>;

    /// Our end of a path as the peer knows it.
    fn own_address(&self, path: &Path) -> SocketAddr;
}

/// How a device may sign in.
#[derive(Clone)]
pub struct Admission {
    /// The name that it signs in with, where that is not its identifier.
    pub username: Option<String>,
    /// Its password.
    pub password: String,
    /// Whether it is told the time (§9.10); some devices take it for that of another zone.
    pub tells_time: bool,
    /// How it wants to be talked to, where people have said it; else the preset of its maker counts.
    pub overrides: Overrides,
    /// Where it shall sign in instead (302, §9.1.2.3), as a SIP URI.
    pub redirect: Option<String>,
}

/// What the caller does next.
#[derive(Debug, PartialEq)]
pub enum Output {
    /// Send this.
    Transmit(Transmit),
    /// Know this.
    Event(Event),
    /// There is no more: call [`Platform::handle_timeout`] at this time, if there is one.
    Timeout(Option<Instant>),
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A device has proved its password.
    SignedIn {
        /// Which.
        device: Id,
        /// How.
        how: SignIn,
    },
    /// A device is not there any more.
    Gone {
        /// Which.
        device: Id,
        /// Why.
        why: Gone,
    },
    /// Somebody was not let in.
    Refused {
        /// Who it claims to be.
        device: Id,
        /// From where.
        from: SocketAddr,
        /// Why.
        why: Refusal,
    },
    /// A heartbeat.
    Heartbeat {
        /// Of whom.
        device: Id,
        /// What it says.
        keepalive: Keepalive,
    },
    /// A device tells something, or asks; alarms have been acknowledged.
    Notice {
        /// Which.
        device: Id,
        /// What.
        message: Box<Message>,
    },
    /// An answer of many messages has grown.
    Progress {
        /// To what.
        exchange: ExchangeId,
        /// How far it is.
        progress: crate::collect::Progress,
    },
    /// Something about a session.
    Session {
        /// Which.
        session: SessionId,
        /// What.
        what: SessionEvent,
    },
    /// Something about a broadcast.
    Broadcast {
        /// Which.
        broadcast: BroadcastId,
        /// What.
        what: BroadcastEvent,
    },
    /// Something about a subscription.
    Subscription {
        /// Which.
        subscription: SubscriptionId,
        /// What.
        what: SubscriptionEvent,
    },
    /// An order or a question is done with. Comes once for each.
    Answered {
        /// Which.
        exchange: ExchangeId,
        /// What came of it.
        answer: Result<Box<Answer>, Fault>,
    },
}

/// How a device signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// It was not there.
    Anew,
    /// It said in time that it is still there.
    Renewed,
    /// It was there at another address: dialogs and subscriptions of the former are dead.
    Moved,
}

/// Why a device is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Gone {
    /// It signed out.
    SignedOut,
    /// It was silent for longer than heartbeats may be missing.
    Silent,
    /// It did not renew its sign-in.
    Expired,
    /// Its connection ended.
    ConnectionClosed,
    /// [`Platform::dismiss`].
    Dismissed,
}

/// Why somebody was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Nobody of this identifier is permitted.
    Unknown,
    /// The password or the name that belongs to it is wrong.
    WrongPassword,
    /// Wrong passwords came from this address too often; it is not listened to for a while.
    Locked,
}

/// A platform with its devices.
#[derive(Debug)]
pub struct Platform {
    options: Options,
    endpoint: Endpoint,
    nonces: NonceKey,
    devices: HashMap<Id, Device>,
    user_agents: Words,
    places: Places,
    failures: Failures,
    exchanges: Exchanges,
    sessions: Sessions,
    broadcasts: Broadcasts,
    subscriptions: Subscriptions,
    deadlines: Deadlines,
    outputs: VecDeque<Output>,
}

impl Platform {
    /// `seed` and `nonce_key` are random and secret. Challenges stay valid over a restart with the same key.
    pub fn new(options: Options, seed: [u8; 32], nonce_key: [u8; 32]) -> Self {
        Self {
            endpoint: Endpoint::new(seed, options.sip),
            nonces: NonceKey::new(nonce_key, NONCE_AGE),
            devices: HashMap::new(),
            user_agents: Words::default(),
            places: Places::default(),
            failures: Failures::default(),
            exchanges: Exchanges::default(),
            sessions: Sessions::default(),
            broadcasts: Broadcasts::default(),
            subscriptions: Subscriptions::default(),
            deadlines: Deadlines::default(),
            outputs: VecDeque::new(),
            options,
        }
    }

    /// The identifier as it is kept of a device that is there, so that whatever is kept by it shares its text.
    fn as_known(&self, id: Id) -> Id {
        self.devices.get_key_value(&id).map_or(id, |(known, _)| known.clone())
    }

    /// A device that is signed in.
    pub fn device(&self, id: &Id) -> Option<&Device> {
        self.devices.get(id)
    }

    /// The devices that are signed in, in no order.
    pub fn devices(&self) -> impl Iterator<Item = (&Id, &Device)> {
        self.devices.iter()
    }

    /// What SIP has seen so far.
    pub const fn counters(&self) -> sip::Counters {
        self.endpoint.counters()
    }

    /// Whether nothing is under way: no order or question, no session, no broadcast, no subscription, no transaction of SIP.
    pub fn is_idle(&self) -> bool {
        let ours = self.exchanges.is_empty() && self.sessions.is_empty() && self.subscriptions.is_empty();
        ours && self.broadcasts.is_empty() && self.endpoint.open_transactions() == (0, 0)
    }

    /// Takes a datagram.
    pub fn handle_datagram(&mut self, at: Moment, path: Path, bytes: &[u8], world: &dyn World) {
        self.endpoint.handle_datagram(at.now, path, bytes);
        self.attend(at, world);
    }

    /// Takes a message of a connection.
    pub fn handle_message(&mut self, at: Moment, path: Path, message: sip::Message, world: &dyn World) {
        self.endpoint.handle_message(at.now, path, message);
        self.attend(at, world);
    }

    /// A connection has ended; `local` is its name in its paths.
    pub fn connection_closed(&mut self, at: Moment, local: u64, world: &dyn World) {
        self.endpoint.connection_closed(local);
        self.attend(at, world);
        for id in self.places.close(local) {
            self.remove(&id, Gone::ConnectionClosed);
        }
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, at: Moment, world: &dyn World) {
        self.endpoint.handle_timeout(at.now);
        self.attend(at, world);
        while let Some((watched_at, id)) = self.deadlines.pop(at.now) {
            self.look_after(at.now, watched_at, id);
        }
        let done = self.exchanges.handle_timeout(at.now);
        self.tell(done);
        self.give_up_broadcasts(at, world);
        self.renew_subscriptions(at, world);
    }

    /// A device is not permitted any more, or was changed: it must sign in again.
    pub fn dismiss(&mut self, id: &Id) {
        self.remove(id, Gone::Dismissed);
    }

    /// The next thing to do.
    pub fn poll_output(&mut self) -> Output {
        if let Some(output) = self.outputs.pop_front() {
            return output;
        }
        // What is left in the endpoint is its next time: everything else was taken by `attend`.
        let sip = match self.endpoint.poll_output() {
            sip::Output::Timeout(at) => at,
            sip::Output::Transmit(transmit) => return Output::Transmit(transmit),
            sip::Output::Event(_) => None,
        };
        let own = [self.deadlines.next(), self.exchanges.poll_timeout(), self.subscriptions.poll_timeout()];
        Output::Timeout(own.into_iter().chain([sip, self.broadcasts.poll_timeout()]).flatten().min())
    }

    fn tell(&mut self, done: impl IntoIterator<Item = Done>) {
        for (exchange, answer) in done {
            if self.on_broadcast_answered(exchange, &answer) {
                continue;
            }
            self.event(Event::Answered { exchange, answer });
        }
    }

    fn event(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }

    /// Takes all that SIP has.
    fn attend(&mut self, at: Moment, world: &dyn World) {
        loop {
            match self.endpoint.poll_output() {
                sip::Output::Timeout(_) => return,
                sip::Output::Transmit(transmit) => self.outputs.push_back(Output::Transmit(transmit)),
                sip::Output::Event(event) => self.on_sip(at, event, world),
            }
        }
    }

    fn on_sip(&mut self, at: Moment, event: sip::Event, world: &dyn World) {
        match event {
            sip::Event::Request { id, request, path } => self.on_request(at, id, &request, path, world),
            sip::Event::Response { id, response, path } => {
                if self.on_session_response(at, id, &response, &path, world)
                    || self.on_subscription_response(at, id, &response, &path)
                {
                    return;
                }
                let done = self.exchanges.on_response(at.now, id, &response);
                self.tell(done);
            }
            sip::Event::Failed { id, .. } => {
                if self.on_session_failure(id) || self.on_subscription_failure(id) {
                    return;
                }
                let done = self.exchanges.on_failure(id);
                self.tell(done);
            }
            sip::Event::Acknowledged { id, .. } => self.on_acknowledged(at, id, world),
            sip::Event::NotAcknowledged { id } => self.on_not_acknowledged(at, id, world),
            sip::Event::Cancelled { id } | sip::Event::Unanswered { id } => self.on_withdrawn(id),
            _ => {}
        }
    }

    /// A request outside of any dialog to a device or to what is below it.
    fn request_to(&mut self, method: Method, target: &Id, path: &Path) -> Request {
        let uri = format!("sip:{target}@{}", path.remote);
        let from = format!("sip:{}@{}", self.options.server_id, self.options.domain);
        self.endpoint.new_request(method, &uri, &from, &uri)
    }

    /// How a device reaches us in a dialog.
    fn contact(&self, path: &Path, world: &dyn World) -> String {
        format!("<sip:{}@{}>", self.options.server_id, world.own_address(path))
    }

    /// Sends a request from where the device was heard to an address of it.
    fn send_to(
        &mut self,
        at: Moment,
        device: &Id,
        to: SocketAddr,
        request: Request,
        world: &dyn World,
    ) -> Result<ClientId, Fault> {
        let path = self.devices.get(device).ok_or(Fault::NotSignedIn)?.path;
        let path = Path { remote: to, ..path };
        let own = world.own_address(&path).to_string();
        let sent = self.endpoint.send_request(at.now, path, &own, request);
        self.attend(at, world);
        sent.map_err(Fault::from)
    }

    /// A device's time has come, or it has been heard meanwhile and has a later one.
    fn look_after(&mut self, now: Instant, watched_at: Instant, id: Id) {
        let silence = self.options.silence();
        let Some(device) = self.devices.get_mut(&id).filter(|device| device.watched_at == watched_at) else { return };
        let due = device.due(silence);
        if due > now {
            device.watched_at = due;
            self.deadlines.push(due, id);
            return;
        }
        let why = if device.expires <= now { Gone::Expired } else { Gone::Silent };
        self.remove(&id, why);
    }

    fn remove(&mut self, id: &Id, why: Gone) {
        let Some(device) = self.devices.remove(id) else { return };
        self.places.leave(&device.path, id);
        self.end_broadcasts_of(id);
        let done = self.exchanges.abandon(id);
        self.tell(done);
        self.end_sessions_of(id);
        self.end_subscriptions_of(id);
        self.event(Event::Gone { device: id.clone(), why });
    }
}
