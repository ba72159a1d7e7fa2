//! Another stream on the same connection: what a viewer by `ws-fmp4` asks for in a text message.
//!
//! ```text
//! viewer:  {"type":"switch","url":"/APP/NAME.mp4?token=..."}
//! server:  {"type":"switched","stream":"APP/NAME","shift_ms":-1234.5}     then its tracks, init segment and key frame
//!      or  {"type":"switch_failed","code":"...","message":"..."}          and what was watched goes on
//! ```
//! What is watched goes on until the other stream has a key frame to begin with. `shift_ms` added to the other stream's
//! times gives the times of the one before, by the moments at which their pictures arrived here.

use std::cell::RefCell;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::{ErrorKind, TokenBucket};
use bytes::BytesMut;
use hub::{Phase, Rendition, Stream};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::AbortHandle;

use super::failure::Failure;
use super::media::{MediaRequest, Opened, open};
use super::websocket::put_text;
use crate::context::Gateway;
use crate::shard::Shard;
use crate::viewer::{Move, Viewer};

/// How long the other stream gets for its first key frame once it is there.
const KEY_FRAME_WAIT: Duration = Duration::from_secs(15);
/// People click; programs that do nothing else are told to wait.
const SWITCHES_AT_ONCE: u32 = 8;
const SWITCH_EVERY: Duration = Duration::from_millis(500);

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Message {
    Switch { url: String },
}

/// Changes what one viewer watches.
pub(super) struct Switcher {
    shard: Weak<Shard>,
    gateway: Arc<Gateway>,
    /// What the connection began with.
    request: MediaRequest,
    address: SocketAddr,
    state: RefCell<State>,
}

struct State {
    viewer: Weak<Viewer>,
    /// Looks for the other stream; a new wish ends it.
    task: Option<AbortHandle>,
    bucket: TokenBucket,
}

impl Switcher {
    pub(super) fn new(
        shard: &Rc<Shard>,
        gateway: Arc<Gateway>,
        request: MediaRequest,
        address: SocketAddr,
    ) -> Rc<Self> {
        let bucket = TokenBucket::new(SWITCH_EVERY, SWITCHES_AT_ONCE);
        let state = RefCell::new(State { viewer: Weak::new(), task: None, bucket });
        Rc::new(Self { shard: Rc::downgrade(shard), gateway, request, address, state })
    }

    /// Whose wishes are heard.
    pub(super) fn serve(&self, viewer: &Rc<Viewer>) {
        self.state.borrow_mut().viewer = Rc::downgrade(viewer);
    }

    /// Takes a text message; other ones than ours mean nothing.
    pub(super) fn on_message(self: &Rc<Self>, text: &[u8]) {
        let Ok(Message::Switch { url }) = serde_json::from_slice(text) else { return };
        let Some(shard) = self.shard.upgrade() else { return };
        let mut state = self.state.borrow_mut();
        if let Some(task) = state.task.take() {
            task.abort();
        }
        let prepared = if state.bucket.take(Instant::now()) {
            self.request.another(&url).ok_or_else(|| {
                Failure::new(ErrorKind::InvalidInput, "This names no stream in the form that is being watched.")
            })
        } else {
            Err(Failure::new(ErrorKind::Exhausted, "The stream was changed too often; try again in some seconds."))
        };
        let switch = Rc::clone(self).switch(prepared);
        state.task = Some(shard.spawn_local(switch).abort_handle());
    }

    async fn switch(self: Rc<Self>, request: Result<MediaRequest, Failure>) {
        let opened = match request {
            Ok(request) => self.prepare(&request).await,
            Err(failure) => Err(failure),
        };
        let Some(viewer) = self.state.borrow().viewer.upgrade() else { return };
        let Some(shard) = self.shard.upgrade() else { return };
        match opened {
            Ok(Opened { rendition, session }) => {
                let announcement = text(&switched(viewer.rendition().stream(), rendition.stream()));
                viewer.go_over(Move { shard, rendition, session, announcement: announcement.freeze() });
            }
            Err(Failure { kind, text: message }) => {
                let failed = json!({ "type": "switch_failed", "code": kind.as_str(), "message": message });
                viewer.tell(text(&failed).freeze());
            }
        }
    }

    async fn prepare(&self, request: &MediaRequest) -> Result<Opened, Failure> {
        let opened = open(&self.gateway, request, self.address).await?;
        let waiting = tokio::time::timeout(KEY_FRAME_WAIT, first_key_frame(&opened.rendition));
        match waiting.await {
            Ok(true) => Ok(opened),
            Ok(false) => Err(Failure::new(ErrorKind::Unavailable, "The stream has ended.")),
            Err(_) => Err(Failure::new(ErrorKind::Timeout, "The stream sends no key frame; see its diagnosis.")),
        }
    }
}

/// Waits until a reader can begin; false when the stream ends first.
async fn first_key_frame(rendition: &Rendition) -> bool {
    let stream = rendition.stream();
    let bell = stream.subscribe_wakeups();
    if rendition.peek_join(1).is_empty() {
        stream.request_key_frame(Instant::now());
    }
    loop {
        if !rendition.peek_join(1).is_empty() {
            return true;
        }
        if stream.phase() == Phase::Closed {
            return false;
        }
        poll_fn(|cx| bell.poll_rung(cx)).await;
    }
}

fn switched(from: &Stream, to: &Stream) -> Value {
    let shift_us = to.unix_us_at_zero().saturating_sub(from.unix_us_at_zero());
    json!({ "type": "switched", "stream": to.key().to_string(), "shift_ms": micros_as_ms(shift_us) })
}

#[expect(clippy::cast_precision_loss, reason = "times of streams are far below 2^53 microseconds apart")]
fn micros_as_ms(micros: i64) -> f64 {
    micros as f64 / 1000.0
}

fn text(message: &Value) -> BytesMut {
    let mut out = BytesMut::new();
    put_text(&mut out, &message.to_string());
    out
}
