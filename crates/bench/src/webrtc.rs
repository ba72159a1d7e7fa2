//! A viewer by WebRTC: the whole handshake, then datagrams that are counted without being decrypted.

use std::io::{ErrorKind, Read, Write};
use std::mem::MaybeUninit;
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::net::RecvFlags;
use str0m::change::SdpAnswer;
use str0m::media::{Direction, MediaKind};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Output, Rtc};

/// Time for the first packet.
const LIMIT: Duration = Duration::from_secs(15);
/// A viewer says this often that it is there, as browsers do.
const ALIVE: Duration = Duration::from_secs(4);
/// What the system keeps for a viewer that is drained every 20 ms.
const BUFFER: usize = 1 << 20;

/// A viewer that is connected.
pub(crate) struct Peer {
    socket: UdpSocket,
    own: SocketAddr,
    rtc: Rtc,
    connected: bool,
    alive: Instant,
}

impl std::fmt::Debug for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peer").field("own", &self.own).finish_non_exhaustive()
    }
}

impl Peer {
    /// Asks for the pictures of `live/NAME` of the server at `http` by WHEP and waits for the connection. The sound of a benchmark's
    /// stream is noise that nobody could code anew for WebRTC.
    pub(crate) fn connect(http: SocketAddr, name: &str) -> anyhow::Result<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.set_nonblocking(true)?;
        let _default_buffer = rustix::net::sockopt::set_socket_recv_buffer_size(&socket, BUFFER);
        let own = socket.local_addr()?;
        let mut rtc = Rtc::builder().set_rtp_mode(true).build(Instant::now());
        rtc.add_local_candidate(Candidate::host(own, "udp")?);
        let mut change = rtc.sdp_api();
        change.add_media(MediaKind::Video, Direction::RecvOnly, None, None, None);
        let (offer, pending) = change.apply().context("an offer")?;
        let answer = post(http, &format!("/live/{name}/whep"), &offer.to_sdp_string())?;
        rtc.sdp_api().accept_answer(pending, SdpAnswer::from_sdp_string(&answer)?)?;
        let mut peer = Self { socket, own, rtc, connected: false, alive: Instant::now() };
        let end = Instant::now() + LIMIT;
        let mut buffer = vec![0; 2048];
        while !peer.connected {
            if Instant::now() > end {
                bail!("no WebRTC connection came about");
            }
            peer.look(&mut buffer, |_| {})?;
            std::thread::park_timeout(Duration::from_micros(200));
        }
        Ok(peer)
    }

    /// Takes what has come without copying or decrypting it.
    pub(crate) fn drain(&mut self, untouched: &mut [MaybeUninit<u8>]) -> anyhow::Result<usize> {
        let mut bytes = 0;
        let flags = RecvFlags::TRUNC | RecvFlags::DONTWAIT;
        while let Ok((_, count)) = rustix::net::recv(self.socket.as_fd(), &mut *untouched, flags) {
            bytes += count;
        }
        if self.alive.elapsed() > ALIVE {
            self.alive = Instant::now();
            self.elapse(|_| {})?;
        }
        Ok(bytes)
    }

    /// Takes what has come, decrypts it, and shows the payload of each packet.
    pub(crate) fn look(&mut self, buffer: &mut [u8], mut take: impl FnMut(&[u8])) -> anyhow::Result<usize> {
        let mut bytes = 0;
        loop {
            match self.socket.recv_from(buffer) {
                Ok((count, source)) => {
                    bytes += count;
                    if let Ok(received) = Receive::new(Protocol::Udp, source, self.own, &buffer[..count]) {
                        self.rtc.handle_input(Input::Receive(Instant::now(), received))?;
                        self.poll(&mut take)?;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            }
        }
        self.elapse(take)?;
        Ok(bytes)
    }

    fn elapse(&mut self, mut take: impl FnMut(&[u8])) -> anyhow::Result<()> {
        self.rtc.handle_input(Input::Timeout(Instant::now()))?;
        self.poll(&mut take)
    }

    fn poll(&mut self, take: &mut impl FnMut(&[u8])) -> anyhow::Result<()> {
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(_) => return Ok(()),
                Output::Transmit(transmit) => {
                    let _lost_as_on_the_way = self.socket.send_to(&transmit.contents, transmit.destination);
                }
                Output::Event(Event::Connected) => self.connected = true,
                Output::Event(Event::RtpPacket(packet)) => take(&packet.payload),
                Output::Event(_) => {}
            }
        }
    }
}

fn post(address: SocketAddr, target: &str, body: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(LIMIT))?;
    let head = format!(
        "POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sdp\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("an answer")?;
    anyhow::ensure!(head.starts_with("HTTP/1.1 201"), "{head}: {body}");
    Ok(body.to_owned())
}
