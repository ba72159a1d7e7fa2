//! A bounded buffer that puts packets of a lossy transport back in order.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::Packet;
use crate::unroll::SequenceUnroller;

/// Packets held at most: at 1,400 bytes this is 700 KB, a third of a second at 16 Mbit/s.
pub const MAX_HELD_PACKETS: usize = 512;

/// A packet further than this from the last one is the start of a new numbering.
const RESTART_DISTANCE: i64 = 3_000;

/// What comes out of a [`ReorderBuffer`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ordered {
    /// The next packet.
    Packet(Packet),
    /// So many packets did not come in time.
    Lost(u32),
}

/// Holds packets until their predecessors arrive or `wait` has passed.
///
/// Full-policy: with [`MAX_HELD_PACKETS`] held, the oldest gap is declared lost.
#[derive(Debug)]
pub struct ReorderBuffer {
    wait: Duration,
    unroller: SequenceUnroller,
    next: Option<i64>,
    held: BTreeMap<i64, (Instant, Packet)>,
    late: u64,
    restarts: u64,
}

impl ReorderBuffer {
    /// A buffer that waits at most `wait` for a missing packet.
    pub fn new(wait: Duration) -> Self {
        Self { wait, unroller: SequenceUnroller::default(), next: None, held: BTreeMap::new(), late: 0, restarts: 0 }
    }

    /// Names the first number, where it is known.
    pub fn expect(&mut self, sequence: u16) {
        let first = self.unroller.unroll(sequence);
        self.next = Some(first);
    }

    /// Takes a packet; then drain [`ReorderBuffer::poll`].
    pub fn push(&mut self, now: Instant, packet: Packet) {
        let mut extended = self.unroller.unroll(packet.sequence);
        if let Some(next) = self.next
            && (extended - next).abs() > RESTART_DISTANCE
        {
            self.restarts += 1;
            self.held.clear();
            self.unroller = SequenceUnroller::default();
            extended = self.unroller.unroll(packet.sequence);
            self.next = None;
        }
        let next = *self.next.get_or_insert(extended);
        if extended < next {
            self.late += 1;
            return;
        }
        self.held.entry(extended).or_insert((now, packet));
    }

    /// The next packet or loss that is due at `now`.
    pub fn poll(&mut self, now: Instant) -> Option<Ordered> {
        let next = self.next?;
        let (&first, (arrival, _)) = self.held.first_key_value()?;
        if first == next {
            let (_, (_, packet)) = self.held.pop_first()?;
            self.next = Some(next + 1);
            return Some(Ordered::Packet(packet));
        }
        let overdue = now.saturating_duration_since(*arrival) >= self.wait;
        if overdue || self.held.len() >= MAX_HELD_PACKETS {
            self.next = Some(first);
            return Some(Ordered::Lost(u32::try_from(first - next).unwrap_or(u32::MAX)));
        }
        None
    }

    /// When [`ReorderBuffer::poll`] should be called again without a packet.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.held.first_key_value().map(|(_, (arrival, _))| *arrival + self.wait)
    }

    /// Packets that came after they were declared lost, or twice.
    pub fn late(&self) -> u64 {
        self.late
    }

    /// How often the numbering jumped.
    pub fn restarts(&self) -> u64 {
        self.restarts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use proptest::prelude::*;

    const WAIT: Duration = Duration::from_millis(100);

    fn packet(sequence: u16) -> Packet {
        Packet {
            marker: false,
            payload_type: 96,
            sequence,
            timestamp: 0,
            ssrc: 1,
            csrc: Vec::new(),
            extension: None,
            payload: Bytes::new(),
        }
    }

    fn drain(buffer: &mut ReorderBuffer, now: Instant) -> Vec<Result<u16, u32>> {
        std::iter::from_fn(|| buffer.poll(now))
            .map(|ordered| match ordered {
                Ordered::Packet(packet) => Ok(packet.sequence),
                Ordered::Lost(count) => Err(count),
            })
            .collect()
    }

    proptest! {
        #[test]
        fn shuffles_within_the_window_come_out_in_order(start: u16, swaps in prop::collection::vec(0usize..97, 0..40)) {
            let now = Instant::now();
            let mut order: Vec<u16> = (0..100).map(|index| start.wrapping_add(index)).collect();
            let expected = order.clone();
            // The first packet sets the numbering and stays where it is.
            for at in swaps {
                order.swap(at + 1, at + 2);
            }
            let mut buffer = ReorderBuffer::new(WAIT);
            let mut out = Vec::new();
            for sequence in order {
                buffer.push(now, packet(sequence));
                out.extend(drain(&mut buffer, now));
            }
            prop_assert_eq!(out, expected.into_iter().map(Ok).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_missing_packet_is_reported_after_the_wait_and_a_late_one_counted() {
        let now = Instant::now();
        let mut buffer = ReorderBuffer::new(WAIT);
        buffer.push(now, packet(65_535));
        buffer.push(now, packet(2));
        assert_eq!(drain(&mut buffer, now), [Ok(65_535)]);
        assert_eq!(buffer.poll_timeout(), Some(now + WAIT));
        assert_eq!(drain(&mut buffer, now + WAIT), [Err(2), Ok(2)]);
        buffer.push(now, packet(0));
        assert_eq!((buffer.late(), drain(&mut buffer, now)), (1, vec![]));
    }

    #[test]
    fn a_jump_starts_a_new_numbering() {
        let now = Instant::now();
        let mut buffer = ReorderBuffer::new(WAIT);
        buffer.push(now, packet(1));
        drain(&mut buffer, now);
        buffer.push(now, packet(30_000));
        assert_eq!((drain(&mut buffer, now), buffer.restarts()), (vec![Ok(30_000)], 1));
    }

    #[test]
    fn a_full_buffer_gives_up_on_its_oldest_gap() {
        let now = Instant::now();
        let mut buffer = ReorderBuffer::new(WAIT);
        buffer.push(now, packet(0));
        drain(&mut buffer, now);
        for index in 0..MAX_HELD_PACKETS {
            buffer.push(now, packet(2 + u16::try_from(index).unwrap()));
        }
        assert_eq!(drain(&mut buffer, now).len(), 1 + MAX_HELD_PACKETS);
    }
}
