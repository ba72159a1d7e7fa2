//! The channels of one organisation in order, with one text that is searched through.

use std::cmp::Ordering;
use std::sync::Arc;

use db::ChannelRow;
use memchr::memmem::Finder;

use super::text::search_text;

/// Channels in the order in which people read them: along each road, then by name.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    channels: Vec<Arc<ChannelRow>>,
    /// The words of all of them, one after another.
    text: String,
    /// Where the words of each end.
    ends: Vec<usize>,
}

impl Shelf {
    pub(super) fn new(mut channels: Vec<Arc<ChannelRow>>, device_name: impl Fn(i64) -> String) -> Self {
        channels.sort_by(|one, other| along_the_road(one, other));
        let (mut text, mut ends) = (String::new(), Vec::with_capacity(channels.len()));
        for channel in &channels {
            text.push_str(&search_text(channel, &device_name(channel.device_id)));
            text.push('\0');
            ends.push(text.len());
        }
        Self { channels, text, ends }
    }

    pub(super) fn channels(&self) -> &[Arc<ChannelRow>] {
        &self.channels
    }

    /// Those in whose words all of some are found; all of them for none.
    pub(super) fn find<'a>(&'a self, words: &'a [Finder<'a>]) -> Box<dyn Iterator<Item = &'a Arc<ChannelRow>> + 'a> {
        let Some((first, others)) = words.split_first() else { return Box::new(self.channels.iter()) };
        let mut last = None;
        let hits = first.find_iter(self.text.as_bytes()).filter_map(move |at| {
            let index = self.ends.partition_point(|end| *end <= at);
            (last.replace(index) != Some(index)).then_some(index)
        });
        let fits = move |index: &usize| {
            let from = index.checked_sub(1).map_or(0, |before| self.ends[before]);
            let words_of_it = &self.text.as_bytes()[from..self.ends[*index]];
            others.iter().all(|word| word.find(words_of_it).is_some())
        };
        Box::new(hits.filter(fits).map(|index| &self.channels[index]))
    }
}

fn along_the_road(one: &ChannelRow, other: &ChannelRow) -> Ordering {
    let stake = |row: &ChannelRow| row.stake_m.unwrap_or(i64::MAX);
    natural(&one.road_code, &other.road_code)
        .then_with(|| stake(one).cmp(&stake(other)))
        .then_with(|| natural(&one.name, &other.name))
        .then_with(|| one.id.cmp(&other.id))
}

/// Compares texts as people do: numbers in them by their value.
pub(super) fn natural(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one, other);
    loop {
        let (a, b) = (leading_digits(one), leading_digits(other));
        if a > 0 && b > 0 {
            let (x, y) = (one[..a].trim_start_matches('0'), other[..b].trim_start_matches('0'));
            let order = x.len().cmp(&y.len()).then_with(|| x.cmp(y));
            if order != Ordering::Equal {
                return order;
            }
            (one, other) = (&one[a..], &other[b..]);
            continue;
        }
        match (one.chars().next(), other.chars().next()) {
            (Some(x), Some(y)) if x == y => (one, other) = (&one[x.len_utf8()..], &other[y.len_utf8()..]),
            (x, y) => return x.cmp(&y),
        }
    }
}

fn leading_digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shelf(names: &[&str]) -> Shelf {
        let row = |(index, name): (usize, &&str)| {
            Arc::new(ChannelRow { id: index as i64 + 1, name: (*name).to_owned(), ..Default::default() })
        };
        Shelf::new(names.iter().enumerate().map(row).collect(), |_| "nvr".to_owned())
    }

    fn found(shelf: &Shelf, words: &[&str]) -> Vec<String> {
        let words: Vec<_> = words.iter().map(Finder::new).collect();
        shelf.find(&words).map(|row| row.name.clone()).collect()
    }

    #[test]
    fn numbers_in_names_are_ordered_by_their_value() {
        let shelf = shelf(&["Cam 10", "Cam 9", "Cam 010b", "收费站 2", "Cam"]);
        assert_eq!(found(&shelf, &[]), ["Cam", "Cam 9", "Cam 10", "Cam 010b", "收费站 2"]);
    }

    #[test]
    fn all_words_must_be_of_one_channel_and_each_is_found_once() {
        let shelf = shelf(&["north gate gate", "south gate", "north bridge"]);
        assert_eq!(found(&shelf, &["gate"]), ["north gate gate", "south gate"]);
        assert_eq!(found(&shelf, &["gate", "north"]), ["north gate gate"]);
        assert_eq!(found(&shelf, &["nvr", "bridge"]), ["north bridge"]);
        assert!(found(&shelf, &["gate\0south"]).is_empty());
    }

    proptest! {
        #[test]
        fn the_order_is_one(a in "[a路0-9]{0,6}", b in "[a路0-9]{0,6}", c in "[a路0-9]{0,6}") {
            prop_assert_eq!(natural(&a, &b), natural(&b, &a).reverse());
            if natural(&a, &b) != Ordering::Greater && natural(&b, &c) != Ordering::Greater {
                prop_assert_ne!(natural(&a, &c), Ordering::Greater);
            }
        }
    }
}
