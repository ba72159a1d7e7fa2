//! Memory cards, home positions and firmware of devices (GB/T 28181-2022 §A.2.3.1.10 to §A.2.3.1.13, §A.2.4.10, §A.2.4.14).

use std::sync::Arc;

use api::{
    Gb28181Card, Gb28181CardList, Gb28181HomePosition, Gb28181HomePositionChange, Gb28181LastUpgrade, Gb28181Upgrade,
    Gb28181UpgradeRequest,
};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use device::gb28181::{Upgrade, UpgradeOutcome};
use gb28181::manscdp::{DeviceUpgrade, HomePosition, SdCard, SdCardState};
use platform::rights::Action;
use platform::unix_now_ms;
use serde::Deserialize;
use url::Url;

use super::{driver, failed, seen};
use crate::http::Failure;
use crate::http::auth::Who;
use crate::http::extract::{Body, Path, Query};
use crate::http::language::localised;
use crate::http::routes::Detail;
use crate::server::App;

/// Seconds before a camera goes home by itself.
const RESET_S: std::ops::RangeInclusive<u32> = 5..=86_400;
/// Presets; 0 is none that can be saved.
const PRESETS: std::ops::RangeInclusive<u16> = 1..=255;
const MAX_FIRMWARE: usize = 64;
/// Bytes of an address, which must fit a datagram with the rest.
const MAX_URL: usize = 512;
const SCHEMES: [&str; 3] = ["http", "https", "ftp"];

#[derive(Debug, Deserialize)]
pub(in crate::http) struct Which {
    channel: Option<String>,
}

pub(in crate::http) async fn cards(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(code): Path<String>,
    Query(which): Query<Which>,
) -> Result<Json<Gb28181CardList>, Failure> {
    let seen = seen(&app, &caller, &code, Action::View)?;
    seen.there()?;
    let target = seen.target(which.channel.as_deref())?;
    let cards = driver(&app)?.cards(&seen.code, &target).await.map_err(|fault| failed(&fault))?;
    Ok(Json(Gb28181CardList { items: cards.into_iter().map(card).collect() }))
}

fn card(card: SdCard) -> Gb28181Card {
    let state = match card.state {
        Some(SdCardState::Ok) => Some("ok"),
        Some(SdCardState::Formatting) => Some("formatting"),
        Some(SdCardState::Unformatted) => Some("unformatted"),
        Some(SdCardState::Idle) => Some("idle"),
        Some(SdCardState::Error) => Some("error"),
        _ => None,
    };
    Gb28181Card {
        number: card.number,
        name: card.name.unwrap_or_default(),
        state: state.map(str::to_owned),
        format_percent: card.format_percent,
        capacity_mb: card.capacity_mb,
        free_mb: card.free_mb,
    }
}

pub(in crate::http) async fn home_position(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(code): Path<String>,
    Query(which): Query<Which>,
) -> Result<Json<Gb28181HomePosition>, Failure> {
    let seen = seen(&app, &caller, &code, Action::View)?;
    seen.there()?;
    let target = seen.target(which.channel.as_deref())?;
    let home = driver(&app)?.home_position(&seen.code, &target).await.map_err(|fault| failed(&fault))?;
    let home = home.unwrap_or_default();
    Ok(Json(Gb28181HomePosition { enabled: home.enabled, reset_s: home.reset_s, preset: home.preset }))
}

pub(in crate::http) async fn change_home_position(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(code): Path<String>,
    Body(input): Body<Gb28181HomePositionChange>,
) -> Result<Response, Failure> {
    let seen = seen(&app, &caller, &code, Action::Manage)?;
    seen.there()?;
    let target = seen.target(input.channel.as_deref())?;
    let home = checked_home(&input)?;
    let detail = serde_json::json!({ "target": target.as_str(), "enabled": home.enabled, "reset_s": home.reset_s, "preset": home.preset });
    driver(&app)?.set_home_position(&seen.code, &target, home).await.map_err(|fault| failed(&fault))?;
    Ok((axum::Extension(Detail(detail.to_string())), StatusCode::NO_CONTENT).into_response())
}

fn checked_home(input: &Gb28181HomePositionChange) -> Result<HomePosition, Failure> {
    let Gb28181HomePositionChange { enabled, reset_s, preset, .. } = *input;
    if reset_s.map_or(enabled, |reset_s| !RESET_S.contains(&reset_s)) {
        let text = format!("A camera waits {} to {} seconds before it goes home.", RESET_S.start(), RESET_S.end());
        return Err(Failure::invalid("reset_s", text));
    }
    if preset.map_or(enabled, |preset| !PRESETS.contains(&preset)) {
        return Err(Failure::invalid("preset", "Home is a preset from 1 to 255."));
    }
    Ok(HomePosition { enabled: Some(enabled), reset_s, preset })
}

