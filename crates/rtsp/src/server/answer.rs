//! How the caller answers the request that a [`ServerSession`] holds.

use base::http_auth::Challenge;
use bytes::Bytes;

use super::{Detail, Pending, ServerSession, Setup, State};
use crate::header::{Delivery, RtpInfo, TransportSpec, write_rtp_info};
use crate::message::{Method, Request, Response};

/// Methods that a session answers.
pub(super) const PUBLIC: &str =
    "OPTIONS, DESCRIBE, ANNOUNCE, SETUP, PLAY, PAUSE, RECORD, TEARDOWN, GET_PARAMETER, SET_PARAMETER";

const SERVER: &str = "Viaduct";

impl ServerSession {
    /// Answers DESCRIBE with a session description. Does nothing when no DESCRIBE waits.
    pub fn answer_describe(&mut self, sdp: &str) {
        let Some(Pending { method: Method::Describe, detail: Detail::Base(base), .. }) = self.pending.as_deref() else {
            return;
        };
        let mut response = Response::new(200).with("Content-Base", base).with("Content-Type", "application/sdp");
        response.body = Bytes::copy_from_slice(sdp.as_bytes());
        self.answer(response);
    }

    /// Accepts ANNOUNCE, SETUP over this connection (with the proposed channels), PLAY (without RTP-Info), RECORD or PAUSE.
    pub fn accept(&mut self) {
        let Some(pending) = self.pending.as_deref() else {
            return;
        };
        match (&pending.method, &pending.detail) {
            (Method::Setup, Detail::Setup { channels, .. }) => self.accept_setup(channels.0),
            (Method::Play, _) => self.accept_play(&[]),
            (Method::Announce, _) => {
                self.announced = true;
                self.respond_in(State::Ready, Response::new(200));
            }
            (Method::Record, _) => self.respond_in(State::Recording, Response::new(200)),
            (Method::Pause, _) => self.respond_in(State::Ready, Response::new(200)),
            _ => {}
        }
    }

    /// Accepts SETUP with RTP on `channel` and RTCP on the next one. Does nothing when no SETUP waits.
    pub fn accept_setup(&mut self, channel: u8) {
        let Some(pending) = self.pending.as_deref_mut() else {
            return;
        };
        let Detail::Setup { channels, record, uri } = &mut pending.detail else {
            return;
        };
        // A peer's own pair is kept; another one is a neighbouring pair.
        let channels = if channels.0 == channel { *channels } else { (channel, channel.wrapping_add(1)) };
        let transport = TransportSpec::write_tcp(Some(channels), *record, None);
        let setup = Setup { uri: std::mem::take(uri), channels, delivery: Delivery::Interleaved };
        self.add_setup(setup, &transport);
    }

    /// Accepts SETUP by UDP. Does nothing when no SETUP waits.
    pub fn accept_datagrams(&mut self, delivery: Delivery) {
        let Some(Pending { detail: Detail::Setup { channels, record, uri }, .. }) = self.pending.as_deref_mut() else {
            return;
        };
        let transport = match &delivery {
            Delivery::Interleaved => return self.accept(),
            Delivery::Udp { client_port, server_port } => TransportSpec::write_udp(*client_port, *server_port, *record),
            Delivery::Multicast(group) => TransportSpec::write_multicast(group),
        };
        let setup = Setup { uri: std::mem::take(uri), channels: *channels, delivery };
        self.add_setup(setup, &transport);
    }

    fn add_setup(&mut self, setup: Setup, transport: &str) {
        self.setups.retain(|other| other.channels != setup.channels);
        self.setups.push(setup);
        self.respond_in(State::Ready, Response::new(200).with("Transport", transport));
    }

    /// Accepts PLAY. `info` may be empty: it is optional.
    pub fn accept_play(&mut self, info: &[RtpInfo]) {
        if !self.pending.as_deref().is_some_and(|pending| pending.method == Method::Play) {
            return;
        }
        let mut response = Response::new(200).with("Range", "npt=now-");
        if !info.is_empty() {
            response = response.with("RTP-Info", &write_rtp_info(info));
        }
        self.respond_in(State::Playing, response);
    }

    /// Refuses the waiting request with an RTSP status (400 to 599) and a reason for the peer's log.
    pub fn reject(&mut self, status: u16, reason: &str) {
        let mut response = Response::new(status);
        if !reason.is_empty() {
            reason.clone_into(&mut response.reason);
        }
        self.answer(response);
    }

    /// Answers the waiting request with 401.
    pub fn challenge(&mut self, challenge: &Challenge) {
        let mut response = Response::new(401);
        for value in challenge.header_values() {
            response.headers.push("WWW-Authenticate", &value);
        }
        self.answer(response);
    }

    /// Keep-alives. A parameter that is asked for is not known (§10.8), an empty request is a ping.
    pub(super) fn answer_parameter(&mut self, request: &Request) {
        let asks = !request.body.is_empty() && request.method == Method::GetParameter;
        self.respond(Response::new(if asks { 451 } else { 200 }));
    }

    fn respond_in(&mut self, state: State, response: Response) {
        self.state = state;
        self.answer(response);
    }

    /// Sends the caller's answer and reads what was held back.
    fn answer(&mut self, response: Response) {
        self.respond(response);
        self.read();
    }

    /// Sends the answer; the reading loop, or [`Self::answer`], goes on.
    pub(super) fn respond(&mut self, response: Response) {
        let Some(pending) = self.pending.take() else {
            return;
        };
        let mut full = Response::new(response.status);
        full.reason = response.reason;
        if let Some(cseq) = &pending.cseq {
            full.headers.push("CSeq", cseq);
        }
        full.headers.push("Server", SERVER);
        if self.state != State::Init {
            let timeout = super::SESSION_TIMEOUT.as_secs();
            let value = match pending.method {
                Method::Setup => format!("{};timeout={timeout}", self.session_id),
                _ => self.session_id.to_string(),
            };
            full.headers.push("Session", &value);
        }
        for (name, value) in response.headers.iter() {
            full.headers.push(name, value);
        }
        full.body = response.body;
        self.transmit(&full);
    }
}
