//! The floor: the least that a program can do to send the same bytes to the same sockets.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use clap::Args;
use quinn_udp::{Transmit, UdpSockRef, UdpSocketState};

/// One send to each socket every 25 ms, as in the reference measurements.
const INTERVAL: Duration = Duration::from_millis(25);
const SOURCE_LEN: usize = 32 << 20;
/// An RTP packet as the server makes them.
const DATAGRAM: usize = 1400;
/// The same for WebRTC, with the tag and its share of sealed bytes.
const SEALED_DATAGRAM: usize = 1180;
const TAG: usize = 16;
const HEADER: usize = 12;
/// Bytes in one call, as the server does.
const MAX_BATCH: usize = 65_000;
/// A TLS record.
const RECORD: usize = 16 << 10;

/// A bare sender.
#[derive(Debug, Args)]
pub(crate) struct FloorArgs {
    /// Bits a second to each socket.
    #[arg(long)]
    bitrate: u64,
    /// Seal the bytes for each socket with AES-128-GCM first.
    #[arg(long)]
    seal: bool,
    /// Send datagrams to the port that each connection asks for in its path, as RTSP by UDP does; sealed each by itself, as
    /// WebRTC does.
    #[arg(long)]
    datagrams: bool,
}

/// A receiver of datagrams, or a connection.
struct Receiver {
    socket: TcpStream,
    to: Option<SocketAddr>,
}

/// One socket for all, and many datagrams in one call.
struct Sender {
    socket: UdpSocket,
    state: UdpSocketState,
}

impl Sender {
    fn new() -> anyhow::Result<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        let _default = rustix::net::sockopt::set_socket_send_buffer_size(&socket, 4 << 20);
        Ok(Self { socket, state })
    }

    fn send(&self, to: SocketAddr, bytes: &[u8], datagram: usize) {
        let at_once = self.state.max_gso_segments().clamp(1, MAX_BATCH / datagram) * datagram;
        for contents in bytes.chunks(at_once) {
            let transmit =
                Transmit { destination: to, ecn: None, contents, segment_size: Some(datagram), src_ip: None };
            let _lost_as_on_the_way = self.state.try_send(UdpSockRef::from(&self.socket), &transmit);
        }
    }
}

/// Serves until killed; prints its port.
#[expect(clippy::print_stdout, reason = "the parent reads the port")]
pub(crate) fn serve(args: &FloorArgs) -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("listening http {}", listener.local_addr()?);
    listener.set_nonblocking(true)?;
    let source: Vec<u8> = (0..SOURCE_LEN).map(|i| u8::try_from(i * 31 % 251).expect("below 251")).collect();
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &[7; 16]).map_err(|_| anyhow::anyhow!("a key"))?);
    let mut sealed = Vec::with_capacity(1 << 20);
    let mut receivers: Vec<Receiver> = Vec::new();
    let sender = Sender::new()?;
    let (start, mut sent, mut offset) = (Instant::now(), 0u64, 0usize);
    let mut due = start;
    loop {
        due += INTERVAL;
        std::thread::park_timeout(due.saturating_duration_since(Instant::now()));
        accept(&listener, &mut receivers, args.datagrams)?;
        let want = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX) * args.bitrate / 8_000_000;
        let count = usize::try_from(want - sent).unwrap_or(0).min(1 << 20);
        sent = want;
        if offset + count > source.len() {
            offset = 0;
        }
        let bytes = &source[offset..offset + count];
        offset += count;
        receivers.retain_mut(|Receiver { socket, to }| {
            if let Some(to) = to {
                if args.seal {
                    seal_datagrams(&key, bytes, &mut sealed);
                    sender.send(*to, &sealed, SEALED_DATAGRAM);
                } else {
                    sender.send(*to, bytes, DATAGRAM);
                }
                return true;
            }
            let outcome = if args.seal {
                seal(&key, bytes, &mut sealed);
                socket.write(&sealed)
            } else {
                socket.write(bytes)
            };
            outcome.map_or_else(|error| error.kind() == ErrorKind::WouldBlock, |_| true)
        });
    }
}

fn seal(key: &LessSafeKey, bytes: &[u8], out: &mut Vec<u8>) {
    out.clear();
    for record in bytes.chunks(RECORD) {
        let at = out.len();
        out.extend_from_slice(&[23, 3, 3, 0, 0]);
        let body = out.len();
        out.extend_from_slice(record);
        let nonce = Nonce::assume_unique_for_key([3; 12]);
        if let Ok(tag) = key.seal_in_place_separate_tag(nonce, Aad::empty(), &mut out[body..]) {
            out.extend_from_slice(tag.as_ref());
        }
        let len = u16::try_from(out.len() - body).unwrap_or(u16::MAX);
        out[at + 3..at + 5].copy_from_slice(&len.to_be_bytes());
    }
}

/// Each datagram has a header in the clear, sealed bytes and a tag, as SRTP has (RFC 7714 §7).
fn seal_datagrams(key: &LessSafeKey, bytes: &[u8], out: &mut Vec<u8>) {
    out.clear();
    for datagram in bytes.chunks(SEALED_DATAGRAM) {
        let at = out.len();
        out.extend_from_slice(datagram);
        if datagram.len() < HEADER + TAG {
            continue;
        }
        out.truncate(out.len() - TAG);
        let nonce = Nonce::assume_unique_for_key([3; 12]);
        let (header, body) = out[at..].split_at_mut(HEADER);
        if let Ok(tag) = key.seal_in_place_separate_tag(nonce, Aad::from(&*header), body) {
            out.extend_from_slice(tag.as_ref());
        }
    }
}

fn accept(listener: &TcpListener, receivers: &mut Vec<Receiver>, datagrams: bool) -> anyhow::Result<()> {
    loop {
        match listener.accept() {
            Ok((mut socket, _)) => {
                socket.set_nodelay(true)?;
                let mut request = [0; 1024];
                let count = socket.read(&mut request)?;
                let path = String::from_utf8_lossy(&request[..count]).split(' ').nth(1).unwrap_or_default().to_owned();
                let port = path.trim_start_matches('/').parse().ok().filter(|_| datagrams);
                socket.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
                socket.set_nonblocking(true)?;
                let _default = rustix::net::sockopt::set_socket_send_buffer_size(&socket, 1 << 20);
                receivers.push(Receiver { socket, to: port.map(|port: u16| (Ipv4Addr::LOCALHOST, port).into()) });
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}
