//! Requests that we send, and answers to those of peers.

use std::time::Instant;

use bytes::Bytes;

use super::{Endpoint, MAX_DATAGRAM_BYTES};
use crate::header::{NameAddr, Via};
use crate::message::{Headers, Request, Response};
use crate::method::Method;
use crate::params::Params;
use crate::path::Path;
use crate::transaction::client::{Cancel, ClientTransaction};
use crate::transaction::key::client_key;
use crate::transaction::timer_queue::TimerOwner;
use crate::transaction::{ClientId, ServerId};
use crate::uri::parse_host_port;

/// What tells a branch of RFC 3261 from older ones (§8.1.1.7).
const MAGIC: &str = "z9hG4bK";
/// Hops that a request may take (§8.1.1.6).
const MAX_FORWARDS: &str = "70";

/// Why a request is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// [`super::Options::max_client_transactions`] are open.
    #[error("too many requests are open")]
    Full,
    /// A field that every request needs is missing or malformed.
    #[error("the request has no usable {0}")]
    Incomplete(&'static str),
    /// An ACK is sent with [`Endpoint::send_ack`], a CANCEL with [`Endpoint::cancel`].
    #[error("{0} is no transaction of its own")]
    NotARequest(&'static str),
    /// It does not fit a datagram.
    #[error("{0} bytes do not fit a datagram")]
    TooLarge(usize),
}

/// Why a request is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RespondError {
    /// It has been answered, was given up by its sender, or its time is over.
    #[error("the request is not open any more")]
    Gone,
    /// 1xx is for INVITE alone (RFC 4320 §4.1; quirk 12 of Dahua).
    #[error("only an INVITE has provisional responses")]
    Provisional,
    /// A 2xx to an INVITE must be sent again until its ACK comes.
    #[error("a success of an INVITE must be remembered")]
    MustBeRemembered,
    /// It does not fit a datagram.
    #[error("{0} bytes do not fit a datagram")]
    TooLarge(usize),
}

impl Endpoint {
    /// A request outside of any dialog, with `From` (with a new tag), `To`, `Call-ID`, `CSeq` and
    /// `Max-Forwards`; the caller adds what its method needs.
    pub fn new_request(&mut self, method: Method, uri: &str, from: &str, to: &str) -> Request {
        let from = NameAddr::new(from).with_tag(&self.tokens.fresh());
        let call_id = self.tokens.fresh();
        let cseq = format!("1 {method}");
        Request::new(method, uri)
            .with("From", &from.to_string())
            .with("To", &NameAddr::new(to).to_string())
            .with("Call-ID", &call_id)
            .with("CSeq", &cseq)
            .with("Max-Forwards", MAX_FORWARDS)
    }

    /// Sends a request and repeats it as its transport needs; `Via` is added. What comes of it is told by
    /// [`super::Event::Response`] and [`super::Event::Failed`].
    ///
    /// `sent_by` is `host` or `host:port` of our end as the peer knows it: some cameras ignore an INVITE whose
    /// `Via` names another address than the server's (Hikvision, quirk 7).
    ///
    /// # Errors
    /// When nothing is sent.
    pub fn send_request(
        &mut self,
        now: Instant,
        path: Path,
        sent_by: &str,
        mut request: Request,
    ) -> Result<ClientId, SendError> {
        check_complete(&request)?;
        if self.clients.len() >= self.options.max_client_transactions {
            return Err(SendError::Full);
        }
        let branch = self.add_via(&mut request.headers, path, sent_by)?;
        let key = client_key(&branch, &request.method);
        self.begin(now, path, &key, request)
    }

    /// Acknowledges a 2xx to an INVITE: sends the ACK now, and again whenever the 2xx comes again. `Via` is
    /// added. Does nothing when the INVITE is not there any more, or `ack` has no tag in `To`.
    ///
    /// # Errors
    /// When the ACK does not fit a datagram.
    pub fn send_ack(&mut self, id: ClientId, mut ack: Request) -> Result<(), SendError> {
        let Some(transaction) = self.clients.get(id) else {
            return Ok(());
        };
        let path = transaction.path;
        let via = transaction.invite.as_ref().and_then(|invite| invite.request.headers.top_via());
        let to_tag = ack.headers.to().and_then(|to| to.tag().map(str::to_owned));
        let (Some(mut via), Some(to_tag)) = (via, to_tag) else {
            return Ok(());
        };
        via.params.set("branch", &self.fresh_branch());
        ack.headers.push_front("Via", via.to_string());
        let bytes = fit(ack.write(), path).map_err(SendError::TooLarge)?;
        if let Some(transaction) = self.clients.get_mut(id) {
            transaction.keep_ack(&to_tag, bytes.clone());
        }
        self.transmit(path, bytes);
        Ok(())
    }

