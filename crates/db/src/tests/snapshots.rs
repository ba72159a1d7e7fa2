use super::*;

pub(crate) fn target(name: &str) -> UploadTargetRow {
    UploadTargetRow {
        id: 0,
        name: name.into(),
        kind: "ftp".into(),
        url: "ftp://192.0.2.7/pictures/{name}".into(),
        username: Some("viaduct".into()),
        password: Some("secret".into()),
        token: None,
        headers: "X-Site: 1\n".into(),
        enabled: true,
        created_at: 5,
        version: 1,
    }
}

pub(crate) fn plan(name: &str, target_id: Option<i64>) -> SnapshotPlanRow {
    SnapshotPlanRow {
        id: 0,
        name: name.into(),
        streams: "road/k1\nt1/road/k2".into(),
        channels: "3\n7".into(),
        organisation_id: Some(1),
        group_id: None,
        interval_ms: 5000,
        schedule: Some("1-5 07:00-19:00".into()),
        form: "jpg".into(),
        max_width: 640,
        max_height: 0,
        quality: 80,
        overlay: true,
        keep_days: 7,
        target_id,
        enabled: true,
        created_at: 5,
        version: 1,
    }
}

pub(crate) fn snapshot(at: i64) -> SnapshotRow {
    SnapshotRow {
        id: 0,
        vhost: "default".into(),
        app: "road".into(),
        name: "k1".into(),
        channel_id: None,
        taken_at_ms: at,
        width: 1920,
        height: 1080,
        bytes: 100,
        form: "jpg".into(),
        sha256: "00".into(),
        origin: "manual".into(),
        taken_by: "ann".into(),
        plan_id: None,
        keep_until: Some(at + 10),
    }
}

