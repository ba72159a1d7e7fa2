//! Publish and play tokens.

use std::collections::BTreeMap;
use std::sync::Arc;

use api::{TokenRequest, TokenResponse};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use base::ErrorKind;
use hub::{Action, StreamKey};
use platform::rights::{self, Kind, Place};
use platform::tokens::{MAX_LIFE_S, TokenClaims};
use platform::unix_now;

use super::Failure;
use super::auth::Who;
use super::extract::Body;
use super::named::located;
use super::streams::urls;
use super::views::rfc3339;
use crate::server::App;

pub(super) async fn make(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    headers: HeaderMap,
    Body(request): Body<TokenRequest>,
) -> Result<Json<TokenResponse>, Failure> {
    let action = match request.action.as_str() {
        "publish" if !caller.may(rights::Action::Manage, Kind::Token, &Place::ROOT) => {
            let text = "You may make tokens for playing; for publishing you need the right manage:token.";
            return Err(Failure::new(ErrorKind::Forbidden, text));
        }
        "publish" => Action::Publish,
        "play" => Action::Play,
        _ => return Err(Failure::invalid("action", "The action is publish or play.")),
    };
    if !(1..=MAX_LIFE_S).contains(&request.expires_in_s) {
        return Err(Failure::invalid("expires_in_s", format!("A token lives for 1 to {MAX_LIFE_S} seconds.")));
    }
    let any = request.name == "*";
    let key = StreamKey::new(&request.app, if any { "name" } else { &request.name })?;
    let key = located(&app, key, request.vhost.as_deref())?;
    let expires_at = unix_now() + request.expires_in_s;
    let of = if any { TokenClaims::of_application } else { TokenClaims::of_stream };
    let token = app.signer.sign(&of(action, &key, expires_at));
    tracing::info!(
        user = caller.user.name,
        action = request.action,
        host = key.vhost(),
        stream = format!("{}/{}", request.app, request.name),
        "A token was made."
    );
    let mut named = BTreeMap::new();
    if !any {
        let urls = urls(&app, &headers, &key, Some(&token));
        let publish = action == Action::Publish;
        let all = [
            ("rtsp", urls.rtsp, true),
            ("rtmp", urls.rtmp, true),
            ("flv", urls.flv, !publish),
            ("ws_flv", urls.ws_flv, !publish),
            ("mp4", urls.mp4, !publish),
            ("ws_mp4", urls.ws_mp4, !publish),
            ("ts", urls.ts, !publish),
            ("ws_ts", urls.ws_ts, !publish),
            ("hls", urls.hls, !publish),
            ("hls_cdn", urls.hls_cdn, !publish),
            ("hls_ts", urls.hls_ts, !publish),
            ("hls_audio", urls.hls_audio, !publish),
            ("dash", urls.dash, !publish),
            ("whip", urls.webrtc.as_ref().map(|url| url.replacen("/whep", "/whip", 1)), publish),
            ("webrtc", urls.webrtc, !publish),
        ];
        named.extend(all.into_iter().filter_map(|(name, url, fits)| Some((name.to_owned(), url.filter(|_| fits)?))));
    }
    Ok(Json(TokenResponse { token, expires_at: rfc3339(expires_at), urls: named }))
}
