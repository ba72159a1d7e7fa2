//! Broadcasts (§9.12): the platform says that somebody speaks, the device invites it, and gets the sound until either
//! side ends it.
//!
//! ```text
//! ─▶ MESSAGE Broadcast            Event::SpokenTo ─ Device::listen
//! ◀─ MESSAGE Response OK
//! ◀─ INVITE, where we listen
//! ─▶ 200, where it comes from     HearingEvent::Begun
//! ◀─ ACK
//! ```

use sip::transaction::ClientId;
use sip::{Dialog, DialogId, Method, Path, Request, Response};

use super::call::SDP;
use super::{Device, Event};
use crate::id::Id;
use crate::platform::Moment;
use crate::sdp::Description;
use crate::subject::Subject;

/// What one device listens to at once. Full-policy: further broadcasts are declined.
const MAX_HEARINGS: usize = 64;

/// Something that the device listens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HearingId(u64);

/// What happens to it. The last is [`HearingEvent::Ended`], once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HearingEvent {
    /// The platform sends sound from now on: what, and where from.
    Begun(Box<Description>),
    /// It is over.
    Ended(HearingEnding),
}

/// Why it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HearingEnding {
    /// The platform did not take our INVITE, with this status.
    Refused(u16),
    /// The platform did not answer.
    NoAnswer,
    /// The platform took it with a description that says nothing; it was told to stop.
    Unusable,
    /// The platform ended it.
    ByPlatform,
    /// [`Device::stop_listening`].
    HungUp,
    /// The device started anew, or its connection ended.
    Forgotten,
}

#[derive(Debug)]
enum State {
    Calling {
        client: ClientId,
        request: Box<Request>,
        /// Nobody listens any more; a 200 that crosses is acknowledged and ended.
        is_over: bool,
    },
    Up(Box<Dialog>),
}

#[derive(Debug)]
struct Hearing {
    id: HearingId,
    target: Id,
    state: State,
}

impl Hearing {
    const fn is_over(&self) -> bool {
        matches!(self.state, State::Calling { is_over: true, .. })
    }
}

/// All that a device listens to; few, so they are looked through.
#[derive(Debug, Default)]
pub(super) struct Hearings {
    last_id: u64,
    open: Vec<Hearing>,
}

impl Hearings {
    pub(super) fn take_all(&mut self) -> Vec<HearingId> {
        std::mem::take(&mut self.open).into_iter().filter(|it| !it.is_over()).map(|it| it.id).collect()
    }

    #[cfg(test)]
    pub(super) const fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether somebody more may speak to a loudspeaker.
    pub(super) fn is_free(&self, target: &Id) -> bool {
        self.open.len() < MAX_HEARINGS && !self.open.iter().any(|it| it.target == *target && !it.is_over())
    }

    fn take(&mut self, id: HearingId) -> Option<Hearing> {
        let place = self.open.iter().position(|it| it.id == id)?;
        Some(self.open.swap_remove(place))
    }
}

impl Device {
    /// Invites who speaks to send the sound; [`Event::Hearing`] tells what comes of it. `source` and `target` are those of
    /// [`Event::SpokenTo`], `offer` says where we listen. `None` when nothing is sent; no event follows then.
    pub fn listen(&mut self, at: Moment, source: &Id, target: &Id, offer: &Description) -> Option<HearingId> {
        let (platform, own) = self.addresses(source);
        let sequence = offer.ssrc.map_or_else(|| "0".to_owned(), |ssrc| ssrc.to_string());
        let subject = Subject {
            sender: source.clone(),
            sender_sequence: sequence,
            receiver: target.clone(),
            receiver_sequence: "0".to_owned(),
        };
        let request = self
            .endpoint
            .new_request(Method::Invite, &platform, &own, &platform)
            .with("Contact", &format!("<{}>", self.contact()))
            .with("Subject", &subject.to_string())
            .with_body(SDP, offer.write());
        let client = self.send(at, request.clone())?;
        self.hearings.last_id += 1;
        let id = HearingId(self.hearings.last_id);
        let state = State::Calling { client, request: Box::new(request), is_over: false };
        self.hearings.open.push(Hearing { id, target: target.clone(), state });
        Some(id)
    }

    /// Does not listen any more. Does nothing when it is over.
    pub fn stop_listening(&mut self, at: Moment, id: HearingId) {
        let Some(hearing) = self.hearings.open.iter_mut().find(|it| it.id == id) else { return };
        match &mut hearing.state {
            State::Calling { is_over: true, .. } => return,
            State::Calling { client, is_over, .. } => {
                *is_over = true;
                let client = *client;
                self.endpoint.cancel(at.now, client);
            }
            State::Up(dialog) => {
                let goodbye = dialog.request(Method::Bye);
                self.hearings.take(id);
                let _untold = self.send(at, goodbye);
            }
        }
        self.tell_hearing(id, HearingEvent::Ended(HearingEnding::HungUp));
    }

    fn tell_hearing(&mut self, hearing: HearingId, what: HearingEvent) {
        self.event(Event::Hearing { hearing, what });
    }

    /// Whether it was the answer to an INVITE of ours; `None` when there will be none.
    pub(super) fn on_hearing_done(&mut self, at: Moment, client: ClientId, answer: Option<(&Response, &Path)>) -> bool {
        let is_its = |it: &Hearing| matches!(&it.state, State::Calling { client: its, .. } if *its == client);
        let Some(place) = self.hearings.open.iter().position(is_its) else { return false };
        let hearing = self.hearings.open.swap_remove(place);
        let was_over = hearing.is_over();
        let id = hearing.id;
        match (answer, &hearing.state) {
            (Some((response, path)), State::Calling { request, .. }) if response.is_success() => {
                match Dialog::from_response(request, response, path) {
                    Ok(dialog) => self.on_taken(at, client, hearing, dialog, response),
                    Err(_) if was_over => {}
                    Err(_) => self.tell_hearing(id, HearingEvent::Ended(HearingEnding::Unusable)),
                }
            }
            _ if was_over => {}
            (answer, _) => {
                let why = answer.map_or(HearingEnding::NoAnswer, |(it, _)| HearingEnding::Refused(it.status));
                self.tell_hearing(id, HearingEvent::Ended(why));
            }
        }
        true
    }

    fn on_taken(&mut self, at: Moment, client: ClientId, hearing: Hearing, mut dialog: Dialog, response: &Response) {
        let _acknowledged = self.endpoint.send_ack(client, dialog.ack(dialog.local_sequence));
        let (id, was_over) = (hearing.id, hearing.is_over());
        match Description::parse(&response.body) {
            Ok(answer) if !was_over => {
                self.hearings.open.push(Hearing { state: State::Up(Box::new(dialog)), ..hearing });
                self.tell_hearing(id, HearingEvent::Begun(Box::new(answer)));
            }
            answer => {
                let _untold = self.send(at, dialog.request(Method::Bye));
                if answer.is_err() && !was_over {
                    self.tell_hearing(id, HearingEvent::Ended(HearingEnding::Unusable));
                }
            }
        }
    }

    /// The dialog of a hearing, if a request is in one.
    pub(super) fn hearing_of(&mut self, dialog: &DialogId) -> Option<(HearingId, &mut Dialog)> {
        self.hearings.open.iter_mut().find_map(|it| match &mut it.state {
            State::Up(up) if up.id() == *dialog => Some((it.id, &mut **up)),
            _ => None,
        })
    }

    /// The platform does not send any more.
    pub(super) fn on_silenced(&mut self, id: HearingId) {
        self.hearings.take(id);
        self.tell_hearing(id, HearingEvent::Ended(HearingEnding::ByPlatform));
    }
}
