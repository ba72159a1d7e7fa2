use super::*;

async fn database() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&folder.path().join("viaduct.db")).await.unwrap();
    (folder, database)
}

fn camera(name: &str) -> SourceRow {
    SourceRow {
        vhost: "default".into(),
        app: "road".into(),
        name: name.into(),
        url: "rtsp://192.0.2.7/1".into(),
        username: Some("admin".into()),
        password: Some("secret".into()),
        mode: SourceMode::OnDemand,
        schedule: None,
        created_at: 5,
    }
}

#[tokio::test]
async fn users_and_sessions_come_back_and_expire() {
    let (_folder, database) = database().await;
    assert!(database.has_no_users().await.unwrap());
    let id = database.add_user("admin", "hash", "administrator", 10).await.unwrap();
    assert!(!database.has_no_users().await.unwrap());
    assert!(matches!(database.add_user("admin", "x", "administrator", 10).await, Err(DbError::Exists)));
    database.add_login(b"token", id, 10, 20).await.unwrap();
    assert_eq!(database.user_by_login(b"token", 19).await.unwrap().unwrap().name, "admin");
    assert_eq!(database.user_by_login(b"token", 20).await.unwrap(), None);
    assert!(database.set_password("admin", "other").await.unwrap());
    assert_eq!(database.user_by_login(b"token", 11).await.unwrap(), None, "a new password ends sessions");
}

#[tokio::test]
async fn sources_are_added_changed_and_removed() {
    let (_folder, database) = database().await;
    database.add_source(&camera("k1")).await.unwrap();
    assert!(matches!(database.add_source(&camera("k1")).await, Err(DbError::Exists)));
    let schedule = Some("1-5 07:00-19:00".to_owned());
    let changed = SourceRow { mode: SourceMode::Always, schedule, ..camera("k1") };
    assert!(database.update_source(&changed).await.unwrap());
    assert_eq!(database.sources().await.unwrap(), std::slice::from_ref(&changed));
    let elsewhere = SourceRow { vhost: "t1".into(), url: "rtsp://192.0.2.8/1".into(), ..camera("k1") };
    database.add_source(&elsewhere).await.unwrap();
    assert_eq!(database.sources().await.unwrap(), [changed, elsewhere], "equal names on two hosts");
    assert!(database.remove_source("t1", "road", "k1").await.unwrap());
    assert!(!database.update_source(&camera("k2")).await.unwrap());
    assert!(database.remove_source("default", "road", "k1").await.unwrap());
    assert!(!database.remove_source("default", "road", "k1").await.unwrap());
}

#[tokio::test]
async fn everything_survives_reopening() {
    let (folder, database) = database().await;
    let mut rule = ApplicationRow {
        pattern: "road/*".into(),
        replace_publisher: Some(true),
        encrypt_hls: Some(true),
        hls_always: Some(true),
        record: Some(false),
        ..Default::default()
    };
    rule.id = database.add_application(&rule).await.unwrap();
    let row = ViewerSessionRow {
        vhost: "default".into(),
        stream: "a/b".into(),
        protocol: "rtsp".into(),
        subject: None,
        address: "192.0.2.1:5".into(),
        started_at: 1,
        duration_ms: 2,
        bytes: 3,
    };
    database.add_viewer_sessions(&[row.clone(), row]).await.unwrap();
    database.close().await;
    let again = Database::open(&folder.path().join("viaduct.db")).await.unwrap();
    assert_eq!(again.applications().await.unwrap(), [rule]);
    assert_eq!(again.viewer_session_totals().await.unwrap(), (2, 6));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("viaduct.db");
    std::fs::write(&path, vec![7; 4096]).unwrap();
    let error = Database::open(&path).await.unwrap_err().to_string();
    assert!(error.contains("viaduct.db"), "{error}");
}

#[tokio::test]
async fn rules_of_applications_are_added_changed_and_removed() {
    let (_folder, database) = database().await;
    let mut rule = ApplicationRow {
        pattern: "road/*".into(),
        publish: Some("open".into()),
        gop_cap_bytes: Some(65_536),
        created_at: 7,
        ..Default::default()
    };
    rule.id = database.add_application(&rule).await.unwrap();
    assert!(matches!(database.add_application(&rule).await, Err(DbError::Exists)));
    let other = ApplicationRow { pattern: "*/*".into(), ..Default::default() };
    let other = ApplicationRow { id: database.add_application(&other).await.unwrap(), ..other };
    let changed = ApplicationRow { play: Some("off".into()), publish: None, ..rule.clone() };
    assert!(database.update_application(&changed).await.unwrap());
    let clash = ApplicationRow { pattern: "*/*".into(), ..changed.clone() };
    assert!(matches!(database.update_application(&clash).await, Err(DbError::Exists)));
    assert_eq!(database.applications().await.unwrap(), [other, changed]);
    assert!(database.remove_application(rule.id).await.unwrap());
    assert!(!database.remove_application(rule.id).await.unwrap());
}

