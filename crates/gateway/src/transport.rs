//! A media socket: plain, encrypted, or the inner end of an HTTP body.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsStream;

/// What a session reads from and writes to.
pub(crate) enum Transport {
    /// A bare TCP connection: written vectored, nothing is copied.
    Plain(TcpStream),
    /// TLS; encryption copies.
    Tls(Box<TlsStream<TcpStream>>),
    /// Another protocol's connection that carries this one.
    Layered(Box<dyn Layer>),
    /// A request that arrived on a kept-alive HTTP connection: hyper owns the socket and reads the other end.
    Body(DuplexStream),
}

/// A connection inside connections.
pub(crate) trait Layer: AsyncRead + AsyncWrite + Unpin + Send {
    /// Name of the combination, for sessions ("rtsp-http").
    fn name(&self) -> &'static str;

    /// As [`Transport::poll_send`].
    fn poll_send(&mut self, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>>;
}

impl Transport {
    pub(crate) const fn is_encrypted(&self) -> bool {
        matches!(self, Self::Tls(_))
    }

    /// Our end of the connection, where it is a plain socket of ours: what else goes to its address is not encrypted
    /// either.
    pub(crate) fn local_addr(&self) -> Option<SocketAddr> {
        match self {
            Self::Plain(stream) => stream.local_addr().ok(),
            _ => None,
        }
    }

    /// The other end of the connection, where it is a plain socket of ours.
    pub(crate) fn peer_addr(&self) -> Option<SocketAddr> {
        match self {
            Self::Plain(stream) => stream.peer_addr().ok(),
            _ => None,
        }
    }

    /// Writes as much as the socket takes now; `Pending` registers the task for writability.
    pub(crate) fn poll_send(&mut self, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        match self {
            Self::Plain(stream) => loop {
                match stream.try_write_vectored(slices) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        ready!(stream.poll_write_ready(cx))?;
                    }
                    result => return Poll::Ready(result),
                }
            },
            Self::Layered(layer) => layer.poll_send(cx, slices),
            other => Pin::new(other).poll_write_vectored(cx, slices),
        }
    }

    /// Pushes out what encryption holds back.
    pub(crate) fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(_) => Poll::Ready(Ok(())),
            other => Pin::new(other).poll_flush(cx),
        }
    }
}

/// Bytes read from a peer at a time.
const READ_LEN: usize = 64 << 10;

thread_local! {
    /// One read buffer for all sessions of a shard: a session that waits holds none.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_LEN]);
}

impl Transport {
    /// Reads once and has `take` look at the bytes while they are in the shard's buffer.
    pub(crate) fn poll_read_with<R>(
        &mut self,
        cx: &mut Context<'_>,
        take: impl FnOnce(&[u8]) -> R,
    ) -> Poll<io::Result<R>> {
        SCRATCH.with_borrow_mut(|scratch| {
            let mut buffer = ReadBuf::new(scratch);
            ready!(Pin::new(self).poll_read(cx, &mut buffer))?;
            if buffer.filled().is_empty() {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            Poll::Ready(Ok(take(buffer.filled())))
        })
    }

    /// As [`Transport::poll_read_with`]; the end of the connection is [`io::ErrorKind::UnexpectedEof`].
    ///
    /// # Cancel safety
    /// Safe: nothing is read until it is taken.
    pub(crate) async fn read_with<R>(&mut self, take: impl FnOnce(&[u8]) -> R) -> io::Result<R> {
        let mut take = Some(take);
        poll_fn(|cx| {
            self.poll_read_with(cx, |bytes| take.take().map(|take| take(bytes)))
                .map_ok(|taken| taken.expect("a read is ready once"))
        })
        .await
    }
}

impl AsyncRead for Transport {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Body(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Layered(layer) => Pin::new(layer).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Transport {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Body(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Layered(layer) => Pin::new(layer).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
            Self::Body(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
            Self::Layered(layer) => layer.poll_send(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
            Self::Body(stream) => Pin::new(stream).poll_flush(cx),
            Self::Layered(layer) => Pin::new(layer).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Body(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Layered(layer) => Pin::new(layer).poll_shutdown(cx),
        }
    }
}
