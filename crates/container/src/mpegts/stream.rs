//! One elementary stream: transport packets to PES packets to units.

use bytes::BytesMut;
use media::{CodecConfig, MediaKind, OpusConfig};

use super::demux::{Event, LeftOutReason};
use super::packet_reader::{Continuity, Order, Packet};
use super::tables::Entry;
use super::{opus, video};
use crate::systems::pes::{Clock, Head, Pes};
use crate::systems::{DropReason, FramedReader, Framing, Syntax, Times, Track, g711, stream_type};

/// Bytes of one PES packet with pictures: a key frame of 8K video has some 4 MiB.
pub const MAX_VIDEO_PES_LEN: usize = 16 * 1024 * 1024;
/// Bytes of one PES packet with sound; its length field ends at 64 KiB, but may be left 0.
pub const MAX_AUDIO_PES_LEN: usize = 256 * 1024;

/// How the payload of a carried stream is read.
#[derive(Debug)]
pub(super) enum Reader {
    Video(video::Reader),
    Framed(FramedReader),
    /// Channels.
    Opus(u8),
    G711 {
        a_law: bool,
    },
}

impl Reader {
    /// For a stream as its program map describes it.
    pub(super) fn new(entry: &Entry) -> Result<Self, LeftOutReason> {
        let registration = entry.registration();
        match entry.stream_type {
            stream_type::H264 => Ok(Self::Video(video::Reader::new(Syntax::H264))),
            stream_type::H265 => Ok(Self::Video(video::Reader::new(Syntax::H265))),
            stream_type::AAC_ADTS => Ok(Self::Framed(FramedReader::new(Framing::Adts))),
            stream_type::AAC_LATM => Ok(Self::Framed(FramedReader::new(Framing::Loas))),
            stream_type::MPEG1_AUDIO | stream_type::MPEG2_AUDIO => {
                Ok(Self::Framed(FramedReader::new(Framing::MpegAudio)))
            }
            stream_type::PRIVATE_PES if registration == Some(*b"Opus") => {
                opus::channels(entry).map(Self::Opus).ok_or(LeftOutReason::Codec("Opus of more than two channels"))
            }
            // Tolerance: H.265 registered as private data, for which table 2-34 has the type 0x24 (no vendor recorded).
            stream_type::PRIVATE_PES if registration == Some(*b"HEVC") => {
                Ok(Self::Video(video::Reader::new(Syntax::H265)))
            }
            // The number is that of subtitles on Blu-ray discs, whose streams are registered.
            stream_type::G711_A if registration.is_none() => Ok(Self::G711 { a_law: true }),
            stream_type::G711_U if registration.is_none() => Ok(Self::G711 { a_law: false }),
            other => Err(LeftOutReason::Codec(codec_name(other, registration))),
        }
    }

    pub(super) const fn kind(&self) -> MediaKind {
        match self {
            Self::Video(_) => MediaKind::Video,
            Self::Framed(_) | Self::Opus(_) | Self::G711 { .. } => MediaKind::Audio,
        }
    }

    /// Whether both read the same kind of stream.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Video(one), Self::Video(other)) => one.syntax() == other.syntax(),
            (Self::Framed(one), Self::Framed(other)) => one.framing() == other.framing(),
            (Self::Opus(one), Self::Opus(other)) => one == other,
            (Self::G711 { a_law: one }, Self::G711 { a_law: other }) => one == other,
            _ => false,
        }
    }

    fn reset(&mut self) {
        match self {
            Self::Video(reader) => reader.reset(),
            Self::Framed(reader) => reader.reset(),
            Self::Opus(_) | Self::G711 { .. } => {}
        }
    }
}

