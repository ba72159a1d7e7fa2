//! A camera that is drawn and coded as it plays: real clock in the picture, and it turns when told.

use std::num::NonZeroU32;
use std::time::Duration;

use media::{AccessUnit, CaptureOrigin, CaptureTime, MediaTime, TrackConfig};

use crate::barcode::Stamp;
use crate::clip::{ClipError, ClipUnit};
use crate::encode::{AUDIO_TRACK, EncodeError, H264Encoder, VIDEO_CLOCK_HZ, VIDEO_TRACK};
use crate::osd::Overlay;
use crate::scene::{ConfigError, Scene, SceneConfig, View};
use crate::sound::{self, AudioCodec, Synthesizer};
use crate::truth::FrameTruth;

/// A scene in real time, H.264 with optional A-law sound.
pub struct LiveCamera {
    scene: Scene,
    encoder: H264Encoder,
    sound: Option<Synthesizer>,
    fps: NonZeroU32,
    /// Minutes that the burnt-in clock is ahead of UTC.
    clock_offset_min: i32,
    track: Option<TrackConfig>,
    next: u64,
}

impl LiveCamera {
    /// Builds the world. `clock_offset_min` shifts the burnt-in clock from UTC (480 for China).
    ///
    /// # Errors
    /// When the configuration is unusable or the encoder refuses.
    pub fn new(
        config: SceneConfig,
        bitrate_bps: u32,
        gop: u32,
        with_sound: bool,
        clock_offset_min: i32,
    ) -> Result<Self, ClipError> {
        let fps = NonZeroU32::new(config.fps).ok_or(ConfigError::FrameRate)?;
        let encoder = H264Encoder::new(bitrate_bps, gop, config.fps)?;
        let seed = config.seed;
        Ok(Self {
            scene: Scene::new(config)?,
            encoder,
            sound: with_sound.then(|| Synthesizer::new(AudioCodec::G711A.sample_rate_hz(), seed)),
            fps,
            clock_offset_min,
            track: None,
            next: 0,
        })
    }

    /// Turns and zooms the camera from the next picture on.
    pub fn set_view(&mut self, view: View) {
        self.scene.set_view(view);
    }

    /// Where it looks.
    pub const fn view(&self) -> View {
        self.scene.view()
    }

    /// Goes on at a frame of the scene: cameras that show the same scene are so brought to the same time of it.
    pub const fn skip_to(&mut self, frame: u64) {
        if frame > self.next {
            self.next = frame;
        }
    }

    /// Leaves out pictures that there was no time for: those that follow keep their times.
    pub const fn skip(&mut self, pictures: u64) {
        self.next += pictures;
    }

    /// Makes the next picture a key frame.
    pub fn force_key(&mut self) {
        self.encoder.force_key();
    }

    /// Time from one picture to the next.
    pub fn frame_interval(&self) -> Duration {
        Duration::from_secs(1) / self.fps.get()
    }

    /// The tracks, pictures first; empty before the first picture.
    pub fn tracks(&self) -> Vec<TrackConfig> {
        let sound = self.sound.is_some().then(sound::g711_track);
        self.track.iter().cloned().chain(sound.filter(|_| self.track.is_some())).collect()
    }

    /// Draws and codes the next picture as of `unix_ms` milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// When the encoder fails.
    pub fn next_unit(&mut self, unix_ms: u64) -> Result<(ClipUnit, FrameTruth), EncodeError> {
        let n = self.next;
        self.next += 1;
        self.scene.advance_to(n);
        let truth = self.scene.truth();
        let overlay = Overlay::of(self.scene.config(), n, unix_ms, self.clock_offset_min);
        let stamp = Stamp { counter: (n & u64::from(u32::MAX)) as u32, unix_ms };
        let picture = self.scene.render_with(&overlay, Some(&stamp));
        let coded = self.encoder.encode(&picture)?;
        if self.track.is_none() {
            self.track = Some(self.encoder.track()?);
        }
        let pts = at(n, VIDEO_CLOCK_HZ, self.fps);
        let video = AccessUnit {
            track: VIDEO_TRACK,
            pts,
            dts: Some(pts),
            key: coded.key,
            payload: coded.payload,
            capture_utc: i64::try_from(unix_ms).ok().map(|ms| CaptureTime {
                unix_us: ms.saturating_mul(1000),
                origin: CaptureOrigin::Bitstream,
                uncertainty: Duration::from_millis(1),
            }),
        };
        let audio = self.audio(n, &truth).into_iter().collect();
        Ok((ClipUnit { video, audio }, truth))
    }

    /// One packet of sound for the time of one picture.
    fn audio(&mut self, n: u64, truth: &FrameTruth) -> Option<AccessUnit> {
        let synthesizer = self.sound.as_mut()?;
        let clock_hz = NonZeroU32::new(AudioCodec::G711A.sample_rate_hz())?;
        let (from, to) = (at(n, clock_hz, self.fps), at(n + 1, clock_hz, self.fps));
        let mut samples = vec![];
        synthesizer.render(truth, usize::try_from(to.ticks - from.ticks).ok()?, &mut samples);
        Some(AccessUnit {
            track: AUDIO_TRACK,
            pts: from,
            dts: Some(from),
            key: true,
            payload: samples.into_iter().map(media::g711::to_a_law).collect(),
            capture_utc: None,
        })
    }
}

fn at(n: u64, clock_hz: NonZeroU32, fps: NonZeroU32) -> MediaTime {
    let ticks = u128::from(n) * u128::from(clock_hz.get()) / u128::from(fps.get());
    MediaTime::new(i64::try_from(ticks).unwrap_or(i64::MAX), clock_hz)
}
