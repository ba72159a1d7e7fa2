//! WebRTC: viewers by WHEP, publishers by WHIP (RFC 9725), and the questions of older clients.
//!
//! ```text
//! POST offer --> request --> answer (SDP) --> play | publish: one task per peer, on the shard of the request
//! one UDP port, one TCP port --> listen --> directory (by ICE user name, by address) --> the peer's inbox
//! rendition (RTP packets) --> feed (cut once per thread) --> peers: header and encryption of their own
//! ```
//!
//! The engine (ICE, DTLS, SRTP, RTCP) is `str0m`, seen by `peer` and `answer` alone. We are ICE-lite (RFC 8445
//! §2.5): nothing is ever sent to an address that a peer only names, so that nobody can have us knock at doors inside.

mod answer;
mod candidates;
mod directory;
mod feed;
mod form;
mod listen;
mod peer;
mod play;
mod ports;
mod publish;
pub(crate) mod request;

pub(crate) use directory::Directory;
pub(crate) use feed::Feeds;
pub use form::{Form, form};
pub(crate) use listen::listen;
pub use ports::WebRtcPorts;

/// Answers an offer with every codec, for fuzzing.
pub(crate) fn answer_any(offer: &[u8]) {
    use str0m::format::Codec;
    const ALL: [Codec; 8] =
        [Codec::H264, Codec::H265, Codec::Av1, Codec::Vp8, Codec::Vp9, Codec::Opus, Codec::PCMA, Codec::PCMU];
    publish::codecs(offer);
    let _refused = answer::read_offer(offer).and_then(|offer| answer::agree(offer, &ALL, &[]));
}
