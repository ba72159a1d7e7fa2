//! How simulated devices differ from the standard, and what goes wrong with them.

use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;
use gb28181::device;

/// What devices of some makers do otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Quirk {
    /// Packets have SSRC 0, whatever the session description says.
    SsrcZero,
    /// The answer has no `y=`.
    NoY,
    /// The program stream has no map.
    NoPsm,
    /// The answer says port 0 when it sends by UDP.
    AnswerPortZero,
    /// The digits of `y=` in the answer are in reverse, and packets have that SSRC.
    YReversed,
    /// Invitations by which the platform would listen for TCP are refused (488).
    NoTcpPassive,
    /// Catalogs come one channel in a message.
    CatalogOneByOne,
    /// Texts of catalogs hold `&`, `<` and control characters as they are.
    CatalogRawText,
    /// Catalogs have values that the standard does not know.
    CatalogOddValues,
    /// Catalogs announce more channels than come.
    CatalogWrongTotal,
    /// Texts are GB 18030 and say that they are UTF-8.
    GbkAsUtf8,
    /// Heartbeats have no `Status`.
    KeepaliveBare,
    /// The sign-in has no `Expires`.
    NoExpires,
    /// The end of a recording is told in the name of somebody who is no device.
    MediaStatusForeign,
    /// Recordings are found only if all kinds are asked for.
    RecordsOnlyAll,
    /// Questions are answered by a message without a body.
    EmptyAnswers,
    /// A configuration is not answered; the device signs out and starts anew.
    ConfigRestarts,
}

impl Quirk {
    /// Those that are in the signalling.
    pub(super) const fn of_signalling(self) -> Option<device::Quirk> {
        Some(match self {
            Self::CatalogRawText => device::Quirk::RawText,
            Self::CatalogOddValues => device::Quirk::OddValues,
            Self::CatalogWrongTotal => device::Quirk::WrongTotal,
            Self::GbkAsUtf8 => device::Quirk::ClaimsUtf8,
            Self::KeepaliveBare => device::Quirk::BareKeepalive,
            Self::NoExpires => device::Quirk::NoExpires,
            Self::MediaStatusForeign => device::Quirk::ForeignMediaStatus,
            Self::EmptyAnswers => device::Quirk::EmptyAnswers,
            Self::ConfigRestarts => device::Quirk::ConfigRestarts,
            _ => return None,
        })
    }
}

/// What is known of devices of a maker, as quirks. They name it, so that platforms that know it do what they do for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MakerProfile {
    Hikvision,
    Dahua,
    Uniview,
    Huawei,
}

impl MakerProfile {
    /// What the maker calls itself.
    pub(super) const fn maker(self) -> &'static str {
        match self {
            Self::Hikvision => "Hikvision",
            Self::Dahua => "Dahua",
            Self::Uniview => "Uniview",
            Self::Huawei => "Huawei",
        }
    }

    pub(super) const fn quirks(self) -> &'static [Quirk] {
        match self {
            Self::Hikvision => {
                &[Quirk::CatalogOneByOne, Quirk::CatalogRawText, Quirk::CatalogOddValues, Quirk::MediaStatusForeign]
            }
            Self::Dahua => &[Quirk::RecordsOnlyAll, Quirk::EmptyAnswers],
            Self::Uniview => &[Quirk::ConfigRestarts],
            Self::Huawei => &[Quirk::NoTcpPassive],
        }
    }
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    /// This share of the media packets by UDP is lost.
    Loss(f64),
    /// Nothing comes from a device this long after it began, and nothing reaches it.
    SilentAfter(Duration),
    /// Invitations are never answered.
    NoAnswerToInvite,
    /// Invitations are taken, and no media follow.
    NoMedia,
    /// Heartbeats are not sent.
    NoHeartbeat,
    /// This share of the media packets by UDP comes behind its successor.
    Reorder(f64),
    /// This long after it was made, a connection of SIP is neither read nor written any more, and stays.
    HalfOpen(Duration),
    /// The clock of the media jumps by so many seconds, once in each call.
    ClockJump(i32),
}

/// What there is, for who wrote something else.
const FAULTS: &str = "loss=2%, reorder=5%, silent-after=20s, half-open=20s, clock-jump=30, \
    no-answer-to-invite, no-media, no-heartbeat";
