//! Subscriptions (§9.11, annex N; RFC 6665): what a device tells from now on whenever it changes.
//!
//! What it tells comes as [`Event::Notice`], like what it tells by itself: devices put it into NOTIFY or MESSAGE as they
//! please. A subscription is renewed in time until it is given back, refused, or its device goes; devices forget theirs
//! when they start anew, so the caller subscribes again when one signs in.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sip::header::{Subscription as State, SubscriptionState, parse_seconds};
use sip::transaction::ClientId;
use sip::{Dialog, DialogId, DormantDialog, Method, Path, Request, Response};

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

/// Kept for each device all the time, so it is small: what most devices are asked for is shared.
#[derive(Debug)]
struct Subscribed {
    device: Id,
    target: Id,
    query: Arc<Query>,
    /// Number of the question, also when it is renewed.
    sn: u32,
    package: Package,
    state: Held,
    /// When to renew it; deadlines of other times are void.
    renew_at: Option<Instant>,
}

/// The header `Event`, which names a subscription to the device.
///
/// The examples of 2016 (annex J) have the package of presence for all but catalogs, and most devices go by the body.
/// Devices of 2022 are met that go by the name of the command (gb28181-rs).
#[derive(Clone, Copy, Debug)]
enum Package {
    Catalog,
    Command,
    Presence,
}

impl Package {
    fn of(query: &Query, version: Version) -> Self {
        match query {
            Query::Catalog(_) => Self::Catalog,
            _ if version >= Version::V2022 => Self::Command,
            _ => Self::Presence,
        }
    }
}

impl Subscribed {
    fn event(&self, id: SubscriptionId) -> String {
        match self.package {
            Package::Catalog => format!("Catalog;id={}", id.0),
            Package::Command => self.query.cmd_type().to_owned(),
            Package::Presence => "presence".to_owned(),
        }
    }

    /// Does something with its dialog, if it has one.
    fn with_dialog<T>(&mut self, act: impl FnOnce(&mut Dialog) -> T) -> Option<T> {
        let Held::Active(Some(dormant)) = &mut self.state else { return None };
        let mut dialog = Dialog::from(&**dormant);
        let done = act(&mut dialog);
        **dormant = DormantDialog::from(&dialog);
        Some(done)
    }

    /// The next request in its dialog, and where it goes.
    fn next_request(&mut self) -> Option<(SocketAddr, Request)> {
        self.with_dialog(|dialog| (dialog.destination(), dialog.request(Method::Subscribe)))
    }

    fn message(&self) -> Message {
        Message::new(self.sn, self.target.clone(), Body::Query(Query::clone(&self.query)))
    }
}

/// How far it is.
#[derive(Debug)]
enum Held {
    /// Asked for.
    Asked(Box<Request>),
    /// Taken by the device. One that makes no dialog lasts as long as it was granted for.
    Active(Option<Box<DormantDialog>>),
}

/// All subscriptions, by what messages tell of them.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    last_id: u64,
    open: HashMap<SubscriptionId, Subscribed>,
    sent: HashMap<ClientId, SubscriptionId>,
    of_devices: HashMap<Id, Vec<SubscriptionId>>,
    /// When each is to be renewed.
    deadlines: BinaryHeap<Reverse<(Instant, SubscriptionId)>>,
}

