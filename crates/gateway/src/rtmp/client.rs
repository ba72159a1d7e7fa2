//! Servers that we pull from by RTMP.

use std::time::{Duration, Instant};

use base::ErrorKind;
use container::flv::{TagDemuxer, TagEvent};
use hub::Leg;
use rtmp::{ClientConfig, ClientEvent, ClientRole, ClientSession, Output};
use tokio::io::AsyncWriteExt;
use url::Url;

use crate::pull::{PullFailure, PullSink};
use crate::transport::Transport;

/// How often time-outs are looked at.
const TICK: Duration = Duration::from_millis(500);

/// The configuration of a client session for a URL `rtmp://host[:port]/app/name[?query]`.
pub(crate) fn config(url: &Url, role: ClientRole) -> Option<ClientConfig> {
    let path = url.path().trim_matches('/');
    let (app, name) = path.rsplit_once('/')?;
    let authority = match (url.host_str()?, url.port()) {
        (host, Some(port)) => format!("{host}:{port}"),
        (host, None) => host.to_owned(),
    };
    let name = url.query().map_or_else(|| name.to_owned(), |query| format!("{name}?{query}"));
    Some(ClientConfig::new(&format!("{}://{authority}/{app}", url.scheme()), app, &name, role))
}

/// Pulls until the server ends, fails, or the sink wants no more.
pub(crate) async fn pull(transport: &mut Transport, url: &Url, sink: &mut dyn PullSink) -> Result<(), PullFailure> {
    let config = config(url, ClientRole::Play).ok_or_else(|| PullFailure {
        leg: Leg::Name,
        kind: ErrorKind::InvalidInput,
        text: "an RTMP URL is rtmp://host/app/name".to_owned(),
        next_step: "Correct the URL.".to_owned(),
    })?;
    let mut session = ClientSession::new(config, Instant::now(), rand::random());
    let mut demuxer = TagDemuxer::new();
    let mut events = Vec::new();
    let mut tick = tokio::time::interval(TICK);
    loop {
        while let Some(output) = session.poll_output() {
            match output {
                Output::Transmit(bytes) => {
                    let sent = async {
                        transport.write_all(&bytes).await?;
                        transport.flush().await
                    };
                    sent.await.map_err(|error| PullFailure::io(Leg::Answer, &error))?;
                }
                Output::Event(ClientEvent::Ready) => sink.step(Leg::Answer, true, "The server plays."),
                Output::Event(ClientEvent::Message { kind, timestamp_ms, body }) => {
                    demuxer.handle_tag(kind, timestamp_ms, body, &mut events);
                }
                Output::Event(ClientEvent::Ended) => {
                    return Err(PullFailure {
                        leg: Leg::Media,
                        kind: ErrorKind::Unavailable,
                        text: "the server ended the stream".to_owned(),
                        next_step: "It will be tried again.".to_owned(),
                    });
                }
                Output::Event(_) => {}
            }
        }
        for event in events.drain(..) {
            match event {
                TagEvent::Config(track) => sink.tracks(vec![track])?,
                TagEvent::Unit(unit) => sink.unit(unit, Instant::now()),
                _ => {}
            }
        }
        tokio::select! {
            read = transport.read_with(|bytes| {
                sink.received(bytes.len());
                session.handle_input(Instant::now(), bytes)
            }) => match read {
                Ok(handled) => handled.map_err(|error| failure(&error))?,
                Err(error) => return Err(PullFailure::io(Leg::Media, &error)),
            },
            _ = tick.tick() => {
                session.handle_timeout(Instant::now()).map_err(|error| failure(&error))?;
                if sink.is_done() {
                    return Ok(());
                }
            }
        }
    }
}

pub(crate) fn failure(error: &rtmp::Error) -> PullFailure {
    let kind = error.kind();
    let (leg, next_step) = match kind {
        ErrorKind::Unauthorized | ErrorKind::Forbidden => (Leg::Auth, "Check the token or key in the URL."),
        ErrorKind::NotFound => (Leg::Answer, "Check application and stream name in the URL."),
        ErrorKind::Timeout => (Leg::Answer, "The port is open but nothing answers in RTMP; check the port."),
        ErrorKind::InvalidInput => (Leg::Answer, "Check the port: what answers there does not speak RTMP."),
        _ => (Leg::Answer, "See the other server's log."),
    };
    PullFailure { leg, kind, text: error.to_string(), next_step: next_step.to_owned() }
}
