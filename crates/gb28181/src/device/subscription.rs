//! Subscriptions of the platform (§9.11; RFC 6665): what is told from now on.

use std::time::{Duration, Instant};

use sip::header::{SubscriptionState, parse_seconds};
use sip::transaction::{ClientId, ServerId};
use sip::{Dialog, DialogId, Method, Path, Request, Response};

use super::{CONTENT_TYPE, Device, World};
use crate::id::Id;
use crate::manscdp::{Acknowledgement, Body, CatalogPart, Message, Outcome, Query, Response as Said};
use crate::platform::Moment;

/// Subscriptions that are open at once. Full-policy: 486.
const MAX_SUBSCRIPTIONS: usize = 64;
/// The longest that is granted.
const MAX_EXPIRES_S: u32 = 86_400;
/// How long one lasts that names no time.
const USUAL_EXPIRES_S: u32 = 3600;
/// How often a position is told where the platform does not say (§A.2.4.12).
const USUAL_INTERVAL_S: u32 = 5;

#[derive(Debug)]
struct Subscribed {
    dialog: Dialog,
    /// The header `Event`, which is echoed.
    package: String,
    /// `CmdType` of what is told.
    what: &'static str,
    target: Id,
    expires_at: Instant,
    /// For positions: how often, and when next.
    interval: Option<(Duration, Instant)>,
    sent: Option<ClientId>,
}

/// All subscriptions to a device; few, so they are looked through.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    open: Vec<Subscribed>,
}

impl Subscriptions {
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.open.iter().filter_map(|it| it.interval.map(|(_, next)| next)).min()
    }

    #[cfg(test)]
    pub(super) const fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    fn of_dialog(&self, dialog: &DialogId) -> Option<usize> {
        self.open.iter().position(|it| it.dialog.id() == *dialog)
    }
}

/// What is told to a question in a SUBSCRIBE.
const fn told(query: &Query) -> Option<&'static str> {
    Some(match query {
        Query::Catalog(_) => "Catalog",
        Query::Alarm(_) => "Alarm",
        Query::MobilePosition(_) => "MobilePosition",
        Query::PtzPosition => "PTZPosition",
        _ => return None,
    })
}

/// What stands in the 200 to a SUBSCRIBE.
fn said(query: &Query) -> Option<Said> {
    let done = Acknowledgement { result: Some(Outcome::Ok) };
    match query {
        Query::Catalog(_) => Some(Said::Catalog(CatalogPart { result: done.result, ..CatalogPart::default() })),
        Query::Alarm(_) => Some(Said::Alarm(done)),
        Query::MobilePosition(_) => Some(Said::MobilePosition(done)),
        _ => None,
    }
}

impl Device {
    pub(super) fn on_subscribe(&mut self, at: Moment, server: ServerId, request: &Request, path: Path) {
        let message = Message::parse(&request.body).ok().map(|received| received.message);
        let asked = request.headers.text("Expires").and_then(|text| parse_seconds(&text));
        let expires_s = asked.unwrap_or(USUAL_EXPIRES_S).min(MAX_EXPIRES_S);
        let known = DialogId::of_request(request).and_then(|dialog| self.subscriptions.of_dialog(&dialog));
        let place = match known {
            Some(place) => place,
            None => match self.begin(at, server, request, message.as_ref(), &path) {
                Ok(place) => place,
                Err(status) => return self.answer(at, server, &Response::new(status)),
            },
        };
        self.answer(at, server, &self.granted(request, message.as_ref(), expires_s));
        let subscribed = &mut self.subscriptions.open[place];
        let _order = subscribed.dialog.receive(request, &path);
        subscribed.expires_at = at.now + Duration::from_secs(u64::from(expires_s));
        if let Some(Body::Query(Query::MobilePosition(query))) = message.as_ref().map(|message| &message.body) {
            let every = Duration::from_secs(query.interval_s.unwrap_or(USUAL_INTERVAL_S).max(1).into());
            subscribed.interval = Some((every, at.now + every));
        }
        if expires_s == 0 {
            self.end_subscription(at, place);
        }
    }

