//! Frames as RTP packets, shared by all viewers: in RTSP's interleaved framing (RFC 2326 §10.12), or as
//! [`crate::datagrams`].

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use bytes::{BufMut, BytesMut};
use media::{Codec, Frame, Muxer, Refusal, Timestamp, TrackConfig, TrackId};

use crate::datagrams::Index;
use crate::packet::{FIXED_HEADER_BYTES, Header, u16_at, u32_at};
use crate::payload::{MIN_PAYLOAD_BYTES, Packetizer};
use crate::sdp::{payload_clock_hz, payload_type};
use crate::{NtpTime, Rtcp, SenderReport};

/// Length of `$`, channel and length.
const FRAME_HEADER_BYTES: usize = 4;

/// RTP packet size unless the caller chooses: every receiver takes it, and the packets can leave through a
/// UDP relay. Packets of 8,192 bytes cost a quarter of the time (0.06 instead of 0.27 s per GB) and 1 %
/// fewer bytes, where all receivers are known to take them.
const DEFAULT_PACKET_BYTES: usize = 1400;

/// Stream time between sender reports of a track (RFC 3550 §6.2 allows no less than 5 s on average).
const SENDER_REPORT_INTERVAL: Duration = Duration::from_secs(5);

/// How one track travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterleavedTrack {
    /// Which track.
    pub track: TrackId,
    /// Channel of its RTP packets; RTCP uses the next one.
    pub channel: u8,
    /// Synchronisation source, random.
    pub ssrc: u32,
    /// Number of the first packet, random.
    pub first_sequence: u16,
    /// Added to every RTP time stamp, random.
    pub timestamp_offset: u32,
}

/// Where a track stands, for the `RTP-Info` header (RFC 2326 §12.33).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Interleaved channel.
    pub channel: u8,
    /// Sequence number.
    pub sequence: u16,
    /// RTP time stamp.
    pub timestamp: u32,
}

/// Writes frames as interleaved RTP and, about every five seconds of stream time, sender reports.
///
/// All packets of a frame are contiguous in the output, so that a shared block is a whole frame. There is
/// no header: the session description is the reader's.
#[derive(Debug)]
pub struct InterleavedMuxer {
    lanes: Vec<Lane>,
    unix_us_at_zero: i64,
    cname: String,
    max_packet_bytes: usize,
    framing: Framing,
}

/// What tells packets apart in the output.
#[derive(Debug)]
enum Framing {
    /// `$`, channel and length before each.
    Interleaved,
    /// An index behind all packets of a frame.
    Datagrams(Index),
}

impl Framing {
    /// Begins a packet of `length` bytes, or of a length that [`Framing::end`] fills in.
    fn begin(&mut self, channel: u8, length: u16, out: &mut BytesMut) {
        match self {
            Self::Interleaved => out.put_slice(&frame_header(channel, length)),
            Self::Datagrams(index) if length > 0 => index.add(channel, length),
            Self::Datagrams(_) => {}
        }
    }

    /// Ends the packet that was begun at `start` without its length.
    fn end(&mut self, channel: u8, start: usize, out: &mut BytesMut) {
        match self {
            Self::Interleaved => {
                let length =
                    u16::try_from(out.len() - start - FRAME_HEADER_BYTES).expect("a report is below 300 bytes");
                out[start + 2..start + 4].copy_from_slice(&length.to_be_bytes());
            }
            Self::Datagrams(index) => {
                index.add(channel, u16::try_from(out.len() - start).expect("a report is below 300 bytes"));
            }
        }
    }
}

#[derive(Debug)]
struct Lane {
    wiring: InterleavedTrack,
    active: Option<Active>,
    sequence: u16,
    timestamp: u32,
    packets: u32,
    octets: u32,
    last_report: Option<Timestamp>,
}

#[derive(Debug)]
struct Active {
    packetizer: Packetizer,
    payload_type: u8,
    clock_hz: NonZeroU32,
}

impl InterleavedMuxer {
    /// `unix_us_at_zero` is the wall clock, in microseconds since the Unix epoch, at [`Timestamp::ZERO`];
    /// `cname` names the sender in its reports.
    ///
    /// # Panics
    /// When `cname` exceeds 255 bytes: a programmer error.
    pub fn new(tracks: &[InterleavedTrack], unix_us_at_zero: i64, cname: &str) -> Self {
        assert!(cname.len() <= 255, "a CNAME has at most 255 bytes");
        let lanes = tracks
            .iter()
            .map(|wiring| Lane {
                wiring: *wiring,
                active: None,
                sequence: wiring.first_sequence,
                timestamp: wiring.timestamp_offset,
                packets: 0,
                octets: 0,
                last_report: None,
            })
            .collect();
        Self {
            lanes,
            unix_us_at_zero,
            cname: cname.to_owned(),
            max_packet_bytes: DEFAULT_PACKET_BYTES,
            framing: Framing::Interleaved,
        }
    }

    /// Writes packets back to back with an index behind each frame, to be read by [`crate::datagrams::runs`].
    #[must_use]
    pub fn as_datagrams(mut self) -> Self {
        self.framing = Framing::Datagrams(Index::default());
        self
    }

    /// Sets the largest RTP packet, header included, in bytes.
    ///
    /// # Panics
    /// When it is below 76 or above 65,535: a programmer error.
    #[must_use]
    pub fn with_max_packet_bytes(mut self, bytes: usize) -> Self {
        assert!((MIN_PAYLOAD_BYTES + FIXED_HEADER_BYTES..=0xFFFF).contains(&bytes), "the frame length has 16 bits");
        self.max_packet_bytes = bytes;
        self
    }

