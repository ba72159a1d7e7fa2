//! Reads session descriptions.
//!
//! Tolerances (quirks 7, 14, 34): any order of lines; line ends of LF or CR alone and none at the end; text that is
//! not UTF-8; missing `v=`, `o=`, `s=`, `t=`; sections without `rtpmap`; `y=` and `f=` in any section; `y=` with
//! fewer digits or something behind them; addresses and ports that are none; attributes in front of the first
//! section, which then hold for all.

use media::MediaKind;

use super::section::{Direction, Media, Payload, Setup, StreamAttribute, StreamChoice, Transport};
use super::{Description, FormatParameters, MAX_DESCRIPTION_BYTES, MAX_MEDIA, MAX_PAYLOADS, RecordingSource, SdpError};
use super::{SessionKind, Ssrc};
use crate::charset;
use crate::id::Id;

/// Longest host name (RFC 1035 §2.3.4).
const MAX_HOST_BYTES: usize = 255;

pub(super) fn parse(bytes: &[u8]) -> Result<Description, SdpError> {
    if bytes.len() > MAX_DESCRIPTION_BYTES {
        return Err(SdpError::TooLong(bytes.len()));
    }
    let text = charset::decode(bytes);
    let mut description = Description::default();
    let mut sections: Vec<Section<'_>> = Vec::new();
    let mut common = Attributes::default();
    // Attributes of a section that is not kept must not fall to the one before.
    let mut is_skipping = false;
    for line in text.split(['\r', '\n', '\0']) {
        let Some((key, value)) = line.trim().split_once('=') else {
            continue;
        };
        let value = value.trim();
        if key.eq_ignore_ascii_case("m") {
            let section = Section::parse(value).filter(|_| sections.len() < MAX_MEDIA);
            is_skipping = section.is_none();
            sections.extend(section);
            continue;
        }
        match (key.to_ascii_lowercase().as_str(), sections.last_mut()) {
            ("a" | "c", _) if is_skipping => {}
            ("a", Some(section)) => section.attributes.add(value),
            ("a", None) => common.add(value),
            ("c", Some(section)) => section.address = parse_address(value),
            ("c", None) => description.address = parse_address(value),
            (key, _) => description.set(key, value),
        }
    }
    description.media = sections.into_iter().map(|section| section.finish(&common)).collect();
    if description.media.is_empty() { Err(SdpError::NoMedia) } else { Ok(description) }
}

impl Description {
    /// A line of the whole session. `y=` and `f=` belong to it wherever they stand.
    fn set(&mut self, key: &str, value: &str) {
        match key {
            "o" => self.set_origin(value),
            "s" => self.kind = SessionKind::from_name(value),
            "u" => self.source = RecordingSource::parse(value),
            "t" => {
                let mut times = value.split_ascii_whitespace().map(|time| time.parse().unwrap_or_default());
                self.start_unix_s = times.next().unwrap_or_default();
                self.end_unix_s = times.next().unwrap_or_default();
            }
            "y" => self.ssrc = Ssrc::parse(value),
            "f" => self.parameters = FormatParameters::parse(value),
            _ => {}
        }
    }

    /// `o=<ID> 0 0 IN IP4 <address>`; the address counts where no `c=` has come.
    fn set_origin(&mut self, value: &str) {
        let mut words = value.splitn(4, ' ');
        self.owner = words.next().and_then(|name| Id::new(name).ok()).filter(|id| id.as_str() != "-");
        if self.address.is_none() {
            self.address = words.nth(2).and_then(parse_address);
        }
    }
}

/// `IN IP4 192.0.2.1`, with or without a time to live behind it.
fn parse_address(value: &str) -> Option<String> {
    let host = value.split_ascii_whitespace().next_back()?.split('/').next()?;
    let is_host = !host.is_empty()
        && host.len() <= MAX_HOST_BYTES
        && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '_'))
        && !matches!(host, "IN" | "IP4" | "IP6");
    is_host.then(|| host.to_owned())
}

struct Section<'a> {
    kind: MediaKind,
    port: u16,
    transport: Transport,
    numbers: Vec<u8>,
    address: Option<String>,
    attributes: Attributes<'a>,
}

