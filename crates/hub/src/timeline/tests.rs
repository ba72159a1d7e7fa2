use super::*;
use proptest::prelude::*;
use std::num::NonZeroU32;

const VIDEO: TrackId = TrackId(0);
const AUDIO: TrackId = TrackId(1);

fn ms(value: i64) -> MediaTime {
    MediaTime::new(value, NonZeroU32::new(1000).unwrap())
}

/// Feeds (source ms, arrival ms) pairs of one track and returns the repaired dts in ms with repairs.
fn run(timeline: &mut Timeline, origin: Instant, track: TrackId, steps: &[(i64, u64)]) -> Vec<(i64, Option<Repair>)> {
    steps
        .iter()
        .map(|(source, arrival)| {
            let repaired = timeline.place(track, ms(*source), ms(*source), origin + Duration::from_millis(*arrival));
            (repaired.dts.as_millis(), repaired.repair)
        })
        .collect()
}

#[test]
fn a_steady_source_starts_at_zero_and_keeps_its_steps() {
    let mut timeline = Timeline::new(Timestamp::ZERO);
    let times = run(&mut timeline, Instant::now(), VIDEO, &[(5000, 0), (5040, 41), (5080, 79)]);
    assert_eq!(times, [(0, None), (40, None), (80, None)]);
}

#[test]
fn a_jump_continues_at_the_arrival_clock() {
    for jump in [1_000_000, -4000, i64::MAX / 2000] {
        let mut timeline = Timeline::new(Timestamp::ZERO);
        let times =
            run(&mut timeline, Instant::now(), VIDEO, &[(5000, 0), (5040, 40), (5080 + jump, 80), (5120 + jump, 120)]);
        assert_eq!(times[2], (80, Some(Repair::Jump)), "jump {jump}");
        assert_eq!(times[3], (120, None), "jump {jump}");
    }
}

#[test]
fn a_restarted_32_bit_counter_is_counted_as_a_wrap() {
    let wrap = 1i64 << 32;
    let mut timeline = Timeline::new(Timestamp::ZERO);
    let times = run(&mut timeline, Instant::now(), VIDEO, &[(wrap - 40, 0), (0, 40), (40, 80)]);
    assert_eq!(times, [(0, None), (40, Some(Repair::Wrap)), (80, None)]);
}

#[test]
fn a_long_pause_that_the_source_counts_too_is_no_jump() {
    let mut timeline = Timeline::new(Timestamp::ZERO);
    let times = run(&mut timeline, Instant::now(), VIDEO, &[(0, 0), (60_000, 60_010)]);
    assert_eq!(times[1], (60_000, None));
}

#[test]
fn tracks_that_jump_together_stay_together() {
    let origin = Instant::now();
    let mut timeline = Timeline::new(Timestamp::ZERO);
    run(&mut timeline, origin, VIDEO, &[(1000, 0), (1040, 40)]);
    run(&mut timeline, origin, AUDIO, &[(1010, 10), (1031, 31)]);
    let video = run(&mut timeline, origin, VIDEO, &[(901_080, 80)]);
    let audio = run(&mut timeline, origin, AUDIO, &[(901_073, 90)]);
    assert_eq!(video[0].0 - audio[0].0, 7);
}

#[test]
fn a_later_publisher_continues_where_the_time_line_was() {
    let mut timeline = Timeline::new(Timestamp::from_millis(7000));
    assert_eq!(run(&mut timeline, Instant::now(), VIDEO, &[(123, 0)])[0].0, 7000);
}

#[test]
fn small_steps_back_are_mended_without_losing_the_rate() {
    let mut timeline = Timeline::new(Timestamp::ZERO);
    let times = run(&mut timeline, Instant::now(), VIDEO, &[(100, 0), (140, 40), (130, 80), (220, 120)]);
    assert_eq!(times, [(0, None), (40, None), (41, Some(Repair::Rollback)), (120, None)]);
}

proptest! {
    #[test]
    fn whatever_a_source_stamps_dts_is_monotone_and_pts_not_before_it(
        steps in prop::collection::vec((0u8..2, any::<i64>(), -20_000i64..20_000, 0u64..500), 1..60),
    ) {
        let mut timeline = Timeline::new(Timestamp::ZERO);
        let mut now = Instant::now();
        let mut last: BTreeMap<u8, Timestamp> = BTreeMap::new();
        for (track, ticks, composition, wait) in steps {
            now += Duration::from_millis(wait);
            let dts = ms(ticks / 4_000_000);
            let repaired = timeline.place(TrackId(track), dts, ms(dts.ticks + composition), now);
            prop_assert!(repaired.pts >= repaired.dts);
            if let Some(before) = last.insert(track, repaired.dts) {
                prop_assert!(repaired.dts > before);
            }
        }
    }
}
