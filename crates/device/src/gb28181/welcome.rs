//! What a device is asked when it signs in, not all devices at once: after a restart they all come together.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use gb28181::Id;
use gb28181::id::TypeCode;
use gb28181::manscdp::{AlarmQuery, CatalogQuery, MobilePositionQuery, Query};

/// Devices that are asked at a time.
const AT_A_TIME: usize = 256;

/// What is asked next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Info,
    Status,
    Catalog,
    Subscriptions,
}

impl Stage {
    const fn after(self) -> Self {
        match self {
            Self::Info => Self::Status,
            Self::Status => Self::Catalog,
            Self::Catalog | Self::Subscriptions => Self::Subscriptions,
        }
    }

    /// The question; subscriptions are none.
    pub(super) fn query(self) -> Option<Query> {
        match self {
            Self::Info => Some(Query::DeviceInfo),
            Self::Status => Some(Query::DeviceStatus),
            Self::Catalog => Some(Query::Catalog(CatalogQuery::default())),
            Self::Subscriptions => None,
        }
    }
}

/// What devices are asked to tell of their own accord: the same of all, so that it is kept once.
#[derive(Debug)]
pub(super) struct Subjects {
    catalog: Arc<Query>,
    alarm: Arc<Query>,
    position: Arc<Query>,
}

impl Default for Subjects {
    fn default() -> Self {
        Self {
            catalog: Arc::new(Query::Catalog(CatalogQuery::default())),
            alarm: Arc::new(Query::Alarm(AlarmQuery::default())),
            position: Arc::new(Query::MobilePosition(MobilePositionQuery::default())),
        }
    }
}

impl Subjects {
    /// What a device is asked to tell; where it is, only of one that moves by its code or by what was set.
    pub(super) fn of(&self, device: &Id, moves: Option<bool>) -> Vec<Arc<Query>> {
        let moves = moves.unwrap_or_else(|| device.type_code() == Some(TypeCode::MobileTransmission));
        let position = moves.then_some(&self.position);
        [&self.catalog, &self.alarm].into_iter().chain(position).cloned().collect()
    }
}

/// Devices that wait to be asked, and those that are being asked.
#[derive(Debug, Default)]
pub(super) struct Welcome {
    waiting: VecDeque<(Id, Stage)>,
    /// Who is in `waiting`.
    queued: HashSet<Id>,
    busy: HashMap<Id, Stage>,
}

impl Welcome {
    /// A device is to be asked for everything, also for what it is just being asked.
    pub(super) fn add(&mut self, device: Id) {
        if self.queued.insert(device.clone()) {
            self.busy.remove(&device);
            self.waiting.push_back((device, Stage::Info));
        }
    }

    /// Whom to ask for what, until there are enough.
    pub(super) fn next(&mut self) -> Option<(Id, Stage)> {
        if self.busy.len() >= AT_A_TIME {
            return None;
        }
        let Some((device, stage)) = self.waiting.pop_front() else {
            // Room that a storm of sign-ins took is given back.
            self.waiting.shrink_to(AT_A_TIME);
            self.queued.shrink_to(AT_A_TIME);
            return None;
        };
        self.queued.remove(&device);
        self.busy.insert(device.clone(), stage);
        Some((device, stage))
    }

    /// A question is answered, or will not be.
    pub(super) fn advance(&mut self, device: &Id, stage: Stage) {
        if self.busy.get(device) == Some(&stage) {
            self.busy.remove(device);
            self.queued.insert(device.clone());
            self.waiting.push_front((device.clone(), stage.after()));
        }
    }

    /// All was asked.
    pub(super) fn done(&mut self, device: &Id) {
        self.busy.remove(device);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> Id {
        Id::new(&format!("3402000000132{number:07}")).unwrap()
    }

    #[test]
    fn devices_are_asked_some_at_a_time_and_each_for_everything() {
        let mut welcome = Welcome::default();
        (0..AT_A_TIME + 10).for_each(|number| welcome.add(id(number)));
        let first: Vec<_> = std::iter::from_fn(|| welcome.next()).collect();
        assert_eq!(first.len(), AT_A_TIME);
        let (device, mut stage) = first[0].clone();
        let mut asked = vec![stage];
        while stage != Stage::Subscriptions {
            welcome.advance(&device, stage);
            let (next, its) = welcome.next().unwrap();
            assert_eq!(next, device, "a device that is being asked goes first");
            stage = its;
            asked.push(stage);
        }
        welcome.done(&device);
        assert_eq!(asked, [Stage::Info, Stage::Status, Stage::Catalog, Stage::Subscriptions]);
        assert_eq!(welcome.next(), Some((id(AT_A_TIME), Stage::Info)), "the next one has its turn");
    }

    #[test]
    fn a_device_that_comes_back_while_it_is_asked_is_asked_anew_and_once() {
        let mut welcome = Welcome::default();
        welcome.add(id(1));
        let (device, stage) = welcome.next().unwrap();
        welcome.add(id(1));
        welcome.add(id(1));
        welcome.advance(&device, stage);
        assert_eq!(welcome.next(), Some((id(1), Stage::Info)));
        assert_eq!(welcome.next(), None);
    }
}
