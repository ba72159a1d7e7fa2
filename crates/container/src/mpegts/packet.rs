//! Transport packets: sections and PES packets cut into pieces of 188 bytes.

use bytes::{BufMut, BytesMut};

use super::{PACKET_LEN, SYNC_BYTE};
use crate::systems::crc32;
use crate::systems::pes::TIME_MASK;

const HEADER_LEN: usize = 4;
const BODY_LEN: usize = PACKET_LEN - HEADER_LEN;

/// One PID's place in its sequence of packets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pid {
    number: u16,
    /// `continuity_counter` of the next packet.
    continuity: u8,
}

/// What the first packet of a PES packet says beside its payload.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Adaptation {
    /// `program_clock_reference_base`, in ticks of 90 kHz.
    pub(super) pcr: Option<u64>,
    /// Decoding can start here.
    pub(super) random_access: bool,
}

impl Pid {
    pub(super) const fn new(number: u16) -> Self {
        Self { number, continuity: 0 }
    }

    pub(super) const fn number(self) -> u16 {
        self.number
    }

    fn put_header(&mut self, out: &mut BytesMut, starts: bool, adapted: bool) {
        let [high, low] = self.number.to_be_bytes();
        out.put_u8(SYNC_BYTE);
        out.put_u8(if starts { 0x40 } else { 0 } | high & 0x1f);
        out.put_u8(low);
        out.put_u8(if adapted { 0x30 } else { 0x10 } | self.continuity);
        self.continuity = (self.continuity + 1) & 0xf;
    }

    /// One packet with one section, whose CRC is added (§2.4.4).
    ///
    /// # Panics
    /// When the section does not fit: tables of [`super::mux`] are far below 170 bytes.
    pub(super) fn put_section(&mut self, out: &mut BytesMut, section: &[u8]) {
        let start = out.len();
        self.put_header(out, true, false);
        // pointer_field: the section begins at once.
        out.put_u8(0);
        out.put_slice(section);
        out.put_u32(crc32(section));
        let used = out.len() - start;
        assert!(used <= PACKET_LEN, "a section of {} bytes", section.len());
        out.put_bytes(0xff, PACKET_LEN - used);
    }

    /// A PES packet in as many packets as it takes.
    pub(super) fn put_pes(&mut self, out: &mut BytesMut, mut pes: &[u8], adaptation: Adaptation) {
        out.reserve((pes.len() / (BODY_LEN - 12) + 2) * PACKET_LEN);
        let mut starts = true;
        let mut field = adaptation.content();
        while starts || !pes.is_empty() {
            let room = BODY_LEN - field.as_ref().map_or(0, |content| 1 + content.len());
            let taken = pes.len().min(room);
            let stuffing = room - taken;
            self.put_header(out, starts, field.is_some() || stuffing > 0);
            put_adaptation(out, field.take(), stuffing);
            out.put_slice(&pes[..taken]);
            pes = &pes[taken..];
            starts = false;
        }
    }
}

impl Adaptation {
    /// The adaptation field without its length (§2.4.3.4).
    fn content(self) -> Option<Vec<u8>> {
        const RANDOM_ACCESS: u8 = 0x40;
        const HAS_PCR: u8 = 0x10;
        let random_access = if self.random_access { RANDOM_ACCESS } else { 0 };
        match self.pcr {
            None if random_access == 0 => None,
            None => Some(vec![random_access]),
            Some(pcr) => {
                let mut content = vec![random_access | HAS_PCR];
                // 33 bits of base, 6 reserved ones, 9 bits of extension 0.
                let field = (pcr & TIME_MASK) << 15 | 0x3f << 9;
                content.extend_from_slice(&field.to_be_bytes()[2..]);
                Some(content)
            }
        }
    }
}

/// The field, grown by `stuffing` bytes so that the payload ends with the packet.
fn put_adaptation(out: &mut BytesMut, content: Option<Vec<u8>>, stuffing: usize) {
    let byte = |length: usize| u8::try_from(length).expect("a field is shorter than a packet");
    match (content, stuffing) {
        (None, 0) => {}
        (None, 1) => out.put_u8(0),
        (None, _) => {
            out.put_u8(byte(stuffing - 1));
            out.put_u8(0);
            out.put_bytes(0xff, stuffing - 2);
        }
        (Some(content), _) => {
            out.put_u8(byte(content.len() + stuffing));
            out.put_slice(&content);
            out.put_bytes(0xff, stuffing);
        }
    }
}
