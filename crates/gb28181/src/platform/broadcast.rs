//! Broadcasts (§9.12): a device is told that somebody speaks, invites us, and gets the sound until either side ends it.
//!
//! ```text
//! MESSAGE Broadcast ─▶ 200        BroadcastEvent::Taken   (the device's own message; some leave it out)
//!      ◀─ MESSAGE Response OK
//!      ◀─ INVITE, who listens     BroadcastEvent::Invited ─ Platform::accept_broadcast
//! 200, where sound comes from ─▶  BroadcastEvent::Started (with the 200, or with the ACK: quirk 23)
//!      ◀─ ACK
//! ```
//!
//! An INVITE is taken from where a device that was told is signed in, once; anybody else's is refused (403).

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use sip::transaction::ServerId;
use sip::{Dialog, DialogId, Method, Path, Request, Response, Sequence};

use super::registrar::sender;
use super::session::SDP;
use super::{Answer, Event, ExchangeId, Fault, Moment, Platform, World};
use crate::id::Id;
use crate::manscdp::{Body, Broadcast, Notify, Outcome, Response as Said};
use crate::profile::{BroadcastStart, MediaMode};
use crate::sdp::{
    Description, Direction, FormatParameters, Media, Payload, SessionKind, Setup, Ssrc, Transport as MediaTransport,
};
use crate::subject::Subject;

/// How long a device may take to ask for the sound (§9.12 names no time; 5 to 10 s are usual).
pub const INVITATION_WAIT: Duration = Duration::from_secs(10);
/// Broadcasts that are open at once. Full-policy: [`Fault::TooMany`].
const MAX_BROADCASTS: usize = 1024;

/// A broadcast to one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BroadcastId(u64);

/// What happens to a broadcast. The last is [`BroadcastEvent::Ended`], once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BroadcastEvent {
    /// The device says that it will ask for the sound.
    Taken,
    /// The device asks for the sound: [`Platform::accept_broadcast`] is to follow soon.
    Invited(Listener),
    /// Sound may be sent from now on.
    Started {
        /// To be stored, so that it can be ended after a restart: [`Platform::end_stale`].
        dialog: Box<Dialog>,
    },
    /// It is over.
    Ended(BroadcastEnding),
}

/// Why a broadcast is over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BroadcastEnding {
    /// The device did not take the order.
    Failed(Fault),
    /// The device says that it cannot: it has no loudspeaker, or somebody speaks.
    Declined,
    /// The device did not ask for the sound within [`INVITATION_WAIT`].
    NoInvitation,
    /// The device asks for sound of another kind than G.711 A-law, or does not say where to.
    Unusable,
    /// The device took its INVITE back.
    Withdrawn,
    /// The device did not acknowledge our answer; it was told that it is over.
    NotAcknowledged,
    /// [`Platform::end_broadcast`].
    HungUp,
    /// The device does not listen any more.
    ByDevice,
    /// The device is gone.
    DeviceGone,
}

/// Who wants the sound, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// By what, said of us: the device chooses (§9.12).
    pub way: MediaMode,
    /// Where it listens: an IP address or a name.
    pub address: Option<String>,
    /// The port there.
    pub port: u16,
    /// SSRC that it expects.
    pub ssrc: Option<Ssrc>,
    /// Payload type of G.711 A-law, usually 8.
    pub payload_type: u8,
}

impl Listener {
    /// `None` when there is no G.711 A-law in it or no place to send it to. Tolerance: sound without `rtpmap`, or
    /// without any payload type (quirk 34).
    fn of(offer: &Description) -> Option<Self> {
        let media = offer.audio()?;
        let is_a_law = |payload: &&Payload| payload.encoding.eq_ignore_ascii_case("PCMA");
        let payload_type = match media.payloads.iter().find(is_a_law) {
            Some(payload) => payload.payload_type,
            None if media.payloads.is_empty() => Payload::pcma().payload_type,
            None => return None,
        };
        let way = match (media.transport, media.setup) {
            (MediaTransport::Udp, _) => MediaMode::Udp,
            (MediaTransport::Tcp, Some(Setup::Passive)) => MediaMode::TcpActive,
            // Who offers connects, where nothing else is said (RFC 4145 §4.1), which also gets through its router.
            (MediaTransport::Tcp, _) => MediaMode::TcpPassive,
        };
        let address = offer.address_of(media).map(str::to_owned);
        let is_reachable = way == MediaMode::TcpPassive || media.port != 0;
        let ssrc = offer.ssrc.filter(|ssrc| ssrc.0 != 0);
        is_reachable.then_some(Self { way, address, port: media.port, ssrc, payload_type })
    }
}

/// Where sound comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoundSource {
    /// Our address, as the device knows it.
    pub address: String,
    /// Our port: where the device connects to, or where we send from.
    pub port: u16,
    /// SSRC of the sound: the one that the device expects, if it does.
    pub ssrc: Ssrc,
}

