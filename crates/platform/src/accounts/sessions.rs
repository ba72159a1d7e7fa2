//! Sign-in sessions: they last while they are used, up to an age.
//!
//! A session ends when nobody has used it for [`SessionLife::idle_s`], or when it is as old as [`SessionLife::max_s`], whichever comes
//! first. Use is noted to the minute. The clock of the machine may jump: forward it ends sessions early, backward it moves a session's
//! dates with it, so that the age that a session had is kept and no session outlives its maximum.

use std::sync::PoisonError;

use db::{LoginRow, UserRow};

use super::{
    AccountError, Accounts, Client, MAX_AGENT, Proof, SEEN_EVERY_S, SignedIn, keys, random_token, secret_hash,
};
use crate::unix_now;

/// How long sessions last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLife {
    /// Seconds without use after which one ends.
    pub idle_s: i64,
    /// Seconds after the sign-in when one ends although it is used; `None`: never.
    pub max_s: Option<i64>,
}

impl Default for SessionLife {
    fn default() -> Self {
        Self { idle_s: 12 * 3600, max_s: Some(30 * 86_400) }
    }
}

impl SessionLife {
    /// When a session ends that was opened and last used then.
    const fn end(self, created_at: i64, seen_at: i64) -> i64 {
        let idle = seen_at.saturating_add(self.idle_s);
        match self.max_s {
            Some(max_s) if created_at.saturating_add(max_s) < idle => created_at.saturating_add(max_s),
            _ => idle,
        }
    }

    /// Whether a session goes on at `now`, also by a life that became shorter since it was last used.
    const fn lasts(self, session: &LoginRow, now: i64) -> bool {
        now < session.expires_at && now < self.end(session.created_at, session.seen_at)
    }

    /// A session as it is after a use at `now`; `None` when that need not be noted yet.
    fn used(self, session: &LoginRow, now: i64) -> Option<LoginRow> {
        if (0..SEEN_EVERY_S).contains(&now.saturating_sub(session.seen_at)) {
            return None;
        }
        let set_back = session.seen_at.saturating_sub(now).max(0);
        let created_at = session.created_at.saturating_sub(set_back);
        Some(LoginRow { created_at, seen_at: now, expires_at: self.end(created_at, now), ..session.clone() })
    }
}

impl Accounts {
    /// How long sessions last from now on, those that are open too.
    pub fn set_session_life(&self, life: SessionLife) {
        *self.session_life.lock().unwrap_or_else(PoisonError::into_inner) = life;
    }

    fn session_life(&self) -> SessionLife {
        *self.session_life.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a session for somebody whose sign-in was checked.
    pub(super) async fn open_session(&self, user: UserRow, from: &Client<'_>) -> Result<SignedIn, AccountError> {
        let token = random_token();
        let now = unix_now();
        let session = LoginRow {
            id: format!("{:016x}", rand::random::<u64>()),
            user_id: user.id,
            address: from.address.to_string(),
            agent: from.agent.chars().take(MAX_AGENT).collect(),
            created_at: now,
            seen_at: now,
            expires_at: self.session_life().end(now, now),
        };
        self.database.add_login(&secret_hash(&token), &session).await?;
        tracing::info!(address = %from.address, user = user.name, "Signed in.");
        Ok(SignedIn { token, expires_at: session.expires_at, user })
    }

    /// Opens a session for somebody whom a provider vouches for. The provider asks for the second factor, and counts failures.
    ///
    /// # Errors
    /// [`AccountError::Storage`].
    pub async fn open_provided(&self, user: UserRow, from: &Client<'_>) -> Result<SignedIn, AccountError> {
        self.open_session(user, from).await
    }

    /// Who a bearer token, of a session or a key, is of. A session that is used lasts longer.
    ///
    /// # Errors
    /// [`AccountError::NoSession`] when it has ended.
    pub async fn authenticate(&self, token: &str) -> Result<(UserRow, Proof), AccountError> {
        if keys::is_key(token) {
            return self.authenticate_key(token).await;
        }
        self.authenticate_session(token, unix_now()).await
    }

    async fn authenticate_session(&self, token: &str, now: i64) -> Result<(UserRow, Proof), AccountError> {
        let life = self.session_life();
        let found = self.database.login(&secret_hash(token), now).await?;
        let found = found.filter(|(session, _)| life.lasts(session, now));
        let (session, user) = found.ok_or(AccountError::NoSession)?;
        if let Some(used) = life.used(&session, now) {
            self.database.touch_login(&used).await?;
        }
        Ok((user, Proof::Session(session.id)))
    }

    /// A user's sessions, latest first.
    ///
    /// # Errors
    /// [`AccountError::Storage`].
    pub async fn sessions(&self, user: i64) -> Result<Vec<LoginRow>, AccountError> {
        let (life, now) = (self.session_life(), unix_now());
        let sessions = self.database.logins_of(user, now).await?;
        Ok(sessions.into_iter().filter(|session| life.lasts(session, now)).collect())
    }

    /// Ends a session of a user.
    ///
    /// # Errors
    /// [`AccountError::NotFound`].
    pub async fn end_session(&self, user: i64, id: &str) -> Result<(), AccountError> {
        if self.database.remove_login(user, id).await? { Ok(()) } else { Err(AccountError::NotFound) }
    }
}

#[cfg(test)]
mod tests;
