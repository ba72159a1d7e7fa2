//! Sends a file or a URL to another server.
//!
//! Input goes into a stream of its own hub and leaves it through a subscriber, as every relay does: time
//! repair and parameter changes are the hub's business.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::ErrorKind;
use bytes::{Bytes, BytesMut};
use container::flv::MuxOptions;
use container::mpegts;

use hub::{Feedback, Hub, Leg, PublishRequest, Publisher, PublisherAddress, StreamKey, Subscriber};
use media::{AccessUnit, Muxer, TrackConfig};
use rtmp::{ClientEvent, ClientRole, ClientSession, Output, PlayMuxer, PlayOptions};
use rtp::{InterleavedMuxer, InterleavedTrack};
use rtsp::{ClientOptions, ClientOutput, RtspUrl};
use tokio::io::AsyncWriteExt;
use tokio::sync::watch;

use crate::guard::PullGuard;
use crate::pull::{PullFailure, PullSink, PullUrl, Spoken, Wish, connect, pull};
use crate::template::UrlTemplate;
use crate::transport::Transport;
use crate::ts::send::DatagramSender;
use crate::{file, rtmp as rtmp_protocol, rtsp as rtsp_protocol};

/// How long the input may take until its tracks are known.
const INPUT_WAIT: Duration = Duration::from_secs(15);
/// How often time-outs are looked at.
const TICK: Duration = Duration::from_millis(500);

/// What is sent.
#[derive(Clone, Debug)]
pub enum PushInput {
    /// An MP4, Matroska, FLV or MPEG-TS file, once or again and again.
    File {
        /// Which.
        path: PathBuf,
        /// Whether it starts again at its end.
        repeat: bool,
    },
    /// A live URL.
    Url(PullUrl),
}

impl PushInput {
    /// Reads a file name or URL.
    ///
    /// # Errors
    /// A sentence for the person who typed it.
    pub fn parse(text: &str, repeat: bool) -> Result<Self, String> {
        if text.contains("://") {
            return PullUrl::parse(text, None, None).map(Self::Url);
        }
        let path = PathBuf::from(text);
        if !path.is_file() {
            return Err(format!("{text} is no file"));
        }
        Ok(Self::File { path, repeat })
    }
}

/// Where it is sent.
#[derive(Clone, Debug)]
pub struct PushTarget {
    url: PullUrl,
    by: By,
}

/// What can be sent.
#[derive(Clone, Copy, Debug)]
enum By {
    Rtmp,
    Rtsp,
    Datagrams,
}

impl PushTarget {
    /// Reads a URL rtmp://host/app/name or rtsp://host/app/name.
    ///
    /// # Errors
    /// A sentence for the person who typed it.
    pub fn parse(text: &str) -> Result<Self, String> {
        PullUrl::parse(text, None, None).and_then(Self::of_url)
    }

    /// The target for one stream.
    ///
    /// # Errors
    /// A sentence, when nothing can be sent there.
    pub fn of_template(template: &UrlTemplate, key: &StreamKey) -> Result<Self, String> {
        template.fill(key).and_then(Self::of_url)
    }

    fn of_url(url: PullUrl) -> Result<Self, String> {
        match url.spoken() {
            Spoken::Rtmp => Ok(Self { url, by: By::Rtmp }),
            Spoken::Rtsp => Ok(Self { url, by: By::Rtsp }),
            Spoken::Datagrams => Ok(Self { url, by: By::Datagrams }),
            Spoken::Http | Spoken::File | Spoken::Gb28181 => {
                Err("streams are sent to rtmp://, rtmps://, rtsp://, rtsps:// or udp://".to_owned())
            }
        }
    }

    /// The failure of a target that is none.
    pub(crate) fn unusable(text: String) -> PullFailure {
        PullFailure { leg: Leg::Name, kind: ErrorKind::InvalidInput, text, next_step: "Correct the URL.".to_owned() }
    }
}

