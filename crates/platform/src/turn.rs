//! Changes that are made one at a time.

use std::time::Duration;

use db::DbError;
use tokio::sync::{Mutex, MutexGuard};

/// How long a change waits for those before it. While the database does not answer, each of them takes as long as the database
/// is waited for: without a limit, the last of fifty people would hear of it minutes later.
const PATIENCE: Duration = Duration::from_secs(5);

/// Changes of one kind of thing, each begun when the one before has ended.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<()>);

impl Turns {
    /// Waits for one's turn, which lasts until the guard is dropped.
    ///
    /// # Errors
    /// When it does not come in time.
    pub(crate) async fn next(&self) -> Result<MutexGuard<'_, ()>, DbError> {
        tokio::time::timeout(PATIENCE, self.0.lock()).await.map_err(|_| DbError::no_turn())
    }
}

#[cfg(test)]
mod tests {
    use base::ErrorKind;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_change_that_cannot_begin_says_that_the_database_does_not_answer() {
        let turns = Turns::default();
        let first = turns.next().await.unwrap();
        assert_eq!(turns.next().await.unwrap_err().kind(), ErrorKind::Unavailable);
        drop(first);
        assert!(turns.next().await.is_ok());
    }
}
