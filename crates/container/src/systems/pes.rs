//! PES packets (ISO/IEC 13818-1 §2.4.3.6) and their 33-bit clock.

use bytes::{BufMut, Bytes, BytesMut};

/// Bytes of a header before its optional fields.
pub(crate) const HEADER_LEN: usize = 9;
const START_CODE: [u8; 3] = [0, 0, 1];
/// `stream_id` of the first video stream, of the first MPEG audio stream and of private streams (table 2-22).
pub(crate) const VIDEO_STREAM_ID: u8 = 0xe0;
pub(crate) const AUDIO_STREAM_ID: u8 = 0xc0;
pub(crate) const PRIVATE_STREAM_ID: u8 = 0xbd;
const TIME_BITS: u32 = 33;
/// PTS and DTS have 33 bits (§2.4.3.7).
pub(crate) const TIME_MASK: u64 = (1 << TIME_BITS) - 1;

/// What the first bytes of a PES packet say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// `PES_scrambling_control` is not 0.
    pub(crate) scrambled: bool,
    pub(crate) has_pts: bool,
    has_dts: bool,
    /// Where the payload begins.
    pub(crate) payload_at: usize,
    /// Bytes of the whole packet, where it says so.
    pub(crate) len: Option<usize>,
}

impl Head {
    /// `None` when the bytes are no PES packet with such a header (padding, private_stream_2, MPEG-1 systems).
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
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

    /// The time stamps, where the header is long enough for them.
    pub(crate) fn stamps(&self, bytes: &[u8]) -> Option<Stamps> {
        const PTS_AT: usize = HEADER_LEN;
        const DTS_AT: usize = HEADER_LEN + 5;
        let header = bytes.get(..self.payload_at)?;
        let stamp = |at: usize| header.get(at..)?.first_chunk().map(stamp);
        let pts = self.has_pts.then(|| stamp(PTS_AT)).flatten()?;
        let dts = self.has_dts.then(|| stamp(DTS_AT)).flatten();
        Some(Stamps { pts, dts: dts.unwrap_or(pts) })
    }
}

/// Time stamps as they stand in the header, 33 bits each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamps {
    pub(crate) pts: u64,
    /// §2.4.3.7: where it is left out, it is the same as the PTS.
    pub(crate) dts: u64,
}

/// A whole PES packet.
#[derive(Clone, Debug)]
pub(crate) struct Pes {
    pub(crate) stamps: Option<Stamps>,
    pub(crate) payload: Bytes,
}

impl Pes {
    pub(crate) fn parse(bytes: &Bytes, head: &Head) -> Option<Self> {
        if head.payload_at > bytes.len() {
            return None;
        }
        Some(Self { stamps: head.stamps(bytes), payload: bytes.slice(head.payload_at..) })
    }
}

/// 33 bits between marker bits. Tolerance: marker bits of 0, which violate §2.4.3.6, are not looked at (no vendor
/// recorded; FFmpeg does not look at them either).
pub(crate) fn stamp(field: &[u8; 5]) -> u64 {
    let [a, b, c, d, e] = field.map(u64::from);
    (a >> 1 & 7) << 30 | b << 22 | (c >> 1) << 15 | d << 7 | e >> 1
}

/// Continues the 33-bit time stamps of a program past their wraps.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    last: Option<i64>,
}

impl Clock {
    /// PTS and DTS on a line without wraps: each step is less than 13.3 hours in either direction. All streams of a
    /// program share the line. The first time stamp counts from zero.
    pub(crate) fn unroll(&mut self, stamps: Stamps) -> (i64, i64) {
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

/// The header of a PES packet with its time stamps (§2.4.3.6). `payload_len` 0 leaves the length open, which
/// only video may.
pub(crate) fn put_pes_header(out: &mut BytesMut, stream_id: u8, pts: u64, dts: u64, payload_len: usize) {
    /// `data_alignment_indicator`: the payload begins with an access unit.
    const ALIGNED: u8 = 0x84;
    let with_dts = pts != dts;
    let times_len = if with_dts { 10 } else { 5 };
    let length = if payload_len == 0 { 0 } else { u16::try_from(payload_len + 3 + times_len).unwrap_or(0) };
    out.put_slice(&[0, 0, 1, stream_id]);
    out.put_u16(length);
    out.put_slice(&[ALIGNED, if with_dts { 0xc0 } else { 0x80 }]);
    out.put_u8(if with_dts { 10 } else { 5 });
    put_time(out, if with_dts { 3 } else { 2 }, pts);
    if with_dts {
        put_time(out, 1, dts);
    }
}

/// 33 bits between marker bits.
fn put_time(out: &mut BytesMut, prefix: u64, time: u64) {
    let time = time & TIME_MASK;
    let field = prefix << 36
        | (time >> 30 & 0x7) << 33
        | 1 << 32
        | (time >> 15 & 0x7fff) << 17
        | 1 << 16
        | (time & 0x7fff) << 1
        | 1;
    out.put_slice(&field.to_be_bytes()[3..]);
}

/// The header of a PES packet that goes on with the one before, without time stamps.
///
/// # Panics
/// When the payload does not fit into 16 bits of length: muxers cut it.
pub(crate) fn put_continuation_header(out: &mut BytesMut, stream_id: u8, payload_len: usize) {
    out.put_slice(&[0, 0, 1, stream_id]);
    out.put_u16(u16::try_from(payload_len + 3).expect("muxers cut payloads to fit"));
    out.put_slice(&[0x80, 0, 0]);
}
