//! Media sessions (§9.2, §9.8, annex K): INVITE and its answer, control of recordings by INFO, BYE.

use std::collections::HashMap;

use sip::transaction::{ClientId, ServerId};
use sip::{Dialog, DialogId, Method, Path, Request, Response};

use super::{Event, Fault, Moment, Platform, World};
use crate::id::Id;
use crate::mansrtsp::{self, Mansrtsp};
use crate::sdp::Description;
use crate::subject::Subject;

/// Of a session description.
pub(super) const SDP: &str = "Application/SDP";
/// Of the control of a recording.
const MANSRTSP: &str = "Application/MANSRTSP";
/// Sessions that are open at once. Full-policy: [`Fault::TooMany`].
const MAX_SESSIONS: usize = 65_536;

/// A session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(u64);

/// What a device is invited to send.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Which device is asked.
    pub device: Id,
    /// Which of its channels sends.
    pub channel: Id,
    /// Sender, receiver and their sequences.
    pub subject: Subject,
    /// Where to, by which way, live or of which time.
    pub offer: Description,
}

/// What happens to a session. The last is [`SessionEvent::Ended`], once.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SessionEvent {
    /// The device is there, and looks for the picture: a status from 100 to 199.
    Proceeding(u16),
    /// The device sends from now on.
    Established {
        /// What it says that it sends, and where from. Devices write what they please: see [`crate::sdp`].
        answer: Box<Description>,
        /// To be stored, so that it can be ended after a restart: [`Platform::end_stale`].
        dialog: Box<Dialog>,
    },
    /// What came of [`Platform::control`]; many devices say nothing with their 200.
    Controlled(Result<Option<mansrtsp::Answer>, Fault>),
    /// It is over.
    Ended(Ending),
}

/// Why a session is over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// The device did not take it.
    Failed(Fault),
    /// The device took it with a description that says nothing; it was told to stop.
    Unusable,
    /// [`Platform::hang_up`].
    HungUp,
    /// The device does not send any more.
    ByDevice,
    /// The recording has come to its end.
    Finished,
    /// The device is gone.
    DeviceGone,
    /// The device has signed in at another address, or another one with its code.
    DeviceMoved,
}

#[derive(Debug)]
struct Session {
    device: Id,
    state: State,
    /// Number of the last control.
    controls: u32,
}

#[derive(Debug)]
enum State {
    Calling {
        client: ClientId,
        request: Box<Request>,
        /// Nobody waits for it any more.
        is_over: bool,
    },
    Up(Box<Dialog>),
}

/// All sessions, by what messages tell of them.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    last_id: u64,
    open: HashMap<SessionId, Session>,
    calls: HashMap<ClientId, SessionId>,
    controls: HashMap<ClientId, SessionId>,
    dialogs: HashMap<DialogId, SessionId>,
}

impl Sessions {
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.calls.is_empty() && self.controls.is_empty() && self.dialogs.is_empty()
    }

    pub(super) fn of_device(&self, device: &Id) -> Vec<SessionId> {
        self.open.iter().filter(|(_, session)| session.device == *device).map(|(id, _)| *id).collect()
    }

    /// The session that a message outside of its dialog speaks of, by its `Call-ID` (quirk 6), with its device.
    pub(super) fn of_call(&self, request: &Request) -> Option<(SessionId, Id)> {
        let call_id = request.headers.call_id()?;
        let is_its = |session: &Session| matches!(&session.state, State::Up(dialog) if dialog.call_id == call_id);
        let (id, session) = self.open.iter().find(|(_, session)| is_its(session))?;
        Some((*id, session.device.clone()))
    }

    /// Whether nobody waits for a call any more.
    fn is_given_up(&self, id: SessionId) -> bool {
        let session = self.open.get(&id);
        session.is_some_and(|session| matches!(session.state, State::Calling { is_over: true, .. }))
    }

    /// Forgets a session; its dialog, if it had one.
    fn close(&mut self, id: SessionId) -> Option<Box<Dialog>> {
        match self.open.remove(&id)?.state {
            State::Up(dialog) => {
                self.dialogs.remove(&dialog.id());
                Some(dialog)
            }
            State::Calling { client, .. } => {
                self.calls.remove(&client);
                None
            }
        }
    }
}

impl Platform {
    /// Invites a device to send. [`Event::Session`] tells what comes of it; the caller gives up with
    /// [`Platform::hang_up`] when it takes too long.
    ///
    /// # Errors
    /// When nothing is sent; no event follows then.
    pub fn invite(&mut self, at: Moment, invitation: &Invitation, world: &dyn World) -> Result<SessionId, Fault> {
        let path = self.devices.get(&invitation.device).ok_or(Fault::NotSignedIn)?.path;
        if self.sessions.open.len() >= MAX_SESSIONS {
            return Err(Fault::TooMany);
        }
        let request = self
            .request_to(Method::Invite, &invitation.channel, &path)
            .with("Contact", &self.contact(&path, world))
            .with("Subject", &invitation.subject.to_string())
            .with_body(SDP, invitation.offer.write());
        let client = self.send_to(at, &invitation.device, path.remote, request.clone(), world)?;
        self.sessions.last_id += 1;
        let id = SessionId(self.sessions.last_id);
        let state = State::Calling { client, request: Box::new(request), is_over: false };
        self.sessions.open.insert(id, Session { device: invitation.device.clone(), state, controls: 0 });
        self.sessions.calls.insert(client, id);
        Ok(id)
    }