/// Sends until the input ends; returns how many frames were sent.
///
/// # Errors
/// The leg that failed: of the input or of the target.
pub async fn push(input: PushInput, target: &PushTarget, guard: &PullGuard) -> Result<u64, PullFailure> {
    let hub = Arc::new(Hub::new(hub::StreamOptions { publisher_grace: Duration::ZERO, ..Default::default() }));
    let key = StreamKey::new("push", "input").expect("a valid name");
    let (stop, stopped) = watch::channel(false);
    let feeding = tokio::spawn(feed(Arc::clone(&hub), key.clone(), input, guard.clone(), stopped));
    let sent = async {
        let open = hub.open(&key, INPUT_WAIT).await.map_err(|error| PullFailure {
            leg: Leg::Media,
            kind: error.kind,
            text: error.text,
            next_step: "Check the input.".to_owned(),
        });
        match open {
            Ok(open) => send(Subscriber::new(Arc::clone(&open.stream), true), target, guard).await,
            Err(failure) => Err(failure),
        }
    };
    let outcome = sent.await;
    stop.send_replace(true);
    match (outcome, feeding.await) {
        // An input that fails explains more than the end of the stream that it fed.
        (_, Ok(Err(failure))) => Err(failure),
        (outcome, _) => outcome,
    }
}

async fn feed(
    hub: Arc<Hub>,
    key: StreamKey,
    input: PushInput,
    guard: PullGuard,
    mut stopped: watch::Receiver<bool>,
) -> Result<(), PullFailure> {
    let address = PublisherAddress { protocol: "push", peer: "input".to_owned(), socket: None };
    let request = PublishRequest { key, address, on_demand: false, stands_in: false };
    let mut publisher = hub.publish(request).map_err(|error| PullFailure {
        leg: Leg::Publish,
        kind: error.kind(),
        text: error.to_string(),
        next_step: String::new(),
    })?;
    let done = async {
        match input {
            PushInput::Url(url) => pull(&url, &guard, &mut Feeding::new(&mut publisher)).await,
            PushInput::File { path, repeat } => file::play(&path, repeat, &mut Feeding::new(&mut publisher)).await,
        }
    };
    tokio::select! {
        outcome = done => outcome,
        _ = stopped.wait_for(|stop| *stop) => Ok(()),
    }
}

/// Publishes what is pulled or read.
pub(crate) struct Feeding<'a> {
    publisher: &'a mut Publisher,
    stopped: bool,
}

impl<'a> Feeding<'a> {
    pub(crate) const fn new(publisher: &'a mut Publisher) -> Self {
        Self { publisher, stopped: false }
    }
}

impl PullSink for Feeding<'_> {
    fn step(&mut self, leg: Leg, ok: bool, text: &str) {
        tracing::info!(leg = leg.as_str(), ok, text, "Input.");
    }

    fn tracks(&mut self, tracks: Vec<TrackConfig>) -> Result<(), PullFailure> {
        if tracks.len() > 1 {
            self.publisher.expect_tracks(tracks.len());
        }
        tracks.into_iter().for_each(|track| self.publisher.configure(track));
        Ok(())
    }

    fn unit(&mut self, unit: AccessUnit, now: Instant) {
        self.stopped |= !self.publisher.push(unit, now);
    }

    fn received(&mut self, _bytes: usize) {}

    fn wish(&mut self) -> Option<Wish> {
        if self.stopped {
            return Some(Wish::Stop);
        }
        match self.publisher.feedback().take()? {
            Feedback::KeyFrame => Some(Wish::KeyFrame),
            Feedback::Stop(_) => Some(Wish::Stop),
        }
    }
}

/// Sends a running stream until it ends.
///
/// # Errors
/// The leg to the target that failed.
pub async fn push_stream(stream: Arc<hub::Stream>, target: &PushTarget, guard: &PullGuard) -> Result<u64, PullFailure> {
    send(Subscriber::new(stream, true), target, guard).await
}

