//! One plan.

use db::SnapshotPlanRow;
use hub::StreamKey;
use vision::{Form, MAX_SIDE};

use super::PlanError;
use crate::rights::{GroupId, OrganisationId};
use crate::schedule::Schedule;

/// Longest name in characters.
const MAX_NAME: usize = 64;
/// Streams of one plan.
pub const MAX_STREAMS: usize = 1000;
/// Shortest and longest interval in milliseconds: a second, a week.
const MIN_INTERVAL_MS: i64 = 1000;
/// Longest interval.
pub const MAX_INTERVAL_MS: i64 = 7 * 24 * 3600 * 1000;
/// Longest time that pictures are kept, in days; beyond it one keeps them without end.
const MAX_KEEP_DAYS: u32 = 3650;

/// One plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Chosen by the database.
    pub id: i64,
    /// Unique.
    pub name: String,
    /// Of what pictures are taken.
    pub subjects: Subjects,
    /// From one picture of a stream to the next.
    pub interval_ms: i64,
    /// When; always without one.
    pub schedule: Option<Schedule>,
    /// Kind of file.
    pub form: Form,
    /// In pixels; 0 is no limit.
    pub max_width: u16,
    /// In pixels; 0 is no limit.
    pub max_height: u16,
    /// 1 to 100.
    pub quality: u8,
    /// Whether name and time are written into the picture.
    pub overlay: bool,
    /// 0 is without end.
    pub keep_days: u32,
    /// Where pictures are sent to.
    pub target_id: Option<i64>,
    /// Whether it runs.
    pub enabled: bool,
    /// Unix seconds.
    pub created_at: i64,
    /// Increased by every change.
    pub version: i64,
}

/// Of what a plan takes pictures: all of this together, each stream once. Cameras are looked up when it is their turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subjects {
    /// By their keys.
    pub streams: Vec<StreamKey>,
    /// By the numbers of their channels.
    pub channels: Vec<i64>,
    /// All cameras of an organisation and below it.
    pub organisation_id: Option<OrganisationId>,
    /// All members of a group.
    pub group_id: Option<GroupId>,
}

/// A plan as it was typed.
#[derive(Clone, Debug)]
pub struct PlanInput {
    /// Unique.
    pub name: String,
    /// Keys of streams.
    pub streams: Vec<String>,
    /// Numbers of channels.
    pub channels: Vec<i64>,
    /// An organisation with all below it.
    pub organisation_id: Option<OrganisationId>,
    /// A group of cameras.
    pub group_id: Option<GroupId>,
    /// A second to a week.
    pub interval_ms: i64,
    /// When; always without one.
    pub schedule: Option<Schedule>,
    /// Identifier of a form.
    pub form: String,
    /// 0 is no limit.
    pub max_width: u32,
    /// 0 is no limit.
    pub max_height: u32,
    /// 1 to 100.
    pub quality: u32,
    /// Whether name and time are written into the picture.
    pub overlay: bool,
    /// 0 is without end.
    pub keep_days: u32,
    /// Where pictures are sent to.
    pub target_id: Option<i64>,
    /// Whether it runs.
    pub enabled: bool,
}

impl Plan {
    pub(super) fn checked(input: PlanInput) -> Result<Self, PlanError> {
        let name = input.name.trim().to_owned();
        if !(1..=MAX_NAME).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            let text = format!("A plan has a name of 1 to {MAX_NAME} characters, without control characters.");
            return Err(PlanError::field_of("name", text));
        }
        if !(MIN_INTERVAL_MS..=MAX_INTERVAL_MS).contains(&input.interval_ms) {
            return Err(PlanError::field_of("interval_ms", "The interval is a second to a week."));
        }
        let form =
            Form::parse(&input.form).ok_or_else(|| PlanError::field_of("form", "The form is jpg, png or webp."))?;
        let side = |field, side: u32| {
            let side = u16::try_from(side).ok().filter(|side| *side <= MAX_SIDE);
            side.ok_or_else(|| PlanError::field_of(field, format!("A side is 0 to {MAX_SIDE} pixels.")))
        };
        let quality = u8::try_from(input.quality).ok().filter(|quality| (1..=100).contains(quality));
        if input.keep_days > MAX_KEEP_DAYS {
            return Err(PlanError::field_of(
                "keep_days",
                format!("Pictures are kept 0 to {MAX_KEEP_DAYS} days; 0 is without end."),
            ));
        }
        Ok(Self {
            id: 0,
            name,
            subjects: Subjects::checked(&input)?,
            interval_ms: input.interval_ms,
            schedule: input.schedule,
            form,
            max_width: side("max_width", input.max_width)?,
            max_height: side("max_height", input.max_height)?,
            quality: quality.ok_or_else(|| PlanError::field_of("quality", "The quality is 1 to 100."))?,
            overlay: input.overlay,
            keep_days: input.keep_days,
            target_id: input.target_id,
            enabled: input.enabled,
            created_at: 0,
            version: 1,
        })
    }

    pub(super) fn of_row(row: SnapshotPlanRow) -> Option<Self> {
        Some(Self {
            subjects: Subjects {
                streams: row.streams.lines().filter_map(|line| line.parse().ok()).collect(),
                channels: row.channels.lines().filter_map(|line| line.parse().ok()).collect(),
                organisation_id: row.organisation_id,
                group_id: row.group_id,
            },
            schedule: row.schedule.as_deref().map(str::parse).transpose().ok()?,
            form: Form::parse(&row.form)?,
            max_width: u16::try_from(row.max_width).ok()?,
            max_height: u16::try_from(row.max_height).ok()?,
            quality: u8::try_from(row.quality).ok()?,
            keep_days: u32::try_from(row.keep_days).ok()?,
            id: row.id,
            name: row.name,
            interval_ms: row.interval_ms.max(MIN_INTERVAL_MS),
            overlay: row.overlay,
            target_id: row.target_id,
            enabled: row.enabled,
            created_at: row.created_at,
            version: row.version,
        })
    }

    pub(super) fn to_row(&self) -> SnapshotPlanRow {
        let streams: Vec<String> = self.subjects.streams.iter().map(ToString::to_string).collect();
        let channels: Vec<String> = self.subjects.channels.iter().map(ToString::to_string).collect();
        SnapshotPlanRow {
            id: self.id,
            name: self.name.clone(),
            streams: streams.join("\n"),
            channels: channels.join("\n"),
            organisation_id: self.subjects.organisation_id,
            group_id: self.subjects.group_id,
            interval_ms: self.interval_ms,
            schedule: self.schedule.as_ref().map(ToString::to_string),
            form: self.form.as_str().to_owned(),
            max_width: self.max_width.into(),
            max_height: self.max_height.into(),
            quality: self.quality.into(),
            overlay: self.overlay,
            keep_days: self.keep_days.into(),
            target_id: self.target_id,
            enabled: self.enabled,
            created_at: self.created_at,
            version: self.version,
        }
    }

    /// The turn that one of `count` streams of the plan is in at `now_ms`. Their turns begin evenly spread over the interval.
    pub(super) fn turn(&self, index: usize, count: usize, now_ms: i64) -> i64 {
        let count = i64::try_from(count.max(1)).unwrap_or(i64::MAX);
        let offset = i64::try_from(index).unwrap_or(0) * self.interval_ms / count;
        (now_ms - offset).div_euclid(self.interval_ms)
    }
}

