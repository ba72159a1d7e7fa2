//! Whole conversations as players, publishers and keep-alives lead them.

use super::*;
use crate::header::RtpInfo;
use base::http_auth::{Algorithm, Challenge, Secret};

const ID: &str = "AbCd1234";

fn session() -> ServerSession {
    ServerSession::new(Instant::now(), ID)
}

fn drain(session: &mut ServerSession) -> (String, Vec<ServerEvent>, Option<CloseReason>) {
    let (mut text, mut events, mut closed) = (String::new(), Vec::new(), None);
    while let Some(output) = session.poll_output() {
        match output {
            ServerOutput::Transmit(bytes) => text.push_str(std::str::from_utf8(&bytes).unwrap()),
            ServerOutput::Event(event) => events.push(event),
            ServerOutput::Close(reason) => closed = Some(reason),
        }
    }
    (text, events, closed)
}

fn send(session: &mut ServerSession, text: &str) -> (String, Vec<ServerEvent>, Option<CloseReason>) {
    session.handle_input(Instant::now(), text.replace('\n', "\r\n").as_bytes());
    drain(session)
}

fn answer(session: &mut ServerSession, request: &str, answer: impl FnOnce(&mut ServerSession)) -> String {
    let (text, events, _) = send(session, request);
    assert!(text.is_empty() && events.len() == 1, "{text} {events:?}");
    answer(session);
    drain(session).0
}

fn playing() -> ServerSession {
    let mut session = session();
    answer(&mut session, "DESCRIBE rtsp://h/live/cam1 RTSP/1.0\nCSeq: 1\n\n", |session| {
        session.answer_describe("v=0\r\n");
    });
    answer(
        &mut session,
        "SETUP rtsp://h/live/cam1/trackID=0 RTSP/1.0\nCSeq: 2\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\n\n",
        ServerSession::accept,
    );
    answer(&mut session, "PLAY rtsp://h/live/cam1/ RTSP/1.0\nCSeq: 3\nSession: AbCd1234\n\n", ServerSession::accept);
    session
}

