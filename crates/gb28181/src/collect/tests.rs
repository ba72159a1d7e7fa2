//! Answers that come as they should, and others.

use proptest::prelude::*;

use super::*;

fn question(sn: u32) -> Question {
    Question { device_id: Id::new("34020000001180000001").unwrap(), sn }
}

fn preset(number: u16) -> Preset {
    Preset { number: Some(number), name: None }
}

fn asked(now: Instant) -> Collector<Preset> {
    let mut collector = Collector::default();
    collector.expect(now, question(1)).unwrap();
    collector
}

fn numbers(collected: &Collected<Preset>) -> Vec<u16> {
    collected.items.iter().filter_map(|preset| preset.number).collect()
}

#[test]
fn an_answer_is_whole_when_all_that_was_announced_has_come() {
    let now = Instant::now();
    let mut collector = asked(now);
    let progress = collector.handle_part(now, &question(1), Some(3), vec![preset(1)]).unwrap();
    assert_eq!(progress, Progress { received: 1, announced: Some(3) });
    assert_eq!(collector.progress(&question(1)), Some(progress));
    assert_eq!(collector.poll_finished(), None);
    collector.handle_part(now, &question(1), Some(3), vec![preset(3), preset(2)]).unwrap();
    let collected = collector.poll_finished().unwrap();
    assert_eq!((numbers(&collected), collected.completeness), (vec![1, 3, 2], Completeness::Whole));
    assert_eq!((collector.poll_timeout(), collector.held), (None, 0));
    let late = collector.handle_part(now, &question(1), Some(3), vec![preset(4)]);
    assert_eq!(late, Err(CollectError::Unexpected));
}

#[test]
fn an_empty_answer_is_whole_at_once() {
    let now = Instant::now();
    let mut collector = asked(now);
    collector.handle_part(now, &question(1), Some(0), Vec::new()).unwrap();
    assert_eq!(collector.poll_finished().unwrap().completeness, Completeness::Whole);
}

#[test]
fn the_first_part_has_two_minutes_and_each_next_one_five_seconds() {
    let now = Instant::now();
    let mut collector = asked(now);
    assert_eq!(collector.poll_timeout(), Some(now + FIRST_PART_WAIT));
    let late = now + Duration::from_secs(100);
    collector.handle_part(late, &question(1), Some(3), vec![preset(1)]).unwrap();
    assert_eq!(collector.poll_timeout(), Some(late + NEXT_PART_WAIT));
    collector.handle_timeout(late + NEXT_PART_WAIT - Duration::from_millis(1));
    assert_eq!(collector.poll_finished(), None);
    collector.handle_timeout(late + NEXT_PART_WAIT);
    let collected = collector.poll_finished().unwrap();
    assert_eq!((numbers(&collected), collected.completeness), (vec![1], Completeness::Stopped));
}

#[test]
fn silence_and_missing_announcements_have_reasons_of_their_own() {
    let now = Instant::now();
    let mut collector = asked(now);
    collector.expect(now, question(2)).unwrap();
    collector.handle_part(now, &question(2), None, vec![preset(1)]).unwrap();
    collector.handle_timeout(now + FIRST_PART_WAIT);
    let reasons: Vec<_> = std::iter::from_fn(|| collector.poll_finished()).map(|it| it.completeness).collect();
    assert_eq!(reasons, [Completeness::NoAnswer, Completeness::Unannounced]);
}

#[test]
fn doubles_count_once_and_an_answer_with_counted_doubles_is_whole() {
    let now = Instant::now();
    let mut collector = asked(now);
    let named = Preset { number: Some(1), name: Some("renamed".to_owned()) };
    collector.handle_part(now, &question(1), Some(3), vec![preset(1), preset(2), named.clone()]).unwrap();
    assert_eq!(collector.poll_finished(), None);
    collector.handle_timeout(now + NEXT_PART_WAIT);
    let collected = collector.poll_finished().unwrap();
    assert_eq!((collected.doubles, collected.completeness), (1, Completeness::Whole));
    assert_eq!(collected.items, [named, preset(2)]);
}

