//! RTSP inside HTTP: the two halves of a tunnel made one connection, on either side.

use std::collections::HashMap;
use std::io::{self, IoSlice};
use std::net::IpAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use base::ErrorKind;
use bytes::{Buf, Bytes, BytesMut};
use hub::Leg;
use rtsp::RtspUrl;
use rtsp::tunnel::{
    Base64Stream, Half, MAX_HEAD_BYTES, TunnelError, TunnelHead, encode, parse_response, request_head, response_head,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf};

use crate::context::Gateway;
use crate::listener::Connection;
use crate::metrics::Metrics;
use crate::pull::PullFailure;
use crate::shard::Shard;
use crate::transport::{Layer, Transport};

/// Decoded requests that wait for the session. Full-policy: the POST is not read until there is room.
const REQUEST_BYTES: usize = 64 << 10;
/// Base64 that waits to be written; more is not taken.
const PENDING_BYTES: usize = 64 << 10;

/// GETs that wait for their POST, by the client's address and cookie: a cookie alone would let strangers speak
/// in others' sessions.
#[derive(Debug, Default)]
pub(crate) struct Tunnels {
    waiting: Mutex<HashMap<(IpAddr, String), Waiting>>,
}

/// A GET without its POST.
#[derive(Debug)]
struct Waiting {
    /// Tells it from a later one with the same cookie, which an ended one must leave alone.
    number: u64,
    inlet: DuplexStream,
}

impl Tunnels {
    /// A new GET: its number, and where its requests will come from. `None` when one waits already.
    fn open(&self, address: IpAddr, cookie: &str) -> Option<(u64, DuplexStream)> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (address, cookie.to_owned());
        if waiting.contains_key(&key) {
            return None;
        }
        let (requests, inlet) = tokio::io::duplex(REQUEST_BYTES);
        let number = rand::random();
        waiting.insert(key, Waiting { number, inlet });
        Some((number, requests))
    }

    /// Where the POST's requests go.
    fn take(&self, address: IpAddr, cookie: &str) -> Option<DuplexStream> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.remove(&(address, cookie.to_owned())).map(|waiting| waiting.inlet)
    }

    /// Forgets a GET that has ended, if it still waits.
    fn forget(&self, address: IpAddr, cookie: &str, number: u64) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (address, cookie.to_owned());
        if waiting.get(&key).is_some_and(|waiting| waiting.number == number) {
            waiting.remove(&key);
        }
    }
}

/// Serves one half; `read` are the bytes read so far, beginning with the head.
pub(crate) async fn serve(shard: Rc<Shard>, connection: Connection, head: TunnelHead, read: Bytes) {
    match head.half {
        Half::Get => serve_get(shard, connection, head).await,
        Half::Post => serve_post(connection, &head, read.slice(head.length.min(read.len())..)).await,
    }
}

async fn serve_get(shard: Rc<Shard>, connection: Connection, head: TunnelHead) {
    let Connection { gateway, mut transport, address, slot } = connection;
    let Some((number, requests)) = gateway.tunnels.open(address.ip(), &head.cookie) else {
        return refuse(&gateway, transport, 400).await;
    };
    let _forgotten = Forget { gateway: Arc::clone(&gateway), address: address.ip(), cookie: head.cookie, number };
    if transport.write_all(&response_head()).await.is_err() || transport.flush().await.is_err() {
        return;
    }
    let transport = Transport::Layered(Box::new(ServerTunnel { answers: transport, requests }));
    super::server::serve_rtsp(shard, Connection { gateway, transport, address, slot }, Bytes::new()).await;
}

/// Takes a GET that nobody joined out of the waiting ones.
struct Forget {
    gateway: Arc<Gateway>,
    address: IpAddr,
    cookie: String,
    number: u64,
}

impl Drop for Forget {
    fn drop(&mut self) {
        self.gateway.tunnels.forget(self.address, &self.cookie, self.number);
    }
}

async fn serve_post(connection: Connection, head: &TunnelHead, first: Bytes) {
    let Connection { gateway, mut transport, address, slot: _slot } = connection;
    let Some(mut inlet) = gateway.tunnels.take(address.ip(), &head.cookie) else {
        return refuse(&gateway, transport, 404).await;
    };
    let mut base64 = Base64Stream::default();
    let mut decoded = BytesMut::new();
    let mut outcome = base64.decode(&first, &mut decoded);
    loop {
        if outcome.is_err() {
            Metrics::count(&gateway.metrics.malformed_input);
            return;
        }
        if inlet.write_all(&decoded).await.is_err() {
            return;
        }
        decoded.clear();
        tokio::select! {
            read = transport.read_with(|bytes| base64.decode(bytes, &mut decoded)) => match read {
                Ok(result) => outcome = result,
                // Dropping the inlet ends the session.
                Err(_) => return,
            },
            // The session has ended: nothing is read from the other end any more.
            _ = inlet.read_u8() => return,
        }
    }
}

