//! H.264 (RFC 6184): single NAL units, STAP-A and FU-A, packetization modes 0 and 1.
//!
//! Interleaved mode (STAP-B, MTAP, FU-B) is not read: no camera we know offers it.

use bytes::Bytes;
use media::bitstream::{h264, nal};
use media::{CodecConfig, H264Config};

use super::assembly::{self, Assembler, Syntax, Wire};
use super::{DropReason, Fragment, Output, Piece};
use crate::packet::u16_at;

const STAP_A: u8 = 24;
const FU_A: u8 = 28;
/// The types between the single NAL units and those of RFC 6184 §5.2.
const RESERVED: u8 = 0;

const START_BIT: u8 = 0x80;
const END_BIT: u8 = 0x40;

#[derive(Debug)]
pub(super) struct H264;

impl Syntax for H264 {
    fn is_slice(nal: &[u8]) -> bool {
        h264::nal_unit_type(nal).is_some_and(h264::is_slice)
    }

    fn is_key(nal: &[u8]) -> bool {
        h264::nal_unit_type(nal) == Some(h264::nal_type::IDR)
    }

    /// `first_mb_in_slice` ue(v) is 0 exactly when its first bit is 1 (H.264 §7.3.3).
    fn is_first_slice(nal: &[u8]) -> bool {
        nal.get(1).is_some_and(|byte| byte & 0x80 != 0)
    }

    fn is_parameter_set(nal: &[u8]) -> bool {
        matches!(h264::nal_unit_type(nal), Some(h264::nal_type::SPS | h264::nal_type::PPS))
    }

    fn config(sets: &[Bytes]) -> Option<CodecConfig> {
        let (sps, pps) = sets.iter().cloned().partition(|set| h264::nal_unit_type(set) == Some(h264::nal_type::SPS));
        H264Config::new(sps, pps).ok().map(CodecConfig::H264)
    }
}

impl Wire for H264 {
    const HEADER_BYTES: usize = 1;

    /// F and NRI are the largest of the aggregated units (§5.7.1).
    fn put_aggregation_header(out: &mut Vec<u8>, units: &[&[u8]]) {
        let forbidden = units.iter().fold(0, |bits, unit| bits | unit[0] & 0x80);
        let importance = units.iter().map(|unit| unit[0] & 0x60).max().unwrap_or(0);
        out.push(forbidden | importance | STAP_A);
    }

    fn put_fragment_header(out: &mut Vec<u8>, header: &[u8], start: bool, end: bool) {
        out.push(header[0] & 0xE0 | FU_A);
        let flags = if start { START_BIT } else { 0 } | if end { END_BIT } else { 0 };
        out.push(flags | header[0] & 0x1F);
    }
}

#[derive(Debug)]
pub(super) struct Reader {
    assembler: Assembler<H264>,
}

impl Reader {
    pub(super) fn new(configured: bool) -> Self {
        Self { assembler: Assembler::new(configured) }
    }

    pub(super) fn push(&mut self, piece: &Piece, out: &mut Vec<Output>) {
        let assembler = &mut self.assembler;
        assembler.begin_packet(piece, out);
        if let Err(reason) = read_units(assembler, &piece.payload) {
            assembler.break_with(reason);
        }
        assembler.end_packet(piece, out);
    }
}

fn read_units(assembler: &mut Assembler<H264>, payload: &[u8]) -> Result<(), DropReason> {
    // Tolerance: an empty payload keeps a NAT binding open on some cameras.
    let Some(&first) = payload.first() else {
        return Ok(());
    };
    match first & 0x1F {
        // Tolerance: start codes in front of the unit.
        RESERVED if payload.starts_with(&[0, 0, 1]) || payload.starts_with(&[0, 0, 0, 1]) => {
            nal::annex_b(payload).for_each(|unit| assembler.nal(unit));
        }
        1..=23 => assembler.nal(payload),
        STAP_A => {
            let mut rest = &payload[1..];
            while rest.len() >= 2 {
                let length = usize::from(u16_at(rest, 0));
                let unit = rest.get(2..2 + length).ok_or(DropReason::Malformed)?;
                assembler.nal(unit);
                rest = &rest[2 + length..];
            }
        }
        FU_A => {
            let &[indicator, header, ref body @ ..] = payload else {
                return Err(DropReason::Malformed);
            };
            if header & START_BIT != 0 {
                assembler.start(&[indicator & 0xE0 | header & 0x1F], body);
            } else {
                assembler.extend(body);
            }
            // Tolerance: start and end in one fragment, which §5.8 forbids.
            if header & END_BIT != 0 {
                assembler.end();
            }
        }
        _ => return Err(DropReason::Unsupported),
    }
    Ok(())
}

pub(super) fn packetize(sets: &[Bytes], payload: &[u8], max_payload: usize, emit: &mut dyn FnMut(Fragment<'_>)) {
    assembly::packetize::<H264>(sets, payload, max_payload, emit);
}