impl Subscriptions {
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.sent.is_empty()
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.deadlines.peek().map(|Reverse((at, _))| *at)
    }

    fn close(&mut self, id: SubscriptionId) -> Option<Subscribed> {
        let subscribed = self.open.remove(&id)?;
        if let Some(its) = self.of_devices.get_mut(&subscribed.device) {
            its.retain(|other| *other != id);
            if its.is_empty() {
                self.of_devices.remove(&subscribed.device);
            }
        }
        Some(subscribed)
    }

    /// The subscription of a device whose dialog it is.
    fn of_dialog(&mut self, device: &Id, dialog: &DialogId) -> Option<(SubscriptionId, &mut Subscribed)> {
        let its = self.of_devices.get(device)?;
        let is_its = |id: &&SubscriptionId| {
            let state = self.open.get(*id).map(|subscribed| &subscribed.state);
            matches!(state, Some(Held::Active(Some(held))) if held.is(dialog))
        };
        let id = *its.iter().find(is_its)?;
        Some((id, self.open.get_mut(&id)?))
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
    /// whether it will. The question may be shared by the subscriptions of many devices.
    ///
    /// # Errors
    /// When nothing is sent; no event follows then.
    pub fn subscribe(
        &mut self,
        at: Moment,
        device: &Id,
        target: &Id,
        query: impl Into<Arc<Query>>,
        world: &dyn World,
    ) -> Result<SubscriptionId, Fault> {
        let (device, record) = self.devices.get_key_value(device).ok_or(Fault::NotSignedIn)?;
        let (device, path, version) = (device.clone(), record.path, record.profile.version);
        if self.subscriptions.open.len() >= MAX_SUBSCRIPTIONS {
            return Err(Fault::TooMany);
        }
        self.subscriptions.last_id += 1;
        let id = SubscriptionId(self.subscriptions.last_id);
        let query: Arc<Query> = query.into();
        let request = self.request_to(Method::Subscribe, target, &path).with("Contact", &self.contact(&path, world));
        let mut subscribed = Subscribed {
            package: Package::of(&query, version),
            sn: self.exchanges.next_sn(),
            target: if *target == device { device.clone() } else { target.clone() },
            state: Held::Active(None),
            renew_at: None,
            device: device.clone(),
            query,
        };
        let request = self.dressed(request, id, &subscribed, EXPIRES_S);
        let client = self.send_to(at, &device, path.remote, request.clone(), world)?;
        subscribed.state = Held::Asked(Box::new(request));
        self.subscriptions.open.insert(id, subscribed);
        self.subscriptions.of_devices.entry(device).or_default().push(id);
        self.subscriptions.sent.insert(client, id);
        Ok(id)
    }

    /// Gives a subscription back; fine when it is over. No event follows.
    pub fn unsubscribe(&mut self, at: Moment, id: SubscriptionId, world: &dyn World) {
        let Some(mut subscribed) = self.subscriptions.close(id) else { return };
        let Some((to, request)) = subscribed.next_request() else { return };
        let request = self.dressed(request, id, &subscribed, 0);
        // A device that is not told forgets it in time.
        let _untold = self.send_to(at, &subscribed.device, to, request, world);
    }

    fn dressed(&self, request: Request, id: SubscriptionId, subscribed: &Subscribed, expires_s: u32) -> Request {
        let profile = self.devices.get(&subscribed.device).map(|device| device.profile).unwrap_or_default();
        let body = subscribed.message().write(profile.charset, profile.version);
        request
            .with("Event", &subscribed.event(id))
            .with("Expires", &expires_s.to_string())
            .with_body(CONTENT_TYPE, body)
    }

    fn tell_subscription(&mut self, subscription: SubscriptionId, what: SubscriptionEvent) {
        self.event(Event::Subscription { subscription, what });
    }

    /// Renews those whose time has come.
    pub(super) fn renew_subscriptions(&mut self, at: Moment, world: &dyn World) {
        while let Some(id) = self.subscriptions.take_due(at.now) {
            let next = self.subscriptions.open.get_mut(&id).and_then(Subscribed::next_request);
            let Some((to, request)) = next else { continue };
            let Some(subscribed) = self.subscriptions.open.get(&id) else { continue };
            let device = subscribed.device.clone();
            let request = self.dressed(request, id, subscribed, EXPIRES_S);
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
                let dialog = Dialog::from_response(request, response, path).ok();
                subscribed.state = Held::Active(dialog.map(|dialog| Box::new(DormantDialog::from(&dialog))));
            }
            // One without a dialog is not renewed.
            Held::Active(_) => drop(subscribed.with_dialog(|dialog| dialog.refresh(response, path))),
        }
        let granted_s = response.headers.text("Expires").and_then(|text| parse_seconds(&text)).unwrap_or(EXPIRES_S);
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

    /// Whether a NOTIFY is one that is waited for: of a `Call-ID` of ours, or of what the device was asked to tell,
    /// since devices make up dialogs of their own (quirk 32). One that says that it is the last needs no telling.
    pub(super) fn is_awaited(&self, device: &Id, request: &Request, told: Option<&Message>) -> bool {
        let state = request.headers.text("Subscription-State").and_then(|text| SubscriptionState::parse(&text));
        let ends = state.is_some_and(|state| state.state == State::Terminated);
        if ends {
            return true;
        }
        let call_id = request.headers.call_id();
        let its = self.subscriptions.of_devices.get(device).into_iter().flatten();
        its.filter_map(|id| self.subscriptions.open.get(id)).any(|subscribed| {
            let is_its_call = match &subscribed.state {
                Held::Asked(asked) => asked.headers.call_id() == call_id,
                Held::Active(Some(dialog)) => Some(dialog.call_id()) == call_id.as_deref(),
                Held::Active(None) => false,
            };
            is_its_call || told.is_some_and(|told| told.body.cmd_type() == subscribed.query.cmd_type())
        })
    }

    /// A NOTIFY that ends the subscription it is of.
    pub(super) fn note_notify(&mut self, device: &Id, request: &Request, path: &Path) {
        let Some(named) = DialogId::of_request(request) else { return };
        let Some((id, subscribed)) = self.subscriptions.of_dialog(device, &named) else { return };
        // What it tells counts whatever its number: devices begin to count anew.
        let _sequence = subscribed.with_dialog(|dialog| dialog.receive(request, path));
        let state = request.headers.text("Subscription-State").and_then(|text| SubscriptionState::parse(&text));
        if state.is_some_and(|state| state.state == State::Terminated) {
            self.end_subscription(id, None);
        }
    }
}