/// What a stream that we do not carry is (ISO/IEC 13818-1 table 2-34, ATSC A/53, SCTE 35).
const fn codec_name(stream_type: u8, registration: Option<[u8; 4]>) -> &'static str {
    match (stream_type, registration) {
        (0x06, Some([b'A', b'V', b'0', b'1'])) => "AV1",
        (0x06, Some([b'A', b'C', b'-', b'3'])) | (0x81, _) => "AC-3",
        (0x06, Some([b'E', b'A', b'C', b'3'])) | (0x87, _) => "E-AC-3",
        (0x06, Some([b'K', b'L', b'V', b'A'])) => "KLV metadata",
        (0x01 | 0x02, _) => "MPEG-1 or MPEG-2 video",
        (0x05, _) => "private sections",
        (0x06, _) => "private data",
        (0x10, _) => "MPEG-4 visual",
        (0x15, _) => "metadata",
        (0x21, _) => "JPEG 2000",
        (0x33, _) => "H.266",
        (0x86, _) => "SCTE 35 cues",
        _ => "unknown",
    }
}

/// Where a stream stands between its packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Passes over what belongs to no usable PES packet.
    Waiting,
    /// The buffer begins with a PES packet.
    Collecting,
}

/// One carried stream of the program.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) pid: u16,
    pub(super) stream_type: u8,
    pub(super) reader: Reader,
    pub(super) track: Track,
    /// Encrypted: nothing of it can be used.
    pub(super) scrambled: bool,
    continuity: Continuity,
    state: State,
    buffer: BytesMut,
}

impl Stream {
    pub(super) fn new(entry: &Entry, reader: Reader, track: Track) -> Self {
        Self {
            pid: entry.pid,
            stream_type: entry.stream_type,
            reader,
            track,
            scrambled: false,
            continuity: Continuity::default(),
            state: State::Waiting,
            buffer: BytesMut::new(),
        }
    }

    /// One packet of the stream's PID.
    pub(super) fn push(&mut self, packet: &Packet<'_>, clock: &mut Clock, events: &mut Vec<Event>) {
        let Some(payload) = packet.payload else {
            // §2.4.3.5: the counter may jump at the next packet.
            if packet.discontinuity {
                self.continuity.forget();
            }
            return;
        };
        match self.continuity.check(packet, payload) {
            Order::Next => {}
            Order::Repeated => return,
            Order::Lost(packets) => {
                events.push(Event::Loss { track: self.track.id, packets });
                self.give_up(DropReason::Incomplete, events);
                self.reader.reset();
            }
        }
        if self.refuse_scrambled(packet.scrambled, events) {
            return;
        }
        if packet.starts {
            self.begin(payload, clock, events);
        } else if self.state == State::Collecting {
            self.buffer.extend_from_slice(payload);
        }
        self.after_growth(clock, events);
    }

    /// Gives out what has been collected.
    pub(super) fn flush(&mut self, clock: &mut Clock, events: &mut Vec<Event>) {
        if self.state == State::Waiting {
            return;
        }
        self.state = State::Waiting;
        let mut bytes = self.buffer.split().freeze();
        let Some(head) = Head::parse(&bytes) else {
            return self.track.dropped(DropReason::MalformedPes, events);
        };
        // Tolerance: lengths of video are not looked at, since the length of a large picture may stand modulo 65,536
        // where §2.4.3.7 wants 0 (no vendor recorded).
        if let Some(len) = head.len.filter(|_| self.reader.kind() == MediaKind::Audio) {
            bytes.truncate(len);
        }
        if self.refuse_scrambled(head.scrambled, events) {
            return;
        }
        match Pes::parse(&bytes, &head) {
            Some(pes) => self.read(&pes, clock, events),
            None => self.track.dropped(DropReason::MalformedPes, events),
        }
    }

    /// The counter of the next packet says nothing about what came before.
    pub(super) fn forget(&mut self) {
        self.continuity.forget();
        self.reader.reset();
    }

    fn give_up(&mut self, reason: DropReason, events: &mut Vec<Event>) {
        if self.state == State::Collecting {
            self.track.dropped(reason, events);
        }
        self.state = State::Waiting;
        self.buffer.clear();
    }

