//! Web hooks and what was or is to be delivered to them.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::engine::Columns;
use crate::{Database, DbError, Statement};

/// One web hook.
#[derive(Clone, PartialEq, Eq)]
pub struct HookRow {
    /// Chosen by the database; 0 for a new row.
    pub id: i64,
    /// Where events are posted.
    pub url: String,
    /// Signs the bodies; never logged.
    pub secret: String,
    /// Names of events, separated by commas.
    pub events: String,
    /// Which streams: "app/name" with wildcards.
    pub pattern: String,
    /// How long an answer may take.
    pub timeout_ms: i64,
    /// What holds for a question that gets no answer: "deny" or "allow".
    pub on_failure: String,
    /// Whether it is called.
    pub enabled: bool,
    /// Unix seconds.
    pub created_at: i64,
}

impl std::fmt::Debug for HookRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let url = self.url.split('?').next().unwrap_or_default();
        write!(f, "HookRow({} {url} {} {})", self.id, self.events, self.pattern)
    }
}

/// Where a delivery is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// Waits for its first or next attempt.
    Pending,
    /// Taken by the other side.
    Delivered,
    /// Given up.
    Failed,
}

impl DeliveryState {
    /// As stored and as in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    fn parse(text: &str) -> Self {
        [Self::Pending, Self::Delivered].into_iter().find(|state| state.as_str() == text).unwrap_or(Self::Failed)
    }
}

/// One event on its way to one hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Chosen by the database, ascending; 0 for a new row.
    pub id: i64,
    /// To which hook.
    pub hook_id: i64,
    /// Name of the event.
    pub event: String,
    /// JSON, as posted.
    pub body: String,
    /// Where it is.
    pub state: DeliveryState,
    /// Attempts so far.
    pub attempts: i64,
    /// Unix milliseconds.
    pub created_at_ms: i64,
    /// Unix milliseconds; `None` when there is no further attempt.
    pub next_attempt_ms: Option<i64>,
    /// HTTP status of the last attempt.
    pub status: Option<i64>,
    /// What the other side said, or why it was not reached.
    pub answer: Option<String>,
    /// How long the last attempt took.
    pub duration_ms: Option<i64>,
}

impl DeliveryRow {
    /// A new row that waits for its first attempt.
    pub fn pending(hook_id: i64, event: &str, body: String, now_ms: i64) -> Self {
        Self {
            id: 0,
            hook_id,
            event: event.to_owned(),
            body,
            state: DeliveryState::Pending,
            attempts: 0,
            created_at_ms: now_ms,
            next_attempt_ms: Some(now_ms),
            status: None,
            answer: None,
            duration_ms: None,
        }
    }
}

fn hook(row: &AnyRow) -> HookRow {
    HookRow {
        id: row.get("id"),
        url: row.get("url"),
        secret: row.get("secret"),
        events: row.get("events"),
        pattern: row.get("pattern"),
        timeout_ms: row.get("timeout_ms"),
        on_failure: row.get("on_failure"),
        enabled: row.flag("enabled"),
        created_at: row.get("created_at"),
    }
}

/// What adding and changing a hook have in common, in the order of the columns.
fn bind<'q>(statement: Statement<'q>, row: &'q HookRow) -> Statement<'q> {
    statement
        .bind(&row.url)
        .bind(&row.secret)
        .bind(&row.events)
        .bind(&row.pattern)
        .bind(row.timeout_ms)
        .bind(&row.on_failure)
        .bind(i64::from(row.enabled))
}

fn delivery(row: &AnyRow) -> DeliveryRow {
    DeliveryRow {
        id: row.get("id"),
        hook_id: row.get("hook_id"),
        event: row.get("event"),
        body: row.get("body"),
        state: DeliveryState::parse(row.get("state")),
        attempts: row.get("attempts"),
        created_at_ms: row.get("created_at_ms"),
        next_attempt_ms: row.get("next_attempt_ms"),
        status: row.get("status"),
        answer: row.get("answer"),
        duration_ms: row.get("duration_ms"),
    }
}

