//! Which packets of an ordered transport belong to a source, and what is missing between them.

/// Packets in a row with another SSRC before we believe that the source has changed. Some servers mix in
/// packets of a session that they forgot to end.
const SSRC_SWITCH_PACKETS: u32 = 10;

/// A packet up to this far behind the last one is late; further away the numbering has restarted.
const LATE_DISTANCE: i16 = -128;

/// A packet's place after those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The first of all.
    First,
    /// The one that was expected.
    Next,
    /// So many are missing before it.
    Behind(u32),
    /// It came late or twice, and is not to be used.
    Late,
    /// The numbering has restarted.
    Jumped,
    /// It is of another source, and is not to be used.
    OtherSource,
    /// It is of another source, which is followed from here on.
    NewSource,
}

/// Follows one source.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Order {
    ssrc: Option<u32>,
    /// Another source, and its packets in a row.
    candidate: (u32, u32),
    next_sequence: Option<u16>,
}

impl Order {
    /// The source that is followed.
    pub(crate) const fn ssrc(&self) -> Option<u32> {
        self.ssrc
    }

    /// A packet that is not used, but took a number of the source.
    pub(crate) fn pass(&mut self, ssrc: u32, sequence: u16) {
        if self.ssrc == Some(ssrc) && self.next_sequence == Some(sequence) {
            self.next_sequence = Some(sequence.wrapping_add(1));
        }
    }

    /// Takes a packet.
    pub(crate) fn place(&mut self, ssrc: u32, sequence: u16) -> Place {
        let place = match self.ssrc {
            None => Place::First,
            Some(current) if current == ssrc => {
                self.candidate.1 = 0;
                self.place_of_same_source(sequence)
            }
            Some(_) => self.place_of_other_source(ssrc),
        };
        if !matches!(place, Place::Late | Place::OtherSource) {
            self.ssrc = Some(ssrc);
            self.next_sequence = Some(sequence.wrapping_add(1));
        }
        place
    }

    fn place_of_other_source(&mut self, ssrc: u32) -> Place {
        let seen = if self.candidate.0 == ssrc { self.candidate.1 + 1 } else { 1 };
        self.candidate = (ssrc, seen);
        if seen < SSRC_SWITCH_PACKETS {
            return Place::OtherSource;
        }
        self.candidate = (ssrc, 0);
        Place::NewSource
    }

    fn place_of_same_source(&self, sequence: u16) -> Place {
        let Some(expected) = self.next_sequence else { return Place::Next };
        match sequence.wrapping_sub(expected).cast_signed() {
            0 => Place::Next,
            lost @ 1.. => Place::Behind(u32::from(lost.unsigned_abs())),
            LATE_DISTANCE..0 => Place::Late,
            _ => Place::Jumped,
        }
    }
}
