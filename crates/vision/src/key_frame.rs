//! The latest key frame of a stream, in the form that a decoder takes without anything else.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{BufMut, Bytes, BytesMut};
use hub::{Received, Stream, Subscriber};
use media::bitstream::nal::length_prefixed;
use media::{CodecConfig, Frame, MediaKind};
use worker_protocol::{Codec, MAX_REQUEST};

use crate::PictureError;

/// What a request has beside its unit at most.
const REQUEST_HEAD: usize = 1024;

/// A key frame with its parameter sets.
#[derive(Clone, Debug)]
pub struct KeyFrame {
    /// The frame, for its times.
    pub frame: Arc<Frame>,
    pub(crate) codec: Codec,
    config: CodecConfig,
}

impl KeyFrame {
    /// The latest one of a stream. Where there is none it is asked of the publisher and waited for.
    ///
    /// # Errors
    /// When the stream has no video that can be decoded, or none comes in time.
    ///
    /// # Cancel safety
    /// Safe: it only reads.
    pub async fn latest(stream: &Arc<Stream>, patience: Duration) -> Result<Self, PictureError> {
        let mut reader = Subscriber::new(Arc::clone(stream), true);
        match reader.try_next() {
            Some(received) => Self::of(&received),
            None => Self::next(stream, patience).await,
        }
    }

    /// The latest one that arrived at `since` or later; as [`KeyFrame::latest`] where there is none yet.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Cancel safety
    /// Safe: it only reads.
    pub async fn since(stream: &Arc<Stream>, since: Instant, patience: Duration) -> Result<Self, PictureError> {
        let mut reader = Subscriber::new(Arc::clone(stream), true);
        match reader.try_next().filter(|received| received.frame.arrival >= since) {
            Some(received) => Self::of(&received),
            None => Self::next(stream, patience).await,
        }
    }

    async fn next(stream: &Arc<Stream>, patience: Duration) -> Result<Self, PictureError> {
        let mut reader = Subscriber::new(Arc::clone(stream), false);
        stream.request_key_frame(Instant::now());
        match tokio::time::timeout(patience, reader.next()).await {
            Ok(Some(received)) => Self::of(&received),
            Ok(None) | Err(_) => Err(PictureError::NoKeyFrame),
        }
    }

    fn of(received: &Received) -> Result<Self, PictureError> {
        let seen = received.track().filter(|track| track.kind() == MediaKind::Video);
        let Some(track) = seen else { return Err(PictureError::Codec("no video".to_owned())) };
        let codec = decodable(&track.codec, &received.frame.payload)?;
        Ok(Self { frame: Arc::clone(&received.frame), codec, config: track.codec.clone() })
    }

    pub(crate) fn unit(&self) -> Bytes {
        unit(&self.config, &self.frame.payload)
    }
}

/// What a decoder calls a codec, if it has one for it and the frame is not too long.
pub(crate) fn decodable(config: &CodecConfig, payload: &Bytes) -> Result<Codec, PictureError> {
    if payload.len() > MAX_REQUEST - REQUEST_HEAD {
        return Err(PictureError::TooLong(payload.len()));
    }
    match config {
        CodecConfig::H264(_) => Ok(Codec::H264),
        CodecConfig::H265(_) => Ok(Codec::H265),
        CodecConfig::Av1(_) => Ok(Codec::Av1),
        other => Err(PictureError::Codec(other.codec().to_string())),
    }
}

/// Parameter sets and payload as one unit: with start codes, or as OBUs.
pub(crate) fn unit(config: &CodecConfig, payload: &Bytes) -> Bytes {
    let mut out = BytesMut::with_capacity(payload.len() + REQUEST_HEAD);
    match config {
        CodecConfig::H264(config) => {
            config.sps.iter().chain(&config.pps).for_each(|set| put_annex_b(&mut out, set));
            length_prefixed(payload).for_each(|nal| put_annex_b(&mut out, nal));
        }
        CodecConfig::H265(config) => {
            let sets = config.vps.iter().chain(&config.sps).chain(&config.pps);
            sets.for_each(|set| put_annex_b(&mut out, set));
            length_prefixed(payload).for_each(|nal| put_annex_b(&mut out, nal));
        }
        CodecConfig::Av1(config) => {
            out.put_slice(&config.sequence_header);
            out.put_slice(payload);
        }
        _ => {}
    }
    out.freeze()
}

fn put_annex_b(out: &mut BytesMut, nal: &[u8]) {
    out.put_slice(&[0, 0, 0, 1]);
    out.put_slice(nal);
}
