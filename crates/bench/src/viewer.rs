//! Viewers of every protocol.

use std::io::{ErrorKind, Read, Write};
use std::mem::MaybeUninit;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::ValueEnum;
use rtmp::{ClientConfig, ClientEvent, ClientRole, ClientSession, Output};
use rtsp::{ClientOptions, ClientOutput, RtspUrl};
use rustix::net::RecvFlags;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

use crate::clip::MarkerScanner;
use crate::datagrams::Datagrams;
use crate::webrtc::Peer;

/// Time for the first key frame.
const JOIN_LIMIT: Duration = Duration::from_secs(10);

/// How a viewer watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]

pub(crate) enum Watch {
    Flv,
    WsFlv,
    Ts,
    Fmp4,
    WsFmp4,
    Rtmp,
    Rtsp,
    RtspUdp,
    FlvTls,
    WsFlvTls,
    Webrtc,
    /// Raw bytes of the floor.
    #[value(skip)]
    Floor,
    /// Sealed bytes of the floor.
    #[value(skip)]
    FloorTls,
    /// Datagrams of the floor.
    #[value(skip)]
    FloorUdp,
    /// Sealed datagrams of the floor.
    #[value(skip)]
    FloorSrtp,
}

impl Watch {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Flv => "HTTP-FLV",
            Self::WsFlv => "WS-FLV",
            Self::Ts => "HTTP-TS",
            Self::Fmp4 => "HTTP-fMP4",
            Self::WsFmp4 => "WS-fMP4",
            Self::Rtmp => "RTMP",
            Self::Rtsp => "RTSP/TCP",
            Self::RtspUdp => "RTSP/UDP",
            Self::FlvTls => "HTTPS-FLV",
            Self::WsFlvTls => "WSS-FLV",
            Self::Webrtc => "WebRTC",
            Self::Floor => "floor",
            Self::FloorTls => "floor AES-GCM",
            Self::FloorUdp => "floor UDP",
            Self::FloorSrtp => "floor AES-GCM UDP",
        }
    }

    pub(crate) const fn is_encrypted(self) -> bool {
        matches!(self, Self::FlvTls | Self::WsFlvTls)
    }

    /// What a bare sender of the same bytes looks like to a viewer.
    pub(crate) const fn floor(self) -> Self {
        match self {
            Self::FlvTls | Self::WsFlvTls => Self::FloorTls,
            Self::RtspUdp => Self::FloorUdp,
            Self::Webrtc => Self::FloorSrtp,
            _ => Self::Floor,
        }
    }

    const fn is_floor(self) -> bool {
        matches!(self, Self::Floor | Self::FloorTls | Self::FloorUdp | Self::FloorSrtp)
    }
}

/// Where to watch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    pub(crate) http: SocketAddr,
    pub(crate) https: SocketAddr,
    pub(crate) rtsp: SocketAddr,
    pub(crate) rtmp: SocketAddr,
}

/// One viewer after its first key frame.
#[derive(Debug)]
pub(crate) struct Viewer {
    stream: TcpStream,
    scanner: MarkerScanner,
    /// Where media comes by UDP; the connection then only controls it.
    datagrams: Option<Datagrams>,
    /// Where it comes by WebRTC; the connection then only asked for it.
    peer: Option<Peer>,
    /// From connecting to the first complete key frame.
    pub(crate) joined: Duration,
    /// Bytes taken so far.
    pub(crate) bytes: u64,
    acknowledged: u64,
    rtmp: bool,
    pub(crate) alive: bool,
}

