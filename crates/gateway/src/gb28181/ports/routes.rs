//! Which session a packet on the shared port belongs to.
//!
//! The SSRC tells, as offered or as answered, from the addresses that are expected. Beyond that (quirks 14 and 15): a
//! stream of an unknown SSRC is given to the session that waits for its first packet and expects exactly this address,
//! if there is only one such; and a sender that is known by address and port may change its SSRC.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use super::Carrier;
use super::expectation::{Expectation, Kind};
use super::inbox::Inbox;

/// SSRCs that one session may take over, so that a device that changes it with every packet fills no table.
const MAX_ADOPTED: usize = 16;

/// A session's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct RouteId(u64);

#[derive(Debug)]
struct Route {
    carrier: Carrier,
    expectation: Expectation,
    /// SSRCs that nobody agreed on.
    adopted: Vec<u32>,
    /// Who sent last; `None` while the first packet is waited for.
    peer: Option<SocketAddr>,
    inbox: Arc<Inbox>,
}

impl Route {
    fn is_waiting(&self) -> bool {
        self.peer.is_none() && self.expectation.takes_any_ssrc()
    }
}

/// A packet that belonged to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lost {
    pub(crate) from: SocketAddr,
    pub(crate) ssrc: u32,
    /// How many there were.
    pub(crate) count: u64,
}

/// All sessions on the shared port.
#[derive(Debug, Default)]
pub(super) struct Routes {
    routes: HashMap<RouteId, Route>,
    by_ssrc: HashMap<u32, Vec<RouteId>>,
    by_address: HashMap<IpAddr, Vec<RouteId>>,
    next: u64,
    lost: Option<Lost>,
}

impl Routes {
    /// Before the INVITE: devices may send before their answer has come.
    pub(super) fn open(&mut self, ssrc: u32, carrier: Carrier) -> (RouteId, Arc<Inbox>) {
        let (id, inbox) = (RouteId(self.next), Arc::<Inbox>::default());
        self.next += 1;
        let expectation = Expectation::offered(ssrc);
        let route = Route { carrier, expectation, adopted: Vec::new(), peer: None, inbox: Arc::clone(&inbox) };
        self.routes.insert(id, route);
        self.by_ssrc.entry(ssrc).or_default().push(id);
        (id, inbox)
    }

    /// What the answer said.
    pub(super) fn agree(&mut self, id: RouteId, expectation: Expectation) {
        let Some(route) = self.routes.get_mut(&id) else { return };
        for address in expectation.addresses() {
            self.by_address.entry(*address).or_default().push(id);
        }
        let [offered, answered] = expectation.ssrcs();
        if answered != offered {
            self.by_ssrc.entry(answered).or_default().push(id);
        }
        // What came before may have been a stranger's.
        route.peer = route.peer.filter(|peer| expectation.fits(peer.ip()));
        route.expectation = expectation;
    }

    pub(super) fn close(&mut self, id: RouteId) {
        let Some(route) = self.routes.remove(&id) else { return };
        for ssrc in route.expectation.ssrcs() {
            remove(&mut self.by_ssrc, &ssrc, id);
        }
        for address in route.expectation.addresses() {
            remove(&mut self.by_address, address, id);
        }
    }

    /// The last packet that belonged to nobody.
    pub(super) const fn lost(&self) -> Option<Lost> {
        self.lost
    }

