//! What a device and a channel may be like.

use std::collections::BTreeMap;

use db::{ChannelRow, DeviceRow};
use hub::StreamKey;
use serde::{Deserialize, Serialize};

use super::DevicesError;

/// Longest name of a device or channel.
pub const MAX_NAME: usize = 128;
/// Longest other text: address, vendor, road, note.
pub(super) const MAX_TEXT: usize = 512;
/// Tags of one channel.
pub const MAX_TAGS: usize = 32;
/// Longest tag, and longest name of a field of the installation's own.
pub(super) const MAX_TAG: usize = 64;
/// Fields of the installation's own of one channel.
pub(super) const MAX_CUSTOM: usize = 32;
/// Application of the streams that are named by a channel's number.
pub const NUMBERED: &str = "ch";

/// Options of one device.
const MAX_OPTIONS: usize = 32;

/// What a channel can be.
pub const KINDS: [&str; 3] = ["video", "audio", "alarm"];
/// Which way the traffic goes that it sees.
pub const DIRECTIONS: [&str; 3] = ["up", "down", "both"];
/// Which part of a road it sees.
pub const CARRIAGEWAYS: [&str; 7] = ["main", "ramp", "tunnel", "bridge", "toll", "service_area", "intersection"];

/// What is kept of a channel that nobody searches by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// Fields of the installation's own.
    pub custom: BTreeMap<String, String>,
    /// "2026-11-26".
    pub installed_on: Option<String>,
    /// "2029-11-26".
    pub warranty_until: Option<String>,
    /// Who looks after it.
    pub maintainer: Option<String>,
    /// Of who looks after it.
    pub phone: Option<String>,
    /// Anything.
    pub note: Option<String>,
}

impl Details {
    /// As stored; what cannot be read is empty.
    pub fn of(row: &ChannelRow) -> Self {
        serde_json::from_str(&row.details).unwrap_or_default()
    }

