use super::*;

#[tokio::test]
async fn views_and_patrols_are_added_changed_and_removed() {
    on_both(async |database| {
        let owner_id = database.add_user(&ann(), &[]).await.unwrap();
        let view =
            ViewRow { owner_id, name: "Morning".into(), layout: "9".into(), tiles: "[]".into(), ..Default::default() };
        let id = database.add_view(&view).await.unwrap();
        let changed = ViewRow { id, number: Some(7), organisation_id: Some(1), version: 1, ..view };
        assert_eq!(database.update_view(&changed).await.unwrap(), Changed::Done);
        assert_eq!(database.update_view(&changed).await.unwrap(), Changed::Stale);
        assert_eq!(database.views().await.unwrap(), [ViewRow { version: 2, ..changed }]);
        assert!(database.remove_view(id).await.unwrap() && !database.remove_view(id).await.unwrap());

        let patrol = PatrolRow { owner_id, name: "Night".into(), plan: "{}".into(), ..Default::default() };
        let id = database.add_patrol(&patrol).await.unwrap();
        let changed = PatrolRow { id, schedule: Some("1-7 20:00-24:00".into()), version: 1, ..patrol };
        assert_eq!(database.update_patrol(&changed).await.unwrap(), Changed::Done);
        assert_eq!(database.patrols().await.unwrap(), [PatrolRow { version: 2, ..changed }]);
        let run_id = database.begin_patrol_run(id, "ann", 5).await.unwrap();
        assert_eq!(database.patrol_run(run_id).await.unwrap(), Some((id, "ann".to_owned())));
        let stop = |channel_id: i64| PatrolStopRow {
            run_id,
            at: 6,
            channel_id,
            channel_name: "K1".into(),
            outcome: "shown".into(),
            ..Default::default()
        };
        for channel in [3, 4] {
            database.add_patrol_stop(&stop(channel)).await.unwrap();
        }
        let stops = database.patrol_stops(id, i64::MAX, 10).await.unwrap();
        assert_eq!(
            stops.iter().map(|stop| (stop.channel_id, stop.user_name.as_str())).collect::<Vec<_>>(),
            [(4, "ann"), (3, "ann")]
        );
        assert_eq!(database.patrol_stops(id, stops[0].id, 10).await.unwrap().len(), 1);
        database.end_patrol_run(run_id, 7).await.unwrap();
        assert_eq!(database.patrol_run(run_id).await.unwrap(), None);
        assert!(database.remove_patrol(id).await.unwrap());
        assert!(database.patrol_stops(id, i64::MAX, 10).await.unwrap().is_empty());
        assert!(matches!(database.begin_patrol_run(id, "ann", 5).await, Err(DbError::InUse)));
    })
    .await;
}

#[tokio::test]
async fn links_are_found_by_their_token_and_end() {
    on_both(async |database| {
        let user_id = database.add_user(&ann(), &[]).await.unwrap();
        let device = DeviceRow { organisation_id: 1, name: "d".into(), driver: "url".into(), ..Default::default() };
        let channel = ChannelRow { organisation_id: 1, name: "c".into(), kind: "video".into(), ..Default::default() };
        let changes = ChannelChanges { devices: vec![(device, vec![channel])], ..Default::default() };
        let Applied::Done { channels, .. } = database.change_channels(&changes).await.unwrap() else { panic!() };
        let share = ShareRow {
            channel_id: channels[0],
            user_id,
            rendition: "sub".into(),
            created_at: 10,
            expires_at: 20,
            ..Default::default()
        };
        let id = database.add_share(&share, b"hash").await.unwrap();
        let kept = ShareRow { id, ..share.clone() };
        assert_eq!(database.share_by_token(b"hash").await.unwrap(), Some(kept.clone()));
        assert_eq!(database.shares_of(channels[0]).await.unwrap(), [kept]);
        assert!(!database.remove_share(channels[0] + 1, id).await.unwrap(), "of another channel");
        let later = ShareRow { created_at: 20, expires_at: 30, ..share };
        database.add_share(&later, b"other").await.unwrap();
        assert_eq!(database.share_by_token(b"hash").await.unwrap(), None, "its time is over");
    })
    .await;
}
