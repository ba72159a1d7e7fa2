//! Conversations with other implementations over loopback. They need `ffmpeg` and `gst-launch-1.0`:
//! `cargo test -p rtsp --test peers -- --ignored`. A pulled server is named by `RTSP_PEER_URL`.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use base::http_auth::{Algorithm, Challenge, Secret};
use bytes::{Bytes, BytesMut};
use media::{AccessUnit, Frame, MediaTime, Muxer, TrackConfig, TrackId};
use rtp::{InterleavedMuxer, InterleavedTrack, SessionDescription, tracks_to_description};
use rtsp::header::RtpInfo;
use rtsp::{
    ClientOptions, Ingest, IngestEvent, Puller, PullerOutput, RtspUrl, ServerEvent, ServerOutput, ServerSession,
};

const PATIENCE: Duration = Duration::from_secs(20);

/// One stream between a publisher and its players.
#[derive(Default)]
struct Stream {
    state: Mutex<Shared>,
    changed: Condvar,
}

#[derive(Default)]
struct Shared {
    tracks: Vec<TrackConfig>,
    blocks: Vec<Bytes>,
    units: usize,
    losses: usize,
    ended: bool,
}

impl Stream {
    fn wait(&self, ready: impl Fn(&Shared) -> bool) -> std::sync::MutexGuard<'_, Shared> {
        let guard = self.state.lock().unwrap();
        let (guard, timeout) = self.changed.wait_timeout_while(guard, PATIENCE, |shared| !ready(shared)).unwrap();
        assert!(!timeout.timed_out(), "the peer did not get so far");
        guard
    }

    fn update(&self, change: impl FnOnce(&mut Shared)) {
        change(&mut self.state.lock().unwrap());
        self.changed.notify_all();
    }
}

/// A server on a free port, for any number of connections.
fn serve(password: Option<&'static str>) -> (Arc<Stream>, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let stream = Arc::new(Stream::default());
    let shared = Arc::clone(&stream);
    thread::spawn(move || {
        while let Ok((socket, _)) = listener.accept() {
            let stream = Arc::clone(&shared);
            thread::spawn(move || Connection::new(socket, stream, password).run());
        }
    });
    (stream, port)
}

struct Connection {
    socket: TcpStream,
    stream: Arc<Stream>,
    password: Option<&'static str>,
    session: ServerSession,
    announced: Option<SessionDescription>,
    ingest: Option<Ingest>,
    muxer: Option<InterleavedMuxer>,
    /// First RTP time of each track: they have random origins.
    origins: HashMap<TrackId, i64>,
    sent: usize,
}

impl Connection {
    fn new(socket: TcpStream, stream: Arc<Stream>, password: Option<&'static str>) -> Self {
        socket.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
        let session = ServerSession::new(Instant::now(), "0123456789abcdef");
        Self {
            socket,
            stream,
            password,
            session,
            announced: None,
            ingest: None,
            muxer: None,
            origins: HashMap::new(),
            sent: 0,
        }
    }

    fn run(mut self) {
        let mut buffer = [0; 4096];
        loop {
            match self.socket.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => self.session.handle_input(Instant::now(), &buffer[..count]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => break,
            }
            if !self.drain() || !self.send_media() {
                break;
            }
        }
        if self.ingest.is_some() {
            self.stream.update(|shared| shared.ended = true);
        }
    }

    fn drain(&mut self) -> bool {
        while let Some(output) = self.session.poll_output() {
            match output {
                ServerOutput::Transmit(bytes) => self.socket.write_all(&bytes).unwrap(),
                ServerOutput::Event(event) => self.answer(event),
                ServerOutput::Close(_) => return false,
            }
        }
        true
    }

