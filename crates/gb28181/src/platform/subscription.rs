//! Subscriptions (§9.11, annex N; RFC 6665): what a device tells from now on whenever it changes.
//!
//! What it tells comes as [`Event::Notice`], like what it tells by itself: devices put it into NOTIFY or MESSAGE as they
//! please. A subscription is renewed in time until it is given back, refused, or its device goes; devices forget theirs
//! when they start anew, so the caller subscribes again when one signs in.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::{Duration, Instant};

use sip::header::{Subscription as State, SubscriptionState, parse_seconds};
use sip::transaction::ClientId;
use sip::{Dialog, DialogId, Method, Path, Request, Response};

use super::incoming::CONTENT_TYPE;
use super::{Event, Fault, Moment, Platform, World};
use crate::id::Id;
use crate::manscdp::{Body, Message, Query};
use crate::version::Version;

/// How long a subscription is asked for (annex N gives 600 s as an example for catalogs).
const EXPIRES_S: u32 = 3600;
/// The shortest that is believed: renewing costs a message each time.
const MIN_EXPIRES_S: u32 = 30;
/// Subscriptions that are open at once. Full-policy: [`Fault::TooMany`].
const MAX_SUBSCRIPTIONS: usize = 262_144;

/// A subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(u64);

/// What becomes of a subscription. After [`SubscriptionEvent::Ended`] nothing follows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubscriptionEvent {
    /// The device will tell.
    Active,
    /// It will not, or not any more. `None`: it ended it of its own accord, or is gone.
    Ended(Option<Fault>),
}

#[derive(Debug)]
struct Subscribed {
    device: Id,
    /// Target and question, as they are renewed with.
    message: Message,
    /// The header `Event`, which names the subscription to the device.
    package: String,
    state: Held,
    /// When to renew it; deadlines of other times are void.
    renew_at: Option<Instant>,
}

/// How far it is.
#[derive(Debug)]
enum Held {
    /// Asked for.
    Asked(Box<Request>),
    /// Taken by the device. One that makes no dialog lasts as long as it was granted for.
    Active(Option<Box<Dialog>>),
}

/// All subscriptions, by what messages tell of them.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    last_id: u64,
    open: HashMap<SubscriptionId, Subscribed>,
    sent: HashMap<ClientId, SubscriptionId>,
    dialogs: HashMap<DialogId, SubscriptionId>,
    of_devices: HashMap<Id, Vec<SubscriptionId>>,
    /// When each is to be renewed.
    deadlines: BinaryHeap<Reverse<(Instant, SubscriptionId)>>,
}

impl Subscriptions {
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.sent.is_empty() && self.dialogs.is_empty()
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.deadlines.peek().map(|Reverse((at, _))| *at)
    }

    fn close(&mut self, id: SubscriptionId) -> Option<Subscribed> {
        let subscribed = self.open.remove(&id)?;
        if let Held::Active(Some(dialog)) = &subscribed.state {
            self.dialogs.remove(&dialog.id());
        }
        if let Some(its) = self.of_devices.get_mut(&subscribed.device) {
            its.retain(|other| *other != id);
            if its.is_empty() {
                self.of_devices.remove(&subscribed.device);
            }
        }
        Some(subscribed)
    }

    /// One whose time has come.
    fn take_due(&mut self, now: Instant) -> Option<SubscriptionId> {
        loop {
            let Reverse((at, id)) = *self.deadlines.peek().filter(|Reverse((at, _))| *at <= now)?;
            self.deadlines.pop();
            let subscribed = self.open.get_mut(&id).filter(|subscribed| subscribed.renew_at == Some(at));
            if let Some(subscribed) = subscribed {
                subscribed.renew_at = None;
                return Some(id);
            }
        }
    }

    fn renew(&mut self, id: SubscriptionId, at: Instant) {
        if let Some(subscribed) = self.open.get_mut(&id) {
            subscribed.renew_at = Some(at);
            self.deadlines.push(Reverse((at, id)));
        }
    }
}

