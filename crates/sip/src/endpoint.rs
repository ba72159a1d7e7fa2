//! All transactions of one party: messages and `Instant`s in, messages and events out.

mod incoming;
mod outgoing;
mod table;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::message::{Request, Response};
use crate::path::Path;
use crate::token::TokenSource;
use crate::transaction::client::{ClientTimer, ClientTransaction};
use crate::transaction::server::{ServerTimer, ServerTransaction};
use crate::transaction::timer_queue::{TimerOwner, TimerQueue};
use crate::transaction::{ClientId, ServerId, Timers};
pub use outgoing::{RespondError, SendError};
use table::Table;

/// Bytes of a message that fits one datagram (IPv4).
pub const MAX_DATAGRAM_BYTES: usize = 65_507;
/// Bytes above which RFC 3261 §18.1.1 wants a request on a connection instead of in a datagram.
pub const MAX_COMFORTABLE_DATAGRAM_BYTES: usize = 1300;
/// Timers that one call of [`Endpoint::handle_timeout`] serves; the others are due again at once.
pub const MAX_TIMERS_PER_CALL: usize = 4096;

/// Settings of an [`Endpoint`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Times of repetition and patience.
    pub timers: Timers,
    /// How long the user may take to answer an INVITE before a 100 goes out: none, or up to 200 ms where it is known to answer
    /// at once (RFC 3261 §17.2.1), for peers that take any first response for the last one.
    pub trying_after: Duration,
    /// Open transactions that peers began. Full-policy: 503 to a request, without remembering it.
    pub max_server_transactions: usize,
    /// Open transactions that we began. Full-policy: [`SendError::Full`].
    pub max_client_transactions: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timers: Timers::default(),
            trying_after: Duration::ZERO,
            max_server_transactions: 1 << 18,
            max_client_transactions: 1 << 16,
        }
    }
}

/// What the caller does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send this.
    Transmit(Transmit),
    /// Know this.
    Event(Event),
    /// There is no more: call [`Endpoint::handle_timeout`] at this time, if there is one.
    Timeout(Option<Instant>),
}

/// Bytes to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// From which socket or on which connection, and to whom.
    pub path: Path,
    /// One message.
    pub bytes: Bytes,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A request, to be answered with [`Endpoint::respond`] or [`Endpoint::respond_stateless`] within
    /// [`Timers::patience`], an INVITE within [`crate::INVITE_LIMIT`]. It comes once, however often it is sent.
    /// An INVITE is answered with 100 before or soon after: [`Options::trying_after`].
    Request {
        /// To answer by.
        id: ServerId,
        /// As it came.
        request: Request,
        /// Where from; the answer goes there.
        path: Path,
    },
    /// The ACK to our 2xx: the session is set up.
    Acknowledged {
        /// The INVITE.
        id: ServerId,
        /// The ACK, which may bring a session description.
        request: Request,
    },
    /// No ACK came for our 2xx: the session should be ended with a BYE (RFC 3261 §13.3.1.4).
    NotAcknowledged {
        /// The INVITE.
        id: ServerId,
    },
    /// The peer gave up its INVITE, which has been answered with 487.
    Cancelled {
        /// The INVITE.
        id: ServerId,
    },
    /// A request was not answered in time. An INVITE has been answered with 408.
    Unanswered {
        /// The request.
        id: ServerId,
    },
    /// A response. After a final one (200 and above) no other follows, but a 2xx of another branch of a forked
    /// INVITE. A 2xx to an INVITE is acknowledged with [`Endpoint::send_ack`], anything else by itself.
    Response {
        /// The request.
        id: ClientId,
        /// As it came.
        response: Response,
        /// Where from.
        path: Path,
    },
    /// A request has no final response, and none will be told.
    Failed {
        /// The request.
        id: ClientId,
        /// Why.
        reason: Failure,
    },
}

/// Why a request has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// No answer in time (timers B, C and F).
    Timeout,
    /// Its connection is gone.
    ConnectionClosed,
}

