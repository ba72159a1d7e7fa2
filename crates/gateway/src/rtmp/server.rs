//! Peers that connect by RTMP: publishers and viewers.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::ErrorKind;
use bytes::{Bytes, BytesMut};
use container::flv::{HevcForm, MuxOptions};
use hub::publisher::StopReason;
use hub::{
    AccessRequest, Action, Feedback, HostHints, PublishRequest, Publisher, PublisherAddress, RenditionKey,
    SessionStart, StreamKey,
};
use rtmp::{Output, PlayMuxer, PlayOptions, ServerConfig, ServerEvent, ServerSession};
use tokio::io::AsyncWriteExt;
use vision::SoundCodec;

use super::to_hub::TagFeed;
use crate::context::{Gateway, rest_of_query};
use crate::listener::Connection;
use crate::metrics::Metrics;
use crate::peer::ConnectionSlot;
use crate::pump::Start;
use crate::shard::Shard;
use crate::transport::Transport;
use crate::viewer::{ControlOutput, End, ViewerControl};

/// Pause before the next read of a publisher that nobody watches: fewer wake-ups for the same bytes. A viewer who
/// joins gets the cached GOP at once, and pictures at their own pace after this.
const UNWATCHED_PAUSE: Duration = Duration::from_millis(100);
/// Only a read of fewer bytes is followed by the pause: one that brings more may have filled the receive window,
/// and pausing then would hold the publisher back.
const UNHURRIED_LEN: usize = 16 << 10;
/// How often a session's time-outs are looked at.
const TICK: Duration = Duration::from_secs(1);

/// Serves one connection until it publishes, plays or fails.
pub(crate) async fn serve(shard: Rc<Shard>, connection: Connection) {
    let Connection { gateway, transport, address, slot } = connection;
    let mut config = ServerConfig::default();
    config.setup_timeout = gateway.config.limits.handshake;
    config.publisher_idle_timeout = gateway.config.limits.publisher_idle;
    let session = ServerSession::new(config, Instant::now(), rand::random());
    let mut peer = Peer { gateway, transport, address, session, authority: None };
    match peer.first_request().await {
        Ok(Some(Request::Publish(request))) => peer.publish(&request).await,
        Ok(Some(Request::Play(request))) => peer.play(&shard, &request, slot).await,
        Ok(None) => {}
        Err(error) => peer.note_fault(&error),
    }
}

struct Peer {
    gateway: Arc<Gateway>,
    transport: Transport,
    address: SocketAddr,
    session: ServerSession,
    /// Where the peer connects to, by its own account.
    authority: Option<String>,
}

enum Request {
    Publish(Box<rtmp::PublishRequest>),
    Play(Box<rtmp::PlayRequest>),
}

