//! Publish and play tokens: signed, so that any node that has the key can check them without a database.
//!
//! ```text
//! ACTION.APP.NAME.EXPIRY.SIGNATURE          play.road.k12-300.1790000000.kX3...
//! ACTION.HOST.APP.NAME.EXPIRY.SIGNATURE     play.t1.road.k12-300.1790000000.kX3...
//! ```
//! The first form is for the default virtual host, the second for any other; names have no dots, so neither is the other.
//! `NAME` is `*` for all streams of the application; `EXPIRY` is Unix seconds; the signature is the base64url
//! HMAC-SHA-256 of everything before it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use hub::key::DEFAULT_VHOST;
use hub::{Action, StreamKey};
use sha2::Sha256;

/// Bytes of a signing key.
pub const KEY_LEN: usize = 32;
/// Longest life of a token: one year.
pub const MAX_LIFE_S: i64 = 366 * 24 * 3600;
/// Longest token that is looked at: three of the longest names take 257.
const MAX_TOKEN_LEN: usize = 320;

/// What a token permits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenClaims {
    /// Publish or play.
    pub action: Action,
    /// Virtual host.
    pub vhost: String,
    /// Application.
    pub app: String,
    /// Stream name, or `None` for all of the application.
    pub name: Option<String>,
    /// Unix seconds.
    pub expires_at: i64,
}

impl TokenClaims {
    /// What permits something for one stream.
    pub fn of_stream(action: Action, key: &StreamKey, expires_at: i64) -> Self {
        let (vhost, app) = (key.vhost().to_owned(), key.app().to_owned());
        Self { action, vhost, app, name: Some(key.name().to_owned()), expires_at }
    }

    /// What permits something for all streams of the key's application.
    pub fn of_application(action: Action, key: &StreamKey, expires_at: i64) -> Self {
        Self { name: None, ..Self::of_stream(action, key, expires_at) }
    }
}

/// Why a token was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token, or not signed with our key.
    #[error("the token is not valid")]
    Invalid,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// It is for another action or stream.
    #[error("the token is not for this stream or action")]
    OtherScope,
}

/// Signs and checks tokens.
#[derive(Clone)]
pub struct TokenSigner {
    key: [u8; KEY_LEN],
}

impl std::fmt::Debug for TokenSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenSigner(..)")
    }
}

impl TokenSigner {
    /// A signer with a secret key.
    pub const fn new(key: [u8; KEY_LEN]) -> Self {
        Self { key }
    }

    /// Signs claims. The caller validates names and life.
    pub fn sign(&self, claims: &TokenClaims) -> String {
        let name = claims.name.as_deref().unwrap_or("*");
        let host = if claims.vhost == DEFAULT_VHOST { String::new() } else { format!("{}.", claims.vhost) };
        let body = format!("{}.{host}{}.{name}.{}", claims.action.as_str(), claims.app, claims.expires_at);
        let signature = URL_SAFE_NO_PAD.encode(self.mac(&body).finalize().into_bytes());
        format!("{body}.{signature}")
    }

    /// Checks a token for an action on a stream and returns its claims.
    ///
    /// # Errors
    /// In constant time for the signature; scope and expiry are only looked at behind a good one.
    pub fn check(&self, token: &str, action: Action, key: &StreamKey, now: i64) -> Result<TokenClaims, TokenError> {
        let claims = self.verify(token)?;
        if now >= claims.expires_at {
            return Err(TokenError::Expired);
        }
        let name_fits = claims.name.as_deref().is_none_or(|name| name == key.name());
        if claims.action != action || claims.vhost != key.vhost() || claims.app != key.app() || !name_fits {
            return Err(TokenError::OtherScope);
        }
        Ok(claims)
    }

    fn verify(&self, token: &str) -> Result<TokenClaims, TokenError> {
        if token.len() > MAX_TOKEN_LEN {
            return Err(TokenError::Invalid);
        }
        let (body, signature) = token.rsplit_once('.').ok_or(TokenError::Invalid)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| TokenError::Invalid)?;
        self.mac(body).verify_slice(&signature).map_err(|_| TokenError::Invalid)?;
        parse(body).ok_or(TokenError::Invalid)
    }

    fn mac(&self, body: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(b"viaduct stream token v1\0");
        mac.update(body.as_bytes());
        mac
    }
}

