//! Virtual hosts: tenants whose streams may have equal names, told apart by name or domain.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use base::ErrorKind;
use db::{Database, DbError, HostRow};
use hub::VirtualHosts;
use hub::key::{DEFAULT_VHOST, MAX_NAME_LEN, is_name};

use crate::unix_now;

/// Virtual hosts beside the default one.
pub const MAX_HOSTS: usize = 1000;
/// Domains of one virtual host.
pub const MAX_DOMAINS: usize = 100;
/// Bytes of a domain (RFC 1035 §2.3.4, as text) and of one of its labels.
const MAX_DOMAIN_LEN: usize = 253;
const MAX_LABEL_LEN: usize = 63;

/// One virtual host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Lower case.
    pub name: String,
    /// "cam.example.com", or "*.example.com" for all below; lower case.
    pub domains: Vec<String>,
    /// Unix seconds.
    pub created_at: i64,
}

/// Why a virtual host was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// The name is not one.
    #[error("A virtual host is named by 1 to {MAX_NAME_LEN} of a-z 0-9 _ -.")]
    Name,
    /// The name is that of the host of everything else.
    #[error("The virtual host default is always there.")]
    Reserved,
    /// A text that is no domain.
    #[error("{0:?} is no domain; write cam.example.com, or *.example.com for all below.")]
    Domain(String),
    /// More than [`MAX_DOMAINS`].
    #[error("A virtual host has at most {MAX_DOMAINS} domains.")]
    TooManyDomains,
    /// The domain leads to another host, or is there twice.
    #[error("{domain} belongs to the virtual host {host} already.")]
    DomainTaken {
        /// Which.
        domain: String,
        /// Whose it is.
        host: String,
    },
    /// The name has one.
    #[error("There is a virtual host of this name already; change that one.")]
    Exists,
    /// [`MAX_HOSTS`] exist.
    #[error("There are {MAX_HOSTS} virtual hosts already.")]
    TooMany,
    /// It cannot be removed while something is configured on it.
    #[error("The virtual host {host} has {sources} sources; remove them first.")]
    InUse {
        /// Which.
        host: String,
        /// How many.
        sources: usize,
    },
    /// No such host.
    #[error("There is no virtual host of this name.")]
    NotFound,
    /// Storage failed.
    #[error("The virtual hosts cannot be read or written: {0}.")]
    Storage(#[source] DbError),
}

impl HostError {
    /// Its kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Name | Self::Reserved | Self::Domain(_) | Self::TooManyDomains => ErrorKind::InvalidInput,
            Self::Exists | Self::DomainTaken { .. } | Self::InUse { .. } => ErrorKind::Conflict,
            Self::NotFound => ErrorKind::NotFound,
            Self::TooMany => ErrorKind::Exhausted,
            Self::Storage(error) => error.kind(),
        }
    }

    /// The field that it is about.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::Name | Self::Reserved | Self::Exists => Some("name"),
            Self::Domain(_) | Self::TooManyDomains | Self::DomainTaken { .. } => Some("domains"),
            _ => None,
        }
    }
}

impl From<DbError> for HostError {
    fn from(error: DbError) -> Self {
        if matches!(error, DbError::Exists) { Self::Exists } else { Self::Storage(error) }
    }
}

/// All virtual hosts: stored, and at hand for every session.
#[derive(Debug)]
pub struct Hosts {
    database: Database,
    table: RwLock<Arc<Table>>,
    /// One change at a time: each is judged by all hosts.
    changes: crate::turn::Turns,
}

#[derive(Debug, Default)]
struct Table {
    /// By name.
    hosts: Vec<Host>,
    /// Domains, those with a wildcard as they are written; names of hosts.
    by_domain: HashMap<String, Arc<str>>,
}

impl Table {
    fn new(rows: Vec<HostRow>) -> Self {
        let host = |row: HostRow| Host { name: row.name, domains: row.domains, created_at: row.created_at };
        let hosts: Vec<Host> = rows.into_iter().map(host).collect();
        let mut by_domain = HashMap::new();
        for host in &hosts {
            let name: Arc<str> = host.name.as_str().into();
            by_domain.extend(host.domains.iter().map(|domain| (domain.clone(), Arc::clone(&name))));
        }
        Self { hosts, by_domain }
    }

    fn find(&self, name: &str) -> Option<&Host> {
        self.hosts.binary_search_by(|host| host.name.as_str().cmp(name)).ok().map(|at| &self.hosts[at])
    }

    /// The exact domain, otherwise the longest of those with a wildcard.
    fn of_domain(&self, domain: &str) -> Option<Arc<str>> {
        if self.by_domain.is_empty() || domain.len() > MAX_DOMAIN_LEN || domain.starts_with('*') {
            return None;
        }
        let below = domain.match_indices('.').map(|(dot, _)| format!("*{}", &domain[dot..]));
        std::iter::once(domain.to_owned()).chain(below).find_map(|written| self.by_domain.get(&written).cloned())
    }
}

