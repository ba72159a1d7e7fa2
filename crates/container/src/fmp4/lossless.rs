//! G.711 as FLAC, sample by sample the same.

use bytes::BytesMut;
use media::flac::{Encoder, MAX_BLOCK};
use media::{CodecConfig, g711};

use super::carried::flac_format;

/// Makes FLAC frames of the access units of one track.
#[derive(Debug)]
pub(super) struct G711AsFlac {
    table: &'static [i16; 256],
    encoder: Encoder,
    /// Samples of one block and its frame; kept for their memory.
    samples: Vec<i16>,
    block: BytesMut,
}

impl G711AsFlac {
    /// `None` for other codecs, and for what FLAC has no room for.
    pub(super) fn new(codec: &CodecConfig) -> Option<Self> {
        let table = if matches!(codec, CodecConfig::G711A(_)) { &g711::A_LAW } else { &g711::MU_LAW };
        let encoder = Encoder::new(flac_format(codec)?);
        Some(Self { table, encoder, samples: Vec::new(), block: BytesMut::new() })
    }

    /// Hands on each frame that an access unit becomes, mostly one: the samples of a channel before it, those in it,
    /// and its bytes.
    pub(super) fn write(&mut self, payload: &[u8], mut each: impl FnMut(u32, u32, &[u8])) {
        let channels = usize::from(self.encoder.format().channels());
        let mut before = 0;
        for block in payload.chunks(MAX_BLOCK * channels) {
            self.samples.clear();
            self.samples.extend(block.iter().map(|byte| self.table[usize::from(*byte)]));
            self.block.clear();
            let samples = u32::try_from(self.encoder.encode(&self.samples, &mut self.block)).expect("4608 at most");
            if samples > 0 {
                each(before, samples, &self.block);
            }
            before += samples;
        }
    }
}
