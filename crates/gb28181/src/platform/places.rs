//! From where devices are heard, so that what strangers say is not even read.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use sip::Path;

use crate::id::Id;

/// Where devices are: as many entries as devices at most. By datagrams an address counts, whatever the port, which routers
/// change; else the connection. [`super::Device::is_at`] says the same of one device.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// How many devices are heard from an address.
    addresses: HashMap<IpAddr, u32>,
    /// Who is heard on a connection, so that its end is cheap however many devices there are.
    connections: HashMap<u64, HashSet<Id>>,
}

impl Places {
    /// A device is there.
    pub(super) fn enter(&mut self, path: &Path, device: &Id) {
        if path.transport.is_reliable() {
            self.connections.entry(path.local).or_default().insert(device.clone());
        } else {
            *self.addresses.entry(path.remote.ip()).or_default() += 1;
        }
    }

    /// A device is not there any more.
    pub(super) fn leave(&mut self, path: &Path, device: &Id) {
        if path.transport.is_reliable() {
            let Some(its) = self.connections.get_mut(&path.local) else { return };
            its.remove(device);
            if its.is_empty() {
                self.connections.remove(&path.local);
            }
            return;
        }
        let left = self.addresses.get_mut(&path.remote.ip()).map(|count| {
            *count -= 1;
            *count
        });
        if left == Some(0) {
            self.addresses.remove(&path.remote.ip());
        }
    }

    /// Who was heard on a connection that has ended.
    pub(super) fn close(&mut self, connection: u64) -> HashSet<Id> {
        self.connections.remove(&connection).unwrap_or_default()
    }

    /// Whether any device is there.
    pub(super) fn has(&self, path: &Path) -> bool {
        if path.transport.is_reliable() {
            self.connections.contains_key(&path.local)
        } else {
            self.addresses.contains_key(&path.remote.ip())
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.addresses.len() + self.connections.len()
    }
}

#[cfg(test)]
mod tests {
    use sip::Transport;

    use super::*;

    #[test]
    fn places_are_addresses_by_datagrams_and_else_connections() {
        let path = |transport, local, remote: &str| Path { transport, local, remote: remote.parse().unwrap() };
        let mut places = Places::default();
        let id = |text| Id::new(text).unwrap();
        let (one, other) = (path(Transport::Udp, 0, "10.0.0.1:5060"), path(Transport::Udp, 0, "10.0.0.1:6000"));
        places.enter(&one, &id("1"));
        places.enter(&other, &id("2"));
        places.leave(&one, &id("1"));
        assert!(places.has(&one) && !places.has(&path(Transport::Udp, 0, "10.0.0.2:5060")));
        places.leave(&other, &id("2"));
        assert!(!places.has(&one));
        let connection = path(Transport::Tcp, 7, "10.0.0.1:5060");
        places.enter(&connection, &id("3"));
        assert!(places.has(&connection));
        assert!(!places.has(&path(Transport::Tcp, 8, "10.0.0.1:5060")) && !places.has(&one));
        assert_eq!(places.len(), 1);
        places.leave(&connection, &id("3"));
        assert_eq!(places.len(), 0);
    }

    #[test]
    fn the_end_of_a_connection_names_who_was_on_it_and_nobody_else() {
        let path = |local| Path { transport: Transport::Tls, local, remote: "10.0.0.1:5060".parse().unwrap() };
        let mut places = Places::default();
        let ids: Vec<Id> = ["1", "2", "3"].iter().map(|text| Id::new(text).unwrap()).collect();
        places.enter(&path(7), &ids[0]);
        places.enter(&path(7), &ids[1]);
        places.enter(&path(8), &ids[2]);
        assert_eq!(places.close(7), ids[..2].iter().cloned().collect());
        assert!(!places.has(&path(7)) && places.has(&path(8)) && places.close(7).is_empty());
    }
}
