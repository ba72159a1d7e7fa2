//! Calls for media (§9.2, §9.8): INVITE, control of recordings by INFO, BYE.

use sip::header::NameAddr;
use sip::transaction::ServerId;
use sip::{Dialog, DialogId, Method, Path, Request, Response, Sequence};

use super::{CONTENT_TYPE, Device, Event, Quirk};
use crate::id::Id;
use crate::manscdp::{Body, MediaStatus, Message, Notify};
use crate::mansrtsp::{self, Mansrtsp};
use crate::platform::Moment;
use crate::sdp::Description;
use crate::subject::Subject;

/// Of a session description.
pub(super) const SDP: &str = "Application/SDP";
/// Of the control of a recording.
const MANSRTSP: &str = "Application/MANSRTSP";
/// Calls of one device that are open at once. Full-policy: 486.
const MAX_CALLS: usize = 1024;

/// A call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(u64);

/// Why a call is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// The platform ended it.
    ByPlatform,
    /// The platform gave up before it was answered, or it was not answered in time.
    GivenUp,
    /// The platform did not acknowledge the answer; it was told.
    NotAcknowledged,
    /// [`Device::refuse`] or [`Device::hang_up`].
    HungUp,
    /// The device started anew, or its connection ended.
    Forgotten,
}

#[derive(Debug)]
enum State {
    /// Waits for [`Device::accept`] or [`Device::refuse`].
    Open(Box<Request>, Path),
    Up(Box<Dialog>),
}

#[derive(Debug)]
struct Call {
    id: CallId,
    server: ServerId,
    channel: Id,
    state: State,
}

/// All calls of a device; few, so they are looked through.
#[derive(Debug, Default)]
pub(super) struct Calls {
    last_id: u64,
    open: Vec<Call>,
}

impl Calls {
    pub(super) fn take_all(&mut self) -> Vec<CallId> {
        std::mem::take(&mut self.open).into_iter().map(|call| call.id).collect()
    }

    fn find(&mut self, id: CallId) -> Option<&mut Call> {
        self.open.iter_mut().find(|call| call.id == id)
    }

    fn take(&mut self, id: CallId) -> Option<Call> {
        let place = self.open.iter().position(|call| call.id == id)?;
        Some(self.open.swap_remove(place))
    }

    fn of_server(&self, server: ServerId) -> Option<CallId> {
        self.open.iter().find(|call| call.server == server).map(|call| call.id)
    }

    fn of_dialog(&mut self, dialog: &DialogId) -> Option<(CallId, &mut Dialog)> {
        self.open.iter_mut().find_map(|call| match &mut call.state {
            State::Up(up) if up.id() == *dialog => Some((call.id, &mut **up)),
            _ => None,
        })
    }
}

impl Device {
    pub(super) fn on_invite(&mut self, at: Moment, server: ServerId, request: Request, path: Path) {
        let is_new = request.headers.to().is_some_and(|to| to.tag().is_none());
        let channel = sip::SipUri::parse(&request.uri).and_then(|uri| Id::new(&uri.user?).ok());
        let (Some(channel), true, Ok(offer)) = (channel, is_new, Description::parse(&request.body)) else {
            return self.answer(at, server, &Response::new(488));
        };
        if self.calls.open.len() >= MAX_CALLS {
            return self.answer(at, server, &Response::new(486));
        }
        self.calls.last_id += 1;
        let call = CallId(self.calls.last_id);
        let subject = request.headers.text("Subject").and_then(|text| Subject::parse(&text));
        let state = State::Open(Box::new(request), path);
        self.calls.open.push(Call { id: call, server, channel: channel.clone(), state });
        self.event(Event::Invited { call, channel, subject, offer: Box::new(offer) });
    }

    /// Takes a call: what is sent, and where from. Does nothing when it is over.
    pub fn accept(&mut self, at: Moment, id: CallId, answer: &Description) {
        let contact = self.contact();
        let Some(call) = self.calls.find(id) else { return };
        let State::Open(request, path) = &call.state else { return };
        let server = call.server;
        let tag = self.endpoint.local_tag(server).unwrap_or_default().to_owned();
        let Ok(dialog) = Dialog::from_request(request, &tag, &contact, path) else {
            return self.refuse(at, id, 400);
        };
        call.state = State::Up(Box::new(dialog));
        let response = Response::new(200).with("Contact", &format!("<{contact}>")).with_body(SDP, answer.write());
        self.answer(at, server, &response);
    }

