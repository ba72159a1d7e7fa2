//! SSRCs that say what they are for (GB/T 28181-2022 annex G, `y=`).

use std::fmt;

use crate::id::Id;

/// Digits of an SSRC that tell the domain.
pub const DOMAIN_DIGITS: usize = 5;
/// SSRCs that a domain has for live media, and again for history: those with different last four digits.
pub const SEQUENCES: u16 = 10_000;

/// Digits of an SSRC, with leading zeros.
const DIGITS: usize = 10;
const HISTORY: u32 = 1_000_000_000;
const DOMAIN_UNIT: u32 = 10_000;
const DOMAINS: u32 = 100_000;

/// The SSRC of a session: a number of ten digits. The first is 0 for live media and 1 for history, five tell the
/// domain, four tell sessions apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ssrc(pub u32);

impl Ssrc {
    /// The SSRC of a sequence number below [`SEQUENCES`] in a domain; digits that do not fit are left out.
    pub const fn new(is_history: bool, domain: u32, sequence: u16) -> Self {
        let first = if is_history { HISTORY } else { 0 };
        Self(first + domain % DOMAINS * DOMAIN_UNIT + (sequence % SEQUENCES) as u32)
    }

    /// Reads ten digits. Tolerances: fewer digits, and anything behind them (quirk 34).
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        text[..end].parse().ok().map(Self)
    }

    /// Whether it is of a recording, as far as its sender follows the standard.
    pub const fn is_history(self) -> bool {
        self.0 / HISTORY == 1
    }

    /// The number that tells sessions apart.
    pub const fn sequence(self) -> u16 {
        // Below 10,000.
        (self.0 % DOMAIN_UNIT) as u16
    }

    const fn domain(self) -> u32 {
        self.0 / DOMAIN_UNIT % DOMAINS
    }
}

impl fmt::Display for Ssrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$}", self.0, width = DIGITS)
    }
}

/// An SSRC for one session. Give it back with [`SsrcAllocator::release`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The SSRC.
    pub ssrc: Ssrc,
    /// Whether no other session has it. One that others may have needs a port of its own, so that sessions are told
    /// apart by ports.
    pub is_unique: bool,
}

/// Hands out SSRCs of a domain, each once at a time.
#[derive(Clone, Debug)]
pub struct SsrcAllocator {
    domain: u32,
    live: Sequences,
    history: Sequences,
}

impl SsrcAllocator {
    /// For the domain of a server: digits 4 to 8 of its code. Of a code without them, zeros stand for what is missing.
    pub fn new(server: &Id) -> Self {
        let digits = server.as_str().chars().skip(3).take(DOMAIN_DIGITS);
        let domain = digits.fold(0, |sum, c| sum * 10 + c.to_digit(10).unwrap_or(0));
        Self { domain, live: Sequences::default(), history: Sequences::default() }
    }

    /// An SSRC for live media or history. Those that were given back last come again last, so that late packets of
    /// an old session meet no new one.
    ///
    /// When all [`SEQUENCES`] are out, one is made of `random` that others may have: see [`Lease::is_unique`].
    pub fn allocate(&mut self, is_history: bool, random: u32) -> Lease {
        let sequences = if is_history { &mut self.history } else { &mut self.live };
        match sequences.take() {
            Some(sequence) => Lease { ssrc: Ssrc::new(is_history, self.domain, sequence), is_unique: true },
            None => {
                // Another domain's, so that it does not collide with those of our own that are out.
                let other = self.domain + 1 + random / DOMAIN_UNIT % (DOMAINS - 1);
                let first = if is_history { HISTORY } else { 0 };
                let ssrc = Ssrc(first + other % DOMAINS * DOMAIN_UNIT + random % DOMAIN_UNIT);
                Lease { ssrc, is_unique: false }
            }
        }
    }

    /// Takes an SSRC back. One that is not out, or is another domain's, is nothing to do.
    pub fn release(&mut self, lease: Lease) {
        if lease.is_unique && lease.ssrc.domain() == self.domain {
            let sequences = if lease.ssrc.is_history() { &mut self.history } else { &mut self.live };
            sequences.give_back(lease.ssrc.sequence());
        }
    }

    /// How many are out for live media and for history, without those that others may have.
    pub const fn in_use(&self) -> (u16, u16) {
        (self.live.out, self.history.out)
    }
}

/// Which of ten thousand numbers are out: a bit each.
#[derive(Clone, Debug)]
struct Sequences {
    taken: Vec<u64>,
    next: u16,
    out: u16,
}

