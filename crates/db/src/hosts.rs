//! Virtual hosts and their domains.

use std::collections::HashMap;

use sqlx::{Any, Row, Transaction};

use crate::{Database, DbError};

/// One virtual host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostRow {
    /// Lower case.
    pub name: String,
    /// "cam.example.com" or "*.example.com", lower case, in the order in which they were typed.
    pub domains: Vec<String>,
    /// Unix seconds.
    pub created_at: i64,
}

impl Database {
    /// All virtual hosts by name; the default one is none of them.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn hosts(&self) -> Result<Vec<HostRow>, DbError> {
        let mut transaction = self.snapshot().await?;
        let hosts = sqlx::query("SELECT * FROM hosts ORDER BY name").fetch_all(&mut *transaction).await?;
        let rows = sqlx::query("SELECT host, domain FROM host_domains ORDER BY host, position")
            .fetch_all(&mut *transaction)
            .await?;
        let mut domains: HashMap<String, Vec<String>> = HashMap::new();
        for row in rows {
            domains.entry(row.get("host")).or_default().push(row.get("domain"));
        }
        let mut host = |name: String, created_at| {
            let domains = domains.remove(&name).unwrap_or_default();
            HostRow { name, domains, created_at }
        };
        Ok(hosts.iter().map(|row| host(row.get("name"), row.get("created_at"))).collect())
    }

    /// Adds a virtual host.
    ///
    /// # Errors
    /// [`DbError::Exists`] when its name or a domain is taken.
    pub async fn add_host(&self, host: &HostRow) -> Result<(), DbError> {
        let mut transaction = self.write().await?;
        sqlx::query("INSERT INTO hosts (name, created_at) VALUES ($1, $2)")
            .bind(&host.name)
            .bind(host.created_at)
            .execute(&mut *transaction)
            .await?;
        add_domains(&mut transaction, host).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Gives a virtual host other domains; `false` when there is none of this name.
    ///
    /// # Errors
    /// [`DbError::Exists`] when a domain is taken.
    pub async fn update_host(&self, host: &HostRow) -> Result<bool, DbError> {
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM host_domains WHERE host = $1").bind(&host.name).execute(&mut *transaction).await?;
        let known = sqlx::query("SELECT 1 FROM hosts WHERE name = $1")
            .bind(&host.name)
            .fetch_optional(&mut *transaction)
            .await?;
        if known.is_none() {
            return Ok(false);
        }
        add_domains(&mut transaction, host).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Removes a virtual host with its domains; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_host(&self, name: &str) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM hosts WHERE name = $1").bind(name).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }
}

async fn add_domains(transaction: &mut Transaction<'static, Any>, host: &HostRow) -> Result<(), DbError> {
    for (position, domain) in (0_i64..).zip(&host.domains) {
        sqlx::query("INSERT INTO host_domains (domain, host, position) VALUES ($1, $2, $3)")
            .bind(domain)
            .bind(&host.name)
            .bind(position)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}
