//! Orders and questions, and what comes of them (§9.3 to §9.7).
//!
//! A device answers each with the 200 of SIP; to questions and to some orders it says more, in a message of its own with the
//! number (`SN`) of ours. Answers of many messages are put together.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use base::ErrorKind;
use sip::transaction::ClientId;
use sip::{Method, Response};

use super::incoming::CONTENT_TYPE;
use super::{Event, Moment, Platform, World};
use crate::collect::{CollectError, Collected, Collector, Identified, Progress, Question};
use crate::id::Id;
use crate::manscdp::{
    Body, CatalogItem, Command, Control, CruiseTrackName, Message, Notify, Preset, Query, RecordingItem,
    Response as Said,
};
use crate::version::Version;

/// How long a device may take to say in return what it has to say.
const SAID_WAIT: Duration = Duration::from_secs(15);
/// How often those whose time is over are looked for.
const LOOK: Duration = Duration::from_secs(1);
/// Exchanges that are open at once. Full-policy: [`Fault::TooMany`].
const MAX_OPEN: usize = 16_384;

/// An order or a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExchangeId(u64);

/// What a device said in return.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// It took the order; more is not said to this kind.
    Taken,
    /// A message.
    Said(Said),
    /// A catalog, whole or as far as it came.
    Catalog(Collected<CatalogItem>),
    /// Recordings, all or as far as they came.
    Recordings(Collected<RecordingItem>),
    /// Presets, all or as far as they came.
    Presets(Collected<Preset>),
    /// Cruises by their names, all or as far as they came.
    Cruises(Collected<CruiseTrackName>),
}

/// Why nothing came of an order or a question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The device is not signed in, or went away meanwhile.
    #[error("device is not signed in")]
    NotSignedIn,
    /// The session has not been set up, or is over.
    #[error("session is not set up or is over")]
    NoSession,
    /// The device speaks an older edition, which does not have it.
    #[error("device speaks an edition before {0}")]
    OlderEdition(Version),
    /// The device refused.
    #[error("device answered {status} {reason}")]
    Refused {
        /// Status of SIP.
        status: u16,
        /// Its words.
        reason: String,
    },
    /// The device took the message, and said in return that it cannot do it (`Result` is `ERROR`).
    #[error("device cannot do it, as it answers")]
    Declined,
    /// No answer of SIP: the device is not reached.
    #[error("device does not answer")]
    NoAnswer,
    /// The device took it, and said nothing in return.
    #[error("device took the message and said nothing in return")]
    Silent,
    /// Too many are open.
    #[error("too many orders and questions are open")]
    TooMany,
    /// It does not fit a datagram.
    #[error("message is too large for a datagram")]
    TooLarge,
}

impl Fault {
    /// How it is classified.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            // What a device refuses is not a right that whoever asks lacks.
            Self::NotSignedIn | Self::Refused { .. } | Self::Declined => ErrorKind::Unavailable,
            Self::NoSession => ErrorKind::NotFound,
            Self::OlderEdition(_) => ErrorKind::Unsupported,
            Self::NoAnswer | Self::Silent => ErrorKind::Timeout,
            Self::TooMany => ErrorKind::Exhausted,
            Self::TooLarge => ErrorKind::InvalidInput,
        }
    }
}

impl From<sip::SendError> for Fault {
    fn from(error: sip::SendError) -> Self {
        match error {
            sip::SendError::TooLarge(_) => Self::TooLarge,
            _ => Self::TooMany,
        }
    }
}

/// What is known of one exchange.
pub(super) type Done = (ExchangeId, Result<Box<Answer>, Fault>);

/// What a device will say in return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Nothing,
    Message,
    Catalog,
    Recordings,
    Presets,
    Cruises,
}

impl Expected {
    const fn of(body: &Body) -> Self {
        match body {
            Body::Query(Query::Catalog(_)) => Self::Catalog,
            Body::Query(Query::RecordInfo(_)) => Self::Recordings,
            Body::Query(Query::PresetQuery) => Self::Presets,
            Body::Query(Query::CruiseTracks) => Self::Cruises,
            Body::Query(_) | Body::Control(Control::DeviceConfig(_)) | Body::Notify(Notify::Broadcast(_)) => {
                Self::Message
            }
            Body::Control(Control::DeviceControl(control)) if control.command.has_response() => Self::Message,
            _ => Self::Nothing,
        }
    }
}

/// All that are open.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    last_id: u64,
    last_sn: u32,
    open: HashMap<Question, Open>,
    /// Those whose answer of SIP has not come, by its transaction.
    sent: HashMap<ClientId, Question>,
    catalogs: Collector<CatalogItem>,
    recordings: Collector<RecordingItem>,
    presets: Collector<Preset>,
    cruises: Collector<CruiseTrackName>,
    /// When to look for those whose time is over: all are looked at then, so not with each message.
    look_at: Option<Instant>,
}

#[derive(Debug)]
struct Open {
    id: ExchangeId,
    expected: Expected,
    /// When to give up waiting for a message; those of many have their own times.
    due: Option<Instant>,
}