impl Section<'_> {
    /// `video 6000 TCP/RTP/AVP 96 98`.
    fn parse(value: &str) -> Option<Self> {
        let mut words = value.split_ascii_whitespace();
        let kind = match words.next()?.to_ascii_lowercase().as_str() {
            "video" => MediaKind::Video,
            "audio" => MediaKind::Audio,
            _ => return None,
        };
        let port = words.next()?.split('/').next()?.parse().unwrap_or_default();
        let is_tcp = words.next()?.to_ascii_uppercase().contains("TCP");
        let numbers = words.filter_map(|word| word.parse().ok()).filter(|number| *number < 128);
        Some(Self {
            kind,
            port,
            transport: if is_tcp { Transport::Tcp } else { Transport::Udp },
            numbers: numbers.take(MAX_PAYLOADS).collect(),
            address: None,
            attributes: Attributes::default(),
        })
    }

    fn finish(self, common: &Attributes<'_>) -> Media {
        let own = &self.attributes;
        let payloads = self.numbers.iter().filter_map(|number| {
            let rtpmap = own.rtpmap(*number).or_else(|| common.rtpmap(*number));
            let mapped = rtpmap.and_then(|name| Payload::mapped(*number, self.kind, Some(name)));
            let mut payload = mapped.or_else(|| Payload::unmapped(*number, self.kind))?;
            payload.fmtp = own.fmtp(*number).unwrap_or_default().to_owned();
            Some(payload)
        });
        Media {
            transport: self.transport,
            address: self.address,
            direction: own.direction.or(common.direction),
            setup: own.setup.or(common.setup),
            stream: own.stream.or(common.stream),
            download_speed: own.download_speed.or(common.download_speed),
            file_size_bytes: own.file_size_bytes.or(common.file_size_bytes),
            ..Media::new(self.kind, self.port, payloads.collect())
        }
    }
}

#[derive(Default)]
struct Attributes<'a> {
    rtpmaps: Vec<(u8, &'a str)>,
    fmtps: Vec<(u8, &'a str)>,
    direction: Option<Direction>,
    setup: Option<Setup>,
    stream: Option<StreamChoice>,
    download_speed: Option<u16>,
    file_size_bytes: Option<u64>,
}

impl<'a> Attributes<'a> {
    fn add(&mut self, line: &'a str) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "rtpmap" if self.rtpmaps.len() < MAX_PAYLOADS => self.rtpmaps.extend(numbered(value)),
            "fmtp" if self.fmtps.len() < MAX_PAYLOADS => self.fmtps.extend(numbered(value)),
            "recvonly" => self.direction = Some(Direction::RecvOnly),
            "sendonly" => self.direction = Some(Direction::SendOnly),
            "sendrecv" => self.direction = Some(Direction::SendRecv),
            "setup" => self.setup = parse_setup(value),
            "downloadspeed" => self.download_speed = value.parse().ok(),
            "filesize" => self.file_size_bytes = value.parse().ok(),
            name => {
                let attribute = StreamAttribute::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(name));
                let choice = attribute.and_then(|attribute| StreamChoice::parse(attribute, value));
                self.stream = choice.or(self.stream);
            }
        }
    }

    fn rtpmap(&self, number: u8) -> Option<&'a str> {
        self.rtpmaps.iter().find(|(known, _)| *known == number).map(|(_, value)| *value)
    }

    fn fmtp(&self, number: u8) -> Option<&'a str> {
        self.fmtps.iter().find(|(known, _)| *known == number).map(|(_, value)| *value)
    }
}

fn numbered(value: &str) -> Option<(u8, &str)> {
    let (number, rest) = value.split_once([' ', '\t'])?;
    Some((number.parse().ok()?, rest.trim()))
}

fn parse_setup(value: &str) -> Option<Setup> {
    match value.to_ascii_lowercase().as_str() {
        "passive" => Some(Setup::Passive),
        "active" => Some(Setup::Active),
        "actpass" => Some(Setup::ActPass),
        _ => None,
    }
}
