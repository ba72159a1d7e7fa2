//! RTP packets (RFC 3550 §5.1).

use bytes::{BufMut, Bytes, BytesMut};

/// Bytes of an RTP header without contributing sources and extension.
pub const FIXED_HEADER_BYTES: usize = 12;

const VERSION: u8 = 2;

/// Why bytes are not an RTP or RTCP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PacketError {
    /// The packet ends inside the named part.
    #[error("packet ends inside its {part}")]
    Truncated {
        /// Which part.
        part: &'static str,
    },
    /// The version field is not 2.
    #[error("version is {0}, not 2")]
    Version(u8),
    /// The padding count is zero or larger than the payload.
    #[error("padding of {0} bytes does not fit")]
    Padding(u8),
}

/// One RTP packet; the payload shares the input's memory.
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// |V=2|P|X|  CC   |M|     PT      |       sequence number         |
/// |                           timestamp                           |
/// |                             SSRC                              |
/// |                         CSRC (0 to 15)                        |
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Marker bit; its meaning is the payload format's.
    pub marker: bool,
    /// Payload type, 0 to 127.
    pub payload_type: u8,
    /// Sequence number modulo 2^16.
    pub sequence: u16,
    /// Time stamp in ticks of the payload's clock, modulo 2^32.
    pub timestamp: u32,
    /// Synchronisation source.
    pub ssrc: u32,
    /// Contributing sources, at most 15.
    pub csrc: Vec<u32>,
    /// Header extension: the profile's 16 bits and the words' bytes (a multiple of 4, RFC 3550 §5.3.1).
    pub extension: Option<(u16, Bytes)>,
    /// Payload without padding.
    pub payload: Bytes,
}

impl Packet {
    /// Reads one packet that fills `bytes`.
    ///
    /// # Errors
    /// When a part is missing, the version is not 2 or the padding does not fit.
    pub fn parse(bytes: &Bytes) -> Result<Self, PacketError> {
        if bytes.len() < FIXED_HEADER_BYTES {
            return Err(PacketError::Truncated { part: "fixed header" });
        }
        let version = bytes[0] >> 6;
        if version != VERSION {
            return Err(PacketError::Version(version));
        }
        let csrc_count = usize::from(bytes[0] & 0x0F);
        let mut at = FIXED_HEADER_BYTES;
        let csrc_end = at + 4 * csrc_count;
        let csrc = bytes
            .get(at..csrc_end)
            .ok_or(PacketError::Truncated { part: "contributing sources" })?
            .chunks_exact(4)
            .map(|word| u32_at(word, 0))
            .collect();
        at = csrc_end;
        let mut extension = None;
        if bytes[0] & 0x10 != 0 {
            let head = bytes.get(at..at + 4).ok_or(PacketError::Truncated { part: "extension header" })?;
            let length = 4 * usize::from(u16_at(head, 2));
            let profile = u16_at(head, 0);
            at += 4;
            if bytes.len() < at + length {
                return Err(PacketError::Truncated { part: "extension" });
            }
            extension = Some((profile, bytes.slice(at..at + length)));
            at += length;
        }
        let mut end = bytes.len();
        if bytes[0] & 0x20 != 0 {
            let padding = bytes[end - 1];
            if padding == 0 || usize::from(padding) > end - at {
                return Err(PacketError::Padding(padding));
            }
            end -= usize::from(padding);
        }
        Ok(Self {
            marker: bytes[1] & 0x80 != 0,
            payload_type: bytes[1] & 0x7F,
            sequence: u16_at(bytes, 2),
            timestamp: u32_at(bytes, 4),
            ssrc: u32_at(bytes, 8),
            csrc,
            extension,
            payload: bytes.slice(at..end),
        })
    }

    /// Appends the packet, without padding.
    ///
    /// # Panics
    /// When there are more than 15 contributing sources, or the extension is not a whole number of words
    /// or longer than 65,535 of them: programmer errors.
    pub fn write(&self, out: &mut BytesMut) {
        assert!(self.csrc.len() <= 15, "at most 15 contributing sources");
        let extended = u8::from(self.extension.is_some()) << 4;
        let count = u8::try_from(self.csrc.len()).expect("checked above");
        out.put_u8(VERSION << 6 | extended | count);
        out.put_u8(u8::from(self.marker) << 7 | (self.payload_type & 0x7F));
        out.put_u16(self.sequence);
        out.put_u32(self.timestamp);
        out.put_u32(self.ssrc);
        for source in &self.csrc {
            out.put_u32(*source);
        }
        if let Some((profile, words)) = &self.extension {
            assert!(words.len().is_multiple_of(4), "an extension is whole words");
            out.put_u16(*profile);
            out.put_u16(u16::try_from(words.len() / 4).expect("an extension has at most 65,535 words"));
            out.put_slice(words);
        }
        out.put_slice(&self.payload);
    }
}

/// The fixed header alone, for senders that copy the payload themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Marker bit.
    pub marker: bool,
    /// Payload type, 0 to 127.
    pub payload_type: u8,
    /// Sequence number.
    pub sequence: u16,
    /// Time stamp.
    pub timestamp: u32,
    /// Synchronisation source.
    pub ssrc: u32,
}

impl Header {
    /// The twelve bytes.
    pub fn to_bytes(self) -> [u8; FIXED_HEADER_BYTES] {
        let mut bytes = [0; FIXED_HEADER_BYTES];
        bytes[0] = VERSION << 6;
        bytes[1] = u8::from(self.marker) << 7 | (self.payload_type & 0x7F);
        bytes[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        bytes[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        bytes[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        bytes
    }
}

/// Big-endian 16 bits; the caller has checked the length.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

/// Big-endian 32 bits; the caller has checked the length.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            marker: bool,
            payload_type in 0u8..128,
            sequence: u16,
            timestamp: u32,
            ssrc: u32,
            csrc in prop::collection::vec(any::<u32>(), 0..16),
            extension in prop::option::of((any::<u16>(), prop::collection::vec(any::<[u8; 4]>(), 0..5))),
            payload in prop::collection::vec(any::<u8>(), 0..64),
        ) {
            let packet = Packet {
                marker, payload_type, sequence, timestamp, ssrc, csrc,
                extension: extension.map(|(profile, words)| (profile, Bytes::from(words.concat()))),
                payload: payload.into(),
            };
            let mut out = BytesMut::new();
            packet.write(&mut out);
            prop_assert_eq!(Packet::parse(&out.freeze()).unwrap(), packet);
        }

        #[test]
        fn any_bytes_parse_or_fail_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = Packet::parse(&bytes.into());
        }
    }

    #[test]
    fn padding_is_removed_and_checked() {
        let mut bytes = vec![0xA0, 0x60, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xAA, 0, 2];
        let packet = Packet::parse(&bytes.clone().into()).unwrap();
        assert_eq!(&packet.payload[..], [0xAA]);
        bytes[14] = 4;
        assert_eq!(Packet::parse(&bytes.clone().into()), Err(PacketError::Padding(4)));
        bytes[14] = 0;
        assert_eq!(Packet::parse(&bytes.into()), Err(PacketError::Padding(0)));
    }

    #[test]
    fn header_matches_the_packet_writer() {
        let header = Header { marker: true, payload_type: 96, sequence: 7, timestamp: 8, ssrc: 9 };
        let packet = Packet::parse(&Bytes::copy_from_slice(&header.to_bytes())).unwrap();
        assert!(packet.marker && packet.payload.is_empty());
        assert_eq!((packet.payload_type, packet.sequence, packet.timestamp, packet.ssrc), (96, 7, 8, 9));
    }
}
