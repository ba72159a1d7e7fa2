//! MPEG audio (RFC 2250 §3.5): a four-byte header, then frames or a fragment of one.

use bytes::{Bytes, BytesMut};
use media::CodecConfig;
use media::bitstream::mp3::{self, FrameHeader};

use super::{DropReason, Fragment, Output, Piece};
use crate::packet::u16_at;

/// `MPA` always counts at 90 kHz.
const CLOCK_HZ: i64 = 90_000;
/// The largest layer III frame is 1,441 bytes; MPEG-2.5 at 8 kHz and 160 kbit/s has 1,440.
const MAX_FRAME_BYTES: usize = 2048;

#[derive(Debug, Default)]
pub(super) struct Reader {
    announced: bool,
    /// Start of a frame: time, length, what has come.
    partial: Option<(i64, usize, BytesMut)>,
}

impl Reader {
    pub(super) fn push(&mut self, piece: &Piece, out: &mut Vec<Output>) {
        if piece.gap && self.partial.take().is_some() {
            out.push(Output::Dropped(DropReason::Incomplete));
        }
        if piece.payload.is_empty() {
            return;
        }
        if let Err(reason) = self.read(piece, out) {
            self.partial = None;
            out.push(Output::Dropped(reason));
        }
    }

    fn read(&mut self, piece: &Piece, out: &mut Vec<Output>) -> Result<(), DropReason> {
        if piece.payload.len() < 4 {
            return Err(DropReason::Malformed);
        }
        let offset = usize::from(u16_at(&piece.payload, 2));
        let body = piece.payload.slice(4..);
        if offset > 0 {
            let Some((ticks, length, mut data)) = self.partial.take() else {
                return Err(DropReason::Incomplete);
            };
            if data.len() != offset || data.len() + body.len() > length {
                return Err(DropReason::Malformed);
            }
            data.extend_from_slice(&body);
            if data.len() == length {
                put_unit(ticks, data.freeze(), out);
            } else {
                self.partial = Some((ticks, length, data));
            }
            return Ok(());
        }
        if self.partial.take().is_some() {
            out.push(Output::Dropped(DropReason::Incomplete));
        }
        self.read_frames(piece.ticks, &body, out)
    }

    fn read_frames(&mut self, ticks: i64, body: &Bytes, out: &mut Vec<Output>) -> Result<(), DropReason> {
        let mut at = 0;
        let mut samples = 0;
        while at < body.len() {
            let header = mp3::parse_frame_header(&body[at..]).ok_or(DropReason::Unsupported)?;
            let length = header.frame_len.filter(|length| *length > 4).ok_or(DropReason::Unsupported)?;
            self.announce(&header, out);
            let rate = i64::from(header.config.sample_rate_hz.get());
            let unit_ticks = ticks + (samples * CLOCK_HZ + rate / 2) / rate;
            samples += i64::from(header.samples);
            if length > body.len() - at {
                if length > MAX_FRAME_BYTES {
                    return Err(DropReason::TooLarge);
                }
                self.partial = Some((unit_ticks, length, BytesMut::from(&body[at..])));
                return Ok(());
            }
            put_unit(unit_ticks, body.slice(at..at + length), out);
            at += length;
        }
        Ok(())
    }

    /// The session description names neither rate nor channels, so the first frame configures.
    fn announce(&mut self, header: &FrameHeader, out: &mut Vec<Output>) {
        if !self.announced {
            self.announced = true;
            out.push(Output::Config(CodecConfig::Mp3(header.config)));
        }
    }
}

fn put_unit(ticks: i64, payload: Bytes, out: &mut Vec<Output>) {
    out.push(Output::Unit { ticks, key: true, payload });
}

/// One frame per packet, or fragments of it.
pub(super) fn packetize(payload: &[u8], max_payload: usize, emit: &mut dyn FnMut(Fragment<'_>)) {
    let mut offset = 0;
    while offset < payload.len() {
        // An offset beyond 16 bits cannot be described; no frame is that long.
        let Ok(field) = u16::try_from(offset) else {
            return;
        };
        let field = field.to_be_bytes();
        let end = payload.len().min(offset + max_payload - 4);
        // §3.5: the marker is for the first packet after silence; a receiver does not need it.
        emit(Fragment { marker: false, head: &[0, 0, field[0], field[1]], body: &payload[offset..end] });
        offset = end;
    }
}
