use super::*;
use crate::publisher::{PublisherAddress, StopReason};
use crate::{Feedback, RenditionKey, Subscriber};
use bytes::{Bytes, BytesMut};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use media::bitstream::nal::put_length_prefixed;
use media::{AacConfig, AccessUnit, CodecConfig, Frame, H264Config, MediaTime, Muxer, Refusal, TrackConfig, TrackId};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::atomic::AtomicUsize;

const AVCC: &[u8] =
    &hex_literal::hex!("0142c01fffe100196742c01fd9005005bb0110000003001000000303c0f183248001000568cb83cb20");

fn millis() -> NonZeroU32 {
    NonZeroU32::new(1000).unwrap()
}

fn video_track() -> TrackConfig {
    TrackConfig::new(TrackId(0), millis(), CodecConfig::H264(H264Config::from_avcc(AVCC).unwrap().0))
}

fn audio_track() -> TrackConfig {
    let config = AacConfig::lc(NonZeroU32::new(48_000).unwrap(), 2).unwrap();
    TrackConfig::new(TrackId(1), millis(), CodecConfig::Aac(config))
}

fn picture(at_ms: i64, key: bool, len: usize) -> AccessUnit {
    let mut nal = vec![7; len.max(2)];
    nal[0] = if key { 0x65 } else { 0x41 };
    let mut payload = BytesMut::new();
    put_length_prefixed(&mut payload, &nal);
    unit(0, at_ms, key, payload.freeze())
}

fn sound(at_ms: i64) -> AccessUnit {
    unit(1, at_ms, true, Bytes::from_static(&[1; 20]))
}

fn unit(track: u8, at_ms: i64, key: bool, payload: Bytes) -> AccessUnit {
    let at = MediaTime::new(at_ms, millis());
    AccessUnit { track: TrackId(track), pts: at, dts: Some(at), key, payload, capture_utc: None }
}

fn key(name: &str) -> StreamKey {
    StreamKey::new("road", name).unwrap()
}

fn request(name: &str) -> PublishRequest {
    let address = PublisherAddress { protocol: "test", peer: "here".into(), socket: None };
    PublishRequest { key: key(name), address, on_demand: false }
}

fn hub() -> Hub {
    Hub::new(StreamOptions { publisher_grace: Duration::from_millis(80), ..StreamOptions::default() })
}

/// A publisher of pictures whose first `count` frames, key first, are in the ring.
fn publisher(hub: &Hub, name: &str, count: i64) -> Publisher {
    let mut publisher = hub.publish(request(name)).unwrap();
    publisher.expect_tracks(1);
    publisher.configure(video_track());
    feed(&mut publisher, 0..count);
    publisher
}

/// Pictures 40 ms apart that arrive when they say; the first and every 25th is a key frame.
fn feed(publisher: &mut Publisher, numbers: std::ops::Range<i64>) {
    let start = Instant::now();
    for number in numbers {
        let arrival = start + Duration::from_millis(u64::try_from(number * 40).unwrap());
        assert!(publisher.push(picture(number * 40, number % 25 == 0, 100), arrival));
    }
}

/// Writes `H` for a header and one letter a frame, so that a test reads what a viewer gets.
#[derive(Default)]
struct Letters {
    started: bool,
    changed: bool,
}

impl Muxer for Letters {
    fn set_tracks(&mut self, _tracks: &[Arc<TrackConfig>]) -> Vec<Refusal> {
        self.changed = std::mem::replace(&mut self.started, true);
        Vec::new()
    }

    fn write_header(&mut self, out: &mut BytesMut) {
        out.extend_from_slice(b"H");
    }

    fn write_frame(&mut self, frame: &Frame, out: &mut BytesMut) {
        if std::mem::take(&mut self.changed) {
            self.write_header(out);
        }
        out.extend_from_slice(if frame.key { b"K" } else { b"p" });
    }
}

fn letters(stream: &Arc<Stream>) -> Arc<crate::Rendition> {
    stream.rendition(RenditionKey("letters".into()), || Box::<Letters>::default()).unwrap()
}

