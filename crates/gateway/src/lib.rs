//! Every media socket of the server.
//!
//! ```text
//! accept (control runtime) --> shard: TLS, first bytes --> <protocol>/server --> Publisher        (in)
//!                                                                           \-> Viewer in a pump (out)
//! ```
//!
//! One folder per protocol: `server` answers peers that connect, `client` connects to peers, `to_hub` turns
//! what arrives into access units, `from_hub` turns frames into bytes.
//!
//! Invariants: a session lives on one thread and a panic ends it alone; bytes of a rendition are shared by all
//! its viewers; the publisher never waits for a viewer; each connection is bounded in time until it has
//! proven itself ([`Limits`]).

mod config;
mod context;
mod demux;
mod file;
#[doc(hidden)]
pub mod fuzz;
pub mod gb28181;
mod guard;
mod hls;
mod http;
mod listener;
mod metrics;
mod pace;
mod peer;
mod port;
pub mod probe;
pub mod pull;
mod pump;
pub mod push;
pub mod relay;
mod rtmp;
mod rtsp;
mod shard;
pub mod slate;
pub mod source;
mod template;
mod timetable;
mod tls;
mod transport;
mod ts;
mod udp;
pub mod upload;
mod viewer;
pub mod webrtc;

pub use config::{Config, Limits, Listen, MulticastConfig, Protocol};
pub use context::{Gateway, GatewayParts};
pub use guard::{PullGuard, Refused};
pub use hls::{ChooseCut, CutAhead, HlsConfig, cut_ahead};
pub use http::{ControlHttp, ControlRequest, ControlResponse, OverTls};
pub use listener::{ListenError, Listening};
pub use metrics::Metrics;
pub use shard::Shards;
pub use template::UrlTemplate;
pub use timetable::Timetable;
pub use tls::{TlsError, TlsMaterial};
pub use udp::UdpPorts;
