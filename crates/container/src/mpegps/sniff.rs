//! What RTP payloads are, whatever the session description says of them.

use media::bitstream::{h264, h265, nal};

use super::head::code;
use crate::mpegts::{PACKET_LEN, SYNC_BYTE};
use crate::systems::Syntax;

/// Packets in succession that look like the same thing before it is believed, where none of them proves it.
const BELIEVED_AFTER: u32 = 12;
/// The same for payloads of one transport packet each.
const TRANSPORT_BELIEVED_AFTER: u32 = 3;

/// What the payloads of a session are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PayloadKind {
    /// MPEG program stream: for [`super::Demuxer`].
    ProgramStream,
    /// MPEG transport stream: for [`crate::mpegts::Demuxer`].
    TransportStream,
    /// H.264 as RFC 6184 packs it.
    H264,
    /// H.265 as RFC 7798 packs it.
    H265,
    /// H.264 with start codes (annex B), cut anywhere.
    H264ByteStream,
    /// H.265 with start codes (annex B), cut anywhere.
    H265ByteStream,
}

/// Looks at the first payloads of a session.
///
/// Payload types do not tell: PT 96 also carries transport streams (gb28181.md §2, quirk 20), and 98 to 100 stand for
/// different codecs with different makers (gb28181.md §1.8). Push payloads in order until the answer comes, and give up
/// after some seconds: sound alone, and what starts in the middle of a picture of a program stream, proves nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sniffer {
    kind: Option<PayloadKind>,
    /// What the last packets looked like, and how many of them.
    candidate: Option<PayloadKind>,
    votes: u32,
}

impl Sniffer {
    /// Before the first payload.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next payload; the answer, once it is known, stays.
    pub fn push(&mut self, payload: &[u8]) -> Option<PayloadKind> {
        if self.kind.is_none() {
            self.kind = proof(payload).or_else(|| self.vote(payload));
        }
        self.kind
    }

    fn vote(&mut self, payload: &[u8]) -> Option<PayloadKind> {
        let looks = match looks_like(payload) {
            Look::Of(kind) => Some(kind),
            Look::Other => None,
            Look::Anything => return None,
        };
        self.votes = if looks == self.candidate { self.votes + 1 } else { 1 };
        self.candidate = looks;
        let needed = match looks? {
            PayloadKind::TransportStream => TRANSPORT_BELIEVED_AFTER,
            _ => BELIEVED_AFTER,
        };
        looks.filter(|_| self.votes >= needed)
    }
}

/// What one payload alone proves.
fn proof(payload: &[u8]) -> Option<PayloadKind> {
    if is_program_stream(payload) {
        return Some(PayloadKind::ProgramStream);
    }
    if payload.len() >= 2 * PACKET_LEN && syncs(payload) {
        return Some(PayloadKind::TransportStream);
    }
    let at_start_code = payload.starts_with(&[0, 0, 1]) || payload.starts_with(&[0, 0, 0, 1]);
    let found = if at_start_code { nal::annex_b(payload).find_map(sps) } else { unpacked(payload).find_map(sps) }?;
    Some(match (found, at_start_code) {
        (Syntax::H264, false) => PayloadKind::H264,
        (Syntax::H265, false) => PayloadKind::H265,
        (Syntax::H264, true) => PayloadKind::H264ByteStream,
        (Syntax::H265, true) => PayloadKind::H265ByteStream,
    })
}

/// A pack anywhere, or another element of the system layer at the beginning: no codec has such start codes.
fn is_program_stream(payload: &[u8]) -> bool {
    let mut rest = payload;
    let mut first = true;
    while let Some(at) = nal::find_start_code(rest) {
        match rest.get(at + 3..) {
            Some([code::PACK, next, ..]) if next & 0xc0 == 0x40 || next & 0xf0 == 0x20 => return true,
            Some([code::SYSTEM_HEADER | code::MAP | 0xc0..=0xef, ..]) if first && at == 0 => return true,
            _ => {}
        }
        first = false;
        rest = &rest[at + 3..];
    }
    false
}

fn syncs(payload: &[u8]) -> bool {
    payload.len().is_multiple_of(PACKET_LEN) && payload.chunks(PACKET_LEN).all(|packet| packet[0] == SYNC_BYTE)
}

/// The codec of a sequence parameter set that makes sense.
fn sps(unit: &[u8]) -> Option<Syntax> {
    let syntax = Syntax::of_parameter_set(unit)?;
    let sound = match syntax {
        Syntax::H264 => h264::nal_unit_type(unit) == Some(h264::nal_type::SPS) && h264::parse_sps(unit).is_ok(),
        Syntax::H265 => h265::nal_unit_type(unit) == Some(h265::nal_type::SPS) && h265::parse_sps(unit).is_ok(),
    };
    sound.then_some(syntax)
}

