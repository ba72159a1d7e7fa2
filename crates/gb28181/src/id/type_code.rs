//! Digits 11 to 13 of a code: what it stands for (GB/T 28181-2022 table E.1).

macro_rules! type_codes {
    ($($(#[$meta:meta])* $name:ident = $number:literal),* $(,)?) => {
        /// What a code of 20 digits stands for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum TypeCode {
            $($(#[$meta])* $name,)*
            /// Any other number.
            Other(u16),
        }

        impl TypeCode {
            /// The type with this number.
            pub const fn from_number(number: u16) -> Self {
                match number {
                    $($number => Self::$name,)*
                    other => Self::Other(other),
                }
            }

            /// Its three digits.
            pub const fn number(self) -> u16 {
                match self {
                    $(Self::$name => $number,)*
                    Self::Other(number) => number,
                }
            }
        }
    };
}

type_codes! {
    /// Digital video recorder.
    Dvr = 111,
    /// Video server.
    VideoServer = 112,
    /// Encoder.
    Encoder = 113,
    /// Decoder.
    Decoder = 114,
    /// Video matrix.
    VideoMatrix = 115,
    /// Audio matrix.
    AudioMatrix = 116,
    /// Alarm controller.
    AlarmController = 117,
    /// Network video recorder.
    Nvr = 118,
    /// System that collects images online.
    ImageCollector = 120,
    /// Checkpoint of vehicles.
    Checkpoint = 121,
    /// Device with several lenses.
    MultiLens = 122,
    /// Controller of a car park.
    Parking = 123,
    /// Controller of a people's entrance.
    Entrance = 124,
    /// Security screening.
    Screening = 125,
    /// Hybrid video recorder.
    Hvr = 130,
    /// Camera.
    Camera = 131,
    /// Network camera.
    NetworkCamera = 132,
    /// Display.
    Display = 133,
    /// Alarm input.
    AlarmInput = 134,
    /// Alarm output.
    AlarmOutput = 135,
    /// Audio input.
    AudioInput = 136,
    /// Audio output: a loudspeaker.
    AudioOutput = 137,
    /// Mobile transmission.
    MobileTransmission = 138,
    /// Other peripheral.
    OtherPeripheral = 139,
    /// Alarm output by relay.
    AlarmRelay = 140,
    /// Barrier.
    Barrier = 141,
    /// Door.
    Door = 142,
    /// Reader of credentials.
    CredentialReader = 143,
    /// Signalling server of a platform.
    SignallingServer = 200,
    /// Web server.
    WebServer = 201,
    /// Media distribution (202 in the edition of 2016).
    MediaServer = 202,
    /// Proxy.
    Proxy = 203,
    /// Security server.
    SecurityServer = 204,
    /// Alarm server.
    AlarmServer = 205,
    /// Database server.
    DatabaseServer = 206,
    /// Map server.
    GisServer = 207,
    /// Management server.
    ManagementServer = 208,
    /// Access gateway.
    AccessGateway = 209,
    /// Storage of media.
    MediaStorage = 210,
    /// Security gateway of the signalling.
    SignallingGateway = 211,
    /// Business group.
    BusinessGroup = 215,
    /// Virtual organisation inside a business group.
    VirtualOrganisation = 216,
}

impl TypeCode {
    /// Whether it delivers pictures: cameras of any kind.
    pub const fn is_video_channel(self) -> bool {
        matches!(self, Self::Camera | Self::NetworkCamera | Self::Checkpoint | Self::MultiLens)
    }

    /// Whether it is a device that has channels.
    pub const fn is_main_device(self) -> bool {
        matches!(self.number(), 111..=118 | 130)
    }

    /// Whether it is a platform, or a server of one.
    pub const fn is_platform(self) -> bool {
        matches!(self.number(), 200..=214)
    }

    /// Whether it is a user: of a centre (300 to 399) or at a terminal (400 to 499).
    pub const fn is_user(self) -> bool {
        matches!(self.number(), 300..=499)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_kept() {
        for number in 0..1000 {
            assert_eq!(TypeCode::from_number(number).number(), number);
        }
        assert_eq!(TypeCode::from_number(216), TypeCode::VirtualOrganisation);
        assert_eq!(TypeCode::from_number(600), TypeCode::Other(600));
    }

    #[test]
    fn types_belong_to_families() {
        assert!(TypeCode::NetworkCamera.is_video_channel() && !TypeCode::AlarmInput.is_video_channel());
        assert!(TypeCode::Nvr.is_main_device() && !TypeCode::Camera.is_main_device());
        assert!(TypeCode::SignallingServer.is_platform() && !TypeCode::BusinessGroup.is_platform());
        assert!(TypeCode::Other(301).is_user());
    }
}