    /// Ends a session, whatever its state; fine when it is over.
    pub fn hang_up(&mut self, at: Moment, id: SessionId, world: &dyn World) {
        self.end(at, id, Ending::HungUp, world);
    }

    /// Controls the recording that a session sends. [`SessionEvent::Controlled`] follows.
    ///
    /// # Errors
    /// When nothing is sent.
    pub fn control(
        &mut self,
        at: Moment,
        id: SessionId,
        method: mansrtsp::Method,
        world: &dyn World,
    ) -> Result<(), Fault> {
        let session = self.sessions.open.get_mut(&id).ok_or(Fault::NoSession)?;
        let State::Up(dialog) = &mut session.state else { return Err(Fault::NoSession) };
        session.controls += 1;
        let order = mansrtsp::Request { cseq: session.controls, method };
        let request = dialog.request(Method::Info).with_body(MANSRTSP, order.to_string());
        let (device, to) = (session.device.clone(), dialog.destination());
        let client = self.send_to(at, &device, to, request, world)?;
        self.sessions.controls.insert(client, id);
        Ok(())
    }

    /// Ends a session of before a restart: a device that still sends for it gives nothing to a new one (quirk 31). The
    /// device must be signed in.
    ///
    /// # Errors
    /// When nothing is sent.
    pub fn end_stale(&mut self, at: Moment, device: &Id, mut dialog: Dialog, world: &dyn World) -> Result<(), Fault> {
        let (to, request) = (dialog.destination(), dialog.request(Method::Bye));
        self.send_to(at, device, to, request, world).map(drop)
    }

    fn tell_session(&mut self, session: SessionId, what: SessionEvent) {
        self.event(Event::Session { session, what });
    }

    /// The session is over for its user; the device is told.
    fn end(&mut self, at: Moment, id: SessionId, why: Ending, world: &dyn World) {
        let Some(session) = self.sessions.open.get_mut(&id) else { return };
        let device = session.device.clone();
        if let State::Calling { client, is_over, .. } = &mut session.state {
            if !std::mem::replace(is_over, true) {
                // What comes of the INVITE is awaited: a 2xx that crosses is acknowledged and ended.
                let client = *client;
                self.endpoint.cancel(at.now, client);
                self.attend(at, world);
                self.tell_session(id, SessionEvent::Ended(why));
            }
            return;
        }
        let dialog = self.sessions.close(id).filter(|_| why != Ending::ByDevice);
        self.say_goodbye(at, &device, dialog, world);
        self.tell_session(id, SessionEvent::Ended(why));
    }

    fn say_goodbye(&mut self, at: Moment, device: &Id, dialog: Option<Box<Dialog>>, world: &dyn World) {
        if let Some(mut dialog) = dialog {
            let (to, request) = (dialog.destination(), dialog.request(Method::Bye));
            // A device that is gone needs no telling.
            let _untold = self.send_to(at, device, to, request, world);
        }
    }

    /// A device is gone, and all that it sent.
    pub(super) fn end_sessions_of(&mut self, device: &Id) {
        for id in self.sessions.of_device(device) {
            let is_over = self.sessions.is_given_up(id);
            self.sessions.close(id);
            self.tell_end_unless(is_over, id, Ending::DeviceGone);
        }
    }

    /// A device has another address: it is told there that what it may still send is over.
    pub(super) fn end_sessions_elsewhere(&mut self, at: Moment, device: &Id, world: &dyn World) {
        let Some(now_at) = self.devices.get(device).map(|device| device.path.remote) else { return };
        for id in self.sessions.of_device(device) {
            let is_over = self.sessions.is_given_up(id);
            if let Some(mut dialog) = self.sessions.close(id) {
                let _untold = self.send_to(at, device, now_at, dialog.request(Method::Bye), world);
            }
            self.tell_end_unless(is_over, id, Ending::DeviceMoved);
        }
    }

    /// A recording has come to its end.
    pub(super) fn finish_session(&mut self, at: Moment, id: SessionId, world: &dyn World) {
        self.end(at, id, Ending::Finished, world);
    }

    /// Whether the answer is one to a session.
    pub(super) fn on_session_response(
        &mut self,
        at: Moment,
        client: ClientId,
        response: &Response,
        path: &Path,
        world: &dyn World,
    ) -> bool {
        if let Some(id) = self.sessions.calls.get(&client).copied() {
            self.on_call_response(at, client, id, response, path, world);
            return true;
        }
        let Some(id) = self.sessions.controls.get(&client).copied() else {
            return self.on_fork(at, client, response, path, world);
        };
        if !response.is_provisional() {
            self.sessions.controls.remove(&client);
            if self.sessions.open.contains_key(&id) {
                self.tell_session(id, SessionEvent::Controlled(controlled(response)));
            }
        }
        true
    }