/// Why a connection ends early.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Protocol(#[from] rtmp::Error),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Peer {
    /// Reads until the peer says what it wants.
    async fn first_request(&mut self) -> Result<Option<Request>, Fault> {
        let mut tick = tokio::time::interval(TICK);
        loop {
            while let Some(output) = self.session.poll_output() {
                match output {
                    Output::Transmit(bytes) => self.transport.write_all(&bytes).await?,
                    Output::Event(ServerEvent::Connect(connect)) => {
                        self.authority = connect.tc_url.as_deref().and_then(authority);
                        self.session.accept_connect(Instant::now())?;
                    }
                    Output::Event(ServerEvent::Publish(request)) => return Ok(Some(Request::Publish(request))),
                    Output::Event(ServerEvent::Play(request)) => return Ok(Some(Request::Play(request))),
                    Output::Event(_) => {}
                }
            }
            self.transport.flush().await?;
            let session = &mut self.session;
            tokio::select! {
                read = self.transport.read_with(|bytes| session.handle_input(Instant::now(), bytes)) => read??,
                _ = tick.tick() => self.session.handle_timeout(Instant::now())?,
            }
        }
    }

    async fn publish(mut self, request: &rtmp::PublishRequest) {
        let publisher = match self.may_publish(&request.app, &request.name, request.query.as_deref()).await {
            Ok(publisher) => publisher,
            Err((kind, text)) => return self.refuse(kind, &text).await,
        };
        if let Err(error) = self.session.accept_publish(Instant::now()) {
            return publisher.finish(error.to_string(), true);
        }
        self.feed(publisher).await;
    }

    async fn may_publish(&self, app: &str, name: &str, query: Option<&str>) -> Result<Publisher, (ErrorKind, String)> {
        let key = self.key(app, name, query)?;
        let grant = self
            .gateway
            .authorize(self.wish(Action::Publish, &key, query))
            .await
            .map_err(|denied| (denied.kind, denied.reason))?;
        let address =
            PublisherAddress { protocol: self.protocol(), peer: self.address.to_string(), socket: Some(self.address) };
        let request = PublishRequest { key, address, on_demand: false, stands_in: false };
        let publisher = self.gateway.hub.publish(request).map_err(|error| (error.kind(), error.to_string()))?;
        if let Some(at) = grant.expires_at {
            publisher.limit(at);
        }
        Ok(publisher)
    }

    const fn protocol(&self) -> &'static str {
        if self.transport.is_encrypted() { "rtmps" } else { "rtmp" }
    }

    /// Passes on what the publisher sends until it ends or is no longer wanted.
    async fn feed(&mut self, mut publisher: Publisher) {
        let mut feed = TagFeed::new();
        let (text, keep_viewers) = match self.feed_until_end(&mut publisher, &mut feed).await {
            Ok(Ended::ByPeer) => ("The publisher ended the stream.".to_owned(), true),
            Ok(Ended::Stopped(reason)) => {
                self.session.end_stream(Instant::now());
                let _gone = self.transmit().await;
                (format!("The publisher was stopped: {reason:?}."), reason != StopReason::Kicked)
            }
            Err(error) => {
                self.note_fault(&error);
                (format!("The publisher's connection failed: {error}."), true)
            }
        };
        publisher.finish(text, keep_viewers);
    }

    async fn feed_until_end(&mut self, publisher: &mut Publisher, feed: &mut TagFeed) -> Result<Ended, Fault> {
        let feedback = publisher.feedback();
        let mut tick = tokio::time::interval(TICK);
        let mut hurried = true;
        loop {
            while let Some(output) = self.session.poll_output() {
                match output {
                    Output::Transmit(bytes) => self.transport.write_all(&bytes).await?,
                    Output::Event(ServerEvent::Message { kind, timestamp_ms, body }) => {
                        if !feed.push(publisher, Instant::now(), kind, timestamp_ms, body) {
                            return Ok(Ended::Stopped(StopReason::Replaced));
                        }
                    }
                    Output::Event(ServerEvent::Close) => return Ok(Ended::ByPeer),
                    Output::Event(_) => {}
                }
            }
            if !hurried && !publisher.stream().has_readers() {
                tokio::time::sleep(UNWATCHED_PAUSE).await;
            }
            let session = &mut self.session;
            let received = &self.gateway.metrics.received_bytes;
            tokio::select! {
                read = self.transport.read_with(|bytes| {
                    received.fetch_add(bytes.len() as u64, std::sync::atomic::Ordering::Relaxed);
                    hurried = bytes.len() >= UNHURRIED_LEN;
                    session.handle_input(Instant::now(), bytes)
                }) => read??,
                wish = feedback.next() => {
                    // RTMP has no standard way to ask an encoder for a key frame.
                    if let Feedback::Stop(reason) = wish {
                        return Ok(Ended::Stopped(reason));
                    }
                }
                _ = tick.tick() => self.session.handle_timeout(Instant::now())?,
            }
        }
    }

    async fn play(mut self, shard: &Rc<Shard>, request: &rtmp::PlayRequest, slot: ConnectionSlot) {
        let opened = match self.open(request).await {
            Ok(opened) => opened,
            Err((kind, text)) => return self.refuse(kind, &text).await,
        };
        if self.session.accept_play(Instant::now()).is_err() {
            return;
        }
        let mut control = RtmpViewer { session: self.session, _slot: slot };
        let mut first = ControlOutput::default();
        control.drain(&mut first);
        let (rendition, session) = opened;
        shard.view(&rendition, self.transport, Box::new(control), session, first.bytes.freeze(), Start::Key);
    }

    fn key(&self, app: &str, name: &str, query: Option<&str>) -> Result<StreamKey, (ErrorKind, String)> {
        let path = StreamKey::new(app, name).map_err(|error| (ErrorKind::InvalidInput, error.to_string()))?;
        let named = parameter(query, "vhost");
        let hints = HostHints { named: named.as_deref(), authority: self.authority.as_deref() };
        self.gateway.locate(path, hints).map_err(|error| (ErrorKind::NotFound, error.to_string()))
    }

    fn wish(&self, action: Action, key: &StreamKey, query: Option<&str>) -> AccessRequest {
        AccessRequest {
            action,
            key: key.clone(),
            token: parameter(query, "token"),
            query: query.and_then(rest_of_query),
            address: self.address.ip(),
            protocol: self.protocol(),
        }
    }

    async fn open(
        &self,
        request: &rtmp::PlayRequest,
    ) -> Result<(Arc<hub::Rendition>, Arc<hub::Session>), (ErrorKind, String)> {
        let query = request.query.as_deref();
        let key = self.key(&request.app, &request.name, query)?;
        let grant = self
            .gateway
            .authorize(self.wish(Action::Play, &key, query))
            .await
            .map_err(|denied| (denied.kind, denied.reason))?;
        let via = parameter(query, "via");
        let open = self.gateway.open(&key, via.as_deref()).await.map_err(|error| (error.kind, error.text))?;
        let hevc =
            if parameter(query, "hevc").as_deref() == Some("12") { HevcForm::Domestic } else { HevcForm::Enhanced };
        let name = if hevc == HevcForm::Domestic { "rtmp:hevc12" } else { "rtmp" };
        let muxer = || Box::new(PlayMuxer::new(PlayOptions::viewers(MuxOptions::with_hevc(hevc)))) as Box<_>;
        let wanted = parameter(query, "sound").as_deref().and_then(SoundCodec::parse);
        let stream = self.gateway.with_sound(&open.stream, wanted).await.map_err(|error| (error.kind, error.text))?;
        let rendition = stream
            .rendition(RenditionKey(name.into()), muxer)
            .ok_or((ErrorKind::Exhausted, "Too many different forms of this stream are being watched.".to_owned()))?;
        let (refusals, carries_any) = rendition.refusals();
        if !carries_any {
            let reasons: Vec<String> = refusals.into_iter().map(|refusal| refusal.reason).collect();
            return Err((ErrorKind::Unsupported, reasons.join(" ")));
        }
        let start = SessionStart { protocol: self.protocol(), address: self.address, user_agent: None, grant };
        Ok((rendition, self.gateway.hub.start_session(&open.stream, start)))
    }

    /// Says no in the protocol's words and gives the peer a moment to read them.
    async fn refuse(mut self, kind: ErrorKind, text: &str) {
        self.session.reject(Instant::now(), kind, text);
        let farewell = async {
            self.transmit().await?;
            self.transport.shutdown().await?;
            while self.transport.read_with(|_| ()).await.is_ok() {}
            Ok::<_, std::io::Error>(())
        };
        let _gone_either_way = tokio::time::timeout(TICK, farewell).await;
    }

    async fn transmit(&mut self) -> std::io::Result<()> {
        while let Some(output) = self.session.poll_output() {
            if let Output::Transmit(bytes) = output {
                self.transport.write_all(&bytes).await?;
            }
        }
        self.transport.flush().await
    }

    fn note_fault(&self, fault: &Fault) {
        match fault {
            Fault::Io(_) => {}
            Fault::Protocol(rtmp::Error::Timeout(_)) => Metrics::count(&self.gateway.metrics.handshake_timeouts),
            Fault::Protocol(error) => {
                Metrics::count(&self.gateway.metrics.malformed_input);
                tracing::debug!(%error, address = %self.address, "An RTMP session ended early.");
            }
        }
    }
}

