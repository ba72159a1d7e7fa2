//! Why there is no picture: the leg that is broken, in words.

use std::net::IpAddr;
use std::time::Duration;

use base::ErrorKind;
use container::mpegps::PayloadKind;
use gb28181::sdp::{Carriage, Description, Ssrc};
use hub::Leg;

use super::intake::Progress;
use super::ports::{Carrier, Lost, Tally};
use crate::pull::PullFailure;

/// Where media should come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// As the answer says it: an address, or a name.
    pub(super) answered: Option<String>,
    /// The addresses that are behind it.
    pub(super) answered_ips: Vec<IpAddr>,
    /// Where the signalling comes from.
    pub(super) signalling: IpAddr,
}

impl Origin {
    /// Addresses that media is taken from.
    pub(super) fn addresses(&self) -> Vec<IpAddr> {
        let mut addresses = self.answered_ips.clone();
        if !addresses.contains(&self.signalling) {
            addresses.push(self.signalling);
        }
        addresses
    }

    /// The address of the answer, if it is of a private network that the signalling does not come from.
    fn behind_nat(&self) -> Option<IpAddr> {
        let is_other = |ip: &&IpAddr| **ip != self.signalling && is_private(**ip) && !is_private(self.signalling);
        self.answered_ips.iter().find(is_other).copied()
    }

    fn named(&self) -> String {
        match &self.answered {
            Some(answered) if *answered != self.signalling.to_string() => {
                format!(
                    "{answered}, which the answer names, nor from {}, where the signalling comes from",
                    self.signalling
                )
            }
            _ => format!("{}, which the device answered from", self.signalling),
        }
    }
}

/// RFC 1918, RFC 6598, RFC 4193: nobody outside can be reached by it.
pub(super) fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            v4.is_private() || (first == 100 && second & 0xc0 == 64)
        }
        IpAddr::V6(v6) => v6.is_unique_local(),
    }
}

/// What is known of a session without a picture.
#[derive(Clone, Debug)]
pub(super) struct Evidence<'a> {
    pub(super) carrier: Carrier,
    pub(super) port: u16,
    pub(super) ssrc: Ssrc,
    pub(super) origin: &'a Origin,
    pub(super) answer: &'a Description,
    pub(super) tally: Tally,
    pub(super) progress: Progress,
    /// A packet that came meanwhile and belonged to nobody.
    pub(super) lost: Option<Lost>,
    pub(super) waited: Duration,
}

impl Evidence<'_> {
    /// The leg that is broken, and what to try.
    pub(super) fn failure(&self) -> PullFailure {
        if self.tally.packets == 0 {
            return self.nothing_taken();
        }
        if self.progress.kind.is_none() {
            return self.nothing_found();
        }
        self.nothing_playable()
    }

    fn nothing_taken(&self) -> PullFailure {
        let Self { tally, origin, .. } = self;
        if let (Some(stranger), strangers) = (tally.stranger, tally.strangers) {
            return failure(
                Leg::Media,
                ErrorKind::Forbidden,
                format!(
                    "media comes from {}, which is not listened to ({strangers} packets or connections): it is not \
                     from {}",
                    stranger.ip(),
                    origin.named()
                ),
                "Have the device name the address that it sends from, or take the address translation between away.",
            );
        }
        if let Some(other) = tally.other_ssrc {
            return failure(
                Leg::Media,
                ErrorKind::InvalidInput,
                format!(
                    "packets come with SSRC {} instead of {}, as was agreed ({} packets)",
                    Ssrc(other),
                    self.ssrc,
                    tally.other_ssrcs
                ),
                "Switch the SSRC check of the device off, so that it gets a port of its own.",
            );
        }
        self.nothing_came()
    }

    fn nothing_came(&self) -> PullFailure {
        let waited = self.waited.as_secs();
        let mut text = match self.carrier {
            Carrier::Udp => format!("nothing arrived at UDP port {} in {waited} s", self.port),
            Carrier::TcpPassive => format!("the device sent nothing to TCP port {} in {waited} s", self.port),
            Carrier::TcpActive => format!("the device sent nothing over the connection to it in {waited} s"),
        };
        if let Some(private) = self.origin.behind_nat() {
            text += &format!(
                "; it says that it sends from {private}, which is a private address, while its signalling comes from {}",
                self.origin.signalling
            );
        }
        if let Some(lost) = self.lost {
            let Lost { from, ssrc, .. } = lost;
            text += &format!("; meanwhile packets that belong to no session came from {from} with SSRC {}", Ssrc(ssrc));
        }
        let next_step = match self.carrier {
            Carrier::Udp => "Open the port in firewalls between, or set the device to TCP.",
            Carrier::TcpPassive => "Open the port in firewalls between, or set the device to UDP.",
            Carrier::TcpActive => "See whether the channel has a picture, or set the device to UDP.",
        };
        failure(Leg::Media, ErrorKind::Timeout, text, next_step)
    }

    fn nothing_found(&self) -> PullFailure {
        let from = self.tally.from.map_or_else(String::new, |from| format!(" from {from}"));
        let payloads = self.answer.video().map(|media| &media.payloads[..]).unwrap_or_default();
        let private = payloads.iter().find(|payload| payload.carriage() == Carriage::Private);
        let form = private.map_or_else(String::new, |payload| {
            format!("; the answer says that they have a form of the maker's own, {}", payload.encoding)
        });
        failure(
            Leg::Media,
            ErrorKind::InvalidInput,
            format!("{} packets came{from}, but no program stream was found in them{form}", self.tally.packets),
            "Set the device to PS without encryption and without private extensions.",
        )
    }

    fn nothing_playable(&self) -> PullFailure {
        let what = self.progress.kind.map_or("media", name_of);
        let waited = self.waited.as_secs();
        if self.progress.has_picture {
            let loss = match self.progress.lost {
                0 => String::new(),
                lost => format!("; {lost} packets are missing"),
            };
            return failure(
                Leg::KeyFrame,
                ErrorKind::Timeout,
                format!("a {what} comes, but no whole key frame in {waited} s{loss}"),
                "Shorten the interval of key frames at the camera; if packets are missing, set the device to TCP.",
            );
        }
        failure(
            Leg::Codec,
            ErrorKind::Unavailable,
            format!("a {what} comes, but no picture that can be read in {waited} s"),
            "Set the camera to H.264 or H.265, without encryption.",
        )
    }
}

