-- Named views of the video wall. One that belongs to an organisation is shared with it and those below it.
CREATE TABLE views (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id        INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    organisation_id INTEGER REFERENCES organisations (id),
    name            TEXT NOT NULL,
    number          INTEGER,
    layout          TEXT NOT NULL,
    tiles           TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL
) STRICT;

CREATE INDEX views_by_owner ON views (owner_id);

-- Tours of cameras.
CREATE TABLE patrols (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id        INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    organisation_id INTEGER REFERENCES organisations (id),
    name            TEXT NOT NULL,
    plan            TEXT NOT NULL,
    schedule        TEXT,
    created_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL
) STRICT;

CREATE INDEX patrols_by_owner ON patrols (owner_id);

CREATE TABLE patrol_runs (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    patrol_id  INTEGER NOT NULL REFERENCES patrols (id) ON DELETE CASCADE,
    user_name  TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER
) STRICT;

CREATE INDEX patrol_runs_by_patrol ON patrol_runs (patrol_id);

CREATE TABLE patrol_stops (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id       INTEGER NOT NULL REFERENCES patrol_runs (id) ON DELETE CASCADE,
    at           INTEGER NOT NULL,
    channel_id   INTEGER NOT NULL,
    channel_name TEXT NOT NULL,
    outcome      TEXT NOT NULL,
    snapshot_id  INTEGER
) STRICT;

CREATE INDEX patrol_stops_by_run ON patrol_stops (run_id);

-- Links by which somebody without an account watches one camera for a time.
CREATE TABLE shares (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    channel_id INTEGER NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    token_hash BLOB NOT NULL UNIQUE,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    rendition  TEXT NOT NULL CHECK (rendition IN ('main', 'sub')),
    watermark  TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX shares_by_channel ON shares (channel_id);
