//! H.264 and H.265 byte streams to access units.

use bytes::{Bytes, BytesMut};
use media::bitstream::{h264, nal};

use super::demux::Event;
use crate::systems::{DropReason, Pace, ParameterSets, Syntax, Times, Track};

/// Pictures of one PES packet.
const MAX_PICTURES: usize = 64;

/// Reads the pictures of one stream.
#[derive(Debug)]
pub(super) struct Reader {
    sets: ParameterSets,
    pace: Pace,
    /// Whether pictures may be pairs of fields. H.265 has none: what is coded so has a time stamp for each field.
    has_fields: bool,
}

impl Reader {
    pub(super) const fn new(syntax: Syntax) -> Self {
        Self { sets: ParameterSets::new(syntax), pace: Pace::new(), has_fields: false }
    }

    pub(super) const fn syntax(&self) -> Syntax {
        self.sets.syntax()
    }

    /// After a loss the distance to the next picture says nothing.
    pub(super) fn reset(&mut self) {
        self.pace.forget();
    }

    /// The payload of one PES packet, and of those without time stamps that follow it.
    ///
    /// Several pictures in one PES packet, which ISO/IEC 13818-1 §2.4.3.7 allows, are given the times that their frame rate makes probable.
    pub(super) fn read(&mut self, times: Times, payload: &[u8], track: &mut Track, events: &mut Vec<Event>) {
        let pictures = self.pictures(payload);
        self.pace.learn(times.dts, pictures.len());
        let mut times = times;
        for picture in pictures {
            if let Some((config, cleaned)) = self.sets.clean(picture, track.config()) {
                if let Some(config) = config {
                    track.configure(&config, events);
                }
                if !cleaned.payload.is_empty() {
                    track.unit(times, cleaned.key.unwrap_or(false), cleaned.payload, events);
                }
            } else {
                track.dropped(DropReason::MissingParameterSets, events);
            }
            times = times.later(self.pace.duration(track.config()));
        }
    }

    /// The pictures in canonical form.
    fn pictures(&mut self, payload: &[u8]) -> Vec<Bytes> {
        let syntax = self.syntax();
        let mut pictures = Vec::new();
        let mut picture = BytesMut::with_capacity(payload.len() + 64);
        let mut has_slice = false;
        for unit in nal::annex_b(payload) {
            // Two fields with one time stamp are one picture.
            let splits = has_slice && !self.has_fields && pictures.len() < MAX_PICTURES;
            if splits && syntax.begins_picture(unit) {
                pictures.push(picture.split().freeze());
                has_slice = false;
            }
            has_slice |= syntax.is_slice(unit);
            if syntax == Syntax::H264 && h264::nal_unit_type(unit) == Some(h264::nal_type::SPS) {
                self.has_fields = h264::may_have_fields(unit);
            }
            nal::put_length_prefixed(&mut picture, unit);
        }
        if !picture.is_empty() {
            pictures.push(picture.freeze());
        }
        pictures
    }
}