impl Hosts {
    /// Reads the stored hosts.
    ///
    /// # Errors
    /// [`HostError::Storage`].
    pub async fn open(database: Database) -> Result<Self, HostError> {
        let hosts = Self { database, table: RwLock::default(), changes: crate::turn::Turns::default() };
        hosts.read().await?;
        Ok(hosts)
    }

    async fn read(&self) -> Result<(), HostError> {
        let table = Table::new(self.database.hosts().await?);
        *self.table.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(table);
        Ok(())
    }

    fn table(&self) -> Arc<Table> {
        Arc::clone(&self.table.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// All by name; the default one is none of them.
    pub fn list(&self) -> Vec<Host> {
        self.table().hosts.clone()
    }

    /// Adds a host; names and domains in any case.
    ///
    /// # Errors
    /// When the name or a domain is not valid or taken, or there are too many.
    pub async fn add(&self, name: &str, domains: &[String]) -> Result<Host, HostError> {
        let name = name.trim().to_ascii_lowercase();
        if !is_name(&name) {
            return Err(HostError::Name);
        }
        if name == DEFAULT_VHOST {
            return Err(HostError::Reserved);
        }
        let _alone = self.changes.next().await?;
        let table = self.table();
        if table.find(&name).is_some() {
            return Err(HostError::Exists);
        }
        if table.hosts.len() >= MAX_HOSTS {
            return Err(HostError::TooMany);
        }
        let domains = checked(&table, &name, domains)?;
        let row = HostRow { name, domains, created_at: unix_now() };
        self.database.add_host(&row).await?;
        self.read().await?;
        Ok(Host { name: row.name, domains: row.domains, created_at: row.created_at })
    }

    /// Gives a host other domains. Sessions that run stay where they are.
    ///
    /// # Errors
    /// When there is none of this name, or a domain is not valid or taken.
    pub async fn change(&self, name: &str, domains: &[String]) -> Result<Host, HostError> {
        let _alone = self.changes.next().await?;
        let table = self.table();
        let old = table.find(&name.to_ascii_lowercase()).cloned().ok_or(HostError::NotFound)?;
        let domains = checked(&table, &old.name, domains)?;
        let row = HostRow { name: old.name, domains, created_at: old.created_at };
        if !self.database.update_host(&row).await? {
            return Err(HostError::NotFound);
        }
        self.read().await?;
        Ok(Host { name: row.name, domains: row.domains, created_at: row.created_at })
    }

    /// Removes a host that no source is configured on. The caller ends what runs on it.
    ///
    /// # Errors
    /// When there is none, or sources would lose their host.
    pub async fn remove(&self, name: &str) -> Result<(), HostError> {
        let name = name.to_ascii_lowercase();
        let _alone = self.changes.next().await?;
        let sources = self.database.sources().await?.iter().filter(|row| row.vhost == name).count();
        if sources > 0 {
            return Err(HostError::InUse { host: name, sources });
        }
        if !self.database.remove_host(&name).await? {
            return Err(HostError::NotFound);
        }
        self.read().await
    }
}

impl VirtualHosts for Hosts {
    fn has(&self, name: &str) -> bool {
        self.table().find(name).is_some()
    }

    fn of_domain(&self, domain: &str) -> Option<Arc<str>> {
        self.table().of_domain(domain)
    }
}

/// Domains as they are stored: each one valid, there once, and nobody else's.
fn checked(table: &Table, host: &str, typed: &[String]) -> Result<Vec<String>, HostError> {
    let mut domains: Vec<String> = Vec::new();
    for text in typed.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
        let domain = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        if !is_domain(domain.strip_prefix("*.").unwrap_or(&domain)) {
            return Err(HostError::Domain(text.chars().take(MAX_DOMAIN_LEN).collect()));
        }
        let other = table.by_domain.get(&domain).map(|other| &**other).filter(|other| *other != host);
        if let Some(owner) = other.or_else(|| domains.contains(&domain).then_some(host)) {
            return Err(HostError::DomainTaken { domain, host: owner.to_owned() });
        }
        if domains.len() == MAX_DOMAINS {
            return Err(HostError::TooManyDomains);
        }
        domains.push(domain);
    }
    Ok(domains)
}

/// Letters, digits, hyphens and underscores between dots, as names on a network are in practice; an IPv4 address is
/// one, too.
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=MAX_LABEL_LEN).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    text.len() <= MAX_DOMAIN_LEN && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_domain_is_looked_up_and_what_is_taken_is_found(text in "\\PC{0,80}") {
            let domains = checked(&Table::default(), "t1", std::slice::from_ref(&text)).unwrap_or_default();
            let row = HostRow { name: "t1".into(), domains: domains.clone(), created_at: 0 };
            let table = Table::new(vec![row]);
            let _known = table.of_domain(&text.to_ascii_lowercase());
            for domain in domains {
                let asked = domain.strip_prefix("*.").map_or_else(|| domain.clone(), |rest| format!("a.b.{rest}"));
                let host = table.of_domain(&asked);
                prop_assert_eq!(host.as_deref(), Some("t1"), "{}", domain);
            }
        }
    }

    async fn hosts() -> (tempfile::TempDir, Database, Hosts) {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&db::Place::File(folder.path().join("db"))).await.unwrap();
        let hosts = Hosts::open(database.clone()).await.unwrap();
        (folder, database, hosts)
    }

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|&text| text.to_owned()).collect()
    }

    #[tokio::test]
    async fn an_exact_domain_goes_before_a_wildcard_and_a_longer_wildcard_before_a_shorter_one() {
        let (_folder, _database, hosts) = hosts().await;
        hosts.add("T1", &texts(&["Cam.Example.com", " *.example.com. ", ""])).await.unwrap();
        hosts.add("t2", &texts(&["*.north.example.com", "b.example.com", "192.0.2.7"])).await.unwrap();
        for (domain, host) in [
            ("cam.example.com", Some("t1")),
            ("a.b.example.com", Some("t1")),
            ("b.example.com", Some("t2")),
            ("k1.north.example.com", Some("t2")),
            ("north.example.com", Some("t1")),
            ("192.0.2.7", Some("t2")),
            ("example.com", None),
            ("*.example.com", None),
            ("badexample.com", None),
            ("", None),
            (".", None),
        ] {
            assert_eq!(hosts.of_domain(domain).as_deref(), host, "{domain}");
        }
        assert!(hosts.of_domain(&"a.".repeat(5000)).is_none());
        assert!(hosts.has("t1") && !hosts.has("t3") && !hosts.has("default"));
    }

    #[tokio::test]
    async fn what_is_not_valid_or_taken_is_refused_with_its_field() {
        let (_folder, _database, hosts) = hosts().await;
        hosts.add("t1", &texts(&["cam.example.com"])).await.unwrap();
        let many: Vec<String> = (0..=MAX_DOMAINS).map(|number| format!("h{number}.example.com")).collect();
        let longest = format!("{}.com", ["a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(61)].join("."));
        for (name, domains, field) in [
            ("", texts(&[]), "name"),
            ("a/b", texts(&[]), "name"),
            ("Default", texts(&[]), "name"),
            ("T1", texts(&[]), "name"),
            ("t2", texts(&["CAM.example.com"]), "domains"),
            ("t2", texts(&["a.example.com", "A.example.com."]), "domains"),
            ("t2", texts(&["a b"]), "domains"),
            ("t2", texts(&["a.*.example.com"]), "domains"),
            ("t2", texts(&["*"]), "domains"),
            ("t2", texts(&["*."]), "domains"),
            ("t2", texts(&["-a.example.com"]), "domains"),
            ("t2", texts(&["cam.example.com:80"]), "domains"),
            ("t2", texts(&["摄像机.example.com"]), "domains"),
            ("t2", vec![longest], "domains"),
            ("t2", many, "domains"),
        ] {
            let refused = hosts.add(name, &domains).await.unwrap_err();
            assert_eq!(refused.field(), Some(field), "{name} {domains:?}: {refused}");
        }
        assert_eq!(hosts.list().len(), 1, "nothing of what was refused is stored");
    }

    #[tokio::test]
    async fn changes_take_effect_at_once_and_survive() {
        let (_folder, database, hosts) = hosts().await;
        hosts.add("t1", &texts(&["a.example.com"])).await.unwrap();
        let changed = hosts.change("T1", &texts(&["b.example.com", "a.example.com"])).await.unwrap();
        assert_eq!(changed.domains, ["b.example.com", "a.example.com"], "in the order in which they were typed");
        assert_eq!(hosts.of_domain("b.example.com").as_deref(), Some("t1"));
        assert_eq!(Hosts::open(database.clone()).await.unwrap().list(), hosts.list());
        assert!(matches!(hosts.change("t2", &[]).await, Err(HostError::NotFound)));
        let source = db::SourceRow {
            vhost: "t1".into(),
            app: "road".into(),
            name: "k1".into(),
            url: "rtsp://192.0.2.7/1".into(),
            username: None,
            password: None,
            mode: db::SourceMode::OnDemand,
            schedule: None,
            created_at: 1,
        };
        database.add_source(&source).await.unwrap();
        let refused = hosts.remove("t1").await.unwrap_err();
        assert_eq!((refused.kind(), hosts.list().len()), (ErrorKind::Conflict, 1), "{refused}");
        database.remove_source("t1", "road", "k1").await.unwrap();
        hosts.remove("t1").await.unwrap();
        assert!(hosts.of_domain("b.example.com").is_none() && !hosts.has("t1"));
        assert!(matches!(hosts.remove("t1").await, Err(HostError::NotFound)));
    }
}
