//! From a name to a running stream: the one seam for on-demand pull, playback, clusters and hooks.

use base::ErrorKind;
use futures_util::future::BoxFuture;

use crate::StreamKey;

/// On whose behalf a stream is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asker {
    /// Ids of the servers that the question came through, the one that was asked first in front. A server that
    /// finds itself here is asked in a circle.
    pub via: Vec<String>,
}

/// Something that can bring a stream to life when somebody asks for it.
///
/// Providers are asked in the order of registration, after running streams. The first that answers
/// [`Offer::Started`] is waited for; it publishes through the hub or reports a failure on the stream.
pub trait StreamProvider: Send + Sync {
    /// For logs.
    fn name(&self) -> &'static str;

    /// Starts what feeds `key`, or says that this provider does not know it. Returns soon.
    fn open(&self, key: &StreamKey, asker: &Asker) -> BoxFuture<'_, Result<Offer, OpenError>>;
}

/// A provider's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// The stream will come up or fail.
    Started,
    /// Ask the next provider.
    Unknown,
}

/// Why a stream could not be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct OpenError {
    /// What kind of failure.
    pub kind: ErrorKind,
    /// A sentence for the viewer.
    pub text: String,
}

impl OpenError {
    pub(crate) fn not_found(key: &StreamKey) -> Self {
        Self { kind: ErrorKind::NotFound, text: format!("Nobody publishes {key} and no source is configured for it.") }
    }
}
