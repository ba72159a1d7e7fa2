//! Synthesised road noise: tyres and engines of what passes, wind, and a horn now and then.

use std::num::NonZeroU32;

use bytes::Bytes;
use media::{AacConfig, CodecConfig, G711Config, TrackConfig};
use serde::{Deserialize, Serialize};

use crate::encode::{AUDIO_TRACK, EncodeError};
use crate::ffmpeg::Ffmpeg;
use crate::random::Random;
use crate::truth::FrameTruth;

/// How sound is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AudioCodec {
    /// ITU-T G.711 A-law at 8 kHz in packets of 40 ms.
    G711A,
    /// AAC-LC at 16 kHz; needs the `ffmpeg` program.
    Aac,
}

impl AudioCodec {
    pub(crate) const fn sample_rate_hz(self) -> u32 {
        match self {
            Self::G711A => 8_000,
            Self::Aac => 16_000,
        }
    }

    /// Samples in one packet.
    pub(crate) const fn packet_samples(self) -> usize {
        match self {
            Self::G711A => 320,
            Self::Aac => 1024,
        }
    }
}

/// Coded packets and their configuration.
#[derive(Clone, Debug)]
pub(crate) struct CodedSound {
    pub(crate) track: TrackConfig,
    pub(crate) packets: Vec<Bytes>,
    pub(crate) packet_samples: u32,
}

/// Turns what is on the road into samples.
#[derive(Clone, Debug)]
pub(crate) struct Synthesizer {
    random: Random,
    rate_hz: f32,
    /// Smoothed loudness of tyres and of engines.
    tyres: f32,
    engines: f32,
    low: f32,
    lower: f32,
    wind: f32,
    phase: f32,
    horn_left: u32,
    horn_phase: f32,
}

impl Synthesizer {
    pub(crate) fn new(rate_hz: u32, seed: u64) -> Self {
        Self {
            random: Random::new(seed ^ 0x50F7),
            rate_hz: rate_hz as f32,
            tyres: 0.0,
            engines: 0.0,
            low: 0.0,
            lower: 0.0,
            wind: 0.0,
            phase: 0.0,
            horn_left: 0,
            horn_phase: 0.0,
        }
    }

    /// Appends the samples of one picture's time.
    pub(crate) fn render(&mut self, truth: &FrameTruth, samples: usize, out: &mut Vec<i16>) {
        let (mut tyres, mut engines) = (0.03f32, 0.02f32);
        for object in &truth.boxes {
            let near = 1.0 / (1.0 + (object.distance_m / 16.0).powi(2));
            tyres += near * (object.speed_kmh / 100.0);
            engines += near * if object.kind.is_heavy() { 0.55 } else { 0.12 };
        }
        if self.random.chance(0.0015) {
            self.horn_left = (self.rate_hz * 0.45) as u32;
        }
        let smoothing = 12.0 / self.rate_hz;
        for _ in 0..samples {
            self.tyres += (tyres.min(1.5) - self.tyres) * smoothing;
            self.engines += (engines.min(1.5) - self.engines) * smoothing;
            let white = self.random.unit() * 2.0 - 1.0;
            // Tyres hiss around 800 Hz: the difference of two low passes.
            self.low += (white - self.low) * (1.0 - (-9000.0 / self.rate_hz).exp());
            self.lower += (white - self.lower) * (1.0 - (-2500.0 / self.rate_hz).exp());
            self.wind += (white - self.wind) * (1.0 - (-500.0 / self.rate_hz).exp());
            self.phase = (self.phase + 62.0 / self.rate_hz).fract();
            let hum =
                (self.phase * std::f32::consts::TAU).sin() + 0.5 * (self.phase * 2.0 * std::f32::consts::TAU).sin();
            let mut value = (self.low - self.lower) * self.tyres * 0.55 + self.wind * 0.22 + hum * self.engines * 0.06;
            if self.horn_left > 0 {
                self.horn_left -= 1;
                self.horn_phase += 1.0 / self.rate_hz;
                let tone = |hz: f32| (self.horn_phase * hz * std::f32::consts::TAU).sin();
                value += 0.07 * (tone(420.0) + tone(510.0));
            }
            out.push((value.clamp(-1.0, 1.0) * 20_000.0) as i16);
        }
    }
}

/// Samples over which the end of a loop is blended into its beginning.
const SEAM_SAMPLES: usize = 2_000;

