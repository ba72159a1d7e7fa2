//! Virtual hosts: under which of them a peer means the stream that it names.

use std::sync::Arc;

use crate::StreamKey;
use crate::key::DEFAULT_VHOST;

/// Knows the virtual hosts. Asked once per session, never on the way of a frame.
pub trait VirtualHosts: Send + Sync {
    /// Whether there is one of this name, beside the default one; `name` is lower case.
    fn has(&self, name: &str) -> bool;

    /// The one that a domain belongs to; `domain` is lower case, without port and final dot.
    fn of_domain(&self, domain: &str) -> Option<Arc<str>>;
}

/// Servers that have the default virtual host alone.
#[derive(Clone, Copy, Debug)]
pub struct DefaultHostOnly;

impl VirtualHosts for DefaultHostOnly {
    fn has(&self, _name: &str) -> bool {
        false
    }

    fn of_domain(&self, _domain: &str) -> Option<Arc<str>> {
        None
    }
}

/// A virtual host was named that there is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("There is no virtual host of this name.")]
pub struct UnknownHost;

/// What a peer says about the host of its stream.
#[derive(Clone, Copy, Debug, Default)]
pub struct HostHints<'a> {
    /// Of the parameter `vhost`; none when empty.
    pub named: Option<&'a str>,
    /// Where the peer connects to, by its own account: `host` or `host:port`.
    pub authority: Option<&'a str>,
}

/// Puts a stream of the default host on the one that the peer means: the one it names, otherwise that of its domain,
/// otherwise the default one.
///
/// # Errors
/// When it names one that there is not.
pub fn locate(hosts: &dyn VirtualHosts, key: StreamKey, hints: HostHints<'_>) -> Result<StreamKey, UnknownHost> {
    if let Some(named) = hints.named.filter(|name| !name.is_empty()) {
        let name = named.to_ascii_lowercase();
        if name != DEFAULT_VHOST && !hosts.has(&name) {
            return Err(UnknownHost);
        }
        return key.on_host(&name).map_err(|_| UnknownHost);
    }
    match hints.authority.and_then(|authority| hosts.of_domain(&domain(authority))) {
        Some(name) => key.on_host(&name).map_err(|_| UnknownHost),
        None => Ok(key),
    }
}

/// The domain of `Domain.Example.:8080`, as it is looked up.
fn domain(authority: &str) -> String {
    let host = match authority.rfind(':') {
        Some(colon) if !authority.ends_with(']') => &authority[..colon],
        _ => authority,
    };
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Tenants;

    impl VirtualHosts for Tenants {
        fn has(&self, name: &str) -> bool {
            matches!(name, "t1" | "t2")
        }

        fn of_domain(&self, domain: &str) -> Option<Arc<str>> {
            (domain == "cam.example.com").then(|| "t1".into())
        }
    }

    #[test]
    fn the_named_host_goes_before_the_domain_and_the_default_one_is_last() {
        for (named, authority, located) in [
            (None, None, Ok("road/k1")),
            (Some(""), Some("cam.example.com"), Ok("t1/road/k1")),
            (None, Some("CAM.Example.com.:8080"), Ok("t1/road/k1")),
            (None, Some("[::1]:8080"), Ok("road/k1")),
            (None, Some("other.example.com"), Ok("road/k1")),
            (Some("T2"), Some("cam.example.com"), Ok("t2/road/k1")),
            (Some("default"), Some("cam.example.com"), Ok("road/k1")),
            (Some("t3"), Some("cam.example.com"), Err(UnknownHost)),
            (Some("../x"), None, Err(UnknownHost)),
        ] {
            let key = "road/k1".parse().unwrap();
            let key = locate(&Tenants, key, HostHints { named, authority });
            assert_eq!(key.map(|key| key.to_string()), located.map(str::to_owned), "{named:?} {authority:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_peers_say_leads_to_a_host_that_there_is(named in "\\PC{0,20}", authority in "\\PC{0,40}") {
            let hints = HostHints { named: Some(&named), authority: Some(&authority) };
            if let Ok(key) = locate(&Tenants, "road/k1".parse().unwrap(), hints) {
                prop_assert!(key.is_on_default() || matches!(key.vhost(), "t1" | "t2"));
            }
        }
    }
}
