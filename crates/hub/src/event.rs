//! What the hub tells everyone who wants to know.

use base::ErrorKind;

use crate::StreamKey;

/// Something that happened to a stream; sent on a bounded broadcast channel ([`crate::Hub::events`]).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HubEvent {
    /// A publisher's tracks are known and frames flow.
    Up(StreamKey),
    /// The publisher is gone; viewers are kept for the grace time.
    Interrupted(StreamKey),
    /// Tracks changed.
    Changed(StreamKey),
    /// The stream ended.
    Down(StreamKey),
    /// A viewer came or went.
    Viewers(StreamKey),
    /// The source of a stream failed; it may be tried again.
    Failed {
        /// Which stream.
        key: StreamKey,
        /// What kind of failure.
        kind: ErrorKind,
        /// A sentence.
        text: String,
    },
}
