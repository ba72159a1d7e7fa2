//! Whose packets belong to a session.

use std::net::{IpAddr, SocketAddr};

use gb28181::profile::SsrcCheck;
use rtp::FIXED_HEADER_BYTES;

use super::tally::Tally;

/// What a session's packets look like, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expectation {
    /// What was offered, and what the device has answered instead (quirk 14).
    ssrcs: [u32; 2],
    /// Where they come from; `None` until the device has answered.
    addresses: Option<Vec<IpAddr>>,
    check: SsrcCheck,
}

/// What a datagram or the first packet of a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Media { ssrc: u32 },
    Control,
    Other,
}

impl Kind {
    /// RFC 5761 §4: packet types 200 to 204 stand where RTP has a marker and payload types 72 to 76.
    pub(crate) fn of(packet: &[u8]) -> Self {
        const CONTROL: std::ops::RangeInclusive<u8> = 200..=204;
        match packet {
            [first, ..] if first >> 6 != 2 => Self::Other,
            [_, kind, ..] if CONTROL.contains(kind) => Self::Control,
            [_, _, _, _, _, _, _, _, a, b, c, d, ..] => Self::Media { ssrc: u32::from_be_bytes([*a, *b, *c, *d]) },
            _ => Self::Other,
        }
    }
}

const _: () = assert!(FIXED_HEADER_BYTES == 12, "the SSRC is the last word of the fixed header");

impl Expectation {
    /// Before the device has answered: anybody who knows the SSRC.
    pub(crate) const fn offered(ssrc: u32) -> Self {
        Self { ssrcs: [ssrc; 2], addresses: None, check: SsrcCheck::On }
    }

    /// What was agreed on. `answered`: the SSRC of the answer, where it has one.
    pub(crate) fn agreed(offered: u32, answered: Option<u32>, addresses: Vec<IpAddr>, check: SsrcCheck) -> Self {
        Self { ssrcs: [offered, answered.unwrap_or(offered)], addresses: Some(addresses), check }
    }

    /// SSRCs that were offered and answered.
    pub(crate) const fn ssrcs(&self) -> [u32; 2] {
        self.ssrcs
    }

    pub(crate) fn addresses(&self) -> &[IpAddr] {
        self.addresses.as_deref().unwrap_or_default()
    }

    /// Whether media may come from there.
    pub(crate) fn fits(&self, from: IpAddr) -> bool {
        self.addresses.as_ref().is_none_or(|addresses| addresses.contains(&from))
    }

    /// Whether a stream with another SSRC may be the session's (quirks 14 and 15).
    pub(crate) fn takes_any_ssrc(&self) -> bool {
        self.check == SsrcCheck::Off
    }

    /// Judges a packet on a port of the session's own, or of its own connection, and counts it.
    pub(crate) fn takes(&self, from: SocketAddr, packet: &[u8], tally: &mut Tally) -> bool {
        let ssrc = match Kind::of(packet) {
            Kind::Media { ssrc } => ssrc,
            Kind::Control => {
                tally.control += 1;
                return false;
            }
            Kind::Other => {
                tally.malformed += 1;
                return false;
            }
        };
        if !self.fits(from.ip()) {
            tally.note_stranger(from);
            return false;
        }
        if !self.ssrcs.contains(&ssrc) && !self.takes_any_ssrc() {
            tally.note_other_ssrc(ssrc);
            return false;
        }
        tally.packets += 1;
        tally.from = Some(from);
        true
    }
}
