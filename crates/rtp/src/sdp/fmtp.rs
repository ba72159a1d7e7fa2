//! The parameters of an `fmtp` line.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use media::bitstream::nal;

/// Tolerance: cameras leave out the padding or the zero bits of the last character.
const LENIENT_BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// `name=value;name=value`, names without regard to case.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameters<'a> {
    line: &'a str,
}

impl<'a> Parameters<'a> {
    pub(super) const fn new(line: &'a str) -> Self {
        Self { line }
    }

    pub(super) fn get(self, name: &str) -> Option<&'a str> {
        self.line.split(';').find_map(|parameter| {
            let (key, value) = parameter.split_once('=')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
        })
    }

    pub(super) fn number<N: std::str::FromStr>(self, name: &str) -> Option<N> {
        self.get(name)?.parse().ok()
    }

    /// Comma-separated NAL units in Base64. Tolerances: empty elements, start codes in front of a unit,
    /// several units behind one another, zero bytes at the end.
    pub(super) fn nal_units(self, name: &str) -> Vec<Bytes> {
        let mut units = Vec::new();
        for element in self.get(name).unwrap_or_default().split(',') {
            let Ok(bytes) = LENIENT_BASE64.decode(element.trim()) else {
                continue;
            };
            if bytes.starts_with(&[0, 0, 1]) || bytes.starts_with(&[0, 0, 0, 1]) {
                units.extend(nal::annex_b(&bytes).map(Bytes::copy_from_slice));
                continue;
            }
            let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            if end > 0 {
                units.push(Bytes::from(bytes).slice(..end));
            }
        }
        units
    }

    /// Hexadecimal digits; `None` when malformed. Tolerance: an odd digit at the end is dropped.
    pub(super) fn hex(self, name: &str) -> Option<Vec<u8>> {
        let digits = self.get(name)?.as_bytes();
        digits.chunks_exact(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
    }
}

pub(super) fn base64_list<'a>(units: impl Iterator<Item = &'a Bytes>) -> String {
    let encoded: Vec<String> = units.map(|unit| base64::engine::general_purpose::STANDARD.encode(unit)).collect();
    encoded.join(",")
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
