//! Cameras and servers that we pull from by RTSP over TCP.

use std::time::{Duration, Instant};

use base::ErrorKind;
use hub::Leg;
use rtsp::{ClientError, ClientOptions, Puller, PullerOutput, RtspUrl};
use tokio::io::AsyncWriteExt;

use crate::pull::{PullFailure, PullSink, Wish};
use crate::transport::Transport;

/// How often time-outs are looked at.
const TICK: Duration = Duration::from_millis(500);
/// How long a camera may take for its answer to TEARDOWN.
const GOODBYE: Duration = Duration::from_secs(1);

/// Pulls until the server ends, fails, or the sink wants no more.
pub(crate) async fn pull(transport: &mut Transport, url: RtspUrl, sink: &mut dyn PullSink) -> Result<(), PullFailure> {
    let options = ClientOptions {
        url,
        user_agent: concat!("Viaduct/", env!("CARGO_PKG_VERSION")).to_owned(),
        client_nonce: format!("{:016x}", rand::random::<u64>()),
    };
    let mut puller = Puller::new(Instant::now(), options, rand::random());
    let mut tick = tokio::time::interval(TICK);
    loop {
        if drain(&mut puller, transport, sink).await? {
            return Ok(());
        }
        tokio::select! {
            read = transport.read_with(|bytes| {
                sink.received(bytes.len());
                puller.handle_input(Instant::now(), bytes);
            }) => match read {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => puller.handle_eof(),
                Err(error) => return Err(PullFailure::io(Leg::Media, &error)),
            },
            _ = tick.tick() => {
                if puller.poll_timeout().is_some_and(|due| due <= Instant::now()) {
                    puller.handle_timeout(Instant::now());
                }
                match sink.wish() {
                    Some(Wish::KeyFrame) => puller.request_key_frame(),
                    Some(Wish::Stop) => return say_goodbye(&mut puller, transport, sink).await,
                    None => {}
                }
            }
        }
    }
}

/// `true` when the session has ended in order.
async fn drain(puller: &mut Puller, transport: &mut Transport, sink: &mut dyn PullSink) -> Result<bool, PullFailure> {
    let now = Instant::now();
    while let Some(output) = puller.poll_output() {
        match output {
            PullerOutput::Transmit(bytes) => {
                transport.write_all(&bytes).await.map_err(|error| PullFailure::io(Leg::Answer, &error))?;
            }
            PullerOutput::Described(description) => {
                sink.step(Leg::Answer, true, &format!("The server describes {} tracks.", description.media.len()));
            }
            PullerOutput::Playing => sink.step(Leg::Answer, true, "The server plays."),
            PullerOutput::Tracks(tracks) => sink.tracks(tracks)?,
            PullerOutput::Unit(unit) => sink.unit(unit, now),
            PullerOutput::Loss { packets, .. } => {
                sink.step(Leg::Media, false, &format!("{packets} packets are missing."));
            }
            PullerOutput::Dropped { reason, .. } => {
                sink.step(Leg::Codec, false, &format!("A unit was left out: {reason:?}."));
            }
            PullerOutput::Closed(None) => return Ok(true),
            PullerOutput::Closed(Some(error)) => return Err(failure(&error)),
            _ => {}
        }
    }
    Ok(false)
}

/// TEARDOWN, so that the camera frees its place for the next viewer at once.
async fn say_goodbye(
    puller: &mut Puller,
    transport: &mut Transport,
    sink: &mut dyn PullSink,
) -> Result<(), PullFailure> {
    puller.teardown();
    let farewell = async {
        loop {
            if drain(puller, transport, sink).await.unwrap_or(true) {
                return;
            }
            if transport.read_with(|bytes| puller.handle_input(Instant::now(), bytes)).await.is_err() {
                return;
            }
        }
    };
    let _gone_either_way = tokio::time::timeout(GOODBYE, farewell).await;
    Ok(())
}

pub(crate) fn failure(error: &ClientError) -> PullFailure {
    let text = error.to_string();
    let (leg, kind, next_step) = match error {
        ClientError::Unauthorized { .. } => (
            Leg::Auth,
            ErrorKind::Unauthorized,
            "Check user name and password; after several failures many cameras lock the account for minutes.",
        ),
        ClientError::Refused { status: 404, .. } => {
            (Leg::Answer, ErrorKind::NotFound, "Check the path of the URL; the camera's manual names it.")
        }
        ClientError::Refused { status: 403, .. } => {
            (Leg::Auth, ErrorKind::Forbidden, "Give the account the right to watch live video on the camera.")
        }
        ClientError::Refused { status: 453, .. } => (
            Leg::Answer,
            ErrorKind::Unavailable,
            "The camera serves as many viewers as it can; close others or use its sub-stream.",
        ),
        ClientError::Refused { .. } => (Leg::Answer, ErrorKind::Unavailable, "See the camera's own log."),
        ClientError::Redirected { .. } => {
            (Leg::Answer, ErrorKind::Unsupported, "Use the address that the server redirects to.")
        }
        ClientError::Timeout { leg: rtsp::Leg::Media } => (
            Leg::Media,
            ErrorKind::Timeout,
            "The camera accepted but sends nothing; restart it, or try its sub-stream.",
        ),
        ClientError::Timeout { .. } => {
            (Leg::Answer, ErrorKind::Timeout, "The port is open but nothing answers in RTSP; check the port.")
        }
        ClientError::Disconnected { leg: rtsp::Leg::Media } => {
            (Leg::Media, ErrorKind::Unavailable, "The camera closed the connection; it will be tried again.")
        }
        ClientError::Disconnected { .. } => (
            Leg::Answer,
            ErrorKind::Unavailable,
            "The camera closed the connection; check the URL and how many viewers it permits.",
        ),
        ClientError::Malformed(_) => {
            (Leg::Answer, ErrorKind::InvalidInput, "Check the port: what answers there does not speak RTSP.")
        }
        ClientError::Description(_) | ClientError::NoTrack => {
            (Leg::Codec, ErrorKind::Unsupported, "Enable H.264 or H.265 on the camera.")
        }
        ClientError::Transport => (Leg::Answer, ErrorKind::Unsupported, "Allow RTSP over TCP on the camera."),
        _ => (Leg::Answer, ErrorKind::Unavailable, "See the server's log."),
    };
    PullFailure { leg, kind, text, next_step: next_step.to_owned() }
}