fn failure(leg: Leg, kind: ErrorKind, text: String, next_step: &str) -> PullFailure {
    PullFailure { leg, kind, text, next_step: next_step.to_owned() }
}

/// What packets hold, in words.
pub(super) const fn name_of(kind: PayloadKind) -> &'static str {
    match kind {
        PayloadKind::ProgramStream => "program stream",
        PayloadKind::TransportStream => "transport stream",
        PayloadKind::H264 | PayloadKind::H264ByteStream => "H.264 stream",
        PayloadKind::H265 | PayloadKind::H265ByteStream => "H.265 stream",
        _ => "stream",
    }
}

#[cfg(test)]
mod tests {
    use gb28181::sdp::{Media, Payload};

    use super::*;

    fn origin(answered: &str, signalling: &str) -> Origin {
        Origin {
            answered: Some(answered.to_owned()),
            answered_ips: answered.parse().into_iter().collect(),
            signalling: signalling.parse().unwrap(),
        }
    }

    fn answer(encoding: &str) -> Description {
        Description { media: vec![Media::video(6000, vec![Payload::video(96, encoding)])], ..Description::default() }
    }

    #[test]
    fn each_broken_leg_has_its_sentence() {
        let (direct, behind) = (origin("203.0.113.7", "203.0.113.7"), origin("192.168.1.64", "203.0.113.7"));
        let (usual, private) = (answer("PS"), answer("HIKVISION"));
        let nothing = Evidence {
            carrier: Carrier::Udp,
            port: 10_000,
            ssrc: Ssrc(200_000_001),
            origin: &direct,
            answer: &usual,
            tally: Tally::default(),
            progress: Progress::default(),
            lost: None,
            waited: Duration::from_secs(10),
        };
        let from = "203.0.113.7:6000".parse().unwrap();
        let stranger = "198.51.100.9:6000".parse().unwrap();
        let some = Tally { packets: 7, from: Some(from), ..Tally::default() };
        let found = Progress { kind: Some(PayloadKind::ProgramStream), ..Progress::default() };
        let cases: [(Evidence<'_>, Leg, &[&str]); 10] = [
            (nothing.clone(), Leg::Media, &["nothing arrived at UDP port 10000 in 10 s"]),
            (Evidence { carrier: Carrier::TcpPassive, ..nothing.clone() }, Leg::Media, &["TCP port 10000"]),
            (Evidence { carrier: Carrier::TcpActive, ..nothing.clone() }, Leg::Media, &["over the connection to it"]),
            (
                Evidence { origin: &behind, ..nothing.clone() },
                Leg::Media,
                &["UDP port 10000", "192.168.1.64, which is a private address", "comes from 203.0.113.7"],
            ),
            (
                Evidence { lost: Some(Lost { from: stranger, ssrc: 5, count: 1 }), ..nothing.clone() },
                Leg::Media,
                &["no session came from 198.51.100.9:6000 with SSRC 0000000005"],
            ),
            (
                Evidence {
                    tally: Tally { strangers: 3, stranger: Some(stranger), ..Tally::default() },
                    ..nothing.clone()
                },
                Leg::Media,
                &["comes from 198.51.100.9", "3 packets", "203.0.113.7"],
            ),
            (
                Evidence {
                    tally: Tally { other_ssrcs: 4, other_ssrc: Some(9), ..Tally::default() },
                    ..nothing.clone()
                },
                Leg::Media,
                &["SSRC 0000000009 instead of 0200000001"],
            ),
            (
                Evidence { tally: some, answer: &private, ..nothing.clone() },
                Leg::Media,
                &["7 packets came from 203.0.113.7:6000, but no program stream", "HIKVISION"],
            ),
            (
                Evidence { tally: some, progress: Progress { has_picture: true, lost: 2, ..found }, ..nothing.clone() },
                Leg::KeyFrame,
                &["a program stream comes, but no whole key frame in 10 s; 2 packets are missing"],
            ),
            (
                Evidence { tally: some, progress: found, ..nothing.clone() },
                Leg::Codec,
                &["a program stream comes, but no picture that can be read"],
            ),
        ];
        for (evidence, leg, parts) in cases {
            let failure = evidence.failure();
            assert_eq!(failure.leg, leg, "{failure}");
            for part in parts {
                assert!(failure.text.contains(part), "{part} in {failure}");
            }
        }
    }

    #[test]
    fn private_addresses_are_told_from_others() {
        for (ip, expected) in [
            ("10.1.2.3", true),
            ("172.31.0.1", true),
            ("100.64.0.1", true),
            ("100.128.0.1", false),
            ("203.0.113.7", false),
            ("fd00::1", true),
            ("2001:db8::1", false),
        ] {
            assert_eq!(is_private(ip.parse().unwrap()), expected, "{ip}");
        }
    }
}
