//! The seam between shared frames and the bytes of a container or protocol.

use std::sync::Arc;

use bytes::BytesMut;

use crate::{Codec, Frame, TrackConfig, TrackId};

/// Writes the frames of one stream as one container.
///
/// Calls come in stream order; an implementation keeps only what the container needs and never reads a
/// clock. Time stamps are absolute on the stream's time line, so that readers who join later share every
/// byte with those who came first.
pub trait Muxer: Send {
    /// Takes the tracks of the stream, again at every change; answers with those that this container
    /// cannot carry. After a change the next [`Muxer::write_frame`] puts what readers need to follow it in
    /// front of its frame. What readers who are there already must know of a change, the next frame brings.
    fn set_tracks(&mut self, tracks: &[Arc<TrackConfig>]) -> Vec<Refusal>;

    /// What a reader needs before its first frame: file header, sequence headers, init segment.
    fn write_header(&mut self, out: &mut BytesMut);

    /// One frame. Writes nothing for a track that is not carried.
    fn write_frame(&mut self, frame: &Frame, out: &mut BytesMut);
}

impl Muxer for Box<dyn Muxer> {
    fn set_tracks(&mut self, tracks: &[Arc<TrackConfig>]) -> Vec<Refusal> {
        (**self).set_tracks(tracks)
    }

    fn write_header(&mut self, out: &mut BytesMut) {
        (**self).write_header(out);
    }

    fn write_frame(&mut self, frame: &Frame, out: &mut BytesMut) {
        (**self).write_frame(frame, out);
    }
}

/// A track that a container or a peer cannot carry, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which track.
    pub track: TrackId,
    /// Its codec.
    pub codec: Codec,
    /// A sentence for the viewer.
    pub reason: String,
}
