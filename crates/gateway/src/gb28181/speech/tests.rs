//! Sound to a device that tests make, over sockets.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};

use std::io::Read;

use super::*;
use crate::gb28181::{Carrier, MediaPorts, NoPort, PortsConfig};

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const PATIENCE: Duration = Duration::from_secs(10);

fn ports(range: u16) -> Arc<MediaPorts> {
    let server = gb28181::Id::new("34020000002000000001").unwrap();
    for _ in 0..64 {
        let free = UdpSocket::bind((HOME, 0)).unwrap().local_addr().unwrap();
        let last = (range > 0).then(|| free.port().saturating_add(range));
        if let Ok(ports) = MediaPorts::bind(PortsConfig { listen: free, last, server: server.clone() }) {
            return ports;
        }
    }
    panic!("no port is free")
}

fn hearer(port: u16) -> Hearer {
    Hearer { address: Some(HOME.to_string()), port, signalling_ip: HOME, payload_type: 8, ssrc: Ssrc(200_000_042) }
}

/// Reads what the device gets, on a thread of its own since the sender has this one.
async fn hear(read: impl FnOnce() -> Vec<Vec<u8>> + Send + 'static) -> Vec<rtp::Packet> {
    let packets = tokio::task::spawn_blocking(read).await.unwrap();
    packets.into_iter().map(|bytes| rtp::Packet::parse(&bytes.into()).unwrap()).collect()
}

fn of_connection(mut stream: TcpStream) -> Vec<Vec<u8>> {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut packet = || {
        let mut length = [0; 2];
        stream.read_exact(&mut length).unwrap();
        let mut bytes = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut bytes).unwrap();
        bytes
    };
    (0..10).map(|_| packet()).collect()
}

fn assert_is_sound(packets: &[rtp::Packet], what: &str) {
    assert_eq!(packets.len(), 10, "{what}");
    for pair in packets.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1), "{what}");
        assert_eq!(pair[1].timestamp, pair[0].timestamp.wrapping_add(160), "{what}");
    }
    let is_ours = |packet: &rtp::Packet| packet.payload_type == 8 && packet.ssrc == 200_000_042;
    assert!(packets.iter().all(|packet| is_ours(packet) && packet.payload.len() == 160), "{what}");
    let sounding: Vec<bool> = packets.iter().map(|packet| packet.payload[0] == 0x11).collect();
    assert_eq!(sounding.iter().filter(|is| **is).count(), 4, "{what}: {sounding:?}");
    let first = sounding.iter().position(|is| *is).unwrap();
    assert!(packets[first].marker && packets.iter().filter(|packet| packet.marker).count() == 1, "{what}");
}

async fn is_given_back(ports: &MediaPorts) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while ports.open_leases() > 0 && tokio::time::Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(ports.open_leases(), 0);
}

#[tokio::test]
async fn sound_gets_to_the_device_by_every_way_and_the_port_is_given_back() {
    for (carrier, range) in [
        (Carrier::Udp, 8),
        (Carrier::Udp, 0),
        (Carrier::TcpPassive, 8),
        (Carrier::TcpActive, 8),
        (Carrier::TcpActive, 0),
    ] {
        let what = format!("{carrier:?}, range of {range}");
        let ports = ports(range);
        let lease = ports.lease_for_sound(carrier).unwrap();
        let (from, shared) = (lease.port(), ports.listen_address().port());
        assert_eq!(from == shared, range == 0 || carrier == Carrier::TcpActive, "{what}");
        let datagrams = UdpSocket::bind((HOME, 0)).unwrap();
        datagrams.set_read_timeout(Some(PATIENCE)).unwrap();
        let listener = TcpListener::bind((HOME, 0)).unwrap();
        let port = match carrier {
            Carrier::Udp => datagrams.local_addr().unwrap().port(),
            Carrier::TcpPassive | Carrier::TcpActive => listener.local_addr().unwrap().port(),
        };
        let speech = Speech::start(lease, hearer(port), PullGuard::new());
        speech.put(&[0x11; 4 * BYTES_PER_PACKET]);
        let heard = hear(move || match carrier {
            Carrier::Udp => {
                let mut bytes = [0; 2048];
                let mut packet = || {
                    let (length, sender) = datagrams.recv_from(&mut bytes).unwrap();
                    assert_eq!(sender, SocketAddr::new(HOME, from), "it comes from where it was said to");
                    bytes[..length].to_vec()
                };
                (0..10).map(|_| packet()).collect()
            }
            Carrier::TcpPassive => of_connection(TcpStream::connect((HOME, from)).unwrap()),
            Carrier::TcpActive => of_connection(listener.accept().unwrap().0),
        });
        assert_is_sound(&heard.await, &what);
        let counters = speech.counters();
        assert_eq!((counters.sounding, counters.dropped_bytes, counters.lost_packets), (4, 0, 0), "{what}");
        drop(speech);
        is_given_back(&ports).await;
    }
}

#[tokio::test]
async fn a_device_that_closes_its_connection_ends_the_sound() {
    let ports = ports(8);
    let listener = TcpListener::bind((HOME, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let lease = ports.lease_for_sound(Carrier::TcpActive).unwrap();
    let speech = Speech::start(lease, hearer(port), PullGuard::new());
    tokio::task::spawn_blocking(move || drop(listener.accept().unwrap())).await.unwrap();
    assert!(speech.end().ended().await.contains("closed the connection"));
    is_given_back(&ports).await;
    assert!(speech.end().ended().await.contains("closed the connection"), "it says so again");
}

#[tokio::test]
async fn who_has_nothing_to_do_with_it_gets_no_sound() {
    let ports = ports(8);
    let lease = ports.lease_for_sound(Carrier::TcpPassive).unwrap();
    let port = lease.port();
    let device = Hearer { address: None, signalling_ip: Ipv4Addr::new(127, 0, 0, 9).into(), ..hearer(0) };
    let _speech = Speech::start(lease, device, PullGuard::new());
    let closed = hear(move || {
        let mut stranger = TcpStream::connect((HOME, port)).unwrap();
        stranger.set_read_timeout(Some(PATIENCE)).unwrap();
        assert_eq!(stranger.read(&mut [0; 16]).unwrap_or(0), 0);
        Vec::new()
    });
    assert!(closed.await.is_empty());
}

#[tokio::test]
async fn sound_goes_to_the_address_of_the_signalling_where_the_named_one_must_not_be_reached() {
    let far = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
    for (named, expected) in [
        (Some("198.51.100.9"), vec!["198.51.100.9", "203.0.113.7"]),
        (Some("203.0.113.7"), vec!["203.0.113.7"]),
        (Some("192.168.1.64"), vec!["203.0.113.7"]),
        (Some("127.0.0.1"), vec!["203.0.113.7"]),
        (Some("169.254.169.254"), vec!["203.0.113.7"]),
        (Some("0.0.0.0"), vec!["203.0.113.7"]),
        (None, vec!["203.0.113.7"]),
    ] {
        let hearer = Hearer { address: named.map(str::to_owned), signalling_ip: far, ..hearer(15_066) };
        let found = outlet::addresses(&hearer, &PullGuard::new()).await;
        assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), expected, "{named:?}");
    }
}

#[test]
fn a_device_that_connects_needs_a_port_of_its_own() {
    let ports = ports(0);
    assert_eq!(ports.lease_for_sound(Carrier::TcpPassive).unwrap_err(), NoPort::NoRange);
    assert_eq!(ports.open_leases(), 0);
    drop(ports.lease_for_sound(Carrier::Udp).unwrap());
    assert_eq!(ports.open_leases(), 0);
}
