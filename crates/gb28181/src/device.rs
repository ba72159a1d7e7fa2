//! The device's side of GB/T 28181, on top of SIP: signing in and heartbeats (§9.1, §9.6), answers to questions and
//! orders (§9.3 to §9.7), subscriptions (§9.11), and calls for media (§9.2, §9.8). The other side is
//! [`crate::platform`].
//!
//! ```text
//! datagrams, messages of a connection ─┐          ┌─ Transmit (to the socket or connection)
//! accept, alarm, finish ...            ┴─ Device ─┴─ Event (signed in, ordered, invited, controlled, ended)
//! ```
//!
//! **Drain [`Device::poll_output`] until it says [`Output::Timeout`] after every call.** Times come from the caller, and
//! so does everything that a device knows of itself: [`World`].
//!
//! A redirection (302, §9.1.2.3) needs another socket: [`Event::Redirected`] asks the caller for it, and
//! [`Device::follow`] goes on by it.

mod call;
mod hearing;
mod incoming;
mod quirk;
mod redirection;
mod registration;
mod subscription;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use base::http_auth::Credentials;
use sip::transaction::{ClientId, ServerId};
use sip::{Endpoint, Method, Path, Request, Response, Transmit};

use crate::beijing_time::BeijingTime;
use crate::charset::Charset;
use crate::id::Id;
use crate::manscdp::{Body, CatalogItem, Control, Message, Notify, Query, RecordingItem, Response as Said};
use crate::mansrtsp;
use crate::platform::Moment;
use crate::sdp::Description;
use crate::subject::Subject;
use crate::version::Version;
use call::Calls;
pub use call::{CallId, Ending};
use hearing::Hearings;
pub use hearing::{HearingEnding, HearingEvent, HearingId};
pub use quirk::Quirk;
pub use redirection::{MAX_REDIRECTIONS, Server};
use registration::Registration;
pub use registration::SignedOut;
use subscription::Subscriptions;

/// Of a body in MANSCDP.
const CONTENT_TYPE: &str = "Application/MANSCDP+xml";
/// Messages that wait for the former to be answered. Full-policy: newer ones are dropped, and [`Event::Unsaid`] says so.
const MAX_WAITING: usize = 16_384;

/// Who the device is, and how it behaves. Without `Debug`, for the password.
#[derive(Clone)]
pub struct Options {
    /// Its own code.
    pub id: Id,
    /// Code of the platform.
    pub server_id: Id,
    /// Domain of the platform.
    pub domain: String,
    /// The name that it signs in with, where that is not its code.
    pub username: Option<String>,
    /// Its password.
    pub password: String,
    /// How long a sign-in shall last (§9.1.1: at least an hour). It is renewed after half of that.
    pub expires: Duration,
    /// Time between heartbeats (§9.6).
    pub heartbeat: Duration,
    /// Heartbeats in a row without an answer after which it signs in again.
    pub missed_heartbeats: u32,
    /// Pause before it tries again to sign in (§9.1.1: at least 60 s, different for each device).
    pub retry: Duration,
    /// The edition that it speaks.
    pub version: Version,
    /// How its texts are written.
    pub charset: Charset,
    /// What it calls itself in `User-Agent`.
    pub user_agent: String,
    /// Items of a catalog or of a list of recordings in one message.
    pub items_per_message: NonZeroUsize,
    /// In what it departs from the standard, as devices of some makers do.
    pub quirks: Vec<Quirk>,
    /// Settings of SIP.
    pub sip: sip::Options,
}

impl Options {
    /// With the values of the standard: a sign-in of an hour, heartbeats each 60 s of which three may be missing, the
    /// edition of 2022.
    pub fn new(id: Id, server_id: Id, domain: &str, password: &str) -> Self {
        Self {
            id,
            server_id,
            domain: domain.to_owned(),
            username: None,
            password: password.to_owned(),
            expires: Duration::from_secs(3600),
            heartbeat: Duration::from_secs(60),
            missed_heartbeats: 3,
            retry: Duration::from_secs(60),
            version: Version::V2022,
            charset: Charset::Gb18030,
            user_agent: "Viaduct".to_owned(),
            items_per_message: NonZeroUsize::new(4).expect("not zero"),
            quirks: Vec::new(),
            sip: sip::Options::default(),
        }
    }
}