    fn begin(
        &mut self,
        at: Moment,
        server: ServerId,
        request: &Request,
        message: Option<&Message>,
        path: &Path,
    ) -> Result<usize, u16> {
        let query = match message.map(|message| &message.body) {
            Some(Body::Query(query)) => query,
            _ => return Err(400),
        };
        let what = told(query).ok_or(489_u16)?;
        let package = request.headers.text("Event").ok_or(489_u16)?.into_owned();
        if request.headers.to().is_some_and(|to| to.tag().is_some()) {
            return Err(481);
        }
        if self.subscriptions.open.len() >= MAX_SUBSCRIPTIONS {
            return Err(486);
        }
        let tag = self.endpoint.local_tag(server).unwrap_or_default().to_owned();
        let dialog = Dialog::from_request(request, &tag, &self.contact(), path).map_err(|_unusable| 400_u16)?;
        let target = message.and_then(|message| message.device_id.clone()).unwrap_or_else(|| self.options.id.clone());
        self.subscriptions.open.push(Subscribed {
            dialog,
            package,
            what,
            target,
            expires_at: at.now,
            interval: None,
            sent: None,
        });
        Ok(self.subscriptions.open.len() - 1)
    }

    fn granted(&self, request: &Request, message: Option<&Message>, expires_s: u32) -> Response {
        let mut response = Response::new(200)
            .with("Expires", &expires_s.to_string())
            .with("Contact", &format!("<{}>", self.contact()));
        if let Some(package) = request.headers.text("Event") {
            response = response.with("Event", &package);
        }
        let said = message.and_then(|message| match &message.body {
            Body::Query(query) => said(query).map(|said| message.answered(said)),
            _ => None,
        });
        match said {
            Some(said) => response.with_body(CONTENT_TYPE, self.write(&said)),
            None => response,
        }
    }

    fn end_subscription(&mut self, at: Moment, place: usize) {
        let mut ended = self.subscriptions.open.swap_remove(place);
        let request = ended.dialog.request(Method::Notify).with("Event", &ended.package);
        let state = SubscriptionState::terminated("timeout").to_string();
        let _untold = self.send(at, request.with("Subscription-State", &state));
    }

    /// Tells who has subscribed; whether anybody has.
    pub(super) fn notify(&mut self, at: Moment, message: &Message) -> bool {
        let what = message.body.cmd_type();
        self.subscriptions.open.retain(|it| it.expires_at > at.now);
        let places: Vec<usize> =
            (0..self.subscriptions.open.len()).filter(|place| self.subscriptions.open[*place].what == what).collect();
        for place in &places {
            self.notify_one(at, *place, message);
        }
        !places.is_empty()
    }

    fn notify_one(&mut self, at: Moment, place: usize, message: &Message) {
        let body = self.write(message);
        let subscribed = &mut self.subscriptions.open[place];
        let left_s = subscribed.expires_at.saturating_duration_since(at.now).as_secs();
        let state = SubscriptionState::active(u32::try_from(left_s).unwrap_or(u32::MAX)).to_string();
        let request = subscribed
            .dialog
            .request(Method::Notify)
            .with("Event", &subscribed.package)
            .with("Subscription-State", &state)
            .with_body(CONTENT_TYPE, body);
        let sent = self.send(at, request);
        self.subscriptions.open[place].sent = sent;
    }

    /// Tells the positions whose time has come.
    pub(super) fn tell_positions(&mut self, at: Moment, world: &dyn World) {
        self.subscriptions.open.retain(|it| it.expires_at > at.now);
        for place in 0..self.subscriptions.open.len() {
            let subscribed = &mut self.subscriptions.open[place];
            let Some((every, next)) = subscribed.interval.filter(|(_, next)| *next <= at.now) else { continue };
            // A time that was missed is not made up for.
            subscribed.interval = Some((every, (next + every).max(at.now)));
            let target = subscribed.target.clone();
            if let Some(notify) = world.position(at, &target) {
                let message = Message::new(self.next_sn(), target, Body::Notify(notify));
                self.notify_one(at, place, &message);
            }
        }
    }

    /// A NOTIFY was answered; one that belongs to nothing ends its subscription (RFC 6665 §4.2.2).
    pub(super) fn on_notify_done(&mut self, client: ClientId, response: Option<&Response>) {
        if response.is_some_and(|response| response.status == 481) {
            self.subscriptions.open.retain(|it| it.sent != Some(client));
        }
    }
}
