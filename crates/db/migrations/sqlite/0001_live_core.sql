CREATE TABLE users (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    role          TEXT NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE login_sessions (
    token_hash BLOB PRIMARY KEY,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX login_sessions_by_expiry ON login_sessions (expires_at);

CREATE TABLE sources (
    app        TEXT NOT NULL,
    name       TEXT NOT NULL,
    url        TEXT NOT NULL,
    username   TEXT,
    password   TEXT,
    mode       TEXT NOT NULL CHECK (mode IN ('on_demand', 'always')),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (app, name)
) STRICT;

CREATE TABLE stream_defaults (
    id                   INTEGER PRIMARY KEY CHECK (id = 1),
    publisher_grace_ms   INTEGER NOT NULL,
    idle_close_ms        INTEGER NOT NULL,
    gop_cap_bytes        INTEGER NOT NULL,
    interleave_wait_ms   INTEGER NOT NULL,
    replace_publisher    INTEGER NOT NULL
) STRICT;

CREATE TABLE viewer_sessions (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    stream      TEXT NOT NULL,
    protocol    TEXT NOT NULL,
    subject     TEXT,
    address     TEXT NOT NULL,
    started_at  INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    bytes       INTEGER NOT NULL
) STRICT;

CREATE INDEX viewer_sessions_by_start ON viewer_sessions (started_at);
