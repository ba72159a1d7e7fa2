//! Signing in, heartbeats, signing out (§9.1, §9.6).

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sip::header::parse_seconds;
use sip::transaction::ClientId;
use sip::{Method, Path, Request, Response};

use super::{CONTENT_TYPE, Device, Event, Link, Quirk};
use crate::beijing_time::BeijingTime;
use crate::manscdp::{Body, Keepalive, Message, Notify, Outcome};
use crate::platform::Moment;

/// Why a device is not signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignedOut {
    /// The platform refused it, with this status.
    Refused(u16),
    /// The platform did not answer to the sign-in.
    NoAnswer,
    /// Too many heartbeats in a row had no answer.
    Silent,
    /// The platform does not know it any more: it answered a heartbeat with this status.
    Unknown(u16),
    /// The connection ended.
    ConnectionClosed,
    /// [`Device::sign_out`].
    Asked,
}

/// A REGISTER under way.
#[derive(Debug)]
struct Asked {
    client: ClientId,
    /// Challenges that were answered on the way.
    challenges: u8,
    signs_out: bool,
}

/// Where signing in stands.
#[derive(Debug, Default)]
pub(super) struct Registration {
    is_in: bool,
    asked: Option<Asked>,
    /// The last REGISTER: the next has its `Call-ID` and a higher number (RFC 3261 §10.2.4).
    last: Option<Request>,
    /// When to sign in or to renew.
    due: Option<Instant>,
    heartbeat_at: Option<Instant>,
    heartbeats: Vec<ClientId>,
    missed: u32,
}

impl Registration {
    pub(super) const fn is_in(&self) -> bool {
        self.is_in
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        [self.due, self.heartbeat_at].into_iter().flatten().min()
    }

    /// Not signed in; tries at this time.
    pub(super) fn again_at(&mut self, at: Instant) {
        *self = Self { last: self.last.take(), due: Some(at), ..Self::default() };
    }

    /// The next REGISTER is the first of another `Call-ID`.
    pub(super) fn forget_call(&mut self) {
        self.last = None;
    }

    /// Not signed in, and does not try.
    pub(super) fn rest(&mut self) {
        *self = Self { last: self.last.take(), ..Self::default() };
    }
}

impl Device {
    /// Signs in by a path; `own` is our end of it. A connection must be there.
    pub fn sign_in(&mut self, at: Moment, path: Path, own: SocketAddr) {
        self.link = Some(Link { path, own });
        self.register(at, false);
    }

    /// Signs out; [`Event::SignedOut`] follows when the platform has answered or does not.
    pub fn sign_out(&mut self, at: Moment) {
        self.registration.rest();
        self.register(at, true);
    }

    /// The connection has ended: what was open is forgotten, and nothing is tried before [`Device::sign_in`].
    pub fn connection_closed(&mut self) {
        let Some(link) = self.link.take() else { return };
        self.endpoint.connection_closed(link.path.local);
        while let sip::Output::Event(_) | sip::Output::Transmit(_) = self.endpoint.poll_output() {}
        self.registration.rest();
        self.forget();
        self.go_home();
        self.event(Event::SignedOut(SignedOut::ConnectionClosed));
    }

    fn register(&mut self, at: Moment, signs_out: bool) {
        let expires_s = if signs_out { 0 } else { self.options.expires.as_secs() };
        let mut request = match self.registration.last.take() {
            Some(mut last) => {
                last.advance();
                last
            }
            None => self.request(Method::Register),
        };
        request.headers.set("Contact", format!("<{}>", self.contact()));
        if signs_out || !self.has(Quirk::NoExpires) {
            request.headers.set("Expires", expires_s.to_string());
        }
        request.headers.set("User-Agent", &self.options.user_agent);
        request.headers.set("X-GB-Ver", self.options.version.as_str());
        self.send_register(at, request, 0, signs_out);
    }

    fn send_register(&mut self, at: Moment, mut request: Request, challenges: u8, signs_out: bool) {
        if let Some(value) = self.credentials.authorize("REGISTER", &request.uri) {
            request.headers.set("Authorization", value);
        }
        self.registration.due = None;
        self.registration.last = Some(request.clone());
        match self.send(at, request) {
            Some(client) => self.registration.asked = Some(Asked { client, challenges, signs_out }),
            None => self.registration.again_at(at.now + self.options.retry),
        }
    }