#[derive(Debug)]
struct Open {
    device: Id,
    target: Id,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The device was told; until then it must have invited us.
    Told(Instant),
    /// The device has invited us.
    Invited {
        server: ServerId,
        request: Box<Request>,
        path: Path,
        listener: Listener,
    },
    Up(Up),
}

#[derive(Debug)]
struct Up {
    server: ServerId,
    dialog: Box<Dialog>,
    is_acknowledged: bool,
    /// Nobody speaks any more; the BYE waits for the ACK (RFC 3261 §15).
    is_over: bool,
}

/// All broadcasts; few, so they are looked through.
#[derive(Debug, Default)]
pub(super) struct Broadcasts {
    last_id: u64,
    open: HashMap<BroadcastId, Open>,
    /// What was told to devices and not answered yet.
    told: HashMap<ExchangeId, BroadcastId>,
    due: BTreeSet<(Instant, BroadcastId)>,
}

impl Broadcasts {
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.told.is_empty() && self.due.is_empty()
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.due.first().map(|(at, _)| *at)
    }

    fn of_server(&self, server: ServerId) -> Option<BroadcastId> {
        let is_its = |open: &Open| match &open.state {
            State::Told(_) => false,
            State::Invited { server: its, .. } | State::Up(Up { server: its, .. }) => *its == server,
        };
        self.open.iter().find(|(_, open)| is_its(open)).map(|(id, _)| *id)
    }

    fn of_dialog(&mut self, dialog: &DialogId) -> Option<(BroadcastId, &mut Up)> {
        self.open.iter_mut().find_map(|(id, open)| match &mut open.state {
            State::Up(up) if up.dialog.id() == *dialog => Some((*id, up)),
            _ => None,
        })
    }

    fn of_device(&self, device: &Id) -> Vec<BroadcastId> {
        self.open.iter().filter(|(_, open)| open.device == *device).map(|(id, _)| *id).collect()
    }

    fn close(&mut self, id: BroadcastId) -> Option<Open> {
        let open = self.open.remove(&id)?;
        if let State::Told(due) = open.state {
            self.due.remove(&(due, id));
        }
        Some(open)
    }
}

impl Platform {
    /// Tells a device that somebody speaks to it, or to a loudspeaker or camera below it. [`Event::Broadcast`] tells what
    /// comes of it.
    ///
    /// # Errors
    /// When nothing is sent; no event follows then.
    pub fn broadcast(&mut self, at: Moment, device: &Id, target: &Id, world: &dyn World) -> Result<BroadcastId, Fault> {
        if self.broadcasts.open.len() >= MAX_BROADCASTS {
            return Err(Fault::TooMany);
        }
        let broadcast = Broadcast { source: Some(self.options.server_id.clone()), target: Some(target.clone()) };
        let exchange = self.exchange(at, device, None, Body::Notify(Notify::Broadcast(broadcast)), world)?;
        self.broadcasts.last_id += 1;
        let (id, due) = (BroadcastId(self.broadcasts.last_id), at.now + INVITATION_WAIT);
        let open = Open { device: device.clone(), target: target.clone(), state: State::Told(due) };
        self.broadcasts.open.insert(id, open);
        self.broadcasts.told.insert(exchange, id);
        self.broadcasts.due.insert((due, id));
        Ok(id)
    }

    /// Answers the device that has invited us. Does nothing when it is over, or was answered.
    pub fn accept_broadcast(&mut self, at: Moment, id: BroadcastId, sound: &SoundSource, world: &dyn World) {
        let Some(Open { device, state: State::Invited { server, request, path, listener }, .. }) =
            self.broadcasts.open.get(&id)
        else {
            return;
        };
        let (server, answer) = (*server, self.sound_offered(listener, sound));
        let starts_at_once = self.devices.get(device).is_some_and(|device| starts_with_ok(device.profile.broadcast));
        let contact = self.contact(path, world);
        let tag = self.endpoint.local_tag(server).unwrap_or_default();
        let Ok(dialog) = Dialog::from_request(request, tag, contact.trim_matches(['<', '>']), path) else {
            return self.refuse_broadcast(at, id, 400, BroadcastEnding::Unusable);
        };
        let response = Response::new(200).with("Contact", &contact).with_body(SDP, answer.write());
        if let Some(open) = self.broadcasts.open.get_mut(&id) {
            let dialog = Box::new(dialog.clone());
            open.state = State::Up(Up { server, dialog, is_acknowledged: false, is_over: false });
        }
        self.answer(at, server, &response);
        if starts_at_once {
            self.tell_broadcast(id, BroadcastEvent::Started { dialog: Box::new(dialog) });
        }
    }