/// A plain status and the end.
pub(crate) async fn refuse(gateway: &Gateway, mut transport: Transport, status: u16) {
    Metrics::count(&gateway.metrics.malformed_input);
    let reason = if status == 404 { "Not Found" } else { "Bad Request" };
    let answer = format!("HTTP/1.0 {status} {reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    if transport.write_all(answer.as_bytes()).await.is_ok() {
        let _gone_either_way = transport.shutdown().await;
    }
}

/// The server's side: answers go out on the GET, requests come in from the POST.
struct ServerTunnel {
    answers: Transport,
    requests: DuplexStream,
}

impl Layer for ServerTunnel {
    fn name(&self) -> &'static str {
        "rtsp-http"
    }

    fn poll_send(&mut self, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        self.answers.poll_send(cx, slices)
    }
}

impl AsyncRead for ServerTunnel {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.requests).poll_read(cx, buf)
    }
}

impl AsyncWrite for ServerTunnel {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.answers).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.answers).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.answers).poll_shutdown(cx)
    }
}

/// Makes one connection of two that lead to the same server.
///
/// # Errors
/// When the server does not open the tunnel.
pub(super) async fn connect(
    mut answers: Transport,
    mut requests: Transport,
    url: &RtspUrl,
) -> Result<Transport, PullFailure> {
    let broken = |error: &io::Error| PullFailure::io(Leg::Answer, error);
    let cookie = format!("{:016x}", rand::random::<u64>());
    let query = url.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
    let (host, target) = (format!("{}:{}", url.host, url.port), format!("{}{query}", url.path));
    let opened = async {
        answers.write_all(&request_head(Half::Get, &host, &target, &cookie)).await?;
        answers.flush().await
    };
    opened.await.map_err(|error| broken(&error))?;
    let mut head = BytesMut::with_capacity(MAX_HEAD_BYTES);
    let length = loop {
        let read = answers.read_buf(&mut head).await.map_err(|error| broken(&error))?;
        if read == 0 {
            return Err(broken(&io::ErrorKind::UnexpectedEof.into()));
        }
        match parse_response(&head) {
            Ok(Some(length)) => break length,
            Ok(None) => {}
            Err(error) => return Err(refused(error)),
        }
    };
    head.advance(length);
    let opened = async {
        requests.write_all(&request_head(Half::Post, &host, &target, &cookie)).await?;
        requests.flush().await
    };
    opened.await.map_err(|error| broken(&error))?;
    Ok(Transport::Layered(Box::new(ClientTunnel { answers, early: head, requests, pending: BytesMut::new() })))
}

fn refused(error: TunnelError) -> PullFailure {
    PullFailure {
        leg: Leg::Answer,
        kind: ErrorKind::Unsupported,
        text: format!("The server opens no RTSP tunnel: {error}"),
        next_step: "Allow RTSP over HTTP on the camera and check its HTTP port, or use rtsp://.".to_owned(),
    }
}

/// The client's side: requests go out Base64 on the POST, answers come in on the GET.
struct ClientTunnel {
    answers: Transport,
    /// What came right behind the head.
    early: BytesMut,
    requests: Transport,
    pending: BytesMut,
}

impl ClientTunnel {
    fn poll_pending(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.pending.is_empty() {
            let written = ready!(Pin::new(&mut self.requests).poll_write(cx, &self.pending))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.pending.advance(written);
        }
        Poll::Ready(Ok(()))
    }
}

impl Layer for ClientTunnel {
    fn name(&self) -> &'static str {
        "rtsp-http"
    }

    fn poll_send(&mut self, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let first = slices.iter().find(|slice| !slice.is_empty());
        first.map_or(Poll::Ready(Ok(0)), |slice| Pin::new(self).poll_write(cx, slice))
    }
}

impl AsyncRead for ClientTunnel {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.early.is_empty() {
            return Pin::new(&mut self.answers).poll_read(cx, buf);
        }
        let count = self.early.len().min(buf.remaining());
        buf.put_slice(&self.early.split_to(count));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for ClientTunnel {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_pending(cx))?;
        let taken = &buf[..buf.len().min(PENDING_BYTES)];
        encode(taken, &mut self.pending);
        Poll::Ready(Ok(taken.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_pending(cx))?;
        Pin::new(&mut self.requests).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_pending(cx))?;
        Pin::new(&mut self.requests).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_ended_get_leaves_a_later_one_with_its_cookie_alone() {
        let (tunnels, address) = (Tunnels::default(), IpAddr::from([192, 0, 2, 7]));
        let (first, _requests) = tunnels.open(address, "cookie").unwrap();
        assert!(tunnels.open(address, "cookie").is_none(), "one waits already");
        assert!(tunnels.take([192, 0, 2, 8].into(), "cookie").is_none(), "of another address");
        assert!(tunnels.take(address, "cookie").is_some());
        let (second, _requests) = tunnels.open(address, "cookie").unwrap();
        tunnels.forget(address, "cookie", first);
        assert!(tunnels.open(address, "cookie").is_none(), "the second still waits");
        tunnels.forget(address, "cookie", second);
        assert!(tunnels.take(address, "cookie").is_none());
    }
}
