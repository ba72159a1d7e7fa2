//! The handshake (§5.2), in its simple form.
//!
//! ```text
//! C0 S0   version(8) = 3
//! C1 S1   time(32) zero(32) random(1528 bytes)
//! C2 S2   the other side's time(32), time read(32), its random bytes
//! ```
//!
//! Clients with the digest form (Flash Player 9+, FFmpeg) fall back to the simple one when the four bytes
//! after S1's time are zero, so one form serves all.

use bytes::{BufMut, BytesMut};

const VERSION: u8 = 3;
/// Bytes of C1, C2, S1 and S2.
pub(crate) const PACKET_LEN: usize = 1536;

/// Why a handshake fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandshakeError {
    /// Version 6 is RTMPE; anything else is another protocol on this port.
    #[error("version {0} is not plain RTMP")]
    Version(u8),
}

/// One side's progress. It holds a buffer only until the handshake is over.
#[derive(Debug)]
pub(crate) struct Handshake {
    side: Side,
    /// The peer's version byte and first packet, as far as they came.
    received: Vec<u8>,
    /// Bytes of the peer's second packet that are still to come.
    second_left: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// Answers with S0, S1 and S2; the seed makes S1.
    Server { seed: u64 },
    /// Has sent C0 and C1, answers with C2.
    Client,
}

impl Handshake {
    pub(crate) const fn server(seed: u64) -> Self {
        Self { side: Side::Server { seed }, received: Vec::new(), second_left: PACKET_LEN }
    }

    /// Begins as a client: C0 and C1 are appended to `out`.
    pub(crate) fn client(seed: u64, out: &mut BytesMut) -> Self {
        out.put_u8(VERSION);
        put_first(out, seed);
        Self { side: Side::Client, received: Vec::new(), second_left: PACKET_LEN }
    }

    /// Consumes input and appends answers to `out`; true once the handshake is over.
    pub(crate) fn advance(&mut self, input: &mut &[u8], out: &mut BytesMut) -> Result<bool, HandshakeError> {
        const FIRST_LEN: usize = 1 + PACKET_LEN;
        if self.received.len() < FIRST_LEN {
            let taken = (FIRST_LEN - self.received.len()).min(input.len());
            self.received.extend_from_slice(&input[..taken]);
            *input = &input[taken..];
            if let Some(&version) = self.received.first()
                && version != VERSION
            {
                return Err(HandshakeError::Version(version));
            }
            if self.received.len() < FIRST_LEN {
                return Ok(false);
            }
            if let Side::Server { seed } = self.side {
                out.put_u8(VERSION);
                put_first(out, seed);
            }
            out.put_slice(&self.received[1..]);
        }
        // What the second packet echoes is not compared: proxies and old encoders fill it with zeros.
        let taken = self.second_left.min(input.len());
        self.second_left -= taken;
        *input = &input[taken..];
        Ok(self.second_left == 0)
    }
}

/// C1 or S1 at time 0. The bytes need not be unpredictable: they only tell echoes apart.
fn put_first(out: &mut BytesMut, seed: u64) {
    out.put_u64(0);
    let mut state = seed | 1;
    for _ in 0..(PACKET_LEN - 8) / 8 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.put_u64(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_finish_whatever_the_fragmentation() {
        for step in [1, 7, 1535, 5000] {
            let (mut to_server, mut to_client) = (BytesMut::new(), BytesMut::new());
            let mut client = Handshake::client(1, &mut to_server);
            let mut server = Handshake::server(2);
            let (mut client_done, mut server_done) = (false, false);
            while !(client_done && server_done) {
                let piece = to_server.split_to(step.min(to_server.len()));
                server_done |= server.advance(&mut &piece[..], &mut to_client).unwrap();
                let piece = to_client.split_to(step.min(to_client.len()));
                client_done |= client.advance(&mut &piece[..], &mut to_server).unwrap();
            }
        }
    }

    #[test]
    fn other_protocols_are_told_apart_by_their_first_byte() {
        for first in [6u8, b'G', 0x16] {
            let outcome = Handshake::server(1).advance(&mut &[first][..], &mut BytesMut::new());
            assert_eq!(outcome, Err(HandshakeError::Version(first)));
        }
    }
}
