//! The client's side of one RTSP connection: pulling from a camera, pushing to a server.

mod control;
mod error;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use base::http_auth::Credentials;
use bytes::{Bytes, BytesMut};
use rtp::SessionDescription;

use crate::header::{Delivery, TransportSpec, parse_session};
use crate::message::{Method, Request, Response};
use crate::parser::{Item, Parser};
use crate::url::RtspUrl;
pub use error::{ClientError, Leg};

/// How long a server may take to answer a request.
pub const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a playing server may send nothing.
pub const MEDIA_TIMEOUT: Duration = Duration::from_secs(20);
/// The time-out of a session that names none (RFC 2326 §12.37).
pub const DEFAULT_SESSION_TIMEOUT: Duration = Duration::from_secs(60);
/// Keep-alives are not sent more often than this.
const MIN_KEEP_ALIVE: Duration = Duration::from_secs(5);

/// What a session is to do.
#[derive(Debug)]
pub struct ClientOptions {
    /// Where; its credentials are used when the server asks for them.
    pub url: RtspUrl,
    /// Name of our software.
    pub user_agent: String,
    /// Random text for Digest's `cnonce`.
    pub client_nonce: String,
}

/// What a session wants.
#[derive(Debug)]
pub enum ClientOutput {
    /// Send these bytes.
    Transmit(Bytes),
    /// Something happened.
    Event(ClientEvent),
    /// Close the connection: after TEARDOWN, or because of an error.
    Close(Option<ClientError>),
}

/// What happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum ClientEvent {
    /// The server offers this. The session waits for [`ClientSession::setup`].
    Described(SessionDescription),
    /// It plays or records; tracks that the server refused are missing.
    Started(Vec<ClientTrack>),
    /// An interleaved frame on a channel that was set up; may come before [`ClientEvent::Started`].
    Frame {
        /// Channel.
        channel: u8,
        /// RTP or RTCP packet.
        data: Bytes,
    },
}

/// A track that was set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientTrack {
    /// Index into the description's media.
    pub media: usize,
    /// Channels of RTP and RTCP, as the server answered; by UDP they only tell the tracks apart.
    pub channels: (u8, u8),
    /// How its packets travel.
    pub delivery: Delivery,
}

/// What SETUP proposes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Proposal {
    Interleaved,
    /// Our ports for each section, by its index.
    Udp(Vec<(usize, (u16, u16))>),
    Multicast,
}

#[derive(Debug)]
enum Role {
    Pull,
    Push(SessionDescription),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Handshake,
    Running,
    Closed,
}

/// A request that was sent and not answered.
#[derive(Debug)]
struct Awaiting {
    leg: Leg,
    cseq: u32,
    /// Without CSeq, Session and Authorization, to be sent again with credentials.
    request: Request,
    /// How often it was sent again because of a challenge.
    retries: u8,
    deadline: Instant,
}

/// One connection to a server.
///
/// **Drain [`ClientSession::poll_output`] after every call.** Media to a server that records does not pass
/// through the session: the caller writes interleaved frames to the same connection.
#[derive(Debug)]
pub struct ClientSession {
    options: ClientOptions,
    role: Role,
    credentials: Option<Credentials>,
    parser: Parser,
    state: State,
    cseq: u32,
    awaiting: Option<Awaiting>,
    keep_alive_cseq: Option<u32>,
    session: Option<String>,
    session_timeout: Duration,
    knows_get_parameter: bool,
    base: String,
    description: SessionDescription,
    proposal: Proposal,
    /// Sections still to be set up, last first.
    wanted: Vec<usize>,
    tracks: Vec<ClientTrack>,
    refused: Option<ClientError>,
    keep_alive_at: Instant,
    last_frame: Instant,
    unknown_channel: u64,
    out: VecDeque<ClientOutput>,
}

impl ClientSession {
    /// Pulls: OPTIONS, DESCRIBE, then SETUP and PLAY of what [`ClientSession::setup`] names.
    pub fn pull(now: Instant, options: ClientOptions) -> Self {
        Self::new(now, options, Role::Pull)
    }

    /// Pushes: OPTIONS, ANNOUNCE, SETUP of every section, RECORD. Sections need control attributes.
    pub fn push(now: Instant, options: ClientOptions, description: SessionDescription) -> Self {
        Self::new(now, options, Role::Push(description))
    }

