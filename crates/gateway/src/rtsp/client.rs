//! Cameras and servers that we pull from by RTSP: over the connection, by UDP, from a multicast group.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use base::ErrorKind;
use bytes::Bytes;
use hub::Leg;
use rtsp::{Carrier, ClientError, ClientOptions, ClientTrack, Delivery, Puller, PullerOutput, RtspUrl, Via};
use tokio::io::AsyncWriteExt;

use super::lanes::Lanes;
use super::to_hub::Losses;
use super::tunnel;
use crate::guard::PullGuard;
use crate::pull::{PullFailure, PullSink, PullUrl, Wish, connect};
use crate::transport::Transport;
use crate::udp::{client_pair, group_pair};

/// How often time-outs are looked at.
const TICK: Duration = Duration::from_millis(500);
/// How long a camera may take for its answer to TEARDOWN.
const GOODBYE: Duration = Duration::from_secs(1);
/// How long a server may take to open a tunnel.
const TUNNEL: Duration = Duration::from_secs(10);
/// How long the first datagram may take; then a firewall is suspected and the connection used instead.
const FIRST_DATAGRAM: Duration = Duration::from_secs(3);

/// Pulls until the server ends, fails, or the sink wants no more.
///
/// `rtsp://` asks for media over the connection, and by UDP when the camera refuses that. `rtsp+udp://` asks for
/// UDP, and for the connection when nothing arrives. `rtsp+multicast://` joins the group that the camera names.
pub(crate) async fn pull(
    url: &PullUrl,
    target: RtspUrl,
    guard: &PullGuard,
    sink: &mut dyn PullSink,
) -> Result<(), PullFailure> {
    let first = match target.via {
        Via::Udp => Carrier::Udp,
        Via::Multicast => Carrier::Multicast,
        _ => Carrier::Connection,
    };
    let end = attempt(url, &target, guard, first, sink).await?;
    let (text, second) = match (end, target.via) {
        (End::Over, _) => return Ok(()),
        (End::NothingCame, _) => (
            "Nothing came by UDP, perhaps because of a firewall: asking for media over the connection.",
            Carrier::Connection,
        ),
        (End::OtherTransport(error), Via::Multicast | Via::Http) => return Err(failure(&error)),
        // Datagrams would not be encrypted.
        (End::OtherTransport(error), _) if target.tls => return Err(failure(&error)),
        (End::OtherTransport(_), Via::Udp) => {
            ("The camera does not send by UDP: asking for media over the connection.", Carrier::Connection)
        }
        (End::OtherTransport(_), _) => ("The camera does not send over the connection: asking for UDP.", Carrier::Udp),
    };
    sink.step(Leg::Answer, true, text);
    match attempt(url, &target, guard, second, sink).await? {
        End::Over => Ok(()),
        End::OtherTransport(error) => Err(failure(&error)),
        End::NothingCame => Err(failure(&ClientError::Timeout { leg: rtsp::Leg::Media })),
    }
}

/// How a session ended without a fault that ends the pull.
enum End {
    /// In order.
    Over,
    /// The server sends by another transport.
    OtherTransport(ClientError),
    /// It plays, but no datagram came.
    NothingCame,
}

async fn attempt(
    url: &PullUrl,
    target: &RtspUrl,
    guard: &PullGuard,
    carrier: Carrier,
    sink: &mut dyn PullSink,
) -> Result<End, PullFailure> {
    let mut transport = connect(url, guard, &mut |leg, text| sink.step(leg, true, text)).await?;
    if target.via == Via::Http {
        let requests = connect(url, guard, &mut |_, _| {}).await?;
        let opened = tokio::time::timeout(TUNNEL, tunnel::connect(transport, requests, target));
        transport = match opened.await {
            Ok(opened) => opened?,
            Err(_elapsed) => return Err(failure(&ClientError::Timeout { leg: rtsp::Leg::Options })),
        };
        sink.step(Leg::Answer, true, "The server opened a tunnel through HTTP.");
    }
    let options = ClientOptions {
        url: target.clone(),
        user_agent: concat!("Viaduct/", env!("CARGO_PKG_VERSION")).to_owned(),
        client_nonce: format!("{:016x}", rand::random::<u64>()),
    };
    let puller = Puller::new(Instant::now(), options, rand::random()).over(carrier);
    let session = Session { transport, puller, lanes: Lanes::default(), losses: Losses::default(), playing: None };
    session.run(sink).await
}

/// One conversation with a server.
struct Session {
    transport: Transport,
    puller: Puller,
    /// Sockets, where media comes by UDP.
    lanes: Lanes,
    losses: Losses,
    /// Since when the server plays without having sent anything by UDP.
    playing: Option<Instant>,
}

