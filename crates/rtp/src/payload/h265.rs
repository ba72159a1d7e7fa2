//! H.265 (RFC 7798): single NAL units, aggregation packets and fragmentation units.
//!
//! Decoding order numbers are skipped where `sprop-max-don-diff` announces them: no camera we know
//! interleaves. PACI packets are not read.

use bytes::Bytes;
use media::bitstream::{h265, nal};
use media::{CodecConfig, H265Config};

use super::assembly::{self, Assembler, Syntax, Wire};
use super::{DropReason, Fragment, Output, Piece};
use crate::packet::u16_at;

const AGGREGATION: u8 = 48;
const FRAGMENTATION: u8 = 49;

const START_BIT: u8 = 0x80;
const END_BIT: u8 = 0x40;

#[derive(Debug)]
pub(super) struct H265;

impl Syntax for H265 {
    fn is_slice(nal: &[u8]) -> bool {
        h265::nal_unit_type(nal).is_some_and(h265::is_slice)
    }

    fn is_key(nal: &[u8]) -> bool {
        h265::nal_unit_type(nal).is_some_and(h265::is_random_access)
    }

    /// `first_slice_segment_in_pic_flag` (H.265 §7.3.6.1).
    fn is_first_slice(nal: &[u8]) -> bool {
        nal.get(2).is_some_and(|byte| byte & 0x80 != 0)
    }

    fn is_parameter_set(nal: &[u8]) -> bool {
        matches!(h265::nal_unit_type(nal), Some(h265::nal_type::VPS | h265::nal_type::SPS | h265::nal_type::PPS))
    }

    fn config(sets: &[Bytes]) -> Option<CodecConfig> {
        let of = |kind| sets.iter().filter(|set| h265::nal_unit_type(set) == Some(kind)).cloned().collect();
        H265Config::new(of(h265::nal_type::VPS), of(h265::nal_type::SPS), of(h265::nal_type::PPS))
            .ok()
            .map(CodecConfig::H265)
    }
}

impl Wire for H265 {
    const HEADER_BYTES: usize = 2;

    /// Lowest layer and temporal id of the aggregated units (§4.4.2).
    fn put_aggregation_header(out: &mut Vec<u8>, units: &[&[u8]]) {
        let forbidden = units.iter().fold(0, |bits, unit| bits | unit[0] & 0x80);
        let layer = units.iter().map(|unit| (unit[0] & 1) << 5 | unit[1] >> 3).min().unwrap_or(0);
        let temporal = units.iter().map(|unit| unit[1] & 7).min().unwrap_or(1);
        out.push(forbidden | AGGREGATION << 1 | layer >> 5);
        out.push(layer << 3 | temporal);
    }

    fn put_fragment_header(out: &mut Vec<u8>, header: &[u8], start: bool, end: bool) {
        out.push(header[0] & 0x81 | FRAGMENTATION << 1);
        out.push(header[1]);
        let flags = if start { START_BIT } else { 0 } | if end { END_BIT } else { 0 };
        out.push(flags | header[0] >> 1 & 0x3F);
    }
}

#[derive(Debug)]
pub(super) struct Reader {
    donl: bool,
    assembler: Assembler<H265>,
}

impl Reader {
    pub(super) fn new(donl: bool, configured: bool) -> Self {
        Self { donl, assembler: Assembler::new(configured) }
    }

    pub(super) fn push(&mut self, piece: &Piece, out: &mut Vec<Output>) {
        self.assembler.begin_packet(piece, out);
        if let Err(reason) = self.read_units(&piece.payload) {
            self.assembler.break_with(reason);
        }
        self.assembler.end_packet(piece, out);
    }

    fn read_units(&mut self, payload: &[u8]) -> Result<(), DropReason> {
        let assembler = &mut self.assembler;
        if payload.is_empty() {
            return Ok(());
        }
        // Tolerance: start codes in front of the unit; a header of two zero bytes does not exist.
        if payload.starts_with(&[0, 0, 1]) || payload.starts_with(&[0, 0, 0, 1]) {
            nal::annex_b(payload).for_each(|unit| assembler.nal(unit));
            return Ok(());
        }
        let (header, body) = payload.split_at_checked(2).ok_or(DropReason::Malformed)?;
        let donl_len = if self.donl { 2 } else { 0 };
        match header[0] >> 1 & 0x3F {
            AGGREGATION => {
                let mut rest = body.get(donl_len..).ok_or(DropReason::Malformed)?;
                while rest.len() >= 2 {
                    let length = usize::from(u16_at(rest, 0));
                    let unit = rest.get(2..2 + length).ok_or(DropReason::Malformed)?;
                    assembler.nal(unit);
                    // DOND, one byte, is between the units.
                    rest = rest.get(2 + length + donl_len / 2..).unwrap_or(&[]);
                }
            }
            FRAGMENTATION => {
                let (&flags, body) = body.split_first().ok_or(DropReason::Malformed)?;
                if flags & START_BIT != 0 {
                    let body = body.get(donl_len..).ok_or(DropReason::Malformed)?;
                    assembler.start(&[header[0] & 0x81 | (flags & 0x3F) << 1, header[1]], body);
                } else {
                    assembler.extend(body);
                }
                if flags & END_BIT != 0 {
                    assembler.end();
                }
            }
            50.. => return Err(DropReason::Unsupported),
            _ if self.donl => {
                let body = body.get(donl_len..).ok_or(DropReason::Malformed)?;
                assembler.start(header, body);
                assembler.end();
            }
            _ => assembler.nal(payload),
        }
        Ok(())
    }
}

pub(super) fn packetize(sets: &[Bytes], payload: &[u8], max_payload: usize, emit: &mut dyn FnMut(Fragment<'_>)) {
    assembly::packetize::<H265>(sets, payload, max_payload, emit);
}