/// What a viewer who joins now is sent.
fn joined(rendition: &crate::Rendition) -> String {
    let mut chunks = Vec::new();
    let outcome = rendition.read(0, &mut chunks);
    let join = outcome.join.unwrap();
    let mut text = String::new();
    for chunk in chunks.iter().filter(|chunk| chunk.position >= join) {
        if chunk.position == join {
            text += std::str::from_utf8(chunk.header.as_ref().unwrap()).unwrap();
        }
        text += std::str::from_utf8(&chunk.body).unwrap();
    }
    text
}

#[tokio::test]
async fn a_second_publisher_is_refused_unless_it_may_take_over() {
    let strict = hub();
    let _first = publisher(&strict, "k1", 3);
    assert_eq!(strict.publish(request("k1")).unwrap_err(), PublishError::Busy(key("k1")));

    let lenient = Hub::new(StreamOptions { replace_publisher: true, ..StreamOptions::default() });
    let mut first = publisher(&lenient, "k1", 3);
    let mut second = publisher(&lenient, "k1", 3);
    assert_eq!(first.feedback().take(), Some(Feedback::Stop(StopReason::Replaced)));
    assert!(!first.push(picture(120, false, 10), Instant::now()), "the old one learns that it is over");
    assert!(second.push(picture(120, false, 10), Instant::now()));
    drop(first);
    assert_eq!(second.stream().phase(), Phase::Live, "the end of the old one changes nothing");
}

#[tokio::test]
async fn viewers_survive_a_publisher_that_comes_back_within_the_grace_time() {
    let hub = hub();
    let first = publisher(&hub, "k1", 5);
    let stream = Arc::clone(first.stream());
    let mut reader = Subscriber::new(Arc::clone(&stream), true);
    let last = std::iter::from_fn(|| reader.try_next()).last().unwrap().frame.dts;
    drop(first);
    assert!(matches!(stream.phase(), Phase::Grace(_)));
    let _second = publisher(&hub, "k1", 3);
    assert_eq!(stream.phase(), Phase::Live);
    let next = reader.try_next().unwrap();
    assert!(next.frame.dts > last, "the time line goes on");
    assert!(next.frame.key && !next.skipped);
    assert_eq!(next.frame.config_version, 1, "the same parameters are the same version");
    assert_eq!((stream.incarnation(), stream.tracks().generation), (2, 1));
}

#[tokio::test]
async fn after_the_grace_time_the_stream_ends_for_its_readers() {
    let hub = hub();
    let first = publisher(&hub, "k1", 5);
    let stream = Arc::clone(first.stream());
    let mut reader = Subscriber::new(Arc::clone(&stream), false);
    drop(first);
    hub.tick(Instant::now() + Duration::from_secs(1), false);
    assert_eq!(stream.phase(), Phase::Closed);
    assert!(reader.next().await.is_none());
    assert!(hub.find(&key("k1")).is_none());
}

#[tokio::test]
async fn a_viewer_is_held_until_somebody_publishes() {
    let hub = Arc::new(hub());
    let waiting = tokio::spawn({
        let hub = Arc::clone(&hub);
        async move { hub.open(&key("k1"), Duration::from_secs(5)).await.map(|open| open.stream.phase()) }
    });
    tokio::task::yield_now().await;
    hub.tick(Instant::now(), true);
    let _publisher = publisher(&hub, "k1", 2);
    assert_eq!(waiting.await.unwrap(), Ok(Phase::Live));
    let absent = hub.open(&key("k2"), Duration::from_millis(5)).await.unwrap_err();
    assert_eq!(absent.kind, ErrorKind::NotFound);
    hub.tick(Instant::now(), false);
    assert!(hub.find(&key("k2")).is_none(), "nobody waits for it any more");
}

/// Knows one name and fails it for good.
struct WrongPassword(Arc<Hub>, AtomicUsize);

impl StreamProvider for WrongPassword {
    fn name(&self) -> &'static str {
        "test"
    }

    fn open(&self, key: &StreamKey) -> BoxFuture<'_, Result<Offer, OpenError>> {
        self.1.fetch_add(1, Ordering::Relaxed);
        let offer = if key.name() == "locked" {
            self.0.find(key).unwrap().report_failure(ErrorKind::Unauthorized, "wrong password");
            Offer::Started
        } else {
            Offer::Unknown
        };
        std::future::ready(Ok(offer)).boxed()
    }
}

