//! HTTP/2 over TLS (RFC 9113), where the client asks for it by ALPN: hyper on the shard, for everything that HTTP/1.1
//! has but WebSockets, for which clients open a connection with HTTP/1.1 beside it.
//!
//! One connection carries many requests, so each thing that a client can make the server keep has a limit, and one that
//! begins requests only to cancel them is sent away.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use base::TokenBucket;
use bytes::{Bytes, BytesMut};
use http::{Method, Request, header};
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::rt::Executor;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::AsyncReadExt;
use tokio::sync::Notify;

use super::OverTls;
use super::forward::{Rewound, respond};
use crate::listener::Connection;
use crate::metrics::Metrics;
use crate::shard::Shard;
use crate::transport::Transport;

/// What a client sends first (§3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Requests of a connection at a time; more are refused and may be tried again.
const MAX_STREAMS: u32 = 64;
/// Bytes of a request's fields, as for HTTP/1.1.
const MAX_FIELDS_LEN: u32 = 16 << 10;
/// Bytes of a request's body before we have read them, and of all requests of a connection.
const STREAM_WINDOW: u32 = 64 << 10;
const CONNECTION_WINDOW: u32 = 256 << 10;
/// Bytes of an answer that wait for the client's window.
const MAX_SEND_BUFFER: usize = 64 << 10;
/// Requests that were cancelled before hyper looked at them.
const MAX_PENDING_RESETS: usize = 20;
/// Streams that we reset because the client broke the rules.
const MAX_OUR_RESETS: usize = 64;
/// A client that is silent so long is asked whether it is there, and given so long for its answer.
const PING_AFTER: Duration = Duration::from_secs(20);
const PING_PATIENCE: Duration = Duration::from_secs(10);
/// A connection without requests is closed after this.
const IDLE: Duration = Duration::from_secs(60);
/// Requests that a client may cancel at once, as a page with many pictures does when it is left, and how often beyond
/// that.
const CANCELLED_AT_ONCE: u32 = 100;
const CANCELLED_EVERY: Duration = Duration::from_millis(200);

/// The protocol's name in TLS (§3.2).
pub(crate) const ALPN: &[u8] = b"h2";

/// Whether the client asked for HTTP/2.
pub(super) fn negotiated(transport: &Transport) -> bool {
    matches!(transport, Transport::Tls(stream) if stream.get_ref().1.alpn_protocol() == Some(ALPN))
}

/// Serves one connection.
pub(super) async fn serve(shard: Rc<Shard>, connection: Connection) {
    let Connection { gateway, mut transport, address, slot } = connection;
    let mut read = BytesMut::with_capacity(1024);
    let preface = async {
        while read.len() < PREFACE.len() && PREFACE.starts_with(&read) {
            if transport.read_buf(&mut read).await.ok()? == 0 {
                return None;
            }
        }
        read.starts_with(PREFACE).then_some(())
    };
    match tokio::time::timeout(gateway.config.limits.handshake, preface).await {
        Ok(Some(())) => {}
        Ok(None) => return Metrics::count(&gateway.metrics.malformed_input),
        Err(_elapsed) => return Metrics::count(&gateway.metrics.handshake_timeouts),
    }
    let conduct = Rc::new(Conduct::new());
    let (shared, watched, executor) = (Arc::clone(&gateway), Rc::clone(&conduct), OnShard(Rc::clone(&shard)));
    let service = service_fn(move |mut request: Request<Incoming>| {
        let (gateway, shard, mut open) = (Arc::clone(&shared), Rc::clone(&shard), Open::new(&watched));
        name_host(&mut request);
        request.extensions_mut().insert(OverTls);
        // hyper takes no body then.
        open.ended = request.method() == Method::HEAD;
        async move {
            let response = respond(&shard, &gateway, request, address).await;
            Ok::<_, Infallible>(response.map(|body| {
                open.ended |= body.is_end_stream();
                Counted { body, open }
            }))
        }
    });
    let mut builder = hyper::server::conn::http2::Builder::new(executor);
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_FIELDS_LEN)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(MAX_SEND_BUFFER)
        .max_pending_accept_reset_streams(MAX_PENDING_RESETS)
        .max_local_error_reset_streams(MAX_OUR_RESETS)
        .keep_alive_interval(PING_AFTER)
        .keep_alive_timeout(PING_PATIENCE);
    let io = TokioIo::new(Rewound::new(read.freeze(), transport));
    let mut served = std::pin::pin!(builder.serve_connection(io, service));
    let mut looks = tokio::time::interval(IDLE / 6);
    loop {
        tokio::select! {
            outcome = served.as_mut() => {
                if let Err(error) = outcome {
                    tracing::debug!(%error, %address, "An HTTP/2 connection ended early.");
                }
                break;
            }
            () = conduct.abused.notified() => {
                Metrics::count(&gateway.metrics.http2_reset_floods);
                tracing::debug!(%address, "An HTTP/2 client cancels its requests in a flood.");
                break;
            }
            _ = looks.tick() => {
                if conduct.is_idle() {
                    served.as_mut().graceful_shutdown();
                }
            }
        }
    }
    drop(slot);
}