#[test]
fn a_device_that_repeats_itself_for_ever_is_cut_off() {
    let now = Instant::now();
    let mut collector = asked(now);
    for second in 0..5 {
        let at = now + Duration::from_secs(second);
        collector.handle_part(at, &question(1), Some(10_000), vec![preset(1)]).unwrap();
    }
    collector.handle_timeout(now + NEXT_PART_WAIT);
    assert_eq!(collector.poll_finished().unwrap().completeness, Completeness::Stopped);
}

#[test]
fn a_device_that_always_finds_something_new_is_cut_off_too() {
    let now = Instant::now();
    let mut collector = asked(now);
    let mut at = now;
    let mut number = 0;
    while let Some(due) = collector.poll_timeout() {
        at = (at + Duration::from_secs(4)).min(due);
        collector.handle_timeout(at);
        number += 1;
        let _ = collector.handle_part(at, &question(1), Some(60_000), vec![preset(number)]);
    }
    assert_eq!(at, now + MAX_DURATION);
    assert_eq!(collector.poll_finished().unwrap().completeness, Completeness::Endless);
}

#[test]
fn items_and_answers_are_limited() {
    let now = Instant::now();
    let mut collector = Collector { max_items: 3, ..asked(now) };
    collector.expect(now, question(2)).unwrap();
    collector.handle_part(now, &question(1), Some(9), vec![preset(1), preset(2)]).unwrap();
    collector.handle_part(now, &question(2), Some(9), vec![preset(1), preset(2)]).unwrap();
    let collected = collector.poll_finished().unwrap();
    assert_eq!((collected.question.sn, collected.completeness), (2, Completeness::TooManyItems));
    assert_eq!(numbers(&collected), [1]);
    collector.cancel(&question(1));
    assert_eq!(collector.held, 0);
    for sn in 0..u32::try_from(MAX_COLLECTIONS).unwrap() {
        collector.expect(now, question(sn)).unwrap();
    }
    assert_eq!(collector.expect(now, question(7)), Err(CollectError::Doubled));
    assert_eq!(collector.expect(now, question(1_000_000)), Err(CollectError::TooMany));
}

#[test]
fn items_without_identity_are_counted_and_left_out() {
    let now = Instant::now();
    let mut collector = asked(now);
    collector.handle_part(now, &question(1), Some(2), vec![Preset::default(), preset(1)]).unwrap();
    collector.handle_timeout(now + NEXT_PART_WAIT);
    let collected = collector.poll_finished().unwrap();
    assert_eq!((collected.nameless, collected.items.len()), (1, 1));
    assert_eq!(collected.completeness, Completeness::Whole);
}

#[test]
fn recordings_of_one_channel_are_told_apart() {
    let recording = |start: &str| RecordingItem {
        device_id: Some(Id::new("34020000001310000001").unwrap()),
        start: crate::BeijingTime::parse(start),
        ..RecordingItem::default()
    };
    let (first, second) = (recording("2026-11-28T08:00:00"), recording("2026-11-28T09:00:00"));
    assert_ne!(first.identity(), second.identity());
    assert_eq!(RecordingItem::default().identity(), None);
}

proptest! {
    #[test]
    fn every_different_item_of_parts_in_any_order_is_kept_once(
        parts in proptest::collection::vec(proptest::collection::vec(0_u16..50, 0..6), 1..20)
    ) {
        let now = Instant::now();
        let mut collector = asked(now);
        for part in &parts {
            collector.handle_part(now, &question(1), None, part.iter().copied().map(preset).collect()).unwrap();
        }
        collector.handle_timeout(now + FIRST_PART_WAIT);
        let mut found = numbers(&collector.poll_finished().unwrap());
        found.sort_unstable();
        let expected: std::collections::BTreeSet<u16> = parts.into_iter().flatten().collect();
        prop_assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
        prop_assert_eq!(collector.held, 0);
    }
}