/// What has happened so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Messages that were read, repeated ones too.
    pub messages: u64,
    /// Datagrams that are no message.
    pub malformed: u64,
    /// Requests without a field that they need.
    pub incomplete: u64,
    /// Datagrams that only keep a mapping open.
    pub keep_alives: u64,
    /// Requests and responses that came again.
    pub repetitions: u64,
    /// Responses to nothing that is open.
    pub stray_responses: u64,
    /// ACKs to nothing that is open.
    pub stray_acks: u64,
    /// Requests that were refused because the table was full.
    pub refused: u64,
    /// Requests that the user did not answer.
    pub unanswered: u64,
    /// Messages that were sent again because nothing came.
    pub resent: u64,
}

/// Both roles of one party, over any number of sockets and connections.
///
/// **Drain [`Endpoint::poll_output`] until it says [`Output::Timeout`] after every call.** Nothing is kept for
/// a peer between its transactions.
#[derive(Debug)]
pub struct Endpoint {
    options: Options,
    tokens: TokenSource,
    last_id: u64,
    clients: Table<ClientId, ClientTransaction>,
    servers: Table<ServerId, ServerTransaction>,
    /// INVITEs whose 2xx has been sent, by what their ACK will say.
    awaiting_ack: HashMap<Arc<str>, ServerId>,
    timers: TimerQueue,
    outputs: VecDeque<Output>,
    counters: Counters,
}

impl Endpoint {
    /// `seed` is random and secret: branches, tags and call identifiers are made of it.
    pub fn new(seed: [u8; 32], options: Options) -> Self {
        Self {
            options,
            tokens: TokenSource::new(seed),
            last_id: 0,
            clients: Table::default(),
            servers: Table::default(),
            awaiting_ack: HashMap::new(),
            timers: TimerQueue::default(),
            outputs: VecDeque::new(),
            counters: Counters::default(),
        }
    }

    /// The next thing to do.
    pub fn poll_output(&mut self) -> Output {
        if let Some(output) = self.outputs.pop_front() {
            return output;
        }
        while let Some((at, owner)) = self.timers.peek() {
            if self.counts(at, owner) {
                return Output::Timeout(Some(at));
            }
            self.timers.pop();
        }
        Output::Timeout(None)
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        for _ in 0..MAX_TIMERS_PER_CALL {
            let Some((at, owner)) = self.timers.peek().filter(|(at, _)| *at <= now) else {
                break;
            };
            self.timers.pop();
            if self.counts(at, owner) {
                match owner {
                    TimerOwner::Client(id) => self.run_client_timer(now, id),
                    TimerOwner::Server(id) => self.run_server_timer(now, id),
                }
            }
        }
    }

    /// Ends the transactions of a connection that is gone, in time that grows with all open transactions.
    /// `local` is the connection's name in its [`Path`].
    pub fn connection_closed(&mut self, local: u64) {
        let is_its = |path: &Path| path.local == local && path.transport.is_reliable();
        let clients: Vec<_> = self.clients.iter().filter(|(_, it)| is_its(&it.path)).map(|(id, _)| id).collect();
        for id in clients {
            self.fail(id, Failure::ConnectionClosed);
        }
        let servers: Vec<_> = self.servers.iter().filter(|(_, it)| is_its(&it.path)).map(|(id, _)| id).collect();
        for id in servers {
            if self.remove_server(id).is_some_and(|transaction| transaction.awaits_ack()) {
                self.event(Event::NotAcknowledged { id });
            }
        }
    }

    /// What has happened so far.
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// Transactions that are open or linger, of peers and of our own.
    pub fn open_transactions(&self) -> (usize, usize) {
        (self.servers.len(), self.clients.len())
    }

    /// Random text that nobody else has: a call identifier, a tag, a `cnonce`.
    pub fn fresh_token(&mut self) -> String {
        self.tokens.fresh()
    }

    fn event(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }

    fn transmit(&mut self, path: Path, bytes: Bytes) {
        self.outputs.push_back(Output::Transmit(Transmit { path, bytes }));
    }

    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Whether an entry of the timer queue is the one that its owner waits for.
    fn counts(&self, at: Instant, owner: TimerOwner) -> bool {
        let scheduled = match owner {
            TimerOwner::Client(id) => self.clients.get(id).and_then(|it| it.scheduled),
            TimerOwner::Server(id) => self.servers.get(id).and_then(|it| it.scheduled),
        };
        scheduled == Some(at)
    }

