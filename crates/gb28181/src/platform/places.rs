//! From where devices are heard, so that what strangers say is not even read.

use std::collections::HashMap;
use std::net::IpAddr;

use sip::{Path, Transport};

/// An address, whatever the port, which routers change; or a connection. [`super::Device::is_at`] says the same of one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Place {
    transport: Transport,
    ip: IpAddr,
    connection: Option<u64>,
}

impl Place {
    fn of(path: &Path) -> Self {
        let connection = path.transport.is_reliable().then_some(path.local);
        Self { transport: path.transport, ip: path.remote.ip(), connection }
    }
}

/// How many devices are heard from where: as many entries as devices at most.
#[derive(Debug, Default)]
pub(super) struct Places(HashMap<Place, u32>);

impl Places {
    /// A device is there.
    pub(super) fn enter(&mut self, path: &Path) {
        *self.0.entry(Place::of(path)).or_default() += 1;
    }

    /// A device is not there any more.
    pub(super) fn leave(&mut self, path: &Path) {
        let place = Place::of(path);
        let left = self.0.get_mut(&place).map(|count| {
            *count -= 1;
            *count
        });
        if left == Some(0) {
            self.0.remove(&place);
        }
    }

    /// Whether any device is there.
    pub(super) fn has(&self, path: &Path) -> bool {
        self.0.contains_key(&Place::of(path))
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_addresses_by_datagrams_and_else_connections() {
        let path = |transport, local, remote: &str| Path { transport, local, remote: remote.parse().unwrap() };
        let mut places = Places::default();
        let (one, other) = (path(Transport::Udp, 0, "10.0.0.1:5060"), path(Transport::Udp, 0, "10.0.0.1:6000"));
        places.enter(&one);
        places.enter(&other);
        places.leave(&one);
        assert!(places.has(&one) && !places.has(&path(Transport::Udp, 0, "10.0.0.2:5060")));
        places.leave(&other);
        assert!(!places.has(&one));
        places.enter(&path(Transport::Tcp, 7, "10.0.0.1:5060"));
        assert!(places.has(&path(Transport::Tcp, 7, "10.0.0.1:5060")));
        assert!(!places.has(&path(Transport::Tcp, 8, "10.0.0.1:5060")) && !places.has(&one));
        assert_eq!(places.len(), 1);
    }
}
