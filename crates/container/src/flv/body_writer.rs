//! Tag bodies for the frames of a stream: what FLV files and RTMP have in common.

use bytes::{BufMut, Bytes, BytesMut};
use media::{CodecConfig, Frame, MediaKind, Refusal, TrackConfig};
use std::sync::Arc;

use super::packet::packet_type;
use super::{SCRIPT_TRACK_ID, TagKind, codec_id, four_cc, metadata};

/// How H.265 is announced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HevcForm {
    /// FourCC `hvc1` as enhanced RTMP has it: FFmpeg 6.1+, OBS 29.1+, mpegts.js, VLC 4.
    #[default]
    Enhanced,
    /// Codec id 12, for older players of Chinese CDNs.
    Domestic,
}

/// How tags are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct MuxOptions {
    /// How H.265 is announced.
    pub hevc: HevcForm,
}

impl MuxOptions {
    /// With H.265 announced in the given form.
    pub const fn with_hevc(hevc: HevcForm) -> Self {
        Self { hevc }
    }
}

/// Turns frames into tag bodies. FLV has one video and one audio track; script data travels beside them.
#[derive(Debug, Default)]
pub struct BodyWriter {
    options: MuxOptions,
    video: Option<Carried>,
    audio: Option<Carried>,
    script: Option<Arc<TrackConfig>>,
    metadata: Bytes,
    started: bool,
}

#[derive(Debug)]
struct Carried {
    track: Arc<TrackConfig>,
    /// The sequence header's body; empty for codecs that have none.
    sequence_header: Bytes,
    /// Whether readers who are there already still miss that header.
    announce: bool,
}

/// What stands in a tag body in front of a frame's payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyPrefix {
    /// Audio, video or script.
    pub kind: TagKind,
    /// Decoding time in milliseconds as FLV and RTMP count it: modulo 2^32.
    pub timestamp_ms: u32,
    bytes: [u8; Self::MAX_LEN],
    len: u8,
}

impl BodyPrefix {
    const MAX_LEN: usize = 8;

    fn new(kind: TagKind, frame: &Frame) -> Self {
        Self { kind, timestamp_ms: wrapped_ms(frame), bytes: [0; Self::MAX_LEN], len: 0 }
    }

    fn with(mut self, bytes: &[u8]) -> Self {
        let at = usize::from(self.len);
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
        self.len += u8::try_from(bytes.len()).expect("a prefix is 8 bytes at most");
        self
    }

