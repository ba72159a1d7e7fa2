//! Streams that come as one long answer: HTTP-FLV, HTTP-TS, fragmented MP4, Matroska.

use std::time::{Duration, Instant};

use base::ErrorKind;
use bytes::{Bytes, BytesMut};
use container::m3u8;
use http::Response;
use hub::Leg;
use hyper::body::Incoming;

use super::client::{ANSWER_TIMEOUT, HttpClient, collect, next_chunk, silent};
use crate::demux::{MAGIC_LEN, StreamDemuxer};
use crate::guard::PullGuard;
use crate::hls;
use crate::pace::Playing;
use crate::pull::{PullFailure, PullSink, PullUrl};

/// How far a live server's first burst, or a file, may run ahead of the clock.
const LEAD: Duration = Duration::from_secs(2);
/// How often the sink is asked what it wants.
const TICK: Duration = Duration::from_millis(500);

/// Pulls until the server ends, fails, or the sink wants no more.
pub(crate) async fn pull(url: &PullUrl, guard: &PullGuard, sink: &mut dyn PullSink) -> Result<(), PullFailure> {
    let mut client = HttpClient::new(guard.clone());
    let (url, mut response) = client.get(url, &mut |leg, text| sink.step(leg, true, text)).await?;
    let first = first_bytes(&mut response).await?;
    sink.received(first.len());
    if hls::pull::is_playlist(&first) {
        let rest = collect(&mut response, m3u8::MAX_LEN).await?;
        sink.received(rest.len());
        sink.step(Leg::Answer, true, "The server sends a playlist.");
        let playlist = [first, rest].concat();
        return Box::pin(hls::pull::pull(client, guard, url, &playlist, sink)).await;
    }
    let Some(demuxer) = StreamDemuxer::detect(&first) else { return Err(unknown(&response)) };
    sink.step(Leg::Answer, true, "The server sends.");
    let mut playing = Playing::new(demuxer, LEAD);
    if playing.take(&first, sink).await? {
        return Ok(());
    }
    let mut heard = Instant::now();
    loop {
        let next = tokio::time::timeout(TICK, next_chunk(response.body_mut())).await;
        if sink.is_done() {
            return Ok(());
        }
        match next {
            Ok(Ok(Some(bytes))) => {
                heard = Instant::now();
                sink.received(bytes.len());
                if playing.take(&bytes, sink).await? {
                    return Ok(());
                }
            }
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(failure)) => return Err(failure),
            Err(_elapsed) if heard.elapsed() > ANSWER_TIMEOUT => return Err(silent(Leg::Media)),
            Err(_elapsed) => {}
        }
    }
}

/// Enough to tell what it is.
async fn first_bytes(response: &mut Response<Incoming>) -> Result<Bytes, PullFailure> {
    let mut first = BytesMut::new();
    while first.len() < MAGIC_LEN {
        let next = tokio::time::timeout(ANSWER_TIMEOUT, next_chunk(response.body_mut())).await;
        let Some(bytes) = next.map_err(|_elapsed| silent(Leg::Media))?? else { break };
        first.extend_from_slice(&bytes);
    }
    Ok(first.freeze())
}

fn unknown(response: &Response<Incoming>) -> PullFailure {
    let kind = response.headers().get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    PullFailure {
        leg: Leg::Codec,
        kind: ErrorKind::Unsupported,
        text: format!("what the server sends is no stream that we know ({})", kind.unwrap_or("without a type")),
        next_step: "Use a URL that gives FLV, MPEG-TS, fragmented MP4, Matroska or an HLS playlist.".to_owned(),
    }
}
