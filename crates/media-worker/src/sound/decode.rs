//! Access units to samples.

use ffmpeg_next::codec::{Context, Id, decoder, packet::Packet, threading};
use ffmpeg_next::format::sample::{Sample, Type};
use ffmpeg_next::frame;
use media::g711;
use worker_protocol::{Failure, FailureKind, SoundCodec, SoundForm};

use super::layout;

/// Sampling rates and channels that are taken.
const RATES_HZ: std::ops::RangeInclusive<u32> = 4_000..=192_000;
const MAX_CHANNELS: u8 = 8;

/// Decodes the units of one session.
pub(super) enum Decoder {
    /// G.711 is a table.
    Table(&'static [i16; 256], SoundForm),
    /// Everything else is FFmpeg's.
    Library(decoder::Audio, SoundForm),
}

impl Decoder {
    pub(super) fn open(from: SoundForm) -> Result<Self, Failure> {
        check(from)?;
        let id = match from.codec {
            SoundCodec::G711A => return Ok(Self::Table(&g711::A_LAW, from)),
            SoundCodec::G711U => return Ok(Self::Table(&g711::MU_LAW, from)),
            SoundCodec::Aac => Id::AAC,
            SoundCodec::Opus => Id::OPUS,
            SoundCodec::Mp3 => Id::MP3,
        };
        let missing = || Failure::new(FailureKind::Unsupported, format!("These FFmpeg libraries decode no {id:?}."));
        let found = decoder::find(id).ok_or_else(missing)?;
        let mut context = Context::new_with_codec(found);
        // Sound gains nothing from threads, and the confined process could start none.
        context.set_threading(threading::Config { kind: threading::Type::None, count: 1, ..Default::default() });
        let opened = context.decoder().open_as(found).map_err(|_| missing())?;
        opened.audio().map(|decoder| Self::Library(decoder, from)).map_err(|_| missing())
    }

    /// The samples of a unit; a damaged one has none.
    pub(super) fn decode(&mut self, unit: &[u8]) -> Vec<frame::Audio> {
        match self {
            Self::Table(table, form) => tabled(table, *form, unit).into_iter().collect(),
            Self::Library(decoder, form) => {
                let mut frames = Vec::new();
                if unit.is_empty() || decoder.send_packet(&Packet::copy(unit)).is_err() {
                    return frames;
                }
                let mut frame = frame::Audio::empty();
                while decoder.receive_frame(&mut frame).is_ok() {
                    let mut frame = std::mem::replace(&mut frame, frame::Audio::empty());
                    // Some decoders say how many channels there are and not which.
                    if frame.channel_layout().is_empty() {
                        frame.set_channel_layout(layout(u8::try_from(frame.channels()).unwrap_or(1)));
                    }
                    if form.codec == SoundCodec::Opus && form.channels == 1 {
                        frame = mixed(frame);
                    }
                    if frame.samples() > 0 && RATES_HZ.contains(&frame.rate()) {
                        frames.push(frame);
                    }
                }
                frames
            }
        }
    }
}

/// One channel of two that are alike: FFmpeg's decoder of Opus makes two where nobody told it of one, and each has the full
/// level, which summing them as the halves of a stereo sound would raise by 3 dB.
fn mixed(frame: frame::Audio) -> frame::Audio {
    if frame.channels() != 2 || frame.format() != Sample::F32(Type::Planar) {
        return frame;
    }
    let mut mono = frame::Audio::new(frame.format(), frame.samples(), layout(1));
    mono.set_rate(frame.rate());
    let pairs = frame.plane::<f32>(0).iter().zip(frame.plane::<f32>(1));
    mono.plane_mut::<f32>(0).iter_mut().zip(pairs).for_each(|(to, (left, right))| *to = f32::midpoint(*left, *right));
    mono
}

/// Whether a form is one that there is.
pub(super) fn check(form: SoundForm) -> Result<(), Failure> {
    if RATES_HZ.contains(&form.sample_rate_hz) && (1..=MAX_CHANNELS).contains(&form.channels) {
        return Ok(());
    }
    let text = format!("Sound of {} channels at {} Hz is not coded.", form.channels, form.sample_rate_hz);
    Err(Failure::new(FailureKind::Unsupported, text))
}

fn tabled(table: &[i16; 256], form: SoundForm, unit: &[u8]) -> Option<frame::Audio> {
    let channels = usize::from(form.channels);
    let samples = unit.len() / channels;
    if samples == 0 {
        return None;
    }
    let mut frame = frame::Audio::new(Sample::I16(Type::Packed), samples, layout(form.channels));
    frame.set_rate(form.sample_rate_hz);
    for (value, byte) in frame.plane_mut::<i16>(0).iter_mut().zip(unit) {
        *value = table[usize::from(*byte)];
    }
    Some(frame)
}