/// What a device says to a question.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Reply {
    /// Nothing but the 200 of SIP.
    Nothing,
    /// One message.
    Said(Box<Said>),
    /// A catalog, in as many messages as it takes.
    Catalog(Vec<CatalogItem>),
    /// Recordings, in as many messages as it takes.
    Recordings {
        /// Name of the channel.
        name: String,
        /// The recordings.
        items: Vec<RecordingItem>,
    },
}

/// What a device asks its surroundings. Answers come at once, from memory.
pub trait World {
    /// What is said to a question about the device or something below it.
    fn answer(&self, at: Moment, target: &Id, query: &Query) -> Reply;

    /// What is told of the position of the device or of something below it when its time has come.
    fn position(&self, at: Moment, target: &Id) -> Option<Notify>;

    /// Whether an order will be done; the answer says so where the standard has one, and no event follows if not.
    fn takes(&self, target: &Id, control: &Control) -> bool;

    /// Whether the device or something below it has a loudspeaker; else broadcasts to it are declined (§9.12).
    fn has_loudspeaker(&self, target: &Id) -> bool;
}

/// What the caller does next.
#[derive(Debug, PartialEq)]
pub enum Output {
    /// Send this.
    Transmit(Transmit),
    /// Know this.
    Event(Event),
    /// There is no more: call [`Device::handle_timeout`] at this time, if there is one.
    Timeout(Option<Instant>),
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The platform has let it in, anew or again.
    SignedIn {
        /// The time that the platform tells (§9.10).
        clock: Option<BeijingTime>,
    },
    /// It is not signed in any more, or was not let in. It tries again by itself after [`Options::retry`], but for
    /// [`SignedOut::Asked`] and [`SignedOut::ConnectionClosed`], and where it had followed a redirection: then the caller
    /// signs in at the first platform again.
    SignedOut(SignedOut),
    /// The platform wants it to sign in at another server (302, §9.1.2.3): [`Device::follow`] when there is a way.
    Redirected(Server),
    /// An order that is taken. What the standard wants to be said in return has been said.
    Ordered {
        /// The device or what is below it.
        target: Id,
        /// What to do.
        control: Box<Control>,
    },
    /// The platform wants media: [`Device::accept`] or [`Device::refuse`].
    Invited {
        /// The call.
        call: CallId,
        /// Which channel shall send.
        channel: Id,
        /// Sender, receiver and their sequences.
        subject: Option<Subject>,
        /// Where to, by which way, live or of which time.
        offer: Box<Description>,
    },
    /// The platform has the answer: media may flow.
    Confirmed(CallId),
    /// The recording that is being sent is controlled; the order has been answered with success.
    Controlled {
        /// The call.
        call: CallId,
        /// What is wanted.
        method: mansrtsp::Method,
    },
    /// Somebody is about to speak to a loudspeaker; that it will be heard was said: [`Device::listen`].
    SpokenTo {
        /// Who speaks.
        source: Id,
        /// Which loudspeaker, or whose.
        target: Id,
    },
    /// Something about what the device listens to.
    Hearing {
        /// Which.
        hearing: HearingId,
        /// What.
        what: HearingEvent,
    },
    /// So many messages were dropped since too many waited: catalogs and lists are cut. Comes when there is room again.
    Unsaid(usize),
    /// A call is over. Comes once for each.
    Ended {
        /// The call.
        call: CallId,
        /// Why.
        why: Ending,
    },
}

/// How the platform is reached.
#[derive(Clone, Copy, Debug)]
struct Link {
    path: Path,
    own: SocketAddr,
}