/// `:authority` is what `Host` is in HTTP/1.1 (§8.3.1); handlers know that.
fn name_host(request: &mut Request<Incoming>) {
    if request.headers().contains_key(header::HOST) {
        return;
    }
    let host = request.uri().authority().and_then(|host| header::HeaderValue::from_str(host.as_str()).ok());
    if let Some(host) = host {
        request.headers_mut().insert(header::HOST, host);
    }
}

/// Runs a connection's requests on its shard.
#[derive(Clone)]
struct OnShard(Rc<Shard>);

impl<F: Future<Output = ()> + 'static> Executor<F> for OnShard {
    fn execute(&self, task: F) {
        self.0.spawn_local(task);
    }
}

/// How the client of a connection behaves.
struct Conduct {
    open: Cell<usize>,
    /// When the last request ended.
    quiet_since: Cell<Instant>,
    cancelled: RefCell<TokenBucket>,
    abused: Notify,
}

impl Conduct {
    fn new() -> Self {
        Self {
            open: Cell::new(0),
            quiet_since: Cell::new(Instant::now()),
            cancelled: RefCell::new(TokenBucket::new(CANCELLED_EVERY, CANCELLED_AT_ONCE)),
            abused: Notify::new(),
        }
    }

    fn is_idle(&self) -> bool {
        self.open.get() == 0 && self.quiet_since.get().elapsed() >= IDLE
    }
}

/// A request until its answer is sent or it is cancelled.
struct Open {
    conduct: Rc<Conduct>,
    ended: bool,
}

impl Open {
    fn new(conduct: &Rc<Conduct>) -> Self {
        conduct.open.set(conduct.open.get() + 1);
        Self { conduct: Rc::clone(conduct), ended: false }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let (conduct, now) = (&self.conduct, Instant::now());
        conduct.open.set(conduct.open.get() - 1);
        conduct.quiet_since.set(now);
        if !self.ended && !conduct.cancelled.borrow_mut().take(now) {
            conduct.abused.notify_one();
        }
    }
}

/// An answer's body that knows whether all of it was taken.
struct Counted {
    body: UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>,
    open: Open,
}

impl Body for Counted {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if matches!(frame, Poll::Ready(None)) || self.body.is_end_stream() {
            self.open.ended = true;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn answers_are_no_abuse_and_a_flood_of_cancelled_requests_is() {
        let conduct = Rc::new(Conduct::new());
        let abused = || tokio::time::timeout(Duration::ZERO, conduct.abused.notified());
        for _ in 0..CANCELLED_AT_ONCE * 2 {
            Open::new(&conduct).ended = true;
        }
        (0..CANCELLED_AT_ONCE / 2).for_each(|_| drop(Open::new(&conduct)));
        assert!(abused().await.is_err());
        (0..CANCELLED_AT_ONCE).for_each(|_| drop(Open::new(&conduct)));
        assert!(abused().await.is_ok());
        assert_eq!(conduct.open.get(), 0);
    }

    #[test]
    fn a_connection_is_idle_without_requests_for_a_while() {
        let conduct = Rc::new(Conduct::new());
        let open = Open::new(&conduct);
        let Some(long_ago) = Instant::now().checked_sub(IDLE) else { return };
        conduct.quiet_since.set(long_ago);
        assert!(!conduct.is_idle(), "an endless body is no silence");
        drop(open);
        assert!(!conduct.is_idle(), "just now there was something");
        conduct.quiet_since.set(long_ago);
        assert!(conduct.is_idle());
    }
}