#[tokio::test]
async fn a_lasting_failure_of_a_source_reaches_those_who_wait_at_once() {
    let hub = Arc::new(hub());
    let provider = Arc::new(WrongPassword(Arc::clone(&hub), AtomicUsize::new(0)));
    hub.set_providers(vec![Arc::clone(&provider) as Arc<dyn StreamProvider>]);
    let error = hub.open(&key("locked"), Duration::from_secs(60)).await.unwrap_err();
    assert_eq!((error.kind, error.text.as_str()), (ErrorKind::Unauthorized, "wrong password"));
    let _live = publisher(&hub, "k1", 2);
    assert!(hub.open(&key("k1"), Duration::ZERO).await.is_ok());
    assert_eq!(provider.1.load(Ordering::Relaxed), 1, "a running stream asks nobody");
}

#[tokio::test]
async fn a_rendition_is_muxed_once_and_starts_with_header_and_key_frame() {
    let hub = hub();
    let mut publisher = publisher(&hub, "k1", 28);
    let stream = Arc::clone(publisher.stream());
    let rendition = letters(&stream);
    assert!(Arc::ptr_eq(&rendition, &letters(&stream)));
    assert_eq!(joined(&rendition), "HKpp");
    feed(&mut publisher, 28..30);
    assert_eq!(joined(&rendition), "HKpppp");
    drop(rendition);
    assert_eq!(joined(&letters(&stream)), "HKpppp", "it lives while it has readers, and is made anew");
}

#[tokio::test]
async fn a_changed_parameter_set_sends_the_header_again_to_those_who_watch() {
    let hub = hub();
    let mut publisher = publisher(&hub, "k1", 2);
    let rendition = letters(&Arc::clone(publisher.stream()));
    assert_eq!(joined(&rendition), "HKp");
    let other = hex_literal::hex!(
        "0164001effe1001a6764001eacd940a02ff97011000003000100000300320f162d9601000668ebe3cb22c0fdf8f800"
    );
    publisher.configure(TrackConfig::new(
        TrackId(0),
        millis(),
        CodecConfig::H264(H264Config::from_avcc(&other).unwrap().0),
    ));
    publisher.push(picture(80, false, 10), Instant::now());
    let mut chunks = Vec::new();
    rendition.read(2, &mut chunks);
    assert_eq!((&chunks[0].body[..], &chunks[0].header), (&b"Hp"[..], &None), "nobody can join here");
    assert_eq!(publisher.stream().tracks().list[0].version, 2);
}

#[tokio::test]
async fn a_reader_that_falls_off_the_ring_resumes_at_the_newest_key_frame() {
    let hub = Hub::new(StreamOptions { gop_cap_bytes: 70_000, ..StreamOptions::default() });
    let mut publisher = publisher(&hub, "k1", 1);
    let mut reader = Subscriber::new(Arc::clone(publisher.stream()), true);
    assert!(reader.try_next().unwrap().frame.key);
    let start = Instant::now();
    for number in 1..400 {
        let arrival = start + Duration::from_millis(u64::try_from(number * 40).unwrap());
        publisher.push(picture(number * 40, number % 25 == 0, 2000), arrival);
    }
    let next = reader.try_next().unwrap();
    assert!(next.skipped && next.frame.key);
    assert_eq!((next.frame.dts.as_millis(), reader.skips()), (375 * 40, 1));
}

#[tokio::test]
async fn a_gop_over_the_cap_asks_the_publisher_for_a_key_frame_but_not_too_often() {
    let hub = Hub::new(StreamOptions { gop_cap_bytes: 65_536, ..StreamOptions::default() });
    let mut publisher = publisher(&hub, "k1", 1);
    let feedback = publisher.feedback();
    for number in 1..60 {
        publisher.push(picture(number * 40, false, 4000), Instant::now());
    }
    assert_eq!(feedback.take(), Some(Feedback::KeyFrame));
    assert!(!publisher.stream().gop().3, "nobody can join");
    assert!(!publisher.stream().request_key_frame(Instant::now()), "asked a moment ago");
    assert_eq!(feedback.take(), None);
    assert_eq!(publisher.stream().counters().read().gop_overflows, 1);
}

