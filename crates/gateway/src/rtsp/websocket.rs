//! RTSP over WebSocket (ONVIF Streaming Specification §5.1.1.5): the connection's bytes, both ways, in binary
//! messages of the sub-protocol `rtsp.onvif.org`.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

use crate::http::head::Head;
use crate::http::websocket::{CLOSE, PING, accept_head_for, put_binary_head, put_pong, take_message};
use crate::listener::Connection;
use crate::shard::Shard;
use crate::transport::{Layer, Transport};

/// What a client names in `Sec-WebSocket-Protocol`.
pub(crate) const SUBPROTOCOL: &str = "rtsp.onvif.org";
/// Slices of one write, the messages' heads included.
const MAX_SLICES: usize = 64;
/// Bytes read at a time.
const READ_BYTES: usize = 4 << 10;

/// Answers the handshake and serves RTSP inside, whatever the path: the requests inside name the stream.
pub(crate) async fn serve(shard: Rc<Shard>, connection: Connection, head: &Head, read: Bytes) {
    let Connection { gateway, mut transport, address, slot } = connection;
    let Some(key) = &head.websocket_key else { return };
    let answer = accept_head_for(key, SUBPROTOCOL);
    if transport.write_all(&answer).await.is_err() || transport.flush().await.is_err() {
        return;
    }
    let input = BytesMut::from(read.get(head.length..).unwrap_or_default());
    let transport = Transport::Layered(Box::new(WebSocketLayer::new(transport, input)));
    super::serve_rtsp(shard, Connection { gateway, transport, address, slot }, Bytes::new()).await;
}

/// A WebSocket as a connection of bytes.
pub(crate) struct WebSocketLayer {
    inner: Transport,
    /// Not yet a whole message.
    input: BytesMut,
    /// Of messages, not yet read.
    ready: Bytes,
    /// A message's head, and pongs before it, not yet written.
    head: BytesMut,
    /// Bytes that the present message still lacks.
    owed: usize,
    /// Heads of the messages of one write, one behind the other.
    heads: BytesMut,
}

impl WebSocketLayer {
    /// After the handshake; `input` are bytes that came with it.
    pub(crate) fn new(inner: Transport, input: BytesMut) -> Self {
        Self { inner, input, ready: Bytes::new(), head: BytesMut::new(), owed: 0, heads: BytesMut::new() }
    }
}

impl Layer for WebSocketLayer {
    fn name(&self) -> &'static str {
        "rtsp-ws"
    }

    /// Each slice becomes a message; the rest of one that the socket did not take whole comes first next time.
    fn poll_send(&mut self, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        loop {
            let sent = if self.head.is_empty() && self.owed == 0 {
                ready!(self.poll_messages(cx, slices))?
            } else {
                ready!(self.poll_rest(cx, slices))?
            };
            // Pongs and heads are no bytes of the caller's.
            if sent > 0 || slices.iter().all(|slice| slice.is_empty()) {
                return Poll::Ready(Ok(sent));
            }
        }
    }
}

impl WebSocketLayer {
    /// Goes on with the message that was begun.
    fn poll_rest(&mut self, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let mut gathered = [IoSlice::new(&[]); MAX_SLICES];
        gathered[0] = IoSlice::new(&self.head);
        let mut room = self.owed;
        for (place, slice) in gathered[1..].iter_mut().zip(slices) {
            let part = &slice[..slice.len().min(room)];
            *place = IoSlice::new(part);
            room -= part.len();
        }
        let written = ready!(self.inner.poll_send(cx, &gathered))?;
        if written == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        let of_head = written.min(self.head.len());
        self.head.advance(of_head);
        self.owed -= written - of_head;
        Poll::Ready(Ok(written - of_head))
    }

