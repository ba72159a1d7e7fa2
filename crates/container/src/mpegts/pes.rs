//! PES packets (ISO/IEC 13818-1 §2.4.3.6) and their 33-bit clock.

use bytes::Bytes;

/// Bytes of a header before its optional fields.
pub(super) const HEADER_LEN: usize = 9;
const START_CODE: [u8; 3] = [0, 0, 1];
const TIME_BITS: u32 = 33;

/// What the first bytes of a PES packet say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// `PES_scrambling_control` is not 0.
    pub(super) scrambled: bool,
    pub(super) has_pts: bool,
    has_dts: bool,
    /// Where the payload begins.
    pub(super) payload_at: usize,
    /// Bytes of the whole packet, where it says so.
    pub(super) len: Option<usize>,
}

impl Head {
    /// `None` when the bytes are no PES packet with such a header (padding, private_stream_2, MPEG-1 systems).
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let &[start @ .., _, high, low, marker, flags, header_len] = bytes.first_chunk::<HEADER_LEN>()?;
        if start != START_CODE || marker & 0xc0 != 0x80 {
            return None;
        }
        let length = usize::from(u16::from_be_bytes([high, low]));
        Some(Self {
            scrambled: marker & 0x30 != 0,
            has_pts: flags & 0x80 != 0,
            has_dts: flags & 0xc0 == 0xc0,
            payload_at: HEADER_LEN + usize::from(header_len),
            len: (length > 0).then_some(length + 6),
        })
    }
}

/// Time stamps as they stand in the header, 33 bits each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamps {
    pub(super) pts: u64,
    /// §2.4.3.7: where it is left out, it is the same as the PTS.
    pub(super) dts: u64,
}

/// A whole PES packet.
#[derive(Clone, Debug)]
pub(super) struct Pes {
    pub(super) stamps: Option<Stamps>,
    pub(super) payload: Bytes,
}

impl Pes {
    pub(super) fn parse(bytes: &Bytes, head: &Head) -> Option<Self> {
        const PTS_AT: usize = HEADER_LEN;
        const DTS_AT: usize = HEADER_LEN + 5;
        if head.payload_at > bytes.len() {
            return None;
        }
        let stamp = |at: usize| bytes[..head.payload_at].get(at..)?.first_chunk().map(stamp);
        let pts = head.has_pts.then(|| stamp(PTS_AT)).flatten();
        let dts = head.has_dts.then(|| stamp(DTS_AT)).flatten();
        let stamps = pts.map(|pts| Stamps { pts, dts: dts.unwrap_or(pts) });
        Some(Self { stamps, payload: bytes.slice(head.payload_at..) })
    }
}

/// 33 bits between marker bits. Tolerance: marker bits of 0, which violate §2.4.3.6, are not looked at (no vendor
/// recorded; FFmpeg does not look at them either).
fn stamp(field: &[u8; 5]) -> u64 {
    let [a, b, c, d, e] = field.map(u64::from);
    (a >> 1 & 7) << 30 | b << 22 | (c >> 1) << 15 | d << 7 | e >> 1
}

/// Continues the 33-bit time stamps of a program past their wraps.
#[derive(Debug, Default)]
pub(super) struct Clock {
    last: Option<i64>,
}

impl Clock {
    /// PTS and DTS on a line without wraps: each step is less than 13.3 hours in either direction. All streams of a
    /// program share the line. The first time stamp counts from zero.
    pub(super) fn unroll(&mut self, stamps: Stamps) -> (i64, i64) {
        let dts = match self.last {
            None => i64::try_from(stamps.dts).expect("33 bits"),
            Some(last) => nearest(last, stamps.dts),
        };
        self.last = Some(dts);
        (nearest(dts, stamps.pts), dts)
    }
}

/// The time nearest to `near` whose lowest 33 bits are `stamp`.
fn nearest(near: i64, stamp: u64) -> i64 {
    const UNUSED: u32 = u64::BITS - TIME_BITS;
    let step = (stamp.wrapping_sub(near.cast_unsigned()) << UNUSED).cast_signed() >> UNUSED;
    near.saturating_add(step)
}