async fn send(subscriber: Subscriber, target: &PushTarget, guard: &PullGuard) -> Result<u64, PullFailure> {
    let mut step = |leg: Leg, text: &str| tracing::info!(leg = leg.as_str(), text, "Target.");
    match target.by {
        By::Rtmp => send_rtmp(subscriber, &mut connect(&target.url, guard, &mut step).await?, target).await,
        By::Rtsp => send_rtsp(subscriber, &mut connect(&target.url, guard, &mut step).await?, target).await,
        By::Datagrams => send_datagrams(subscriber, target, guard).await,
    }
}

async fn send_datagrams(subscriber: Subscriber, target: &PushTarget, guard: &PullGuard) -> Result<u64, PullFailure> {
    let sender = DatagramSender::open(&target.url, guard).await?;
    let mut outgoing = Outgoing::new(subscriber, Box::new(mpegts::Muxer::new()));
    while let Some(packets) = outgoing.next().await {
        sender.send(&packets).await?;
    }
    Ok(outgoing.frames)
}

async fn send_rtmp(subscriber: Subscriber, transport: &mut Transport, target: &PushTarget) -> Result<u64, PullFailure> {
    let config = rtmp_protocol::client::config(target.url.url(), ClientRole::Publish).ok_or_else(|| PullFailure {
        leg: Leg::Name,
        kind: ErrorKind::InvalidInput,
        text: "an RTMP URL is rtmp://host/app/name".to_owned(),
        next_step: "Correct the URL.".to_owned(),
    })?;
    let mut session = ClientSession::new(config, Instant::now(), rand::random());
    let mut outgoing: Option<Outgoing> = None;
    let mut subscriber = Some(subscriber);
    let mut tick = tokio::time::interval(TICK);
    loop {
        while let Some(output) = session.poll_output() {
            match output {
                Output::Transmit(bytes) => write(transport, &bytes).await?,
                Output::Event(ClientEvent::Ready) => {
                    let options = PlayOptions::relay(MuxOptions::default(), session.stream_id());
                    let reader = subscriber.take().expect("a session gets ready once");
                    outgoing = Some(Outgoing::new(reader, Box::new(PlayMuxer::new(options))));
                }
                Output::Event(ClientEvent::Ended) => return Err(ended_by_target()),
                Output::Event(_) => {}
            }
        }
        tokio::select! {
            read = transport.read_with(|bytes| session.handle_input(Instant::now(), bytes)) => match read {
                Ok(handled) => handled.map_err(|error| rtmp_protocol::client::failure(&error))?,
                Err(error) => return Err(PullFailure::io(Leg::Media, &error)),
            },
            bytes = next_bytes(&mut outgoing) => match bytes {
                Some(bytes) => write(transport, &bytes).await?,
                None => return Ok(outgoing.map_or(0, |outgoing| outgoing.frames)),
            },
            _ = tick.tick() => session
                .handle_timeout(Instant::now())
                .map_err(|error| rtmp_protocol::client::failure(&error))?,
        }
    }
}

