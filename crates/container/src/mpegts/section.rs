//! Sections (ISO/IEC 13818-1 §2.4.4): tables cut into packets.

use super::packet_reader::{Continuity, Order, Packet};
use crate::systems::crc32;

/// Bytes of a section after its length field: what the field may say for private sections, which share the form.
const MAX_SECTION_LEN: usize = 4093;
const LENGTH_END: usize = 3;
const STUFFING: u8 = 0xff;

/// Puts the sections of one PID together.
#[derive(Debug, Default)]
pub(super) struct SectionReader {
    continuity: Continuity,
    buffer: Vec<u8>,
    /// Whether the buffer begins with a section.
    begun: bool,
}

impl SectionReader {
    /// Gives each whole section whose CRC is right.
    pub(super) fn push(&mut self, packet: &Packet<'_>, mut each: impl FnMut(&[u8])) {
        let Some(payload) = packet.payload.filter(|_| !packet.scrambled) else { return };
        match self.continuity.check(packet, payload) {
            Order::Next => {}
            Order::Repeated => return,
            Order::Lost(_) => self.drop_partial(),
        }
        if !packet.starts {
            return self.extend(payload, &mut each);
        }
        // pointer_field (§2.4.4.2): how much of the section before is left.
        let Some((pointer, rest)) = payload.split_first() else { return };
        let Some((tail, head)) = rest.split_at_checked(usize::from(*pointer)) else {
            return self.drop_partial();
        };
        self.extend(tail, &mut each);
        self.drop_partial();
        self.begun = true;
        self.extend(head, &mut each);
    }

    pub(super) fn forget(&mut self) {
        self.drop_partial();
        self.continuity.forget();
    }

    fn drop_partial(&mut self) {
        self.buffer.clear();
        self.begun = false;
    }

    fn extend(&mut self, bytes: &[u8], each: &mut impl FnMut(&[u8])) {
        if !self.begun {
            return;
        }
        self.buffer.extend_from_slice(bytes);
        while let &[table, high, low, ..] = &self.buffer[..] {
            let length = usize::from(u16::from_be_bytes([high & 0xf, low]));
            if table == STUFFING || length > MAX_SECTION_LEN {
                return self.drop_partial();
            }
            let Some(section) = self.buffer.get(..LENGTH_END + length) else { return };
            if crc32(section) == 0 {
                each(section);
            }
            self.buffer.drain(..LENGTH_END + length);
        }
    }
}
