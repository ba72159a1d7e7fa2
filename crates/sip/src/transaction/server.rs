//! A transaction that a peer began (RFC 3261 §17.2; "Accepted" from RFC 6026 §7.1).
//!
//! ```text
//! INVITE   Proceeding ── 3xx to 6xx ── Completed ── ACK ── Confirmed ── I ── gone
//!              │                           └── H ── gone
//!              └── 2xx ── Accepted ── L ── gone; the 2xx is sent again until its ACK has come
//! others   Trying ── 2xx to 6xx ── Completed ── J ── gone
//! ```

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{INVITE_LIMIT, Timers};
use crate::message::{Headers, Response};
use crate::path::Path;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// "Trying" of others than INVITE.
    Proceeding,
    Completed,
    Confirmed,
    Accepted {
        acknowledged: bool,
    },
}

/// What responses are made of, until the final one.
#[derive(Debug)]
pub(crate) struct Template {
    /// `Via` with its source noted, `From`, `To`, `Call-ID`, `CSeq`, `Record-Route`.
    pub(crate) headers: Headers,
    /// Our tag; the peer's own `To` tag inside a dialog.
    pub(crate) local_tag: String,
    /// Whether `To` has a tag already.
    pub(crate) in_dialog: bool,
}

impl Template {
    /// The whole response.
    pub(crate) fn fill(&self, response: &Response) -> Response {
        let mut headers = self.headers.clone();
        // A 100 needs no tag (§8.2.6.2).
        if !self.in_dialog && response.status > 100 {
            let to = headers.get("To").unwrap_or_default();
            let tagged = [to, b";tag=", self.local_tag.as_bytes()].concat();
            headers.set("To", tagged);
        }
        headers.extend(&response.headers);
        Response { status: response.status, reason: response.reason.clone(), headers, body: response.body.clone() }
    }
}

#[derive(Debug)]
pub(crate) struct ServerTransaction {
    /// For the ACK to a 2xx; INVITE only.
    pub(crate) ack_key: Option<Arc<str>>,
    pub(crate) path: Path,
    state: State,
    /// Gone with the final response.
    pub(crate) template: Option<Box<Template>>,
    /// The newest response.
    response: Bytes,
    interval: Duration,
    resend_at: Option<Instant>,
    end_at: Instant,
    /// The entry in the timer queue that counts.
    pub(crate) scheduled: Option<Instant>,
}

/// What a timer asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ServerTimer {
    Nothing,
    Send(Bytes),
    /// The user takes its time: a 100 is due.
    Trying,
    /// The user has given no answer.
    Unanswered,
    /// The peer has never acknowledged a 2xx.
    NotAcknowledged,
    /// It has lingered long enough.
    Remove,
}

/// What an ACK does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AckAction {
    /// A repeated one, or one that nothing waits for.
    Absorb,
    /// The user is told that its 2xx has arrived.
    Deliver,
    /// The transaction is over.
    Remove,
}

impl ServerTransaction {
    pub(crate) fn new(
        now: Instant,
        timers: &Timers,
        ack_key: Option<Arc<str>>,
        path: Path,
        template: Template,
    ) -> Self {
        let limit = if ack_key.is_some() { INVITE_LIMIT } else { timers.patience() };
        Self {
            ack_key,
            path,
            state: State::Proceeding,
            template: Some(Box::new(template)),
            response: Bytes::new(),
            interval: timers.t1,
            resend_at: None,
            end_at: now + limit,
            scheduled: None,
        }
    }

    /// When a 100 is due unless there is another answer by then.
    pub(crate) const fn try_at(&mut self, at: Instant) {
        self.resend_at = Some(at);
    }

    pub(crate) const fn is_invite(&self) -> bool {
        self.ack_key.is_some()
    }

    /// Whether the final response is still to come.
    pub(crate) const fn is_open(&self) -> bool {
        matches!(self.state, State::Proceeding)
    }

    /// Whether its 2xx has not been acknowledged yet.
    pub(crate) const fn awaits_ack(&self) -> bool {
        matches!(self.state, State::Accepted { acknowledged: false })
    }

    pub(crate) fn next_due(&self) -> Instant {
        self.resend_at.map_or(self.end_at, |at| at.min(self.end_at))
    }

    /// The request has come again: what to send again, if anything.
    pub(crate) fn on_repetition(&self) -> Option<Bytes> {
        match self.state {
            State::Proceeding | State::Completed if !self.response.is_empty() => Some(self.response.clone()),
            // RFC 6026 §7.1 leaves it to the timer; at once is sooner.
            State::Accepted { acknowledged: false } => Some(self.response.clone()),
            _ => None,
        }
    }

    /// `message` is being sent. Returns whether the transaction is over.
    pub(crate) fn on_respond(&mut self, now: Instant, timers: &Timers, status: u16, message: Bytes) -> bool {
        self.response = message;
        self.resend_at = None;
        if status < 200 {
            return false;
        }
        self.template = None;
        self.interval = timers.t1;
        self.end_at = now + timers.patience();
        let reliable = self.path.transport.is_reliable();
        if self.is_invite() && status < 300 {
            // Whatever the transport: a proxy on the way may use another one (§13.3.1.4).
            self.state = State::Accepted { acknowledged: false };
            self.resend_at = Some(now + timers.t1);
            return false;
        }
        self.state = State::Completed;
        self.resend_at = (self.is_invite() && !reliable).then(|| now + timers.t1);
        !self.is_invite() && reliable
    }

    pub(crate) fn on_ack(&mut self, now: Instant, timers: &Timers) -> AckAction {
        match self.state {
            State::Completed if self.path.transport.is_reliable() => AckAction::Remove,
            State::Completed => {
                self.state = State::Confirmed;
                self.resend_at = None;
                self.response = Bytes::new();
                self.end_at = now + timers.t4;
                AckAction::Absorb
            }
            State::Accepted { acknowledged: false } => {
                self.state = State::Accepted { acknowledged: true };
                self.resend_at = None;
                self.response = Bytes::new();
                AckAction::Deliver
            }
            _ => AckAction::Absorb,
        }
    }

    pub(crate) fn on_timer(&mut self, now: Instant, timers: &Timers) -> ServerTimer {
        if self.end_at <= now {
            return match self.state {
                State::Proceeding => ServerTimer::Unanswered,
                State::Accepted { acknowledged: false } => ServerTimer::NotAcknowledged,
                _ => ServerTimer::Remove,
            };
        }
        match self.resend_at {
            Some(at) if at <= now && self.is_open() => {
                self.resend_at = None;
                ServerTimer::Trying
            }
            Some(at) if at <= now => {
                self.interval = (self.interval * 2).min(timers.t2);
                self.resend_at = Some(now + self.interval);
                ServerTimer::Send(self.response.clone())
            }
            _ => ServerTimer::Nothing,
        }
    }
}
