//! Streams that are cut before anybody asks, so that the first viewer finds a whole window of segments.
//!
//! A packager ends when nobody has asked it for a while; here somebody asks again and again for as long as the rule
//! says so and the stream runs. So a rule counts for running streams too, and what it costs ends with it.

use std::sync::Arc;
use std::time::Duration;

use container::fmp4;
use hub::{HubEvent, Phase, Stream, StreamKey};
use tokio::sync::broadcast::error::RecvError;

use super::asked::packager;
use super::dash;
use super::kind::Kind;
use super::offer::Offer;
use crate::context::Gateway;

/// How often rules and streams are looked at, besides when a stream comes up.
const LOOK: Duration = Duration::from_secs(1);

/// Which pieces of a stream are cut before anybody asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CutAhead {
    /// Those of HLS in fragmented MP4; other kinds of HLS stay on demand.
    pub hls: bool,
    /// Those of DASH, which none has whose segments are encrypted.
    pub dash: bool,
}

/// Says what holds for a stream at present.
pub type ChooseCut = Arc<dyn Fn(&StreamKey) -> CutAhead + Send + Sync>;

/// Watches over all streams until dropped. One task runs this.
pub async fn cut_ahead(gateway: Arc<Gateway>, choose: ChooseCut) {
    let mut events = gateway.hub.events();
    let mut look = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Ok(HubEvent::Up(key) | HubEvent::Changed(key)) => {
                    if let Some(stream) = gateway.hub.find(&key) {
                        hold(&gateway, &stream, choose(&key)).await;
                    }
                }
                Err(RecvError::Closed) => return,
                // What was missed the next look finds.
                Ok(_) | Err(RecvError::Lagged(_)) => {}
            },
            _ = look.tick() => {
                for stream in gateway.hub.list() {
                    hold(&gateway, &stream, choose(stream.key())).await;
                }
            }
        }
    }
}

/// Keeps the packagers of a stream, and starts those that are missing.
async fn hold(gateway: &Arc<Gateway>, stream: &Arc<Stream>, wanted: CutAhead) {
    if !matches!(stream.phase(), Phase::Live | Phase::Grace(_)) {
        return;
    }
    let offer = Offer::new(stream, Kind::Fmp4);
    let hls = offer.kinds().filter(|_| wanted.hls);
    let dash = dash::kinds().filter(|_| wanted.dash && !stream.options().encrypt_segments);
    for kind in hls.chain(dash).filter(|kind| is_carried(stream, *kind)) {
        match gateway.hls.find(stream.key(), kind).filter(|found| Arc::ptr_eq(found.stream(), stream)) {
            Some(found) => found.touch(),
            None => start(gateway, stream, kind).await,
        }
    }
}

async fn start(gateway: &Arc<Gateway>, stream: &Arc<Stream>, kind: Kind) {
    let (owner, stream) = (Arc::clone(gateway), Arc::clone(stream));
    gateway
        .shards
        .pick()
        .spawn(move |shard| async move {
            if let Err(failure) = packager(&shard, &owner, &stream, kind) {
                tracing::debug!(stream = %stream.key(), reason = failure.text, "A stream is not cut ahead.");
            }
        })
        .await;
}

/// Whether fragmented MP4 has a place for a track of this kind.
fn is_carried(stream: &Stream, kind: Kind) -> bool {
    let tracks = kind.tracks(&stream.tracks().list);
    fmp4::mime_type(&tracks).1.len() < tracks.len()
}
