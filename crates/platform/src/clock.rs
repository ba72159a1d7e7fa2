//! The clock on the wall: the time now, in the time zone of the place where the roads are.

use std::sync::{PoisonError, RwLock};

use jiff::{Timestamp, ZonedDateTime};

pub use jiff::tz::TimeZone;

/// A name that is no time zone's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no time zone {0:?}; write one such as Asia/Shanghai or Europe/Berlin")]
pub struct UnknownZone(pub String);

/// The time zone of an IANA name such as "Asia/Shanghai"; that of the machine where none is given, UTC where
/// the machine has none.
///
/// # Errors
/// When the name is not known. The names come with the program and do not depend on the machine.
pub fn time_zone(name: Option<&str>) -> Result<TimeZone, UnknownZone> {
    match name {
        None => Ok(TimeZone::try_system().unwrap_or(TimeZone::UTC)),
        Some(name) => TimeZone::get(name).map_err(|_| UnknownZone(name.to_owned())),
    }
}

/// What schedules are read against; the zone may change while it runs.
pub struct WallClock {
    zone: RwLock<TimeZone>,
    now: Box<dyn Fn() -> Timestamp + Send + Sync>,
}

impl std::fmt::Debug for WallClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WallClock({})", self.zone_name())
    }
}

impl WallClock {
    /// The machine's clock, read in `zone`.
    pub fn new(zone: TimeZone) -> Self {
        Self::told_by(zone, Timestamp::now)
    }

    /// Another clock, for tests.
    pub fn told_by(zone: TimeZone, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { zone: RwLock::new(zone), now: Box::new(now) }
    }

    /// Reads the time in another zone from now on.
    pub fn set_zone(&self, zone: TimeZone) {
        *self.zone.write().unwrap_or_else(PoisonError::into_inner) = zone;
    }

    fn zone(&self) -> TimeZone {
        self.zone.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The zone's name, or its distance from UTC where it has none.
    pub fn zone_name(&self) -> String {
        let zone = self.zone();
        zone.iana_name().map_or_else(|| zone.to_offset((self.now)()).to_string(), str::to_owned)
    }

    /// What it shows at an instant in Unix milliseconds.
    pub fn at(&self, unix_ms: i64) -> ZonedDateTime {
        Timestamp::from_millisecond(unix_ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned_datetime(self.zone())
    }

    /// The time now.
    pub fn now(&self) -> ZonedDateTime {
        (self.now)().to_zoned_datetime(self.zone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_known_by_name_without_the_machine() {
        for name in ["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "UTC"] {
            assert_eq!(time_zone(Some(name)).unwrap().iana_name(), Some(name));
        }
        for name in ["", "Asia/Nowhere", "../../etc/passwd", "+08:00"] {
            assert_eq!(time_zone(Some(name)), Err(UnknownZone(name.to_owned())));
        }
    }

    #[test]
    fn the_zone_changes_while_the_clock_runs() {
        let clock = WallClock::told_by(TimeZone::UTC, || "2026-11-26T23:30:00Z".parse().unwrap());
        assert_eq!((clock.now().day(), clock.zone_name()), (26, "UTC".to_owned()));
        clock.set_zone(time_zone(Some("Asia/Shanghai")).unwrap());
        assert_eq!((clock.now().day(), clock.now().hour()), (27, 7));
        assert_eq!(clock.zone_name(), "Asia/Shanghai");
        clock.set_zone(TimeZone::fixed(jiff::tz::offset(8)));
        assert_eq!(clock.zone_name(), "+08");
    }
}
