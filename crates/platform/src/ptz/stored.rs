//! What is kept of presets and cruises beside the device.

use std::num::NonZeroU8;

use db::{Database, PtzCruiseRow, PtzPresetRow};
use device::ptz::CruiseStep;
use device::{Abilities, Preset, Steered};
use serde::{Deserialize, Serialize};

use super::{LOOK_WAIT, Ptz, PtzFailure};

/// Longest name of a preset or cruise, characters.
pub const MAX_NAME: usize = 64;
/// Steps of a cruise.
pub const MAX_STEPS: usize = 64;
/// Longest stay at a step, seconds.
pub const MAX_DWELL_S: u32 = 3600;

/// A preset as people know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPreset {
    /// 1 to 255.
    pub number: NonZeroU8,
    /// The name given here, otherwise the device's; may be empty.
    pub name: String,
    /// Whether the device has it; absent when it was not asked or did not answer.
    pub in_device: Option<bool>,
    /// Its picture in the store of snapshots.
    pub snapshot_id: Option<i64>,
}

/// A tour of presets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCruise {
    /// 1 to 255.
    pub number: NonZeroU8,
    /// May be empty.
    pub name: String,
    /// At least one.
    pub steps: Vec<CruiseStep>,
}

/// A step as it is stored.
#[derive(Serialize, Deserialize)]
struct Step {
    preset: NonZeroU8,
    dwell_s: u32,
}

pub(super) fn checked_name(name: &str) -> Result<String, PtzFailure> {
    let name = name.trim();
    let fits = name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control);
    if fits { Ok(name.to_owned()) } else { Err(PtzFailure::Name) }
}

/// A number as it is stored; the schema permits no other.
fn number(stored: i64) -> Option<NonZeroU8> {
    u8::try_from(stored).ok().and_then(NonZeroU8::new)
}

pub(super) async fn cruises(database: &Database, channel: i64) -> Result<Vec<StoredCruise>, PtzFailure> {
    let rows = database.ptz_cruises(channel).await?;
    Ok(rows.into_iter().filter_map(cruise).collect())
}

pub(super) async fn cruise_steps(
    database: &Database,
    channel: i64,
    number: NonZeroU8,
) -> Result<Vec<CruiseStep>, PtzFailure> {
    let mut cruises = cruises(database, channel).await?.into_iter();
    let found = cruises.find(|cruise| cruise.number == number && !cruise.steps.is_empty());
    found.map(|cruise| cruise.steps).ok_or(PtzFailure::NoCruise(number))
}

impl Ptz {
    /// The presets that are stored here and those that the device has.
    pub(super) async fn presets(
        &self,
        steered: &Steered,
        abilities: Abilities,
    ) -> Result<Vec<StoredPreset>, PtzFailure> {
        let rows = self.database.ptz_presets(steered.channel().id).await?;
        let device = if abilities.presets {
            let told = tokio::time::timeout(LOOK_WAIT, steered.control().presets(steered.channel())).await;
            told.ok().and_then(Result::ok)
        } else {
            None
        };
        Ok(joined(rows, device.as_deref()))
    }

    pub(super) async fn store_preset(&self, channel: i64, number: NonZeroU8, name: String) -> Result<(), PtzFailure> {
        let row = PtzPresetRow { channel_id: channel, number: i64::from(number.get()), name, snapshot_id: None };
        Ok(self.database.put_ptz_preset(&row).await?)
    }

    pub(super) async fn store_cruise(&self, channel: i64, cruise: &StoredCruise) -> Result<(), PtzFailure> {
        let stays = |step: &CruiseStep| (1..=MAX_DWELL_S).contains(&step.dwell_s);
        if !(1..=MAX_STEPS).contains(&cruise.steps.len()) || !cruise.steps.iter().all(stays) {
            return Err(PtzFailure::Steps);
        }
        let steps: Vec<_> =
            cruise.steps.iter().map(|step| Step { preset: step.preset, dwell_s: step.dwell_s }).collect();
        let row = PtzCruiseRow {
            channel_id: channel,
            number: i64::from(cruise.number.get()),
            name: checked_name(&cruise.name)?,
            steps: serde_json::to_string(&steps).expect("numbers can be written"),
        };
        Ok(self.database.put_ptz_cruise(&row).await?)
    }
}

fn cruise(row: PtzCruiseRow) -> Option<StoredCruise> {
    let steps: Vec<Step> = serde_json::from_str(&row.steps).ok()?;
    let steps = steps.into_iter().map(|step| CruiseStep { preset: step.preset, dwell_s: step.dwell_s }).collect();
    Some(StoredCruise { number: number(row.number)?, name: row.name, steps })
}

/// `device` is absent when it did not tell.
fn joined(rows: Vec<PtzPresetRow>, device: Option<&[Preset]>) -> Vec<StoredPreset> {
    let has = |number| device.map(|presets| presets.iter().any(|preset| preset.number == number));
    let mut presets: Vec<StoredPreset> = rows
        .into_iter()
        .filter_map(|row| {
            let number = number(row.number)?;
            Some(StoredPreset { number, name: row.name, in_device: has(number), snapshot_id: row.snapshot_id })
        })
        .collect();
    for preset in device.unwrap_or_default() {
        if !presets.iter().any(|known| known.number == preset.number) {
            let name = preset.name.clone();
            presets.push(StoredPreset { number: preset.number, name, in_device: Some(true), snapshot_id: None });
        }
    }
    presets.sort_by_key(|preset| preset.number);
    presets
}