impl Exchanges {
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.sent.is_empty()
    }

    pub(super) fn next_sn(&mut self) -> u32 {
        self.last_sn = self.last_sn.checked_add(1).unwrap_or(1);
        self.last_sn
    }

    fn begin(&mut self, now: Instant, question: Question, expected: Expected) -> Result<ExchangeId, Fault> {
        if self.open.len() >= MAX_OPEN || self.open.contains_key(&question) {
            return Err(Fault::TooMany);
        }
        let collected: Result<(), CollectError> = match expected {
            Expected::Catalog => self.catalogs.expect(now, question.clone()),
            Expected::Recordings => self.recordings.expect(now, question.clone()),
            Expected::Presets => self.presets.expect(now, question.clone()),
            Expected::Cruises => self.cruises.expect(now, question.clone()),
            Expected::Nothing | Expected::Message => Ok(()),
        };
        collected.map_err(|_full| Fault::TooMany)?;
        self.last_id += 1;
        let id = ExchangeId(self.last_id);
        self.open.insert(question, Open { id, expected, due: None });
        self.look_at.get_or_insert(now + LOOK);
        Ok(id)
    }

    /// The device that was asked with a number, which no two open questions share.
    pub(super) fn asked(&self, sn: u32) -> Option<Id> {
        self.open.keys().find(|question| question.sn == sn).map(|question| question.device_id.clone())
    }

    fn end(&mut self, question: &Question) -> Option<ExchangeId> {
        self.catalogs.cancel(question);
        self.recordings.cancel(question);
        self.presets.cancel(question);
        self.cruises.cancel(question);
        self.open.remove(question).map(|open| open.id)
    }

    /// The answer of SIP.
    pub(super) fn on_response(&mut self, now: Instant, id: ClientId, response: &Response) -> Option<Done> {
        if response.is_provisional() {
            return None;
        }
        let question = self.sent.remove(&id)?;
        if !response.is_success() {
            let fault = Fault::Refused { status: response.status, reason: response.reason.clone() };
            return self.end(&question).map(|id| (id, Err(fault)));
        }
        let open = self.open.get_mut(&question)?;
        match open.expected {
            Expected::Nothing => self.end(&question).map(|id| (id, Ok(Box::new(Answer::Taken)))),
            Expected::Message | Expected::Presets | Expected::Cruises => {
                open.due = Some(now + SAID_WAIT);
                None
            }
            Expected::Catalog | Expected::Recordings => None,
        }
    }

    /// No answer of SIP.
    pub(super) fn on_failure(&mut self, id: ClientId) -> Option<Done> {
        let question = self.sent.remove(&id)?;
        self.end(&question).map(|id| (id, Err(Fault::NoAnswer)))
    }

    /// A message in return; some overtake the answer of SIP.
    fn on_said(&mut self, now: Instant, question: &Question, said: Said) -> Heard {
        let Some(open) = self.open.get_mut(question) else { return Heard::Unasked };
        let (id, expected) = (open.id, open.expected);
        open.due = None;
        let progress = match (expected, said) {
            (Expected::Message, said) => {
                self.end(question);
                return Heard::Done((id, Ok(Box::new(Answer::Said(said)))));
            }
            (Expected::Catalog, Said::Catalog(part)) => {
                self.catalogs.handle_part(now, question, part.total, part.items)
            }
            (Expected::Recordings, Said::RecordInfo(part)) => {
                self.recordings.handle_part(now, question, part.total, part.items)
            }
            (Expected::Presets, Said::Presets(part)) => {
                let total = part.total.or_else(|| one_message(&part.items));
                self.presets.handle_part(now, question, total, part.items)
            }
            (Expected::Cruises, Said::CruiseTracks(part)) => {
                let total = part.total.or_else(|| one_message(&part.items));
                self.cruises.handle_part(now, question, total, part.items)
            }
            _ => return Heard::Unasked,
        };
        progress.map_or(Heard::Unasked, |progress| Heard::More(id, progress))
    }

    /// Answers of many messages that are finished.
    fn take_collected(&mut self) -> Vec<Done> {
        let Self { open, catalogs, recordings, presets, cruises, .. } = self;
        let mut done = finished(open, catalogs, Answer::Catalog);
        done.extend(finished(open, recordings, Answer::Recordings));
        done.extend(finished(open, presets, Answer::Presets));
        done.extend(finished(open, cruises, Answer::Cruises));
        done
    }

    pub(super) const fn poll_timeout(&self) -> Option<Instant> {
        self.look_at
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) -> Vec<Done> {
        if self.look_at.is_none_or(|at| at > now) {
            return Vec::new();
        }
        let done = self.give_up(now);
        self.look_at = (!self.open.is_empty()).then(|| now + LOOK);
        done
    }

    fn give_up(&mut self, now: Instant) -> Vec<Done> {
        self.catalogs.handle_timeout(now);
        self.recordings.handle_timeout(now);
        self.presets.handle_timeout(now);
        self.cruises.handle_timeout(now);
        let is_due = |open: &Open| open.due.is_some_and(|due| due <= now);
        let silent: Vec<Question> =
            self.open.iter().filter(|(_, open)| is_due(open)).map(|(question, _)| question.clone()).collect();
        let silent: Vec<Done> =
            silent.iter().filter_map(|question| Some((self.end(question)?, Err(Fault::Silent)))).collect();
        self.take_collected().into_iter().chain(silent).collect()
    }

    /// The device is gone.
    pub(super) fn abandon(&mut self, device: &Id) -> Vec<Done> {
        let its: Vec<Question> = self.open.keys().filter(|question| question.device_id == *device).cloned().collect();
        its.iter().filter_map(|question| Some((self.end(question)?, Err(Fault::NotSignedIn)))).collect()
    }
}

