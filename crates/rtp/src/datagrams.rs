//! Packets of one frame back to back, with an index behind them: what a sender needs to hand many equal
//! datagrams to the system in one call (generic segmentation offload), from bytes that all viewers share.
//!
//! ```text
//! packet | packet | ... | run | run | ... | number of runs (u16)
//! run: channel (u8) | segment (u16) | bytes of all its packets (u32)
//! ```
//! Within a run every packet has `segment` bytes but the last, which may be shorter. The form never leaves
//! the process.

use bytes::{BufMut, BytesMut};

use crate::interleaved::Position;
use crate::packet::{FIXED_HEADER_BYTES, u16_at, u32_at};

const RUN_BYTES: usize = 7;
const COUNT_BYTES: usize = 2;

/// Packets of one channel that can leave in one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run<'a> {
    /// Channel: even ones are RTP, the next one its RTCP.
    pub channel: u8,
    /// Bytes of each packet but the last; never 0.
    pub segment: u16,
    /// The packets.
    pub packets: &'a [u8],
}

/// The runs of a frame in order. Stops at anything that an [`crate::InterleavedMuxer`] did not write.
pub fn runs(frame: &[u8]) -> impl Iterator<Item = Run<'_>> {
    let (mut packets, mut index) = split(frame).unwrap_or_default();
    std::iter::from_fn(move || {
        let (entry, rest) = index.split_first_chunk::<RUN_BYTES>()?;
        let (channel, segment, length) = (entry[0], u16_at(entry, 1), u32_at(entry, 3));
        let (run, tail) = packets.split_at_checked(usize::try_from(length).ok()?)?;
        (index, packets) = (rest, tail);
        (segment > 0).then_some(Run { channel, segment, packets: run })
    })
}

/// Packets and index.
fn split(frame: &[u8]) -> Option<(&[u8], &[u8])> {
    let (rest, count) = frame.split_at_checked(frame.len().checked_sub(COUNT_BYTES)?)?;
    let length = usize::from(u16_at(count, 0)) * RUN_BYTES;
    rest.split_at_checked(rest.len().checked_sub(length)?)
}

/// The first RTP packet of each channel in a frame, as [`crate::positions`] tells of interleaved ones.
pub fn positions(frame: &[u8]) -> Vec<Position> {
    let mut found: Vec<Position> = Vec::new();
    for run in runs(frame) {
        let known = found.iter().any(|position| position.channel == run.channel);
        if run.channel % 2 == 0 && !known && run.packets.len() >= FIXED_HEADER_BYTES {
            let (sequence, timestamp) = (u16_at(run.packets, 2), u32_at(run.packets, 4));
            found.push(Position { channel: run.channel, sequence, timestamp });
        }
    }
    found
}

/// Collects the runs while packets are written.
#[derive(Debug, Default)]
pub(crate) struct Index {
    runs: Vec<Collected>,
}

#[derive(Debug)]
struct Collected {
    channel: u8,
    segment: u16,
    length: u32,
    /// A shorter packet was the last that fits.
    full: bool,
}

impl Index {
    /// Notes a packet of `length` bytes.
    pub(crate) fn add(&mut self, channel: u8, length: u16) {
        if let Some(run) = self.runs.last_mut()
            && run.channel == channel
            && !run.full
            && length <= run.segment
        {
            run.length += u32::from(length);
            run.full = length < run.segment;
            return;
        }
        self.runs.push(Collected { channel, segment: length, length: u32::from(length), full: false });
    }

    /// Appends the index and begins the next frame. A frame without packets stays empty.
    pub(crate) fn write(&mut self, out: &mut BytesMut) {
        // A frame with more runs than the field counts does not exist: its packets would fill 65,536 NAL units.
        self.runs.truncate(usize::from(u16::MAX));
        if self.runs.is_empty() {
            return;
        }
        let count = u16::try_from(self.runs.len()).expect("truncated above");
        for run in self.runs.drain(..) {
            out.put_u8(run.channel);
            out.put_u16(run.segment);
            out.put_u32(run.length);
        }
        out.put_u16(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn packets_come_back_as_they_were_written(
            packets in prop::collection::vec((0u8..4, 1u16..200), 0..60),
        ) {
            let (mut index, mut out) = (Index::default(), BytesMut::new());
            let mut byte = 0u8;
            let mut expected = Vec::new();
            for (channel, length) in packets {
                byte = byte.wrapping_add(1);
                out.put_bytes(byte, usize::from(length));
                index.add(channel, length);
                expected.push((channel, vec![byte; usize::from(length)]));
            }
            index.write(&mut out);
            let found: Vec<_> = runs(&out)
                .flat_map(|run| run.packets.chunks(usize::from(run.segment)).map(move |one| (run.channel, one.to_vec())))
                .collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            runs(&bytes).count();
            positions(&bytes);
        }
    }

    #[test]
    fn fragments_of_one_picture_leave_in_one_run() {
        let (mut index, mut out) = (Index::default(), BytesMut::new());
        for (channel, length) in [(1, 50), (0, 1400), (0, 1400), (0, 300), (0, 200)] {
            out.put_bytes(0, usize::from(length));
            index.add(channel, length);
        }
        index.write(&mut out);
        let found: Vec<_> = runs(&out).map(|run| (run.channel, run.segment, run.packets.len())).collect();
        assert_eq!(found, [(1, 50, 50), (0, 1400, 3100), (0, 200, 200)]);
    }
}
