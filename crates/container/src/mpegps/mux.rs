//! Frames to packs.

use std::sync::Arc;
use std::time::Duration;

use bytes::{BufMut, BytesMut};
use media::bitstream::aac;
use media::{CodecConfig, Frame, MediaKind, Refusal, Timestamp, TrackConfig, TrackId};

use super::codecs::stream_type_of;
use super::head::code;
use super::map;
use crate::systems::pes::{AUDIO_STREAM_ID, TIME_MASK, VIDEO_STREAM_ID, put_continuation_header, put_pes_header};
use crate::systems::{CLOCK_LEAD, parameter_sets, put_annex_b, ticks};

/// Without pictures the map is repeated this often; with them, at every key frame.
const MAP_EVERY: Duration = Duration::from_millis(500);
/// Tracks of one program.
const MAX_CARRIED: usize = 8;
/// `program_mux_rate` in units of 50 bytes per second: 25 Mbit/s, which no camera reaches for long.
const MUX_RATE: u32 = 62_500;
/// Bytes of payload in one PES packet: what 16 bits of length leave beside three bytes of flags and two time stamps.
const MAX_PAYLOAD_LEN: usize = 0xffff - 3 - 10;

/// Writes a program stream of all tracks that it can describe, one frame in each pack.
///
/// Every key frame has the system header, the map and its parameter sets in front, so each is a place to begin. Frames
/// of more than 64 KiB are cut into several PES packets, of which the first alone has time stamps (GB/T 28181-2022
/// annex C.2).
#[derive(Debug, Default)]
pub struct Muxer {
    tracks: Vec<Arc<TrackConfig>>,
    carried: Vec<Carried>,
    /// The track whose key frames are places to begin: the first video track.
    join_track: Option<TrackId>,
    /// `program_stream_map_version`.
    version: u8,
    /// Readers who are there already need the map again.
    announce: bool,
    last_map: Option<Timestamp>,
    payload: BytesMut,
}

#[derive(Debug)]
struct Carried {
    id: TrackId,
    stream_id: u8,
    codec: CodecConfig,
}

impl Muxer {
    /// Without tracks.
    pub fn new() -> Self {
        Self::default()
    }

    fn needs_map(&self, frame: &Frame) -> bool {
        match self.join_track {
            Some(join) => frame.track == join && frame.key,
            None => self.last_map.is_none_or(|last| frame.dts.saturating_since(last) >= MAP_EVERY),
        }
    }

    /// §2.5.3.5: what a receiver must reserve.
    fn put_system_header(&self, out: &mut BytesMut) {
        /// `P-STD_buffer_bound_scale` and size: 2 MiB for pictures in units of 1,024 bytes, 4 KiB for sound in units of 128.
        const VIDEO_BUFFER: u16 = 0xe000 | 2048;
        const AUDIO_BUFFER: u16 = 0xc000 | 32;
        let count = |kind| self.carried.iter().filter(|track| track.codec.kind() == kind).count();
        let count = |kind| u8::try_from(count(kind)).expect("bounded by MAX_CARRIED");
        let length = u16::try_from(6 + 3 * self.carried.len()).expect("bounded by MAX_CARRIED");
        out.put_slice(&[0, 0, 1, code::SYSTEM_HEADER]);
        out.put_u16(length);
        // Marker, rate_bound (22), marker.
        out.put_slice(&(1 << 23 | MUX_RATE << 1 | 1).to_be_bytes()[1..]);
        // audio_bound, fixed_flag 0, CSPS_flag 0; no locks, marker, video_bound; no restriction of the packet rate.
        out.put_u8(count(MediaKind::Audio) << 2);
        out.put_u8(0x20 | count(MediaKind::Video));
        out.put_u8(0x7f);
        for track in &self.carried {
            out.put_u8(track.stream_id);
            out.put_u16(if track.codec.kind() == MediaKind::Video { VIDEO_BUFFER } else { AUDIO_BUFFER });
        }
    }

    fn put_map(&self, out: &mut BytesMut) {
        let entry = |track: &Carried| map::Entry {
            stream_type: stream_type_of(&track.codec).expect("refused by `objection`"),
            stream_id: track.stream_id,
        };
        map::put(out, self.version, &self.carried.iter().map(entry).collect::<Vec<_>>());
    }
}

/// §2.5.3.3. The clock reference is at `time`, in ticks of 90 kHz.
fn put_pack_header(out: &mut BytesMut, time: u64) {
    let time = time & TIME_MASK;
    let reference = 1 << 46
        | (time >> 30 & 0x7) << 43
        | 1 << 42
        | (time >> 15 & 0x7fff) << 27
        | 1 << 26
        | (time & 0x7fff) << 11
        | 1 << 10
        | 1;
    out.put_slice(&[0, 0, 1, code::PACK]);
    out.put_slice(&u64::to_be_bytes(reference)[2..]);
    out.put_slice(&(MUX_RATE << 2 | 3).to_be_bytes()[1..]);
    // Reserved bits, no stuffing.
    out.put_u8(0xf8);
}

