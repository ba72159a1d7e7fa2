//! Tag bodies to tracks and access units.

use bytes::Bytes;
use media::bitstream::{av1, mp3, nal};
use media::{
    AacConfig, AccessUnit, Av1Config, CodecConfig, G711Config, H264Config, H265Config, MediaKind, MediaTime,
    OpaqueConfig, OpusConfig, ParseError, TrackConfig, TrackId,
};
use std::num::NonZeroU32;

use super::packet::{CodecTag, Packet, Role, Skip, packets};
use super::{CLOCK_HZ, Metadata, SCRIPT_TRACK_ID, TagKind, codec_id, four_cc};
use crate::amf0::{Decoder, Value};

/// Tracks of one publisher; a bound on what a multitrack tag can claim.
const MAX_TRACKS: usize = 16;

/// What a tag says.
#[derive(Clone, Debug)]
pub enum TagEvent {
    /// A track begins or its configuration changes; comes before the first unit that needs it.
    Config(TrackConfig),
    /// One access unit.
    Unit(AccessUnit),
    /// The publisher's `onMetaData`.
    Metadata(Metadata),
    /// The publisher says that a track's coded sequence ends.
    End(TrackId),
    /// Something was left out.
    Ignored(IgnoreReason),
}

/// Why (a part of) a tag gives no unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IgnoreReason {
    /// The body ends inside its header, or holds nothing after it.
    Truncated,
    /// A hint for players: seek points, colour metadata, channel layouts, `onStatus`.
    Hint,
    /// A packet type that we do not know.
    UnknownPacketType(u8),
    /// Frames came before the sequence header that they need.
    MissingSequenceHeader(TrackId),
    /// The sequence header cannot be used.
    BadSequenceHeader(TrackId, ParseError),
    /// The payload is not what its codec prescribes.
    MalformedUnit(TrackId),
    /// More than 16 tracks.
    TooManyTracks,
    /// Script data that is not AMF0.
    MalformedScript,
}

impl From<Skip> for IgnoreReason {
    fn from(skip: Skip) -> Self {
        match skip {
            Skip::Truncated => Self::Truncated,
            Skip::Hint => Self::Hint,
            Skip::Unknown(packet_type) => Self::UnknownPacketType(packet_type),
        }
    }
}

/// Demuxes the tags of one publisher.
///
/// Tracks are numbered so that they stay the same over reconnects: video 0, audio 1, script data 2; further
/// tracks of multitrack publishers are `0x40 + n` (video) and `0x80 + n` (audio).
#[derive(Debug, Default)]
pub struct TagDemuxer {
    tracks: Vec<Track>,
}

#[derive(Debug)]
struct Track {
    id: TrackId,
    codec: CodecTag,
    /// The sequence header as sent, or empty where the codec has none; tells repetition from change.
    record: Bytes,
    /// Rate and channels where each frame states them; tells repetition from change.
    sound: Option<(NonZeroU32, u8)>,
    form: Form,
}

/// How units of a configured track become canonical.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// NAL units behind lengths of this many bytes.
    Nal(u8),
    Obu,
    AsIs,
}

const VIDEO: TrackId = TrackId(0);
const AUDIO: TrackId = TrackId(1);
const SCRIPT: TrackId = TrackId(2);

impl TagDemuxer {
    /// Without tracks.
    pub const fn new() -> Self {
        Self { tracks: Vec::new() }
    }

    /// Takes one tag body and appends what it says to `events`. `timestamp_ms` must be unrolled over the
    /// 32-bit wrap. Units share the body's memory.
    pub fn handle_tag(&mut self, kind: TagKind, timestamp_ms: i64, body: Bytes, events: &mut Vec<TagEvent>) {
        if kind == TagKind::Script {
            self.script(timestamp_ms, &body, events);
            return;
        }
        let outcome = packets(kind, body, |packet| {
            if let Err(reason) = self.packet(kind, timestamp_ms, packet, events) {
                events.push(TagEvent::Ignored(reason));
            }
        });
        if let Err(skip) = outcome {
            events.push(TagEvent::Ignored(skip.into()));
        }
    }