impl Viewer {
    /// Connects and waits for the first key frame.
    pub(crate) fn join(watch: Watch, ports: &Ports, name: &str) -> anyhow::Result<Self> {
        let address = match watch {
            Watch::Rtmp => ports.rtmp,
            Watch::Rtsp | Watch::RtspUdp => ports.rtsp,
            Watch::FlvTls | Watch::WsFlvTls => ports.https,
            _ => ports.http,
        };
        let begin = Instant::now();
        let stream = TcpStream::connect(address).with_context(|| format!("connecting to {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(JOIN_LIMIT))?;
        let _default_buffer = rustix::net::sockopt::set_socket_recv_buffer_size(&stream, 1 << 20);
        let mut viewer = Self {
            stream,
            scanner: MarkerScanner::default(),
            datagrams: matches!(watch, Watch::RtspUdp | Watch::FloorUdp | Watch::FloorSrtp).then(Datagrams::default),
            peer: None,
            joined: Duration::ZERO,
            bytes: 0,
            acknowledged: 0,
            rtmp: watch == Watch::Rtmp,
            alive: true,
        };
        match watch {
            Watch::Floor | Watch::FloorTls => viewer.request(&http_request("/", false))?,
            Watch::Rtmp => viewer.handshake_rtmp(name)?,
            Watch::Webrtc => viewer.peer = Some(Peer::connect(address, name)?),
            Watch::FloorUdp | Watch::FloorSrtp => {
                let port = viewer.datagrams.as_mut().context("ports")?.open_one()?;
                viewer.request(&http_request(&format!("/{port}"), false))?;
            }
            Watch::Rtsp | Watch::RtspUdp => viewer.handshake_rtsp(address, name)?,
            Watch::FlvTls | Watch::WsFlvTls => viewer.watch_encrypted(watch, name)?,
            _ => {
                let extension = match watch {
                    Watch::Flv | Watch::WsFlv => "flv",
                    Watch::Ts => "ts",
                    _ => "mp4",
                };
                let websocket = matches!(watch, Watch::WsFlv | Watch::WsFmp4);
                viewer.request(&http_request(&format!("/live/{name}.{extension}"), websocket))?;
            }
        }
        if viewer.datagrams.is_some() || viewer.peer.is_some() {
            viewer.wait_for_datagrams(watch)?;
        } else if !watch.is_floor() && !watch.is_encrypted() {
            viewer.wait_for_key()?;
        }
        viewer.joined = begin.elapsed();
        viewer.stream.set_nonblocking(true)?;
        Ok(viewer)
    }

    fn request(&mut self, text: &str) -> anyhow::Result<()> {
        Ok(self.stream.write_all(text.as_bytes())?)
    }

    fn wait_for_key(&mut self) -> anyhow::Result<()> {
        let mut buffer = vec![0; 256 << 10];
        let mut has_key = false;
        while !has_key {
            let count = self.stream.read(&mut buffer).context("waiting for the first key frame")?;
            if count == 0 {
                bail!("the server closed the connection before a key frame");
            }
            self.bytes += count as u64;
            self.scanner.scan(&buffer[..count], |_, key| has_key |= key);
        }
        Ok(())
    }

    fn wait_for_datagrams(&mut self, watch: Watch) -> anyhow::Result<()> {
        let mut buffer = vec![0; 64 << 10];
        let mut ready = false;
        let end = Instant::now() + JOIN_LIMIT;
        while !ready {
            if Instant::now() > end {
                bail!("no key frame came by UDP");
            }
            self.look_at_datagrams(&mut buffer, &mut |_, key| ready |= key);
            // A viewer by WebRTC may have got its key frame within the handshake.
            ready |= (watch.is_floor() || watch == Watch::Webrtc) && self.bytes > 0;
            std::thread::park_timeout(Duration::from_micros(100));
        }
        Ok(())
    }

    fn look_at_datagrams(&mut self, buffer: &mut [u8], picture: &mut impl FnMut(u64, bool)) {
        if let Some(datagrams) = &mut self.datagrams {
            let scanner = &mut self.scanner;
            let count = datagrams.look(buffer, |bytes| scanner.scan(bytes, &mut *picture));
            self.bytes += count as u64;
        }
        if let Some(peer) = &mut self.peer {
            let scanner = &mut self.scanner;
            match peer.look(buffer, |payload| scanner.scan(payload, &mut *picture)) {
                Ok(count) => self.bytes += count as u64,
                Err(_) => self.alive = false,
            }
        }
    }

    /// Datagrams that did not come, where they were looked at.
    pub(crate) fn missing(&self) -> u64 {
        self.datagrams.as_ref().map_or(0, |datagrams| datagrams.missing)
    }

    fn handshake_rtmp(&mut self, name: &str) -> anyhow::Result<()> {
        let peer = self.stream.peer_addr()?;
        let config = ClientConfig::new(&format!("rtmp://{peer}/live"), "live", name, ClientRole::Play);
        let mut session = ClientSession::new(config, Instant::now(), 7);
        let mut buffer = [0; 4096];
        let mut ready = false;
        while !ready {
            while let Some(output) = session.poll_output() {
                match output {
                    Output::Transmit(bytes) => self.stream.write_all(&bytes)?,
                    Output::Event(ClientEvent::Ready | ClientEvent::Message { .. }) => ready = true,
                    Output::Event(_) => {}
                }
            }
            if ready {
                break;
            }
            let count = self.stream.read(&mut buffer)?;
            if count == 0 {
                bail!("the server closed the connection");
            }
            self.bytes += count as u64;
            self.scanner.scan(&buffer[..count], |_, _| {});
            session.handle_input(Instant::now(), &buffer[..count])?;
        }
        Ok(())
    }

    fn handshake_rtsp(&mut self, address: SocketAddr, name: &str) -> anyhow::Result<()> {
        let url = RtspUrl::parse(&format!("rtsp://{address}/live/{name}"))?;
        let options = ClientOptions { url, user_agent: "bench".into(), client_nonce: "0".into() };
        let mut session = rtsp::ClientSession::pull(Instant::now(), options);
        let mut buffer = [0; 4096];
        loop {
            while let Some(output) = session.poll_output() {
                match output {
                    ClientOutput::Transmit(bytes) => self.stream.write_all(&bytes)?,
                    ClientOutput::Event(rtsp::ClientEvent::Described(description)) => {
                        let all = 0..description.media.len();
                        match &mut self.datagrams {
                            Some(datagrams) => {
                                let ports = all
                                    .map(|media| Ok((media, datagrams.open_pair()?)))
                                    .collect::<anyhow::Result<Vec<_>>>()?;
                                session.setup_udp(Instant::now(), &ports);
                            }
                            None => session.setup(Instant::now(), &all.collect::<Vec<usize>>()),
                        }
                    }
                    ClientOutput::Event(rtsp::ClientEvent::Started(_)) => return Ok(()),
                    ClientOutput::Close(error) => bail!("RTSP ended: {error:?}"),
                    ClientOutput::Event(_) => {}
                }
            }
            let count = self.stream.read(&mut buffer)?;
            if count == 0 {
                bail!("the server closed the connection");
            }
            self.bytes += count as u64;
            self.scanner.scan(&buffer[..count], |_, _| {});
            session.handle_input(Instant::now(), &buffer[..count]);
        }
    }

    /// TLS up to the first key frame; afterwards the sealed bytes are only counted.
    fn watch_encrypted(&mut self, watch: Watch, name: &str) -> anyhow::Result<()> {
        let mut tls = rustls::ClientConnection::new(client_config()?, ServerName::try_from("localhost")?)?;
        let request = http_request(&format!("/live/{name}.flv"), watch == Watch::WsFlvTls);
        tls.writer().write_all(request.as_bytes())?;
        let mut plain = vec![0; 64 << 10];
        let mut has_key = false;
        while !has_key {
            tls.complete_io(&mut self.stream).context("TLS")?;
            loop {
                match tls.reader().read(&mut plain) {
                    Ok(0) => bail!("the server closed the connection before a key frame"),
                    Ok(count) => self.scanner.scan(&plain[..count], |_, key| has_key |= key),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }

    /// Takes what has come without copying it: with `MSG_TRUNC` the kernel only counts, up to the length of
    /// `untouched`, whose memory is never used.
    pub(crate) fn drain(&mut self, untouched: &mut [MaybeUninit<u8>]) {
        if let Some(datagrams) = &mut self.datagrams {
            self.bytes += datagrams.drain(untouched) as u64;
            return;
        }
        if let Some(peer) = &mut self.peer {
            match peer.drain(untouched) {
                Ok(count) => self.bytes += count as u64,
                Err(_) => self.alive = false,
            }
            return;
        }
        while self.alive {
            let flags = RecvFlags::TRUNC | RecvFlags::DONTWAIT;
            match rustix::net::recv(self.stream.as_fd(), &mut *untouched, flags) {
                Ok((_, 0)) => self.alive = false,
                Ok((_, count)) => self.count(count),
                Err(rustix::io::Errno::AGAIN) => return,
                Err(_) => self.alive = false,
            }
        }
    }

    /// Takes as little as fits `buffer`.
    pub(crate) fn nibble(&mut self, buffer: &mut [u8]) {
        if let Ok(count) = self.stream.read(buffer) {
            self.bytes += count as u64;
        }
    }

    /// Takes what has come and reports each picture's send time.
    pub(crate) fn look(&mut self, buffer: &mut [u8], mut picture: impl FnMut(u64)) {
        if self.datagrams.is_some() || self.peer.is_some() {
            return self.look_at_datagrams(buffer, &mut |sent, _| picture(sent));
        }
        while self.alive {
            match self.stream.read(buffer) {
                Ok(0) => self.alive = false,
                Ok(count) => {
                    self.scanner.scan(&buffer[..count], |sent, _| picture(sent));
                    self.count(count);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => self.alive = false,
            }
        }
    }

    /// RTMP servers want to know what arrived.
    fn count(&mut self, count: usize) {
        const ACK_EVERY: u64 = 2_000_000;
        self.bytes += count as u64;
        if self.rtmp && self.bytes - self.acknowledged > ACK_EVERY {
            self.acknowledged = self.bytes;
            let mut message = vec![2, 0, 0, 0, 0, 0, 4, 3, 0, 0, 0, 0];
            message.extend_from_slice(&u32::try_from(self.bytes & 0xFFFF_FFFF).expect("masked").to_be_bytes());
            let _next_time = self.stream.write_all(&message);
        }
    }
}

fn http_request(path: &str, websocket: bool) -> String {
    let upgrade = if websocket {
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    } else {
        ""
    };
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{upgrade}\r\n")
}

fn client_config() -> anyhow::Result<Arc<rustls::ClientConfig>> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate))
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// The server under test makes its certificate at every start.
#[derive(Debug)]
struct AnyCertificate;

impl rustls::client::danger::ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        rustls::crypto::aws_lc_rs::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
