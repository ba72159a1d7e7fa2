//! Finding transport packets in a byte stream.

use bytes::{Buf, BytesMut};

use super::{PACKET_LEN, SYNC_BYTE};

/// Distances between sync bytes: plain packets (ISO/IEC 13818-1 §2.4.3.2), packets behind the 4-byte time stamp of
/// M2TS files (Blu-ray), and packets with 16 bytes of Reed-Solomon parity (ETSI EN 300 429), as tuner cards give
/// them.
const STRIDES: [usize; 3] = [PACKET_LEN, 192, 204];
/// Sync bytes in a row that make a packet believable.
const CONFIRMATIONS: usize = 4;

/// Cuts a byte stream into transport packets; holds less than [`CONFIRMATIONS`] packets between pushes.
#[derive(Debug, Default)]
pub(super) struct Sync {
    buffer: BytesMut,
    stride: Option<usize>,
    /// Bytes in front of the next sync byte.
    gap: usize,
    skipped: u64,
}

/// What an offset of the buffer is.
enum Place {
    Packet(usize),
    Nothing,
    /// More bytes decide.
    Open,
}

impl Sync {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next packet. `last` says that nothing follows: then fewer confirmations suffice.
    pub(super) fn next_packet(&mut self, last: bool) -> Option<[u8; PACKET_LEN]> {
        loop {
            let Some(stride) = self.stride else {
                if self.find(last) {
                    continue;
                }
                return None;
            };
            let packet = self.buffer.get(self.gap..)?;
            let packet = *packet.first_chunk::<PACKET_LEN>()?;
            if packet[0] != SYNC_BYTE {
                self.stride = None;
                self.skip(self.gap);
                continue;
            }
            self.buffer.advance(self.gap + PACKET_LEN);
            self.gap = stride - PACKET_LEN;
            return Some(packet);
        }
    }

    /// How many bytes were passed over, since the last call, in front of the packet just given or the end.
    pub(super) fn take_skipped(&mut self) -> u64 {
        // What stands between packets is not lost.
        let between = STRIDES[STRIDES.len() - 1] - PACKET_LEN;
        let skipped = std::mem::take(&mut self.skipped);
        if skipped > u64::try_from(between).expect("16 bytes") { skipped } else { 0 }
    }

    pub(super) const fn is_synced(&self) -> bool {
        self.stride.is_some()
    }

    fn skip(&mut self, count: usize) {
        self.buffer.advance(count);
        self.skipped = self.skipped.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
    }

    /// Moves to the first believable packet; false when there is none yet.
    fn find(&mut self, last: bool) -> bool {
        let mut at = 0;
        let found = loop {
            match self.buffer.get(at) {
                None => break None,
                Some(&SYNC_BYTE) => match self.judge(at, last) {
                    Place::Packet(stride) => break Some(stride),
                    Place::Open => break None,
                    Place::Nothing => {}
                },
                Some(_) => {}
            }
            at += 1;
        };
        self.skip(at);
        self.stride = found;
        self.gap = 0;
        found.is_some()
    }

    fn judge(&self, at: usize, last: bool) -> Place {
        let rest = &self.buffer[at..];
        let mut open = false;
        for stride in STRIDES {
            let mut later = (1..CONFIRMATIONS).map(|index| rest.get(index * stride));
            if !later.by_ref().all(|byte| byte.is_none_or(|byte| *byte == SYNC_BYTE)) {
                continue;
            }
            if rest.len() > (CONFIRMATIONS - 1) * stride || (last && rest.len() >= PACKET_LEN) {
                return Place::Packet(stride);
            }
            open = !last;
        }
        if open { Place::Open } else { Place::Nothing }
    }
}