pub(in crate::http) async fn upgrade(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(code): Path<String>,
    Body(input): Body<Gb28181UpgradeRequest>,
) -> Result<Response, Failure> {
    let seen = seen(&app, &caller, &code, Action::Manage)?;
    let manufacturer = seen.there()?.told().info.as_ref().map(|info| info.manufacturer.to_string());
    let target = seen.target(input.channel.as_deref())?;
    let url = checked_url(&input.url)?;
    let firmware = input.firmware.trim();
    if !(1..=MAX_FIRMWARE).contains(&firmware.chars().count()) || firmware.chars().any(char::is_control) {
        let text = format!("A version has 1 to {MAX_FIRMWARE} characters, without control characters.");
        return Err(Failure::invalid("firmware", text));
    }
    let order = DeviceUpgrade {
        firmware: Some(firmware.to_owned()),
        url: Some(url.to_string()),
        manufacturer,
        session: Some(format!("{:032x}", rand::random::<u128>())),
    };
    let driver = Arc::clone(driver(&app)?);
    let begun = driver.begin_upgrade(&seen.code, &order, unix_now_ms());
    tracing::info!(user = caller.user.name, device = %seen.code, firmware, "A device was told to upgrade its firmware.");
    let host = url.host_str().unwrap_or_default();
    let detail = serde_json::json!({ "target": target.as_str(), "firmware": firmware, "host": host });
    let device = seen.code;
    tokio::spawn(async move { driver.upgrade(&device, &target, order).await });
    Ok((StatusCode::ACCEPTED, axum::Extension(Detail(detail.to_string())), Json(upgrade_view(begun))).into_response())
}

/// The address is for the device, not for us: we only see to it that it is one.
fn checked_url(text: &str) -> Result<Url, Failure> {
    let url = Url::parse(text.trim()).ok().filter(|url| SCHEMES.contains(&url.scheme()) && url.host_str().is_some());
    url.filter(|url| url.as_str().len() <= MAX_URL).ok_or_else(|| {
        let text = format!("This is an address of http, https or ftp of at most {MAX_URL} characters.");
        Failure::invalid("url", text)
    })
}

pub(in crate::http) async fn last_upgrade(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(code): Path<String>,
) -> Result<Json<Gb28181LastUpgrade>, Failure> {
    let seen = seen(&app, &caller, &code, Action::View)?;
    let upgrade = driver(&app)?.last_upgrade(&seen.code).map(upgrade_view);
    Ok(Json(Gb28181LastUpgrade { upgrade }))
}

fn upgrade_view(upgrade: Upgrade) -> Gb28181Upgrade {
    let (state, installed, reason) = match upgrade.outcome {
        None => ("under_way", None, None),
        Some(UpgradeOutcome::Done { firmware }) => ("done", Some(firmware), None),
        Some(UpgradeOutcome::Failed { number, firmware }) => {
            ("failed", Some(firmware), Some(localised(why_failed(&number))))
        }
        Some(UpgradeOutcome::NotTaken(fault)) => ("failed", None, Some(localised(&failed(&fault).detail))),
    };
    Gb28181Upgrade {
        firmware: upgrade.firmware,
        ordered_at: base::rfc3339(upgrade.ordered_unix_ms),
        state: state.to_owned(),
        installed: installed.filter(|version| !version.is_empty()),
        reason,
    }
}

fn why_failed(number: &str) -> &'static str {
    match number {
        "01" | "1" => "The device could not fetch the file in time. Check that it reaches the address.",
        "02" | "2" => {
            "The device says that the file is damaged or not for it. Check that it is the file for this model."
        }
        "03" | "3" => "The device met a fault of its own. Restart it and try again.",
        _ => "The device does not say why. See its own log.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_position_that_is_switched_on_is_complete_and_in_range() {
        let field = |enabled, reset_s, preset| {
            let change = Gb28181HomePositionChange { channel: None, enabled, reset_s, preset };
            checked_home(&change).err().and_then(|failure| failure.field).map(|field| field.into_owned())
        };
        assert_eq!(field(false, None, None), None, "to switch it off, nothing else is needed");
        assert_eq!(field(true, Some(30), Some(1)), None);
        assert_eq!(field(true, None, Some(1)).as_deref(), Some("reset_s"));
        assert_eq!(field(true, Some(4), Some(1)).as_deref(), Some("reset_s"));
        assert_eq!(field(true, Some(30), None).as_deref(), Some("preset"));
        assert_eq!(field(false, Some(30), Some(256)).as_deref(), Some("preset"));
    }

    #[test]
    fn a_device_fetches_from_addresses_alone() {
        for good in ["http://10.0.0.1/v2.bin", "https://files.example/a?b=c", "ftp://10.0.0.1/v2.bin"] {
            assert!(checked_url(good).is_ok(), "{good}");
        }
        let long = format!("http://10.0.0.1/{}", "a".repeat(MAX_URL));
        for bad in ["v2.bin", "file:///etc/passwd", "javascript:alert(1)", "http://", long.as_str()] {
            assert!(checked_url(bad).is_err(), "{bad}");
        }
    }
}