/// The farthest that a clock jumps: a day.
const MAX_JUMP_S: i32 = 86_400;

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        match (name, value) {
            ("loss", text) => share(text).map(Self::Loss).ok_or_else(|| "write it as loss=2%".to_owned()),
            ("reorder", text) => share(text).map(Self::Reorder).ok_or_else(|| "write it as reorder=5%".to_owned()),
            ("half-open", time) => Ok(Self::HalfOpen(duration(time)?)),
            ("clock-jump", seconds) => {
                let seconds = seconds.parse().ok().filter(|seconds| (-MAX_JUMP_S..=MAX_JUMP_S).contains(seconds));
                seconds.map(Self::ClockJump).ok_or_else(|| "write it as clock-jump=30, a day at most".to_owned())
            }
            ("silent-after", time) => Ok(Self::SilentAfter(duration(time)?)),
            ("no-answer-to-invite", "") => Ok(Self::NoAnswerToInvite),
            ("no-media", "") => Ok(Self::NoMedia),
            ("no-heartbeat", "") => Ok(Self::NoHeartbeat),
            _ => Err(format!("there are {FAULTS}")),
        }
    }
}

/// Reads a share as per cent.
fn share(text: &str) -> Option<f64> {
    let number = text.strip_suffix('%').unwrap_or(text).parse::<f64>().ok();
    number.filter(|number| (0.0..=100.0).contains(number)).map(|number| number / 100.0)
}

/// Quirks and faults of all devices of one run.
#[derive(Clone, Debug, Default)]
pub(super) struct Behaviour {
    pub(super) quirks: Vec<Quirk>,
    pub(super) faults: Vec<Fault>,
}

impl Behaviour {
    pub(super) fn has(&self, quirk: Quirk) -> bool {
        self.quirks.contains(&quirk)
    }

    pub(super) fn fails(&self, fault: Fault) -> bool {
        self.faults.contains(&fault)
    }

    /// Share of packets that is lost.
    pub(super) fn loss(&self) -> f64 {
        self.find(|fault| if let Fault::Loss(share) = fault { Some(*share) } else { None }).unwrap_or(0.0)
    }

    /// Share of packets that change places.
    pub(super) fn reorder(&self) -> f64 {
        self.find(|fault| if let Fault::Reorder(share) = fault { Some(*share) } else { None }).unwrap_or(0.0)
    }

    /// After which time a connection is not read any more.
    pub(super) fn half_open_after(&self) -> Option<Duration> {
        self.find(|fault| if let Fault::HalfOpen(time) = fault { Some(*time) } else { None })
    }

    /// By how many seconds the clock of the media jumps.
    pub(super) fn clock_jump_s(&self) -> Option<i32> {
        self.find(|fault| if let Fault::ClockJump(seconds) = fault { Some(*seconds) } else { None })
    }

    fn find<T>(&self, what: impl FnMut(&Fault) -> Option<T>) -> Option<T> {
        self.faults.iter().find_map(what)
    }

    /// After which time nothing is heard any more.
    pub(super) fn silent_after(&self) -> Option<Duration> {
        self.find(|fault| if let Fault::SilentAfter(time) = fault { Some(*time) } else { None })
    }
}

/// Reads `500ms`, `30s`, `5m`, `1h`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let unit_ms = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err("write a time as 500ms, 30s, 5m or 1h".to_owned()),
    };
    let number: u32 = number.parse().map_err(|_| "write a time as 500ms, 30s, 5m or 1h".to_owned())?;
    Ok(Duration::from_millis(u64::from(number) * unit_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_as_they_are_written_in_the_guide() {
        for (text, fault) in [
            ("loss=2%", Fault::Loss(0.02)),
            ("silent-after=20s", Fault::SilentAfter(Duration::from_secs(20))),
            ("no-answer-to-invite", Fault::NoAnswerToInvite),
            ("no-media", Fault::NoMedia),
            ("no-heartbeat", Fault::NoHeartbeat),
            ("reorder=5%", Fault::Reorder(0.05)),
            ("half-open=20s", Fault::HalfOpen(Duration::from_secs(20))),
            ("clock-jump=-30", Fault::ClockJump(-30)),
        ] {
            assert_eq!(text.parse(), Ok(fault));
        }
        for text in [
            "",
            "loss",
            "loss=200%",
            "loss=NaN",
            "silent-after=",
            "silent-after=20",
            "no-media=1",
            "silent-after=é",
            "reorder=-1%",
            "half-open",
            "clock-jump=100000",
        ] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("1h"), Ok(Duration::from_secs(3600)));
    }
}
