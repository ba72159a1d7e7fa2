use sqlx::Row;
use testkit::postgres::Postgres;

use super::*;

mod devices;
mod gb28181;
mod groups;
mod people;
mod snapshots;
mod views;

pub(crate) use gb28181::{alarm, position};
pub(crate) use snapshots::{plan, snapshot, target};

/// Runs a test on each engine, with an empty database.
async fn on_both(test: impl AsyncFn(Database)) {
    let folder = tempfile::tempdir().unwrap();
    test(Database::open(&Place::File(folder.path().join("viaduct.db"))).await.unwrap()).await;
    let postgres = Postgres::start();
    test(Database::open(&Place::Postgres(postgres.url())).await.unwrap()).await;
}

fn ann() -> UserRow {
    UserRow {
        name: "ann".into(),
        organisation_id: 1,
        password_hash: "hash".into(),
        enabled: true,
        ..Default::default()
    }
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
async fn sources_are_added_changed_and_removed() {
    on_both(async |database| {
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
    })
    .await;
}

async fn survives_reopening(place: Place) {
    let database = Database::open(&place).await.unwrap();
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
    let again = Database::open(&place).await.unwrap();
    assert_eq!(again.applications().await.unwrap(), [rule]);
    assert_eq!(again.viewer_session_totals().await.unwrap(), (2, 6));
}

#[tokio::test]
async fn everything_survives_reopening() {
    let folder = tempfile::tempdir().unwrap();
    survives_reopening(Place::File(folder.path().join("路 %?#.db"))).await;
    survives_reopening(Place::Postgres(Postgres::start().url())).await;
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("viaduct.db");
    std::fs::write(&path, vec![7; 4096]).unwrap();
    let error = Database::open(&Place::File(path)).await.unwrap_err().to_string();
    assert!(error.contains("viaduct.db"), "{error}");
}

#[tokio::test]
async fn rules_of_applications_are_added_changed_and_removed() {
    on_both(async |database| {
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
    })
    .await;
}

/// Tables and their columns, as "table.column", "?" after those that may be empty.
async fn columns(database: &Database) -> Vec<String> {
    let statement = match database.engine {
        engine::Engine::Sqlite => {
            "SELECT m.name || '.' || c.name || CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN '' ELSE '?' END AS shown
             FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'"
        }
        engine::Engine::Postgres => {
            "SELECT CAST(table_name || '.' || column_name || CASE is_nullable WHEN 'NO' THEN '' ELSE '?' END AS TEXT) AS shown
             FROM information_schema.columns WHERE table_schema = 'public'"
        }
    };
    let rows = sqlx::query(statement).fetch_all(&database.pool).await.unwrap();
    let mut shown: Vec<String> = rows.iter().map(|row| row.get("shown")).collect();
    shown.retain(|column| !column.starts_with("_sqlx"));
    shown.sort();
    shown
}

#[tokio::test]
async fn both_engines_have_the_same_tables() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = Database::open(&Place::File(folder.path().join("viaduct.db"))).await.unwrap();
    let server = Postgres::start();
    let postgres = Database::open(&Place::Postgres(server.url())).await.unwrap();
    assert_eq!(columns(&sqlite).await, columns(&postgres).await);
}

#[tokio::test]
async fn every_earlier_schema_becomes_the_present_one() {
    let folder = tempfile::tempdir().unwrap();
    let fresh = Database::open(&Place::File(folder.path().join("fresh.db"))).await.unwrap();
    let present = columns(&fresh).await;
    for version in sqlx::migrate!("migrations/sqlite").iter().map(|migration| migration.version) {
        let path = folder.path().join(format!("{version}.db"));
        let earlier = Database::open_earlier(&path, version).await.unwrap();
        // Since version 11 roles are granted.
        let insert = if version < 11 {
            "INSERT INTO users (name, password_hash, role, created_at) VALUES ('ann', 'x', 'administrator', 1)"
        } else {
            "INSERT INTO users (name, password_hash, created_at) VALUES ('ann', 'x', 1)"
        };
        sqlx::query(insert).execute(&earlier.pool).await.unwrap();
        earlier.close().await;
        let upgraded = Database::open(&Place::File(path)).await.unwrap();
        assert_eq!(columns(&upgraded).await, present, "from version {version}");
        let ann = upgraded.user_by_name("ann").await.unwrap().expect("a user");
        let grants = upgraded.grants_of(ann.id).await.unwrap();
        let administers = grants.iter().any(|grant| grant.built_in.as_deref() == Some("administrator"));
        assert_eq!(administers, version < 11, "from version {version}");
    }
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("viaduct.db");
    let database = Database::open(&Place::File(path.clone())).await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (999, 'x', 1, x'00', 1)";
    sqlx::query(newer).execute(&database.pool).await.unwrap();
    database.close().await;
    assert!(matches!(Database::open(&Place::File(path)).await, Err(DbError::Open { .. })));
}

#[tokio::test]
async fn a_server_that_went_away_is_an_error_and_works_again_once_it_is_back() {
    let mut server = Postgres::start();
    let database = Database::open(&Place::Postgres(server.url())).await.unwrap();
    database.add_user(&ann(), &[]).await.unwrap();
    server.stop();
    assert!(database.check().await.is_err());
    server.resume();
    assert_eq!(database.user_by_name("ann").await.unwrap().unwrap().name, "ann");
}

#[tokio::test]
async fn the_defaults_of_an_earlier_program_become_the_widest_rule() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("viaduct.db");
    let earlier = Database::open_earlier(&path, 1).await.unwrap();
    sqlx::query("INSERT INTO stream_defaults VALUES (1, 10, 20, 70000, 40, 1)").execute(&earlier.pool).await.unwrap();
    earlier.close().await;
    let rules = Database::open(&Place::File(path)).await.unwrap().applications().await.unwrap();
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
    let earlier = Database::open_earlier(&path, 7).await.unwrap();
    let source = "INSERT INTO sources VALUES ('road', 'k1', 'rtsp://192.0.2.7/1', 'admin', 'secret', 'on_demand', 5)";
    sqlx::query(source).execute(&earlier.pool).await.unwrap();
    let session = "INSERT INTO viewer_sessions VALUES (1, 'road/k1', 'rtsp', NULL, '192.0.2.1:5', 1, 2, 3)";
    sqlx::query(session).execute(&earlier.pool).await.unwrap();
    earlier.close().await;
    let database = Database::open(&Place::File(path)).await.unwrap();
    assert_eq!(database.sources().await.unwrap(), [camera("k1")]);
    assert_eq!(database.viewer_sessions(Some("default"), "", i64::MAX, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn hosts_are_added_changed_and_removed_with_their_domains() {
    on_both(async |database| {
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
    })
    .await;
}

#[tokio::test]
async fn relays_are_added_changed_and_removed() {
    on_both(async |database| {
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
    })
    .await;
}

fn notice(hook_id: i64, body: &str) -> DeliveryRow {
    DeliveryRow::pending(hook_id, "stream_up", body.into(), 1)
}

#[tokio::test]
async fn deliveries_wait_in_order_are_trimmed_and_go_with_their_hook() {
    on_both(async |database| {
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
        (first.state, first.attempts, first.next_attempt_ms, first.status) =
            (DeliveryState::Delivered, 1, None, Some(200));
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
    })
    .await;
}

#[tokio::test]
async fn traffic_is_searched_and_added_up() {
    on_both(async |database| {
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
        let rows =
            [row("road/k1", Some("Room 3"), 10, 5), row("road/k2", None, day, 7), row("road/k1", None, day + 1, 4)];
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
    })
    .await;
}