/// A device.
pub struct Device {
    options: Options,
    endpoint: Endpoint,
    credentials: Credentials,
    link: Option<Link>,
    registration: Registration,
    /// Where it signs in.
    server: Server,
    /// Redirections that led there from the platform of its settings.
    redirections: u32,
    last_sn: u32,
    /// Messages that wait: one is under way at a time, so that a long catalog does not flood the platform.
    waiting: VecDeque<Message>,
    under_way: Option<ClientId>,
    /// Messages that were dropped and not told of.
    unsaid: usize,
    calls: Calls,
    hearings: Hearings,
    subscriptions: Subscriptions,
    outputs: VecDeque<Output>,
}

impl Device {
    /// `seed` is random and secret.
    pub fn new(options: Options, seed: [u8; 32]) -> Self {
        let mut endpoint = Endpoint::new(seed, options.sip);
        Self {
            credentials: credentials(&options, &mut endpoint),
            endpoint,
            link: None,
            registration: Registration::default(),
            server: Server::home(&options),
            redirections: 0,
            last_sn: 0,
            waiting: VecDeque::new(),
            under_way: None,
            unsaid: 0,
            calls: Calls::default(),
            hearings: Hearings::default(),
            subscriptions: Subscriptions::default(),
            outputs: VecDeque::new(),
            options,
        }
    }

    /// Its code.
    pub const fn id(&self) -> &Id {
        &self.options.id
    }

    /// Whether the platform has let it in.
    pub const fn is_signed_in(&self) -> bool {
        self.registration.is_in()
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

    /// Does what is due.
    pub fn handle_timeout(&mut self, at: Moment, world: &dyn World) {
        self.endpoint.handle_timeout(at.now);
        self.attend(at, world);
        self.keep_signed_in(at);
        self.tell_positions(at, world);
    }

    /// The next thing to do.
    pub fn poll_output(&mut self) -> Output {
        if let Some(output) = self.outputs.pop_front() {
            return output;
        }
        match self.endpoint.poll_output() {
            sip::Output::Timeout(sip) => {
                let own = [sip, self.registration.poll_timeout(), self.subscriptions.poll_timeout()];
                Output::Timeout(own.into_iter().flatten().min())
            }
            sip::Output::Transmit(transmit) => Output::Transmit(transmit),
            // Events were taken by `attend`; none is made between.
            sip::Output::Event(_) => Output::Timeout(None),
        }
    }

    /// Tells of an alarm: to who has subscribed to alarms, else in a message (§9.4).
    pub fn alarm(&mut self, at: Moment, source: &Id, alarm: crate::manscdp::Alarm) {
        self.tell(at, source, Notify::Alarm(alarm));
    }

    /// Tells of something: to who has subscribed to it, else in a message. Dropped while not signed in.
    pub fn tell(&mut self, at: Moment, source: &Id, notify: Notify) {
        if !self.is_signed_in() {
            return;
        }
        let message = Message::new(self.next_sn(), source.clone(), Body::Notify(notify));
        if !self.notify(at, &message) {
            self.say(at, message);
        }
    }

    /// Other times from the next heartbeat and the next sign-in on: how long a sign-in shall last, how often heartbeats
    /// are sent, how many may be missing.
    pub fn set_times(&mut self, expires: Duration, heartbeat: Duration, missed_heartbeats: u32) {
        (self.options.expires, self.options.heartbeat) = (expires, heartbeat);
        self.options.missed_heartbeats = missed_heartbeats;
    }

    /// Starts anew after a time: calls, subscriptions and what waits are forgotten without a word to the platform.
    pub fn restart(&mut self, at: Moment, after: Duration) {
        self.forget();
        self.registration.again_at(at.now + after);
    }

    fn event(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }

    const fn next_sn(&mut self) -> u32 {
        self.last_sn = self.last_sn % u32::MAX + 1;
        self.last_sn
    }

    /// Forgets what was open.
    fn forget(&mut self) {
        self.waiting.clear();
        self.under_way = None;
        self.subscriptions = Subscriptions::default();
        for call in self.calls.take_all() {
            self.event(Event::Ended { call, why: Ending::Forgotten });
        }
        for hearing in self.hearings.take_all() {
            self.event(Event::Hearing { hearing, what: HearingEvent::Ended(HearingEnding::Forgotten) });
        }
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
            sip::Event::Request { id, request, path } => self.on_request(at, id, request, path, world),
            sip::Event::Response { id, response, path } if !response.is_provisional() => {
                self.on_done(at, id, Some((&response, &path)));
            }
            sip::Event::Failed { id, .. } => self.on_done(at, id, None),
            sip::Event::Acknowledged { id, .. } => self.on_acknowledged(id),
            sip::Event::NotAcknowledged { id } => self.on_not_acknowledged(at, id),
            sip::Event::Cancelled { id } | sip::Event::Unanswered { id } => self.on_given_up(id),
            _ => {}
        }
    }

