//! Frames to transport packets.

use std::sync::Arc;
use std::time::Duration;

use bytes::{BufMut, BytesMut};
use media::bitstream::aac;
use media::{CodecConfig, Frame, Language, MediaKind, Refusal, Timestamp, TrackConfig, TrackId};

use super::PAT_PID;
use super::packet::{Adaptation, Pid};
use crate::systems::pes::{AUDIO_STREAM_ID, PRIVATE_STREAM_ID, VIDEO_STREAM_ID, put_pes_header};
use crate::systems::{CLOCK_LEAD, parameter_sets, put_annex_b, stream_type, ticks};

const PMT_PID: u16 = 0x1000;
/// PID of the first track; the others follow.
const FIRST_PID: u16 = 0x100;
/// Without pictures the tables are repeated this often; with them, at every key frame.
const TABLES_EVERY: Duration = Duration::from_millis(500);
/// Tracks of one program.
const MAX_CARRIED: usize = 8;
/// Bytes of their descriptions: with what stands before and behind them, a program map must fit one packet.
const MAX_DESCRIPTIONS_LEN: usize = 160;

/// Writes a transport stream of one program: all tracks that it can carry.
///
/// Every key frame has the tables and its parameter sets in front, so each is a place to begin.
#[derive(Debug)]
pub struct Muxer {
    tracks: Vec<Arc<TrackConfig>>,
    carried: Vec<Carried>,
    /// The track whose key frames are places to begin: the first video track.
    join_track: Option<TrackId>,
    pat: Pid,
    pmt: Pid,
    /// `version_number` of the program map.
    version: u8,
    /// Readers who are there already need the tables again.
    announce: bool,
    last_tables: Option<Timestamp>,
    pes: BytesMut,
}

#[derive(Debug)]
struct Carried {
    id: TrackId,
    pid: Pid,
    codec: CodecConfig,
    language: Option<Language>,
}

impl Default for Muxer {
    fn default() -> Self {
        Self {
            tracks: Vec::new(),
            carried: Vec::new(),
            join_track: None,
            pat: Pid::new(PAT_PID),
            pmt: Pid::new(PMT_PID),
            version: 0,
            announce: false,
            last_tables: None,
            pes: BytesMut::new(),
        }
    }
}

impl Muxer {
    /// Without tracks.
    pub fn new() -> Self {
        Self::default()
    }

    /// The program's tables: what a reader needs before anything else.
    pub fn write_tables(&mut self, out: &mut BytesMut) {
        self.pat.put_section(out, &program_association());
        let section = self.program_map();
        self.pmt.put_section(out, &section);
    }

    /// §2.4.4.8
    fn program_map(&self) -> Vec<u8> {
        let pcr = self.join_track.and_then(|id| self.carried.iter().find(|track| track.id == id));
        let pcr = pcr.or_else(|| self.carried.first()).map_or(0x1fff, |track| track.pid.number());
        let mut body = vec![0, 1, 0xc1 | self.version << 1, 0, 0];
        body.extend_from_slice(&(0xe000 | pcr).to_be_bytes());
        body.extend_from_slice(&[0xf0, 0]);
        for track in &self.carried {
            let (kind, descriptors) = description(&track.codec, track.language);
            body.push(kind);
            body.extend_from_slice(&(0xe000 | track.pid.number()).to_be_bytes());
            let length = u16::try_from(descriptors.len()).expect("descriptors are a few bytes");
            body.extend_from_slice(&(0xf000 | length).to_be_bytes());
            body.extend_from_slice(&descriptors);
        }
        section(0x02, &body)
    }

    fn needs_tables(&self, frame: &Frame) -> bool {
        match self.join_track {
            Some(join) => frame.track == join && frame.key,
            None => self.last_tables.is_none_or(|last| frame.dts.saturating_since(last) >= TABLES_EVERY),
        }
    }
}

/// §2.4.4.3: one program.
fn program_association() -> Vec<u8> {
    let mut body = vec![0, 1, 0xc1, 0, 0, 0, 1];
    body.extend_from_slice(&(0xe000 | PMT_PID).to_be_bytes());
    section(0x00, &body)
}

/// The header of a section without its CRC, whose 4 bytes the length counts.
fn section(table_id: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 4).expect("tables are short");
    let mut section = vec![table_id];
    section.extend_from_slice(&(0xb000 | length).to_be_bytes());
    section.extend_from_slice(body);
    section
}