fn parse(body: &str) -> Option<TokenClaims> {
    let parts: Vec<&str> = body.split('.').collect();
    let (action, vhost, app, name, expires_at) = match *parts {
        [action, app, name, expires_at] => (action, DEFAULT_VHOST, app, name, expires_at),
        [action, vhost, app, name, expires_at] => (action, vhost, app, name, expires_at),
        _ => return None,
    };
    let action = match action {
        "publish" => Action::Publish,
        "play" => Action::Play,
        _ => return None,
    };
    let expires_at = expires_at.parse().ok()?;
    let name = (name != "*").then(|| name.to_owned());
    Some(TokenClaims { action, vhost: vhost.to_owned(), app: app.to_owned(), name, expires_at })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(name: Option<&str>) -> TokenClaims {
        let vhost = DEFAULT_VHOST.to_owned();
        TokenClaims { action: Action::Play, vhost, app: "road".into(), name: name.map(str::to_owned), expires_at: 1000 }
    }

    fn key(text: &str) -> StreamKey {
        text.parse().unwrap()
    }

    #[test]
    fn a_token_opens_its_stream_until_it_expires() {
        let signer = TokenSigner::new([7; KEY_LEN]);
        let token = signer.sign(&claims(Some("k1")));
        assert_eq!(signer.check(&token, Action::Play, &key("road/k1"), 999), Ok(claims(Some("k1"))));
        for (action, stream, now, error) in [
            (Action::Play, "road/k1", 1000, TokenError::Expired),
            (Action::Publish, "road/k1", 1, TokenError::OtherScope),
            (Action::Play, "road/k2", 1, TokenError::OtherScope),
            (Action::Play, "other/k1", 1, TokenError::OtherScope),
        ] {
            assert_eq!(signer.check(&token, action, &key(stream), now), Err(error), "{stream}");
        }
        let all = signer.sign(&claims(None));
        assert!(signer.check(&all, Action::Play, &key("road/k2"), 1).is_ok());
    }

    #[test]
    fn a_token_opens_nothing_on_another_host() {
        let signer = TokenSigner::new([7; KEY_LEN]);
        for (mine, other) in [("road/k1", "t1/road/k1"), ("t1/road/k1", "road/k1"), ("t1/road/k1", "t2/road/k1")] {
            let expires_at = 1000;
            for claims in [
                TokenClaims::of_stream(Action::Play, &key(mine), expires_at),
                TokenClaims::of_application(Action::Play, &key(mine), expires_at),
            ] {
                let token = signer.sign(&claims);
                assert_eq!(signer.check(&token, Action::Play, &key(mine), 1), Ok(claims), "{token}");
                let refused = signer.check(&token, Action::Play, &key(other), 1);
                assert_eq!(refused, Err(TokenError::OtherScope), "{token} {other}");
            }
        }
        let longest = key(&["a"; 3].map(|part| part.repeat(64)).join("/"));
        let token = signer.sign(&TokenClaims::of_stream(Action::Publish, &longest, 9_999_999_999));
        assert!(signer.check(&token, Action::Publish, &longest, 1).is_ok(), "{} bytes", token.len());
    }

    #[test]
    fn tokens_that_were_made_before_there_were_hosts_open_the_default_one() {
        let signer = TokenSigner::new([7; KEY_LEN]);
        let old = signer.sign(&claims(Some("k1")));
        assert!(old.starts_with("play.road.k1.1000."), "{old}");
        assert!(signer.check(&old, Action::Play, &key("road/k1"), 1).is_ok());
    }

    #[test]
    fn forged_and_foreign_tokens_are_invalid() {
        let signer = TokenSigner::new([7; KEY_LEN]);
        let token = signer.sign(&claims(Some("k1")));
        let foreign = TokenSigner::new([8; KEY_LEN]).sign(&claims(Some("k1")));
        let stretched = token.replace("1000", "9000");
        for bad in ["", ".", "play", &foreign, &stretched, &token[..token.len() - 2], &"x".repeat(5000)] {
            assert_eq!(signer.check(bad, Action::Play, &key("road/k1"), 1), Err(TokenError::Invalid), "{bad}");
        }
    }
}
