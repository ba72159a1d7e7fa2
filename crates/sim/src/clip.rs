//! A scene coded once and played in a loop by any number of cameras.

use std::num::NonZeroU32;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use media::{AccessUnit, CaptureOrigin, CaptureTime, CodecConfig, MediaTime, TrackConfig};
use serde::{Deserialize, Serialize};

use crate::barcode::Stamp;
use crate::encode::{
    AUDIO_TRACK, CodedPicture, EncodeError, H264Encoder, VIDEO_CLOCK_HZ, VIDEO_TRACK, VideoCodec, split_h265,
};
use crate::ffmpeg::Ffmpeg;
use crate::osd::Overlay;
use crate::picture::Picture;
use crate::scene::{ConfigError, Scene, SceneConfig};
use crate::sei::{self, SentStamp};
use crate::sound::{self, AudioCodec, CodedSound};
use crate::truth::FrameTruth;

/// What a clip shows and how it is coded. Its length is the scene's cycle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClipConfig {
    /// What it shows.
    pub scene: SceneConfig,
    /// How pictures are coded.
    pub codec: VideoCodec,
    /// Target of the rate control, bits per second.
    pub bitrate_bps: u32,
    /// Pictures from key frame to key frame, at least 1.
    pub gop: u32,
    /// How sound is coded; `None` is a silent camera.
    pub audio: Option<AudioCodec>,
}

