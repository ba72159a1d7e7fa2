//! Conversations with cameras as they are, and with our own server.

use super::*;
use crate::ingest::Ingest;
use crate::puller::{Puller, PullerOutput};
use crate::server::{ServerEvent, ServerOutput, ServerSession};
use base::http_auth::{Algorithm, Authorization, Challenge, Secret};
use proptest::prelude::*;

const SDP: &str = "v=0\r\ns=x\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n\
    a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LACtoQmQ==,aM48gA==\r\na=control:trackID=0\r\n\
    m=audio 0 RTP/AVP 8\r\na=control:trackID=1\r\n";

fn options(url: &str) -> ClientOptions {
    ClientOptions { url: RtspUrl::parse(url).unwrap(), user_agent: "Viaduct".to_owned(), client_nonce: "c".to_owned() }
}

/// A camera that is scripted: for each request one answer, chosen by its method.
struct Camera {
    session: ClientSession,
    now: Instant,
    sent: Vec<Request>,
    events: Vec<ClientEvent>,
    closed: Option<Option<ClientError>>,
}

impl Camera {
    fn new() -> Self {
        Self::with(|now| ClientSession::pull(now, options("rtsp://u:p@cam/live")))
    }

    fn with(session: impl FnOnce(Instant) -> ClientSession) -> Self {
        let now = Instant::now();
        Self { session: session(now), now, sent: Vec::new(), events: Vec::new(), closed: None }
    }

    fn drain(&mut self) {
        let mut parser = Parser::default();
        while let Some(output) = self.session.poll_output() {
            match output {
                ClientOutput::Transmit(bytes) => parser.push(&bytes).unwrap(),
                ClientOutput::Event(event) => self.events.push(event),
                ClientOutput::Close(error) => self.closed = Some(error),
            }
        }
        while let Some(item) = parser.next_item().unwrap() {
            if let Item::Request(request) = item {
                self.sent.push(request);
            }
        }
    }

    fn methods(&mut self) -> Vec<String> {
        self.drain();
        self.sent.iter().map(|request| request.method.to_string()).collect()
    }

    /// Answers the last request; `CSEQ` stands for its number.
    fn answer(&mut self, text: &str) {
        self.drain();
        let cseq = self.sent.last().and_then(|request| request.headers.get("CSeq")).unwrap_or("0").to_owned();
        let text = text.replace('\n', "\r\n").replace("CSEQ", &cseq);
        self.session.handle_input(self.now, text.as_bytes());
        self.drain();
    }

    fn ok(&mut self, headers: &str) {
        self.answer(&format!("RTSP/1.0 200 OK\nCSeq: CSEQ\n{headers}\n"));
    }

    fn describe(&mut self, headers: &str, sdp: &str) {
        self.answer(&format!("RTSP/1.0 200 OK\nCSeq: CSEQ\n{headers}Content-Length: {}\n\n", sdp.len()));
        self.session.handle_input(self.now, sdp.as_bytes());
        self.session.setup(self.now, &[]);
        self.drain();
    }

    fn play(&mut self) {
        self.ok("Public: OPTIONS, GET_PARAMETER\n");
        self.describe("", SDP);
        self.ok("Session: 77;timeout=30\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\n");
        self.ok("Session: 77\nTransport: RTP/AVP/TCP;unicast;interleaved=2-3\n");
        self.ok("Session: 77\n");
    }
}

#[test]
fn a_camera_is_led_to_playing() {
    let mut camera = Camera::new();
    camera.play();
    assert_eq!(camera.methods(), ["OPTIONS", "DESCRIBE", "SETUP", "SETUP", "PLAY"]);
    let uris: Vec<&str> = camera.sent.iter().map(|request| &*request.uri).collect();
    assert_eq!(uris[2..], ["rtsp://cam/live/trackID=0", "rtsp://cam/live/trackID=1", "rtsp://cam/live"]);
    assert_eq!(camera.sent[4].headers.get("Session"), Some("77"));
    let Some(ClientEvent::Started(tracks)) = camera.events.last() else { panic!("{:?}", camera.events) };
    assert_eq!(tracks.iter().map(|track| track.channels).collect::<Vec<_>>(), [(0, 1), (2, 3)]);
}