#[test]
fn a_player_is_led_to_playing() {
    let mut session = session();
    let (text, _, _) = send(&mut session, "OPTIONS rtsp://h/live/cam1 RTSP/1.0\nCSeq: 1\n\n");
    assert!(text.starts_with("RTSP/1.0 200 OK\r\nCSeq: 1\r\n") && text.contains("Public: OPTIONS, DESCRIBE"));

    let (_, events, _) =
        send(&mut session, "DESCRIBE rtsp://h/live/cam1?token=t RTSP/1.0\nCSeq: 2\nUser-Agent: Lavf\n\n");
    let [ServerEvent::Describe(asked)] = &events[..] else { panic!("{events:?}") };
    assert_eq!((&*asked.url.path, asked.url.query_value("token").as_deref()), ("/live/cam1", Some("t")));
    assert_eq!(asked.user_agent.as_deref(), Some("Lavf"));
    session.answer_describe("v=0\r\n");
    let (text, _, _) = drain(&mut session);
    assert!(text.contains("Content-Base: rtsp://h/live/cam1?token=t/\r\n"), "{text}");
    assert!(text.ends_with("Content-Length: 5\r\n\r\nv=0\r\n"), "{text}");

    let (_, events, _) = send(
        &mut session,
        "SETUP rtsp://h/live/cam1?token=t/trackID=1 RTSP/1.0\nCSeq: 3\nTransport: RTP/AVP/TCP;unicast;interleaved=2-3\n\n",
    );
    let [ServerEvent::Setup { asked, record: false, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!(asked.url.track.as_deref(), Some("trackID=1"));
    session.accept();
    let (text, _, _) = drain(&mut session);
    assert!(text.contains("Session: AbCd1234;timeout=60\r\n"), "{text}");
    assert!(text.contains("Transport: RTP/AVP/TCP;unicast;interleaved=2-3\r\n"), "{text}");

    let info = RtpInfo { url: "rtsp://h/live/cam1/trackID=1".to_owned(), sequence: 7, timestamp: 9 };
    let text = answer(&mut session, "PLAY rtsp://h/live/cam1 RTSP/1.0\nCSeq: 4\nSession: AbCd1234\n\n", |session| {
        session.accept_play(&[info]);
    });
    assert!(text.contains("RTP-Info: url=rtsp://h/live/cam1/trackID=1;seq=7;rtptime=9\r\n"), "{text}");
    assert!(session.is_playing() && session.poll_timeout().is_none());

    let (text, events, _) =
        send(&mut session, "GET_PARAMETER rtsp://h/live/cam1 RTSP/1.0\nCSeq: 5\nSession: AbCd1234\n\n");
    assert!(text.starts_with("RTSP/1.0 200") && events.is_empty());
    let (text, _, closed) = send(&mut session, "TEARDOWN rtsp://h/live/cam1 RTSP/1.0\nCSeq: 6\n\n");
    assert!(text.starts_with("RTSP/1.0 200"));
    assert_eq!(closed, Some(CloseReason::Teardown));
}

#[test]
fn a_publisher_is_led_to_recording() {
    let mut session = session();
    let (_, events, _) = send(
        &mut session,
        "ANNOUNCE rtsp://h/live/cam1 RTSP/1.0\nCSeq: 1\nContent-Type: application/sdp\nContent-Length: 3\n\nv=0",
    );
    let [ServerEvent::Announce { sdp, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!(&sdp[..], b"v=0");
    session.accept();
    drain(&mut session);
    let setup = "SETUP rtsp://h/live/cam1/streamid=0 RTSP/1.0\nCSeq: 2\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1;mode=record\n\n";
    let text = answer(&mut session, setup, ServerSession::accept);
    assert!(text.contains("interleaved=0-1;mode=record"), "{text}");
    answer(&mut session, "RECORD rtsp://h/live/cam1 RTSP/1.0\nCSeq: 3\nSession: AbCd1234\n\n", ServerSession::accept);
    session.handle_input(Instant::now(), &[b'$', 0, 0, 2, 8, 9, b'$', 1, 0, 1, 7, b'$', 9, 0, 1, 7]);
    let (_, events, _) = drain(&mut session);
    let [ServerEvent::Rtp { channel: 0, data }, ServerEvent::Rtcp { channel: 1, .. }] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!((&data[..], session.unknown_channel_frames()), (&[8u8, 9][..], 1));
}

#[test]
fn pipelined_requests_wait_for_their_turn() {
    let mut session = session();
    let request = |method, cseq| format!("{method} rtsp://h/live/cam1 RTSP/1.0\nCSeq: {cseq}\n\n");
    let all = [request("DESCRIBE", 1), request("OPTIONS", 2), request("DESCRIBE", 3)].concat();
    let (text, events, _) = send(&mut session, &all);
    assert!(text.is_empty() && events.len() == 1);
    session.answer_describe("v=0\r\n");
    let (text, events, _) = drain(&mut session);
    assert!(text.contains("CSeq: 1\r\n") && text.contains("CSeq: 2\r\n") && events.len() == 1, "{text}");
}

#[test]
fn thousands_of_pipelined_requests_are_answered() {
    let mut session = session();
    let many = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n".repeat(20_000);
    session.handle_input(Instant::now(), many.as_bytes());
    assert_eq!(drain(&mut session).0.matches("200 OK").count(), 20_000);
}

#[test]
fn digest_is_asked_for_and_verified() {
    let mut session = session();
    let challenge = Challenge {
        realm: "Viaduct".to_owned(),
        nonce: "n1".to_owned(),
        algorithms: vec![Algorithm::Md5],
        ..Challenge::default()
    };
    let request = "DESCRIBE rtsp://h/live/cam1 RTSP/1.0\nCSeq: 1\n\n";
    let text = answer(&mut session, request, |session| {
        session.challenge(&challenge);
    });
    let header = text.lines().find_map(|line| line.strip_prefix("WWW-Authenticate: ")).unwrap();
    let mut credentials = base::http_auth::Credentials::new("op", "pw", "c");
    assert!(credentials.challenge(std::iter::once(header)));
    let value = credentials.authorize("DESCRIBE", "rtsp://h/live/cam1").unwrap();
    let request = format!("DESCRIBE rtsp://h/live/cam1 RTSP/1.0\nCSeq: 2\nAuthorization: {value}\n\n");
    let (_, events, _) = send(&mut session, &request);
    let [ServerEvent::Describe(asked)] = &events[..] else { panic!("{events:?}") };
    let authorization = asked.authorization.as_ref().unwrap();
    assert!(authorization.verify(asked.method.as_str(), &asked.uri, "Viaduct", Secret::Password("pw")));
    assert_eq!(authorization.nonce(), Some("n1"));
}

#[test]
fn requests_out_of_order_or_for_another_session_are_refused() {
    for (request, status) in [
        ("PLAY rtsp://h/a/b RTSP/1.0\nCSeq: 1\n\n", 455),
        ("RECORD rtsp://h/a/b RTSP/1.0\nCSeq: 1\n\n", 455),
        ("SETUP rtsp://h/a/b RTSP/1.0\nCSeq: 1\n\n", 461),
        ("DESCRIBE nonsense RTSP/1.0\nCSeq: 1\n\n", 400),
        ("PLAY rtsp://h/a/b RTSP/1.0\nCSeq: 1\nSession: other\n\n", 454),
        ("DESCRIBE rtsp://h/a/b RTSP/1.0\nCSeq: 1\nRequire: www.onvif.org/ver20/backchannel\n\n", 551),
        ("REDIRECT rtsp://h/a/b RTSP/1.0\nCSeq: 1\n\n", 501),
        ("FOO rtsp://h/a/b RTSP/1.0\nCSeq: 1\n\n", 501),
        ("GET_PARAMETER rtsp://h/a/b RTSP/1.0\nCSeq: 1\nContent-Length: 7\n\njitter\n", 451),
    ] {
        let (text, events, _) = send(&mut session(), request);
        assert!(text.starts_with(&format!("RTSP/1.0 {status} ")) && events.is_empty(), "{request}: {text}");
        assert!(text.contains("CSeq: 1\r\n"));
    }
}

#[test]
fn a_rejection_carries_its_reason_on_one_line() {
    let request = "DESCRIBE rtsp://h/a/b RTSP/1.0\nCSeq: 1\n\n";
    let text = answer(&mut session(), request, |session| {
        session.reject(404, "No such\r\nX: stream");
    });
    assert!(text.starts_with("RTSP/1.0 404 No suchX: stream\r\nCSeq: 1\r\n"), "{text}");
}

#[test]
fn colliding_channels_are_moved_and_the_caller_may_choose() {
    let mut session = session();
    let setup = |cseq| {
        format!(
            "SETUP rtsp://h/a/b/trackID={cseq} RTSP/1.0\nCSeq: {cseq}\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\n\n"
        )
    };
    answer(&mut session, &setup(1), ServerSession::accept);
    let text = answer(&mut session, &setup(2), ServerSession::accept);
    assert!(text.contains("interleaved=2-3"), "{text}");
    let text = answer(&mut session, &setup(3), |session| session.accept_setup(8));
    assert!(text.contains("interleaved=8-9"), "{text}");
    let channels: Vec<_> = session.setups().iter().map(|setup| setup.channels).collect();
    assert_eq!(channels, [(0, 1), (2, 3), (8, 9)]);
}

#[test]
fn silent_sessions_end_and_playing_ones_do_not() {
    let start = Instant::now();
    let mut idle = ServerSession::new(start, ID);
    idle.handle_timeout(start + HANDSHAKE_TIMEOUT / 2);
    assert!(drain(&mut idle).2.is_none());
    idle.handle_timeout(start + HANDSHAKE_TIMEOUT);
    assert_eq!(drain(&mut idle).2, Some(CloseReason::Timeout));
    let mut player = playing();
    player.handle_timeout(start + 100 * SESSION_TIMEOUT);
    assert!(drain(&mut player).2.is_none());
}

#[test]
fn unreadable_input_is_answered_and_ends_the_session() {
    let (text, _, closed) = send(&mut session(), "GET / HTTP/1.1\n\n");
    assert!(text.starts_with("RTSP/1.0 400"));
    assert_eq!(closed, Some(CloseReason::Malformed(ParseError::NotRtsp)));
}

#[test]
fn a_playing_session_is_small() {
    let mut session = playing();
    send(&mut session, "GET_PARAMETER rtsp://h/live/cam1 RTSP/1.0\nCSeq: 5\n\n");
    session.handle_input(Instant::now(), &[&[b'$', 1, 4, 0][..], &[0; 1024]].concat());
    drain(&mut session);
    assert!(session.retained_bytes() + size_of::<ServerSession>() < 4096, "{}", session.retained_bytes());
}

#[test]
fn a_player_by_udp_is_answered_with_ports_and_must_show_that_it_lives() {
    let mut session = session();
    answer(&mut session, "DESCRIBE rtsp://h/live/cam1 RTSP/1.0\nCSeq: 1\n\n", |session| {
        session.answer_describe("v=0\r\n");
    });
    let setup = "SETUP rtsp://h/live/cam1/trackID=0 RTSP/1.0\nCSeq: 2\n\
        Transport: RTP/AVP;unicast;client_port=5000-5001,RTP/AVP/TCP;unicast;interleaved=4-5\n\n";
    let (_, events, _) = send(&mut session, setup);
    let [ServerEvent::Setup { transports, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!((transports.len(), transports[0].client_port, transports[1].tcp), (2, Some((5000, 5001)), true));
    let delivery = Delivery::Udp { client_port: (5000, 5001), server_port: Some((8000, 8001)) };
    session.accept_datagrams(delivery);
    let (text, _, _) = drain(&mut session);
    assert!(text.contains("Transport: RTP/AVP;unicast;client_port=5000-5001;server_port=8000-8001\r\n"), "{text}");
    assert_eq!(session.setups()[0].delivery, delivery);
    answer(&mut session, "PLAY rtsp://h/live/cam1/ RTSP/1.0\nCSeq: 3\nSession: AbCd1234\n\n", ServerSession::accept);
    let due = session.poll_timeout().expect("a player by UDP may fall silent");
    session.note_alive(due);
    session.handle_timeout(due);
    assert!(drain(&mut session).2.is_none());
    session.handle_timeout(due + SESSION_TIMEOUT);
    assert_eq!(drain(&mut session).2, Some(CloseReason::Timeout));
}

#[test]
fn proposals_that_lack_ports_are_refused_at_once() {
    for transport in
        ["RTP/AVP;unicast", "RTP/AVP;unicast;client_port=70000-70001", "RAW/RAW/UDP", "", "RTP/AVP/TCP;multicast"]
    {
        let mut session = session();
        let setup = format!("SETUP rtsp://h/a/b/trackID=0 RTSP/1.0\nCSeq: 1\nTransport: {transport}\n\n");
        let (text, events, _) = send(&mut session, &setup);
        assert!(text.starts_with("RTSP/1.0 461") && events.is_empty(), "{transport}: {text}");
    }
}
