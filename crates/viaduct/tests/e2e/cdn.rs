//! Three tiers of real processes: what reaches the origin depends on the tiers, not on the viewers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use testkit::cache::Cache;
use testkit::clips::Clip;
use testkit::read::{self, Expect};
use testkit::{PATIENCE, Server, http, until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{options, publish};

/// What a crowd did.
#[derive(Debug, Default)]
struct Crowd {
    requests: AtomicU64,
    segments: AtomicU64,
    failures: AtomicU64,
}

/// A light viewer: one connection, each playlist and each new segment once.
async fn watch(edge: SocketAddr, crowd: Arc<Crowd>, until: tokio::time::Instant) {
    let Ok(mut socket) = TcpStream::connect(edge).await else {
        crowd.failures.fetch_add(1, Ordering::Relaxed);
        return;
    };
    let mut last = String::new();
    while tokio::time::Instant::now() < until {
        let Some(playlist) = get(&mut socket, "media.m3u8", &crowd).await else { return };
        let text = String::from_utf8_lossy(&playlist).into_owned();
        let newest = text.lines().rfind(|line| line.ends_with(".m4s") && !line.starts_with('#') && !is_part(line));
        if let Some(newest) = newest.filter(|newest| **newest != last) {
            last = newest.to_owned();
            if get(&mut socket, newest, &crowd).await.is_some_and(|bytes| !bytes.is_empty()) {
                crowd.segments.fetch_add(1, Ordering::Relaxed);
            }
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

fn is_part(name: &str) -> bool {
    name.matches('.').count() > 1
}

async fn get(socket: &mut TcpStream, file: &str, crowd: &Crowd) -> Option<Vec<u8>> {
    crowd.requests.fetch_add(1, Ordering::Relaxed);
    let answer = exchange(socket, file).await;
    if answer.is_none() {
        crowd.failures.fetch_add(1, Ordering::Relaxed);
    }
    answer
}

async fn exchange(socket: &mut TcpStream, file: &str) -> Option<Vec<u8>> {
    let request = format!("GET /t/-/road/k1/{file} HTTP/1.1\r\nHost: cdn.example\r\n\r\n");
    socket.write_all(request.as_bytes()).await.ok()?;
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 16 << 10];
    loop {
        let count = socket.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length: "))?.trim().parse::<usize>().ok()?;
        if bytes.len() >= end + 4 + length {
            return head.starts_with("http/1.1 200").then(|| bytes.split_off(end + 4));
        }
    }
}

struct Tiers {
    origin: Server,
    _shield: Cache,
    edges: [Cache; 2],
}

impl Tiers {
    fn start() -> Self {
        let origin = options().start();
        let shield = Cache::start(origin.address("http"));
        let edges = [Cache::start(shield.address), Cache::start(shield.address)];
        Self { origin, _shield: shield, edges }
    }

    /// Lets so many watch for a while; returns what they did and how many requests reached the origin.
    fn watch(&self, viewers: usize, time: Duration) -> (Arc<Crowd>, u64) {
        let api = self.origin.sign_in();
        let before = api.metric("viaduct_gateway_hls_requests_total");
        let crowd = Arc::<Crowd>::default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let until = tokio::time::Instant::now() + time;
            let mut all = tokio::task::JoinSet::new();
            for viewer in 0..viewers {
                all.spawn(watch(self.edges[viewer % 2].address, Arc::clone(&crowd), until));
                if viewer % 100 == 99 {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
            while all.join_next().await.is_some() {}
        });
        (crowd, api.metric("viaduct_gateway_hls_requests_total") - before)
    }
}

fn compare(few: usize, many: usize, time: Duration) {
    let mut tiers = Tiers::start();
    let _publisher = publish(&tiers.origin, "road/k1", Clip::H264Small);
    tiers.origin.sign_in().await_live("road/k1");
    let edge = tiers.edges[0].address;
    until("the first segment through all tiers", PATIENCE, || {
        let answer = http::request(edge, "GET", "/t/-/road/k1/media.m3u8", &[], None);
        (answer.status == 200 && answer.text().contains("#EXTINF")).then_some(())
    });
    let (_, with_few) = tiers.watch(few, time);
    let (crowd, with_many) = tiers.watch(many, time);
    let (requests, segments) = (crowd.requests.load(Ordering::Relaxed), crowd.segments.load(Ordering::Relaxed));
    let failures = crowd.failures.load(Ordering::Relaxed);
    eprintln!(
        "{few} viewers: {with_few} requests at the origin in {time:?}; {many} viewers: {with_many}, of {requests} at \
         the edges, {segments} segments, {failures} failures"
    );
    assert!(requests > u64::try_from(2 * many).unwrap() && segments > u64::try_from(many).unwrap(), "they watched");
    assert!(failures * 100 <= requests, "{failures} of {requests} failed");
    assert!(with_many <= with_few * 2 + 10, "{with_few} requests with few viewers, {with_many} with many");
    tiers.origin.assert_well();
}

#[test]
fn what_reaches_the_origin_does_not_depend_on_the_viewers() {
    compare(10, 300, Duration::from_secs(8));
}

#[test]
#[ignore = "takes both cores for a minute"]
fn ten_thousand_viewers_ask_the_origin_as_often_as_ten() {
    rlimit::increase_nofile_limit(20_000).unwrap();
    compare(10, 10_000, Duration::from_secs(20));
}

#[test]
fn ffmpeg_plays_through_all_tiers_and_a_token_in_the_path_is_checked() {
    let origin = options().closed();
    let (mut origin, api) = crate::support::closed_server(&origin);
    let shield = Cache::start(origin.address("http"));
    let edge = Cache::start(shield.address);
    let token = api.stream_token("publish", "road/k1", 60);
    let _publisher = testkit::publish::ffmpeg_rtmp(
        &Clip::H264Aac.path(),
        &format!("{}?token={token}", origin.url("rtmp", "road/k1")),
    );
    api.await_live("road/k1");
    let path = |token: &str| format!("http://{}/t/{token}/road/k1/index.m3u8", edge.address);
    let refused = http::request(edge.address, "GET", "/t/wrong/road/k1/index.m3u8", &[], None);
    assert_eq!(refused.status, 401, "{}", refused.text());
    let token = api.stream_token("play", "road/k1", 60);
    read::ffmpeg("", &path(&token), Expect { pictures: 50, sound: true }).unwrap();
    let sessions = api.stream("road/k1").unwrap()["viewers"].as_u64();
    assert_eq!(sessions, Some(1), "the cache is one session");
    let playlist = http::request(edge.address, "GET", &format!("/t/{token}/road/k1/media.m3u8"), &[], None);
    assert!(!playlist.text().contains("session="), "{}", playlist.text());
    origin.assert_well();
}
