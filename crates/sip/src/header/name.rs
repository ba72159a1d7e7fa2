//! Names of header fields.

use std::borrow::Cow;
use std::fmt;

use crate::text::is_token;

/// Names that occur, with their compact forms (RFC 3261 §7.3.3, RFC 6665 §8.2, RFC 3515 §2.1).
const KNOWN: &[(&str, &str)] = &[
    ("Via", "v"),
    ("From", "f"),
    ("To", "t"),
    ("Call-ID", "i"),
    ("CSeq", ""),
    ("Contact", "m"),
    ("Content-Length", "l"),
    ("Content-Type", "c"),
    ("Content-Encoding", "e"),
    ("Max-Forwards", ""),
    ("Expires", ""),
    ("User-Agent", ""),
    ("Authorization", ""),
    ("WWW-Authenticate", ""),
    ("Proxy-Authenticate", ""),
    ("Proxy-Authorization", ""),
    ("Subject", "s"),
    ("Supported", "k"),
    ("Allow", ""),
    ("Date", ""),
    ("Event", "o"),
    ("Subscription-State", ""),
    ("Allow-Events", "u"),
    ("Route", ""),
    ("Record-Route", ""),
    ("Refer-To", "r"),
    ("Require", ""),
    ("Server", ""),
    ("Accept", ""),
    ("Retry-After", ""),
    ("Min-Expires", ""),
    ("X-GB-Ver", ""),
    ("Note", ""),
    ("Monitor-User-Identity", ""),
    ("X-RoutePath", ""),
    ("X-PreferredPath", ""),
];

/// The name of a header field: a known one in its usual spelling, another one as sent. Names compare without
/// regard to case.
#[derive(Clone)]
pub struct HeaderName(Cow<'static, str>);

impl HeaderName {
    /// Reads a name in its long or compact form; `None` when it is no token (§7.3.1).
    pub fn parse(name: &str) -> Option<Self> {
        let known = KNOWN.iter().find(|(long, compact)| {
            long.eq_ignore_ascii_case(name) || (name.len() == 1 && compact.eq_ignore_ascii_case(name))
        });
        match known {
            Some((long, _)) => Some(Self(Cow::Borrowed(long))),
            None => is_token(name).then(|| Self(Cow::Owned(name.to_owned()))),
        }
    }

    /// The long form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is this name, given in its long form.
    pub fn is(&self, name: &str) -> bool {
        self.0.eq_ignore_ascii_case(name)
    }
}

impl PartialEq for HeaderName {
    fn eq(&self, other: &Self) -> bool {
        self.is(other.as_str())
    }
}

impl Eq for HeaderName {}

impl fmt::Debug for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_and_odd_spellings_become_the_usual_one() {
        for (sent, usual) in [
            ("v", "Via"),
            ("F", "From"),
            ("t", "To"),
            ("i", "Call-ID"),
            ("CALL-id", "Call-ID"),
            ("m", "Contact"),
            ("l", "Content-Length"),
            ("c", "Content-Type"),
            ("s", "Subject"),
            ("k", "Supported"),
            ("o", "Event"),
            ("x-gb-ver", "X-GB-Ver"),
            ("x", "x"),
            ("New-Fangled", "New-Fangled"),
        ] {
            assert_eq!(HeaderName::parse(sent).unwrap().as_str(), usual);
        }
        for bad in ["", "a b", "a:b", "名"] {
            assert_eq!(HeaderName::parse(bad), None, "{bad}");
        }
    }
}