impl Session {
    async fn run(mut self, sink: &mut dyn PullSink) -> Result<End, PullFailure> {
        let mut tick = tokio::time::interval(TICK);
        loop {
            if let Some(end) = self.drain(sink).await? {
                return Ok(end);
            }
            let (puller, by_udp) = (&mut self.puller, !self.lanes.is_empty());
            let due = puller.poll_timeout().unwrap_or_else(|| Instant::now() + TICK);
            let mut arrived: Vec<(u8, Bytes)> = Vec::new();
            tokio::select! {
                read = self.transport.read_with(|bytes| {
                    sink.received(bytes.len());
                    puller.handle_input(Instant::now(), bytes);
                }) => match read {
                    Ok(()) => {}
                    Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => self.puller.handle_eof(),
                    Err(error) => return Err(PullFailure::io(Leg::Media, &error)),
                },
                result = self.lanes.receive(|channel, datagram| arrived.push((channel, datagram))), if by_udp => {
                    result.map_err(|error| PullFailure::io(Leg::Media, &error))?;
                    let now = Instant::now();
                    for (channel, datagram) in arrived {
                        sink.received(datagram.len());
                        self.puller.handle_datagram(now, channel, datagram);
                        self.playing = None;
                    }
                }
                () = tokio::time::sleep_until(due.into()) => self.puller.handle_timeout(Instant::now()),
                _ = tick.tick() => {
                    let now = Instant::now();
                    if let Some(text) = self.losses.sentence(now) {
                        sink.step(Leg::Media, false, &text);
                    }
                    if self.playing.is_some_and(|since| now.saturating_duration_since(since) >= FIRST_DATAGRAM) {
                        self.say_goodbye(sink).await;
                        return Ok(End::NothingCame);
                    }
                    match sink.wish() {
                        Some(Wish::KeyFrame) => self.puller.request_key_frame(),
                        Some(Wish::Stop) => {
                            self.say_goodbye(sink).await;
                            return Ok(End::Over);
                        }
                        None => {}
                    }
                }
            }
        }
    }

    /// How the session has ended, if it has.
    async fn drain(&mut self, sink: &mut dyn PullSink) -> Result<Option<End>, PullFailure> {
        let now = Instant::now();
        while let Some(output) = self.puller.poll_output() {
            match output {
                PullerOutput::Transmit(bytes) => {
                    let sent = async {
                        self.transport.write_all(&bytes).await?;
                        self.transport.flush().await
                    };
                    sent.await.map_err(|error| PullFailure::io(Leg::Answer, &error))?;
                }
                PullerOutput::Datagram { channel, data } => self.lanes.report(channel, &data),
                PullerOutput::Described(description) => {
                    sink.step(Leg::Answer, true, &format!("The server describes {} tracks.", description.media.len()));
                    if self.puller.carrier() == Carrier::Udp {
                        self.open_ports(now).map_err(|error| PullFailure::io(Leg::Media, &error))?;
                    }
                }
                PullerOutput::Playing(tracks) => {
                    sink.step(Leg::Answer, true, "The server plays.");
                    self.listen(&tracks, sink)?;
                }
                PullerOutput::Tracks(tracks) => sink.tracks(tracks)?,
                PullerOutput::Unit(unit) => sink.unit(unit, now),
                PullerOutput::Loss { packets, .. } => self.losses.add(packets),
                PullerOutput::Dropped { reason, .. } => {
                    sink.step(Leg::Codec, false, &format!("A unit was left out: {reason:?}."));
                }
                PullerOutput::Closed(None) => return Ok(Some(End::Over)),
                PullerOutput::Closed(Some(error)) if error.is_about_transport() => {
                    return Ok(Some(End::OtherTransport(error)));
                }
                PullerOutput::Closed(Some(error)) => return Err(failure(&error)),
                _ => {}
            }
        }
        Ok(None)
    }

