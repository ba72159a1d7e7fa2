//! What became of the packets that came for a session.

use std::net::SocketAddr;

/// Counts of one session, with the last example of each kind that says why there is no picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Packets that were taken.
    pub(crate) packets: u64,
    /// Who sent the last of them.
    pub(crate) from: Option<SocketAddr>,
    /// Packets and connections from an address that neither answer nor signalling named: dropped.
    pub(crate) strangers: u64,
    pub(crate) stranger: Option<SocketAddr>,
    /// Packets with another SSRC than agreed where that counts: dropped.
    pub(crate) other_ssrcs: u64,
    pub(crate) other_ssrc: Option<u32>,
    /// Packets that a full queue dropped.
    pub(crate) overflow: u64,
    /// RTCP, which is not read.
    pub(crate) control: u64,
    /// What is no RTP.
    pub(crate) malformed: u64,
}

impl Tally {
    pub(crate) const fn note_stranger(&mut self, from: SocketAddr) {
        self.strangers += 1;
        self.stranger = Some(from);
    }

    pub(crate) const fn note_other_ssrc(&mut self, ssrc: u32) {
        self.other_ssrcs += 1;
        self.other_ssrc = Some(ssrc);
    }

    /// Counts of two places that the same session's packets pass.
    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            packets: self.packets + other.packets,
            from: self.from.or(other.from),
            strangers: self.strangers + other.strangers,
            stranger: self.stranger.or(other.stranger),
            other_ssrcs: self.other_ssrcs + other.other_ssrcs,
            other_ssrc: self.other_ssrc.or(other.other_ssrc),
            overflow: self.overflow + other.overflow,
            control: self.control + other.control,
            malformed: self.malformed + other.malformed,
        }
    }
}
