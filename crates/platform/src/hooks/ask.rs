//! Questions: may this session publish or play, where is this stream, shall it be closed.

use std::time::Duration;

use base::ErrorKind;
use db::{DeliveryRow, DeliveryState};
use hub::{AccessDenied, AccessRequest, Action, Grant, StreamKey};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Hook, HookEvent, HookReply, Hooks, message};
use crate::unix_now_ms;

/// The answer to "may this session?".
#[derive(Debug, Deserialize)]
struct Verdict {
    allow: bool,
    /// Shown to the peer.
    reason: Option<String>,
    /// Who it is, for the accounts.
    subject: Option<String>,
    /// The session ends after this.
    expires_in_s: Option<u64>,
}

/// The answer to "where is this stream?".
#[derive(Debug, Deserialize)]
struct Whereabouts {
    source: Option<NamedSource>,
}

/// A source that a hook names for a stream that nobody else knows.
#[derive(Clone, Deserialize)]
pub struct NamedSource {
    /// As in the sources of the console; credentials may stand in it.
    pub url: String,
    /// For the camera.
    pub username: Option<String>,
    /// For the camera.
    pub password: Option<String>,
}

impl std::fmt::Debug for NamedSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NamedSource(..)")
    }
}

/// The answer to "nobody watches; shall it be closed?".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct NoViewers {
    /// Whether the publisher is stopped.
    #[serde(default)]
    pub close: bool,
}

/// What hooks add to a session's permission.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Narrowing {
    pub(super) subject: Option<String>,
    pub(super) expires_in: Option<Duration>,
}

impl Narrowing {
    /// The shorter life and the more telling subject win.
    pub(super) fn apply(self, grant: Grant, now: std::time::SystemTime) -> Grant {
        let ends_at = self.expires_in.and_then(|life| now.checked_add(life));
        let expires_at = match (grant.expires_at, ends_at) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Grant { subject: self.subject.or(grant.subject), expires_at }
    }
}

impl Hooks {
    /// Posts a question and waits for the answer; the delivery log gets both.
    async fn ask(&self, hook: &Hook, event: HookEvent, data: &Value) -> Result<HookReply, String> {
        let mut row = DeliveryRow::pending(hook.id, event.as_str(), self.envelope(event, data), unix_now_ms());
        let outcome = self.attempt(hook, &mut row, Some(&self.questions)).await;
        row.state = if outcome.is_ok() { DeliveryState::Delivered } else { DeliveryState::Failed };
        row.next_attempt_ms = None;
        self.log(row);
        if let Err(reason) = &outcome {
            tracing::warn!(hook = hook.id, event = event.as_str(), reason, "A web hook gave no answer.");
        }
        outcome
    }

    /// Asks all hooks that want to be asked; each must allow.
    pub(super) async fn admit(&self, request: &AccessRequest) -> Result<Narrowing, AccessDenied> {
        let event = match request.action {
            Action::Publish => HookEvent::Publish,
            Action::Play => HookEvent::Play,
        };
        let hooks = self.wanting(event, Some(&request.key));
        if hooks.is_empty() {
            return Ok(Narrowing::default());
        }
        let mut data = message::stream(&request.key);
        data["protocol"] = request.protocol.into();
        data["address"] = request.address.to_string().into();
        data["query"] = request.query.clone().into();
        if request.action == Action::Publish {
            data["record"] = self.rules.effective(&request.key).records().into();
        }
        let mut narrowing = Narrowing::default();
        for hook in hooks {
            let answer = self.ask(&hook, event, &data).await.and_then(|reply| {
                serde_json::from_slice::<Verdict>(&reply.body)
                    .map_err(|error| format!("the answer is not understood: {error}"))
            });
            match answer {
                Ok(verdict) if verdict.allow => {
                    let life = verdict.expires_in_s.map(Duration::from_secs);
                    narrowing.expires_in = narrowing.expires_in.into_iter().chain(life).min();
                    narrowing.subject = verdict.subject.or(narrowing.subject);
                }
                Ok(verdict) => {
                    let reason = verdict.reason.unwrap_or_else(|| "Another system does not permit this.".to_owned());
                    return Err(AccessDenied { kind: ErrorKind::Forbidden, reason });
                }
                Err(_) if hook.allow_on_failure => {}
                Err(_) => {
                    return Err(AccessDenied {
                        kind: ErrorKind::Unavailable,
                        reason: "The system that permits this gives no answer; try again later.".to_owned(),
                    });
                }
            }
        }
        Ok(narrowing)
    }

    /// Asks for a source of a stream that nobody knows; the first hook that names one wins.
    pub(super) async fn locate(&self, key: &StreamKey) -> Option<NamedSource> {
        for hook in self.wanting(HookEvent::NotFound, Some(key)) {
            let Ok(reply) = self.ask(&hook, HookEvent::NotFound, &message::stream(key)).await else { continue };
            if let Ok(Whereabouts { source: Some(source) }) = serde_json::from_slice(&reply.body) {
                return Some(source);
            }
        }
        None
    }

    /// Tells that nobody has watched a stream for `quiet`, and asks whether it shall be closed.
    pub(super) async fn ask_no_viewers(&self, key: &StreamKey, quiet: Duration) -> NoViewers {
        let mut data = message::stream(key);
        data["seconds"] = json!(quiet.as_secs());
        let mut answer = NoViewers::default();
        for hook in self.wanting(HookEvent::NoViewers, Some(key)) {
            if let Ok(reply) = self.ask(&hook, HookEvent::NoViewers, &data).await {
                let said = serde_json::from_slice::<NoViewers>(&reply.body).unwrap_or_default();
                answer.close |= said.close;
            }
        }
        answer
    }
}