    fn packet(
        &mut self,
        kind: TagKind,
        timestamp_ms: i64,
        packet: Packet,
        events: &mut Vec<TagEvent>,
    ) -> Result<(), IgnoreReason> {
        let id = track_id(kind, packet.number)?;
        match packet.role {
            Role::End => {
                events.push(TagEvent::End(id));
                return Ok(());
            }
            Role::Config => return self.configure(id, &packet, events),
            Role::Coded if packet.payload.is_empty() => return Err(IgnoreReason::Truncated),
            Role::Coded => {}
        }
        let known = self.tracks.iter().position(|track| track.id == id);
        let form = match known.map(|index| &self.tracks[index]) {
            Some(track) if track.codec == packet.codec && track.sound.is_none() => track.form,
            _ => self.configure_in_band(id, kind, &packet, events)?,
        };
        let payload = match form {
            Form::Nal(length_size) => canonical_nals(packet.payload, length_size),
            Form::Obu => without_temporal_delimiter(packet.payload),
            Form::AsIs => packet.payload,
        };
        if payload.is_empty() {
            return Err(IgnoreReason::MalformedUnit(id));
        }
        let pts_ms = timestamp_ms.saturating_add(i64::from(packet.composition_ms));
        events.push(TagEvent::Unit(AccessUnit {
            track: id,
            pts: MediaTime::new(pts_ms, CLOCK_HZ),
            dts: Some(MediaTime::new(timestamp_ms, CLOCK_HZ)),
            key: packet.key,
            payload,
            capture_utc: None,
        }));
        Ok(())
    }

    /// A sequence header.
    fn configure(&mut self, id: TrackId, packet: &Packet, events: &mut Vec<TagEvent>) -> Result<(), IgnoreReason> {
        let record = &packet.payload;
        if self.tracks.iter().any(|track| track.id == id && track.codec == packet.codec && track.record == *record) {
            return Ok(());
        }
        let (codec, form) =
            sequence_header(packet.codec, record).map_err(|error| IgnoreReason::BadSequenceHeader(id, error))?;
        self.set_track(Track { id, codec: packet.codec, record: record.clone(), sound: None, form })?;
        events.push(TagEvent::Config(TrackConfig::new(id, CLOCK_HZ, codec)));
        Ok(())
    }

    /// A coded frame of a codec that has no sequence header, or whose sequence header has not come yet.
    fn configure_in_band(
        &mut self,
        id: TrackId,
        kind: TagKind,
        packet: &Packet,
        events: &mut Vec<TagEvent>,
    ) -> Result<Form, IgnoreReason> {
        let media_kind = if kind == TagKind::Video { MediaKind::Video } else { MediaKind::Audio };
        let config = match self_described(packet) {
            Some(config) => config,
            None if needs_sequence_header(packet.codec) => {
                return Err(IgnoreReason::MissingSequenceHeader(id));
            }
            None if is_mp3(packet.codec) => return Err(IgnoreReason::MalformedUnit(id)),
            None => CodecConfig::Opaque(opaque(packet.codec, media_kind, Bytes::new())),
        };
        let sound = config.sound();
        let same =
            self.tracks.iter().any(|track| track.id == id && track.codec == packet.codec && track.sound == sound);
        if !same {
            let track = Track { id, codec: packet.codec, record: Bytes::new(), sound, form: Form::AsIs };
            self.set_track(track)?;
            events.push(TagEvent::Config(TrackConfig::new(id, CLOCK_HZ, config)));
        }
        Ok(Form::AsIs)
    }

    fn set_track(&mut self, track: Track) -> Result<(), IgnoreReason> {
        if let Some(known) = self.tracks.iter_mut().find(|known| known.id == track.id) {
            *known = track;
        } else if self.tracks.len() < MAX_TRACKS {
            self.tracks.push(track);
        } else {
            return Err(IgnoreReason::TooManyTracks);
        }
        Ok(())
    }

