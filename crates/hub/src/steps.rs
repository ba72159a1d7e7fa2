//! The last steps of a session or source: why there is no picture, in plain words.

use std::collections::VecDeque;
use std::time::SystemTime;

/// Steps kept per stream.
pub const MAX_STEPS: usize = 48;

/// The part of the way from camera to viewer that a step belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Leg {
    /// Resolving the host name.
    Name,
    /// Opening the connection.
    Connect,
    /// The TLS handshake.
    Tls,
    /// Credentials.
    Auth,
    /// The peer's answer to a request.
    Answer,
    /// A publisher coming or going.
    Publish,
    /// Media arriving.
    Media,
    /// The first key frame.
    KeyFrame,
    /// A codec that something cannot carry or understand.
    Codec,
    /// Time stamps.
    Time,
    /// A viewer.
    Play,
}

impl Leg {
    /// Stable identifier for the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Auth => "auth",
            Self::Answer => "answer",
            Self::Publish => "publish",
            Self::Media => "media",
            Self::KeyFrame => "key_frame",
            Self::Codec => "codec",
            Self::Time => "time",
            Self::Play => "play",
        }
    }
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// When.
    pub at: SystemTime,
    /// Where on the way.
    pub leg: Leg,
    /// Whether it went well.
    pub ok: bool,
    /// A sentence.
    pub text: String,
    /// How often in a row the same step was taken.
    pub count: u32,
}

/// A bounded list of steps, oldest dropped first; equal steps in a row are counted instead of repeated.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    steps: VecDeque<Step>,
}

impl Steps {
    /// Adds a step.
    pub fn add(&mut self, leg: Leg, ok: bool, text: impl Into<String>) {
        let text = text.into();
        let at = SystemTime::now();
        if let Some(last) = self.steps.back_mut()
            && last.leg == leg
            && last.ok == ok
            && last.text == text
        {
            last.count += 1;
            last.at = at;
            return;
        }
        if self.steps.len() == MAX_STEPS {
            self.steps.pop_front();
        }
        self.steps.push_back(Step { at, leg, ok, text, count: 1 });
    }

    /// Oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Step> {
        self.steps.iter()
    }

    /// The most recent failure that no later success on the same leg made up for.
    pub fn open_failure(&self) -> Option<&Step> {
        let last_bad = self.steps.iter().rposition(|step| !step.ok)?;
        let failed = &self.steps[last_bad];
        let healed = self.steps.iter().skip(last_bad + 1).any(|step| step.ok && step.leg == failed.leg);
        (!healed).then_some(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_bounded_and_repeats_counted() {
        let mut steps = Steps::default();
        for _ in 0..5 {
            steps.add(Leg::Connect, false, "refused");
        }
        assert_eq!(steps.iter().map(|step| step.count).collect::<Vec<_>>(), [5]);
        for i in 0..100 {
            steps.add(Leg::Media, true, i.to_string());
        }
        assert_eq!(steps.iter().count(), MAX_STEPS);
    }

    #[test]
    fn a_failure_stays_open_until_the_same_leg_succeeds() {
        let mut steps = Steps::default();
        steps.add(Leg::Auth, false, "401");
        steps.add(Leg::Connect, true, "connected");
        assert_eq!(steps.open_failure().map(|step| step.text.as_str()), Some("401"));
        steps.add(Leg::Auth, true, "accepted");
        assert!(steps.open_failure().is_none());
    }
}
