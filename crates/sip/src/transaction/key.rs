//! What makes a message belong to a transaction.

use std::sync::Arc;

use crate::header::{CSeq, Via};
use crate::message::{Headers, Request};
use crate::method::Method;
use crate::path::Path;

/// What is read of a request before anything else is done with it.
#[derive(Debug)]
pub(crate) struct RequestHead {
    pub(crate) via: Via,
    pub(crate) call_id: String,
    pub(crate) cseq: CSeq,
    /// Empty where there is none (RFC 2543).
    pub(crate) from_tag: String,
    pub(crate) to_tag: Option<String>,
}

/// Why a request cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeadFault {
    /// Nobody knows where an answer should go.
    Via,
    /// Named in the 400.
    Field(&'static str),
}

impl RequestHead {
    /// The fields that RFC 3261 §8.1.1 asks of every request.
    pub(crate) fn parse(request: &Request) -> Result<Self, HeadFault> {
        let headers = &request.headers;
        let via = headers.top_via().ok_or(HeadFault::Via)?;
        let call_id = headers.call_id().ok_or(HeadFault::Field("Call-ID"))?;
        let from = headers.from().ok_or(HeadFault::Field("From"))?;
        let to = headers.to().ok_or(HeadFault::Field("To"))?;
        let cseq = headers.cseq().filter(|cseq| cseq.method == request.method).ok_or(HeadFault::Field("CSeq"))?;
        let from_tag = from.tag().unwrap_or_default().to_owned();
        Ok(Self { via, call_id, cseq, from_tag, to_tag: to.tag().map(str::to_owned) })
    }

    /// The key of the transaction that a request of `method` with these fields begins or belongs to.
    ///
    /// Everything that identifies a transaction must agree: branch and sent-by (RFC 3261 §17.2.3), and
    /// Call-ID, CSeq and tag of the sender (RFC 2543, which needs them as it knows no branches). Clients of
    /// RFC 3261 repeat all of them, so one key serves both. The sender's IP address is a part too: cameras of
    /// one maker behind different routers share addresses such as `192.168.1.64:5060`, and some count their
    /// branches from 1.
    pub(crate) fn server_key(&self, path: &Path, method: &Method) -> String {
        let Self { via, call_id, cseq, from_tag, .. } = self;
        let branch = via.branch().unwrap_or_default();
        let port = via.port.unwrap_or(0);
        let (ip, host, number) = (path.remote.ip(), &via.host, cseq.number);
        format!("{ip} {method} {number} {branch} {host} {port} {call_id} {from_tag}")
    }

    /// What the ACK to a 2xx shares with its INVITE: it is a transaction of its own (§13.2.2.4).
    pub(crate) fn ack_key(&self, local_tag: &str) -> Arc<str> {
        format!("{} {} {} {local_tag}", self.cseq.number, self.call_id, self.from_tag).into()
    }
}

/// The key of a transaction that we began, from our branch.
pub(crate) fn client_key(branch: &str, method: &Method) -> String {
    // A CANCEL has the branch of its INVITE (§9.1); no other two requests of ours share one.
    if *method == Method::Cancel { format!("{branch} CANCEL") } else { branch.to_owned() }
}

/// The key of the transaction that a response belongs to (§17.1.3).
pub(crate) fn response_key(headers: &Headers) -> Option<String> {
    let via = headers.top_via()?;
    Some(client_key(via.branch()?, &headers.cseq()?.method))
}