    /// Gives up an INVITE: sends a CANCEL as soon as the peer has shown that it is there (RFC 3261 §9.1). What
    /// comes of the INVITE is still told: 487 usually, a 2xx when both crossed (acknowledge it and send BYE).
    /// Does nothing to a request that is answered or is no INVITE.
    pub fn cancel(&mut self, now: Instant, id: ClientId) {
        let Some(transaction) = self.clients.get_mut(id) else {
            return;
        };
        if transaction.may_cancel_now() {
            return self.send_cancel(now, id);
        }
        if !transaction.is_answered()
            && let Some(invite) = &mut transaction.invite
        {
            invite.cancel = Cancel::Wanted;
        }
    }

    /// Answers a request. `Via`, `From`, `To` with our tag, `Call-ID`, `CSeq` and `Record-Route` are added.
    ///
    /// # Errors
    /// When nothing is sent.
    pub fn respond(&mut self, now: Instant, id: ServerId, response: &Response) -> Result<(), RespondError> {
        let transaction = self.servers.get_mut(id).ok_or(RespondError::Gone)?;
        let template = transaction.template.as_ref().ok_or(RespondError::Gone)?;
        if response.is_provisional() && !transaction.is_invite() {
            return Err(RespondError::Provisional);
        }
        let path = transaction.path;
        let bytes = fit(template.fill(response).write(), path).map_err(RespondError::TooLarge)?;
        let ended = transaction.on_respond(now, &self.options.timers, response.status, bytes.clone());
        let ack_key = transaction.ack_key.clone().filter(|_| response.is_success());
        self.transmit(path, bytes);
        if let Some(key) = ack_key {
            self.awaiting_ack.insert(key, id);
        }
        if ended {
            self.remove_server(id);
        }
        self.schedule(TimerOwner::Server(id));
        Ok(())
    }

    /// Answers a request and forgets it at once: should it come again, it is told again, and the answer's tag
    /// is the same (RFC 3261 §8.2.7). For challenges, so that nothing is kept for who has not authenticated,
    /// and for requests that do no harm when they are taken twice, such as keep-alives.
    ///
    /// # Errors
    /// When nothing is sent.
    pub fn respond_stateless(&mut self, id: ServerId, response: &Response) -> Result<(), RespondError> {
        let transaction = self.servers.get(id).ok_or(RespondError::Gone)?;
        let template = transaction.template.as_ref().ok_or(RespondError::Gone)?;
        if response.is_provisional() {
            return Err(RespondError::Provisional);
        }
        if transaction.is_invite() && response.is_success() {
            return Err(RespondError::MustBeRemembered);
        }
        let path = transaction.path;
        let bytes = fit(template.fill(response).write(), path).map_err(RespondError::TooLarge)?;
        self.remove_server(id);
        self.transmit(path, bytes);
        Ok(())
    }

    /// The tag that names our end in the answers to this request, for [`crate::Dialog::from_request`];
    /// `None` once it is answered.
    pub fn local_tag(&self, id: ServerId) -> Option<&str> {
        let template = self.servers.get(id)?.template.as_ref()?;
        Some(&template.local_tag)
    }

    /// A response of our own accord to a request that is known to be open; a datagram always holds it.
    pub(super) fn answer_at_once(&mut self, now: Instant, id: ServerId, status: u16) {
        let answered = self.respond(now, id, &Response::new(status));
        debug_assert!(!matches!(answered, Err(RespondError::Gone | RespondError::Provisional)));
    }

