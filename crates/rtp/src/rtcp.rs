//! RTCP compound packets (RFC 3550 §6) and picture feedback (RFC 4585 §6.3.1, RFC 5104 §4.3.1).

use bytes::{BufMut, BytesMut};

use crate::NtpTime;
use crate::packet::{PacketError, u16_at, u32_at};

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SOURCE_DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;
const PAYLOAD_FEEDBACK: u8 = 206;

const FEEDBACK_PLI: u8 = 1;
const FEEDBACK_FIR: u8 = 4;
const SDES_CNAME: u8 = 1;

/// Report blocks of one report: the count field has 5 bits.
const MAX_REPORT_BLOCKS: usize = 31;

/// One packet of an RTCP compound packet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rtcp {
    /// SR, §6.4.1.
    SenderReport {
        /// Who sends.
        ssrc: u32,
        /// Wall clock and media clock of one instant, and totals.
        sender: SenderReport,
        /// What the sender receives itself.
        reports: Vec<ReportBlock>,
    },
    /// RR, §6.4.2.
    ReceiverReport {
        /// Who reports.
        ssrc: u32,
        /// One per source heard.
        reports: Vec<ReportBlock>,
    },
    /// SDES, §6.5: of each chunk only its CNAME.
    SourceDescription(Vec<(u32, String)>),
    /// BYE, §6.6.
    Goodbye {
        /// Sources that leave.
        ssrcs: Vec<u32>,
    },
    /// PLI, RFC 4585 §6.3.1: please send a key frame.
    PictureLoss {
        /// Who asks.
        sender: u32,
        /// Whose picture.
        media: u32,
    },
    /// FIR, RFC 5104 §4.3.1: a key frame per entry of (source, request number).
    FullIntraRequest {
        /// Who asks.
        sender: u32,
        /// Whose picture and the request's number.
        entries: Vec<(u32, u8)>,
    },
    /// A type that we do not use; skipped by its length.
    Other {
        /// RTCP packet type.
        packet_type: u8,
    },
}

/// The sender information of an SR.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SenderReport {
    /// Wall clock.
    pub ntp: NtpTime,
    /// The same instant on the media clock.
    pub rtp_timestamp: u32,
    /// Packets sent so far.
    pub packets: u32,
    /// Payload bytes sent so far.
    pub octets: u32,
}

/// One reception report block (§6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportBlock {
    /// The source that is reported on.
    pub ssrc: u32,
    /// Share lost since the last report, in 1/256.
    pub fraction_lost: u8,
    /// Packets lost in total, signed 24 bits.
    pub cumulative_lost: i32,
    /// Extended highest sequence number.
    pub highest_sequence: u32,
    /// Interarrival jitter in ticks.
    pub jitter: u32,
    /// Middle of the last SR's NTP time, 0 without one.
    pub last_sr: u32,
    /// Delay since that SR in 1/65,536 s.
    pub delay_since_last_sr: u32,
}

const REPORT_BLOCK_BYTES: usize = 24;
const SENDER_REPORT_BYTES: usize = 20;

impl ReportBlock {
    fn parse(bytes: &[u8]) -> Self {
        let lost = u32_at(bytes, 4);
        Self {
            ssrc: u32_at(bytes, 0),
            fraction_lost: bytes[4],
            cumulative_lost: (lost << 8).cast_signed() >> 8,
            highest_sequence: u32_at(bytes, 8),
            jitter: u32_at(bytes, 12),
            last_sr: u32_at(bytes, 16),
            delay_since_last_sr: u32_at(bytes, 20),
        }
    }

    fn write(&self, out: &mut BytesMut) {
        let lost = self.cumulative_lost.clamp(-0x80_0000, 0x7F_FFFF).cast_unsigned() & 0x00FF_FFFF;
        out.put_u32(self.ssrc);
        out.put_u32(u32::from(self.fraction_lost) << 24 | lost);
        out.put_u32(self.highest_sequence);
        out.put_u32(self.jitter);
        out.put_u32(self.last_sr);
        out.put_u32(self.delay_since_last_sr);
    }
}

/// Reads a compound packet, one after another, until its end.
///
/// Tolerance: the first packet need not be an SR or RR (§6.1), as cameras send a lone BYE or SDES.
pub fn parse_compound(bytes: &[u8]) -> impl Iterator<Item = Result<Rtcp, PacketError>> + '_ {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        match split_one(rest) {
            Ok((packet, tail)) => {
                rest = tail;
                Some(Ok(packet))
            }
            Err(error) => {
                rest = &[];
                Some(Err(error))
            }
        }
    })
}

