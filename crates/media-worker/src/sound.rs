//! Sound that is coded anew: decode -> sampling rate and channels of the target -> frames of its size -> encode.
//!
//! Times are counted in samples once a session has begun, which is steadier than what sources stamp; when the two are
//! [`MAX_DRIFT_MS`] apart, samples were lost or clocks differ, and counting begins anew at the source's time.

mod decode;
mod encode;

use bytes::Bytes;
use ffmpeg_next::format::sample::{Sample, Type};
use ffmpeg_next::software::resampling;
use ffmpeg_next::{ChannelLayout, frame};
use worker_protocol::{Failure, FailureKind, MAX_SOUND_UNIT, SoundAnswer, SoundForm, SoundRequest, SoundUnit};

use decode::Decoder;
use encode::Encoder;

/// How far counted time may be from the source's before it is given up.
const MAX_DRIFT_MS: i64 = 40;
/// Units without any sound in a row; then the session is over.
const MAX_MUTE_UNITS: u32 = 100;
/// Samples that a converter may hold back beside its delay.
const CONVERTER_ROOM: usize = 256;

/// At most one session.
#[derive(Default)]
pub(crate) struct Sound(Option<Session>);

impl Sound {
    /// Answers a message about sound.
    pub(crate) fn answer(&mut self, body: Bytes) -> SoundAnswer {
        let request = SoundRequest::read(body)
            .map_err(|error| Failure::new(FailureKind::Undecodable, format!("The request: {error}.")))?;
        match request {
            SoundRequest::Open { from, to } => {
                self.0 = None;
                self.0 = Some(Session::open(from, to)?);
                Ok(Vec::new())
            }
            SoundRequest::Unit(unit) => {
                let none = || Failure::new(FailureKind::Unsupported, "No sound session is open.");
                self.0.as_mut().ok_or_else(none)?.take(&unit)
            }
        }
    }
}

struct Session {
    to: SoundForm,
    decoder: Decoder,
    converter: Option<resampling::Context>,
    encoder: Encoder,
    /// Converted samples that wait until a frame of the target is full, channels interleaved.
    waiting: Vec<f32>,
    /// Time behind the last of them, in samples of the target.
    end: Option<i64>,
    /// Units in a row that gave nothing.
    mute: u32,
}

impl Session {
    fn open(from: SoundForm, to: SoundForm) -> Result<Self, Failure> {
        let (decoder, encoder) = (Decoder::open(from)?, Encoder::open(to)?);
        Ok(Self { to, decoder, converter: None, encoder, waiting: Vec::new(), end: None, mute: 0 })
    }

    fn take(&mut self, unit: &SoundUnit) -> SoundAnswer {
        self.place(unit.pts_us);
        let frames = self.decoder.decode(&unit.bytes);
        self.mute = if frames.is_empty() { self.mute + 1 } else { 0 };
        if self.mute >= MAX_MUTE_UNITS {
            return Err(Failure::new(FailureKind::Undecodable, "The sound cannot be decoded."));
        }
        for frame in frames {
            self.convert(&frame)?;
        }
        self.encode()
    }

    /// Goes on where counting is, or begins anew where the source says.
    fn place(&mut self, pts_us: i64) {
        let rate = i128::from(self.to.sample_rate_hz);
        let said = i64::try_from(i128::from(pts_us) * rate / 1_000_000).unwrap_or(0);
        let tolerance = i64::from(self.to.sample_rate_hz) * MAX_DRIFT_MS / 1000;
        let on_time = self.end.is_some_and(|end| end.abs_diff(said) <= tolerance.unsigned_abs());
        if !on_time {
            self.waiting.clear();
            self.end = Some(said);
        }
    }

    /// Appends what is decoded, in the target's rate and channels.
    fn convert(&mut self, decoded: &frame::Audio) -> Result<(), Failure> {
        let failed = |_| Failure::new(FailureKind::Unsupported, "The sound could not be converted.");
        let output = layout(self.to.channels);
        let fits = self.converter.as_ref().is_some_and(|converter| {
            let input = converter.input();
            (input.format, input.rate) == (decoded.format(), decoded.rate())
                && input.channel_layout == decoded.channel_layout()
        });
        if !fits {
            let made = resampling::Context::get(
                decoded.format(),
                decoded.channel_layout(),
                decoded.rate(),
                Sample::F32(Type::Packed),
                output,
                self.to.sample_rate_hz,
            );
            self.converter = Some(made.map_err(failed)?);
        }
        let converter = self.converter.as_mut().expect("made above");
        let (rate, samples) = (u64::from(self.to.sample_rate_hz), decoded.samples() as u64);
        let room = usize::try_from(samples * rate / u64::from(decoded.rate().max(1))).unwrap_or(0) + CONVERTER_ROOM;
        let mut converted = frame::Audio::new(Sample::F32(Type::Packed), room, output);
        converter.run(decoded, &mut converted).map_err(failed)?;
        if converted.samples() > 0 {
            self.waiting.extend_from_slice(converted.plane::<f32>(0));
            let count = i64::try_from(converted.samples()).unwrap_or(0);
            self.end = self.end.map(|end| end.saturating_add(count));
        }
        Ok(())
    }

    /// Encodes whole frames of what waits.
    fn encode(&mut self) -> SoundAnswer {
        let channels = usize::from(self.to.channels);
        let size = self.encoder.frame_samples() * channels;
        let (mut made, mut used) = (Vec::new(), 0);
        let start = self.end.unwrap_or(0).saturating_sub_unsigned((self.waiting.len() / channels) as u64);
        for samples in self.waiting.chunks_exact(size) {
            let pts = start.saturating_add_unsigned((used / channels) as u64);
            self.encoder.encode(samples, pts, &mut |pts, bytes| made.push(self.to.unit(pts, bytes)))?;
            used += size;
        }
        self.waiting.drain(..used);
        if made.iter().any(|unit| unit.bytes.len() > MAX_SOUND_UNIT) {
            return Err(Failure::new(FailureKind::TooLarge, "The sound has units that are too long."));
        }
        Ok(made)
    }
}

/// What a form needs of itself here.
trait Counted {
    /// A unit whose time is counted in samples.
    fn unit(&self, pts: i64, bytes: &[u8]) -> SoundUnit;
}

impl Counted for SoundForm {
    fn unit(&self, pts: i64, bytes: &[u8]) -> SoundUnit {
        let micros = i128::from(pts) * 1_000_000 / i128::from(self.sample_rate_hz);
        SoundUnit { pts_us: i64::try_from(micros).unwrap_or(0), bytes: Bytes::copy_from_slice(bytes) }
    }
}

/// The usual layout of a number of channels.
fn layout(channels: u8) -> ChannelLayout {
    ChannelLayout::default(i32::from(channels))
}

#[cfg(test)]
mod tests;
