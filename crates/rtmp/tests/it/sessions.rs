//! Both ends against each other.

use base::ErrorKind;
use bytes::BytesMut;
use container::flv::{MuxOptions, TagDemuxer, TagEvent, TagKind};
use media::Muxer;
use rtmp::{
    ClientConfig, ClientEvent, ClientRole, ClientSession, Error, Output, PlayMuxer, PlayOptions, PublishMode,
    ServerConfig, ServerEvent, ServerSession,
};
use std::time::{Duration, Instant};

use crate::support::{Pair, frames, golden_tags, message_bytes};

fn pair(role: ClientRole, step: usize) -> Pair {
    let now = Instant::now();
    let config = ClientConfig::new("rtmp://example.test/live?vhost=a", "live", "cam1?token=x", role);
    let server = ServerSession::new(ServerConfig::default(), now, 1);
    Pair::new(server, ClientSession::new(config, now, 2), now, step)
}

fn accept_all(now: Instant) -> impl Fn(&mut ServerSession, &ServerEvent) -> Result<(), Error> {
    move |server, event| match event {
        ServerEvent::Connect(_) => server.accept_connect(now),
        ServerEvent::Publish(_) => server.accept_publish(now),
        ServerEvent::Play(_) => server.accept_play(now),
        _ => Ok(()),
    }
}

#[test]
fn a_published_stream_arrives_whatever_the_fragmentation() {
    let tags = golden_tags("h264_bframes_aac.flv");
    for step in [1, 3, 128, 1537, 100_000] {
        let mut pair = pair(ClientRole::Publish, step);
        pair.run(accept_all(pair.now)).unwrap();
        assert!(matches!(pair.client_events[..], [ClientEvent::Ready]));
        let [ServerEvent::Connect(connect), ServerEvent::Publish(publish)] = &pair.server_events[..] else {
            panic!("connect and publish come first: {:?}", pair.server_events);
        };
        assert_eq!((&*connect.app, connect.query.as_deref()), ("live", Some("vhost=a")));
        assert!(connect.four_ccs.iter().any(|id| **id == *"hvc1"));
        assert_eq!((&*publish.app, &*publish.name, publish.mode), ("live", "cam1", PublishMode::Live));
        assert_eq!(publish.query.as_deref(), Some("token=x&vhost=a"));

        pair.server_events.clear();
        let stream_id = pair.client.stream_id();
        for tag in &tags {
            pair.feed_server(&message_bytes(tag, stream_id).freeze()).unwrap();
        }
        pair.client.close();
        pair.run(accept_all(pair.now)).unwrap();
        let got: Vec<_> = pair
            .server_events
            .iter()
            .filter_map(|event| match event {
                ServerEvent::Message { kind, timestamp_ms, body } => Some((*kind, *timestamp_ms, body.clone())),
                _ => None,
            })
            .collect();
        let sent: Vec<_> = tags.iter().map(|tag| (tag.kind, tag.timestamp_ms, tag.body.clone())).collect();
        assert_eq!(got, sent);
        let closes = pair.server_events.iter().filter(|event| matches!(event, ServerEvent::Close)).count();
        assert_eq!(closes, 1);
    }
}

#[test]
fn a_viewer_gets_the_frames_of_the_play_muxer() {
    let (tracks, frames) = frames(golden_tags("h264_bframes_aac.flv"));
    let mut muxer = PlayMuxer::new(PlayOptions::viewers(MuxOptions::default()));
    assert!(muxer.set_tracks(&tracks).is_empty());
    let mut media = BytesMut::new();
    muxer.write_header(&mut media);
    for frame in &frames {
        muxer.write_frame(frame, &mut media);
    }
    for step in [1, 500, 1_000_000] {
        let mut pair = pair(ClientRole::Play, step);
        pair.run(accept_all(pair.now)).unwrap();
        assert!(matches!(pair.client_events[..], [ClientEvent::Ready, ..]));
        pair.client_events.clear();
        pair.feed_client(&media).unwrap();
        pair.run(accept_all(pair.now)).unwrap();
        let mut demuxer = TagDemuxer::new();
        let mut events = Vec::new();
        for event in pair.client_events.drain(..) {
            let ClientEvent::Message { kind, timestamp_ms, body } = event else {
                panic!("only messages follow: {event:?}");
            };
            demuxer.handle_tag(kind, timestamp_ms, body, &mut events);
        }
        let units: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                TagEvent::Unit(unit) => Some(unit),
                _ => None,
            })
            .collect();
        assert_eq!(units.len(), frames.len());
        for (unit, frame) in units.iter().zip(&frames) {
            assert_eq!((unit.track, unit.key, &unit.payload), (frame.track, frame.key, &frame.payload));
            assert_eq!(unit.dts.unwrap().to_timestamp(), frame.dts);
            assert_eq!(unit.pts.to_timestamp(), frame.pts);
        }
    }
}

