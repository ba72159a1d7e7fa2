//! Media sections.

use std::num::NonZeroU32;

use media::MediaKind;
use rtp::MediaDescription;
use rtp::sdp::PayloadMapping;

/// How packets travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Transport {
    /// By UDP: `RTP/AVP`.
    #[default]
    Udp,
    /// Over a TCP connection, framed by RFC 4571: `TCP/RTP/AVP`.
    Tcp,
}

/// Who connects (`a=setup`), said of the sender of the description (RFC 4145 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Setup {
    /// The sender listens. Huawei refuses it (quirk 22).
    Passive,
    /// The sender connects to where the other side answers.
    Active,
    /// Either. The standard does not have it; it is only read.
    ActPass,
}

/// Which way media goes, said of the sender of the description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To it.
    RecvOnly,
    /// From it.
    SendOnly,
    /// Both ways.
    SendRecv,
}

/// How a stream of a channel is chosen. Makers had attributes of their own before the edition of 2022.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StreamAttribute {
    /// `streamnumber:0`, the edition of 2022.
    StreamNumber,
    /// `stream:0`, many makers.
    Stream,
    /// `streamprofile:0`, Dahua.
    StreamProfile,
    /// `streamMode:MAIN`, TP-Link and Mercury.
    StreamMode,
}

impl StreamAttribute {
    pub(super) const ALL: [Self; 4] = [Self::StreamNumber, Self::Stream, Self::StreamProfile, Self::StreamMode];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::StreamNumber => "streamnumber",
            Self::Stream => "stream",
            Self::StreamProfile => "streamprofile",
            Self::StreamMode => "streamMode",
        }
    }
}

/// A stream of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StreamChoice {
    /// How it is said.
    pub attribute: StreamAttribute,
    /// 0 the main stream, 1 the first sub-stream. [`StreamAttribute::StreamMode`] knows no others.
    pub number: u8,
}

impl StreamChoice {
    pub(super) fn parse(attribute: StreamAttribute, value: &str) -> Option<Self> {
        let number = match value.trim() {
            word if word.eq_ignore_ascii_case("MAIN") => 0,
            word if word.eq_ignore_ascii_case("SUB") => 1,
            number => number.parse().ok()?,
        };
        Some(Self { attribute, number })
    }

    pub(super) fn value(self) -> String {
        match (self.attribute, self.number) {
            (StreamAttribute::StreamMode, 0) => "MAIN".to_owned(),
            (StreamAttribute::StreamMode, _) => "SUB".to_owned(),
            (_, number) => number.to_string(),
        }
    }
}

/// A payload type with what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// Number in packets, 0 to 127.
    pub payload_type: u8,
    /// Encoding name as sent, such as `PS`.
    pub encoding: String,
    /// RTP clock.
    pub clock_hz: NonZeroU32,
    /// Channels of sound, 1 where it is not told.
    pub channels: u8,
    /// Value of the `fmtp` line without the number.
    pub fmtp: String,
}

/// What the packets of a payload type hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Carriage {
    /// A program stream with all tracks.
    ProgramStream,
    /// A transport stream, as gateways send it (quirk 20).
    TransportStream,
    /// One track.
    Elementary,
    /// A form of the maker's own: `HIKVISION` or `DAHUA` (annex G).
    Private,
}

impl Payload {
    /// What a number stands for without an `rtpmap` line (annex C). That of 99 is disputed: SVAC by the standard,
    /// H.265 by what is sent.
    pub(super) fn unmapped(payload_type: u8, kind: MediaKind) -> Option<Self> {
        let name = match payload_type {
            9 => Some("G7221/8000"),
            20 => Some("SVACA/8000"),
            96 => Some("PS/90000"),
            97 => Some("MPEG4/90000"),
            98 => Some("H264/90000"),
            99 | 100 => Some("H265/90000"),
            102 => Some("AAC/8000"),
            _ => None,
        };
        Self::mapped(payload_type, kind, name)
    }

    pub(super) fn mapped(payload_type: u8, kind: MediaKind, rtpmap: Option<&str>) -> Option<Self> {
        let PayloadMapping { encoding, clock_hz, channels } = PayloadMapping::new(payload_type, kind, rtpmap)?;
        Some(Self { payload_type, encoding, clock_hz, channels, fmtp: String::new() })
    }

