//! Writes session descriptions, strictly.

use std::fmt::Write;
use std::net::Ipv6Addr;

use media::MediaKind;

use super::section::{Direction, Media, Payload, Setup, Transport};
use super::{Description, RecordingSource};

/// What is written where nothing is known.
const NOBODY: &str = "-";
const NOWHERE: &str = "0.0.0.0";

pub(super) fn write(description: &Description) -> String {
    let mut out = String::new();
    let owner = description.owner.as_ref().map_or(NOBODY, |id| id.as_str());
    let address = address(description.address.as_deref().unwrap_or(NOWHERE));
    push(&mut out, format_args!("v=0"));
    push(&mut out, format_args!("o={owner} 0 0 {address}"));
    push(&mut out, format_args!("s={}", one_line(description.kind.as_str())));
    match &description.source {
        Some(RecordingSource::Channel { channel, cause }) => push(&mut out, format_args!("u={channel}:{cause}")),
        Some(RecordingSource::Url(url)) => push(&mut out, format_args!("u={}", one_line(url))),
        None => {}
    }
    push(&mut out, format_args!("c={address}"));
    push(&mut out, format_args!("t={} {}", description.start_unix_s, description.end_unix_s));
    for media in &description.media {
        write_media(media, &mut out);
    }
    if let Some(parameters) = &description.parameters {
        push(&mut out, format_args!("f={parameters}"));
    }
    // Quirk 7: Hikvision answers 415 when anything follows.
    if let Some(ssrc) = description.ssrc {
        push(&mut out, format_args!("y={ssrc}"));
    }
    out
}

fn write_media(media: &Media, out: &mut String) {
    let kind = match media.kind {
        MediaKind::Audio => "audio",
        MediaKind::Video | MediaKind::Data => "video",
    };
    let protocol = match media.transport {
        Transport::Udp => "RTP/AVP",
        Transport::Tcp => "TCP/RTP/AVP",
    };
    let numbers: String = media.payloads.iter().map(|payload| format!(" {}", payload.payload_type)).collect();
    push(out, format_args!("m={kind} {} {protocol}{numbers}", media.port));
    if let Some(host) = &media.address {
        push(out, format_args!("c={}", address(host)));
    }
    let direction = match media.direction {
        Some(Direction::RecvOnly) => Some("recvonly"),
        Some(Direction::SendOnly) => Some("sendonly"),
        Some(Direction::SendRecv) => Some("sendrecv"),
        None => None,
    };
    if let Some(direction) = direction {
        push(out, format_args!("a={direction}"));
    }
    for payload in &media.payloads {
        write_payload(payload, out);
    }
    if media.transport == Transport::Tcp {
        write_setup(media.setup, out);
    }
    if let Some(stream) = media.stream {
        push(out, format_args!("a={}:{}", stream.attribute.name(), stream.value()));
    }
    if let Some(speed) = media.download_speed {
        push(out, format_args!("a=downloadspeed:{speed}"));
    }
    if let Some(bytes) = media.file_size_bytes {
        push(out, format_args!("a=filesize:{bytes}"));
    }
}

fn write_payload(payload: &Payload, out: &mut String) {
    let Payload { payload_type, encoding, clock_hz, channels, fmtp } = payload;
    let channels = if *channels > 1 { format!("/{channels}") } else { String::new() };
    push(out, format_args!("a=rtpmap:{payload_type} {}/{clock_hz}{channels}", one_line(encoding)));
    if !fmtp.is_empty() {
        push(out, format_args!("a=fmtp:{payload_type} {}", one_line(fmtp)));
    }
}

/// A connection is always a new one (annex D).
fn write_setup(setup: Option<Setup>, out: &mut String) {
    let setup = match setup {
        // The standard has no `actpass`; whoever could do either listens.
        Some(Setup::Passive | Setup::ActPass) => "passive",
        Some(Setup::Active) => "active",
        None => return,
    };
    push(out, format_args!("a=setup:{setup}"));
    push(out, format_args!("a=connection:new"));
}

fn address(host: &str) -> String {
    let family = if host.parse::<Ipv6Addr>().is_ok() { "IP6" } else { "IP4" };
    format!("IN {family} {}", one_line(host))
}

fn push(out: &mut String, line: std::fmt::Arguments<'_>) {
    out.write_fmt(line).expect("writing into memory cannot fail");
    out.push_str("\r\n");
}

/// Line breaks would start a new line of the description.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
