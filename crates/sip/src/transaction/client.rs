//! A transaction that we began (RFC 3261 §17.1; "Accepted" from RFC 6026 §7.2).
//!
//! ```text
//! INVITE   Calling ── 1xx ── Proceeding ── 3xx to 6xx, ACK ── Completed ── D ── gone
//!             └── B: failed     └── 2xx ── Accepted ── M ── gone
//! others   Calling ── 1xx ── Proceeding ── 2xx to 6xx ── Completed ── K ── gone
//!             └────── F: failed ──┘
//! ```

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{INVITE_LIMIT, Timers};
use crate::message::Request;
use crate::method::Method;
use crate::path::Path;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// "Calling" of an INVITE, "Trying" of others.
    Calling,
    Proceeding,
    Completed,
    Accepted,
}

/// Whether the user wants no more of an INVITE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cancel {
    No,
    /// It is sent once the peer has answered anything (§9.1).
    Wanted,
    Sent,
}

/// What an INVITE needs later on.
#[derive(Debug)]
pub(crate) struct Invite {
    /// As sent, with its `Via`: ACK and CANCEL are made of it.
    pub(crate) request: Request,
    /// The ACK, once there is one, and the tag of the peer that it is for.
    ack: Option<(String, Bytes)>,
    pub(crate) cancel: Cancel,
}

#[derive(Debug)]
pub(crate) struct ClientTransaction {
    pub(crate) path: Path,
    state: State,
    /// The request as sent; empty once it is not sent again.
    message: Bytes,
    pub(crate) invite: Option<Box<Invite>>,
    interval: Duration,
    resend_at: Option<Instant>,
    end_at: Instant,
    /// A CANCEL: the user did not send it and is not told how it went.
    pub(crate) is_cancel: bool,
    /// The entry in the timer queue that counts.
    pub(crate) scheduled: Option<Instant>,
}

/// What is to be done with a response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ResponseVerdict {
    /// The user sees it.
    pub(crate) deliver: bool,
    pub(crate) then: ResponseAction,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ResponseAction {
    Nothing,
    /// A final refusal of an INVITE: acknowledge it.
    Acknowledge,
    /// Send this ACK again.
    Send(Bytes),
    /// Now the CANCEL that was wanted can go.
    Cancel,
    /// The transaction is over.
    Remove,
}

/// What a timer asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ClientTimer {
    Nothing,
    Send(Bytes),
    /// Nobody waits any longer for a final response: cancel the INVITE.
    Cancel,
    /// No final response came.
    Failed,
    /// It has lingered long enough.
    Remove,
}

impl ClientTransaction {
    /// `message` has just been sent: the bytes of `request`.
    pub(crate) fn new(now: Instant, timers: &Timers, path: Path, message: Bytes, request: Request) -> Self {
        let is_cancel = request.method == Method::Cancel;
        let invite = (request.method == Method::Invite).then_some(request);
        let resend_at = (!path.transport.is_reliable()).then(|| now + timers.t1);
        Self {
            path,
            state: State::Calling,
            message,
            invite: invite.map(|request| Box::new(Invite { request, ack: None, cancel: Cancel::No })),
            interval: timers.t1,
            resend_at,
            end_at: now + timers.patience(),
            is_cancel,
            scheduled: None,
        }
    }

    pub(crate) fn next_due(&self) -> Instant {
        self.resend_at.map_or(self.end_at, |at| at.min(self.end_at))
    }

    /// Whether a final response has come.
    pub(crate) fn is_answered(&self) -> bool {
        matches!(self.state, State::Completed | State::Accepted)
    }

    /// Whether a CANCEL may go now (§9.1: not before a provisional response).
    pub(crate) fn may_cancel_now(&self) -> bool {
        self.state == State::Proceeding
    }

    pub(crate) fn on_response(
        &mut self,
        now: Instant,
        timers: &Timers,
        status: u16,
        to_tag: Option<&str>,
    ) -> ResponseVerdict {
        if self.invite.is_some() {
            self.on_invite_response(now, timers, status, to_tag)
        } else {
            self.on_other_response(now, timers, status)
        }
    }

