CREATE TABLE hooks (
    id         INTEGER PRIMARY KEY,
    url        TEXT NOT NULL,
    secret     TEXT NOT NULL,
    events     TEXT NOT NULL,
    pattern    TEXT NOT NULL,
    timeout_ms INTEGER NOT NULL,
    on_failure TEXT NOT NULL CHECK (on_failure IN ('deny', 'allow')),
    enabled    INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Notices wait here until they are delivered, so that a restart loses none; what is done is kept for people.
CREATE TABLE hook_deliveries (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    hook_id         INTEGER NOT NULL REFERENCES hooks (id) ON DELETE CASCADE,
    event           TEXT NOT NULL,
    body            TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts        INTEGER NOT NULL,
    created_at_ms   INTEGER NOT NULL,
    next_attempt_ms INTEGER,
    status          INTEGER,
    answer          TEXT,
    duration_ms     INTEGER
) STRICT;

CREATE INDEX hook_deliveries_by_hook ON hook_deliveries (hook_id, state, id);
