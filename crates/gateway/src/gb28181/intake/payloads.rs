//! What payload types stand for in one session.

use gb28181::sdp::{Carriage, Description, Payload};
use media::MediaKind;
use rtp::MediaDescription;
use rtp::sdp::PayloadMapping;

/// Payload types of the answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Payloads {
    pictures: Vec<Payload>,
    sounds: Vec<Payload>,
}

impl Payloads {
    pub(super) fn of(answer: &Description) -> Self {
        let pictures = answer.video().map(|media| media.payloads.clone()).unwrap_or_default();
        let sounds = answer.audio().map(|media| media.payloads.clone()).unwrap_or_default();
        Self { pictures, sounds }
    }

    /// What packets of sound beside the picture hold; `None` when they are no sound. G.711 has fixed numbers and comes
    /// whether or not it was agreed on (quirk 16).
    pub(super) fn sound(&self, payload_type: u8) -> Option<MediaDescription> {
        const G711: [u8; 2] = [0, 8];
        if G711.contains(&payload_type) {
            let mapping = PayloadMapping::new(payload_type, MediaKind::Audio, None)?;
            return Some(MediaDescription::of_mapping(MediaKind::Audio, payload_type, mapping));
        }
        let is = |payload: &&Payload| payload.payload_type == payload_type;
        if self.pictures.iter().any(|payload| is(&payload)) {
            return None;
        }
        self.sounds.iter().find(is).map(|payload| payload.to_media(MediaKind::Audio))
    }

    /// Whether sound was agreed on in packets of its own.
    pub(super) fn has_sound(&self) -> bool {
        !self.sounds.is_empty()
    }

    /// An elementary stream that the answer names for a payload type, or that its bytes have shown it to be.
    pub(super) fn elementary(&self, payload_type: u8, encoding: &str) -> MediaDescription {
        let named = self
            .pictures
            .iter()
            .find(|payload| payload.payload_type == payload_type && payload.encoding.eq_ignore_ascii_case(encoding));
        let media = named.cloned().unwrap_or_else(|| Payload::video(payload_type, encoding)).to_media(MediaKind::Video);
        MediaDescription { payload_type, ..media }
    }

    /// The codec of an elementary stream that the answer names for a payload type: `H264` or `H265`.
    pub(super) fn named_codec(&self, payload_type: u8) -> Option<&'static str> {
        let payload = self.pictures.iter().find(|payload| payload.payload_type == payload_type)?;
        let known = ["H264", "H265"].into_iter().find(|name| payload.encoding.eq_ignore_ascii_case(name));
        known.filter(|_| payload.carriage() == Carriage::Elementary)
    }
}
