//! The validated name of a stream.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Longest part of a name.
pub const MAX_NAME_LEN: usize = 64;
/// Applications whose paths belong to the platform itself.
pub const RESERVED_APPS: [&str; 5] = ["api", "assets", "metrics", "healthz", "readyz"];
/// The virtual host of everything that names no configured one.
pub const DEFAULT_VHOST: &str = "default";

/// Virtual host, application and name of a stream; the only thing that ever becomes part of a path.
///
/// As text it is `app/name` on the default virtual host and `host/app/name` on another one. Paths of URLs never have
/// the host: [`StreamKey::on_default`] reads them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamKey {
    vhost: Arc<str>,
    app: Arc<str>,
    name: Arc<str>,
}

/// Why a name was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stream is named app/name, each 1 to 64 of A-Z a-z 0-9 _ -{}", if *.reserved { "; this application is reserved" } else { "" })]
pub struct InvalidName {
    /// The application is one of [`RESERVED_APPS`].
    pub reserved: bool,
}

impl StreamKey {
    /// A key on the default virtual host.
    ///
    /// # Errors
    /// When a part is empty, too long, has other characters than `[A-Za-z0-9_-]` or is reserved.
    pub fn new(app: &str, name: &str) -> Result<Self, InvalidName> {
        if !is_name(app) || !is_name(name) {
            return Err(InvalidName { reserved: false });
        }
        if RESERVED_APPS.contains(&app) {
            return Err(InvalidName { reserved: true });
        }
        Ok(Self { vhost: DEFAULT_VHOST.into(), app: app.into(), name: name.into() })
    }

    /// Reads `app/name`, as paths of URLs have it, on the default virtual host.
    ///
    /// # Errors
    /// As [`StreamKey::new`].
    pub fn on_default(path: &str) -> Result<Self, InvalidName> {
        let (app, name) = path.split_once('/').ok_or(InvalidName { reserved: false })?;
        Self::new(app, name)
    }

    /// The stream of the same name on another virtual host, whose name is lower case, however it is written.
    ///
    /// # Errors
    /// When the host is no name.
    pub fn on_host(self, vhost: &str) -> Result<Self, InvalidName> {
        if !is_name(vhost) {
            return Err(InvalidName { reserved: false });
        }
        Ok(Self { vhost: vhost.to_ascii_lowercase().into(), ..self })
    }

    /// Virtual host.
    pub fn vhost(&self) -> &str {
        &self.vhost
    }

    /// Whether it is on the host of everything that names no configured one.
    pub fn is_on_default(&self) -> bool {
        &*self.vhost == DEFAULT_VHOST
    }

    /// Application.
    pub fn app(&self) -> &str {
        &self.app
    }

    /// Name within the application.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Whether `part` may be an application or a stream name.
pub fn is_name(part: &str) -> bool {
    (1..=MAX_NAME_LEN).contains(&part.len())
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

impl FromStr for StreamKey {
    type Err = InvalidName;

    /// Reads `app/name` and `host/app/name`.
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        match text.split_once('/') {
            Some((vhost, path)) if path.contains('/') => Self::on_default(path)?.on_host(vhost),
            _ => Self::on_default(text),
        }
    }
}

impl fmt::Display for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_on_default() {
            write!(f, "{}/", self.vhost)?;
        }
        write!(f, "{}/{}", self.app, self.name)
    }
}

impl fmt::Debug for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_virtual_host_stands_before_the_application_and_the_default_one_is_left_out() {
        let key: StreamKey = "T1/road/k1".parse().unwrap();
        assert_eq!((key.vhost(), key.app(), key.name()), ("t1", "road", "k1"));
        assert_eq!(key.to_string(), "t1/road/k1");
        assert_ne!(key, "road/k1".parse().unwrap());
        assert_eq!("default/road/k1".parse::<StreamKey>().unwrap().to_string(), "road/k1");
        assert!("t1/api/k1".parse::<StreamKey>().is_err(), "applications are reserved on all hosts");
        assert!(StreamKey::on_default("t1/road/k1").is_err(), "a path has no host");
    }

    proptest! {
        #[test]
        fn keys_are_read_as_they_are_written(
            vhost in "[A-Za-z0-9_-]{1,64}", app in "[A-Za-z0-9_-]{1,64}", name in "[A-Za-z0-9_-]{1,64}"
        ) {
            prop_assume!(!RESERVED_APPS.contains(&app.as_str()));
            let key = StreamKey::new(&app, &name).unwrap().on_host(&vhost).unwrap();
            prop_assert_eq!(key.to_string().parse::<StreamKey>(), Ok(key));
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,80}") {
            if let Ok(key) = text.parse::<StreamKey>() {
                prop_assert_eq!(key.to_string().parse::<StreamKey>(), Ok(key));
            }
        }
    }

    #[test]
    fn names_are_one_validated_type() {
        assert_eq!("road/k12-300_a".parse::<StreamKey>().unwrap().to_string(), "road/k12-300_a");
        let longest = "a".repeat(64);
        assert!(StreamKey::new(&longest, "b").is_ok());
        for bad in ["", "a", "a/", "/b", "a/b/c/d", "/a/b", "a//b", "a/b/", "a/..", "a/b.flv", "a/b c", "路/b", "a/%2e"]
        {
            assert_eq!(bad.parse::<StreamKey>(), Err(InvalidName { reserved: false }), "{bad}");
        }
        assert!(StreamKey::new(&"a".repeat(65), "b").is_err());
        for app in RESERVED_APPS {
            assert_eq!(StreamKey::new(app, "x"), Err(InvalidName { reserved: true }));
        }
    }
}
