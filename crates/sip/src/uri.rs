//! SIP and SIPS URIs (RFC 3261 §19.1).

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use crate::params::Params;

/// Where SIP is spoken when no port is named (§19.1.2).
pub const DEFAULT_PORT: u16 = 5060;
/// The same for SIPS.
pub const DEFAULT_TLS_PORT: u16 = 5061;

/// `sip:user@host:port;parameters?headers`. User, parameters and headers keep their `%` escapes.
///
/// In GB/T 28181 the user is an identifier of 20 digits and the host its domain, often the first 10 digits,
/// with neither port nor address (§6.1.2): `sip:34020000001320000001@3402000000`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SipUri {
    /// `sips:` instead of `sip:`.
    pub secure: bool,
    /// What stands before `@`, without a password.
    pub user: Option<String>,
    /// What stands behind `:` before `@`.
    pub password: Option<String>,
    /// Domain or address; IPv6 without its brackets.
    pub host: String,
    /// Port, where one is named.
    pub port: Option<u16>,
    /// Parameters.
    pub params: Params,
    /// What stands behind `?`.
    pub headers: Option<String>,
}

impl SipUri {
    /// `sip:user@host` with an optional port.
    pub fn new(user: &str, host: &str, port: Option<u16>) -> Self {
        Self {
            secure: false,
            user: (!user.is_empty()).then(|| user.to_owned()),
            password: None,
            host: host.to_owned(),
            port,
            params: Params::default(),
            headers: None,
        }
    }

    /// `sip:user@address`.
    pub fn at(user: &str, address: SocketAddr) -> Self {
        Self::new(user, &address.ip().to_string(), Some(address.port()))
    }

    /// Reads a URI; `None` when it is of another scheme or malformed.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.trim().split_once(':')?;
        let secure = match scheme {
            _ if scheme.eq_ignore_ascii_case("sip") => false,
            _ if scheme.eq_ignore_ascii_case("sips") => true,
            _ => return None,
        };
        if rest.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"')) {
            return None;
        }
        // A user may hold `;` and `?`, so it is cut off first.
        let (userinfo, rest) = rest.split_once('@').map_or((None, rest), |(user, rest)| (Some(user), rest));
        let (user, password) = match userinfo.map(|text| text.split_once(':').unwrap_or((text, ""))) {
            None => (None, None),
            Some(("", _)) => return None,
            Some((user, password)) => (Some(user.to_owned()), (!password.is_empty()).then(|| password.to_owned())),
        };
        let (rest, headers) = rest.split_once('?').map_or((rest, None), |(rest, headers)| (rest, Some(headers)));
        let (host_port, params) = rest.split_once(';').unwrap_or((rest, ""));
        let (host, port) = parse_host_port(host_port)?;
        Some(Self {
            secure,
            user,
            password,
            host,
            port,
            params: Params::parse(params),
            headers: headers.map(str::to_owned),
        })
    }

    /// The address, where the host is one, with the default port where none is named.
    pub fn socket_address(&self) -> Option<SocketAddr> {
        let default = if self.secure { DEFAULT_TLS_PORT } else { DEFAULT_PORT };
        let ip: IpAddr = self.host.parse().ok()?;
        Some(SocketAddr::new(ip, self.port.unwrap_or(default)))
    }
}

impl fmt::Display for SipUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.secure { "sips:" } else { "sip:" })?;
        if let Some(user) = &self.user {
            f.write_str(user)?;
            if let Some(password) = &self.password {
                write!(f, ":{password}")?;
            }
            f.write_str("@")?;
        }
        write_host_port(&self.host, self.port, f)?;
        self.params.write_in_uri(f)?;
        match &self.headers {
            Some(headers) => write!(f, "?{headers}"),
            None => Ok(()),
        }
    }
}

/// `host`, `host:port`, `[ipv6]:port`; also an IPv6 address without brackets and port, which violates RFC 3261
/// §25.1 and RFC 5118 §4.5 and cannot be misunderstood.
pub(crate) fn parse_host_port(text: &str) -> Option<(String, Option<u16>)> {
    let text = text.trim();
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        host.parse::<std::net::Ipv6Addr>().ok()?;
        (host, rest.trim_start())
    } else if text.parse::<std::net::Ipv6Addr>().is_ok() {
        (text, "")
    } else {
        let end = text.find(':').unwrap_or(text.len());
        (text[..end].trim_end(), &text[end..])
    };
    let is_host_character = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    if host.is_empty() || !host.chars().all(is_host_character) {
        return None;
    }
    let port = match port {
        "" => None,
        port => {
            let digits = port.strip_prefix(':')?.trim_start();
            let number = digits.parse::<u16>().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
            Some(number).filter(|number| *number != 0)
        }
    };
    Some((host.to_owned(), port))
}

pub(crate) fn write_host_port(host: &str, port: Option<u16>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if host.contains(':') {
        write!(f, "[{host}]")?;
    } else {
        f.write_str(host)?;
    }
    match port {
        Some(port) => write!(f, ":{port}"),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_of_devices_and_of_rfc_3261_are_read_and_written() {
        for (text, user, host, port) in [
            ("sip:34020000001320000001@3402000000", Some("34020000001320000001"), "3402000000", None),
            ("sip:34020000001320000001@192.168.1.64:5060", Some("34020000001320000001"), "192.168.1.64", Some(5060)),
            ("sip:3402000000", None, "3402000000", None),
            ("sips:alice@atlanta.example.com;transport=tcp", Some("alice"), "atlanta.example.com", None),
            ("sip:[2001:db8::10]:5070;lr", None, "2001:db8::10", Some(5070)),
            ("sip:user;par=u%40example.net@example.com", Some("user;par=u%40example.net"), "example.com", None),
            ("sip:carol@chicago.com?Subject=next%20meeting", Some("carol"), "chicago.com", None),
            ("sip:a@my_nvr.local", Some("a"), "my_nvr.local", None),
        ] {
            let uri = SipUri::parse(text).unwrap();
            assert_eq!((uri.user.as_deref(), &*uri.host, uri.port), (user, host, port), "{text}");
            assert_eq!(uri.to_string(), text);
        }
        let uri = SipUri::parse("SIP:alice:secret@a").unwrap();
        assert_eq!(uri.password.as_deref(), Some("secret"));
        assert_eq!(uri.to_string(), "sip:alice:secret@a");
    }

    #[test]
    fn what_is_no_sip_uri_is_refused() {
        for text in [
            "",
            "sip:",
            "sip:@host",
            "sip:a@",
            "tel:+861012345678",
            "http://x",
            "sip:a@b:99999",
            "sip:a@b:x",
            "sip:a@b c",
            "sip:a@[::1",
            "sip:a@[x]",
            "<sip:a@b>",
            "sip:a@b@c",
            "sip:a@b:+5",
        ] {
            assert_eq!(SipUri::parse(text), None, "{text}");
        }
    }

    #[test]
    fn addresses_are_told_from_names() {
        let address = |text| SipUri::parse(text).unwrap().socket_address().map(|it| it.to_string());
        assert_eq!(address("sip:a@10.0.0.1").as_deref(), Some("10.0.0.1:5060"));
        assert_eq!(address("sips:a@10.0.0.1").as_deref(), Some("10.0.0.1:5061"));
        assert_eq!(address("sip:a@[::1]:7").as_deref(), Some("[::1]:7"));
        assert_eq!(address("sip:a@3402000000"), None);
        assert_eq!(SipUri::at("a", "[::1]:7".parse().unwrap()).to_string(), "sip:a@[::1]:7");
    }
}
