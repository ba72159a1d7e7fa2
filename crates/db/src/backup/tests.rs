use sqlx::Row;
use testkit::postgres::Postgres;

use super::*;
use crate::{
    ApiKeyRow, ApplicationRow, AuditRow, Changed, DeliveryRow, GrantRow, GroupRow, HookRow, HostRow, IdentityRow,
    OrganisationRow, Place, RelayRow, RoleRow, SourceMode, SourceRow, UserRow, ViewerSessionRow,
};

async fn in_file(folder: &tempfile::TempDir, name: &str) -> Database {
    Database::open(&Place::File(folder.path().join(name))).await.unwrap()
}

fn user(name: &str) -> UserRow {
    UserRow { name: name.into(), organisation_id: 1, password_hash: "hash".into(), ..Default::default() }
}

/// Something in every table, with the letters and empty columns that tend to get lost.
async fn fill(database: &Database) {
    let above = OrganisationRow { parent_id: Some(1), name: "东段".into(), ..Default::default() };
    let above = database.add_organisation(&above).await.unwrap();
    let below = OrganisationRow { parent_id: Some(1), name: "below".into(), ..Default::default() };
    let below = database.add_organisation(&below).await.unwrap();
    // The one above has the larger number.
    let moved =
        OrganisationRow { id: above, parent_id: Some(below), name: "东段".into(), version: 1, ..Default::default() };
    assert_eq!(database.update_organisation(&moved).await.unwrap(), Changed::Done);
    let role = RoleRow { name: "watch".into(), permissions: "view:stream".into(), ..Default::default() };
    let role = database.add_role(&role).await.unwrap();
    let group = GroupRow { organisation_id: above, name: "隧道".into(), ..Default::default() };
    let group = database.add_group(&group).await.unwrap();
    let grant = GrantRow { role_id: Some(role), organisation_id: above, group_id: Some(group), ..Default::default() };
    let user = UserRow { totp_secret: None, enabled: true, ..user("管理员") };
    let user = database.add_user(&user, &[grant]).await.unwrap();
    let identity =
        IdentityRow { issuer: "https://id.example".into(), subject: "7".into(), user_id: user, linked_at: 5 };
    database.link_identity(&identity).await.unwrap();
    database.set_totp(user, Some(&[0, 255, 7]), Some(5)).await.unwrap();
    let key = ApiKeyRow { user_id: user, name: "k".into(), expires_at: 99, ..Default::default() };
    database.add_api_key(b"hash", &key).await.unwrap();
    database.add_audit(AuditRow { actor: "ann".into(), ..Default::default() }, |_, _| vec![1]).await.unwrap();
    let host = HostRow { name: "t1".into(), domains: vec!["b.example".into(), "a.example".into()], created_at: 5 };
    database.add_host(&host).await.unwrap();
    let source = SourceRow {
        vhost: "default".into(),
        app: "road".into(),
        name: "k1".into(),
        url: "rtsp://192.0.2.7/1?a=\"b\"\n".into(),
        username: None,
        password: Some("päss".into()),
        mode: SourceMode::Always,
        schedule: None,
        created_at: 5,
    };
    database.add_source(&source).await.unwrap();
    let rule = ApplicationRow { pattern: "road/*".into(), encrypt_hls: Some(true), ..Default::default() };
    database.add_application(&rule).await.unwrap();
    let relay = RelayRow {
        id: 0,
        pattern: "road/*".into(),
        target: "rtmp://192.0.2.7/{app}/{name}".into(),
        username: None,
        password: None,
        enabled: false,
        created_at: i64::MAX,
    };
    database.add_relay(&relay).await.unwrap();
    let hook = HookRow {
        id: 0,
        url: "https://192.0.2.7/hook".into(),
        secret: "whsec".into(),
        events: "stream_up".into(),
        pattern: "*/*".into(),
        timeout_ms: 3000,
        on_failure: "deny".into(),
        enabled: true,
        created_at: 5,
    };
    let hook = database.add_hook(&hook).await.unwrap();
    database.add_deliveries(&[DeliveryRow::pending(hook, "stream_up", "{}".into(), 1)]).await.unwrap();
    let session = ViewerSessionRow {
        vhost: "default".into(),
        stream: "road/k1".into(),
        protocol: "rtsp".into(),
        subject: None,
        address: "192.0.2.1:5".into(),
        started_at: 1,
        duration_ms: 2,
        bytes: 3,
    };
    database.add_viewer_sessions(&[session]).await.unwrap();
    let target = database.add_upload_target(&crate::tests::target("上级平台")).await.unwrap();
    let plan = crate::tests::plan("hourly", Some(target));
    database.add_snapshot_plan(&plan).await.unwrap();
    database.add_device_alarms(&[crate::tests::alarm("one", 5)], 9).await.unwrap();
    database.add_device_positions(&[crate::tests::position("bus", 5)], 9).await.unwrap();
    let snapshot = database.add_snapshot(&crate::tests::snapshot(1)).await.unwrap();
    database.add_upload(snapshot, target, 1, 10).await.unwrap();
}