#[test]
fn keep_alives_come_at_half_the_time_out_with_the_method_that_the_server_knows() {
    for (public, method) in [("Public: OPTIONS, GET_PARAMETER\n", "GET_PARAMETER"), ("", "OPTIONS")] {
        let mut camera = Camera::new();
        camera.ok(public);
        camera.describe("", SDP);
        camera.ok("Session: 77 ; timeout = 30\n");
        camera.ok("");
        camera.ok("");
        for _ in 0..2 {
            let sent = camera.sent.len();
            camera.now += Duration::from_secs(14);
            camera.session.handle_timeout(camera.now);
            assert_eq!(camera.methods().len(), sent);
            camera.now += Duration::from_secs(1);
            camera.session.handle_input(camera.now, &[b'$', 0, 0, 1, 0]);
            camera.session.handle_timeout(camera.now);
            assert_eq!(camera.methods().last().unwrap(), method);
            camera.answer("RTSP/1.0 454 Session Not Found\nCSeq: CSEQ\n\n");
            assert!(camera.closed.is_none());
        }
    }
}

#[test]
fn refusals_name_their_leg() {
    let refusals: [(usize, &str, ClientError); 6] = [
        (1, "404 Not Found", ClientError::Refused { leg: Leg::Describe, status: 404, reason: "Not Found".to_owned() }),
        (
            1,
            "302 Moved\nLocation: rtsp://b/",
            ClientError::Redirected { leg: Leg::Describe, location: "rtsp://b/".to_owned() },
        ),
        (1, "401 Unauthorized", ClientError::Unauthorized { leg: Leg::Describe }),
        (
            2,
            "461 Unsupported Transport",
            ClientError::Refused { leg: Leg::Setup, status: 461, reason: "Unsupported Transport".to_owned() },
        ),
        (4, "454 x", ClientError::Refused { leg: Leg::Play, status: 454, reason: "x".to_owned() }),
        (0, "500 x", ClientError::Timeout { leg: Leg::Describe }),
    ];
    for (at, status, expected) in refusals {
        let mut camera = Camera::new();
        let refuse = |camera: &mut Camera| camera.answer(&format!("RTSP/1.0 {status}\nCSeq: CSEQ\n\n"));
        for step in 0..=at {
            match step {
                _ if step == at => refuse(&mut camera),
                1 => camera.describe("", SDP),
                _ => camera.ok("Session: 1\n"),
            }
        }
        if at == 2 {
            refuse(&mut camera);
        }
        camera.session.handle_timeout(camera.now + RESPONSE_TIMEOUT);
        camera.drain();
        assert_eq!(camera.closed, Some(Some(expected)), "{status}");
    }
}

#[test]
fn a_refused_track_does_not_spoil_the_others() {
    let mut camera = Camera::new();
    camera.ok("");
    camera.describe("", SDP);
    camera.ok("Session: 1\nTransport: RTP/AVP/TCP;interleaved=0-1\n");
    camera.answer("RTSP/1.0 461 no\nCSeq: CSEQ\n\n");
    camera.ok("");
    let Some(ClientEvent::Started(tracks)) = camera.events.last() else { panic!("{:?}", camera.events) };
    assert_eq!(tracks, &[ClientTrack { media: 0, channels: (0, 1), delivery: Delivery::Interleaved }]);
}

#[test]
fn wrong_credentials_are_tried_once_and_a_stale_nonce_again() {
    let digest = |nonce: &str, stale: bool| {
        format!(
            "RTSP/1.0 401 Unauthorized\nCSeq: CSEQ\nWWW-Authenticate: Digest realm=\"r\", nonce=\"{nonce}\", stale=\"{stale}\"\n\n"
        )
    };
    for (stale, attempts) in [(false, 2), (true, 3)] {
        let mut camera = Camera::new();
        camera.ok("");
        for nonce in ["1", "2", "3", "4"] {
            camera.answer(&digest(nonce, stale));
        }
        let describes = camera.methods().iter().filter(|method| *method == "DESCRIBE").count();
        assert_eq!(describes, attempts);
        assert_eq!(camera.closed, Some(Some(ClientError::Unauthorized { leg: Leg::Describe })));
    }
}

