//! The memory cards of a simulated device: how full they are, and what formatting does to them.

use std::time::{Duration, Instant};

use gb28181::manscdp::{SdCard, SdCardState, SdCards};

/// Megabytes of a card.
const CAPACITY_MB: u64 = 64_000;
/// How full a card is when the device begins.
const FIRST_MB: u64 = 12_000;
/// What a card that is written to grows by, in bytes a second; when it is full the oldest makes room.
const GROWTH: u64 = 260_000;
/// How long formatting takes.
const FORMATTING: Duration = Duration::from_secs(5);

#[derive(Debug)]
struct Card {
    used_mb: u64,
    /// Since when it grows from there.
    since: Instant,
    formatted_at: Option<Instant>,
}

/// All cards; the first is number 1.
#[derive(Debug)]
pub(super) struct Cards(Vec<Card>);

impl Cards {
    pub(super) fn new(count: usize, now: Instant) -> Self {
        Self((0..count).map(|_| Card { used_mb: FIRST_MB, since: now, formatted_at: None }).collect())
    }

    /// Erases a card, or all with 0: nothing but what is on it. One that is being formatted goes on.
    pub(super) fn format(&mut self, number: u32, now: Instant) {
        for (card, own) in self.0.iter_mut().zip(1..) {
            if (number == 0 || number == own) && card.percent(now).is_none() {
                *card = Card { used_mb: 0, since: now + FORMATTING, formatted_at: Some(now) };
            }
        }
    }

    pub(super) fn tell(&self, now: Instant) -> SdCards {
        let cards: Vec<SdCard> = self.0.iter().zip(1..).map(|(card, number)| card.tell(number, now)).collect();
        SdCards { total: u32::try_from(cards.len()).ok(), cards }
    }
}

impl Card {
    /// How far formatting is, while it lasts.
    fn percent(&self, now: Instant) -> Option<u8> {
        let gone = now.saturating_duration_since(self.formatted_at?);
        let percent = gone.as_millis() * 100 / FORMATTING.as_millis();
        u8::try_from(percent).ok().filter(|percent| *percent < 100)
    }

    fn tell(&self, number: u32, now: Instant) -> SdCard {
        let percent = self.percent(now);
        let grown_mb = now.saturating_duration_since(self.since).as_secs() * GROWTH / 1_000_000;
        let used_mb = (self.used_mb + grown_mb).min(CAPACITY_MB);
        SdCard {
            number: Some(number),
            name: Some(format!("SD{number}")),
            state: Some(if percent.is_some() { SdCardState::Formatting } else { SdCardState::Ok }),
            format_percent: percent,
            capacity_mb: Some(CAPACITY_MB),
            free_mb: Some(CAPACITY_MB - used_mb),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formatting_takes_a_while_and_erases_one_card() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut cards = Cards::new(2, start);
        cards.format(2, at(100));
        let told = |cards: &Cards, seconds| {
            let cards = cards.tell(at(seconds)).cards;
            cards
                .into_iter()
                .map(|card| (card.state.unwrap(), card.format_percent, card.free_mb.unwrap()))
                .collect::<Vec<_>>()
        };
        let other = CAPACITY_MB - FIRST_MB - 26;
        assert_eq!(
            told(&cards, 102),
            [(SdCardState::Ok, None, other), (SdCardState::Formatting, Some(40), CAPACITY_MB),]
        );
        // Another order does not begin it anew.
        cards.format(0, at(103));
        assert_eq!(
            told(&cards, 105),
            [(SdCardState::Formatting, Some(40), CAPACITY_MB), (SdCardState::Ok, None, CAPACITY_MB)]
        );
        assert_eq!(told(&cards, 1_000_000)[0].2, 0);
        cards.format(3, at(1_000_001));
        assert_eq!(told(&cards, 1_000_002)[0].0, SdCardState::Ok);
    }
}
