//! The audit log: what people did, in a chain that shows every change made behind our back.
//!
//! Each row carries a sum (HMAC-SHA-256 with a key that is not in the database) of itself and of the sum before. Who changes, removes or
//! moves rows without the key leaves a row whose sum is wrong or a number that is missing; the newest row is also noted outside of the
//! database, so that a cut end shows.

use db::{AuditFilter, AuditRow, Database, DbError};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::unix_now_ms;

/// Bytes of the key.
pub const KEY_LEN: usize = 32;
/// Longest text of one field; longer ones are cut.
const MAX_FIELD: usize = 500;
/// Rows that are read at a time.
const PAGE: i64 = 1000;
/// Findings after which checking ends: the log is worth nothing by then.
const MAX_FINDINGS: usize = 100;

/// What somebody did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deed {
    /// Name of the user; empty for nobody known.
    pub actor: String,
    /// From where.
    pub address: String,
    /// What was done.
    pub action: String,
    /// With what.
    pub target: String,
    /// HTTP status.
    pub outcome: u16,
    /// More, as JSON; without secrets.
    pub detail: String,
}

/// The newest row, as noted outside of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub id: i64,
    /// Its sum.
    pub sum: Vec<u8>,
}

/// Something that is wrong with the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// Numbers without rows.
    #[error("rows {from} to {to} are missing")]
    Missing {
        /// The first.
        from: i64,
        /// The last.
        to: i64,
    },
    /// A row whose sum is wrong.
    #[error("row {id} was changed or moved, or the one before it was replaced")]
    Changed {
        /// Its number.
        id: i64,
    },
}

/// What checking found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Rows that were looked at.
    pub rows: u64,
    /// Nothing when the log is whole.
    pub findings: Vec<Finding>,
}

/// The audit log of one installation.
pub struct Audit {
    database: Database,
    key: [u8; KEY_LEN],
    /// One row at a time is added anyway; those that wait for it in the database would keep connections from who only reads.
    turns: crate::turn::Turns,
    note_head: Box<dyn Fn(&Head) + Send + Sync>,
}

impl std::fmt::Debug for Audit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Audit(..)")
    }
}

impl Audit {
    /// A log in `database`; `note_head` keeps the newest row outside of it.
    pub fn new(database: Database, key: [u8; KEY_LEN], note_head: impl Fn(&Head) + Send + Sync + 'static) -> Self {
        Self { database, key, turns: crate::turn::Turns::default(), note_head: Box::new(note_head) }
    }

    /// Writes down what somebody did.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn add(&self, deed: Deed) -> Result<(), DbError> {
        let cut = |text: String| text.chars().take(MAX_FIELD).collect();
        let row = AuditRow {
            at_ms: unix_now_ms(),
            actor: cut(deed.actor),
            address: cut(deed.address),
            action: cut(deed.action),
            target: cut(deed.target),
            outcome: i64::from(deed.outcome),
            detail: cut(deed.detail),
            ..AuditRow::default()
        };
        let _one_at_a_time = self.turns.next().await?;
        let added = self.database.add_audit(row, |before, row| self.sum(before, row)).await?;
        (self.note_head)(&Head { id: added.id, sum: added.sum });
        Ok(())
    }

    /// Rows, latest first.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn page(&self, filter: &AuditFilter, before: i64, limit: i64) -> Result<Vec<AuditRow>, DbError> {
        self.database.audit_page(filter, before, limit).await
    }

    /// Goes through the whole log; `head` is what was noted outside of the database.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn verify(&self, head: Option<&Head>) -> Result<Verdict, DbError> {
        let mut verdict = Verdict::default();
        let mut last = Link::default();
        loop {
            let page = self.database.audit_after(last.id, PAGE).await?;
            if page.is_empty() || verdict.findings.len() >= MAX_FINDINGS {
                break;
            }
            for row in page {
                verdict.rows += 1;
                last = self.follow(&last, &row, &mut verdict.findings);
            }
        }
        match head {
            Some(head) if head.id > last.id => {
                verdict.findings.push(Finding::Missing { from: last.id + 1, to: head.id });
            }
            Some(head) if head.id == last.id && !last.is(&head.sum) => {
                verdict.findings.push(Finding::Changed { id: head.id });
            }
            _ => {}
        }
        verdict.findings.dedup();
        Ok(verdict)
    }

    fn follow(&self, last: &Link, row: &AuditRow, findings: &mut Vec<Finding>) -> Link {
        if row.id != last.id + 1 {
            findings.push(Finding::Missing { from: last.id + 1, to: row.id - 1 });
            // What it was chained to is gone, so its own sum cannot be checked.
            return Link { id: row.id, stored: row.sum.clone(), due: row.sum.clone() };
        }
        // A row whose sum alone was changed shall not make the next one look changed too.
        let right = [&last.stored, &last.due].into_iter().any(|before| same(&self.sum(before, row), &row.sum));
        if !right {
            findings.push(Finding::Changed { id: row.id });
        }
        Link { id: row.id, stored: row.sum.clone(), due: self.sum(&last.due, row) }
    }

    fn sum(&self, before: &[u8], row: &AuditRow) -> Vec<u8> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.key).expect("a key of any length is good");
        let numbers = [row.id, row.at_ms, row.outcome].map(i64::to_be_bytes).concat();
        let texts = [&row.actor, &row.address, &row.action, &row.target, &row.detail];
        // Lengths keep neighbouring fields apart.
        for part in [before, &numbers].into_iter().chain(texts.map(|text| text.as_bytes())) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().to_vec()
    }
}

/// Where a walk through the log is: the sum that the last row has, and the one that it should have.
#[derive(Default)]
struct Link {
    id: i64,
    stored: Vec<u8>,
    due: Vec<u8>,
}

impl Link {
    fn is(&self, sum: &[u8]) -> bool {
        same(&self.stored, sum)
    }
}

fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests;