    /// Ends a broadcast, whatever its state; fine when it is over.
    pub fn end_broadcast(&mut self, at: Moment, id: BroadcastId, world: &dyn World) {
        self.finish_broadcast(at, id, BroadcastEnding::HungUp, world);
    }

    fn sound_offered(&self, listener: &Listener, sound: &SoundSource) -> Description {
        let payload = Payload { payload_type: listener.payload_type, ..Payload::pcma() };
        let mut media = Media::audio(sound.port, vec![payload]);
        media.direction = Some(Direction::SendOnly);
        (media.transport, media.setup) = listener.way.described();
        Description {
            owner: Some(self.options.server_id.clone()),
            address: Some(sound.address.clone()),
            kind: SessionKind::Play,
            media: vec![media],
            ssrc: Some(sound.ssrc),
            parameters: Some(FormatParameters::g711()),
            ..Description::default()
        }
    }

    fn tell_broadcast(&mut self, broadcast: BroadcastId, what: BroadcastEvent) {
        self.event(Event::Broadcast { broadcast, what });
    }

    fn refuse_broadcast(&mut self, at: Moment, id: BroadcastId, status: u16, why: BroadcastEnding) {
        if let Some(Open { state: State::Invited { server, .. }, .. }) = self.broadcasts.close(id) {
            self.answer(at, server, &Response::new(status));
        }
        self.tell_broadcast(id, BroadcastEvent::Ended(why));
    }

    /// It is over for its user; the device is told, which may have to wait for its ACK.
    fn finish_broadcast(&mut self, at: Moment, id: BroadcastId, why: BroadcastEnding, world: &dyn World) {
        match self.broadcasts.open.get_mut(&id).map(|open| &mut open.state) {
            None => {}
            Some(State::Told(_)) => {
                self.broadcasts.close(id);
                self.tell_broadcast(id, BroadcastEvent::Ended(why));
            }
            Some(State::Invited { .. }) => self.refuse_broadcast(at, id, 480, why),
            Some(State::Up(up)) if up.is_over => {}
            Some(State::Up(up)) => {
                up.is_over = true;
                if up.is_acknowledged {
                    self.say_goodbye_to_listener(at, id, world);
                }
                self.tell_broadcast(id, BroadcastEvent::Ended(why));
            }
        }
    }

    fn say_goodbye_to_listener(&mut self, at: Moment, id: BroadcastId, world: &dyn World) {
        if let Some(Open { device, state: State::Up(mut up), .. }) = self.broadcasts.close(id) {
            let (to, request) = (up.dialog.destination(), up.dialog.request(Method::Bye));
            // A device that is gone needs no telling.
            let _untold = self.send_to(at, &device, to, request, world);
        }
    }

    pub(super) fn end_broadcasts_of(&mut self, device: &Id) {
        for id in self.broadcasts.of_device(device) {
            let closed = self.broadcasts.close(id);
            if !matches!(closed, Some(Open { state: State::Up(Up { is_over: true, .. }), .. })) {
                self.tell_broadcast(id, BroadcastEvent::Ended(BroadcastEnding::DeviceGone));
            }
        }
    }

    pub(super) fn give_up_broadcasts(&mut self, at: Moment, world: &dyn World) {
        while let Some((due, id)) = self.broadcasts.due.first().copied().filter(|(due, _)| *due <= at.now) {
            self.broadcasts.due.remove(&(due, id));
            self.finish_broadcast(at, id, BroadcastEnding::NoInvitation, world);
        }
    }

    /// Whether the exchange was one of a broadcast. A device that has invited us need not say that it will.
    pub(super) fn on_broadcast_answered(&mut self, exchange: ExchangeId, answer: &Result<Box<Answer>, Fault>) -> bool {
        let Some(id) = self.broadcasts.told.remove(&exchange) else { return false };
        if !matches!(self.broadcasts.open.get(&id), Some(Open { state: State::Told(_), .. })) {
            return true;
        }
        let why = match answer.as_deref() {
            Ok(Answer::Said(Said::Broadcast(said))) if said.result == Some(Outcome::Error) => BroadcastEnding::Declined,
            Ok(_) => {
                self.tell_broadcast(id, BroadcastEvent::Taken);
                return true;
            }
            // It may yet invite us.
            Err(Fault::Silent) => return true,
            Err(fault) => BroadcastEnding::Failed(fault.clone()),
        };
        self.broadcasts.close(id);
        self.tell_broadcast(id, BroadcastEvent::Ended(why));
        true
    }