impl Platform {
    /// Asks a device to tell whenever something changes: its catalog, alarms, positions. [`Event::Subscription`] says
    /// whether it will.
    ///
    /// # Errors
    /// When nothing is sent; no event follows then.
    pub fn subscribe(
        &mut self,
        at: Moment,
        device: &Id,
        target: &Id,
        query: Query,
        world: &dyn World,
    ) -> Result<SubscriptionId, Fault> {
        let record = self.devices.get(device).ok_or(Fault::NotSignedIn)?;
        let (path, version) = (record.path, record.profile.version);
        if self.subscriptions.open.len() >= MAX_SUBSCRIPTIONS {
            return Err(Fault::TooMany);
        }
        self.subscriptions.last_id += 1;
        let id = SubscriptionId(self.subscriptions.last_id);
        // The examples of 2016 (annex J) have the package of presence for all but catalogs, and most devices go by the body.
        // Devices of 2022 are met that go by the name of the command (gb28181-rs).
        let package = match &query {
            Query::Catalog(_) => format!("Catalog;id={}", id.0),
            query if version >= Version::V2022 => query.cmd_type().to_owned(),
            _ => "presence".to_owned(),
        };
        let message = Message::new(self.exchanges.next_sn(), target.clone(), Body::Query(query));
        let request = self.request_to(Method::Subscribe, target, &path).with("Contact", &self.contact(&path, world));
        let request = self.dressed(request, device, &message, &package, EXPIRES_S);
        let client = self.send_to(at, device, path.remote, request.clone(), world)?;
        let state = Held::Asked(Box::new(request));
        self.subscriptions
            .open
            .insert(id, Subscribed { device: device.clone(), message, package, state, renew_at: None });
        self.subscriptions.of_devices.entry(device.clone()).or_default().push(id);
        self.subscriptions.sent.insert(client, id);
        Ok(id)
    }

    /// Gives a subscription back; fine when it is over. No event follows.
    pub fn unsubscribe(&mut self, at: Moment, id: SubscriptionId, world: &dyn World) {
        let Some(mut subscribed) = self.subscriptions.close(id) else { return };
        let Held::Active(Some(dialog)) = &mut subscribed.state else { return };
        let (to, request) = (dialog.destination(), dialog.request(Method::Subscribe));
        let request = self.dressed(request, &subscribed.device, &subscribed.message, &subscribed.package, 0);
        // A device that is not told forgets it in time.
        let _untold = self.send_to(at, &subscribed.device, to, request, world);
    }

    fn dressed(&self, request: Request, device: &Id, message: &Message, package: &str, expires_s: u32) -> Request {
        let profile = self.devices.get(device).map(|device| device.profile).unwrap_or_default();
        let body = message.write(profile.charset, profile.version);
        request.with("Event", package).with("Expires", &expires_s.to_string()).with_body(CONTENT_TYPE, body)
    }

    fn tell_subscription(&mut self, subscription: SubscriptionId, what: SubscriptionEvent) {
        self.event(Event::Subscription { subscription, what });
    }

    /// Renews those whose time has come.
    pub(super) fn renew_subscriptions(&mut self, at: Moment, world: &dyn World) {
        while let Some(id) = self.subscriptions.take_due(at.now) {
            let Some(subscribed) = self.subscriptions.open.get_mut(&id) else { continue };
            let Held::Active(Some(dialog)) = &mut subscribed.state else { continue };
            let (to, request) = (dialog.destination(), dialog.request(Method::Subscribe));
            let (device, message, package) =
                (subscribed.device.clone(), subscribed.message.clone(), subscribed.package.clone());
            let request = self.dressed(request, &device, &message, &package, EXPIRES_S);
            match self.send_to(at, &device, to, request, world) {
                Ok(client) => {
                    self.subscriptions.sent.insert(client, id);
                }
                Err(fault) => self.end_subscription(id, Some(fault)),
            }
        }
    }

    fn end_subscription(&mut self, id: SubscriptionId, fault: Option<Fault>) {
        if self.subscriptions.close(id).is_some() {
            self.tell_subscription(id, SubscriptionEvent::Ended(fault));
        }
    }

    /// A device is gone, and what it would have told.
    pub(super) fn end_subscriptions_of(&mut self, device: &Id) {
        for id in self.subscriptions.of_devices.get(device).cloned().unwrap_or_default() {
            self.end_subscription(id, None);
        }
    }

