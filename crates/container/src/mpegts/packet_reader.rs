//! What a transport packet says, and whether packets of its PID are missing before it.

use super::PACKET_LEN;

const HEADER_LEN: usize = 4;

/// A transport packet (ISO/IEC 13818-1 §2.4.3.2).
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet<'a> {
    pub(super) pid: u16,
    /// `payload_unit_start_indicator`.
    pub(super) starts: bool,
    /// `transport_scrambling_control` is not 0.
    pub(super) scrambled: bool,
    counter: u8,
    /// `discontinuity_indicator` (§2.4.3.5).
    pub(super) discontinuity: bool,
    /// `None` in packets that only carry an adaptation field.
    pub(super) payload: Option<&'a [u8]>,
}

impl<'a> Packet<'a> {
    /// `None` for packets that a receiver must not use: `transport_error_indicator`, a reserved
    /// `adaptation_field_control`, an adaptation field that does not fit.
    pub(super) fn parse(bytes: &'a [u8; PACKET_LEN]) -> Option<Self> {
        let [_, high, low, control, ..] = *bytes;
        let (has_field, has_payload) = (control & 0x20 != 0, control & 0x10 != 0);
        if high & 0x80 != 0 || !(has_field || has_payload) {
            return None;
        }
        let mut payload = &bytes[HEADER_LEN..];
        let mut discontinuity = false;
        if has_field {
            let (length, rest) = payload.split_first()?;
            let (field, rest) = rest.split_at_checked(usize::from(*length))?;
            discontinuity = field.first().is_some_and(|flags| flags & 0x80 != 0);
            payload = rest;
        }
        Some(Self {
            pid: u16::from_be_bytes([high & 0x1f, low]),
            starts: high & 0x40 != 0,
            scrambled: control & 0xc0 != 0,
            counter: control & 0xf,
            discontinuity,
            payload: has_payload.then_some(payload),
        })
    }
}

/// A packet's place after the one before it on its PID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Next,
    /// The same packet once more, which §2.4.3.3 allows.
    Repeated,
    /// So many packets are missing, or 16, 32, ... more.
    Lost(u8),
}

/// `continuity_counter` of one PID (§2.4.3.3).
#[derive(Debug, Default)]
pub(super) struct Continuity {
    /// Counter and payload of the last packet.
    last: Option<(u8, Vec<u8>)>,
}

impl Continuity {
    /// Call for each packet that has a payload.
    pub(super) fn check(&mut self, packet: &Packet<'_>, payload: &[u8]) -> Order {
        let Some((counter, last_payload)) = &mut self.last else {
            self.last = Some((packet.counter, payload.to_vec()));
            return Order::Next;
        };
        let step = packet.counter.wrapping_sub(*counter) & 0xf;
        // A repeated packet may differ in its PCR, so only the payload is compared.
        if step == 0 && !packet.discontinuity && last_payload == payload {
            return Order::Repeated;
        }
        *counter = packet.counter;
        last_payload.clear();
        last_payload.extend_from_slice(payload);
        match step {
            1 => Order::Next,
            _ if packet.discontinuity => Order::Next,
            _ => Order::Lost(step.wrapping_sub(1) & 0xf),
        }
    }

    /// The next packet may have any counter.
    pub(super) fn forget(&mut self) {
        self.last = None;
    }
}
