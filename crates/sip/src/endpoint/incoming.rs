//! Messages that come in.

use std::time::Instant;

use super::{Endpoint, Event};
use crate::message::{Headers, Message, Request, Response};
use crate::method::Method;
use crate::parser::{Datagram, parse_datagram};
use crate::path::Path;
use crate::transaction::ServerId;
use crate::transaction::client::ResponseAction;
use crate::transaction::key::{HeadFault, RequestHead, response_key};
use crate::transaction::server::{AckAction, ServerTransaction, Template};
use crate::transaction::timer_queue::TimerOwner;

impl Endpoint {
    /// Takes a datagram.
    pub fn handle_datagram(&mut self, now: Instant, path: Path, bytes: &[u8]) {
        match parse_datagram(bytes) {
            Ok(Datagram::Message(message)) => self.handle_message(now, path, message),
            Ok(Datagram::KeepAlive) => self.counters.keep_alives += 1,
            Err(_) => self.counters.malformed += 1,
        }
    }

    /// Takes a message, such as a [`crate::StreamParser`] has found on a connection.
    pub fn handle_message(&mut self, now: Instant, path: Path, message: Message) {
        self.counters.messages += 1;
        match message {
            Message::Request(request) => self.handle_request(now, path, request),
            Message::Response(response) => self.handle_response(now, path, response),
        }
    }

    fn handle_request(&mut self, now: Instant, path: Path, request: Request) {
        let head = match RequestHead::parse(&request) {
            Ok(head) => head,
            Err(fault) => {
                self.counters.incomplete += 1;
                return self.refuse_incomplete(path, &request, fault);
            }
        };
        if request.method == Method::Ack {
            return self.handle_ack(now, &path, &head, request);
        }
        let key = head.server_key(&path, &request.method);
        if let Some(id) = self.servers.find(&key) {
            return self.handle_repetition(path, id);
        }
        if request.method == Method::Cancel {
            return self.handle_cancel(now, path, &head, &request);
        }
        let template = self.template(&path, &head, &request, &key);
        if self.servers.len() >= self.options.max_server_transactions {
            self.counters.refused += 1;
            let bytes = template.fill(&Response::new(503)).write();
            return self.transmit(path, bytes);
        }
        let id = ServerId(self.next_id());
        let is_invite = request.method == Method::Invite;
        let ack_key = is_invite.then(|| head.ack_key(&template.local_tag));
        let mut transaction = ServerTransaction::new(now, &self.options.timers, ack_key, path, template);
        // Never for other methods: Dahua takes a 100 to REGISTER or MESSAGE for a refusal (quirk 12).
        let tries_at_once = is_invite && self.options.trying_after.is_zero();
        if is_invite && !tries_at_once {
            transaction.try_at(now + self.options.trying_after);
        }
        self.servers.insert(id, &key, transaction);
        if tries_at_once {
            self.answer_at_once(now, id, 100);
        }
        self.schedule(TimerOwner::Server(id));
        self.event(Event::Request { id, request, path });
    }

    fn handle_repetition(&mut self, path: Path, id: ServerId) {
        self.counters.repetitions += 1;
        let Some(transaction) = self.servers.get_mut(id) else {
            return;
        };
        // A router may have given the peer another port meanwhile.
        transaction.path = path;
        if let Some(bytes) = transaction.on_repetition() {
            self.transmit(path, bytes);
        }
    }

    /// Answers a CANCEL, and with it the INVITE (§9.2). The answer is the same when the CANCEL comes again, so
    /// it needs no transaction.
    fn handle_cancel(&mut self, now: Instant, path: Path, head: &RequestHead, request: &Request) {
        let invite_key = head.server_key(&path, &Method::Invite);
        let found = self.servers.find(&invite_key);
        let template = self.template(&path, head, request, &invite_key);
        let status = if found.is_some() { 200 } else { 481 };
        let bytes = template.fill(&Response::new(status)).write();
        self.transmit(path, bytes);
        let Some(id) = found.filter(|id| self.servers.get(*id).is_some_and(ServerTransaction::is_open)) else {
            return;
        };
        self.answer_at_once(now, id, 487);
        self.event(Event::Cancelled { id });
    }

