//! The life of streams: publishers that come and go, viewers that stay, lag, switch and are counted.

use std::num::NonZeroU32;
use std::sync::atomic::AtomicUsize;

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use media::{
    AccessUnit, CodecConfig, Frame, MediaKind, MediaTime, Muxer, OpaqueConfig, Refusal, Timestamp, TrackConfig, TrackId,
};

use super::*;
use crate::publisher::{PublisherAddress, StopReason};
use crate::rendition::{Chunk, RenditionKey};
use crate::{Feedback, Grant, Subscriber};

const VIDEO: TrackId = TrackId(0);
const AUDIO: TrackId = TrackId(1);
const MILLIS: NonZeroU32 = NonZeroU32::new(1000).unwrap();

fn key(text: &str) -> StreamKey {
    text.parse().unwrap()
}

fn request(name: &str) -> PublishRequest {
    let address = PublisherAddress { protocol: "test", peer: "peer".to_owned(), socket: None };
    PublishRequest { key: key(name), address, on_demand: false, stands_in: false }
}

fn options() -> StreamOptions {
    StreamOptions { ready_wait: Duration::ZERO, interleave_wait: Duration::ZERO, ..StreamOptions::default() }
}

fn hub() -> Hub {
    Hub::new(options())
}

fn track(id: TrackId, params: &'static str) -> TrackConfig {
    let kind = if id == VIDEO { MediaKind::Video } else { MediaKind::Audio };
    let params = Bytes::from_static(params.as_bytes());
    TrackConfig::new(id, MILLIS, CodecConfig::Opaque(OpaqueConfig { kind, id: "test".into(), params }))
}

/// A publisher that stamps and sends with one clock.
struct Source {
    publisher: Publisher,
    origin: Instant,
}

impl Source {
    fn new(hub: &Hub, name: &str, tracks: &[TrackConfig]) -> Self {
        let mut publisher = hub.publish(request(name)).unwrap();
        tracks.iter().for_each(|track| publisher.configure(track.clone()));
        Self { publisher, origin: Instant::now() }
    }

    fn send_bytes(&mut self, track: TrackId, at_ms: i64, is_key: bool, payload: Bytes) -> bool {
        let time = MediaTime::new(at_ms, MILLIS);
        let unit = AccessUnit { track, pts: time, dts: Some(time), key: is_key, payload, capture_utc: None };
        self.publisher.push(unit, self.origin + Duration::from_millis(at_ms.unsigned_abs()))
    }

    fn send(&mut self, track: TrackId, at_ms: i64, is_key: bool) -> bool {
        let text = format!("{}{at_ms}", if is_key { "key" } else { "p" });
        self.send_bytes(track, at_ms, is_key, Bytes::from(text))
    }

    /// Pictures every 40 ms, a key frame each 10.
    fn pictures(&mut self, range: std::ops::Range<i64>) {
        range.for_each(|index| {
            self.send(VIDEO, index * 40, index % 10 == 0);
        });
    }
}

/// Writes payloads between bars; counts what it is asked.
struct Bars {
    writes: Arc<AtomicUsize>,
    refuses: Option<TrackId>,
    tracks: usize,
}

impl Bars {
    fn counted() -> (Self, Arc<AtomicUsize>) {
        let writes = Arc::<AtomicUsize>::default();
        (Self { writes: Arc::clone(&writes), refuses: None, tracks: 0 }, writes)
    }
}

impl Muxer for Bars {
    fn set_tracks(&mut self, tracks: &[Arc<TrackConfig>]) -> Vec<Refusal> {
        self.tracks = tracks.len();
        let refused = tracks.iter().filter(|track| Some(track.id) == self.refuses);
        refused.map(|track| Refusal { track: track.id, codec: track.codec(), reason: "no".to_owned() }).collect()
    }

    fn write_header(&mut self, out: &mut BytesMut) {
        out.put_slice(format!("header{}|", self.tracks).as_bytes());
    }

    fn write_frame(&mut self, frame: &Frame, out: &mut BytesMut) {
        self.writes.fetch_add(1, Ordering::Relaxed);
        if Some(frame.track) != self.refuses {
            out.put_slice(&frame.payload);
            out.put_u8(b'|');
        }
    }
}