    /// The bytes of the body before the payload.
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl BodyWriter {
    /// Without tracks.
    pub fn new(options: MuxOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Takes the tracks of the stream; see [`media::Muxer::set_tracks`].
    pub fn set_tracks(&mut self, tracks: &[Arc<TrackConfig>]) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        let (mut video, mut audio, mut script) = (None, None, None);
        for track in tracks {
            let slot = match track.kind() {
                MediaKind::Video => &mut video,
                MediaKind::Audio => &mut audio,
                MediaKind::Data => &mut script,
            };
            let outcome = self.sequence_header(track).and_then(|header| match slot {
                None => Ok(slot.insert((Arc::clone(track), header))),
                Some(_) => Err("FLV and RTMP carry one video and one audio track".to_owned()),
            });
            if let Err(reason) = outcome {
                refusals.push(Refusal { track: track.id, codec: track.codec(), reason });
            }
        }
        self.video = self.carry(video, self.video.as_ref());
        self.audio = self.carry(audio, self.audio.as_ref());
        self.script = script.map(|(track, _)| track);
        self.metadata = metadata::write_body(
            self.video.as_ref().map(|c| &*c.track),
            self.audio.as_ref().map(|c| &*c.track),
            self.options.hevc,
        );
        refusals
    }

    fn carry(&self, next: Option<(Arc<TrackConfig>, Bytes)>, before: Option<&Carried>) -> Option<Carried> {
        let (track, sequence_header) = next?;
        let announce = self.started
            && !sequence_header.is_empty()
            && before.is_none_or(|before| before.announce || before.sequence_header != sequence_header);
        Some(Carried { track, sequence_header, announce })
    }

    /// Whether a video track is carried.
    pub const fn has_video(&self) -> bool {
        self.video.is_some()
    }

    /// Whether an audio track is carried.
    pub const fn has_audio(&self) -> bool {
        self.audio.is_some()
    }

    /// What a reader needs before its first frame: `onMetaData` and the sequence headers.
    pub fn header_bodies(&self) -> impl Iterator<Item = (TagKind, &Bytes)> {
        std::iter::once((TagKind::Script, &self.metadata))
            .chain(self.video.iter().map(|carried| (TagKind::Video, &carried.sequence_header)))
            .chain(self.audio.iter().map(|carried| (TagKind::Audio, &carried.sequence_header)))
            .filter(|(_, body)| !body.is_empty())
    }

    /// The sequence header that readers who are there already need before this frame, once after each change.
    pub fn take_announcement(&mut self, frame: &Frame) -> Option<(TagKind, Bytes)> {
        let (kind, carried) = match (&mut self.video, &mut self.audio) {
            (Some(video), _) if video.track.id == frame.track => (TagKind::Video, video),
            (_, Some(audio)) if audio.track.id == frame.track => (TagKind::Audio, audio),
            _ => return None,
        };
        std::mem::take(&mut carried.announce).then(|| (kind, carried.sequence_header.clone()))
    }

    /// What comes before the frame's payload in its tag body; `None` for a track that is not carried.
    pub fn prefix(&mut self, frame: &Frame) -> Option<BodyPrefix> {
        let prefix = self.frame_prefix(frame);
        self.started |= prefix.is_some();
        prefix
    }

    fn frame_prefix(&self, frame: &Frame) -> Option<BodyPrefix> {
        if let Some(video) = self.video.as_ref().filter(|video| video.track.id == frame.track) {
            return Some(self.video_prefix(&video.track.codec, frame));
        }
        if let Some(audio) = self.audio.as_ref().filter(|audio| audio.track.id == frame.track) {
            let head = BodyPrefix::new(TagKind::Audio, frame);
            let codec = &audio.track.codec;
            return Some(match codec {
                CodecConfig::Opus(_) => head.with(&[ENHANCED_AUDIO | packet_type::CODED_FRAMES]).with(&four_cc::OPUS),
                CodecConfig::Aac(_) => head.with(&[sound_byte(codec), 1]),
                _ => head.with(&[sound_byte(codec)]),
            });
        }
        let script = self.script.as_ref()?;
        (script.id == frame.track).then(|| BodyPrefix::new(TagKind::Script, frame))
    }

    fn video_prefix(&self, codec: &CodecConfig, frame: &Frame) -> BodyPrefix {
        const KEY: u8 = 1;
        const INTER: u8 = 2;
        let head = BodyPrefix::new(TagKind::Video, frame);
        let frame_type = if frame.key { KEY } else { INTER };
        let composition = composition_bytes(frame);
        match codec {
            CodecConfig::H265(_) if self.options.hevc == HevcForm::Enhanced => {
                if composition == [0; 3] {
                    let packet = packet_type::CODED_FRAMES_X;
                    return head.with(&[ENHANCED_VIDEO | frame_type << 4 | packet]).with(&four_cc::HEVC);
                }
                let packet = packet_type::CODED_FRAMES;
                head.with(&[ENHANCED_VIDEO | frame_type << 4 | packet]).with(&four_cc::HEVC).with(&composition)
            }
            CodecConfig::Av1(_) => {
                let packet = packet_type::CODED_FRAMES;
                head.with(&[ENHANCED_VIDEO | frame_type << 4 | packet]).with(&four_cc::AV1)
            }
            CodecConfig::H265(_) => head.with(&[frame_type << 4 | codec_id::H265_DOMESTIC, 1]).with(&composition),
            CodecConfig::Opaque(opaque) => {
                head.with(&[frame_type << 4 | legacy_id(&opaque.id, "flv-video-").unwrap_or_default()])
            }
            _ => head.with(&[frame_type << 4 | codec_id::H264, 1]).with(&composition),
        }
    }

    /// The body of a track's sequence header (empty where the codec has none), or why it is not carried.
    fn sequence_header(&self, track: &TrackConfig) -> Result<Bytes, String> {
        const KEY: u8 = 1 << 4;
        let mut body = BytesMut::new();
        match &track.codec {
            CodecConfig::H264(config) => {
                body.put_slice(&[KEY | codec_id::H264, 0, 0, 0, 0]);
                body.put_slice(&config.to_avcc());
            }
            CodecConfig::H265(config) => {
                match self.options.hevc {
                    HevcForm::Domestic => {
                        body.put_slice(&[KEY | codec_id::H265_DOMESTIC, 0, 0, 0, 0]);
                    }
                    HevcForm::Enhanced => {
                        body.put_u8(ENHANCED_VIDEO | KEY | packet_type::SEQUENCE_START);
                        body.put_slice(&four_cc::HEVC);
                    }
                }
                body.put_slice(&config.to_hvcc());
            }
            CodecConfig::Av1(config) => {
                body.put_u8(ENHANCED_VIDEO | KEY | packet_type::SEQUENCE_START);
                body.put_slice(&four_cc::AV1);
                body.put_slice(&config.to_av1c());
            }
            CodecConfig::Aac(config) => {
                body.put_slice(&[sound_byte(&track.codec), 0]);
                body.put_slice(&config.specific_config);
            }
            CodecConfig::Opus(config) => {
                body.put_u8(ENHANCED_AUDIO | packet_type::SEQUENCE_START);
                body.put_slice(&four_cc::OPUS);
                put_opus_head(&mut body, config.channels);
            }
            CodecConfig::Mp3(_) => {}
            CodecConfig::G711A(config) | CodecConfig::G711U(config) => {
                if config.sample_rate_hz.get() != 8000 {
                    return Err(format!("FLV and RTMP carry G.711 at 8000 Hz only, not at {}", config.sample_rate_hz));
                }
            }
            CodecConfig::Opaque(opaque) => {
                let carried = match opaque.kind {
                    MediaKind::Video => legacy_id(&opaque.id, "flv-video-").is_some(),
                    MediaKind::Audio => legacy_id(&opaque.id, "flv-audio-").is_some(),
                    MediaKind::Data => *opaque.id == *SCRIPT_TRACK_ID,
                };
                if !carried {
                    return Err(format!("FLV and RTMP do not carry {}", opaque.id));
                }
            }
        }
        Ok(body.freeze())
    }
}

const ENHANCED_VIDEO: u8 = 0x80;
const ENHANCED_AUDIO: u8 = codec_id::ENHANCED_AUDIO << 4;

/// The number behind `prefix`, as [`super::TagDemuxer`] names codecs that are only carried.
fn legacy_id(id: &str, prefix: &str) -> Option<u8> {
    id.strip_prefix(prefix)?.parse().ok().filter(|id| *id < 16)
}

/// The first byte of a legacy audio tag (annex E.4.2.1).
fn sound_byte(codec: &CodecConfig) -> u8 {
    const SIXTEEN_BIT: u8 = 2;
    let stereo = |channels: u8| u8::from(channels > 1);
    match codec {
        // AAC always says 44 kHz stereo; the truth is in its sequence header.
        CodecConfig::Aac(_) => codec_id::AAC << 4 | 3 << 2 | SIXTEEN_BIT | 1,
        CodecConfig::G711A(config) => codec_id::G711_A << 4 | SIXTEEN_BIT | stereo(config.channels),
        CodecConfig::G711U(config) => codec_id::G711_U << 4 | SIXTEEN_BIT | stereo(config.channels),
        CodecConfig::Mp3(config) => {
            let (format, rate) = match config.sample_rate_hz.get() {
                8000 => (codec_id::MP3_8KHZ, 0),
                0..=11_025 => (codec_id::MP3, 1),
                11_026..=24_000 => (codec_id::MP3, 2),
                _ => (codec_id::MP3, 3),
            };
            format << 4 | rate << 2 | SIXTEEN_BIT | stereo(config.channels)
        }
        CodecConfig::Opaque(opaque) => {
            legacy_id(&opaque.id, "flv-audio-").unwrap_or_default() << 4 | 3 << 2 | SIXTEEN_BIT
        }
        _ => 0,
    }
}

/// `pts - dts` such that the millisecond time stamps add up; beyond 24 bits signed it is cut.
fn composition_bytes(frame: &Frame) -> [u8; 3] {
    let composition = (frame.pts.as_millis() - frame.dts.as_millis()).clamp(-0x80_0000, 0x7F_FFFF);
    let [.., a, b, c] = composition.to_be_bytes();
    [a, b, c]
}

fn wrapped_ms(frame: &Frame) -> u32 {
    u32::try_from(frame.dts.as_millis() & i64::from(u32::MAX)).expect("masked to 32 bits")
}

/// RFC 7845 §5.1, channel mapping family 0.
fn put_opus_head(out: &mut BytesMut, channels: u8) {
    const PRE_SKIP: u16 = 0;
    out.put_slice(b"OpusHead");
    out.put_slice(&[1, channels]);
    out.put_u16_le(PRE_SKIP);
    out.put_u32_le(48_000);
    out.put_slice(&[0, 0, 0]);
}
