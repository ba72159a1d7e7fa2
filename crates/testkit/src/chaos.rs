//! A bad network between a peer and the server: datagrams are lost in both directions, by a seed that is printed.

use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// How often threads look whether they are still needed.
const LOOK: Duration = Duration::from_millis(100);
const MAX_DATAGRAM: usize = 65_536;

/// Hands datagrams on between peers and a server, but not all of them.
#[derive(Debug)]
pub struct LossyRelay {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Of a million datagrams so many are lost.
    lost_ppm: u64,
    dice: AtomicU64,
    passed: AtomicU64,
    lost: AtomicU64,
    is_over: AtomicBool,
    /// How often the peers' networks have changed.
    moves: AtomicU64,
}

impl LossyRelay {
    /// Stands before `server` on a port of its own; `loss` from 0 to 1.
    pub fn start(server: SocketAddr, loss: f64, seed: u64) -> Self {
        eprintln!("datagrams are lost by seed {seed}");
        let front = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = front.local_addr().unwrap();
        let shared = Arc::new(Shared {
            lost_ppm: (loss * 1e6) as u64,
            dice: AtomicU64::new(seed),
            passed: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
            moves: AtomicU64::new(0),
        });
        thread::spawn({
            let shared = Arc::clone(&shared);
            move || shared.towards_server(&Arc::new(front), server)
        });
        Self { address, shared }
    }

    /// Where peers send to.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Each peer comes from another address from now on, as after a change of its network, and nothing reaches it by the old one.
    pub fn move_peers(&self) {
        self.shared.moves.fetch_add(1, Ordering::Relaxed);
    }

    /// Datagrams that were handed on and lost, in both directions.
    pub fn counts(&self) -> (u64, u64) {
        (self.shared.passed.load(Ordering::Relaxed), self.shared.lost.load(Ordering::Relaxed))
    }
}

impl Drop for LossyRelay {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    /// Each peer gets a socket towards the server, by which the server tells them apart.
    fn towards_server(self: &Arc<Self>, front: &Arc<UdpSocket>, server: SocketAddr) {
        let mut peers: HashMap<(SocketAddr, u64), Arc<UdpSocket>> = HashMap::new();
        self.each_datagram(front, |datagram, peer| {
            let network = self.moves.load(Ordering::Relaxed);
            let back = peers.entry((peer, network)).or_insert_with(|| {
                let back = Arc::new(UdpSocket::bind("127.0.0.1:0").unwrap());
                let (shared, front, answers) = (Arc::clone(self), Arc::clone(front), Arc::clone(&back));
                thread::spawn(move || shared.towards_peer(&answers, &front, peer, network));
                back
            });
            self.pass(back, datagram, server);
        });
    }

    fn towards_peer(&self, answers: &UdpSocket, front: &UdpSocket, peer: SocketAddr, network: u64) {
        self.each_datagram(answers, |datagram, _| {
            if self.moves.load(Ordering::Relaxed) == network {
                self.pass(front, datagram, peer);
            }
        });
    }

    fn each_datagram(&self, socket: &UdpSocket, mut act: impl FnMut(&[u8], SocketAddr)) {
        socket.set_read_timeout(Some(LOOK)).unwrap();
        let mut buffer = vec![0; MAX_DATAGRAM];
        while !self.is_over.load(Ordering::Relaxed) {
            if let Ok((length, from)) = socket.recv_from(&mut buffer) {
                act(&buffer[..length], from);
            }
        }
    }

    fn pass(&self, socket: &UdpSocket, datagram: &[u8], to: SocketAddr) {
        let is_lost = self.roll() % 1_000_000 < self.lost_ppm;
        let count = if is_lost { &self.lost } else { &self.passed };
        count.fetch_add(1, Ordering::Relaxed);
        if !is_lost {
            // A peer that has gone is the network's business.
            let _ = socket.send_to(datagram, to);
        }
    }

    /// SplitMix64.
    fn roll(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut value = self.dice.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        value ^ (value >> 31)
    }
}
