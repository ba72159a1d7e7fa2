//! `--demo`: simulated road cameras, with the organisations, devices and channels that a new installation would have.

use std::sync::Arc;

use db::{ChannelChanges, ChannelRow, Database, DbError, DeviceRow, OrganisationRow};
use hub::StreamKey;
use platform::rights::{OrganisationId, ROOT};
use platform::stake::Stake;
use platform::unix_now;
use sim::DemoCamera;

use super::App;
use crate::cameras::{load_clip, publish_clip};

/// Application of the streams of clips.
const APPLICATION: &str = "demo";
/// Cameras that also turn: they are drawn while somebody watches, which keeps a good part of a processor core busy.
const TURNING: [&str; 2] = ["k128-300-up", "crossing-zhongshan"];

/// Starts the cameras in the background; they appear one after the other, at once after the first start.
pub(super) fn start(app: &Arc<App>) {
    let (hub, cache) = (Arc::clone(&app.hub), app.data.path().join("demo"));
    tokio::spawn(async move {
        for camera in sim::demo_cameras() {
            let key = StreamKey::new(APPLICATION, camera.name).expect("names of cameras are stream names");
            match load_clip(&cache, &camera).await {
                Ok(clip) => {
                    tokio::spawn(publish_clip(Arc::clone(&hub), key, clip));
                }
                Err(error) => tracing::error!(error = format!("{error:#}"), "A simulated camera failed."),
            }
        }
    });
}

/// Writes the cameras down as channels, where there are no devices yet.
pub(super) async fn store(database: &Database) -> Result<(), DbError> {
    if !database.devices().await?.is_empty() {
        return Ok(());
    }
    let motorway = organisation(database, "沪蓉高速管理处（演示）", 1).await?;
    let city = organisation(database, "城市道路（演示）", 2).await?;
    let place = |camera: &DemoCamera| if is_motorway(camera) { motorway } else { city };
    let mut devices = Vec::new();
    for organisation_id in [motorway, city] {
        let here = |camera: &&DemoCamera| place(camera) == organisation_id;
        let cameras = sim::demo_cameras();
        let clips = cameras.iter().filter(here).map(|camera| clip(camera, organisation_id)).collect();
        devices.push((device("演示摄像机", "push", organisation_id), clips));
        let turning = cameras.iter().filter(here).filter(|camera| TURNING.contains(&camera.name));
        let turning = turning.map(|camera| turning_camera(camera, organisation_id)).collect();
        devices.push((device("演示云台摄像机", "sim", organisation_id), turning));
    }
    database.change_channels(&ChannelChanges { devices, ..ChannelChanges::default() }).await.map(drop)
}

async fn organisation(database: &Database, name: &str, position: i64) -> Result<OrganisationId, DbError> {
    let found = database.organisations().await?.into_iter().find(|row| row.name == name && row.parent_id == Some(ROOT));
    if let Some(row) = found {
        return Ok(row.id);
    }
    let row = OrganisationRow {
        parent_id: Some(ROOT),
        name: name.to_owned(),
        position,
        created_at: unix_now(),
        ..OrganisationRow::default()
    };
    database.add_organisation(&row).await
}

fn device(name: &str, driver: &str, organisation_id: OrganisationId) -> DeviceRow {
    DeviceRow {
        organisation_id,
        name: name.to_owned(),
        driver: driver.to_owned(),
        vendor: "Viaduct".to_owned(),
        enabled: true,
        created_at: unix_now(),
        ..DeviceRow::default()
    }
}

/// "G42" and the stake of "G42 K128+300"; none for a street.
fn road(camera: &DemoCamera) -> Option<(&str, Stake)> {
    let (code, stake) = camera.clip.scene.stake.split_once(' ')?;
    Some((code, stake.parse().ok()?))
}

fn is_motorway(camera: &DemoCamera) -> bool {
    road(camera).is_some_and(|(code, _)| code == "G42")
}

fn channel(camera: &DemoCamera, organisation_id: OrganisationId) -> ChannelRow {
    let road = road(camera);
    let direction = match camera.clip.scene.name.as_str() {
        "UP" => Some("up"),
        "DOWN" => Some("down"),
        _ => None,
    };
    ChannelRow {
        organisation_id,
        name: camera.title_zh.to_owned(),
        kind: "video".to_owned(),
        road_code: road.map_or("", |(code, _)| code).to_owned(),
        road_name: if is_motorway(camera) { "沪蓉高速".to_owned() } else { String::new() },
        stake_m: road.map(|(_, stake)| stake.metres),
        direction: direction.map(str::to_owned),
        longitude: Some(camera.longitude),
        latitude: Some(camera.latitude),
        crs: Some("wgs84".to_owned()),
        given_longitude: Some(camera.longitude),
        given_latitude: Some(camera.latitude),
        tags: "演示".to_owned(),
        details: "{}".to_owned(),
        enabled: true,
        created_at: unix_now(),
        ..ChannelRow::default()
    }
}

/// A camera whose clip is published.
fn clip(camera: &DemoCamera, organisation_id: OrganisationId) -> ChannelRow {
    ChannelRow { main_stream: Some(format!("{APPLICATION}/{}", camera.name)), ..channel(camera, organisation_id) }
}

/// The same place drawn as it is looked at.
fn turning_camera(camera: &DemoCamera, organisation_id: OrganisationId) -> ChannelRow {
    let plain = channel(camera, organisation_id);
    ChannelRow {
        name: format!("{} 云台", plain.name),
        ptz: true,
        main_address: camera.name.to_owned(),
        sub_address: Some(camera.name.to_owned()),
        ..plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_cameras_are_written_down_once_with_their_places() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&db::Place::File(folder.path().join("viaduct.db"))).await.unwrap();
        store(&database).await.unwrap();
        store(&database).await.unwrap();
        let channels = database.channels().await.unwrap();
        assert_eq!(channels.len(), sim::demo_cameras().len() + TURNING.len());
        let first = channels.iter().find(|row| row.main_stream.as_deref() == Some("demo/k128-300-up")).unwrap();
        assert_eq!(
            (first.road_code.as_str(), first.stake_m, first.direction.as_deref()),
            ("G42", Some(128_300), Some("up"))
        );
        assert_eq!(channels.iter().filter(|row| row.ptz && row.sub_address.is_some()).count(), TURNING.len());
    }
}
