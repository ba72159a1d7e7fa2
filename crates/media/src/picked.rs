//! Some tracks of a stream in a form of their own.

use std::sync::Arc;

use bytes::BytesMut;

use crate::{Frame, Muxer, Refusal, TrackConfig, TrackId};

/// Chooses tracks by their place in a list.
type Choice = dyn Fn(&[Arc<TrackConfig>]) -> Vec<TrackId> + Send;

/// A muxer that is given only the tracks that a choice names: one sound of several, pictures without sound.
pub struct Picked<M> {
    inner: M,
    choice: Box<Choice>,
    kept: Vec<TrackId>,
}

impl<M: Muxer> Picked<M> {
    /// `choice` is asked at every change of tracks.
    pub fn new(inner: M, choice: impl Fn(&[Arc<TrackConfig>]) -> Vec<TrackId> + Send + 'static) -> Self {
        Self { inner, choice: Box::new(choice), kept: Vec::new() }
    }
}

impl<M: Muxer> Muxer for Picked<M> {
    fn set_tracks(&mut self, tracks: &[Arc<TrackConfig>]) -> Vec<Refusal> {
        self.kept = (self.choice)(tracks);
        let (kept, others): (Vec<_>, Vec<_>) = tracks.iter().cloned().partition(|track| self.kept.contains(&track.id));
        let mut refusals = self.inner.set_tracks(&kept);
        refusals.extend(others.iter().map(|track| Refusal {
            track: track.id,
            codec: track.codec(),
            reason: "This form carries other tracks.".to_owned(),
        }));
        refusals
    }

    fn write_header(&mut self, out: &mut BytesMut) {
        self.inner.write_header(out);
    }

    fn write_frame(&mut self, frame: &Frame, out: &mut BytesMut) {
        if self.kept.contains(&frame.track) {
            self.inner.write_frame(frame, out);
        }
    }
}
