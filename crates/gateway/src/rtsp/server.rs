//! Peers that connect by RTSP: publishers and viewers.

mod record;
mod viewer;

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::ErrorKind;
use base::http_auth::{Authorization, Challenge};
use bytes::{Bytes, BytesMut};
use hub::hub::OpenStream;
use hub::{AccessRequest, Action, Grant, HostHints, PublishRequest, Publisher, PublisherAddress, StreamKey};
use rtp::SessionDescription;
use rtsp::header::TransportSpec;
use rtsp::server::Asked;
use rtsp::tunnel::{TunnelHead, begins_as_http, parse_request};
use rtsp::{CloseReason, Delivery, ServerEvent, ServerOutput, ServerSession};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::from_hub::Selection;
use super::multicast::{self, Group};
use super::reports::Reservation;
use super::tunnel;
use crate::context::{Gateway, rest_of_query};
use crate::listener::Connection;
use crate::metrics::Metrics;
use crate::shard::Shard;
use crate::transport::Transport;
use crate::udp::DatagramPair;

/// How often time-outs are looked at.
const TICK: Duration = Duration::from_secs(1);
/// Media does not go to the ports of system services.
const FIRST_CLIENT_PORT: u16 = 1024;
/// Room for the first requests of a connection.
const FIRST_READ_BYTES: usize = 1024;
const REALM: &str = "viaduct";

/// Serves one connection to the RTSP port: RTSP, or one half of a tunnel.
pub(crate) async fn serve(shard: Rc<Shard>, mut connection: Connection) {
    let limit = connection.gateway.config.limits.handshake;
    let begin = tokio::time::timeout(limit, begin(&mut connection.transport));
    match begin.await {
        Ok(Ok(Begin::Rtsp(read))) => serve_rtsp(shard, connection, read).await,
        Ok(Ok(Begin::Tunnel(head, read))) => tunnel::serve(shard, connection, head, read).await,
        Ok(Ok(Begin::Nonsense)) => tunnel::refuse(&connection.gateway, connection.transport, 400).await,
        Ok(Err(_)) => {}
        Err(_elapsed) => Metrics::count(&connection.gateway.metrics.handshake_timeouts),
    }
}

/// What a connection to the RTSP port begins with, and the bytes read to find out.
enum Begin {
    Rtsp(Bytes),
    Tunnel(TunnelHead, Bytes),
    /// HTTP that opens no tunnel.
    Nonsense,
}

async fn begin(transport: &mut Transport) -> std::io::Result<Begin> {
    let mut read = BytesMut::with_capacity(FIRST_READ_BYTES);
    loop {
        if transport.read_buf(&mut read).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        match begins_as_http(&read) {
            None => {}
            Some(false) => return Ok(Begin::Rtsp(read.freeze())),
            Some(true) => match parse_request(&read) {
                Ok(Some(head)) => return Ok(Begin::Tunnel(head, read.freeze())),
                Ok(None) => {}
                Err(_) => return Ok(Begin::Nonsense),
            },
        }
    }
}

/// Serves RTSP until the peer publishes, plays or fails; `read` are bytes that have come already.
pub(crate) async fn serve_rtsp(shard: Rc<Shard>, connection: Connection, read: Bytes) {
    let Connection { gateway, transport, address, slot } = connection;
    let session_id = format!("{:016x}", rand::random::<u64>());
    let mut session = ServerSession::new(Instant::now(), &session_id);
    session.handle_input(Instant::now(), &read);
    let mut peer = Peer {
        gateway,
        transport,
        address,
        session,
        play: None,
        offer: None,
        recording: Vec::new(),
        group: None,
        reservations: Vec::new(),
        last_request: Instant::now(),
    };
    match peer.converse().await {
        Ok(Outcome::Joins(group)) => multicast::accompany(peer, shard, group, slot).await,
        Ok(Outcome::Plays(selection)) => peer.hand_to_pump(&shard, &selection, slot),
        Ok(Outcome::Records) => peer.record().await,
        Ok(Outcome::Over) | Err(_) => {}
    }
}