#[test]
fn answers_in_the_dialects_of_cameras_are_taken() {
    let mut camera = Camera::new();
    // No CSeq at all; then a late answer to the first request; then LF only and a CSeq that is too high.
    camera.answer("RTSP/1.0 200 OK\n\n");
    camera.answer("RTSP/1.0 200 OK\nCSeq: 1\n\n");
    assert_eq!(camera.methods(), ["OPTIONS", "DESCRIBE"]);
    let text = format!("RTSP/1.0 200 OK\nCSeq: 99\nContent-Length: {}\n\n{SDP}", SDP.len());
    camera.session.handle_input(camera.now, text.as_bytes());
    camera.session.setup(camera.now, &[0]);
    // A Transport without channels; media before PLAY is answered; a frame that nobody asked for.
    camera.ok("Session:   12  ;timeout=60\nTransport: RTP/AVP/TCP;unicast\n");
    camera.session.handle_input(camera.now, &[b'$', 0, 0, 1, 0, b'$', 9, 0, 1, 0]);
    camera.ok("");
    assert!(matches!(
        camera.events[..],
        [ClientEvent::Described(_), ClientEvent::Frame { .. }, ClientEvent::Started(_)]
    ));
    assert_eq!(camera.session.unknown_channel_frames(), 1);
    assert_eq!(camera.sent.last().unwrap().headers.get("Session"), Some("12"));
}

#[test]
fn a_silent_camera_and_a_closed_connection_end_the_session() {
    let mut camera = Camera::new();
    camera.play();
    camera.session.handle_timeout(camera.now + MEDIA_TIMEOUT);
    camera.drain();
    assert_eq!(camera.closed, Some(Some(ClientError::Timeout { leg: Leg::Media })));
    let mut camera = Camera::new();
    camera.session.handle_eof();
    camera.drain();
    assert_eq!(camera.closed, Some(Some(ClientError::Disconnected { leg: Leg::Options })));
}

#[test]
fn a_ping_of_the_server_is_answered_and_teardown_is_said() {
    let mut camera = Camera::new();
    camera.play();
    camera.session.handle_input(camera.now, b"OPTIONS * RTSP/1.0\r\nCSeq: 5\r\n\r\n");
    let Some(ClientOutput::Transmit(bytes)) = camera.session.poll_output() else { panic!() };
    assert!(bytes.starts_with(b"RTSP/1.0 200 OK\r\nCSeq: 5\r\n"));
    camera.session.teardown();
    assert_eq!(camera.methods().last().unwrap(), "TEARDOWN");
    assert_eq!(camera.closed, Some(None));
}

/// Frames of one access unit per track, as a server would send them.
fn media() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut frame = |channel: u8, payload_type: u8, payload: &[u8]| {
        let header = rtp::Header { marker: true, payload_type, sequence: 1, timestamp: 90, ssrc: 5 };
        bytes.extend([b'$', channel, 0, 12 + u8::try_from(payload.len()).unwrap()]);
        bytes.extend(header.to_bytes());
        bytes.extend(payload);
    };
    frame(0, 96, &[0x65, 0x88, 1, 2]);
    frame(2, 8, &[0xD5; 40]);
    bytes
}

