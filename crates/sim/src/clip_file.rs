//! Coded clips on disk, so that a second start is instant.
//!
//! All numbers are big-endian. `bytes` are a `u32` length and that many bytes.
//!
//! | field | type |
//! |---|---|
//! | magic `VIADCLIP` | 8 bytes |
//! | [`FORMAT_VERSION`] | u32 |
//! | [`ClipConfig::fingerprint`] | u64 |
//! | codec (1 H.264, 2 H.265), frames per second, tracks per loop | u8, u32, u64 |
//! | `avcC` or `hvcC` record | bytes |
//! | frame count, then per frame: key flag, payload | u32, (u8, bytes) |
//! | sound (0 none, 1 A-law, 2 AAC); unless none: samples per packet, packet count, packets | u8, u32, u32, bytes |
//! | ground truth as JSON | bytes |
//! | FNV-1a of everything before | u64 |

use std::fs::{self, File};
use std::io::{self, Write};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use bytes::{BufMut, Bytes, BytesMut};
use media::{CodecConfig, H264Config, H265Config, ParseError, TrackConfig};

use crate::clip::{ClipConfig, ClipError, LoopClip, frame_count};
use crate::encode::{CodedPicture, EncodeError, VIDEO_CLOCK_HZ, VIDEO_TRACK, VideoCodec};
use crate::sound::{self, AudioCodec, CodedSound};

/// Changes when the layout or what is drawn changes; older files are then encoded anew.
pub const FORMAT_VERSION: u32 = 1;
const MAGIC: &[u8; 8] = b"VIADCLIP";
/// Larger files are not ours.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// Why a clip file is of no use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClipFileError {
    /// It could not be read or written.
    #[error("clip file {path}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is not a clip file, of another version, or made from another configuration.
    #[error("clip file is stale: {what}")]
    Stale {
        /// What differs.
        what: &'static str,
    },
    /// Its check sum or structure is wrong.
    #[error("clip file is damaged: {what}")]
    Damaged {
        /// Where.
        what: &'static str,
    },
    /// Its parameter sets cannot be parsed.
    #[error("clip file has unusable parameter sets")]
    Parameters(#[from] ParseError),
    /// Its sound configuration cannot be restored.
    #[error("clip file has an unusable sound configuration")]
    Sound(#[from] EncodeError),
}

impl ClipConfig {
    /// A number that differs between configurations and between versions of the drawing code.
    pub fn fingerprint(&self) -> u64 {
        let text = serde_json::to_vec(self).expect("a configuration is plain data");
        fnv(fnv(FNV_START, &FORMAT_VERSION.to_be_bytes()), &text)
    }

    /// The name of its file in a cache directory.
    pub fn file_name(&self) -> String {
        format!("{:016x}.clip", self.fingerprint())
    }
}

impl LoopClip {
    /// Loads a clip from `directory`, or encodes it and saves it there. A file that cannot be used is
    /// replaced; one that cannot be written is an error, after the work of encoding.
    ///
    /// # Errors
    /// When encoding or saving fails.
    pub fn load_or_encode(
        directory: &Path,
        config: &ClipConfig,
        progress: impl FnMut(u32, u32),
    ) -> Result<Self, CacheError> {
        let path = directory.join(config.file_name());
        if let Ok(clip) = Self::load(&path, config) {
            return Ok(clip);
        }
        let clip = Self::encode(config, progress)?;
        clip.save(&path, config)?;
        Ok(clip)
    }

    /// Writes the clip to a new file that replaces `path` when it is complete. Creates the directory.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn save(&self, path: &Path, config: &ClipConfig) -> Result<(), ClipFileError> {
        let bytes = self.to_bytes(config);
        let write = || -> io::Result<()> {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            let partial = path.with_extension(format!("partial-{}", std::process::id()));
            let mut file = File::create(&partial)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&partial, path)
        };
        write().map_err(|source| ClipFileError::Io { path: path.to_owned(), source })
    }

    /// Reads a clip that was saved for the same configuration.
    ///
    /// # Errors
    /// When the file is absent, stale or damaged.
    pub fn load(path: &Path, config: &ClipConfig) -> Result<Self, ClipFileError> {
        let io = |source| ClipFileError::Io { path: path.to_owned(), source };
        if fs::metadata(path).map_err(io)?.len() > MAX_FILE_BYTES {
            return Err(ClipFileError::Damaged { what: "size" });
        }
        Self::from_bytes(&Bytes::from(fs::read(path).map_err(io)?), config)
    }

    fn to_bytes(&self, config: &ClipConfig) -> Vec<u8> {
        let mut out = BytesMut::with_capacity(self.size_bytes() + (1 << 20));
        out.put_slice(MAGIC);
        out.put_u32(FORMAT_VERSION);
        out.put_u64(config.fingerprint());
        out.put_u8(match self.codec {
            VideoCodec::H264 => 1,
            VideoCodec::H265 => 2,
        });
        out.put_u32(self.fps.get());
        out.put_u64(self.tracks_per_loop);
        let record = match &self.video.codec {
            CodecConfig::H264(config) => config.to_avcc(),
            CodecConfig::H265(config) => config.to_hvcc(),
            _ => vec![],
        };
        put_bytes(&mut out, &record);
        put_count(&mut out, self.frames.len());
        for frame in &self.frames {
            out.put_u8(u8::from(frame.key));
            put_bytes(&mut out, &frame.payload);
        }
        match &self.sound {
            None => out.put_u8(0),
            Some(sound) => {
                out.put_u8(if sound.packet_samples == 1024 { 2 } else { 1 });
                out.put_u32(sound.packet_samples);
                put_count(&mut out, sound.packets.len());
                for packet in &sound.packets {
                    put_bytes(&mut out, packet);
                }
            }
        }
        put_bytes(&mut out, &serde_json::to_vec(&self.truth).expect("ground truth is plain data"));
        let sum = fnv(FNV_START, &out);
        out.put_u64(sum);
        out.into()
    }

    fn from_bytes(file: &Bytes, config: &ClipConfig) -> Result<Self, ClipFileError> {
        let mut reader = Reader { rest: file.clone() };
        if reader.take(MAGIC.len(), "magic")?[..] != MAGIC[..] {
            return Err(ClipFileError::Stale { what: "magic" });
        }
        if reader.u32("version")? != FORMAT_VERSION {
            return Err(ClipFileError::Stale { what: "version" });
        }
        if reader.u64("fingerprint")? != config.fingerprint() {
            return Err(ClipFileError::Stale { what: "configuration" });
        }
        let body = file.len().checked_sub(8).ok_or(ClipFileError::Damaged { what: "size" })?;
        if fnv(FNV_START, &file[..body]).to_be_bytes()[..] != file[body..] {
            return Err(ClipFileError::Damaged { what: "check sum" });
        }
        let codec = match reader.u8("codec")? {
            1 => VideoCodec::H264,
            2 => VideoCodec::H265,
            _ => return Err(ClipFileError::Damaged { what: "codec" }),
        };
        let fps = NonZeroU32::new(reader.u32("frame rate")?).ok_or(ClipFileError::Damaged { what: "frame rate" })?;
        let tracks_per_loop = reader.u64("tracks")?;
        let record = reader.bytes("record")?;
        let parameters = match codec {
            VideoCodec::H264 => CodecConfig::H264(H264Config::from_avcc(&record)?.0),
            VideoCodec::H265 => CodecConfig::H265(H265Config::from_hvcc(&record)?.0),
        };
        let count = reader.u32("frame count")?;
        if count == 0 || count != frame_count(&config.scene) {
            return Err(ClipFileError::Damaged { what: "frame count" });
        }
        let frames = (0..count)
            .map(|_| {
                let key = reader.u8("key flag")? != 0;
                let payload = reader.bytes("frame")?;
                Ok(CodedPicture { payload, key })
            })
            .collect::<Result<Vec<_>, ClipFileError>>()?;
        let sound = reader.sound()?;
        let truth: Vec<_> = serde_json::from_slice(&reader.bytes("ground truth")?)
            .map_err(|_| ClipFileError::Damaged { what: "ground truth" })?;
        if truth.len() != frames.len() {
            return Err(ClipFileError::Damaged { what: "ground truth" });
        }
        Ok(Self {
            codec,
            fps,
            video: TrackConfig::new(VIDEO_TRACK, VIDEO_CLOCK_HZ, parameters),
            frames,
            sound,
            truth,
            tracks_per_loop,
        })
    }
}

