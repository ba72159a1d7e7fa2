//! How devices are configured: asked for, and set (GB/T 28181-2022 §A.2.3.2, §A.2.4.7).

use std::sync::Arc;
use std::time::Duration;

use api::{
    Gb28181AlarmRecording, Gb28181AlarmReport, Gb28181Basic, Gb28181Configuration, Gb28181ConfigurationChange,
    Gb28181Masks, Gb28181Osd, Gb28181OsdText, Gb28181RecordingDay, Gb28181RecordingPlan, Gb28181Video,
    Gb28181VideoOptions,
};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use gb28181::Version;
use gb28181::manscdp::{BasicParam, Config, ConfigBlocks, OsdConfig, OsdText, RecordingDay, RecordingTime};
use gb28181::platform::Fault;
use platform::rights::Action;
use serde::Deserialize;

use super::{driver, failed, seen};
use crate::http::Failure;
use crate::http::auth::Who;
use crate::http::extract::{Body, Path, Query};
use crate::http::routes::Detail;
use crate::server::App;

/// Blocks that can be asked for, with the edition that brought them.
const PARTS: [(&str, Version); 11] = [
    ("BasicParam", Version::V2011),
    ("VideoParamOpt", Version::V2011),
    ("SVACEncodeConfig", Version::V2011),
    ("SVACDecodeConfig", Version::V2011),
    ("VideoParamAttribute", Version::V2022),
    ("VideoRecordPlan", Version::V2022),
    ("VideoAlarmRecord", Version::V2022),
    ("PictureMask", Version::V2022),
    ("FrameMirror", Version::V2022),
    ("AlarmReport", Version::V2022),
    ("OSDConfig", Version::V2022),
];
/// Seconds that a registration may last (GB/T 28181-2022 §9.1.1 has 3600 at least; devices in the field have less).
const EXPIRATION_S: std::ops::RangeInclusive<u32> = 60..=604_800;
const HEARTBEAT_S: std::ops::RangeInclusive<u32> = 5..=3600;
const HEARTBEAT_COUNT: std::ops::RangeInclusive<u32> = 1..=255;
const MAX_NAME: usize = 64;
/// Texts in a picture, and characters of each (§A.2.1.23).
const MAX_TEXTS: usize = 8;
const MAX_TEXT: usize = 32;

#[derive(Debug, Deserialize)]
pub(in crate::http) struct Wanted {
    channel: Option<String>,
    parts: Option<String>,
}

