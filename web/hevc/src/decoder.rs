//! Access units to pictures.

use rust_h265::{DecodeError, DecodeLimits, Decoder, Frame, parse_nal};

use crate::config::Config;
use crate::picture::Picture;
use crate::units::{Overrun, Units};

/// Luma samples of one picture: `MaxLumaPs` of level 5.2 (H.265 Table A.8), which is 4096 x 2176.
pub const MAX_LUMA_SAMPLES: u64 = 8_912_896;
/// Bytes of one access unit: a key frame of 4096 x 2176 that is hardly compressed has some 4 MiB.
pub const MAX_UNIT_LEN: usize = 8 * 1024 * 1024;
/// Estimated bytes of one picture with its tables; the largest permitted one with 12 bits takes 90 MB.
const MAX_PICTURE_MEMORY: u64 = 96 * 1024 * 1024;
/// NAL units of one access unit: 600 slices (Table A.8) and what goes with them. More are passed over.
const MAX_NAL_UNITS: usize = 1024;
/// An access unit delimiter (H.265 §7.3.2.5): ends the picture before it, so that this one need not wait for the next.
const DELIMITER: [u8; 3] = [35 << 1, 1, 0x50];
const BASE_LAYER: u8 = 0;

/// What is wrong with a unit or a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Something is missing or broken: pictures may show it until the next key frame.
    Damaged,
    /// A format that is not decoded.
    Unsupported,
    /// More than this decoder grants.
    Limit,
}

/// What an access unit gave.
#[derive(Debug, Default)]
pub struct Decoded<'a> {
    /// Its picture.
    pub picture: Option<&'a Picture>,
    /// The worst that was wrong with it.
    pub fault: Option<Fault>,
}

/// Decodes one stream.
pub struct PictureDecoder {
    decoder: Decoder,
    config: Option<Config>,
    picture: Option<Picture>,
}

impl Default for PictureDecoder {
    fn default() -> Self {
        Self::new()
    }
}

impl PictureDecoder {
    /// Without parameter sets.
    pub fn new() -> Self {
        Self { decoder: decoder(), config: None, picture: None }
    }

    /// Takes a decoder configuration record (`hvcC`). What is being decoded goes on with it at the next key frame.
    pub fn configure(&mut self, record: &[u8]) -> Option<Fault> {
        let Some(config) = Config::parse(record) else { return Some(Fault::Damaged) };
        let fault = self.take_parameter_sets(&config);
        self.config = Some(config);
        fault
    }

    /// Forgets all pictures: what comes next is a key frame that follows from nothing.
    pub fn reset(&mut self) {
        self.decoder = decoder();
        self.picture = None;
        if let Some(config) = self.config.take() {
            self.take_parameter_sets(&config);
            self.config = Some(config);
        }
    }

    /// Decodes one access unit, in decoding order. Its picture stays until the next call.
    pub fn decode(&mut self, unit: &[u8]) -> Decoded<'_> {
        self.picture = None;
        let mut fault = None;
        let length_size = self.config.as_ref().map_or(4, |config| config.length_size);
        if unit.len() > MAX_UNIT_LEN {
            return Decoded { picture: None, fault: Some(Fault::Limit) };
        }
        for nal in Units::new(unit, length_size).take(MAX_NAL_UNITS) {
            fault = fault.max(match nal {
                Ok(nal) => self.take(nal),
                Err(Overrun) => Some(Fault::Damaged),
            });
        }
        fault = fault.max(self.take(&DELIMITER));
        Decoded { picture: self.picture.as_ref(), fault }
    }

    /// The picture of the last unit.
    pub const fn picture(&self) -> Option<&Picture> {
        self.picture.as_ref()
    }

    fn take_parameter_sets(&mut self, config: &Config) -> Option<Fault> {
        config.parameter_sets.iter().filter_map(|nal| self.take(nal)).max()
    }

    fn take(&mut self, nal: &[u8]) -> Option<Fault> {
        let Some(nal) = parse_nal(nal) else { return Some(Fault::Damaged) };
        if nal.nuh_layer_id != BASE_LAYER {
            return None;
        }
        match self.decoder.decode_nal(&nal) {
            Ok(frame) => frame.and_then(|frame| self.keep(frame)),
            Err(error) => Some(fault_of(&error)),
        }
    }

    fn keep(&mut self, frame: Frame) -> Option<Fault> {
        self.picture = Picture::of_frame(frame);
        self.picture.is_none().then_some(Fault::Unsupported)
    }
}

fn decoder() -> Decoder {
    Decoder::with_limits(DecodeLimits {
        max_picture_pixels: MAX_LUMA_SAMPLES,
        max_picture_memory_bytes: MAX_PICTURE_MEMORY,
    })
}

const fn fault_of(error: &DecodeError) -> Fault {
    match error {
        DecodeError::Unsupported(_) => Fault::Unsupported,
        DecodeError::ResourceLimit(_) => Fault::Limit,
        _ => Fault::Damaged,
    }
}

#[cfg(test)]
mod tests;