async fn text_of(database: &Database) -> String {
    let mut out = Vec::new();
    let files = std::collections::BTreeMap::from([("token-key".to_owned(), "abc=".to_owned())]);
    database.backup(&Header::new(9, files), &mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

#[tokio::test]
async fn a_backup_goes_from_either_engine_to_either() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (in_file(&folder, "one.db").await, in_file(&folder, "other.db").await);
    let server = Postgres::start();
    let postgres = Database::open(&Place::Postgres(server.url())).await.unwrap();
    fill(&one).await;
    let text = text_of(&one).await;
    for target in [&postgres, &other] {
        let (header, rows) = target.restore(text.as_bytes(), false).await.unwrap();
        assert_eq!((header.made_at, rows), (9, 25));
        assert_eq!(header.files["token-key"], "abc=");
        assert_eq!(text_of(target).await, text);
    }
    let again = text_of(&postgres).await;
    other.restore(again.as_bytes(), true).await.unwrap();
    assert_eq!(text_of(&other).await, text);
    for database in [&postgres, &other] {
        assert!(database.add_user(&user("next"), &[]).await.unwrap() > 1, "numbers go on");
    }
}

#[tokio::test]
async fn what_is_no_whole_backup_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (full, empty) = (in_file(&folder, "full.db").await, in_file(&folder, "empty.db").await);
    fill(&full).await;
    let text = text_of(&full).await;
    let lines: Vec<&str> = text.lines().collect();
    let until = |count: usize| lines[..count].iter().map(|line| format!("{line}\n")).collect::<String>();
    let changed = |from: &str, to: &str| text.replacen(from, to, 1);
    let row = lines.iter().rfind(|line| line.starts_with('[')).unwrap();
    let newer = changed(&format!("\"schema\":{}", crate::engine::newest_migration()), "\"schema\":999");
    let cases = [
        ("empty", String::new(), "line 1 "),
        ("something else", "{\"hello\":1}\n".into(), "line 1 "),
        ("cut between lines", until(lines.len() - 1), "cut off"),
        ("cut within a line", text[..text.len() / 2].to_owned(), "cut off"),
        ("a newer program's", newer, "newer program"),
        ("a row lost", changed(&format!("{row}\n"), ""), "right end"),
        ("a table of another", changed("\"table\":\"users\"", "\"table\":\"_sqlx_migrations\""), "no table"),
        ("a column of another", changed("\"password_hash\"", "\"id; DROP TABLE users\""), "no column"),
        ("a type of another", changed("\"管理员\"", "7"), "not Text"),
        ("a short row", changed(",\"管理员\"", ""), "another length"),
        ("two in one", format!("{text}{text}"), "follows the end"),
        ("a row twice", changed(lines[2], &format!("{}\n{}", lines[2], lines[2])), "exists already"),
    ];
    for (what, text, expected) in cases {
        let error = empty.restore(text.as_bytes(), false).await.expect_err(what).to_string();
        assert!(error.contains(expected), "{what}: {error}");
        assert!(empty.has_no_users().await.unwrap(), "{what}");
    }
    let error = full.restore(text.as_bytes(), false).await.unwrap_err();
    assert!(matches!(error, BackupError::NotEmpty), "{error}");
    assert_eq!(full.restore(text.as_bytes(), true).await.unwrap().1, 25);
}

#[tokio::test]
async fn backups_of_earlier_programs_are_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let target = in_file(&folder, "target.db").await;
    let text = concat!(
        r#"{"viaduct_backup":1,"schema":2,"made_at":9,"files":{}}"#,
        "\n",
        r#"{"table":"users","columns":["id","name","password_hash","role","created_at"]}"#,
        "\n",
        r#"[4,"ann","hash","administrator",7]"#,
        "\n",
        r#"{"table":"applications","columns":["id","pattern","play","created_at"]}"#,
        "\n",
        r#"[3,"road/*","open",8]"#,
        "\n",
        r#"{"end":2}"#,
        "\n",
    );
    let (_, rows) = target.restore(text.as_bytes(), false).await.unwrap();
    assert_eq!(rows, 4, "the upgrade adds the root of the tree and the grant");
    assert_eq!(target.user_by_name("ann").await.unwrap().unwrap().id, 4);
    let rules = target.applications().await.unwrap();
    assert_eq!((rules[0].id, rules[0].pattern.as_str(), rules[0].slate.as_deref()), (3, "road/*", None));
}

#[tokio::test]
async fn every_table_is_kept_or_left_out_on_purpose() {
    let folder = tempfile::tempdir().unwrap();
    let database = in_file(&folder, "viaduct.db").await;
    let statement = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
                     AND name NOT LIKE '!_sqlx%' ESCAPE '!'";
    let rows = sqlx::query(statement).fetch_all(&database.pool).await.unwrap();
    let mut found: Vec<String> = rows.iter().map(|row| row.get("name")).collect();
    let mut known: Vec<String> = TABLES.iter().chain(&LEFT_OUT).map(|table| (*table).to_owned()).collect();
    found.sort();
    known.sort();
    assert_eq!(found, known);
}
