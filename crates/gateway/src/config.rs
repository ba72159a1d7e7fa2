//! What the gateway needs to know.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use ipnet::Ipv4Net;

use crate::hls::HlsConfig;

/// A protocol that is listened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// HTTP/1.1: API, console, media.
    Http,
    /// The same over TLS, and by HTTP/2.
    Https,
    /// RTSP.
    Rtsp,
    /// RTSP over TLS.
    Rtsps,
    /// RTMP.
    Rtmp,
    /// RTMP over TLS.
    Rtmps,
}

impl Protocol {
    /// Stable identifier.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Rtsp => "rtsp",
            Self::Rtsps => "rtsps",
            Self::Rtmp => "rtmp",
            Self::Rtmps => "rtmps",
        }
    }

    pub(crate) const fn is_encrypted(self) -> bool {
        matches!(self, Self::Https | Self::Rtsps | Self::Rtmps)
    }
}

/// One listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listen {
    /// What is spoken.
    pub protocol: Protocol,
    /// Where; port 0 picks a free one.
    pub address: SocketAddr,
}

/// What an outsider can make the server spend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From accept to the first complete request or handshake.
    pub handshake: Duration,
    /// Silence on a publisher's connection before it is cut.
    pub publisher_idle: Duration,
    /// Connections of one address; loopback and trusted proxies are exempt.
    pub connections_per_address: usize,
    /// Connections in all.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            publisher_idle: Duration::from_secs(15),
            connections_per_address: 512,
            connections: 60_000,
        }
    }
}

/// How streams are sent to multicast groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MulticastConfig {
    /// Addresses of groups: one for each stream that is watched so.
    pub network: Ipv4Net,
    /// Port of the first track's RTP; its RTCP and the other tracks follow.
    pub port: u16,
    /// Hops that packets may travel.
    pub ttl: u8,
    /// Address of the interface to send on; the system's choice when absent.
    pub interface: Option<Ipv4Addr>,
}

/// Configuration of the gateway.
#[derive(Clone, Debug)]
pub struct Config {
    /// Listeners.
    pub listen: Vec<Listen>,
    /// Media threads.
    pub shards: usize,
    /// Writes to a viewer are at least this far apart.
    pub merge_window: Duration,
    /// How long a viewer waits for a stream that is not there.
    pub play_wait: Duration,
    /// HLS.
    pub hls: HlsConfig,
    /// Limits.
    pub limits: Limits,
    /// Groups for RTSP by multicast; without them it is refused.
    pub multicast: Option<MulticastConfig>,
    /// Names this server to others that it asks for streams, so that no question goes in a circle.
    pub server_id: String,
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
}
