//! What viewers see while a stream's publisher or source is away: a file, played into the stream until somebody
//! else publishes. It gives way to everybody.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hub::{Phase, PublishRequest, PublisherAddress, Stream, StreamKey};

use crate::context::Gateway;
use crate::file;
use crate::guard::PullGuard;
use crate::push::Feeding;
use crate::source::Sources;

/// How long a publisher may be away before the file is shown: a short interruption is none.
const AWAY: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(500);
/// Slates at a time.
const MAX_SLATES: usize = 500;

/// Names the file for a stream, if it has one.
pub type Choose = Arc<dyn Fn(&StreamKey) -> Option<String> + Send + Sync>;

/// Watches over all streams.
pub struct Slates {
    gateway: Arc<Gateway>,
    guard: PullGuard,
    sources: Arc<Sources>,
    choose: Choose,
    running: Mutex<HashSet<StreamKey>>,
}

impl Slates {
    /// For the streams that `choose` names a file for.
    pub fn new(gateway: Arc<Gateway>, guard: PullGuard, sources: Arc<Sources>, choose: Choose) -> Arc<Self> {
        Arc::new(Self { gateway, guard, sources, choose, running: Mutex::default() })
    }

    fn running(&self) -> MutexGuard<'_, HashSet<StreamKey>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the streams again and again. One task runs this.
    pub async fn run(self: Arc<Self>) {
        let mut away: HashMap<StreamKey, Instant> = HashMap::new();
        loop {
            tokio::time::sleep(LOOK).await;
            let streams = self.gateway.hub.list();
            let missing: Vec<_> = streams.into_iter().filter(|stream| self.is_missed(stream)).collect();
            away.retain(|key, _| missing.iter().any(|stream| stream.key() == key));
            for stream in missing {
                let since = *away.entry(stream.key().clone()).or_insert_with(Instant::now);
                if since.elapsed() >= AWAY
                    && let Some(name) = (self.choose)(stream.key())
                {
                    self.start(stream.key().clone(), name).await;
                }
            }
        }
    }

    /// Whether somebody watches a stream that had a publisher or has a source, and nobody feeds it. A name that
    /// nothing is known of stays unknown.
    fn is_missed(&self, stream: &Arc<Stream>) -> bool {
        let silent = !matches!(stream.phase(), Phase::Live | Phase::Closed) && stream.publisher().is_none();
        silent && stream.is_wanted() && (stream.had_publisher() || self.sources.has(stream.key()))
    }

    async fn start(self: &Arc<Self>, key: StreamKey, name: String) {
        {
            let mut running = self.running();
            if running.len() >= MAX_SLATES || !running.insert(key.clone()) {
                return;
            }
        }
        let slates = Arc::clone(self);
        let shard = self.gateway.shards.pick().clone();
        shard
            .spawn(move |_| async move {
                slates.play(&key, &name).await;
                slates.running().remove(&key);
            })
            .await;
    }

    async fn play(&self, key: &StreamKey, name: &str) {
        let request = PublishRequest {
            key: key.clone(),
            address: PublisherAddress { protocol: "slate", peer: name.to_owned(), socket: None },
            on_demand: true,
            stands_in: true,
        };
        let Ok(mut publisher) = self.gateway.hub.publish(request) else { return };
        let outcome = match file::locate(self.guard.files().as_deref(), name) {
            Ok(path) => file::play(&path, true, &mut Feeding::new(&mut publisher)).await,
            Err(failure) => Err(failure),
        };
        if let Err(failure) = outcome {
            tracing::warn!(stream = %key, file = name, error = %failure, "A slate cannot be shown.");
            tokio::time::sleep(AWAY).await;
        }
        publisher.finish("The slate was taken away.", true);
    }
}