fn split_one(bytes: &[u8]) -> Result<(Rtcp, &[u8]), PacketError> {
    if bytes.len() < 4 {
        return Err(PacketError::Truncated { part: "RTCP header" });
    }
    if bytes[0] >> 6 != 2 {
        return Err(PacketError::Version(bytes[0] >> 6));
    }
    let length = 4 * (usize::from(u16_at(bytes, 2)) + 1);
    if bytes.len() < length {
        return Err(PacketError::Truncated { part: "RTCP packet" });
    }
    let (packet, rest) = bytes.split_at(length);
    let mut body = &packet[4..];
    if packet[0] & 0x20 != 0 {
        let padding = packet[length - 1];
        if padding == 0 || usize::from(padding) > body.len() {
            return Err(PacketError::Padding(padding));
        }
        body = &body[..body.len() - usize::from(padding)];
    }
    parse_body(packet[1], packet[0] & 0x1F, body).map(|packet| (packet, rest))
}

fn parse_body(packet_type: u8, count: u8, body: &[u8]) -> Result<Rtcp, PacketError> {
    let need = |length: usize, part| {
        if body.len() < length { Err(PacketError::Truncated { part }) } else { Ok(()) }
    };
    let count = usize::from(count);
    let blocks =
        |from: usize| body[from..].chunks_exact(REPORT_BLOCK_BYTES).take(count).map(ReportBlock::parse).collect();
    Ok(match packet_type {
        SENDER_REPORT => {
            need(4 + SENDER_REPORT_BYTES, "sender report")?;
            let ntp = u64::from(u32_at(body, 4)) << 32 | u64::from(u32_at(body, 8));
            Rtcp::SenderReport {
                ssrc: u32_at(body, 0),
                sender: SenderReport {
                    ntp: NtpTime(ntp),
                    rtp_timestamp: u32_at(body, 12),
                    packets: u32_at(body, 16),
                    octets: u32_at(body, 20),
                },
                // Tolerance: a count that promises more blocks than there are is cut down to them.
                reports: blocks(4 + SENDER_REPORT_BYTES),
            }
        }
        RECEIVER_REPORT => {
            need(4, "receiver report")?;
            Rtcp::ReceiverReport { ssrc: u32_at(body, 0), reports: blocks(4) }
        }
        SOURCE_DESCRIPTION => Rtcp::SourceDescription(parse_source_description(body, count)),
        GOODBYE => Rtcp::Goodbye { ssrcs: body.chunks_exact(4).take(count).map(|word| u32_at(word, 0)).collect() },
        PAYLOAD_FEEDBACK if count == usize::from(FEEDBACK_PLI) => {
            need(8, "picture loss indication")?;
            Rtcp::PictureLoss { sender: u32_at(body, 0), media: u32_at(body, 4) }
        }
        PAYLOAD_FEEDBACK if count == usize::from(FEEDBACK_FIR) => {
            need(8, "full intra request")?;
            let entries = body[8..].chunks_exact(8).map(|entry| (u32_at(entry, 0), entry[4])).collect();
            Rtcp::FullIntraRequest { sender: u32_at(body, 0), entries }
        }
        packet_type => Rtcp::Other { packet_type },
    })
}

/// Chunks of items `type, length, text`, ended by a zero byte and padded to words (§6.5). A malformed
/// chunk ends the list: nothing depends on these names.
fn parse_source_description(body: &[u8], count: usize) -> Vec<(u32, String)> {
    let mut chunks = Vec::new();
    let mut at = 0;
    while chunks.len() < count && body.len() >= at + 5 {
        let ssrc = u32_at(body, at);
        at += 4;
        let mut cname = String::new();
        while let Some(&[kind, length]) = body.get(at..at + 2) {
            if kind == 0 {
                break;
            }
            let Some(text) = body.get(at + 2..at + 2 + usize::from(length)) else {
                return chunks;
            };
            if kind == SDES_CNAME {
                cname = String::from_utf8_lossy(text).into_owned();
            }
            at += 2 + text.len();
        }
        at = (at / 4 + 1) * 4;
        chunks.push((ssrc, cname));
    }
    chunks
}

impl Rtcp {
    /// Appends this packet; several in a row make a compound packet.
    ///
    /// # Panics
    /// On more than 31 report blocks, chunks or sources, a CNAME over 255 bytes, or when asked to write
    /// [`Rtcp::Other`]: programmer errors.
    pub fn write(&self, out: &mut BytesMut) {
        match self {
            Self::SenderReport { ssrc, sender, reports } => packet(out, SENDER_REPORT, reports.len(), |out| {
                out.put_u32(*ssrc);
                out.put_u64(sender.ntp.0);
                out.put_u32(sender.rtp_timestamp);
                out.put_u32(sender.packets);
                out.put_u32(sender.octets);
                reports.iter().for_each(|report| report.write(out));
            }),
            Self::ReceiverReport { ssrc, reports } => {
                packet(out, RECEIVER_REPORT, reports.len(), |out| {
                    out.put_u32(*ssrc);
                    reports.iter().for_each(|report| report.write(out));
                });
            }
            Self::SourceDescription(chunks) => {
                packet(out, SOURCE_DESCRIPTION, chunks.len(), |out| {
                    for (ssrc, cname) in chunks {
                        out.put_u32(*ssrc);
                        out.put_u8(SDES_CNAME);
                        out.put_u8(u8::try_from(cname.len()).expect("a CNAME has at most 255 bytes"));
                        out.put_slice(cname.as_bytes());
                        let item = 2 + cname.len();
                        out.put_bytes(0, 4 - item % 4);
                    }
                });
            }
            Self::Goodbye { ssrcs } => packet(out, GOODBYE, ssrcs.len(), |out| {
                ssrcs.iter().for_each(|ssrc| out.put_u32(*ssrc));
            }),
            Self::PictureLoss { sender, media } => {
                packet(out, PAYLOAD_FEEDBACK, usize::from(FEEDBACK_PLI), |out| {
                    out.put_u32(*sender);
                    out.put_u32(*media);
                });
            }
            Self::FullIntraRequest { sender, entries } => {
                packet(out, PAYLOAD_FEEDBACK, usize::from(FEEDBACK_FIR), |out| {
                    out.put_u32(*sender);
                    out.put_u32(0);
                    for (ssrc, number) in entries {
                        out.put_u32(*ssrc);
                        out.put_u8(*number);
                        out.put_bytes(0, 3);
                    }
                });
            }
            Self::Other { packet_type } => panic!("RTCP packet type {packet_type} is only read"),
        }
    }
}

