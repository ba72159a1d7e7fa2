//! The client's end of a connection: pulling from and pushing to other servers.

mod request;

use bytes::Bytes;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

use container::amf0::Value;

use crate::chunk::Limits;
use crate::command::{Command, write_command};
use crate::control;
use crate::error::Error;
use crate::handshake::Handshake;
use crate::link::{Incoming, Link};
use crate::{Output, TagKind};

/// What a client session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientRole {
    /// Send a stream.
    Publish,
    /// Receive a stream.
    Play,
}

/// Whom a client session talks to and what it wants.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientConfig {
    /// `rtmp://host[:port]/app`, as the server should see it.
    pub tc_url: String,
    /// Application, with its query where the server wants it there.
    pub app: String,
    /// Stream name, with its query.
    pub name: String,
    /// Publish or play.
    pub role: ClientRole,
    /// What the peer's chunks may claim.
    pub limits: Limits,
    /// How long the server may take until the stream starts.
    pub setup_timeout: Duration,
    /// A played stream that sends nothing for this long is given up.
    pub idle_timeout: Duration,
}

impl ClientConfig {
    /// With default limits: 10 s to start, 30 s of silence.
    pub fn new(tc_url: &str, app: &str, name: &str, role: ClientRole) -> Self {
        Self {
            tc_url: tc_url.to_owned(),
            app: app.to_owned(),
            name: name.to_owned(),
            role,
            limits: Limits::default(),
            setup_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
        }
    }
}

/// What the server lets happen.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ClientEvent {
    /// Publishing or playing has begun. A publisher now sends what a [`crate::PlayMuxer`] writes for
    /// [`ClientSession::stream_id`].
    Ready,
    /// One tag of the played stream.
    Message {
        /// Audio, video or script.
        kind: TagKind,
        /// Milliseconds, unrolled over the 32-bit wrap.
        timestamp_ms: i64,
        /// The tag's body.
        body: Bytes,
    },
    /// The server ended the stream in order.
    Ended,
}

/// One connection to a server.
#[derive(Debug)]
pub struct ClientSession {
    config: ClientConfig,
    phase: Phase,
    link: Link,
    events: VecDeque<ClientEvent>,
    stream_id: u32,
    setup_deadline: Instant,
    last_input: Instant,
}

#[derive(Debug)]
enum Phase {
    Handshake(Box<Handshake>),
    Connecting,
    Creating,
    Starting,
    Active,
    Ended,
}

/// Transaction ids; each is used once.
mod transaction {
    pub(super) const CONNECT: f64 = 1.0;
    pub(super) const RELEASE_STREAM: f64 = 2.0;
    pub(super) const FC_PUBLISH: f64 = 3.0;
    pub(super) const CREATE_STREAM: f64 = 4.0;
    pub(super) const START: f64 = 5.0;
    pub(super) const FC_UNPUBLISH: f64 = 6.0;
    pub(super) const DELETE_STREAM: f64 = 7.0;
}

impl ClientSession {
    /// A connection that was just opened; the handshake waits in the output. The seed makes its filler; any
    /// number will do.
    pub fn new(config: ClientConfig, now: Instant, seed: u64) -> Self {
        let mut link = Link::new(config.limits);
        let handshake = Handshake::client(seed, &mut link.out);
        Self {
            phase: Phase::Handshake(Box::new(handshake)),
            link,
            events: VecDeque::new(),
            stream_id: 0,
            setup_deadline: now + config.setup_timeout,
            last_input: now,
            config,
        }
    }

    /// The message stream that the server assigned; 0 before [`ClientEvent::Ready`].
    pub const fn stream_id(&self) -> u32 {
        self.stream_id
    }

    /// Takes bytes from the server.
    ///
    /// # Errors
    /// [`Error::Refused`] with the server's words, or a breach of protocol. The connection must be closed.
    pub fn handle_input(&mut self, now: Instant, mut input: &[u8]) -> Result<(), Error> {
        self.last_input = now;
        if let Phase::Handshake(handshake) = &mut self.phase {
            if !handshake.advance(&mut input, &mut self.link.out)? {
                return Ok(());
            }
            self.phase = Phase::Connecting;
            self.link.announce();
            let object = request::connect_object(&self.config);
            write_command(&mut self.link.out, 0, "connect", transaction::CONNECT, &[object.into()]);
        }
        self.link.count_received(input.len());
        while let Some(incoming) = self.link.read(&mut input)? {
            match incoming {
                Incoming::Command(message) => {
                    if let Some(command) = Command::parse(&message)? {
                        self.command(&command)?;
                    }
                }
                Incoming::Media(message) if self.config.role == ClientRole::Play => {
                    // Some servers never say NetStream.Play.Start.
                    self.become_ready();
                    if !matches!(self.phase, Phase::Active) {
                        continue;
                    }
                    let events = &mut self.events;
                    self.link.tags(message, |kind, timestamp_ms, body| {
                        events.push_back(ClientEvent::Message { kind, timestamp_ms, body });
                    });
                }
                Incoming::StreamEof => self.end(),
                Incoming::Media(_) | Incoming::Nothing => {}
            }
        }
        Ok(())
    }

    /// The next thing to send or to know, `None` once there is nothing left.
    pub fn poll_output(&mut self) -> Option<Output<ClientEvent>> {
        match self.link.take_out() {
            Some(bytes) => Some(Output::Transmit(bytes)),
            None => self.events.pop_front().map(Output::Event),
        }
    }