    /// Whether the answer is one to a subscription.
    pub(super) fn on_subscription_response(
        &mut self,
        at: Moment,
        client: ClientId,
        response: &Response,
        path: &Path,
    ) -> bool {
        let Some(id) = self.subscriptions.sent.get(&client).copied() else { return false };
        if response.is_provisional() {
            return true;
        }
        self.subscriptions.sent.remove(&client);
        if !response.is_success() {
            let fault = Fault::Refused { status: response.status, reason: response.reason.clone() };
            self.end_subscription(id, Some(fault));
            return true;
        }
        let Some(subscribed) = self.subscriptions.open.get_mut(&id) else { return true };
        let is_new = matches!(subscribed.state, Held::Asked(_));
        match &mut subscribed.state {
            Held::Asked(request) => {
                let dialog = Dialog::from_response(request, response, path).ok().map(Box::new);
                subscribed.state = Held::Active(dialog);
            }
            Held::Active(Some(dialog)) => dialog.refresh(response, path),
            Held::Active(None) => {}
        }
        let dialog = match &subscribed.state {
            Held::Active(Some(dialog)) => Some(dialog.id()),
            _ => None,
        };
        let granted_s = response.headers.text("Expires").and_then(|text| parse_seconds(&text)).unwrap_or(EXPIRES_S);
        if let Some(dialog) = dialog {
            self.subscriptions.dialogs.insert(dialog, id);
        }
        // Before the last fifth, so that one more can be tried.
        let renewed = Duration::from_secs(u64::from(granted_s.clamp(MIN_EXPIRES_S, EXPIRES_S))) * 4 / 5;
        self.subscriptions.renew(id, at.now + renewed);
        if is_new {
            self.tell_subscription(id, SubscriptionEvent::Active);
        }
        true
    }

    /// Whether the request that failed was one of a subscription.
    pub(super) fn on_subscription_failure(&mut self, client: ClientId) -> bool {
        let Some(id) = self.subscriptions.sent.remove(&client) else { return false };
        self.end_subscription(id, Some(Fault::NoAnswer));
        true
    }

    /// Whether a NOTIFY is one that is waited for: of a dialog or `Call-ID` of ours, or of what the device was asked to tell,
    /// since devices make up dialogs of their own (quirk 32). One that says that it is the last needs no telling.
    pub(super) fn is_awaited(&self, device: &Id, request: &Request, told: Option<&Message>) -> bool {
        let state = request.headers.text("Subscription-State").and_then(|text| SubscriptionState::parse(&text));
        let ends = state.is_some_and(|state| state.state == State::Terminated);
        let dialog = DialogId::of_request(request);
        if ends || dialog.is_some_and(|dialog| self.subscriptions.dialogs.contains_key(&dialog)) {
            return true;
        }
        let call_id = request.headers.call_id();
        let its = self.subscriptions.of_devices.get(device).into_iter().flatten();
        its.filter_map(|id| self.subscriptions.open.get(id)).any(|subscribed| {
            let is_its_call = match &subscribed.state {
                Held::Asked(asked) => asked.headers.call_id() == call_id,
                Held::Active(Some(dialog)) => Some(&dialog.call_id) == call_id.as_ref(),
                Held::Active(None) => false,
            };
            is_its_call || told.is_some_and(|told| told.body.cmd_type() == subscribed.message.body.cmd_type())
        })
    }

    /// A NOTIFY that ends the subscription it is of.
    pub(super) fn note_notify(&mut self, request: &Request, path: &Path) {
        let id = DialogId::of_request(request).and_then(|dialog| self.subscriptions.dialogs.get(&dialog).copied());
        let Some(id) = id else { return };
        if let Some(Held::Active(Some(dialog))) = self.subscriptions.open.get_mut(&id).map(|it| &mut it.state) {
            // What it tells counts whatever its number: devices begin to count anew.
            let _sequence = dialog.receive(request, path);
        }
        let state = request.headers.text("Subscription-State").and_then(|text| SubscriptionState::parse(&text));
        if state.is_some_and(|state| state.state == State::Terminated) {
            self.end_subscription(id, None);
        }
    }
}