    fn script(&mut self, timestamp_ms: i64, body: &Bytes, events: &mut Vec<TagEvent>) {
        let mut decoder = Decoder::new(body);
        let mut name = decoder.next_value();
        let mut body = body.clone();
        if matches!(&name, Ok(Some(Value::String(text))) if **text == *"@setDataFrame") {
            body = body.slice(body.len() - decoder.rest().len()..);
            name = decoder.next_value();
        }
        let Ok(Some(Value::String(name))) = name else {
            events.push(TagEvent::Ignored(IgnoreReason::MalformedScript));
            return;
        };
        match &*name {
            "onMetaData" => events.push(match decoder.next_value() {
                Ok(Some(Value::Object(properties) | Value::EcmaArray(properties))) => {
                    TagEvent::Metadata(Metadata { properties })
                }
                _ => TagEvent::Ignored(IgnoreReason::MalformedScript),
            }),
            "|RtmpSampleAccess" | "onStatus" | "@clearDataFrame" => {
                events.push(TagEvent::Ignored(IgnoreReason::Hint));
            }
            _ => {
                if !self.tracks.iter().any(|track| track.id == SCRIPT) {
                    let codec = CodecTag::FourCc(*b"amf0");
                    let track = Track { id: SCRIPT, codec, record: Bytes::new(), sound: None, form: Form::AsIs };
                    if let Err(reason) = self.set_track(track) {
                        events.push(TagEvent::Ignored(reason));
                        return;
                    }
                    let codec =
                        OpaqueConfig { kind: MediaKind::Data, id: SCRIPT_TRACK_ID.into(), params: Bytes::new() };
                    events.push(TagEvent::Config(TrackConfig::new(SCRIPT, CLOCK_HZ, CodecConfig::Opaque(codec))));
                }
                let at = MediaTime::new(timestamp_ms, CLOCK_HZ);
                events.push(TagEvent::Unit(AccessUnit {
                    track: SCRIPT,
                    pts: at,
                    dts: Some(at),
                    key: true,
                    payload: body,
                    capture_utc: None,
                }));
            }
        }
    }
}

fn track_id(kind: TagKind, number: u8) -> Result<TrackId, IgnoreReason> {
    const FURTHER_VIDEO: u8 = 0x40;
    const FURTHER_AUDIO: u8 = 0x80;
    const MAX_NUMBER: u8 = 0x3F;
    match (kind, number) {
        (_, number) if number > MAX_NUMBER => Err(IgnoreReason::TooManyTracks),
        (TagKind::Video, 0) => Ok(VIDEO),
        (TagKind::Audio, 0) => Ok(AUDIO),
        (TagKind::Video, number) => Ok(TrackId(FURTHER_VIDEO + number)),
        (TagKind::Audio, number) => Ok(TrackId(FURTHER_AUDIO + number)),
        (TagKind::Script, _) => Ok(SCRIPT),
    }
}

fn sequence_header(codec: CodecTag, record: &Bytes) -> Result<(CodecConfig, Form), ParseError> {
    match codec {
        CodecTag::Video(codec_id::H264) | CodecTag::FourCc(four_cc::AVC) => {
            let (config, length_size) = H264Config::from_avcc(record)?;
            Ok((CodecConfig::H264(config), Form::Nal(length_size)))
        }
        CodecTag::Video(codec_id::H265_DOMESTIC) | CodecTag::FourCc(four_cc::HEVC) => {
            let (config, length_size) = H265Config::from_hvcc(record)?;
            Ok((CodecConfig::H265(config), Form::Nal(length_size)))
        }
        CodecTag::FourCc(four_cc::AV1) => Ok((CodecConfig::Av1(Av1Config::from_av1c(record)?), Form::Obu)),
        CodecTag::Audio(codec_id::AAC) | CodecTag::FourCc(four_cc::AAC) => {
            Ok((CodecConfig::Aac(AacConfig::from_specific_config(record)?), Form::AsIs))
        }
        CodecTag::FourCc(four_cc::OPUS) => Ok((CodecConfig::Opus(opus_head(record)?), Form::AsIs)),
        CodecTag::FourCc(_) | CodecTag::Audio(_) | CodecTag::Video(_) => {
            // Only enhanced tags of codecs we do not know come here; whether they are seen or heard follows
            // from the FourCC, and all that are heard are listed by enhanced RTMP v2.
            let kind = match codec {
                CodecTag::FourCc(id) if matches!(&id, b"ac-3" | b"ec-3" | b"fLaC") => MediaKind::Audio,
                CodecTag::Audio(_) => MediaKind::Audio,
                _ => MediaKind::Video,
            };
            Ok((CodecConfig::Opaque(opaque(codec, kind, record.clone())), Form::AsIs))
        }
    }
}