    /// Begins a message with each slice.
    fn poll_messages(&mut self, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let slices = || slices.iter().filter(|slice| !slice.is_empty()).take(MAX_SLICES / 2);
        let mut ends = [0; MAX_SLICES / 2];
        self.heads.clear();
        for (end, slice) in ends.iter_mut().zip(slices()) {
            put_binary_head(&mut self.heads, slice.len());
            *end = self.heads.len();
        }
        let heads = &self.heads;
        let starts = std::iter::once(0).chain(ends);
        let places = || starts.clone().zip(ends);
        let messages = || slices().zip(places()).map(|(slice, (start, end))| (&heads[start..end], slice));
        let mut gathered = [IoSlice::new(&[]); MAX_SLICES];
        for (pair, (head, slice)) in gathered.chunks_exact_mut(2).zip(messages()) {
            pair[0] = IoSlice::new(head);
            pair[1] = IoSlice::new(slice);
        }
        if gathered[0].is_empty() {
            return Poll::Ready(Ok(0));
        }
        let mut written = ready!(self.inner.poll_send(cx, &gathered))?;
        if written == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        let mut sent = 0;
        for (head, slice) in messages() {
            if written == 0 {
                break;
            }
            let of_head = written.min(head.len());
            let of_slice = (written - of_head).min(slice.len());
            written -= of_head + of_slice;
            sent += of_slice;
            self.head.put_slice(&head[of_head..]);
            self.owed = slice.len() - of_slice;
        }
        Poll::Ready(Ok(sent))
    }
}

impl AsyncRead for WebSocketLayer {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if !this.ready.is_empty() {
                let count = this.ready.len().min(buf.remaining());
                buf.put_slice(&this.ready.split_to(count));
                return Poll::Ready(Ok(()));
            }
            match take_message(&mut this.input) {
                // Between messages only; in the midst of one the next ping has its chance.
                Ok(Some((PING, payload))) if this.owed == 0 => put_pong(&mut this.head, &payload),
                Ok(Some((CLOSE, _))) => return Poll::Ready(Ok(())),
                Ok(Some((opcode, payload))) if opcode < CLOSE => this.ready = payload,
                Ok(Some(_)) => {}
                Ok(None) => {
                    let mut space = [0; READ_BYTES];
                    let mut read = ReadBuf::new(&mut space);
                    ready!(Pin::new(&mut this.inner).poll_read(cx, &mut read))?;
                    if read.filled().is_empty() {
                        return Poll::Ready(Ok(()));
                    }
                    this.input.put_slice(read.filled());
                }
                Err(_) => return Poll::Ready(Err(io::ErrorKind::InvalidData.into())),
            }
        }
    }
}

impl AsyncWrite for WebSocketLayer {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_send(cx, &[IoSlice::new(buf)])
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn bytes_survive_a_socket_that_takes_little_at_a_time() {
        for room in [1, 2, 3, 7, 64, 1000] {
            let (ours, mut theirs) = tokio::io::duplex(room);
            let mut layer = WebSocketLayer::new(Transport::Body(ours), BytesMut::new());
            let sent: Vec<u8> = (0..3000u32).map(|index| u8::try_from(index % 251).unwrap()).collect();
            let expected = sent.clone();
            let writing = async move {
                for piece in sent.chunks(170) {
                    layer.write_all(piece).await.unwrap();
                }
                layer.flush().await.unwrap();
            };
            let reading = async move {
                let mut wire = Vec::new();
                theirs.read_to_end(&mut wire).await.unwrap();
                wire
            };
            let (_, wire) = tokio::join!(writing, reading);
            assert_eq!(payloads(&wire), expected, "{room} bytes at a time");
        }
    }

    /// Payloads of unmasked binary messages.
    fn payloads(mut wire: &[u8]) -> Vec<u8> {
        let mut all = Vec::new();
        while let [0x82, short, rest @ ..] = wire {
            let (length, rest) = match short {
                126 => (usize::from(u16::from_be_bytes([rest[0], rest[1]])), &rest[2..]),
                short => (usize::from(*short), rest),
            };
            all.extend(&rest[..length]);
            wire = &rest[length..];
        }
        assert!(wire.is_empty());
        all
    }
}
