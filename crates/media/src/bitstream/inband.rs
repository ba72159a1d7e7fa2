//! Parameter sets inside access units: taken out of the payload and kept in the track's configuration.

use bytes::{Bytes, BytesMut};

use super::bits::BitReader;
use super::nal::{length_prefixed, put_length_prefixed, unescape};
use super::{av1, h264, h265};
use crate::{Av1Config, CodecConfig, H264Config, H265Config};

/// An access unit without parameter sets, delimiters and filler.
#[derive(Clone, Debug)]
pub struct Cleaned {
    /// What remains; empty when the unit held nothing else.
    pub payload: Bytes,
    /// Whether decoding can start here, as the bitstream says; `None` for codecs that do not tell.
    pub key: Option<bool>,
    /// The configuration from here on, when the unit changed it.
    pub config: Option<CodecConfig>,
}

/// Cleans one canonical access unit. Shares the payload unless something had to be taken out.
///
/// Parameter sets that do not parse are dropped: the stream goes on with the old ones.
pub fn clean(config: &CodecConfig, payload: Bytes) -> Cleaned {
    match config {
        CodecConfig::H264(current) => clean_h264(current, payload),
        CodecConfig::H265(current) => clean_h265(current, payload),
        CodecConfig::Av1(current) => clean_av1(current, payload),
        _ => Cleaned { payload, key: None, config: None },
    }
}

fn clean_h264(current: &H264Config, payload: Bytes) -> Cleaned {
    use h264::nal_type;
    let (mut sps, mut pps) = (vec![], vec![]);
    let (mut key, mut recovery_point, mut removed) = (false, false, false);
    for nal in length_prefixed(&payload) {
        match h264::nal_unit_type(nal) {
            Some(nal_type::IDR) => key = true,
            Some(nal_type::SEI) => recovery_point |= is_exact_recovery_point(&nal[1..]),
            Some(nal_type::SPS) => sps.push(Bytes::copy_from_slice(nal)),
            Some(nal_type::PPS) => pps.push(Bytes::copy_from_slice(nal)),
            _ => {}
        }
        removed |= !keeps_h264(nal);
    }
    let config =
        (!sps.is_empty() || !pps.is_empty()).then(|| merge_h264(current, sps, pps)).flatten().map(CodecConfig::H264);
    let payload = if removed { keep(&payload, keeps_h264) } else { payload };
    Cleaned { payload, key: Some(key || recovery_point), config }
}

fn keeps_h264(nal: &[u8]) -> bool {
    use h264::nal_type;
    h264::nal_unit_type(nal)
        .is_some_and(|kind| !matches!(kind, nal_type::SPS | nal_type::PPS | nal_type::AUD | nal_type::FILLER))
}

/// H.264 §D.1.8: a recovery point with `recovery_frame_cnt` 0 and `exact_match_flag`-independent start, as
/// encoders with open GOPs and intra refresh send instead of IDR pictures.
fn is_exact_recovery_point(sei: &[u8]) -> bool {
    const RECOVERY_POINT: u8 = 6;
    if sei.first() != Some(&RECOVERY_POINT) {
        return false;
    }
    sei.get(2..).is_some_and(|message| BitReader::new(message, "recovery point").ue() == Ok(0))
}

fn merge_h264(current: &H264Config, sps: Vec<Bytes>, pps: Vec<Bytes>) -> Option<H264Config> {
    let sps_changed = !sps.is_empty() && sps != current.sps;
    let pps = merge_pps(&current.pps, pps, sps_changed, 1);
    let sps = if sps_changed { sps } else { current.sps.clone() };
    if !sps_changed && pps == current.pps {
        return None;
    }
    H264Config::new(sps, pps).ok()
}

fn clean_h265(current: &H265Config, payload: Bytes) -> Cleaned {
    use h265::nal_type;
    let (mut vps, mut sps, mut pps) = (vec![], vec![], vec![]);
    let (mut key, mut removed) = (false, false);
    for nal in length_prefixed(&payload) {
        match h265::nal_unit_type(nal) {
            Some(nal_type::VPS) => vps.push(Bytes::copy_from_slice(nal)),
            Some(nal_type::SPS) => sps.push(Bytes::copy_from_slice(nal)),
            Some(nal_type::PPS) => pps.push(Bytes::copy_from_slice(nal)),
            Some(kind) => key |= h265::is_random_access(kind),
            None => {}
        }
        removed |= !keeps_h265(nal);
    }
    let config = (!vps.is_empty() || !sps.is_empty() || !pps.is_empty())
        .then(|| merge_h265(current, vps, sps, pps))
        .flatten()
        .map(CodecConfig::H265);
    let payload = if removed { keep(&payload, keeps_h265) } else { payload };
    Cleaned { payload, key: Some(key), config }
}

fn keeps_h265(nal: &[u8]) -> bool {
    use h265::nal_type;
    h265::nal_unit_type(nal).is_some_and(|kind| {
        !matches!(kind, nal_type::VPS | nal_type::SPS | nal_type::PPS | nal_type::AUD | nal_type::FILLER)
    })
}

fn merge_h265(current: &H265Config, vps: Vec<Bytes>, sps: Vec<Bytes>, pps: Vec<Bytes>) -> Option<H265Config> {
    let sps_changed = !sps.is_empty() && sps != current.sps;
    let vps = if vps.is_empty() { current.vps.clone() } else { vps };
    let pps = merge_pps(&current.pps, pps, sps_changed, 2);
    let sps = if sps_changed { sps } else { current.sps.clone() };
    if !sps_changed && vps == current.vps && pps == current.pps {
        return None;
    }
    H265Config::new(vps, sps, pps).ok()
}