pub(super) struct Peer {
    pub(super) gateway: Arc<Gateway>,
    pub(super) transport: Transport,
    pub(super) address: SocketAddr,
    pub(super) session: ServerSession,
    pub(super) play: Option<Playable>,
    offer: Option<Offer>,
    /// Sockets of the tracks that a publisher sends by UDP, in the order of its SETUPs, with its ports.
    recording: Vec<(DatagramPair, (u16, u16))>,
    /// The group that the tracks of a viewer by multicast are sent to.
    group: Option<Arc<Group>>,
    /// Where a viewer's reports by UDP come from, in the order of its SETUPs.
    reservations: Vec<Reservation>,
    /// When it came, then when its latest request was answered.
    last_request: Instant,
}

/// What a viewer may watch.
pub(super) struct Playable {
    key: StreamKey,
    pub(super) open: OpenStream,
    pub(super) grant: Grant,
    pub(super) user_agent: Option<Box<str>>,
    rendition: Option<Arc<hub::Rendition>>,
}

/// What a publisher has announced.
struct Offer {
    description: SessionDescription,
    publisher: Publisher,
}

enum Outcome {
    Plays(Selection),
    Joins(Arc<Group>),
    Records,
    Over,
}

enum Refusal {
    /// Ask for credentials.
    Challenge,
    Status(ErrorKind, String),
}

impl Peer {
    /// Answers requests until media is to flow.
    async fn converse(&mut self) -> std::io::Result<Outcome> {
        let mut tick = tokio::time::interval(TICK);
        loop {
            while let Some(output) = self.session.poll_output() {
                match output {
                    ServerOutput::Transmit(bytes) => self.transport.write_all(&bytes).await?,
                    ServerOutput::Close(reason) => {
                        self.note_close(reason);
                        let _gone_either_way = self.transport.shutdown().await;
                        return Ok(Outcome::Over);
                    }
                    ServerOutput::Event(event) => {
                        if let Some(outcome) = self.on_event(event).await {
                            return Ok(outcome);
                        }
                        self.last_request = Instant::now();
                    }
                }
            }
            self.transport.flush().await?;
            let session = &mut self.session;
            tokio::select! {
                read = self.transport.read_with(|bytes| session.handle_input(Instant::now(), bytes)) => read?,
                _ = tick.tick() => {
                    if self.is_too_slow() {
                        Metrics::count(&self.gateway.metrics.handshake_timeouts);
                        return Ok(Outcome::Over);
                    }
                    self.session.handle_timeout(Instant::now());
                }
            }
        }
    }

    /// A peer that has not gone on to the next request in time: it may hold a name or keep a source running.
    fn is_too_slow(&self) -> bool {
        self.last_request.elapsed() > self.gateway.config.limits.handshake
    }

    async fn on_event(&mut self, event: ServerEvent) -> Option<Outcome> {
        match event {
            ServerEvent::Describe(asked) => match self.open(&asked).await {
                Ok(description) => self.session.answer_describe(&description),
                Err(refusal) => self.refuse(refusal),
            },
            ServerEvent::Announce { asked, sdp } => match self.announce(&asked, &sdp).await {
                Ok(()) => self.session.accept(),
                Err(refusal) => self.refuse(refusal),
            },
            ServerEvent::Setup { asked, transports, record } => self.set_up(&asked, &transports, record).await,
            ServerEvent::Play { .. } => return self.start_playing(),
            ServerEvent::Record(_) => {
                if self.offer.is_some() {
                    self.session.accept();
                    return Some(Outcome::Records);
                }
                self.session.reject(455, "ANNOUNCE first");
            }
            ServerEvent::Pause(_) => self.session.accept(),
            _ => {}
        }
        None
    }

