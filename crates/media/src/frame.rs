//! Access units as publishers produce them and frames as the hub shares them.

use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::{MediaTime, Timestamp, TrackId};

/// One access unit as a protocol delivers it, before the hub repairs its time.
///
/// The payload is canonical (see the crate documentation) except that H.264 and H.265 may still carry
/// parameter sets in-band: the hub takes them out and versions the [`crate::TrackConfig`].
#[derive(Clone, Debug)]
pub struct AccessUnit {
    /// Which track.
    pub track: TrackId,
    /// Presentation time on the source's clock.
    pub pts: MediaTime,
    /// Decoding time where the protocol carries it (RTMP, TS, MP4); derived by the hub where not (RTP).
    pub dts: Option<MediaTime>,
    /// Whether decoding can start here. For H.264/H.265/AV1 the hub verifies it from the bitstream.
    pub key: bool,
    /// Canonical payload.
    pub payload: Bytes,
    /// When the picture or sound was captured, where the source tells.
    pub capture_utc: Option<CaptureTime>,
}

/// One access unit on the stream's repaired time line, shared by pointer between all readers.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Which track.
    pub track: TrackId,
    /// The presentation time as the source sent it.
    pub source_ts: MediaTime,
    /// Decoding time; strictly monotone within the track.
    pub dts: Timestamp,
    /// Presentation time; never before `dts`.
    pub pts: Timestamp,
    /// When the last byte arrived here.
    pub arrival: Instant,
    /// When the picture or sound was captured, where the source tells.
    pub capture_utc: Option<CaptureTime>,
    /// Whether decoding can start here.
    pub key: bool,
    /// [`crate::TrackConfig::version`] that this frame was coded with.
    pub config_version: u32,
    /// Canonical payload without parameter sets.
    pub payload: Bytes,
}

/// A capture instant with where it came from and how far to trust it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaptureTime {
    /// Microseconds since the Unix epoch, UTC.
    pub unix_us: i64,
    /// Who said so.
    pub origin: CaptureOrigin,
    /// Half the width of the interval in which the true instant lies.
    pub uncertainty: Duration,
}

/// Where a capture time comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CaptureOrigin {
    /// An RTCP sender report's NTP/RTP pair (RFC 3550 §6.4.1).
    RtcpSenderReport,
    /// A time stamp in the bitstream (SEI).
    Bitstream,
    /// Our clock when the access unit arrived.
    Arrival,
}
