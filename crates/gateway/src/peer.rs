//! Who is at the other end, and how many connections it has.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::Limits;

/// The address that limits and accounts go by: IPv4 even when it came through an IPv6 socket.
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// Open connections by address.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    total: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// Why a connection was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TooMany {
    PerAddress,
    Total,
}

/// A connection's place in the counts; gives it back when dropped.
#[derive(Debug)]
pub(crate) struct ConnectionSlot {
    connections: Arc<Connections>,
    address: Option<IpAddr>,
}

impl Connections {
    /// Takes a place. Exempt addresses count only towards the total.
    pub(crate) fn enter(
        self: &Arc<Self>,
        address: IpAddr,
        exempt: bool,
        limits: &Limits,
    ) -> Result<ConnectionSlot, TooMany> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.total >= limits.connections {
            return Err(TooMany::Total);
        }
        let address = (!exempt).then_some(address);
        if let Some(address) = address {
            let count = inner.by_address.entry(address).or_default();
            if *count >= limits.connections_per_address {
                return Err(TooMany::PerAddress);
            }
            *count += 1;
        }
        inner.total += 1;
        drop(inner);
        Ok(ConnectionSlot { connections: Arc::clone(self), address })
    }

    /// Connections open now.
    pub(crate) fn total(&self) -> usize {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).total
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        let mut inner = self.connections.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.total -= 1;
        let Some(address) = self.address else { return };
        if let Some(count) = inner.by_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                inner.by_address.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_all_places() {
        let connections = Arc::new(Connections::default());
        let limits = Limits { connections: 4, connections_per_address: 2, ..Limits::default() };
        let one: IpAddr = [10, 0, 0, 1].into();
        let held: Vec<_> = (0..2).map(|_| connections.enter(one, false, &limits).unwrap()).collect();
        assert_eq!(connections.enter(one, false, &limits).unwrap_err(), TooMany::PerAddress);
        let exempt: Vec<_> = (0..2).map(|_| connections.enter(one, true, &limits).unwrap()).collect();
        assert_eq!(connections.enter([10, 0, 0, 2].into(), false, &limits).unwrap_err(), TooMany::Total);
        drop((held, exempt));
        assert_eq!(connections.total(), 0);
        assert!(connections.inner.lock().unwrap().by_address.is_empty());
    }
}