    fn new(now: Instant, options: ClientOptions, role: Role) -> Self {
        let credentials = options
            .url
            .credentials
            .as_ref()
            .map(|(name, password)| Credentials::new(name, password, &options.client_nonce));
        let base = options.url.to_string();
        let mut session = Self {
            options,
            role,
            credentials,
            parser: Parser::default(),
            state: State::Handshake,
            cseq: 0,
            awaiting: None,
            keep_alive_cseq: None,
            session: None,
            session_timeout: DEFAULT_SESSION_TIMEOUT,
            knows_get_parameter: false,
            base: base.clone(),
            description: SessionDescription::default(),
            proposal: Proposal::Interleaved,
            wanted: Vec::new(),
            tracks: Vec::new(),
            refused: None,
            keep_alive_at: now,
            last_frame: now,
            unknown_channel: 0,
            out: VecDeque::new(),
        };
        session.send(now, Leg::Options, Request::new(Method::Options, &base));
        session
    }

    /// Takes bytes from the server.
    pub fn handle_input(&mut self, now: Instant, bytes: &[u8]) {
        if self.state == State::Closed {
            return;
        }
        if let Err(error) = self.parser.push(bytes) {
            return self.fail(ClientError::Malformed(error));
        }
        while self.state != State::Closed {
            match self.parser.next_item() {
                Ok(Some(Item::Response(response))) => self.handle_response(now, &response),
                Ok(Some(Item::Request(request))) => self.handle_request(&request),
                Ok(Some(Item::Frame { channel, data })) => self.handle_frame(now, channel, data),
                Ok(None) => return,
                Err(error) => return self.fail(ClientError::Malformed(error)),
            }
        }
    }

    /// The server closed the connection.
    pub fn handle_eof(&mut self) {
        let leg = self.leg();
        self.fail(ClientError::Disconnected { leg });
    }

    /// What to do next; `None` until there is more input or time.
    pub fn poll_output(&mut self) -> Option<ClientOutput> {
        self.out.pop_front()
    }

