//! Alarms (GB/T 28181-2022 §A.2.5.3).

use super::schema::{nodes, record};
use crate::beijing_time::BeijingTime;

record! {
    /// Which alarms are asked for or subscribed to.
    pub struct AlarmQuery {
        /// First priority, 1 the highest; 0 all.
        "StartAlarmPriority" => start_priority: Option<u8>,
        /// Last priority; 0 all.
        "EndAlarmPriority" => end_priority: Option<u8>,
        /// Numbers of [`AlarmMethod`] as sent; 0 all.
        "AlarmMethod" => method: Option<String>,
        /// Types, as the methods have them.
        "AlarmType" => kind: Option<String>,
        /// From when; examples of the edition of 2016 call it `StartTime`.
        "StartAlarmTime" => start: Option<BeijingTime>,
        /// Until when.
        "EndAlarmTime" => end: Option<BeijingTime>,
        /// The same by its other name.
        "StartTime" => other_start: Option<BeijingTime>,
        /// The same by its other name.
        "EndTime" => other_end: Option<BeijingTime>,
    }
}

record! {
    /// An alarm. It is answered by an acknowledgement; after one of [`AlarmMethod::Device`] the device stays silent
    /// until it is reset.
    pub struct Alarm {
        /// 1 the highest, 4 the lowest.
        "AlarmPriority" => priority: Option<u8>,
        /// How it came about; [`Alarm::event`] says what it is.
        "AlarmMethod" => method: Option<u16>,
        /// When.
        "AlarmTime" => time: Option<BeijingTime>,
        /// In words.
        "AlarmDescription" => description: Option<String>,
        /// Degrees east.
        "Longitude" => longitude: Option<f64>,
        /// Degrees north.
        "Latitude" => latitude: Option<f64>,
        /// More of it. Some platforms write the element `info`.
        "Info" => info: Option<AlarmInfo>,
    }
}

record! {
    /// What kind of alarm it is, within its method.
    pub struct AlarmInfo {
        /// Type.
        "AlarmType" => kind: Option<u16>,
        /// Parameters of the type.
        "AlarmTypeParam" => details: Option<AlarmDetails>,
    }
}

record! {
    /// Parameters of a type of alarm.
    pub struct AlarmDetails {
        /// Of an intrusion: see [`AlarmEventDirection`].
        "EventType" => event_type: Option<u16>,
    }
}

nodes!(AlarmInfo, AlarmDetails);

/// Which way an intrusion went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AlarmEventDirection {
    /// Into the area (1).
    Entered,
    /// Out of the area (2).
    Left,
}

/// How an alarm came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AlarmMethod {
    /// By telephone (1).
    Telephone,
    /// By a device (2).
    Device,
    /// By text message (3).
    TextMessage,
    /// By GPS (4).
    Gps,
    /// By what is seen in the picture (5).
    Video,
    /// By a fault of a device (6).
    Fault,
    /// By anything else (7).
    Other,
}

impl AlarmMethod {
    const ALL: [Self; 7] =
        [Self::Telephone, Self::Device, Self::TextMessage, Self::Gps, Self::Video, Self::Fault, Self::Other];

    /// Its number on the wire.
    pub const fn number(self) -> u16 {
        match self {
            Self::Telephone => 1,
            Self::Device => 2,
            Self::TextMessage => 3,
            Self::Gps => 4,
            Self::Video => 5,
            Self::Fault => 6,
            Self::Other => 7,
        }
    }

    /// The method of a number.
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.number() == number)
    }
}

macro_rules! events {
    ($($(#[$meta:meta])* $name:ident = $method:literal, $kind:literal;)*) => {
        /// What an alarm is, told by its method and type together.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum AlarmEvent {
            $($(#[$meta])* $name,)*
        }

        impl AlarmEvent {
            /// Numbers of its method and type.
            pub const fn numbers(self) -> (u16, u16) {
                match self {
                    $(Self::$name => ($method, $kind),)*
                }
            }

            /// The event of a method and type.
            pub const fn from_numbers(method: u16, kind: u16) -> Option<Self> {
                match (method, kind) {
                    $(($method, $kind) => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

events! {
    /// No picture.
    VideoLoss = 2, 1;
    /// Somebody opened or moved the device.
    Tamper = 2, 2;
    /// The disk is full.
    DiskFull = 2, 3;
    /// Too hot.
    TooHot = 2, 4;
    /// Too cold.
    TooCold = 2, 5;
    /// Raised by hand.
    Manual = 5, 1;
    /// Something moves.
    Motion = 5, 2;
    /// An object was left.
    ObjectLeft = 5, 3;
    /// An object is gone.
    ObjectRemoved = 5, 4;
    /// A line was crossed.
    Tripwire = 5, 5;
    /// An area was entered or left.
    Intrusion = 5, 6;
    /// Against the direction of traffic.
    WrongWay = 5, 7;
    /// Loitering.
    Loitering = 5, 8;
    /// Figures of a flow of traffic or people.
    FlowStatistics = 5, 9;
    /// Figures of a density.
    Density = 5, 10;
    /// The picture is not as it should be.
    VideoAbnormal = 5, 11;
    /// Something moves fast.
    FastMotion = 5, 12;
    /// The lens is covered.
    Occlusion = 5, 13;
    /// A disk failed.
    DiskFault = 6, 1;
    /// A fan failed.
    FanFault = 6, 2;
}

impl Alarm {
    /// What it is, where its method and type are of the standard.
    pub fn event(&self) -> Option<AlarmEvent> {
        AlarmEvent::from_numbers(self.method?, self.info.as_ref()?.kind?)
    }

    /// Which way an intrusion went, where it is told.
    pub fn direction(&self) -> Option<AlarmEventDirection> {
        match self.info.as_ref()?.details.as_ref()?.event_type? {
            1 => Some(AlarmEventDirection::Entered),
            2 => Some(AlarmEventDirection::Left),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_told_by_method_and_type() {
        let alarm = |method, kind| Alarm {
            method: Some(method),
            info: Some(AlarmInfo { kind: Some(kind), details: None }),
            ..Alarm::default()
        };
        assert_eq!(alarm(5, 7).event(), Some(AlarmEvent::WrongWay));
        assert_eq!(alarm(2, 1).event(), Some(AlarmEvent::VideoLoss));
        assert_eq!(alarm(1, 1).event(), None);
        assert_eq!(Alarm::default().event(), None);
        for event in [AlarmEvent::FlowStatistics, AlarmEvent::FanFault, AlarmEvent::TooCold] {
            let (method, kind) = event.numbers();
            assert_eq!(alarm(method, kind).event(), Some(event));
        }
        assert_eq!(AlarmMethod::from_number(6), Some(AlarmMethod::Fault));
        assert_eq!(AlarmMethod::from_number(0), None);
    }
}