async fn send_rtsp(subscriber: Subscriber, transport: &mut Transport, target: &PushTarget) -> Result<u64, PullFailure> {
    let mut url = RtspUrl::parse(target.url.url().as_str()).map_err(|error| PullFailure {
        leg: Leg::Name,
        kind: ErrorKind::InvalidInput,
        text: error.to_string(),
        next_step: "Correct the URL.".to_owned(),
    })?;
    url.credentials = target.url.credentials().map(|(name, password)| (name.to_owned(), password.to_owned()));
    let options = ClientOptions {
        url,
        user_agent: concat!("Viaduct/", env!("CARGO_PKG_VERSION")).to_owned(),
        client_nonce: format!("{:016x}", rand::random::<u64>()),
    };
    let tracks = subscriber.stream().tracks();
    let description = rtp::tracks_to_description("Viaduct", tracks.list.iter().map(|track| &**track));
    let sections: Vec<_> = tracks.list.iter().filter(|track| carried(&description, track)).cloned().collect();
    let mut session = rtsp::ClientSession::push(Instant::now(), options, description);
    let mut outgoing: Option<Outgoing> = None;
    let mut subscriber = Some(subscriber);
    let mut tick = tokio::time::interval(TICK);
    loop {
        while let Some(output) = session.poll_output() {
            match output {
                ClientOutput::Transmit(bytes) => write(transport, &bytes).await?,
                ClientOutput::Event(rtsp::ClientEvent::Started(started)) => {
                    let wired: Vec<InterleavedTrack> = started
                        .iter()
                        .filter_map(|track| {
                            Some(InterleavedTrack {
                                track: sections.get(track.media)?.id,
                                channel: track.channels.0,
                                ssrc: rand::random(),
                                first_sequence: rand::random(),
                                timestamp_offset: rand::random(),
                            })
                        })
                        .collect();
                    let reader = subscriber.take().expect("a session starts once");
                    let muxer = InterleavedMuxer::new(&wired, reader.stream().unix_us_at_zero(), "viaduct");
                    outgoing = Some(Outgoing::new(reader, Box::new(muxer)));
                }
                ClientOutput::Event(_) => {}
                ClientOutput::Close(None) => return Ok(outgoing.map_or(0, |outgoing| outgoing.frames)),
                ClientOutput::Close(Some(error)) => return Err(rtsp_protocol::client::failure(&error)),
            }
        }
        tokio::select! {
            read = transport.read_with(|bytes| session.handle_input(Instant::now(), bytes)) => {
                if let Err(error) = read {
                    if error.kind() != io::ErrorKind::UnexpectedEof {
                        return Err(PullFailure::io(Leg::Media, &error));
                    }
                    session.handle_eof();
                }
            }
            bytes = next_bytes(&mut outgoing) => match bytes {
                Some(bytes) => write(transport, &bytes).await?,
                None => {
                    let frames = outgoing.take().map_or(0, |outgoing| outgoing.frames);
                    session.teardown();
                    while let Some(ClientOutput::Transmit(bytes)) = session.poll_output() {
                        write(transport, &bytes).await?;
                    }
                    return Ok(frames);
                }
            },
            _ = tick.tick() => {
                if session.poll_timeout().is_some_and(|due| due <= Instant::now()) {
                    session.handle_timeout(Instant::now());
                }
            }
        }
    }
}

fn carried(description: &rtp::SessionDescription, track: &TrackConfig) -> bool {
    let control = format!("trackID={}", track.id.0);
    description.media.iter().any(|section| section.control.as_deref() == Some(control.as_str()))
}

fn ended_by_target() -> PullFailure {
    PullFailure {
        leg: Leg::Media,
        kind: ErrorKind::Unavailable,
        text: "the other server ended the stream".to_owned(),
        next_step: "See the other server's log.".to_owned(),
    }
}

async fn write(transport: &mut Transport, bytes: &Bytes) -> Result<(), PullFailure> {
    let sent = async {
        transport.write_all(bytes).await?;
        transport.flush().await
    };
    sent.await.map_err(|error| PullFailure::io(Leg::Media, &error))
}

/// Frames of a subscriber in the form of one container.
struct Outgoing {
    subscriber: Subscriber,
    muxer: Box<dyn Muxer>,
    generation: Option<u64>,
    frames: u64,
}

impl Outgoing {
    fn new(subscriber: Subscriber, muxer: Box<dyn Muxer>) -> Self {
        Self { subscriber, muxer, generation: None, frames: 0 }
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            let received = self.subscriber.next().await?;
            let mut out = BytesMut::new();
            if self.generation != Some(received.tracks.generation) {
                self.generation = Some(received.tracks.generation);
                for refusal in self.muxer.set_tracks(&received.tracks.list) {
                    tracing::warn!(codec = %refusal.codec, reason = refusal.reason, "A track is not sent.");
                }
                self.muxer.write_header(&mut out);
            }
            self.muxer.write_frame(&received.frame, &mut out);
            if !out.is_empty() {
                self.frames += 1;
                return Some(out.freeze());
            }
        }
    }
}

/// The next bytes, once there is somewhere to send them.
async fn next_bytes(outgoing: &mut Option<Outgoing>) -> Option<Bytes> {
    match outgoing {
        Some(outgoing) => outgoing.next().await,
        None => std::future::pending().await,
    }
}