/// The identification header of RFC 7845 §5.1.
fn opus_head(record: &[u8]) -> Result<OpusConfig, ParseError> {
    const WHAT: &str = "OpusHead";
    const CHANNELS_AT: usize = 9;
    if !record.starts_with(b"OpusHead") {
        return Err(ParseError::Missing { what: WHAT });
    }
    match record.get(CHANNELS_AT) {
        Some(&channels @ 1..=2) => Ok(OpusConfig { channels }),
        Some(_) => Err(ParseError::OutOfRange { what: WHAT }),
        None => Err(ParseError::Truncated { what: WHAT }),
    }
}

/// The configuration that a frame carries itself.
fn self_described(packet: &Packet) -> Option<CodecConfig> {
    let g711 = || G711Config { sample_rate_hz: G711_RATE_HZ, channels: 1 + (packet.sound_flags & 1) };
    match packet.codec {
        CodecTag::Audio(codec_id::G711_A) => Some(CodecConfig::G711A(g711())),
        CodecTag::Audio(codec_id::G711_U) => Some(CodecConfig::G711U(g711())),
        codec if is_mp3(codec) => Some(CodecConfig::Mp3(mp3::parse_frame_header(&packet.payload)?.config)),
        _ => None,
    }
}

/// Annex E.4.2.1: formats 7 and 8 are always 8 kHz, whatever the rate bits say.
const G711_RATE_HZ: NonZeroU32 = NonZeroU32::new(8000).expect("8000 is not zero");

fn is_mp3(codec: CodecTag) -> bool {
    matches!(codec, CodecTag::Audio(codec_id::MP3 | codec_id::MP3_8KHZ) | CodecTag::FourCc(four_cc::MP3))
}

fn needs_sequence_header(codec: CodecTag) -> bool {
    matches!(
        codec,
        CodecTag::Video(codec_id::H264 | codec_id::H265_DOMESTIC)
            | CodecTag::Audio(codec_id::AAC)
            | CodecTag::FourCc(four_cc::AVC | four_cc::HEVC | four_cc::AV1 | four_cc::AAC | four_cc::OPUS)
    )
}

/// A codec that is only carried: `flv-video-2`, `flv-audio-11`, or the FourCC.
fn opaque(codec: CodecTag, kind: MediaKind, params: Bytes) -> OpaqueConfig {
    let id = match codec {
        CodecTag::Video(id) => format!("flv-video-{id}"),
        CodecTag::Audio(id) => format!("flv-audio-{id}"),
        CodecTag::FourCc(id) => id.escape_ascii().to_string(),
    };
    OpaqueConfig { kind, id: id.into(), params }
}

/// 4-byte lengths, cut after the last NAL unit that fits; empty when none does.
fn canonical_nals(payload: Bytes, length_size: u8) -> Bytes {
    let mut payload = nal::canonical_lengths(payload, length_size);
    let mut walk = nal::length_prefixed(&payload);
    walk.by_ref().for_each(drop);
    let read_len = payload.len() - walk.unread_len();
    payload.truncate(read_len);
    payload
}

/// AV1-ISOBMFF §2.4: samples hold no temporal delimiters; enhanced RTMP does not forbid them in front.
fn without_temporal_delimiter(payload: Bytes) -> Bytes {
    match av1::parse_obu(&payload) {
        Ok((obu, consumed)) if obu.kind == av1::obu_type::TEMPORAL_DELIMITER => payload.slice(consumed..),
        _ => payload,
    }
}
