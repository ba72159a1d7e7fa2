//! What the edition of 2022 asks of a device beside pictures: its memory cards, its home position, its firmware.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gb28181::Id;
use gb28181::manscdp::{
    Command, Control, DeviceControl, DeviceUpgrade, DeviceUpgradeResult, HomePosition, Outcome, Query, Response, SdCard,
};
use gb28181::platform::{Answer, Fault};

use super::Gb28181;

/// Upgrades that are remembered. Full-policy: the one that began first is forgotten.
const MAX_UPGRADES: usize = 4096;

/// An upgrade of a device's firmware.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upgrade {
    /// Names the order for the device.
    pub session: String,
    /// Version that was ordered.
    pub firmware: String,
    /// When, Unix milliseconds.
    pub ordered_unix_ms: i64,
    /// What became of it; `None` until the device tells.
    pub outcome: Option<UpgradeOutcome>,
}

/// What became of an upgrade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpgradeOutcome {
    /// It went well.
    Done {
        /// Version that is installed now, as the device says.
        firmware: String,
    },
    /// The device tells that it failed.
    Failed {
        /// Why, as the standard numbers it (§A.2.5.9): 01 time-out, 02 bad package, 03 the system, 99 other.
        number: String,
        /// Version that is installed now, as the device says.
        firmware: String,
    },
    /// The device did not take the order.
    NotTaken(Fault),
}

/// The last upgrade of each device. They live in memory: after a restart of the server they are forgotten.
#[derive(Debug, Default)]
pub(super) struct Upgrades(Mutex<HashMap<Id, Upgrade>>);

impl Upgrades {
    fn lock(&self) -> MutexGuard<'_, HashMap<Id, Upgrade>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, device: &Id, upgrade: Upgrade) {
        let mut known = self.lock();
        if known.len() >= MAX_UPGRADES && !known.contains_key(device) {
            let oldest =
                known.iter().min_by_key(|(_, upgrade)| upgrade.ordered_unix_ms).map(|(device, _)| device.clone());
            oldest.map(|device| known.remove(&device));
        }
        known.insert(device.clone(), upgrade);
    }

    fn end(&self, device: &Id, session: &str, outcome: UpgradeOutcome) {
        let mut known = self.lock();
        // One that was not ordered, or not last, is none of ours.
        if let Some(upgrade) = known.get_mut(device).filter(|upgrade| upgrade.session == session) {
            upgrade.outcome = Some(outcome);
        }
    }

    /// What a device tells of an upgrade.
    pub(super) fn finish(&self, device: &Id, told: DeviceUpgradeResult) {
        let firmware = told.firmware.unwrap_or_default();
        let outcome = match told.outcome {
            Some(Outcome::Ok) => UpgradeOutcome::Done { firmware },
            _ => UpgradeOutcome::Failed { number: told.reason.unwrap_or_default(), firmware },
        };
        self.end(device, &told.session.unwrap_or_default(), outcome);
    }
}

impl Gb28181 {
    /// The memory cards of a device, or of what is below it (§A.2.4.14).
    ///
    /// # Errors
    /// When it does not tell.
    pub async fn cards(&self, device: &Id, target: &Id) -> Result<Vec<SdCard>, Fault> {
        match *self.query(device, target, Query::SdCards).await? {
            Answer::Said(Response::SdCards(told)) => Ok(told.cards),
            _ => Err(Fault::Silent),
        }
    }

    /// Where a camera goes when it has nothing to do; `None` when the device tells none (§A.2.4.10).
    ///
    /// # Errors
    /// When it does not tell.
    pub async fn home_position(&self, device: &Id, target: &Id) -> Result<Option<HomePosition>, Fault> {
        match *self.query(device, target, Query::HomePosition).await? {
            Answer::Said(Response::HomePosition(told)) => Ok(told.home),
            _ => Err(Fault::Silent),
        }
    }

