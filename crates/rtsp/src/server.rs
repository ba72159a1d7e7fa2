//! The server's side of one RTSP connection: players and publishers.

mod answer;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use base::http_auth::Authorization;
use bytes::{Bytes, BytesMut};

use crate::header::{Delivery, TransportSpec, parse_session};
use crate::message::{Method, Request, Response};
use crate::parser::{Item, ParseError, Parser};
use crate::url::RtspUrl;

/// What `Session: ...;timeout=` announces. A publisher or a paused player that is silent so long is cut, and
/// a player by UDP; one that plays over this connection is not, because the connection tells whether it lives.
pub const SESSION_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a peer may take until it plays or publishes.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(30);

/// Tracks that one session may set up.
pub const MAX_SETUPS: usize = 16;

/// What a session wants.
#[derive(Debug)]
pub enum ServerOutput {
    /// Send these bytes, in order with the media that the caller sends itself.
    Transmit(Bytes),
    /// Something happened.
    Event(ServerEvent),
    /// Close the connection after what was transmitted before.
    Close(CloseReason),
}

/// Why a session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// The peer said TEARDOWN.
    Teardown,
    /// The peer sent something that cannot be read on.
    Malformed(ParseError),
    /// The peer was silent for too long.
    Timeout,
}

/// What happened. Those marked *answer* hold further requests back until an answer method is called.
#[derive(Debug)]
#[non_exhaustive]
pub enum ServerEvent {
    /// A player asks for a stream. *Answer*: [`ServerSession::answer_describe`].
    Describe(Box<Asked>),
    /// A publisher offers a stream. *Answer*: [`ServerSession::accept`].
    Announce {
        /// Who and what.
        asked: Box<Asked>,
        /// Session description as sent.
        sdp: Bytes,
    },
    /// A peer wants one track. *Answer*: [`ServerSession::accept_setup`] for a proposal over this connection,
    /// [`ServerSession::accept_datagrams`] for one by UDP.
    Setup {
        /// Who and what; the URL's track names the control attribute's suffix.
        asked: Box<Asked>,
        /// What it proposes, the most welcome first; never empty.
        transports: Vec<TransportSpec>,
        /// Whether the peer publishes.
        record: bool,
    },
    /// A player starts. *Answer*: [`ServerSession::accept_play`].
    Play {
        /// Who and what.
        asked: Box<Asked>,
        /// `Range` as sent.
        range: Option<String>,
        /// `Scale` as sent.
        scale: Option<String>,
    },
    /// A publisher starts. *Answer*: [`ServerSession::accept`].
    Record(Box<Asked>),
    /// A player pauses. *Answer*: [`ServerSession::accept`].
    Pause(Box<Asked>),
    /// A packet of a publisher.
    Rtp {
        /// Channel.
        channel: u8,
        /// Packet.
        data: Bytes,
    },
    /// A control packet of either.
    Rtcp {
        /// Channel of the control packets, one above the track's.
        channel: u8,
        /// Compound packet.
        data: Bytes,
    },
}

/// The request behind an event.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which method.
    pub method: Method,
    /// URL.
    pub url: RtspUrl,
    /// URL as sent, which a Digest covers.
    pub uri: String,
    /// Credentials, where sent and well-formed.
    pub authorization: Option<Authorization>,
    /// Name of the peer's software.
    pub user_agent: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing is set up.
    Init,
    /// Tracks may be set up, or are.
    Ready,
    Playing,
    Recording,
    Closed,
}

/// A request that waits for its answer.
#[derive(Debug)]
struct Pending {
    method: Method,
    cseq: Option<Box<str>>,
    /// Base for `Content-Base`, or the track's channels and mode.
    detail: Detail,
}

#[derive(Debug)]
enum Detail {
    None,
    Base(Box<str>),
    Setup { channels: (u8, u8), record: bool, uri: Box<str> },
}

/// One connection of a player or publisher.
///
/// **Drain [`ServerSession::poll_output`] after every call.** Media to a player does not pass through the
/// session: once it plays, the caller writes interleaved frames to the same connection itself.
#[derive(Debug)]
pub struct ServerSession {
    parser: Parser,
    session_id: Box<str>,
    state: State,
    announced: bool,
    setups: Vec<Setup>,
    pending: Option<Box<Pending>>,
    out: VecDeque<ServerOutput>,
    last_input: Instant,
    unknown_channel: u64,
}

/// A track that was set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// URL that the peer asked for, which ends with the track's control attribute.
    pub uri: Box<str>,
    /// Channels of RTP and RTCP; by UDP they only tell the tracks of this session apart.
    pub channels: (u8, u8),
    /// How its packets travel.
    pub delivery: Delivery,
}

impl Setup {
    /// The number in a control suffix `trackID=N`, as our own descriptions name tracks.
    pub fn track_number(&self) -> Option<u8> {
        let track = RtspUrl::parse(&self.uri).ok()?.track?;
        track.split_once('=')?.1.parse().ok()
    }
}