impl Subjects {
    fn checked(input: &PlanInput) -> Result<Self, PlanError> {
        let streams = checked_streams(&input.streams)?;
        let mut channels = input.channels.clone();
        channels.sort_unstable();
        channels.dedup();
        if channels.len() > MAX_STREAMS {
            return Err(PlanError::field_of(
                "channels",
                format!("A plan names at most {MAX_STREAMS} cameras one by one."),
            ));
        }
        let found = Self { streams, channels, organisation_id: input.organisation_id, group_id: input.group_id };
        if found == Self::default() {
            let text = "A plan takes pictures of something: name streams, cameras, an organisation or a group.";
            return Err(PlanError::field_of("streams", text));
        }
        Ok(found)
    }
}

fn checked_streams(texts: &[String]) -> Result<Vec<StreamKey>, PlanError> {
    let mut streams: Vec<StreamKey> = Vec::new();
    for text in texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
        let key: StreamKey = text.parse().map_err(|error: hub::InvalidName| {
            let shown: String = text.chars().take(80).collect();
            PlanError::field_of("streams", format!("{shown:?}: {error}."))
        })?;
        if !streams.contains(&key) {
            streams.push(key);
        }
    }
    if streams.len() > MAX_STREAMS {
        return Err(PlanError::field_of("streams", format!("A plan has at most {MAX_STREAMS} streams.")));
    }
    Ok(streams)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> PlanInput {
        PlanInput {
            name: " hourly ".into(),
            streams: vec!["road/k1".into(), "t1/road/k2".into(), "road/k1 ".into(), String::new()],
            channels: vec![7, 3, 7],
            organisation_id: Some(4),
            group_id: Some(2),
            interval_ms: 4000,
            schedule: Some("1-5 07:00-19:00".parse().unwrap()),
            form: "webp".into(),
            max_width: 640,
            max_height: 0,
            quality: 80,
            overlay: true,
            keep_days: 7,
            target_id: Some(3),
            enabled: true,
        }
    }

    #[test]
    fn a_plan_survives_its_row() {
        let plan = Plan::checked(input()).unwrap();
        assert_eq!((plan.name.as_str(), plan.subjects.streams.len()), ("hourly", 2));
        assert_eq!(plan.subjects.channels, [3, 7]);
        assert_eq!(Plan::of_row(plan.to_row()), Some(plan));
    }

    #[test]
    fn what_is_wrong_names_its_field() {
        for (wrong, field) in [
            (PlanInput { name: " ".into(), ..input() }, "name"),
            (
                PlanInput { streams: vec![], channels: vec![], organisation_id: None, group_id: None, ..input() },
                "streams",
            ),
            (PlanInput { channels: (1..=1001).collect(), ..input() }, "channels"),
            (PlanInput { streams: vec!["../etc".into()], ..input() }, "streams"),
            (PlanInput { interval_ms: 999, ..input() }, "interval_ms"),
            (PlanInput { form: "gif".into(), ..input() }, "form"),
            (PlanInput { max_width: 9000, ..input() }, "max_width"),
            (PlanInput { quality: 0, ..input() }, "quality"),
            (PlanInput { keep_days: 4000, ..input() }, "keep_days"),
        ] {
            assert_eq!(Plan::checked(wrong).unwrap_err().field(), Some(field));
        }
    }

    #[test]
    fn turns_of_streams_are_spread_over_the_interval() {
        let plan = Plan::checked(input()).unwrap();
        let begins = |index: usize| (0..4000).find(|at| plan.turn(index, 4, *at) == 0).unwrap();
        assert_eq!([0, 1, 2, 3].map(begins), [0, 1000, 2000, 3000]);
        assert_eq!(plan.turn(0, 4, 8000) - plan.turn(0, 4, 0), 2);
    }
}
