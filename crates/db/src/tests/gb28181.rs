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