/// Why a clip could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClipError {
    /// The scene cannot be built.
    #[error("scene configuration is unusable")]
    Scene(#[from] ConfigError),
    /// The coding parameters are out of range.
    #[error("coding parameters are out of range: {0}")]
    Coding(&'static str),
    /// Coding failed.
    #[error("clip could not be encoded")]
    Encode(#[from] EncodeError),
}

/// A coded loop. Cheap to share: frames are reference-counted.
#[derive(Debug)]
pub struct LoopClip {
    pub(crate) codec: VideoCodec,
    pub(crate) fps: NonZeroU32,
    pub(crate) video: TrackConfig,
    pub(crate) frames: Vec<CodedPicture>,
    pub(crate) sound: Option<CodedSound>,
    pub(crate) truth: Vec<FrameTruth>,
    pub(crate) tracks_per_loop: u64,
}

/// What a camera sends for one frame.
#[derive(Clone, Debug)]
pub struct ClipUnit {
    /// The picture.
    pub video: AccessUnit,
    /// The packets of sound that begin during the picture.
    pub audio: Vec<AccessUnit>,
}

impl LoopClip {
    /// Draws and codes a clip; calls `progress(done, total)` after each picture. Takes about one core for
    /// as long as the clip plays, so call it off the runtime.
    ///
    /// The burnt-in counter and stamp of a clip count from the loop's start: time since the start stands
    /// where a live camera has the Unix time. Real send times travel in the SEI of [`crate::sei`].
    ///
    /// # Errors
    /// When the configuration is unusable or an encoder fails.
    pub fn encode(config: &ClipConfig, mut progress: impl FnMut(u32, u32)) -> Result<Self, ClipError> {
        const BITRATES_BPS: std::ops::RangeInclusive<u32> = 16_000..=50_000_000;
        if config.gop == 0 {
            return Err(ClipError::Coding("a GOP has at least one picture"));
        }
        if !BITRATES_BPS.contains(&config.bitrate_bps) {
            return Err(ClipError::Coding("bitrate must be 16 kbit/s to 50 Mbit/s"));
        }
        let mut scene = Scene::new(config.scene.clone())?;
        let fps = NonZeroU32::new(config.scene.fps).ok_or(ConfigError::FrameRate)?;
        let total = frame_count(&config.scene);
        let mut coder = Coder::new(config)?;
        let mut truth = Vec::with_capacity(total as usize);
        for index in 0..total {
            scene.advance_to(u64::from(index));
            truth.push(scene.truth());
            let picture = draw(&mut scene, index);
            coder.push(&picture)?;
            progress(index + 1, total);
        }
        let (video, frames) = coder.finish()?;
        if frames.len() != total as usize || frames.first().is_none_or(|first| !first.key) {
            return Err(EncodeError::Output { what: "video" }.into());
        }
        let sound = config
            .audio
            .map(|codec| sound::encode_loop(codec, &truth, config.scene.fps, config.scene.seed))
            .transpose()?;
        Ok(Self { codec: config.codec, fps, video, frames, sound, truth, tracks_per_loop: scene.tracks_per_cycle() })
    }

    /// The tracks that it plays: pictures first.
    pub fn tracks(&self) -> Vec<TrackConfig> {
        let sound = self.sound.as_ref().map(|sound| sound.track.clone());
        std::iter::once(self.video.clone()).chain(sound).collect()
    }

    /// The codec of its pictures.
    pub const fn codec(&self) -> VideoCodec {
        self.codec
    }

    /// Pictures in one pass of the loop.
    pub const fn len(&self) -> usize {
        self.frames.len()
    }

    /// Never: a clip has at least one picture.
    pub const fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Time from one picture to the next.
    pub fn frame_interval(&self) -> Duration {
        Duration::from_secs(1) / self.fps.get()
    }

    /// Bytes of coded media that it holds.
    pub fn size_bytes(&self) -> usize {
        let sound = self.sound.iter().flat_map(|sound| &sound.packets).map(Bytes::len).sum::<usize>();
        self.frames.iter().map(|frame| frame.payload.len()).sum::<usize>() + sound
    }

    /// Frame `n` since the camera began, at `unix_us` microseconds since the Unix epoch.
    ///
    /// With a time the payload is a copy with an SEI in front (see [`crate::sei`]); without one it is
    /// shared with every other camera that plays this clip.
    pub fn unit(&self, n: u64, unix_us: Option<i64>) -> ClipUnit {
        let frame = &self.frames[self.index(n)];
        let payload = match unix_us {
            Some(unix_us) => {
                let mut out = BytesMut::with_capacity(frame.payload.len() + sei::MAX_BYTES);
                sei::put(&mut out, self.codec, SentStamp { counter: n, unix_us });
                out.extend_from_slice(&frame.payload);
                out.freeze()
            }
            None => frame.payload.clone(),
        };
        let pts = MediaTime::new(ticks(n, VIDEO_CLOCK_HZ, self.fps), VIDEO_CLOCK_HZ);
        let video = AccessUnit {
            track: VIDEO_TRACK,
            pts,
            dts: Some(pts),
            key: frame.key,
            payload,
            capture_utc: unix_us.map(|unix_us| CaptureTime {
                unix_us,
                origin: CaptureOrigin::Bitstream,
                uncertainty: Duration::from_millis(1),
            }),
        };
        ClipUnit { video, audio: self.audio(n) }
    }

    /// The packets of sound that begin between frame `n` and the next.
    fn audio(&self, n: u64) -> Vec<AccessUnit> {
        let Some(sound) = &self.sound else {
            return vec![];
        };
        let clock_hz = sound.track.clock_hz;
        let size = u64::from(sound.packet_samples);
        let first_at = |n: u64| {
            let sample = u64::try_from(ticks(n, clock_hz, self.fps)).unwrap_or(0);
            sample.div_ceil(size)
        };
        (first_at(n)..first_at(n + 1))
            .map(|packet| {
                let index = packet % sound.packets.len() as u64;
                let pts = MediaTime::new(i64::try_from(packet * size).unwrap_or(i64::MAX), clock_hz);
                AccessUnit {
                    track: AUDIO_TRACK,
                    pts,
                    dts: Some(pts),
                    key: true,
                    payload: sound.packets[usize::try_from(index).expect("below the packet count")].clone(),
                    capture_utc: None,
                }
            })
            .collect()
    }

    /// What frame `n` since the camera began shows.
    pub fn truth(&self, n: u64) -> FrameTruth {
        let pass = n / self.frames.len() as u64;
        let mut truth = self.truth[self.index(n)].clone();
        truth.frame = n;
        truth.time_ms = n * 1000 / u64::from(self.fps.get());
        for object in &mut truth.boxes {
            object.track += pass * self.tracks_per_loop;
        }
        truth
    }

    fn index(&self, n: u64) -> usize {
        usize::try_from(n % self.frames.len() as u64).expect("below the frame count")
    }

    /// The pictures of one pass as a byte stream with start codes and parameter sets, as tools read it.
    pub fn annex_b(&self) -> Vec<u8> {
        let sets: Vec<&Bytes> = match &self.video.codec {
            CodecConfig::H264(config) => config.sps.iter().chain(&config.pps).collect(),
            CodecConfig::H265(config) => config.vps.iter().chain(&config.sps).chain(&config.pps).collect(),
            _ => vec![],
        };
        let mut out = vec![];
        for frame in &self.frames {
            let sets = sets.iter().filter(|_| frame.key).map(|set| &set[..]);
            for nal in sets.chain(media::bitstream::nal::length_prefixed(&frame.payload)) {
                out.extend([0, 0, 0, 1]);
                out.extend(nal);
            }
        }
        out
    }
}

/// `n` frames in ticks of a clock, rounded down.
fn ticks(n: u64, clock_hz: NonZeroU32, fps: NonZeroU32) -> i64 {
    let ticks = u128::from(n) * u128::from(clock_hz.get()) / u128::from(fps.get());
    i64::try_from(ticks).unwrap_or(i64::MAX)
}

pub(crate) fn frame_count(scene: &SceneConfig) -> u32 {
    let count = u64::from(scene.cycle_ms) * u64::from(scene.fps) / 1000;
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn draw(scene: &mut Scene, index: u32) -> Picture {
    let time_ms = scene.time_ms();
    let config = scene.config();
    let overlay = Overlay {
        clock: format!("LOOP {:02}:{:02}.{}", time_ms / 60_000, time_ms / 1000 % 60, time_ms % 1000 / 100),
        title: format!("{} {}", config.stake, config.name),
        counter: format!("#{index:06}"),
    };
    let stamp = Stamp { counter: index, unix_ms: time_ms };
    scene.render_with(&overlay, Some(&stamp))
}

/// Either encoder, for a whole clip.
enum Coder {
    H264(Box<H264Encoder>, Vec<CodedPicture>),
    H265(Ffmpeg),
}

impl Coder {
    fn new(config: &ClipConfig) -> Result<Self, EncodeError> {
        let scene = &config.scene;
        Ok(match config.codec {
            VideoCodec::H264 => {
                let encoder = H264Encoder::new(config.bitrate_bps, config.gop, scene.fps)?;
                Self::H264(Box::new(encoder), vec![])
            }
            VideoCodec::H265 => {
                Self::H265(Ffmpeg::h265(scene.width, scene.height, scene.fps, config.bitrate_bps, config.gop)?)
            }
        })
    }

    fn push(&mut self, picture: &Picture) -> Result<(), EncodeError> {
        match self {
            Self::H264(encoder, done) => {
                done.push(encoder.encode(picture)?);
                Ok(())
            }
            Self::H265(ffmpeg) => ffmpeg.write_picture(picture),
        }
    }

    fn finish(self) -> Result<(TrackConfig, Vec<CodedPicture>), EncodeError> {
        match self {
            Self::H264(encoder, done) => Ok((encoder.track()?, done)),
            Self::H265(ffmpeg) => split_h265(&ffmpeg.finish()?),
        }
    }
}
