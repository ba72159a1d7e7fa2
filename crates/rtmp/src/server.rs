//! The server's end of a connection.

mod replies;
mod request;

pub use request::{ConnectRequest, PlayRequest, PublishMode, PublishRequest};

use base::ErrorKind;
use bytes::Bytes;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::chunk::Limits;
use crate::command::{Command, write_command, write_status};
use crate::control;
use crate::error::Error;
use crate::handshake::Handshake;
use crate::link::{Incoming, Link};
use crate::play_muxer::PLAY_STREAM_ID;
use crate::{Output, TagKind};
use container::amf0::Value;

/// What a peer may send while the owner decides over its request; well-behaved ones send next to nothing.
const MAX_HELD_LEN: usize = 256 * 1024;

/// How a server session treats its peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerConfig {
    /// What the peer's chunks may claim.
    pub limits: Limits,
    /// How long a peer may take from connecting to its `publish` or `play`, the owner's own time not counted.
    pub setup_timeout: Duration,
    /// A publisher that sends nothing for this long is given up.
    pub publisher_idle_timeout: Duration,
    /// A silent peer is pinged this often, so that middleboxes keep the connection.
    pub ping_interval: Duration,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            setup_timeout: Duration::from_secs(10),
            publisher_idle_timeout: Duration::from_secs(30),
            ping_interval: Duration::from_secs(10),
        }
    }
}

/// What the peer wants or sends.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ServerEvent {
    /// Answer with [`ServerSession::accept_connect`] or [`ServerSession::reject`].
    Connect(Box<ConnectRequest>),
    /// Answer with [`ServerSession::accept_publish`] or [`ServerSession::reject`].
    Publish(Box<PublishRequest>),
    /// Answer with [`ServerSession::accept_play`] or [`ServerSession::reject`].
    Play(Box<PlayRequest>),
    /// One tag of the publisher, for `container::flv::TagDemuxer`.
    Message {
        /// Audio, video or script.
        kind: TagKind,
        /// Milliseconds, unrolled over the 32-bit wrap.
        timestamp_ms: i64,
        /// The tag's body.
        body: Bytes,
    },
    /// The viewer pauses (true) or goes on (false).
    Pause(bool),
    /// The publisher or viewer ends its stream in order; the connection may stay.
    Close,
}

/// One connection to a publisher or viewer.
///
/// After [`ServerEvent::Connect`], [`ServerEvent::Publish`] and [`ServerEvent::Play`] the session waits for
/// the owner's answer and holds further input back; the owner may stop reading the socket meanwhile (see
/// [`ServerSession::is_deciding`]).
#[derive(Debug)]
pub struct ServerSession {
    config: ServerConfig,
    phase: Phase,
    link: Link,
    events: VecDeque<ServerEvent>,
    /// Input that came while a decision is open.
    held: Vec<u8>,
    app: Box<str>,
    app_query: Option<Box<str>>,
    started: Instant,
    last_input: Instant,
    last_ping: Instant,
    setup_deadline: Instant,
}

#[derive(Debug)]
enum Phase {
    Handshake(Box<Handshake>),
    /// Before `connect`.
    Greeted,
    ConnectPending {
        transaction: f64,
    },
    /// Connected, neither publishing nor playing.
    Connected,
    PublishPending,
    Publishing,
    PlayPending,
    Playing,
    /// After a rejected `connect`.
    Rejected,
}

impl ServerSession {
    /// A connection that was just accepted. The seed makes the handshake's filler; any number will do.
    pub fn new(config: ServerConfig, now: Instant, seed: u64) -> Self {
        Self {
            phase: Phase::Handshake(Box::new(Handshake::server(seed))),
            link: Link::new(config.limits),
            events: VecDeque::new(),
            held: Vec::new(),
            app: "".into(),
            app_query: None,
            started: now,
            last_input: now,
            last_ping: now,
            setup_deadline: now + config.setup_timeout,
            config,
        }
    }

