//! The access that media sessions ask: rules by name, then tokens, or open with `--dev`.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use base::ErrorKind;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hub::{Access, AccessDenied, AccessRequest, Action, Grant};

use crate::applications::{Admission, Applications};
use crate::tokens::{TokenError, TokenSigner};
use crate::unix_now;

/// Said to viewers where a rule permits nobody to play.
pub const PLAYING_IS_OFF: &str = "Playing is switched off for this application.";

/// Asks the rules for the stream's name, then checks the stream token.
#[derive(Clone, Debug)]
pub struct TokenAccess {
    signer: TokenSigner,
    applications: Arc<Applications>,
    /// Where no rule says who may.
    otherwise: Admission,
}

impl TokenAccess {
    /// `open` lets sessions without a token through where no rule says otherwise (`--dev`); a token that is given
    /// must be good all the same.
    pub const fn new(signer: TokenSigner, applications: Arc<Applications>, open: bool) -> Self {
        Self { signer, applications, otherwise: if open { Admission::Open } else { Admission::Token } }
    }

    fn decide(&self, request: &AccessRequest) -> Result<Grant, AccessDenied> {
        let forbidden = |reason: &str| AccessDenied { kind: ErrorKind::Forbidden, reason: reason.to_owned() };
        let rules = self.applications.effective(&request.key);
        let (rule, switched_off) = match request.action {
            Action::Publish => (rules.publish, "Publishing is switched off for this application."),
            Action::Play => (rules.play, PLAYING_IS_OFF),
        };
        let admission = rule.unwrap_or(self.otherwise);
        if admission == Admission::Off {
            return Err(forbidden(switched_off));
        }
        if request.action == Action::Play && !rules.permits_protocol(request.protocol) {
            return Err(forbidden("This output is switched off for this application."));
        }
        let Some(token) = &request.token else {
            if admission == Admission::Open {
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

/// Lets everybody in: for simulated cameras, which are as open as a camera without password.
#[derive(Clone, Copy, Debug)]
pub struct OpenAccess;

impl Access for OpenAccess {
    fn authorize(&self, _request: AccessRequest) -> BoxFuture<'_, Result<Grant, AccessDenied>> {
        std::future::ready(Ok(Grant::default())).boxed()
    }
}

impl Access for TokenAccess {
    fn authorize(&self, request: AccessRequest) -> BoxFuture<'_, Result<Grant, AccessDenied>> {
        std::future::ready(self.decide(&request)).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::applications::{Output, RuleSettings};
    use crate::tokens::{KEY_LEN, TokenClaims};
    use db::Database;
    use hub::StreamOptions;

    fn request(action: Action, token: Option<String>) -> AccessRequest {
        AccessRequest {
            action,
            key: "road/k1".parse().unwrap(),
            token,
            query: None,
            address: [127, 0, 0, 1].into(),
            protocol: "http-flv",
        }
    }

    async fn applications(folder: &tempfile::TempDir) -> Arc<Applications> {
        let database = Database::open(&db::Place::File(folder.path().join("db"))).await.unwrap();
        Arc::new(Applications::open(database, StreamOptions::default()).await.unwrap())
    }

    #[tokio::test]
    async fn closed_without_a_token_open_only_in_dev_and_a_bad_token_never_helps() {
        let folder = tempfile::tempdir().unwrap();
        let applications = applications(&folder).await;
        let signer = TokenSigner::new([1; KEY_LEN]);
        let closed = TokenAccess::new(signer.clone(), Arc::clone(&applications), false);
        let dev = TokenAccess::new(signer.clone(), applications, true);
        let play = |token| request(Action::Play, token);
        assert_eq!(closed.decide(&play(None)).unwrap_err().kind, ErrorKind::Unauthorized);
        assert!(dev.decide(&play(None)).is_ok());
        assert!(dev.decide(&play(Some("nonsense".into()))).is_err());
        let token = |stream: &str| {
            let claims = TokenClaims::of_application(Action::Play, &stream.parse().unwrap(), unix_now() + 60);
            Some(signer.sign(&claims))
        };
        assert!(closed.decide(&play(token("road/k1"))).unwrap().expires_at.is_some());
        let other = closed.decide(&play(token("other/k1"))).unwrap_err();
        assert_eq!(other.kind, ErrorKind::Forbidden);
    }

    #[tokio::test]
    async fn rules_open_close_and_switch_outputs_off() {
        let folder = tempfile::tempdir().unwrap();
        let applications = applications(&folder).await;
        let signer = TokenSigner::new([1; KEY_LEN]);
        let access = TokenAccess::new(signer, Arc::clone(&applications), false);
        let kind = |action| access.decide(&request(action, None)).map_err(|denied| denied.kind).map(drop);
        let settings = RuleSettings {
            publish: Some(Admission::Off),
            play: Some(Admission::Open),
            outputs: Some(vec![Output::Flv]),
            ..Default::default()
        };
        let rule = applications.add("road/*".parse().unwrap(), settings.clone()).await.unwrap();
        assert_eq!(kind(Action::Publish), Err(ErrorKind::Forbidden));
        assert_eq!(kind(Action::Play), Ok(()));
        let settings = RuleSettings { outputs: Some(vec![Output::Rtsp]), ..settings };
        applications.change(rule.id, rule.pattern, settings).await.unwrap();
        assert_eq!(kind(Action::Play), Err(ErrorKind::Forbidden), "FLV is off now");
    }
}