    /// An INVITE: of a device that was told that somebody speaks, or of anybody.
    pub(super) fn on_invite(&mut self, at: Moment, server: ServerId, request: &Request, path: Path) {
        if request.headers.to().is_none_or(|to| to.tag().is_some()) {
            return self.answer_briefly(server, &Response::new(488));
        }
        let Some(id) = self.awaited(request, &path) else {
            // Once: a refusal that is sent again until its ACK comes would go to whomever a stranger has named as sender.
            return self.answer_briefly(server, &Response::new(403));
        };
        let Some(open) = self.broadcasts.open.get_mut(&id) else { return };
        if let State::Told(due) = open.state {
            self.broadcasts.due.remove(&(due, id));
        }
        let listener = Description::parse(&request.body).ok().as_ref().and_then(Listener::of);
        let Some(listener) = listener else {
            self.broadcasts.close(id);
            self.answer(at, server, &Response::new(488));
            return self.tell_broadcast(id, BroadcastEvent::Ended(BroadcastEnding::Unusable));
        };
        let request = Box::new(request.clone());
        open.state = State::Invited { server, request, path, listener: listener.clone() };
        self.tell_broadcast(id, BroadcastEvent::Invited(listener));
    }

    /// The broadcast that an INVITE belongs to. It comes from where the device is signed in; which one of those behind
    /// one router it is, say `From` and `Subject`, in the name of the device or of the target. Tolerance: a name that is
    /// nobody's, as that of a loudspeaker below the device, if only one device there is waited for.
    fn awaited(&self, request: &Request, path: &Path) -> Option<BroadcastId> {
        let here = self.broadcasts.open.iter().filter(|(_, open)| {
            let is_there = self.devices.get(&open.device).is_some_and(|device| device.is_at(path));
            is_there && matches!(open.state, State::Told(_))
        });
        let here: Vec<(BroadcastId, &Open)> = here.map(|(id, open)| (*id, open)).collect();
        let from = sender(request);
        let subject = request.headers.text("Subject").and_then(|text| Subject::parse(&text));
        let named: Vec<&Id> =
            from.iter().chain(subject.iter().flat_map(|subject| [&subject.sender, &subject.receiver])).collect();
        let is_named = |open: &Open| named.contains(&&open.device) || named.contains(&&open.target);
        let is_stranger = from.as_ref().is_some_and(|from| self.devices.contains_key(from));
        match (here.iter().find(|(_, open)| is_named(open)), &here[..]) {
            (Some((id, _)), _) => Some(*id),
            (None, [(id, _)]) if !is_stranger => Some(*id),
            _ => None,
        }
    }

    /// The ACK to our answer.
    pub(super) fn on_acknowledged(&mut self, at: Moment, server: ServerId, world: &dyn World) {
        let Some(id) = self.broadcasts.of_server(server) else { return };
        let Some(Open { device, state: State::Up(up), .. }) = self.broadcasts.open.get_mut(&id) else { return };
        up.is_acknowledged = true;
        if up.is_over {
            return self.say_goodbye_to_listener(at, id, world);
        }
        let dialog = up.dialog.clone();
        if !self.devices.get(device).is_some_and(|device| starts_with_ok(device.profile.broadcast)) {
            self.tell_broadcast(id, BroadcastEvent::Started { dialog });
        }
    }

    /// No ACK: the device is told all the same (RFC 3261 §13.3.1.4).
    pub(super) fn on_not_acknowledged(&mut self, at: Moment, server: ServerId, world: &dyn World) {
        let Some(id) = self.broadcasts.of_server(server) else { return };
        let Some(Open { state: State::Up(up), .. }) = self.broadcasts.open.get(&id) else { return };
        let was_over = up.is_over;
        self.say_goodbye_to_listener(at, id, world);
        if !was_over {
            self.tell_broadcast(id, BroadcastEvent::Ended(BroadcastEnding::NotAcknowledged));
        }
    }

    /// The device took its INVITE back, or nobody answered it in time; the stack has answered it.
    pub(super) fn on_withdrawn(&mut self, server: ServerId) {
        let Some(id) = self.broadcasts.of_server(server) else { return };
        self.broadcasts.close(id);
        self.tell_broadcast(id, BroadcastEvent::Ended(BroadcastEnding::Withdrawn));
    }

    /// A request inside the dialog of a broadcast; `false` when it is of none.
    pub(super) fn on_within_broadcast(&mut self, at: Moment, server: ServerId, request: &Request, path: &Path) -> bool {
        let dialog = DialogId::of_request(request);
        let Some((id, up)) = dialog.and_then(|dialog| self.broadcasts.of_dialog(&dialog)) else { return false };
        if up.dialog.receive(request, path) == Sequence::Old {
            self.answer_briefly(server, &Response::new(500));
            return true;
        }
        let was_over = up.is_over;
        self.answer(at, server, &Response::new(200));
        if request.method == Method::Bye {
            self.broadcasts.close(id);
            if !was_over {
                self.tell_broadcast(id, BroadcastEvent::Ended(BroadcastEnding::ByDevice));
            }
        }
        true
    }
}

const fn starts_with_ok(start: BroadcastStart) -> bool {
    matches!(start, BroadcastStart::AfterOk)
}