#[test]
fn refusals_reach_the_client_as_typed_errors() {
    let cases = [
        (ClientRole::Publish, ErrorKind::Conflict, "NetStream.Publish.BadName", ErrorKind::Conflict),
        (ClientRole::Publish, ErrorKind::Forbidden, "NetStream.Publish.Denied", ErrorKind::Forbidden),
        (ClientRole::Play, ErrorKind::NotFound, "NetStream.Play.StreamNotFound", ErrorKind::NotFound),
        (ClientRole::Play, ErrorKind::Unavailable, "NetStream.Play.Failed", ErrorKind::Unavailable),
    ];
    for (role, kind, expected_code, seen_as) in cases {
        let mut pair = pair(role, 100);
        let now = pair.now;
        let error = pair
            .run(|server, event| match event {
                ServerEvent::Connect(_) => server.accept_connect(now),
                _ => {
                    server.reject(now, kind, "Not here.");
                    Ok(())
                }
            })
            .unwrap_err();
        let Error::Refused { code, description } = &error else { panic!("{error:?}") };
        assert_eq!((&**code, &**description), (expected_code, "Not here."));
        assert_eq!(error.kind(), seen_as);
    }
    let mut pair = pair(ClientRole::Play, 100);
    let now = pair.now;
    let error = pair.run(|server, _| {
        server.reject(now, ErrorKind::Unauthorized, "No token.");
        Ok(())
    });
    let error = error.unwrap_err();
    assert!(matches!(&error, Error::Refused { code, .. } if code == "NetConnection.Connect.Rejected"));
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
}

#[test]
fn input_during_a_decision_is_held_in_order_and_bounded() {
    let tags = golden_tags("h264_bframes_aac.flv");
    let mut pair = pair(ClientRole::Publish, 100);
    let now = pair.now;
    pair.run(|server, event| match event {
        ServerEvent::Connect(_) => server.accept_connect(now),
        _ => Ok(()),
    })
    .unwrap();
    assert!(pair.server.is_deciding());
    assert_eq!(pair.server.poll_timeout(), None, "the owner's time is not the peer's");
    for tag in &tags {
        pair.feed_server(&message_bytes(tag, 1).freeze()).unwrap();
    }
    assert!(pair.server.poll_output().is_none());
    pair.server.accept_publish(now).unwrap();
    let mut messages = 0;
    while let Some(output) = pair.server.poll_output() {
        messages += usize::from(matches!(output, Output::Event(ServerEvent::Message { .. })));
    }
    assert_eq!(messages, tags.len());

    let mut impatient = self::pair(ClientRole::Play, 100);
    impatient.run(|_, _| Ok(())).unwrap();
    let flood = vec![0; 300 * 1024];
    assert!(matches!(impatient.server.handle_input(now, &flood), Err(Error::Impatient(_))));
}

#[test]
fn slow_and_silent_peers_are_given_up() {
    let mut pair = pair(ClientRole::Publish, 100);
    let start = pair.now;
    let fresh = ServerSession::new(ServerConfig::default(), start, 1);
    assert_eq!(fresh.poll_timeout(), Some(start + Duration::from_secs(10)));
    pair.run(accept_all(start)).unwrap();
    // Pings first, then the end.
    let due = pair.server.poll_timeout().unwrap();
    pair.server.handle_timeout(due).unwrap();
    assert!(matches!(pair.server.poll_output(), Some(Output::Transmit(_))));
    let mut now = due;
    let error = loop {
        now = pair.server.poll_timeout().unwrap().max(now);
        if let Err(error) = pair.server.handle_timeout(now) {
            break error;
        }
    };
    assert_eq!(error, Error::Timeout("publishing"));
    assert_eq!(now, start + Duration::from_secs(30));

    let mut client = self::pair(ClientRole::Play, 1).client;
    let due = client.poll_timeout().unwrap();
    assert_eq!(client.handle_timeout(due), Err(Error::Timeout("handshake")));
}

#[test]
fn acknowledgements_follow_the_bytes() {
    let mut pair = pair(ClientRole::Publish, 1_000_000);
    pair.run(accept_all(pair.now)).unwrap();
    let tag = container::flv::Tag { kind: TagKind::Video, timestamp_ms: 0, body: vec![0x17; 1_000_000].into() };
    let bytes = message_bytes(&tag, 1).freeze();
    pair.feed_server(&bytes).unwrap();
    pair.feed_server(&bytes).unwrap();
    let acknowledged = std::iter::from_fn(|| pair.server.poll_output()).any(|output| match output {
        Output::Transmit(bytes) => bytes[..][..8] == [2, 0, 0, 0, 0, 0, 4, 3],
        Output::Event(_) => false,
    });
    assert!(acknowledged);
}

#[test]
fn a_session_survives_truncation_at_every_byte() {
    let mut pair = pair(ClientRole::Publish, 10_000);
    let now = pair.now;
    let mut sent = Vec::new();
    loop {
        let mut quiet = true;
        while let Some(output) = pair.client.poll_output() {
            quiet = false;
            if let Output::Transmit(bytes) = output {
                sent.extend_from_slice(&bytes);
                pair.feed_server(&bytes).unwrap();
            }
        }
        while let Some(output) = pair.server.poll_output() {
            quiet = false;
            match output {
                Output::Transmit(bytes) => pair.feed_client(&bytes).unwrap(),
                Output::Event(event) => accept_all(now)(&mut pair.server, &event).unwrap(),
            }
        }
        if quiet {
            break;
        }
    }
    for end in 3073..sent.len() {
        rtmp::fuzz::server_session(&sent[3073..end]);
        let mut flipped = sent[3073..].to_vec();
        flipped[end - 3073] ^= 0xFF;
        rtmp::fuzz::server_session(&flipped);
        rtmp::fuzz::client_session(&flipped);
    }
}
