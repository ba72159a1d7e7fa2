//! Requests of devices.

use sip::transaction::ServerId;
use sip::{Method, Path, Request, Response};

use super::registrar::sender;
use super::{Event, Moment, Platform, World};
use crate::id::Id;
use crate::manscdp::{Acknowledgement, Body, MediaStatus, Message, Notify, Outcome, Response as Said};

/// Of a body in MANSCDP.
pub(super) const CONTENT_TYPE: &str = "Application/MANSCDP+xml";

impl Platform {
    pub(super) fn on_request(&mut self, at: Moment, id: ServerId, request: &Request, path: Path, world: &dyn World) {
        match request.method {
            Method::Register => self.on_register(at, id, request, path, world),
            Method::Message | Method::Notify => self.on_message(at, id, request, path, world),
            // Asked in the field to see whether we are there; says nothing about anybody.
            Method::Options => self.answer_briefly(id, &Response::new(200).with("Allow", sip::header::GB_ALLOW)),
            Method::Bye | Method::Info => self.on_within(at, id, request, &path, world),
            Method::Invite => self.on_invite(at, id, request, path),
            _ => self.answer_briefly(id, &Response::new(405).with("Allow", sip::header::GB_ALLOW)),
        }
    }

    /// MANSCDP. The 200 is empty and comes at once; what is said in return is a message of its own (§9.3 to §9.7).
    fn on_message(&mut self, at: Moment, id: ServerId, request: &Request, path: Path, world: &dyn World) {
        if !self.places.has(&path) {
            // A device that gets this signs in again; what a stranger says is not read.
            return self.answer_briefly(id, &Response::new(404));
        }
        let read = (!request.body.is_empty()).then(|| Message::parse(&request.body));
        let said_by = match &read {
            Some(Ok(received)) => received.message.device_id.as_ref(),
            _ => None,
        };
        let ends = matches!(&read, Some(Ok(received)) if is_the_end(&received.message));
        let call = ends.then(|| self.sessions.of_call(request)).flatten();
        let of_call = call.as_ref().map(|(_, device)| device);
        let asked = match &read {
            Some(Ok(received)) if matches!(received.message.body, Body::Response(_)) => {
                self.exchanges.asked(received.message.sn)
            }
            _ => None,
        };
        let Some(device) = self.known_sender(request, [said_by, of_call, asked.as_ref()], &path) else {
            return self.answer_briefly(id, &Response::new(404));
        };
        self.heard(at, &device, path);
        let told = read.as_ref().and_then(|read| read.as_ref().ok()).map(|received| &received.message);
        // A device that is answered 481 ends a subscription that we have forgotten (RFC 6665 §4.1.3); what it tells counts.
        let is_stale = request.method == Method::Notify && !self.is_awaited(&device, request, told);
        let done = Response::new(if is_stale { 481 } else { 200 });
        if request.method == Method::Notify {
            self.note_notify(&device, request, &path);
        }
        match read {
            Some(Ok(received)) => {
                if matches!(received.message.body, Body::Notify(Notify::Keepalive(_))) {
                    // One that comes again may be taken again, so nothing is kept of it: there is one of each device each minute.
                    self.answer_briefly(id, &done);
                } else {
                    self.answer(at, id, &done);
                }
                if let Some((session, _)) = call {
                    return self.finish_session(at, session, world);
                }
                self.on_said(at, device, received.message, world);
            }
            // Dahua answers some questions with nothing (quirk 26).
            None => self.answer(at, id, &done),
            Some(Err(_)) => self.answer_briefly(id, &Response::new(400)),
        }
    }

    /// The device that a message is from. Hikvision sends some with another `From` (quirk 6), and `gb28181-rs` answers in
    /// the name of the channel that was asked about: then the device of the body, of the session that it speaks of, or the
    /// one that was asked counts. Each must be where it signed in.
    fn known_sender(&self, request: &Request, others: [Option<&Id>; 3], path: &Path) -> Option<Id> {
        let from = sender(request);
        let candidates = from.as_ref().into_iter().chain(others.into_iter().flatten());
        let mut known = candidates.filter_map(|id| self.devices.get_key_value(id));
        known.find(|(_, device)| device.is_at(path)).map(|(id, _)| id.clone())
    }

    fn heard(&mut self, at: Moment, id: &Id, path: Path) {
        if let Some(device) = self.devices.get_mut(id) {
            (device.heard, device.path) = (at.now, path);
        }
    }

    fn on_said(&mut self, at: Moment, device: Id, message: Message, world: &dyn World) {
        match message.body {
            Body::Notify(Notify::Keepalive(keepalive)) => self.event(Event::Heartbeat { device, keepalive }),
            Body::Response(_) => self.on_said_in_return(at, &device, message),
            Body::Notify(Notify::Alarm(_)) => {
                let done = Acknowledgement { result: Some(Outcome::Ok) };
                self.say(at, &device, &message.answered(Said::Alarm(done)), world);
                self.event(Event::Notice { device, message: Box::new(message) });
            }
            _ => self.event(Event::Notice { device, message: Box::new(message) }),
        }
    }

    /// Answers a request whose repetition must not be taken twice.
    pub(super) fn answer(&mut self, at: Moment, id: ServerId, response: &Response) {
        // A request that is not open any more needs no answer.
        let _gone = self.endpoint.respond(at.now, id, response);
    }

    /// Answers a request and forgets it.
    pub(super) fn answer_briefly(&mut self, id: ServerId, response: &Response) {
        let _gone = self.endpoint.respond_stateless(id, response);
    }
}

/// Whether it says that a recording has come to its end.
fn is_the_end(message: &Message) -> bool {
    let Body::Notify(Notify::MediaStatus(status)) = &message.body else { return false };
    status.kind == Some(MediaStatus::HISTORY_ENDED)
}