    /// A payload of pictures with the clock of 90 kHz.
    pub fn video(payload_type: u8, encoding: &str) -> Self {
        const VIDEO_CLOCK_HZ: NonZeroU32 = NonZeroU32::new(90_000).expect("not zero");
        Self { payload_type, encoding: encoding.to_owned(), clock_hz: VIDEO_CLOCK_HZ, channels: 1, fmtp: String::new() }
    }

    /// G.711 A-law, as broadcasts have it.
    pub fn pcma() -> Self {
        const CLOCK_HZ: NonZeroU32 = NonZeroU32::new(8000).expect("not zero");
        Self { payload_type: 8, encoding: "PCMA".to_owned(), clock_hz: CLOCK_HZ, channels: 1, fmtp: String::new() }
    }

    /// What the packets should hold. Devices send others all the same: look at the first bytes, too.
    pub fn carriage(&self) -> Carriage {
        match self.encoding.to_ascii_uppercase().as_str() {
            "PS" | "MP2P" => Carriage::ProgramStream,
            "MP2T" | "TS" => Carriage::TransportStream,
            "HIKVISION" | "DAHUA" => Carriage::Private,
            _ => Carriage::Elementary,
        }
    }

    /// The same as other protocols have it, for the depacketizer of an elementary stream.
    pub fn to_media(&self, kind: MediaKind) -> MediaDescription {
        let mapping =
            PayloadMapping { encoding: self.encoding.clone(), clock_hz: self.clock_hz, channels: self.channels };
        MediaDescription { fmtp: self.fmtp.clone(), ..MediaDescription::of_mapping(kind, self.payload_type, mapping) }
    }
}

/// A media section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// Pictures, which may hold sound, or sound alone.
    pub kind: MediaKind,
    /// Port; uppers refuse an answer with 0 (quirk 30).
    pub port: u16,
    /// How packets travel.
    pub transport: Transport,
    /// Payload types, the preferred one first.
    pub payloads: Vec<Payload>,
    /// Address of this section alone.
    pub address: Option<String>,
    /// Which way media goes.
    pub direction: Option<Direction>,
    /// Who connects; over TCP only.
    pub setup: Option<Setup>,
    /// Which stream of the channel.
    pub stream: Option<StreamChoice>,
    /// How many times as fast a recording is fetched.
    pub download_speed: Option<u16>,
    /// Bytes of the recording, in the answer.
    pub file_size_bytes: Option<u64>,
}

impl Media {
    /// A section of pictures by UDP.
    pub const fn video(port: u16, payloads: Vec<Payload>) -> Self {
        Self::new(MediaKind::Video, port, payloads)
    }

    /// A section of sound by UDP.
    pub const fn audio(port: u16, payloads: Vec<Payload>) -> Self {
        Self::new(MediaKind::Audio, port, payloads)
    }

    pub(super) const fn new(kind: MediaKind, port: u16, payloads: Vec<Payload>) -> Self {
        Self {
            kind,
            port,
            transport: Transport::Udp,
            payloads,
            address: None,
            direction: None,
            setup: None,
            stream: None,
            download_speed: None,
            file_size_bytes: None,
        }
    }

    /// The payload type of packets with this number.
    pub fn payload(&self, payload_type: u8) -> Option<&Payload> {
        self.payloads.iter().find(|payload| payload.payload_type == payload_type)
    }

    /// Payload types that a platform offers for pictures.
    pub fn usual_payloads() -> Vec<Payload> {
        [(96, "PS"), (97, "MPEG4"), (98, "H264"), (99, "H265")]
            .map(|(number, name)| Payload::video(number, name))
            .into()
    }

    /// The long list that some recorders ask for ("senior" description, quirk 7), as open platforms offer it; no
    /// specification has it.
    pub fn long_payloads() -> Vec<Payload> {
        const PROFILE: &str = "profile-level-id=42e01e";
        let with_profile = |number, name| Payload { fmtp: PROFILE.to_owned(), ..Payload::video(number, name) };
        vec![
            Payload::video(96, "PS"),
            with_profile(126, "H264"),
            with_profile(125, "H264S"),
            Payload::video(99, "H265"),
            Payload::video(98, "H264"),
            Payload::video(97, "MPEG4"),
        ]
    }
}