    fn on_other_response(&mut self, now: Instant, timers: &Timers, status: u16) -> ResponseVerdict {
        if self.state == State::Completed {
            return ABSORBED;
        }
        if status < 200 {
            self.state = State::Proceeding;
            self.interval = timers.t2;
            return delivered(ResponseAction::Nothing);
        }
        if self.path.transport.is_reliable() {
            return delivered(ResponseAction::Remove);
        }
        self.linger(State::Completed, now + timers.t4);
        delivered(ResponseAction::Nothing)
    }

    fn on_invite_response(
        &mut self,
        now: Instant,
        timers: &Timers,
        status: u16,
        to_tag: Option<&str>,
    ) -> ResponseVerdict {
        let Some(invite) = &self.invite else {
            return ABSORBED;
        };
        match (self.state, status) {
            (State::Calling | State::Proceeding, 100..200) => {
                let wanted = invite.cancel == Cancel::Wanted;
                self.state = State::Proceeding;
                self.resend_at = None;
                // After a CANCEL the time that is left is not made longer (§9.1).
                if invite.cancel != Cancel::Sent {
                    self.end_at = now + INVITE_LIMIT;
                }
                delivered(if wanted { ResponseAction::Cancel } else { ResponseAction::Nothing })
            }
            (State::Calling | State::Proceeding, 200..300) => {
                self.linger(State::Accepted, now + timers.patience());
                delivered(ResponseAction::Nothing)
            }
            (State::Calling | State::Proceeding, _) => {
                self.linger(State::Completed, now + timers.patience());
                delivered(ResponseAction::Acknowledge)
            }
            // A peer that repeats its final response has not heard the ACK.
            (State::Completed, 300..) | (State::Accepted, 200..300) => match &invite.ack {
                Some((tag, ack)) if self.state == State::Completed || to_tag.is_none_or(|it| it == tag) => {
                    ResponseVerdict { deliver: false, then: ResponseAction::Send(ack.clone()) }
                }
                // Another branch of a fork has answered: its dialog is the user's to end (§13.2.2.4).
                Some(_) => delivered(ResponseAction::Nothing),
                None => ABSORBED,
            },
            _ => ABSORBED,
        }
    }

    /// Keeps the ACK, to be sent again. Ends a refused INVITE on a reliable transport: returns whether to.
    pub(crate) fn keep_ack(&mut self, to_tag: &str, ack: Bytes) -> bool {
        if let Some(invite) = &mut self.invite {
            invite.ack = Some((to_tag.to_owned(), ack));
        }
        self.state == State::Completed && self.path.transport.is_reliable()
    }

    /// The CANCEL goes now: there is not much time left for the final response (§9.1).
    pub(crate) fn note_cancel_sent(&mut self, now: Instant, timers: &Timers) {
        if let Some(invite) = &mut self.invite {
            invite.cancel = Cancel::Sent;
        }
        self.end_at = now + timers.patience();
    }

    pub(crate) fn on_timer(&mut self, now: Instant, timers: &Timers) -> ClientTimer {
        if self.end_at <= now {
            let cancelled = self.invite.as_ref().is_none_or(|invite| invite.cancel == Cancel::Sent);
            return match self.state {
                State::Completed | State::Accepted => ClientTimer::Remove,
                State::Proceeding if !cancelled => ClientTimer::Cancel,
                State::Calling | State::Proceeding => ClientTimer::Failed,
            };
        }
        match self.resend_at {
            Some(at) if at <= now => {
                let doubled = self.interval * 2;
                self.interval = if self.invite.is_some() { doubled } else { doubled.min(timers.t2) };
                self.resend_at = Some(now + self.interval);
                ClientTimer::Send(self.message.clone())
            }
            _ => ClientTimer::Nothing,
        }
    }

    fn linger(&mut self, state: State, end_at: Instant) {
        self.state = state;
        self.end_at = end_at;
        self.resend_at = None;
        self.message = Bytes::new();
    }
}

const ABSORBED: ResponseVerdict = ResponseVerdict { deliver: false, then: ResponseAction::Nothing };

const fn delivered(then: ResponseAction) -> ResponseVerdict {
    ResponseVerdict { deliver: true, then }
}
