//! Which addresses may be pulled. A URL that a person types must not turn the server against its own network:
//! loopback, link-local and our own listeners are refused unless allowed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use ipnet::IpNet;

use crate::gb28181::{MediaPorts, Signalling};

/// Where clouds keep the credentials of their machines, besides 169.254.0.0/16: Alibaba Cloud, AWS by IPv6.
const METADATA: [IpAddr; 2] =
    [IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)), IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254))];

/// Decides on addresses after the name was resolved, so that a name cannot change its mind in between.
#[derive(Clone, Debug, Default)]
pub struct PullGuard {
    inner: Arc<RwLock<Rules>>,
}

#[derive(Debug, Default)]
struct Rules {
    allowed: Vec<IpNet>,
    own_ports: Vec<u16>,
    files: Option<PathBuf>,
    devices: Option<Devices>,
}

/// How channels of GB/T 28181 are reached.
#[derive(Clone)]
pub(crate) struct Devices {
    pub(crate) signalling: Arc<dyn Signalling>,
    pub(crate) ports: Arc<MediaPorts>,
}

impl std::fmt::Debug for Devices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Devices").field("ports", &self.ports).finish_non_exhaustive()
    }
}

/// Why an address may not be pulled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// 127.0.0.0/8, ::1.
    #[error("the address is this machine's own loopback")]
    Loopback,
    /// 169.254.0.0/16, fe80::/10: cloud metadata services live there.
    #[error("the address is link-local")]
    LinkLocal,
    /// 100.100.100.200, fd00:ec2::254.
    #[error("the address is that of a cloud's metadata service")]
    Metadata,
    /// 0.0.0.0, multicast, broadcast.
    #[error("the address is not that of one machine")]
    NotUnicast,
    /// A port that this server listens on.
    #[error("the address is this server itself")]
    Own,
}

impl PullGuard {
    /// A guard with nothing allowed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the networks that are allowed in spite of the rules: addresses or prefixes.
    ///
    /// # Errors
    /// The first text that is neither.
    pub fn set_allowed(&self, texts: &[String]) -> Result<(), String> {
        let parse = |text: &String| {
            text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| {
                format!("pull.allow takes addresses and networks such as 10.0.0.7 or 127.0.0.0/8, not {text:?}")
            })
        };
        let allowed = texts.iter().map(parse).collect::<Result<_, _>>()?;
        self.inner.write().unwrap_or_else(PoisonError::into_inner).allowed = allowed;
        Ok(())
    }

    /// Names the ports that this server listens on.
    pub fn set_own_ports(&self, ports: Vec<u16>) {
        self.inner.write().unwrap_or_else(PoisonError::into_inner).own_ports = ports;
    }

    /// Names the folder of files that may be played as cameras; without it none may.
    pub fn set_files(&self, folder: PathBuf) {
        self.inner.write().unwrap_or_else(PoisonError::into_inner).files = Some(folder);
    }

    pub(crate) fn files(&self) -> Option<PathBuf> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).files.clone()
    }

    /// Names who speaks with devices of GB/T 28181, and the ports that their media comes in by; without them
    /// `gb28181://` is refused.
    pub fn set_gb28181(&self, signalling: Arc<dyn Signalling>, ports: Arc<MediaPorts>) {
        let devices = Some(Devices { signalling, ports });
        self.inner.write().unwrap_or_else(PoisonError::into_inner).devices = devices;
    }

    pub(crate) fn gb28181(&self) -> Option<Devices> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).devices.clone()
    }

    /// Whether this server listens on the port.
    pub(crate) fn is_own_port(&self, port: u16) -> bool {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).own_ports.contains(&port)
    }

    /// Judges one address.
    ///
    /// # Errors
    /// Why it may not be pulled.
    pub fn check(&self, address: SocketAddr) -> Result<(), Refused> {
        let rules = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let ip = inner(address.ip().to_canonical());
        if rules.allowed.iter().any(|network| network.contains(&ip)) {
            return Ok(());
        }
        if ip.is_loopback() {
            return Err(Refused::Loopback);
        }
        let (link_local, broadcast) = match ip {
            IpAddr::V4(v4) => (v4.is_link_local(), v4.is_broadcast()),
            IpAddr::V6(v6) => (v6.is_unicast_link_local(), false),
        };
        if link_local {
            return Err(Refused::LinkLocal);
        }
        if METADATA.contains(&ip) {
            return Err(Refused::Metadata);
        }
        if ip.is_unspecified() || ip.is_multicast() || broadcast {
            return Err(Refused::NotUnicast);
        }
        if rules.own_ports.contains(&address.port()) && is_ours(ip) {
            return Err(Refused::Own);
        }
        Ok(())
    }
}

/// The IPv4 address that a translator would send to: inside NAT64's prefix (RFC 6052 §2.1) or 6to4's (RFC 3056 §2).
fn inner(ip: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = ip else { return ip };
    match v6.octets() {
        [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d] | [0x20, 0x02, a, b, c, d, ..] => {
            IpAddr::V4(Ipv4Addr::new(a, b, c, d))
        }
        _ => ip,
    }
}

/// Whether an interface of this machine has the address: only then can a socket be bound to it.
fn is_ours(ip: IpAddr) -> bool {
    UdpSocket::bind(SocketAddr::new(ip, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(guard: &PullGuard, address: &str) -> Result<(), Refused> {
        guard.check(address.parse().unwrap())
    }

    #[test]
    fn dangerous_addresses_are_refused_in_every_spelling() {
        let guard = PullGuard::new();
        for (address, refused) in [
            ("127.0.0.1:554", Refused::Loopback),
            ("127.9.9.9:554", Refused::Loopback),
            ("[::1]:554", Refused::Loopback),
            ("[::ffff:127.0.0.1]:554", Refused::Loopback),
            ("169.254.169.254:80", Refused::LinkLocal),
            ("[fe80::1]:554", Refused::LinkLocal),
            ("[64:ff9b::127.0.0.1]:554", Refused::Loopback),
            ("[2002:7f00:1::1]:554", Refused::Loopback),
            ("[64:ff9b::a9fe:a9fe]:80", Refused::LinkLocal),
            ("100.100.100.200:80", Refused::Metadata),
            ("[fd00:ec2::254]:80", Refused::Metadata),
            ("0.0.0.0:554", Refused::NotUnicast),
            ("[::]:554", Refused::NotUnicast),
            ("224.0.0.1:554", Refused::NotUnicast),
            ("255.255.255.255:554", Refused::NotUnicast),
        ] {
            assert_eq!(check(&guard, address), Err(refused), "{address}");
        }
        for address in ["192.0.2.7:554", "100.100.100.201:554", "[64:ff9b::c000:207]:554", "[fd00::7]:554"] {
            assert_eq!(check(&guard, address), Ok(()), "{address}");
        }
    }

    #[test]
    fn what_is_allowed_is_allowed_and_nothing_more() {
        let guard = PullGuard::new();
        guard.set_allowed(&["127.0.0.0/8".into(), "::1".into()]).unwrap();
        assert_eq!(check(&guard, "127.0.0.1:554"), Ok(()));
        assert_eq!(check(&guard, "[::1]:554"), Ok(()));
        assert_eq!(check(&guard, "169.254.0.1:554"), Err(Refused::LinkLocal));
        assert!(guard.set_allowed(&["camera".into()]).is_err());
    }
}
