//! Requests that are not media: hyper on the shard, the handler on the control runtime.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http::{Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{ControlRequest, ControlResponse, OverTls, media, picture};
use crate::context::Gateway;
use crate::hls;
use crate::listener::Connection;
use crate::shard::Shard;
use crate::transport::Transport;
use crate::webrtc::request as webrtc;

/// Bytes that hyper buffers per connection.
const MAX_BUFFER: usize = 64 << 10;

/// Serves a connection whose first request is not media.
pub(crate) async fn serve(shard: Rc<Shard>, connection: Connection, read: Bytes) {
    let Connection { gateway, transport, address, slot } = connection;
    let encrypted = transport.is_encrypted();
    let io = TokioIo::new(Rewound { read, transport });
    let shared = Arc::clone(&gateway);
    let service = service_fn(move |mut request: ControlRequest| {
        if encrypted {
            request.extensions_mut().insert(OverTls);
        }
        let (gateway, shard) = (Arc::clone(&shared), Rc::clone(&shard));
        async move { Ok::<_, Infallible>(respond(&shard, &gateway, request, address).await) }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(gateway.config.limits.handshake)
        .max_buf_size(MAX_BUFFER)
        .half_close(false);
    let served = builder.serve_connection(io, service).with_upgrades();
    if let Err(error) = served.await {
        tracing::debug!(%error, %address, "An HTTP connection ended early.");
    }
    drop(slot);
}

/// Answers a request that hyper has parsed.
pub(super) async fn respond(
    shard: &Rc<Shard>,
    gateway: &Arc<Gateway>,
    mut request: ControlRequest,
    address: SocketAddr,
) -> ControlResponse {
    request.extensions_mut().insert(address);
    let head = media::head_of(&request);
    if let Some(media) = media::request(&head) {
        media::serve_over_hyper(Rc::clone(shard), Arc::clone(gateway), media, request, address).await
    } else if let Some(piece) = hls::request(&head) {
        hls::serve(shard, gateway, piece, &head, address).await
    } else if let Some(wanted) = picture::request(&head) {
        picture::serve(gateway, wanted, &head, address).await
    } else if let Some(asked) = webrtc::request(&head) {
        webrtc::serve(shard, gateway, asked, request.into_body(), &head, address).await
    } else {
        hand_over(gateway, request).await
    }
}

/// Runs the handler on the control runtime, so that hashing and SQL never hold up media.
async fn hand_over(gateway: &Gateway, request: ControlRequest) -> ControlResponse {
    let handler = Arc::clone(&gateway.control);
    match gateway.runtime.spawn(async move { handler(request).await }).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(%error, "A request handler panicked; only that request failed.");
            let body = Full::new(Bytes::from_static(b"internal error")).map_err(|never| match never {}).boxed_unsync();
            let mut response = Response::new(body);
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    }
}

/// A transport whose first bytes have been read already.
pub(crate) struct Rewound {
    read: Bytes,
    transport: Transport,
}

impl Rewound {
    pub(super) fn new(read: Bytes, transport: Transport) -> Self {
        Self { read, transport }
    }

    /// The transport and what was read from it but not consumed.
    pub(crate) fn into_parts(self) -> (Transport, Bytes) {
        (self.transport, self.read)
    }
}

impl AsyncRead for Rewound {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.read.is_empty() {
            return Pin::new(&mut self.transport).poll_read(cx, buf);
        }
        let count = self.read.len().min(buf.remaining());
        buf.put_slice(&self.read[..count]);
        self.read.advance(count);
        if self.read.is_empty() {
            self.read = Bytes::new();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Rewound {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.transport).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.transport).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.transport).poll_shutdown(cx)
    }
}