fn name(name: &str) -> RenditionKey {
    RenditionKey(name.into())
}

fn text(chunks: &[Chunk]) -> String {
    chunks.iter().map(|chunk| String::from_utf8_lossy(&chunk.body).into_owned()).collect()
}

fn viewer(hub: &Hub, stream: &Arc<Stream>) -> Arc<Session> {
    let start = SessionStart {
        protocol: "test",
        address: ([192, 0, 2, 1], 7).into(),
        user_agent: None,
        grant: Grant { subject: Some("somebody".to_owned()), expires_at: None },
    };
    hub.start_session(stream, start)
}

fn received(subscriber: &mut Subscriber) -> Vec<String> {
    std::iter::from_fn(|| subscriber.try_next())
        .map(|received| String::from_utf8_lossy(&received.frame.payload).into_owned())
        .collect()
}

// ---- publishers --------------------------------------------------------------------------------------

#[test]
fn a_publisher_that_returns_within_the_grace_time_keeps_time_line_versions_and_subscribers() {
    let hub = hub();
    let mut first = Source::new(&hub, "road/k1", &[track(VIDEO, "a")]);
    first.pictures(0..15);
    let stream = hub.find(&key("road/k1")).unwrap();
    let session = viewer(&hub, &stream);
    let mut subscriber = Subscriber::new(Arc::clone(&stream), true);
    assert_eq!(received(&mut subscriber).first().map(String::as_str), Some("key400"));
    drop(first);
    assert!(matches!(stream.phase(), Phase::Grace(_)));
    hub.tick(Instant::now() + Duration::from_secs(5), false);
    let mut back = Source::new(&hub, "road/k1", &[track(VIDEO, "a")]);
    back.pictures(0..3);
    let again: Vec<_> = std::iter::from_fn(|| subscriber.try_next()).collect();
    assert_eq!(again.len(), 3, "the subscriber reads on without asking anew");
    assert!(again[0].frame.dts > Timestamp::from_millis(14 * 40), "one time line");
    assert!(again[0].frame.key && !again[0].skipped);
    assert_eq!((again[0].track().unwrap().version, again[0].tracks.generation), (1, 1), "nothing has changed");
    assert_eq!((stream.incarnation(), stream.viewer_count()), (2, 1));
    assert_eq!(stream.phase(), Phase::Live);
    drop(session);
}

#[test]
fn a_publisher_that_returns_with_other_parameters_gets_the_next_version() {
    let hub = hub();
    let mut first = Source::new(&hub, "road/k1", &[track(VIDEO, "a")]);
    first.pictures(0..3);
    drop(first);
    let mut back = Source::new(&hub, "road/k1", &[track(VIDEO, "b")]);
    back.pictures(0..3);
    let tracks = hub.find(&key("road/k1")).unwrap().tracks();
    assert_eq!((tracks.list[0].version, tracks.generation), (2, 2));
}

#[test]
fn viewers_see_the_end_when_the_grace_time_is_over() {
    let hub = hub();
    let mut source = Source::new(&hub, "road/k1", &[track(VIDEO, "a")]);
    source.pictures(0..3);
    let stream = hub.find(&key("road/k1")).unwrap();
    let mut subscriber = Subscriber::new(Arc::clone(&stream), true);
    drop(source);
    hub.tick(Instant::now() + Duration::from_secs(9), false);
    assert!(hub.find(&key("road/k1")).is_some());
    hub.tick(Instant::now() + Duration::from_secs(11), false);
    assert!(hub.find(&key("road/k1")).is_none());
    assert_eq!(stream.phase(), Phase::Closed);
    assert!(subscriber.next().now_or_never().is_some_and(|next| next.is_none()));
}

#[test]
fn a_publisher_that_came_back_in_time_is_not_closed_before_its_first_picture() {
    let hub = hub();
    let mut first = Source::new(&hub, "road/k1", &[track(VIDEO, "a")]);
    first.pictures(0..3);
    drop(first);
    let mut back = Source::new(&hub, "road/k1", &[track(VIDEO, "a")]);
    hub.tick(Instant::now() + Duration::from_secs(11), false);
    assert!(back.send(VIDEO, 0, true));
    assert_eq!(hub.find(&key("road/k1")).unwrap().phase(), Phase::Live);
    // It leaves without a word: the old grace time does not last for ever.
    drop(back);
    hub.tick(Instant::now() + Duration::from_secs(11), false);
    assert!(hub.find(&key("road/k1")).is_none());
}