    /// Sessions and the keys that they are found by, for tests of leftovers.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> [usize; 3] {
        [self.routes.len(), self.by_ssrc.len(), self.by_address.len()]
    }

    /// Gives a datagram to its session.
    pub(super) fn take(&mut self, from: SocketAddr, datagram: &[u8]) {
        // Reports on the shared port are tolerated and not read.
        let Kind::Media { ssrc } = Kind::of(datagram) else { return };
        match self.find(from, ssrc, Carrier::Udp) {
            Some(inbox) => inbox.put(from, datagram),
            None => self.note_lost(from, ssrc, Carrier::Udp),
        }
    }

    /// Who wants a connection, by its first packet.
    pub(super) fn connecting(&mut self, from: SocketAddr, ssrc: u32) -> Option<Arc<Inbox>> {
        self.find(from, ssrc, Carrier::TcpPassive).cloned()
    }

    /// The session of a sender, which is its peer from now on.
    fn find(&mut self, from: SocketAddr, ssrc: u32, carrier: Carrier) -> Option<&Arc<Inbox>> {
        let id = self.agreed(from, ssrc, carrier).or_else(|| self.adopting(from, ssrc, carrier))?;
        let route = self.routes.get_mut(&id)?;
        route.peer = Some(from);
        Some(&route.inbox)
    }

    /// A session that the SSRC was offered to or answered by, and that expects the sender.
    fn agreed(&self, from: SocketAddr, ssrc: u32, carrier: Carrier) -> Option<RouteId> {
        let named = self.by_ssrc.get(&ssrc)?.iter().copied();
        let fits = |route: &Route| route.expectation.ssrcs().contains(&ssrc) && route.expectation.fits(from.ip());
        let mut fitting = named.filter(|id| self.route(*id, carrier).is_some_and(fits)).peekable();
        let first = fitting.peek().copied();
        // Two devices of one address may have answered with the same SSRC.
        fitting.find(|id| self.routes.get(id).is_some_and(|route| route.peer == Some(from))).or(first)
    }

    /// A session that has no other claim to the SSRC than that its device sends it.
    fn adopting(&mut self, from: SocketAddr, ssrc: u32, carrier: Carrier) -> Option<RouteId> {
        let near = self.by_address.get(&from.ip())?;
        let only = |fits: &dyn Fn(&Route) -> bool| {
            let mut found = near.iter().copied().filter(|id| self.route(*id, carrier).is_some_and(fits));
            let first = found.next()?;
            found.next().is_none().then_some(first)
        };
        let found = only(&|route| route.peer == Some(from) && route.expectation.takes_any_ssrc())
            .or_else(|| only(&Route::is_waiting))
            // The port may change in mid-stream.
            .or_else(|| only(&|route| route.adopted.contains(&ssrc)))?;
        let route = self.routes.get_mut(&found)?;
        if !route.adopted.contains(&ssrc) {
            if route.adopted.len() >= MAX_ADOPTED {
                return None;
            }
            route.adopted.push(ssrc);
        }
        Some(found)
    }

    fn route(&self, id: RouteId, carrier: Carrier) -> Option<&Route> {
        self.routes.get(&id).filter(|route| route.carrier == carrier)
    }

    /// Tells those whom the packet could have been meant for.
    pub(super) fn note_lost(&mut self, from: SocketAddr, ssrc: u32, carrier: Carrier) {
        let mut is_known = false;
        for id in self.by_ssrc.get(&ssrc).into_iter().flatten() {
            if let Some(route) = self.route(*id, carrier).filter(|route| !route.expectation.fits(from.ip())) {
                route.inbox.note(|tally| tally.note_stranger(from));
                is_known = true;
            }
        }
        for id in self.by_address.get(&from.ip()).into_iter().flatten() {
            let meant = |route: &&Route| route.peer.is_none_or(|peer| peer == from);
            if let Some(route) = self.route(*id, carrier).filter(meant) {
                route.inbox.note(|tally| tally.note_other_ssrc(ssrc));
                is_known = true;
            }
        }
        if !is_known {
            let count = self.lost.map_or(0, |lost| lost.count) + 1;
            self.lost = Some(Lost { from, ssrc, count });
        }
    }
}

