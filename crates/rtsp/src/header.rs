//! Structured header values: Transport, Session, RTP-Info (RFC 2326 §12).

use std::fmt::Write;
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