#[test]
fn a_second_publisher_is_refused_until_the_first_falls_silent() {
    let hub = hub();
    let mut first = Source::new(&hub, "road/k1", &[track(VIDEO, "a")]);
    first.pictures(0..3);
    assert_eq!(hub.publish(request("road/k1")).unwrap_err(), PublishError::Busy(key("road/k1")));
    assert!(hub.publish(request("road/k2")).is_ok());
    assert_eq!(hub.find(&key("road/k1")).unwrap().incarnation(), 1);
    let mut silent = hub.publish(request("road/k3")).unwrap();
    silent.configure(track(VIDEO, "a"));
    assert!(hub.publish(request("road/k3")).is_err(), "one that has only just come is not silent");
}

#[test]
fn of_publishers_at_the_same_instant_one_wins() {
    for _ in 0..50 {
        let hub = hub();
        let won: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| hub.publish(request("road/k1")).ok())).collect();
            threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(won.len(), 1);
    }
}

#[test]
fn a_publisher_that_takes_over_stops_the_other_and_keeps_the_viewers() {
    let hub = Hub::new(StreamOptions { replace_publisher: true, ..options() });
    let mut first = Source::new(&hub, "road/k1", &[track(VIDEO, "a")]);
    first.pictures(0..3);
    let stream = hub.find(&key("road/k1")).unwrap();
    let mut subscriber = Subscriber::new(Arc::clone(&stream), true);
    received(&mut subscriber);
    let mut second = Source::new(&hub, "road/k1", &[track(VIDEO, "b")]);
    assert_eq!(first.publisher.feedback().take(), Some(Feedback::Stop(StopReason::Replaced)));
    assert!(!first.send(VIDEO, 200, true), "the first one learns it at its next frame");
    second.pictures(0..2);
    assert_eq!(received(&mut subscriber), ["key0", "p40"]);
    drop(first);
    assert_eq!(stream.phase(), Phase::Live, "the end of the replaced one ends nothing");
}

#[test]
fn a_publisher_is_stopped_when_its_permission_ends() {
    let hub = hub();
    let mut source = Source::new(&hub, "road/k1", &[track(VIDEO, "a")]);
    source.pictures(0..3);
    source.publisher.limit(SystemTime::now() + Duration::from_secs(60));
    hub.tick(Instant::now(), false);
    assert_eq!(source.publisher.feedback().take(), None);
    source.publisher.limit(SystemTime::now());
    hub.tick(Instant::now(), false);
    assert_eq!(source.publisher.feedback().take(), Some(Feedback::Stop(StopReason::Expired)));
}

#[test]
fn key_frames_are_asked_for_at_most_once_an_interval() {
    let hub = hub();
    let mut source = Source::new(&hub, "road/k1", &[track(VIDEO, "a")]);
    source.pictures(0..1);
    let stream = hub.find(&key("road/k1")).unwrap();
    let now = Instant::now();
    let asked = (0..50).filter(|at| stream.request_key_frame(now + Duration::from_millis(at * 100))).count();
    assert_eq!(asked, 3, "once each two of five seconds");
    assert_eq!(source.publisher.feedback().take(), Some(Feedback::KeyFrame));
    assert_eq!(source.publisher.feedback().take(), None, "two wishes are one");
    assert_eq!(stream.counters().read().key_frame_requests, 3);
}

// ---- reading -----------------------------------------------------------------------------------------

#[test]
fn a_gop_over_the_cap_is_not_joined_and_a_key_frame_is_asked_for() {
    let hub = Hub::new(StreamOptions { gop_cap_bytes: 1000, ..options() });
    let mut source = Source::new(&hub, "road/k1", &[track(VIDEO, "a")]);
    for index in 0..20 {
        source.send_bytes(VIDEO, index * 40, index == 0, Bytes::from(vec![b'x'; 100]));
    }
    let stream = hub.find(&key("road/k1")).unwrap();
    assert_eq!(stream.counters().read().gop_overflows, 1);
    assert_eq!(source.publisher.feedback().take(), Some(Feedback::KeyFrame));
    let mut subscriber = Subscriber::new(Arc::clone(&stream), true);
    assert!(received(&mut subscriber).is_empty(), "nothing to start with");
    source.send(VIDEO, 800, true);
    assert_eq!(received(&mut subscriber), ["key800"]);
}

