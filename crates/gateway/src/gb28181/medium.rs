//! Where the packets of one session are read from: its part of the shared port, a port of its own, or a connection.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use rtp::framing::{Framed, TcpFraming};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};

use super::ports::{Arrived, Connection, Expectation, Inbox, Lease, Opened, Tally};
use crate::peer::canonical;
use crate::udp::Datagrams;

/// Bytes that are read from a connection in one call at most; packets share the memory.
const READ_BYTES: usize = 64 << 10;
/// Room below which new memory is taken.
const MIN_ROOM: usize = 4 << 10;

/// What was read.
#[derive(Debug)]
pub(super) enum Input {
    /// A packet that others may have overtaken.
    Datagram(Bytes),
    /// A packet in order.
    Framed(Framed),
    /// The device has connected.
    Connected(SocketAddr),
    /// The device's connection ended; why, unless it was closed in order.
    Closed(SocketAddr, Option<String>),
}

/// Reads packets, and takes those alone that are expected.
#[derive(Debug)]
pub(super) struct Medium {
    way: Way,
    connection: Option<Connected>,
    expectation: Expectation,
    tally: Tally,
}

#[derive(Debug)]
enum Way {
    Shared { inbox: Arc<Inbox>, taken: Arrived },
    Datagrams(Datagrams),
    Listener(TcpListener),
    Nothing,
}

#[derive(Debug)]
struct Connected {
    from: SocketAddr,
    stream: TcpStream,
    framing: TcpFraming,
    /// A packet that was not taken followed bytes that were passed over.
    loss: bool,
}

impl Medium {
    /// Opens what a lease has. `stream`: the connection that we have made, where we connect.
    ///
    /// # Errors
    /// When the system has no more handles.
    pub(super) fn open(
        lease: &Lease,
        expectation: Expectation,
        stream: Option<(SocketAddr, TcpStream)>,
    ) -> io::Result<Self> {
        let way = match lease.open(expectation.clone())? {
            Opened::Shared(inbox) => Way::Shared { inbox, taken: Arrived::default() },
            Opened::Datagrams(socket) => Way::Datagrams(Datagrams::new(socket)?),
            Opened::Listener(listener) => Way::Listener(TcpListener::from_std(listener)?),
            Opened::Nothing => Way::Nothing,
        };
        let connection = stream.map(|(from, stream)| Connected::new(from, stream, TcpFraming::new()));
        Ok(Self { way, connection, expectation, tally: Tally::default() })
    }

    /// What became of packets so far.
    pub(super) fn tally(&self) -> Tally {
        match &self.way {
            Way::Shared { inbox, .. } => self.tally.and(inbox.tally()),
            Way::Datagrams(_) | Way::Listener(_) | Way::Nothing => self.tally,
        }
    }

    /// Waits until something arrives and appends it, perhaps nothing that is taken.
    ///
    /// # Errors
    /// When a socket is broken.
    ///
    /// # Cancel safety
    /// Safe: what was read has been appended.
    pub(super) async fn receive(&mut self, inputs: &mut Vec<Input>) -> io::Result<()> {
        let Self { way, connection, expectation, tally } = self;
        tokio::select! {
            arrived = arrive(way, expectation, tally, inputs) => {
                if let Some(new) = arrived? {
                    // A device that connects again has given up the connection before.
                    *connection = Some(new);
                }
            }
            read = read(connection) => {
                let Some(connected) = connection else { return Ok(()) };
                let from = connected.from;
                let end = match read {
                    Ok(0) => None,
                    Ok(_) => {
                        connected.cut(expectation, tally, inputs);
                        return Ok(());
                    }
                    Err(error) => Some(error.to_string()),
                };
                inputs.push(Input::Closed(from, end));
                *connection = None;
            }
        }
        Ok(())
    }
}

/// Datagrams, or a new connection.
async fn arrive(
    way: &mut Way,
    expectation: &Expectation,
    tally: &mut Tally,
    inputs: &mut Vec<Input>,
) -> io::Result<Option<Connected>> {
    match way {
        Way::Shared { inbox, taken } => {
            inbox.take(taken).await;
            for (from, datagram) in taken.datagrams.drain(..) {
                if expectation.takes(from, &datagram, tally) {
                    inputs.push(Input::Datagram(datagram));
                }
            }
            let mut newest = None;
            for connection in taken.connections.drain(..) {
                if expectation.fits(connection.from.ip()) {
                    newest = newest.or(Some(connection));
                } else {
                    tally.note_stranger(connection.from);
                }
            }
            newest.map(|connection| Connected::resume(connection, expectation, tally, inputs)).transpose()
        }
        Way::Datagrams(datagrams) => {
            poll_fn(|cx| {
                datagrams.poll_receive(cx, |from, datagram| {
                    if expectation.takes(from, datagram, tally) {
                        inputs.push(Input::Datagram(Bytes::copy_from_slice(datagram)));
                    }
                })
            })
            .await?;
            Ok(None)
        }
        Way::Listener(listener) => {
            let (stream, from) = listener.accept().await?;
            let from = canonical(from);
            if expectation.fits(from.ip()) {
                inputs.push(Input::Connected(from));
                return Ok(Some(Connected::new(from, stream, TcpFraming::new())));
            }
            tally.note_stranger(from);
            Ok(None)
        }
        Way::Nothing => std::future::pending().await,
    }
}

/// Reads from the connection, if there is one; 0 is its end.
async fn read(connection: &mut Option<Connected>) -> io::Result<usize> {
    let Some(connected) = connection else { return std::future::pending().await };
    let input = connected.framing.input();
    if input.capacity() - input.len() < MIN_ROOM {
        input.reserve(READ_BYTES);
    }
    connected.stream.read_buf(input).await
}

impl Connected {
    const fn new(from: SocketAddr, stream: TcpStream, framing: TcpFraming) -> Self {
        Self { from, stream, framing, loss: false }
    }

    /// A connection whose first packets were read elsewhere.
    fn resume(
        new: Connection,
        expectation: &Expectation,
        tally: &mut Tally,
        inputs: &mut Vec<Input>,
    ) -> io::Result<Self> {
        inputs.push(Input::Connected(new.from));
        let mut connected = Self::new(new.from, TcpStream::from_std(new.stream)?, new.framing);
        new.first.into_iter().for_each(|framed| connected.take(framed, expectation, tally, inputs));
        Ok(connected)
    }

    fn cut(&mut self, expectation: &Expectation, tally: &mut Tally, inputs: &mut Vec<Input>) {
        while let Some(framed) = self.framing.poll() {
            self.take(framed, expectation, tally, inputs);
        }
    }

    fn take(&mut self, framed: Framed, expectation: &Expectation, tally: &mut Tally, inputs: &mut Vec<Input>) {
        self.loss |= framed.after_loss;
        if expectation.takes(self.from, &framed.packet, tally) {
            inputs.push(Input::Framed(Framed { after_loss: std::mem::take(&mut self.loss), ..framed }));
        }
    }
}