/// `stream_type` and descriptors of a carried track.
fn description(codec: &CodecConfig, language: Option<Language>) -> (u8, Vec<u8>) {
    let (kind, mut descriptors) = kind_and_descriptors(codec);
    descriptors.extend(language.into_iter().flat_map(language_descriptor));
    (kind, descriptors)
}

fn kind_and_descriptors(codec: &CodecConfig) -> (u8, Vec<u8>) {
    const REGISTRATION: u8 = 5;
    const EXTENSION: u8 = 0x7f;
    const LAYER_3_MPEG1_MIN_HZ: u32 = 32_000;
    match codec {
        CodecConfig::H264(_) => (stream_type::H264, Vec::new()),
        CodecConfig::H265(_) => (stream_type::H265, [&[REGISTRATION, 4][..], b"HEVC"].concat()),
        CodecConfig::Aac(_) => (stream_type::AAC_ADTS, Vec::new()),
        CodecConfig::Mp3(config) if config.sample_rate_hz.get() < LAYER_3_MPEG1_MIN_HZ => {
            (stream_type::MPEG2_AUDIO, Vec::new())
        }
        CodecConfig::Mp3(_) => (stream_type::MPEG1_AUDIO, Vec::new()),
        // ETSI TS 103 491 annex C: the extension says how many channels there are.
        CodecConfig::Opus(config) => (
            stream_type::PRIVATE_PES,
            [&[REGISTRATION, 4][..], b"Opus", &[EXTENSION, 2, 0x80, config.channels]].concat(),
        ),
        CodecConfig::G711U(_) => (stream_type::G711_U, Vec::new()),
        CodecConfig::G711A(_) => (stream_type::G711_A, Vec::new()),
        CodecConfig::Av1(_) | CodecConfig::Opaque(_) => unreachable!("refused by `objection`"),
    }
}

/// Bytes of a carried track in the program map: type, PID, length and descriptors.
fn description_len(track: &TrackConfig) -> usize {
    5 + description(&track.codec, track.language).1.len()
}

/// `ISO_639_language_descriptor` (§2.6.18) with one language of no particular audience.
fn language_descriptor(language: Language) -> [u8; 6] {
    const ISO_639_LANGUAGE: u8 = 10;
    const UNDEFINED_TYPE: u8 = 0;
    let [first, second, third] = language.code();
    [ISO_639_LANGUAGE, 4, first, second, third, UNDEFINED_TYPE]
}

/// Whether MPEG-TS can describe a codec.
pub fn carries(codec: &CodecConfig) -> bool {
    objection(codec).is_none()
}

/// Why a track is not carried.
fn objection(codec: &CodecConfig) -> Option<String> {
    match codec {
        CodecConfig::Av1(_) => Some("no player reads AV1 in MPEG-TS".to_owned()),
        CodecConfig::Opaque(opaque) => Some(format!("MPEG-TS cannot describe the codec {}", opaque.id)),
        CodecConfig::Aac(config) if aac::adts_header(config, 0).is_none() => {
            Some("ADTS cannot describe this form of AAC".to_owned())
        }
        _ => None,
    }
}

impl media::Muxer for Muxer {
    fn set_tracks(&mut self, tracks: &[Arc<TrackConfig>]) -> Vec<Refusal> {
        let (mut chosen, mut refusals, mut room) = (Vec::new(), Vec::new(), MAX_DESCRIPTIONS_LEN);
        for track in tracks {
            let reason = objection(&track.codec).or_else(|| {
                let left = (chosen.len() < MAX_CARRIED).then(|| room.checked_sub(description_len(track))).flatten();
                room = left.unwrap_or(room);
                left.is_none()
                    .then(|| format!("MPEG-TS streams carry {MAX_CARRIED} tracks at most, with languages fewer"))
            });
            match reason {
                Some(reason) => refusals.push(Refusal { track: track.id, codec: track.codec(), reason }),
                None => chosen.push(Arc::clone(track)),
            }
        }
        let same = self
            .tracks
            .iter()
            .map(|track| (track.id, &track.codec, track.language))
            .eq(chosen.iter().map(|track| (track.id, &track.codec, track.language)));
        if !same {
            self.announce = true;
            self.version = (self.version + 1) & 0x1f;
            self.carried = chosen.iter().zip(FIRST_PID..).map(|(track, pid)| self.carry(track, pid)).collect();
            self.join_track = chosen.iter().find(|track| track.kind() == MediaKind::Video).map(|track| track.id);
            self.tracks = chosen;
        }
        refusals
    }

