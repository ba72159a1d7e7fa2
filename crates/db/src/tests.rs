use super::*;

async fn database() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&folder.path().join("viaduct.db")).await.unwrap();
    (folder, database)
}

fn camera(name: &str) -> SourceRow {
    SourceRow {
        app: "road".into(),
        name: name.into(),
        url: "rtsp://192.0.2.7/1".into(),
        username: Some("admin".into()),
        password: Some("secret".into()),
        mode: SourceMode::OnDemand,
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
    let changed = SourceRow { mode: SourceMode::Always, ..camera("k1") };
    assert!(database.update_source(&changed).await.unwrap());
    assert_eq!(database.sources().await.unwrap(), [changed]);
    assert!(!database.update_source(&camera("k2")).await.unwrap());
    assert!(database.remove_source("road", "k1").await.unwrap());
    assert!(!database.remove_source("road", "k1").await.unwrap());
}

#[tokio::test]
async fn everything_survives_reopening() {
    let (folder, database) = database().await;
    let defaults = StreamDefaultsRow {
        publisher_grace_ms: 1,
        idle_close_ms: 2,
        gop_cap_bytes: 3,
        interleave_wait_ms: 4,
        replace_publisher: true,
    };
    assert_eq!(database.stream_defaults().await.unwrap(), None);
    database.set_stream_defaults(&defaults).await.unwrap();
    let row = ViewerSessionRow {
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
    assert_eq!(again.stream_defaults().await.unwrap(), Some(defaults));
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
