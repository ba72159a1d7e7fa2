//! The server itself: what it is, how it is configured.

use std::sync::{Arc, LazyLock};

use api::{ListenerInfo, LoadHistory, ServerInfo, TlsInfo};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::Value;

use super::views::rfc3339_of;
use crate::server::App;

pub(super) async fn info(State(app): State<Arc<App>>) -> Json<ServerInfo> {
    let live = app.live().clone();
    let listeners = app.addresses.iter().map(|(protocol, address)| ListenerInfo {
        protocol: protocol.as_str().to_owned(),
        address: address.to_string(),
        port: address.port(),
    });
    let received = app.gateway.metrics().read();
    let bytes_in = received.iter().find(|(name, _)| *name == "received_bytes").map_or(0, |(_, value)| *value);
    let sent = app.hub.list().iter().map(|stream| super::views::sent_bytes(stream)).sum();
    Json(ServerInfo {
        name: "Viaduct".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: rfc3339_of(app.started.1),
        uptime_s: app.started.0.elapsed().as_secs(),
        demo: app.args.demo,
        dev: app.args.dev,
        public_host: live.settings.public_host,
        time_zone: app.clock.zone_name(),
        listeners: listeners.collect(),
        tls: Some(TlsInfo {
            fingerprint_sha256: live.certificate.fingerprint_sha256,
            self_signed: live.certificate.self_signed,
            not_after: rfc3339_of(live.certificate.not_after.into()),
        }),
        shards: app.gateway.shard_count(),
        stats: app.stats.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone(),
        connections: app.gateway.connections(),
        bytes_in,
        bytes_out: sent,
    })
}

pub(super) async fn history(State(app): State<Arc<App>>) -> Json<LoadHistory> {
    Json(LoadHistory { items: app.load.lock().unwrap_or_else(std::sync::PoisonError::into_inner).samples() })
}

/// The document, with the right that each route needs as `x-right`.
pub(super) async fn openapi() -> impl IntoResponse {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
        let mut document: Value = serde_json::from_str(&api::openapi_json()).unwrap_or_default();
        for route in super::routes().table {
            let method = route.method.as_str().to_ascii_lowercase();
            if let Some(operation) = document.pointer_mut(&pointer(route.path)).and_then(|path| path.get_mut(&method)) {
                operation["x-right"] = route.need.to_string().into();
            }
        }
        document.to_string()
    });
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str())
}

/// Where a path below `/api/v1` stands in the document (RFC 6901).
pub(super) fn pointer(path: &str) -> String {
    format!("/paths/{}", format!("/api/v1{path}").replace('~', "~0").replace('/', "~1"))
}