    /// A request of ours has an answer, or will have none.
    fn on_done(&mut self, at: Moment, client: ClientId, answer: Option<(&Response, &Path)>) {
        if self.on_hearing_done(at, client, answer) {
            return;
        }
        let response = answer.map(|(response, _)| response);
        if self.under_way == Some(client) {
            self.under_way = None;
            self.say_next(at);
        } else if !self.on_registration_done(at, client, response) {
            self.on_notify_done(client, response);
        }
    }

    /// A request outside of any dialog to the platform.
    fn request(&mut self, method: Method) -> Request {
        let (platform, own) = self.addresses(&self.server.id);
        let to = if method == Method::Register { &own } else { &platform };
        self.endpoint.new_request(method, &platform, &own, to)
    }

    /// Of somebody at the platform, and our own.
    fn addresses(&self, peer: &Id) -> (String, String) {
        let own = format!("sip:{}@{}", self.options.id, self.options.domain);
        (format!("sip:{peer}@{}", self.server.domain), own)
    }

    fn send(&mut self, at: Moment, request: Request) -> Option<ClientId> {
        let link = self.link?;
        // What does not fit a datagram, or is one too many, is not said; a platform asks again.
        self.endpoint.send_request(at.now, link.path, &link.own.to_string(), request).ok()
    }

    /// How the platform reaches us in a dialog.
    fn contact(&self) -> String {
        let own = self.link.map(|link| link.own.to_string()).unwrap_or_default();
        format!("sip:{}@{own}", self.options.id)
    }

    /// Says something in a message of its own, behind those that wait.
    fn say(&mut self, at: Moment, message: Message) {
        if self.waiting.len() < MAX_WAITING {
            self.waiting.push_back(message);
            self.say_next(at);
        } else {
            self.unsaid += 1;
        }
    }

    fn say_next(&mut self, at: Moment) {
        // A whole answer is dropped piece by piece; the pieces are told of together.
        if self.unsaid > 0 && self.waiting.len() < MAX_WAITING {
            let unsaid = std::mem::take(&mut self.unsaid);
            self.event(Event::Unsaid(unsaid));
        }
        while self.under_way.is_none() {
            let Some(message) = self.waiting.pop_front() else { return };
            let body = self.write(&message);
            let is_empty = self.has(Quirk::EmptyAnswers) && is_short_answer(&message.body);
            let body = if is_empty { Vec::new() } else { body };
            let request = self.request(Method::Message).with_body(CONTENT_TYPE, body);
            self.under_way = self.send(at, request);
        }
    }

    /// Answers a request whose repetition must not be taken twice.
    fn answer(&mut self, at: Moment, id: ServerId, response: &Response) {
        // A request that is not open any more needs no answer.
        let _gone = self.endpoint.respond(at.now, id, response);
    }
}

/// An answer in one message that tells something.
const fn is_short_answer(body: &Body) -> bool {
    matches!(body, Body::Response(Said::DeviceInfo(_) | Said::DeviceStatus(_)))
}

fn credentials(options: &Options, endpoint: &mut Endpoint) -> Credentials {
    let username = options.username.as_deref().unwrap_or(options.id.as_str());
    Credentials::new(username, &options.password, &endpoint.fresh_token())
}