    /// Sees to it that the transaction's next time is in the queue. An entry that is too early is left: when
    /// it comes, nothing is due, and the next is made.
    fn schedule(&mut self, owner: TimerOwner) {
        let (due, scheduled) = match owner {
            TimerOwner::Client(id) => match self.clients.get_mut(id) {
                Some(it) => (it.next_due(), &mut it.scheduled),
                None => return,
            },
            TimerOwner::Server(id) => match self.servers.get_mut(id) {
                Some(it) => (it.next_due(), &mut it.scheduled),
                None => return,
            },
        };
        if scheduled.is_none_or(|at| due < at) {
            *scheduled = Some(due);
            self.timers.push(due, owner);
        }
    }

    fn run_client_timer(&mut self, now: Instant, id: ClientId) {
        let Some(transaction) = self.clients.get_mut(id) else {
            return;
        };
        transaction.scheduled = None;
        let path = transaction.path;
        match transaction.on_timer(now, &self.options.timers) {
            ClientTimer::Nothing => {}
            ClientTimer::Send(bytes) => {
                self.counters.resent += 1;
                self.transmit(path, bytes);
            }
            ClientTimer::Cancel => self.send_cancel(now, id),
            ClientTimer::Failed => self.fail(id, Failure::Timeout),
            ClientTimer::Remove => drop(self.remove_client(id)),
        }
        self.schedule(TimerOwner::Client(id));
    }

    fn run_server_timer(&mut self, now: Instant, id: ServerId) {
        let Some(transaction) = self.servers.get_mut(id) else {
            return;
        };
        transaction.scheduled = None;
        let path = transaction.path;
        match transaction.on_timer(now, &self.options.timers) {
            ServerTimer::Nothing => {}
            ServerTimer::Send(bytes) => {
                self.counters.resent += 1;
                self.transmit(path, bytes);
            }
            ServerTimer::Trying => self.answer_at_once(now, id, 100),
            ServerTimer::Unanswered => self.give_up_answering(now, id),
            ServerTimer::NotAcknowledged => {
                self.remove_server(id);
                self.event(Event::NotAcknowledged { id });
            }
            ServerTimer::Remove => drop(self.remove_server(id)),
        }
        self.schedule(TimerOwner::Server(id));
    }

    /// RFC 4320 §4.2: nobody waits for a late answer to anything but an INVITE.
    fn give_up_answering(&mut self, now: Instant, id: ServerId) {
        self.counters.unanswered += 1;
        let is_invite = self.servers.get(id).is_some_and(ServerTransaction::is_invite);
        if !(is_invite && self.respond(now, id, &Response::new(408)).is_ok()) {
            self.remove_server(id);
        }
        self.event(Event::Unanswered { id });
    }

    /// Removes a transaction, and tells the user unless it has its answer or is a CANCEL.
    fn fail(&mut self, id: ClientId, reason: Failure) {
        if self.remove_client(id).is_some_and(|it| !it.is_answered() && !it.is_cancel) {
            self.event(Event::Failed { id, reason });
        }
    }

    fn remove_client(&mut self, id: ClientId) -> Option<ClientTransaction> {
        let removed = self.clients.remove(id);
        self.tidy_timers();
        removed
    }

    fn remove_server(&mut self, id: ServerId) -> Option<ServerTransaction> {
        let removed = self.servers.remove(id)?;
        if let Some(key) = &removed.ack_key {
            self.awaiting_ack.remove(key);
            table::shrink(&mut self.awaiting_ack);
        }
        self.tidy_timers();
        Some(removed)
    }

    fn tidy_timers(&mut self) {
        let (clients, servers) = (&self.clients, &self.servers);
        self.timers.tidy(clients.len() + servers.len(), |at, owner| {
            let scheduled = match owner {
                TimerOwner::Client(id) => clients.get(id).and_then(|it| it.scheduled),
                TimerOwner::Server(id) => servers.get(id).and_then(|it| it.scheduled),
            };
            scheduled == Some(at)
        });
    }
}
