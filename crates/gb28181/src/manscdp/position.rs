//! Where moving devices are, and where cameras look (GB/T 28181-2022 §A.2.5.6, §A.2.6.15).

use super::schema::{nodes, record};
use crate::beijing_time::BeijingTime;
use crate::id::Id;

record! {
    /// How often positions are wanted.
    pub struct MobilePositionQuery {
        /// Seconds between two; 5 where it is missing.
        "Interval" => interval_s: Option<u32>,
    }
}

record! {
    /// A position in WGS-84.
    pub struct Position {
        /// Whose position; missing where the message is about one device.
        "DeviceID" => device_id: Option<Id>,
        /// When it was there.
        "CaptureTime" => time: Option<BeijingTime>,
        /// Degrees east.
        "Longitude" => longitude: Option<f64>,
        /// Degrees north.
        "Latitude" => latitude: Option<f64>,
        /// Kilometres an hour.
        "Speed" => speed_km_h: Option<f64>,
        /// Degrees clockwise from north.
        "Direction" => direction_degrees: Option<f64>,
        /// Metres above sea level.
        "Altitude" => altitude_m: Option<f64>,
        /// Metres above ground.
        "Height" since V2022 => height_m: Option<f64>,
    }
}

nodes!(Position);

record! {
    /// A notification of positions. The edition of 2016 has one, flat in the message; that of 2022 has a list. Both
    /// are read; [`MobilePosition::positions`] has them all.
    pub struct MobilePosition {
        /// When it was sent; in the flat form, when the device was there.
        "Time" => time: Option<BeijingTime>,
        /// Degrees east.
        "Longitude" => longitude: Option<f64>,
        /// Degrees north.
        "Latitude" => latitude: Option<f64>,
        /// Kilometres an hour.
        "Speed" => speed_km_h: Option<f64>,
        /// Degrees clockwise from north.
        "Direction" => direction_degrees: Option<f64>,
        /// Metres above sea level.
        "Altitude" => altitude_m: Option<f64>,
        /// Positions in all messages together.
        "SumNum" since V2022 => total: Option<u32>,
        /// Positions in this one.
        "DeviceList" / "Item" => items: Vec<Position>,
    }
}

impl MobilePosition {
    /// All positions, whatever the form of the message; each with the device that it is of. `sender` is the
    /// [`Message::device_id`](super::Message::device_id).
    pub fn positions(&self, sender: Option<&Id>) -> Vec<Position> {
        let flat = Position {
            device_id: sender.cloned(),
            time: self.time,
            longitude: self.longitude,
            latitude: self.latitude,
            speed_km_h: self.speed_km_h,
            direction_degrees: self.direction_degrees,
            altitude_m: self.altitude_m,
            height_m: None,
        };
        let listed = self.items.iter().map(|item| Position {
            device_id: item.device_id.clone().or_else(|| sender.cloned()),
            time: item.time.or(self.time),
            ..item.clone()
        });
        let flat = (self.longitude.is_some() && self.latitude.is_some()).then_some(flat);
        flat.into_iter().chain(listed).collect()
    }
}

record! {
    /// Where a camera looks (2022).
    pub struct PtzPosition {
        /// Degrees, 0 to 360, clockwise as seen from above.
        "Pan" => pan_degrees: Option<f64>,
        /// Degrees, about -30 to 90, down is positive.
        "Tilt" => tilt_degrees: Option<f64>,
        /// Magnification.
        "Zoom" => zoom: Option<f64>,
        /// Degrees that the picture is wide.
        "HorizontalFieldAngle" => horizontal_field_degrees: Option<f64>,
        /// Degrees that it is high.
        "VerticalFieldAngle" => vertical_field_degrees: Option<f64>,
        /// Metres that it can see.
        "MaxViewDistance" => max_view_m: Option<f64>,
    }
}
