//! Connections, plain or encrypted.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::tls::TlsStream;
use crate::{http, tls};

/// Plain or encrypted.
#[derive(Debug)]
pub enum Wire {
    /// As it is.
    Plain(TcpStream),
    /// Over TLS.
    Tls(Box<TlsStream>),
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

impl Wire {
    /// Connects.
    pub fn open(address: SocketAddr, encrypted: bool) -> Self {
        if encrypted { Self::Tls(Box::new(tls::connect(address))) } else { Self::Plain(http::connect(address)) }
    }

    /// The socket below.
    pub const fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => &stream.sock,
        }
    }

    /// How long a read waits.
    pub fn set_patience(&self, patience: Duration) {
        self.tcp().set_read_timeout(Some(patience.max(Duration::from_millis(1)))).unwrap();
    }
}
