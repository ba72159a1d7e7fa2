//! Session descriptions (RFC 8866) as RTSP uses them (RFC 2326 appendix C).

mod fmtp;
mod mapping;
#[cfg(test)]
mod tests;
mod track;

use std::num::NonZeroU32;

use media::{Language, MediaKind};
use sdp_types::{AddrType, Attribute, Connection, Media, NetType, Origin, Session, Time};

use fmtp::Parameters;
pub use mapping::PayloadMapping;
pub(crate) use track::payload_type;
pub use track::{payload_clock_hz, tracks_to_description};

/// Bytes of a description that we read.
pub const MAX_DESCRIPTION_BYTES: usize = 128 << 10;
/// Media sections that we read; further ones are ignored.
pub const MAX_MEDIA: usize = 16;

/// Why a description is unusable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SdpError {
    /// Longer than [`MAX_DESCRIPTION_BYTES`].
    #[error("session description of {0} bytes is too long")]
    TooLong(usize),
    /// Not a session description even after the repairs that we know.
    #[error("session description is malformed: {0}")]
    Malformed(String),
    /// No media section can be used.
    #[error("session description has no media")]
    NoMedia,
}

/// What a peer offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionDescription {
    /// `s=`.
    pub name: String,
    /// `a=control` of the session.
    pub control: Option<String>,
    /// Media sections in their order.
    pub media: Vec<MediaDescription>,
}

/// One media section, reduced to its first payload type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaDescription {
    /// Seen, heard or read.
    pub kind: MediaKind,
    /// RTP payload type.
    pub payload_type: u8,
    /// Encoding name as sent, such as `H264` or `mpeg4-generic`.
    pub encoding: String,
    /// RTP clock.
    pub clock_hz: NonZeroU32,
    /// Channels of the `rtpmap` line, 1 where absent.
    pub channels: u8,
    /// Value of the `fmtp` line without the payload type.
    pub fmtp: String,
    /// `a=control`.
    pub control: Option<String>,
    /// `a=lang` (RFC 8866 §6.12).
    pub language: Option<Language>,
    /// Whether the peer says that it only receives here (`a=sendonly` seen from us): an audio back channel.
    pub back_channel: bool,
}

impl SessionDescription {
    /// Reads a description.
    ///
    /// Tolerances: line ends of LF or CR alone; text that is not UTF-8; a missing or malformed `v=`, `o=`,
    /// `s=` or `t=`; lines that only matter to conferences (`e=`, `b=`, `r=`, `k=` ...) are skipped
    /// unread; `m=` lines with an absurd port.
    ///
    /// # Errors
    /// When it is too long, hopelessly malformed, or offers nothing.
    pub fn parse(bytes: &[u8]) -> Result<Self, SdpError> {
        if bytes.len() > MAX_DESCRIPTION_BYTES {
            return Err(SdpError::TooLong(bytes.len()));
        }
        let repaired = repair(&String::from_utf8_lossy(bytes));
        let session = Session::parse(repaired.as_bytes()).map_err(|error| SdpError::Malformed(error.to_string()))?;
        let media: Vec<_> = session.medias.iter().filter_map(MediaDescription::from_section).take(MAX_MEDIA).collect();
        if media.is_empty() {
            return Err(SdpError::NoMedia);
        }
        let control = attribute(&session.attributes, "control").map(str::to_owned);
        Ok(Self { name: session.session_name, control, media })
    }

    /// Writes the description for an RTSP answer or announcement: address 0.0.0.0 and ports 0, as the
    /// transport is negotiated by SETUP (RFC 2326 appendix C.1.2).
    pub fn write(&self) -> String {
        let origin = Origin::new("0", 0, NetType::In, AddrType::Ip4, "0.0.0.0");
        let name = one_line(&self.name);
        let mut session = Session::new(origin, if name.is_empty() { "-".to_owned() } else { name });
        session.connection = Some(Connection::new(NetType::In, AddrType::Ip4, "0.0.0.0"));
        session.times = vec![Time::new(0, 0)];
        if let Some(control) = &self.control {
            session.attributes.push(Attribute::with_value("control", one_line(control)));
        }
        session.medias = self.media.iter().map(MediaDescription::to_section).collect();
        let mut out = Vec::new();
        session.write(&mut out).expect("writing into memory cannot fail");
        String::from_utf8_lossy(&out).into_owned()
    }
}

