//! Dialogs: what both ends of an INVITE or SUBSCRIBE keep (RFC 3261 §12, RFC 6665 §4.4).

mod dormant;
mod id;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;

pub use dormant::DormantDialog;
pub use id::DialogId;

use crate::header::NameAddr;
use crate::message::{Headers, Request, Response};
use crate::method::Method;
use crate::path::{Path, Transport, is_private};
use crate::uri::SipUri;

/// Hops of a recorded route that are kept.
pub const MAX_ROUTES: usize = 16;

/// Why a message begins no dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DialogError {
    /// A field without which there is no dialog is missing or malformed.
    #[error("the message has no usable {0}")]
    Missing(&'static str),
}

/// One end of a dialog. It is all strings and numbers, so that it can be stored, and told to end after a
/// restart (quirk 31: a device that still sends for an old dialog gives no picture to a new one until BYE).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialog {
    /// `Call-ID`.
    pub call_id: String,
    /// Our tag.
    pub local_tag: String,
    /// The peer's tag; empty for a peer of RFC 2543.
    pub remote_tag: String,
    /// Our URI: `From` of our requests.
    pub local_uri: String,
    /// The peer's URI: `To` of our requests.
    pub remote_uri: String,
    /// The URI of `Contact` that we write into requests which refresh it; empty for none.
    pub local_contact: String,
    /// What the peer said in `Contact`: the Request-URI of our requests.
    pub remote_target: String,
    /// Proxies that want to stay on the way, from us to the peer, each as `<uri>`.
    pub route_set: Vec<String>,
    /// Number of our newest request.
    pub local_sequence: u32,
    /// Number of the peer's newest request; `None` before the first.
    pub remote_sequence: Option<u32>,
    /// Where the peer's newest message came from.
    pub peer: SocketAddr,
    /// By which kind of transport.
    pub transport: Transport,
}

/// Whether a request inside a dialog comes in its order (§12.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequence {
    /// It does.
    InOrder,
    /// A newer one has come before: the answer is 500.
    Old,
}

impl Dialog {
    /// The caller's end, from its INVITE or SUBSCRIBE and a response with a tag (1xx for an early dialog).
    ///
    /// Tolerance: without `Contact`, which violates §12.1.1, the peer is where the response came from.
    ///
    /// # Errors
    /// When a field that identifies the dialog is missing.
    pub fn from_response(request: &Request, response: &Response, path: &Path) -> Result<Self, DialogError> {
        let local = request.headers.from().ok_or(DialogError::Missing("From"))?;
        let remote = response.headers.to().ok_or(DialogError::Missing("To"))?;
        let mut route_set = recorded_route(&response.headers);
        route_set.reverse();
        Ok(Self {
            call_id: request.headers.call_id().ok_or(DialogError::Missing("Call-ID"))?,
            local_tag: local.tag().ok_or(DialogError::Missing("From tag"))?.to_owned(),
            remote_tag: remote.tag().unwrap_or_default().to_owned(),
            local_contact: contact_uri(&request.headers),
            remote_target: remote_target(&response.headers, &remote, path),
            local_uri: local.uri,
            remote_uri: remote.uri,
            route_set,
            local_sequence: request.headers.cseq().ok_or(DialogError::Missing("CSeq"))?.number,
            remote_sequence: None,
            peer: path.remote,
            transport: path.transport,
        })
    }

    /// The called end, from the INVITE or SUBSCRIBE and the tag of our answers
    /// ([`crate::Endpoint::local_tag`]). `local_contact` is the URI in the `Contact` of our answer.
    ///
    /// # Errors
    /// When a field that identifies the dialog is missing.
    pub fn from_request(
        request: &Request,
        local_tag: &str,
        local_contact: &str,
        path: &Path,
    ) -> Result<Self, DialogError> {
        let headers = &request.headers;
        let local = headers.to().ok_or(DialogError::Missing("To"))?;
        let remote = headers.from().ok_or(DialogError::Missing("From"))?;
        Ok(Self {
            call_id: headers.call_id().ok_or(DialogError::Missing("Call-ID"))?,
            local_tag: local_tag.to_owned(),
            remote_tag: remote.tag().unwrap_or_default().to_owned(),
            local_contact: local_contact.to_owned(),
            remote_target: remote_target(headers, &remote, path),
            local_uri: local.uri,
            remote_uri: remote.uri,
            route_set: recorded_route(headers),
            local_sequence: 0,
            remote_sequence: Some(headers.cseq().ok_or(DialogError::Missing("CSeq"))?.number),
            peer: path.remote,
            transport: path.transport,
        })
    }

    /// The subscriber's end, from its SUBSCRIBE and a NOTIFY that has overtaken the answer (RFC 6665 §4.1.2.4).
    ///
    /// # Errors
    /// When a field that identifies the dialog is missing.
    pub fn from_notify(subscribe: &Request, notify: &Request, path: &Path) -> Result<Self, DialogError> {
        let local = subscribe.headers.from().ok_or(DialogError::Missing("From"))?;
        let local_tag = local.tag().ok_or(DialogError::Missing("From tag"))?;
        let cseq = subscribe.headers.cseq().ok_or(DialogError::Missing("CSeq"))?;
        let dialog = Self::from_request(notify, local_tag, &contact_uri(&subscribe.headers), path)?;
        Ok(Self { local_uri: local.uri, local_sequence: cseq.number, ..dialog })
    }