/// Whether a program stream can describe a codec.
pub fn carries(codec: &CodecConfig) -> bool {
    objection(codec).is_none()
}

/// Why a track is not carried.
fn objection(codec: &CodecConfig) -> Option<String> {
    const G711_RATE_HZ: u32 = 8000;
    match codec {
        CodecConfig::Aac(config) if aac::adts_header(config, 0).is_none() => {
            Some("ADTS cannot describe this form of AAC".to_owned())
        }
        CodecConfig::G711A(config) | CodecConfig::G711U(config)
            if config.sample_rate_hz.get() != G711_RATE_HZ || config.channels != 1 =>
        {
            Some("program streams of GB/T 28181 have G.711 at 8 kHz with one channel".to_owned())
        }
        codec if stream_type_of(codec).is_none() => {
            Some(format!("program streams of GB/T 28181 have no stream type for {}", codec.codec()))
        }
        _ => None,
    }
}

impl media::Muxer for Muxer {
    fn set_tracks(&mut self, tracks: &[Arc<TrackConfig>]) -> Vec<Refusal> {
        let (mut chosen, mut refusals) = (Vec::new(), Vec::new());
        for track in tracks {
            let full =
                || (chosen.len() >= MAX_CARRIED).then(|| format!("program streams carry {MAX_CARRIED} tracks at most"));
            match objection(&track.codec).or_else(full) {
                Some(reason) => refusals.push(Refusal { track: track.id, codec: track.codec(), reason }),
                None => chosen.push(Arc::clone(track)),
            }
        }
        let described = |track: &Arc<TrackConfig>| (track.id, track.codec.clone());
        if !self.tracks.iter().map(described).eq(chosen.iter().map(described)) {
            self.announce = true;
            self.version = (self.version + 1) & 0x1f;
            self.carried = carried(&chosen);
            self.join_track = chosen.iter().find(|track| track.kind() == MediaKind::Video).map(|track| track.id);
            self.tracks = chosen;
        }
        refusals
    }

    /// Nothing: the map stands in front of every key frame, or is repeated, anyway.
    fn write_header(&mut self, _out: &mut BytesMut) {}

    fn write_frame(&mut self, frame: &Frame, out: &mut BytesMut) {
        let Some(index) = self.carried.iter().position(|track| track.id == frame.track) else { return };
        let mut payload = std::mem::take(&mut self.payload);
        payload.clear();
        let track = &self.carried[index];
        if put_payload(&mut payload, &track.codec, frame) {
            let (dts, pts) = (ticks(frame.dts), ticks(frame.pts));
            out.reserve(payload.len() + payload.len() / MAX_PAYLOAD_LEN * 9 + 128);
            put_pack_header(out, dts.saturating_sub(CLOCK_LEAD));
            if self.needs_map(frame) || self.announce {
                self.put_system_header(out);
                self.put_map(out);
                self.announce = false;
                self.last_map = Some(frame.dts);
            }
            put_packets(out, self.carried[index].stream_id, pts, dts, &payload);
        }
        self.payload = payload;
    }
}

/// Streams of pictures and of sound are numbered apart.
fn carried(tracks: &[Arc<TrackConfig>]) -> Vec<Carried> {
    let (mut video, mut audio) = (VIDEO_STREAM_ID.., AUDIO_STREAM_ID..);
    tracks
        .iter()
        .filter_map(|track| {
            let stream_id = if track.kind() == MediaKind::Video { video.next() } else { audio.next() }?;
            Some(Carried { id: track.id, stream_id, codec: track.codec.clone() })
        })
        .collect()
}

fn put_packets(out: &mut BytesMut, stream_id: u8, pts: u64, dts: u64, payload: &[u8]) {
    let mut pieces = payload.chunks(MAX_PAYLOAD_LEN);
    if let Some(first) = pieces.next() {
        put_pes_header(out, stream_id, pts, dts, first.len());
        out.put_slice(first);
    }
    for piece in pieces {
        put_continuation_header(out, stream_id, piece.len());
        out.put_slice(piece);
    }
}

/// What PES packets carry of a frame; `false` when it cannot be written.
fn put_payload(out: &mut BytesMut, codec: &CodecConfig, frame: &Frame) -> bool {
    match codec {
        CodecConfig::H264(_) | CodecConfig::H265(_) => {
            put_annex_b(out, parameter_sets(codec).filter(|_| frame.key), &frame.payload);
        }
        CodecConfig::Aac(config) => {
            let Some(header) = aac::adts_header(config, frame.payload.len()) else { return false };
            out.put_slice(&header);
            out.put_slice(&frame.payload);
        }
        _ => out.put_slice(&frame.payload),
    }
    !out.is_empty()
}

#[cfg(test)]
mod tests;
