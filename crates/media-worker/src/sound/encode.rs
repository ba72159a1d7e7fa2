//! Samples to access units.

use ffmpeg_next::codec::{Context, Id, encoder, packet::Packet};
use ffmpeg_next::format::sample::{Sample, Type};
use ffmpeg_next::{Codec, Dictionary, Rational, frame};
use worker_protocol::{Failure, FailureKind, SoundCodec, SoundForm};

use super::{decode, layout};

/// Bits of a second of Opus for one channel: transparent for speech, good for a road.
const OPUS_BPS: usize = 32_000;
/// The same for AAC at 32 kHz and above; less where there is less to code.
const AAC_BPS: usize = 64_000;
/// How much of a second a frame of G.711 has: 20 ms, as RFC 3551 §4.2 recommends.
const G711_FRAMES_PER_S: u32 = 50;

/// Encodes the samples of one session.
pub(super) struct Encoder {
    encoder: encoder::audio::Encoder,
    form: SoundForm,
    sample: Sample,
}

impl Encoder {
    pub(super) fn open(to: SoundForm) -> Result<Self, Failure> {
        decode::check(to)?;
        let missing =
            || Failure::new(FailureKind::Unsupported, format!("These FFmpeg libraries write no {:?}.", to.codec));
        let (found, sample) = find(to.codec).ok_or_else(missing)?;
        let mut audio = Context::new_with_codec(found).encoder().audio().map_err(|_| missing())?;
        audio.set_rate(i32::try_from(to.sample_rate_hz).map_err(|_| missing())?);
        audio.set_channel_layout(layout(to.channels));
        audio.set_format(sample);
        audio.set_time_base(Rational(1, i32::try_from(to.sample_rate_hz).map_err(|_| missing())?));
        let mut options = Dictionary::new();
        match to.codec {
            SoundCodec::Opus => {
                audio.set_bit_rate(OPUS_BPS * usize::from(to.channels));
                options.set("application", "audio");
                options.set("frame_duration", "20");
            }
            SoundCodec::Aac => {
                let of_channel = usize::try_from(to.sample_rate_hz).unwrap_or(AAC_BPS) * 2;
                audio.set_bit_rate(of_channel.min(AAC_BPS) * usize::from(to.channels));
            }
            _ => {}
        }
        let encoder = audio.open_as_with(found, options).map_err(|_| missing())?;
        Ok(Self { encoder, form: to, sample })
    }

    /// Samples of a channel in each frame.
    pub(super) fn frame_samples(&self) -> usize {
        let size = match self.encoder.frame_size() {
            0 => self.form.sample_rate_hz / G711_FRAMES_PER_S,
            size => size,
        };
        usize::try_from(size.max(1)).unwrap_or(1)
    }

    /// Takes one frame of interleaved samples whose first is at `pts`, and hands on the units that are ready with the
    /// times of their first samples, both counted in samples.
    pub(super) fn encode(
        &mut self,
        interleaved: &[f32],
        pts: i64,
        each: &mut dyn FnMut(i64, &[u8]),
    ) -> Result<(), Failure> {
        let failed = |_| Failure::new(FailureKind::Unsupported, "The sound could not be coded.");
        let channels = usize::from(self.form.channels);
        let mut frame = frame::Audio::new(self.sample, interleaved.len() / channels, layout(self.form.channels));
        frame.set_rate(self.form.sample_rate_hz);
        frame.set_pts(Some(pts));
        fill(&mut frame, interleaved, channels);
        self.encoder.send_frame(&frame).map_err(failed)?;
        let mut packet = Packet::empty();
        while self.encoder.receive_packet(&mut packet).is_ok() {
            // Encoders that look ahead say by an earlier time how much of their first unit is before the sound.
            each(packet.pts().unwrap_or(pts), packet.data().unwrap_or_default());
        }
        Ok(())
    }
}

/// The encoder of a codec and what it takes.
fn find(codec: SoundCodec) -> Option<(Codec, Sample)> {
    match codec {
        SoundCodec::Aac => Some((encoder::find(Id::AAC)?, Sample::F32(Type::Planar))),
        SoundCodec::Opus => Some((encoder::find_by_name("libopus")?, Sample::F32(Type::Packed))),
        SoundCodec::G711A => Some((encoder::find(Id::PCM_ALAW)?, Sample::I16(Type::Packed))),
        SoundCodec::G711U => Some((encoder::find(Id::PCM_MULAW)?, Sample::I16(Type::Packed))),
        SoundCodec::Mp3 => None,
    }
}

fn fill(frame: &mut frame::Audio, interleaved: &[f32], channels: usize) {
    match frame.format() {
        Sample::F32(Type::Planar) => {
            for channel in 0..channels {
                let samples = interleaved.iter().skip(channel).step_by(channels);
                frame.plane_mut::<f32>(channel).iter_mut().zip(samples).for_each(|(to, from)| *to = *from);
            }
        }
        Sample::F32(_) => frame.plane_mut::<f32>(0).copy_from_slice(interleaved),
        _ => frame.plane_mut::<i16>(0).iter_mut().zip(interleaved).for_each(|(to, from)| *to = coarse(*from)),
    }
}

/// Full scale is 1.
#[expect(clippy::cast_possible_truncation, reason = "clamped to 16 bits")]
fn coarse(sample: f32) -> i16 {
    (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16
}