impl Default for Sequences {
    fn default() -> Self {
        Self { taken: vec![0; usize::from(SEQUENCES).div_ceil(64)], next: 0, out: 0 }
    }
}

impl Sequences {
    fn take(&mut self) -> Option<u16> {
        if self.out >= SEQUENCES {
            return None;
        }
        let free =
            (0..SEQUENCES).map(|step| (self.next + step) % SEQUENCES).find(|sequence| !self.is_taken(*sequence))?;
        self.taken[usize::from(free / 64)] |= 1 << (free % 64);
        self.next = (free + 1) % SEQUENCES;
        self.out += 1;
        Some(free)
    }

    fn give_back(&mut self, sequence: u16) {
        if self.is_taken(sequence) {
            self.taken[usize::from(sequence / 64)] &= !(1 << (sequence % 64));
            self.out -= 1;
        }
    }

    fn is_taken(&self, sequence: u16) -> bool {
        self.taken[usize::from(sequence / 64)] >> (sequence % 64) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn allocator() -> SsrcAllocator {
        SsrcAllocator::new(&Id::new("34020000002000000001").unwrap())
    }

    #[test]
    fn an_ssrc_tells_what_it_is_for() {
        let mut allocator = allocator();
        assert_eq!(allocator.allocate(false, 0).ssrc.to_string(), "0200000000");
        assert_eq!(allocator.allocate(true, 0).ssrc.to_string(), "1200000000");
        assert_eq!(allocator.allocate(true, 0).ssrc, Ssrc::new(true, 20_000, 1));
        assert_eq!(allocator.in_use(), (1, 2));
        assert!(Ssrc::new(true, 20_000, 1).is_history());
        assert_eq!(SsrcAllocator::new(&Id::new("cam").unwrap()).domain, 0);
    }

    #[test]
    fn digits_are_read_with_what_devices_do_to_them() {
        for (text, number) in [("0200000001", 200_000_001), (" 200000001 ", 200_000_001), ("0100000001;x", 100_000_001)]
        {
            assert_eq!(Ssrc::parse(text), Some(Ssrc(number)), "{text}");
        }
        for text in ["", "x", "99999999999", "-1"] {
            assert_eq!(Ssrc::parse(text), None, "{text}");
        }
    }

    #[test]
    fn all_sequences_are_used_before_one_is_made_up() {
        let mut allocator = allocator();
        let leases: Vec<Lease> = (0..SEQUENCES).map(|_| allocator.allocate(false, 7)).collect();
        assert_eq!(leases.iter().map(|lease| lease.ssrc).collect::<HashSet<_>>().len(), usize::from(SEQUENCES));
        assert!(leases.iter().all(|lease| lease.is_unique));
        let escape = allocator.allocate(false, u32::MAX);
        assert!(!escape.is_unique && !escape.ssrc.is_history() && escape.ssrc.domain() != allocator.domain);
        allocator.release(escape);
        allocator.release(leases[5]);
        allocator.release(leases[5]);
        assert_eq!(allocator.in_use().0, SEQUENCES - 1);
        assert_eq!(allocator.allocate(false, 0), leases[5]);
    }

    #[test]
    fn a_number_that_was_given_back_is_not_the_next() {
        let mut allocator = allocator();
        let first = allocator.allocate(false, 0);
        allocator.release(first);
        assert_ne!(allocator.allocate(false, 0), first);
    }

    proptest! {
        #[test]
        fn every_number_is_written_in_ten_digits_and_read_back(number: u32) {
            let text = Ssrc(number).to_string();
            prop_assert_eq!(text.len(), DIGITS);
            prop_assert_eq!(Ssrc::parse(&text), Some(Ssrc(number)));
        }

        #[test]
        fn what_is_out_is_never_handed_out_twice(steps in proptest::collection::vec((any::<bool>(), any::<u8>()), 0..200)) {
            let mut allocator = allocator();
            let mut out: Vec<Lease> = Vec::new();
            for (takes, choice) in steps {
                if takes || out.is_empty() {
                    let lease = allocator.allocate(choice % 2 == 0, 0);
                    prop_assert!(!out.contains(&lease));
                    out.push(lease);
                } else {
                    allocator.release(out.swap_remove(usize::from(choice) % out.len()));
                }
                prop_assert_eq!(usize::from(allocator.in_use().0 + allocator.in_use().1), out.len());
            }
        }
    }
}