    /// The number of the next packet and the time stamp of the last one of a track.
    pub fn position(&self, track: TrackId) -> Option<Position> {
        self.lanes.iter().find(|lane| lane.wiring.track == track).map(|lane| Position {
            channel: lane.wiring.channel,
            sequence: lane.sequence,
            timestamp: lane.timestamp,
        })
    }
}

impl Muxer for InterleavedMuxer {
    fn set_tracks(&mut self, tracks: &[Arc<TrackConfig>]) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        for lane in &mut self.lanes {
            lane.active = None;
        }
        for track in tracks {
            let refuse = |codec: Codec, reason: &str| Refusal { track: track.id, codec, reason: reason.to_owned() };
            let Some(lane) = self.lanes.iter_mut().find(|lane| lane.wiring.track == track.id) else {
                refusals.push(refuse(track.codec(), "no channel was set up for this track"));
                continue;
            };
            let Some(packetizer) = Packetizer::new(&track.codec) else {
                refusals.push(refuse(track.codec(), "there is no RTP payload format for this codec"));
                continue;
            };
            let clock_hz = payload_clock_hz(track);
            lane.active = Some(Active { packetizer, payload_type: payload_type(track), clock_hz });
        }
        refusals
    }

    fn write_header(&mut self, _out: &mut BytesMut) {}

    fn write_frame(&mut self, frame: &Frame, out: &mut BytesMut) {
        let Some(lane) = self.lanes.iter_mut().find(|lane| lane.wiring.track == frame.track) else {
            return;
        };
        let Some(active) = lane.active.take() else {
            return;
        };
        lane.stamp(frame.pts, active.clock_hz);
        let due = lane
            .last_report
            .is_none_or(|last| frame.dts < last || frame.dts.saturating_since(last) >= SENDER_REPORT_INTERVAL);
        if due {
            lane.last_report = Some(frame.dts);
            let unix_us = self.unix_us_at_zero.saturating_add(frame.pts.as_micros());
            lane.write_report(unix_us, &self.cname, &mut self.framing, out);
        }
        let max_payload = self.max_packet_bytes - FIXED_HEADER_BYTES;
        let packets = frame.payload.len() / max_payload + 4;
        out.reserve(frame.payload.len() + packets * (FRAME_HEADER_BYTES + FIXED_HEADER_BYTES + 4));
        active.packetizer.packetize(&frame.payload, frame.key, max_payload, &mut |fragment| {
            let payload_len = fragment.head.len() + fragment.body.len();
            // A foreign packet that came in larger than the field holds cannot come, but bytes decide here.
            let Ok(length) = u16::try_from(FIXED_HEADER_BYTES + payload_len) else {
                return;
            };
            let header = Header {
                marker: fragment.marker,
                payload_type: active.payload_type,
                sequence: lane.sequence,
                timestamp: lane.timestamp,
                ssrc: lane.wiring.ssrc,
            };
            self.framing.begin(lane.wiring.channel, length, out);
            out.put_slice(&header.to_bytes());
            out.put_slice(fragment.head);
            out.put_slice(fragment.body);
            lane.sequence = lane.sequence.wrapping_add(1);
            lane.packets = lane.packets.wrapping_add(1);
            lane.octets = lane.octets.wrapping_add(u32::from(length) - 12);
        });
        lane.active = Some(active);
        if let Framing::Datagrams(index) = &mut self.framing {
            index.write(out);
        }
    }
}

impl Lane {
    fn stamp(&mut self, pts: Timestamp, clock_hz: NonZeroU32) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "RTP time is modulo 2^32")]
        let ticks = pts.to_ticks(clock_hz) as u32;
        self.timestamp = ticks.wrapping_add(self.wiring.timestamp_offset);
    }

    fn write_report(&self, unix_us: i64, cname: &str, framing: &mut Framing, out: &mut BytesMut) {
        let (start, channel) = (out.len(), self.wiring.channel.wrapping_add(1));
        framing.begin(channel, 0, out);
        let sender = SenderReport {
            ntp: NtpTime::from_unix_us(unix_us),
            rtp_timestamp: self.timestamp,
            packets: self.packets,
            octets: self.octets,
        };
        Rtcp::SenderReport { ssrc: self.wiring.ssrc, sender, reports: Vec::new() }.write(out);
        Rtcp::SourceDescription(vec![(self.wiring.ssrc, cname.to_owned())]).write(out);
        framing.end(channel, start, out);
    }
}

fn frame_header(channel: u8, length: u16) -> [u8; FRAME_HEADER_BYTES] {
    let length = length.to_be_bytes();
    [b'$', channel, length[0], length[1]]
}

/// The first RTP packet of each channel in bytes that an [`InterleavedMuxer`] wrote: what a viewer who
/// begins there is told in `RTP-Info`. Reads whole frames and stops at anything else.
pub fn positions(bytes: &[u8]) -> Vec<Position> {
    let mut found: Vec<Position> = Vec::new();
    let mut rest = bytes;
    while let Some((header, tail)) = rest.split_first_chunk::<FRAME_HEADER_BYTES>() {
        let length = usize::from(u16_at(header, 2));
        let Some((packet, tail)) = tail.split_at_checked(length) else {
            break;
        };
        if header[0] != b'$' {
            break;
        }
        rest = tail;
        let channel = header[1];
        let is_rtcp = packet.get(1).is_some_and(|kind| (192..=223).contains(kind));
        if packet.len() < FIXED_HEADER_BYTES || is_rtcp || found.iter().any(|position| position.channel == channel) {
            continue;
        }
        found.push(Position { channel, sequence: u16_at(packet, 2), timestamp: u32_at(packet, 4) });
    }
    found
}

#[cfg(test)]
mod tests;