/// Why [`LoopClip::load_or_encode`] has no clip.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// Encoding failed.
    #[error("clip could not be made")]
    Encode(#[from] ClipError),
    /// It was made but could not be saved.
    #[error("clip could not be saved")]
    Save(#[from] ClipFileError),
}

/// Reads fields and shares the file's bytes.
struct Reader {
    rest: Bytes,
}

impl Reader {
    fn take(&mut self, count: usize, what: &'static str) -> Result<Bytes, ClipFileError> {
        if count > self.rest.len() {
            return Err(ClipFileError::Damaged { what });
        }
        Ok(self.rest.split_to(count))
    }

    fn number<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], ClipFileError> {
        let bytes = self.take(N, what)?;
        <[u8; N]>::try_from(&bytes[..]).map_err(|_| ClipFileError::Damaged { what })
    }

    fn u8(&mut self, what: &'static str) -> Result<u8, ClipFileError> {
        self.number::<1>(what).map(u8::from_be_bytes)
    }

    fn u32(&mut self, what: &'static str) -> Result<u32, ClipFileError> {
        self.number(what).map(u32::from_be_bytes)
    }

    fn u64(&mut self, what: &'static str) -> Result<u64, ClipFileError> {
        self.number(what).map(u64::from_be_bytes)
    }

    fn bytes(&mut self, what: &'static str) -> Result<Bytes, ClipFileError> {
        let count = self.u32(what)?;
        self.take(usize::try_from(count).map_err(|_| ClipFileError::Damaged { what })?, what)
    }

    fn sound(&mut self) -> Result<Option<CodedSound>, ClipFileError> {
        let codec = match self.u8("sound")? {
            0 => return Ok(None),
            1 => AudioCodec::G711A,
            2 => AudioCodec::Aac,
            _ => return Err(ClipFileError::Damaged { what: "sound" }),
        };
        let packet_samples = self.u32("samples per packet")?;
        let count = self.u32("packet count")?;
        if packet_samples == 0 || count == 0 {
            return Err(ClipFileError::Damaged { what: "sound" });
        }
        let packets = (0..count).map(|_| self.bytes("packet")).collect::<Result<Vec<_>, _>>()?;
        Ok(Some(CodedSound { track: sound::track(codec)?, packets, packet_samples }))
    }
}

fn put_count(out: &mut BytesMut, count: usize) {
    out.put_u32(u32::try_from(count).expect("clips are far below 4 GiB"));
}

fn put_bytes(out: &mut BytesMut, bytes: &[u8]) {
    put_count(out, bytes.len());
    out.put_slice(bytes);
}

const FNV_START: u64 = 0xCBF2_9CE4_8422_2325;

fn fnv(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3))
}