impl Database {
    /// All hooks in the order in which they were made.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn hooks(&self) -> Result<Vec<HookRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM hooks ORDER BY id").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(hook).collect())
    }

    /// Adds a hook and returns its id.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn add_hook(&self, row: &HookRow) -> Result<i64, DbError> {
        let insert = sqlx::query(
            "INSERT INTO hooks (url, secret, events, pattern, timeout_ms, on_failure, enabled, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
        );
        let added = bind(insert, row).bind(row.created_at).fetch_one(&self.pool).await?;
        Ok(added.get("id"))
    }

    /// Changes a hook; `false` when there is none of this id.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn update_hook(&self, row: &HookRow) -> Result<bool, DbError> {
        let update = sqlx::query(
            "UPDATE hooks SET url = $1, secret = $2, events = $3, pattern = $4, timeout_ms = $5, on_failure = $6,
             enabled = $7 WHERE id = $8",
        );
        let done = bind(update, row).bind(row.id).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Removes a hook with its deliveries; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_hook(&self, id: i64) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM hooks WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Adds deliveries in one transaction; those whose hook is gone are left out.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn add_deliveries(&self, rows: &[DeliveryRow]) -> Result<(), DbError> {
        let mut transaction = self.write().await?;
        for row in rows {
            sqlx::query(
                "INSERT INTO hook_deliveries
                 (hook_id, event, body, state, attempts, created_at_ms, next_attempt_ms, status, answer, duration_ms)
                 SELECT id, $1, $2, $3, $4, $5, $6, $7, $8, $9 FROM hooks WHERE id = $10",
            )
            .bind(&row.event)
            .bind(&row.body)
            .bind(row.state.as_str())
            .bind(row.attempts)
            .bind(row.created_at_ms)
            .bind(row.next_attempt_ms)
            .bind(row.status)
            .bind(&row.answer)
            .bind(row.duration_ms)
            .bind(row.hook_id)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The oldest delivery that a hook still waits for.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn next_delivery(&self, hook_id: i64) -> Result<Option<DeliveryRow>, DbError> {
        let row =
            sqlx::query("SELECT * FROM hook_deliveries WHERE hook_id = $1 AND state = 'pending' ORDER BY id LIMIT 1")
                .bind(hook_id)
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.as_ref().map(delivery))
    }

    /// Stores what came of an attempt.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn update_delivery(&self, row: &DeliveryRow) -> Result<(), DbError> {
        sqlx::query(
            "UPDATE hook_deliveries SET state = $1, attempts = $2, next_attempt_ms = $3, status = $4, answer = $5,
             duration_ms = $6 WHERE id = $7",
        )
        .bind(row.state.as_str())
        .bind(row.attempts)
        .bind(row.next_attempt_ms)
        .bind(row.status)
        .bind(&row.answer)
        .bind(row.duration_ms)
        .bind(row.id)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Makes a delivery of a hook due now; `false` when there is none of this id.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn retry_delivery(&self, hook_id: i64, id: i64, now_ms: i64) -> Result<bool, DbError> {
        let done = sqlx::query(
            "UPDATE hook_deliveries SET state = 'pending', next_attempt_ms = $1 WHERE hook_id = $2 AND id = $3",
        )
        .bind(now_ms)
        .bind(hook_id)
        .bind(id)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// A hook's deliveries before `before`, newest first.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn deliveries(&self, hook_id: i64, before: i64, limit: i64) -> Result<Vec<DeliveryRow>, DbError> {
        let rows =
            sqlx::query("SELECT * FROM hook_deliveries WHERE hook_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3")
                .bind(hook_id)
                .bind(before)
                .bind(limit)
                .fetch_all(&self.pool)
                .await?;
        Ok(rows.iter().map(delivery).collect())
    }

    /// How many deliveries of a hook are in each state: pending, delivered, failed.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn delivery_counts(&self, hook_id: i64) -> Result<(i64, i64, i64), DbError> {
        let counts = sqlx::query_as(
            "SELECT count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'delivered'),
             count(*) FILTER (WHERE state = 'failed') FROM hook_deliveries WHERE hook_id = $1",
        )
        .bind(hook_id)
        .fetch_one(&self.pool)
        .await?;
        Ok(counts)
    }

    /// Keeps the newest deliveries of a hook: of those that are done and of those that wait. Returns how many that
    /// waited were dropped.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn trim_deliveries(&self, hook_id: i64, done: i64, waiting: i64) -> Result<u64, DbError> {
        let statement =
            "DELETE FROM hook_deliveries WHERE hook_id = $1 AND (state = 'pending') = $2 AND id <= coalesce(
             (SELECT id FROM hook_deliveries WHERE hook_id = $1 AND (state = 'pending') = $2
              ORDER BY id DESC LIMIT 1 OFFSET $3), 0)";
        let trim = |pending: bool, kept: i64| sqlx::query(statement).bind(hook_id).bind(pending).bind(kept);
        trim(false, done).execute(&self.pool).await?;
        Ok(trim(true, waiting).execute(&self.pool).await?.rows_affected())
    }
}