    /// When to call [`ClientSession::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Closed => None,
            State::Handshake => self.awaiting.as_ref().map(|awaiting| awaiting.deadline),
            State::Running => Some(self.media_deadline().map_or(self.keep_alive_at, |at| at.min(self.keep_alive_at))),
        }
    }

    /// Sends keep-alives, gives up on a silent server.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.poll_timeout().is_none_or(|at| at > now) {
            return;
        }
        if self.state == State::Handshake {
            let leg = self.leg();
            return self.fail(ClientError::Timeout { leg });
        }
        if self.media_deadline().is_some_and(|at| at <= now) {
            return self.fail(ClientError::Timeout { leg: Leg::Media });
        }
        self.keep_alive_at = now + self.keep_alive_interval();
        self.keep_alive();
    }

    /// A pulling session waits for media, a pushing one does not.
    fn media_deadline(&self) -> Option<Instant> {
        matches!(self.role, Role::Pull).then(|| self.last_frame + MEDIA_TIMEOUT)
    }

    fn keep_alive_interval(&self) -> Duration {
        (self.session_timeout / 2).max(MIN_KEEP_ALIVE)
    }

    /// Chooses what to play, by index into the description's media. With nothing usable named, every
    /// section is set up. Does nothing unless [`ClientEvent::Described`] waits for it.
    pub fn setup(&mut self, now: Instant, media: &[usize]) {
        if self.state != State::Handshake || self.awaiting.is_some() || !self.tracks.is_empty() {
            return;
        }
        let count = self.description.media.len();
        self.wanted = media.iter().copied().filter(|index| *index < count).rev().collect();
        if self.wanted.is_empty() {
            self.wanted = (0..count).rev().collect();
        }
        self.set_up_next(now);
    }

    /// As [`ClientSession::setup`], by UDP: each section with the ports that the caller has opened for it.
    ///
    /// # Panics
    /// When none is named: a programmer error, for UDP needs a port.
    pub fn setup_udp(&mut self, now: Instant, ports: &[(usize, (u16, u16))]) {
        assert!(!ports.is_empty(), "each section needs its ports");
        self.proposal = Proposal::Udp(ports.to_vec());
        let media: Vec<usize> = ports.iter().map(|(media, _)| *media).collect();
        self.setup(now, &media);
    }

    /// As [`ClientSession::setup`], to the group that the server names.
    pub fn setup_multicast(&mut self, now: Instant, media: &[usize]) {
        self.proposal = Proposal::Multicast;
        self.setup(now, media);
    }

    /// A datagram of the session has come in.
    pub fn note_media(&mut self, now: Instant) {
        self.last_frame = self.last_frame.max(now);
    }

    /// Tracks that were set up so far.
    pub fn tracks(&self) -> &[ClientTrack] {
        &self.tracks
    }

    /// Ends the session: sends TEARDOWN and closes without waiting for the answer.
    pub fn teardown(&mut self) {
        if self.state == State::Closed {
            return;
        }
        if self.session.is_some() {
            let url = self.aggregate_url();
            self.transmit(&Request::new(Method::Teardown, &url));
        }
        self.state = State::Closed;
        self.out.push_back(ClientOutput::Close(None));
    }

    /// Frames on channels that nobody set up; dropped.
    pub const fn unknown_channel_frames(&self) -> u64 {
        self.unknown_channel
    }

    /// Bytes skipped because nothing could begin there.
    pub const fn skipped_bytes(&self) -> u64 {
        self.parser.skipped_bytes()
    }

    fn leg(&self) -> Leg {
        match (&self.awaiting, self.state) {
            (Some(awaiting), _) => awaiting.leg,
            (None, State::Running) => Leg::Media,
            (None, _) => Leg::Describe,
        }
    }

    fn fail(&mut self, error: ClientError) {
        if self.state != State::Closed {
            self.state = State::Closed;
            self.out.push_back(ClientOutput::Close(Some(error)));
        }
    }

    fn handle_frame(&mut self, now: Instant, channel: u8, data: Bytes) {
        if self.tracks.iter().any(|track| track.channels.0 == channel || track.channels.1 == channel) {
            self.last_frame = now;
            self.out.push_back(ClientOutput::Event(ClientEvent::Frame { channel, data }));
        } else {
            self.unknown_channel += 1;
        }
    }

    /// Servers rarely ask; a ping is answered, the rest is declined.
    fn handle_request(&mut self, request: &Request) {
        if request.method == Method::Redirect
            && let Some(location) = request.headers.get("Location")
        {
            let location = location.to_owned();
            let leg = self.leg();
            return self.fail(ClientError::Redirected { leg, location });
        }
        let known =
            matches!(request.method, Method::Options | Method::GetParameter | Method::SetParameter | Method::Announce);
        let mut response = Response::new(if known { 200 } else { 501 });
        for name in ["CSeq", "Session"] {
            if let Some(value) = request.headers.get(name) {
                response.headers.push(name, value);
            }
        }
        let mut bytes = BytesMut::new();
        response.write(&mut bytes);
        self.out.push_back(ClientOutput::Transmit(bytes.freeze()));
    }

    fn send(&mut self, now: Instant, leg: Leg, request: Request) {
        self.attempt(now, leg, request, 0);
    }

    fn attempt(&mut self, now: Instant, leg: Leg, request: Request, retries: u8) {
        self.transmit(&request);
        let deadline = now + RESPONSE_TIMEOUT;
        self.awaiting = Some(Awaiting { leg, cseq: self.cseq, request, retries, deadline });
    }

    /// Completes and sends a request.
    fn transmit(&mut self, request: &Request) {
        self.cseq += 1;
        let mut full = Request::new(request.method.clone(), &request.uri)
            .with("CSeq", &self.cseq.to_string())
            .with("User-Agent", &self.options.user_agent);
        if let Some(session) = &self.session {
            full.headers.push("Session", session);
        }
        let authorization = self
            .credentials
            .as_mut()
            .and_then(|credentials| credentials.authorize(request.method.as_str(), &request.uri));
        if let Some(value) = &authorization {
            full.headers.push("Authorization", value);
        }
        for (name, value) in request.headers.iter() {
            full.headers.push(name, value);
        }
        full.body = request.body.clone();
        let mut bytes = BytesMut::new();
        full.write(&mut bytes);
        self.out.push_back(ClientOutput::Transmit(bytes.freeze()));
    }

    fn keep_alive(&mut self) {
        let method = if self.knows_get_parameter { Method::GetParameter } else { Method::Options };
        let url = self.aggregate_url();
        self.transmit(&Request::new(method, &url));
        self.keep_alive_cseq = Some(self.cseq);
    }

    /// CSeq policy: one request is open at a time, so an answer without or with a too high number is its
    /// answer; one with a lower number belongs to an earlier request and is dropped.
    fn handle_response(&mut self, now: Instant, response: &Response) {
        if response.status < 200 {
            return;
        }
        let cseq = response.headers.get("CSeq").and_then(|cseq| cseq.parse::<u32>().ok());
        match &self.awaiting {
            Some(awaiting) if cseq.is_none_or(|cseq| cseq >= awaiting.cseq) => {}
            _ => return self.handle_keep_alive_answer(response),
        }
        let Some(awaiting) = self.awaiting.take() else {
            return;
        };
        if response.status == 401 {
            return self.handle_unauthorized(now, awaiting, response);
        }
        self.handle_answer(now, awaiting.leg, response);
    }

    /// A keep-alive may fail: media tells whether the server lives. A new nonce is taken, and a server that
    /// does not know the method is asked with another one.
    fn handle_keep_alive_answer(&mut self, response: &Response) {
        if self.keep_alive_cseq.take().is_none() {
            return;
        }
        match response.status {
            401 => {
                let values = response.headers.all("WWW-Authenticate");
                if self.credentials.as_mut().is_some_and(|credentials| credentials.challenge(values)) {
                    self.keep_alive();
                    // Only once: the answer to this one is not looked at.
                    self.keep_alive_cseq = None;
                }
            }
            405 | 501 | 551 => self.knows_get_parameter = false,
            _ => {}
        }
    }

    /// A request is sent again once, with the answer to its challenge; once more when the server calls the
    /// nonce stale. More would lock the account on cameras that count failures.
    fn handle_unauthorized(&mut self, now: Instant, awaiting: Awaiting, response: &Response) {
        let challenges = || response.headers.all("WWW-Authenticate");
        let answerable = self.credentials.as_mut().is_some_and(|credentials| credentials.challenge(challenges()));
        let stale = challenges().any(|value| value.to_ascii_lowercase().replace('"', "").contains("stale=true"));
        let Awaiting { leg, request, retries, .. } = awaiting;
        if answerable && (retries == 0 || stale && retries == 1) {
            self.attempt(now, leg, request, retries + 1);
        } else {
            self.fail(ClientError::Unauthorized { leg });
        }
    }

    fn handle_answer(&mut self, now: Instant, leg: Leg, response: &Response) {
        if (300..400).contains(&response.status) {
            let location = response.headers.get("Location").unwrap_or_default().to_owned();
            return self.fail(ClientError::Redirected { leg, location });
        }
        if !response.is_success() {
            return self.handle_refusal(now, leg, response);
        }
        match leg {
            Leg::Options => self.handle_options(now, response),
            Leg::Describe => self.handle_description(response),
            Leg::Announce => {
                self.wanted = (0..self.description.media.len()).rev().collect();
                self.learn_session(response);
                self.set_up_next(now);
            }
            Leg::Setup => self.handle_setup(now, response),
            Leg::Play | Leg::Record => self.start(now, response),
            Leg::Media => {}
        }
    }

    fn handle_refusal(&mut self, now: Instant, leg: Leg, response: &Response) {
        let error = ClientError::Refused { leg, status: response.status, reason: response.reason.clone() };
        match leg {
            // Tolerance: cameras that do not implement OPTIONS.
            Leg::Options => self.handle_options(now, &Response::new(200)),
            // One refused track, such as a back channel, does not spoil the others.
            Leg::Setup => {
                self.refused = Some(error);
                self.wanted.pop();
                self.set_up_next(now);
            }
            _ => self.fail(error),
        }
    }

    fn handle_options(&mut self, now: Instant, response: &Response) {
        let public = response.headers.get("Public").unwrap_or_default();
        self.knows_get_parameter = public.split(',').any(|method| method.trim() == "GET_PARAMETER");
        let url = self.options.url.to_string();
        let (leg, request) = match &self.role {
            Role::Pull => (Leg::Describe, Request::new(Method::Describe, &url).with("Accept", "application/sdp")),
            Role::Push(description) => {
                self.description = description.clone();
                let mut request = Request::new(Method::Announce, &url).with("Content-Type", "application/sdp");
                request.body = Bytes::from(description.write());
                (Leg::Announce, request)
            }
        };
        self.send(now, leg, request);
    }

    fn handle_description(&mut self, response: &Response) {
        self.base = control::base(
            &self.options.url,
            response.headers.get("Content-Base"),
            response.headers.get("Content-Location"),
        );
        match SessionDescription::parse(&response.body) {
            Ok(description) => {
                self.description = description.clone();
                self.out.push_back(ClientOutput::Event(ClientEvent::Described(description)));
            }
            Err(error) => self.fail(ClientError::Description(error)),
        }
    }

    fn set_up_next(&mut self, now: Instant) {
        let Some(&media) = self.wanted.last() else {
            return self.play(now);
        };
        let control = self.description.media[media].control.as_deref();
        let url = control::join(&self.base, control);
        let record = matches!(self.role, Role::Push(_));
        let transport = match &self.proposal {
            Proposal::Interleaved => TransportSpec::write_tcp(Some(proposed_channels(media)), record, None),
            Proposal::Udp(ports) => match ports.iter().find(|(index, _)| *index == media) {
                Some((_, ports)) => TransportSpec::write_udp(*ports, None, record),
                None => {
                    self.wanted.pop();
                    return self.set_up_next(now);
                }
            },
            Proposal::Multicast => "RTP/AVP;multicast".to_owned(),
        };
        self.send(now, Leg::Setup, Request::new(Method::Setup, &url).with("Transport", &transport));
    }

    fn handle_setup(&mut self, now: Instant, response: &Response) {
        self.learn_session(response);
        let Some(media) = self.wanted.pop() else {
            return;
        };
        let answered =
            response.headers.get("Transport").and_then(|value| TransportSpec::parse_all(value).into_iter().next());
        let Some(delivery) = self.agreed(media, answered.as_ref()) else {
            self.refused = Some(ClientError::Transport);
            return self.set_up_next(now);
        };
        // Tolerance: an answer without channels, or with channels that another track has, means ours.
        let taken = |channels: &(u8, u8)| {
            self.tracks.iter().any(|track| {
                [track.channels.0, track.channels.1].iter().any(|used| *used == channels.0 || *used == channels.1)
            })
        };
        let channels = answered
            .filter(|_| delivery == Delivery::Interleaved)
            .and_then(|spec| spec.interleaved)
            .filter(|channels| channels.0 != channels.1 && !taken(channels))
            .unwrap_or(proposed_channels(media));
        self.tracks.push(ClientTrack { media, channels, delivery });
        self.set_up_next(now);
    }

    /// What the server's answer makes of our proposal; `None` when it is something else.
    fn agreed(&self, media: usize, answered: Option<&TransportSpec>) -> Option<Delivery> {
        match &self.proposal {
            Proposal::Interleaved => {
                let other = answered.is_some_and(|spec| !spec.tcp && (spec.server_port.is_some() || spec.multicast));
                (!other).then_some(Delivery::Interleaved)
            }
            Proposal::Udp(ports) => {
                let (_, client_port) = ports.iter().find(|(index, _)| *index == media)?;
                let spec = answered?;
                let server_port = spec.server_port.filter(|(rtp, rtcp)| *rtp != 0 && *rtcp != 0);
                (!spec.tcp && !spec.multicast).then_some(Delivery::Udp { client_port: *client_port, server_port })
            }
            Proposal::Multicast => answered?.group().map(Delivery::Multicast),
        }
    }

    fn learn_session(&mut self, response: &Response) {
        let Some(value) = response.headers.get("Session") else {
            return;
        };
        let (id, timeout) = parse_session(value);
        if !id.is_empty() {
            self.session = Some(id.to_owned());
        }
        if let Some(timeout) = timeout.filter(|timeout| !timeout.is_zero()) {
            self.session_timeout = timeout;
        }
    }

    fn play(&mut self, now: Instant) {
        if self.tracks.is_empty() {
            let error = self.refused.take().unwrap_or(ClientError::NoTrack);
            return self.fail(error);
        }
        let url = self.aggregate_url();
        let (leg, method) = match self.role {
            Role::Pull => (Leg::Play, Method::Play),
            Role::Push(_) => (Leg::Record, Method::Record),
        };
        self.send(now, leg, Request::new(method, &url).with("Range", "npt=0.000-"));
    }

    fn start(&mut self, now: Instant, response: &Response) {
        self.learn_session(response);
        self.state = State::Running;
        self.last_frame = now;
        self.keep_alive_at = now + self.keep_alive_interval();
        self.out.push_back(ClientOutput::Event(ClientEvent::Started(self.tracks.clone())));
    }

    fn aggregate_url(&self) -> String {
        control::join(&self.base, self.description.control.as_deref())
    }
}

/// The pair that we propose for a section.
fn proposed_channels(media: usize) -> (u8, u8) {
    let rtp = u8::try_from(2 * media).expect("a description has at most 16 sections");
    (rtp, rtp + 1)
}
