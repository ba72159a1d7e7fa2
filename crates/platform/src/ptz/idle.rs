//! What a camera does by itself once nobody has steered it for a while (守望).

use std::collections::HashMap;
use std::num::NonZeroU8;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use db::{Database, DbError, PtzIdleRow};

use super::PtzFailure;

/// Seconds without a command after which a camera returns.
pub const IDLE_AFTER_S: std::ops::RangeInclusive<u32> = 5..=86_400;

/// Where a camera returns to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Return {
    /// A preset.
    Preset(NonZeroU8),
    /// A cruise.
    Cruise(NonZeroU8),
    /// The home position.
    Home,
}

impl Return {
    /// Stable identifier.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Preset(_) => "preset",
            Self::Cruise(_) => "cruise",
            Self::Home => "home",
        }
    }

    /// Of the preset or cruise.
    pub const fn number(self) -> Option<NonZeroU8> {
        match self {
            Self::Preset(number) | Self::Cruise(number) => Some(number),
            Self::Home => None,
        }
    }

    /// From its identifier and number, which fit together.
    pub fn parse(action: &str, number: Option<NonZeroU8>) -> Option<Self> {
        match (action, number) {
            ("preset", Some(number)) => Some(Self::Preset(number)),
            ("cruise", Some(number)) => Some(Self::Cruise(number)),
            ("home", None) => Some(Self::Home),
            _ => None,
        }
    }
}

/// What a camera does when nobody steers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Idle {
    /// Seconds after the last command of a person, [`IDLE_AFTER_S`].
    pub after_s: u32,
    /// Where it goes.
    pub to: Return,
}

impl Idle {
    /// The pause before it returns.
    pub const fn after(self) -> Duration {
        Duration::from_secs(self.after_s as u64)
    }
}

/// The wishes of all channels that have one; the helms ask here.
#[derive(Debug, Default)]
pub(super) struct Idles(Mutex<HashMap<i64, Idle>>);

impl Idles {
    pub(super) async fn read(database: &Database) -> Result<Self, DbError> {
        let rows = database.ptz_idles().await?;
        Ok(Self(Mutex::new(rows.iter().filter_map(|row| Some((row.channel_id, idle(row)?))).collect())))
    }

    pub(super) fn of(&self, channel: i64) -> Option<Idle> {
        self.lock().get(&channel).copied()
    }

    pub(super) async fn set(&self, database: &Database, channel: i64, wish: Option<Idle>) -> Result<(), PtzFailure> {
        match wish {
            Some(idle) if !IDLE_AFTER_S.contains(&idle.after_s) => return Err(PtzFailure::IdleAfter),
            Some(idle) => {
                let row = PtzIdleRow {
                    channel_id: channel,
                    after_s: i64::from(idle.after_s),
                    action: idle.to.as_str().to_owned(),
                    number: idle.to.number().map(|number| i64::from(number.get())),
                };
                database.put_ptz_idle(&row).await?;
            }
            None => database.remove_ptz_idle(channel).await?,
        }
        self.keep(channel, wish);
        Ok(())
    }

    pub(super) fn keep(&self, channel: i64, wish: Option<Idle>) {
        let mut idles = self.lock();
        match wish {
            Some(idle) => idles.insert(channel, idle),
            None => idles.remove(&channel),
        };
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i64, Idle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The schema permits no other rows.
fn idle(row: &PtzIdleRow) -> Option<Idle> {
    let number = row.number.map(|number| u8::try_from(number).ok().and_then(NonZeroU8::new));
    let to = Return::parse(&row.action, number.flatten())?;
    Some(Idle { after_s: u32::try_from(row.after_s).ok()?, to })
}
