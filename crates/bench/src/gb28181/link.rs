//! How devices reach the server: by datagrams of one socket that they share, or each on a connection of its own.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};

use anyhow::Context;
use clap::ValueEnum;

use super::text::header;

/// The largest message.
const MAX_MESSAGE: usize = 64 << 10;

/// What SIP travels over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Transport {
    Udp,
    Tcp,
}

impl Transport {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
        }
    }
}

/// Of some devices on one address of this machine.
pub(super) enum Link {
    Udp(UdpSocket),
    /// Those that have connected.
    Tcp {
        to: SocketAddr,
        own: IpAddr,
        connections: Vec<Option<Connection>>,
    },
}

pub(super) struct Connection {
    stream: TcpStream,
    own: SocketAddr,
    received: Vec<u8>,
}

impl Link {
    pub(super) fn open(transport: Transport, to: SocketAddr, own: IpAddr, devices: usize) -> anyhow::Result<Self> {
        if transport == Transport::Tcp {
            return Ok(Self::Tcp { to, own, connections: (0..devices).map(|_| None).collect() });
        }
        let socket = UdpSocket::bind(SocketAddr::new(own, 0))?;
        socket.connect(to)?;
        socket.set_nonblocking(true)?;
        Ok(Self::Udp(socket))
    }

    pub(super) const fn transport(&self) -> Transport {
        match self {
            Self::Udp(_) => Transport::Udp,
            Self::Tcp { .. } => Transport::Tcp,
        }
    }

    /// Where a device is; one without a connection connects.
    pub(super) fn own(&mut self, device: usize) -> anyhow::Result<SocketAddr> {
        match self {
            Self::Udp(socket) => Ok(socket.local_addr()?),
            Self::Tcp { to, own, connections } => {
                if connections[device].is_none() {
                    connections[device] = Some(Connection::open(*own, *to)?);
                }
                Ok(connections[device].as_ref().context("a connection")?.own)
            }
        }
    }

    /// Connections are gone, as the server is.
    pub(super) fn reset(&mut self) {
        if let Self::Tcp { connections, .. } = self {
            connections.fill_with(|| None);
        }
    }

    /// What the system does not take by UDP is sent again, as anything that is lost.
    pub(super) fn send(&mut self, device: usize, text: &str) -> anyhow::Result<()> {
        match self {
            Self::Udp(socket) => drop(socket.send(text.as_bytes())),
            Self::Tcp { connections, .. } => {
                if let Some(connection) = &mut connections[device] {
                    connection.send(text.as_bytes())?;
                }
            }
        }
        Ok(())
    }

    /// Messages that have come, each with the device whose connection it came on.
    pub(super) fn receive(&mut self) -> anyhow::Result<Vec<(Option<usize>, String)>> {
        let mut buffer = [0; MAX_MESSAGE];
        let mut found = Vec::new();
        match self {
            Self::Udp(socket) => {
                while let Ok(length) = socket.recv(&mut buffer) {
                    found.push((None, String::from_utf8_lossy(&buffer[..length]).into_owned()));
                }
            }
            Self::Tcp { connections, .. } => {
                let open = connections.iter_mut().enumerate();
                for (device, connection) in open.filter_map(|(device, it)| Some((device, it.as_mut()?))) {
                    connection.receive(&mut buffer)?;
                    found.extend(std::iter::from_fn(|| connection.message()).map(|text| (Some(device), text)));
                }
            }
        }
        Ok(found)
    }
}

impl Connection {
    /// From an address, so that not all devices are one source for the server.
    fn open(own: IpAddr, to: SocketAddr) -> anyhow::Result<Self> {
        use rustix::net::{AddressFamily, SocketType, bind, connect, socket};
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None)?;
        bind(&socket, &SocketAddr::new(own, 0))?;
        connect(&socket, &to).with_context(|| format!("connecting to {to}"))?;
        let stream = TcpStream::from(socket);
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self { own: stream.local_addr()?, stream, received: Vec::new() })
    }

    fn send(&mut self, mut bytes: &[u8]) -> anyhow::Result<()> {
        while !bytes.is_empty() {
            match self.stream.write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::yield_now(),
                Err(error) => return Err(error).context("a device's connection"),
            }
        }
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8]) -> anyhow::Result<()> {
        loop {
            match self.stream.read(buffer) {
                Ok(0) => anyhow::bail!("the server closed the connection of a device"),
                Ok(length) => self.received.extend_from_slice(&buffer[..length]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error).context("a device's connection"),
            }
        }
    }

    /// The next whole message.
    fn message(&mut self) -> Option<String> {
        let head = self.received.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let text = String::from_utf8_lossy(&self.received[..head]).into_owned();
        let body: usize = header(&text, "Content-Length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let rest = self.received.get(head..head + body)?;
        let message = text + &String::from_utf8_lossy(rest);
        self.received.drain(..head + body);
        Some(message)
    }
}
