//! How a message travels: socket, address, kind of transport.

use std::net::{IpAddr, SocketAddr};

/// A kind of transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// Datagrams; messages are repeated until they are answered.
    Udp,
    /// A connection.
    Tcp,
    /// A connection with TLS.
    Tls,
}

impl Transport {
    /// Whether it delivers by itself, so that nothing is sent again (RFC 3261 §17).
    pub const fn is_reliable(self) -> bool {
        !matches!(self, Self::Udp)
    }

    /// Reads what [`Transport::as_str`] writes, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Udp, Self::Tcp, Self::Tls].into_iter().find(|it| it.as_str().eq_ignore_ascii_case(text))
    }

    /// As `Via` names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
        }
    }
}

/// Between one of our sockets and a peer. What came by a path is answered by it.
///
/// The local end counts, as cameras ignore what comes from another address of a server than the one that they
/// registered to (Hikvision, quirk 13: SRS #2695), and behind routers only the connection or the mapping that
/// the device opened leads to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// The kind of transport.
    pub transport: Transport,
    /// The caller's name for the local socket or the connection; means nothing to this crate.
    pub local: u64,
    /// The peer's address.
    pub remote: SocketAddr,
}

/// Whether an address can be reached from one network only, so that a stranger's word for it leads nowhere:
/// private (RFC 1918, RFC 6598, RFC 4193), link-local, loopback, unspecified.
pub fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            let is_shared = first == 100 && (64..128).contains(&second);
            ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified() || is_shared
        }
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transports_are_named() {
        for transport in [Transport::Udp, Transport::Tcp, Transport::Tls] {
            assert_eq!(Transport::parse(&transport.as_str().to_ascii_lowercase()), Some(transport));
        }
        assert_eq!(Transport::parse("SCTP"), None);
    }

    #[test]
    fn private_addresses_are_told() {
        for ip in [
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.64",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.1.1",
            "0.0.0.0",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(is_private(ip.parse().unwrap()), "{ip}");
        }
        for ip in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2001:4860::8888"] {
            assert!(!is_private(ip.parse().unwrap()), "{ip}");
        }
    }
}