    /// Takes bytes from the peer.
    ///
    /// # Errors
    /// When the connection must be closed; drain the output first, it may explain.
    pub fn handle_input(&mut self, now: Instant, input: &[u8]) -> Result<(), Error> {
        self.last_input = now;
        self.process(input)
    }

    /// The next thing to send or to know, `None` once there is nothing left.
    pub fn poll_output(&mut self) -> Option<Output<ServerEvent>> {
        if let Some(bytes) = self.link.take_out() {
            return Some(Output::Transmit(bytes));
        }
        let event = self.events.pop_front();
        if event.is_none() {
            // Bursts leave room behind that an idle session does not need.
            self.events = VecDeque::new();
        }
        event.map(Output::Event)
    }

    /// When [`Self::handle_timeout`] is due; `None` while the owner decides.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let ping = self.last_ping.max(self.last_input) + self.config.ping_interval;
        match self.phase {
            Phase::ConnectPending { .. } | Phase::PublishPending | Phase::PlayPending => None,
            Phase::Handshake(_) | Phase::Greeted | Phase::Connected | Phase::Rejected => Some(self.setup_deadline),
            Phase::Publishing => Some(ping.min(self.last_input + self.config.publisher_idle_timeout)),
            Phase::Playing => Some(ping),
        }
    }

    /// Does what time demands: pings, or gives the peer up.
    ///
    /// # Errors
    /// When the peer is too slow or gone.
    pub fn handle_timeout(&mut self, now: Instant) -> Result<(), Error> {
        if self.poll_timeout().is_none_or(|due| now < due) {
            return Ok(());
        }
        match self.phase {
            Phase::Handshake(_) => return Err(Error::Timeout("handshake")),
            Phase::Greeted | Phase::Connected | Phase::Rejected => {
                return Err(Error::Timeout("setup"));
            }
            Phase::Publishing if now >= self.last_input + self.config.publisher_idle_timeout => {
                return Err(Error::Timeout("publishing"));
            }
            _ => {}
        }
        self.last_ping = now;
        let elapsed_ms = now.saturating_duration_since(self.started).as_millis() & u128::from(u32::MAX);
        control::write_ping_request(&mut self.link.out, u32::try_from(elapsed_ms).expect("masked to 32 bits"));
        Ok(())
    }

    /// Whether the owner owes an answer. Until then input is only stored, up to 256 KiB.
    pub const fn is_deciding(&self) -> bool {
        matches!(self.phase, Phase::ConnectPending { .. } | Phase::PublishPending | Phase::PlayPending)
    }

    /// Lets the peer in.
    ///
    /// # Errors
    /// As [`Self::handle_input`], for input that was held back.
    ///
    /// # Panics
    /// When no `connect` is open.
    pub fn accept_connect(&mut self, now: Instant) -> Result<(), Error> {
        let Phase::ConnectPending { transaction } = self.phase else {
            panic!("accept_connect answers ServerEvent::Connect");
        };
        self.link.announce();
        control::write_set_peer_bandwidth(&mut self.link.out, crate::link::WINDOW);
        write_command(&mut self.link.out, 0, "_result", transaction, &replies::connected());
        self.resume(now, Phase::Connected)
    }

    /// Lets the peer publish.
    ///
    /// # Errors
    /// As [`Self::handle_input`], for input that was held back.
    ///
    /// # Panics
    /// When no `publish` is open.
    pub fn accept_publish(&mut self, now: Instant) -> Result<(), Error> {
        assert!(matches!(self.phase, Phase::PublishPending), "accept_publish answers ServerEvent::Publish");
        control::write_stream_begin(&mut self.link.out, PLAY_STREAM_ID);
        write_status(&mut self.link.out, PLAY_STREAM_ID, "status", "NetStream.Publish.Start", "Publishing.");
        self.resume(now, Phase::Publishing)
    }

    /// Lets the peer play. What follows on the connection after the drained output is the owner's: the bytes
    /// of a [`crate::PlayMuxer`], and this session's further output between whole frames.
    ///
    /// # Errors
    /// As [`Self::handle_input`], for input that was held back.
    ///
    /// # Panics
    /// When no `play` is open.
    pub fn accept_play(&mut self, now: Instant) -> Result<(), Error> {
        assert!(matches!(self.phase, Phase::PlayPending), "accept_play answers ServerEvent::Play");
        replies::write_play_start(&mut self.link.out, PLAY_STREAM_ID);
        self.resume(now, Phase::Playing)
    }

    /// Refuses the open request in the protocol's words. The owner then sends the output and closes.
    ///
    /// # Panics
    /// When no request is open.
    pub fn reject(&mut self, now: Instant, kind: ErrorKind, text: &str) {
        let out = &mut self.link.out;
        self.phase = match self.phase {
            Phase::ConnectPending { transaction } => {
                let information = Value::Object(replies::connect_rejected(kind, text));
                write_command(out, 0, "_error", transaction, &[Value::Null, information]);
                write_command(out, 0, "close", 0.0, &[Value::Null]);
                Phase::Rejected
            }
            Phase::PublishPending => {
                write_status(out, PLAY_STREAM_ID, "error", replies::publish_refusal(kind), text);
                Phase::Connected
            }
            Phase::PlayPending => {
                write_status(out, PLAY_STREAM_ID, "error", replies::play_refusal(kind), text);
                Phase::Connected
            }
            _ => panic!("reject answers an open request"),
        };
        self.held = Vec::new();
        self.setup_deadline = now + self.config.setup_timeout;
    }

    /// Tells a viewer that the stream ended, or a publisher that it is no longer wanted. The owner then sends
    /// the output and may close.
    pub fn end_stream(&mut self, now: Instant) {
        let out = &mut self.link.out;
        match self.phase {
            Phase::Playing => {
                control::write_stream_eof(out, PLAY_STREAM_ID);
                write_status(out, PLAY_STREAM_ID, "status", "NetStream.Play.UnpublishNotify", "The stream ended.");
                write_status(out, PLAY_STREAM_ID, "status", "NetStream.Play.Stop", "The stream ended.");
            }
            Phase::Publishing => {
                write_status(out, PLAY_STREAM_ID, "status", "NetStream.Unpublish.Success", "Publishing ended.");
            }
            _ => return,
        }
        self.phase = Phase::Connected;
        self.setup_deadline = now + self.config.setup_timeout;
    }

    fn resume(&mut self, now: Instant, phase: Phase) -> Result<(), Error> {
        self.phase = phase;
        self.last_input = now;
        self.setup_deadline = now + self.config.setup_timeout;
        let held = std::mem::take(&mut self.held);
        self.process(&held)
    }

    fn process(&mut self, mut input: &[u8]) -> Result<(), Error> {
        if let Phase::Handshake(handshake) = &mut self.phase {
            if !handshake.advance(&mut input, &mut self.link.out)? {
                return Ok(());
            }
            self.phase = Phase::Greeted;
        }
        let offered = input.len();
        while !input.is_empty() {
            if self.is_deciding() {
                if self.held.len() + input.len() > MAX_HELD_LEN {
                    return Err(Error::Impatient(MAX_HELD_LEN));
                }
                self.held.extend_from_slice(input);
                break;
            }
            let Some(incoming) = self.link.read(&mut input)? else {
                break;
            };
            self.handle(incoming)?;
        }
        // Bytes that are held back are counted when they are processed.
        let unread = if self.is_deciding() { input.len() } else { 0 };
        self.link.count_received(offered - unread);
        Ok(())
    }

    fn handle(&mut self, incoming: Incoming) -> Result<(), Error> {
        match incoming {
            Incoming::Command(message) => {
                if let Some(command) = Command::parse(&message)? {
                    self.command(&command)?;
                }
            }
            Incoming::Media(message) if matches!(self.phase, Phase::Publishing) => {
                let events = &mut self.events;
                self.link.tags(message, |kind, timestamp_ms, body| {
                    events.push_back(ServerEvent::Message { kind, timestamp_ms, body });
                });
            }
            Incoming::Media(_) | Incoming::StreamEof | Incoming::Nothing => {}
        }
        Ok(())
    }

    fn command(&mut self, command: &Command) -> Result<(), Error> {
        if matches!(self.phase, Phase::Rejected) {
            return Ok(());
        }
        if matches!(self.phase, Phase::Greeted) {
            if *command.name != *"connect" {
                return Err(Error::NotConnected);
            }
            let request = ConnectRequest::parse(command)?;
            self.app = request.app.clone();
            self.app_query.clone_from(&request.query);
            self.phase = Phase::ConnectPending { transaction: command.transaction };
            self.events.push_back(ServerEvent::Connect(Box::new(request)));
            return Ok(());
        }
        let out = &mut self.link.out;
        let transaction = command.transaction;
        match &*command.name {
            "createStream" => {
                let id = Value::Number(f64::from(PLAY_STREAM_ID));
                write_command(out, 0, "_result", transaction, &[Value::Null, id]);
            }
            "publish" if matches!(self.phase, Phase::Connected) => {
                let request = PublishRequest::parse(command, &self.app, self.app_query.as_deref())?;
                self.phase = Phase::PublishPending;
                self.events.push_back(ServerEvent::Publish(Box::new(request)));
            }
            "play" if matches!(self.phase, Phase::Connected) => {
                let request = PlayRequest::parse(command, &self.app, self.app_query.as_deref())?;
                self.phase = Phase::PlayPending;
                self.events.push_back(ServerEvent::Play(Box::new(request)));
            }
            "publish" | "play" => {
                let code = if *command.name == *"play" { "NetStream.Play.Failed" } else { "NetStream.Publish.BadName" };
                write_status(out, PLAY_STREAM_ID, "error", code, "This connection has a stream already.");
            }
            "FCUnpublish" | "deleteStream" | "closeStream" => self.close_stream(command),
            "pause" if matches!(self.phase, Phase::Playing) => {
                let paused = matches!(command.arguments.first(), Some(Value::Boolean(true)));
                let code = if paused { "NetStream.Pause.Notify" } else { "NetStream.Unpause.Notify" };
                write_status(out, PLAY_STREAM_ID, "status", code, "");
                self.events.push_back(ServerEvent::Pause(paused));
            }
            "FCPublish" => {
                write_command(out, 0, "_result", transaction, &[Value::Null, Value::Undefined]);
                let name = command.text(0).unwrap_or_default();
                replies::write_fc_publish_start(out, name);
            }
            // Nothing to do for live streams; the answer lets the client go on.
            "releaseStream" | "FCSubscribe" | "_checkbw" => {
                write_command(out, 0, "_result", transaction, &[Value::Null, Value::Undefined]);
            }
            "getStreamLength" => write_command(out, 0, "_result", transaction, &[Value::Null, Value::Number(0.0)]),
            "seek" => write_status(out, PLAY_STREAM_ID, "status", "NetStream.Seek.Notify", ""),
            _ if transaction > 0.0 && !command.name.starts_with('_') => {
                write_command(out, 0, "_error", transaction, &[Value::Null, replies::unknown_call()]);
            }
            _ => {}
        }
        Ok(())
    }

    /// Encoders send up to three commands to end one stream; the first one counts.
    fn close_stream(&mut self, command: &Command) {
        let out = &mut self.link.out;
        if command.transaction > 0.0 && *command.name == *"FCUnpublish" {
            write_command(out, 0, "_result", command.transaction, &[Value::Null, Value::Undefined]);
        }
        if matches!(self.phase, Phase::Publishing) {
            write_status(out, PLAY_STREAM_ID, "status", "NetStream.Unpublish.Success", "Publishing ended.");
        }
        if matches!(self.phase, Phase::Publishing | Phase::Playing) {
            self.phase = Phase::Connected;
            self.setup_deadline = self.last_input + self.config.setup_timeout;
            self.events.push_back(ServerEvent::Close);
        }
    }
}