fn packet(out: &mut BytesMut, packet_type: u8, count: usize, body: impl FnOnce(&mut BytesMut)) {
    assert!(count <= MAX_REPORT_BLOCKS, "the count field has 5 bits");
    let start = out.len();
    out.put_u8(2 << 6 | u8::try_from(count).expect("checked above"));
    out.put_u8(packet_type);
    out.put_u16(0);
    body(out);
    let words = (out.len() - start) / 4 - 1;
    let words = u16::try_from(words).expect("31 entries are far below 256 KiB");
    out[start + 2..start + 4].copy_from_slice(&words.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;
    use proptest::prelude::*;

    fn block() -> impl Strategy<Value = ReportBlock> {
        (any::<[u32; 5]>(), any::<u8>(), -0x80_0000..0x80_0000i32).prop_map(|(w, fraction_lost, cumulative_lost)| {
            ReportBlock {
                ssrc: w[0],
                fraction_lost,
                cumulative_lost,
                highest_sequence: w[1],
                jitter: w[2],
                last_sr: w[3],
                delay_since_last_sr: w[4],
            }
        })
    }

    fn any_packet() -> impl Strategy<Value = Rtcp> {
        let blocks = || prop::collection::vec(block(), 0..4);
        prop_oneof![
            (any::<u32>(), any::<u64>(), any::<[u32; 3]>(), blocks()).prop_map(|(ssrc, ntp, w, reports)| {
                let sender = SenderReport { ntp: NtpTime(ntp), rtp_timestamp: w[0], packets: w[1], octets: w[2] };
                Rtcp::SenderReport { ssrc, sender, reports }
            }),
            (any::<u32>(), blocks()).prop_map(|(ssrc, reports)| Rtcp::ReceiverReport { ssrc, reports }),
            prop::collection::vec((any::<u32>(), "[a-z@.]{0,20}"), 0..4).prop_map(Rtcp::SourceDescription),
            prop::collection::vec(any::<u32>(), 0..4).prop_map(|ssrcs| Rtcp::Goodbye { ssrcs }),
            any::<[u32; 2]>().prop_map(|w| Rtcp::PictureLoss { sender: w[0], media: w[1] }),
            (any::<u32>(), prop::collection::vec(any::<(u32, u8)>(), 0..4))
                .prop_map(|(sender, entries)| Rtcp::FullIntraRequest { sender, entries }),
        ]
    }

    proptest! {
        #[test]
        fn compounds_read_back(packets in prop::collection::vec(any_packet(), 0..4)) {
            let mut out = BytesMut::new();
            packets.iter().for_each(|packet| packet.write(&mut out));
            let back: Vec<Rtcp> = parse_compound(&out).map(Result::unwrap).collect();
            prop_assert_eq!(back, packets);
        }

        #[test]
        fn any_bytes_end_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..100), kind in 200u8..208) {
            let mut bytes = bytes;
            if bytes.len() > 3 {
                bytes[0] = bytes[0] & 0x3F | 0x80;
                bytes[1] = kind;
                bytes[2] = 0;
            }
            parse_compound(&bytes).count();
        }
    }

    #[test]
    fn sender_report_reads_as_the_figure_shows() {
        // Laid out by hand from the figure of §6.4.1.
        let bytes = hex!("80c80006 5a5b5c5d e3b0c442 98fc1c14 00015f90 00000010 00000400");
        let packets: Vec<_> = parse_compound(&bytes).collect();
        let Ok(Rtcp::SenderReport { ssrc: 0x5a5b_5c5d, sender, .. }) = &packets[0] else { panic!() };
        assert_eq!((sender.rtp_timestamp, sender.packets, sender.octets), (90_000, 16, 1024));
        assert_eq!(packets.len(), 1);
    }
}
