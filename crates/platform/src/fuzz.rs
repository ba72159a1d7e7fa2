//! Entry points for fuzzing: each takes any bytes and must neither panic nor use unbounded memory.

use jiff::Timestamp;

use crate::clock::time_zone;
use crate::licence::Document;
use crate::schedule::Schedule;
use crate::stake::Stake;

/// Schedules as text, what they are written as, and their next change at a time that the bytes choose.
pub fn schedule(bytes: &[u8]) {
    let Ok(schedule) = String::from_utf8_lossy(bytes).parse::<Schedule>() else { return };
    assert_eq!(schedule.to_string().parse(), Ok(schedule.clone()), "what is written is read again");
    let seed = bytes.iter().fold(0i64, |seed, byte| seed.wrapping_mul(31).wrapping_add(i64::from(*byte)));
    let Ok(zone) = time_zone(Some("Europe/Berlin")) else { return };
    let Ok(at) = Timestamp::from_second(seed.rem_euclid(4_000_000_000)) else { return };
    let now = at.to_zoned_datetime(zone);
    if let Some(next) = schedule.next_change(&now) {
        assert!(next > now && schedule.is_open(next.datetime()) != schedule.is_open(now.datetime()));
    }
}

/// Stakes as people write them.
pub fn stake(bytes: &[u8]) {
    if let Ok(stake) = String::from_utf8_lossy(bytes).parse::<Stake>() {
        assert_eq!(stake.to_string().parse(), Ok(stake), "what is written is read again");
    }
}

/// Licences, which are read before their signature is checked.
pub fn licence(bytes: &[u8]) {
    if let Ok(document) = Document::parse(&String::from_utf8_lossy(bytes)) {
        assert_eq!(Document::parse(&document.to_text()).ok(), Some(document), "what is written is read again");
    }
}
