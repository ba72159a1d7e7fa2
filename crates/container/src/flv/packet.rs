//! The headers in front of coded audio and video.

use bytes::{Buf, Bytes};

use super::{TagKind, codec_id};

/// How a tag names its codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CodecTag {
    /// `CodecID` of a video tag.
    Video(u8),
    /// `SoundFormat` of an audio tag.
    Audio(u8),
    /// FourCC of an enhanced tag.
    FourCc([u8; 4]),
}

/// What a packet holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A sequence header.
    Config,
    /// One access unit.
    Coded,
    /// The end of the coded sequence.
    End,
}

/// One packet; a multitrack tag holds several.
#[derive(Clone, Debug)]
pub(super) struct Packet {
    /// Track number within the kind; 0 outside of multitrack tags.
    pub(super) number: u8,
    pub(super) codec: CodecTag,
    pub(super) role: Role,
    pub(super) key: bool,
    pub(super) composition_ms: i32,
    /// The first byte of a legacy audio tag (rate, size, stereo); 0 elsewhere.
    pub(super) sound_flags: u8,
    pub(super) payload: Bytes,
}

/// Why a tag gives no packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Skip {
    Truncated,
    /// A seek or metadata hint for the player.
    Hint,
    /// A packet type that we do not know.
    Unknown(u8),
}

/// Enhanced packet types (enhanced RTMP v2, `VideoPacketType` and `AudioPacketType`).
pub(super) mod packet_type {
    pub(crate) const SEQUENCE_START: u8 = 0;
    pub(crate) const CODED_FRAMES: u8 = 1;
    pub(crate) const SEQUENCE_END: u8 = 2;
    pub(crate) const CODED_FRAMES_X: u8 = 3;
    pub(crate) const METADATA: u8 = 4;
    pub(crate) const MPEG2TS_SEQUENCE_START: u8 = 5;
    pub(crate) const VIDEO_MULTITRACK: u8 = 6;
    pub(crate) const MOD_EX: u8 = 7;
    pub(crate) const AUDIO_MULTICHANNEL: u8 = 4;
    pub(crate) const AUDIO_MULTITRACK: u8 = 5;
}

/// `VideoFrameType`.
mod frame_type {
    pub(super) const KEY: u8 = 1;
    /// "Generated key frame", reserved for servers.
    pub(super) const GENERATED_KEY: u8 = 4;
    pub(super) const COMMAND: u8 = 5;
}

const ENHANCED_VIDEO: u8 = 0x80;

/// Gives each packet of a tag body.
pub(super) fn packets(kind: TagKind, body: Bytes, each: impl FnMut(Packet)) -> Result<(), Skip> {
    let first = *body.first().ok_or(Skip::Truncated)?;
    match kind {
        TagKind::Video if first & ENHANCED_VIDEO != 0 => enhanced(true, body, each),
        TagKind::Video => legacy_video(body, each),
        TagKind::Audio if first >> 4 == codec_id::ENHANCED_AUDIO => enhanced(false, body, each),
        TagKind::Audio => legacy_audio(body, each),
        TagKind::Script => Err(Skip::Hint),
    }
}

fn legacy_video(mut body: Bytes, mut each: impl FnMut(Packet)) -> Result<(), Skip> {
    let first = take_u8(&mut body)?;
    if first >> 4 == frame_type::COMMAND {
        return Err(Skip::Hint);
    }
    let id = first & 0x0F;
    let (role, composition_ms) = match id {
        codec_id::H264 | codec_id::H265_DOMESTIC => {
            let role = role(take_u8(&mut body)?)?;
            // Violates annex E.4.3.1: some encoders end a sequence with two bytes.
            let composition_ms = if role == Role::End { 0 } else { take_i24(&mut body)? };
            (role, composition_ms)
        }
        _ => (Role::Coded, 0),
    };
    each(Packet {
        number: 0,
        codec: CodecTag::Video(id),
        role,
        key: is_key(first >> 4),
        composition_ms,
        sound_flags: 0,
        payload: body,
    });
    Ok(())
}

fn legacy_audio(mut body: Bytes, mut each: impl FnMut(Packet)) -> Result<(), Skip> {
    let first = take_u8(&mut body)?;
    let id = first >> 4;
    let role = if id == codec_id::AAC { role(take_u8(&mut body)?)? } else { Role::Coded };
    each(Packet {
        number: 0,
        codec: CodecTag::Audio(id),
        role,
        key: true,
        composition_ms: 0,
        sound_flags: first,
        payload: body,
    });
    Ok(())
}

/// `AVCPacketType` and `AACPacketType`.
fn role(packet_type: u8) -> Result<Role, Skip> {
    match packet_type {
        0 => Ok(Role::Config),
        1 => Ok(Role::Coded),
        2 => Ok(Role::End),
        other => Err(Skip::Unknown(other)),
    }
}

