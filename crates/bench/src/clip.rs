//! A synthetic stream whose pictures carry their send time.
//!
//! Each picture ends with its marker twice: where a container cuts it into packets, at most one of them is torn.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use media::bitstream::nal::put_length_prefixed;
use media::{AacConfig, CodecConfig, Frame, H264Config, MediaTime, Timestamp, TrackConfig, TrackId};

/// Marks the end of a picture: magic, nanoseconds since the client's origin, key flag, and a byte that no
/// muxer could take for padding.
pub(crate) const MAGIC: [u8; 8] = *b"\xE7viadct\xF1";
/// Magic, time, flag, end.
pub(crate) const MARKER_LEN: usize = 18;
const KEY: u8 = 0xA5;
const OTHER: u8 = 0x5A;
const END: u8 = 0xFF;

const FPS: u32 = 25;
const GOP_FRAMES: u64 = 50;
const AUDIO_BYTES: usize = 250;
const AUDIO_SAMPLES: i64 = 1024;
const AUDIO_HZ: i64 = 48_000;
/// A key frame is this many times larger than the others.
const KEY_FACTOR: usize = 6;

/// `avcC` of a 1280x720 picture at 25 frames a second, made by libx264 (ffmpeg 5.1, baseline).
const AVCC: &[u8] = &[
    0x01, 0x42, 0xC0, 0x1F, 0xFF, 0xE1, 0x00, 0x19, 0x67, 0x42, 0xC0, 0x1F, 0xD9, 0x00, 0x50, 0x05, 0xBB, 0x01, 0x10,
    0x00, 0x00, 0x03, 0x00, 0x10, 0x00, 0x00, 0x03, 0x03, 0xC0, 0xF1, 0x83, 0x24, 0x80, 0x01, 0x00, 0x05, 0x68, 0xCB,
    0x83, 0xCB, 0x20,
];

/// What is published.
#[derive(Clone, Debug)]
pub(crate) struct Clip {
    key_len: usize,
    other_len: usize,
    origin: Instant,
}

/// When a frame is due and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    Video(u64),
    Audio(u64),
}

impl Clip {
    /// A clip of about `bitrate_bps`; send times count from `origin`.
    pub(crate) fn new(bitrate_bps: u64, origin: Instant) -> Self {
        let audio = u64::try_from(AUDIO_BYTES).expect("small") * 8 * 47;
        let video = usize::try_from(bitrate_bps.saturating_sub(audio).max(20_000) / 8 / u64::from(FPS)).expect("small");
        let gop = usize::try_from(GOP_FRAMES).expect("small");
        let other_len = video * gop / (gop - 1 + KEY_FACTOR);
        Self { key_len: other_len * KEY_FACTOR, other_len, origin }
    }

    pub(crate) fn tracks() -> Vec<Arc<TrackConfig>> {
        let (video, _) = H264Config::from_avcc(AVCC).expect("a record of libx264");
        let audio = AacConfig::lc(NonZeroU32::new(48_000).expect("not zero"), 2).expect("two channels");
        let clock = NonZeroU32::new(1000).expect("not zero");
        vec![
            Arc::new(TrackConfig::new(TrackId(0), clock, CodecConfig::H264(video))),
            Arc::new(TrackConfig::new(TrackId(1), clock, CodecConfig::Aac(audio))),
        ]
    }

    /// The frame of a slot, stamped with the present time.
    pub(crate) fn frame(&self, slot: Slot) -> Frame {
        let (track, at_us, key, payload) = match slot {
            Slot::Video(number) => {
                let key = number.is_multiple_of(GOP_FRAMES);
                (0, i64::try_from(number).expect("small") * 1_000_000 / i64::from(FPS), key, self.picture(key))
            }
            Slot::Audio(number) => {
                let at_us = i64::try_from(number).expect("small") * AUDIO_SAMPLES * 1_000_000 / AUDIO_HZ;
                (1, at_us, true, Bytes::from_static(&[0x21; AUDIO_BYTES]))
            }
        };
        let dts = Timestamp::from_micros(at_us);
        Frame {
            track: TrackId(track),
            source_ts: MediaTime::new(dts.as_millis(), NonZeroU32::new(1000).expect("not zero")),
            dts,
            pts: dts,
            arrival: Instant::now(),
            capture_utc: None,
            key,
            config_version: 1,
            payload,
        }
    }

    fn picture(&self, key: bool) -> Bytes {
        let len = if key { self.key_len } else { self.other_len };
        let mut nal = vec![0x6D; len.max(2 * MARKER_LEN + 2)];
        // A slice that begins at the first macroblock, so that it begins a picture: I (7) or P (5), H.264 §7.3.3.
        [nal[0], nal[1]] = if key { [0x65, 0x88] } else { [0x41, 0x9A] };
        let sent_ns = u64::try_from(self.origin.elapsed().as_nanos()).expect("centuries");
        for copy in 1..=2 {
            let at = nal.len() - copy * MARKER_LEN;
            nal[at..at + 8].copy_from_slice(&MAGIC);
            nal[at + 8..at + 16].copy_from_slice(&to_marked(sent_ns));
            nal[at + 16] = if key { KEY } else { OTHER };
            nal[at + 17] = END;
        }
        let mut payload = BytesMut::with_capacity(nal.len() + 4);
        put_length_prefixed(&mut payload, &nal);
        payload.freeze()
    }
}

