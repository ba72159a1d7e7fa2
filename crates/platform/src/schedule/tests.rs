//! The expected instants were found by hand from the rules of the zones.

use proptest::prelude::*;

use super::*;
use crate::clock::{WallClock, time_zone};

fn schedule(text: &str) -> Schedule {
    text.parse().unwrap()
}

fn zoned(text: &str) -> ZonedDateTime {
    text.parse().unwrap()
}

#[test]
fn windows_are_open_from_their_beginning_until_before_their_end() {
    // 2026-11-23 is a Monday.
    for (text, time, open) in [
        ("1-5 07:00-19:00", "2026-11-23T06:59:59", false),
        ("1-5 07:00-19:00", "2026-11-23T07:00:00", true),
        ("1-5 07:00-19:00", "2026-11-23T18:59:59.999", true),
        ("1-5 07:00-19:00", "2026-11-23T19:00:00", false),
        ("1-5 07:00-19:00", "2026-11-28T12:00:00", false),
        ("5 22:00-06:00", "2026-11-27T21:59:00", false),
        ("5 22:00-06:00", "2026-11-28T00:00:00", true),
        ("5 22:00-06:00", "2026-11-28T05:59:00", true),
        ("5 22:00-06:00", "2026-11-28T06:00:00", false),
        ("5 22:00-06:00", "2026-11-27T05:00:00", false),
        ("7 20:00-24:00", "2026-11-29T23:59:59", true),
        ("7 20:00-24:00", "2026-11-30T00:00:00", false),
        ("7 20:00-00:00", "2026-11-29T23:59:59", true),
        ("7 20:00-00:00", "2026-11-30T00:00:00", false),
        ("7 00:00-00:00", "2026-11-29T00:00:00", true),
        ("7 00:00-24:00", "2026-11-29T23:59:00", true),
        ("3 12:00-12:00", "2026-11-26T11:59:00", true),
        ("3 12:00-12:00", "2026-11-26T12:00:00", false),
        // Sunday night leads into Monday.
        ("7 23:00-01:00", "2026-11-30T00:30:00", true),
    ] {
        assert_eq!(schedule(text).is_open(time.parse().unwrap()), open, "{text} at {time}");
    }
}

#[test]
fn the_next_change_is_found_over_nights_weekends_and_changes_of_the_clocks() {
    for (text, now, next) in [
        ("1-5 07:00-19:00", "2026-11-26T15:00:00[Asia/Shanghai]", "2026-11-26T19:00:00[Asia/Shanghai]"),
        ("1-5 07:00-19:00", "2026-11-27T19:00:00[Asia/Shanghai]", "2026-11-30T07:00:00[Asia/Shanghai]"),
        ("1 07:00-19:00", "2026-11-30T19:30:00[Asia/Shanghai]", "2026-12-07T07:00:00[Asia/Shanghai]"),
        // Windows that touch or overlap are one.
        ("1 07:00-24:00; 2 00:00-05:00", "2026-11-30T20:00:00[UTC]", "2026-12-01T05:00:00[UTC]"),
        ("1 07:00-12:00; 1 10:00-15:00", "2026-11-30T08:00:00[UTC]", "2026-11-30T15:00:00[UTC]"),
        // Over the turn of the year.
        ("4 22:00-06:00", "2026-12-31T23:00:00[UTC]", "2027-01-01T06:00:00[UTC]"),
        // Berlin, 2026-03-29: 02:00 becomes 03:00. A window within the hour falls out and comes a week later.
        ("7 02:15-02:45", "2026-03-29T01:30:00[Europe/Berlin]", "2026-04-05T02:15:00[Europe/Berlin]"),
        ("7 02:30-05:00", "2026-03-29T01:59:59[Europe/Berlin]", "2026-03-29T03:00:00[Europe/Berlin]"),
        ("6 23:00-02:30", "2026-03-29T01:30:00[Europe/Berlin]", "2026-03-29T03:00:00[Europe/Berlin]"),
        // Berlin, 2026-10-25: 03:00 becomes 02:00. What the clock shows twice is open twice.
        ("7 02:30-05:00", "2026-10-25T01:00:00[Europe/Berlin]", "2026-10-25T02:30:00+02:00[Europe/Berlin]"),
        ("7 02:30-05:00", "2026-10-25T02:45:00+02:00[Europe/Berlin]", "2026-10-25T02:00:00+01:00[Europe/Berlin]"),
        ("7 02:30-05:00", "2026-10-25T02:00:00+01:00[Europe/Berlin]", "2026-10-25T02:30:00+01:00[Europe/Berlin]"),
        ("7 00:00-02:30", "2026-10-25T02:40:00+02:00[Europe/Berlin]", "2026-10-25T02:00:00+01:00[Europe/Berlin]"),
        ("7 00:00-24:00", "2026-10-25T02:40:00+02:00[Europe/Berlin]", "2026-10-26T00:00:00[Europe/Berlin]"),
    ] {
        assert_eq!(schedule(text).next_change(&zoned(now)), Some(zoned(next)), "{text} at {now}");
    }
    for text in ["1-7 00:00-24:00", "1-7 08:00-08:00", "1-7 00:00-12:00; 1-7 11:00-00:00"] {
        assert_eq!(schedule(text).next_change(&zoned("2026-10-24T15:00:00[Europe/Berlin]")), None, "{text}");
    }
}