/// Passes bytes between both ends in pieces of `cut` bytes; returns what the puller put out.
fn pull_from_server(cut: usize, challenge: &Challenge) -> Vec<String> {
    let now = Instant::now();
    let mut server = ServerSession::new(now, "0123456789");
    let mut puller = Puller::new(now, options("rtsp://u:p@h/live/cam?token=t"), 7);
    let mut seen = Vec::new();
    let mut idle = false;
    while !idle {
        idle = true;
        let mut to_server = BytesMut::new();
        while let Some(output) = puller.poll_output() {
            idle = false;
            match output {
                PullerOutput::Transmit(bytes) => to_server.extend_from_slice(&bytes),
                PullerOutput::Described(_) => seen.push("described".to_owned()),
                PullerOutput::Playing(_) => seen.push("playing".to_owned()),
                PullerOutput::Tracks(tracks) => seen.push(format!("{} tracks", tracks.len())),
                PullerOutput::Unit(unit) => {
                    seen.push(format!("unit of {} bytes", unit.payload.len()));
                }
                other => panic!("{other:?}"),
            }
        }
        let mut to_client = BytesMut::new();
        for chunk in to_server.chunks(cut) {
            server.handle_input(now, chunk);
            while let Some(output) = server.poll_output() {
                match output {
                    ServerOutput::Transmit(bytes) => to_client.extend_from_slice(&bytes),
                    ServerOutput::Close(reason) => panic!("{reason:?}"),
                    ServerOutput::Event(ServerEvent::Describe(asked)) => {
                        let verified = asked.authorization.as_ref().is_some_and(|authorization: &Authorization| {
                            authorization.verify("DESCRIBE", &asked.uri, "Viaduct", Secret::Password("p"))
                        });
                        if verified {
                            server.answer_describe(SDP);
                        } else {
                            server.challenge(challenge);
                        }
                    }
                    ServerOutput::Event(ServerEvent::Play { .. }) => {
                        // Media overtakes the answer.
                        to_client.extend_from_slice(&media()[..20]);
                        server.accept();
                    }
                    ServerOutput::Event(_) => server.accept(),
                }
            }
        }
        if server.is_playing() && !seen.iter().any(|seen| seen == "playing") {
            to_client.extend_from_slice(&media());
        }
        to_client.chunks(cut).for_each(|chunk| puller.handle_input(now, chunk));
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn both_ends_agree_under_any_fragmentation(cut in 1usize..2000, sha256: bool, basic: bool) {
        let algorithms = match (sha256, basic) {
            (true, _) => vec![Algorithm::Sha256],
            (false, false) => vec![Algorithm::Md5],
            (false, true) => Vec::new(),
        };
        let (realm, nonce) = ("Viaduct".to_owned(), "n".to_owned());
        let challenge = Challenge { realm, nonce, algorithms, basic, ..Challenge::default() };
        let seen = pull_from_server(cut, &challenge);
        prop_assert_eq!(seen, ["described", "playing", "2 tracks", "unit of 8 bytes", "unit of 40 bytes"]);
    }

    #[test]
    fn a_pushing_client_reaches_our_server(cut in 1usize..2000) {
        let now = Instant::now();
        let description = SessionDescription::parse(SDP.as_bytes()).unwrap();
        let mut client = ClientSession::push(now, options("rtsp://h/live/cam"), description);
        let mut server = ServerSession::new(now, "0123456789");
        let (mut announced, mut ingest, mut units, mut started) = (None, None::<Ingest>, 0, false);
        for _ in 0..20 {
            let mut to_server = BytesMut::new();
            while let Some(output) = client.poll_output() {
                match output {
                    ClientOutput::Transmit(bytes) => to_server.extend_from_slice(&bytes),
                    ClientOutput::Event(ClientEvent::Started(_)) => {
                        started = true;
                        to_server.extend_from_slice(&media());
                    }
                    other => panic!("{other:?}"),
                }
            }
            let mut to_client = BytesMut::new();
            for chunk in to_server.chunks(cut) {
                server.handle_input(now, chunk);
                while let Some(output) = server.poll_output() {
                    match output {
                        ServerOutput::Transmit(bytes) => to_client.extend_from_slice(&bytes),
                        ServerOutput::Event(ServerEvent::Announce { sdp, .. }) => {
                            announced = Some(SessionDescription::parse(&sdp).unwrap());
                            server.accept();
                        }
                        ServerOutput::Event(ServerEvent::Record(_)) => {
                            let description = announced.as_ref().unwrap();
                            ingest = Some(Ingest::of_publisher(now, description, server.setups(), 9));
                            server.accept();
                        }
                        ServerOutput::Event(ServerEvent::Rtp { channel, data }) => {
                            assert!(ingest.as_mut().unwrap().handle_frame(now, channel, &data));
                        }
                        ServerOutput::Event(_) => server.accept(),
                        ServerOutput::Close(reason) => panic!("{reason:?}"),
                    }
                }
            }
            to_client.chunks(cut).for_each(|chunk| client.handle_input(now, chunk));
        }
        while let Some(event) = ingest.as_mut().and_then(Ingest::poll_event) {
            units += usize::from(matches!(event, crate::ingest::IngestEvent::Unit(_)));
        }
        prop_assert!(started && units == 2);
    }

    #[test]
    fn any_bytes_reach_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        crate::fuzz::server(&bytes);
        crate::fuzz::puller(&bytes);
        crate::fuzz::values(&bytes);
        crate::fuzz::parser(&bytes);
    }
}

