//! `Via`: the way that a request came (RFC 3261 §20.42, RFC 3581).

use std::fmt;
use std::net::SocketAddr;

use crate::params::Params;
use crate::uri::{parse_host_port, write_host_port};

/// One hop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via {
    /// `UDP`, `TCP`, `TLS`, ... in capitals.
    pub transport: String,
    /// Where the sender says it is; IPv6 without brackets.
    pub host: String,
    /// Its port, where one is named.
    pub port: Option<u16>,
    /// Parameters.
    pub params: Params,
}

impl Via {
    /// Reads one item of a `Via` field; `None` when it is malformed or of another protocol.
    pub fn parse(text: &str) -> Option<Self> {
        // Blanks may stand around each part: `SIP  / 2.0 / UDP  host : 5060 ; branch = x`.
        let (name, rest) = text.split_once('/')?;
        let (version, rest) = rest.split_once('/')?;
        if !name.trim().eq_ignore_ascii_case("SIP") || version.trim() != "2.0" {
            return None;
        }
        let (transport, rest) = rest.trim_start().split_once(|c: char| c.is_ascii_whitespace())?;
        let (sent_by, params) = rest.split_once(';').unwrap_or((rest, ""));
        let (host, port) = parse_host_port(sent_by)?;
        Some(Self { transport: transport.to_ascii_uppercase(), host, port, params: Params::parse(params) })
    }

    /// Names the transaction (§17.2.3); absent from RFC 2543.
    pub fn branch(&self) -> Option<&str> {
        self.params.get("branch").filter(|branch| !branch.is_empty())
    }

    /// Notes where the request really came from (§18.2.1; RFC 3581 §4): `received` when the sender's own
    /// address differs or `rport` asks for it, and the port in `rport` when it does.
    pub fn note_source(&mut self, source: SocketAddr) {
        let ip = source.ip().to_canonical();
        let asks = self.params.has("rport");
        if asks {
            self.params.set("rport", &source.port().to_string());
        }
        if asks || self.host.parse() != Ok(ip) {
            self.params.set("received", &ip.to_string());
        }
    }

    /// Where the next hop saw us: the public address behind a router, from the `Via` of a response.
    pub fn seen_at(&self) -> Option<SocketAddr> {
        let ip = self.params.get("received")?.trim_matches(['[', ']']).parse().ok()?;
        let port = self.params.get("rport")?.parse().ok()?;
        Some(SocketAddr::new(ip, port))
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SIP/2.0/{} ", self.transport)?;
        write_host_port(&self.host, self.port, f)?;
        write!(f, "{}", self.params)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_hop_is_read() {
        for (text, written) in [
            (
                "SIP/2.0/UDP 192.168.1.64:5060;rport;branch=z9hG4bK1",
                "SIP/2.0/UDP 192.168.1.64:5060;rport;branch=z9hG4bK1",
            ),
            (
                "SIP  / 2.0\t/ tcp  spindle.example.com : 5070 ;\tbranch  =   z9hG4bK-a",
                "SIP/2.0/TCP spindle.example.com:5070;branch=z9hG4bK-a",
            ),
            ("sip/2.0/TLS [2001:db8::9]:5061", "SIP/2.0/TLS [2001:db8::9]:5061"),
            ("SIP/2.0/UDP 2001:db8::9;branch=b", "SIP/2.0/UDP [2001:db8::9];branch=b"),
        ] {
            assert_eq!(Via::parse(text).unwrap().to_string(), written);
        }
        for bad in
            ["", "SIP/2.0/UDP", "SIP/2.0/UDP ", "SIP/3.0/UDP a", "HTTP/2.0/UDP a", "SIP/2.0/UDP ;branch=x", "UDP a"]
        {
            assert_eq!(Via::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_source_is_noted_where_it_differs_or_is_asked_for() {
        let note = |text: &str, source: &str| {
            let mut via = Via::parse(text).unwrap();
            via.note_source(source.parse().unwrap());
            via.to_string()
        };
        assert_eq!(note("SIP/2.0/UDP 10.0.0.1", "10.0.0.1:6000"), "SIP/2.0/UDP 10.0.0.1");
        assert_eq!(note("SIP/2.0/UDP 10.0.0.1", "1.2.3.4:6000"), "SIP/2.0/UDP 10.0.0.1;received=1.2.3.4");
        assert_eq!(
            note("SIP/2.0/UDP 10.0.0.1;rport;branch=b", "[::ffff:10.0.0.1]:6000"),
            "SIP/2.0/UDP 10.0.0.1;rport=6000;branch=b;received=10.0.0.1"
        );
        let seen = Via::parse("SIP/2.0/UDP h;rport=6000;received=[::1]").unwrap().seen_at();
        assert_eq!(seen, Some("[::1]:6000".parse().unwrap()));
        assert_eq!(Via::parse("SIP/2.0/UDP h;rport").unwrap().seen_at(), None);
    }
}
