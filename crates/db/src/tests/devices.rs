use super::*;

fn device(name: &str) -> DeviceRow {
    DeviceRow {
        organisation_id: 1,
        name: name.into(),
        driver: "url".into(),
        enabled: true,
        created_at: 5,
        ..Default::default()
    }
}

pub(super) fn channel(name: &str) -> ChannelRow {
    ChannelRow {
        organisation_id: 1,
        name: name.into(),
        kind: "video".into(),
        longitude: Some(118.5),
        stake_m: Some(12_300),
        details: "{}".into(),
        enabled: true,
        created_at: 5,
        ..Default::default()
    }
}

pub(super) async fn added(database: &Database, name: &str, channels: Vec<ChannelRow>) -> (i64, Vec<i64>) {
    let changes = ChannelChanges { devices: vec![(device(name), channels)], ..Default::default() };
    match database.change_channels(&changes).await.unwrap() {
        Applied::Done { devices, channels } => (devices[0], channels),
        Applied::Stale(id) => panic!("{id}"),
    }
}

#[tokio::test]
async fn channels_come_with_their_device_and_go_with_it() {
    on_both(async |database| {
        let (id, channels) = added(&database, "nvr", vec![channel("one"), channel("two")]).await;
        let stored = database.channels().await.unwrap();
        assert_eq!(stored[0], ChannelRow { id: channels[0], device_id: id, version: 1, ..channel("one") });
        assert_eq!(stored[1].device_id, id);
        let changes = ChannelChanges { devices: vec![(device("nvr"), vec![])], ..Default::default() };
        assert!(
            matches!(database.change_channels(&changes).await, Err(DbError::Exists)),
            "a name within an organisation"
        );
        let present = database.devices().await.unwrap().remove(0);
        let changed = DeviceRow { address: "192.0.2.7".into(), password: Some("secret".into()), ..present };
        assert_eq!(database.update_device(&changed).await.unwrap(), Changed::Done);
        assert_eq!(database.update_device(&changed).await.unwrap(), Changed::Stale);
        assert_eq!(database.devices().await.unwrap(), [DeviceRow { version: 2, ..changed }]);
        assert!(matches!(database.remove_organisation(1).await, Err(DbError::InUse)));
        assert!(database.remove_device(id).await.unwrap() && !database.remove_device(id).await.unwrap());
        assert!(database.channels().await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn many_changes_are_made_together_or_not_at_all() {
    on_both(async |database| {
        let (device_id, ids) = added(&database, "nvr", vec![channel("one"), channel("two"), channel("three")]).await;
        let before = database.channels().await.unwrap();
        let renamed = |index: usize, name: &str| ChannelRow { name: name.into(), ..before[index].clone() };
        let stale = ChannelRow { version: 7, ..renamed(1, "b") };
        let changes = ChannelChanges { changed: vec![renamed(0, "a"), stale], ..Default::default() };
        assert_eq!(database.change_channels(&changes).await.unwrap(), Applied::Stale(ids[1]));
        assert_eq!(database.channels().await.unwrap(), before, "the first one was taken back");
        let fourth = ChannelRow { device_id, code: Some("34020000001320000004".into()), ..channel("four") };
        let changes = ChannelChanges {
            changed: vec![renamed(0, "a"), renamed(1, "b")],
            removed: vec![ids[2]],
            added: vec![fourth.clone()],
            ..Default::default()
        };
        let done = database.change_channels(&changes).await.unwrap();
        let after = database.channels().await.unwrap();
        let names: Vec<_> = after.iter().map(|row| (row.name.as_str(), row.version)).collect();
        assert_eq!(names, [("a", 2), ("b", 2), ("four", 1)]);
        assert_eq!(done, Applied::Done { devices: vec![], channels: vec![after[2].id] });
        let twice = ChannelChanges { added: vec![fourth], ..Default::default() };
        assert!(matches!(database.change_channels(&twice).await, Err(DbError::Exists)), "a code is of one channel");
        let back = ChannelChanges { added: vec![before[2].clone()], ..Default::default() };
        database.change_channels(&back).await.unwrap();
        assert!(database.channels().await.unwrap().contains(&before[2]), "under its number and with its version");
    })
    .await;
}

#[tokio::test]
async fn presets_and_cruises_go_with_their_channel() {
    on_both(async |database| {
        let (_, channels) = added(&database, "camera", vec![channel("one")]).await;
        let id = channels[0];
        let preset = PtzPresetRow { channel_id: id, number: 255, name: "匝道".to_owned(), snapshot_id: None };
        database.put_ptz_preset(&preset).await.unwrap();
        let renamed = PtzPresetRow { name: "ramp".to_owned(), snapshot_id: Some(4), ..preset };
        database.put_ptz_preset(&renamed).await.unwrap();
        assert_eq!(database.ptz_presets(id).await.unwrap(), [renamed]);
        let cruise = PtzCruiseRow { channel_id: id, number: 1, name: String::new(), steps: "[]".to_owned() };
        database.put_ptz_cruise(&cruise).await.unwrap();
        assert_eq!(database.ptz_cruises(id).await.unwrap(), [cruise]);
        assert!(database.remove_ptz_cruise(id, 1).await.unwrap() && !database.remove_ptz_cruise(id, 1).await.unwrap());
        let removed = ChannelChanges { removed: vec![id], ..ChannelChanges::default() };
        database.change_channels(&removed).await.unwrap();
        assert_eq!(database.ptz_presets(id).await.unwrap(), []);
        assert!(!database.remove_ptz_preset(id, 255).await.unwrap());
    })
    .await;
}
