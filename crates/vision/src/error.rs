//! Why there is no picture.

use std::path::PathBuf;

use base::ErrorKind;
use worker_protocol::{Failure, FailureKind, Malformed};

/// Why there is no picture.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// The stream has no video, or of a codec that the worker does not know.
    #[error("Pictures are made of H.264, H.265 and AV1; this stream has {0}.")]
    Codec(String),
    /// No key frame came in time.
    #[error("No key frame has come in time.")]
    NoKeyFrame,
    /// The key frame is longer than a request may be.
    #[error("The key frame is too large for a picture: {0} bytes.")]
    TooLong(usize),
    /// Too many wait already.
    #[error("Too many pictures are being made; try again.")]
    Busy,
    /// The workers did not come to it, or not to its end.
    #[error("The picture was not ready in time.")]
    Timeout,
    /// The worker's program is not there.
    #[error(
        "The program {0} is missing: install viaduct-media-worker beside viaduct (`make build` makes both), or name \
         it by the key media.worker_path."
    )]
    Missing(PathBuf),
    /// It does not start.
    #[error("The media worker does not start: {0}")]
    Start(String),
    /// It died over this key frame, and so did the second.
    #[error("The media worker ended while it made this picture, twice.")]
    Died,
    /// It looked at the key frame and gave no picture.
    #[error("{0}")]
    Failed(#[from] Failure),
}

impl PictureError {
    /// What kind of failure this is.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Codec(_) => ErrorKind::Unsupported,
            Self::Failed(failure) => match failure.kind {
                FailureKind::Undecodable | FailureKind::Unsupported | FailureKind::TooLarge => ErrorKind::Unsupported,
            },
            Self::TooLong(_) => ErrorKind::Unsupported,
            Self::NoKeyFrame | Self::Timeout => ErrorKind::Timeout,
            Self::Busy => ErrorKind::Exhausted,
            Self::Missing(_) | Self::Start(_) | Self::Died => ErrorKind::Unavailable,
        }
    }
}

/// Why a worker was given up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkerFault {
    #[error("its pipe broke")]
    Pipe(#[from] std::io::Error),
    #[error("it said something that is no answer")]
    Malformed(#[from] Malformed),
    #[error("it ended")]
    Ended,
    #[error("it took too long")]
    Timeout,
}
