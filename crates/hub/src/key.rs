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

    /// Virtual host.
    pub fn vhost(&self) -> &str {
        &self.vhost
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

    /// Reads `app/name`.
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let (app, name) = text.split_once('/').ok_or(InvalidName { reserved: false })?;
        Self::new(app, name)
    }
}

impl fmt::Display for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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

    #[test]
    fn names_are_one_validated_type() {
        assert_eq!("road/k12-300_a".parse::<StreamKey>().unwrap().to_string(), "road/k12-300_a");
        let longest = "a".repeat(64);
        assert!(StreamKey::new(&longest, "b").is_ok());
        for bad in ["", "a", "a/", "/b", "a/b/c", "a/..", "a/b.flv", "a/b c", "路/b", "a/%2e"] {
            assert_eq!(bad.parse::<StreamKey>(), Err(InvalidName { reserved: false }), "{bad}");
        }
        assert!(StreamKey::new(&"a".repeat(65), "b").is_err());
        for app in RESERVED_APPS {
            assert_eq!(StreamKey::new(app, "x"), Err(InvalidName { reserved: true }));
        }
    }
}