/// New picture parameter sets replace those with the same id; with a new SPS they replace all.
fn merge_pps(current: &[Bytes], new: Vec<Bytes>, sps_changed: bool, header_len: usize) -> Vec<Bytes> {
    if new.is_empty() {
        return current.to_vec();
    }
    if sps_changed {
        return new;
    }
    let mut merged = current.to_vec();
    for pps in new {
        let id = pps_id(&pps, header_len);
        match merged.iter_mut().find(|old| pps_id(old, header_len) == id) {
            Some(old) => *old = pps,
            None => merged.push(pps),
        }
    }
    merged
}

fn pps_id(pps: &[u8], header_len: usize) -> Option<u32> {
    const ID_BYTES: usize = 8;
    let body = pps.get(header_len..)?;
    BitReader::new(&unescape(&body[..body.len().min(ID_BYTES)]), "picture parameter set").ue().ok()
}

fn keep(payload: &[u8], keeps: fn(&[u8]) -> bool) -> Bytes {
    let mut out = BytesMut::with_capacity(payload.len());
    for nal in length_prefixed(payload).filter(|nal| keeps(nal)) {
        put_length_prefixed(&mut out, nal);
    }
    out.freeze()
}

fn clean_av1(current: &Av1Config, payload: Bytes) -> Cleaned {
    use av1::obu_type;
    let mut config = None;
    let mut has_delimiter = false;
    for obu in av1::obus(&payload) {
        match obu.kind {
            obu_type::SEQUENCE_HEADER => {
                let mut framed = BytesMut::new();
                av1::put_obu(&mut framed, &obu);
                config = Av1Config::from_sequence_header(&framed).ok().filter(|new| new != current);
            }
            obu_type::TEMPORAL_DELIMITER | obu_type::PADDING => has_delimiter = true,
            _ => {}
        }
    }
    let key = av1::is_random_access(&payload);
    let payload = if has_delimiter { without_delimiters(&payload) } else { payload };
    Cleaned { payload, key: Some(key), config: config.map(CodecConfig::Av1) }
}

fn without_delimiters(payload: &[u8]) -> Bytes {
    use av1::obu_type;
    let mut out = BytesMut::with_capacity(payload.len() + 8);
    for obu in av1::obus(payload) {
        if !matches!(obu.kind, obu_type::TEMPORAL_DELIMITER | obu_type::PADDING) {
            av1::put_obu(&mut out, &obu);
        }
    }
    out.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;

    const AVCC: &[u8] =
        &hex!("0164001effe1001a6764001eacd940a02ff97011000003000100000300320f162d9601000668ebe3cb22c0fdf8f800");
    const OTHER: &[u8] = &hex!("0142c01fffe100196742c01fd9005005bb0110000003001000000303c0f183248001000568cb83cb20");

    fn unit(nals: &[&[u8]]) -> Bytes {
        let mut out = BytesMut::new();
        for nal in nals {
            put_length_prefixed(&mut out, nal);
        }
        out.freeze()
    }

    #[test]
    fn repeated_parameter_sets_are_taken_out_without_a_new_configuration() {
        let (config, _) = H264Config::from_avcc(AVCC).unwrap();
        let payload = unit(&[&[0x09, 0xF0], &config.sps[0], &config.pps[0], &[0x65, 1, 2]]);
        let cleaned = clean(&CodecConfig::H264(config), payload);
        assert_eq!(cleaned.payload, unit(&[&[0x65, 1, 2]]));
        assert_eq!((cleaned.key, cleaned.config), (Some(true), None));
    }

    #[test]
    fn a_new_sps_replaces_the_configuration() {
        let (config, _) = H264Config::from_avcc(AVCC).unwrap();
        let (other, _) = H264Config::from_avcc(OTHER).unwrap();
        let payload = unit(&[&other.sps[0], &other.pps[0], &[0x65, 1]]);
        assert_eq!(clean(&CodecConfig::H264(config), payload).config, Some(CodecConfig::H264(other)));
    }

    #[test]
    fn a_clean_unit_is_shared() {
        let (config, _) = H264Config::from_avcc(AVCC).unwrap();
        let payload = unit(&[&[0x41, 1, 2, 3]]);
        let cleaned = clean(&CodecConfig::H264(config), payload.clone());
        assert_eq!(cleaned.payload.as_ptr(), payload.as_ptr());
        assert_eq!(cleaned.key, Some(false));
    }

    #[test]
    fn a_recovery_point_counts_as_a_key_frame() {
        let (config, _) = H264Config::from_avcc(AVCC).unwrap();
        let payload = unit(&[&[0x06, 6, 1, 0xC4, 0x80], &[0x41, 1]]);
        assert_eq!(clean(&CodecConfig::H264(config), payload).key, Some(true));
    }

    #[test]
    fn unusable_parameter_sets_leave_the_configuration() {
        let (config, _) = H264Config::from_avcc(AVCC).unwrap();
        let cleaned = clean(&CodecConfig::H264(config), unit(&[&[0x67, 0xFF], &[0x65, 1]]));
        assert_eq!(cleaned.config, None);
        assert_eq!(cleaned.payload, unit(&[&[0x65, 1]]));
    }
}
