//! Addresses that peers are told (RFC 8839 §5.1, RFC 6544 §4.5).

use std::net::{IpAddr, SocketAddr};

/// Addresses that a peer is told at most: it tries each.
const MAX_ADDRESSES: usize = 16;
/// Preference of the kind "host" (RFC 8445 §5.1.2.2); by TCP below every other.
const HOST: u32 = 126;
const HOST_BY_TCP: u32 = 90;

/// Addresses at which this machine can be reached when it listens at `bound`.
pub(super) fn of_this_machine(bound: IpAddr) -> Vec<IpAddr> {
    if !bound.is_unspecified() {
        return vec![bound.to_canonical()];
    }
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let all: Vec<IpAddr> = interfaces
        .iter()
        .map(if_addrs::Interface::ip)
        .filter(|address| bound.is_ipv6() || address.is_ipv4())
        .filter(|address| !is_link_local(*address))
        .collect();
    // A machine without a network is still reached from itself.
    let outside: Vec<IpAddr> = all.iter().copied().filter(|address| !address.is_loopback()).collect();
    if outside.is_empty() { all } else { outside }
}

/// Needs the name of an interface of the peer's machine, which only the peer knows.
fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

/// One line for each address by UDP, then one for each by TCP, in the order of preference.
pub(super) fn lines(addresses: &[IpAddr], port: u16) -> Vec<String> {
    let mut known: Vec<IpAddr> = Vec::new();
    for address in addresses.iter().map(IpAddr::to_canonical) {
        if !known.contains(&address) && known.len() < MAX_ADDRESSES {
            known.push(address);
        }
    }
    let at = |address: &IpAddr| SocketAddr::new(*address, port);
    let ranked = || (0..u32::try_from(known.len()).expect("limited above")).zip(&known);
    let udp = ranked().map(|(rank, address)| line("udp", HOST, rank, at(address), ""));
    let tcp = ranked().map(|(rank, address)| line("tcp", HOST_BY_TCP, rank, at(address), " tcptype passive"));
    udp.chain(tcp).collect()
}

fn line(transport: &str, kind: u32, rank: u32, address: SocketAddr, tail: &str) -> String {
    let priority = kind << 24 | (0xFFFF - rank) << 8 | 0xFF;
    let foundation = if transport == "udp" { 1 } else { 101 } + rank;
    format!("candidate:{foundation} 1 {transport} {priority} {} {} typ host{tail}", address.ip(), address.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use str0m::Candidate;

    #[test]
    fn candidates_are_what_another_implementation_reads() {
        let addresses: [IpAddr; 3] = [[203, 0, 113, 9].into(), "2001:db8::7".parse().unwrap(), [10, 0, 0, 7].into()];
        let lines = lines(&addresses, 8189);
        let read: Vec<Candidate> = lines.iter().map(|line| Candidate::from_sdp_string(line).unwrap()).collect();
        assert_eq!(read.len(), 6);
        for (candidate, address) in read.iter().zip(addresses.iter().chain(&addresses)) {
            assert_eq!(candidate.addr(), SocketAddr::new(*address, 8189));
        }
        let by_tcp: Vec<bool> = read.iter().map(|candidate| candidate.tcptype().is_some()).collect();
        assert_eq!(by_tcp, [false, false, false, true, true, true]);
        assert!(read.is_sorted_by(|a, b| a.prio() > b.prio()), "the first is the preferred one");
    }

    #[test]
    fn an_address_is_told_once_and_there_is_an_end() {
        let mapped: IpAddr = "::ffff:10.0.0.7".parse().unwrap();
        assert_eq!(lines(&[[10, 0, 0, 7].into(), mapped], 1).len(), 2);
        let many: Vec<IpAddr> = (0..100).map(|last| [10, 0, 1, last].into()).collect();
        assert_eq!(lines(&many, 1).len(), 2 * MAX_ADDRESSES);
    }

    #[test]
    fn whoever_listens_at_one_address_tells_that_one() {
        assert_eq!(of_this_machine([127, 0, 0, 1].into()), [IpAddr::from([127, 0, 0, 1])]);
        let all = of_this_machine([0, 0, 0, 0].into());
        assert!(!all.is_empty() && all.iter().all(IpAddr::is_ipv4), "{all:?}");
    }
}