    pub(super) fn keep_signed_in(&mut self, at: Moment) {
        if self.registration.due.is_some_and(|due| due <= at.now) {
            self.register(at, false);
        }
        if self.registration.heartbeat_at.is_some_and(|due| due <= at.now) {
            self.registration.heartbeat_at = Some(at.now + self.options.heartbeat);
            self.send_heartbeat(at);
        }
    }

    fn send_heartbeat(&mut self, at: Moment) {
        let keepalive = Keepalive { status: Some(Outcome::Ok), faulty: None };
        let body = Body::Notify(Notify::Keepalive(keepalive));
        let message = Message::new(self.next_sn(), self.options.id.clone(), body);
        let body = self.write(&message);
        let request = self.request(Method::Message).with_body(CONTENT_TYPE, body);
        let sent = self.send(at, request);
        self.registration.heartbeats.extend(sent);
    }

    /// Whether it was a request of signing in or a heartbeat.
    pub(super) fn on_registration_done(&mut self, at: Moment, client: ClientId, response: Option<&Response>) -> bool {
        if let Some(asked) = self.registration.asked.take_if(|asked| asked.client == client) {
            self.on_register_done(at, &asked, response);
            return true;
        }
        let Some(place) = self.registration.heartbeats.iter().position(|it| *it == client) else { return false };
        self.registration.heartbeats.swap_remove(place);
        self.on_heartbeat_done(at, response);
        true
    }

    fn on_register_done(&mut self, at: Moment, asked: &Asked, response: Option<&Response>) {
        let Some(response) = response else { return self.out(at, asked, SignedOut::NoAnswer) };
        match response.status {
            200..300 if asked.signs_out => self.out(at, asked, SignedOut::Asked),
            200..300 => self.enter(at, response),
            401 | 407 if self.take_challenge(asked, response) => {
                let Some(mut request) = self.registration.last.take() else { return };
                request.advance();
                self.send_register(at, request, asked.challenges + 1, asked.signs_out);
            }
            _ if !asked.signs_out && self.take_redirection(response) => {}
            status => self.out(at, asked, SignedOut::Refused(status)),
        }
    }

    /// Whether the challenge is one to answer: the first of each attempt, since what was sent with it may be old, and one
    /// more that says that the answer was.
    fn take_challenge(&mut self, asked: &Asked, response: &Response) -> bool {
        let values: Vec<String> = response.headers.all("WWW-Authenticate").map(std::borrow::Cow::into_owned).collect();
        let is_one = self.credentials.challenge(values.iter().map(String::as_str));
        is_one && (asked.challenges == 0 || (asked.challenges == 1 && self.credentials.was_stale()))
    }

    fn enter(&mut self, at: Moment, response: &Response) {
        let granted = response.headers.text("Expires").and_then(|text| parse_seconds(&text));
        let expires = granted.map_or(self.options.expires, |seconds| Duration::from_secs(u64::from(seconds)));
        let clock = response.headers.text("Date").and_then(|text| BeijingTime::parse(&text));
        let registration = &mut self.registration;
        registration.due = Some(at.now + expires.max(Duration::from_secs(2)) / 2);
        if !std::mem::replace(&mut registration.is_in, true) {
            registration.missed = 0;
            registration.heartbeat_at = Some(at.now + self.options.heartbeat);
        }
        self.event(Event::SignedIn { clock });
    }

    fn out(&mut self, at: Moment, asked: &Asked, why: SignedOut) {
        if asked.signs_out {
            self.registration.rest();
            self.forget();
            if self.has(Quirk::ConfigRestarts) {
                self.registration.again_at(at.now + self.options.retry);
            }
            return self.event(Event::SignedOut(SignedOut::Asked));
        }
        if !self.go_home() {
            self.registration.again_at(at.now + self.options.retry);
        }
        self.event(Event::SignedOut(why));
    }

    fn on_heartbeat_done(&mut self, at: Moment, response: Option<&Response>) {
        let registration = &mut self.registration;
        let why = match response.map(|response| response.status) {
            Some(200..300) => {
                registration.missed = 0;
                return;
            }
            // A platform that was started anew.
            Some(status) => SignedOut::Unknown(status),
            None => {
                registration.missed += 1;
                if registration.missed < self.options.missed_heartbeats {
                    return;
                }
                SignedOut::Silent
            }
        };
        registration.again_at(at.now);
        let was_elsewhere = self.go_home();
        self.event(Event::SignedOut(why));
        if !was_elsewhere {
            self.register(at, false);
        }
    }
}