#[test]
fn a_reader_that_lags_resumes_at_a_key_frame_and_is_told() {
    let hub = hub();
    let mut source = Source::new(&hub, "road/k1", &[track(VIDEO, "a")]);
    source.pictures(0..3);
    let mut subscriber = Subscriber::new(hub.find(&key("road/k1")).unwrap(), true);
    assert_eq!(subscriber.try_next().unwrap().frame.payload, "key0");
    received(&mut subscriber);
    source.pictures(3..55);
    let next = subscriber.try_next().unwrap();
    assert!(next.skipped && next.frame.key);
    assert_eq!((&next.frame.payload[..], subscriber.skips()), (&b"key2000"[..], 1));
    assert!(!subscriber.try_next().unwrap().skipped);
}

#[test]
fn a_rendition_is_muxed_once_for_all_its_readers() {
    let hub = hub();
    let mut source = Source::new(&hub, "road/k1", &[track(VIDEO, "a")]);
    source.pictures(0..5);
    let stream = hub.find(&key("road/k1")).unwrap();
    let (muxer, writes) = Bars::counted();
    let one = stream.rendition(name("bars"), || Box::new(muxer)).unwrap();
    let two = stream.rendition(name("bars"), || panic!("it exists")).unwrap();
    let (mut first, mut second) = (Vec::new(), Vec::new());
    one.read(0, &mut first);
    source.pictures(5..8);
    let end = one.read(first.len() as u64, &mut first).end;
    two.read(0, &mut second);
    assert_eq!(text(&first), text(&second));
    assert_eq!((writes.load(Ordering::Relaxed), end), (8, 8));
    assert!(first[0].body.as_ptr() == second[0].body.as_ptr(), "the same bytes");
    drop((one, two));
    let (muxer, _) = Bars::counted();
    assert!(stream.rendition(name("bars"), || Box::new(muxer)).is_some(), "it lived while it had readers");
}

#[test]
fn only_starts_carry_the_header() {
    let hub = hub();
    let mut source = Source::new(&hub, "road/k1", &[track(VIDEO, "a"), track(AUDIO, "a")]);
    source.pictures(0..12);
    let stream = hub.find(&key("road/k1")).unwrap();
    let (muxer, _) = Bars::counted();
    let rendition = stream.rendition(name("bars"), || Box::new(muxer)).unwrap();
    let mut chunks = Vec::new();
    rendition.read(0, &mut chunks);
    source.publisher.configure(track(VIDEO, "b"));
    source.pictures(12..22);
    rendition.read(chunks.len() as u64, &mut chunks);
    let with_header: Vec<_> =
        chunks.iter().filter(|chunk| chunk.header.is_some()).map(|chunk| &chunk.body[..]).collect();
    assert_eq!(with_header, [&b"key400|"[..], b"key800|"]);
    assert!(chunks.iter().filter_map(|chunk| chunk.header.as_ref()).all(|header| header == "header2|"));
}

#[test]
fn a_track_that_comes_late_makes_a_new_generation() {
    let hub = hub();
    let mut source = Source::new(&hub, "road/k1", &[track(VIDEO, "a")]);
    source.pictures(0..2);
    let stream = hub.find(&key("road/k1")).unwrap();
    let mut subscriber = Subscriber::new(Arc::clone(&stream), true);
    source.publisher.configure(track(AUDIO, "a"));
    source.send(AUDIO, 50, true);
    let generations: Vec<(u64, usize)> = std::iter::from_fn(|| subscriber.try_next())
        .map(|received| (received.tracks.generation, received.tracks.list.len()))
        .collect();
    assert_eq!(generations, [(1, 1), (1, 1), (2, 2)]);
}

