//! What payload types stand for.

use std::num::NonZeroU32;

use media::MediaKind;

/// What a payload type stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadMapping {
    /// Encoding name, such as `H264`.
    pub encoding: String,
    /// RTP clock.
    pub clock_hz: NonZeroU32,
    /// Channels of sound, 1 where it is not told.
    pub channels: u8,
}

impl PayloadMapping {
    /// By the value of its `rtpmap` line without the number (`H264/90000`), or without one by RFC 3551. `None` when
    /// the line is unreadable.
    pub fn new(payload_type: u8, kind: MediaKind, rtpmap: Option<&str>) -> Option<Self> {
        match rtpmap {
            Some(mapping) => parse_mapping(mapping, kind),
            None => Some(static_mapping(payload_type, kind)),
        }
    }
}

/// `NAME/clock[/channels]`. Tolerance: a missing or zero clock becomes the kind's usual one.
fn parse_mapping(mapping: &str, kind: MediaKind) -> Option<PayloadMapping> {
    let mut parts = mapping.split('/').map(str::trim);
    let encoding = parts.next().filter(|name| !name.is_empty())?;
    let clock = parts.next().and_then(|clock| clock.parse().ok()).and_then(NonZeroU32::new);
    let channels = parts.next().and_then(|channels| channels.parse().ok()).filter(|count| *count > 0);
    Some(PayloadMapping {
        encoding: encoding.to_owned(),
        clock_hz: clock.unwrap_or(usual_clock(kind)),
        channels: channels.unwrap_or(1),
    })
}

pub(super) const VIDEO_CLOCK_HZ: NonZeroU32 = NonZeroU32::new(90_000).expect("not zero");
const TELEPHONE_CLOCK_HZ: NonZeroU32 = NonZeroU32::new(8000).expect("not zero");

const fn usual_clock(kind: MediaKind) -> NonZeroU32 {
    match kind {
        MediaKind::Audio => TELEPHONE_CLOCK_HZ,
        MediaKind::Video | MediaKind::Data => VIDEO_CLOCK_HZ,
    }
}

/// RFC 3551 tables 4 and 5, as far as cameras use them. An unmapped dynamic type is named by its number.
fn static_mapping(payload_type: u8, kind: MediaKind) -> PayloadMapping {
    let (name, clock_hz) = match payload_type {
        0 => ("PCMU", TELEPHONE_CLOCK_HZ),
        3 => ("GSM", TELEPHONE_CLOCK_HZ),
        4 => ("G723", TELEPHONE_CLOCK_HZ),
        8 => ("PCMA", TELEPHONE_CLOCK_HZ),
        9 => ("G722", TELEPHONE_CLOCK_HZ),
        14 => ("MPA", VIDEO_CLOCK_HZ),
        18 => ("G729", TELEPHONE_CLOCK_HZ),
        26 => ("JPEG", VIDEO_CLOCK_HZ),
        32 => ("MPV", VIDEO_CLOCK_HZ),
        33 => ("MP2T", VIDEO_CLOCK_HZ),
        _ => return PayloadMapping { encoding: payload_type.to_string(), clock_hz: usual_clock(kind), channels: 1 },
    };
    PayloadMapping { encoding: name.to_owned(), clock_hz, channels: 1 }
}