#[test]
fn truncated_conversations_do_not_panic() {
    let text = format!(
        "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\nRTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: {}\r\n\r\n{SDP}RTSP/1.0 200 OK\r\nCSeq: 3\r\n\r\n",
        SDP.len()
    );
    for end in 0..text.len() {
        crate::fuzz::puller(&text.as_bytes()[..end]);
    }
}

impl Camera {
    /// As [`Camera::describe`], by UDP.
    fn describe_for_udp(&mut self) {
        self.answer(&format!("RTSP/1.0 200 OK\nCSeq: CSEQ\nContent-Length: {}\n\n", SDP.len()));
        self.session.handle_input(self.now, SDP.as_bytes());
        self.session.setup_udp(self.now, &[(0, (5000, 5001)), (1, (5002, 5003))]);
        self.drain();
    }
}

#[test]
fn a_camera_is_asked_for_datagrams_on_the_ports_that_were_opened() {
    let mut camera = Camera::new();
    camera.ok("");
    camera.describe_for_udp();
    assert_eq!(camera.sent[2].headers.get("Transport"), Some("RTP/AVP;unicast;client_port=5000-5001"));
    camera.ok("Session: 1\nTransport: RTP/AVP;unicast;client_port=5000-5001;server_port=6000-6001\n");
    camera.ok("Session: 1\nTransport: RTP/AVP/UDP;unicast;client_port=5002-5003\n");
    camera.ok("");
    let Some(ClientEvent::Started(tracks)) = camera.events.last() else { panic!("{:?}", camera.events) };
    let deliveries: Vec<_> = tracks.iter().map(|track| track.delivery).collect();
    let udp = |client_port, server_port| Delivery::Udp { client_port, server_port };
    assert_eq!(deliveries, [udp((5000, 5001), Some((6000, 6001))), udp((5002, 5003), None)]);
}

#[test]
fn a_camera_that_answers_with_another_transport_is_not_believed() {
    for answer in ["RTP/AVP/TCP;unicast;interleaved=0-1", "RTP/AVP;multicast;destination=239.1.1.1;port=5000-5001"] {
        let mut camera = Camera::new();
        camera.ok("");
        camera.describe_for_udp();
        camera.ok(&format!("Session: 1\nTransport: {answer}\n"));
        camera.ok(&format!("Session: 1\nTransport: {answer}\n"));
        let Some(Some(error)) = &camera.closed else { panic!("{:?}", camera.events) };
        assert!(error.is_about_transport(), "{error:?}");
    }
}

#[test]
fn a_group_is_taken_from_the_answer_and_461_is_about_the_transport() {
    let mut camera = Camera::new();
    camera.ok("");
    camera.answer(&format!("RTSP/1.0 200 OK\nCSeq: CSEQ\nContent-Length: {}\n\n", SDP.len()));
    camera.session.handle_input(camera.now, SDP.as_bytes());
    camera.session.setup_multicast(camera.now, &[0, 1]);
    camera.ok("Session: 1\nTransport: RTP/AVP;multicast;destination=239.1.2.3;port=5000-5001;ttl=3\n");
    camera.answer("RTSP/1.0 461 no\nCSeq: CSEQ\n\n");
    camera.ok("");
    let Some(ClientEvent::Started(tracks)) = camera.events.last() else { panic!("{:?}", camera.events) };
    let [ClientTrack { delivery: Delivery::Multicast(group), .. }] = &tracks[..] else { panic!("{tracks:?}") };
    assert_eq!((group.address, group.port, group.ttl), ([239, 1, 2, 3].into(), (5000, 5001), 3));
    let mut camera = Camera::new();
    camera.ok("");
    camera.describe("", SDP);
    camera.answer("RTSP/1.0 461 no\nCSeq: CSEQ\n\n");
    camera.answer("RTSP/1.0 461 no\nCSeq: CSEQ\n\n");
    let Some(Some(error)) = &camera.closed else { panic!("{:?}", camera.events) };
    assert!(error.is_about_transport(), "{error:?}");
}