    /// What its messages say.
    pub fn id(&self) -> DialogId {
        DialogId {
            call_id: self.call_id.clone(),
            local_tag: self.local_tag.clone(),
            remote_tag: self.remote_tag.clone(),
        }
    }

    /// The next request inside the dialog (§12.2.1.1); `Via` is added when it is sent.
    pub fn request(&mut self, method: Method) -> Request {
        self.local_sequence = self.local_sequence.wrapping_add(1);
        let refreshes = refreshes_target(&method);
        let mut request = self.request_numbered(method, self.local_sequence);
        if refreshes && !self.local_contact.is_empty() {
            request.headers.push("Contact", NameAddr::new(&self.local_contact).to_string());
        }
        request
    }

    /// The ACK to a 2xx (§13.2.2.4). `sequence` is the number of the INVITE that it answers.
    pub fn ack(&self, sequence: u32) -> Request {
        self.request_numbered(Method::Ack, sequence)
    }

    /// Takes a request of the peer inside the dialog: its number, its `Contact` and where it came from.
    pub fn receive(&mut self, request: &Request, path: &Path) -> Sequence {
        let number = request.headers.cseq().map(|cseq| cseq.number);
        // An ACK and a CANCEL have the number of their INVITE.
        if !matches!(request.method, Method::Ack | Method::Cancel) {
            if number < self.remote_sequence {
                return Sequence::Old;
            }
            self.remote_sequence = number;
        }
        self.note_peer(path);
        if refreshes_target(&request.method) {
            self.refresh_target(&request.headers);
        }
        Sequence::InOrder
    }

    /// Takes a success of a request inside the dialog that refreshes `Contact` (re-INVITE, re-SUBSCRIBE).
    pub fn refresh(&mut self, response: &Response, path: &Path) {
        self.note_peer(path);
        self.refresh_target(&response.headers);
    }

    /// Where requests go: the first proxy of the route or the peer's `Contact`, if it names a public address
    /// and datagrams are used; else where the peer's newest message came from.
    ///
    /// Violates §12.2.1.1 and RFC 3263 for the sake of devices behind routers, which say
    /// `Contact: <sip:ID@192.168.1.64:5060>` (GB/T 28181 annex K flows; quirk 28).
    pub fn destination(&self) -> SocketAddr {
        if self.transport.is_reliable() {
            return self.peer;
        }
        let next = self.route_set.first().and_then(|route| NameAddr::parse(route));
        let uri = next.map_or_else(|| SipUri::parse(&self.remote_target), |route| route.sip_uri());
        let address = uri.and_then(|uri| uri.socket_address());
        address.filter(|address| !is_private(address.ip())).unwrap_or(self.peer)
    }

    fn request_numbered(&self, method: Method, sequence: u32) -> Request {
        let (uri, routes) = self.route();
        let cseq = format!("{sequence} {method}");
        let mut request = Request::new(method, &uri);
        for route in routes {
            request.headers.push("Route", route);
        }
        let mut to = NameAddr::new(&self.remote_uri);
        if !self.remote_tag.is_empty() {
            to = to.with_tag(&self.remote_tag);
        }
        request
            .with("From", &NameAddr::new(&self.local_uri).with_tag(&self.local_tag).to_string())
            .with("To", &to.to_string())
            .with("Call-ID", &self.call_id)
            .with("CSeq", &cseq)
            .with("Max-Forwards", "70")
    }

    /// Request-URI and `Route` (§12.2.1.1): a first proxy without `lr` wants to be the Request-URI.
    fn route(&self) -> (String, Vec<String>) {
        let first = self.route_set.first().and_then(|route| NameAddr::parse(route));
        let strict = first.filter(|route| route.sip_uri().is_some_and(|uri| !uri.params.has("lr")));
        match strict {
            None => (self.remote_target.clone(), self.route_set.clone()),
            Some(first) => {
                let mut routes = self.route_set[1..].to_vec();
                routes.push(NameAddr::new(&self.remote_target).to_string());
                (first.uri, routes)
            }
        }
    }

    const fn note_peer(&mut self, path: &Path) {
        self.peer = path.remote;
        self.transport = path.transport;
    }

    fn refresh_target(&mut self, headers: &Headers) {
        let uri = contact_uri(headers);
        if SipUri::parse(&uri).is_some() {
            self.remote_target = uri;
        }
    }
}

/// Methods whose `Contact` replaces the former (§12.2, RFC 6665 §4.4.1, RFC 3311).
fn refreshes_target(method: &Method) -> bool {
    matches!(method, Method::Invite | Method::Subscribe | Method::Notify) || method.as_str() == "UPDATE"
}

fn contact_uri(headers: &Headers) -> String {
    headers.contact().map(|contact| contact.uri).unwrap_or_default()
}

/// The `Contact`, or else the source with the user of the peer's own address.
fn remote_target(headers: &Headers, peer: &NameAddr, path: &Path) -> String {
    let uri = contact_uri(headers);
    if SipUri::parse(&uri).is_some() {
        return uri;
    }
    SipUri::at(&peer.user().unwrap_or_default(), path.remote).to_string()
}

/// `Record-Route` in its order, without names and field parameters.
fn recorded_route(headers: &Headers) -> Vec<String> {
    let routes = headers.items("Record-Route");
    routes
        .iter()
        .filter_map(|route| NameAddr::parse(route))
        .take(MAX_ROUTES)
        .map(|it| format!("<{}>", it.uri))
        .collect()
}