    /// Whether it is one more success to an INVITE that was taken already: of another branch, as proxies of lower domains
    /// make them, it is acknowledged and ended (RFC 3261 §13.2.2.4); of the same branch acknowledged again.
    fn on_fork(&mut self, at: Moment, client: ClientId, response: &Response, path: &Path, world: &dyn World) -> bool {
        let is_of_call = response.headers.cseq().is_some_and(|cseq| cseq.method == Method::Invite);
        if !is_of_call || !response.is_success() {
            return false;
        }
        // What it has of the INVITE is all that a dialog needs.
        let asked = Request { headers: response.headers.clone(), ..Request::new(Method::Invite, "") };
        let Ok(mut dialog) = Dialog::from_response(&asked, response, path) else { return true };
        let _acknowledged = self.endpoint.send_ack(client, dialog.ack(dialog.local_sequence));
        if !self.sessions.dialogs.contains_key(&dialog.id()) {
            let (to, goodbye) = (Path { remote: dialog.destination(), ..*path }, dialog.request(Method::Bye));
            let own = world.own_address(&to).to_string();
            // A branch that is not told sends to a port where nobody listens.
            let _untold = self.endpoint.send_request(at.now, to, &own, goodbye);
            self.attend(at, world);
        }
        true
    }

    fn on_call_response(
        &mut self,
        at: Moment,
        client: ClientId,
        id: SessionId,
        response: &Response,
        path: &Path,
        world: &dyn World,
    ) {
        let Some(Session { device, state: State::Calling { request, is_over, .. }, .. }) = self.sessions.open.get(&id)
        else {
            return;
        };
        let (device, request, is_over) = (device.clone(), request.clone(), *is_over);
        if response.is_provisional() {
            if !is_over {
                self.tell_session(id, SessionEvent::Proceeding(response.status));
            }
            return;
        }
        if !response.is_success() {
            self.sessions.close(id);
            let fault = Fault::Refused { status: response.status, reason: response.reason.clone() };
            return self.tell_end_unless(is_over, id, Ending::Failed(fault));
        }
        let Ok(dialog) = Dialog::from_response(&request, response, path) else {
            self.sessions.close(id);
            return self.tell_end_unless(is_over, id, Ending::Unusable);
        };
        // An ACK that does not fit a datagram is none that this dialog makes.
        let _acknowledged = self.endpoint.send_ack(client, dialog.ack(dialog.local_sequence));
        self.sessions.calls.remove(&client);
        self.sessions.dialogs.insert(dialog.id(), id);
        if let Some(session) = self.sessions.open.get_mut(&id) {
            session.state = State::Up(Box::new(dialog.clone()));
        }
        match Description::parse(&response.body) {
            _ if is_over => {
                let dialog = self.sessions.close(id);
                self.say_goodbye(at, &device, dialog, world);
            }
            Ok(answer) => {
                let established = SessionEvent::Established { answer: Box::new(answer), dialog: Box::new(dialog) };
                self.tell_session(id, established);
            }
            Err(_) => self.end(at, id, Ending::Unusable, world),
        }
    }

    fn tell_end_unless(&mut self, is_over: bool, id: SessionId, why: Ending) {
        if !is_over {
            self.tell_session(id, SessionEvent::Ended(why));
        }
    }

    /// Whether the request that failed was one of a session.
    pub(super) fn on_session_failure(&mut self, client: ClientId) -> bool {
        if let Some(id) = self.sessions.controls.remove(&client) {
            if self.sessions.open.contains_key(&id) {
                self.tell_session(id, SessionEvent::Controlled(Err(Fault::NoAnswer)));
            }
            return true;
        }
        let Some(id) = self.sessions.calls.get(&client).copied() else { return false };
        let is_over = self.sessions.is_given_up(id);
        self.sessions.close(id);
        self.tell_end_unless(is_over, id, Ending::Failed(Fault::NoAnswer));
        true
    }

    /// A request inside a dialog.
    pub(super) fn on_within(
        &mut self,
        at: Moment,
        server: ServerId,
        request: &Request,
        path: &Path,
        world: &dyn World,
    ) {
        let session = DialogId::of_request(request).and_then(|dialog| self.sessions.dialogs.get(&dialog).copied());
        let Some(id) = session else {
            if self.on_within_broadcast(at, server, request, path) {
                return;
            }
            return self.answer_briefly(server, &Response::new(481));
        };
        if let Some(Session { state: State::Up(dialog), .. }) = self.sessions.open.get_mut(&id)
            && dialog.receive(request, path) == sip::Sequence::Old
        {
            return self.answer_briefly(server, &Response::new(500));
        }
        self.answer(at, server, &Response::new(200));
        if request.method == Method::Bye {
            self.end(at, id, Ending::ByDevice, world);
        }
    }
}

/// What a device says to a control.
fn controlled(response: &Response) -> Result<Option<mansrtsp::Answer>, Fault> {
    if !response.is_success() {
        return Err(Fault::Refused { status: response.status, reason: response.reason.clone() });
    }
    Ok(match Mansrtsp::parse(&response.body) {
        Ok(Mansrtsp::Answer(answer)) => Some(answer),
        _ => None,
    })
}
