//! URLs with places for a stream's name: `rtmp://origin/{app}/{name}`.

use std::fmt;

use hub::StreamKey;

use crate::pull::PullUrl;

const PLACES: [(&str, &str); 3] = [("{vhost}", "%7Bvhost%7D"), ("{app}", "%7Bapp%7D"), ("{name}", "%7Bname%7D")];

/// A URL for many streams. Names of streams have no character that means anything in a URL, so whatever is
/// filled in stays where it is put.
#[derive(Clone, PartialEq, Eq)]
pub struct UrlTemplate {
    url: PullUrl,
}

impl UrlTemplate {
    /// Reads a URL whose path or query has `{vhost}`, `{app}` and `{name}`; credentials given separately win over those in it.
    ///
    /// # Errors
    /// A sentence for the person who typed it.
    pub fn parse(text: &str, username: Option<&str>, password: Option<&str>) -> Result<Self, String> {
        let authority = text.split_once("://").map_or(text, |(_, rest)| rest).split(['/', '?']).next();
        if authority.is_some_and(|authority| authority.contains(['{', '}'])) {
            return Err("{vhost}, {app} and {name} may stand in the path and the query only".to_owned());
        }
        PullUrl::parse(text, username, password).map(|url| Self { url })
    }

    /// The server that it leads to, which is the same for all streams.
    pub(crate) fn server(&self) -> String {
        self.url.server()
    }

    /// The URL for one stream.
    ///
    /// # Errors
    /// A sentence; names of streams never cause one.
    pub fn fill(&self, key: &StreamKey) -> Result<PullUrl, String> {
        let values = [key.vhost(), key.app(), key.name()];
        let filled = PLACES.iter().zip(values).fold(self.url.to_stored(), |text, ((plain, encoded), value)| {
            text.replace(plain, value).replace(encoded, value)
        });
        let (username, password) = self.url.credentials().unzip();
        PullUrl::parse(&filled, username, password)
    }

    /// Whether each stream gets a URL of its own.
    pub fn has_places(&self) -> bool {
        self.to_stored().contains("{name}")
    }

    /// Whether streams of each virtual host get URLs of their own.
    pub fn has_host_place(&self) -> bool {
        self.to_stored().contains("{vhost}")
    }

    /// The template but for user name and password, to be stored.
    pub fn to_stored(&self) -> String {
        readable(self.url.to_stored())
    }

    /// User name and password.
    pub fn credentials(&self) -> Option<(&str, &str)> {
        self.url.credentials()
    }
}

fn readable(text: String) -> String {
    PLACES.iter().fold(text, |text, (plain, encoded)| text.replace(encoded, plain))
}

impl fmt::Display for UrlTemplate {
    /// For people and logs: without credentials and secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&readable(self.url.to_string()))
    }
}

impl fmt::Debug for UrlTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UrlTemplate({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_in_and_secrets_stay_hidden() {
        let template = UrlTemplate::parse("rtmp://u:p@h/{app}/x-{name}?token=abc&s={name}", None, None).unwrap();
        assert_eq!(template.to_string(), "rtmp://h/{app}/x-{name}?token=***&s={name}");
        assert_eq!(template.to_stored(), "rtmp://h/{app}/x-{name}?token=abc&s={name}");
        let url = template.fill(&"road/k1".parse().unwrap()).unwrap();
        assert_eq!(url.to_stored(), "rtmp://h/road/x-k1?token=abc&s=k1");
        assert_eq!(url.credentials(), Some(("u", "p")));
        assert!(template.has_places() && !template.has_host_place());
        let hosts = UrlTemplate::parse("rtmp://h/{app}/{name}?vhost={vhost}", None, None).unwrap();
        assert_eq!(hosts.fill(&"t1/road/k1".parse().unwrap()).unwrap().to_stored(), "rtmp://h/road/k1?vhost=t1");
        assert!(hosts.has_host_place());
        assert!(!UrlTemplate::parse("rtmp://h/a/b", None, None).unwrap().has_places());
    }

    #[test]
    fn a_name_never_chooses_the_host() {
        for text in ["rtmp://{app}/x/y", "rtmp://h.{name}:1935/a/b", "rtmp://{app}@h/a/b", "rtmp://{vhost}/a/b"] {
            assert!(UrlTemplate::parse(text, None, None).is_err(), "{text}");
        }
    }
}
