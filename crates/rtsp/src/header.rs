//! Structured header values: Transport, Session, RTP-Info (RFC 2326 §12).

use std::fmt::Write;
use std::net::IpAddr;
use std::time::Duration;

/// One alternative of a `Transport` header (§12.39).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransportSpec {
    /// RTP over this connection.
    pub tcp: bool,
    /// `multicast` instead of `unicast`.
    pub multicast: bool,
    /// Interleaved channels of RTP and RTCP.
    pub interleaved: Option<(u8, u8)>,
    /// UDP ports of the client.
    pub client_port: Option<(u16, u16)>,
    /// UDP ports of the server.
    pub server_port: Option<(u16, u16)>,
    /// UDP ports of a multicast group.
    pub port: Option<(u16, u16)>,
    /// Where packets are to go, as sent: an address, or a name that is nobody's business to resolve.
    pub destination: Option<String>,
    /// Hops that packets to a multicast group may travel.
    pub ttl: Option<u8>,
    /// Source of the packets. Tolerance: cameras lie here, so it is only told.
    pub ssrc: Option<u32>,
    /// `mode=record`.
    pub record: bool,
}

impl TransportSpec {
    /// Reads every alternative of a header value; those that are not RTP are left out.
    pub fn parse_all(value: &str) -> Vec<Self> {
        value.split(',').filter_map(Self::parse).collect()
    }

    fn parse(value: &str) -> Option<Self> {
        let mut parts = value.split(';').map(str::trim);
        let profile = parts.next()?.to_ascii_uppercase();
        if !profile.starts_with("RTP/AVP") {
            return None;
        }
        let mut spec = Self { tcp: profile.ends_with("/TCP"), ..Self::default() };
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "multicast" => spec.multicast = true,
                "interleaved" => spec.interleaved = parse_pair(value),
                "client_port" => spec.client_port = parse_pair(value),
                "server_port" => spec.server_port = parse_pair(value),
                "port" => spec.port = parse_pair(value),
                "destination" if !value.is_empty() => spec.destination = Some(value.to_owned()),
                "ttl" => spec.ttl = value.parse().ok(),
                "ssrc" => spec.ssrc = u32::from_str_radix(value.trim(), 16).ok(),
                "mode" => {
                    spec.record = value.eq_ignore_ascii_case("record") || value.eq_ignore_ascii_case("receive");
                }
                _ => {}
            }
        }
        // Tolerance: `RTP/AVP;unicast;interleaved=0-1` without the lower transport.
        spec.tcp |= spec.interleaved.is_some();
        Some(spec)
    }

    /// The header value of a proposal or answer by UDP; an answer names the server's ports too.
    pub fn write_udp(client_port: (u16, u16), server_port: Option<(u16, u16)>, record: bool) -> String {
        let mut value = format!("RTP/AVP;unicast;client_port={}-{}", client_port.0, client_port.1);
        if let Some((rtp, rtcp)) = server_port {
            let _ = write!(value, ";server_port={rtp}-{rtcp}");
        }
        if record {
            value.push_str(";mode=record");
        }
        value
    }

    /// The header value of an answer by multicast.
    pub fn write_multicast(group: &MulticastGroup) -> String {
        let MulticastGroup { address, port, ttl } = group;
        format!("RTP/AVP;multicast;destination={address};port={}-{};ttl={ttl}", port.0, port.1)
    }

    /// The group that an answer by multicast names; `None` when it names no group that can be joined.
    pub fn group(&self) -> Option<MulticastGroup> {
        let address: IpAddr = self.destination.as_deref()?.parse().ok()?;
        // Tolerance: servers that call the group's ports `server_port` or `client_port`.
        let port = self.port.or(self.server_port).or(self.client_port)?;
        let usable = self.multicast && address.is_multicast() && port.0 != 0 && port.1 != 0;
        usable.then_some(MulticastGroup { address, port, ttl: self.ttl.unwrap_or(1) })
    }

    /// The header value of one alternative over this connection.
    pub fn write_tcp(channels: Option<(u8, u8)>, record: bool, ssrc: Option<u32>) -> String {
        let mut value = "RTP/AVP/TCP;unicast".to_owned();
        if let Some((rtp, rtcp)) = channels {
            let _ = write!(value, ";interleaved={rtp}-{rtcp}");
        }
        if let Some(ssrc) = ssrc {
            let _ = write!(value, ";ssrc={ssrc:08X}");
        }
        if record {
            value.push_str(";mode=record");
        }
        value
    }
}

/// Where a track is multicast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MulticastGroup {
    /// Group address.
    pub address: IpAddr,
    /// Ports of RTP and RTCP.
    pub port: (u16, u16),
    /// Hops that its packets may travel.
    pub ttl: u8,
}

/// How the packets of one track travel, as agreed by SETUP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// On channels of the connection.
    Interleaved,
    /// By UDP between the two ends of the connection.
    Udp {
        /// Ports of the client.
        client_port: (u16, u16),
        /// Ports of the server, where it has named them.
        server_port: Option<(u16, u16)>,
    },
    /// By UDP to a group.
    Multicast(MulticastGroup),
}