#[test]
fn sound_alone_is_joined_at_once_and_bursts_of_it_are_kept_whole() {
    let hub = hub();
    let mut source = Source::new(&hub, "road/k1", &[track(AUDIO, "a")]);
    source.send(AUDIO, 0, true);
    let stream = hub.find(&key("road/k1")).unwrap();
    let (muxer, _) = Bars::counted();
    let rendition = stream.rendition(name("bars"), || Box::new(muxer)).unwrap();
    let mut chunks = Vec::new();
    assert_eq!(rendition.read(0, &mut chunks).join, Some(0));
    // Several frames of one packet, taken in before anybody reads.
    (1..8).for_each(|index| {
        source.send(AUDIO, index * 21, true);
    });
    let outcome = rendition.read(1, &mut chunks);
    assert_eq!((outcome.end, outcome.start, outcome.join, chunks.len()), (8, 0, Some(7), 8));
}

#[test]
fn a_refused_picture_does_not_keep_viewers_from_the_sound() {
    let hub = hub();
    let mut source = Source::new(&hub, "road/k1", &[track(VIDEO, "a"), track(AUDIO, "a")]);
    let stream = hub.prepare(&key("road/k1")).unwrap().stream;
    let (mut muxer, _) = Bars::counted();
    muxer.refuses = Some(VIDEO);
    let rendition = stream.rendition(name("sound"), || Box::new(muxer)).unwrap();
    source.send(VIDEO, 0, true);
    source.send(AUDIO, 1, true);
    let (refusals, carries_any) = rendition.refusals();
    assert_eq!((refusals.len(), carries_any), (1, true));
    let mut chunks = Vec::new();
    assert!(rendition.read(0, &mut chunks).join.is_some());
    assert_eq!(text(&chunks), "key1|");
    assert!(chunks.iter().all(|chunk| chunk.urgent), "there is no picture that the sound could ride along with");
}

#[test]
fn a_switch_happens_at_a_key_frame_of_the_other_rendition() {
    let hub = hub();
    let mut main = Source::new(&hub, "road/main", &[track(VIDEO, "main")]);
    let mut sub = Source::new(&hub, "road/sub", &[track(VIDEO, "sub")]);
    main.pictures(0..3);
    sub.pictures(0..3);
    let mut subscriber = Subscriber::new(hub.find(&key("road/main")).unwrap(), true);
    received(&mut subscriber);
    subscriber.switch(hub.find(&key("road/sub")).unwrap());
    assert_eq!(sub.publisher.feedback().take(), Some(Feedback::KeyFrame), "the wait is kept short");
    main.pictures(3..5);
    sub.pictures(3..10);
    assert_eq!(received(&mut subscriber), ["p120", "p160"], "the present one goes on");
    sub.pictures(10..12);
    main.pictures(5..6);
    assert_eq!(received(&mut subscriber), ["key400", "p440"]);
    assert_eq!(subscriber.stream().key().name(), "sub");
}

// ---- opening -----------------------------------------------------------------------------------------

/// A provider that does as it is told.
struct Scripted {
    answer: Result<Offer, OpenError>,
    asked: AtomicUsize,
}

impl Scripted {
    fn new(answer: Result<Offer, OpenError>) -> Arc<Self> {
        Arc::new(Self { answer, asked: AtomicUsize::new(0) })
    }
}

impl StreamProvider for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn open(&self, _key: &StreamKey, _asker: &Asker) -> BoxFuture<'_, Result<Offer, OpenError>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        std::future::ready(self.answer.clone()).boxed()
    }
}

const WAIT: Duration = Duration::from_secs(10);