impl ServerSession {
    /// `session_id` is random: at least eight letters or digits (RFC 2326 §3.4).
    ///
    /// # Panics
    /// When it is not: a programmer error.
    pub fn new(now: Instant, session_id: &str) -> Self {
        assert!(
            session_id.len() >= 8 && session_id.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            "a session identifier is at least eight letters or digits"
        );
        Self {
            parser: Parser::default(),
            session_id: session_id.into(),
            state: State::Init,
            announced: false,
            setups: Vec::new(),
            pending: None,
            out: VecDeque::new(),
            last_input: now,
            unknown_channel: 0,
        }
    }

    /// Takes bytes from the peer.
    pub fn handle_input(&mut self, now: Instant, bytes: &[u8]) {
        if self.state == State::Closed {
            return;
        }
        self.last_input = now;
        match self.parser.push(bytes) {
            Ok(()) => self.read(),
            Err(error) => self.fail(error),
        }
    }

    /// What to do next; `None` until there is more input.
    pub fn poll_output(&mut self) -> Option<ServerOutput> {
        let output = self.out.pop_front();
        if output.is_none() && self.state != State::Recording {
            self.out.shrink_to(0);
        }
        output
    }

    /// When to call [`ServerSession::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Init => Some(self.last_input + HANDSHAKE_TIMEOUT),
            State::Ready | State::Recording => Some(self.last_input + SESSION_TIMEOUT),
            State::Playing if self.setups.iter().any(|setup| setup.delivery != Delivery::Interleaved) => {
                Some(self.last_input + SESSION_TIMEOUT)
            }
            State::Playing | State::Closed => None,
        }
    }

    /// Ends a session that was silent for too long.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.poll_timeout().is_some_and(|at| at <= now) {
            self.close(CloseReason::Timeout);
        }
    }

    /// The peer has shown by a datagram that it lives.
    pub fn note_alive(&mut self, now: Instant) {
        self.last_input = self.last_input.max(now);
    }

    /// Tracks that were set up, in order.
    pub fn setups(&self) -> &[Setup] {
        &self.setups
    }

    /// Whether the peer plays now.
    pub fn is_playing(&self) -> bool {
        self.state == State::Playing
    }

    /// Interleaved frames on channels that nobody set up; dropped.
    pub const fn unknown_channel_frames(&self) -> u64 {
        self.unknown_channel
    }

    /// Bytes that this session holds on the heap, roughly.
    pub fn retained_bytes(&self) -> usize {
        let setups: usize = self.setups.iter().map(|setup| setup.uri.len()).sum();
        self.parser.retained_bytes()
            + self.session_id.len()
            + self.setups.capacity() * size_of::<Setup>()
            + setups
            + self.out.capacity() * size_of::<ServerOutput>()
    }

    fn read(&mut self) {
        while self.pending.is_none() && self.state != State::Closed {
            match self.parser.next_item() {
                Ok(Some(Item::Request(request))) => self.handle_request(request),
                Ok(Some(Item::Frame { channel, data })) => self.handle_frame(channel, data),
                // Answers to requests that we never send.
                Ok(Some(Item::Response(_))) => {}
                Ok(None) => return,
                Err(error) => return self.fail(error),
            }
        }
    }

    fn fail(&mut self, error: ParseError) {
        self.transmit(&Response::new(400).with("Connection", "close"));
        self.close(CloseReason::Malformed(error));
    }

    fn close(&mut self, reason: CloseReason) {
        if self.state != State::Closed {
            self.state = State::Closed;
            self.pending = None;
            self.out.push_back(ServerOutput::Close(reason));
        }
    }

    fn event(&mut self, event: ServerEvent) {
        self.out.push_back(ServerOutput::Event(event));
    }

    fn transmit(&mut self, response: &Response) {
        let mut bytes = BytesMut::new();
        response.write(&mut bytes);
        self.out.push_back(ServerOutput::Transmit(bytes.freeze()));
    }

    fn handle_frame(&mut self, channel: u8, data: Bytes) {
        for setup in &self.setups {
            if setup.channels.0 == channel {
                // A player has no RTP to send: some knock holes into firewalls with empty packets.
                if self.state == State::Recording {
                    self.event(ServerEvent::Rtp { channel, data });
                }
                return;
            }
            if setup.channels.1 == channel {
                return self.event(ServerEvent::Rtcp { channel, data });
            }
        }
        self.unknown_channel += 1;
    }

    fn handle_request(&mut self, request: Request) {
        let cseq: Option<Box<str>> = request.headers.get("CSeq").map(Into::into);
        self.pending = Some(Box::new(Pending { method: request.method.clone(), cseq, detail: Detail::None }));
        if let Some(options) = request.headers.get("Require") {
            return self.respond(Response::new(551).with("Unsupported", options));
        }
        if let Some(status) = self.refuse_early(&request) {
            return self.respond(Response::new(status));
        }
        match request.method {
            Method::Options => self.respond(Response::new(200).with("Public", answer::PUBLIC)),
            Method::GetParameter | Method::SetParameter => self.answer_parameter(&request),
            Method::Teardown => {
                self.respond(Response::new(200));
                self.close(CloseReason::Teardown);
            }
            Method::Setup => self.handle_setup(request),
            Method::Describe | Method::Announce | Method::Play | Method::Record | Method::Pause => {
                self.ask(request);
            }
            Method::Redirect | Method::Other(_) => {
                self.respond(Response::new(501).with("Public", answer::PUBLIC));
            }
        }
    }

    /// A status for requests that need no decision of the caller.
    fn refuse_early(&self, request: &Request) -> Option<u16> {
        if let Some(session) = request.headers.get("Session")
            && *parse_session(session).0 != *self.session_id
        {
            return Some(454);
        }
        let allowed = match request.method {
            Method::Announce => self.state == State::Init,
            Method::Describe => self.state == State::Init || self.state == State::Ready,
            Method::Setup => matches!(self.state, State::Init | State::Ready),
            Method::Play => {
                !self.announced && !self.setups.is_empty() && matches!(self.state, State::Ready | State::Playing)
            }
            Method::Record => self.announced && !self.setups.is_empty() && self.state == State::Ready,
            Method::Pause => matches!(self.state, State::Playing | State::Ready) && !self.announced,
            _ => true,
        };
        (!allowed).then_some(455)
    }

    fn ask(&mut self, request: Request) {
        let Some(asked) = asked(&request) else {
            return self.respond(Response::new(400));
        };
        if request.method == Method::Describe {
            self.set_detail(Detail::Base(base_url(&request.uri).into()));
        }
        let field = |name: &str| request.headers.get(name).map(str::to_owned);
        let event = match request.method {
            Method::Describe => ServerEvent::Describe(asked),
            Method::Announce => ServerEvent::Announce { asked, sdp: request.body },
            Method::Play => ServerEvent::Play { asked, range: field("Range"), scale: field("Scale") },
            Method::Record => ServerEvent::Record(asked),
            _ => ServerEvent::Pause(asked),
        };
        self.event(event);
    }

    fn handle_setup(&mut self, request: Request) {
        let Some(asked) = asked(&request) else {
            return self.respond(Response::new(400));
        };
        let value = request.headers.get("Transport").unwrap_or_default();
        let transports: Vec<_> = TransportSpec::parse_all(value).into_iter().filter(is_usable).collect();
        if transports.is_empty() {
            return self.respond(Response::new(461));
        }
        if self.setups.len() == MAX_SETUPS {
            return self.respond(Response::new(453));
        }
        // Tolerance: publishers that leave `mode=record` out have announced.
        let record = self.announced;
        let channels = self.free_channels(transports.iter().find_map(|spec| spec.interleaved));
        self.set_detail(Detail::Setup { channels, record, uri: request.uri.into() });
        self.event(ServerEvent::Setup { asked, transports, record });
    }

    /// The proposed channels unless they collide, else the next free pair.
    fn free_channels(&self, proposed: Option<(u8, u8)>) -> (u8, u8) {
        let taken = |(rtp, rtcp): (u8, u8)| {
            self.setups.iter().any(|setup| {
                let used = [setup.channels.0, setup.channels.1];
                used.contains(&rtp) || used.contains(&rtcp)
            })
        };
        match proposed {
            Some(pair) if pair.0 != pair.1 && !taken(pair) => pair,
            _ => (0..=254u8)
                .step_by(2)
                .map(|channel| (channel, channel + 1))
                .find(|pair| !taken(*pair))
                .expect("16 tracks cannot take 127 pairs"),
        }
    }

    fn set_detail(&mut self, detail: Detail) {
        if let Some(pending) = &mut self.pending {
            pending.detail = detail;
        }
    }
}

/// Whether a proposal says all that is needed: UDP needs the client's ports, a group is the server's to name.
fn is_usable(spec: &TransportSpec) -> bool {
    match (spec.tcp, spec.multicast) {
        (true, multicast) => !multicast,
        (false, true) => true,
        (false, false) => spec.client_port.is_some(),
    }
}

fn asked(request: &Request) -> Option<Box<Asked>> {
    Some(Box::new(Asked {
        method: request.method.clone(),
        url: RtspUrl::parse(&request.uri).ok()?,
        uri: request.uri.clone(),
        authorization: request.headers.get("Authorization").and_then(Authorization::parse),
        user_agent: request.headers.get("User-Agent").map(str::to_owned),
    }))
}

/// `Content-Base` ends with a slash, so that relative controls append (RFC 2326 appendix C.1.1).
fn base_url(uri: &str) -> String {
    format!("{}/", uri.trim_end_matches('/'))
}