pub(in crate::http) async fn read(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(code): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Gb28181Configuration>, Failure> {
    let seen = seen(&app, &caller, &code, Action::Manage)?;
    let version = seen.there()?.version();
    let parts = parts(wanted.parts.as_deref(), version)?;
    let target = seen.target(wanted.channel.as_deref())?;
    let config = driver(&app)?.configuration(&seen.code, &target, parts).await.map_err(|fault| failed(&fault))?;
    Ok(Json(view(config)))
}

fn parts(wanted: Option<&str>, version: Version) -> Result<Vec<String>, Failure> {
    let wanted: Vec<&str> = wanted.unwrap_or("BasicParam").split(',').map(str::trim).collect();
    let known = wanted.iter().map(|part| PARTS.iter().find(|(name, _)| name == part));
    let known: Option<Vec<_>> = known.collect();
    let known = known.ok_or_else(|| {
        let names: Vec<&str> = PARTS.iter().map(|(name, _)| *name).collect();
        Failure::invalid("parts", format!("A part is one of: {}.", names.join(", ")))
    })?;
    if let Some((_, since)) = known.iter().find(|(_, since)| *since > version) {
        return Err(failed(&Fault::OlderEdition(*since)));
    }
    Ok(wanted.into_iter().map(str::to_owned).collect())
}

fn view(config: Config) -> Gb28181Configuration {
    let ConfigBlocks {
        basic,
        video_options,
        video,
        recording_plan,
        alarm_recording,
        masks,
        mirror,
        alarm_report,
        osd,
        snap_shot: _,
    } = config.blocks;
    Gb28181Configuration {
        basic: basic.map(|basic| Gb28181Basic {
            name: basic.name,
            expiration_s: basic.expiration_s,
            heartbeat_interval_s: basic.heartbeat_interval_s,
            heartbeat_count: basic.heartbeat_count,
        }),
        video_options: video_options.map(|options| Gb28181VideoOptions {
            download_speeds: options.download_speeds.0,
            resolutions: options.resolutions.0,
        }),
        video: video
            .into_iter()
            .map(|video| Gb28181Video {
                stream: video.stream,
                codec: video.codec,
                resolution: video.resolution,
                frame_rate: video.frame_rate,
                bitrate_type: video.bitrate_type,
                bitrate_kbps: video.bitrate_kbps,
            })
            .collect(),
        recording_plan: recording_plan.map(|plan| Gb28181RecordingPlan {
            enabled: plan.enabled,
            stream: plan.stream,
            days: plan.days.iter().map(day).collect(),
        }),
        alarm_recording: alarm_recording.map(|recording| Gb28181AlarmRecording {
            enabled: recording.enabled,
            after_s: recording.after_s,
            before_s: recording.before_s,
            stream: recording.stream,
        }),
        masks: masks.map(|masks| Gb28181Masks {
            on: masks.on,
            areas: masks.masks.into_iter().filter_map(|mask| mask.corners).collect(),
        }),
        mirror,
        alarm_report: alarm_report.map(|report| Gb28181AlarmReport { motion: report.motion, field: report.field }),
        osd: osd.map(osd_view),
        others: config.others.into_iter().map(|element| element.name).collect(),
    }
}

fn day(day: &RecordingDay) -> Gb28181RecordingDay {
    let two = |number: Option<u8>| format!("{:02}", number.unwrap_or_default());
    let time = |time: &RecordingTime| {
        let start = [time.start_hour, time.start_minute, time.start_second].map(two).join(":");
        format!("{start}-{}", [time.stop_hour, time.stop_minute, time.stop_second].map(two).join(":"))
    };
    Gb28181RecordingDay { weekday: day.weekday, times: day.times.iter().map(time).collect() }
}

fn osd_view(osd: OsdConfig) -> Gb28181Osd {
    Gb28181Osd {
        window_width: osd.window_width,
        window_height: osd.window_height,
        time_on: osd.time_on,
        time_x: osd.time_x,
        time_y: osd.time_y,
        time_form: osd.time_form,
        texts_on: osd.texts_on,
        texts: osd
            .texts
            .into_iter()
            .map(|text| Gb28181OsdText { text: text.text.unwrap_or_default(), x: text.x, y: text.y })
            .collect(),
    }
}

pub(in crate::http) async fn change(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(code): Path<String>,
    Body(input): Body<Gb28181ConfigurationChange>,
) -> Result<Response, Failure> {
    let seen = seen(&app, &caller, &code, Action::Manage)?;
    let presence = seen.there()?;
    let target = seen.target(input.channel.as_deref())?;
    let blocks = blocks(input, driver(&app)?.settings().silence())?;
    if (blocks.mirror.is_some() || blocks.osd.is_some()) && presence.version() < Version::V2022 {
        return Err(failed(&Fault::OlderEdition(Version::V2022)));
    }
    let detail = serde_json::json!({
        "basic": blocks.basic.as_ref().map(|basic| (&basic.name, basic.expiration_s, basic.heartbeat_interval_s, basic.heartbeat_count)),
        "mirror": blocks.mirror,
        "osd": blocks.osd.as_ref().map(|osd| osd.texts.iter().filter_map(|text| text.text.clone()).collect::<Vec<_>>()),
    });
    driver(&app)?.configure(&seen.code, &target, blocks).await.map_err(|fault| failed(&fault))?;
    tracing::info!(user = caller.user.name, device = %seen.code, "A device was configured.");
    Ok((axum::Extension(Detail(detail.to_string())), StatusCode::NO_CONTENT).into_response())
}

/// `silence` is how long a device may be silent here.
fn blocks(input: Gb28181ConfigurationChange, silence: Duration) -> Result<ConfigBlocks, Failure> {
    let basic = input.basic.map(|basic| checked_basic(basic, silence)).transpose()?;
    let osd = input.osd.map(checked_osd).transpose()?;
    if input.mirror.is_some_and(|mirror| mirror > 3) {
        return Err(Failure::invalid("mirror", "A picture is turned 0 not, 1 horizontally, 2 vertically, 3 both."));
    }
    if basic.is_none() && osd.is_none() && input.mirror.is_none() {
        return Err(Failure::invalid("basic", "Say what to change: basic, mirror or osd."));
    }
    Ok(ConfigBlocks { basic, osd, mirror: input.mirror, ..ConfigBlocks::default() })
}

fn checked_basic(basic: Gb28181Basic, silence: Duration) -> Result<BasicParam, Failure> {
    let is_name = |name: &String| (1..=MAX_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if !basic.name.iter().all(is_name) {
        let text = format!("A name has 1 to {MAX_NAME} characters, without control characters.");
        return Err(Failure::invalid("name", text));
    }
    let numbers = [
        ("expiration_s", basic.expiration_s, EXPIRATION_S),
        ("heartbeat_interval_s", basic.heartbeat_interval_s, HEARTBEAT_S),
        ("heartbeat_count", basic.heartbeat_count, HEARTBEAT_COUNT),
    ];
    for (field, number, range) in numbers {
        if number.is_some_and(|number| !range.contains(&number)) {
            let text = format!("This is {} to {}.", range.start(), range.end());
            return Err(Failure::invalid(field, text));
        }
    }
    let longest_s = silence.as_secs();
    if basic.heartbeat_interval_s.is_some_and(|interval_s| u64::from(interval_s) >= longest_s) {
        let text = format!("This server takes a device for offline that is silent for {longest_s} s; choose less.");
        return Err(Failure::invalid("heartbeat_interval_s", text));
    }
    Ok(BasicParam {
        name: basic.name,
        expiration_s: basic.expiration_s,
        heartbeat_interval_s: basic.heartbeat_interval_s,
        heartbeat_count: basic.heartbeat_count,
        ..BasicParam::default()
    })
}

fn checked_osd(osd: Gb28181Osd) -> Result<OsdConfig, Failure> {
    let is_text =
        |text: &Gb28181OsdText| text.text.chars().count() <= MAX_TEXT && !text.text.chars().any(char::is_control);
    if osd.texts.len() > MAX_TEXTS || !osd.texts.iter().all(is_text) {
        let text =
            format!("A picture has at most {MAX_TEXTS} texts of {MAX_TEXT} characters, without control characters.");
        return Err(Failure::invalid("texts", text));
    }
    Ok(OsdConfig {
        window_width: osd.window_width,
        window_height: osd.window_height,
        time_x: osd.time_x,
        time_y: osd.time_y,
        time_on: osd.time_on,
        time_form: osd.time_form,
        texts_on: osd.texts_on,
        total: u8::try_from(osd.texts.len()).ok(),
        texts: osd.texts.into_iter().map(|text| OsdText { text: Some(text.text), x: text.x, y: text.y }).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SILENCE: Duration = Duration::from_secs(180);

    fn field(basic: Gb28181Basic) -> Option<String> {
        checked_basic(basic, SILENCE).err().and_then(|failure| failure.field).map(Into::into)
    }

    #[test]
    fn what_is_set_is_within_its_limits() {
        let some = |number| Some(number);
        assert_eq!(field(Gb28181Basic::default()), None);
        for (basic, wrong) in [
            (Gb28181Basic { name: Some(String::new()), ..Gb28181Basic::default() }, "name"),
            (Gb28181Basic { name: Some("a\nb".to_owned()), ..Gb28181Basic::default() }, "name"),
            (Gb28181Basic { expiration_s: some(59), ..Gb28181Basic::default() }, "expiration_s"),
            (Gb28181Basic { heartbeat_interval_s: some(4), ..Gb28181Basic::default() }, "heartbeat_interval_s"),
            // Longer than this server waits.
            (Gb28181Basic { heartbeat_interval_s: some(180), ..Gb28181Basic::default() }, "heartbeat_interval_s"),
            (Gb28181Basic { heartbeat_count: some(0), ..Gb28181Basic::default() }, "heartbeat_count"),
        ] {
            assert_eq!(field(basic).as_deref(), Some(wrong));
        }
        let long = Gb28181OsdText { text: "字".repeat(33), ..Gb28181OsdText::default() };
        assert!(checked_osd(Gb28181Osd { texts: vec![long], ..Gb28181Osd::default() }).is_err());
        let nothing = blocks(Gb28181ConfigurationChange::default(), SILENCE);
        assert_eq!(nothing.unwrap_err().field.as_deref(), Some("basic"));
    }

    #[test]
    fn parts_are_those_of_the_devices_edition() {
        assert_eq!(parts(None, Version::V2011).unwrap(), ["BasicParam"]);
        assert_eq!(parts(Some("BasicParam, OSDConfig"), Version::V2022).unwrap(), ["BasicParam", "OSDConfig"]);
        assert!(parts(Some("OSDConfig"), Version::V2016).is_err());
        assert_eq!(parts(Some("Password"), Version::V2022).unwrap_err().field.as_deref(), Some("parts"));
    }
}
