//! Samples to FLAC frames without loss (RFC 9639): the form of plain samples that every browser takes.
//!
//! ```text
//! frame := header(sync, sizes, number of its first sample, CRC-8) subframe{channels} padding CRC-16
//! ```
//! Blocks may differ in size, so that one frame holds what one access unit held. Channels are coded each for
//! itself, by the smallest of a constant, a fixed predictor with Rice codes, and the samples as they are; the
//! last bounds a frame whatever is in it. Nothing here decodes FLAC.

mod bits;
mod crc;
mod subframe;

use std::num::NonZeroU32;

use bytes::{BufMut, BytesMut};

use bits::BitWriter;

/// Samples of a channel in a frame: what the streamable subset permits up to 48 kHz (RFC 9639 §7).
pub const MAX_BLOCK: usize = 4608;
/// The smallest block but the last that the format knows (§8.2).
const MIN_BLOCK: u16 = 16;
/// Channels that can be coded each for itself (§9.1.3).
const MAX_CHANNELS: u8 = 8;
/// What a frame header can say (§9.1.2), and decoders take; `STREAMINFO` has room for more.
const MAX_RATE_HZ: u32 = 655_350;
/// Numbers of samples have 36 bits (§9.1.5).
const NUMBER_MASK: u64 = (1 << 36) - 1;
/// Bits of a sample.
const DEPTH: u32 = 16;

/// What the frames of a stream have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    sample_rate_hz: NonZeroU32,
    channels: u8,
}

impl Format {
    /// Of 16-bit samples; `None` when FLAC has no room for the rate (655,350 Hz) or the channels (1 to 8).
    pub const fn new(sample_rate_hz: NonZeroU32, channels: u8) -> Option<Self> {
        if sample_rate_hz.get() <= MAX_RATE_HZ && channels >= 1 && channels <= MAX_CHANNELS {
            Some(Self { sample_rate_hz, channels })
        } else {
            None
        }
    }

    /// Channels, 1 to 8.
    pub const fn channels(&self) -> u8 {
        self.channels
    }

    /// `STREAMINFO` without its header (§8.2): sizes of frames, length and checksum are unknown, as they are live.
    pub fn stream_info(&self) -> [u8; 34] {
        let mut info = [0; 34];
        info[..2].copy_from_slice(&MIN_BLOCK.to_be_bytes());
        info[2..4].copy_from_slice(&u16::try_from(MAX_BLOCK).expect("the subset's limit has 13 bits").to_be_bytes());
        // 20 bits of rate, 3 of channels, 5 of depth, both less one, and 36 of a length.
        let (rate, channels) = (u64::from(self.sample_rate_hz.get()), u64::from(self.channels - 1));
        let fields = rate << 44 | channels << 41 | u64::from(DEPTH - 1) << 36;
        info[10..18].copy_from_slice(&fields.to_be_bytes());
        info
    }

    /// Common rates have a code; the others are left to `STREAMINFO` (§9.1.2).
    const fn rate_code(&self) -> u32 {
        match self.sample_rate_hz.get() {
            8_000 => 4,
            16_000 => 5,
            22_050 => 6,
            24_000 => 7,
            32_000 => 8,
            44_100 => 9,
            48_000 => 10,
            96_000 => 11,
            _ => 0,
        }
    }
}

/// Writes the frames of one stream one after the other.
#[derive(Clone, Debug)]
pub struct Encoder {
    format: Format,
    /// Samples of a channel before the next frame.
    written: u64,
    /// One channel of a block, and what a predictor leaves of it; kept for their memory.
    channel: Vec<i32>,
    residual: Vec<i32>,
}

impl Encoder {
    /// Before the first frame.
    pub const fn new(format: Format) -> Self {
        Self { format, written: 0, channel: Vec::new(), residual: Vec::new() }
    }

    /// What its frames have in common.
    pub const fn format(&self) -> &Format {
        &self.format
    }

    /// Appends one frame of interleaved samples and answers how many each channel has. Samples that are not
    /// there for every channel are left out, and without any there is no frame.
    ///
    /// Blocks of fewer than 16 samples are written as they are; the format has them at the end of a stream only,
    /// and decoders take them anywhere.
    ///
    /// # Panics
    /// When a channel has more than [`MAX_BLOCK`] samples.
    pub fn encode(&mut self, interleaved: &[i16], out: &mut BytesMut) -> usize {
        let channels = usize::from(self.format.channels);
        let block = interleaved.len() / channels;
        assert!(block <= MAX_BLOCK, "the caller cuts blocks");
        if block == 0 {
            return 0;
        }
        let start = out.len();
        self.put_header(block, out);
        let mut bits = BitWriter::new(out);
        for channel in 0..channels {
            self.channel.clear();
            self.channel.extend(interleaved.chunks_exact(channels).map(|samples| i32::from(samples[channel])));
            subframe::write(&mut self.channel, &mut self.residual, &mut bits);
        }
        bits.align();
        let checksum = crc::crc16(&out[start..]);
        out.put_u16(checksum);
        self.written = self.written.wrapping_add(block as u64) & NUMBER_MASK;
        block
    }

    /// §9.1.
    fn put_header(&self, block: usize, out: &mut BytesMut) {
        /// Sync code and the mark of blocks that differ in size.
        const SYNC_VARIABLE: u16 = 0xFFF9;
        /// The size less one follows, in 8 or 16 bits.
        const SIZE_IN_8: u32 = 6;
        const SIZE_IN_16: u32 = 7;
        const DEPTH_16: u32 = 4;
        let start = out.len();
        let less_one = u16::try_from(block - 1).expect("a block has 13 bits");
        let short = u8::try_from(less_one).ok();
        out.put_u16(SYNC_VARIABLE);
        let mut bits = BitWriter::new(out);
        bits.put(if short.is_some() { SIZE_IN_8 } else { SIZE_IN_16 }, 4);
        bits.put(self.format.rate_code(), 4);
        bits.put(u32::from(self.format.channels - 1), 4);
        bits.put(DEPTH_16, 3);
        bits.put(0, 1);
        bits.align();
        put_number(self.written, out);
        match short {
            Some(size) => out.put_u8(size),
            None => out.put_u16(less_one),
        }
        let checksum = crc::crc8(&out[start..]);
        out.put_u8(checksum);
    }
}

/// A number of up to 36 bits the way UTF-8 has characters, with up to seven bytes (§9.1.5).
fn put_number(number: u64, out: &mut BytesMut) {
    const MOST: u32 = 6;
    let byte = |bits: u64| u8::try_from(bits & 0xFF).expect("masked to a byte");
    if number < 0x80 {
        return out.put_u8(byte(number));
    }
    // Bytes after the first have six bits each. The first begins with as many ones as there are bytes, and a zero.
    let more = (1..MOST).find(|more| number < 1 << (5 * more + 6)).unwrap_or(MOST);
    let ones = 0xFF << (MOST - more) & !(1 << (MOST - more));
    out.put_u8(byte(ones | number >> (6 * more)));
    for place in (0..more).rev() {
        out.put_u8(byte(0x80 | number >> (6 * place) & 0x3F));
    }
}

#[cfg(test)]
mod tests;
