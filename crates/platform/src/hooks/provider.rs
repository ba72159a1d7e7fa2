//! Streams that only another system knows: the resolver's way to hooks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base::ErrorKind;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hub::resolver::{Asker, Offer};
use hub::{OpenError, StreamKey, StreamProvider};

use super::{HookEvent, Hooks, NamedSource};

/// A no is remembered for this long, so that impatient viewers do not become a storm of questions.
const REMEMBERED: Duration = Duration::from_secs(2);
/// Names that are remembered; over it all are forgotten.
const MAX_REMEMBERED: usize = 10_000;

/// Starts a source that runs while somebody watches, and is forgotten then.
pub trait SourceStarter: Send + Sync {
    /// Starts it.
    ///
    /// # Errors
    /// A sentence that says why the URL is not usable.
    fn start(&self, key: &StreamKey, source: &NamedSource) -> Result<(), String>;
}

/// Asks hooks for a source.
pub struct HookProvider {
    hooks: Arc<Hooks>,
    starter: Arc<dyn SourceStarter>,
    /// One question per name at a time; when it was answered with no.
    asked: Mutex<HashMap<StreamKey, Arc<tokio::sync::Mutex<Option<Instant>>>>>,
}

impl HookProvider {
    /// Asks `hooks`, and has `starter` start what they name.
    pub fn new(hooks: Arc<Hooks>, starter: Arc<dyn SourceStarter>) -> Self {
        Self { hooks, starter, asked: Mutex::default() }
    }

    fn place(&self, key: &StreamKey) -> Arc<tokio::sync::Mutex<Option<Instant>>> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.len() >= MAX_REMEMBERED {
            asked.clear();
        }
        Arc::clone(asked.entry(key.clone()).or_default())
    }

    async fn locate(&self, key: &StreamKey) -> Result<Offer, OpenError> {
        if self.hooks.wanting(HookEvent::NotFound, Some(key)).is_empty() {
            return Ok(Offer::Unknown);
        }
        let place = self.place(key);
        let mut unknown_since = place.lock().await;
        if unknown_since.is_some_and(|at| at.elapsed() < REMEMBERED) {
            return Ok(Offer::Unknown);
        }
        match self.hooks.locate(key).await {
            None => {
                *unknown_since = Some(Instant::now());
                Ok(Offer::Unknown)
            }
            Some(source) => match self.starter.start(key, &source) {
                Ok(()) => Ok(Offer::Started),
                Err(text) => {
                    *unknown_since = Some(Instant::now());
                    tracing::warn!(stream = %key, reason = text, "A web hook named a source that cannot be used.");
                    let text = "Another system named a source that cannot be used.".to_owned();
                    Err(OpenError { kind: ErrorKind::Unavailable, text })
                }
            },
        }
    }
}

impl StreamProvider for HookProvider {
    fn name(&self) -> &'static str {
        "hooks"
    }

    fn open(&self, key: &StreamKey, _asker: &Asker) -> BoxFuture<'_, Result<Offer, OpenError>> {
        let key = key.clone();
        async move { self.locate(&key).await }.boxed()
    }
}