/// Both enhanced headers have one shape; only the numbers of two packet types differ.
fn enhanced(video: bool, mut body: Bytes, mut each: impl FnMut(Packet)) -> Result<(), Skip> {
    let first = take_u8(&mut body)?;
    let frame_type = if video { first >> 4 & 7 } else { frame_type::KEY };
    let mut packet_type = first & 0x0F;
    while packet_type == packet_type::MOD_EX {
        // Modifiers (nanosecond offsets) refine what follows; nothing is lost without them.
        let mut length = usize::from(take_u8(&mut body)?) + 1;
        if length == 256 {
            length = usize::from(take_u16(&mut body)?) + 1;
        }
        take(&mut body, length)?;
        packet_type = take_u8(&mut body)? & 0x0F;
    }
    if video && frame_type == frame_type::COMMAND && packet_type != packet_type::METADATA {
        return Err(Skip::Hint);
    }
    let header = Header { video, key: is_key(frame_type) };
    let multitrack = if video { packet_type::VIDEO_MULTITRACK } else { packet_type::AUDIO_MULTITRACK };
    if packet_type != multitrack {
        let codec = take_four_cc(&mut body)?;
        each(header.packet(0, codec, packet_type, body)?);
        return Ok(());
    }

    const ONE_TRACK: u8 = 0;
    const MANY_TRACKS_MANY_CODECS: u8 = 2;
    let layout = take_u8(&mut body)?;
    let (layout, packet_type) = (layout >> 4, layout & 0x0F);
    let mut codec = [0; 4];
    if layout != MANY_TRACKS_MANY_CODECS {
        codec = take_four_cc(&mut body)?;
    }
    while !body.is_empty() {
        if layout == MANY_TRACKS_MANY_CODECS {
            codec = take_four_cc(&mut body)?;
        }
        let number = take_u8(&mut body)?;
        let track = if layout == ONE_TRACK {
            std::mem::take(&mut body)
        } else {
            let length = take_u24(&mut body)?;
            take(&mut body, length)?
        };
        each(header.packet(number, codec, packet_type, track)?);
    }
    Ok(())
}

/// What all packets of an enhanced tag share.
struct Header {
    video: bool,
    key: bool,
}

impl Header {
    fn packet(&self, number: u8, codec: [u8; 4], packet_type: u8, mut payload: Bytes) -> Result<Packet, Skip> {
        let mut composition_ms = 0;
        let role = match packet_type {
            packet_type::SEQUENCE_START => Role::Config,
            packet_type::SEQUENCE_END => Role::End,
            packet_type::CODED_FRAMES => {
                // Codecs that reorder carry the composition time, the others never do.
                if self.video && matches!(&codec, b"avc1" | b"hvc1" | b"vvc1") {
                    composition_ms = take_i24(&mut payload)?;
                }
                Role::Coded
            }
            packet_type::CODED_FRAMES_X if self.video => Role::Coded,
            // Colour metadata and the channel layout are hints; MPEG-2 TS descriptors configure no decoder of ours.
            packet_type::METADATA | packet_type::MPEG2TS_SEQUENCE_START if self.video => {
                return Err(Skip::Hint);
            }
            packet_type::AUDIO_MULTICHANNEL if !self.video => return Err(Skip::Hint),
            other => return Err(Skip::Unknown(other)),
        };
        Ok(Packet {
            number,
            codec: CodecTag::FourCc(codec),
            role,
            key: self.key,
            composition_ms,
            sound_flags: 0,
            payload,
        })
    }
}

const fn is_key(frame_type: u8) -> bool {
    matches!(frame_type, frame_type::KEY | frame_type::GENERATED_KEY)
}

fn take(body: &mut Bytes, length: usize) -> Result<Bytes, Skip> {
    if length > body.len() {
        return Err(Skip::Truncated);
    }
    Ok(body.split_to(length))
}

fn take_u8(body: &mut Bytes) -> Result<u8, Skip> {
    body.try_get_u8().map_err(|_| Skip::Truncated)
}

fn take_u16(body: &mut Bytes) -> Result<u16, Skip> {
    body.try_get_u16().map_err(|_| Skip::Truncated)
}

fn take_u24(body: &mut Bytes) -> Result<usize, Skip> {
    let high = usize::from(take_u8(body)?);
    Ok(high << 16 | usize::from(take_u16(body)?))
}

fn take_i24(body: &mut Bytes) -> Result<i32, Skip> {
    let value = i32::try_from(take_u24(body)?).expect("24 bits fit 32");
    Ok(if value & 0x80_0000 == 0 { value } else { value - 0x100_0000 })
}

fn take_four_cc(body: &mut Bytes) -> Result<[u8; 4], Skip> {
    body.try_get_u32().map(u32::to_be_bytes).map_err(|_| Skip::Truncated)
}