    /// Does not take a call. Does nothing when it is over.
    pub fn refuse(&mut self, at: Moment, id: CallId, status: u16) {
        let Some(call) = self.calls.take(id) else { return };
        self.answer(at, call.server, &Response::new(status));
        self.event(Event::Ended { call: id, why: Ending::HungUp });
    }

    /// Ends a call that was taken. Does nothing when it is over.
    pub fn hang_up(&mut self, at: Moment, id: CallId) {
        self.say_goodbye(at, id, Ending::HungUp);
    }

    /// Tells that the recording of a call was sent to its end (§9.8.2.2); the platform ends the call.
    pub fn finish(&mut self, at: Moment, id: CallId) {
        let sn = self.next_sn();
        let Some(call) = self.calls.find(id) else { return };
        let State::Up(dialog) = &mut call.state else { return };
        let status = MediaStatus { kind: Some(MediaStatus::HISTORY_ENDED) };
        let (channel, mut request) = (call.channel.clone(), dialog.request(Method::Message));
        let message = Message::new(sn, channel, Body::Notify(Notify::MediaStatus(status)));
        if self.has(Quirk::ForeignMediaStatus) {
            let tag = request.headers.from().and_then(|from| from.tag().map(str::to_owned)).unwrap_or_default();
            let other = NameAddr::new(&self.addresses(&self.server.id).0).with_tag(&tag);
            request.headers.set("From", other.to_string());
        }
        let request = request.with_body(CONTENT_TYPE, self.write(&message));
        let _untold = self.send(at, request);
    }

    fn say_goodbye(&mut self, at: Moment, id: CallId, why: Ending) {
        let Some(call) = self.calls.take(id) else { return };
        match call.state {
            State::Up(mut dialog) => {
                let _untold = self.send(at, dialog.request(Method::Bye));
            }
            State::Open(..) => self.answer(at, call.server, &Response::new(480)),
        }
        self.event(Event::Ended { call: id, why });
    }

    pub(super) fn on_acknowledged(&mut self, server: ServerId) {
        if let Some(call) = self.calls.of_server(server) {
            self.event(Event::Confirmed(call));
        }
    }

    pub(super) fn on_not_acknowledged(&mut self, at: Moment, server: ServerId) {
        if let Some(call) = self.calls.of_server(server) {
            self.say_goodbye(at, call, Ending::NotAcknowledged);
        }
    }

    pub(super) fn on_given_up(&mut self, server: ServerId) {
        if let Some(call) = self.calls.of_server(server) {
            self.calls.take(call);
            self.event(Event::Ended { call, why: Ending::GivenUp });
        }
    }

    /// INFO and BYE.
    pub(super) fn on_within(&mut self, at: Moment, server: ServerId, request: &Request, path: &Path) {
        let dialog = DialogId::of_request(request);
        if let Some((hearing, up)) = dialog.as_ref().and_then(|dialog| self.hearing_of(dialog)) {
            let is_old = up.receive(request, path) == Sequence::Old;
            self.answer(at, server, &Response::new(if is_old { 500 } else { 200 }));
            if !is_old && request.method == Method::Bye {
                self.on_silenced(hearing);
            }
            return;
        }
        let Some((call, dialog)) = dialog.and_then(|dialog| self.calls.of_dialog(&dialog)) else {
            return self.answer(at, server, &Response::new(481));
        };
        if dialog.receive(request, path) == Sequence::Old {
            return self.answer(at, server, &Response::new(500));
        }
        if request.method == Method::Bye {
            self.answer(at, server, &Response::new(200));
            self.calls.take(call);
            return self.event(Event::Ended { call, why: Ending::ByPlatform });
        }
        let Ok(Mansrtsp::Request(order)) = Mansrtsp::parse(&request.body) else {
            return self.answer(at, server, &Response::new(400));
        };
        let said = mansrtsp::Answer { status: 200, reason: "OK".to_owned(), cseq: order.cseq, rtp_info: None };
        self.answer(at, server, &Response::new(200).with_body(MANSRTSP, said.to_string()));
        self.event(Event::Controlled { call, method: order.method });
    }
}