    /// Says so when the stream becomes unreadable; it may become readable again.
    fn refuse_scrambled(&mut self, scrambled: bool, events: &mut Vec<Event>) -> bool {
        if scrambled && !self.scrambled {
            self.buffer.clear();
            self.state = State::Waiting;
            let (pid, stream_type) = (self.pid, self.stream_type);
            events.push(Event::LeftOut { pid, stream_type, reason: LeftOutReason::Scrambled });
        }
        self.scrambled = scrambled;
        scrambled
    }

    fn begin(&mut self, payload: &[u8], clock: &mut Clock, events: &mut Vec<Event>) {
        // A PES packet of video without a time stamp goes on with the picture before, as where pictures are cut at
        // 64 KiB. §2.7.4 lets time stamps be up to 0.7 s apart: pictures that begin in it get probable times.
        if self.state == State::Collecting
            && self.reader.kind() == MediaKind::Video
            && let Some(head) = Head::parse(payload).filter(|head| !head.has_pts && !head.scrambled)
            && let Some(more) = payload.get(head.payload_at..)
        {
            self.buffer.extend_from_slice(more);
            return;
        }
        if self.reader.kind() == MediaKind::Video && self.state == State::Collecting {
            self.buffer.extend_from_slice(tail_of_picture(payload));
        }
        self.flush(clock, events);
        self.state = State::Collecting;
        self.buffer.extend_from_slice(payload);
    }

    /// Ends a PES packet that is complete or too long.
    fn after_growth(&mut self, clock: &mut Clock, events: &mut Vec<Event>) {
        let limit = match self.reader.kind() {
            MediaKind::Video => MAX_VIDEO_PES_LEN,
            _ => MAX_AUDIO_PES_LEN,
        };
        if self.buffer.len() > limit {
            return self.give_up(DropReason::TooLarge, events);
        }
        // Sound is given out as soon as it is there; with pictures, the next PES packet may belong to the same one.
        let complete = || Head::parse(&self.buffer)?.len.map(|len| self.buffer.len() >= len);
        if self.reader.kind() == MediaKind::Audio && self.state == State::Collecting && complete() == Some(true) {
            self.flush(clock, events);
        }
    }

    fn read(&mut self, pes: &Pes, clock: &mut Clock, events: &mut Vec<Event>) {
        let times = pes.stamps.map(|stamps| {
            let (pts, dts) = clock.unroll(stamps);
            Times { pts, dts }
        });
        let track = &mut self.track;
        let times = match (&mut self.reader, times) {
            (Reader::Framed(reader), times) => {
                return reader.read(times.map(|times| times.pts), &pes.payload, track, events);
            }
            (_, Some(times)) => times,
            (_, None) => return track.dropped(DropReason::Untimed, events),
        };
        match &mut self.reader {
            Reader::Video(reader) => reader.read(times, &pes.payload, track, events),
            Reader::Opus(channels) => {
                track.configure(&CodecConfig::Opus(OpusConfig { channels: *channels }), events);
                opus::read(times.pts, &pes.payload, track, events);
            }
            Reader::G711 { a_law } => {
                track.configure(&g711(*a_law), events);
                if !pes.payload.is_empty() {
                    track.unit(times, true, pes.payload.clone(), events);
                }
            }
            Reader::Framed(_) => unreachable!("read above"),
        }
    }
}

/// What the first packet of a PES packet has in front of its first start code: the end of the picture before, where
/// PES packets are not aligned to pictures (§2.4.3.7, `data_alignment_indicator`).
fn tail_of_picture(payload: &[u8]) -> &[u8] {
    let Some(content) = Head::parse(payload).and_then(|head| payload.get(head.payload_at..)) else { return &[] };
    let end = content.windows(3).position(|window| window == [0, 0, 1]).unwrap_or(content.len());
    &content[..end]
}