/// The sound of a whole loop, blended at its seam and coded.
pub(crate) fn encode_loop(
    codec: AudioCodec,
    truth: &[FrameTruth],
    fps: u32,
    seed: u64,
) -> Result<CodedSound, EncodeError> {
    let rate = codec.sample_rate_hz();
    let mut synthesizer = Synthesizer::new(rate, seed);
    let mut samples = vec![];
    let per_frame = |index: usize| (index as u64 * u64::from(rate) / u64::from(fps)) as usize;
    for (index, frame) in truth.iter().chain(truth.iter().take(fps as usize)).enumerate() {
        synthesizer.render(frame, per_frame(index + 1) - per_frame(index), &mut samples);
    }
    let whole = per_frame(truth.len()) / codec.packet_samples() * codec.packet_samples();
    for index in 0..SEAM_SAMPLES.min(samples.len().saturating_sub(whole)).min(whole) {
        // The beginning follows the end: start with what came after the end and fade over.
        let share = index as f32 / SEAM_SAMPLES as f32;
        let after = f32::from(samples[whole + index]);
        let begin = f32::from(samples[index]);
        samples[index] = (after * (1.0 - share) + begin * share) as i16;
    }
    samples.truncate(whole);
    match codec {
        AudioCodec::G711A => Ok(encode_g711(&samples)),
        AudioCodec::Aac => encode_aac(&samples),
    }
}

/// The configuration of a codec's track.
pub(crate) fn track(codec: AudioCodec) -> Result<TrackConfig, EncodeError> {
    match codec {
        AudioCodec::G711A => Ok(g711_track()),
        AudioCodec::Aac => aac_track(),
    }
}

pub(crate) fn g711_track() -> TrackConfig {
    let rate = NonZeroU32::new(AudioCodec::G711A.sample_rate_hz()).expect("8,000 is not zero");
    let config = G711Config { sample_rate_hz: rate, channels: 1 };
    TrackConfig::new(AUDIO_TRACK, rate, CodecConfig::G711A(config))
}

fn encode_g711(samples: &[i16]) -> CodedSound {
    let size = AudioCodec::G711A.packet_samples();
    CodedSound {
        track: g711_track(),
        packets: samples
            .chunks_exact(size)
            .map(|chunk| chunk.iter().map(|sample| media::g711::to_a_law(*sample)).collect())
            .collect(),
        packet_samples: 320,
    }
}

fn encode_aac(samples: &[i16]) -> Result<CodedSound, EncodeError> {
    let size = AudioCodec::Aac.packet_samples();
    let wanted = samples.len() / size;
    let mut ffmpeg = Ffmpeg::aac(AudioCodec::Aac.sample_rate_hz())?;
    // The loop is coded twice and the second pass kept: its first packet then overlaps with the loop's end.
    for _ in 0..2 {
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        ffmpeg.write(&bytes)?;
    }
    let stream = ffmpeg.finish()?;
    let packets: Vec<Bytes> = adts_frames(&stream).map(Bytes::copy_from_slice).skip(wanted).take(wanted).collect();
    if packets.len() < wanted || wanted == 0 {
        return Err(EncodeError::Output { what: "AAC" });
    }
    Ok(CodedSound { track: aac_track()?, packets, packet_samples: 1024 })
}

fn aac_track() -> Result<TrackConfig, EncodeError> {
    let rate = NonZeroU32::new(AudioCodec::Aac.sample_rate_hz()).expect("16,000 is not zero");
    let config = AacConfig::lc(rate, 1)?;
    Ok(TrackConfig::new(AUDIO_TRACK, rate, CodecConfig::Aac(config)))
}

/// The raw frames of an ADTS stream (ISO/IEC 14496-3 §1.A.3.2).
fn adts_frames(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = stream;
    std::iter::from_fn(move || {
        let header = rest.first_chunk::<7>()?;
        if header[0] != 0xFF || header[1] & 0xF6 != 0xF0 {
            return None;
        }
        let length = usize::from(header[3] & 3) << 11 | usize::from(header[4]) << 3 | usize::from(header[5] >> 5);
        let start = if header[1] & 1 == 1 { 7 } else { 9 };
        let frame = rest.get(start..length)?;
        rest = &rest[length..];
        Some(frame)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_truncated_adts_stream_ends_early() {
        assert_eq!(adts_frames(&[0xFF, 0xF1, 0x60, 0x40, 0x01, 0x3F, 0xFC]).count(), 0);
        let two = [0xFF, 0xF1, 0x60, 0x40, 0x01, 0x1F, 0xFC, 0xAB, 0xFF, 0xF1];
        assert_eq!(adts_frames(&two).collect::<Vec<_>>(), vec![&[0xAB][..]]);
    }
}