    fn answer(&mut self, event: ServerEvent) {
        match event {
            ServerEvent::Describe(asked) => {
                let allowed = self.password.is_none_or(|password| {
                    asked.authorization.is_some_and(|authorization| {
                        authorization.verify("DESCRIBE", &asked.uri, "Viaduct", Secret::Password(password))
                    })
                });
                if !allowed {
                    return self.session.challenge(&Challenge {
                        realm: "Viaduct".to_owned(),
                        nonce: "0a1b2c3d".to_owned(),
                        algorithms: vec![Algorithm::Md5],
                        ..Challenge::default()
                    });
                }
                let shared = self.stream.wait(|shared| !shared.tracks.is_empty());
                self.session.answer_describe(&tracks_to_description("peers", &shared.tracks).write());
            }
            ServerEvent::Announce { sdp, .. } => {
                self.announced = Some(SessionDescription::parse(&sdp).unwrap());
                self.session.accept();
            }
            ServerEvent::Setup { asked, record: false, .. } => {
                let number: u8 = asked.url.track.unwrap().rsplit('=').next().unwrap().parse().unwrap();
                self.session.accept_setup(2 * number);
            }
            ServerEvent::Record(_) => {
                let description = self.announced.as_ref().unwrap();
                self.ingest = Some(Ingest::of_publisher(Instant::now(), description, self.session.setups(), 77));
                self.session.accept();
                self.take_events();
            }
            ServerEvent::Play { asked, .. } => {
                let shared = self.stream.wait(|shared| shared.blocks.len() > 10);
                let info: Vec<RtpInfo> = rtp::positions(&shared.blocks.concat())
                    .iter()
                    .map(|position| RtpInfo {
                        url: format!("{}/trackID={}", asked.uri.trim_end_matches('/'), position.channel / 2),
                        sequence: position.sequence,
                        timestamp: position.timestamp,
                    })
                    .collect();
                self.session.accept_play(&info);
            }
            ServerEvent::Rtp { channel, data } | ServerEvent::Rtcp { channel, data } => {
                if let Some(ingest) = &mut self.ingest {
                    ingest.handle_frame(Instant::now(), channel, &data);
                    self.take_events();
                }
            }
            _ => self.session.accept(),
        }
    }

    fn take_events(&mut self) {
        while let Some(event) = self.ingest.as_mut().and_then(Ingest::poll_event) {
            match event {
                IngestEvent::Tracks(tracks) => {
                    let wiring: Vec<InterleavedTrack> = tracks
                        .iter()
                        .map(|track| InterleavedTrack {
                            track: track.id,
                            channel: 2 * track.id.0,
                            ssrc: 100 + u32::from(track.id.0),
                            first_sequence: 65_530,
                            timestamp_offset: u32::MAX - 5000,
                        })
                        .collect();
                    let mut muxer = InterleavedMuxer::new(&wiring, 1_700_000_000_000_000, "peers");
                    let configs: Vec<_> = tracks.iter().cloned().map(Arc::new).collect();
                    assert!(muxer.set_tracks(&configs).is_empty());
                    self.muxer = Some(muxer);
                    self.stream.update(|shared| shared.tracks = tracks);
                }
                IngestEvent::Unit(unit) => self.publish(&unit),
                IngestEvent::Loss { .. } | IngestEvent::Dropped { .. } => {
                    self.stream.update(|shared| shared.losses += 1);
                }
                _ => {}
            }
        }
    }

    fn publish(&mut self, unit: &AccessUnit) {
        let Some(muxer) = &mut self.muxer else {
            return;
        };
        let origin = *self.origins.entry(unit.track).or_insert(unit.pts.ticks);
        let pts = MediaTime::new(unit.pts.ticks - origin, unit.pts.clock_hz).to_timestamp();
        let frame = Frame {
            track: unit.track,
            source_ts: unit.pts,
            dts: pts,
            pts,
            arrival: Instant::now(),
            capture_utc: unit.capture_utc,
            key: unit.key,
            config_version: 1,
            payload: unit.payload.clone(),
        };
        let mut out = BytesMut::new();
        muxer.write_frame(&frame, &mut out);
        self.stream.update(|shared| {
            shared.units += 1;
            shared.blocks.push(out.freeze());
        });
    }

    /// Returns whether there is more to come.
    fn send_media(&mut self) -> bool {
        if !self.session.is_playing() {
            return true;
        }
        let (blocks, ended) = {
            let shared = self.stream.state.lock().unwrap();
            (shared.blocks[self.sent..].to_vec(), shared.ended)
        };
        self.sent += blocks.len();
        let written = blocks.iter().all(|block| self.socket.write_all(block).is_ok());
        written && !ended
    }
}