impl MediaDescription {
    fn from_section(section: &Media) -> Option<Self> {
        let kind = match section.media.to_ascii_lowercase().as_str() {
            "video" => MediaKind::Video,
            "audio" => MediaKind::Audio,
            _ => MediaKind::Data,
        };
        // Anything but RTP (TCP, UDP, "RAW/RAW/UDP") has no payload type.
        let payload_type: u8 = section.fmt.split_ascii_whitespace().next()?.parse().ok()?;
        if payload_type > 127 {
            return None;
        }
        let mapping = section
            .attributes
            .iter()
            .filter(|attribute| attribute.attribute.eq_ignore_ascii_case("rtpmap"))
            .find_map(|attribute| of_payload_type(attribute.value.as_deref()?, payload_type));
        let mapping = PayloadMapping::new(payload_type, kind, mapping)?;
        let fmtp = section
            .attributes
            .iter()
            .filter(|attribute| attribute.attribute.eq_ignore_ascii_case("fmtp"))
            .find_map(|attribute| of_payload_type(attribute.value.as_deref()?, payload_type))
            .unwrap_or_default();
        Some(Self {
            fmtp: fmtp.to_owned(),
            control: attribute(&section.attributes, "control").map(str::to_owned),
            language: attribute(&section.attributes, "lang").and_then(Language::from_tag),
            back_channel: section
                .attributes
                .iter()
                .any(|attribute| attribute.attribute.eq_ignore_ascii_case("sendonly")),
            ..Self::of_mapping(kind, payload_type, mapping)
        })
    }

    /// A section with one payload type and nothing else.
    pub fn of_mapping(kind: MediaKind, payload_type: u8, mapping: PayloadMapping) -> Self {
        let PayloadMapping { encoding, clock_hz, channels } = mapping;
        Self {
            kind,
            payload_type,
            encoding,
            clock_hz,
            channels,
            fmtp: String::new(),
            control: None,
            language: None,
            back_channel: false,
        }
    }

    fn to_section(&self) -> Media {
        let kind = match self.kind {
            MediaKind::Video => sdp_types::MediaType::Video,
            MediaKind::Audio => sdp_types::MediaType::Audio,
            MediaKind::Data => sdp_types::MediaType::Application,
        };
        let protocol = sdp_types::TransportProto::RtpAvp;
        let mut section = Media::new(kind, 0, protocol, self.payload_type.to_string());
        let mut mapping = format!("{} {}/{}", self.payload_type, one_line(&self.encoding), self.clock_hz);
        if self.channels > 1 {
            mapping.push_str(&format!("/{}", self.channels));
        }
        section.attributes.push(Attribute::with_value("rtpmap", mapping));
        if !self.fmtp.is_empty() {
            let value = format!("{} {}", self.payload_type, one_line(&self.fmtp));
            section.attributes.push(Attribute::with_value("fmtp", value));
        }
        if let Some(language) = self.language {
            section.attributes.push(Attribute::with_value("lang", language.to_string()));
        }
        if let Some(control) = &self.control {
            section.attributes.push(Attribute::with_value("control", one_line(control)));
        }
        section
    }

    fn parameters(&self) -> Parameters<'_> {
        Parameters::new(&self.fmtp)
    }
}

/// Keeps what we read and puts it into the order and shape that the grammar wants.
fn repair(text: &str) -> String {
    let mut session_name = "-";
    let mut body = String::with_capacity(text.len());
    for line in text.split(['\r', '\n', '\0']) {
        match line.trim_start_matches([' ', '\u{feff}']).split_once('=') {
            Some(("s", name)) if !name.trim().is_empty() => session_name = name,
            // An unusable section stays, so that its attributes do not fall to the one before.
            Some(("m", section)) => {
                let section = media_line(section).unwrap_or_else(|| "application 0 none none".to_owned());
                body.push_str(&format!("m={section}\r\n"));
            }
            Some(("a", value)) if !value.is_empty() => body.push_str(&format!("a={value}\r\n")),
            _ => {}
        }
    }
    format!("v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns={session_name}\r\nt=0 0\r\n{body}")
}

/// `media port proto fmt ...`; the port is not used over RTSP, so an unreadable one becomes 0.
fn media_line(section: &str) -> Option<String> {
    let mut words = section.split_ascii_whitespace();
    let (kind, port, protocol) = (words.next()?, words.next()?, words.next()?);
    let formats: Vec<&str> = words.collect();
    let port = port.parse::<u16>().unwrap_or(0);
    (!formats.is_empty()).then(|| format!("{kind} {port} {protocol} {}", formats.join(" ")))
}

fn attribute<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    attributes
        .iter()
        .find(|attribute| attribute.attribute.eq_ignore_ascii_case(name))
        .and_then(|attribute| attribute.value.as_deref())
        .map(str::trim)
        .filter(|value| !value.is_empty())
}

/// The rest of `PT value` when the payload type matches.
fn of_payload_type(value: &str, payload_type: u8) -> Option<&str> {
    let (number, rest) = value.trim().split_once([' ', '\t'])?;
    (number.parse::<u8>().ok()? == payload_type).then(|| rest.trim())
}

/// Line breaks would start a new SDP line.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