/// What one collector has finished, each as an answer to who asked.
fn finished<T: Identified>(
    open: &mut HashMap<Question, Open>,
    collector: &mut Collector<T>,
    answer: impl Fn(Collected<T>) -> Answer,
) -> Vec<Done> {
    std::iter::from_fn(|| collector.poll_finished())
        .filter_map(|collected| Some((open.remove(&collected.question)?.id, Ok(Box::new(answer(collected))))))
        .collect()
}

/// The number of items of an answer that does not tell it: the edition of 2016 has such answers in one message.
fn one_message<T>(items: &[T]) -> Option<u32> {
    u32::try_from(items.len()).ok()
}

/// What a message in return means.
enum Heard {
    /// Nobody asked, or not any more.
    Unasked,
    Done(Done),
    More(ExchangeId, Progress),
}

impl Platform {
    /// Asks a device. `target` is the device itself, or what is below it.
    ///
    /// # Errors
    /// When nothing is sent; [`Event::Answered`] does not follow then.
    pub fn ask(
        &mut self,
        at: Moment,
        device: &Id,
        target: &Id,
        query: Query,
        world: &dyn World,
    ) -> Result<ExchangeId, Fault> {
        self.exchange(at, device, Some(target), Body::Query(query), world)
    }

    /// Gives an order to a device or to what is below it.
    ///
    /// # Errors
    /// When nothing is sent; [`Event::Answered`] does not follow then.
    pub fn order(
        &mut self,
        at: Moment,
        device: &Id,
        target: &Id,
        control: Control,
        world: &dyn World,
    ) -> Result<ExchangeId, Fault> {
        self.exchange(at, device, Some(target), Body::Control(control), world)
    }

    /// Without a target it is for the device, and does not name it.
    pub(super) fn exchange(
        &mut self,
        at: Moment,
        device: &Id,
        target: Option<&Id>,
        body: Body,
        world: &dyn World,
    ) -> Result<ExchangeId, Fault> {
        let version = self.devices.get(device).ok_or(Fault::NotSignedIn)?.profile.version;
        if body.since() > version && !is_key_frame(&body) {
            return Err(Fault::OlderEdition(body.since()));
        }
        let question = Question { device_id: device.clone(), sn: self.exchanges.next_sn() };
        let expected = Expected::of(&body);
        let id = self.exchanges.begin(at.now, question.clone(), expected)?;
        let message = Message { sn: question.sn, device_id: target.cloned(), body, extra: Vec::new() };
        match self.send(at, device, &message, world) {
            Ok(transaction) => {
                self.exchanges.sent.insert(transaction, question);
                Ok(id)
            }
            Err(fault) => {
                self.exchanges.end(&question);
                Err(fault)
            }
        }
    }

    /// Says something to which nothing is said in return.
    pub(super) fn say(&mut self, at: Moment, device: &Id, message: &Message, world: &dyn World) {
        // A device that cannot be told will say it again.
        let _unsaid = self.send(at, device, message, world);
    }

    pub(super) fn on_said_in_return(&mut self, at: Moment, device: &Id, message: Message) {
        let question = Question { device_id: device.clone(), sn: message.sn };
        let Body::Response(said) = message.body else { return };
        match self.exchanges.on_said(at.now, &question, said) {
            Heard::Unasked => {}
            Heard::Done(done) => self.tell([done]),
            Heard::More(exchange, progress) => {
                self.event(Event::Progress { exchange, progress });
                let done = self.exchanges.take_collected();
                self.tell(done);
            }
        }
    }

    fn send(&mut self, at: Moment, device: &Id, message: &Message, world: &dyn World) -> Result<ClientId, Fault> {
        let record = self.devices.get(device).ok_or(Fault::NotSignedIn)?;
        let (path, profile) = (record.path, record.profile);
        let target = message.device_id.as_ref().unwrap_or(device);
        let body = message.write(profile.charset, profile.version);
        let request = self.request_to(Method::Message, target, &path).with_body(CONTENT_TYPE, body);
        self.send_to(at, device, path.remote, request, world)
    }
}

/// The wish for a key frame has a spelling for every edition.
fn is_key_frame(body: &Body) -> bool {
    matches!(body, Body::Control(Control::DeviceControl(control)) if matches!(control.command, Command::IFrame(_)))
}
