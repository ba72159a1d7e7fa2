//! Frames to fragments.

use bytes::{BufMut, BytesMut};
use media::{Frame, MediaKind, Refusal, Timestamp, TrackConfig, TrackId};
use std::num::NonZeroU32;
use std::sync::Arc;

use super::carried::{choose, default_duration, timescale};
use super::init;
use super::lossless::G711AsFlac;

/// Bytes of `moof` with one sample: every field has a fixed place.
const MOOF_LEN: u32 = 104;
const MDAT_HEADER_LEN: u32 = 8;
/// `sample_flags` (ISO/IEC 14496-12 §8.8.3.1): depends on no other sample.
const KEY_FLAGS: u32 = 0x0200_0000;
/// Depends on others and is no sync sample.
const DELTA_FLAGS: u32 = 0x0101_0000;
/// Frames further apart than this say nothing about a frame's duration.
const MAX_DURATION_S: u32 = 10;

/// Writes fragmented MP4: one `moof` and `mdat` for each frame, with `tfdt` on the stream's time line. G.711 becomes
/// FLAC; a frame of it that is longer than a FLAC frame may be becomes several.
///
/// The duration of a frame is not known when it is written; it is taken to be as long as the one before.
#[derive(Debug, Default)]
pub struct Muxer {
    tracks: Vec<Arc<TrackConfig>>,
    carried: Vec<Carried>,
    sequence: u32,
    /// Readers who are there already need the init segment again.
    announce: bool,
}

#[derive(Debug)]
struct Carried {
    id: TrackId,
    number: u32,
    timescale: NonZeroU32,
    audio: bool,
    last_dts: Option<Timestamp>,
    duration: u32,
    flac: Option<G711AsFlac>,
}

impl Muxer {
    /// Without tracks.
    pub fn new() -> Self {
        Self::default()
    }
}

impl media::Muxer for Muxer {
    fn set_tracks(&mut self, tracks: &[Arc<TrackConfig>]) -> Vec<Refusal> {
        let (chosen, refusals) = choose(tracks);
        let same = self
            .tracks
            .iter()
            .map(|track| (track.id, &track.codec, track.language))
            .eq(chosen.iter().map(|track| (track.id, &track.codec, track.language)));
        if !same {
            self.announce = self.sequence > 0 && !chosen.is_empty();
            self.carried = chosen.iter().enumerate().map(|(index, track)| Carried::new(index, track)).collect();
            self.tracks = chosen;
        }
        refusals
    }

    fn write_header(&mut self, out: &mut BytesMut) {
        if !self.tracks.is_empty() {
            init::write(out, &self.tracks);
        }
    }

    fn write_frame(&mut self, frame: &Frame, out: &mut BytesMut) {
        let Some(track) = self.carried.iter_mut().find(|track| track.id == frame.track) else {
            return;
        };
        if std::mem::take(&mut self.announce) {
            init::write(out, &self.tracks);
        }
        let (sample, sequence) = (track.sample(frame), &mut self.sequence);
        match &mut track.flac {
            None => put_fragment(out, sequence, &sample, &frame.payload),
            Some(flac) => flac.write(&frame.payload, |before, duration, block| {
                let dts = sample.dts.saturating_add(u64::from(before));
                put_fragment(out, sequence, &Sample { dts, duration, ..sample }, block);
            }),
        }
    }
}

/// The fields of a fragment that differ from frame to frame.
#[derive(Clone, Copy)]
struct Sample {
    track: u32,
    dts: u64,
    duration: u32,
    flags: u32,
    composition: i32,
}

impl Carried {
    fn new(index: usize, track: &TrackConfig) -> Self {
        Self {
            id: track.id,
            number: init::track_number(index),
            timescale: timescale(&track.codec),
            audio: track.kind() == MediaKind::Audio,
            last_dts: None,
            duration: default_duration(&track.codec),
            flac: G711AsFlac::new(&track.codec),
        }
    }

    fn sample(&mut self, frame: &Frame) -> Sample {
        let dts = frame.dts.to_ticks(self.timescale);
        if let Some(last) = self.last_dts.replace(frame.dts) {
            let distance = u32::try_from(dts - last.to_ticks(self.timescale)).unwrap_or(0);
            if (1..self.timescale.get().saturating_mul(MAX_DURATION_S)).contains(&distance) {
                self.duration = distance;
            }
        }
        let composition = (frame.pts.to_ticks(self.timescale) - dts).clamp(i64::from(i32::MIN), i64::from(i32::MAX));
        Sample {
            track: self.number,
            // The time line begins at 0; what a repaired jump put before it is shown at once.
            dts: u64::try_from(dts).unwrap_or(0),
            duration: self.duration,
            flags: if frame.key || self.audio { KEY_FLAGS } else { DELTA_FLAGS },
            composition: i32::try_from(composition).expect("clamped to 32 bits"),
        }
    }
}

/// One fragment with the next number; nothing if the payload has no size of 32 bits.
fn put_fragment(out: &mut BytesMut, sequence: &mut u32, sample: &Sample, payload: &[u8]) {
    let Some(payload_len) = u32::try_from(payload.len()).ok().filter(|len| *len < u32::MAX - MOOF_LEN) else {
        return;
    };
    *sequence = sequence.wrapping_add(1).max(1);
    out.reserve(payload.len() + 112);
    put_moof(out, *sequence, sample, payload_len);
    out.put_u32(MDAT_HEADER_LEN + payload_len);
    out.put_slice(b"mdat");
    out.put_slice(payload);
}

fn put_moof(out: &mut BytesMut, sequence: u32, sample: &Sample, size: u32) {
    const DEFAULT_BASE_IS_MOOF: u32 = 0x02_0000;
    const VERSION_1: u32 = 1 << 24;
    /// Data offset, then duration, size, flags and composition offset of each sample.
    const TRUN_FLAGS: u32 = 0xF01;
    out.put_u32(MOOF_LEN);
    out.put_slice(b"moof\0\0\0\x10mfhd\0\0\0\0");
    out.put_u32(sequence);
    out.put_slice(b"\0\0\0\x50traf\0\0\0\x10tfhd");
    out.put_u32(DEFAULT_BASE_IS_MOOF);
    out.put_u32(sample.track);
    out.put_slice(b"\0\0\0\x14tfdt");
    out.put_u32(VERSION_1);
    out.put_u64(sample.dts);
    out.put_slice(b"\0\0\0\x24trun");
    out.put_u32(VERSION_1 | TRUN_FLAGS);
    out.put_u32(1);
    out.put_u32(MOOF_LEN + MDAT_HEADER_LEN);
    out.put_u32(sample.duration);
    out.put_u32(size);
    out.put_u32(sample.flags);
    out.put_i32(sample.composition);
}
