//! A viewer's ports for RTP by UDP.

use std::io::ErrorKind;
use std::mem::MaybeUninit;
use std::net::{Ipv4Addr, UdpSocket};
use std::os::fd::AsFd;

use rustix::net::RecvFlags;

/// Ports that are tried for a pair before giving up.
const ATTEMPTS: usize = 64;
/// What the system keeps for a viewer that is drained every 20 ms.
const BUFFER: usize = 1 << 20;
/// An RTP header without extensions.
const HEADER: usize = 12;

/// Sockets of all tracks.
#[derive(Debug, Default)]
pub(crate) struct Datagrams {
    tracks: Vec<Track>,
    /// Datagrams that never came, as the sequence numbers of closely watched viewers say.
    pub(crate) missing: u64,
}

#[derive(Debug)]
struct Track {
    rtp: UdpSocket,
    /// Bound so that the sender's reports meet an open port; nobody reads them.
    _rtcp: Option<UdpSocket>,
    expected: Option<u16>,
}

impl Datagrams {
    /// A pair of ports for RTP and RTCP of one more track.
    pub(crate) fn open_pair(&mut self) -> anyhow::Result<(u16, u16)> {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            let rtp = socket(0)?;
            let port = rtp.local_addr()?.port();
            match port.checked_add(1).map(socket) {
                Some(Ok(rtcp)) if port.is_multiple_of(2) => {
                    self.tracks.push(Track { rtp, _rtcp: Some(rtcp), expected: None });
                    return Ok((port, port + 1));
                }
                // An odd port is kept until the next is found, or the system would offer it again.
                _ => last = Some(rtp),
            }
        }
        drop(last);
        anyhow::bail!("no free pair of ports")
    }

    /// A port alone.
    pub(crate) fn open_one(&mut self) -> anyhow::Result<u16> {
        let rtp = socket(0)?;
        let port = rtp.local_addr()?.port();
        self.tracks.push(Track { rtp, _rtcp: None, expected: None });
        Ok(port)
    }

    /// Takes what has come without copying it.
    pub(crate) fn drain(&mut self, untouched: &mut [MaybeUninit<u8>]) -> usize {
        let mut bytes = 0;
        for track in &self.tracks {
            let flags = RecvFlags::TRUNC | RecvFlags::DONTWAIT;
            while let Ok((_, count)) = rustix::net::recv(track.rtp.as_fd(), &mut *untouched, flags) {
                bytes += count;
            }
        }
        bytes
    }

    /// Takes what has come and shows each datagram.
    pub(crate) fn look(&mut self, buffer: &mut [u8], mut take: impl FnMut(&[u8])) -> usize {
        let mut bytes = 0;
        for track in &mut self.tracks {
            loop {
                match track.rtp.recv(buffer) {
                    Ok(count) => {
                        bytes += count;
                        self.missing += track.note(&buffer[..count]);
                        take(&buffer[..count]);
                    }
                    // An earlier answer of the network, not of this datagram.
                    Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
                    Err(_) => break,
                }
            }
        }
        bytes
    }
}

impl Track {
    /// How many are missing before this one.
    fn note(&mut self, datagram: &[u8]) -> u64 {
        let Some(sequence) = datagram.get(2..4).filter(|_| datagram.len() >= HEADER) else { return 0 };
        let sequence = u16::from_be_bytes([sequence[0], sequence[1]]);
        let gap = self.expected.map_or(0, |expected| sequence.wrapping_sub(expected));
        self.expected = Some(sequence.wrapping_add(1));
        // One that was overtaken looks like a gap of nearly all numbers.
        if gap < 1 << 15 { u64::from(gap) } else { 0 }
    }
}

fn socket(port: u16) -> std::io::Result<UdpSocket> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, port))?;
    socket.set_nonblocking(true)?;
    let _default_buffer = rustix::net::sockopt::set_socket_recv_buffer_size(&socket, BUFFER);
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datagrams_are_counted_and_gaps_are_seen() {
        let mut datagrams = Datagrams::default();
        let (rtp, rtcp) = datagrams.open_pair().unwrap();
        assert!(rtp.is_multiple_of(2) && rtcp == rtp + 1);
        let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
        let mut packet = [0; 20];
        for sequence in [65_534u16, 65_535, 2, 1, 3] {
            packet[2..4].copy_from_slice(&sequence.to_be_bytes());
            sender.send_to(&packet, ("127.0.0.1", rtp)).unwrap();
        }
        let (mut seen, mut buffer) = (0, [0; 2048]);
        let bytes = datagrams.look(&mut buffer, |_| seen += 1);
        assert_eq!((bytes, seen, datagrams.missing), (100, 5, 3), "0 and 1, and 2 after 1");
        sender.send_to(&packet, ("127.0.0.1", rtp)).unwrap();
        assert_eq!(datagrams.drain(&mut [MaybeUninit::uninit(); 64]), 20);
    }
}
