//! The access that media sessions ask: tokens, or open with `--dev`.

use std::time::{Duration, UNIX_EPOCH};

use base::ErrorKind;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hub::{Access, AccessDenied, AccessRequest, Grant};

use crate::tokens::{TokenError, TokenSigner};
use crate::unix_now;

/// Checks stream tokens.
#[derive(Clone, Debug)]
pub struct TokenAccess {
    signer: TokenSigner,
    open: bool,
}

impl TokenAccess {
    /// `open` lets sessions without a token through (`--dev`); a token that is given must be good all the same.
    pub const fn new(signer: TokenSigner, open: bool) -> Self {
        Self { signer, open }
    }

    fn decide(&self, request: &AccessRequest) -> Result<Grant, AccessDenied> {
        let Some(token) = &request.token else {
            if self.open {
                return Ok(Grant::default());
            }
            return Err(AccessDenied {
                kind: ErrorKind::Unauthorized,
                reason: "A token is needed; make one with `viaduct token` or in the console.".to_owned(),
            });
        };
        let claims =
            self.signer.check(token, request.action, &request.key, unix_now()).map_err(|error| AccessDenied {
                kind: if error == TokenError::OtherScope { ErrorKind::Forbidden } else { ErrorKind::Unauthorized },
                reason: sentence(error),
            })?;
        let expiry = Duration::from_secs(u64::try_from(claims.expires_at).unwrap_or(0));
        Ok(Grant { subject: Some("token".to_owned()), expires_at: Some(UNIX_EPOCH + expiry) })
    }
}

fn sentence(error: TokenError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

impl Access for TokenAccess {
    fn authorize(&self, request: AccessRequest) -> BoxFuture<'_, Result<Grant, AccessDenied>> {
        std::future::ready(self.decide(&request)).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::{KEY_LEN, TokenClaims};
    use hub::Action;

    fn request(token: Option<String>) -> AccessRequest {
        AccessRequest {
            action: Action::Play,
            key: "road/k1".parse().unwrap(),
            token,
            address: [127, 0, 0, 1].into(),
            protocol: "test",
        }
    }

    #[test]
    fn closed_without_a_token_open_only_in_dev_and_a_bad_token_never_helps() {
        let signer = TokenSigner::new([1; KEY_LEN]);
        let closed = TokenAccess::new(signer.clone(), false);
        let dev = TokenAccess::new(signer.clone(), true);
        assert_eq!(closed.decide(&request(None)).unwrap_err().kind, ErrorKind::Unauthorized);
        assert!(dev.decide(&request(None)).is_ok());
        assert!(dev.decide(&request(Some("nonsense".into()))).is_err());
        let claims =
            |app: &str| TokenClaims { action: Action::Play, app: app.into(), name: None, expires_at: unix_now() + 60 };
        assert!(closed.decide(&request(Some(signer.sign(&claims("road"))))).unwrap().expires_at.is_some());
        let other = closed.decide(&request(Some(signer.sign(&claims("other"))))).unwrap_err();
        assert_eq!(other.kind, ErrorKind::Forbidden);
    }
}