    fn write_header(&mut self, out: &mut BytesMut) {
        // With pictures the tables stand in front of every key frame anyway.
        if self.join_track.is_none() && !self.carried.is_empty() {
            self.write_tables(out);
        }
    }

    fn write_frame(&mut self, frame: &Frame, out: &mut BytesMut) {
        let Some(index) = self.carried.iter().position(|track| track.id == frame.track) else { return };
        if self.needs_tables(frame) || self.announce {
            self.announce = false;
            self.last_tables = Some(frame.dts);
            self.write_tables(out);
        }
        let leads = self.join_track.is_none_or(|join| join == frame.track) && (self.join_track.is_some() || index == 0);
        let (dts, pts) = (ticks(frame.dts), ticks(frame.pts));
        let adaptation =
            Adaptation { pcr: leads.then(|| dts.saturating_sub(CLOCK_LEAD)), random_access: frame.key && leads };
        let mut pes = std::mem::take(&mut self.pes);
        pes.clear();
        let track = &mut self.carried[index];
        if put_pes(&mut pes, &track.codec, frame, pts, dts) {
            track.pid.put_pes(out, &pes, adaptation);
        }
        self.pes = pes;
    }
}

impl Muxer {
    /// A track keeps the continuity of its PID when only its parameters change.
    fn carry(&self, track: &TrackConfig, pid: u16) -> Carried {
        let known = self.carried.iter().find(|known| known.pid.number() == pid).map(|known| known.pid);
        Carried {
            id: track.id,
            pid: known.unwrap_or(Pid::new(pid)),
            codec: track.codec.clone(),
            language: track.language,
        }
    }
}

/// One access unit as a PES packet; `false` when it cannot be written.
fn put_pes(out: &mut BytesMut, codec: &CodecConfig, frame: &Frame, pts: u64, dts: u64) -> bool {
    let payload = &frame.payload;
    match codec {
        CodecConfig::H264(_) => {
            /// Access unit delimiter: any slice type.
            const DELIMITER: [u8; 6] = [0, 0, 0, 1, 9, 0xf0];
            put_pes_header(out, VIDEO_STREAM_ID, pts, dts, 0);
            out.put_slice(&DELIMITER);
            put_annex_b(out, parameter_sets(codec).filter(|_| frame.key), payload);
        }
        CodecConfig::H265(_) => {
            const DELIMITER: [u8; 7] = [0, 0, 0, 1, 0x46, 1, 0x50];
            put_pes_header(out, VIDEO_STREAM_ID, pts, dts, 0);
            out.put_slice(&DELIMITER);
            put_annex_b(out, parameter_sets(codec).filter(|_| frame.key), payload);
        }
        CodecConfig::Aac(config) => {
            let Some(header) = aac::adts_header(config, payload.len()) else { return false };
            put_pes_header(out, AUDIO_STREAM_ID, pts, pts, header.len() + payload.len());
            out.put_slice(&header);
            out.put_slice(payload);
        }
        CodecConfig::Opus(_) => {
            /// ETSI TS 103 491 annex C: control header prefix, no trimming, no extension.
            const CONTROL: [u8; 2] = [0x7f, 0xe0];
            let sizes = payload.len() / 255 + 1;
            put_pes_header(out, PRIVATE_STREAM_ID, pts, pts, CONTROL.len() + sizes + payload.len());
            out.put_slice(&CONTROL);
            out.put_bytes(0xff, sizes - 1);
            out.put_u8(u8::try_from(payload.len() % 255).expect("a remainder of 255"));
            out.put_slice(payload);
        }
        CodecConfig::G711A(_) | CodecConfig::G711U(_) | CodecConfig::Mp3(_) => {
            put_pes_header(out, AUDIO_STREAM_ID, pts, pts, payload.len());
            out.put_slice(payload);
        }
        CodecConfig::Av1(_) | CodecConfig::Opaque(_) => return false,
    }
    true
}