fn command(line: &str) -> Command {
    let mut words = line.split_ascii_whitespace();
    let mut command = Command::new(words.next().unwrap());
    command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

const FFMPEG_SOURCE: &str = "ffmpeg -loglevel error -re -f lavfi -i testsrc2=size=320x180:rate=25 -re -f lavfi -i sine=440:sample_rate=48000 -t 4";

/// Publishes with one program while another plays; returns what the player printed.
fn publish_and_play(publisher: &str, player: &str, password: Option<&'static str>) -> (String, Arc<Stream>) {
    let (stream, port) = serve(password);
    let url = format!("rtsp://127.0.0.1:{port}/live/cam");
    let mut publishing = command(&publisher.replace("URL", &url)).spawn().unwrap();
    drop(stream.wait(|shared| !shared.tracks.is_empty()));
    let login = password.map(|password| format!("rtsp://op:{password}@127.0.0.1:{port}/live/cam?token=a"));
    let played = command(&player.replace("URL", &login.unwrap_or(url))).output().unwrap();
    publishing.wait().unwrap();
    let errors = String::from_utf8_lossy(&played.stderr).into_owned();
    assert!(!errors.contains("rror"), "{errors}");
    let printed = String::from_utf8_lossy(&played.stdout).into_owned();
    let shared = stream.wait(|shared| shared.ended);
    assert_eq!(shared.losses, 0);
    drop(shared);
    (printed, stream)
}

fn frames(framecrc: &str, track: char) -> usize {
    framecrc.lines().filter(|line| line.starts_with(track)).count()
}

#[test]
fn ffmpeg_publishes_and_plays() {
    for (video, audio, password) in [
        ("libx264 -preset veryfast -g 25 -bf 2", "aac", None),
        ("libx264 -preset veryfast -g 25 -tune zerolatency", "pcm_alaw -ar 8000", Some("pw")),
        ("libx265 -preset veryfast -x265-params log-level=none:keyint=25", "libopus", None),
    ] {
        let publisher = format!("{FFMPEG_SOURCE} -c:v {video} -c:a {audio} -f rtsp -rtsp_transport tcp URL");
        let player = "ffmpeg -loglevel error -rtsp_transport tcp -i URL -c copy -f framecrc -";
        let (printed, stream) = publish_and_play(&publisher, player, password);
        let units = stream.wait(|_| true).units;
        let received = frames(&printed, '0') + frames(&printed, '1');
        println!("{video} {audio}: {units} units in, {received} packets out");
        assert!(frames(&printed, '0') >= 85 && received >= units * 9 / 10, "{printed}");
    }
}

#[test]
fn gstreamer_publishes_and_plays() {
    let publisher = "timeout 20 gst-launch-1.0 -q videotestsrc num-buffers=100 is-live=true ! video/x-raw,width=320,height=180,framerate=25/1 ! x264enc tune=zerolatency key-int-max=25 ! h264parse ! rtspclientsink protocols=tcp location=URL";
    let player = "timeout 15 gst-launch-1.0 -v rtspsrc location=URL protocols=tcp latency=0 ! rtph264depay ! h264parse ! avdec_h264 ! fakesink silent=false sync=false";
    let (printed, stream) = publish_and_play(publisher, player, None);
    let chains = printed.matches("chain").count();
    println!("{} units in, {chains} pictures out", stream.wait(|_| true).units);
    assert!(chains >= 80, "{printed}");
}

/// Pulls for a while and returns tracks and units per track.
fn pull(url: &str, count: usize) -> (Vec<TrackConfig>, Vec<usize>) {
    let url = RtspUrl::parse(url).unwrap();
    let mut socket = TcpStream::connect((&*url.host, url.port)).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let options = ClientOptions { url, user_agent: "Viaduct".to_owned(), client_nonce: "00aa11bb".to_owned() };
    let mut puller = Puller::new(Instant::now(), options, 4711);
    let (mut tracks, mut units) = (Vec::new(), vec![0; 16]);
    let start = Instant::now();
    let mut buffer = [0; 65_536];
    while units.iter().sum::<usize>() < count {
        assert!(start.elapsed() < PATIENCE, "only {units:?} of {tracks:?}");
        while let Some(output) = puller.poll_output() {
            match output {
                PullerOutput::Transmit(bytes) => socket.write_all(&bytes).unwrap(),
                PullerOutput::Tracks(listed) => tracks = listed,
                PullerOutput::Unit(unit) => units[usize::from(unit.track.0)] += 1,
                PullerOutput::Loss { .. } | PullerOutput::Closed(_) => panic!("{output:?}"),
                _ => {}
            }
        }
        match socket.read(&mut buffer) {
            Ok(0) => puller.handle_eof(),
            Ok(length) => puller.handle_input(Instant::now(), &buffer[..length]),
            Err(_) => puller.handle_timeout(Instant::now()),
        }
    }
    (tracks, units)
}

#[test]
fn our_puller_reads_our_server_over_tcp() {
    let (stream, port) = serve(Some("pw"));
    let url = format!("rtsp://127.0.0.1:{port}/live/cam");
    let publisher =
        format!("{FFMPEG_SOURCE} -c:v libx264 -preset veryfast -g 25 -c:a aac -f rtsp -rtsp_transport tcp {url}");
    let mut publishing = command(&publisher).spawn().unwrap();
    drop(stream.wait(|shared| !shared.tracks.is_empty()));
    let (tracks, units) = pull(&format!("rtsp://op:pw@127.0.0.1:{port}/live/cam"), 150);
    println!("{units:?}");
    assert_eq!(tracks, stream.wait(|_| true).tracks);
    publishing.wait().unwrap();
}

#[test]
#[ignore = "needs a server at RTSP_PEER_URL"]
fn another_server_is_pulled() {
    let url = std::env::var("RTSP_PEER_URL").unwrap();
    let (tracks, units) = pull(&url, 120);
    println!("{tracks:?} {units:?}");
    assert!(!tracks.is_empty());
}
