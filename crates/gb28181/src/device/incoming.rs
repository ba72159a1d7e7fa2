//! Requests of the platform.

use sip::transaction::ServerId;
use sip::{Method, Path, Request, Response};

use super::{Device, Event, Quirk, Reply, World};
use crate::manscdp::{
    Acknowledgement, Body, Broadcast, CatalogPart, Control, Message, Notify, Outcome, RecordingPart, Response as Said,
};
use crate::platform::Moment;

impl Device {
    pub(super) fn on_request(&mut self, at: Moment, id: ServerId, request: Request, path: Path, world: &dyn World) {
        match request.method {
            Method::Message => self.on_message(at, id, &request, world),
            Method::Subscribe => self.on_subscribe(at, id, &request, path),
            Method::Invite => self.on_invite(at, id, request, path),
            Method::Info | Method::Bye => self.on_within(at, id, &request, &path),
            Method::Options => self.answer(at, id, &Response::new(200).with("Allow", sip::header::GB_ALLOW)),
            _ => self.answer(at, id, &Response::new(405).with("Allow", sip::header::GB_ALLOW)),
        }
    }

    /// The 200 is empty and comes at once; what is said in return is a message of its own (§9.3 to §9.7).
    fn on_message(&mut self, at: Moment, id: ServerId, request: &Request, world: &dyn World) {
        let Ok(received) = Message::parse(&request.body) else {
            return self.answer(at, id, &Response::new(400));
        };
        self.answer(at, id, &Response::new(200));
        let message = received.message;
        match &message.body {
            Body::Query(query) => {
                let target = message.device_id.clone().unwrap_or_else(|| self.options.id.clone());
                let reply = world.answer(at, &target, query);
                self.reply(at, &message, reply);
            }
            Body::Control(control) => self.on_control(at, &message, control, world),
            Body::Notify(Notify::Broadcast(broadcast)) => self.on_broadcast(at, &message, broadcast, world),
            _ => {}
        }
    }

    /// The order has no device of its own; the answer names us.
    fn on_broadcast(&mut self, at: Moment, message: &Message, broadcast: &Broadcast, world: &dyn World) {
        let own = Message { device_id: Some(self.options.id.clone()), ..message.clone() };
        let target = broadcast.target.clone().unwrap_or_else(|| self.options.id.clone());
        if !world.has_loudspeaker(&target) || !self.hearings.is_free(&target) {
            return self.acknowledge(at, &own, Said::Broadcast, Outcome::Error);
        }
        self.acknowledge(at, &own, Said::Broadcast, Outcome::Ok);
        let source = broadcast.source.clone().unwrap_or_else(|| self.server.id.clone());
        self.event(Event::SpokenTo { source, target });
    }

    fn on_control(&mut self, at: Moment, message: &Message, control: &Control, world: &dyn World) {
        let target = message.device_id.clone().unwrap_or_else(|| self.options.id.clone());
        let is_taken = world.takes(&target, control);
        if matches!(control, Control::DeviceConfig(_)) && self.has(Quirk::ConfigRestarts) {
            return self.sign_out(at);
        }
        let outcome = if is_taken { Outcome::Ok } else { Outcome::Error };
        match control {
            Control::DeviceControl(order) if order.command.has_response() => {
                self.acknowledge(at, message, Said::DeviceControl, outcome);
            }
            Control::DeviceConfig(_) => self.acknowledge(at, message, Said::DeviceConfig, outcome),
            _ => {}
        }
        if is_taken {
            self.event(Event::Ordered { target, control: Box::new(control.clone()) });
        }
    }

    fn acknowledge(&mut self, at: Moment, to: &Message, what: fn(Acknowledgement) -> Said, outcome: Outcome) {
        self.say(at, to.answered(what(Acknowledgement { result: Some(outcome) })));
    }

    pub(super) fn reply(&mut self, at: Moment, to: &Message, reply: Reply) {
        let per_message = self.options.items_per_message;
        match reply {
            Reply::Nothing => {}
            Reply::Said(said) => self.say(at, to.answered(*said)),
            Reply::Catalog(items) => {
                for part in CatalogPart::split(&items, per_message) {
                    let part = self.announced(part);
                    self.say(at, to.answered(Said::Catalog(part)));
                }
            }
            Reply::Recordings { name, items } => {
                for part in RecordingPart::split(Some(&name), &items, per_message) {
                    self.say(at, to.answered(Said::RecordInfo(part)));
                }
            }
        }
    }
}