/// The NAL units of a packet: itself, or those of an aggregation packet (RFC 6184 §5.7.1, RFC 7798 §4.4.2).
fn unpacked(payload: &[u8]) -> impl Iterator<Item = &[u8]> {
    const STAP_A: u8 = 24;
    const AP: u8 = 48;
    let header_len = match payload {
        [first, ..] if first & 0x9f == STAP_A => 1,
        [first, second, ..] if first & 0x81 == 0 && first >> 1 == AP && second & 0xf8 == 0 => 2,
        _ => 0,
    };
    let mut rest = if header_len > 0 { payload.get(header_len..).unwrap_or_default() } else { &[] };
    let aggregated = std::iter::from_fn(move || {
        let (length, tail) = rest.split_first_chunk::<2>()?;
        let (unit, tail) = tail.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        rest = tail;
        Some(unit)
    });
    std::iter::once(payload).filter(move |_| header_len == 0).chain(aggregated)
}

/// What a payload may be.
enum Look {
    Of(PayloadKind),
    /// No NAL unit that is in use.
    Other,
    /// A slice, which any content may look like.
    Anything,
}

/// Fragments of slices are told from content by their two headers.
fn looks_like(payload: &[u8]) -> Look {
    const FU_A: u8 = 28;
    const FU: u8 = 49;
    /// Types of H.265 slices that are in use (table 7-1).
    const LAST_SLICE: u8 = 21;
    if payload.len() >= PACKET_LEN && syncs(payload) {
        return Look::Of(PayloadKind::TransportStream);
    }
    let &[first, second, third, ..] = payload else { return Look::Anything };
    let is_slice = |kind: u8| matches!(kind, h264::nal_type::SLICE | h264::nal_type::IDR);
    if first & 0x81 == 0 && second & 0xf8 == 0 && second & 7 != 0 {
        return match first >> 1 {
            FU if third & 0x3f <= LAST_SLICE => Look::Of(PayloadKind::H265),
            0..=LAST_SLICE => Look::Anything,
            _ => Look::Other,
        };
    }
    match first & 0x9f {
        FU_A if second & 0x20 == 0 && is_slice(second & 0x1f) => Look::Of(PayloadKind::H264),
        kind if is_slice(kind) => Look::Anything,
        _ => Look::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{golden, h264, h265};
    use hex_literal::hex;
    use media::CodecConfig;
    use proptest::prelude::*;

    fn kind(payloads: &[&[u8]]) -> Option<PayloadKind> {
        let mut sniffer = Sniffer::new();
        payloads.iter().map(|payload| sniffer.push(payload)).last().flatten()
    }

    #[test]
    fn one_packet_proves_what_it_can() {
        let CodecConfig::H264(avc) = h264() else { unreachable!() };
        let CodecConfig::H265(hevc) = h265() else { unreachable!() };
        let coded = |start: &[u8], set: &[u8]| [start, set].concat();
        let aggregated =
            |header: &[u8], set: &[u8]| [header, &u16::try_from(set.len()).unwrap().to_be_bytes(), set].concat();
        for (payload, expected) in [
            (hex!("000001ba44000400040100de43f8").to_vec(), PayloadKind::ProgramStream),
            (hex!("ffffff000001ba44000400").to_vec(), PayloadKind::ProgramStream),
            (hex!("000001e000008080").to_vec(), PayloadKind::ProgramStream),
            (golden("h264_bframes_aac.ts")[..188 * 7].to_vec(), PayloadKind::TransportStream),
            (avc.sps[0].to_vec(), PayloadKind::H264),
            (aggregated(&[0x78], &avc.sps[0]), PayloadKind::H264),
            (coded(&[0, 0, 0, 1], &avc.sps[0]), PayloadKind::H264ByteStream),
            (hevc.sps[0].to_vec(), PayloadKind::H265),
            (aggregated(&[0x60, 1], &hevc.sps[0]), PayloadKind::H265),
            (coded(&[0, 0, 0, 1, 0x46, 1, 0x50, 0, 0, 1], &hevc.sps[0]), PayloadKind::H265ByteStream),
        ] {
            assert_eq!(kind(&[&payload]), Some(expected), "{payload:x?}");
        }
    }

    #[test]
    fn fragments_of_slices_are_believed_after_some() {
        for (payload, expected) in [(hex!("7c8588"), PayloadKind::H264), (hex!("620193"), PayloadKind::H265)] {
            assert_eq!(kind(&[&payload[..]; 11]), None);
            assert_eq!(kind(&[&payload[..]; 12]), Some(expected));
            let mut broken = [&payload[..]; 20];
            broken[10] = &[0xff; 3];
            assert_eq!(kind(&broken), None);
        }
        let transport = &golden("h264_bframes_aac.ts")[..188];
        assert_eq!((kind(&[transport; 2]), kind(&[transport; 3])), (None, Some(PayloadKind::TransportStream)));
        for content in [0xd5, 0x01, 0x02, 0x41, 0x55] {
            assert_eq!(kind(&[&[content; 160][..]; 200]), None, "content proves nothing");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_looked_at_without_panic(
            payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 0..30),
        ) {
            let mut sniffer = Sniffer::new();
            for payload in payloads {
                let _ = sniffer.push(&payload);
            }
        }
    }
}