    /// To be stored.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// Streams of a channel: its picture and its small picture.
pub fn streams(row: &ChannelRow) -> (StreamKey, Option<StreamKey>) {
    let numbered = |suffix: &str| StreamKey::new(NUMBERED, &format!("{}{suffix}", row.id)).expect("a number is a name");
    let key = |name: &Option<String>, suffix: &str| {
        name.as_deref().and_then(|name| StreamKey::on_default(name).ok()).unwrap_or_else(|| numbered(suffix))
    };
    let has_sub = row.sub_address.is_some() || row.sub_stream.is_some();
    (key(&row.main_stream, ""), has_sub.then(|| key(&row.sub_stream, "_sub")))
}

fn is_text(text: &str, longest: usize) -> bool {
    text.chars().count() <= longest && !text.chars().any(char::is_control)
}

fn check_name(name: &str) -> Result<(), DevicesError> {
    if !name.trim().is_empty() && name.trim() == name && is_text(name, MAX_NAME) {
        return Ok(());
    }
    let text =
        format!("A name has 1 to {MAX_NAME} characters without control characters and without spaces around it.");
    Err(DevicesError::invalid("name", text))
}

fn check_text(field: &'static str, text: &str, longest: usize) -> Result<(), DevicesError> {
    if is_text(text, longest) {
        return Ok(());
    }
    Err(DevicesError::invalid(field, format!("This has at most {longest} characters, without control characters.")))
}

fn check_choice(field: &'static str, chosen: Option<&str>, choices: &[&str]) -> Result<(), DevicesError> {
    match chosen {
        Some(chosen) if !choices.contains(&chosen) => {
            Err(DevicesError::invalid(field, format!("This is one of: {}.", choices.join(", "))))
        }
        _ => Ok(()),
    }
}

/// Checks what people set of a device, but for what its driver knows.
pub(super) fn check_device(row: &DeviceRow) -> Result<(), DevicesError> {
    check_name(&row.name)?;
    for (field, text) in [
        ("address", row.address.as_str()),
        ("username", row.username.as_deref().unwrap_or_default()),
        ("password", row.password.as_deref().unwrap_or_default()),
        ("vendor", &row.vendor),
        ("model", &row.model),
        ("serial", &row.serial),
    ] {
        check_text(field, text, MAX_TEXT)?;
    }
    let options = super::options(row);
    let fits = options.len() <= MAX_OPTIONS
        && options.iter().all(|(name, text)| is_text(name, MAX_TAG) && is_text(text, MAX_TEXT));
    if fits {
        Ok(())
    } else {
        Err(DevicesError::invalid("options", format!("At most {MAX_OPTIONS} options with short texts.")))
    }
}

/// What does not fit of what people set of a channel, but for what its driver knows.
pub(super) fn channel_faults(row: &ChannelRow) -> Vec<DevicesError> {
    let is_code = |code: &String| {
        (1..=64).contains(&code.len())
            && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
    };
    let is_area = |code: &String| [2, 4, 6, 8].contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
    let holds = |fits: bool, field, text: &str| if fits { Ok(()) } else { Err(DevicesError::invalid(field, text)) };
    let sub_address = row.sub_address.as_deref().unwrap_or_default();
    let degrees = row.heading.is_none_or(|degrees| (0.0..360.0).contains(&degrees));
    let checked = [
        check_name(&row.name),
        check_choice("kind", Some(&row.kind), &KINDS),
        check_choice("road.direction", row.direction.as_deref(), &DIRECTIONS),
        check_choice("road.carriageway", row.carriageway.as_deref(), &CARRIAGEWAYS),
        check_text("number", &row.number, MAX_TEXT),
        check_text("road.code", &row.road_code, MAX_TEXT),
        check_text("road.name", &row.road_name, MAX_TEXT),
        check_text("main.address", &row.main_address, MAX_TEXT),
        check_text("sub.address", sub_address, MAX_TEXT),
        holds(row.code.as_ref().is_none_or(is_code), "code", "A code has 1 to 64 letters, digits and _ - ."),
        holds(row.area_code.as_ref().is_none_or(is_area), "area_code", "The code of an area has 2, 4, 6 or 8 digits."),
        holds(degrees, "heading", "A heading is 0 to below 360 degrees, clockwise from north."),
        check_tags(row),
        check_details(&Details::of(row)),
        check_stream("main.stream", row.main_stream.as_deref()),
        check_stream("sub.stream", row.sub_stream.as_deref()),
        holds(
            row.sub_stream.is_none() || row.main_stream != row.sub_stream,
            "sub.stream",
            "The small picture is another stream than the picture.",
        ),
    ];
    checked.into_iter().filter_map(Result::err).collect()
}

fn check_tags(row: &ChannelRow) -> Result<(), DevicesError> {
    let mut tags = row.tags.lines();
    let fits = |tag: &str| !tag.trim().is_empty() && tag.trim() == tag && is_text(tag, MAX_TAG);
    if tags.clone().count() <= MAX_TAGS && tags.all(fits) {
        return Ok(());
    }
    let text = format!("There are at most {MAX_TAGS} tags of 1 to {MAX_TAG} characters, without spaces around them.");
    Err(DevicesError::invalid("tags", text))
}

fn check_details(details: &Details) -> Result<(), DevicesError> {
    let fits = |(name, value): (&String, &String)| {
        !name.trim().is_empty() && is_text(name, MAX_TAG) && is_text(value, MAX_TEXT)
    };
    if details.custom.len() > MAX_CUSTOM || !details.custom.iter().all(fits) {
        let text = format!("There are at most {MAX_CUSTOM} own fields, of {MAX_TAG} and {MAX_TEXT} characters.");
        return Err(DevicesError::invalid("custom", text));
    }
    for (field, date) in
        [("maintenance.installed_on", &details.installed_on), ("maintenance.warranty_until", &details.warranty_until)]
    {
        if date.as_ref().is_some_and(|date| date.parse::<jiff::civil::Date>().is_err()) {
            return Err(DevicesError::invalid(field, "A date is year-month-day, as 2026-11-26."));
        }
    }
    for (field, text) in [
        ("maintenance.maintainer", &details.maintainer),
        ("maintenance.phone", &details.phone),
        ("maintenance.note", &details.note),
    ] {
        check_text(field, text.as_deref().unwrap_or_default(), MAX_TEXT)?;
    }
    Ok(())
}

fn check_stream(field: &'static str, name: Option<&str>) -> Result<(), DevicesError> {
    let Some(name) = name else { return Ok(()) };
    let key = StreamKey::on_default(name).map_err(|error| DevicesError::invalid(field, format!("{error}.")))?;
    if key.app() == NUMBERED {
        let text = format!("Streams of the application {NUMBERED} are named by the channels' numbers; choose another.");
        return Err(DevicesError::invalid(field, text));
    }
    Ok(())
}