#[tokio::test]
async fn a_switch_goes_on_with_the_old_picture_until_the_new_one_has_a_key_frame() {
    let hub = hub();
    let mut main = publisher(&hub, "main", 2);
    let mut sub = publisher(&hub, "sub", 2);
    let mut reader = Subscriber::new(Arc::clone(main.stream()), true);
    while reader.try_next().is_some() {}
    reader.switch(Arc::clone(sub.stream()));
    sub.push(picture(80, false, 10), Instant::now());
    main.push(picture(80, false, 10), Instant::now());
    assert!(reader.try_next().is_some());
    assert_eq!(reader.stream().key().name(), "main");
    sub.push(picture(120, true, 10), Instant::now());
    assert!(reader.try_next().unwrap().frame.key);
    assert_eq!(reader.stream().key().name(), "sub");
}

#[tokio::test]
async fn sound_alone_can_be_joined_at_once_and_a_late_track_is_a_new_generation() {
    let hub = hub();
    let mut publisher = hub.publish(request("k1")).unwrap();
    publisher.expect_tracks(1);
    publisher.configure(audio_track());
    publisher.push(sound(0), Instant::now());
    publisher.push(sound(21), Instant::now());
    let stream = Arc::clone(publisher.stream());
    assert_eq!(joined(&letters(&stream)), "HK");
    publisher.configure(video_track());
    publisher.push(picture(40, true, 50), Instant::now());
    assert_eq!((stream.tracks().generation, stream.tracks().list.len()), (2, 2));
}

#[tokio::test]
async fn the_first_frames_wait_for_all_expected_tracks() {
    let hub = hub();
    let mut publisher = hub.publish(request("k1")).unwrap();
    publisher.expect_tracks(2);
    publisher.configure(video_track());
    publisher.push(picture(0, true, 50), Instant::now());
    assert_eq!(publisher.stream().phase(), Phase::Waiting);
    publisher.configure(audio_track());
    publisher.push(sound(1), Instant::now());
    assert_eq!((publisher.stream().phase(), publisher.stream().tracks().generation), (Phase::Live, 1));
}

#[tokio::test]
async fn an_idle_source_on_demand_is_stopped_and_a_watched_one_is_not() {
    let hub = Hub::new(StreamOptions { idle_close: Duration::from_secs(20), ..StreamOptions::default() });
    let mut publisher = hub.publish(PublishRequest { on_demand: true, ..request("k1") }).unwrap();
    publisher.expect_tracks(1);
    publisher.configure(video_track());
    feed(&mut publisher, 0..2);
    let address: SocketAddr = "192.0.2.1:5".parse().unwrap();
    let start = SessionStart { protocol: "test", address, user_agent: None, grant: crate::Grant::default() };
    let session = hub.start_session(publisher.stream(), start);
    let now = Instant::now();
    hub.tick(now + Duration::from_secs(60), false);
    assert_eq!(publisher.feedback().take(), None);
    drop(session);
    hub.tick(Instant::now() + Duration::from_secs(21), false);
    assert_eq!(publisher.feedback().take(), Some(Feedback::Stop(StopReason::Idle)));
}

#[tokio::test]
async fn sessions_are_listed_kicked_expired_and_accounted() {
    let hub = hub();
    let records = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&records);
    hub.set_record_sink(Box::new(move |record| sink.lock().unwrap().push(record)));
    let publisher = publisher(&hub, "k1", 2);
    let expires_at = Some(SystemTime::now() + Duration::from_secs(60));
    let grant = crate::Grant { subject: Some("desk 7".into()), expires_at };
    let address: SocketAddr = "192.0.2.1:5".parse().unwrap();
    let start = SessionStart { protocol: "test", address, user_agent: None, grant };
    let session = hub.start_session(publisher.stream(), start);
    session.sent(1000, 0);
    assert_eq!(publisher.stream().sessions().len(), 1);
    assert!(!session.is_over(SystemTime::now()));
    assert!(session.is_over(SystemTime::now() + Duration::from_secs(61)), "the grant ran out");
    assert!(hub.kick(session.id()) && session.is_over(SystemTime::now()));
    assert!(!hub.kick(12_345));
    drop(session);
    hub.tick(Instant::now(), false);
    let records = records.lock().unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!((records[0].bytes, records[0].subject.as_deref()), (1000, Some("desk 7")));
    assert_eq!(publisher.stream().viewer_count(), 0);
}