/// Seven bits in each byte, the highest first, beside a bit that is set: zeros could be a start code where NAL units are told apart
/// by those. Lasts for two years of nanoseconds.
fn to_marked(number: u64) -> [u8; 8] {
    let mut shift = 56;
    [(); 8].map(|()| {
        shift -= 7;
        u8::try_from(number >> shift & 0x7F).expect("seven bits") | 0x80
    })
}

fn from_marked(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 7 | u64::from(byte & 0x7F))
}

/// The order in which frames are sent, with their times since the start.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Schedule {
    video: u64,
    audio: u64,
}

impl Schedule {
    pub(crate) fn due(&self) -> Duration {
        self.video_due().min(self.audio_due())
    }

    const fn video_due(&self) -> Duration {
        Duration::from_micros(self.video * 1_000_000 / FPS as u64)
    }

    const fn audio_due(&self) -> Duration {
        Duration::from_micros(self.audio * AUDIO_SAMPLES as u64 * 1_000_000 / AUDIO_HZ as u64)
    }

    pub(crate) fn next(&mut self) -> Slot {
        if self.video_due() <= self.audio_due() {
            self.video += 1;
            Slot::Video(self.video - 1)
        } else {
            self.audio += 1;
            Slot::Audio(self.audio - 1)
        }
    }
}

/// Finds markers in a byte stream that comes in pieces.
#[derive(Debug, Default)]
pub(crate) struct MarkerScanner {
    tail: Vec<u8>,
}

impl MarkerScanner {
    /// Calls `found` with send time (ns since the origin) and key flag of each marker that ends in `bytes`.
    pub(crate) fn scan(&mut self, bytes: &[u8], mut found: impl FnMut(u64, bool)) {
        self.tail.extend_from_slice(bytes);
        let mut from = 0;
        while let Some(at) = find(&self.tail[from..]) {
            let marker = &self.tail[from + at..];
            if marker.len() < MARKER_LEN {
                break;
            }
            let sent = from_marked(&marker[8..16]);
            if !matches!(marker[16], KEY | OTHER) || marker[17] != END {
                // Torn by the header of a packet.
                from += at + 1;
                continue;
            }
            found(sent, marker[16] == KEY);
            from += at + MARKER_LEN;
        }
        let keep = (self.tail.len() - from).min(MARKER_LEN);
        self.tail.drain(..self.tail.len() - keep);
    }
}

fn find(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| *byte == MAGIC[0]) {
        let rest = &bytes[from + at..];
        let len = rest.len().min(MAGIC.len());
        if rest[..len] == MAGIC[..len] {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_found_in_any_pieces() {
        let clip = Clip::new(1_000_000, Instant::now());
        let mut stream = Vec::new();
        for number in 0..3 {
            stream.extend_from_slice(&clip.frame(Slot::Video(number)).payload);
            stream.extend_from_slice(b"\xE7via");
        }
        for piece in [1, 7, 1000, stream.len()] {
            let mut scanner = MarkerScanner::default();
            let mut keys = Vec::new();
            stream.chunks(piece).for_each(|bytes| scanner.scan(bytes, |_, key| keys.push(key)));
            assert_eq!(keys, [true, true, false, false, false, false], "pieces of {piece}");
        }
    }

    #[test]
    fn times_come_back_and_have_no_zeros() {
        for number in [0, 1, 0x80, 4_294_967_296, 60_000_000_000, (1 << 56) - 1] {
            let bytes = to_marked(number);
            assert!(!bytes.contains(&0));
            assert_eq!(from_marked(&bytes), number);
        }
    }

    #[test]
    fn a_marker_torn_by_a_header_leaves_the_other_whole() {
        let payload = Clip::new(1_000_000, Instant::now()).frame(Slot::Video(0)).payload;
        for torn in 1..2 * MARKER_LEN {
            let mut bytes = payload[..payload.len() - torn].to_vec();
            bytes.extend_from_slice(&[0x47, 0x01, 0x00, 0x3A]);
            bytes.extend_from_slice(&payload[payload.len() - torn..]);
            let mut keys = Vec::new();
            MarkerScanner::default().scan(&bytes, |sent, key| keys.push((sent < 1_000_000_000, key)));
            let whole = if torn == MARKER_LEN { 2 } else { 1 };
            assert_eq!(keys, vec![(true, true); whole], "torn {torn} before the end");
        }
    }

    #[test]
    fn the_clip_has_its_bit_rate() {
        let clip = Clip::new(4_000_000, Instant::now());
        let mut schedule = Schedule::default();
        let mut bytes = 0;
        while schedule.due() < Duration::from_secs(20) {
            bytes += clip.frame(schedule.next()).payload.len();
        }
        let rate = bytes * 8 / 20;
        assert!((3_800_000..4_200_000).contains(&rate), "{rate}");
    }
}