    async fn set_up(&mut self, asked: &Asked, transports: &[TransportSpec], record: bool) {
        let known = if record { self.offer.is_some() } else { self.play.is_some() };
        if !known && record {
            return self.session.reject(455, "ANNOUNCE first");
        }
        if !known {
            // Players that know the stream skip DESCRIBE.
            if let Err(refusal) = self.open(asked).await {
                return self.refuse(refusal);
            }
        }
        match self.choose(asked, transports, record) {
            Some(Delivery::Interleaved) => self.session.accept(),
            Some(delivery) => self.session.accept_datagrams(delivery),
            None => self.session.reject(461, ""),
        }
    }

    /// The first transport that we can serve. All tracks of a session travel alike.
    fn choose(&mut self, asked: &Asked, transports: &[TransportSpec], record: bool) -> Option<Delivery> {
        let before = self.session.setups().first().map(|setup| setup.delivery);
        transports.iter().find_map(|spec| match (spec.tcp, before) {
            (true, None | Some(Delivery::Interleaved)) => Some(Delivery::Interleaved),
            (false, None | Some(Delivery::Udp { .. })) if !spec.multicast => self.choose_udp(spec, record),
            (false, None | Some(Delivery::Multicast(_))) if spec.multicast && !record => self.choose_group(asked),
            _ => None,
        })
    }

    /// The stream's group. Anybody in its network can listen, so it is off unless configured.
    fn choose_group(&mut self, asked: &Asked) -> Option<Delivery> {
        let config = self.gateway.config.multicast.as_ref()?;
        let stream = &self.play.as_ref()?.open.stream;
        self.transport.peer_addr()?;
        if self.group.is_none() {
            self.group = self.gateway.groups.enter(config, stream);
        }
        let track = asked.url.track.as_deref()?.split_once('=')?.1.parse().ok()?;
        self.group.as_ref()?.delivery(track).map(Delivery::Multicast)
    }

    /// UDP to the ports that a peer names, at the address that it connects from: nobody can have media sent
    /// to somebody else. Over TLS media would leave in clear, so there is none.
    fn choose_udp(&mut self, spec: &TransportSpec, record: bool) -> Option<Delivery> {
        let ports = self.gateway.rtsp_udp.as_ref()?;
        // Behind a proxy or in a tunnel the connection's address is not the peer's.
        let reachable = self.transport.peer_addr().is_some();
        let client_port = spec
            .client_port
            .filter(|(rtp, rtcp)| rtp != rtcp && *rtp >= FIRST_CLIENT_PORT && *rtcp >= FIRST_CLIENT_PORT)?;
        let elsewhere = spec.destination.as_ref().is_some_and(|to| to.parse() != Ok(self.address.ip()));
        if !reachable || elsewhere {
            return None;
        }
        if record {
            let pair = ports.connected_pair(self.address, client_port).ok()?;
            self.recording.push((pair, client_port));
        } else {
            self.reservations.push(self.gateway.receivers.reserve((self.address.ip(), client_port.1).into())?);
        }
        Some(Delivery::Udp { client_port, server_port: Some(ports.ports()) })
    }

    fn start_playing(&mut self) -> Option<Outcome> {
        let to_group = self.session.setups().iter().any(|setup| multicast::is_multicast(setup.delivery));
        if let Some(group) = self.group.take_if(|_| to_group) {
            self.session.accept_play(&[]);
            return Some(Outcome::Joins(group));
        }
        let selection = Selection::new(self.session.setups());
        let Some(play) = self.play.as_mut().filter(|_| !selection.is_empty()) else {
            self.session.reject(455, "DESCRIBE and SETUP first");
            return None;
        };
        let Some(rendition) = selection.rendition(&play.open.stream) else {
            self.session.reject(453, "Too many different forms of this stream are being watched");
            return None;
        };
        let info = selection.rtp_info(&rendition);
        self.session.accept_play(&info);
        play.rendition = Some(rendition);
        Some(Outcome::Plays(selection))
    }

