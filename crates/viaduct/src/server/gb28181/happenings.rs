//! What devices tell of, on its way to those who keep it: alarms, positions, pictures that were sent.

use std::sync::Arc;

use db::{AlarmRow, Database, PositionRow};
use device::gb28181::{Gb28181, Happening};
use gb28181::Id;
use gb28181::manscdp::{Alarm, MobilePosition, Position};
use platform::devices::Devices;
use platform::snapshots::requests::Requests;
use platform::unix_now_ms;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

/// What is kept of each; the oldest are forgotten.
const MAX_ALARMS: i64 = 100_000;
const MAX_POSITIONS: i64 = 1_000_000;
/// What is written in one transaction.
const BATCH: usize = 1000;
/// A clock that is further off is not believed.
const MAX_CLOCK_ERROR_MS: i64 = 24 * 3_600_000;

/// Keeps what devices tell, until signalling ends.
pub(in crate::server) async fn keep(devices: Arc<Gb28181>, known: Arc<Devices>, database: Database) {
    let mut happenings = devices.listen();
    while let Some(batch) = next(&mut happenings).await {
        let mut rows = Rows::default();
        for happening in batch {
            rows.take(&devices, &known, happening);
        }
        rows.write(&database).await;
    }
}

/// Hears from devices that they have sent the pictures that they were asked for, until signalling ends. What is lost is over when
/// its time is.
pub(in crate::server) async fn note_snapshots(devices: Arc<Gb28181>, requests: Arc<Requests>) {
    let mut happenings = devices.listen();
    loop {
        match happenings.recv().await {
            Ok(Happening::SnapShots { device, finished }) => {
                let files = finished.list.map(|list| list.files.len()).unwrap_or_default();
                requests.finish(device.as_str(), &finished.session.unwrap_or_default(), files);
            }
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

/// Everything that has happened since, once something has; `None` at the end.
async fn next(happenings: &mut Receiver<Happening>) -> Option<Vec<Happening>> {
    let mut batch = Vec::new();
    match happenings.recv().await {
        Ok(first) => batch.push(first),
        Err(RecvError::Lagged(lost)) => warn(lost),
        Err(RecvError::Closed) => return None,
    }
    while batch.len() < BATCH {
        match happenings.try_recv() {
            Ok(further) => batch.push(further),
            Err(TryRecvError::Lagged(lost)) => warn(lost),
            Err(_) => break,
        }
    }
    Some(batch)
}

fn warn(lost: u64) {
    tracing::warn!(lost, "Alarms and positions came faster than they can be kept; the oldest are lost.");
}

#[derive(Default)]
struct Rows {
    alarms: Vec<AlarmRow>,
    positions: Vec<PositionRow>,
}

impl Rows {
    fn take(&mut self, devices: &Gb28181, known: &Devices, happening: Happening) {
        match happening {
            Happening::Alarm { device, source, alarm } => {
                let number = devices.number_of(&device);
                let channel_id = number.and_then(|number| known.line_of(number, source.as_str()));
                self.alarms.push(AlarmRow { device_id: number, channel_id, ..alarm_row(&device, &source, &alarm) });
            }
            Happening::Moved { device, source, position } => {
                let device_id = devices.number_of(&device);
                let rows = position_rows(&device, &source, &position, unix_now_ms());
                self.positions.extend(rows.into_iter().map(|row| PositionRow { device_id, ..row }));
            }
            _ => {}
        }
    }

    async fn write(self, database: &Database) {
        if !self.alarms.is_empty()
            && let Err(error) = database.add_device_alarms(&self.alarms, MAX_ALARMS).await
        {
            tracing::error!(%error, lost = self.alarms.len(), "Alarms were not kept.");
        }
        if !self.positions.is_empty()
            && let Err(error) = database.add_device_positions(&self.positions, MAX_POSITIONS).await
        {
            tracing::error!(%error, lost = self.positions.len(), "Positions were not kept.");
        }
    }
}

fn alarm_row(device: &Id, source: &Id, alarm: &Alarm) -> AlarmRow {
    AlarmRow {
        received_at_ms: unix_now_ms(),
        raised_at_ms: alarm.time.map(|time| time.unix_ms()),
        priority: alarm.priority.map(i64::from),
        method: alarm.method.map(i64::from),
        kind: alarm.info.as_ref().and_then(|info| info.kind).map(i64::from),
        description: alarm.description.clone().unwrap_or_default(),
        longitude: alarm.longitude,
        latitude: alarm.latitude,
        device: device.to_string(),
        source: source.to_string(),
        ..AlarmRow::default()
    }
}

/// The one position of a message, or those of its list; what is no place on earth is left out.
fn position_rows(device: &Id, source: &Id, told: &MobilePosition, now_ms: i64) -> Vec<PositionRow> {
    let flat = Position {
        device_id: None,
        time: told.time,
        longitude: told.longitude,
        latitude: told.latitude,
        speed_km_h: told.speed_km_h,
        direction_degrees: told.direction_degrees,
        altitude_m: told.altitude_m,
        ..Position::default()
    };
    let row = |position: &Position| {
        let (longitude, latitude) = (position.longitude?, position.latitude?);
        // Receivers without a fix say 0, 0.
        let is_place = longitude.abs() <= 180.0 && latitude.abs() <= 90.0 && (longitude, latitude) != (0.0, 0.0);
        let time_ms = position.time.or(told.time).map(|time| time.unix_ms());
        let is_believed = |at_ms: &i64| (at_ms - now_ms).abs() < MAX_CLOCK_ERROR_MS;
        let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
        is_place.then(|| PositionRow {
            device: device.to_string(),
            source: position.device_id.as_ref().unwrap_or(source).to_string(),
            at_ms: time_ms.filter(is_believed).unwrap_or(now_ms),
            longitude,
            latitude,
            speed: finite(position.speed_km_h),
            direction: finite(position.direction_degrees),
            altitude: finite(position.altitude_m),
            ..PositionRow::default()
        })
    };
    if told.items.is_empty() { row(&flat).into_iter().collect() } else { told.items.iter().filter_map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_790_000_000_000;

    fn id(text: &str) -> Id {
        Id::new(text).unwrap()
    }

    fn rows(told: &MobilePosition) -> Vec<PositionRow> {
        position_rows(&id("34020000001110000001"), &id("34020000001110000002"), told, NOW_MS)
    }

    #[test]
    fn one_position_and_a_list_of_them_are_kept() {
        let time = gb28181::BeijingTime::from_unix_ms(NOW_MS - 5000);
        let flat = MobilePosition {
            time,
            longitude: Some(120.5),
            latitude: Some(31.2),
            speed_km_h: Some(80.0),
            ..MobilePosition::default()
        };
        let [row] = rows(&flat).try_into().unwrap();
        assert_eq!((row.source.as_str(), row.at_ms, row.speed), ("34020000001110000002", NOW_MS - 5000, Some(80.0)));
        let item = |code: &str, longitude| Position {
            device_id: Some(id(code)),
            longitude: Some(longitude),
            latitude: Some(31.0),
            ..Position::default()
        };
        let list = MobilePosition {
            items: vec![item("1", 120.0), item("2", 500.0), item("3", 121.0)],
            ..MobilePosition::default()
        };
        let found: Vec<_> = rows(&list).into_iter().map(|row| (row.source, row.at_ms)).collect();
        assert_eq!(found, [("1".to_owned(), NOW_MS), ("3".to_owned(), NOW_MS)]);
    }

    #[test]
    fn no_fix_and_clocks_that_are_days_off_are_seen_through() {
        let told = |longitude, latitude, at_ms| MobilePosition {
            time: gb28181::BeijingTime::from_unix_ms(at_ms),
            longitude: Some(longitude),
            latitude: Some(latitude),
            ..MobilePosition::default()
        };
        assert!(rows(&told(0.0, 0.0, NOW_MS)).is_empty());
        assert!(rows(&told(f64::NAN, 31.0, NOW_MS)).is_empty());
        assert_eq!(rows(&told(120.0, 31.0, 946_684_800_000))[0].at_ms, NOW_MS);
    }
}