fn remove<K: Eq + std::hash::Hash>(index: &mut HashMap<K, Vec<RouteId>>, key: &K, id: RouteId) {
    if let Some(ids) = index.get_mut(key) {
        ids.retain(|known| *known != id);
        if ids.is_empty() {
            index.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use gb28181::profile::SsrcCheck;

    use super::super::inbox::Arrived;
    use super::*;

    const OWN: u32 = 200_000_001;
    const OTHER: u32 = 7;

    fn datagram(ssrc: u32) -> Vec<u8> {
        [&[0x80, 96, 0, 0, 0, 0, 0, 0][..], &ssrc.to_be_bytes(), &[1, 2, 3]].concat()
    }

    fn at(address: &str) -> SocketAddr {
        address.parse().unwrap()
    }

    /// A session that was answered from an address.
    fn session(
        routes: &mut Routes,
        offered: u32,
        answered: u32,
        from: &str,
        check: SsrcCheck,
    ) -> (RouteId, Arc<Inbox>) {
        let (id, inbox) = routes.open(offered, Carrier::Udp);
        let addresses = vec![from.parse().unwrap()];
        routes.agree(id, Expectation::agreed(offered, Some(answered), addresses, check));
        (id, inbox)
    }

    /// How many datagrams wait.
    fn waiting(inbox: &Inbox) -> usize {
        let mut taken = Arrived::default();
        let _nothing_there = futures_util::FutureExt::now_or_never(inbox.take(&mut taken));
        taken.datagrams.len()
    }

    #[test]
    fn the_ssrc_tells_the_session_as_offered_and_as_answered() {
        let mut routes = Routes::default();
        let (_, first) = session(&mut routes, 1, 1, "10.0.0.1", SsrcCheck::On);
        let (_, second) = session(&mut routes, 2, OTHER, "10.0.0.1", SsrcCheck::On);
        // Another device answers with what was offered to the first.
        let (_, third) = session(&mut routes, 3, 1, "10.0.0.3", SsrcCheck::On);
        for (from, ssrc) in [("10.0.0.1:5", 1), ("10.0.0.1:5", OTHER), ("10.0.0.1:5", 2), ("10.0.0.3:5", 1)] {
            routes.take(at(from), &datagram(ssrc));
        }
        assert_eq!([waiting(&first), waiting(&second), waiting(&third)], [1, 2, 1]);
    }

    #[test]
    fn what_comes_before_the_answer_waits_for_it() {
        let mut routes = Routes::default();
        let (_, inbox) = routes.open(OWN, Carrier::Udp);
        routes.take(at("10.0.0.1:5"), &datagram(OWN));
        assert_eq!(waiting(&inbox), 1);
    }

    #[test]
    fn strangers_and_other_ssrcs_are_dropped_and_told() {
        let mut routes = Routes::default();
        let (_, inbox) = session(&mut routes, OWN, OWN, "10.0.0.1", SsrcCheck::On);
        routes.take(at("10.0.0.9:5"), &datagram(OWN));
        routes.take(at("10.0.0.1:5"), &datagram(OTHER));
        routes.take(at("10.0.0.9:5"), &datagram(OTHER));
        assert_eq!(waiting(&inbox), 0);
        let tally = inbox.tally();
        assert_eq!((tally.strangers, tally.stranger), (1, Some(at("10.0.0.9:5"))));
        assert_eq!((tally.other_ssrcs, tally.other_ssrc), (1, Some(OTHER)));
        assert_eq!(routes.lost(), Some(Lost { from: at("10.0.0.9:5"), ssrc: OTHER, count: 1 }));
    }

    #[test]
    fn an_unknown_ssrc_is_given_to_the_only_session_that_waits_for_its_sender() {
        let mut routes = Routes::default();
        let (_, first) = session(&mut routes, 1, 1, "10.0.0.1", SsrcCheck::Off);
        routes.take(at("10.0.0.2:5"), &datagram(0));
        routes.take(at("10.0.0.1:5"), &datagram(0));
        assert_eq!(waiting(&first), 1);
        // It has its stream now: the next one that the same device sends is the next session's.
        let (_, second) = session(&mut routes, 2, 2, "10.0.0.1", SsrcCheck::Off);
        routes.take(at("10.0.0.1:6"), &datagram(0));
        routes.take(at("10.0.0.1:5"), &datagram(0));
        routes.take(at("10.0.0.1:6"), &datagram(OTHER));
        assert_eq!((waiting(&first), waiting(&second)), (1, 2));
        // Two that wait cannot be told apart.
        let both = [3, 4].map(|ssrc| session(&mut routes, ssrc, ssrc, "10.0.0.1", SsrcCheck::Off).1);
        routes.take(at("10.0.0.1:7"), &datagram(OTHER + 1));
        assert_eq!(both.map(|inbox| (waiting(&inbox), inbox.tally().other_ssrcs)), [(0, 1); 2]);
    }

    #[test]
    fn one_session_takes_over_so_many_ssrcs_and_no_more() {
        let mut routes = Routes::default();
        let (_, inbox) = session(&mut routes, OWN, OWN, "10.0.0.1", SsrcCheck::Off);
        (0..1000).for_each(|ssrc| routes.take(at("10.0.0.1:5"), &datagram(ssrc)));
        assert_eq!(waiting(&inbox), MAX_ADOPTED);
    }

    #[test]
    fn a_full_queue_drops_what_is_new_and_counts_it() {
        let mut routes = Routes::default();
        let (_, inbox) = session(&mut routes, OWN, OWN, "10.0.0.1", SsrcCheck::On);
        (0..5000).for_each(|_| routes.take(at("10.0.0.1:5"), &datagram(OWN)));
        let kept = waiting(&inbox);
        assert_eq!(u64::try_from(5000 - kept).unwrap(), inbox.tally().overflow);
        assert!(kept < 5000);
    }

    #[test]
    fn nothing_is_left_of_sessions_that_were_closed() {
        let mut routes = Routes::default();
        let ids: Vec<RouteId> =
            (0..200).map(|ssrc| session(&mut routes, ssrc, ssrc + 1000, "10.0.0.1", SsrcCheck::Off).0).collect();
        routes.take(at("10.0.0.1:5"), &datagram(0));
        ids.into_iter().for_each(|id| routes.close(id));
        assert_eq!(routes.sizes(), [0, 0, 0]);
    }
}
