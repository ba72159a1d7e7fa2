//! What tests of drivers stand on.

use std::sync::Arc;
use std::time::Duration;

use base::ErrorKind;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use gateway::source::Sources;
use gateway::{Config, Gateway, GatewayParts, HlsConfig, Limits, PullGuard};
use hub::{Access, AccessDenied, AccessRequest, DefaultHostOnly, Grant, Hub, StreamOptions};

struct Nobody;

impl Access for Nobody {
    fn authorize(&self, _request: AccessRequest) -> BoxFuture<'_, Result<Grant, AccessDenied>> {
        let denied = AccessDenied { kind: ErrorKind::Forbidden, reason: "Nobody may.".to_owned() };
        std::future::ready(Err(denied)).boxed()
    }
}

/// A hub with sources that may be pulled from this machine.
pub(crate) fn sources() -> (Arc<Hub>, PullGuard, Arc<Sources>) {
    let hub = Arc::new(Hub::new(StreamOptions::default()));
    let config = Config {
        server_id: String::new(),
        listen: Vec::new(),
        shards: 1,
        merge_window: Duration::ZERO,
        play_wait: Duration::from_secs(5),
        hls: HlsConfig::default(),
        limits: Limits::default(),
        multicast: None,
        trusted_proxies: Vec::new(),
    };
    let gateway = Gateway::new(GatewayParts {
        config,
        hub: Arc::clone(&hub),
        access: Arc::new(Nobody),
        hosts: Arc::new(DefaultHostOnly),
        control: Arc::new(|_| std::future::pending().boxed()),
        pictures: None,
        sounds: None,
        tls: None,
        rtsp_udp: None,
        webrtc: None,
    })
    .unwrap();
    let guard = PullGuard::new();
    guard.set_allowed(&["127.0.0.0/8".to_owned()]).unwrap();
    let sources = Sources::new(gateway, guard.clone(), 4, Arc::new(|_| None));
    (hub, guard, sources)
}