    /// Grants and opens a stream for a viewer; returns its description.
    async fn open(&mut self, asked: &Asked) -> Result<String, Refusal> {
        let key = self.key(asked)?;
        let grant = self.authorize(Action::Play, &key, asked).await?;
        let via = asked.url.query_value("via");
        let open = self.gateway.open(&key, via.as_deref()).await;
        let open = open.map_err(|error| Refusal::Status(error.kind, error.text))?;
        let tracks = open.stream.tracks();
        let description = rtp::tracks_to_description(&key.to_string(), tracks.list.iter().map(|track| &**track));
        if description.media.is_empty() {
            return Err(Refusal::Status(ErrorKind::Unsupported, "No track of this stream can travel by RTP".into()));
        }
        let user_agent = asked.user_agent.as_deref().map(|agent| agent.chars().take(120).collect::<String>().into());
        self.play = Some(Playable { key, open, grant, user_agent, rendition: None });
        Ok(description.write())
    }

    async fn announce(&mut self, asked: &Asked, sdp: &[u8]) -> Result<(), Refusal> {
        let key = self.key(asked)?;
        let grant = self.authorize(Action::Publish, &key, asked).await?;
        let description = SessionDescription::parse(sdp)
            .map_err(|error| Refusal::Status(ErrorKind::InvalidInput, error.to_string()))?;
        let address =
            PublisherAddress { protocol: self.protocol(), peer: self.address.to_string(), socket: Some(self.address) };
        let publisher = self
            .gateway
            .hub
            .publish(PublishRequest { key, address, on_demand: false, stands_in: false })
            .map_err(|error| Refusal::Status(error.kind(), error.to_string()))?;
        if let Some(at) = grant.expires_at {
            publisher.limit(at);
        }
        self.offer = Some(Offer { description, publisher });
        Ok(())
    }

    fn key(&self, asked: &Asked) -> Result<StreamKey, Refusal> {
        let not_found = |text: String| Refusal::Status(ErrorKind::NotFound, text);
        let path = StreamKey::on_default(asked.url.path.trim_matches('/'));
        let path = path.map_err(|error| not_found(error.to_string()))?;
        let named = asked.url.query_value("vhost");
        let hints = HostHints { named: named.as_deref(), authority: Some(&asked.url.host) };
        self.gateway.locate(path, hints).map_err(|error| not_found(error.to_string()))
    }

    /// Credentials: `?token=`, or the token as the password of Basic.
    async fn authorize(&self, action: Action, key: &StreamKey, asked: &Asked) -> Result<Grant, Refusal> {
        let password = match &asked.authorization {
            Some(Authorization::Basic { password, .. }) => Some(password.clone()),
            _ => None,
        };
        let token = asked.url.query_value("token").or(password);
        let has_token = token.is_some();
        let request = AccessRequest {
            action,
            key: key.clone(),
            token,
            query: asked.url.query.as_deref().and_then(rest_of_query),
            address: self.address.ip(),
            protocol: self.protocol(),
        };
        self.gateway.authorize(request).await.map_err(|denied| {
            if denied.kind == ErrorKind::Unauthorized && !has_token {
                Refusal::Challenge
            } else {
                Refusal::Status(denied.kind, denied.reason)
            }
        })
    }

    fn refuse(&mut self, refusal: Refusal) {
        match refusal {
            Refusal::Challenge => {
                self.session.challenge(&Challenge { realm: REALM.to_owned(), basic: true, ..Challenge::default() });
            }
            Refusal::Status(kind, text) => self.session.reject(kind.rtsp_status(), &text),
        }
    }

    fn protocol(&self) -> &'static str {
        match &self.transport {
            Transport::Layered(layer) => layer.name(),
            transport if transport.is_encrypted() => "rtsps",
            _ => "rtsp",
        }
    }

    fn note_close(&self, reason: CloseReason) {
        match reason {
            CloseReason::Malformed(error) => {
                Metrics::count(&self.gateway.metrics.malformed_input);
                tracing::debug!(%error, address = %self.address, "An RTSP session ended early.");
            }
            CloseReason::Timeout => Metrics::count(&self.gateway.metrics.handshake_timeouts),
            _ => {}
        }
    }
}