enum Ended {
    ByPeer,
    Stopped(StopReason),
}

/// The host and port of `rtmp://user@host:port/app?query`.
fn authority(tc_url: &str) -> Option<String> {
    let authority = tc_url.split_once("://")?.1.split(['/', '?']).next()?;
    Some(authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_owned())
}

fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    url::form_urlencoded::parse(query?.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// The command side of a viewer's connection.
struct RtmpViewer {
    session: ServerSession,
    _slot: ConnectionSlot,
}

impl RtmpViewer {
    fn drain(&mut self, out: &mut ControlOutput) {
        while let Some(output) = self.session.poll_output() {
            match output {
                Output::Transmit(bytes) => append(&mut out.bytes, &bytes),
                Output::Event(ServerEvent::Pause(paused)) => out.pause = Some(paused),
                Output::Event(ServerEvent::Close) => out.close = true,
                Output::Event(_) => {}
            }
        }
    }
}

fn append(out: &mut BytesMut, bytes: &Bytes) {
    out.extend_from_slice(bytes);
}

impl ViewerControl for RtmpViewer {
    fn on_input(&mut self, now: Instant, bytes: &[u8], out: &mut ControlOutput) {
        if self.session.handle_input(now, bytes).is_err() {
            out.close = true;
        }
        self.drain(out);
    }

    fn on_end(&mut self, _end: End, out: &mut BytesMut) {
        self.session.end_stream(Instant::now());
        let mut last = ControlOutput::default();
        self.drain(&mut last);
        append(out, &last.bytes.freeze());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_that_a_peer_connects_to_names_the_authority() {
        for (url, named) in [
            ("rtmp://cam.example.com/live", Some("cam.example.com")),
            ("rtmp://u:p@cam.example.com:1936/live?x=//y", Some("cam.example.com:1936")),
            ("rtmps://[::1]:1936/live", Some("[::1]:1936")),
            ("rtmp://cam.example.com?vhost=a", Some("cam.example.com")),
            ("cam.example.com/live", None),
        ] {
            assert_eq!(authority(url).as_deref(), named, "{url}");
        }
    }
}
