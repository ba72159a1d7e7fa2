CREATE TABLE relays (
    id         INTEGER PRIMARY KEY,
    pattern    TEXT NOT NULL,
    target     TEXT NOT NULL,
    username   TEXT,
    password   TEXT,
    enabled    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (pattern, target)
) STRICT;
