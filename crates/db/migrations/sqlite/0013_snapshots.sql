-- Where pictures are sent to by themselves.
CREATE TABLE upload_targets (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL UNIQUE,
    kind       TEXT NOT NULL CHECK (kind IN ('http_put', 'http_post', 'http_form', 'ftp')),
    url        TEXT NOT NULL,
    username   TEXT,
    password   TEXT,
    token      TEXT,
    headers    TEXT NOT NULL,
    enabled    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    version    INTEGER NOT NULL
) STRICT;

-- Pictures that are taken again and again. Streams stand on lines of their own.
CREATE TABLE snapshot_plans (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL UNIQUE,
    streams     TEXT NOT NULL,
    interval_ms INTEGER NOT NULL,
    schedule    TEXT,
    form        TEXT NOT NULL,
    max_width   INTEGER NOT NULL,
    max_height  INTEGER NOT NULL,
    quality     INTEGER NOT NULL,
    overlay     INTEGER NOT NULL,
    keep_days   INTEGER NOT NULL,
    target_id   INTEGER REFERENCES upload_targets (id),
    enabled     INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    version     INTEGER NOT NULL
) STRICT;

-- Pictures that were taken; their files are named by their time and number. They outlive plans, streams and channels.
CREATE TABLE snapshots (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    vhost       TEXT NOT NULL,
    app         TEXT NOT NULL,
    name        TEXT NOT NULL,
    channel_id  INTEGER,
    taken_at_ms INTEGER NOT NULL,
    width       INTEGER NOT NULL,
    height      INTEGER NOT NULL,
    bytes       INTEGER NOT NULL,
    form        TEXT NOT NULL,
    sha256      TEXT NOT NULL,
    origin      TEXT NOT NULL,
    taken_by    TEXT NOT NULL,
    plan_id     INTEGER,
    keep_until  INTEGER
) STRICT;

CREATE INDEX snapshots_by_time ON snapshots (taken_at_ms);
CREATE INDEX snapshots_by_stream ON snapshots (vhost, app, name, taken_at_ms);
CREATE INDEX snapshots_by_end ON snapshots (keep_until);

-- What waits to be sent.
CREATE TABLE uploads (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    snapshot_id     INTEGER NOT NULL REFERENCES snapshots (id) ON DELETE CASCADE,
    target_id       INTEGER NOT NULL REFERENCES upload_targets (id) ON DELETE CASCADE,
    created_at_ms   INTEGER NOT NULL,
    next_attempt_ms INTEGER NOT NULL,
    attempts        INTEGER NOT NULL
) STRICT;

CREATE INDEX uploads_by_target ON uploads (target_id, id);
CREATE INDEX uploads_by_snapshot ON uploads (snapshot_id);
