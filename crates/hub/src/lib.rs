//! Live streams: who feeds them, who reads them, and what happens in between.
//!
//! The hub knows frames and no protocol. A **[`Publisher`]** pushes access units; time is repaired, tracks
//! are interleaved, and the frames land in the stream's ring. A **[`Subscriber`]** reads frames by
//! position; a **[`Rendition`]** is the same ring muxed once for all readers of one container.
//!
//! ```text
//! gateway --AccessUnit--> Publisher: clean, repair time, interleave --Arc<Frame>--> ring of one GOP
//!                                                                                  |        |
//!                                                                          Subscriber   Rendition (ring of Bytes)
//! ```
//!
//! Invariants:
//! * The publisher never waits for a reader; a reader is a position that may fall off and then resumes
//!   at the newest key frame.
//! * Within a track `dts` is strictly monotone and `pts >= dts`, whatever the source sends.
//! * Every queue here is bounded: the ring by [`StreamOptions::gop_cap_bytes`], a rendition by twice that,
//!   the interleaver by [`interleave::MAX_HELD`], pending streams by [`hub::MAX_STREAMS`].
//! * A [`Derived`] stream is made of another one, whose frames it shares; no name leads to it.
//! * A stream outlives its publisher by [`StreamOptions::publisher_grace`], so viewers survive a reconnect.

pub mod access;
pub mod derived;
pub mod event;
pub mod hosts;
pub mod hub;
pub mod interleave;
pub mod key;
pub mod publisher;
pub mod rendition;
pub mod resolver;
pub mod ring;
pub mod session;
pub mod stats;
pub mod steps;
pub mod stream;
pub mod subscriber;
pub mod timeline;
mod wakeup;

pub use access::{Access, AccessDenied, AccessRequest, Action, Grant};
pub use derived::Derived;
pub use event::HubEvent;
pub use hosts::{DefaultHostOnly, HostHints, UnknownHost, VirtualHosts};
pub use hub::{Hub, OpenStream, PublishError};
pub use key::{InvalidName, StreamKey};
pub use publisher::{Feedback, PublishRequest, Publisher, PublisherAddress};
pub use rendition::{Chunk, Rendition, RenditionKey};
pub use resolver::{OpenError, StreamProvider};
pub use session::{Session, SessionRecord, SessionStart};
pub use steps::{Leg, Step, Steps};
pub use stream::{Phase, Stream, StreamOptions, StreamRules, Tracks};
pub use subscriber::{Received, Subscriber};
pub use wakeup::Wakeup;
