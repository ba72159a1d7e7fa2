//! Which of the sources that send to a session is its picture's.

/// Packets in a row of another source, with none of the one that is followed between them, before it is believed:
/// devices also go on sending sessions that they forgot to end (quirk 31).
const BELIEVED_AFTER: u32 = 10;

/// What a packet's source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The one that is followed.
    Same,
    /// It is followed from here on.
    Switched,
    /// Another one, not to be used.
    Other,
}

/// Follows one source. The first is believed, then one that was agreed on, then one that stays alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    agreed: [u32; 2],
    current: Option<u32>,
    /// Another source, and its packets in a row.
    candidate: (u32, u32),
}

impl Source {
    pub(super) const fn new(agreed: [u32; 2]) -> Self {
        Self { agreed, current: None, candidate: (0, 0) }
    }

    /// The source that is followed.
    pub(super) const fn current(&self) -> Option<u32> {
        self.current
    }

    pub(super) fn place(&mut self, ssrc: u32) -> Place {
        let Some(current) = self.current else {
            self.current = Some(ssrc);
            return Place::Same;
        };
        if current == ssrc {
            self.candidate.1 = 0;
            return Place::Same;
        }
        let row = if self.candidate.0 == ssrc { self.candidate.1 + 1 } else { 1 };
        self.candidate = (ssrc, row);
        let is_agreed = |ssrc| self.agreed.contains(&ssrc);
        if row < BELIEVED_AFTER && (is_agreed(current) || !is_agreed(ssrc)) {
            return Place::Other;
        }
        self.candidate = (ssrc, 0);
        self.current = Some(ssrc);
        Place::Switched
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(agreed: u32, ssrcs: &[u32]) -> Vec<Place> {
        let mut source = Source::new([agreed; 2]);
        ssrcs.iter().map(|ssrc| source.place(*ssrc)).collect()
    }

    #[test]
    fn what_was_agreed_on_wins_and_others_must_stay_alone() {
        use Place::{Other, Same, Switched};
        assert_eq!(places(7, &[0, 0, 7, 0, 7]), [Same, Same, Switched, Other, Same]);
        let mut sent = vec![7];
        sent.extend([8; 9]);
        sent.push(7);
        sent.extend([8; 10]);
        let found = places(7, &sent);
        assert!(found[1..10].iter().all(|place| *place == Other) && found[10] == Same);
        assert_eq!(found[11..], [&[Other; 9][..], &[Switched]].concat());
    }
}