    /// When [`Self::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.phase {
            Phase::Handshake(_) | Phase::Connecting | Phase::Creating | Phase::Starting => Some(self.setup_deadline),
            Phase::Active if self.config.role == ClientRole::Play => Some(self.last_input + self.config.idle_timeout),
            Phase::Active | Phase::Ended => None,
        }
    }

    /// Gives the server up when it is too slow.
    ///
    /// # Errors
    /// [`Error::Timeout`] with the step that did not happen.
    pub fn handle_timeout(&mut self, now: Instant) -> Result<(), Error> {
        if self.poll_timeout().is_none_or(|due| now < due) {
            return Ok(());
        }
        Err(Error::Timeout(match self.phase {
            Phase::Handshake(_) => "handshake",
            Phase::Connecting => "connect",
            Phase::Creating => "createStream",
            Phase::Starting if self.config.role == ClientRole::Publish => "publish",
            Phase::Starting => "play",
            Phase::Active | Phase::Ended => "media",
        }))
    }

    /// Ends the stream in order; send the output, then close.
    pub fn close(&mut self) {
        if self.stream_id != 0 {
            let out = &mut self.link.out;
            if self.config.role == ClientRole::Publish {
                let name = Value::from(&*self.config.name);
                write_command(out, 0, "FCUnpublish", transaction::FC_UNPUBLISH, &[Value::Null, name]);
            }
            let id = Value::Number(f64::from(self.stream_id));
            write_command(out, 0, "deleteStream", transaction::DELETE_STREAM, &[Value::Null, id]);
        }
        self.phase = Phase::Ended;
    }

    fn command(&mut self, command: &Command) -> Result<(), Error> {
        match &*command.name {
            "_result" if command.transaction == transaction::CONNECT && matches!(self.phase, Phase::Connecting) => {
                self.create_stream();
            }
            "_result" if command.transaction == transaction::CREATE_STREAM && matches!(self.phase, Phase::Creating) => {
                self.start(command)?;
            }
            // Servers that do not know releaseStream or FCPublish say so; only these two answers matter.
            "_error"
                if command.transaction == transaction::CONNECT || command.transaction == transaction::CREATE_STREAM =>
            {
                return Err(refused(command));
            }
            "onStatus" => self.status(command)?,
            "close" if !matches!(self.phase, Phase::Active | Phase::Ended) => {
                return Err(refused(command));
            }
            "close" => self.end(),
            _ => {}
        }
        Ok(())
    }

    fn create_stream(&mut self) {
        let out = &mut self.link.out;
        if self.config.role == ClientRole::Publish {
            let name = Value::from(&*self.config.name);
            write_command(out, 0, "releaseStream", transaction::RELEASE_STREAM, &[Value::Null, name.clone()]);
            write_command(out, 0, "FCPublish", transaction::FC_PUBLISH, &[Value::Null, name]);
        }
        write_command(out, 0, "createStream", transaction::CREATE_STREAM, &[Value::Null]);
        self.phase = Phase::Creating;
    }

    fn start(&mut self, command: &Command) -> Result<(), Error> {
        const BUFFER_LENGTH_MS: u32 = 3000;
        let id = command.arguments.first().and_then(Value::as_number);
        // `as` saturates; 0 and out-of-range numbers are told apart right after.
        let stream_id = id.map_or(0, |id| id as u32);
        if stream_id == 0 || stream_id == u32::MAX {
            return Err(Error::Argument { command: "createStream", argument: "stream id" });
        }
        self.stream_id = stream_id;
        self.phase = Phase::Starting;
        let out = &mut self.link.out;
        let name = Value::from(&*self.config.name);
        match self.config.role {
            ClientRole::Publish => {
                write_command(out, stream_id, "publish", transaction::START, &[Value::Null, name, Value::from("live")]);
            }
            ClientRole::Play => {
                // -2: live if there is such a stream, else recorded.
                const LIVE_OR_RECORDED: f64 = -2.0;
                let values = [Value::Null, name, Value::Number(LIVE_OR_RECORDED)];
                write_command(out, stream_id, "play", transaction::START, &values);
                control::write_set_buffer_length(out, stream_id, BUFFER_LENGTH_MS);
            }
        }
        Ok(())
    }

    fn status(&mut self, command: &Command) -> Result<(), Error> {
        let Some(information) = command.information() else {
            return Ok(());
        };
        match information.text("code").unwrap_or_default() {
            "NetStream.Publish.Start" if self.config.role == ClientRole::Publish => {
                self.become_ready();
            }
            "NetStream.Play.Start" if self.config.role == ClientRole::Play => self.become_ready(),
            "NetStream.Play.UnpublishNotify"
            | "NetStream.Play.Stop"
            | "NetStream.Play.Complete"
            | "NetStream.Unpublish.Success" => self.end(),
            _ if information.text("level") == Some("error") => return Err(refused(command)),
            _ => {}
        }
        Ok(())
    }

    fn become_ready(&mut self) {
        if matches!(self.phase, Phase::Starting) {
            self.phase = Phase::Active;
            self.events.push_back(ClientEvent::Ready);
        }
    }

    fn end(&mut self) {
        if matches!(self.phase, Phase::Active | Phase::Starting) {
            self.phase = Phase::Ended;
            self.events.push_back(ClientEvent::Ended);
        }
    }
}

fn refused(command: &Command) -> Error {
    /// Characters of a server's explanation that are kept for logs and the console.
    const MAX_TEXT_CHARS: usize = 512;
    let text = |name: &str| -> String {
        let text = command.information().and_then(|information| information.text(name));
        text.unwrap_or_default().chars().take(MAX_TEXT_CHARS).collect()
    };
    Error::Refused { code: text("code"), description: text("description") }
}
