//! What is posted: a JSON envelope and its signature.
//!
//! ```text
//! Viaduct-Event: stream_up
//! Viaduct-Signature: t=1790000000,v1=<HMAC-SHA-256 of "1790000000." and the body, hexadecimal>
//! {"id":"...","event":"stream_up","at":"2026-11-26T08:00:00Z","server":"...","data":{...}}
//! ```

use std::fmt::Write;

use base::rfc3339;
use hmac::{Hmac, KeyInit, Mac};
use hub::StreamKey;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Hook, HookCall, HookEvent, Hooks};
use crate::{unix_now, unix_now_ms};

/// How a stream is named in bodies.
pub(super) fn stream(key: &StreamKey) -> Value {
    json!({ "vhost": key.vhost(), "app": key.app(), "name": key.name() })
}

impl Hooks {
    /// The envelope around what happened. The id is the same in every attempt, so that receivers can tell
    /// repetitions.
    pub(super) fn envelope(&self, event: HookEvent, data: &Value) -> String {
        let id = format!("{:032x}", rand::random::<u128>());
        let at = rfc3339(unix_now_ms());
        json!({ "id": id, "event": event.as_str(), "at": at, "server": self.server_id, "data": data }).to_string()
    }
}

/// A signed request.
pub(super) fn call(hook: &Hook, event: &str, body: String) -> HookCall {
    let at = unix_now();
    let headers = vec![
        ("Content-Type", "application/json".to_owned()),
        ("Viaduct-Event", event.to_owned()),
        ("Viaduct-Signature", format!("t={at},v1={}", hex(&mac(&hook.secret, at, &body).finalize().into_bytes()))),
    ];
    HookCall { url: hook.url.clone(), headers, body }
}

fn mac(secret: &str, at: i64, body: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(format!("{at}.").as_bytes());
    mac.update(body.as_bytes());
    mac
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}

/// Checks a signature as a receiver does: at most `tolerance_s` old, in constant time.
pub fn verify(secret: &str, signature: &str, body: &str, now: i64, tolerance_s: i64) -> bool {
    let Some((at, given)) = signature.strip_prefix("t=").and_then(|rest| rest.split_once(",v1=")) else { return false };
    let Ok(at) = at.parse::<i64>() else { return false };
    let fresh = now.abs_diff(at) <= tolerance_s.unsigned_abs();
    let expected = hex(&mac(secret, at, body).finalize().into_bytes());
    fresh && bool::from(subtle::ConstantTimeEq::ct_eq(expected.as_bytes(), given.as_bytes()))
}