    /// Says where a camera goes when it has nothing to do (§A.2.3.1.10). A device that takes the order and says nothing in return,
    /// against §9.3.2 (seen with `gb28181-rs` 0.14), is asked what it has set.
    ///
    /// # Errors
    /// When it does not take it.
    pub async fn set_home_position(&self, device: &Id, target: &Id, wanted: HomePosition) -> Result<(), Fault> {
        let command = Command::HomePosition(wanted.clone());
        let ordered = self.command(device, target, Control::DeviceControl(DeviceControl { command, info: None })).await;
        if ordered != Err(Fault::Silent) {
            return ordered;
        }
        let told = self.home_position(device, target).await?.unwrap_or_default();
        let is_set = told.enabled == wanted.enabled && (wanted.enabled == Some(false) || told == wanted);
        if is_set { Ok(()) } else { Err(Fault::Silent) }
    }

    /// Has a device fetch and install firmware (§A.2.3.1.12), and waits until it has taken the order. It signs in anew, then tells what
    /// became of it: [`Gb28181::last_upgrade`]. One that takes the order and says nothing in return, against §9.3.2 (seen with
    /// `gb28181-rs` 0.14), is at it.
    pub async fn upgrade(&self, device: &Id, target: &Id, order: DeviceUpgrade) {
        let session = order.session.clone().unwrap_or_default();
        let control = Control::DeviceControl(DeviceControl { command: Command::Upgrade(order), info: None });
        match self.command(device, target, control).await {
            Ok(()) | Err(Fault::Silent) => {}
            Err(fault) => self.shared.upgrades.end(device, &session, UpgradeOutcome::NotTaken(fault)),
        }
    }

    /// Notes that an upgrade is about to be ordered: a device may tell its end before its answer is there.
    pub fn begin_upgrade(&self, device: &Id, order: &DeviceUpgrade, now_unix_ms: i64) -> Upgrade {
        let upgrade = Upgrade {
            session: order.session.clone().unwrap_or_default(),
            firmware: order.firmware.clone().unwrap_or_default(),
            ordered_unix_ms: now_unix_ms,
            outcome: None,
        };
        self.shared.upgrades.begin(device, upgrade.clone());
        upgrade
    }

    /// The last upgrade of a device since the server started, and what became of it.
    pub fn last_upgrade(&self, device: &Id) -> Option<Upgrade> {
        self.shared.upgrades.lock().get(device).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> Id {
        Id::new(&format!("3402000000118{number:07}")).unwrap()
    }

    fn upgrade(session: &str, at: usize) -> Upgrade {
        let ordered_unix_ms = i64::try_from(at).unwrap();
        Upgrade { session: session.to_owned(), firmware: "V2".to_owned(), ordered_unix_ms, outcome: None }
    }

    fn told(session: &str, outcome: Outcome) -> DeviceUpgradeResult {
        DeviceUpgradeResult {
            session: Some(session.to_owned()),
            outcome: Some(outcome),
            firmware: Some("V2".to_owned()),
            reason: Some("02".to_owned()),
        }
    }

    #[test]
    fn only_the_end_of_the_last_order_counts() {
        let upgrades = Upgrades::default();
        upgrades.begin(&id(1), upgrade("a", 1));
        upgrades.finish(&id(1), told("b", Outcome::Ok));
        upgrades.finish(&id(2), told("a", Outcome::Ok));
        assert_eq!(upgrades.lock()[&id(1)].outcome, None);
        upgrades.finish(&id(1), told("a", Outcome::Error));
        let failed = UpgradeOutcome::Failed { number: "02".to_owned(), firmware: "V2".to_owned() };
        assert_eq!(upgrades.lock()[&id(1)].outcome, Some(failed));
        upgrades.begin(&id(1), upgrade("c", 2));
        upgrades.finish(&id(1), told("c", Outcome::Ok));
        let well = UpgradeOutcome::Done { firmware: "V2".to_owned() };
        assert_eq!(upgrades.lock()[&id(1)].outcome, Some(well));
    }

    #[test]
    fn the_oldest_is_forgotten_when_there_are_too_many() {
        let upgrades = Upgrades::default();
        for number in 0..=MAX_UPGRADES {
            upgrades.begin(&id(number), upgrade("a", number));
        }
        assert_eq!(upgrades.lock().len(), MAX_UPGRADES);
        assert!(!upgrades.lock().contains_key(&id(0)) && upgrades.lock().contains_key(&id(MAX_UPGRADES)));
    }
}