#[tokio::test]
async fn the_defaults_of_an_earlier_program_become_the_widest_rule() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("viaduct.db");
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let pool = SqlitePoolOptions::new().connect_with(options).await.unwrap();
    let mut earlier = sqlx::migrate!();
    earlier.migrations.to_mut().retain(|migration| migration.version == 1);
    earlier.run(&pool).await.unwrap();
    sqlx::query("INSERT INTO stream_defaults VALUES (1, 10, 20, 70000, 40, 1)").execute(&pool).await.unwrap();
    pool.close().await;
    let rules = Database::open(&path).await.unwrap().applications().await.unwrap();
    let expected = ApplicationRow {
        id: 1,
        pattern: "*/*".into(),
        publisher_grace_ms: Some(10),
        idle_close_ms: Some(20),
        gop_cap_bytes: Some(70_000),
        interleave_wait_ms: Some(40),
        replace_publisher: Some(true),
        ..Default::default()
    };
    assert_eq!(rules, [expected]);
}

#[tokio::test]
async fn sources_and_sessions_of_an_earlier_program_are_on_the_default_host() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("viaduct.db");
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let pool = SqlitePoolOptions::new().connect_with(options).await.unwrap();
    let mut earlier = sqlx::migrate!();
    earlier.migrations.to_mut().retain(|migration| migration.version < 8);
    earlier.run(&pool).await.unwrap();
    let source = "INSERT INTO sources VALUES ('road', 'k1', 'rtsp://192.0.2.7/1', 'admin', 'secret', 'on_demand', 5)";
    sqlx::query(source).execute(&pool).await.unwrap();
    let session = "INSERT INTO viewer_sessions VALUES (1, 'road/k1', 'rtsp', NULL, '192.0.2.1:5', 1, 2, 3)";
    sqlx::query(session).execute(&pool).await.unwrap();
    pool.close().await;
    let database = Database::open(&path).await.unwrap();
    assert_eq!(database.sources().await.unwrap(), [camera("k1")]);
    assert_eq!(database.viewer_sessions(Some("default"), "", i64::MAX, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn hosts_are_added_changed_and_removed_with_their_domains() {
    let (_folder, database) = database().await;
    let host = |name: &str, domains: &[&str]| HostRow {
        name: name.into(),
        domains: domains.iter().map(|&domain| domain.to_owned()).collect(),
        created_at: 5,
    };
    database.add_host(&host("t1", &["z.example.com", "a.example.com"])).await.unwrap();
    assert!(matches!(database.add_host(&host("t1", &[])).await, Err(DbError::Exists)));
    assert!(matches!(database.add_host(&host("t2", &["a.example.com"])).await, Err(DbError::Exists)));
    database.add_host(&host("t2", &[])).await.unwrap();
    assert!(matches!(database.update_host(&host("t2", &["a.example.com"])).await, Err(DbError::Exists)));
    let both = [host("t1", &["z.example.com", "a.example.com"]), host("t2", &[])];
    assert_eq!(database.hosts().await.unwrap(), both, "nothing half done");
    assert!(database.update_host(&host("t1", &["a.example.com"])).await.unwrap());
    assert!(!database.update_host(&host("t3", &["c.example.com"])).await.unwrap());
    assert_eq!(database.hosts().await.unwrap()[0].domains, ["a.example.com"]);
    assert!(database.remove_host("t1").await.unwrap());
    assert!(!database.remove_host("t1").await.unwrap());
    database.add_host(&host("t3", &["a.example.com"])).await.unwrap();
}

#[tokio::test]
async fn relays_are_added_changed_and_removed() {
    let (_folder, database) = database().await;
    let mut relay = RelayRow {
        id: 0,
        pattern: "road/*".into(),
        target: "rtmp://192.0.2.7/{app}/{name}".into(),
        username: None,
        password: Some("secret".into()),
        enabled: true,
        created_at: 5,
    };
    relay.id = database.add_relay(&relay).await.unwrap();
    assert!(matches!(database.add_relay(&relay).await, Err(DbError::Exists)));
    let changed = RelayRow { enabled: false, ..relay.clone() };
    assert!(database.update_relay(&changed).await.unwrap());
    assert_eq!(database.relays().await.unwrap(), [changed]);
    assert!(!format!("{relay:?}").contains("secret"));
    assert!(database.remove_relay(relay.id).await.unwrap());
    assert!(!database.remove_relay(relay.id).await.unwrap());
}

fn notice(hook_id: i64, body: &str) -> DeliveryRow {
    DeliveryRow::pending(hook_id, "stream_up", body.into(), 1)
}

#[tokio::test]
async fn deliveries_wait_in_order_are_trimmed_and_go_with_their_hook() {
    let (_folder, database) = database().await;
    let mut hook = HookRow {
        id: 0,
        url: "https://192.0.2.7/hook?key=secret".into(),
        secret: "whsec".into(),
        events: "stream_up".into(),
        pattern: "*/*".into(),
        timeout_ms: 3000,
        on_failure: "deny".into(),
        enabled: true,
        created_at: 5,
    };
    hook.id = database.add_hook(&hook).await.unwrap();
    let shown = format!("{hook:?}");
    assert!(!shown.contains("secret") && !shown.contains("whsec"), "{shown}");
    assert_eq!(database.hooks().await.unwrap(), [hook.clone()]);

    let rows: Vec<_> = ["1", "2", "3", "4"].iter().map(|body| notice(hook.id, body)).collect();
    database.add_deliveries(&rows).await.unwrap();
    database.add_deliveries(&[notice(hook.id + 1, "of a hook that is gone")]).await.unwrap();
    let mut first = database.next_delivery(hook.id).await.unwrap().unwrap();
    assert_eq!(first.body, "1");
    (first.state, first.attempts, first.next_attempt_ms, first.status) = (DeliveryState::Delivered, 1, None, Some(200));
    database.update_delivery(&first).await.unwrap();
    assert_eq!(database.next_delivery(hook.id).await.unwrap().unwrap().body, "2");
    assert_eq!(database.delivery_counts(hook.id).await.unwrap(), (3, 1, 0));
    assert_eq!(database.trim_deliveries(hook.id, 0, 2).await.unwrap(), 1, "the oldest that waits goes");
    let kept = database.deliveries(hook.id, i64::MAX, 10).await.unwrap();
    assert_eq!(kept.iter().map(|row| row.body.as_str()).collect::<Vec<_>>(), ["4", "3"]);
    assert!(database.retry_delivery(hook.id, kept[0].id, 9).await.unwrap());
    assert!(!database.retry_delivery(hook.id + 1, kept[0].id, 9).await.unwrap());

    assert!(database.update_hook(&HookRow { enabled: false, ..hook.clone() }).await.unwrap());
    assert!(database.remove_hook(hook.id).await.unwrap());
    assert_eq!(database.delivery_counts(hook.id).await.unwrap(), (0, 0, 0));
}

#[tokio::test]
async fn traffic_is_searched_and_added_up() {
    let (_folder, database) = database().await;
    let row = |stream: &str, subject: Option<&str>, started_at, bytes| ViewerSessionRow {
        vhost: if stream.starts_with("t1/") { "t1" } else { "default" }.into(),
        stream: stream.into(),
        protocol: "rtsp".into(),
        subject: subject.map(str::to_owned),
        address: "192.0.2.1:5".into(),
        started_at,
        duration_ms: 1000,
        bytes,
    };
    let day = 86_400;
    let rows = [row("road/k1", Some("Room 3"), 10, 5), row("road/k2", None, day, 7), row("road/k1", None, day + 1, 4)];
    database.add_viewer_sessions(&rows).await.unwrap();
    let found = async |search: &str| {
        let found = database.viewer_sessions(None, search, i64::MAX, 10).await.unwrap();
        found.into_iter().map(|(_, row)| row.bytes).collect::<Vec<_>>()
    };
    assert_eq!(found("").await, [4, 7, 5]);
    assert_eq!(found("ROAD/K1").await, [4, 5]);
    assert_eq!(found("room 3").await, [5]);
    assert_eq!(found("%").await, [0; 0], "a search is no pattern");
    let totals = async |group, from, to| {
        let rows = database.traffic(None, group, from, to).await.unwrap();
        rows.into_iter().map(|row| (row.group, row.sessions, row.bytes)).collect::<Vec<_>>()
    };
    assert_eq!(
        totals(TrafficGroup::Stream, 0, i64::MAX).await,
        [("road/k1".to_owned(), 2, 9), ("road/k2".to_owned(), 1, 7)]
    );
    assert_eq!(totals(TrafficGroup::Day, 0, day).await, [("1970-01-01".to_owned(), 1, 5)]);
    assert_eq!(totals(TrafficGroup::Subject, day, i64::MAX).await, [(String::new(), 2, 11)]);
    database.add_viewer_sessions(&[row("t1/road/k1", None, day, 3)]).await.unwrap();
    let of_host = database.viewer_sessions(Some("t1"), "", i64::MAX, 10).await.unwrap();
    assert_eq!(of_host.iter().map(|(_, row)| row.stream.as_str()).collect::<Vec<_>>(), ["t1/road/k1"]);
    let by_host = totals(TrafficGroup::Vhost, 0, i64::MAX).await;
    assert_eq!(by_host, [("default".to_owned(), 3, 16), ("t1".to_owned(), 1, 3)]);
    let default = database.traffic(Some("default"), TrafficGroup::Stream, 0, i64::MAX).await.unwrap();
    assert_eq!(default.len(), 2, "streams of other hosts are left out");
}
