//! Publishers that die, come back, and contend for a name.

use std::time::{Duration, Instant};

use base::ErrorKind;
use container::flv::TagKind;
use rtmp::ClientRole;
use testkit::clips::Clip;
use testkit::flv::{FlvViewer, VideoTag, video_tag};
use testkit::publish::media_tags;
use testkit::rtmp_peer::RtmpPeer;
use testkit::ws::{WsEvent, WsViewer};
use testkit::{PATIENCE, publish, until};

use crate::support::{H264_SDP, RtspPeer, options, publish as publish_clip, publish_tags};

#[test]
fn viewers_survive_a_publisher_that_dies_within_a_gop_and_comes_back() {
    let mut server = options().start();
    let api = server.sign_in();
    let publisher = publish_clip(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    let mut viewer = FlvViewer::open(server.address("http"), "/road/k1.flv");
    let mut ws = WsViewer::open(server.address("http"), "/road/k1.mp4", false);
    let before = viewer.pictures(Duration::from_millis(1300));
    publisher.stop().crash();
    api.await_state("road/k1", "waiting");
    assert!(!viewer.has_ended());
    let _back = publish_clip(&server, "road/k1", Clip::H264Aac);
    api.await_state("road/k1", "live");
    let after = viewer.pictures(Duration::from_secs(3));
    assert!(after.len() > 40, "{} pictures after the return", after.len());
    let gap = after.windows(2).position(|pair| pair[1].timestamp_ms > pair[0].timestamp_ms + 200);
    let first = &after[gap.map_or(0, |before_gap| before_gap + 1)];
    assert_eq!(video_tag(&first.body), VideoTag::Key, "the return begins with a key frame");
    let clock: Vec<i64> = before.iter().chain(&after).map(|tag| tag.timestamp_ms).collect();
    assert!(clock.windows(2).all(|pair| pair[0] <= pair[1]), "one time line: {clock:?}");
    let mut announcements = 0;
    while let Some(event) = ws.next(Duration::from_millis(200)) {
        match event {
            WsEvent::Text(_) => announcements += 1,
            WsEvent::Binary(_) if announcements > 1 => break,
            WsEvent::Closed(how) => panic!("{how:?}"),
            WsEvent::Binary(_) => {}
        }
        if api.stream("road/k1").unwrap()["counters"]["frames"].as_u64() > Some(400) {
            break;
        }
    }
    assert_eq!(announcements, 1, "the same parameters are not announced again");
    assert_eq!(api.stream("road/k1").unwrap()["incarnation"], 2);
    server.assert_well();
}

#[test]
fn viewers_see_the_end_when_the_publisher_does_not_come_back() {
    let server = options().set("streams.publisher_grace_ms", "1000").start();
    let api = server.sign_in();
    let publisher = publish_clip(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    let mut flv = FlvViewer::open(server.address("http"), "/road/k1.flv");
    let mut ws = WsViewer::open(server.address("http"), "/road/k1.flv", false);
    let mut rtmp = RtmpPeer::open(server.address("rtmp"), "road/k1", ClientRole::Play).unwrap();
    publisher.stop().crash();
    assert!(flv.await_end(Duration::from_secs(8)));
    assert_eq!(ws.close_code(PATIENCE).unwrap().0, 4503);
    assert!(rtmp.await_end(Duration::from_secs(8)));
    until("the stream to be forgotten", PATIENCE, || api.stream("road/k1").is_none().then_some(()));
}

#[test]
fn a_second_publisher_is_refused_in_its_own_protocol() {
    let mut server = options().start();
    let api = server.sign_in();
    let _first = publish_clip(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    let mut viewer = FlvViewer::open(server.address("http"), "/road/k1.flv");
    let error = RtmpPeer::open(server.address("rtmp"), "road/k1", ClientRole::Publish).unwrap_err();
    assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("already"), "{error}");
    let mut rtsp = RtspPeer::connect(server.address("rtsp"));
    assert_eq!(rtsp.ask("ANNOUNCE", "road/k1", "", H264_SDP).status, 406);
    let mut ffmpeg = publish::ffmpeg_rtmp(&Clip::H264.path(), &server.url("rtmp", "road/k1"));
    assert!(!ffmpeg.wait(PATIENCE).success(), "FFmpeg understands the refusal");
    let pictures = viewer.pictures(Duration::from_secs(2));
    assert!(pictures.len() > 35, "the first publisher is not disturbed");
    assert_eq!(api.stream("road/k1").unwrap()["incarnation"], 1);
    server.assert_well();
}

#[test]
fn two_publishers_at_the_same_instant_are_one() {
    let mut server = options().start();
    for round in 0..10 {
        let path = format!("road/k{round}");
        let won: usize = std::thread::scope(|scope| {
            let open = || RtmpPeer::open(server.address("rtmp"), &path, ClientRole::Publish).ok();
            let peers: Vec<_> = (0..6).map(|_| scope.spawn(open)).collect();
            let peers: Vec<_> = peers.into_iter().filter_map(|peer| peer.join().unwrap()).collect();
            peers.len()
        });
        assert_eq!(won, 1, "publishers of {path}");
    }
    server.assert_well();
}

#[test]
fn a_second_publisher_takes_over_where_that_is_configured() {
    let mut server = options().set("streams.replace_publisher", "true").start();
    let api = server.sign_in();
    let first = publish_clip(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    let mut viewer = FlvViewer::open(server.address("http"), "/road/k1.flv");
    viewer.pictures(Duration::from_secs(1));
    let _second = publish_clip(&server, "road/k1", Clip::H264Small);
    until("the second publisher", PATIENCE, || (api.stream("road/k1")?["incarnation"] == 2).then_some(()));
    assert!(first.stop().await_end(PATIENCE), "the first one is told to go");
    assert!(viewer.next_video(VideoTag::SequenceHeader, PATIENCE).is_some(), "the new parameters");
    assert!(viewer.pictures(Duration::from_secs(2)).len() > 25);
    assert_eq!(api.stream("road/k1").unwrap()["tracks"][0]["width"], 192);
    server.assert_well();
}

#[test]
fn a_silent_publisher_gives_way_to_one_that_sends() {
    let server = options().start();
    let api = server.sign_in();
    let publisher = publish_clip(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    let _silent = publisher.stop();
    let error = RtmpPeer::open(server.address("rtmp"), "road/k1", ClientRole::Publish).map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "not at once");
    testkit::pause(Duration::from_secs(6));
    let _next = publish_clip(&server, "road/k1", Clip::H264);
    until("the next publisher", PATIENCE, || (api.stream("road/k1")?["incarnation"] == 2).then_some(()));
}

#[test]
fn a_publisher_may_return_at_the_last_moment_of_the_grace_time() {
    let server = options().set("streams.publisher_grace_ms", "2000").start();
    let api = server.sign_in();
    let publisher = publish_clip(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    let mut viewer = FlvViewer::open(server.address("http"), "/road/k1.flv");
    publisher.stop().crash();
    api.await_state("road/k1", "waiting");
    testkit::pause(Duration::from_millis(1200));
    // Connected within the grace time; its first picture comes after it.
    let peer = RtmpPeer::open(server.address("rtmp"), "road/k1", ClientRole::Publish).unwrap();
    testkit::pause(Duration::from_millis(1500));
    let _publisher = publish::TagPublisher::start(peer, media_tags(Clip::H264), |at| u32::try_from(at).unwrap());
    api.await_state("road/k1", "live");
    assert!(!viewer.pictures(Duration::from_secs(2)).is_empty() && !viewer.has_ended());
}

#[test]
fn a_big_gop_is_not_joinable_and_says_so() {
    let server = options().set("streams.gop_cap_bytes", "65536").start();
    let api = server.sign_in();
    let tags = media_tags(Clip::H264OneKey);
    let _publisher = publish_tags(&server, "road/k1", tags, |at| u32::try_from(at).unwrap());
    until("an overflow", PATIENCE, || {
        (api.stream("road/k1")?["counters"]["gop_overflows"].as_u64()? > 0).then_some(())
    });
    let stream = api.stream("road/k1").unwrap();
    assert_eq!(stream["gop"]["joinable"], false);
    assert!(api.get("/streams/road/k1/diagnosis")["summary"].as_str().unwrap().contains("GOP outgrew"));
}

#[test]
fn a_fast_publisher_that_nobody_watches_is_not_held_back() {
    /// 40 MB in all: at one read per pause it would take longer than anybody's patience.
    const PICTURES: u32 = 100;
    const PICTURE_LEN: usize = 400 << 10;
    let mut server = options().start();
    let api = server.sign_in();
    let mut peer = RtmpPeer::open(server.address("rtmp"), "road/k1", ClientRole::Publish).unwrap();
    let tags = media_tags(Clip::H264);
    let first = tags.iter().position(|tag| video_tag(&tag.body) == VideoTag::Key).unwrap();
    for tag in &tags[..=first] {
        assert!(peer.send(tag.kind, 0, &tag.body));
    }
    let mut body = vec![0x27, 1, 0, 0, 0];
    body.extend(u32::try_from(PICTURE_LEN).unwrap().to_be_bytes());
    body.push(0x41);
    body.resize(body.len() + PICTURE_LEN - 1, 0xAA);
    let started = Instant::now();
    for picture in 1..=PICTURES {
        assert!(peer.send(TagKind::Video, picture * 40, &body));
        assert!(started.elapsed() < PATIENCE, "held back at picture {picture}");
    }
    let mut picture = PICTURES;
    until("all pictures", PATIENCE, || {
        // The first ones wait for a second track until time has passed, which the next one tells.
        picture += 1;
        assert!(peer.send(TagKind::Video, picture * 40, &body));
        let frames = api.stream("road/k1")?["counters"]["frames"].as_u64()?;
        (frames > u64::from(PICTURES)).then_some(())
    });
    server.assert_well();
}