    /// Opens a pair of ports for each track that is worth it.
    fn open_ports(&mut self, now: Instant) -> std::io::Result<()> {
        let (local, peer) = self.ends()?;
        let mut ports = Vec::new();
        for media in self.puller.wanted() {
            let (pair, numbers) = client_pair(local)?;
            let channel = u8::try_from(2 * media).unwrap_or(u8::MAX - 1);
            self.lanes.add(channel, pair, Some(peer.ip()), None);
            ports.push((media, numbers));
        }
        if ports.is_empty() {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        self.puller.setup_udp(now, &ports);
        Ok(())
    }

    /// Both ends of the connection.
    fn ends(&self) -> std::io::Result<(SocketAddr, SocketAddr)> {
        let ends = self.transport.local_addr().zip(self.transport.peer_addr());
        ends.ok_or_else(|| std::io::ErrorKind::Unsupported.into())
    }

    /// Lets the server's datagrams in: through our firewall, or by joining its groups.
    fn listen(&mut self, tracks: &[ClientTrack], sink: &mut dyn PullSink) -> Result<(), PullFailure> {
        let io = |error: std::io::Error| PullFailure::io(Leg::Media, &error);
        for track in tracks {
            let channel = track.channels.0;
            match track.delivery {
                Delivery::Interleaved => continue,
                Delivery::Udp { server_port, .. } => {
                    if let Some(ports) = server_port {
                        let (_, peer) = self.ends().map_err(io)?;
                        self.lanes.open_way(channel, peer.ip(), ports);
                    }
                }
                Delivery::Multicast(group) => {
                    let (local, _) = self.ends().map_err(io)?;
                    let interface = match local.ip() {
                        IpAddr::V4(address) => address,
                        IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
                    };
                    self.lanes.add(channel, group_pair(&group, interface).map_err(io)?, None, None);
                    sink.step(Leg::Media, true, &format!("Joined {}.", group.address));
                }
            }
            self.playing = Some(Instant::now());
        }
        Ok(())
    }

    /// TEARDOWN, so that the camera frees its place for the next viewer at once.
    async fn say_goodbye(&mut self, sink: &mut dyn PullSink) {
        self.puller.teardown();
        let farewell = async {
            loop {
                if !matches!(self.drain(sink).await, Ok(None)) {
                    return;
                }
                let puller = &mut self.puller;
                if self.transport.read_with(|bytes| puller.handle_input(Instant::now(), bytes)).await.is_err() {
                    return;
                }
            }
        };
        let _gone_either_way = tokio::time::timeout(GOODBYE, farewell).await;
    }
}

pub(crate) fn failure(error: &ClientError) -> PullFailure {
    let text = error.to_string();
    let (leg, kind, next_step) = match error {
        ClientError::Unauthorized { .. } => (
            Leg::Auth,
            ErrorKind::Unauthorized,
            "Check user name and password; after several failures many cameras lock the account for minutes.",
        ),
        ClientError::Refused { status: 404, .. } => {
            (Leg::Answer, ErrorKind::NotFound, "Check the path of the URL; the camera's manual names it.")
        }
        ClientError::Refused { status: 403, .. } => {
            (Leg::Auth, ErrorKind::Forbidden, "Give the account the right to watch live video on the camera.")
        }
        ClientError::Refused { status: 453, .. } => (
            Leg::Answer,
            ErrorKind::Unavailable,
            "The camera serves as many viewers as it can; close others or use its sub-stream.",
        ),
        ClientError::Refused { .. } => (Leg::Answer, ErrorKind::Unavailable, "See the camera's own log."),
        ClientError::Redirected { .. } => {
            (Leg::Answer, ErrorKind::Unsupported, "Use the address that the server redirects to.")
        }
        ClientError::Timeout { leg: rtsp::Leg::Media } => (
            Leg::Media,
            ErrorKind::Timeout,
            "The camera accepted but sends nothing; restart it, or try its sub-stream.",
        ),
        ClientError::Timeout { .. } => {
            (Leg::Answer, ErrorKind::Timeout, "The port is open but nothing answers in RTSP; check the port.")
        }
        ClientError::Disconnected { leg: rtsp::Leg::Media } => {
            (Leg::Media, ErrorKind::Unavailable, "The camera closed the connection; it will be tried again.")
        }
        ClientError::Disconnected { .. } => (
            Leg::Answer,
            ErrorKind::Unavailable,
            "The camera closed the connection; check the URL and how many viewers it permits.",
        ),
        ClientError::Malformed(_) => {
            (Leg::Answer, ErrorKind::InvalidInput, "Check the port: what answers there does not speak RTSP.")
        }
        ClientError::Description(_) | ClientError::NoTrack => {
            (Leg::Codec, ErrorKind::Unsupported, "Enable H.264 or H.265 on the camera.")
        }
        ClientError::Transport => (
            Leg::Answer,
            ErrorKind::Unsupported,
            "Allow RTSP over TCP or UDP on the camera; for multicast name a group.",
        ),
        _ => (Leg::Answer, ErrorKind::Unavailable, "See the server's log."),
    };
    PullFailure { leg, kind, text, next_step: next_step.to_owned() }
}
