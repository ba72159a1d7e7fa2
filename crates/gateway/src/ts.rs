//! MPEG transport stream in datagrams: seven packets each, unicast or multicast, as encoders, contribution
//! links and set-top boxes send and take it; with or without RTP (RFC 2250) around it when it comes in.
//!
//! ```text
//! udp://239.1.2.3:5000?interface=10.0.0.2&ttl=4&source=10.0.0.9
//! ```

pub(crate) mod receive;
pub(crate) mod send;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use base::ErrorKind;
use hub::Leg;

use crate::pull::{PullFailure, PullUrl, resolve};

/// What a URL says besides its address.
struct Place {
    /// A group, an address of ours to listen on, or somebody to send to.
    address: SocketAddr,
    /// The interface for groups; without it the system chooses.
    interface: Ipv4Addr,
    /// Routers that a datagram to a group may pass.
    ttl: u32,
    /// The only sender that counts.
    source: Option<IpAddr>,
}

impl Place {
    async fn of(url: &PullUrl) -> Result<Self, PullFailure> {
        let addresses = resolve(url.host().trim_matches(['[', ']']), url.port()).await?;
        let mut place =
            Self { address: addresses[0], interface: Ipv4Addr::UNSPECIFIED, ttl: DEFAULT_TTL, source: None };
        for (name, value) in url.url().query_pairs() {
            let good = match &*name {
                "interface" => value.parse().map(|address| place.interface = address).is_ok(),
                "ttl" => value.parse().map(|ttl: u8| place.ttl = ttl.into()).is_ok(),
                "source" => value.parse().map(|source| place.source = Some(source)).is_ok(),
                // Players' own options are often part of a copied URL.
                _ => true,
            };
            if !good {
                return Err(unusable(format!("{name}={value} is not understood")));
            }
        }
        Ok(place)
    }
}

/// Groups are meant for the local network unless somebody says more.
const DEFAULT_TTL: u32 = 1;

fn unusable(text: String) -> PullFailure {
    PullFailure { leg: Leg::Name, kind: ErrorKind::InvalidInput, text, next_step: "Correct the URL.".to_owned() }
}

fn io_failure(error: &io::Error) -> PullFailure {
    let next_step = match error.kind() {
        io::ErrorKind::AddrInUse => "Another program listens on this port; choose another one.",
        io::ErrorKind::AddrNotAvailable => "Name an address of this machine, 0.0.0.0, or a multicast group.",
        io::ErrorKind::TimedOut => "Check that the encoder sends to this address and port, and the firewall.",
        _ => "See the server's log.",
    };
    PullFailure { next_step: next_step.to_owned(), ..PullFailure::io(Leg::Media, error) }
}
