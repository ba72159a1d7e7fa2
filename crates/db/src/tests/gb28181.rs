use super::*;

pub(crate) fn alarm(device: &str, received_at_ms: i64) -> AlarmRow {
    AlarmRow {
        received_at_ms,
        raised_at_ms: Some(received_at_ms - 3),
        device: device.into(),
        source: "34020000001340000001".into(),
        channel_id: Some(7),
        priority: Some(1),
        method: Some(5),
        kind: Some(7),
        description: "stopped vehicle".into(),
        longitude: Some(113.25),
        latitude: Some(23.125),
        ..AlarmRow::default()
    }
}

#[tokio::test]
async fn sessions_are_noted_until_they_end() {
    on_both(async |database| {
        let dialog = |call_id: &str| DialogRow {
            call_id: call_id.into(),
            device: "34020000001320000001".into(),
            dialog: "{}".into(),
            began_at: 5,
        };
        database.change_gb28181_dialogs(&[dialog("a"), dialog("b")], &[]).await.unwrap();
        database.change_gb28181_dialogs(&[], &["a".into(), "none".into()]).await.unwrap();
        assert_eq!(database.gb28181_dialogs().await.unwrap(), [dialog("b")]);
    })
    .await;
}

#[tokio::test]
async fn alarms_are_found_by_device_and_time_and_the_oldest_are_forgotten() {
    on_both(async |database| {
        let rows: Vec<AlarmRow> = (0..5).map(|at| alarm("one", at)).chain([alarm("other", 9)]).collect();
        database.add_device_alarms(&rows, 4).await.unwrap();
        let all = database.device_alarms(&AlarmFilter::default(), i64::MAX, 10).await.unwrap();
        let times: Vec<i64> = all.iter().map(|row| row.received_at_ms).collect();
        assert_eq!(times, [9, 4, 3, 2]);
        assert_eq!(AlarmRow { id: 0, ..all[1].clone() }, alarm("one", 4));
        let of_one = AlarmFilter { device: Some("one".into()), from_ms: Some(3), to_ms: Some(4) };
        let found = database.device_alarms(&of_one, i64::MAX, 10).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(database.device_alarms(&AlarmFilter::default(), all[1].id, 1).await.unwrap()[0].received_at_ms, 3);
    })
    .await;
}

pub(crate) fn position(source: &str, at_ms: i64) -> PositionRow {
    PositionRow {
        device: "34020000001110000001".into(),
        source: source.into(),
        device_id: Some(3),
        at_ms,
        longitude: 120.5,
        latitude: 31.25,
        speed: Some(82.5),
        altitude: Some(-2.0),
        ..PositionRow::default()
    }
}

#[tokio::test]
async fn positions_are_found_by_source_and_time_and_the_oldest_are_forgotten() {
    on_both(async |database| {
        let rows: Vec<PositionRow> = (0..5).map(|at| position("bus", at)).chain([position("van", 9)]).collect();
        database.add_device_positions(&rows, 5).await.unwrap();
        let all = PositionFilter { device: "34020000001110000001".into(), ..PositionFilter::default() };
        let found = database.device_positions(&all, 4).await.unwrap();
        assert_eq!(found.iter().map(|row| row.at_ms).collect::<Vec<_>>(), [2, 3, 4, 9]);
        assert_eq!(PositionRow { id: 0, ..found[3].clone() }, position("van", 9));
        let of_one = PositionFilter { source: Some("bus".into()), from_ms: Some(0), to_ms: Some(3), ..all.clone() };
        let found = database.device_positions(&of_one, 10).await.unwrap();
        assert_eq!(found.iter().map(|row| row.at_ms).collect::<Vec<_>>(), [1, 2], "0 is forgotten");
        let since = PositionFilter { after: Some(found[1].id), ..all.clone() };
        let found = database.device_positions(&since, 10).await.unwrap();
        assert_eq!(found.iter().map(|row| row.at_ms).collect::<Vec<_>>(), [3, 4, 9]);
        let of_other = PositionFilter { device: "other".into(), ..all };
        assert!(database.device_positions(&of_other, 10).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn downloads_are_kept_with_how_far_they_are() {
    on_both(async |database| {
        let mut row = DownloadRow {
            app: "gb".into(),
            name: "34020000001320000001_100_200_x8".into(),
            device: "34020000001180000001".into(),
            label: "K128".into(),
            begin_at: 100,
            end_at: 200,
            speed: 8,
            state: "waiting".into(),
            created_at: 5,
            created_by: "admin".into(),
            ..DownloadRow::default()
        };
        row.id = database.add_download(&row).await.unwrap();
        assert_eq!(database.downloads().await.unwrap(), [row.clone()]);
        let over = DownloadRow {
            state: "done".into(),
            note: "short".into(),
            seconds: 99.5,
            bytes: 7,
            finished_at: Some(9),
            ..row
        };
        database.change_download(&over).await.unwrap();
        assert_eq!(database.downloads().await.unwrap(), std::slice::from_ref(&over));
        database.remove_download(over.id).await.unwrap();
        assert!(database.downloads().await.unwrap().is_empty());
    })
    .await;
}
