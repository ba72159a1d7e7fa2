//! What tells dialogs apart.

use crate::message::{Request, Response};

/// `Call-ID` and both tags (RFC 3261 §12), seen from our end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DialogId {
    /// `Call-ID`.
    pub call_id: String,
    /// Our tag.
    pub local_tag: String,
    /// The peer's tag; empty for a peer of RFC 2543.
    pub remote_tag: String,
}

impl DialogId {
    /// The dialog that a peer's request belongs to; `None` when it is in none, as its `To` has no tag.
    pub fn of_request(request: &Request) -> Option<Self> {
        let (from, to) = (request.headers.from()?, request.headers.to()?);
        Some(Self {
            call_id: request.headers.call_id()?,
            local_tag: to.tag()?.to_owned(),
            remote_tag: from.tag().unwrap_or_default().to_owned(),
        })
    }

    /// The dialog that a response to our request belongs to or begins.
    pub fn of_response(response: &Response) -> Option<Self> {
        let (from, to) = (response.headers.from()?, response.headers.to()?);
        Some(Self {
            call_id: response.headers.call_id()?,
            local_tag: from.tag()?.to_owned(),
            remote_tag: to.tag().unwrap_or_default().to_owned(),
        })
    }
}