#[tokio::test(start_paused = true)]
async fn a_stand_in_gives_way_and_takes_nobodys_place() {
    let hub = hub();
    let stand_in = PublishRequest { stands_in: true, ..request("road/k1") };
    let slate = hub.publish(stand_in.clone()).unwrap();
    assert!(!hub.find(&key("road/k1")).unwrap().had_publisher());
    let _camera = hub.publish(request("road/k1")).unwrap();
    assert_eq!(slate.feedback().take(), Some(Feedback::Stop(StopReason::Replaced)));
    assert!(hub.find(&key("road/k1")).unwrap().had_publisher());
    assert!(matches!(hub.publish(stand_in), Err(PublishError::Busy(_))));
    assert!(matches!(hub.publish(request("road/k1")), Err(PublishError::Busy(_))));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_its_viewers_is_not_held() {
    let hub = hub();
    let asker = Asker { via: vec!["edge".to_owned()] };
    let asked = tokio::time::Instant::now();
    let error = hub.open_for(&key("road/k1"), WAIT, &asker).await.unwrap_err();
    assert_eq!((error.kind, asked.elapsed()), (ErrorKind::NotFound, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn who_plays_before_anybody_publishes_is_held_until_somebody_does() {
    let hub = Arc::new(hub());
    let waiting = tokio::spawn({
        let hub = Arc::clone(&hub);
        async move { hub.open(&key("road/k1"), WAIT).await }
    });
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(!waiting.is_finished());
    let mut source = Source::new(&hub, "road/k1", &[track(VIDEO, "a")]);
    source.pictures(0..1);
    assert_eq!(waiting.await.unwrap().unwrap().stream.phase(), Phase::Live);
}

#[tokio::test(start_paused = true)]
async fn who_plays_what_nobody_brings_is_told_after_the_wait_and_leaves_nothing() {
    let hub = hub();
    let started = tokio::time::Instant::now();
    let error = hub.open(&key("road/k1"), WAIT).await.unwrap_err();
    assert_eq!((error.kind, started.elapsed()), (ErrorKind::NotFound, WAIT));
    hub.tick(Instant::now(), false);
    assert!(hub.list().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_the_source_reaches_those_who_wait_at_once() {
    let hub = Arc::new(hub());
    let provider = Scripted::new(Ok(Offer::Started));
    hub.set_providers(vec![Arc::clone(&provider) as Arc<dyn StreamProvider>]);
    let started = tokio::time::Instant::now();
    let waiting = tokio::spawn({
        let hub = Arc::clone(&hub);
        async move { hub.open(&key("road/cam"), WAIT).await }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    let stream = hub.find(&key("road/cam")).unwrap();
    stream.report_failure(ErrorKind::Unavailable, "busy");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!waiting.is_finished(), "what may mend is waited for");
    stream.report_failure(ErrorKind::Unauthorized, "wrong password");
    let error = waiting.await.unwrap().unwrap_err();
    assert_eq!((error.kind, error.text.as_str()), (ErrorKind::Unauthorized, "wrong password"));
    assert_eq!(started.elapsed(), Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn providers_are_asked_in_order_until_one_knows_the_name() {
    let hub = hub();
    let (unknown, refusing, never) = (
        Scripted::new(Ok(Offer::Unknown)),
        Scripted::new(Err(OpenError { kind: ErrorKind::Forbidden, text: "no".to_owned() })),
        Scripted::new(Ok(Offer::Started)),
    );
    hub.set_providers(vec![Arc::clone(&unknown) as _, Arc::clone(&refusing) as _, Arc::clone(&never) as _]);
    assert_eq!(hub.open(&key("road/cam"), WAIT).await.unwrap_err().kind, ErrorKind::Forbidden);
    let asked = [&unknown, &refusing, &never].map(|provider| provider.asked.load(Ordering::Relaxed));
    assert_eq!(asked, [1, 1, 0]);
    let mut source = Source::new(&hub, "road/k1", &[track(VIDEO, "a")]);
    source.pictures(0..1);
    assert!(hub.open(&key("road/k1"), WAIT).await.is_ok());
    assert_eq!(unknown.asked.load(Ordering::Relaxed), 1, "a running stream needs no provider");
}

#[test]
fn a_stream_that_somebody_waits_for_is_not_forgotten() {
    let hub = hub();
    let open = hub.prepare(&key("road/k1")).unwrap();
    hub.tick(Instant::now(), false);
    assert!(hub.find(&key("road/k1")).is_some());
    drop(open);
    hub.tick(Instant::now(), false);
    assert!(hub.find(&key("road/k1")).is_none());
}

// ---- viewers -----------------------------------------------------------------------------------------

#[test]
fn an_on_demand_source_stops_when_nobody_has_watched_for_a_while() {
    let hub = hub();
    let mut publisher = hub.publish(PublishRequest { on_demand: true, ..request("road/cam") }).unwrap();
    publisher.configure(track(VIDEO, "a"));
    let mut source = Source { publisher, origin: Instant::now() };
    source.pictures(0..1);
    let stream = hub.find(&key("road/cam")).unwrap();
    let session = viewer(&hub, &stream);
    let now = Instant::now();
    hub.tick(now + Duration::from_secs(100), false);
    assert_eq!(source.publisher.feedback().take(), None, "somebody watches");
    drop(session);
    hub.tick(now + Duration::from_secs(15), false);
    assert_eq!(source.publisher.feedback().take(), None, "not at once");
    let returned = viewer(&hub, &stream);
    hub.tick(now + Duration::from_secs(25), false);
    drop(returned);
    hub.tick(now + Duration::from_secs(15), false);
    assert_eq!(source.publisher.feedback().take(), None, "a return begins the time anew");
    hub.tick(Instant::now() + Duration::from_secs(21), false);
    assert_eq!(source.publisher.feedback().take(), Some(Feedback::Stop(StopReason::Idle)));
}

#[test]
fn each_session_leaves_one_record_even_when_its_stream_is_gone() {
    let hub = hub();
    let records = Arc::<Mutex<Vec<SessionRecord>>>::default();
    let sink = Arc::clone(&records);
    hub.set_record_sink(Box::new(move |record| sink.lock().unwrap().push(record)));
    let mut source = Source::new(&hub, "road/k1", &[track(VIDEO, "a")]);
    source.pictures(0..1);
    let stream = hub.find(&key("road/k1")).unwrap();
    let (early, late) = (viewer(&hub, &stream), viewer(&hub, &stream));
    assert_ne!(early.id(), late.id());
    early.sent(1000, 40);
    early.sent(500, 0);
    assert_eq!((early.bytes(), stream.viewer_count()), (1500, 2));
    drop(early);
    hub.tick(Instant::now(), false);
    hub.close_all();
    hub.tick(Instant::now(), false);
    assert!(hub.list().is_empty());
    late.sent(7, 0);
    drop(late);
    hub.tick(Instant::now(), false);
    hub.tick(Instant::now(), false);
    let records = records.lock().unwrap();
    let counted: Vec<_> = records.iter().map(|record| (record.bytes, record.subject.as_deref())).collect();
    assert_eq!(counted, [(1500, Some("somebody")), (7, Some("somebody"))]);
    assert_eq!(stream.counters().read().sent_bytes, 1507);
}

#[test]
fn a_kick_ends_one_session_and_an_expired_grant_its_own() {
    let hub = hub();
    let mut source = Source::new(&hub, "road/k1", &[track(VIDEO, "a")]);
    source.pictures(0..1);
    let stream = hub.find(&key("road/k1")).unwrap();
    let (one, two) = (viewer(&hub, &stream), viewer(&hub, &stream));
    let now = SystemTime::now();
    assert!(hub.kick(one.id()) && !hub.kick(9999));
    assert!(one.is_over(now) && !two.is_over(now));
    let start = SessionStart { grant: Grant { subject: None, expires_at: Some(now) }, ..two.start().clone() };
    assert!(hub.start_session(&stream, start).is_over(now));
}

#[tokio::test]
async fn events_tell_the_life_of_a_stream() {
    let hub = hub();
    let mut events = hub.events();
    let mut source = Source::new(&hub, "road/k1", &[track(VIDEO, "a")]);
    source.pictures(0..1);
    drop(viewer(&hub, &hub.find(&key("road/k1")).unwrap()));
    source.publisher.configure(track(VIDEO, "b"));
    source.send(VIDEO, 40, true);
    drop(source);
    hub.close_all();
    let told: Vec<HubEvent> = std::iter::from_fn(|| events.try_recv().ok()).collect();
    let k1 = || key("road/k1");
    assert_eq!(
        told,
        [
            HubEvent::Up(k1()),
            HubEvent::Viewers(k1()),
            HubEvent::Viewers(k1()),
            HubEvent::Changed(k1()),
            HubEvent::Interrupted(k1()),
            HubEvent::Down(k1()),
        ]
    );
}

#[test]
fn rules_decide_by_name_and_sound_that_is_not_wanted_is_passed_over() {
    struct QuietRoad;
    impl StreamRules for QuietRoad {
        fn options(&self, key: &StreamKey) -> StreamOptions {
            StreamOptions { keep_audio: key.app() != "quiet", ready_wait: Duration::from_secs(60), ..options() }
        }
    }
    let hub = hub();
    hub.set_rules(Arc::new(QuietRoad));
    for (name, tracks) in [("loud/1", 2), ("quiet/1", 1)] {
        let mut source = Source::new(&hub, name, &[track(VIDEO, "v"), track(AUDIO, "a")]);
        source.publisher.expect_tracks(2);
        source.send(VIDEO, 0, true);
        source.send(AUDIO, 10, true);
        let stream = hub.find(&key(name)).unwrap();
        assert_eq!(stream.phase(), Phase::Live, "{name}: a track that is not wanted is not waited for");
        assert_eq!(stream.tracks().list.len(), tracks, "{name}");
        assert_eq!(stream.counters().read().frames, tracks as u64, "{name}");
        assert_eq!(stream.counters().read().dropped, 0, "{name}");
    }
}

#[test]
fn a_derived_stream_shares_frames_and_is_in_no_list() {
    let hub = hub();
    let mut source = Source::new(&hub, "road/k1", &[track(VIDEO, "v"), track(AUDIO, "a")]);
    source.send_bytes(VIDEO, 0, true, Bytes::from_static(b"key"));
    let mut events = hub.events();
    let stream = hub.find(&key("road/k1")).unwrap();
    let derived = crate::Derived::of(&stream, "sound");
    let made = Arc::clone(derived.stream());
    assert_eq!((made.key(), made.phase()), (stream.key(), Phase::Waiting));
    derived.push(&stream.tracks().list, []);
    assert_eq!((made.phase(), made.tracks().list.len()), (Phase::Live, 2));

    let mut original = Subscriber::new(Arc::clone(&stream), true);
    let frame = original.try_next().unwrap().frame;
    derived.push(&stream.tracks().list, [Arc::clone(&frame)]);
    let mut reader = Subscriber::new(Arc::clone(&made), true);
    assert!(Arc::ptr_eq(&reader.try_next().unwrap().frame, &frame), "shared, not copied");
    assert!(made.request_key_frame(Instant::now()));
    assert_eq!(derived.feedback().take(), Some(Feedback::KeyFrame));

    assert_eq!(hub.list().len(), 1);
    drop(derived);
    assert_eq!((made.phase(), stream.phase()), (Phase::Closed, Phase::Live));
    assert!(events.try_recv().is_err(), "nobody hears of it");
    assert!(Arc::ptr_eq(&hub.find(&key("road/k1")).unwrap(), &stream));
}

#[test]
fn why_a_derived_stream_failed_is_known_after_it_is_gone() {
    let hub = hub();
    let _source = Source::new(&hub, "road/k1", &[track(VIDEO, "v")]);
    let stream = hub.find(&key("road/k1")).unwrap();
    let derived = crate::Derived::of(&stream, "sound");
    let made = Arc::clone(derived.stream());
    derived.fail(ErrorKind::Unavailable, "No worker.");
    drop(derived);
    assert!(matches!(made.phase(), Phase::Failed { kind: ErrorKind::Unavailable, .. }), "{:?}", made.phase());
}

#[test]
fn pictures_that_are_shown_before_earlier_ones_are_noticed() {
    let hub = hub();
    let mut source = Source::new(&hub, "road/k1", &[track(VIDEO, "v")]);
    let mut send = |decoded_ms: i64, shown_ms: i64| {
        let time = |at_ms| MediaTime::new(at_ms, MILLIS);
        let (dts, pts) = (Some(time(decoded_ms)), time(shown_ms));
        let payload = Bytes::from_static(b"p");
        let unit = AccessUnit { track: VIDEO, pts, dts, key: decoded_ms == 0, payload, capture_utc: None };
        source.publisher.push(unit, source.origin + Duration::from_millis(decoded_ms.unsigned_abs()));
    };
    send(0, 40);
    send(40, 160);
    let stream = hub.find(&key("road/k1")).unwrap();
    assert!(!stream.reorders_pictures(), "a delay is no other order");
    send(80, 80);
    send(120, 200);
    assert!(stream.reorders_pictures());
}
