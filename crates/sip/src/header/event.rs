//! `Event` and `Subscription-State` (RFC 6665 §8.2).

use std::fmt;

use super::parse_seconds;
use crate::params::Params;

/// What a subscription is about.
///
/// GB/T 28181-2022 annex N writes `Catalog;id=1`, examples of the 2016 edition `presence`: what is subscribed
/// to stands in the body, so the package is only echoed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The event package.
    pub package: String,
    /// Parameters, among them `id`.
    pub params: Params,
}

impl Event {
    /// Reads the value; `None` without a package.
    pub fn parse(text: &str) -> Option<Self> {
        let (package, params) = text.split_once(';').unwrap_or((text, ""));
        let package = package.trim();
        (!package.is_empty()).then(|| Self { package: package.to_owned(), params: Params::parse(params) })
    }

    /// Tells subscriptions of one dialog apart.
    pub fn id(&self) -> Option<&str> {
        self.params.get("id")
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.package, self.params)
    }
}

/// How a subscription stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subscription {
    /// It is accepted.
    Active,
    /// It waits for somebody's consent.
    Pending,
    /// It has ended.
    Terminated,
    /// Another word, which counts as active (RFC 6665 §4.1.3).
    Other(Box<str>),
}

/// The value of `Subscription-State`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionState {
    /// How it stands.
    pub state: Subscription,
    /// Seconds that are left, where they are told.
    pub expires: Option<u32>,
    /// Why it ended: `deactivated`, `probation`, `rejected`, `timeout`, `giveup`, `noresource`, `invariant`.
    pub reason: Option<String>,
}

impl SubscriptionState {
    /// An accepted subscription.
    pub const fn active(expires: u32) -> Self {
        Self { state: Subscription::Active, expires: Some(expires), reason: None }
    }

    /// An ended one.
    pub fn terminated(reason: &str) -> Self {
        Self { state: Subscription::Terminated, expires: None, reason: Some(reason.to_owned()) }
    }

    /// Reads the value; `None` without a state.
    pub fn parse(text: &str) -> Option<Self> {
        let (state, params) = text.split_once(';').unwrap_or((text, ""));
        let state = match state.trim() {
            "" => return None,
            word if word.eq_ignore_ascii_case("active") => Subscription::Active,
            word if word.eq_ignore_ascii_case("pending") => Subscription::Pending,
            word if word.eq_ignore_ascii_case("terminated") => Subscription::Terminated,
            word => Subscription::Other(word.into()),
        };
        let params = Params::parse(params);
        Some(Self {
            state,
            expires: params.get("expires").and_then(parse_seconds),
            reason: params.get("reason").map(str::to_owned),
        })
    }
}

impl fmt::Display for SubscriptionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.state {
            Subscription::Active => "active",
            Subscription::Pending => "pending",
            Subscription::Terminated => "terminated",
            Subscription::Other(word) => word,
        })?;
        let mut params = Params::default();
        if let Some(expires) = self.expires {
            params.set("expires", &expires.to_string());
        }
        if let Some(reason) = &self.reason {
            params.set("reason", reason);
        }
        write!(f, "{params}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_keep_what_must_be_echoed() {
        for text in ["Catalog;id=1894", "presence", "Catalog;id=1;x"] {
            assert_eq!(Event::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Event::parse(" Catalog ; id = 7 ").unwrap().id(), Some("7"));
        assert_eq!(Event::parse(" ;id=7"), None);
    }

    #[test]
    fn states_are_read_and_written() {
        for text in ["active;expires=600", "pending", "terminated;reason=noresource", "waiting"] {
            assert_eq!(SubscriptionState::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(SubscriptionState::parse("Terminated ;").unwrap().state, Subscription::Terminated);
        assert_eq!(SubscriptionState::active(90).to_string(), "active;expires=90");
        assert_eq!(SubscriptionState::terminated("timeout").to_string(), "terminated;reason=timeout");
        assert_eq!(SubscriptionState::parse(""), None);
    }
}