#[test]
fn a_clock_that_runs_or_jumps_finds_the_edges() {
    let seconds = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(0));
    let told = std::sync::Arc::clone(&seconds);
    let start: Timestamp = "2026-11-29T22:59:58Z".parse().unwrap();
    let clock = WallClock::told_by(time_zone(Some("Asia/Shanghai")).unwrap(), move || {
        start + told.load(std::sync::atomic::Ordering::Relaxed).seconds()
    });
    let workdays = schedule("1-5 07:00-19:00");
    let open_after = |shift: i64| {
        seconds.store(shift, std::sync::atomic::Ordering::Relaxed);
        workdays.opened_at(clock.now().datetime())
    };
    let monday = Some("2026-11-30T07:00:00".parse().unwrap());
    // Monday 06:59:58 in Shanghai, and on.
    assert_eq!((open_after(0), open_after(1), open_after(2)), (None, None, monday));
    // Put back by a minute and on again: the same window.
    assert_eq!((open_after(-60), open_after(3), open_after(12 * 3600)), (None, monday, monday));
    assert_eq!(open_after(12 * 3600 + 2), None);
    assert_eq!(open_after(24 * 3600 + 2), Some("2026-12-01T07:00:00".parse().unwrap()), "the next day is another");
    clock.set_zone(time_zone(Some("UTC")).unwrap());
    assert_eq!(open_after(0), None);
}

#[test]
fn what_is_no_schedule_is_explained() {
    use BadSchedule::{Days, Form, Time, Windows};
    let time = |text: &str| Time(text.to_owned());
    for (text, error) in [
        ("", Form(String::new())),
        ("daily", Form("daily".to_owned())),
        ("1-5 07:00", Form("1-5 07:00".to_owned())),
        ("1-5 07:00-19:00;", Form(String::new())),
        ("0 07:00-19:00", Days),
        ("8 07:00-19:00", Days),
        ("5-1 07:00-19:00", Days),
        ("1,1 07:00-19:00", Days),
        ("1-3,2 07:00-19:00", Days),
        ("Mon 07:00-19:00", Days),
        ("1-255 07:00-19:00", Days),
        ("1 7:00-19:00", time("7:00")),
        ("1 24:00-19:00", time("24:00")),
        ("1 07:00-24:01", time("24:01")),
        ("1 07:60-19:00", time("07:60")),
        ("1 07:00-1é:00", time("1é:00")),
        ("1 +7:00-19:00", time("+7:00")),
    ] {
        assert_eq!(text.parse::<Schedule>(), Err(error), "{text}");
    }
    let many = |count| vec!["1 07:00-19:00"; count].join(";");
    assert!(many(MAX_WINDOWS).parse::<Schedule>().is_ok());
    assert_eq!(many(MAX_WINDOWS + 1).parse::<Schedule>(), Err(Windows));
    assert_eq!(many(10_000).parse::<Schedule>(), Err(Windows));
    assert_eq!(Schedule::new(Vec::new()), Err(Windows));
    assert_eq!(Window::new(&[], "07:00", "19:00"), Err(Days));
}

#[test]
fn texts_are_written_in_one_form() {
    for (text, written) in [
        ("1-5 07:00-19:00", "1-5 07:00-19:00"),
        (" 1,2,3  07:00-19:00 ;7,6 10:00-24:00", "1-3 07:00-19:00; 6-7 10:00-24:00"),
        ("2,4,6-7 22:00-06:00", "2,4,6-7 22:00-06:00"),
    ] {
        assert_eq!(schedule(text).to_string(), written);
    }
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    let window = (1u8..128, 0..DAY, 0..=DAY).prop_map(|(days, from, to)| Window { days, from, to });
    prop::collection::vec(window, 1..=MAX_WINDOWS).prop_map(|windows| Schedule { windows })
}

fn any_moment() -> impl Strategy<Value = ZonedDateTime> {
    let zones = prop::sample::select(vec!["UTC", "Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe"]);
    // 1970 to 2096, in seconds.
    (0..4_000_000_000i64, zones)
        .prop_map(|(at, zone)| Timestamp::from_second(at).unwrap().to_zoned_datetime(time_zone(Some(zone)).unwrap()))
}

proptest! {
    #[test]
    fn a_schedule_survives_being_written(schedule in any_schedule()) {
        let text = schedule.to_string();
        prop_assert_eq!(text.parse::<Schedule>(), Ok(schedule.clone()));
        for window in schedule.windows() {
            let days: Vec<u8> = window.days().collect();
            prop_assert_eq!(Window::new(&days, &window.from(), &window.to()), Ok(*window));
        }
    }

    #[test]
    fn anything_may_be_read(text in ".{0,200}") {
        if let Ok(schedule) = text.parse::<Schedule>() {
            prop_assert_eq!(schedule.to_string().parse::<Schedule>(), Ok(schedule));
        }
    }

    #[test]
    fn nothing_changes_before_the_next_change(schedule in any_schedule(), now in any_moment()) {
        let state = |at: Timestamp| schedule.is_open(now.time_zone().to_datetime(at));
        let present = state(now.timestamp());
        let end = match schedule.next_change(&now) {
            Some(next) => {
                prop_assert!(next > now && state(next.timestamp()) != present, "{next}");
                next.timestamp()
            }
            None => now.timestamp() + (8 * 24).hours(),
        };
        // Every quarter of an hour up to there, and the second before.
        let mut at = now.timestamp();
        while at < end {
            prop_assert_eq!(state(at), present, "{}", at);
            at += 15.minutes();
        }
        let before = end - 1.second();
        prop_assert!(before < now.timestamp() || state(before) == present);
    }
}
