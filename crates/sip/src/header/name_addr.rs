//! `From`, `To`, `Contact`, `Route`: an address with a name and parameters (RFC 3261 §20.10).

use std::fmt;

use crate::params::{Params, unquote, write_quoted};
use crate::text::find_outside_quotes;
use crate::uri::SipUri;

/// `"name" <uri>;parameters`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameAddr {
    /// The name, without quotes; empty for none.
    pub name: String,
    /// The URI as sent; `*` in a `Contact` that means all of them.
    pub uri: String,
    /// Parameters of the field, not of the URI.
    pub params: Params,
}

impl NameAddr {
    /// An address without name and parameters.
    pub fn new(uri: &str) -> Self {
        Self { name: String::new(), uri: uri.to_owned(), params: Params::default() }
    }

    /// The same with a tag.
    #[must_use]
    pub fn with_tag(mut self, tag: &str) -> Self {
        self.params.set("tag", tag);
        self
    }

    /// Reads one item; `None` when there is no URI in it.
    ///
    /// Tolerances, which violate §25.1: a name that should be quoted and is not (names in GBK); a `>` that is
    /// missing.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (name, uri, params) = match find_outside_quotes(text, '<') {
            Some(at) => {
                let (uri, params) = text[at + 1..].split_once('>').unwrap_or((&text[at + 1..], ""));
                (unquote(text[..at].trim()), uri.trim(), params)
            }
            // Without brackets, what follows `;` belongs to the field (§20.10).
            None => {
                let (uri, params) = text.split_once(';').unwrap_or((text, ""));
                (String::new(), uri.trim_end(), params)
            }
        };
        if uri.is_empty() || uri.contains(|c: char| c.is_whitespace() || c.is_control() || c == '<' || c == '"') {
            return None;
        }
        Some(Self { name, uri: uri.to_owned(), params: Params::parse(params) })
    }

    /// The tag, which names one end of a dialog.
    pub fn tag(&self) -> Option<&str> {
        self.params.get("tag").filter(|tag| !tag.is_empty())
    }

    /// The URI, where it is one of SIP.
    pub fn sip_uri(&self) -> Option<SipUri> {
        SipUri::parse(&self.uri)
    }

    /// The user of the URI: in GB/T 28181 the identifier of a device.
    pub fn user(&self) -> Option<String> {
        self.sip_uri().and_then(|uri| uri.user)
    }
}

impl fmt::Display for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.uri == "*" {
            return f.write_str("*");
        }
        if !self.name.is_empty() {
            write_quoted(&self.name, f)?;
            f.write_str(" ")?;
        }
        write!(f, "<{}>{}", self.uri, self.params)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_address_is_read() {
        for (text, name, uri, tag) in [
            ("<sip:34020000001320000001@3402000000>;tag=1", "", "sip:34020000001320000001@3402000000", Some("1")),
            ("sip:34020000001320000001@3402000000;tag=1", "", "sip:34020000001320000001@3402000000", Some("1")),
            (r#""A <B>;\"c" <sip:a@b;lr> ; tag = 98"#, r#"A <B>;"c"#, "sip:a@b;lr", Some("98")),
            ("北京 摄像机 <sip:a@b>", "北京 摄像机", "sip:a@b", None),
            ("caller<sip:a@b>;tag=", "caller", "sip:a@b", None),
            ("<sip:a@b", "", "sip:a@b", None),
            ("*", "", "*", None),
        ] {
            let address = NameAddr::parse(text).unwrap();
            assert_eq!((&*address.name, &*address.uri, address.tag()), (name, uri, tag), "{text}");
            assert_eq!(NameAddr::parse(&address.to_string()).as_ref(), Some(&address), "{text}");
        }
        for bad in ["", "<>", "\"a\"", "<sip: a@b>", ";tag=x"] {
            assert_eq!(NameAddr::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_user_is_the_identifier() {
        assert_eq!(NameAddr::parse("<sip:1320@3402>;tag=x").unwrap().user().as_deref(), Some("1320"));
        assert_eq!(NameAddr::new("sip:a@b").with_tag("t").to_string(), "<sip:a@b>;tag=t");
        assert_eq!(NameAddr::new("tel:1").user(), None);
    }
}