#[tokio::test]
async fn pictures_are_listed_by_what_they_are_of_and_end() {
    on_both(async |database| {
        let mut ids = Vec::new();
        for row in [
            snapshot(1),
            SnapshotRow { name: "k2".into(), plan_id: Some(3), origin: "plan".into(), ..snapshot(2) },
            SnapshotRow { channel_id: Some(7), keep_until: None, ..snapshot(3) },
        ] {
            ids.push(database.add_snapshot(&row).await.unwrap());
        }
        let found = async |filter: SnapshotFilter, before: i64| {
            let rows = database.snapshots(&filter, before, 10).await.unwrap();
            rows.iter().map(|row| row.taken_at_ms).collect::<Vec<_>>()
        };
        let all = SnapshotFilter::default;
        let stream = Some(("default".into(), "road".into(), "k1".into()));
        assert_eq!(found(all(), i64::MAX).await, [3, 2, 1]);
        assert_eq!(found(all(), ids[1]).await, [1]);
        assert_eq!(found(SnapshotFilter { stream, ..all() }, i64::MAX).await, [3, 1]);
        assert_eq!(found(SnapshotFilter { channel_id: Some(7), ..all() }, i64::MAX).await, [3]);
        assert_eq!(found(SnapshotFilter { plan_id: Some(3), ..all() }, i64::MAX).await, [2]);
        assert_eq!(found(SnapshotFilter { origin: Some("plan".into()), ..all() }, i64::MAX).await, [2]);
        assert_eq!(found(SnapshotFilter { from_ms: Some(2), to_ms: Some(3), ..all() }, i64::MAX).await, [2]);
        let expected = SnapshotRow { id: ids[0], ..snapshot(1) };
        assert_eq!(database.snapshot_of(ids[0]).await.unwrap(), Some(expected.clone()));
        assert_eq!(database.outlived_snapshots(11, 10).await.unwrap(), [expected]);
        assert_eq!(database.oldest_snapshots(1).await.unwrap()[0].taken_at_ms, 1);
        assert_eq!(database.snapshot_totals().await.unwrap(), (3, 300));
        assert!(database.remove_snapshot(ids[0]).await.unwrap());
        assert!(!database.remove_snapshot(ids[0]).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn plans_and_targets_change_by_version_and_targets_in_use_stay() {
    on_both(async |database| {
        let upper = database.add_upload_target(&target("upper")).await.unwrap();
        assert!(matches!(database.add_upload_target(&target("upper")).await, Err(DbError::Exists)));
        let stored = UploadTargetRow { id: upper, url: "ftp://192.0.2.8/".into(), ..target("upper") };
        assert_eq!(database.update_upload_target(&stored).await.unwrap(), Changed::Done);
        assert_eq!(database.update_upload_target(&stored).await.unwrap(), Changed::Stale);
        assert_eq!(database.upload_targets().await.unwrap(), [UploadTargetRow { version: 2, ..stored }]);
        assert!(matches!(database.add_snapshot_plan(&plan("a", Some(99))).await, Err(DbError::InUse)));
        let id = database.add_snapshot_plan(&plan("a", Some(upper))).await.unwrap();
        let changed = SnapshotPlanRow { id, overlay: false, ..plan("b", Some(upper)) };
        assert_eq!(database.update_snapshot_plan(&changed).await.unwrap(), Changed::Done);
        assert_eq!(database.snapshot_plans().await.unwrap(), [SnapshotPlanRow { version: 2, ..changed.clone() }]);
        let missing = SnapshotPlanRow { id: 99, ..changed };
        assert_eq!(database.update_snapshot_plan(&missing).await.unwrap(), Changed::Missing);
        assert!(matches!(database.remove_upload_target(upper).await, Err(DbError::InUse)));
        assert!(database.remove_snapshot_plan(id).await.unwrap());
        assert!(database.remove_upload_target(upper).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn uploads_wait_in_order_are_bounded_and_go_with_their_picture() {
    on_both(async |database| {
        let upper = database.add_upload_target(&target("upper")).await.unwrap();
        let mut pictures = Vec::new();
        for at in 1..=3 {
            let picture = database.add_snapshot(&snapshot(at)).await.unwrap();
            let dropped = database.add_upload(picture, upper, at, 2).await.unwrap();
            assert_eq!(dropped, u64::from(at == 3));
            pictures.push(picture);
        }
        assert_eq!(database.targets_with_uploads(1).await.unwrap(), Vec::<i64>::new());
        assert_eq!(database.targets_with_uploads(3).await.unwrap(), [upper]);
        let stored = database.upload_targets().await.unwrap().remove(0);
        for (version, enabled, due) in [(1, false, vec![]), (2, true, vec![upper])] {
            let row = UploadTargetRow { version, enabled, ..stored.clone() };
            assert_eq!(database.update_upload_target(&row).await.unwrap(), Changed::Done);
            assert_eq!(database.targets_with_uploads(3).await.unwrap(), due, "enabled: {enabled}");
        }
        let first = database.next_upload(upper, 3).await.unwrap().unwrap();
        assert_eq!(
            (first.snapshot_id, first.attempts, database.uploads_waiting(upper).await.unwrap()),
            (pictures[1], 0, 2)
        );
        database.postpone_uploads(upper, first.id, 100).await.unwrap();
        assert_eq!(database.next_upload(upper, 99).await.unwrap(), None);
        database.hurry_uploads(upper, 50).await.unwrap();
        assert_eq!(database.next_upload(upper, 49).await.unwrap(), None);
        assert_eq!(database.next_upload(upper, 50).await.unwrap().map(|next| next.id), Some(first.id));
        let again = database.next_upload(upper, 100).await.unwrap().unwrap();
        assert_eq!((again.id, again.attempts), (first.id, 1));
        database.remove_snapshot(again.snapshot_id).await.unwrap();
        let last = database.next_upload(upper, 100).await.unwrap().unwrap();
        assert_eq!(last.snapshot_id, pictures[2]);
        database.remove_upload(last.id).await.unwrap();
        assert_eq!(database.uploads_waiting(upper).await.unwrap(), 0);
    })
    .await;
}
