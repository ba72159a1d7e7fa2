//! The keys `oidc.*`.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, ensure};
use gateway::PullGuard;
use platform::oidc::{OidcSettings, ProviderHttp};
use url::{Host, Url};

use super::{Reader, Settings};
use crate::server::HttpProvider;

/// An OpenID provider and how it is reached.
#[derive(Clone, Debug)]
pub(crate) struct OidcConfig {
    pub(crate) settings: OidcSettings,
    pub(crate) ca_file: Option<PathBuf>,
}

impl Settings {
    /// The configured provider, ready to be asked.
    pub(crate) fn provider(&self, guard: &PullGuard) -> anyhow::Result<Option<(OidcSettings, Arc<dyn ProviderHttp>)>> {
        let Some(OidcConfig { settings, ca_file }) = &self.oidc else { return Ok(None) };
        let http = HttpProvider::new(&settings.issuer, ca_file.as_deref(), guard.clone())?;
        Ok(Some((settings.clone(), Arc::new(http))))
    }
}

pub(super) fn read(reader: &Reader<'_>) -> anyhow::Result<Option<OidcConfig>> {
    let Some(issuer) = reader.text("oidc.issuer") else { return Ok(None) };
    let host = checked_host(&issuer)?;
    let client_id = reader.text("oidc.client_id").context("oidc.issuer needs oidc.client_id: the provider gives it")?;
    let rules = reader.list("oidc.role_map");
    let rules = rules.iter().map(|text| text.parse().map_err(|error| anyhow::anyhow!("oidc.role_map takes {error}")));
    let settings = OidcSettings {
        name: reader.text("oidc.name").unwrap_or(host),
        issuer,
        client_id,
        client_secret: reader.text("oidc.client_secret"),
        scopes: reader.list("oidc.scopes"),
        username_claim: reader.text("oidc.username_claim").context("oidc.username_claim names a claim")?,
        roles_claim: reader.text("oidc.roles_claim"),
        role_map: rules.collect::<anyhow::Result<_>>()?,
        create_users: reader.flag("oidc.create_users"),
    };
    Ok(Some(OidcConfig { settings, ca_file: reader.text("oidc.ca_file").map(PathBuf::from) }))
}

/// Whoever could read or change what the provider says could sign in as anybody.
fn checked_host(issuer: &str) -> anyhow::Result<String> {
    let url = Url::parse(issuer).ok().filter(|url| url.query().is_none() && url.fragment().is_none());
    let url =
        url.with_context(|| format!("oidc.issuer takes an address such as https://id.example, not {issuer:?}"))?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    ensure!(url.scheme() == "https" || url.scheme() == "http" && here, "oidc.issuer begins with https://");
    Ok(host)
}

#[cfg(test)]
mod tests {
    use crate::config::{Settings, Sources, Values};

    fn read(set: &[&str]) -> anyhow::Result<Settings> {
        let set = set.iter().map(|text| (*text).to_owned()).collect();
        Settings::from_values(&Values::read(&Sources { set, ..Sources::default() }, std::iter::empty())?)
    }

    #[test]
    fn a_provider_needs_an_encrypted_issuer_a_client_and_rules_that_can_be_read() {
        let id = "oidc.client_id=viaduct";
        for (set, expected) in [
            (vec!["oidc.issuer=https://id.example"], "oidc.client_id"),
            (vec!["oidc.issuer=http://id.example", id], "https://"),
            (vec!["oidc.issuer=ftp://127.0.0.1", id], "https://"),
            (vec!["oidc.issuer=id.example", id], "oidc.issuer"),
            (vec!["oidc.issuer=https://id.example/?realm=a", id], "oidc.issuer"),
            (vec!["oidc.issuer=https://id.example", id, "oidc.role_map=ops"], "oidc.role_map"),
            (vec!["oidc.issuer=https://id.example", id, "oidc.username_claim="], "oidc.username_claim"),
        ] {
            let error = format!("{:#}", read(&set).unwrap_err());
            assert!(error.contains(expected), "{set:?}: {error}");
        }
        let settings = read(&["oidc.issuer=http://127.0.0.1:9", id, "oidc.role_map=a=viewer@1,b=operator@2"]).unwrap();
        let oidc = settings.oidc.unwrap().settings;
        assert_eq!((oidc.name.as_str(), oidc.role_map.len(), oidc.create_users), ("127.0.0.1", 2, true));
        assert!(read(&[id]).unwrap().oidc.is_none(), "off without an issuer");
    }
}