/// `0-1`; a lone `0` means 0 and 1.
fn parse_pair<N: std::str::FromStr + Copy + TryFrom<u32>>(value: &str) -> Option<(N, N)>
where
    u32: From<N>,
{
    let (first, second) = match value.split_once('-') {
        Some((first, second)) => (first, Some(second)),
        None => (value, None),
    };
    let first: N = first.trim().parse().ok()?;
    let second = match second {
        Some(second) => second.trim().parse().ok()?,
        None => N::try_from(u32::from(first) + 1).ok()?,
    };
    Some((first, second))
}

/// Reads a `Session` value (§12.37): identifier and time-out. Tolerance: blanks around everything.
pub fn parse_session(value: &str) -> (&str, Option<Duration>) {
    let mut parts = value.split(';').map(str::trim);
    let id = parts.next().unwrap_or_default();
    let timeout = parts.find_map(|part| {
        let (name, seconds) = part.split_once('=')?;
        let is_timeout = name.trim().eq_ignore_ascii_case("timeout");
        is_timeout.then(|| seconds.trim().parse().ok().map(Duration::from_secs))?
    });
    (id, timeout)
}

/// One entry of `RTP-Info` (§12.33).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RtpInfo {
    /// Control URL of the track.
    pub url: String,
    /// Number of the first packet.
    pub sequence: u16,
    /// Time stamp of the first packet.
    pub timestamp: u32,
}

/// The `RTP-Info` value.
pub fn write_rtp_info(entries: &[RtpInfo]) -> String {
    let entries: Vec<String> = entries
        .iter()
        .map(|entry| format!("url={};seq={};rtptime={}", entry.url, entry.sequence, entry.timestamp))
        .collect();
    entries.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transports_are_read_with_their_alternatives() {
        let specs = TransportSpec::parse_all(
            "RTP/AVP/UDP;unicast;client_port=5000-5001, RTP/AVP/TCP;unicast;interleaved=4-5;mode=\"RECORD\", RAW/RAW/UDP",
        );
        assert_eq!(specs.len(), 2);
        assert_eq!((specs[0].tcp, specs[0].client_port), (false, Some((5000, 5001))));
        assert_eq!((specs[1].tcp, specs[1].interleaved, specs[1].record), (true, Some((4, 5)), true));
    }

    #[test]
    fn odd_transports_of_cameras_are_understood() {
        for (value, channels, ssrc) in [
            ("RTP/AVP;unicast;interleaved=2", Some((2, 3)), None),
            ("rtp/avp/tcp ; unicast ; interleaved = 0-1 ; ssrc=  1a2B", Some((0, 1)), Some(0x1A2B)),
            ("RTP/AVP/TCP;unicast;interleaved=255", None, None),
            ("RTP/AVP/TCP;interleaved=x-y;ssrc=zz", None, None),
        ] {
            let spec = &TransportSpec::parse_all(value)[0];
            assert_eq!((spec.tcp, spec.interleaved, spec.ssrc), (true, channels, ssrc), "{value}");
        }
    }

    #[test]
    fn written_transports_read_back() {
        let udp = TransportSpec::write_udp((5000, 5001), Some((8000, 8001)), true);
        let spec = &TransportSpec::parse_all(&udp)[0];
        assert_eq!((spec.client_port, spec.server_port), (Some((5000, 5001)), Some((8000, 8001))));
        assert!(!spec.tcp && !spec.multicast && spec.record && spec.group().is_none());
        let group = MulticastGroup { address: [239, 1, 2, 3].into(), port: (18_000, 18_001), ttl: 16 };
        let spec = &TransportSpec::parse_all(&TransportSpec::write_multicast(&group))[0];
        assert_eq!(spec.group(), Some(group));
    }

    #[test]
    fn groups_that_cannot_be_joined_are_none() {
        for value in [
            "RTP/AVP;multicast",
            "RTP/AVP;multicast;destination=239.1.2.3",
            "RTP/AVP;multicast;destination=10.0.0.1;port=5000-5001",
            "RTP/AVP;multicast;destination=camera.example;port=5000-5001",
            "RTP/AVP;multicast;destination=239.1.2.3;port=0-1",
            "RTP/AVP;multicast;destination=239.1.2.3;port=99999-100000",
            "RTP/AVP;unicast;destination=239.1.2.3;port=5000-5001",
        ] {
            assert_eq!(TransportSpec::parse_all(value)[0].group(), None, "{value}");
        }
    }

    #[test]
    fn session_values_are_read_with_blanks_and_other_parameters() {
        for (value, id, seconds) in [
            ("1234", "1234", None),
            (" 1234 ; timeout = 30 ", "1234", Some(30)),
            ("12;x=y;Timeout=60", "12", Some(60)),
            ("12;timeout=", "12", None),
        ] {
            assert_eq!(parse_session(value), (id, seconds.map(Duration::from_secs)), "{value}");
        }
    }
}