    fn handle_ack(&mut self, now: Instant, path: &Path, head: &RequestHead, request: Request) {
        // An ACK to a 2xx should have a branch of its own. Violates RFC 3261 §13.2.2.4: with that of its
        // INVITE, as RFC 2543 had it.
        let by_branch = self.servers.find(&head.server_key(path, &Method::Invite));
        let by_dialog = || {
            let local_tag = head.to_tag.as_deref()?;
            self.awaiting_ack.get(&head.ack_key(local_tag)).copied()
        };
        let Some(id) = by_branch.or_else(by_dialog) else {
            self.counters.stray_acks += 1;
            return;
        };
        let Some(transaction) = self.servers.get_mut(id) else {
            return;
        };
        match transaction.on_ack(now, &self.options.timers) {
            AckAction::Absorb => {}
            AckAction::Deliver => self.event(Event::Acknowledged { id, request }),
            AckAction::Remove => drop(self.remove_server(id)),
        }
        self.schedule(TimerOwner::Server(id));
    }

    fn handle_response(&mut self, now: Instant, path: Path, response: Response) {
        let id = response_key(&response.headers).and_then(|key| self.clients.find(&key));
        let Some((id, transaction)) = id.and_then(|id| Some((id, self.clients.get_mut(id)?))) else {
            self.counters.stray_responses += 1;
            return;
        };
        let to_tag = response.headers.to().and_then(|to| to.tag().map(str::to_owned));
        let verdict = transaction.on_response(now, &self.options.timers, response.status, to_tag.as_deref());
        let (own_path, is_cancel) = (transaction.path, transaction.is_cancel);
        match verdict.then {
            ResponseAction::Nothing => {}
            ResponseAction::Acknowledge => self.acknowledge_refusal(id, &response),
            ResponseAction::Send(ack) => self.transmit(own_path, ack),
            ResponseAction::Cancel => self.send_cancel(now, id),
            ResponseAction::Remove => drop(self.remove_client(id)),
        }
        self.schedule(TimerOwner::Client(id));
        if !verdict.deliver {
            self.counters.repetitions += 1;
        } else if !is_cancel {
            self.event(Event::Response { id, response, path });
        }
    }

    /// What responses to a request are made of (§8.2.6.2). The tag depends on the transaction alone, so that
    /// answers that are not remembered have the same.
    fn template(&self, path: &Path, head: &RequestHead, request: &Request, key: &str) -> Template {
        let local_tag = head.to_tag.clone().unwrap_or_else(|| self.tokens.for_bytes(key.as_bytes()));
        let headers = response_headers(path, head.via.clone(), &request.headers);
        Template { headers, local_tag, in_dialog: head.to_tag.is_some() }
    }

    /// 400 to a request that says at least where its answer should go; nothing to an ACK (§17.1.1.3).
    fn refuse_incomplete(&mut self, path: Path, request: &Request, fault: HeadFault) {
        let (HeadFault::Field(field), Some(via)) = (fault, request.headers.top_via()) else {
            return;
        };
        if request.method == Method::Ack {
            return;
        }
        let headers = response_headers(&path, via, &request.headers);
        let reason = format!("Bad {field}");
        let response = Response { reason, headers, ..Response::new(400) };
        self.transmit(path, response.write());
    }
}

/// The fields that a response takes over from its request.
fn response_headers(path: &Path, mut top: crate::header::Via, request: &Headers) -> Headers {
    top.note_source(path.remote);
    let mut headers = Headers::default();
    headers.push("Via", top.to_string());
    for via in request.items("Via").iter().skip(1) {
        headers.push("Via", via);
    }
    for name in ["From", "To", "Call-ID", "CSeq", "Record-Route"] {
        headers.copy(name, request);
    }
    headers
}