    /// The ACK to a final refusal belongs to the INVITE's transaction (§17.1.1.3).
    pub(super) fn acknowledge_refusal(&mut self, id: ClientId, response: &Response) {
        let Some(transaction) = self.clients.get_mut(id) else {
            return;
        };
        let Some(invite) = &transaction.invite else {
            return;
        };
        let mut ack = follow_up(&invite.request, Method::Ack);
        if let Some(to) = response.headers.get("To") {
            ack.headers.set("To", to);
        }
        let bytes = ack.write();
        let path = transaction.path;
        let ended = transaction.keep_ack("", bytes.clone());
        self.transmit(path, bytes);
        if ended {
            self.remove_client(id);
        }
    }

    pub(super) fn send_cancel(&mut self, now: Instant, id: ClientId) {
        let Some(transaction) = self.clients.get_mut(id) else {
            return;
        };
        let Some(invite) = &transaction.invite else {
            return;
        };
        if invite.cancel == Cancel::Sent {
            return;
        }
        let request = follow_up(&invite.request, Method::Cancel);
        let path = transaction.path;
        transaction.note_cancel_sent(now, &self.options.timers);
        let branch = request.headers.top_via().and_then(|via| via.branch().map(str::to_owned)).unwrap_or_default();
        let key = client_key(&branch, &Method::Cancel);
        // Smaller than its INVITE, so it fits where that did.
        let begun = self.begin(now, path, &key, request);
        debug_assert!(begun.is_ok());
        self.schedule(TimerOwner::Client(id));
    }

    fn begin(&mut self, now: Instant, path: Path, key: &str, request: Request) -> Result<ClientId, SendError> {
        let bytes = fit(request.write(), path).map_err(SendError::TooLarge)?;
        let id = ClientId(self.next_id());
        let timers = self.options.timers;
        let transaction = ClientTransaction::new(now, &timers, path, bytes.clone(), request);
        self.clients.insert(id, key, transaction);
        self.transmit(path, bytes);
        self.schedule(TimerOwner::Client(id));
        Ok(id)
    }

    fn add_via(&mut self, headers: &mut Headers, path: Path, sent_by: &str) -> Result<String, SendError> {
        let (host, port) = parse_host_port(sent_by).ok_or(SendError::Incomplete("sent-by"))?;
        let branch = self.fresh_branch();
        let mut params = Params::default();
        params.set_flag("rport");
        params.set("branch", &branch);
        let via = Via { transport: path.transport.as_str().to_owned(), host, port, params };
        headers.push_front("Via", via.to_string());
        Ok(branch)
    }

    fn fresh_branch(&mut self) -> String {
        format!("{MAGIC}{}", self.tokens.fresh())
    }
}

fn check_complete(request: &Request) -> Result<(), SendError> {
    let headers = &request.headers;
    match request.method {
        Method::Ack => return Err(SendError::NotARequest("ACK")),
        Method::Cancel => return Err(SendError::NotARequest("CANCEL")),
        _ => {}
    }
    let from_has_tag = headers.from().is_some_and(|from| from.tag().is_some());
    for (there, name) in [
        (!request.uri.is_empty(), "Request-URI"),
        (from_has_tag, "From"),
        (headers.to().is_some(), "To"),
        (headers.call_id().is_some(), "Call-ID"),
        (headers.cseq().is_some_and(|cseq| cseq.method == request.method), "CSeq"),
    ] {
        if !there {
            return Err(SendError::Incomplete(name));
        }
    }
    Ok(())
}

/// An ACK to a refusal, or a CANCEL: with the address, the topmost `Via` and the call of its INVITE.
fn follow_up(invite: &Request, method: Method) -> Request {
    let mut request = Request::new(method, &invite.uri);
    if let Some(via) = invite.headers.top_via() {
        request.headers.push("Via", via.to_string());
    }
    for name in ["Route", "From", "To", "Call-ID"] {
        request.headers.copy(name, &invite.headers);
    }
    if let Some(cseq) = invite.headers.cseq() {
        request.headers.push("CSeq", format!("{} {}", cseq.number, request.method));
    }
    request.headers.push("Max-Forwards", MAX_FORWARDS);
    request
}

/// The message, or how many bytes too large it is for its transport.
fn fit(bytes: Bytes, path: Path) -> Result<Bytes, usize> {
    if path.transport.is_reliable() || bytes.len() <= MAX_DATAGRAM_BYTES { Ok(bytes) } else { Err(bytes.len()) }
}
