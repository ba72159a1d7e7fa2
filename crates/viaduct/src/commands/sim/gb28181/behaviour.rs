//! How simulated devices differ from the standard, and what goes wrong with them.

use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;

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
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        match (name, value) {
            ("loss", share) => {
                let number = share.strip_suffix('%').unwrap_or(share).parse::<f64>().ok();
                let number = number.filter(|number| (0.0..=100.0).contains(number));
                number.map(|number| Self::Loss(number / 100.0)).ok_or_else(|| "write it as loss=2%".to_owned())
            }
            ("silent-after", time) => Ok(Self::SilentAfter(duration(time)?)),
            ("no-answer-to-invite", "") => Ok(Self::NoAnswerToInvite),
            ("no-media", "") => Ok(Self::NoMedia),
            ("no-heartbeat", "") => Ok(Self::NoHeartbeat),
            _ => Err("there are loss=2%, silent-after=20s, no-answer-to-invite, no-media and no-heartbeat".to_owned()),
        }
    }
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
        let share = |fault: &Fault| if let Fault::Loss(share) = fault { Some(*share) } else { None };
        self.faults.iter().find_map(share).unwrap_or(0.0)
    }

    /// After which time nothing is heard any more.
    pub(super) fn silent_after(&self) -> Option<Duration> {
        self.faults.iter().find_map(|fault| if let Fault::SilentAfter(time) = fault { Some(*time) } else { None })
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
        ] {
            assert_eq!(text.parse(), Ok(fault));
        }
        for text in
            ["", "loss", "loss=200%", "loss=NaN", "silent-after=", "silent-after=20", "no-media=1", "silent-after=é"]
        {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("1h"), Ok(Duration::from_secs(3600)));
    }
}
