//! HTTP/1.1: the first request of a connection decides. Media leaves here and owns its socket; everything
//! else goes through hyper to the control runtime. HTTP/2, over TLS alone, is hyper's from the start ([`http2`]).

pub(crate) mod client;
pub(crate) mod failure;
mod forward;
pub(crate) mod head;
pub(crate) mod http2;
pub(crate) mod media;
mod mp4;
mod picture;
pub(crate) mod pull;
mod switch;
pub(crate) mod websocket;

use std::rc::Rc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body_util::combinators::UnsyncBoxBody;

use crate::listener::Connection;
use crate::metrics::Metrics;
use crate::rtsp;
use crate::shard::Shard;

/// A request for the control plane.
pub type ControlRequest = http::Request<hyper::body::Incoming>;
/// Its answer.
pub type ControlResponse = http::Response<UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>>;
/// In the extensions of a request that came over TLS.
#[derive(Clone, Copy, Debug)]
pub struct OverTls;
/// Everything on HTTP that is not media. The peer's address is in the request's extensions as
/// [`std::net::SocketAddr`], and [`OverTls`] where it is so.
pub type ControlHttp = std::sync::Arc<dyn Fn(ControlRequest) -> BoxFuture<'static, ControlResponse> + Send + Sync>;

/// Serves one connection.
pub(crate) async fn serve(shard: Rc<Shard>, mut connection: Connection) {
    if http2::negotiated(&connection.transport) {
        return http2::serve(shard, connection).await;
    }
    let limits = &connection.gateway.config.limits;
    let read = head::read(&mut connection.transport);
    let Ok(read) = tokio::time::timeout(limits.handshake, read).await else {
        return Metrics::count(&connection.gateway.metrics.handshake_timeouts);
    };
    match read {
        Ok(Some((head, bytes))) => {
            if let Ok(Some(tunnel)) = ::rtsp::tunnel::parse_request(&bytes) {
                return rtsp::tunnel::serve(shard, connection, tunnel, bytes).await;
            }
            if head.asks_for(rtsp::websocket::SUBPROTOCOL) {
                return rtsp::websocket::serve(shard, connection, &head, bytes).await;
            }
            match media::request(&head) {
                Some(request) => media::serve(shard, connection, request).await,
                None => forward::serve(shard, connection, bytes).await,
            }
        }
        Ok(None) => {}
        Err(error) => {
            Metrics::count(&connection.gateway.metrics.malformed_input);
            media::refuse(connection, error.status(), error.to_string()).await;
        }
    }
}
